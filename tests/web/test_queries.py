"""Saved questions over HTTP: forms, downloads, and errors that name what would be right."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from p2p_graph.config import share
from p2p_graph.reading.library import Library
from tests.web.reading import read

LIBRARY = Library.load(share("queries"))
QUESTIONS = [query.name for query in LIBRARY.questions]
VALUES = {
    "country": "XA",
    "concept": "peers",
    "practice": "exford-buddies",
    "project": "peer2peer",
    "year": "2016",
    "integer": "2",
}


def values_of(name: str) -> dict[str, str]:
    """A value for each parameter that must have one."""
    parameters = LIBRARY.get(name).parameters.values()
    return {p.name: VALUES.get(p.kind, p.example) for p in parameters if p.required}


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_is_a_form_and_a_download(client: FlaskClient, name: str) -> None:
    asked = values_of(name)
    form = client.get(f"/queries/{name}", headers={"Accept": "text/html"})
    assert form.status_code == 200
    page = read(form.get_data(as_text=True))
    query = LIBRARY.get(name)
    assert query.title in page.headings[0]
    assert {f"p-{parameter}" for parameter in query.parameters} <= set(page.ids)
    assert client.get(f"/queries/{name}", query_string=asked, headers={"Accept": "text/html"}).status_code == 200
    for suffix in ("json", "xml", "csv", "tsv", "csv-excel", "xlsx"):
        assert client.get(f"/queries/{name}.{suffix}", query_string=asked).status_code == 200
    head = client.get(f"/queries/{name}.csv", query_string=asked).get_data(as_text=True).splitlines()[0]
    assert head == ",".join(query.columns)


def test_downloads_on_the_page_hold_the_same_answer(client: FlaskClient) -> None:
    html = client.get("/queries/practices-by-country?country=XB", headers={"Accept": "text/html"}).get_data(
        as_text=True
    )
    link = next(link for link in read(html).links if link.startswith("/queries/practices-by-country.csv"))
    rows = client.get(link).get_data(as_text=True).splitlines()
    assert len(rows) == 2
    assert "Harbour bus" in rows[1] or "harbour" in rows[1].casefold()


def test_machine_gets_data_at_the_address_of_the_question(client: FlaskClient) -> None:
    response = client.get("/queries/practices-by-country?country=XA", headers={"Accept": "text/csv"})
    assert response.mimetype == "text/csv"
    assert client.get("/queries/practices-by-country?country=XA").mimetype == "application/sparql-results+json"
    assert client.get("/queries/practices-by-country?format=tsv").mimetype == "text/tab-separated-values"


def test_values_are_choices_with_words(client: FlaskClient) -> None:
    html = client.get("/queries/ties-between-roles", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert '<option value="peer-worker">peer worker</option>' in html
    assert '<option value="XA">' in html


def test_several_values_mean_any_of_them(client: FlaskClient) -> None:
    both = client.get("/queries/practices-by-country.csv?country=XA&country=XB").data
    assert both == client.get("/queries/practices-by-country.csv").data


def test_unknown_question_names_similar_ones(client: FlaskClient) -> None:
    response = client.get("/queries/practice-by-countries")
    assert response.status_code == 404
    assert "practices-by-country" in response.get_json()["near"]
    page = client.get("/queries/practice-by-countries", headers={"Accept": "text/html"})
    assert "/queries/practices-by-country" in read(page.get_data(as_text=True)).links


def test_unknown_parameter_names_those_there_are(client: FlaskClient) -> None:
    for suffix in ("", ".csv"):
        response = client.get(f"/queries/practices-by-country{suffix}?land=XA")
        assert response.status_code == 400
        assert response.get_json()["parameters"] == ["country", "kind"]


@pytest.mark.parametrize("value", ["Portugal", "P", "12", "PT> } UNION { ?s ?p ?o", "PT\n", "${PT}", "ΧΑ"])
def test_wrong_value_shows_one_that_would_pass(client: FlaskClient, value: str) -> None:
    response = client.get("/queries/practices-by-country.json", query_string={"country": value})
    if value.strip() == "PT":
        assert response.get_json()["results"]["bindings"] == []
        return
    assert response.status_code == 400
    body = response.get_json()
    assert (body["code"], body["parameter"], body["kind"], body["example"]) == ("bad-value", "country", "country", "PT")


def test_missing_value_is_asked_for(client: FlaskClient) -> None:
    response = client.get("/queries/ties-between-roles.csv")
    assert response.status_code == 400
    assert response.get_json()["parameter"] in ("one", "other")


@pytest.mark.parametrize("given", ["country=Portugal", "country=XA%3E", "land=XA", "country=XA&land=1"])
def test_a_wrong_value_leaves_the_form_as_it_was_filled(client: FlaskClient, given: str) -> None:
    response = client.get(f"/queries/practices-by-country?{given}&kind=joint-outreach", headers={"Accept": "text/html"})
    assert response.status_code == 400
    html = response.get_data(as_text=True)
    assert '<option value="joint-outreach" selected>' in html
    assert "p-country" in read(html).ids
    assert "fault" in read(html).ids
    if "Portugal" in given:
        assert "“Portugal” is none of the values of “Country”" in read(html).text
    assert ('aria-invalid="true"' in html) == (not given.startswith("land") and "land" not in given)


def test_a_missing_value_is_asked_for_on_the_page(client: FlaskClient) -> None:
    response = client.get("/queries/informal-here-formal-there?here=XA", headers={"Accept": "text/html"})
    assert response.status_code == 400
    page = read(response.get_data(as_text=True))
    assert "The question needs “Formal in”" in page.text
    assert '<option value="XA" selected>' in response.get_data(as_text=True)


def test_an_empty_answer_says_what_to_change(client: FlaskClient) -> None:
    response = client.get("/queries/forms-by-country?country=ZZ", headers={"Accept": "text/html"})
    page = read(response.get_data(as_text=True))
    assert "Nothing recorded answers this for country: ZZ" in page.text
    assert "Ask for any country" in page.text
    assert "/queries/forms-by-country" in page.links
    both = client.get("/queries/pairs-here-never-there?here=ZZ&there=ZY", headers={"Accept": "text/html"})
    assert "Choose other values above" in read(both.get_data(as_text=True)).text


def test_the_way_an_answer_is_looked_at_is_no_value(client: FlaskClient) -> None:
    address = "/queries/practices-by-country?country=XA"
    plain = client.get(address, headers={"Accept": "text/csv"}).data
    assert client.get(f"{address}&view=bars&sort=-name&filter=x", headers={"Accept": "text/csv"}).data == plain


def test_the_page_says_for_what_it_counts(client: FlaskClient) -> None:
    html = client.get("/queries/practices-by-country?country=XB", headers={"Accept": "text/html"}).get_data(
        as_text=True
    )
    assert re.search(r"1 row for country: \w+", read(html).text)


def test_unknown_suffix_names_those_there_are(client: FlaskClient) -> None:
    response = client.get("/queries/practices-by-country.ods")
    assert response.status_code == 404
    assert "csv" in response.get_json()["formats"]


def test_the_query_behind_a_page_can_be_read_and_changed(client: FlaskClient, app: Flask) -> None:
    html = client.get("/queries/practices?country=XA", headers={"Accept": "text/html"}).get_data(as_text=True)
    edit = next(link for link in read(html).links if link.startswith("/sparql?query="))
    page = client.get(edit, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "/practice/exford-buddies" in read(page.get_data(as_text=True)).links
