"""A table as a workbook (.xlsx) for Excel, LibreOffice and their kin; what a sheet cannot hold is said on its last one.

A sheet keeps fifteen digits of a number, no time zone, no day before March 1900 that every program agrees on, and
32,767 characters of a text. Where a value would change, its text is written instead.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from pyoxigraph import Literal

from p2p_graph.errors import AnswerTooLarge
from p2p_graph.model import Table, Term
from p2p_graph.tables import Cell, Labels, call, need, read

__all__ = ["MEDIA_TYPE", "steady", "written"]

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: what a sheet holds, by the specification of Excel; the first row is the head
_ROWS: Final = 1_048_575
_COLUMNS: Final = 16_384
_CHARACTERS: Final = 32_767
_LINKS: Final = 65_530
_LINK_CHARACTERS: Final = 2_079
_DIGITS: Final = 15
#: before this day programs count days differently, since some believe in 29 February 1900
_FIRST_DAY: Final = date(1900, 3, 1)

_LICENCE: Final = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
#: characters that XML 1.0 cannot hold
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: what a sheet would read as a code for a character
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
#: what some program, somewhere, would take for the begin of a formula
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

_LONG: Final = "Texts cut at 32,767 characters, the most a cell holds"
_CONTROL: Final = "Texts with control characters, which became \ufffd"
_NUMBERS: Final = "Numbers kept as text, as a cell holds fifteen digits"
_DAYS: Final = "Days and times kept as text, as a cell cannot hold them"
_UNLINKED: Final = "Addresses without a link, as a sheet holds 65,530"


def written(table: Table, now: datetime, labels: Labels | None = None) -> bytes:
    """The bytes of the workbook; `Table.to_xlsx` says what is in it."""
    if len(table) > _ROWS or len(table.columns) > _COLUMNS:
        what, limit = ("rows", _ROWS) if len(table) > _ROWS else ("columns", _COLUMNS)
        raise AnswerTooLarge(f"A sheet holds {limit:,} {what}: ask for less, or take CSV.", **{what: limit})
    book = need("openpyxl").Workbook(write_only=True)
    book.properties.creator = "Peer2Peer Graph"
    book.properties.title = table.origin.title or None
    book.properties.created = now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now
    lost = _Sheet(book, "data").data(table, labels)
    query = table.origin.query.strip() or "The query of this table is not known."
    _Sheet(book, "query").lines(query.splitlines())
    _Sheet(book, "about").pairs(_about(table, now, lost))
    file = io.BytesIO()
    book.save(file)
    return steady(file.getvalue())


def _about(table: Table, now: datetime, lost: Counter[str]) -> Iterator[tuple[str, str]]:
    origin, limits = table.origin, table.origin.limits
    if origin.title:
        yield "Title", origin.title
    if origin.question:
        yield "Question", origin.question
    yield "Data", "Peer2Peer Graph"
    yield "Version of the data", origin.version or "not known"
    yield "Licence of the data", _LICENCE
    yield "Written", now.isoformat(sep=" ", timespec="seconds")
    yield "Rows", f"{len(table):,}"
    if limits:
        most = f"at most {limits.rows:,} rows in {limits.seconds:g} seconds"
        yield "Limits", f"{most}; the answer is complete, as a larger one is refused."
    else:
        yield "Limits", "not known"
    for column, kind in origin.kinds.items():
        yield f"Column {column}", _KINDS.get(kind, kind)
    for what, count in lost.items():
        if count:
            yield what, f"{count:,}"


_KINDS: Final = {
    "iri": "address",
    "integer": "whole number",
    "decimal": "number",
    "boolean": "yes or no",
    "term": "any",
}


class _Sheet:
    """One sheet that is written from top to bottom, and what it could not hold as it was."""

    def __init__(self, book: Any, title: str) -> None:
        self._sheet = book.create_sheet(title)
        self._cell = need("openpyxl.cell").WriteOnlyCell
        styles = need("openpyxl.styles")
        self._bold = styles.Font(bold=True)
        linked = self._cell(self._sheet)
        linked.font = styles.Font(color="0563C1", underline="single")
        # one for all links: to look a font up for each takes longer than to write the cell
        self._link = linked._style
        self._links = 0
        self._lost: Counter[str] = Counter()

    def data(self, table: Table, labels: Labels | None) -> Counter[str]:
        """The typed cells under a head that stands still; gives what was lost, and how often."""
        names, rows = _with_labels(table, labels)
        letters = need("openpyxl.utils").get_column_letter
        for at, name in enumerate(names, 1):
            widest = max((len(_shown(row[at - 1])) for row in rows[:500]), default=0)
            self._sheet.column_dimensions[letters(at)].width = min(60, max(10, len(name) + 4, widest + 2))
        self._sheet.freeze_panes = "A2"
        if names:
            self._sheet.auto_filter.ref = f"A1:{letters(len(names))}{len(rows) + 1}"
        self._sheet.append([self._text(name, self._bold) for name in names])
        for row in rows:
            self._sheet.append([None if term is None else self._typed(read(term), term) for term in row])
        return self._lost

    def lines(self, lines: Iterable[str]) -> None:
        """Texts below each other."""
        self._sheet.column_dimensions["A"].width = 120
        for line in lines:
            self._sheet.append([self._text(line)])

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """A word in bold and what is said to it."""
        self._sheet.column_dimensions["A"].width = 30
        self._sheet.column_dimensions["B"].width = 100
        for word, said in pairs:
            self._sheet.append([self._text(word, self._bold), self._text(said)])

    def _typed(self, cell: Cell, term: Term) -> Any:
        what = cell.value
        if cell.kind == "address":
            return self._address(what)
        if cell.kind == "boolean":
            return self._cell(self._sheet, what)
        if cell.kind in ("integer", "decimal", "double"):
            return self._number(what, term)
        if cell.kind in ("date", "moment", "zoned", "time"):
            return self._day(cell, term)
        return self._text(what if cell.kind in ("text", "unread", "month") else _shown(term))

    def _text(self, text: str, font: Any = None) -> Any:
        """A cell that every program takes for text, whatever it begins with; none for no text."""
        if not text:
            return None
        clean = _UNWRITABLE.sub("\ufffd", text)
        self._lost[_CONTROL] += clean != text
        # A cell knows one end of a line, and XML would make it so.
        clean = clean.replace("\r\n", "\n").replace("\r", "\n")
        shown = _CODE.sub("_x005F_", clean)
        self._lost[_LONG] += len(shown) > _CHARACTERS
        cell = self._cell(self._sheet, shown[: _CHARACTERS - 1] + "…" if len(shown) > _CHARACTERS else shown)
        cell.data_type = "s"
        if text.startswith(_FORMULA):
            # as if a reader had typed an apostrophe before it: it stays text even after it was edited
            cell.quotePrefix = True
        if font:
            cell.font = font
        return cell

    def _address(self, address: str) -> Any:
        cell = self._text(address)
        if address.startswith(("http://", "https://")) and len(address) <= _LINK_CHARACTERS:
            if self._links < _LINKS:
                self._links += 1
                cell.hyperlink = address
                cell._style = self._link
            else:
                self._lost[_UNLINKED] += 1
        return cell

    def _number(self, number: int | Decimal | float, term: Term) -> Any:
        if isinstance(number, float):
            printed = repr(number) if math.isfinite(number) else ""
        else:
            printed = format(number, "f")
            digits = printed.lstrip("-").replace(".", "").strip("0")
            printed = printed if len(digits) <= _DIGITS else ""
        if not printed:
            self._lost[_NUMBERS] += 1
            return self._text(_shown(term))
        # As its own digits: openpyxl would round a double at the sixteenth.
        cell = self._cell(self._sheet, printed)
        cell.data_type = "n"
        return cell

    def _day(self, cell: Cell, term: Term) -> Any:
        what = cell.value
        if cell.kind == "zoned":
            what = what.astimezone(UTC).replace(tzinfo=None)
        day = what.date() if isinstance(what, datetime) else what
        fits = what.tzinfo is None if isinstance(day, time) else day >= _FIRST_DAY
        if not fits:
            self._lost[_DAYS] += 1
            return self._text(_shown(term))
        made = self._cell(self._sheet, what)
        made.number_format = _NUMBER_FORMATS[cell.kind]
        return made


_NUMBER_FORMATS: Final = {
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
    "zoned": 'yyyy-mm-dd hh:mm:ss"Z"',
    "time": "hh:mm:ss",
}


def _shown(term: Term | None) -> str:
    """The text of a term as it was written."""
    return "" if term is None else getattr(term, "value", None) or str(read(term).value)


def _with_labels(table: Table, labels: Labels | None) -> tuple[list[str], list[tuple[Term | None, ...]]]:
    """The columns and rows, each column of addresses followed by one of labels where these are wanted."""
    if labels is None:
        return list(table.columns), list(table.rows)
    names: list[str] = []
    columns: list[list[Term | None]] = []
    for at, name in enumerate(table.columns):
        terms = [row[at] for row in table.rows]
        names.append(name)
        columns.append(terms)
        cells = [None if term is None else read(term) for term in terms]
        addresses = [cell.value for cell in cells if cell and cell.kind == "address"]
        wanted = addresses or (not any(cells) and table.origin.kinds.get(name) == "iri")
        if wanted and f"{name}_label" not in table.columns:
            called = call(labels, addresses)
            found = [called.get(c.value) if c and c.kind == "address" else None for c in cells]
            names.append(f"{name}_label")
            columns.append([None if label is None else Literal(label) for label in found])
    return names, list(zip(*columns, strict=True)) if columns else list(table.rows)


def steady(book: bytes) -> bytes:
    """The same workbook without the time at which it was written, which the writer takes from the machine's clock."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"<dcterms:modified\b.*?</dcterms:modified>", b"", content)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
