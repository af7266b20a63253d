"""The cooperation wheel: nine role families around a circle, joined by chords, as one piece of SVG. No I/O.

The same family stands at the same place in every wheel. A chord is as wide as the number of practices it
stands for and drawn in the form of its ties; one that is against is dark and has a bar across. One family
among itself is a loop outside. The picture has three levels of detail: a mark without text, one with
two-letter codes, and one with names, numbers and what it rests on.
"""

from __future__ import annotations

import cmath
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Final, Literal as OneOf

from p2p_graph.reading.network import FAMILIES, FORMS, Chord, Pair, Wheel
from p2p_graph.reading.sentences import ENGLISH, Words, chord_sentence, coverage_sentence
from p2p_graph.reading.style import INK, PAPER, ROLES, dashes, escape, figure, role_css, symbol, wrapped

__all__ = ["MARK_INKS", "Link", "Mark", "wheel_svg"]

#: Gives the address behind a chord, or None for a chord that leads nowhere.
Link = Callable[[str, str], str | None]

#: which of two wheels has a chord
Mark = OneOf["one", "other", "both"]
#: their colours on paper; the style sheet has those of the night
MARK_INKS: Final[Mapping[Mark, str]] = {"one": "#14565f", "other": "#b24e00", "both": "#9a958a"}

_STEP: Final = 2 * math.pi / len(FAMILIES)
_SPAN: Final = 0.8
_NUMBERED: Final = 520


@dataclass(frozen=True, slots=True)
class _Frame:
    """The measures of one picture: all lengths in pixels at its natural size."""

    size: float
    detail: OneOf["mark", "codes", "names"]
    font: float
    mark: float
    rim: float
    height: float

    @property
    def middle(self) -> complex:
        return complex(self.size / 2, self.rim + self.outside + self.head)

    @property
    def orbit(self) -> float:
        """Where the symbols stand."""
        return self.rim + 1.55 * self.mark

    @property
    def outside(self) -> float:
        """From the rim to the end of a loop."""
        return 3.9 * self.mark

    @property
    def head(self) -> float:
        """Room above the uppermost symbol."""
        return {"mark": 0.2 * self.mark, "codes": 0.1 * self.mark + 1.4 * self.font, "names": 3.6 * self.font}[
            self.detail
        ]

    @property
    def widest(self) -> float:
        return self.rim * (0.16 if self.detail == "mark" else 0.13)

    @property
    def core(self) -> float:
        """The width of the fine line that shows the form."""
        return min(max(self.rim / 62, 0.9), 2.6)

    def point(self, place: float, radius: float) -> complex:
        """A point at a place of the circle: 0 is the first family, 0.5 half way to the second."""
        return self.middle + cmath.rect(radius, place * _STEP - math.pi / 2)


def _frame(size: float, rows: int) -> _Frame:
    if size < 112:
        mark = size * 0.058
        rim = size / 2 - 3.7 * mark
        return _Frame(size, "mark", 0, mark, rim, size)
    if size < 300:
        font, mark = max(8.0, size * 0.058), size * 0.042
        rim = size / 2 - 4 * mark - 1.4 * font
        return _Frame(size, "codes", font, mark, rim, size)
    font = min(max(10.5, size * 0.0205), 15.0)
    mark = min(max(8.6, size * 0.022), 15.0)
    rim = size / 2 - 3.9 * mark - 6.3 * font
    height = rim * (1 + math.cos(_STEP / 2)) + 2 * 3.9 * mark + 3.6 * font + 3.4 * font + rows * 1.35 * font
    return _Frame(size, "names", font, mark, rim, height)


