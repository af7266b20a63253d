"""What `inspect` lets through and what it stops: a hundred hostile queries, and invented ones."""

from __future__ import annotations

import contextlib
import threading
import time
from socketserver import BaseRequestHandler, TCPServer

import pytest
from hypothesis import given, settings, strategies as st
from pyoxigraph import Store as Engine

from p2p_graph.config import share
from p2p_graph.errors import QueryRefused, QuerySyntaxError, QueryTooComplex
from p2p_graph.reading.library import Library
from p2p_graph.reading.scan import LONGEST, Dataset, inspect, look, syntax_fault

CALL = "SERVICE <http://127.0.0.1/> { ?s ?p ?o }"

SERVICES = [
    f"SELECT * {{ {CALL} }}",
    f"SELECT*{{{CALL}}}",
    f"select * {{ {CALL.lower()} }}",
    "SELECT * { sErViCe <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<http://127.0.0.1/>{ ?s ?p ?o } }",
    "SELECT * { VALUES ?x { <http://127.0.0.1/> } SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { <http://127.0.0.1/> } SERVICE?x{ ?s ?p ?o } }",
    "SELECT * { VALUES ?x { <http://127.0.0.1/> } SERVICE$x{ ?s ?p ?o } }",
    "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE : { ?s ?p ?o } }",
    "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE:x { ?s ?p ?o } }",
    "PREFIX : <http://127.0.0.1/> SELECT * { service:x{ ?s ?p ?o } }",
    "PREFIX service: <a:> PREFIX : <http://127.0.0.1/> SELECT * { service:x { ?s ?p ?o } }",
    "PREFIX service: <a:> PREFIX : <http://127.0.0.1/> SELECT * { service:x # c\n { ?s ?p ?o } }",
    "PREFIX service: <a:> PREFIX : <http://127.0.0.1/> SELECT * { service:{ ?s ?p ?o } }",
    "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE SILENT:x { ?s ?p ?o } }",
    "PREFIX : <http://127.0.0.1/> SELECT * { SERVICESILENT:x { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1.5SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1.SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "PREFIX : <http://127.0.0.1/> SELECT * { ?s ?p trueSERVICE:x{ ?s ?p ?o } }",
    'SELECT * { ?s ?p "a"SERVICE <http://127.0.0.1/> { ?s ?p ?o } }',
    'SELECT * { ?s ?p "a"@en-SERVICE <http://127.0.0.1/> { ?s ?p ?o } }',
    "PREFIX ex: <a:> SELECT * { ?s ?p ex:.SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "PREFIX ex: <a:> SELECT * { ?s ?p ex:a.SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p [].SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    f"SELECT * {{ OPTIONAL {{ {CALL} }} }}",
    f"SELECT * {{ FILTER NOT EXISTS {{ {CALL} }} }}",
    f"SELECT * {{ {{ SELECT * {{ {CALL} }} }} }}",
    f"ASK {{ {CALL} }}",
    f"CONSTRUCT {{ ?s ?p ?o }} {{ {CALL} }}",
    f"DESCRIBE ?s {{ {CALL} }}",
    f"BASE <http://127.0.0.1/> PREFIX a: <a:> SELECT * {{ {CALL} }}",
    f"# a comment\nSELECT * {{ # another\n {CALL} }}",
    f"SELECT * {{ # comment with a 'quote\n {CALL} }}",
    f'SELECT * {{ # comment with """\n {CALL} # """\n }}',
    f"SELECT * {{ # ends here\r{CALL}\n }}",
    f'SELECT * {{ # ends here or not\r """ \n {CALL} # """\n }}',
    f"SELECT * {{ ?s ?p '#' . {CALL} }}",
    f"SELECT * {{ ?s ?p '\\'' . {CALL} }}",
    f"SELECT * {{ ?s ?p '\\\\' . {CALL} #' \n }}",
    f'SELECT * {{ ?s ?p """a"b""c\\"""" . {CALL} }}',
    f"SELECT * {{ ?s ?p '''a'b''c''' . {CALL} }}",
    f"SELECT * {{ ?s ?p '' . {CALL} # '' \n }}",
    f'SELECT * {{ ?s ?p """""" . {CALL} # """ \n }}',
    f"SELECT * {{ ?s <http://example.org/#a> ?o . {CALL} }}",
    f"SELECT * {{ ?s <http://example.org/'''> ?o . {CALL} # ''' \n }}",
    f"SELECT * {{ ?s ?p ?a FILTER(?a < 5) {CALL} }}",
    f'SELECT * {{ ?s ?p ?a FILTER(?a<#> """\n 5) {CALL} # """\n }}',
    f"SELECT * {{ ?s ?p ?a FILTER(?a<?b#'''>\n) {CALL} # '''\n }}",
    f"SELECT * {{ ?s ?p ?a FILTER(?a<(?b+(1> 0)) FILTER(?a<#> '''\n 5) {CALL} # '''\n }}",
    f"SELECT * {{ <<?s ?p <<?a?b?c#>>> '''\n >> ?p ?o . {CALL} # '''\n }}",
    f"PREFIX ex: <a:> SELECT * {{ ?s ex:a\\' ?o . {CALL} # '\n }}",
    f"PREFIX ex: <a:> SELECT * {{ ?s ex:a\\#b ?o . {CALL} }}",
    "SELECT * { SERV\\u0049CE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { \\U00000053ERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { " + "".join(f"\\u{ord(c):04x}" for c in "SERVICE") + " <http://127.0.0.1/> { ?s ?p ?o } }",
    f"SELECT * {{ # \\u000A {CALL}\n }}",
    f'SELECT * {{ ?s ?p "a\\u0022 . {CALL} # " \n }}',
    f'SELECT * {{ ?s ?p "a\\\\u0022 . {CALL} # " . {CALL} }}',
    f'SELECT * {{ ?s ?p "a\\\\u0022" . {CALL} # " \n }}',
    "SELECT * { ſervice <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVıCE <http://127.0.0.1/> { ?s ?p ?o } }",
    f"SELECT * {{ \ufeff{CALL} }}",
    f"SELECT\u00a0* {{ {CALL} }}",
]

UPDATES = [
    "INSERT DATA { <a:a> <a:b> <a:c> }",
    "insert data{<a:a> <a:b> <a:c>}",
    "DELETE DATA { <a:a> <a:b> <a:c> }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "LOAD <http://127.0.0.1/>",
    "LOAD SILENT <http://127.0.0.1/> INTO GRAPH <a:g>",
    "LOAD<http://127.0.0.1/>",
    "CLEAR ALL",
    "CLEAR SILENT DEFAULT",
    "DROP GRAPH <a:g>",
    "CREATE GRAPH <a:g>",
    "ADD DEFAULT TO <a:g>",
    "MOVE <a:a> TO <a:b>",
    "COPY <a:a> TO <a:b>",
    "PREFIX a: <a:> # SELECT\n DROP ALL",
    "BASE <a:> INSERT { a: a: a: } WHERE {}",
    "SELECT * {} ; DROP ALL",
    "ASK {} ; INSERT DATA { <a:a> <a:b> <a:c> }",
    "DR\\u004FP ALL",
    'DEFINE get:soft "replace" SELECT * {}',
    "#\n#\nCLEAR ALL",
]

OUTSIDE = [
    "SELECT * FROM <http://127.0.0.1/> { ?s ?p ?o }",
    "SELECT * FROM<http://127.0.0.1/>{ ?s ?p ?o }",
    "SELECT * from named <http://127.0.0.1/> { ?s ?p ?o }",
    "SELECT * FROM <https://w3id.org/peer2peer/graph/a> FROM <file:///etc/passwd> { ?s ?p ?o }",
    "PREFIX g: <http://127.0.0.1/> SELECT * FROM g:a { ?s ?p ?o }",
    "SELECT * FROM g:a { ?s ?p ?o }",
    "BASE <http://127.0.0.1/> SELECT * FROM <a> { ?s ?p ?o }",
    "SELECT * FROM <https://w3id.org/peer2peer/graphs> { ?s ?p ?o }",
    "SELECT * FROM <https://w3id.org/peer2peer/graph/../../../x> { ?s ?p ?o }",
    "SELECT * FROM <https://w3id.org/peer2peer/graph/\\u002E\\u002E/x> { ?s ?p ?o }",
    "SELECT * FROM # comment\n <http://127.0.0.1/> { ?s ?p ?o }",
    "SELECT * FROM ?x { ?s ?p ?o }",
    "SELECT * FROMNAMED<http://127.0.0.1/> { ?s ?p ?o }",
    "PREFIX g: <https://w3id.org/peer2peer/graph/> PREFIX g: <http://127.0.0.1/> SELECT * FROM g:a { }",
    "DESCRIBE <a:a> FROM <http://127.0.0.1/>",
    "SELECT (bif:file_to_string('/etc/passwd') AS ?x) {}",
    "SELECT (<bif:file_to_string>('/etc/passwd') AS ?x) {}",
    "SELECT (SQL:f() AS ?x) {}",
]

ALLOWED = [
    "SELECT * {}",
    "ASK{}",
    "# SERVICE <x> {} and INSERT and DROP\nSELECT * { ?s ?p ?o }",
    "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
    'SELECT * { ?s ?p """\nSERVICE <http://x/> { } DROP ALL\n""" }',
    "SELECT * { ?s ?p '''it's \"SERVICE\" here''' }",
    "SELECT ?service ?load $insert { ?service ?load $insert }",
    "PREFIX service: <https://w3id.org/peer2peer/vocab/service/> SELECT * { ?s ?p service:testing }",
    "PREFIX service: <a:> SELECT * { ?s ?p service:testing . { ?s ?q 1 } UNION { ?s ?q 2 } }",
    "PREFIX service: <a:> SELECT * { ?s service:a ?o ; service:b ?x , service:c . OPTIONAL { ?s ?y ?z } }",
    "PREFIX p2p: <https://w3id.org/peer2peer/ontology/> SELECT * { ?s p2p:service ?o }",
    "PREFIX a: <a:> SELECT * { ?s a:service <http://x/> . { ?s ?p ?o } }",
    "SELECT * { ?s <http://x/SERVICE> ?o }",
    "SELECT * { ?s <http://x/#SERVICE> 'DROP' }",
    "SELECT * { _:service ?p ?o }",
    "SELECT * { ?s ?p ?o FILTER(?o < 5 && ?o > 3) }",
    "SELECT * { ?s ?p ?o FILTER(?o<5&&?o>3) }",
    "SELECT * { VALUES ?x { <http://example.org/a#b> <http://example.org/c'd> } }",
    "SELECT * { VALUES (?x) { (<http://example.org/a#b>) } }",
    "SELECT * { ?s (<http://example.org/a#b>|^<http://example.org/(c)>)+ ?o }",
    "BASE <http://example.org/> SELECT * { <#me> ?p ?o }",
    "PREFIX g: <https://w3id.org/peer2peer/graph/> SELECT * FROM g:pt FROM NAMED g:be { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * FROM <https://w3id.org/peer2peer/graph/pt/practices/a> { ?s ?p ?o }",
    "SELECT * { GRAPH <http://example.org/unknown> { ?s ?p ?o } }",
    'SELECT * { ?s ?p "caf\\u00e9 \\\\ \\" \\n" }',
    "SELECT * { ?s ?p 'ein \\\\u0022 ' }",
    "PREFIX ex: <a:> SELECT * { ex:a\\-b ex:c%20d ?o }",
    "SELECT\r\n*\r\n{ # comment\r\n?s ?p ?o }",
    "VERSION '1.2' SELECT * { << ?s ?p ?o >> ?q ?r }",
    "SELECT * { ?s ?p <<( ?a ?b ?c )>> }",
    "SELECT * { ?s ?p 'Ελληνικά 中文 🙂' }",
    "DESCRIBE <http://example.org/>",
]

DEEP = [
    "SELECT * " + "{" * 4096 + "}" * 4096,
    "SELECT * " + "{" * 66,
    "ASK { " + "FILTER NOT EXISTS { " * 1000 + "}" * 1000 + " }",
    "ASK { " + "OPTIONAL {} " * 4096 + " }",
    "ASK { FILTER(" + "(" * 8192 + "1" + ")" * 8192 + ") }",
    "ASK { FILTER(" + "!" * 16384 + "1) }",
    "ASK { FILTER(1" + "||1" * 16384 + ") }",
    "ASK { FILTER(1" + "&&1" * 16384 + ") }",
    "ASK { FILTER(1" + "+1" * 16384 + ") }",
    "ASK { FILTER(1" + " -1" * 16384 + ") }",
    "ASK { ?s <a:b>" + "/<a:b>" * 3000 + " ?o }",
    "ASK { ?s <a:b>" + "|<a:b>" * 10000 + " ?o }",
    "ASK { ?s ?p " + "[<a:b> " * 1000 + "1" + "]" * 1000 + " }",
    "ASK { ?s ?p " + "(" * 1000 + "1" + ")" * 1000 + " }",
    "ASK { ?s ?p " + "<<( ?s ?p " * 1000 + "1" + ")>>" * 1000 + " }",
    "ASK { {}" + " UNION {}" * 5000 + " }",
    "ASK { " + "MINUS {} " * 3000 + " }",
    "ASK { " + "".join(f"BIND(1 AS ?v{i}) " for i in range(3000)) + " }",
    "ASK { " + "".join(f"VALUES ?v{i} {{1}} " for i in range(3000)) + " }",
    "SELECT " + "".join(f"(1 AS ?v{i})" for i in range(3000)) + " {}",
    "ASK { FILTER(" + "CONCAT(" * 1000 + "'a'" + ")" * 1000 + ") }",
    "ASK { " + "LATERAL {} " * 5000 + " }",
    "ASK { " + "GRAPH ?g { " * 3000 + "}" * 3000 + " }",
    "ASK { " + "{ SELECT * { " * 1500 + "} } " * 1500 + " }",
    "ASK { FILTER(" + "\\u0028" * 500 + "1" + "\\u0029" * 500 + ") }",
    "#" * (LONGEST + 1),
    "ASK {}" + " " * LONGEST,
]

BROKEN = [
    ("", 1, 1),
    ("   \n  ", 2, 3),
    ("# nothing but a comment", 1, 24),
    ("hello", 1, 1),
    ("PREFIX a: <a:>\nFIND ?x", 2, 1),
    ("SELECTED * {}", 1, 1),
    ("SELECT * { ?s ?p 'no end }", 1, 18),
    ('SELECT *\n{ ?s ?p "no end\n" }', 2, 9),
    ("SELECT * {\r\n ?s ?p '''no end ' '' }", 2, 8),
    ('SELECT * {\r ?s ?p """no end "" }', 2, 8),
    ("SELECT * { ?s \\ ?o }", 1, 15),
    ("SELECT * { ?s ` ?o }", 1, 15),
    ("SELECT * {\n ?s \x00 ?o }", 2, 5),
    ("ASK { ?s ?p '\ud800' }", 1, 14),
]


@pytest.mark.parametrize("query", SERVICES)
def test_service_is_refused_however_it_is_hidden(query: str) -> None:
    with pytest.raises(QueryRefused):
        inspect(query)


@pytest.mark.parametrize("query", UPDATES)
def test_updates_are_refused(query: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        inspect(query)
    assert caught.value.values["what"]


@pytest.mark.parametrize("query", OUTSIDE)
def test_what_is_outside_of_the_release_is_refused(query: str) -> None:
    with pytest.raises(QueryRefused):
        inspect(query)


@pytest.mark.parametrize("query", ALLOWED)
def test_words_in_comments_strings_names_and_addresses_are_no_keywords(query: str) -> None:
    assert inspect(query).text == query


@pytest.mark.parametrize("query", DEEP, ids=lambda query: query[:40])
def test_what_would_end_the_engine_is_stopped_at_once(query: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryTooComplex) as caught:
        inspect(query)
    assert time.monotonic() - began < 1
    assert caught.value.values["limit"]


@pytest.mark.parametrize(("query", "line", "column"), BROKEN)
def test_what_is_no_query_has_a_place(query: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        inspect(query)
    assert caught.value.values == {"line": line, "column": column}


@pytest.mark.parametrize(
    ("query", "form", "kind"),
    [
        ("select * {}", "SELECT", "table"),
        ("BASE <a:> PREFIX select: <a:> aSk {}", "ASK", "boolean"),
        ("#ASK\nCONSTRUCT {} {}", "CONSTRUCT", "triples"),
        ("PREFIX : <a:> DESCRIBE :select", "DESCRIBE", "triples"),
    ],
)
def test_the_form_is_known_before_anything_runs(query: str, form: str, kind: str) -> None:
    prepared = inspect(query)
    assert (prepared.form, prepared.kind) == (form, kind)


def test_graphs_of_its_own_are_noticed() -> None:
    assert look("SELECT * FROM <https://w3id.org/peer2peer/graph/pt> {}").own_graphs
    assert look("SELECT * FROM NAMED <https://w3id.org/peer2peer/graph/pt> {}").own_graphs
    assert not look("SELECT ?from { ?s ?from 'FROM <x>' } # FROM <x>").own_graphs


def test_every_saved_query_passes() -> None:
    library = Library.load(share("queries"))
    names = [query.name for folder in ("questions", "patterns", "pages", "checks") for query in library.folder(folder)]
    assert names
    for name in names:
        inspect(library.get(name).body)


def test_the_limits_leave_room_for_honest_queries() -> None:
    inspect("SELECT * { VALUES ?x { " + "<https://example.org/a-thing-of-some-length> " * 4000 + "} }")
    inspect("SELECT * { FILTER(" + " || ".join(f"?x = {i}" for i in range(300)) + ") }")
    inspect("SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 100 + "}")
    inspect("SELECT * " + "{" * 60 + "}" * 60)


@pytest.mark.parametrize(
    "text",
    ['"' * LONGEST, "'\"" * (LONGEST // 2), "\\u0022" * (LONGEST // 6), "<" * LONGEST, "a:" * (LONGEST // 2),
     '"""' + '""a' * (LONGEST // 4), "a-" * (LONGEST // 2), "<a" * (LONGEST // 2), "\r" * LONGEST,
     "x:%" * (LONGEST // 3), "é" * LONGEST, "\\" * LONGEST, "'''" + "\\'" * (LONGEST // 3)],
    ids=lambda text: text[:9],
)  # fmt: skip
def test_no_text_takes_long_to_look_at(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(QuerySyntaxError, QueryTooComplex, QueryRefused):
        inspect("SELECT * { " + text[: LONGEST - 20])
    assert time.process_time() - began < 2


@given(st.text(max_size=200))
def test_any_text_is_a_query_or_an_error_of_ours(text: str) -> None:
    with contextlib.suppress(QuerySyntaxError, QueryTooComplex, QueryRefused):
        assert inspect(text).text == text


PIECES = st.sampled_from(
    ["SERVICE", "service", "SILENT", " ", "\n", "\r", "#", "'", '"', '"""', "'''", "\\", "\\u0022", "\\u000a", "{", "}",
     "(", ")", "<", ">", "<http://127.0.0.1:{port}/>", ":x", "service:x", "?s ?p ?o", "?a", ".", ",", ";", "1", "true",
     "@en", "^^", "FILTER", "OPTIONAL", "ex:", "ex:a", "\\'", "\\#", "&&", "||", "<#>", "<<", ">>", "[", "]", "!"]
)  # fmt: skip


class _Listener(BaseRequestHandler):
    calls = 0

    def handle(self) -> None:
        _Listener.calls += 1


@pytest.fixture(scope="module")
def port() -> object:
    with TCPServer(("127.0.0.1", 0), _Listener) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@settings(max_examples=1500, deadline=None)
@given(st.lists(PIECES, max_size=14), st.lists(PIECES, max_size=6))
def test_what_passes_never_calls_another_server(port: int, before: list[str], after: list[str]) -> None:
    """The engine itself is the judge: whatever `inspect` lets through is run, and nobody must be called."""
    calls = _Listener.calls
    call = ["SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o }"]
    head = "PREFIX : <http://127.0.0.1:{port}/> PREFIX ex: <a:> PREFIX service: <b:> SELECT * { "
    query = (head + "".join([*before, *call, *after]) + " }").replace("{port}", str(port))
    try:
        inspect(query)
    except (QuerySyntaxError, QueryTooComplex, QueryRefused):
        return
    with contextlib.suppress(SyntaxError, OSError, RuntimeError, ValueError):
        list(Engine().query(query, use_default_graph_as_union=True))  # type: ignore[arg-type]
    assert _Listener.calls == calls, query


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELECT *\n{ ?s ?p }", "Not understood: } (line 2, column 9)."),
        ("SELECT", "The query ends too early (line 1, column 7)."),
        ("ASK {} x", "Not understood: x (line 1, column 8)."),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", "The SELECT contains a variable that is unbound (line 1, column 34)."),
        ("SELECT * { ?s <relative> ?o }", "IRI parsing failed (line 1, column 25)."),
        ("SELECT * { ?s ex:p ?o }", "The prefix ex: is not declared (line 1, column 15)."),
    ],
)
def test_the_engine_s_faults_become_sentences_with_a_place(query: str, sentence: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        Engine().query(query)
    assert str(syntax_fault(str(caught.value.msg), query)) == sentence


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/",
        "https://w3id.org/peer2peer/graph",
        "https://w3id.org/peer2peer/graph/../id/",
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "https://w3id.org/peer2peer/graph/x> { ?s ?p ?o } #",
        "https://w3id.org/peer2peer/graph/x\ny",
        "",
    ],
)
def test_a_dataset_holds_graphs_of_the_release_alone(address: str) -> None:
    for dataset in (lambda: Dataset((address,)), lambda: Dataset((), (address,))):
        with pytest.raises(QueryRefused):
            dataset()


def test_graphs_of_a_query_are_seen() -> None:
    head = "PREFIX g: <https://w3id.org/peer2peer/graph/> SELECT * FROM g:a FROM NAMED g:b "
    assert look(head + "{ ?s ?p ?o }").graphs == tuple(f"https://w3id.org/peer2peer/graph/{name}" for name in "ab")
    assert look("SELECT * { ?s ?p 'FROM <a:b>' }").graphs == ()
