"""Where queries run: killable worker processes over one release, or a remote SPARQL endpoint, behind one seam.

`inspect` (see `scan`) looks at every query first, on both.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import socket
import sys
import threading
import time
import urllib.error
import weakref
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPException, IncompleteRead
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol, cast

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from p2p_graph.config import Settings, share
from p2p_graph.errors import (
    AnswerTooLarge,
    EngineFailed,
    NoRelease,
    QueryError,
    QueryTimeout,
    StoreUnavailable,
)
from p2p_graph.formats import find, sorted_head, write
from p2p_graph.model import Answer, Boolean, Limits, Prepared, Table, Triples
from p2p_graph.reading import _worker
from p2p_graph.reading.scan import Dataset, Form, Look, inspect, look, syntax_fault
from p2p_graph.reading.workers import FOREIGN, Pool, State
from p2p_graph.vocab import PREFIXES

__all__ = ["Dataset", "EmbeddedStore", "RemoteStore", "Store", "inspect", "open_store"]


class Store(Protocol):
    """Answers queries over one release; its `version` says which."""

    version: str

    def answer(self, query: str, limits: Limits, dataset: Dataset | None = None) -> Answer:
        """The answer as terms; complete, or an error. Without a dataset it is over the union of all graphs."""
        ...

    def written(self, query: str, limits: Limits, format_name: str, dataset: Dataset | None = None) -> bytes:
        """The answer as bytes of the format of that name."""
        ...

    def newest(self) -> str:
        """The version that the store would have if it were opened now; empty while a release is being loaded."""
        ...

    def state(self) -> State:
        """How it stands with it now; this asks nobody."""
        ...

    def close(self) -> None:
        """Ends what the store keeps running."""
        ...


def open_store(location: str | Path, settings: Settings) -> Store:
    """The store of a release folder, or of a SPARQL endpoint if the location is an http(s) address.

    A release opens in the background: the call returns at once, the first answer waits for the first worker.
    Raises NoRelease for a folder that holds none, StoreUnavailable for an endpoint that does not answer.
    """
    if re.match(r"https?://", str(location)):
        return RemoteStore(str(location), settings)
    return EmbeddedStore(Path(location), settings)


class EmbeddedStore:
    """Workers over one release folder; any thread may ask. A worker holds no state, so one may be killed."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        manifest = _manifest(folder)
        self.version = str(manifest["version"])
        on_disk = int(manifest["triples"]) > settings.disk_from
        data = folder / ("store" if on_disk else "data.nq")
        if not data.exists():
            raise NoRelease(
                f"The release in {folder} lacks {data.name}: build it again with `p2p release`.", folder=str(folder)
            )
        start: _worker.Start = {
            "modules": sys.path,
            "data": str(data.resolve()),
            "on_disk": on_disk,
            "memory": _MEMORY,
            "prefixes": PREFIXES,
        }
        self._pool = Pool(start, max(1, settings.workers))
        # ends the workers of a store that nobody closed, also when the program ends
        self._end = weakref.finalize(self, self._pool.kill)

    def answer(self, query: str, limits: Limits, dataset: Dataset | None = None) -> Answer:
        """The answer as terms. Raises a QueryError: too slow, too large, refused, not SPARQL, engine failed."""
        return _decoded(self._ask(query, look(query), limits, "", dataset))

    def written(self, query: str, limits: Limits, format_name: str, dataset: Dataset | None = None) -> bytes:
        """The answer as bytes, written by the worker. Raises UnknownFormat, and what `answer` raises."""
        seen = look(query)
        fmt = find(format_name, Prepared(query, seen.form).kind)
        content = self._ask(query, seen, limits, fmt.media_type, dataset)[1:]
        return sorted_head(content) if fmt.name == "turtle" else content

    def newest(self) -> str:
        """The version of its folder, which never changes."""
        return self.version

    def state(self) -> State:
        """How it stands with its workers."""
        return self._pool.state()

    def close(self) -> None:
        """Ends the workers; one that is answering ends after its answer. Nothing can be asked any more."""
        self._pool.close()

    def _ask(self, query: str, seen: Look, limits: Limits, media: str, dataset: Dataset | None) -> bytes:
        question: _worker.Question = {
            "query": query,
            "union": not seen.own_graphs,
            "graphs": (list(dataset.default), list(dataset.named)) if dataset else None,
            "rows": limits.rows,
            "bytes": limits.bytes,
            "media": media,
        }
        reply = self._pool.ask(json.dumps(question).encode(), limits.seconds)
        if reply[:1] == b"E":
            raise _error(json.loads(reply[1:]), query)
        return reply


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return {"version": manifest["version"], "triples": manifest["triples"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise NoRelease(f"There is no release in {folder}: build one with `p2p release`.", folder=str(folder)) from None


def _decoded(reply: bytes) -> Answer:
    kind, content = reply[:1], reply[1:]
    if kind == b"B":
        return Boolean(content == b"1")
    if kind == b"N":
        return _triples(content, RdfFormat.N_TRIPLES)
    return cast(Table, _results(content, QueryResultsFormat.TSV))


def _results(content: bytes, fmt: QueryResultsFormat, rows: int | None = None) -> Table | Boolean:
    """Solutions or a boolean as they were written; more rows than `rows` raise AnswerTooLarge."""
    found = parse_query_results(content, fmt)
    if isinstance(found, QueryBoolean):
        return Boolean(bool(found))
    taken = tuple(tuple(solution) for solution in islice(found, None if rows is None else rows + 1))
    if rows is not None and len(taken) > rows:
        raise _too_large("rows", rows)
    return Table(tuple(variable.value for variable in found.variables), taken)


def _triples(content: bytes, fmt: RdfFormat) -> Triples:
    quads = cast(Iterator[Quad], parse(content, fmt))
    return Triples(tuple(dict.fromkeys(Triple(quad.subject, quad.predicate, quad.object) for quad in quads)))


def _too_large(what: str, limit: int) -> AnswerTooLarge:
    return AnswerTooLarge(f"The answer has more than {limit:,} {what}: ask for less, with LIMIT.", **{what: limit})


def _error(error: dict[str, Any], query: str) -> Exception:
    if error["error"] == "large":
        return _too_large(error["what"], error["limit"])
    if error["error"] == "syntax":
        return syntax_fault(error["text"], query)
    if "custom function" in error["text"]:
        # the asker's fault, not the engine's
        return QueryError(f"{error['text'][:300]}: write a function of SPARQL 1.1.")
    return EngineFailed(f"The engine could not answer: {error['text'][:300]}")


#: bytes a query may use beyond its release; a worker that wants more ends, and the machine lives
_MEMORY: Final = 2 * 1024**3
#: questions that a remote store is asked at a time, our own and foreign ones; each holds a thread of the website, which
#: has some left for what needs no store
_AT_ONCE: Final = {False: 8, True: 4}
#: seconds to wait for such a place, in which a thread is held
_ROOM: Final = 0.25
#: what Virtuoso writes before the label of a blank node, which is none with it
_NODE_ID: Final = re.compile(rb'("type":\s*"bnode",\s*"value":\s*")nodeID://')
#: how Virtuoso writes a boolean, and how all others do
_TRUTHS: Final[dict[Any, Literal]] = {
    Literal(short, datatype=NamedNode(PREFIXES["xsd"] + "boolean")): Literal(value)
    for short, value in (("1", True), ("0", False))
}
#: milliseconds by which a remote server may stop later than we do
_LATER: Final = 1000


class RemoteStore:
    """A SPARQL 1.1 endpoint, asked by POST; its default graph must be, or be asked to be, the union of its graphs."""

    def __init__(self, endpoint: str, settings: Settings, *, may_be_empty: bool = False) -> None:
        self._endpoint = endpoint
        self._limits = settings.limits
        self._credentials = (settings.store_user, settings.store_password)
        self._lines = {foreign: threading.BoundedSemaphore(number) for foreign, number in _AT_ONCE.items()}
        self._lock = threading.Lock()
        self._state = State()
        self.version = self.newest()
        if not self.version and not may_be_empty:
            raise StoreUnavailable(
                f"The endpoint {endpoint} holds no release, or not yet a whole one: load one with "
                "`p2p release --push`, or set P2P_STORE to another.",
                location=endpoint,
            )

    def newest(self) -> str:
        """The version that the endpoint holds now; empty for none. Raises StoreUnavailable."""
        query = (share("queries") / "pages" / "release-version.rq").read_text(encoding="utf-8")
        found = self.answer(query, self._limits)
        if not isinstance(found, Table) or not found.rows or found.rows[0][0] is None:
            return ""
        return str(cast(Any, found.rows[0][0]).value)

    def answer(self, query: str, limits: Limits, dataset: Dataset | None = None) -> Answer:
        """The answer as terms. Raises a QueryError as the embedded store does, or StoreUnavailable."""
        seen = look(query)
        table = seen.form in ("SELECT", "ASK")
        accept = "application/sparql-results+json" if table else "application/n-triples, text/turtle;q=0.9"
        media, content = self._fetch(query, seen, accept, limits, dataset)
        try:
            if table:
                return self._rows(content, seen.form, limits.rows)
            found = _grouped(_triples(content, RdfFormat.from_media_type(media) or RdfFormat.TURTLE))
        except (SyntaxError, ValueError) as fault:
            raise self._unavailable(f"gave an answer that breaks off or makes no sense ({str(fault)[:120]})") from None
        if len(found) > limits.rows:
            raise _too_large("rows", limits.rows)
        return found

    def written(self, query: str, limits: Limits, format_name: str, dataset: Dataset | None = None) -> bytes:
        """The answer as bytes, written here. Raises UnknownFormat, and what `answer` raises."""
        fmt = find(format_name, inspect(query).kind)
        content = write(self.answer(query, limits, dataset), fmt.name)
        if len(content) > limits.bytes:
            raise _too_large("bytes", limits.bytes)
        return content

    def state(self) -> State:
        """How many questions it is asked now, how many were late, and what it said last, if that was no answer."""
        with self._lock:
            return self._state

    def close(self) -> None:
        """Nothing is kept open between questions."""

    def _rows(self, content: bytes, form: Form, rows: int) -> Table | Boolean:
        found = _results(_NODE_ID.sub(rb"\1", content), QueryResultsFormat.JSON, rows)
        if form == "ASK" and isinstance(found, Table):
            # Virtuoso answers ASK with a table of one row, or of none
            return Boolean(len(found) > 0)
        if form == "SELECT" and isinstance(found, Boolean):
            raise ValueError("yes or no instead of a table")
        if isinstance(found, Table) and b"#boolean" in content:
            return replace(found, rows=tuple(tuple(_TRUTHS.get(cell, cell) for cell in row) for row in found.rows))
        return found

    def _fetch(self, query: str, seen: Look, accept: str, limits: Limits, dataset: Dataset | None) -> tuple[str, bytes]:
        """Media type and bytes of the answer, read up to the limits, once there is room for another question."""
        if not self._lines[FOREIGN.get()].acquire(timeout=min(_ROOM, limits.seconds)):
            raise QueryTimeout(
                "The store is slow, and many queries wait for it already: ask again in a moment.",
                seconds=limits.seconds,
                waiting=True,
            )
        try:
            with self._noted():
                return self._asked(query, seen, accept, limits, dataset)
        finally:
            self._lines[FOREIGN.get()].release()

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        """One question more while it is asked; whether it was answered, late, or not at all."""
        self._note(busy=1)
        try:
            yield
        except QueryTimeout as reason:
            self._note(busy=-1, late=1, trouble=str(reason))
            raise
        except StoreUnavailable as reason:
            self._note(busy=-1, trouble=str(reason))
            raise
        except BaseException:
            self._note(busy=-1)
            raise
        self._note(busy=-1)

    def _note(self, busy: int, late: int = 0, trouble: str = "") -> None:
        with self._lock:
            was = self._state
            told = was.trouble if busy > 0 else trouble
            self._state = replace(was, busy=was.busy + busy, late=was.late + late, trouble=told)

    def _asked(self, query: str, seen: Look, accept: str, limits: Limits, dataset: Dataset | None) -> tuple[str, bytes]:
        from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

        deadline = time.monotonic() + limits.seconds
        ask = self._request(query, seen, limits, dataset)
        ask.addCustomHttpHeader("Accept", accept)
        try:
            with contextlib.closing(ask.query().response) as response:
                content = _within(response, limits, deadline)
                if "X-SPARQL-MaxRows" in response.headers:
                    # Virtuoso cuts at a limit of its own, and says so here only
                    raise _too_large("rows", int(response.headers["X-SPARQL-MaxRows"]))
                return str(response.headers.get_content_type()), content
        except QueryBadFormed as fault:
            raise syntax_fault(_first_words(fault), query) from None
        except TimeoutError:
            raise _stopped(limits.seconds) from None
        except urllib.error.HTTPError as fault:
            fault.close()
            if fault.code in (408, 503, 504) or time.monotonic() >= deadline:
                raise _stopped(limits.seconds) from None
            raise self._unavailable(f"answers {fault.code} {fault.reason}") from None
        except SPARQLWrapperException as fault:
            raise self._unavailable(f"fails ({_first_words(fault)[:200]})") from None
        except IncompleteRead:
            raise self._unavailable("broke off its answer") from None
        except (OSError, ValueError, HTTPException) as fault:
            if isinstance(getattr(fault, "reason", None), (TimeoutError, socket.timeout)):
                raise _stopped(limits.seconds) from None
            raise self._unavailable(f"does not answer ({getattr(fault, 'reason', None) or fault})") from None

    def _request(self, query: str, seen: Look, limits: Limits, dataset: Dataset | None) -> Any:
        from SPARQLWrapper import SPARQLWrapper

        ask = SPARQLWrapper(self._endpoint)
        ask.setMethod("POST")
        ask.setOnlyConneg(True)
        # In milliseconds, as Virtuoso wants it; others do not know the parameter. Later than our own limit, because
        # Virtuoso gives what it has when its time is up as if that were the whole answer.
        ask.addParameter("timeout", str(math.ceil(limits.seconds * 1000) + _LATER))
        for address in dataset.default if dataset else ():
            ask.addParameter("default-graph-uri", address)
        for address in dataset.named if dataset else ():
            ask.addParameter("named-graph-uri", address)
        if not seen.own_graphs and not dataset:
            # Oxigraph's server does not read the union of all graphs unless it is asked to, and then forgets any FROM
            ask.addParameter("union-default-graph", "true")
        if self._credentials[0]:
            ask.setCredentials(*self._credentials)
        ask.setTimeout(math.ceil(limits.seconds))
        ask.setQuery(query)
        ask.queryType = seen.form
        return ask

    def _unavailable(self, what: str) -> StoreUnavailable:
        return StoreUnavailable(
            f"The endpoint {self._endpoint} {what}: see that it runs, or set P2P_STORE to another.",
            location=self._endpoint,
        )


def _within(response: Any, limits: Limits, deadline: float) -> bytes:
    """What a server sends, at most `limits.bytes`; a server that dribbles is stopped at the deadline too."""
    parts: list[bytes] = []
    size = 0
    while True:
        part = response.read1(1 << 16)
        if time.monotonic() >= deadline:
            raise TimeoutError
        size += len(part)
        if size > limits.bytes:
            raise _too_large("bytes", limits.bytes)
        if not part:
            if response.length:
                raise IncompleteRead(b"", response.length)
            return b"".join(parts)
        parts.append(part)


def _grouped(found: Triples) -> Triples:
    """The same, by subject and property as an engine with indexes gives them, so that Turtle and JSON-LD are short."""
    groups: dict[object, dict[object, list[Triple]]] = {}
    for triple in found.triples:
        if triple.object in _TRUTHS:
            triple = Triple(triple.subject, triple.predicate, _TRUTHS[triple.object])
        groups.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple)
    return Triples(tuple(triple for group in groups.values() for some in group.values() for triple in some))


def _stopped(seconds: float) -> QueryTimeout:
    return QueryTimeout(f"The query took more than {seconds:g} seconds and was stopped: ask for less.", seconds=seconds)


def _first_words(fault: Exception) -> str:
    """What a server said, from SPARQLWrapper's exception, whose text holds the bytes as Python prints them."""
    said = str(fault).partition("Response:\n")[2] or str(fault)
    if said[:2] in ("b'", 'b"'):
        with contextlib.suppress(ValueError, SyntaxError):
            import ast

            said = ast.literal_eval(said).decode("utf-8", "replace")
    return said.strip()
