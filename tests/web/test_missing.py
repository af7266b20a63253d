"""What works elsewhere: a page for each country, its brief, its numbers; honest where too little is recorded."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from tests.web.reading import read


def test_small_country_lacks_nothing_and_the_page_says_why(client: FlaskClient) -> None:
    page = read(client.get("/country/XA/missing", headers={"Accept": "text/html"}).get_data(as_text=True))
    assert "too few to say that anything is missing there" in page.text
    assert client.get("/country/XA/missing.csv").get_data(as_text=True).count("\n") == 1


def test_unknown_country_is_404(client: FlaskClient) -> None:
    for path in ("/country/QQ/missing", "/country/QQ/brief", "/country/QQ/brief.pdf", "/country/QQ/missing.csv"):
        assert client.get(path).status_code == 404


def test_page_names_every_gap_of_the_table_and_leads_to_practices(real: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(real.get("/country/PL/missing.csv").get_data(as_text=True))))
    assert {row["kind"] for row in rows} == {"pattern", "practice-kind", "pair"}
    page = read(real.get("/country/PL/missing", headers={"Accept": "text/html"}).get_data(as_text=True))
    for row in rows:
        if row["kind"] == "pattern":
            assert f"/patterns/{row['name']}" in page.links
        if row["kind"] == "practice-kind":
            assert f"/vocab/practice-kind#{row['name']}" in page.links
    practices = [link for link in page.links if link.startswith("/practice/")]
    assert practices
    for link in practices[:10]:
        assert real.get(link, headers={"Accept": "text/html"}).status_code == 200


def test_what_is_missing_is_not_recorded_there(real: FlaskClient) -> None:
    """The page and the questions agree: a kind of practice that is missing has no practice in the country."""
    rows = list(csv.DictReader(io.StringIO(real.get("/country/PL/missing.csv").get_data(as_text=True))))
    for name in {row["name"] for row in rows if row["kind"] == "pattern"}:
        found = csv.DictReader(io.StringIO(real.get(f"/queries/{name}.csv").get_data(as_text=True)))
        assert "country:PL" not in {
            row["country"].replace("https://w3id.org/peer2peer/id/country/", "country:") for row in found
        }
    for name in {row["name"] for row in rows if row["kind"] == "pair"}:
        one, other = name.split(" ")
        query = {"one": one, "other": other, "country": "PL"}
        text = real.get("/queries/ties-between-roles.csv", query_string=query).get_data(as_text=True)
        stances = {row["polarity"].rsplit("/", 1)[-1] for row in csv.DictReader(io.StringIO(text))}
        assert stances <= {"opposes", "blocks", "withdraws"}


def test_brief_holds_the_wheel_the_version_and_the_strongest(real: FlaskClient) -> None:
    html = real.get("/country/PL/brief", headers={"Accept": "text/html"}).get_data(as_text=True)
    page = read(html)
    assert "two sides of A4" in page.text
    assert "CC BY 4.0" in page.text
    assert 'class="p2p-picture wheel' in html
    assert html.count('<li class="gap">') <= 12


@pytest.mark.parametrize("code", ["PL", "GR", "LT", "HU", "PT", "BE", "FR", "NL"])
def test_brief_as_a_file_is_two_sides_that_hold_figure_sources_version_and_licence(
    real: FlaskClient, code: str
) -> None:
    response = real.get(f"/country/{code}/brief.pdf")
    version = response.headers["X-P2P-Version"]
    assert response.content_type == "application/pdf"
    assert f"brief-{code}-{version}.pdf" in response.headers["Content-Disposition"]
    assert len(response.data) < 1_000_000
    reader = PdfReader(io.BytesIO(response.data))
    assert len(reader.pages) == 2
    for page in reader.pages:
        assert page.mediabox.width == pytest.approx(595.28, abs=0.1)
        words = " ".join(page.extract_text().split())
        assert f"release {version}" in words
        assert "CC BY 4.0" in words
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for word in ("How to use this brief", "Professionals", "Sources", "Patterns recorded here"):
        assert word in text
    assert response.data == real.get(f"/country/{code}/brief.pdf").data


def test_brief_of_a_small_country_says_that_too_little_is_recorded(client: FlaskClient) -> None:
    response = client.get("/country/XA/brief.pdf")
    text = " ".join(PdfReader(io.BytesIO(response.data)).pages[0].extract_text().split())
    assert "Nothing is called missing here: too little is recorded of Exland" in text
    assert client.get("/country/XA/brief.pdf", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
