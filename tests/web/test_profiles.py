"""Pages of practices, organisations and countries tell what is recorded of them, and no section is empty."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from tests.web.reading import Page, read


def html_at(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def page_at(client: FlaskClient, path: str) -> Page:
    return read(html_at(client, path))


def sections(html: str) -> dict[str, str]:
    """The text of each section under its heading."""
    found = {}
    for part in html.split("<section")[1:]:
        head = re.search(r"<h2[^>]*>(.*?)</h2>", part, re.DOTALL)
        assert head, part[:200]
        text = re.sub(r"<[^>]+>", " ", part.partition("</h2>")[2].partition("</section>")[0])
        found[re.sub(r"<[^>]+>.*", "", head[1]).strip()] = " ".join(text.split())
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/practice/exford-buddies",
        "/practice/harbour-bus",
        "/practice/exford-round-table",
        "/organisation/xb-harbour",
        "/country/XA",
        "/country/XB",
        "/finding/exford-buddies-started",
        "/law/xa-outreach-act",
    ],
)
def test_no_section_is_empty(client: FlaskClient, path: str) -> None:
    for title, text in sections(html_at(client, path)).items():
        assert text, f"{path}: {title}"


def test_finding_on_the_page_of_a_practice_has_its_design_and_its_numbers(client: FlaskClient) -> None:
    told = sections(html_at(client, "/practice/exford-buddies"))["Evidence"]
    assert "descriptive" in told
    assert "63" in told
    assert "17 of 63 people referred began treatment." in told


def test_timeline_is_a_picture_and_an_equal_list(client: FlaskClient) -> None:
    html = html_at(client, "/practice/exford-buddies")
    assert "timeline-title" in read(html).ids
    drawn = html[html.index('class="p2p-picture timeline"') :].partition("</svg>")[0]
    listed = html[html.index('class="plain dates"') :].partition("</ul>")[0]
    assert drawn.count('class="moment') == listed.count("<li>") > 1
    for label in re.findall(r"<title>([^<]*): [^<]*</title>", drawn):
        assert label in listed


def test_descent_is_told_on_both_pages(client: FlaskClient) -> None:
    assert "Harbour bus" in sections(html_at(client, "/practice/exford-buddies"))["What it led to"]
    origin = page_at(client, "/practice/harbour-bus")
    assert "It grew out of" in origin.text
    assert "/practice/exford-buddies" in origin.links


def test_practices_like_it_are_those_of_the_question(client: FlaskClient) -> None:
    rows = client.get("/queries/similar-practices.csv?practice=exford-buddies").get_data(as_text=True)
    others = [row["other"].rsplit("/", 1)[-1] for row in csv.DictReader(io.StringIO(rows))]
    assert others
    page = page_at(client, "/practice/exford-buddies")
    for other in others[:6]:
        assert f"/practice/{other}" in page.links


def test_thing_can_be_cited_from_its_page(client: FlaskClient) -> None:
    html = html_at(client, "/practice/exford-buddies")
    form = html[html.index('action="/cite"') :].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert fields == {"saved": "facts-of-thing", "thing": "https://w3id.org/peer2peer/id/practice/exford-buddies"}


def test_organisation_has_its_practices_its_partners_and_its_wheel(client: FlaskClient) -> None:
    html = html_at(client, "/organisation/xb-harbour")
    told = sections(html)
    assert "Harbour bus leads" in told["Practices"]
    if "With whom it works" in told:
        assert "p2p-picture wheel" in html
    assert "Practices it leads" not in told


def test_law_of_a_country_comes_with_its_rules(client: FlaskClient) -> None:
    told = sections(html_at(client, "/country/XA"))
    assert "2010 Outreach Act" in told["Law"]
    assert "allows peer worker: Work in outreach teams after training." in told["Law"]


def test_indicator_of_a_country_has_value_year_and_source(client: FlaskClient) -> None:
    told = sections(html_at(client, "/country/XA"))
    assert re.search(r"drug consumption rooms .*2019 3", told["Indicators"])
    page = page_at(client, "/country/XA")
    assert "source-1" in page.ids
    assert "/observation/xa-rooms-2019" in page.links


def test_numbers_of_a_country_agree_with_the_list(client: FlaskClient) -> None:
    html = html_at(client, "/country/XA")
    counted = re.findall(
        r'<a href="/practices\?country=XA&amp;kind=([\w-]+)">[^<]*</a></th><td class="number">(\d+)', html
    )
    assert counted
    for kind, number in counted:
        listed = client.get(f"/practices?country=XA&kind={kind}").get_data(as_text=True)
        assert len(re.findall(r'<th scope="row"><a href="/practice/', listed)) == int(number)


def test_map_of_the_evidence_opens_a_row_and_says_where_nothing_is(client: FlaskClient) -> None:
    page = page_at(client, "/evidence")
    assert "No finding is recorded on:" in page.text
    rows = list(csv.DictReader(io.StringIO(client.get("/evidence.csv").get_data(as_text=True))))
    studied = {row["subject"] for row in rows if row["findings"] != "0"}
    assert studied
    assert {row["subject"] for row in rows} > studied
    for subject in studied:
        opened = page_at(client, f"/evidence?row={subject}")
        assert "behind" in opened.ids
        assert "/finding/exford-buddies-started" in opened.links


def test_map_of_the_evidence_by_country_and_by_role(client: FlaskClient) -> None:
    def findings(query: str) -> int:
        text = client.get(f"/evidence.csv?{query}").get_data(as_text=True)
        return sum(int(row["findings"]) for row in csv.DictReader(io.StringIO(text)))

    assert findings("country=XA") == findings("")
    assert findings("country=XB") == 0
    assert "peers" in client.get("/evidence.csv?by=role").get_data(as_text=True)
    assert "Peers" in page_at(client, "/evidence?by=role").text


def test_unknown_choice_of_the_map_is_told_and_the_rest_is_shown(client: FlaskClient) -> None:
    page = page_at(client, "/evidence?by=colour&country=QQ&row=%3Cscript%3E")
    for part in ("“colour”", "“QQ”", "“<script>”"):
        assert part in page.text
    assert "The rest is shown." in page.text


def rows_of(client: FlaskClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).get_data(as_text=True))))


def slug_of(address: str) -> str:
    return address.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def test_status_and_its_years_are_on_the_page_and_in_the_timeline(real: FlaskClient) -> None:
    row = next(row for row in rows_of(real, "/queries/status-over-time.csv") if row["since"] and row["until"])
    html = html_at(real, f"/practice/{slug_of(row['practice'])}")
    assert row["since"] in sections(html)["Status"]
    drawn = html[html.index('class="p2p-picture timeline"') :].partition("</svg>")[0]
    told = [part.partition("</text>")[0] for part in drawn.split('class="moment status"')[1:]]
    assert any(row["since"] in words and row["until"] in words for words in told)


def test_effect_of_one_practice_on_another_is_told_on_both_pages(real: FlaskClient) -> None:
    rows = rows_of(real, "/queries/one-practice-loads-another.csv")
    cause, effect = next(
        (row["cause"], row["effect"]) for row in rows if "practice" in row["cause"] and "practice" in row["effect"]
    )
    first, second = (f"/practice/{slug_of(address)}" for address in (cause, effect))
    assert second in page_at(real, first).links
    assert "It had an effect on" in sections(html_at(real, first))["What it led to"]
    assert "It was affected by" in sections(html_at(real, second))["What it came from"]


@pytest.mark.parametrize("code", ["PT", "GR", "PL", "LT", "BE", "FR", "NL", "HU"])
def test_profile_of_a_country_has_law_indicators_and_numbers_and_no_empty_section(real: FlaskClient, code: str) -> None:
    found = sections(html_at(real, f"/country/{code}"))
    assert {"Practices in numbers", "Law", "Indicators", "What this rests on"} <= set(found)
    assert [title for title, text in found.items() if not text] == []


def test_practices_of_real_organisations_agree_with_the_practices(real: FlaskClient) -> None:
    row = rows_of(real, "/queries/busiest-organisations.csv")[0]
    html = html_at(real, f"/organisation/{slug_of(row['organisation'])}")
    assert {"Practices", "With whom it works"} <= set(sections(html))
    practices = re.findall(r'<th scope="row"><a href="(/practice/[^"]+)"', html)
    for path in practices[:3]:
        assert f"/organisation/{slug_of(row['organisation'])}" in page_at(real, path).links