def wheel_svg(
    wheel: Wheel,
    title: str,
    description: str,
    *,
    ident: str = "wheel",
    size: float = 360,
    href: Link | None = None,
    words: Words = ENGLISH,
    names: Mapping[str, str] | None = None,
    largest: int | None = None,
    marks: Mapping[Pair, Mark] | None = None,
    standalone: bool = False,
) -> str:
    """The wheel as text of SVG.

    `ident` begins every id in it and must differ between wheels on one page. `size` is its natural width in
    pixels and decides the detail: below 112 no text, below 300 codes, else names. Wheels that are compared
    get the same `largest`. `names` are short names of the families for the circle. `standalone` adds paper, a
    key of the lines and the style sheet, for a file that leaves the site. `marks` says of each chord in which of two
    wheels laid over each other it is; then lines tell that and not the form. A picture without links is one
    image to a screen reader; with links it is a group, as an image would hide them.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import mixing, project
    >>> svg = wheel_svg(mixing(project(Table((), ()))), "Malta", "Malta: no tie recorded.", size=64)
    >>> svg.startswith("<svg "), "<text" in svg
    (True, False)
    """
    notes = wrap(coverage_sentence(wheel, words), max(30, int(size / 6.4)))
    frame = _frame(size, len(notes) + (2 if standalone else 0))
    named = {
        family: (names or {}).get(family) or words.families[family][:1].upper() + words.families[family][1:]
        for family in FAMILIES
    }
    parts = [_definitions(wheel, frame, ident)]
    parts += _chords(wheel, frame, ident, href, words, largest or wheel.largest, marks)
    parts += _families(wheel, frame, named, words)
    if frame.detail == "names":
        parts += _notes(notes, frame, standalone, words)
    if not wheel.chords:
        parts.append(_emptiness(frame, words))
    linked = any("<a " in part for part in parts)
    return _document(parts, frame, ident, title, description, linked, standalone)


def _document(
    parts: list[str], frame: _Frame, ident: str, title: str, description: str, linked: bool, standalone: bool
) -> str:
    ident = escape(ident)
    width, height = figure(frame.size), figure(frame.height)
    paper = ""
    if standalone:
        paper = f'<style>{role_css()}</style><rect class="p2p-paper" width="{width}" height="{height}" fill="{PAPER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture wheel wheel-{frame.detail}" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="{"group" if linked else "img"}" '
        f'aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', sans-serif\" "
        f'fill="none"{f" color={chr(34)}{INK}{chr(34)}" if standalone else ""}>'
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{paper}{''.join(parts)}</svg>"
    )


# chords


@dataclass(frozen=True, slots=True)
class _Line:
    """One chord as it is drawn: its two ends at the rim as places of the circle, and its width."""

    chord: Chord
    start: float
    end: float
    width: float


def _lines(wheel: Wheel, frame: _Frame, largest: int) -> list[_Line]:
    """Chords with their ends spread over the rim of each family so that they leave it without crossing."""
    widths = [max(frame.core, frame.widest * chord.weight / max(largest, 1)) for chord in wheel.chords]
    ends: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    for number, chord in enumerate(wheel.chords):
        one, other = FAMILIES.index(chord.one), FAMILIES.index(chord.other)
        if one != other:
            ends[one].append((-((other - one) % 9) + 0.01 * chord.against, number, 0))
            ends[other].append((-((one - other) % 9) - 0.01 * chord.against, number, 1))
    places: dict[tuple[int, int], float] = {}
    for family, found in ends.items():
        found.sort()
        gap = frame.rim * 0.012 + 0.6
        total = sum(widths[number] for _, number, _ in found) + gap * (len(found) - 1)
        squeeze = min(1.0, _SPAN * _STEP * frame.rim / total)
        at = -total / 2
        for _, number, side in found:
            places[number, side] = family + (at + widths[number] / 2) * squeeze / (frame.rim * _STEP)
            at += widths[number] + gap
    return [
        _Line(chord, places.get((i, 0), float(FAMILIES.index(chord.one))), places.get((i, 1), 0.0), widths[i])
        for i, chord in enumerate(wheel.chords)
    ]


