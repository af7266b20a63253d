"""Pages of the patterns: numbers that lead to the practices behind them, what is missing, and files to take along."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from p2p_graph import open_graph
from p2p_graph.config import Settings, share
from p2p_graph.reading.library import Library
from p2p_graph.reading.pattern import PatternTable
from tests.web.reading import Page, read

PATTERNS = Library.load(share("queries")).patterns
NAMES = [pattern.name for pattern in PATTERNS]


@pytest.fixture(scope="module")
def table(example_home: Path) -> PatternTable:
    with open_graph(settings=Settings(home=example_home, workers=1)) as graph:
        return graph.patterns()


def page_at(client: FlaskClient, path: str, status: int = 200) -> Page:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == status, path
    return read(response.get_data(as_text=True))


def test_table_has_each_pattern_and_each_number_leads_to_its_practices(
    client: FlaskClient, table: PatternTable
) -> None:
    page = page_at(client, "/patterns")
    assert len(page.headings) == 1
    for pattern in PATTERNS:
        assert f"/patterns/{pattern.name}" in page.links
        assert pattern.title in page.text
    cells = {f"/patterns/{row.saved.name}#{code}" for row in table.rows for code, c in row.cells.items() if c.showings}
    assert cells
    assert {link for link in page.links if link.startswith("/patterns/") and "#" in link} == cells
    for link in cells:
        path, _, code = link.partition("#")
        assert code in page_at(client, path).ids
    assert "too few to say" in page.text


def test_table_is_a_box_that_keys_can_reach_and_its_numbers_are_told_whole(client: FlaskClient) -> None:
    html = client.get("/patterns", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert '<div class="table" role="region" aria-label="Patterns by country" tabindex="0">' in html
    assert 'aria-label="Exland: 1 of 2 practices, 1 tie">1</a>' in html


@pytest.mark.parametrize("name", NAMES)
def test_page_of_a_pattern_is_whole(client: FlaskClient, table: PatternTable, name: str) -> None:
    page = page_at(client, f"/patterns/{name}")
    row = next(row for row in table.rows if row.saved.name == name)
    assert row.saved.pattern
    assert page.headings == [row.saved.title]
    assert row.saved.pattern.definition in page.text
    assert row.saved.pattern.why in page.text
    assert f"/queries/{name}.csv" in page.links
    assert len(page.ids) == len(set(page.ids))
    assert not set(page.targets) - set(page.ids)
    assert not page.inline
    for cell in row.cells.values():
        assert (cell.country in page.ids) == bool(cell.showings)
        for address in (*cell.practices, *cell.ties):
            assert "/" + "/".join(address.rsplit("/", 2)[1:]) in page.links
    if not any(cell.showings for cell in row.cells.values()):
        assert "not found in any practice" in page.text


def test_ties_stand_as_sentences_with_their_sources(client: FlaskClient) -> None:
    page = page_at(client, "/patterns/opposition")
    assert "Residents" in page.text
    assert "What this rests on" in page.text
    assert "source-1" in page.ids
    assert "#source-1" in page.links


def test_practice_that_was_carried_on_names_where_it_came_from(client: FlaskClient) -> None:
    page = page_at(client, "/patterns/practice-carried-on")
    assert "Grew out of" in page.text
    assert "/practice/harbour-bus" in page.links


def test_unknown_pattern_names_similar_ones(client: FlaskClient) -> None:
    page = page_at(client, "/patterns/oposition", 404)
    assert "Similar: opposition" in page.text
    assert client.get("/patterns/practices-by-country").status_code == 404
    problem = client.get("/patterns/oposition.svg", headers={"Accept": "application/json"})
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")


def test_all_numbers_can_be_taken_along(client: FlaskClient, table: PatternTable) -> None:
    response = client.get("/patterns.csv")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))
    assert len(rows) == len(PATTERNS) * len(table.bases)
    row = next(r for r in rows if (r["pattern"], r["country"]) == ("opposition", "XA"))
    assert (row["practices"], row["ties"], row["outOf"], row["verdict"]) == ("1", "1", "2", "found")
    assert client.get("/patterns.docx").status_code == 404


def test_drawing_is_a_file_that_stands_alone(client: FlaskClient) -> None:
    response = client.get("/patterns/opposition.svg")
    assert response.mimetype == "image/svg+xml"
    picture = ET.fromstring(response.get_data(as_text=True))
    assert picture.find("{http://www.w3.org/2000/svg}style") is not None
    assert client.get("/patterns/opposition.csv").headers["Location"] == "/queries/opposition.csv"


@pytest.mark.parametrize("name", NAMES)
def test_each_pattern_runs_as_a_saved_query(client: FlaskClient, name: str) -> None:
    page = page_at(client, f"/queries/{name}?country=XA")
    assert f"/patterns/{name}" in page.links
    answer = client.get(f"/queries/{name}.csv?country=XA").get_data(as_text=True).splitlines()
    assert answer[0].split(",") == list(next(p for p in PATTERNS if p.name == name).columns)
    assert f"/queries/{name}" in page_at(client, "/queries").links


def test_country_and_practice_lead_to_the_patterns_they_show(client: FlaskClient, table: PatternTable) -> None:
    country = page_at(client, "/country/XA")
    assert "patterns" in country.ids
    shown = {f"/patterns/{row.saved.name}#XA" for row in table.rows if row.cells["XA"].showings}
    assert {link for link in country.links if link.startswith("/patterns/") and link.endswith("#XA")} == shown
    assert "Too few practices are recorded here" in country.text
    practice = page_at(client, "/practice/exford-round-table")
    assert "/patterns/opposition#XA" in practice.links
    assert "/patterns" in practice.links


def test_numbers_taken_along_say_what_chance_gives(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/patterns.csv").get_data(as_text=True))))
    assert {"expected", "p", "q", "call"} <= set(rows[0])
    # the example's countries hold two practices each
    assert {row["call"] for row in rows} == {"too few to say"}
    assert {row["p"] for row in rows} == {""}


def test_pairs_of_roles_lead_to_their_ties(client: FlaskClient) -> None:
    page = page_at(client, "/patterns/pairs")
    rows = list(csv.DictReader(io.StringIO(client.get("/patterns/pairs.csv").get_data(as_text=True))))
    assert rows
    for row in rows:
        link = f"/queries/ties-between-roles?one={row['one']}&other={row['other']}&country={row['country']}"
        assert (link in page.links) == (row["ties"] != "0")
    linked = [row for row in rows if row["ties"] != "0"]
    assert linked
    for row in linked:
        query = {name: row[name] for name in ("one", "other", "country")}
        found = client.get("/queries/ties-between-roles.csv", query_string=query).get_data(as_text=True)
        ties = {line["tie"] for line in csv.DictReader(io.StringIO(found))}
        assert len(ties) == int(row["ties"])
