"""Datasets beside the query, whole graphs, the description of the service, and how answers are packed and kept."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from p2p_graph.formats import FORMATS

BASE = "https://w3id.org/peer2peer/"
GRAPH = f"{BASE}graph/"
SD = "http://www.w3.org/ns/sparql-service-description#"
PRACTICES = f"SELECT ?p {{ ?p a <{BASE}ontology/Practice> }} ORDER BY ?p"
WITHIN = f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?p a <{BASE}ontology/Practice> }} }} ORDER BY ?g"


def graphs(client: FlaskClient) -> list[str]:
    """The graphs in which practices stand."""
    found = client.get("/sparql", query_string={"query": WITHIN}).get_json()
    return [row["g"]["value"] for row in found["results"]["bindings"]]


def rows(client: FlaskClient, fields: list[tuple[str, str]]) -> int:
    """How many rows the same request gives by GET, by a form and by a direct POST."""
    beside = [(name, value) for name, value in fields if name != "query"]
    (query,) = (value for name, value in fields if name == "query")
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    answers = [
        client.get("/sparql", query_string=fields),
        client.post("/sparql", data=data),
        client.post("/sparql", query_string=beside, data=query, content_type="application/sparql-query"),
    ]
    assert {answer.status_code for answer in answers} == {200}, answers[0].data
    assert len({answer.data for answer in answers}) == 1
    return len(answers[0].get_json()["results"]["bindings"])


def test_dataset_of_the_protocol_in_each_form(client: FlaskClient) -> None:
    one, other, *_ = graphs(client)
    assert rows(client, [("query", PRACTICES)]) == 3
    assert rows(client, [("query", PRACTICES), ("default-graph-uri", one)]) == 1
    assert rows(client, [("query", PRACTICES), ("default-graph-uri", one), ("default-graph-uri", other)]) == 2
    assert rows(client, [("query", PRACTICES), ("named-graph-uri", one)]) == 0
    assert rows(client, [("query", WITHIN), ("named-graph-uri", one)]) == 1
    assert rows(client, [("query", WITHIN), ("named-graph-uri", one), ("named-graph-uri", other)]) == 2
    assert rows(client, [("query", WITHIN), ("default-graph-uri", one)]) == 0


def test_dataset_of_the_protocol_goes_before_that_of_the_query(client: FlaskClient) -> None:
    one, other, *_ = graphs(client)
    query = PRACTICES.replace("{", f"FROM <{one}> {{", 1)
    assert rows(client, [("query", query)]) == 1
    assert rows(client, [("query", query), ("default-graph-uri", one), ("default-graph-uri", other)]) == 2
    named = WITHIN.replace("{", f"FROM NAMED <{one}> {{", 1)
    assert rows(client, [("query", named)]) == 1
    assert rows(client, [("query", named), ("default-graph-uri", one)]) == 0


def test_page_asks_over_the_dataset_and_its_downloads_too(client: FlaskClient) -> None:
    one = graphs(client)[0]
    html = client.get(
        "/sparql", query_string={"query": PRACTICES, "default-graph-uri": one}, headers={"Accept": "text/html"}
    ).get_data(as_text=True)
    assert "default-graph-uri=https%3A%2F%2Fw3id.org" in html
    bad = client.get(
        "/sparql", query_string={"query": PRACTICES, "default-graph-uri": "a:b"}, headers={"Accept": "text/html"}
    )
    assert (bad.status_code, bad.mimetype) == (403, "text/html")
    assert "outside of the release" in bad.get_data(as_text=True)


@pytest.mark.parametrize(
    ("suffix", "query", "kind"),
    [
        ("json", PRACTICES, "application/sparql-results+json"),
        ("xml", PRACTICES, "application/sparql-results+xml"),
        ("csv", PRACTICES, "text/csv"),
        ("tsv", PRACTICES, "text/tab-separated-values"),
        ("ttl", "CONSTRUCT WHERE { ?s ?p 1 }", "text/turtle"),
        ("nt", "CONSTRUCT WHERE { ?s ?p 1 }", "application/n-triples"),
        ("jsonld", "CONSTRUCT WHERE { ?s ?p 1 }", "application/ld+json"),
        ("rdf", "CONSTRUCT WHERE { ?s ?p 1 }", "application/rdf+xml"),
    ],
)
def test_suffix_names_the_format(client: FlaskClient, suffix: str, query: str, kind: str) -> None:
    path = f"/sparql.{suffix}"
    got = client.get(path, query_string={"query": query}, headers={"Accept": "text/html"})
    sent = client.post(path, data=query, content_type="application/sparql-query")
    assert (got.status_code, got.mimetype) == (sent.status_code, sent.mimetype) == (200, kind)
    assert got.data == sent.data


def test_unknown_suffix_lists_the_types(client: FlaskClient) -> None:
    response = client.get("/sparql.pdf", query_string={"query": PRACTICES})
    assert response.status_code == 406
    assert "text/csv" in response.get_json()["types"]


# whole graphs


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml;q=0.5, application/ld+json;q=0.6", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/html,*/*;q=0.8", "text/turtle"),
    ],
)
def test_graph_is_read_whole(client: FlaskClient, accept: str | None, kind: str) -> None:
    name = graphs(client)[0]
    headers = {"Accept": accept} if accept else {}
    got = client.get("/graph-store", query_string={"graph": name}, headers=headers)
    assert (got.status_code, got.mimetype) == (200, kind)
    head = client.head("/graph-store", query_string={"graph": name}, headers=headers)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(got.data)))
    direct = client.get(f"/graph/{name.removeprefix(GRAPH)}", headers=headers)
    assert direct.data == got.data


def test_graph_holds_what_queries_find_in_it(client: FlaskClient) -> None:
    name = graphs(client)[0]
    query = f"SELECT ?s ?p ?o {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
    counted = len(client.get("/sparql", query_string={"query": query}).get_json()["results"]["bindings"])
    whole = client.get("/graph-store", query_string={"graph": name}, headers={"Accept": "application/n-triples"})
    assert len(whole.data.splitlines()) == counted > 0
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    counted = len(client.get("/sparql", query_string={"query": query}).get_json()["results"]["bindings"])
    everything = client.get("/graph-store?default", headers={"Accept": "application/n-triples"})
    assert len(everything.data.splitlines()) == counted


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/graph-store", 400),
        (f"/graph-store?default&graph={GRAPH}dataset", 400),
        (f"/graph-store?graph={GRAPH}dataset&graph={GRAPH}other", 400),
        (f"/graph-store?graph={GRAPH}none", 404),
        ("/graph-store?graph=", 404),
        ("/graph-store?graph=relative", 404),
        ("/graph-store?graph=http://127.0.0.1:1/", 404),
        ("/graph-store?graph=file:///etc/passwd", 404),
        (f"/graph-store?graph={GRAPH}x%3E%20%7B%20%7D%20%23", 404),
        ("/graph/none", 404),
        ("/graph/../etc/passwd", 404),
        ("/graph/%3Cscript%3E", 404),
        ("/graph-store?default&format=csv", 406),
    ],
)
def test_graph_that_cannot_be_had_is_a_problem(client: FlaskClient, address: str, status: int) -> None:
    for response in (client.get(address), client.head(address)):
        assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert client.get(address).get_json()["status"] == status


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/graph-store?default", f"/graph-store?graph={GRAPH}new", "/graph/new"])
def test_graphs_are_only_read(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method, data="<a:a> <a:b> <a:c> .", content_type="text/turtle")
    assert response.status_code == response.get_json()["status"] == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


# the service


@pytest.mark.parametrize(
    ("accept", "kind", "form"),
    [
        (None, "text/turtle", RdfFormat.TURTLE),
        ("*/*", "text/turtle", RdfFormat.TURTLE),
        ("application/rdf+xml", "application/rdf+xml", RdfFormat.RDF_XML),
        ("application/ld+json", "application/ld+json", RdfFormat.JSON_LD),
        ("application/n-triples", "application/n-triples", RdfFormat.N_TRIPLES),
        ("text/html;q=0.5, text/turtle", "text/turtle", RdfFormat.TURTLE),
    ],
)
def test_service_describes_itself(client: FlaskClient, accept: str | None, kind: str, form: RdfFormat) -> None:
    response = client.get("/sparql", headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.mimetype) == (200, kind)
    said = Store()
    said.extend(parse(response.data, form))
    query = f"""PREFIX sd: <{SD}> PREFIX void: <http://rdfs.org/ns/void#>
    SELECT ?endpoint ?dataset {{ ?service a sd:Service ; sd:endpoint ?endpoint ;
      sd:supportedLanguage sd:SPARQL11Query ; sd:feature sd:UnionDefaultGraph ; sd:defaultDataset ?dataset ;
      sd:resultFormat <http://www.w3.org/ns/formats/SPARQL_Results_JSON>, <http://www.w3.org/ns/formats/Turtle> .
      ?dataset sd:defaultGraph [ void:classPartition [ void:entities 3 ] ] }}"""
    found = list(said.query(query))  # type: ignore[arg-type]
    assert found
    assert found[0]["endpoint"] == NamedNode("http://localhost/sparql")  # type: ignore[index]


def test_service_names_each_graph_with_its_size(client: FlaskClient) -> None:
    said = Store()
    said.extend(parse(client.get("/sparql", headers={"Accept": "text/turtle"}).data, RdfFormat.TURTLE))
    query = f"""PREFIX sd: <{SD}> SELECT ?name ?n {{
      ?d sd:namedGraph [ sd:name ?name ; sd:graph [ <http://rdfs.org/ns/void#triples> ?n ] ] }}"""
    told = {row["name"].value: int(row["n"].value) for row in said.query(query)}  # type: ignore[union-attr,index]
    assert set(graphs(client)) < set(told)
    for name, triples in told.items():
        whole = client.get("/graph-store", query_string={"graph": name}, headers={"Accept": "application/n-triples"})
        assert len(whole.data.splitlines()) == triples, name


def test_service_is_a_page_for_a_browser(client: FlaskClient) -> None:
    assert client.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8"}).mimetype == "text/html"
    assert client.get("/sparql?format=turtle", headers={"Accept": "text/html"}).mimetype == "text/turtle"
    assert client.get("/sparql.ttl", headers={"Accept": "text/html"}).mimetype == "text/turtle"
    assert client.get("/sparql", headers={"Accept": "text/csv"}).status_code == 406


def test_hostile_host_is_no_fault(client: FlaskClient) -> None:
    for host in ('a"><script>alert(1)</script>', "a b", "\u00e4\u00f6", "a>b"):
        response = client.get("/sparql", headers={"Host": host.encode().decode("latin-1")})
        assert response.status_code in (200, 400)
        assert b"<script>alert" not in response.data


# tags and packing


@pytest.mark.parametrize(
    "address",
    [
        "/sparql.csv?query=SELECT+*+%7B+%3Fs+%3Fp+1+%7D",
        "/graph-store?default",
        "/queries/practices-by-country.csv?country=XA",
        "/practice/exford-buddies.ttl",
    ],
)
def test_known_answers_are_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.status_code == 200
    tag = first.headers["ETag"]
    for given in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = client.get(address, headers={"If-None-Match": given})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    packed = client.get(address, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert packed.status_code == 304


def test_tag_says_query_dataset_and_format(client: FlaskClient) -> None:
    one, other, *_ = graphs(client)
    asked = [
        {"query": PRACTICES},
        {"query": PRACTICES, "format": "csv"},
        {"query": PRACTICES + " "},
        {"query": PRACTICES, "default-graph-uri": one},
        {"query": PRACTICES, "default-graph-uri": other},
        {"query": PRACTICES, "named-graph-uri": other},
    ]
    tags = [client.get("/sparql", query_string=fields).headers["ETag"] for fields in asked]
    assert len(set(tags)) == len(tags)


def test_a_faulty_query_is_faulty_whatever_its_asker_knows(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p }"}, headers={"If-None-Match": "*"})
    assert response.status_code == 400


@pytest.mark.parametrize("function", ["RAND()", "STRUUID()", "UUID()", "rand()"])
def test_fleeting_answers_are_new_each_time(client: FlaskClient, function: str) -> None:
    query = f"SELECT ({function} AS ?x) {{}}"
    first = client.get("/sparql", query_string={"query": query})
    again = client.get("/sparql", query_string={"query": query}, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.data != first.data


def test_large_answers_are_packed_for_who_can_unpack(client: FlaskClient) -> None:
    query = {"query": "SELECT * { ?s ?p ?o }"}
    plain = client.get("/sparql", query_string=query)
    packed = client.get("/sparql", query_string=query, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) * 5 < len(plain.data)
    assert packed.headers["Content-Length"] == str(len(packed.data))
    for response in (plain, packed):
        assert {"Accept", "Accept-Encoding"} <= set(response.vary)
    head = client.head("/sparql", query_string=query, headers={"Accept-Encoding": "gzip"})
    assert head.headers["Content-Length"] == packed.headers["Content-Length"]


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity", "*;q=0", "x" * 5000])
def test_answers_are_not_packed_for_others(client: FlaskClient, accepted: str) -> None:
    response = client.get(
        "/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"}, headers={"Accept-Encoding": accepted}
    )
    assert "Content-Encoding" not in response.headers
    assert json.loads(response.data)


def test_small_answers_and_packed_files_stay_as_they_are(client: FlaskClient) -> None:
    small = client.get("/sparql", query_string={"query": "ASK {}"}, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers
    font = "/static/vendor/source-sans-3-5.3.0/source-sans-3-latin-wght-normal.woff2"
    with client.get(font, headers={"Accept-Encoding": "gzip"}) as response:
        assert "Content-Encoding" not in response.headers
    with client.get("/static/css/site.css", headers={"Accept-Encoding": "gzip"}) as sheet:
        assert sheet.headers["Content-Encoding"] == "gzip"
        tag = sheet.headers["ETag"]
    with client.get("/static/css/site.css", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


def test_head_is_get_without_a_body_everywhere(client: FlaskClient) -> None:
    addresses = ["/", "/practices", "/country/XA", "/practice/exford-buddies", "/practice/exford-buddies.ttl"]
    addresses += ["/id/practice/exford-buddies", "/sparql", "/queries", "/queries/practices-by-country.json?country=XA"]
    addresses += [
        "/graph-store?default",
        "/.well-known/void",
        "/robots.txt",
        "/sitemap.xml",
        "/nothing",
        "/sparql?query=x",
    ]
    for address in addresses:
        get, head = client.get(address), client.head(address)
        assert (head.status_code, head.data) == (get.status_code, b""), address
        for name in ("Content-Type", "Content-Length", "ETag", "Location", "Vary"):
            assert head.headers.get(name) == get.headers.get(name), (address, name)


def test_formats_of_the_documentation_are_those_there_are() -> None:
    told = (Path(__file__).parents[2] / "docs" / "sparql-service.md").read_text(encoding="utf-8")
    for kind, words in (("table", "table"), ("boolean", "yes or no"), ("triples", "triples")):
        names = ", ".join(f"`{form.name}`" for form in FORMATS if form.kind == kind)
        assert f"| {words} | {names} |" in told
