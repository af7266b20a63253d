"""What one client may ask: how often, how much at once, how large, how slowly; a limit is named where it bites."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from flask import Flask
from waitress.wasyncore import close_all

from p2p_graph.config import Settings
from tests.web.reading import closing
from webapp import create_app
from webapp.listening import listen_with
from webapp.protection import Gate, TooMany

ASK = "/sparql?query=ASK+%7B%7D"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?e && ?i != ?d) }"


@contextlib.contextmanager
def site(home: Path, **limits: float) -> Iterator[Flask]:
    app = create_app(Settings(home=home, workers=1, **limits))  # type: ignore[arg-type]
    try:
        yield app
    finally:
        closing(app)


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def spend(gate: Gate, client: str, times: int) -> int:
    """How many of some requests get a place."""
    placed = 0
    for _ in range(times):
        with contextlib.suppress(TooMany), gate.place(client):
            placed += 1
    return placed


def test_allowance_is_spent_and_comes_back() -> None:
    clock = Clock()
    gate = Gate(0, 60, clock)
    assert spend(gate, "a", 100) == 60
    with pytest.raises(TooMany) as caught, gate.place("a"):
        pass
    assert caught.value.values == {"retry_after": 1, "a_minute": 60}
    assert spend(gate, "b", 100) == 60
    clock.now += 10
    assert spend(gate, "a", 100) == 10
    clock.now += 3600
    assert spend(gate, "a", 100) == 60


def test_seconds_to_wait_are_enough() -> None:
    clock = Clock()
    gate = Gate(0, 2, clock)
    assert spend(gate, "a", 3) == 2
    with pytest.raises(TooMany) as caught, gate.place("a"):
        pass
    wait = caught.value.values["retry_after"]
    assert wait == 30
    clock.now += 29
    assert spend(gate, "a", 1) == 0
    clock.now += 1
    assert spend(gate, "a", 2) == 1


def test_places_are_given_back_also_after_a_fault() -> None:
    gate = Gate(2, 0)
    with gate.place("a"), gate.place("a"):
        with pytest.raises(TooMany) as caught, gate.place("a"):
            pass
        assert caught.value.values == {"retry_after": 1, "at_once": 2}
        with gate.place("b"):
            pass
    with contextlib.suppress(ValueError), gate.place("a"):
        raise ValueError
    with gate.place("a"), gate.place("a"):
        pass


def test_zero_means_any_number() -> None:
    gate = Gate(0, 0)
    with contextlib.ExitStack() as held:
        for _ in range(500):
            held.enter_context(gate.place("a"))


def test_memory_of_clients_is_bounded() -> None:
    gate = Gate(0, 1, Clock())
    assert sum(spend(gate, str(number), 1) for number in range(30_000)) == 30_000
    assert len(gate._allowance._left) <= 10_000


def test_too_many_requests_get_429_with_the_limit_and_when_to_come_back(example_home: Path) -> None:
    with site(example_home, client_minute=3) as app:
        client = app.test_client()
        assert [client.get(ASK).status_code for _ in range(4)] == [200, 200, 200, 429]
        for path in (ASK, "/graph-store?default", "/queries/practices-by-country.csv?country=XA"):
            response = client.get(path)
            body = response.get_json()
            assert (response.status_code, response.mimetype) == (429, "application/problem+json")
            assert 1 <= int(response.headers["Retry-After"]) == body["retry_after"] <= 20
            assert (body["status"], body["code"], body["a_minute"]) == (429, "http-429", 3)
            assert "3 times a minute" in body["detail"]
            assert response.headers["Access-Control-Allow-Origin"] == "*"
        page = client.get(ASK, headers={"Accept": "text/html"})
        assert (page.status_code, page.mimetype) == (429, "text/html")
        assert int(page.headers["Retry-After"])
        assert client.get("/").status_code == 200
        assert client.get(ASK, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("not an address", "neither is this", False),
    ],
)
def test_clients_are_told_apart_by_their_address(example_home: Path, one: str, other: str, same: bool) -> None:
    with site(example_home, client_minute=1) as app:
        client = app.test_client()
        assert client.get(ASK, environ_overrides={"REMOTE_ADDR": one}).status_code == 200
        assert client.get(ASK, environ_overrides={"REMOTE_ADDR": other}).status_code == (429 if same else 200)


@pytest.mark.parametrize(("proxies", "expected"), [(0, [200, 429, 429]), (1, [200, 200, 429])])
def test_what_a_proxy_says_is_believed_only_if_there_is_one(
    example_home: Path, proxies: int, expected: list[int]
) -> None:
    said = ["192.0.2.1", "192.0.2.2", "192.0.2.9, 192.0.2.2"]
    with site(example_home, client_minute=1, proxies=proxies) as app:
        client = app.test_client()
        assert [client.get(ASK, headers={"X-Forwarded-For": one}).status_code for one in said] == expected


def test_one_client_cannot_take_every_worker(example_home: Path) -> None:
    with site(example_home, client_queries=1, query_seconds=3) as app:
        assert app.test_client().get(ASK).status_code == 200
        given: list[int] = []

        def ask_slowly() -> None:
            # it may be the one that is refused, while the quick one is answered
            while (status := app.test_client().get("/sparql", query_string={"query": SLOW}).status_code) == 429:
                pass
            given.append(status)

        slow = threading.Thread(target=ask_slowly)
        slow.start()
        response = app.test_client().get(ASK)
        # the slow one needs a moment until it is counted
        while response.status_code == 200 and slow.is_alive():
            response = app.test_client().get(ASK)
        assert response.status_code == 429
        assert response.get_json()["at_once"] == 1
        assert response.headers["Retry-After"] == "1"
        slow.join()
        assert given in ([503], [200])
        assert app.test_client().get(ASK).status_code == 200


def test_limits_stand_on_the_page(example_home: Path) -> None:
    with site(example_home, client_queries=3, client_minute=1_200) as app:
        html = app.test_client().get("/sparql", headers={"Accept": "text/html"}).get_data(as_text=True)
        assert "3 queries at a time" in html
        assert "1,200 requests a minute" in html


def test_body_past_its_limit_is_413(example_home: Path) -> None:
    with site(example_home, body_bytes=1_000) as app:
        client = app.test_client()
        for size, status in ((900, 200), (1_100, 413)):
            query = "ASK {} #" + "x" * (size - 8)
            sent = client.post("/sparql", data=query, content_type="application/sparql-query")
            assert sent.status_code == status
        body = sent.get_json()
        assert (body["status"], body["code"]) == (413, "http-413")


def test_whole_graph_is_bounded_by_its_bytes_not_by_rows(example_home: Path) -> None:
    with site(example_home, query_rows=5, query_bytes=7_000) as app:
        client = app.test_client()
        small = client.get("/graph/shared/words.nt", headers={"Accept": "application/n-triples"})
        assert small.status_code == 404
        small = client.get("/graph/shared/words", headers={"Accept": "application/n-triples"})
        assert small.status_code == 200
        assert len(small.data.splitlines()) > 5
        large = client.get("/graph/xa/practices/exford-round-table", headers={"Accept": "application/n-triples"})
        assert (large.status_code, large.get_json()["bytes"]) == (413, 7_000)


# the server under it


@contextlib.contextmanager
def serving(settings: Settings, threads: int = 2) -> Iterator[tuple[Flask, int]]:
    """An app behind its server, and the port."""
    app = create_app(settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        server = listen_with(app, settings, listening, threads=threads)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield app, listening.getsockname()[1]
        server.task_dispatcher.shutdown()
        # closed by the thread that looks at its sockets, never under its hands
        server.trigger.pull_trigger(lambda: close_all(server._map))
        thread.join(timeout=10)
        assert not thread.is_alive()
    closing(app)


@pytest.fixture
def port(example_home: Path) -> Iterator[int]:
    """The port of a server that waits one second for a request."""
    settings = Settings(home=example_home, workers=1, client_minute=0, body_seconds=1.0, body_bytes=1_000)
    with serving(settings) as (_, number):
        yield number


def answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what a server says until it closes."""
    with connection.makefile("rb") as said:
        status = int(said.readline().split()[1])
        headers: dict[str, str] = {}
        while (line := said.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            headers[name.casefold()] = value.strip()
        return status, headers, said.read(int(headers["content-length"]))


def dribble(connection: socket.socket, text: bytes) -> None:
    """Sends a byte every 50 ms until the other side has something to say."""
    connection.settimeout(0.05)
    for number in range(400):
        connection.sendall(text[number % len(text) :][:1])
        with contextlib.suppress(TimeoutError):
            if connection.recv(1, socket.MSG_PEEK):
                break
    connection.settimeout(10)


@pytest.mark.parametrize(
    "head",
    [
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 900\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    ],
)
def test_slow_request_is_408_and_holds_up_nobody(port: int, head: bytes) -> None:
    with contextlib.ExitStack() as opened:
        slow = [opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(8)]
        began = time.monotonic()
        for connection in slow:
            connection.sendall(head)
        with socket.create_connection(("127.0.0.1", port)) as quick:
            quick.settimeout(10)
            quick.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.0\r\nHost: a\r\n\r\n")
            assert answer(quick)[0] == 200
        dribble(slow[0], b"x")
        assert 1 <= time.monotonic() - began < 10
        status, headers, body = answer(slow[0])
    assert (status, headers["content-type"]) == (408, "application/problem+json")
    assert headers["connection"] == "close"
    assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(body)["detail"] == "The request did not arrive within 1 seconds."


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nbad header\x00: 1\r\n\r\n", 400),
        (b"\x00\x01\x02\r\n\r\n", 400),
    ],
)
def test_what_the_server_itself_refuses_has_the_same_body(port: int, head: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(10)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(head)
        given, headers, body = answer(connection)
    assert (given, headers["content-type"]) == (status, "application/problem+json")
    assert json.loads(body)["status"] == status


def test_several_requests_on_one_connection_each_have_their_time(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(10)
        for _ in range(4):
            connection.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n")
            time.sleep(0.4)
            connection.sendall(b"Host: a\r\n\r\n")
            assert answer(connection)[0] == 200


def test_query_ends_when_its_client_leaves(example_home: Path) -> None:
    """With one worker and long patience, the next client would otherwise wait a minute."""
    settings = Settings(home=example_home, workers=1, client_minute=0, query_seconds=60)
    with serving(settings) as (app, port):
        asked = urlencode({"query": SLOW.replace("FILTER", "?j ?k ?l . ?m ?n ?o . FILTER")})
        with socket.create_connection(("127.0.0.1", port)) as leaving:
            leaving.sendall(f"GET /sparql?{asked} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            graph = app.extensions["p2p_current"]
            deadline = time.monotonic() + 20
            while not (graph._opened and graph._opened.graph._store._pool._busy):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            (busy,) = graph._opened.graph._store._pool._busy
        with urlopen(f"http://127.0.0.1:{port}{ASK}", timeout=20) as response:
            assert response.status == 200
        assert busy.has_ended()


@pytest.mark.parametrize(("proxies", "expected"), [(0, [200, 429]), (1, [200, 200])])
def test_server_hands_on_what_a_proxy_says_if_there_is_one(
    example_home: Path, proxies: int, expected: list[int]
) -> None:
    settings = Settings(home=example_home, workers=1, client_minute=1, proxies=proxies)
    with serving(settings) as (_, port):
        found = []
        for client in ("192.0.2.1", "192.0.2.2"):
            connection = HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", ASK, headers={"X-Forwarded-For": client})
            found.append(connection.getresponse().status)
            connection.close()
    assert found == expected
