"""Short links over HTTP: made, followed, refused; what they say and where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from p2p_graph.config import Settings
from tests.web.reading import closing, read
from webapp import create_app

HTML = {"Accept": "text/html"}
QUERY = "SELECT ?s { ?s a ?class } ORDER BY ?s LIMIT 3"


@pytest.fixture(scope="module")
def settings(example_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home of its own for links, over the release that all share."""
    home = tmp_path_factory.mktemp("links-home")
    return Settings(home=home, store=str(example_release), workers=1, client_minute=0, client_links=0)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    closing(app)


def made(client: FlaskClient, **fields: object) -> dict[str, str]:
    response = client.post("/s", data=fields)
    assert response.status_code in (200, 201), response.get_data(as_text=True)
    found: dict[str, str] = response.get_json()
    assert response.headers["Location"] == found["address"] == f"http://localhost/s/{found['id']}"
    return found


def test_a_link_leads_to_the_query_and_its_answer(client: FlaskClient) -> None:
    view = {"view": "bars", "sort": "-s", "filter": "łó"}
    found = made(client, query=QUERY, **view)
    response = client.get(f"/s/{found['id']}")
    assert response.status_code == 303
    assert response.headers["X-Robots-Tag"] == "noindex"
    parts = urlsplit(response.headers["Location"])
    assert parts.path == "/sparql"
    assert dict(parse_qsl(parts.query)) == {"query": QUERY, "run": "1", **view}
    page = client.get(f"/s/{found['id']}", headers=HTML, follow_redirects=True)
    assert page.status_code == 200
    assert "3 rows" in read(page.get_data(as_text=True)).text
    data = client.get(f"/s/{found['id']}", headers={"Accept": "text/csv"}, follow_redirects=True)
    assert data.data == client.get("/sparql.csv", query_string={"query": QUERY}).data


def test_the_second_asker_gets_the_same_link_and_no_new_one(client: FlaskClient) -> None:
    query = QUERY + " # twice"
    first, second = (client.post("/s", data={"query": query}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json()
    windows = client.post("/s", data={"query": query.replace(" {", "\r\n{")})
    unix = client.post("/s", data={"query": query.replace(" {", "\n{")})
    assert windows.get_json()["id"] == unix.get_json()["id"]


def test_a_link_works_after_a_restart(client: FlaskClient, settings: Settings) -> None:
    id = made(client, query=QUERY)["id"]
    again = create_app(settings)
    try:
        assert again.test_client().get(f"/s/{id}").status_code == 303
    finally:
        closing(again)


def test_a_long_query_is_led_to_by_its_id(client: FlaskClient) -> None:
    query = f"{QUERY} # {'ł' * 3_000}"
    found = made(client, query=query)
    location = client.get(f"/s/{found['id']}").headers["Location"]
    assert location == f"/sparql?link={found['id']}&run=1"
    page = client.get(location, headers=HTML).get_data(as_text=True)
    assert "ł" * 3_000 in page
    assert "3 rows" in read(page).text
    assert client.get(location).get_json()["results"]["bindings"]


def test_graphs_go_with_the_query(client: FlaskClient) -> None:
    graphs = client.get("/sparql.csv?query=SELECT+DISTINCT+?g+{GRAPH+?g+{}}+ORDER+BY+?g").get_data(as_text=True).split()
    fields = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "default-graph-uri": graphs[1:3]}
    for query in (fields["query"], f"{fields['query']} # {'x' * 7_000}"):
        id = made(client, **{**fields, "query": query})["id"]
        by_link = client.get(f"/s/{id}", headers={"Accept": "text/csv"}, follow_redirects=True).data
        assert by_link == client.get("/sparql.csv", query_string=fields).data


def test_without_scripts_the_form_gives_a_page_with_the_link(client: FlaskClient) -> None:
    editor = client.get("/sparql", headers=HTML).get_data(as_text=True)
    assert 'formaction="/s"' in editor
    page = client.post("/s", data={"query": "ASK { <a:b> <a:c> '<script>' }"}, headers=HTML)
    assert page.status_code in (200, 201)
    links = read(page.get_data(as_text=True)).links
    assert [link for link in links if link.startswith("http://localhost/s/")]
    assert "<script>'" not in page.get_data(as_text=True)


@pytest.mark.parametrize("id", ["abcdefghij", "x", "..%5c..%5ccurrent", "%00", "a" * 3000])
def test_an_unknown_link_is_404_with_a_clear_word(client: FlaskClient, id: str) -> None:
    response = client.get(f"/s/{id}")
    assert response.status_code == 404
    body = response.get_json()
    assert body["code"] == "unknown-link"
    assert "letter may be missing" in body["detail"]
    page = client.get(f"/s/{id}", headers=HTML)
    assert page.status_code == 404
    assert "No such short link" in read(page.get_data(as_text=True)).headings[0]
    assert client.get("/sparql", query_string={"link": "abcdefghij"}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"other": "x"}, 400),
        ({"query": "  "}, 400),
        ({"query": ["ASK {}", "ASK {}"]}, 400),
        ({"query": "DELETE WHERE { ?s ?p ?o }"}, 403),
        ({"query": "SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }"}, 403),
        ({"query": "just words"}, 400),
        ({"query": "ASK {} #" + "x" * 17_000}, 400),
        ({"query": QUERY, "filter": "x" * 201}, 400),
        ({"query": QUERY, "default-graph-uri": "https://a.example/graph"}, 403),
    ],
)
def test_what_sparql_would_not_run_is_not_kept(
    client: FlaskClient, settings: Settings, fields: dict[str, object], status: int
) -> None:
    before = sorted((settings.home / "links").rglob("*.json"))
    assert client.post("/s", data=fields).status_code == status
    assert sorted((settings.home / "links").rglob("*.json")) == before


def test_only_forms_are_taken(client: FlaskClient) -> None:
    assert client.post("/s", json={"query": QUERY}).status_code == 415
    assert client.get("/s").status_code == 405


def test_number_and_rate_are_bounded_and_old_links_go_on(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, home=tmp_path, links=2, client_links=3))
    try:
        client = app.test_client()
        ids = [client.post("/s", data={"query": f"ASK {{}} # {n}"}).get_json()["id"] for n in range(2)]
        full = client.post("/s", data={"query": "ASK {} # more"})
        assert (full.status_code, full.get_json()["links"]) == (507, 2)
        known = client.post("/s", data={"query": "ASK {} # 0"})
        assert (known.status_code, known.get_json()["id"]) == (200, ids[0])
        often = client.post("/s", data={"query": "ASK {} # again"})
        assert (often.status_code, often.get_json()["an_hour"]) == (429, 3)
        assert int(often.headers["Retry-After"]) > 60
        assert all(client.get(f"/s/{id}").status_code == 303 for id in ids)
    finally:
        closing(app)
