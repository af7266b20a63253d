"""The page that compares countries: all beside each other, two laid over each other, numbers to take away."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from tests.web.reading import Page, read


def page_at(client: FlaskClient, path: str) -> Page:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200, path
    return read(response.get_data(as_text=True))


@pytest.mark.parametrize("show", ["wheels", "networks", "matrices"])
def test_every_country_has_its_picture_and_its_numbers(client: FlaskClient, show: str) -> None:
    page = page_at(client, f"/compare?show={show}")
    assert len(page.headings) == 1
    for code, name in (("XA", "Exland"), ("XB", "Wyland")):
        assert f"country-{code}" in page.ids
        assert f"picture-{code}-title" in page.ids
        assert name in page.text
    assert "The same in numbers" in page.text


def test_difference_names_what_only_one_has_and_leads_to_its_ties(client: FlaskClient) -> None:
    page = page_at(client, "/compare?one=XA&other=XB")
    assert "Only in Exland" in page.text
    assert "too few to say that what is missing there is not done there" in page.text
    rows = list(csv.DictReader(io.StringIO(client.get("/compare.csv?one=XA&other=XB").get_data(as_text=True))))
    for row in rows:
        country = {"one": "&country=XA", "other": "&country=XB", "both": ""}[row["mark"]]
        assert f"/queries/ties-between-roles?one={row['one']}&other={row['other']}{country}" in page.links
    assert {"one", "other"} & {row["mark"] for row in rows}


def test_one_against_all_others_is_two_countries_where_there_are_but_two(client: FlaskClient) -> None:
    rest, named = (client.get(f"/compare.csv?one=XA&other={other}").get_data() for other in ("rest", "XB"))
    assert rest == named


def test_rows_of_all_countries_follow_the_choice(client: FlaskClient) -> None:
    def rows(query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(client.get(f"/compare.csv?{query}").get_data(as_text=True))))

    everything, against = rows(""), rows("stance=against")
    assert len(everything) > len(against) > 0
    assert {row["against"] for row in against} == {"true"}
    assert {row["informal"] for row in rows("form=formal")} == {"0"}


def test_unknown_choice_is_told_and_the_rest_is_shown(client: FlaskClient) -> None:
    page = page_at(client, "/compare?one=QQ&year=never&form=%3Cscript%3E&stance=against")
    for part in ("“QQ”", "“never” is no year", "“<script>”"):
        assert part in page.text
    assert "The rest is shown." in page.text


def test_empty_picture_says_why(client: FlaskClient) -> None:
    page = page_at(client, "/compare?year=1901")
    assert "Exland: no recorded tie is of the kind chosen above." in page.text


def test_map_holds_the_practices_that_the_choice_leaves_and_an_equal_table(client: FlaskClient) -> None:
    every = client.get("/compare?show=map", headers={"Accept": "text/html"}).get_data(as_text=True)
    page = read(every)
    assert "europe-title" in page.ids
    assert "Borders: Natural Earth." in page.text
    numbers = re.findall(r'<th scope="row"><a href="/country/(X.)">[^<]+</a></th><td class="number">(\d+)</td>', every)
    assert [code for code, _ in numbers] == ["XA", "XB"]
    fewer = client.get("/compare?show=map&role=police&role=peers").get_data(as_text=True)
    chosen = re.findall(r'<th scope="row"><a href="/country/(X.)">[^<]+</a></th><td class="number">(\d+)</td>', fewer)
    assert sum(int(n) for _, n in chosen) < sum(int(n) for _, n in numbers)
    assert "the roles chosen" in read(fewer).text


def test_map_of_numbers_shows_what_is_a_number_of_a_country(client: FlaskClient) -> None:
    response = client.get("/europe.svg?PT=2.5&GR=1000&PL=much&QQ=3&FR=nan")
    assert response.content_type == "image/svg+xml"
    svg = response.get_data(as_text=True)
    assert svg.count('class="place"') == 2
    assert ">2.5</tspan>" in svg
    assert ">1,000</tspan>" in svg
    assert 'width="350"' in client.get("/europe.svg?PT=2&size=narrow").get_data(as_text=True)
