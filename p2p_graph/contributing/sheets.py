"""Sheets as files: the template, made from the form, and workbooks and tables read into texts.

Nothing in a file is run or followed: macros, formulas, merged cells and links to other files are refused, and so is
what unpacks to too much.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from p2p_graph.contributing.columns import MARK, PLURALS, WHAT, Column, columns
from p2p_graph.contributing.form import Field, Form, Part
from p2p_graph.contributing.rows import Table
from p2p_graph.contributing.uploads import UploadLimits, too_large
from p2p_graph.errors import UploadRefused
from p2p_graph.message import Message
from p2p_graph.translation import translated
from p2p_graph.workbook import steady

__all__ = ["MEDIA_TYPE", "read_pasted", "read_sheet", "template", "template_table"]

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ROWS: Final = 10_000
_COLUMNS: Final = 200
#: what a workbook may unpack to, and of how many files it may consist
_UNPACKED: Final = 20_000_000
_FILES: Final = 200
#: rows of the template that have drop-downs
_READY: Final = 1_000
#: parts of a workbook that run something, or lead elsewhere
_ACTIVE: Final = re.compile(r"vbaProject|macrosheets|activeX|/embeddings/|externalLinks|ctrlProps|customUI", re.I)
_DOUBTFUL: Final = re.compile(rb"<!DOCTYPE|<!ENTITY|macroEnabled", re.I)


# The template


def template(
    form: Form, known: Mapping[str, Sequence[str]], languages: Sequence[str] = ("en",), told_in: str = "en"
) -> bytes:
    """A workbook to fill in: a sheet for each part, with drop-downs, help over each column and heads that stand fast.

    `known` gives the names of known things by kind, such as those of countries and organisations. Texts have a column
    for each of `languages`; heads and help are in the language `told_in`.
    """
    book = Workbook()
    del book[book.sheetnames[0]]
    lists = _Lists(form, known, told_in)
    for part in form.parts:
        _sheet(book, part, columns(part, languages, told_in), lists, told_in)
    lists.write(book, translated("Lists", told_in))
    book.properties.creator = "Peer2Peer Graph"
    # the same form gives the same bytes
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    file = io.BytesIO()
    book.save(file)
    return steady(file.getvalue())


def template_table(form: Form, languages: Sequence[str] = ("en",), told_in: str = "en") -> str:
    """The heads of a table that holds all parts, with a first row for each, as CSV.

    >>> from p2p_graph.contributing.form import Form
    >>> template_table(Form([], [])).splitlines()[0]
    'What it is,Row,In practice'
    """
    heads: dict[str, None] = {translated(WHAT, told_in, "field"): None}
    for part in form.parts:
        heads.update((column.head, None) for column in columns(part, languages, told_in))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(heads)
    for part in form.parts:
        row = "" if part.key not in ("practice", "tie", "group", "source") else f"{part.key[0].upper()}1"
        if row:
            writer.writerow([part.label(told_in), row])
    return file.getvalue()


class _Lists:
    """The sheet of words that drop-downs are made from."""

    def __init__(self, form: Form, known: Mapping[str, Sequence[str]], told_in: str) -> None:
        self._form, self._known, self._told_in = form, known, told_in
        self._columns: dict[str, list[str]] = {}

    def range_of(self, field: Field) -> str:
        """Where the words of a field stand; nothing for one that is typed."""
        name = field.scheme or (field.targets[0] if len(field.targets) == 1 else "place" * ("place" in field.targets))
        words = (
            [choice.label(self._told_in) for choice in self._form.choices(field.scheme)]
            if field.scheme
            else list(self._known.get(name, ()))
        )
        if not words:
            return ""
        self._columns.setdefault(name, words)
        letter = get_column_letter(list(self._columns).index(name) + 1)
        return f"{letter}$2:${letter}${len(words) + 1}"

    def write(self, book: Any, title: str) -> None:
        sheet = book.create_sheet(title[:31])
        for at, (name, words) in enumerate(self._columns.items(), 1):
            sheet.cell(1, at, name).font = Font(bold=True)
            for row, word in enumerate(words, 2):
                sheet.cell(row, at, _plain(word))
            sheet.column_dimensions[get_column_letter(at)].width = 32
        sheet.protection.sheet = True

    def title(self) -> str:
        return translated("Lists", self._told_in)[:31]


def _sheet(book: Any, part: Part, all_columns: Sequence[Column], lists: _Lists, told_in: str) -> None:
    sheet = book.create_sheet(translated(PLURALS[part.key], told_in)[:31])
    shade, faint = PatternFill("solid", fgColor="EFE9DC"), Font(color="555555", size=9)
    for at, column in enumerate(all_columns, 1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = 30 if column.key.partition("@")[0] in ("label", "description") else 20
        sheet.column_dimensions[letter].protection = Protection(locked=False)
        sheet.cell(1, at, MARK if column.key == "row" else column.key).font = faint
        needed = column.field is not None and column.field.is_needed
        sheet.cell(2, at, _plain(f"{column.head} *" if needed else column.head)).font = Font(bold=True)
        told = sheet.cell(3, at, _plain(_help(column, told_in)))
        told.font, told.alignment = faint, Alignment(wrap_text=True, vertical="top")
        for row in (1, 2, 3):
            sheet.cell(row, at).fill = shade
            sheet.cell(row, at).protection = Protection(locked=True)
        if column.field is not None:
            _offer(sheet, column.field, letter, lists)
    sheet.row_dimensions[1].hidden = True
    sheet.row_dimensions[3].height = 64
    sheet.freeze_panes = "B4"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _help(column: Column, told_in: str) -> str:
    field = column.field
    if field is None:
        return column.help
    sentences = [column.help]
    if field.is_many and field.kind != "address":
        sentences.append(translated("Several are parted by a semicolon.", told_in))
    if field.example:
        sentences.append(translated(Message("For example: “{example}”", example=field.example), told_in))
    return " ".join(sentences)


def _offer(sheet: Any, field: Field, letter: str, lists: _Lists) -> None:
    """The drop-down of a column, or the numbers that fit."""
    cells = f"{letter}4:{letter}{_READY}"
    found = lists.range_of(field) if field.kind in ("concept", "thing") else ""
    if found:
        # several words in one cell are none of the list: they are offered, and not insisted on
        offered = DataValidation("list", formula1=f"'{lists.title()}'!${found}", showErrorMessage=not field.is_many)
        sheet.add_data_validation(offered)
        offered.add(cells)
    elif field.kind == "integer" and field.lowest is not None:
        highest = field.highest if field.highest is not None else 1_000_000
        number = DataValidation("whole", operator="between", formula1=str(field.lowest), formula2=str(highest))
        sheet.add_data_validation(number)
        number.add(cells)


def _plain(text: str) -> str:
    """A text that no program takes for a formula."""
    return f" {text}" if text.startswith(("=", "+", "-", "@")) else text


# Reading


def read_sheet(content: bytes, limits: UploadLimits | None = None) -> list[Table]:
    """The tables of a file, which is a workbook or a table of texts. Raises UploadRefused with what to do.

    >>> read_sheet("What it is;Name\\nPractice;Night bus".encode())[0].rows
    [['What it is', 'Name'], ['Practice', 'Night bus']]
    """
    limits = limits or UploadLimits()
    if len(content) > limits.bytes:
        raise too_large(limits)
    if content.startswith(b"PK"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(Message("This is a workbook of an old form: save it as .xlsx, without a password."), "format")
    return [read_pasted(_decoded(content))]


def read_pasted(text: str) -> Table:
    """A table of texts: cells are parted by tabs, semicolons or commas, whichever the first line has most of."""
    if "\0" in text:
        raise _refused(Message("This is no table: paste rows of a sheet, or send a file of the template."), "format")
    first = next((line for line in text.splitlines() if line.strip()), "")
    between = max("\t;,", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=between, strict=False))
    except csv.Error:
        sentence = "A cell in it does not end: see that each quotation mark has its fellow."
        raise _refused(Message(sentence), "syntax") from None
    for number, row in enumerate(rows, 1):
        _admit(row, "", number)
    return Table("", [row for row in rows if row] or [[""]])


def _decoded(content: bytes) -> str:
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if content.startswith(mark):
            try:
                return content.decode(name)
            except UnicodeDecodeError as reason:
                line = content[: reason.start].count(b"\n") + 1
                said = Message("This is not UTF-8 text (line {line}): save the file as UTF-8.", line=line)
                raise _refused(said, "encoding") from None
    raise AssertionError


def _workbook(content: bytes) -> list[Table]:
    broken = Message("This workbook cannot be read: open it, save it anew as .xlsx, and send that.")
    try:
        _look_into(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return [Table(sheet.title, list(_cells(sheet))) for sheet in book.worksheets]
    except (zipfile.BadZipFile, ParseError, LookupError, ValueError, TypeError, AttributeError, OSError, EOFError):
        raise _refused(broken, "syntax") from None


def _look_into(content: bytes) -> None:
    """Refuses what is more than sheets, before anything of it is read as one."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > _FILES or sum(part.file_size for part in parts) > _UNPACKED:
            sentence = "This workbook unpacks to far more than it should: send one with the rows of practices only."
            raise _refused(Message(sentence), "bomb")
        for part in parts:
            if part.filename.startswith("/") or ".." in part.filename.split("/") or part.flag_bits & 1:
                raise _refused(Message("This workbook is locked or damaged: save it anew, without a password."), "form")
            if _ACTIVE.search(part.filename):
                sentence = "This workbook holds macros, or leads to other files: save it as .xlsx without them."
                raise _refused(Message(sentence), "macro")
            if not part.filename.endswith((".xml", ".rels")):
                continue
            text = packed.read(part)
            if _DOUBTFUL.search(text):
                sentence = "This workbook holds macros, or leads to other files: save it as .xlsx without them."
                raise _refused(Message(sentence), "macro")
            if text.count(b"<row ") > _ROWS:
                raise _many_rows()
            if part.filename.startswith("xl/worksheets/") and b"<mergeCell " in text:
                raise _refused(Message("Cells are merged in this workbook: part them, one value in each."), "merged")


def _cells(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > _ROWS:
            raise _many_rows()
        if any(cell.data_type == "f" for cell in row):
            raise _formula(sheet.title, number)
        found = [_text(cell.value) for cell in row]
        _admit(found, sheet.title, number)
        yield found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _admit(row: Sequence[str], sheet: str, number: int) -> None:
    if number > _ROWS or len(row) > _COLUMNS:
        raise _many_rows()
    if any(cell.lstrip().startswith("=") for cell in row):
        raise _formula(sheet, number)


def _many_rows() -> UploadRefused:
    sentence = "A sheet has more than {count} rows: send fewer practices at a time."
    return _refused(Message(sentence, count=f"{_ROWS:,}"), "rows")


def _formula(sheet: str, number: int) -> UploadRefused:
    place = f"{sheet} {number}".strip()
    sentence = "A cell holds a formula (row {place}): write what it gives, as text."
    return _refused(Message(sentence, place=place), "formula")


def _refused(sentence: Message, reason: str) -> UploadRefused:
    return UploadRefused(sentence, reason=reason)