def _curve(line: _Line, frame: _Frame) -> tuple[complex, complex, complex]:
    """Start, control and end of a chord: all lean to the middle, those of neighbours less."""
    start, end = frame.point(line.start, frame.rim - 1.5), frame.point(line.end, frame.rim - 1.5)
    half = (start + end) / 2 - frame.middle
    near = 1 - 2 * abs(abs(line.start - line.end) - len(FAMILIES) / 2) / len(FAMILIES)
    return start, frame.middle + half * (0.5 - 0.45 * near), end


def _at(curve: tuple[complex, complex, complex], t: float) -> tuple[complex, complex]:
    """The point of a curve at t, and its direction of length one."""
    a, b, c = curve
    along = 2 * (1 - t) * (b - a) + 2 * t * (c - b)
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c, along / (abs(along) or 1)


def _chords(
    wheel: Wheel,
    frame: _Frame,
    ident: str,
    href: Link | None,
    words: Words,
    largest: int,
    marks: Mapping[Pair, Mark] | None,
) -> list[str]:
    lines = sorted(_lines(wheel, frame, largest), key=lambda line: -line.width)
    if marks is not None:
        return [_marked(line, marks[line.chord.pair], frame, href, words) for line in lines]
    numbers = _numbers([line for line in lines if line.chord.one != line.chord.other], frame)
    return [_chord(line, frame, ident, href, words) for line in lines] + numbers


def _marked(line: _Line, mark: Mark, frame: _Frame, href: Link | None, words: Words) -> str:
    """A chord of two wheels laid over each other: solid where only the first has it, dashed the second, pale both."""
    chord = line.chord
    path = _loop(line, frame)[0] if chord.one == chord.other else _path(_curve(line, frame))
    width = {"both": 1.2, "one": 2.6, "other": 2.6}[mark] * frame.core
    dash = f' stroke-dasharray="{figure(2.2 * width)} {figure(1.5 * width)}"' if mark == "other" else ""
    body = (
        f'<path class="hit" d="{path}" stroke="transparent" stroke-width="{figure(max(width + 4, 12))}"/>'
        f'<path class="mark-{mark}" d="{path}" stroke="{MARK_INKS[mark]}" stroke-width="{figure(width)}"{dash}/>'
    )
    if chord.against:
        body += _bar(line, frame, width)
    address = href(chord.one, chord.other) if href else None
    tag = f'a href="{escape(address)}"' if address else "g"
    kind = f"chord chord-{chord.one} chord-{chord.other}{' against' if chord.against else ''}"
    title = f"<title>{escape(_capital(chord_sentence(chord, words)))}</title>"
    return f'<{tag} class="{kind}">{title}{body}</{tag[0]}>'


def _chord(line: _Line, frame: _Frame, ident: str, href: Link | None, words: Words) -> str:
    """A pale ribbon as wide as its practices, and along its middle a fine line in its form."""
    chord = line.chord
    looped = chord.one == chord.other
    path = _loop(line, frame)[0] if looped else _path(_curve(line, frame))
    width = min(line.width, frame.mark * 0.8) if looped else line.width
    if chord.against:
        ink, tone = "currentColor", ""
    elif looped:
        ink, tone = ROLES[chord.one].line, f" tone-{chord.one}"
    else:
        ink, tone = f"url(#{escape(ident)}-{chord.one}-{chord.other})", ""
    pattern = dashes(chord.form, frame.core)
    dash = f' stroke-dasharray="{" ".join(map(figure, pattern))}"' if pattern else ""
    cap = "round" if chord.form == "unstated" else "butt"
    pale, strong = ("0.12", "0.4") if chord.is_faint else ("0.17" if chord.against else "0.3", "0.95")
    body = f"<title>{escape(_capital(chord_sentence(chord, words)))}</title>"
    if frame.detail != "mark":
        body += f'<path class="hit" d="{path}" stroke="transparent" stroke-width="{figure(max(width + 4, 12))}"/>'
    if width > 1.4 * frame.core:
        body += (
            f'<path class="ribbon{tone}" d="{path}" stroke="{ink}" stroke-width="{figure(width)}" opacity="{pale}"/>'
        )
    body += (
        f'<path class="line{tone}" d="{path}" stroke="{ink}" stroke-width="{figure(frame.core)}" '
        f'stroke-linecap="{cap}" opacity="{strong}"{dash}/>'
    )
    if chord.against:
        body += _bar(line, frame, width)
    address = href(chord.one, chord.other) if href else None
    kind = f"chord chord-{chord.one} chord-{chord.other}{' against' if chord.against else ''}"
    if address:
        return f'<a class="{kind}" href="{escape(address)}">{body}</a>'
    return f'<g class="{kind}">{body}</g>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _path(curve: tuple[complex, complex, complex]) -> str:
    a, b, c = (f"{figure(p.real)} {figure(p.imag)}" for p in curve)
    return f"M{a}Q{b} {c}"


