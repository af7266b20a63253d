"""The explorer's pages: where to begin, what is shown, what opening adds, ways, filters, what is left aside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from p2p_graph import purged
from p2p_graph.config import Settings
from p2p_graph.reading.exploring import Filters
from tests.web.reading import Page, closing, read
from webapp import create_app
from webapp.course import Known, State, read_state

BUDDIES = "practice/exford-buddies"
PEERS = "group/exford-buddies-peer-educator"
NURSES = "group/exford-buddies-nurse"
DEALERS = "group/exford-buddies-dealer"


def at(client: FlaskClient, query: str) -> Page:
    response = client.get(f"/explore?{query}", headers={"Accept": "text/html"})
    assert response.status_code == 200, query
    page = read(response.get_data(as_text=True))
    assert page.inline == []
    assert page.unlabelled == []
    assert len(page.ids) == len(set(page.ids))
    return page


def scene(client: FlaskClient, query: str) -> dict[str, list[list[object]]]:
    response = client.get(f"/explore/scene?{query}")
    assert response.status_code == 200
    found: dict[str, list[list[object]]] = response.get_json()
    return found


def actors(client: FlaskClient, query: str) -> dict[str, tuple[object, object]]:
    return {str(row[0]): (row[3], row[4]) for row in scene(client, query)["actors"]}


def test_first_page_offers_countries_patterns_and_actors(client: FlaskClient) -> None:
    page = at(client, "")
    for start in ("country%2FXA", "country%2FXB", "pattern%2Fpolice-refer-to-a-service"):
        assert f"/explore?at={start}" in page.links
    assert any("card=organisation" in link or "card=group" in link for link in page.links)


@pytest.mark.parametrize(
    "start", ["country/XA", "country/XB", BUDDIES, PEERS, "pattern/dealer-passes-on-equipment-or-warnings", "all"]
)
def test_every_start_has_a_picture_a_sentence_and_a_table(client: FlaskClient, start: str) -> None:
    page = at(client, urlencode({"at": start}))
    assert len(page.headings) == 1
    assert "explored-title" in page.ids
    assert "table" in page.ids
    assert re.search(r"\d+ actors?, joined by \d+ ties?\.", page.text)
    data = scene(client, urlencode({"at": start}))
    table = [link for link in page.links if "card=" in link]
    assert {str(row[0]) for row in data["actors"]} <= {dict(parse_qsl(urlsplit(link).query))["card"] for link in table}


def test_search_finds_where_to_begin_and_ways_to_it(client: FlaskClient) -> None:
    page = at(client, urlencode({"q": "exford buddies"}))
    assert f"/explore?{urlencode({'at': BUDDIES})}" in page.links
    assert f"/explore?{urlencode({'at': NURSES})}" in page.links
    page = at(client, urlencode({"q": "nurses", "at": DEALERS}))
    assert f"/explore?{urlencode({'at': DEALERS, 'to': NURSES})}" in page.links
    assert "Nothing of that name" in at(client, "q=qqqq").text


def test_opening_shows_what_was_promised_and_moves_nobody(client: FlaskClient) -> None:
    query = urlencode({"at": DEALERS})
    page = at(client, query)
    more = [link for link in page.links if "open=" in link]
    before = actors(client, query)
    promised = {str(row[0]): row[7] for row in scene(client, query)["actors"] if row[7]}
    assert promised
    for path, number in promised.items():
        link = next(link for link in more if f"open={urlencode({'': path})[1:]}" in link)
        after = actors(client, urlsplit(link).query)
        assert len(after) - len(before) == number
        assert {a: after[a] for a in before} == before
        assert "Close its ties again" in at(client, urlsplit(link).query).text


def test_card_tells_ties_as_sentences_with_their_sources(client: FlaskClient) -> None:
    page = at(client, urlencode({"at": BUDDIES, "card": PEERS}))
    assert "Its ties here" in page.text
    assert "card" in page.ids
    assert "source-1" in page.ids
    assert "/document/" in " ".join(page.links)
    assert f"/{PEERS}" in page.links
    assert f"/explore?{urlencode({'at': PEERS, 'card': PEERS})}" in page.links


def test_way_between_two_actors(client: FlaskClient) -> None:
    query = urlencode({"at": DEALERS, "to": NURSES})
    assert "The shortest way has 2 steps. There is 1 way of that length." in at(client, query).text
    assert set(actors(client, query)) == {DEALERS, NURSES, PEERS}
    apart = at(client, urlencode({"at": DEALERS, "to": "group/exford-round-table-resident"}))
    assert "No way of ties leads from one to the other" in apart.text


def test_filters_narrow_and_their_words_stand_on_the_page(client: FlaskClient) -> None:
    everything = actors(client, "at=country/XA")
    formal = actors(client, "at=country/XA&form=formal")
    assert set(formal) < set(everything)
    assert all(everything[a] == place for a, place in formal.items())
    page = at(client, "at=country/XA&form=formal&polarity=supports&since=2000&undated=1")
    assert "form: formal; stance: supports; years: 2000–…, and ties of unknown year" in page.text
    with_source = at(client, "at=country/XA&source=xa-report")
    assert "source:" in with_source.text


def test_unknown_parts_are_told_and_the_rest_is_shown(client: FlaskClient) -> None:
    query = (
        "at=country/XA&form=loose&since=19x5&country=QQ&depth=7&size=weight&colour=red&open=group/nobody&card=x&to=y"
    )
    page = at(client, query)
    for part in ("“loose”", "“19x5” is no year", "“QQ”", "“7”", "“weight”", "“colour”", "“group/nobody”", "“x”", "“y”"):
        assert part in page.text, part
    assert "The rest is shown." in page.text
    assert set(actors(client, query)) == set(actors(client, "at=country/XA"))
    page = at(client, "at=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "“<script>alert(1)</script>” is nothing to begin at" in page.text


@pytest.mark.parametrize("field", ["at", "to", "open", "card", "q", "form", "source", "since", "page", "size", "depth"])
@pytest.mark.parametrize("value", ["\u202eabc\u0000", "x" * 5000, "<b>&'\"", "²⁰¹⁵", "-1", "practice/../../x"])
def test_hostile_values_are_harmless(client: FlaskClient, field: str, value: str) -> None:
    response = client.get(f"/explore?{urlencode([('at', 'country/XA'), (field, value)])}")
    assert response.status_code == 200
    assert "<b>&" not in response.get_data(as_text=True)


def test_empty_network_says_why(client: FlaskClient) -> None:
    page = at(client, "at=country/XA&form=informal&role=police")
    assert re.search(
        r"The filters leave none of \d+ ties: role: police; form: informal\. Take one of them away\.", page.text
    )


def test_address_is_read_back_as_it_was_written() -> None:
    known = Known({"group/a", "group/b"}, {"country/PT"}, {"form": {"formal"}, "role": {"peers"}})
    state = State(
        "group/a",
        "group/b",
        2,
        (("group/b", ""), ("group/a", "police")),
        Filters({"role": ("peers",), "form": ("formal",)}, 2001, 2009, True),
        "actors",
        "group/b",
        "text & more",
        3,
    )
    said = MultiDict(parse_qsl(state.address(page="3")))
    assert read_state(said, known) == state
    assert State().address() == ""


def test_scene_names_everybody_once_and_lines_between_them(client: FlaskClient) -> None:
    data = scene(client, "at=all")
    ids = [row[0] for row in data["actors"]]
    assert len(ids) == len(set(ids)) > 5
    ends = {end for line in data["lines"] for end in line[:2]}
    assert ends <= set(range(len(ids) + len(data["tables"])))
    text = client.get("/explore?at=all").get_data(as_text=True)
    block = re.search(r'<script type="application/json" id="scene">(.*?)</script>', text, re.DOTALL)
    assert block
    assert len(json.loads(block[1])["actors"]) == len(ids)


def test_pattern_found_nowhere_says_so(client: FlaskClient) -> None:
    page = at(client, "at=pattern/police-refer-to-a-service")
    assert "Police refer to a service: no tie is recorded here yet" in page.text


def test_what_was_taken_out_for_good_is_not_explored(example_release: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, store=str(example_release), workers=1, client_minute=0)
    app = create_app(settings)
    client = app.test_client()
    assert NURSES in actors(client, "at=country/XA")
    purged.add(settings, [f"https://w3id.org/peer2peer/id/{NURSES}"], [])
    assert NURSES not in actors(client, "at=country/XA")
    assert NURSES not in actors(client, "at=all")
    page = at(client, urlencode({"at": NURSES}))
    assert f"“{NURSES}” is nothing to begin at" in page.text
    assert NURSES not in client.get("/explore.graphml?at=country/XA").get_data(as_text=True)
    closing(app)
