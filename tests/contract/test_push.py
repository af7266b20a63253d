"""`p2p release --push` into real servers: whole, replaced, counted; and what it says where it cannot."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import servers
from click.testing import CliRunner, Result

from p2p_graph.cli import commands
from p2p_graph.config import Settings
from p2p_graph.errors import SettingsError, StoreUnavailable
from p2p_graph.model import Boolean, Limits, Table
from p2p_graph.push import Pushed, graph_store_of, push
from p2p_graph.reading.store import RemoteStore, open_store
from p2p_graph.vocab import BASE
from tests.contract.conftest import VERSION

LIMITS = Limits(10, 1_000, 1_000_000)
DBA = Settings(push_user="dba", push_password="dba")
OTHER = "0.1.0+2026-01-08.1"


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that may be written, with something of somebody else in it."""
    folder = tmp_path_factory.mktemp("target")
    (folder / "data.nq").write_text('<a:a> <a:b> "mine" <https://example.org/mine> .\n', encoding="utf-8")
    mine = b'<a:a> <a:b> "mine" .'
    if request.param == "virtuoso":
        with servers.virtuoso(folder / "data.nq") as address:
            yield address
    else:
        with servers.oxigraph_to_write(folder / "server") as address:
            door = f"{graph_store_of(address)}?graph=https://example.org/mine"
            urllib.request.urlopen(
                urllib.request.Request(door, mine, {"Content-Type": "text/turtle"}, method="PUT"), timeout=10
            ).close()
            yield address


def changed(release: Path, folder: Path) -> Path:
    """The next release: one graph is gone, one has a triple less, one is new."""
    shutil.copytree(release, folder)
    lines = (folder / "data.nq").read_text(encoding="utf-8").replace(VERSION, OTHER).splitlines(keepends=True)
    kept = [line for line in lines if f"{BASE}graph/texts>" not in line and "since" not in line]
    kept.append(
        f'<{BASE}id/practice/xc> <http://www.w3.org/2000/01/rdf-schema#label> "Żółć \\"x\\""@pl <{BASE}graph/xc> .\n'
    )
    (folder / "data.nq").write_text("".join(sorted(kept)), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"version": OTHER, "triples": len(kept)}), encoding="utf-8")
    return folder


def graphs(endpoint: str) -> set[str]:
    found = open_store(endpoint, Settings()).answer("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", LIMITS)
    assert isinstance(found, Table)
    names = (str(row[0])[1:-1] for row in found.rows)
    return {name.removeprefix(f"{BASE}graph/") for name in names if name.startswith(f"{BASE}graph/")}


