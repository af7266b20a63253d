"""Sheets and pasted rows: the template, what is read of them, and what is refused before anything is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from practices import minting

from p2p_graph.contributing.columns import PLURALS, columns
from p2p_graph.contributing.filling import Values, fill
from p2p_graph.contributing.form import Form
from p2p_graph.contributing.naming import Names
from p2p_graph.contributing.rows import Table, read_rows
from p2p_graph.contributing.sheets import read_pasted, read_sheet, template, template_table
from p2p_graph.errors import UploadRefused
from p2p_graph.vocab import mint

TWO = """What it is;Row;In practice;Name (en);In short (en);Country;Kind of practice;Role;Who takes part;\
What passes along it;Kind of document;Web address;How much was seen;Source
Practice;P1;;Night bus;They go out.;Exland;joint outreach;;;;;;;
Practice;P2;;Day bus;They stay.;Exland;joint outreach;;;;;;;S1
Group;G1;P1;;;;;peer educator;;;;;;
Group;G2;P1;;;;;nurse;;;;;;
Group;G3;P2;;;;;nurse;;;;;;
Tie;T1;P1;;;;;;"G1; G2";referral;;;;S1
Tie;T2;P2;;;;;;"G3; Exford Police";referral;;;;S1
Source;S1;;The report;;;;;;;report;https://example.org/r;whole;
Source;S2;;Nobody's;;;;;;;report;https://example.org/n;whole;
"""


def filled_in(book: bytes, form: Form, values: Values) -> bytes:
    """The template with rows as somebody would write them."""
    opened, rows = load_workbook(io.BytesIO(book)), dict.fromkeys(PLURALS, 4)
    for key, entry in values.items():
        part = form.part(key)
        assert part is not None
        sheet = opened[PLURALS[part.key]]
        heads = {cell.value: cell.column for cell in sheet[1]}
        sheet.cell(rows[part.key], 1, key)
        for name, texts in entry.items():
            sheet.cell(rows[part.key], heads[name], "; ".join(texts))
        rows[part.key] += 1
    file = io.BytesIO()
    opened.save(file)
    return file.getvalue()


def test_template_offers_what_the_form_asks_and_reads_back(form: Form, names: Names) -> None:
    known = {"country": [name for _a, name in names.all_of("country")], "organisation": ["Exford Police"]}
    book = template(form, known, ("en", "pl"))
    assert book == template(form, known, ("en", "pl"))
    opened = load_workbook(io.BytesIO(book))
    for part in form.parts:
        sheet = opened[PLURALS[part.key]]
        assert [cell.value for cell in sheet[1]][1:] == [column.key for column in columns(part, ("en", "pl"))][1:]
        assert sheet.protection.sheet
        assert all(sheet.cell(row, 1).protection.locked for row in (1, 2, 3))
        assert not sheet.column_dimensions["B"].protection.locked
    ties = opened[PLURALS["tie"]]
    offered = [rule for rule in ties.data_validations.dataValidation if rule.type == "list"]
    form_column = next(cell.column_letter for cell in ties[1] if cell.value == "form")
    rule = next(one for one in offered if str(one.sqref).startswith(form_column))
    place = rule.formula1.rpartition("!")[2].replace("$", "")
    assert [row[0].value for row in opened["Lists"][place]] == ["formal", "informal", "mixed"]
    values: Values = {"practice": {"label@pl": ["Autobus"], "startYear": ["2012"]}, "tie-1": {"form": ["informal"]}}
    read = read_rows(form, read_sheet(filled_in(book, form, values)))
    assert [bundle.plain(form) for bundle in read.bundles] == [values]
    assert read.bundles[0].where["tie-1"] == ("Ties", 4)


def test_practices_of_one_table_share_their_sources(form: Form, names: Names) -> None:
    read = read_rows(form, [read_pasted(TWO)])
    assert [bundle.where["practice"] for bundle in read.bundles] == [("", 2), ("", 3)]
    assert read.loose == (("", 10),)
    made = []
    for bundle in read.bundles:
        found = fill(form, bundle.values, names, "port-house", minting, date(2026, 1, 5))
        assert found.findings == ()
        bundle.settle(found)
        made.append(set(found.triples))
    first, second = made
    reports = [{t for t in them if t.subject == mint("document", "port-house-the-report")} for them in made]
    assert reports[0] == reports[1]
    assert len(reports[0]) > 2
    assert mint("organisation", "xa-police") in {t.object for t in second}
    assert not {t.subject for t in first} & {mint("tie", "port-house-day-bus-1")}


@pytest.mark.parametrize("between", ["\t", ";", ","])
def test_cells_may_be_parted_as_programs_do(form: Form, between: str) -> None:
    text = between.join(["What it is", "Name"]) + "\r\n" + between.join(["praktyka", '"A; b, c\td"'])
    read = read_rows(form, [read_pasted(text)], "pl")
    assert read.bundles[0].values == {"practice": {"label@pl": ["A; b, c\td"]}}


def test_heads_of_the_table_template_are_known(form: Form) -> None:
    heads = template_table(form, ("en", "el")).splitlines()[0]
    rows = [["Practice", "P1"], ["Tie", "T1"]]
    table = Table("", [next(iter(csv_rows(heads))), *rows])
    assert len(read_rows(form, [table]).bundles) == 1


def csv_rows(text: str) -> list[list[str]]:
    return [list(row) for row in read_pasted(text).rows]


def test_what_is_not_known_is_named_all_at_once(form: Form) -> None:
    text = "What it is;Name;Shoe size\nPractice;Night bus;43\nGhost;x;"
    with pytest.raises(UploadRefused, match="“Shoe size”, “Ghost”"):
        read_rows(form, [read_pasted(text)])
    with pytest.raises(UploadRefused, match="no practice"):
        read_rows(form, [read_pasted("What it is;Name\nOrganisation;Night bus")])


def book(change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    made = Workbook()
    made.active.title = "Practices"
    made.active.append(["Name"])
    made.active.append(["Night bus"])
    change(made)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def packed(name: str, content: bytes) -> bytes:
    file = io.BytesIO(book())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr(name, content)
    return file.getvalue()


def a_million_rows() -> bytes:
    row = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>'
    rows = b"".join(row % (n, n) for n in range(1, 60_000))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData>'
    source, file = io.BytesIO(book()), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, sheet % rows + b"</worksheet>" if is_sheet else old.read(name))
    return file.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (lambda: packed("xl/media/a.bin", b"\0" * 21_000_000), "bomb"),
    "many parts": (lambda: many_parts(), "bomb"),
    "macro": (lambda: packed("xl/vbaProject.bin", b"x"), "macro"),
    "other file": (lambda: packed("xl/externalLinks/externalLink1.xml", b"<x/>"), "macro"),
    "entities": (
        lambda: packed("xl/extra.xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x/>'),
        "macro",
    ),
    "path": (lambda: packed("../../etc/cron.d/x", b"x"), "form"),
    "formula": (lambda: book(lambda b: b.active.append(['=HYPERLINK("https://example.org")'])), "formula"),
    "formula in text": (lambda: b"What it is;Name\nPractice;=1+1", "formula"),
    "merged": (lambda: book(lambda b: b.active.merge_cells("A2:C2")), "merged"),
    "rows": (a_million_rows, "rows"),
    "old form": (lambda: b"\xd0\xcf\x11\xe0" + b"x" * 100, "format"),
    "half": (lambda: book()[:900], "syntax"),
    "no workbook": (lambda: b"PK\x03\x04" + b"x" * 50, "syntax"),
    "encoding": (lambda: "What it is;Name\nPractice;Łódź".encode("cp1250"), "encoding"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "encoding"),
    "nothing seen": (lambda: b"What it is;Name\nPractice;a\0b", "format"),
    "too large": (lambda: b"x" * 1_000_001, "size"),
}


def many_parts() -> bytes:
    file = io.BytesIO(book())
    with zipfile.ZipFile(file, "a") as whole:
        for number in range(300):
            whole.writestr(f"xl/x{number}.xml", b"<x/>")
    return file.getvalue()


@pytest.mark.parametrize("what", REFUSED)
def test_file_is_refused_in_a_sentence(what: str) -> None:
    make, reason = REFUSED[what]
    with pytest.raises(UploadRefused) as refusal:
        read_sheet(make())
    assert refusal.value.values["reason"] == reason
    assert str(refusal.value).endswith(".")


def test_text_of_other_programs_is_read(form: Form) -> None:
    text = "What it is;Name\nPractice;Łódź"
    for name in ("utf-8", "utf-8-sig", "utf-16"):
        rows = read_sheet(text.encode(name))
        assert read_rows(form, rows).bundles[0].values["practice"]["label@en"] == ["Łódź"]
