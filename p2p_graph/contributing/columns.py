"""The columns of sheets and tables: what stands over them in each language, and which field each is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from p2p_graph.contributing.form import LANGUAGES, Field, Form, Part
from p2p_graph.text import fold
from p2p_graph.translation import translated

__all__ = ["BETWEEN", "MARK", "PLURALS", "WHAT", "Column", "Heads", "columns", "part_named"]

#: what parts several values in one cell
BETWEEN: Final = ";"
#: what stands in the first cell of a sheet that was made from our template
MARK: Final = "p2p:row"
#: the head of the column of a table that says what each row is
WHAT: Final = "What it is"

_ROW: Final = "Row"
_PRACTICE: Final = "In practice"
_CLASS: Final = "Kind of place"
#: stands for whichever language a text is written in
_NO_TONGUE: Final = "xx"
_TONGUE: Final = re.compile(r"\s*(?:\((\w\w)\)|@(\w\w))$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what values are filed under (`form`, `label@pl`), its head, its help, its field if it has one."""

    key: str
    head: str
    help: str
    field: Field | None = None


def columns(part: Part, languages: Sequence[str] = ("en",), told_in: str = "en") -> list[Column]:
    """The columns of a part in their order; texts have one for each language they are written in.

    >>> from p2p_graph.contributing.form import Part
    >>> [column.head for column in columns(Part("tie", ("tie",), True, {"en": "tie"}, ()))]
    ['Row', 'In practice']
    """
    found = [_fixed("row", _ROW, told_in)]
    if part.key in ("group", "tie", "period"):
        found.append(_fixed("practice", _PRACTICE, told_in))
    if part.classes:
        found.append(_fixed("class", _CLASS, told_in))
    for field in part.fields:
        head, help = _head(part, field, told_in), field.help(told_in)
        if field.kind == "text":
            found += [Column(f"{field.key}@{code}", f"{head} ({code})", help, field) for code in languages]
        else:
            found.append(Column(field.key, head, help, field))
    return found


_HELPS: Final = {
    "row": "A name for this row, such as P1 or T3, by which other rows point to it.",
    "practice": "The row of the practice it belongs to; empty if there is one practice only.",
    "class": "",
}


def _fixed(key: str, name: str, told_in: str) -> Column:
    return Column(key, translated(name, told_in, "field"), translated(_HELPS[key], told_in, "help"))


def _head(part: Part, field: Field, told_in: str) -> str:
    label = field.label(told_in)
    before = part.fields[: part.fields.index(field)]
    is_double = any(other.label(told_in) == label for other in before)
    return f"{label} [{field.key}]" if is_double else label


class Heads:
    """The heads of a part in all languages, looked up once for all columns of a file."""

    def __init__(self, part: Part) -> None:
        """
        >>> from p2p_graph.contributing.form import Part
        >>> Heads(Part("tie", ("tie",), True, {"en": "tie"}, ())).key("in practice")
        'practice'
        """
        self._keys: dict[str, str] = {}
        for code in LANGUAGES:
            for column in columns(part, (_NO_TONGUE,), code):
                for name in (column.key.partition("@")[0], column.head.removesuffix(f" ({_NO_TONGUE})")):
                    self._keys.setdefault(fold(name), column.key)

    def key(self, head: str, language: str = "en") -> str:
        """What values under a head are filed under; empty if there is no such field.

        A head is the name of a field, or what it is called in any language; for a text the language it is written in
        may stand behind: `Name (pl)`. Otherwise it is written in `language`.
        """
        plain, tongue = head.strip().removesuffix("*").strip(), language
        if found := _TONGUE.search(plain):
            code = found[1] or found[2]
            if code in LANGUAGES:
                plain, tongue = plain[: found.start()], code
        return self._keys.get(fold(plain), "").replace(f"@{_NO_TONGUE}", f"@{tongue}")


def part_named(form: Form, name: str) -> Part | None:
    """The part that is called so in some language, in one or in many."""
    folded = fold(name).strip()
    for part in form.parts:
        if folded in {fold(called) for called in _called(part)}:
            return part
    return None


def _called(part: Part) -> Iterable[str]:
    yield part.key
    yield f"{part.key}s"
    yield from (part.label(code) for code in LANGUAGES)
    yield from (translated(PLURALS[part.key], code) for code in LANGUAGES)


#: what a sheet of each part is called
PLURALS: Final = {
    "practice": "Practices",
    "group": "Groups of people",
    "organisation": "Organisations",
    "tie": "Ties",
    "source": "Sources",
    "place": "Places",
    "period": "Active periods",
}
