"""Rows of sheets and pasted tables become what was filled in: a bundle for each practice, with what belongs to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field as made_by
from typing import Final

from p2p_graph.contributing.columns import BETWEEN, MARK, Heads, part_named
from p2p_graph.contributing.filling import Entry, Filled, Values
from p2p_graph.contributing.form import Form, Part
from p2p_graph.errors import UploadRefused
from p2p_graph.message import Message
from p2p_graph.text import fold

__all__ = ["Bundle", "Read", "Table", "read_rows"]

#: parts whose things several practices may point to
_SHARED: Final = ("organisation", "source", "place")


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as texts, row by row, with the number of the first row; the sheet's name, or nothing for a table."""

    name: str
    rows: Sequence[Sequence[str]] = made_by(repr=False)
    first: int = 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """One practice with all that belongs to it, and from which sheet and row each entry comes."""

    values: Values
    where: Mapping[str, tuple[str, int]]

    def settle(self, filled: Filled) -> None:
        """Keeps the addresses that the entries were given, so that another practice names the same things so too."""
        for key, entry in self.values.items():
            given = filled.addresses.get(key, ())
            part = key.rpartition("-")[0]
            if given and part in _SHARED:
                entry["address"] = [_short(given[0])]
                if len(given) > 1:
                    entry["reading"] = [_short(given[1])]

    def plain(self, form: Form) -> Values:
        """The same as a form has it: entries point to each other by their own names, not by those of rows."""
        rows = {fold(name): key for key, entry in self.values.items() for name in entry.get("row", ())}
        found: Values = {}
        for key, entry in self.values.items():
            part = form.part(key)
            found[key] = {}
            for name, texts in entry.items():
                field = part.field(name) if part is not None else None
                if name in ("row", "practice"):
                    continue
                is_pointing = field is not None and field.kind == "thing"
                found[key][name] = [rows.get(fold(text), text) for text in texts] if is_pointing else list(texts)
        return found


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: a bundle for each practice, and the rows that belong to none."""

    bundles: tuple[Bundle, ...]
    loose: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    part: Part
    entry: Entry
    where: tuple[str, int]

    def is_called(self, text: str) -> bool:
        names = [*self.entry.get("row", ()), *(v for n, vs in self.entry.items() if n.startswith("label") for v in vs)]
        return fold(text) in {fold(name) for name in names}


def read_rows(form: Form, tables: Iterable[Table], language: str = "en") -> Read:
    """What tables hold. `language` is that of texts under a head without a language.

    Raises UploadRefused where a head or a kind of row is not known, and where there is no practice.
    """
    rows: list[_Row] = []
    strange: dict[str, None] = {}
    for table in tables:
        rows += _rows(form, table, language, strange)
    if strange:
        heads = ", ".join(f"“{head[:40]}”" for head in list(strange)[:12])
        sentence = "Nothing is known of what is called {heads}: take the words of the template, or leave it out."
        raise UploadRefused(Message(sentence, heads=heads), reason="columns")
    practices = [row for row in rows if row.part.key == "practice"]
    if not practices:
        sentence = "There is no practice in it: give each practice a row of its own."
        raise UploadRefused(Message(sentence), reason="empty")
    return _bundled(practices, [row for row in rows if row.part.key != "practice"])


def _rows(form: Form, table: Table, language: str, strange: dict[str, None]) -> Iterator[_Row]:
    """The rows of a table that say something."""
    own = part_named(form, table.name) if table.name else None
    if table.name and own is None:
        return  # a sheet of notes, or of lists
    said = [(number, row) for number, row in enumerate(table.rows, table.first) if any(cell.strip() for cell in row)]
    if not said:
        return
    is_ours = said[0][1][0].strip() == MARK
    heads = ["row" if cell.strip() == MARK else cell for cell in said[0][1]]
    keys: dict[str, list[str]] = {}
    called: dict[str, Part | None] = {}
    # below the names of the fields our template has their heads and what they mean
    for number, row in said[1:]:
        if is_ours and number < table.first + 3:
            continue
        if own is None and row[0] not in called:
            called[row[0]] = part_named(form, row[0])
        part = own or called[row[0]]
        if part is None:
            strange[row[0].strip() or "?"] = None
            continue
        if part.key not in keys:
            skipped = 0 if own else 1
            known = Heads(part)
            keys[part.key] = ["" if n < skipped else known.key(head, language) for n, head in enumerate(heads)]
        yield _row(part, keys[part.key], heads, row, (table.name, number), strange, own is None)


def _row(
    part: Part,
    keys: Sequence[str],
    heads: Sequence[str],
    cells: Sequence[str],
    where: tuple[str, int],
    strange: dict[str, None],
    is_mixed: bool,
) -> _Row:
    entry: Entry = {}
    for place, cell in enumerate(cells):
        text = cell.strip()
        if not text or (is_mixed and place == 0):
            continue
        key = keys[place] if place < len(keys) else ""
        if not key:
            strange[(heads[place].strip() if place < len(heads) else "") or text] = None
            continue
        field = part.field(key.partition("@")[0])
        several = field is not None and field.is_many and field.kind != "address"
        values = [one.strip() for one in text.split(BETWEEN)] if several else [text]
        entry.setdefault(key, []).extend(value for value in values if value)
    return _Row(part, entry, where)


def _bundled(practices: Sequence[_Row], others: Sequence[_Row]) -> Read:
    if len(practices) == 1:
        return Read((_bundle([practices[0], *others]),), ())
    claimed: set[int] = set()
    bundles = []
    by_name: dict[str, list[_Row]] = defaultdict(list)
    for row in others:
        for name in row.entry.get("practice", ()):
            by_name[fold(name)].append(row)
    for practice in practices:
        names = {fold(n) for n in _names(practice)}
        taken = [practice, *(row for name in names for row in by_name.get(name, ()))]
        taken += _reached(taken, others)
        claimed.update(id(row) for row in taken)
        bundles.append(_bundle(taken))
    return Read(tuple(bundles), tuple(row.where for row in others if id(row) not in claimed))


def _names(row: _Row) -> list[str]:
    return [*row.entry.get("row", ()), *(v for n, vs in row.entry.items() if n.startswith("label") for v in vs)]


def _reached(taken: Sequence[_Row], others: Sequence[_Row]) -> list[_Row]:
    """The sources, organisations and places that some rows point to, and those that these point to."""
    shared = [row for row in others if row.part.key in _SHARED]
    by_name: dict[str, list[_Row]] = defaultdict(list)
    for row in shared:
        for name in _names(row):
            by_name[fold(name)].append(row)
    found: dict[int, _Row] = {}
    waiting = list(taken)
    while waiting:
        row = waiting.pop()
        for field in row.part.fields:
            for text in row.entry.get(field.key, ()) if field.kind == "thing" else ():
                for other in by_name.get(fold(text), ()):
                    if id(other) not in found:
                        found[id(other)] = other
                        waiting.append(other)
    return [row for row in shared if id(row) in found]


def _bundle(rows: Sequence[_Row]) -> Bundle:
    values: Values = {}
    where: dict[str, tuple[str, int]] = {}
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.part.key] += 1
        key = f"{row.part.key}-{counts[row.part.key]}" if row.part.is_many else row.part.key
        values[key], where[key] = row.entry, row.where
    return Bundle(values, where)


def _short(address: str) -> str:
    kind, _, end = address.rpartition("/")
    return f"{kind.rpartition('/')[2]}:{end}"
