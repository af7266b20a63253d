"""Downloads: every format of every answer, what files are called, and what spreadsheet programs make of them."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pyoxigraph import Literal, NamedNode

from p2p_graph.config import Settings
from p2p_graph.errors import QueryCancelled, QueryTimeout
from p2p_graph.formats import FORMATS
from p2p_graph.model import Limits, Table
from p2p_graph.reading.sheets import Binder
from p2p_graph.reading.workers import HAS_GONE
from p2p_graph.workbook import MEDIA_TYPE
from tests.web.reading import closing, read
from webapp import create_app

HTML = {"Accept": "text/html"}
VERSION = "0.1.0+2026-01-07.1"
QUERIES = {
    "table": "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s ?o LIMIT 5",
    "boolean": "ASK { ?s ?p ?o }",
    "triples": "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5",
}
FORMULAS = """SELECT ?text { VALUES ?text { "=1+1" "+1" "-1" "@A1" "\\t=1" "=HYPERLINK(\\"https://a.example\\")" } }"""


def book(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data))


def test_every_format_has_its_media_type_by_name_by_suffix_and_by_accept(client: FlaskClient) -> None:
    for form in FORMATS:
        asked = {"query": QUERIES[form.kind]}
        by_name = client.get("/sparql", query_string={**asked, "format": form.name})
        by_suffix = client.get(f"/sparql.{form.suffix}", query_string=asked)
        assert (by_name.status_code, by_suffix.status_code) == (200, 200), form
        assert by_name.content_type == by_suffix.content_type == form.content_type
        accepted = client.get("/sparql", query_string=asked, headers={"Accept": form.media_type})
        assert accepted.mimetype == form.media_type
        if form.name == "csv-excel":
            assert not accepted.data.startswith(b"\xef\xbb\xbf")
        elif form.name != "xlsx":
            assert by_name.data == by_suffix.data == accepted.data


def test_workbook_holds_data_query_version_and_licence(client: FlaskClient) -> None:
    found = book(client.get("/queries/practices-by-country.xlsx?country=XA").data)
    assert found.sheetnames == ["data", "query", "about"]
    head, first = list(found["data"].iter_rows(values_only=True))[:2]
    assert head[:3] == ("practice", "practice_label", "name")
    assert first[1]
    assert not first[1].startswith("http")
    assert "<https://w3id.org/peer2peer/id/country/XA>" in "\n".join(c.value or "" for c in found["query"]["A"])
    about = dict(found["about"].iter_rows(values_only=True))
    assert about["Title"] == "Practices by country"
    assert about["Version of the data"] == VERSION
    assert about["Licence of the data"].startswith("CC BY 4.0")
    assert datetime.fromisoformat(about["Written"]).tzinfo is not None


def test_workbook_of_a_query_of_ones_own_names_only_what_is_there(client: FlaskClient) -> None:
    practice = "<https://w3id.org/peer2peer/id/practice/"
    query = f"SELECT ?p {{ VALUES ?p {{ {practice}exford-buddies> {practice}nowhere> <https://a.example/b> }} }}"
    rows = list(
        book(client.get("/sparql.xlsx", query_string={"query": query}).data)["data"].iter_rows(values_only=True)
    )
    named = dict(rows[1:])
    assert named[f"{practice[1:]}exford-buddies"] == "Exford Buddies"
    assert named[f"{practice[1:]}nowhere"] is None
    assert named["https://a.example/b"] is None


def test_formulas_stay_text_in_workbook_and_in_csv_for_excel(client: FlaskClient) -> None:
    asked = {"query": FORMULAS}
    cells = book(client.get("/sparql.xlsx", query_string=asked).data)["data"]["A"][1:]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    text = client.get("/sparql", query_string={**asked, "format": "csv-excel"}).data
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))[1:]
    assert len(rows) == 6
    assert [row for row in rows if not row[0].startswith("'")] == []


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/queries/practices-by-country.csv", f"practices-by-country-{VERSION}.csv"),
        ("/queries/practices-by-country.xlsx?country=XA&country=XB", f"practices-by-country-XA-XB-{VERSION}.xlsx"),
        ("/queries/practices-by-country?format=csv-excel&country=XA", f"practices-by-country-XA-{VERSION}.csv"),
        ("/sparql.tsv?query=%23%2B+title:+Łódź%20%22one%22%0ASELECT+*+{}", f"lodz-one-{VERSION}.tsv"),
        ("/sparql.json?query=SELECT+*+{}", f"query-b82307d7-{VERSION}.json"),
        ("/practice/exford-buddies.ttl", f"practice-exford-buddies-{VERSION}.ttl"),
        ("/patterns.xlsx", f"patterns-{VERSION}.xlsx"),
    ],
)
def test_files_are_called_after_question_values_and_version(client: FlaskClient, address: str, file: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == f'inline; filename="{file}"'


def test_a_page_offers_every_format_of_its_answer(client: FlaskClient) -> None:
    for page, wanted in (
        (client.get("/queries/practices-by-country?country=XA", headers=HTML), "table"),
        (client.get("/sparql", query_string={"query": QUERIES["table"]}, headers=HTML), "table"),
        (client.get("/sparql", query_string={"query": QUERIES["triples"]}, headers=HTML), "triples"),
    ):
        links = read(page.get_data(as_text=True)).links
        offered = [link for link in links if link.startswith(("/queries/practices-by-country.", "/sparql?query"))]
        types = {client.get(link).content_type for link in offered if "edit" not in link}
        assert {form.content_type for form in FORMATS if form.kind == wanted} <= types


def test_yes_or_no_has_no_workbook(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "ASK {}", "format": "xlsx"})
    assert response.status_code == 406
    assert response.get_json()["types"] == ["application/sparql-results+json", "application/sparql-results+xml"]


