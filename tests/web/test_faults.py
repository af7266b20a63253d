"""What fails on a real machine: reading goes on, the page says what is off, and nothing is lost."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.release import build
from p2p_graph.releases import current, earlier, switch, versions
from tests import servers
from tests.conftest import DAY
from tests.web.reading import closing
from tests.web.test_limits import serving
from webapp import create_app

HTML = {"Accept": "text/html"}
HELD_BACK = "A newer release could not be opened"
NO_ANSWERS = "Some questions cannot be answered just now"
#: a page that is kept whole once it was shown, and one that asks each time
KEPT, ASKING = "/practice/exford-buddies", "/sparql?query=SELECT%20*%20%7B%20?s%20?p%20?o%20%7D%20LIMIT%20{}"


@pytest.fixture
def home(tmp_path: Path, example_home: Path) -> Path:
    return Path(shutil.copytree(example_home, tmp_path / "home"))


@pytest.fixture(scope="module")
def next_release(tmp_path_factory: pytest.TempPathFactory, example_home: Path, example_sources: Sources) -> Path:
    """The folder of the release after the first, without one practice; made after the clock was set back by years."""
    home = Path(shutil.copytree(example_home, tmp_path_factory.mktemp("next") / "home"))
    data = Path(shutil.copytree(example_sources.data, home.with_name("triples")))
    (data / "xa" / "practices" / "exford-round-table.ttl").unlink()
    sources = Sources(data, example_sources.ontology, example_sources.queries)
    assert date(2020, 1, 1) < DAY
    return build(Settings(home=home), sources=sources, today=date(2020, 1, 1))


@pytest.fixture
def site(home: Path) -> Iterator[Flask]:
    app = create_app(Settings(home=home, workers=1, client_minute=0))
    yield app
    closing(app)


def eventually(true: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether it becomes true; asked often, so that nothing depends on how fast this machine is."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def kill_workers(app: Flask) -> None:
    """Ends those that are idle, as the kernel does when memory is short."""
    pool = app.extensions["p2p_current"]._opened.graph._store._pool
    with pool._change:
        for worker in pool._idle:
            worker._process.kill()
            worker._process.wait()


def ready(client: FlaskClient) -> tuple[int, list[str]]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.get_json()["off"]


# the store


def test_a_release_that_vanishes_while_it_is_read_is_read_on(site: Flask, home: Path) -> None:
    client = site.test_client()
    assert client.get(KEPT).status_code == 200
    (home / "releases").rename(home / "gone")
    for path in ("/", KEPT, "/countries", "/country/XA", "/search?q=buddies", ASKING.format(1)):
        assert client.get(path, headers=HTML).status_code == 200, path
    # without its folder no new process can read it
    numbers = itertools.count(2)

    def nobody_answers() -> bool:
        kill_workers(site)
        return client.get(ASKING.format(next(numbers))).status_code == 503

    assert eventually(nobody_answers)
    assert site.extensions["p2p_current"].standing().off == ("workers",)
    answer = client.get(ASKING.format(next(numbers)))
    assert (answer.status_code, answer.get_json()["title"]) == (503, "Questions cannot be answered just now")
    assert int(answer.headers["Retry-After"]) > 0
    assert NO_ANSWERS in text(client, KEPT)
    assert ready(client) == (503, ["workers"])
    assert client.get("/health/live").status_code == 200
    (home / "gone").rename(home / "releases")
    assert eventually(lambda: client.get(ASKING.format(next(numbers))).status_code == 200)
    assert ready(client) == (200, [])
    assert NO_ANSWERS not in text(client, KEPT)


def test_a_home_that_vanishes_is_read_on_and_said(site: Flask, home: Path) -> None:
    client = site.test_client()
    before = text(client, KEPT)
    assert HELD_BACK not in before
    home.rename(home.with_name("unmounted"))
    for path in (KEPT, "/countries"):
        assert HELD_BACK in text(client, path), path
    assert ready(client) == (200, ["newer release"])
    home.with_name("unmounted").rename(home)
    assert text(client, KEPT) == before
    assert ready(client) == (200, [])


@pytest.mark.parametrize("name", ["data.nq", "search.sqlite", "manifest.json"])
def test_a_broken_new_release_is_not_shown(
    site: Flask, home: Path, next_release: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    client = site.test_client()
    version, tag = current(Settings(home=home)).name, client.get("/countries").headers["ETag"]
    new = home / "releases" / next_release.name
    shutil.copytree(next_release, new)
    whole = (new / name).read_bytes()
    # as a copy to another machine that broke off, or a disk that lies
    (new / name).write_bytes(whole[:-9] + b"nonsense\n" if name != "manifest.json" else whole[:-9])
    switch(home, new.name)
    assert HELD_BACK in text(client, KEPT)
    assert text(client, "/practice/exford-round-table")
    assert ready(client) == (200, ["newer release"])
    assert client.get("/health").get_json()["version"] == version
    # who has the page from before is told too
    assert client.get("/countries", headers={"If-None-Match": tag}).status_code == 200
    assert "p2p_release_held_back 1.0" in client.get("/metrics").get_data(as_text=True)
    monkeypatch.setattr("webapp.current_graph._TRY_AGAIN", 0.0)
    (home / "current").touch()
    text(client, "/countries")
    (new / name).write_bytes(whole)
    assert client.get("/practice/exford-round-table").status_code == 404
    assert ready(client) == (200, [])
    assert HELD_BACK not in text(client, KEPT)


def test_a_damaged_release_is_not_shown_at_the_start_either(home: Path) -> None:
    data = current(Settings(home=home)) / "data.nq"
    data.write_bytes(data.read_bytes()[:-100])
    app = create_app(Settings(home=home, workers=1))
    client = app.test_client()
    answer = client.get("/countries", headers=HTML)
    assert answer.status_code == 503
    assert "is damaged" in answer.get_data(as_text=True)
    assert ready(client) == (503, ["no release"])
    assert client.get("/robots.txt").status_code == 200
    closing(app)


class _Deadly(deque[Any]):
    """Who sits down here dies at once, as of a library that is broken."""

    deaths = 0

    def append(self, worker: Any) -> None:
        worker._process.kill()
        worker._process.wait()
        self.deaths += 1
        super().append(worker)


def test_workers_that_die_in_a_loop_are_started_ever_more_seldom(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p2p_graph.reading.workers._PAUSE", 1.0)
    client = site.test_client()
    page = text(client, KEPT)
    pool = site.extensions["p2p_current"]._opened.graph._store._pool
    kill_workers(site)
    deadly = _Deadly()
    with pool._change:
        deadly.extend(pool._idle)
        pool._idle = deadly
    statuses, began = [], time.monotonic()
    while time.monotonic() - began < 3:
        statuses.append(client.get(ASKING.format(len(statuses) + 3), headers=HTML).status_code)
    assert set(statuses) == {503}
    # readers are told at once, and processes are started once a second
    assert len(statuses) > 4 * deadly.deaths
    assert 2 <= deadly.deaths <= 9
    assert pool.state().ended >= 5
    assert ready(client) == (503, ["workers"])
    assert client.get("/health/live").status_code == 200
    told = text(client, KEPT)
    assert NO_ANSWERS in told
    assert told.startswith(page.partition("<!-- what is off -->")[0])
    monkeypatch.setattr("p2p_graph.reading.workers._WITHIN", 0.0)
    with pool._change:
        pool._idle = deque(deadly)
    assert eventually(lambda: client.get(ASKING.format(1)).status_code == 200)
    assert ready(client) == (200, [])


# a remote store


class _Between:
    """A server before a real store, which it makes slow or breaks off, as a network does."""

    def __init__(self, store: str) -> None:
        self.is_slow, self.is_down, self.released = False, False, threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.is_down:
                    self.close_connection = True
                    return
                if outer.is_slow:
                    outer.released.wait(20)
                kept = {name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers}
                with urllib.request.urlopen(urllib.request.Request(store, body, kept), timeout=20) as answer:
                    content = answer.read()
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        self.send_response(answer.status)
                        self.send_header("Content-Type", answer.headers["Content-Type"])
                        self.send_header("Content-Length", str(len(content)))
                        self.end_headers()
                        self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/query"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def between(example_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Between]:
    folder = tmp_path_factory.mktemp("store")
    shutil.copy(example_release / "data.nq", folder)
    with servers.oxigraph(folder / "data.nq") as address:
        found = _Between(address)
        yield found
        found.close()


def test_a_remote_store_that_is_down_is_said_and_what_is_known_is_shown(between: _Between, tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path, store=between.address, client_minute=0))
    client = app.test_client()
    assert NO_ANSWERS not in text(client, KEPT)
    between.is_down = True
    try:
        answer = client.get("/practice/exford-round-table", headers=HTML)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert NO_ANSWERS in text(client, KEPT)
        assert ready(client) == (503, ["store"])
        assert client.get("/health/live").status_code == 200
    finally:
        between.is_down = False
    assert text(client, "/practice/exford-round-table")
    assert ready(client) == (200, [])
    closing(app)


def test_a_remote_store_that_is_slow_holds_up_only_what_asks_it(between: _Between, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, store=between.address, client_minute=0, client_queries=0)
    with serving(settings, threads=16) as (_, port):

        def asked(path: str, seconds: float = 20) -> int:
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=HTML)
            try:
                with urllib.request.urlopen(request, timeout=seconds) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as fault:
                fault.close()
                return fault.code

        assert asked(KEPT) == 200
        between.is_slow = True
        try:
            with ThreadPoolExecutor(24) as many:
                waiting = [many.submit(asked, f"/practices?page=1&kind=x{number}") for number in range(8)]
                waiting += [many.submit(asked, ASKING.format(number)) for number in range(16)]
                for _ in range(5):
                    assert asked("/health/live") == 200
                    assert asked("/robots.txt") == 200
                # nobody stood in line behind those, who still wait for the store; for others there was no room
                are_answered = [one.done() for one in waiting]
                between.released.set()
                found = [one.result() for one in waiting]
        finally:
            between.is_slow = False
            between.released.set()
        assert not all(are_answered)
        assert set(found) == {200, 503}
        assert eventually(lambda: asked(ASKING.format(3)) == 200)


# the ledger, the disk, the clock


def test_a_locked_ledger_keeps_nobody_from_reading(home: Path) -> None:
    app = create_app(Settings(home=home, workers=1, client_minute=0))
    client = app.test_client()
    client.set_cookie("session", "somebody")
    with contextlib.closing(sqlite3.connect(home / "ledger.sqlite", isolation_level=None)) as held:
        held.execute("CREATE TABLE something (held INTEGER)")
        held.execute("BEGIN EXCLUSIVE")
        for path in ("/", KEPT, "/countries", "/search?q=buddies", ASKING.format(1)):
            assert client.get(path, headers=HTML).status_code == 200, path
        assert ready(client) == (200, [])
    # nobody waited for it, since nobody opened it
    assert app.extensions["p2p_office"]._ledger is None
    closing(app)


FULL = """
import json, resource, signal, sys
from pathlib import Path
from p2p_graph.config import Settings
from webapp import create_app

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
client = create_app(Settings(home=Path(sys.argv[1]), workers=1, client_minute=0)).test_client()
client.get("/")
said = {}
for state, most in (("full", 0), ("room", resource.RLIM_INFINITY)):
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    asked = {"query": "SELECT * { ?s a ?o } LIMIT 2"}
    said[state] = [
        (answer.status_code, (answer.get_json(silent=True) or {}).get("code", ""))
        for answer in (
            client.get("/practice/exford-buddies"),
            client.get("/sparql", query_string=asked),
            client.post("/cite", data=asked),
            client.post("/s", data=asked),
            client.get("/health/ready"),
        )
    ]
sys.stdout = open("/dev/stdout", "w")
print(json.dumps(said))
"""


def test_on_a_full_disk_reading_goes_on_and_nothing_half_is_kept(home: Path) -> None:
    """A program may be told how long its files may get; to it that is a full disk."""
    done = subprocess.run([sys.executable, "-c", FULL, str(home)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    full, room = said["full"], said["room"]
    assert [status for status, _ in full] == [200, 200, 507, 507, 200], full
    assert {code for status, code in full if status == 507} == {"not-writable"}
    assert [status for status, _ in room] == [200, 200, 201, 201, 200], room
    # of what was refused nothing is left
    for folder in ("citations", "links"):
        assert len([path for path in (home / folder).rglob("*") if path.is_file()]) == 1, folder


def test_a_clock_that_was_set_back_makes_no_earlier_release(next_release: Path, example_home: Path) -> None:
    settings = Settings(home=next_release.parents[1])
    first = current(Settings(home=example_home)).name
    assert versions(settings) == [first, next_release.name]
    assert current(settings) == next_release
    assert earlier(settings).name == first
