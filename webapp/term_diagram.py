"""A drawing of how a class or property stands to others: wider and narrower terms above and below, properties beside.

The page tells the same in words with links, so the drawing is for the eye alone and holds no link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

__all__ = ["Drawn", "drawing"]

#: units of the drawing: its width, a box, the way between two rows, an indent, letters of a line
_WIDTH: Final = 420
_BOX: Final = 26
_ROW: Final = 36
_INDENT: Final = 28
_LETTER: Final = 7.4
#: rows of one kind that are drawn; the words beside tell all
_MOST: Final = 9


@dataclass(frozen=True, slots=True)
class Drawn:
    """What stands around a term: wider ones from the widest on, narrower ones, and lines from it to others.

    A line is what stands on it and what it leads to; one that comes from another begins with that.
    """

    name: str
    wider: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    outgoing: tuple[tuple[str, str], ...] = ()
    incoming: tuple[tuple[str, str], ...] = ()


def drawing(drawn: Drawn) -> Markup:
    """The drawing as SVG; as high as it has rows.

    >>> drawing(Drawn("peers", ("group",)))[:37]
    Markup('<svg class="diagram" viewBox="0 0 420')
    """
    rows: list[Markup] = []
    for number, name in enumerate(drawn.wider):
        rows.append(_box(name, 0, number) + _arrow(12, number + 1))
    own = len(drawn.wider)
    rows.append(_box(drawn.name, 0, own, "self"))
    number = own + 1
    for name in drawn.narrower[:_MOST]:
        rows.append(_branch(own, number, "kind") + _box(name, _INDENT, number))
        number += 1
    for said, other in drawn.outgoing[:_MOST]:
        rows.append(_branch(own, number, "says") + _line(said, other, number))
        number += 1
    for other, said in drawn.incoming[:_MOST]:
        rows.append(_branch(own, number, "told") + _line(other, said, number, starts=True))
        number += 1
    height = number * _ROW
    head = Markup('<svg class="diagram" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">')
    return head.format(_WIDTH, height, _WIDTH, height) + Markup("").join(rows) + Markup("</svg>")


def _box(name: str, x: float, number: int, kind: str = "") -> Markup:
    width = min(_WIDTH - x - 2, len(name) * _LETTER + 20)
    y = number * _ROW + 4
    return Markup(
        '<g class="{}"><rect x="{}" y="{}" width="{:.0f}" height="{}" rx="4"/><text x="{}" y="{}">{}</text></g>'
    ).format(f"box {kind}".strip(), x + 1, y, width, _BOX, x + 10, y + 18, name)


def _arrow(x: float, number: int) -> Markup:
    """From a row up to the one above it: a kind of."""
    y = number * _ROW
    return Markup('<path class="kind" d="M{} {}v-{}m-4 5l4 -5l4 5"/>').format(x, y + 4, _ROW - _BOX)


def _branch(own: int, number: int, kind: str) -> Markup:
    """From the term itself down and to the right."""
    top, y = own * _ROW + 4 + _BOX, number * _ROW + 17
    return Markup('<path class="{}" d="M12 {}V{}H{}"/>').format(kind, top, y, _INDENT)


def _line(first: str, second: str, number: int, starts: bool = False) -> Markup:
    """A property with what it leads to, or another term with the property by which it leads here."""
    if starts:
        width = len(first) * _LETTER + 20
        at = _INDENT + width + 8
        return _box(first, _INDENT, number) + _words(at, number, f"{second} →".strip())
    at = _INDENT + len(first) * _LETTER + 34
    return _words(_INDENT + 6, number, f"{first} →".strip()) + _box(second, min(at, _WIDTH - 120), number)


def _words(x: float, number: int, text: str) -> Markup:
    return Markup('<text class="said" x="{:.0f}" y="{}">{}</text>').format(x, number * _ROW + 22, text)