def test_limits_hold_for_what_the_engine_does_not_write(small_client: FlaskClient) -> None:
    wide = "SELECT * { ?s ?p ?o } LIMIT 20"
    for name in ("csv-excel", "xlsx"):
        many = small_client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }", "format": name})
        assert (many.status_code, many.get_json()["rows"]) == (413, 20)
        large = small_client.get("/sparql", query_string={"query": wide, "format": name})
        assert large.status_code == 413 if name == "xlsx" else large.status_code in (200, 413)


def _large(rows: int) -> Table:
    thing = NamedNode("https://w3id.org/peer2peer/id/practice/exford-buddies")
    return Table(("thing", "text", "n"), tuple((thing, Literal(f"=text {at}"), Literal(at)) for at in range(rows)))


NOW = datetime(2026, 1, 7, 12, 0)


def test_large_workbook_is_the_one_that_a_small_one_would_be() -> None:
    table = _large(2_000)
    labels = {"https://w3id.org/peer2peer/id/practice/exford-buddies": "Exford buddies"}
    rows = list(book(Binder().bind(table, Limits(60), NOW, labels))["data"].iter_rows(values_only=True))
    assert len(rows) == 2_001
    assert rows[2_000] == (table.rows[0][0].value, "Exford buddies", "=text 1999", 1999)  # type: ignore[union-attr]


def test_large_workbook_ends_past_its_seconds_and_the_next_one_is_written() -> None:
    binder = Binder()
    with pytest.raises(QueryTimeout, match="workbook") as caught:
        binder.bind(_large(50_000), Limits(0.3), NOW)
    assert caught.value.values["seconds"] == 0.3
    assert binder.bind(_large(1_000), Limits(60), NOW)[:2] == b"PK"


def test_names_of_a_large_workbook_are_looked_up_within_its_seconds() -> None:
    things = tuple((NamedNode(f"https://example.org/{at}"),) for at in range(3_000))
    asked: list[int] = []

    def labels(addresses: Iterable[str]) -> dict[str, str]:
        wanted = list(addresses)
        asked.append(len(wanted))
        # as slow as a store that is busy
        time.sleep(1.1)
        return {}

    with pytest.raises(QueryTimeout):
        Binder().bind(Table(("thing",), things), Limits(1), NOW, labels)
    assert asked == [500]


def test_large_workbook_ends_when_nobody_waits_for_it() -> None:
    token = HAS_GONE.set(lambda: True)
    try:
        with pytest.raises(QueryCancelled):
            Binder().bind(_large(50_000), Limits(60), NOW)
    finally:
        HAS_GONE.reset(token)


def test_one_large_workbook_at_a_time_and_who_waits_is_told() -> None:
    binder = Binder()
    begun, done = threading.Event(), []

    def first() -> None:
        # asked now and then while the first one is written: so it has its turn
        token = HAS_GONE.set(lambda: bool(begun.set()))
        try:
            done.append(binder.bind(_large(20_000), Limits(60), NOW))
        finally:
            HAS_GONE.reset(token)

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(30)
    with pytest.raises(QueryTimeout) as caught:
        binder.bind(_large(1_000), Limits(0.2), NOW)
    assert caught.value.values["waiting"] is True
    thread.join(60)
    assert done[0][:2] == b"PK"


def test_a_large_answer_is_a_workbook_over_http_and_is_kept(example_home: Path) -> None:
    app = create_app(Settings(home=example_home, workers=1, client_minute=0))
    try:
        client = app.test_client()
        query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 1500"
        first = client.get("/sparql.xlsx", query_string={"query": query})
        assert first.mimetype == MEDIA_TYPE
        assert book(first.data)["data"].max_row > 1_000
        again = client.get(
            "/sparql.xlsx", query_string={"query": query}, headers={"If-None-Match": first.headers["ETag"]}
        )
        assert again.status_code == 304
        assert client.get("/sparql.xlsx", query_string={"query": query}).data == first.data
    finally:
        closing(app)
