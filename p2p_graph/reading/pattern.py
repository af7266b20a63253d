"""Cooperation patterns: drawn from their roles and ties, and counted country by country. No I/O.

A pattern is a small network of roles. Its drawing uses the symbols and lines of every other picture; a line
whose form the pattern leaves open is dotted. A count says in how many practices of a country the pattern was
found, out of how many in which it could have been. Where these are few, not finding it says nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal as OneOf

from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table, Term
from p2p_graph.reading.library import Pattern, PatternTie, SavedQuery
from p2p_graph.reading.network import AGAINST, FAMILIES, FORMS, Form
from p2p_graph.reading.sentences import ENGLISH, Words
from p2p_graph.reading.style import (
    INK,
    PAPER,
    arrow,
    dashes,
    edge_of,
    escape,
    figure,
    reach,
    role_css,
    symbol,
    wrapped,
    xy,
)

__all__ = [
    "LEAST",
    "Basis",
    "PatternCell",
    "PatternRow",
    "PatternTable",
    "PatternWords",
    "Showing",
    "bases",
    "counted",
    "drawing_sentence",
    "pattern_rows",
    "pattern_svg",
]

#: With fewer practices than this, a pattern that was not found may only not have been written down.
LEAST: Final = 12

Verdict = OneOf["found", "not found", "too few to say"]
_Point = tuple[float, float]


# counts


@dataclass(frozen=True, slots=True)
class Basis:
    """What is recorded of a country: its practices, those of them with a tie, its ties."""

    practices: int = 0
    with_tie: int = 0
    ties: int = 0


@dataclass(frozen=True, slots=True)
class Showing:
    """One place where a pattern was found: the practice, and the tie that shows it or the practice it came from."""

    practice: str | None
    tie: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class PatternCell:
    """A pattern in a country: where it was found, out of how many practices in which it could have been."""

    country: str
    out_of: int
    showings: tuple[Showing, ...] = ()

    @property
    def practices(self) -> tuple[str, ...]:
        """The practices that show it, each once."""
        return tuple(dict.fromkeys(s.practice for s in self.showings if s.practice))

    @property
    def ties(self) -> tuple[str, ...]:
        """The ties that show it, each once."""
        return tuple(dict.fromkeys(s.tie for s in self.showings if s.tie))

    @property
    def is_enough(self) -> bool:
        """Whether there are enough practices for a share, or an absence, to mean something."""
        return self.out_of >= LEAST

    @property
    def verdict(self) -> Verdict:
        """What may be said.

        >>> PatternCell("PT", 40).verdict, PatternCell("MT", 3).verdict
        ('not found', 'too few to say')
        """
        return "found" if self.showings else "not found" if self.is_enough else "too few to say"

    @property
    def share(self) -> float | None:
        """The share of practices that show it; None where there are too few to say.

        >>> PatternCell("PT", 20, (Showing("p", "t"), Showing("p", "u"), Showing(None, "v"))).share
        0.05
        """
        return len(self.practices) / self.out_of if self.is_enough else None


@dataclass(frozen=True, slots=True)
class PatternRow:
    """One pattern with its cells, one for each country by its two-letter code."""

    saved: SavedQuery
    cells: Mapping[str, PatternCell]

    @property
    def practices(self) -> int:
        """In how many practices of all countries it was found."""
        return len({practice for cell in self.cells.values() for practice in cell.practices})


@dataclass(frozen=True, slots=True)
class PatternTable:
    """All patterns by country; `bases` say how much is recorded of each country."""

    bases: Mapping[str, Basis]
    rows: tuple[PatternRow, ...]

    def shown_by(self, practice: str) -> tuple[PatternRow, ...]:
        """The patterns that a practice shows."""
        return tuple(row for row in self.rows if any(practice in cell.practices for cell in row.cells.values()))


def bases(coverage: Table) -> dict[str, Basis]:
    """How much is recorded of each country, from a table of country, practices, withTie, ties.

    >>> bases(Table(("country", "practices", "withTie", "ties"), ()))
    {}
    """
    found = {
        _code(row["country"]): Basis(*(_whole(row[column]) for column in ("practices", "withTie", "ties")))
        for row in coverage.records()
    }
    return {code: basis for code, basis in sorted(found.items()) if basis.practices}


def counted(saved: SavedQuery, found: Table, known: Mapping[str, Basis]) -> PatternRow:
    """The places where a pattern was found, by country; countries of which no practice is known are left out.

    A pattern of ties can be found where a practice has a tie, any other in every practice.
    """
    shown: dict[str, list[Showing]] = defaultdict(list)
    for row in found.records():
        showing = Showing(*(_address(row.get(column)) for column in ("practice", "tie", "origin")))
        if showing not in shown[_code(row["country"])]:
            shown[_code(row["country"])].append(showing)
    of_ties = "tie" in found.columns
    return PatternRow(
        saved,
        {
            code: PatternCell(code, basis.with_tie if of_ties else basis.practices, tuple(shown[code]))
            for code, basis in known.items()
        },
    )


def pattern_rows(table: PatternTable) -> Table:
    """The same as a table of values: one row for each pattern and country."""
    columns = ("pattern", "title", "country", "practices", "ties", "outOf", "verdict")
    return Table(
        columns,
        tuple(
            (
                Literal(row.saved.name),
                Literal(row.saved.title),
                Literal(code),
                Literal(len(cell.practices)),
                Literal(len(cell.ties)),
                Literal(cell.out_of),
                Literal(cell.verdict),
            )
            for row in table.rows
            for code, cell in row.cells.items()
        ),
    )


def _address(term: Term | None) -> str | None:
    return term.value if isinstance(term, NamedNode) else None


def _code(term: Term | None) -> str:
    return term.value.rsplit("/", 1)[-1] if isinstance(term, NamedNode) else ""


def _whole(term: Term | None) -> int:
    return int(term.value) if isinstance(term, Literal) else 0


# words


@dataclass(frozen=True, slots=True)
class PatternWords:
    """The words of the sentence below; a translation passes its own."""

    one_way: str = "from {one} to {other}"
    two_way: str = "between {one} and {other}"
    table: str = "at one table, {all}"
    against: str = "opposed"
    any_form: str = "in any form"


_OWN: Final = PatternWords()
_FORM: Final[Mapping[str, Form]] = {form: form for form in FORMS}


def drawing_sentence(pattern: Pattern, words: Words = ENGLISH, own: PatternWords = _OWN) -> str:
    """A drawing in words, for those who do not see it.

    >>> roles = {"a": "police", "b": "professionals"}
    >>> drawing_sentence(Pattern("", "", roles, (PatternTie("a", "b", directed=True), PatternTie("a", "b", "formal"))))
    'From police to professionals: in any form; between police and professionals: formal.'
    """
    parts = []
    for tie in pattern.ties:
        names = [words.families.get(pattern.roles[end], pattern.roles[end].replace("-", " ")) for end in tie.ends]
        if len(names) > 2:
            who = own.table.format(all=words.and_.format(one=", ".join(names[:-1]), other=names[-1]))
        else:
            who = (own.one_way if tie.directed else own.two_way).format(one=names[0], other=names[1])
        how = words.forms[_form(tie)] if tie.form else own.any_form
        parts.append(f"{who}: {own.against + ', ' if tie.polarity in AGAINST else ''}{how}")
    text = words.pause.join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _form(tie: PatternTie) -> Form:
    return _FORM.get(tie.form or "", "unstated")


# drawing


@dataclass(frozen=True, slots=True)
class _Frame:
    """The measures of one drawing, in pixels at its natural size, and where each role stands."""

    size: float
    height: float
    font: float
    mark: float
    places: Mapping[str, _Point]
    names: Mapping[str, tuple[str, ...]]
    families: Mapping[str, str]

    @property
    def stroke(self) -> float:
        return max(1.6, self.mark * 0.13)

    @property
    def middle(self) -> _Point:
        count = len(self.places)
        return sum(x for x, _ in self.places.values()) / count, sum(y for _, y in self.places.values()) / count

    @property
    def is_labelled(self) -> bool:
        """Whether there is room for the form of a tie in words."""
        return self.size >= 240

    def reach(self, role: str, towards: _Point) -> float:
        """From the middle of a role's symbol to its edge, on the way to a point."""
        place = self.places[role]
        angle = math.atan2(towards[1] - place[1], towards[0] - place[0])
        return reach(self.families[role], self.mark, angle)


