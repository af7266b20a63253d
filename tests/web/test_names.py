"""Names of things: 303 to a page or to data, by suffix or by Accept; tags that change with the release."""

from __future__ import annotations

import pyoxigraph
import pytest
from flask.testing import FlaskClient

NAME = "/id/practice/exford-buddies"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (None, ""),
        ("*/*", ""),
        (BROWSER, ""),
        ("text/html", ""),
        ("text/turtle", ".ttl"),
        ("application/n-triples", ".nt"),
        ("application/ld+json", ".jsonld"),
        ("application/json", ".jsonld"),
        ("application/rdf+xml", ".rdf"),
        ("text/turtle, text/html;q=0.5", ".ttl"),
        ("text/turtle;q=0.5, text/html", ""),
        ("text/turtle;q=0.9, application/rdf+xml;q=0.95", ".rdf"),
        ("text/turtle, */*;q=0.1", ".ttl"),
        ("application/rdf+xml;q=0, text/turtle;q=0.2", ".ttl"),
    ],
)
def test_name_leads_to_page_or_data(client: FlaskClient, accept: str | None, suffix: str) -> None:
    response = client.get(NAME, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.headers["Location"]) == (303, f"/practice/exford-buddies{suffix}")
    assert "Accept" in response.headers["Vary"]
    page = client.get("/practice/exford-buddies", headers={"Accept": accept} if accept else {})
    assert page.status_code == 200
    assert (page.mimetype == "text/html") == (not suffix)
    assert "Accept" in page.headers["Vary"]


@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf"])
def test_suffix_beats_accept(client: FlaskClient, suffix: str) -> None:
    response = client.get(f"{NAME}.{suffix}", headers={"Accept": BROWSER})
    assert (response.status_code, response.headers["Location"]) == (303, f"/practice/exford-buddies.{suffix}")
    data = client.get(response.headers["Location"], headers={"Accept": BROWSER})
    formats = {
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        "rdf": pyoxigraph.RdfFormat.RDF_XML,
    }
    triples = {quad.triple for quad in pyoxigraph.parse(data.data, format=formats[suffix])}
    plain = client.get("/practice/exford-buddies.nt").data
    assert triples == {quad.triple for quad in pyoxigraph.parse(plain, format=pyoxigraph.RdfFormat.N_TRIPLES)}
    subjects = {str(t.subject) for t in triples}
    assert "<https://w3id.org/peer2peer/id/practice/exford-buddies>" in subjects
    assert "<https://w3id.org/peer2peer/id/tie/exford-buddies-team>" in subjects
    assert data.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", [NAME, "/practice/exford-buddies"])
def test_no_format_that_fits_is_406(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert {"text/html", "text/turtle"} <= set(response.get_json()["types"])


@pytest.mark.parametrize(
    "path",
    [
        "/id/practice/nothing",
        "/id/practice/nothing.ttl",
        "/practice/nothing.ttl",
        "/id/thing/exford-buddies",
        "/id/practice/exford-buddies.pdf",
        "/id/organisation/exford-buddies",
        "/id/practice/",
        "/id/",
    ],
)
def test_unknown_name_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/practice/exford-buddies", "/", "/country/XA", "/practices", "/queries", "/practice/exford-buddies.ttl"]
)
def test_unchanged_page_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_tag_differs_by_form(client: FlaskClient) -> None:
    paths = [
        "/practice/exford-buddies",
        "/practice/exford-buddies.ttl",
        "/practice/exford-buddies.nt",
        "/practices?page=1",
        "/practices",
    ]
    tags = {client.get(path).headers["ETag"] for path in paths}
    assert len(tags) == len(paths)


def test_machines_find_their_way(client: FlaskClient) -> None:
    void = client.get("/.well-known/void")
    assert void.mimetype == "text/turtle"
    parsed = list(
        pyoxigraph.parse(void.data, format=pyoxigraph.RdfFormat.TURTLE, base_iri="http://localhost/.well-known/void")
    )
    assert any(
        "sparqlEndpoint" in str(quad.predicate) and str(quad.object) == "<http://localhost/sparql>" for quad in parsed
    )
    sitemap = client.get("/sitemap.xml").get_data(as_text=True)
    assert "<loc>http://localhost/practice/exford-buddies</loc>" in sitemap
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").get_data(as_text=True)
    assert client.get("/health").get_json()["status"] == "ok"
    assert client.get("/favicon.ico").headers["Location"] == "/static/icon.svg"
