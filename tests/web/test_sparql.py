"""The SPARQL 1.1 Protocol over HTTP: its forms, formats, refusals and limits."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

SELECT = "SELECT ?p { ?p a <https://w3id.org/peer2peer/ontology/Practice> } ORDER BY ?p"
ASK = "ASK { ?p a <https://w3id.org/peer2peer/ontology/Practice> }"
CONSTRUCT = "CONSTRUCT { ?p a ?c } WHERE { ?p a ?c . ?p a <https://w3id.org/peer2peer/ontology/Practice> }"
DESCRIBE = "DESCRIBE <https://w3id.org/peer2peer/id/practice/exford-buddies>"
GRAPH = "https://w3id.org/peer2peer/graph/"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?e && ?i != ?d) }"

JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
TURTLE, NT, JSONLD, RDF = "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"


def test_three_forms_give_the_same(client: FlaskClient) -> None:
    answers = [
        client.get("/sparql", query_string={"query": SELECT}),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", data=SELECT, content_type="application/sparql-query"),
        client.post("/sparql", data=SELECT, content_type="application/sparql-query; charset=utf-8"),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert len(answers[0].get_json()["results"]["bindings"]) == 3


@pytest.mark.parametrize(
    ("query", "accept", "given"),
    [
        (SELECT, None, JSON),
        (SELECT, "*/*", JSON),
        (SELECT, JSON, JSON),
        (SELECT, "application/json", JSON),
        (SELECT, XML, XML),
        (SELECT, "application/xml", XML),
        (SELECT, CSV, CSV),
        (SELECT, TSV, TSV),
        (SELECT, "text/*", CSV),
        (SELECT, f"{CSV};q=0.5, {TSV};q=0.9", TSV),
        (SELECT, f"{CSV};q=0.9, {TSV};q=0.5", CSV),
        (SELECT, f"{TURTLE}, {XML};q=0.1", XML),
        (SELECT, f"{JSON};q=0, */*;q=0.1", XML),
        (SELECT, f"application/*;q=0.3, {CSV};q=0.2", JSON),
        (ASK, None, JSON),
        (ASK, XML, XML),
        (ASK, f"{CSV}, {XML};q=0.2", XML),
        (CONSTRUCT, None, TURTLE),
        (CONSTRUCT, TURTLE, TURTLE),
        (CONSTRUCT, NT, NT),
        (CONSTRUCT, JSONLD, JSONLD),
        (CONSTRUCT, RDF, RDF),
        (CONSTRUCT, "application/json", JSONLD),
        (DESCRIBE, f"{RDF};q=0.4, {NT};q=0.5", NT),
    ],
)
def test_accept_chooses_the_format(client: FlaskClient, query: str, accept: str | None, given: str) -> None:
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.mimetype) == (200, given)
    assert "Accept" in response.headers["Vary"]
    parse(response.get_data(as_text=True), given)


def parse(text: str, media_type: str) -> None:
    """Fails unless the text is what its type says."""
    if media_type.endswith("json"):
        assert json.loads(text) is not None
    elif media_type.endswith("xml"):
        assert ET.fromstring(text).tag
    elif media_type in (CSV, TSV):
        assert text.splitlines()[0].lstrip("?") == "p"
    else:
        assert text.rstrip().endswith(".")


@pytest.mark.parametrize(
    ("query", "named", "given"),
    [(SELECT, "json", JSON), (SELECT, "csv", CSV), (SELECT, "TSV", TSV), (SELECT, "xml", XML),
     (SELECT, "text/csv", CSV),
     (CONSTRUCT, "turtle", TURTLE), (CONSTRUCT, "ttl", TURTLE), (CONSTRUCT, "nt", NT), (CONSTRUCT, "ntriples", NT),
     (CONSTRUCT, "jsonld", JSONLD), (CONSTRUCT, "rdfxml", RDF), (ASK, "xml", XML)],
)  # fmt: skip
def test_format_beats_accept(client: FlaskClient, query: str, named: str, given: str) -> None:
    response = client.get("/sparql", query_string={"query": query, "format": named}, headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (200, given)


@pytest.mark.parametrize(
    ("query", "headers", "named"),
    [
        (SELECT, {"Accept": "image/png"}, ""),
        (SELECT, {"Accept": TURTLE}, ""),
        (CONSTRUCT, {"Accept": CSV}, ""),
        (ASK, {"Accept": CSV}, ""),
        (SELECT, {}, "turtle"),
        (SELECT, {}, "ods"),
        (CONSTRUCT, {}, "csv"),
    ],
)
def test_406_lists_the_types(client: FlaskClient, query: str, headers: dict[str, str], named: str) -> None:
    response = client.get("/sparql", query_string={"query": query, "format": named}, headers=headers)
    assert response.status_code == 406
    assert response.mimetype == "application/problem+json"
    types = response.get_json()["types"]
    assert types
    for media_type in types:
        good = client.get("/sparql", query_string={"query": query}, headers={"Accept": media_type})
        assert good.mimetype == media_type


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:1/sparql> { ?s ?p ?o } }",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "DROP ALL",
        "LOAD <http://127.0.0.1:1/>",
        "CLEAR DEFAULT",
        "# SELECT\nINSERT DATA { <a:a> <a:b> <a:c> }",
    ],
)
def test_service_and_updates_are_refused(client: FlaskClient, query: str) -> None:
    answers = (
        client.get("/sparql", query_string={"query": query}),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", data=query, content_type="application/sparql-query"),
    )
    for response in answers:
        assert response.status_code == 403, response.get_data(as_text=True)
        assert response.get_json()["code"] == "query-refused"


def test_updates_are_refused_in_their_own_forms(client: FlaskClient) -> None:
    update = "INSERT DATA { <a:a> <a:b> <a:c> }"
    assert client.post("/sparql", data={"update": update}).status_code == 403
    assert client.get("/sparql", query_string={"update": update}).status_code == 403
    assert client.post("/sparql", data=update, content_type="application/sparql-update").status_code == 403
    assert client.post("/sparql?query=ASK{}", data={"update": update}).status_code == 403


@pytest.mark.parametrize(
    ("query", "line"),
    [("SELECT * {", 1), ("SELECT *\nWHERE {\n  ?s a foo:bar }", 3), ("SELEC * {}", 1), ("SELECT ?x { ?x ?y }", 1)],
)
def test_syntax_error_has_line_and_column(client: FlaskClient, query: str, line: int) -> None:
    response = client.post("/sparql", data={"query": query})
    body = response.get_json()
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert (body["status"], body["code"], body["line"]) == (400, "query-syntax", line)
    assert body["column"] >= 1
    assert {"type", "title", "detail"} <= set(body)


def test_syntax_error_is_a_page_for_a_browser(client: FlaskClient) -> None:
    response = client.get(
        "/sparql", query_string={"query": "SELECT * {\n?s a foo:bar }"}, headers={"Accept": "text/html"}
    )
    html = response.get_data(as_text=True)
    assert (response.status_code, response.mimetype) == (400, "text/html")
    assert "?s a foo:bar }" in html
    assert "Line 2" in html


def test_slow_query_is_503_and_names_its_limit(small_client: FlaskClient) -> None:
    response = small_client.get("/sparql", query_string={"query": SLOW})
    assert response.status_code == 503
    assert response.get_json()["seconds"] == 0.6
    assert small_client.get("/sparql", query_string={"query": ASK}).status_code == 200


def test_too_many_rows_is_413_and_names_its_limit(small_client: FlaskClient) -> None:
    response = small_client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"})
    assert response.status_code == 413
    assert response.get_json()["rows"] == 20
    exactly = small_client.get("/sparql", query_string={"query": "SELECT ?s { ?s ?p ?o } LIMIT 20", "format": "csv"})
    assert exactly.status_code == 200
    assert len(exactly.data.splitlines()) == 21


def test_too_many_bytes_is_413_and_names_its_limit(small_client: FlaskClient) -> None:
    long = "SELECT (REPEAT_ AS ?x) {}".replace("REPEAT_", 'REPLACE("' + "a" * 100 + '", "a", "' + "b" * 100 + '")')
    response = small_client.get("/sparql", query_string={"query": long})
    assert response.status_code == 413
    assert response.get_json()["bytes"] == 4000


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_limits_hold_for_pages_too(small_client: FlaskClient, accept: str) -> None:
    response = small_client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"}, headers={"Accept": accept})
    assert response.status_code == 413


def test_deep_nesting_is_an_answer_not_a_crash(client: FlaskClient) -> None:
    response = client.post("/sparql", data={"query": "SELECT * " + "{" * 4096 + "}" * 4096})
    assert response.status_code == 400
    assert response.get_json()["code"] == "query-too-complex"
    assert client.get("/sparql", query_string={"query": ASK}).get_json() == {"head": {}, "boolean": True}


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"method": "GET", "query_string": {"query": ""}}, 400),
        ({"method": "GET", "query_string": {"default-graph-uri": GRAPH + "dataset"}}, 400),
        ({"method": "GET", "query_string": [("query", ASK), ("query", ASK)]}, 400),
        ({"method": "GET", "query_string": {"query": ASK, "default-graph-uri": "a:b"}}, 403),
        ({"method": "GET", "query_string": {"query": ASK, "named-graph-uri": "http://127.0.0.1:1/"}}, 403),
        ({"method": "GET", "query_string": {"query": ASK, "default-graph-uri": GRAPH + "none"}}, 404),
        ({"method": "GET", "query_string": {"query": ASK, "using-graph-uri": GRAPH + "dataset"}}, 400),
        ({"method": "GET", "query_string": {"query": f"ASK FROM <{GRAPH}none> {{}}"}}, 404),
        ({"method": "GET", "query_string": {"query": "SELECT (<a:f>(1) AS ?x) {}"}}, 400),
        ({"method": "GET", "query_string": {"query": "ASK FROM <http://127.0.0.1:1/> {}"}}, 403),
        ({"method": "POST", "data": ASK.encode("utf-16"), "content_type": "application/sparql-query"}, 400),
        ({"method": "POST", "data": ASK, "content_type": "application/sparql-query; charset=latin-1"}, 415),
        ({"method": "POST"}, 415),
        ({"method": "POST", "data": ASK, "content_type": "text/plain"}, 415),
        ({"method": "POST", "data": ASK, "content_type": "application/json"}, 415),
        ({"method": "POST", "data": b"\xff\xfe", "content_type": "application/sparql-query"}, 400),
        ({"method": "POST", "data": {"query": "A" * 300_000}}, 413),
        ({"method": "POST", "data": b"A" * 300_000, "content_type": "application/sparql-query"}, 413),
        ({"method": "PUT", "data": ASK}, 405),
        ({"method": "DELETE"}, 405),
        ({"method": "PATCH"}, 405),
    ],
)
def test_requests_out_of_form(client: FlaskClient, arguments: dict[str, object], status: int) -> None:
    response = client.open("/sparql", **arguments)  # type: ignore[arg-type]
    body = response.get_json()
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert body["status"] == status
    assert {"type", "title", "detail", "code"} <= set(body)
    assert response.headers["Cache-Control"] == "no-store"
    if status == 405:
        assert {"GET", "HEAD", "POST"} <= set(response.headers["Allow"].split(", "))


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    get = client.get("/sparql", query_string={"query": SELECT})
    head = client.head("/sparql", query_string={"query": SELECT})
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.data))
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_same_answer_is_not_sent_twice(client: FlaskClient) -> None:
    tag = client.get("/sparql", query_string={"query": SELECT}).headers["ETag"]
    again = client.get("/sparql", query_string={"query": SELECT}, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/sparql", query_string={"query": SELECT, "format": "csv"}, headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_other_sites_may_ask(client: FlaskClient) -> None:
    good = client.get("/sparql", query_string={"query": ASK}, headers={"Origin": "https://example.org"})
    bad = client.get("/sparql", query_string={"query": "x"}, headers={"Origin": "https://example.org"})
    before = client.options(
        "/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    )
    assert before.status_code == 204
    assert "POST" in before.headers["Access-Control-Allow-Methods"]
    store = client.options("/graph-store")
    assert store.headers["Access-Control-Allow-Methods"] == store.headers["Allow"] == "GET, HEAD, OPTIONS"
    for response in (good, bad, before, store):
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_page_shows_labels_and_downloads(client: FlaskClient) -> None:
    ours = "https://w3id.org/peer2peer/ontology/"
    query = f"SELECT ?practice ?role {{ ?g <{ours}inPractice> ?practice ; <{ours}role> ?role }}"
    html = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"}).get_data(as_text=True)
    assert '<a href="/practice/exford-buddies">Exford Buddies</a>' in html
    assert '<a href="/vocab/role#nurse">nurse</a>' in html
    assert "format=csv" in html
    assert "20 seconds" in html
    assert query.replace("<", "&lt;").replace(">", "&gt;") in html


def test_page_escapes_what_was_typed(client: FlaskClient) -> None:
    nasty = 'SELECT ("<script>alert(1)</script>" AS ?x) {} #</textarea><script>'
    html = client.get("/sparql", query_string={"query": nasty}, headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "<script>alert" not in html
    assert "</textarea><script>" not in html
    assert "&lt;script&gt;alert(1)" in html