def _loop(line: _Line, frame: _Frame) -> tuple[str, complex, complex]:
    """A round way from the rim about the symbol and back; with it its outermost point and the direction there."""
    place = float(FAMILIES.index(line.chord.one))
    # A loop that is against lies outside one that is not.
    radius = (1.95 if line.chord.against else 1.66) * frame.mark
    to_rim = frame.orbit - frame.rim
    half = math.sqrt(radius**2 - to_rim**2) / (frame.rim * _STEP)
    start, end = frame.point(place - half, frame.rim), frame.point(place + half, frame.rim)
    r = figure(radius)
    path = f"M{figure(start.real)} {figure(start.imag)}A{r} {r} 0 1 1 {figure(end.real)} {figure(end.imag)}"
    return path, frame.point(place, frame.orbit + radius), cmath.rect(1, place * _STEP)


def _bar(line: _Line, frame: _Frame, width: float) -> str:
    """The bar across a chord that is against, at its middle."""
    if line.chord.one == line.chord.other:
        _, point, along = _loop(line, frame)
        reach = frame.mark * 0.2
    else:
        point, along = _at(_curve(line, frame), 0.5)
        reach = max(1.6, frame.rim * 0.03)
    half = along * 1j * (width / 2 + reach)
    a, b = point - half, point + half
    thick = figure(max(1.1, frame.rim * 0.019))
    return (
        f'<path class="bar" d="M{figure(a.real)} {figure(a.imag)}L{figure(b.real)} {figure(b.imag)}" '
        f'stroke="currentColor" stroke-width="{thick}" stroke-linecap="round"/>'
    )


def _numbers(lines: list[_Line], frame: _Frame) -> list[str]:
    """The number of practices on each chord that has room for it; the table beside has them all."""
    if frame.size < _NUMBERED:
        return []
    placed: list[complex] = []
    texts: list[str] = []
    for line in lines:
        curve = _curve(line, frame)
        spots = [_at(curve, t)[0] for t in (0.24, 0.76, 0.3, 0.7, 0.18, 0.82, 0.36, 0.64)]
        free = [p for p in spots if all(abs(p - q) > 2.1 * frame.font for q in placed)]
        if not free or line.chord.weight < 2:
            continue
        placed.append(free[0])
        texts.append(
            f'<text class="halo number" x="{figure(free[0].real)}" y="{figure(free[0].imag + frame.font * 0.35)}" '
            f'font-size="{figure(frame.font * 0.95)}" font-weight="600" text-anchor="middle" fill="currentColor" '
            f'stroke="{PAPER}" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke" '
            f'pointer-events="none">{line.chord.weight}</text>'
        )
    return texts