def pattern_svg(
    pattern: Pattern,
    title: str,
    *,
    ident: str = "pattern",
    size: float = 320,
    families: Mapping[str, str] | None = None,
    words: Words = ENGLISH,
    own: PatternWords = _OWN,
    standalone: bool = False,
) -> str:
    """A pattern as text of SVG: one symbol for each role with its name, one line for each tie.

    `ident` begins every id in it and must differ between drawings on one page. `size` is its natural width in
    pixels; from 240 the form of each tie is written at its line. `families` gives the family of each role that
    is none itself. `standalone` adds paper and the style sheet, for a file that leaves the site.

    >>> svg = pattern_svg(Pattern("", "", {"a": "peers", "b": "police"}, (PatternTie("a", "b", "informal"),)), "Talk")
    >>> svg.startswith("<svg "), "stroke-dasharray" in svg, "Peers" in svg
    (True, True, True)
    """
    frame = _framed(pattern, size, families or {}, words)
    order = list(pattern.roles)
    pairs: dict[frozenset[str], list[PatternTie]] = defaultdict(list)
    for tie in pattern.ties:
        pairs[frozenset(tie.ends)].append(tie)
    parts = []
    for same in pairs.values():
        for number, tie in enumerate(same):
            bend = (number - (len(same) - 1) / 2) * 1.35 * frame.mark
            # Aside is to the right of the way a tie goes, so one that goes back is bent the other way.
            bend = -bend if order.index(tie.one) > order.index(tie.other) else bend
            parts.append(_spokes(tie, frame) if len(tie.ends) > 2 else _line(tie, bend, frame, words))
    parts += [_role(role, frame, words) for role in pattern.roles]
    return _document(parts, frame, ident, title, drawing_sentence(pattern, words, own), standalone)


