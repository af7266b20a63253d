"""Loads a release into a remote store, graph by graph, by the SPARQL 1.1 Graph Store HTTP Protocol.

No engine has transactions over several requests, so the version, by which readers know a release, goes first and
comes back last: until then the store holds no release, and says so to whoever opens it. What was loaded is counted
before the version is written.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from pyoxigraph import Literal, NamedNode

from p2p_graph.config import Settings, share
from p2p_graph.errors import SettingsError, StoreUnavailable
from p2p_graph.model import Limits, Table
from p2p_graph.reading.library import Library
from p2p_graph.reading.store import RemoteStore
from p2p_graph.release import DATASET, manifest
from p2p_graph.vocab import BASE

__all__ = ["Pushed", "graph_store_of", "push"]

Progress = Callable[[str, int, int], None]

#: what an address of a SPARQL endpoint ends with, and where the same engine takes graphs
_DOORS: Final = (
    (r"/repositories/([^/]+)$", r"/repositories/\1/rdf-graphs/service"),
    (r"/query$", "/store"),
    (r"/sparql$", "/sparql-graph-crud-auth"),
)
#: a line of `data.nq`: the triple, and its graph
_QUAD: Final = re.compile(rb"(.*) <([^<>]*)> \.\n?", re.DOTALL)
#: bytes of one request; Virtuoso keeps a request in memory and in one entry of its log
_REQUEST: Final = 4_000_000
#: seconds that a request, and a count of everything, may take
_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was loaded: the version, how many graphs and triples, how many graphs of an older release were removed."""

    version: str
    graphs: int
    triples: int
    removed: int


def graph_store_of(endpoint: str) -> str:
    """Where the engine behind a SPARQL endpoint takes graphs, as far as the endpoint's address tells.

    Known are the Oxigraph server, Virtuoso and GraphDB. Raises SettingsError for any other.

    >>> graph_store_of("http://127.0.0.1:7878/query")
    'http://127.0.0.1:7878/store'
    >>> graph_store_of("http://127.0.0.1:8890/sparql")
    'http://127.0.0.1:8890/sparql-graph-crud-auth'
    """
    for ending, door in _DOORS:
        if re.search(ending, endpoint):
            return re.sub(ending, door, endpoint)
    raise SettingsError(
        f"Where the store behind {endpoint} takes graphs cannot be told from its address: name it with --graph-store.",
        setting="graph_store",
    )


def push(
    folder: Path, endpoint: str, settings: Settings, progress: Progress | None = None, *, graph_store: str = ""
) -> Pushed:
    """Loads the release of a folder into the store behind a SPARQL endpoint; each of its graphs is replaced.

    Graphs of ours that the release does not hold are removed; those of others in the same store stay. Memory: about
    twice `data.nq`. Raises StoreUnavailable with what to do: the store is down, does not let us write, or does not hold
    afterwards what was sent. It then holds a part and no version; pushing again mends it.
    """
    for address in (endpoint, graph_store):
        _check(address)
    door = _Door(graph_store or graph_store_of(endpoint), settings)
    version = str(manifest(folder)["version"])
    # the questions of this module are our own, and count whole stores
    patient = replace(settings, query_seconds=_SECONDS, query_rows=10_000_000)
    store = RemoteStore(endpoint, patient, may_be_empty=True)
    graphs = _graphs(folder / "data.nq")
    old = set(_counts(store, patient.limits))
    gone = sorted(old - set(graphs))
    own = graphs.pop(DATASET.value)
    steps = len(graphs) + len(gone) + 2
    tell = progress or (lambda what, done, total: None)
    door.remove(DATASET.value)
    for number, (name, lines) in enumerate(sorted(graphs.items())):
        tell(name.removeprefix(f"{BASE}graph/"), number, steps)
        door.put(name, lines)
    for number, name in enumerate(gone, len(graphs)):
        tell(f"removing {name.removeprefix(f'{BASE}graph/')}", number, steps)
        door.remove(name)
    tell("counting", steps - 2, steps)
    _compare(endpoint, {name: len(set(lines)) for name, lines in graphs.items()}, _counts(store, patient.limits))
    tell("writing the version", steps - 1, steps)
    door.put(DATASET.value, own)
    if store.newest() != version:
        raise StoreUnavailable(
            f"The store behind {endpoint} does not tell the version it was given.", location=endpoint
        )
    tell("done", steps, steps)
    return Pushed(version, len(graphs) + 1, sum(map(len, graphs.values())) + len(own), len(gone))


def _check(address: str) -> None:
    if address and not re.match(r"https?://[^/@]+(/|$)", address):
        # never with the address, which may hold a password
        raise SettingsError(
            "A store is named by an http(s) address without user and password: those are P2P_PUSH_USER and "
            "P2P_PUSH_PASSWORD.",
            setting="store",
        )


