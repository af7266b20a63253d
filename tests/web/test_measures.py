"""Pages of measures: every number with what it rests on, sorted without scripts, and everything to take along."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from p2p_graph import open_graph
from p2p_graph.config import Settings
from p2p_graph.reading.measures import MEASURES, measures_of
from p2p_graph.reading.measuring import ALL, FILE, Measured, read as read_measures
from tests.web.reading import Page, closing, read, unchecked
from webapp import create_app


@pytest.fixture(scope="module")
def found(example_home: Path) -> dict[str, Measured]:
    with open_graph(settings=Settings(home=example_home, workers=1)) as graph:
        return dict(graph.measured())


def page_at(client: FlaskClient, path: str, status: int = 200) -> Page:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == status, path
    return read(response.get_data(as_text=True))


def rows_of(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))


def names(client: FlaskClient, query: str = "") -> list[str]:
    html = client.get(f"/country/XA/measures{query}", headers={"Accept": "text/html"}).get_data(as_text=True)
    table = html[html.index('<table class="measured actors">') :]
    found: list[str] = re.findall(r'<th scope="row"><svg.*?</svg> <a href="[^"]+">([^<]*)</a>', table)
    return found


def test_release_brings_its_measures(example_release: Path, found: dict[str, Measured]) -> None:
    assert read_measures((example_release / FILE).read_bytes()) == found
    assert set(found) == {"XA", "XB", ALL}


def test_every_measure_is_explained_where_its_name_leads(client: FlaskClient) -> None:
    page = page_at(client, "/measures")
    assert page.headings == ["Measures of networks"]
    assert {one.name for one in MEASURES} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.targets) <= set(page.ids)
    assert not page.inline
    for one in MEASURES:
        assert one.sentence in page.text
        assert one.reference in page.text
    assert "no census" in page.text
    assert "/country/XA/measures" in page.links
    assert "/country/XA/network.zip" in page.links


def test_numbers_say_what_they_rest_on_when_asked(client: FlaskClient, found: dict[str, Measured]) -> None:
    assert "/measures?n=1" in page_at(client, "/measures").links
    told = page_at(client, "/measures?n=1").text
    for code in ("XA", "XB"):
        assert f"n {found[code].result('actors').n:,} actors" in told
    assert "too few to say" in told


def test_all_numbers_can_be_taken_along(client: FlaskClient, found: dict[str, Measured]) -> None:
    rows = rows_of(client, "/measures.csv")
    assert len(rows) == 3 * len(measures_of("network"))
    row = next(r for r in rows if (r["country"], r["measure"]) == ("XA", "actors"))
    assert int(row["value"]) == len(found["XA"].actors)
    actors = rows_of(client, "/country/XA/measures.csv")
    assert len(actors) == len(found["XA"].actors)
    assert {one.name for one in measures_of("actor")} <= set(actors[0])
    assert len(rows_of(client, "/country/XA/mixing.csv")) == 45
    assert {row["kind"] for row in rows_of(client, "/country/XA/triads.csv")} <= {"open", "closed"}
    for path in ("/measures", "/country/XA/measures", "/country/XA/mixing", "/country/XA/triads"):
        assert client.get(f"{path}.xlsx").status_code == 200
        assert client.get(f"{path}.docx").status_code == 404


def test_page_of_a_country_is_whole(client: FlaskClient, found: dict[str, Measured]) -> None:
    page = page_at(client, "/country/XA/measures")
    assert len(page.headings) == 1
    assert f"{len(found['XA'].actors)} actors" in page.text
    assert {"actors", "roles", "triads", "communities", "network", "take"} <= set(page.ids)
    assert set(page.targets) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert not page.inline
    anchors = {link.split("#")[1] for link in page.links if link.startswith("/measures#")}
    assert anchors <= set(page_at(client, "/measures").ids)


def test_table_sorts_by_its_heads_without_scripts(client: FlaskClient, found: dict[str, Measured]) -> None:
    actors = found["XA"].actors
    by_degree = sorted(actors, key=lambda a: (-(a.values["degree"] or 0), a.label.casefold(), a.address))
    assert names(client) == [a.label for a in by_degree[:10]]
    everybody = names(client, "?all=1")
    assert len(everybody) == len(actors)
    assert names(client, "?sort=label&all=1") == sorted(everybody, key=str.casefold)
    known = [a for a in actors if a.values["constraint"] is not None]
    least = min(known, key=lambda a: (a.values["constraint"] or 0, a.label.casefold()))
    rising = names(client, "?of=brokerage&sort=constraint&order=rising&all=1")
    assert rising[0] == least.label
    # who has no value stands last, whichever way
    without = {a.label for a in actors} - {a.label for a in known}
    assert set(rising[len(known) :]) == without
    assert set(names(client, "?of=brokerage&sort=constraint&all=1")[len(known) :]) == without
    html = client.get("/country/XA/measures?sort=core").get_data(as_text=True)
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"' in html
    assert "/country/XA/measures?sort=core&amp;order=rising#actors" in html


def test_every_head_leads_to_a_page_that_is_sorted_by_it(client: FlaskClient) -> None:
    for start in ("/country/XA/measures", "/country/XA/measures?of=brokerage"):
        page = page_at(client, start)
        heads = [link for link in page.links if link.endswith("#actors") and link != "#actors"]
        assert len(heads) >= 10
        for link in heads:
            shown = page_at(client, link.removesuffix("#actors"))
            assert "Left aside" not in shown.text


def test_what_an_address_asks_in_vain_is_said(client: FlaskClient) -> None:
    page = page_at(client, "/country/XA/measures?sort=beauty&of=&colour=red&order=sideways")
    assert "“beauty” is not one of" in page.text
    assert "“colour” is no part of this page" in page.text
    assert "“sideways”" in page.text
    hostile = client.get("/country/XA/measures?sort=%3Cscript%3Ealert(1)").get_data(as_text=True)
    assert "<script>alert" not in hostile


def test_country_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    for path in ("measures", "measures.csv", "mixing.csv", "triads.csv", "network.zip"):
        for code in ("QQ", "all"):
            assert client.get(f"/country/{code}/{path}").status_code == 404, path


def test_archive_for_r_holds_what_was_measured(client: FlaskClient, found: dict[str, Measured]) -> None:
    response = client.get("/country/XA/network.zip")
    assert response.mimetype == "application/zip"
    assert 'filename="network-XA-' in response.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(response.get_data())) as archive:
        actors = list(csv.DictReader(io.StringIO(archive.read("actors.csv").decode())))
        measures = list(csv.DictReader(io.StringIO(archive.read("measures.csv").decode())))
        assert "network.R" in archive.namelist()
    assert [row["address"] for row in actors] == [a.address for a in found["XA"].actors]
    assert [row["degree"] for row in measures] == [f"{a.values['degree']:g}" for a in found["XA"].actors]
    assert client.get("/country/XA/network.zip").get_data() == response.get_data()


def test_country_leads_to_its_measures(client: FlaskClient) -> None:
    assert "/country/XA/measures" in page_at(client, "/country/XA").links
    assert "/measures" in page_at(client, "/patterns").links


def test_store_without_a_release_beside_it_is_measured_when_asked(
    example_release: Path, found: dict[str, Measured], tmp_path: Path
) -> None:
    """Such as one that was pushed elsewhere, or a release that was built before there were measures."""
    bare = tmp_path / example_release.name
    shutil.copytree(example_release, bare, ignore=shutil.ignore_patterns(FILE))
    with open_graph(bare, Settings(home=tmp_path, workers=1)) as graph:
        assert dict(graph.measured()) == found
    (bare / FILE).write_bytes(b"damaged")
    unchecked(bare)
    app: Flask = create_app(Settings(home=tmp_path, store=str(bare), workers=1, client_minute=0))
    try:
        assert app.test_client().get("/measures.csv").status_code == 200
    finally:
        closing(app)