def _framed(pattern: Pattern, size: float, families: Mapping[str, str], words: Words) -> _Frame:
    font, mark = min(max(size * 0.042, 9.6), 15.0), min(max(size * 0.055, 8.0), 20.0)
    family = {role: families.get(name, name) for role, name in pattern.roles.items()}
    for role, found in family.items():
        if found not in FAMILIES:
            raise ValueError(f"the role {pattern.roles[role]} of the drawing belongs to no family of roles")
    count = len(pattern.roles)
    room = max(9, int(size / min(count, 2) / (font * 0.54)))
    names = {
        role: tuple(wrapped(_named(pattern.roles[role], words), room, 3 if size < 200 else 2)) for role in pattern.roles
    }
    # The first role stands at the left and the others follow clockwise, so that two lie side by side.
    angles = [math.pi + math.pi * (2 * i / count + 1 / count - 0.5) for i in range(count)]
    wide = max(abs(math.cos(a)) for a in angles) or 1.0
    spots = [(math.cos(a) / wide * size * 0.25, math.sin(a) * size * 0.25) for a in angles]
    top, bottom = min(y for _, y in spots), max(y for _, y in spots)
    above = max((len(n) for n, (_, y) in zip(names.values(), spots, strict=True) if _is_above(y)), default=0)
    below = max((len(n) for n, (_, y) in zip(names.values(), spots, strict=True) if not _is_above(y)), default=0)
    margin = 1.5 * mark + 2
    head = margin + above * 1.12 * font
    # A form in words over a level line needs room where no name gives it.
    head += 0.6 * font if not above and size >= 240 else 0
    height = head + (bottom - top) + margin + below * 1.12 * font + 3
    places = {role: (size / 2 + x, head + y - top) for role, (x, y) in zip(pattern.roles, spots, strict=True)}
    return _Frame(size, height, font, mark, places, names, family)


def _is_above(y: float) -> bool:
    return y < -1e-6


def _named(role: str, words: Words) -> str:
    name = words.families.get(role, role.replace("-", " "))
    return name[:1].upper() + name[1:]


def _role(role: str, frame: _Frame, words: Words) -> str:
    x, y = frame.places[role]
    rows = frame.names[role]
    family = frame.families[role]
    is_above = _is_above(y - frame.middle[1]) and len(frame.places) > 2
    step = 1.12 * frame.font
    first = y - 1.5 * frame.mark - (len(rows) - 1) * step if is_above else y + 1.5 * frame.mark + 0.8 * frame.font
    room = frame.size if is_above else 2 * min(x, frame.size - x) - 2
    spans = []
    for number, row in enumerate(rows):
        # Letters are about half as wide as high; a long word is drawn narrower rather than cut.
        fit = (
            f' textLength="{figure(room)}" lengthAdjust="spacingAndGlyphs"'
            if len(row) * frame.font * 0.5 > room
            else ""
        )
        spans.append(f'<tspan x="{figure(x)}" y="{figure(first + number * step)}"{fit}>{escape(row)}</tspan>')
    return (
        f'<g class="family">{symbol(family, x, y, frame.mark)}<text font-size="{figure(frame.font)}" '
        f'text-anchor="middle" fill="currentColor">{"".join(spans)}</text></g>'
    )