def _graphs(data: Path) -> dict[str, list[bytes]]:
    """The triples of a file of N-Quads as lines of N-Triples, by graph."""
    graphs: dict[str, list[bytes]] = defaultdict(list)
    with data.open("rb") as file:
        for line in file:
            found = _QUAD.fullmatch(line)
            assert found, "a release holds quads in named graphs only"
            graphs[found[2].decode()].append(found[1] + b" .\n")
    return dict(graphs)


def _counts(store: RemoteStore, limits: Limits) -> dict[str, int]:
    """How many triples the store holds in each graph of ours."""
    answer = store.answer(Library.load(share("queries")).get("graphs").body, limits)
    assert isinstance(answer, Table)
    return {
        name.value: int(triples.value)
        for name, triples in answer.rows
        if isinstance(name, NamedNode) and isinstance(triples, Literal) and name.value.startswith(f"{BASE}graph/")
    }


def _compare(endpoint: str, sent: Mapping[str, int], held: Mapping[str, int]) -> None:
    """That a store holds what was sent. Raises StoreUnavailable."""
    wrong = sorted(name for name in sent.keys() | held.keys() if sent.get(name, 0) != held.get(name, 0))
    if wrong:
        name = wrong[0]
        raise StoreUnavailable(
            f"The store behind {endpoint} does not hold what was sent: {sent.get(name, 0)} triples to <{name}>, where "
            f"it counts {held.get(name, 0)}; so with {len(wrong)} of {len(sent)} graphs. It has no version now: see "
            "that nobody else writes there, and push again.",
            location=endpoint,
        )


class _Door:
    """The Graph Store HTTP Protocol of one engine; logs in by whichever of Basic and Digest it asks for."""

    def __init__(self, address: str, settings: Settings) -> None:
        self._address, self._user = address, settings.push_user
        keys = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        ways: list[urllib.request.BaseHandler] = []
        if settings.push_user:
            keys.add_password(
                None, urlunsplit((*urlsplit(address)[:2], "/", "", "")), self._user, settings.push_password
            )
            ways = [urllib.request.HTTPDigestAuthHandler(keys), urllib.request.HTTPBasicAuthHandler(keys)]
        self._opener = urllib.request.build_opener(*ways)

    def put(self, graph: str, lines: list[bytes]) -> None:
        """Makes the graph hold these triples and no other."""
        for number, content in enumerate(_in_parts(lines)):
            self._send("POST" if number else "PUT", graph, content)

    def remove(self, graph: str) -> None:
        """Makes the graph be gone, if it was there."""
        self._send("DELETE", graph, None)

    def _send(self, method: str, graph: str, content: bytes | None) -> None:
        mark = "&" if "?" in self._address else "?"
        request = urllib.request.Request(f"{self._address}{mark}{urlencode({'graph': graph})}", content, method=method)
        if content is not None:
            # N-Triples is Turtle, which every engine takes
            request.add_header("Content-Type", "text/turtle")
        try:
            with self._opener.open(request, timeout=_SECONDS) as response:
                response.read()
        except urllib.error.HTTPError as fault:
            said = " ".join(fault.read(2_000).decode("utf-8", "replace").split())
            fault.close()
            if method != "DELETE" or fault.code != 404:
                raise self._refused(fault.code, said) from None
        except ValueError:
            raise self._failed("asks for a way of logging in that is neither Basic nor Digest") from None
        except (OSError, HTTPException) as fault:
            reason = getattr(fault, "reason", None) or fault
            raise self._failed(f"does not answer ({reason}): see that it runs") from None

    def _refused(self, status: int, said: str) -> StoreUnavailable:
        if status == 401:
            who = f"does not know the user {self._user!r} with that password" if self._user else "asks who writes"
            return self._failed(f"{who}: set P2P_PUSH_USER and P2P_PUSH_PASSWORD")
        if status == 403:
            who = f"the user {self._user!r}" if self._user else "us without a user"
            return self._failed(f"does not let {who} write: it is read-only, or P2P_PUSH_USER has not the right")
        if status in (404, 405, 501):
            return self._failed(
                f"takes no graphs ({status}): it is read-only, or they go to another address, named with --graph-store"
            )
        return self._failed(f"answers {status} ({re.sub('<[^>]*>', ' ', said).strip()[:300]})")

    def _failed(self, what: str) -> StoreUnavailable:
        return StoreUnavailable(f"The graph store {self._address} {what}.", location=self._address)


def _in_parts(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines joined to bodies of requests, none much larger than the bound; one at least."""
    part: list[bytes] = []
    size = 0
    for line in lines:
        if size + len(line) > _REQUEST and part:
            yield b"".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line)
    yield b"".join(part)