def _definitions(wheel: Wheel, frame: _Frame, ident: str) -> str:
    """A gradient for each two families, from the colour of one to that of the other."""
    gradients = []
    for one, other in sorted({(c.one, c.other) for c in wheel.chords if c.one != c.other and not c.against}):
        a = frame.point(FAMILIES.index(one), frame.rim)
        b = frame.point(FAMILIES.index(other), frame.rim)
        stops = "".join(
            f'<stop class="stop-{family}" offset="{offset}" stop-color="{ROLES[family].line}"/>'
            for family, offset in ((one, "0.12"), (other, "0.88"))
        )
        gradients.append(
            f'<linearGradient id="{escape(ident)}-{one}-{other}" gradientUnits="userSpaceOnUse" '
            f'x1="{figure(a.real)}" y1="{figure(a.imag)}" x2="{figure(b.real)}" y2="{figure(b.imag)}">'
            f"{stops}</linearGradient>"
        )
    return f"<defs>{''.join(gradients)}</defs>" if gradients else ""


# families


def _families(wheel: Wheel, frame: _Frame, named: Mapping[str, str], words: Words) -> list[str]:
    parts = []
    for place, family in enumerate(FAMILIES):
        joined = any(family in (chord.one, chord.other) for chord in wheel.chords)
        a, b = frame.point(place - 0.44, frame.rim), frame.point(place + 0.44, frame.rim)
        r = figure(frame.rim)
        arc = f"M{figure(a.real)} {figure(a.imag)}A{r} {r} 0 0 1 {figure(b.real)} {figure(b.imag)}"
        thick = figure(max(1.2, frame.rim * 0.016))
        tone = (
            f'class="rim tone-{family}" stroke="{ROLES[family].line}"'
            if joined
            else 'class="rim" stroke="currentColor"'
        )
        at, faded = frame.point(place, frame.orbit), "" if joined else ' opacity="0.45"'
        text = words.practices(wheel.practices_of(family)) if joined else words.no_tie
        parts.append(
            f'<g class="family of-{family}{"" if joined else " alone"}">'
            f"<title>{escape(named[family])}: {escape(text)}</title>"
            f'<path {tone} d="{arc}" stroke-width="{thick}" stroke-linecap="round"{faded}/>'
            f"<g{faded}>{symbol(family, at.real, at.imag, frame.mark, hollow=not joined)}</g>"
            f"{_name(place, family, frame, named[family], wheel.practices_of(family) if joined else None)}</g>"
        )
    return parts


def _name(place: int, family: str, frame: _Frame, name: str, practices: int | None) -> str:
    if frame.detail == "mark":
        return ""
    angle = place * _STEP
    if frame.detail == "codes":
        at = frame.point(place, frame.orbit + frame.mark * 2.3 + frame.font * 0.5)
        return (
            f'<text x="{figure(at.real)}" y="{figure(at.imag + frame.font * 0.36)}" font-size="{figure(frame.font)}" '
            f'font-weight="600" text-anchor="middle" fill="currentColor"{_muted(practices)}>{ROLES[family].code}</text>'
        )
    at = frame.point(place, frame.rim + frame.outside + frame.font * 0.5)
    across = math.sin(angle)
    anchor = "middle" if abs(across) < 0.1 else "start" if across > 0 else "end"
    room = frame.size if anchor == "middle" else (frame.size - at.real if across > 0 else at.real) - 2
    rows = wrapped(name, max(9, int(room / (frame.font * 0.52))) if anchor != "middle" else 24, 2)
    if abs(across) < 0.5 and anchor != "middle":
        anchor, at = "middle", at + complex(frame.font * across * 2, 0)
    lift = -math.cos(angle)
    lines = len(rows) + (practices is not None)
    top = at.imag - lines * frame.font * 1.12 / 2 + lift * lines * frame.font * 0.5 + frame.font * 0.8
    return _name_lines(rows, practices, frame, at.real, top, anchor, room)


def _muted(practices: int | None) -> str:
    return ' fill-opacity="0.64"' if practices is None else ""