def _line(tie: PatternTie, bend: float, frame: _Frame, words: Words) -> str:
    """A tie of two, bent aside where there are several between the same two."""
    start, end = frame.places[tie.one], frame.places[tie.other]
    length = math.dist(start, end)
    across = ((start[1] - end[1]) / length, (end[0] - start[0]) / length)
    half = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    control = (half[0] + across[0] * 2 * bend, half[1] + across[1] * 2 * bend)
    middle = (half[0] + across[0] * bend, half[1] + across[1] * bend)
    gap = 3.0
    near, far = frame.reach(tie.one, control) + gap, frame.reach(tie.other, control) + gap
    a = edge_of(*start, near, control)
    b = edge_of(*end, far + (6.0 if tie.directed else 0.0), control)
    way = f"M{xy(a)}Q{xy(control)} {xy(b)}" if bend else f"M{xy(a)}L{xy(b)}"
    body = _stroke(way, tie, frame)
    if tie.directed:
        body += arrow(end, far - 1, control)
    if tie.polarity in AGAINST:
        out = 0.55 * frame.mark
        ends = [(middle[0] + side * across[0] * out, middle[1] + side * across[1] * out) for side in (-1, 1)]
        body += (
            f'<path class="bar" d="M{xy(ends[0])}L{xy(ends[1])}" stroke="currentColor" '
            f'stroke-width="{figure(1.4 * frame.stroke)}" stroke-linecap="round"/>'
        )
    if frame.is_labelled and tie.form:
        body += _label(words.forms[_form(tie)], middle, across, bend, frame)
    return f'<g class="tie{" against" if tie.polarity in AGAINST else ""}">{body}</g>'


def _label(text: str, at: _Point, across: _Point, bend: float, frame: _Frame) -> str:
    """The form in words on the outer side of its line; level lines have it above, the lower of two below."""
    outward = (at[0] - frame.middle[0]) * across[0] + (at[1] - frame.middle[1]) * across[1]
    side = (-1.0 if bend < 0 else 1.0) if bend else -1.0 if abs(outward) < 1e-6 else math.copysign(1.0, outward)
    x, y = at[0] + side * across[0] * 0.7 * frame.font, at[1] + side * across[1] * 0.7 * frame.font
    lean = side * across[0]
    anchor = "middle" if abs(lean) < 0.3 else "start" if lean > 0 else "end"
    y += 0.32 * frame.font + 0.2 * frame.font * side * across[1]
    return (
        f'<text x="{figure(x)}" y="{figure(y)}" font-size="{figure(0.9 * frame.font)}" text-anchor="{anchor}" '
        f'fill="currentColor" fill-opacity="0.75">{escape(text)}</text>'
    )


def _spokes(tie: PatternTie, frame: _Frame) -> str:
    """A tie of more than two: one table in the middle, a line to each who sits at it."""
    places = [frame.places[end] for end in tie.ends]
    at = (sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places))
    body = ""
    for end in tie.ends:
        edge = edge_of(*frame.places[end], frame.reach(end, at) + 3.0, at)
        body += _stroke(f"M{xy(at)}L{xy(edge)}", tie, frame)
    half = max(3.0, frame.mark * 0.3)
    body += (
        f'<rect class="junction" x="{figure(at[0] - half)}" y="{figure(at[1] - half)}" width="{figure(2 * half)}" '
        f'height="{figure(2 * half)}" rx="1.2" fill="currentColor"/>'
    )
    return f'<g class="tie">{body}</g>'


def _stroke(way: str, tie: PatternTie, frame: _Frame) -> str:
    form = _form(tie)
    pattern = " ".join(map(figure, dashes(form, frame.stroke)))
    dash = f' stroke-dasharray="{pattern}"' if pattern else ""
    cap = "round" if form == "unstated" else "butt"
    return (
        f'<path class="line" d="{way}" stroke="currentColor" stroke-width="{figure(frame.stroke)}" '
        f'stroke-linecap="{cap}"{dash}/>'
    )


def _document(parts: Iterable[str], frame: _Frame, ident: str, title: str, description: str, standalone: bool) -> str:
    ident, width, height = escape(ident), figure(frame.size), figure(frame.height)
    paper = ""
    if standalone:
        paper = f'<style>{role_css()}</style><rect class="p2p-paper" width="{width}" height="{height}" fill="{PAPER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture pattern" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', sans-serif\" "
        f'fill="none"{f" color={chr(34)}{INK}{chr(34)}" if standalone else ""}>'
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{paper}{''.join(parts)}</svg>"
    )