def test_a_release_is_loaded_replaced_and_loaded_again(target: str, release: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    assert push(release, target, DBA, lambda *step: told.append(step)) == Pushed(VERSION, 4, 23, 0)
    assert graphs(target) == {"dataset", "texts", "xa", "xb"}
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert told[-1] == ("done", told[-1][2], told[-1][2])
    following = changed(release, tmp_path / "next")
    assert push(following, target, DBA) == Pushed(OTHER, 4, 19, 1)
    assert graphs(target) == {"dataset", "xa", "xb", "xc"}
    store = open_store(target, Settings())
    assert store.version == OTHER
    assert store.answer(f'ASK {{ GRAPH <{BASE}graph/xc> {{ ?s ?p "Żółć \\"x\\""@pl }} }}', LIMITS) == Boolean(True)
    assert push(following, target, DBA) == Pushed(OTHER, 4, 19, 0)


def test_graphs_of_others_stay(target: str, release: Path) -> None:
    push(release, target, DBA)
    mine = "ASK { GRAPH <https://example.org/mine> { <a:a> <a:b> 'mine' } }"
    assert open_store(target, Settings()).answer(mine, LIMITS) == Boolean(True)


def test_a_graph_larger_than_a_request_arrives_whole(
    target: str, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("p2p_graph.push._REQUEST", 300)
    assert push(release, target, DBA).triples == 23


def test_the_command_says_what_it_did_and_never_the_password(
    target: str, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = ran(release, tmp_path, monkeypatch, target, P2P_PUSH_USER="dba", P2P_PUSH_PASSWORD="dba")
    assert result.exit_code == 0, result.output
    assert f"{VERSION} is in {target}: 4 graphs, 23 triples" in result.stdout
    assert "secret" not in repr(Settings(push_user="dba", push_password="secret", store_password="secret"))


def ran(release: Path, home: Path, monkeypatch: pytest.MonkeyPatch, *words: str, **env: str) -> Result:
    """The command over a home whose current release this is."""
    (home / "releases").mkdir()
    (home / "releases" / VERSION).symlink_to(release)
    (home / "current").write_text(VERSION, encoding="utf-8")
    for name in ("P2P_STORE", "P2P_PUSH_USER", "P2P_PUSH_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"P2P_HOME": str(home), **env}.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(commands, ["release", "--no-build", "--push", *words], prog_name="p2p")


@pytest.mark.parametrize(
    ("user", "password", "sentence"),
    [
        ("", "", "asks who writes: set P2P_PUSH_USER"),
        ("dba", "hush", "does not know the user 'dba' with that password"),
    ],
)
def test_a_store_that_asks_who_writes_says_which_settings(
    virtuoso_endpoint: str, release: Path, user: str, password: str, sentence: str
) -> None:
    with pytest.raises(StoreUnavailable, match=sentence) as caught:
        push(release, virtuoso_endpoint, Settings(push_user=user, push_password=password))
    assert "hush" not in str(caught.value)
    # nothing was touched
    assert open_store(virtuoso_endpoint, Settings()).version == VERSION


def test_a_read_only_store_says_so_and_keeps_what_it_has(oxigraph_endpoint: str, release: Path) -> None:
    with pytest.raises(StoreUnavailable, match="it is read-only"):
        push(release, oxigraph_endpoint, Settings())
    assert open_store(oxigraph_endpoint, Settings()).version == VERSION


def test_a_store_that_is_down_or_takes_no_graphs_says_so(
    virtuoso_endpoint: str, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = f"http://127.0.0.1:{servers.free_port()}/query"
    with pytest.raises(StoreUnavailable, match="does not answer"):
        push(release, down, Settings())
    with pytest.raises(StoreUnavailable, match="see that it runs"):
        push(release, virtuoso_endpoint, Settings(), graph_store=down)
    with pytest.raises(StoreUnavailable, match="named with --graph-store"):
        push(release, virtuoso_endpoint, Settings(), graph_store=virtuoso_endpoint.replace("/sparql", "/nowhere"))
    result = ran(release, tmp_path, monkeypatch)
    assert result.exit_code == 2
    assert "give its address after --push, or set P2P_STORE" in result.stderr


def test_an_address_with_a_password_is_refused_and_not_repeated(release: Path) -> None:
    for endpoint, door in (("http://me:hush@127.0.0.1/query", ""), ("http://127.0.0.1/query", "http://me:hush@h/x")):
        with pytest.raises(SettingsError, match="P2P_PUSH_PASSWORD") as caught:
            push(release, endpoint, Settings(), graph_store=door)
        assert "hush" not in str(caught.value)


def test_where_graphs_go_is_told_by_the_address_or_asked_for() -> None:
    assert graph_store_of("https://db.example.org/repositories/p2p") == (
        "https://db.example.org/repositories/p2p/rdf-graphs/service"
    )
    with pytest.raises(SettingsError, match="--graph-store"):
        graph_store_of("https://db.example.org/p2p")


class _Forgetful(BaseHTTPRequestHandler):
    """A store that takes every graph and keeps all but one."""

    kept: dict[str, int]

    def _graph(self) -> str:
        return parse_qs(urlsplit(self.path).query)["graph"][0]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._graph().endswith("/xa"):
            self.kept[self._graph()] = body.count(b"\n")
        self._say(204)

    def do_DELETE(self) -> None:
        self._say(204 if self.kept.pop(self._graph(), None) else 404)

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
        rows = (
            []
            if "hasVersion" in asked
            else [{"graph": ("uri", g), "triples": ("literal", n)} for g, n in self.kept.items()]
        )
        bindings = [{name: {"type": kind, "value": str(value)} for name, (kind, value) in row.items()} for row in rows]
        self._say(200, json.dumps({"head": {"vars": ["graph", "triples"]}, "results": {"bindings": bindings}}).encode())

    def _say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


def test_what_did_not_arrive_is_told_and_gets_no_version(release: Path) -> None:
    _Forgetful.kept = {}
    with HTTPServer(("127.0.0.1", 0), _Forgetful) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        endpoint = f"http://127.0.0.1:{listening.server_address[1]}/query"
        with pytest.raises(StoreUnavailable, match=r"graph/xa>, where it counts 0; so with 1 of 3 graphs"):
            push(release, endpoint, Settings())
        assert set(_Forgetful.kept) == {f"{BASE}graph/{name}" for name in ("texts", "xb")}
        assert RemoteStore(endpoint, Settings(), may_be_empty=True).version == ""
        with pytest.raises(StoreUnavailable, match="not yet a whole one"):
            open_store(endpoint, Settings())
        listening.shutdown()
        thread.join()