def _name_lines(
    rows: list[str], practices: int | None, frame: _Frame, x: float, top: float, anchor: str, room: float
) -> str:
    spans = []
    for number, row in enumerate(rows):
        # Letters are about half as wide as high; a long word is drawn narrower rather than cut.
        wide = len(row) * frame.font * 0.5
        fit = f' textLength="{figure(room)}" lengthAdjust="spacingAndGlyphs"' if wide > room else ""
        y = figure(top + number * frame.font * 1.12)
        spans.append(f'<tspan x="{figure(x)}" y="{y}"{fit}>{escape(row)}</tspan>')
    if practices is not None:
        y = figure(top + len(rows) * frame.font * 1.12)
        spans.append(f'<tspan class="count" x="{figure(x)}" y="{y}" fill-opacity="0.66">{practices}</tspan>')
    return (
        f'<text font-size="{figure(frame.font)}" text-anchor="{anchor}" fill="currentColor"{_muted(practices)}>'
        f"{''.join(spans)}</text>"
    )


# what it rests on


def _notes(notes: list[str], frame: _Frame, key: bool, words: Words) -> list[str]:
    size = frame.font * 0.92
    base = frame.height - (len(notes) - 0.2) * 1.35 * frame.font - (1.9 * frame.font if key else 0) + frame.font * 0.5
    parts = [
        f'<text class="note" x="{figure(frame.size / 2)}" y="{figure(base + i * 1.35 * frame.font)}" '
        f'font-size="{figure(size)}" text-anchor="middle" fill="currentColor" fill-opacity="0.72">{escape(note)}</text>'
        for i, note in enumerate(notes)
    ]
    if key:
        parts.append(_key(frame, words))
    return parts


def _key(frame: _Frame, words: Words) -> str:
    y, step = frame.height - 0.9 * frame.font, frame.size / len(FORMS)
    parts = []
    for number, form in enumerate(FORMS):
        x = step * number + frame.font * 0.6
        pattern = " ".join(map(figure, dashes(form, 2.2)))
        parts.append(
            f'<path d="M{figure(x)} {figure(y)}h{figure(2.4 * frame.font)}" stroke="currentColor" stroke-width="2.2"'
            f"{f' stroke-dasharray={chr(34)}{pattern}{chr(34)}' if pattern else ''}"
            f"{' stroke-linecap={0}round{0}'.format(chr(34)) if form == 'unstated' else ''}/>"
            f'<text x="{figure(x + 2.8 * frame.font)}" y="{figure(y + frame.font * 0.32)}" '
            f'font-size="{figure(frame.font * 0.86)}" fill="currentColor">{escape(words.forms[form])}</text>'
        )
    return f'<g class="key">{"".join(parts)}</g>'


def _emptiness(frame: _Frame, words: Words) -> str:
    """A wheel without ties is a state of its own: a fine dotted ring, and words where there is room."""
    x, y = figure(frame.middle.real), figure(frame.middle.imag)
    ring = (
        f'<circle cx="{x}" cy="{y}" r="{figure(frame.rim * 0.62)}" stroke="currentColor" stroke-opacity="0.3" '
        f'stroke-width="{figure(max(1.0, frame.rim / 90))}" stroke-dasharray="0.1 {figure(max(3.2, frame.rim / 16))}" '
        'stroke-linecap="round"/>'
    )
    if frame.detail == "mark":
        return ring
    rows = wrapped(_capital(words.no_tie), 14, 3)
    size = frame.font * (1.0 if frame.detail == "codes" else 1.15)
    top = frame.middle.imag - (len(rows) - 1) * size * 0.6 + size * 0.35
    return ring + "".join(
        f'<text x="{x}" y="{figure(top + i * size * 1.2)}" font-size="{figure(size)}" text-anchor="middle" '
        f'fill="currentColor" fill-opacity="0.8">{escape(row)}</text>'
        for i, row in enumerate(rows)
    )
