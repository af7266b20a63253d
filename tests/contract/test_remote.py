"""What a remote store makes of servers that are down, slow, wrong, or say too much: small real servers on loopback."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
import servers

from p2p_graph.config import Settings
from p2p_graph.errors import AnswerTooLarge, P2PError, QueryRefused, QuerySyntaxError, QueryTimeout, StoreUnavailable
from p2p_graph.model import Boolean, Limits, Table, Triples
from p2p_graph.reading.store import RemoteStore, open_store

LIMITS = Limits(5, 10, 10_000)
VERSION = b'{"head":{"vars":["version"]},"results":{"bindings":[{"version":{"type":"literal","value":"1"}}]}}'
JSON = "application/sparql-results+json"

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """An endpoint that knows its version, and answers everything else as the test says."""

    def __init__(self) -> None:
        self.answer: Answer = says(200, JSON, VERSION)
        self.version: Answer = says(200, JSON, VERSION)
        self.asked: list[dict[str, list[str]]] = []
        self.address = ""


def says(status: int, media: str, body: bytes, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", media)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        # the version that knows of chunks; every answer ends its connection
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = parse_qs(body)
            state.asked.append(
                {**asked, "accept": [self.headers["Accept"]], "who": self.headers.get_all("Authorization", [])}
            )
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.close_connection = True
                (state.version if "hasVersion" in asked["query"][0] else state.answer)(self)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    class Threading(socketserver.ThreadingMixIn, HTTPServer):
        daemon_threads = True
        block_on_close = False

    with Threading(("127.0.0.1", 0), Handler) as listening:
        state.address = f"http://127.0.0.1:{listening.server_address[1]}/sparql"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture
def store(server: Server) -> RemoteStore:
    store = open_store(server.address, Settings())
    assert isinstance(store, RemoteStore)
    return store


def test_an_endpoint_that_is_down_says_what_to_do() -> None:
    address = f"http://127.0.0.1:{servers.free_port()}/sparql"
    with pytest.raises(StoreUnavailable, match="see that it runs, or set P2P_STORE to another") as caught:
        open_store(address, Settings())
    assert caught.value.values == {"location": address}
    assert str(caught.value).count(".") == str(caught.value).count("127.0.0.1") * 3 + 1


def test_an_endpoint_that_goes_down_later_says_so(server: Server, store: RemoteStore) -> None:
    def hang_up(request: BaseHTTPRequestHandler) -> None:
        request.connection.close()

    server.answer = hang_up
    with pytest.raises(StoreUnavailable, match="does not answer"):
        store.answer("ASK {}", LIMITS)


@pytest.mark.parametrize(
    "body", [b'{"head":{"vars":["version"]},"results":{"bindings":[]}}', b'{"head":{},"boolean":true}']
)
def test_an_endpoint_without_a_release_says_so(server: Server, body: bytes) -> None:
    server.version = says(200, JSON, body)
    with pytest.raises(StoreUnavailable):
        open_store(server.address, Settings())


def test_the_query_goes_by_post_with_a_time_out_for_the_server(server: Server, store: RemoteStore) -> None:
    server.answer = says(200, JSON, b'{"head":{},"boolean":false}')
    assert store.answer("ASK { ?s ?p 'ż' }", LIMITS) == Boolean(False)
    assert server.asked[-1]["query"] == ["ASK { ?s ?p 'ż' }"]
    # later than ours: Virtuoso gives half of an answer when its own time is up
    assert server.asked[-1]["timeout"] == ["6000"]
    assert server.asked[-1]["accept"] == [JSON]


def test_an_endpoint_that_wants_to_know_who_asks_is_told(server: Server, store: RemoteStore) -> None:
    assert server.asked[-1]["who"] == []
    asking = open_store(server.address, Settings(store_user="reader", store_password="ż:1"))
    assert asking.version == "1"
    assert server.asked[-1]["who"] == [f"Basic {base64.b64encode('reader:ż:1'.encode()).decode()}"]


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (b"error at 3:2: expected one of FROM, [_]", {"line": 3, "column": 1}),
        (b"Virtuoso 37000 Error SP030: SPARQL compiler, line 7: syntax error at '}'", {"line": 7, "column": 0}),
        (b"Lexical error at line 2, column 5.  Encountered: x", {"line": 2, "column": 5}),
        (b"No idea.\nReally.", {"line": 0, "column": 0}),
        (b"\xff\xfe", {"line": 0, "column": 0}),
        (b"", {"line": 0, "column": 0}),
    ],
)
def test_a_bad_query_has_the_place_that_the_server_names(
    server: Server, store: RemoteStore, body: bytes, values: dict[str, int]
) -> None:
    server.answer = says(400, "text/plain", body)
    with pytest.raises(QuerySyntaxError) as caught:
        store.answer("ASK {}", LIMITS)
    assert caught.value.values == values


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, StoreUnavailable),
        (403, StoreUnavailable),
        (404, StoreUnavailable),
        (408, QueryTimeout),
        (414, StoreUnavailable),
        (500, StoreUnavailable),
        (502, StoreUnavailable),
        (503, QueryTimeout),
        (504, QueryTimeout),
    ],
)
def test_each_status_is_an_error_of_ours(
    server: Server, store: RemoteStore, status: int, error: type[P2PError]
) -> None:
    server.answer = says(status, "text/html", b"<h1>no</h1>")
    with pytest.raises(error):
        store.answer("ASK {}", LIMITS)


@pytest.mark.parametrize(
    ("query", "media", "body"),
    [
        ("SELECT * {}", JSON, b"<html>Welcome to the hotel</html>"),
        ("SELECT * {}", JSON, b""),
        ("SELECT * {}", JSON, VERSION[:-12]),
        ("SELECT * {}", JSON, b'{"head":{},"boolean":true}'),
        (
            "SELECT * {}",
            JSON,
            b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"uri","value":"no iri"}}]}}',
        ),
        ("DESCRIBE <a:a>", "application/n-triples", b"<a:a> <a:b>"),
        ("DESCRIBE <a:a>", "text/turtle", b"<html>"),
        ("DESCRIBE <a:a>", "text/html", b"<html>"),
    ],
)
def test_nonsense_and_half_answers_are_no_answers(
    server: Server, store: RemoteStore, query: str, media: str, body: bytes
) -> None:
    server.answer = says(200, media, body)
    with pytest.raises(StoreUnavailable, match="breaks off or makes no sense"):
        store.answer(query, LIMITS)


TRIPLES = b"<a:a> <a:b> <a:c> .\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content_Length": "999"}, TRIPLES),
        ({"Transfer_Encoding": "chunked"}, b"14\r\n" + TRIPLES + b"\r\n"),
        ({"Transfer_Encoding": "chunked"}, b"99\r\n" + TRIPLES),
    ],
)
def test_an_answer_that_breaks_off_after_a_whole_line_is_no_answer(
    server: Server, store: RemoteStore, headers: dict[str, str], body: bytes
) -> None:
    server.answer = says(200, "application/n-triples", body, **headers)
    with pytest.raises(StoreUnavailable, match="broke off"):
        store.answer("DESCRIBE <a:a>", LIMITS)


def test_triples_are_read_in_the_format_in_which_they_come(server: Server, store: RemoteStore) -> None:
    for media, body in (
        ("text/turtle", b"@prefix x: <x:> . x:a x:b x:c, x:c ."),
        ("application/n-triples", b"<x:a> <x:b> <x:c> ."),
        (
            "application/rdf+xml",
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="x:">'
            b'<rdf:Description rdf:about="x:a"><x:b rdf:resource="x:c"/></rdf:Description></rdf:RDF>',
        ),
    ):
        server.answer = says(200, media, body)
        found = store.answer("DESCRIBE <x:a>", LIMITS)
        assert isinstance(found, Triples)
        assert [str(triple) for triple in found.triples] == ["<x:a> <x:b> <x:c>"]


def test_a_silent_server_is_a_time_out(server: Server, store: RemoteStore) -> None:
    done = threading.Event()
    server.answer = lambda request: done.wait(20) and None
    began = time.monotonic()
    with pytest.raises(QueryTimeout):
        store.answer("ASK {}", Limits(1, 10, 1_000))
    assert 1 <= time.monotonic() - began < 2
    done.set()


def test_a_server_that_dribbles_is_a_time_out(server: Server, store: RemoteStore) -> None:
    done = threading.Event()

    def dribble(request: BaseHTTPRequestHandler) -> None:
        says(200, JSON, b"{")(request)
        while not done.wait(0.02):
            request.wfile.write(b" ")

    server.answer = dribble
    began = time.monotonic()
    with pytest.raises(QueryTimeout):
        store.answer("ASK {}", Limits(1, 10, 1_000))
    assert 1 <= time.monotonic() - began < 2
    done.set()


def test_an_endless_answer_is_read_up_to_the_limit(server: Server, store: RemoteStore) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        says(200, JSON, b'{"head":{"vars":["x"]},"results":{"bindings":[')(request)
        while True:
            request.wfile.write(b'{"x":{"type":"literal","value":"x"}},' * 1_000)

    server.answer = endless
    with pytest.raises(AnswerTooLarge) as caught:
        store.answer("SELECT ?x {}", LIMITS)
    assert caught.value.values == {"bytes": 10_000}


def test_rows_that_the_server_cut_are_an_error(server: Server, store: RemoteStore) -> None:
    server.answer = says(200, JSON, VERSION, X_SPARQL_MaxRows="1")
    with pytest.raises(AnswerTooLarge) as caught:
        store.answer("SELECT ?version {}", LIMITS)
    assert caught.value.values == {"rows": 1}


def test_a_written_answer_is_measured_as_written(server: Server, store: RemoteStore) -> None:
    body = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"x:1"}}]}}'
    server.answer = says(200, JSON, body)
    assert store.written("SELECT ?x {}", Limits(5, 10, len(body)), "csv") == b"x\r\nx:1\r\n"
    with pytest.raises(AnswerTooLarge):
        store.written("SELECT ?x {}", Limits(5, 10, len(body)), "xml")


def test_what_is_refused_never_leaves_this_machine(server: Server, store: RemoteStore) -> None:
    before = len(server.asked)
    for query in ("DROP ALL", "SELECT * { SERVICE <http://127.0.0.1/> {} }", "SELECT * FROM <http://127.0.0.1/> {}"):
        with pytest.raises(QueryRefused):
            store.answer(query, LIMITS)
    assert len(server.asked) == before


def test_blank_nodes_of_virtuoso_are_terms_and_texts_like_them_stay(server: Server, store: RemoteStore) -> None:
    server.answer = says(
        200,
        JSON,
        b'{"head":{"vars":["a","b"]},"results":{"bindings":[{"a":{ "type": "bnode", "value": "nodeID://b7" },'
        b'"b":{"type":"literal","value":"\\"type\\": \\"bnode\\", \\"value\\": \\"nodeID://"}}]}}',
    )
    found = store.answer("SELECT ?a ?b {}", LIMITS)
    assert isinstance(found, Table)
    assert [str(cell) for cell in found.rows[0]] == ["_:b7", '"\\"type\\": \\"bnode\\", \\"value\\": \\"nodeID://"']


def test_closing_is_harmless(store: RemoteStore) -> None:
    store.close()
    assert store.version == "1"
