"""Every kind of page: there, whole without scripts, in one language, with one heading, from one host."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from p2p_graph.vocab import KINDS, SCHEMES
from tests.web.reading import Page, read

FIXED = [
    "/",
    "/countries",
    "/country/XA",
    "/country/XA/network",
    "/country/XB",
    "/practices",
    "/practices?country=XA&kind=mediation",
    "/practices?country=XZ",
    "/organisations",
    "/organisations?kind=police-force",
    "/documents",
    "/findings",
    "/practice/exford-buddies/history",
    "/laws",
    "/activities",
    "/search",
    "/search?q=exford",
    "/search?q=qqqq",
    "/sparql",
    "/sparql?query=SELECT+*+%7B+%3Fs+a+%3Fo+%7D+LIMIT+5",
    "/sparql?query=ASK+%7B+%3Fs+a+%3Fo+%7D",
    "/queries",
    "/queries/practices-by-country",
    "/queries/sources-of-a-practice",
    "/queries/facts-of-thing?thing=https://w3id.org/peer2peer/id/practice/exford-buddies",
    "/vocab/",
    *(f"/vocab/{scheme}" for scheme in SCHEMES),
    "/ontology/",
    "/about",
    "/add",
    "/look",
]

THINGS = {
    "practice": "exford-buddies",
    "organisation": "xa-outreach",
    "group": "exford-buddies-peer-educator",
    "tie": "exford-buddies-team",
    "document": "xa-report",
    "reading": "xa-report-2026-01-05",
    "finding": "exford-buddies-started",
    "country": "XA",
    "place": "exford",
    "law": "xa-outreach-act",
    "rule": "xa-outreach-act-peers",
    "observation": "xa-rooms-2019",
    "period": "exford-buddies-1",
    "contributor": "testers",
}


def page_at(client: FlaskClient, path: str, status: int = 200) -> Page:
    """The page at a path, as a browser asks for it."""
    response = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.status_code == status, (path, response.status_code)
    assert response.mimetype == "text/html"
    return read(response.get_data(as_text=True))


def check_whole(page: Page, path: str) -> None:
    """What holds for every page."""
    assert page.language == "en", path
    assert page.title.endswith("Peer2Peer Graph"), path
    assert len(page.title) > len(" · Peer2Peer Graph"), path
    assert len(page.headings) == 1, path
    assert page.headings[0].strip(), path
    assert not page.inline, (path, page.inline)
    assert not page.unlabelled, (path, page.unlabelled)
    assert all(address.startswith("/") and not address.startswith("//") for address in page.fetched), (
        path,
        page.fetched,
    )
    assert len(page.ids) == len(set(page.ids)), (path, [i for i in page.ids if page.ids.count(i) > 1])
    assert not set(page.targets) - set(page.ids) - {""}, path
    assert "None" not in page.text.split(), path


@pytest.mark.parametrize("path", FIXED)
def test_page_is_whole(client: FlaskClient, path: str) -> None:
    check_whole(page_at(client, path), path)


@pytest.mark.parametrize(("kind", "slug"), THINGS.items())
def test_thing_of_each_kind_has_a_page(client: FlaskClient, kind: str, slug: str) -> None:
    page = page_at(client, f"/{kind}/{slug}")
    check_whole(page, f"/{kind}/{slug}")
    assert f"/{kind}/{slug}.ttl" in page.links


def test_every_thing_of_the_release_has_a_page(client: FlaskClient) -> None:
    query = 'SELECT DISTINCT ?s { ?s a ?c FILTER(STRSTARTS(STR(?s), "https://w3id.org/peer2peer/id/")) }'
    found = client.get("/sparql", query_string={"query": query}).get_json()["results"]["bindings"]
    paths = [row["s"]["value"].removeprefix("https://w3id.org/peer2peer/id") for row in found]
    assert len(paths) > 30
    kinds = {path.split("/")[1] for path in paths}
    assert kinds <= set(KINDS)
    for path in paths:
        check_whole(page_at(client, path), path)


@pytest.mark.parametrize(
    "path", ["/", "/country/XA", "/practice/exford-buddies", "/queries", "/practices", "/look", "/practice/harbour-bus"]
)
def test_links_lead_somewhere(client: FlaskClient, path: str) -> None:
    for link in {link.split("#")[0] for link in page_at(client, path).links}:
        if link.startswith("/"):
            assert client.get(link, headers={"Accept": "text/html,*/*;q=0.5"}).status_code in (200, 301, 303), (
                path,
                link,
            )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/practice/nothing", 404),
        ("/vocab/nothing", 404),
        ("/country/QQ", 404),
        ("/queries/nothing", 404),
        ("/practices?country=Portugal", 400),
        ("/queries/police-ties?x=1", 400),
        ("/vocab/role/nothing", 404),
        ("/ontology/Nothing", 404),
        ("/practice/exford-buddies.pdf", 404),
    ],
)
def test_errors_are_pages_too(client: FlaskClient, path: str, status: int) -> None:
    check_whole(page_at(client, path, status), path)


def test_home_says_what_is_in_it(client: FlaskClient) -> None:
    page = page_at(client, "/")
    assert "3 practices" in page.text
    assert {"/country/XA", "/country/XB", "/queries", "/add"} <= set(page.links)
    assert "How far to trust it" in page.text
    assert client.get("/health").get_json()["version"] in page.text


def test_practice_tells_its_ties_as_sentences(client: FlaskClient) -> None:
    text = page_at(client, "/practice/exford-buddies").text
    assert "Nurses and peer educators refer people onward (formal, under a contract)" in text
    assert "Peer educators warn small-scale dealers (informal, by word of mouth)" in text
    assert "Peers join the street team of Exford Outreach" in text
    assert "2009–2011" in text
    assert "since 2015" in text
    assert "read on 5 January 2026" in text
    assert "17 of 63 people" in text


def test_practice_names_its_properties_in_words(client: FlaskClient) -> None:
    page = page_at(client, "/practice/exford-buddies")
    assert "kind of practice" in page.text
    assert "led by" in page.text
    assert "p2p:" not in page.text
    assert "/organisation/xa-outreach" in page.links


def test_other_languages_are_marked(client: FlaskClient) -> None:
    html = client.get("/practice/exford-buddies", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert '<span lang="pl">Kumple z Exford</span>' in html


def test_tie_against_is_told_as_one(client: FlaskClient) -> None:
    text = page_at(client, "/practice/exford-round-table").text
    assert "residents oppose" in text.lower()


def test_country_has_equal_tables(client: FlaskClient) -> None:
    page = page_at(client, "/country/XA")
    assert "In how many practices two roles work together" in page.text
    assert "The same as a table" in page.text
    assert "/practice/exford-buddies" in page.links
    assert "/queries/ties-between-roles?one=peers&other=professionals&country=XA" in page.links


def test_country_code_in_small_letters_leads_to_it(client: FlaskClient) -> None:
    response = client.get("/country/xa")
    assert (response.status_code, response.headers["Location"]) == (301, "/country/XA")


def test_document_lists_what_was_read_in_it(client: FlaskClient) -> None:
    assert "/reading/xa-report-2026-01-05" in page_at(client, "/document/xa-report").links


def test_list_is_filtered(client: FlaskClient) -> None:
    assert "/practice/exford-buddies" not in page_at(client, "/practices?country=XB").links
    assert "/practice/harbour-bus" in page_at(client, "/practices?country=XB").links


def test_empty_list_says_so(client: FlaskClient) -> None:
    assert "Nothing is recorded under this choice" in page_at(client, "/practices?country=XZ").text


@pytest.mark.parametrize("words", ["Exford", "EXFÓRD", "buddies exf", "kumple"])
def test_search_finds_any_label(client: FlaskClient, words: str) -> None:
    response = client.get("/search", query_string={"q": words})
    assert "/practice/exford-buddies" in read(response.get_data(as_text=True)).links


def test_concepts_and_terms_have_addresses(client: FlaskClient) -> None:
    assert client.get("/vocab/role/peer").headers["Location"] == "/vocab/role#peer"
    assert client.get("/ontology/Practice").status_code == 200
    assert "peer" in page_at(client, "/vocab/role").ids
    assert {"Practice", "participant"} <= set(page_at(client, "/ontology/").ids)


def test_network_data_is_what_the_picture_shows(client: FlaskClient) -> None:
    data = client.get("/country/XA/network.json").get_json()
    assert len(data["cards"]) >= 5
    assert all("x" in node and node["fixed"] for node in data["nodes"])
    assert data == client.get("/country/XA/network.json").get_json()
