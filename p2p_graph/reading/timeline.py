"""What happened when, as one piece of SVG: bars for what lasted, dots for what took place on a day. No I/O.

Years may be all that is known of a date. What has no end in the record is drawn on in dashes to the right edge, what
has no beginning comes from the left edge in dashes: nobody wrote down that it went on or where it came from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal as OneOf

from p2p_graph.reading.network import Form
from p2p_graph.reading.style import PAPER, dashes, escape, figure, shortened

__all__ = ["Kind", "Moment", "point_of", "timeline_svg"]

Kind = OneOf["practice", "status", "period", "tie", "activity", "finding"]

_ROW: Final = 34.0
_FONT: Final = 12.5
_HEAD: Final = 26.0
#: pixels that a word of the axis needs
_TICK: Final = 56.0
_STEPS: Final = (1, 2, 5, 10, 20, 50, 100)
_THICK: Final = {"practice": 9.0, "status": 9.0, "period": 9.0, "tie": 2.6, "activity": 0.0, "finding": 0.0}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a time: what it is called, from when, until when (ISO dates or years, empty if unknown), its page.

    `when` says the same in words. Activities and findings are dots, whatever they lasted. `language` is that of the
    label, where it is not that of the picture.
    """

    label: str
    kind: Kind
    start: str
    end: str
    when: str
    href: str = ""
    form: Form = "formal"
    language: str = ""


def point_of(date: str, at_end: bool = False) -> float | None:
    """A year, month or day as a number of years; the end of it if asked. None for what is no date.

    >>> point_of("2019"), point_of("2019-07"), point_of("2019", at_end=True)
    (2019.0, 2019.5, 2020.0)
    >>> point_of("soon") is None
    True
    """
    parts = date.split("-")
    if not all(part.isdecimal() for part in parts) or not 1 <= len(parts) <= 3:
        return None
    year, month, day = (*(int(part) for part in parts), *(1,) * (3 - len(parts)))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    lasts = {1: 1.0, 2: 1 / 12, 3: 1 / 365}[len(parts)]
    return year + (month - 1) / 12 + (day - 1) / 365 + (lasts if at_end else 0)


def timeline_svg(
    moments: Sequence[Moment], title: str, description: str, *, ident: str, last: float, size: float = 720
) -> str:
    """The moments in their order, one below the other, on one scale of years; `last` is how far it is known.

    `ident` begins every id. Moments without any date are left out.

    >>> begun = Moment("Buddies", "practice", "2018", "", "since 2018")
    >>> drawn = timeline_svg([begun], "Buddies", "One date.", ident="t", last=2026.9)
    >>> "since 2018" in drawn, drawn.count("<a ")
    (True, 0)
    """
    shown = [moment for moment in moments if _span(moment, 0, 1) is not None]
    known = [point for m in shown for point in (point_of(m.start), point_of(m.end, at_end=True)) if point is not None]
    first = math.floor(min(known, default=last))
    last = max([last, *known])
    width, height = figure(size), figure(_HEAD + len(shown) * _ROW + 6)
    scale = (size - 16) / max(last - first, 1)
    parts = _axis(first, last, scale, size, _HEAD + len(shown) * _ROW)
    parts += [_row(moment, number, first, last, scale, size) for number, moment in enumerate(shown)]
    ident, linked = escape(ident), any(moment.href for moment in shown)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture timeline" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="{"group" if linked else "img"}" '
        f'aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', sans-serif\" fill=\"none\">"
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _span(moment: Moment, first: float, last: float) -> tuple[float, float] | None:
    start, end = point_of(moment.start), point_of(moment.end, at_end=True)
    if start is None and end is None:
        return None
    return first if start is None else start, last if end is None else end


def _axis(first: float, last: float, scale: float, size: float, bottom: float) -> list[str]:
    step = next((s for s in _STEPS if s * scale >= _TICK), _STEPS[-1])
    parts = []
    for year in range(math.ceil(first / step) * step, math.floor(last) + 1, step):
        x = 8 + (year - first) * scale
        # the word of the first and the last year stays within the picture
        at = min(max(x, 16.0), size - 16)
        parts.append(
            f'<path d="M{figure(x)} {figure(_HEAD - 6)}V{figure(bottom)}" stroke="currentColor" stroke-opacity="0.13"/>'
            f'<text x="{figure(at)}" y="14" text-anchor="middle" font-size="{_FONT - 1}" fill="currentColor" '
            f'fill-opacity="0.66">{year}</text>'
        )
    return parts


def _row(moment: Moment, number: int, first: float, last: float, scale: float, size: float) -> str:
    span = _span(moment, first, last)
    assert span is not None
    left, right = (8 + (point - first) * scale for point in span)
    top = _HEAD + number * _ROW
    y = top + _ROW - 9
    words = moment.when
    body = f"<title>{escape(f'{moment.label}: {words}')}</title>{_bar(moment, left, right, y)}"
    # the words begin where the bar does, or end where it ends if there is more room
    from_left = left < size * 0.55
    x, anchor = (left, "start") if from_left else (min(max(right, left + 8), size - 4), "end")
    room = int((size - x if from_left else x) / (_FONT * 0.47)) - len(words) - 2
    name = escape(shortened(moment.label, max(room, 8)))
    if moment.language:
        name = f'<tspan lang="{escape(moment.language)}">{name}</tspan>'
    body += (
        f'<text class="halo" x="{figure(x)}" y="{figure(top + 15)}" text-anchor="{anchor}" font-size="{_FONT}" '
        f'fill="currentColor" stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
        f'{name}<tspan class="when" fill-opacity="0.66" dx="6">'
        f"{escape(words)}</tspan></text>"
    )
    if moment.href:
        return f'<a class="moment {moment.kind}" href="{escape(moment.href)}">{body}</a>'
    return f'<g class="moment {moment.kind}">{body}</g>'


def _bar(moment: Moment, left: float, right: float, y: float) -> str:
    """A bar, a line in its form for a tie, a dot; in dashes to the edge where no date is known."""
    thick = _THICK[moment.kind]
    is_open = not (moment.start and moment.end)
    if not thick:
        turn = f' transform="rotate(45 {figure(left)} {figure(y)})"' if moment.kind == "finding" else ""
        round_ = "" if moment.kind == "finding" else ' rx="5"'
        return (
            f'<rect class="dot" x="{figure(left - 4.5)}" y="{figure(y - 4.5)}" width="9" height="9"{round_}{turn} '
            f'stroke="currentColor" stroke-width="1.6" fill="{PAPER}"/>'
        )
    width = max(right - left, 3.0)
    if moment.kind == "tie":
        dash = " ".join(map(figure, dashes(moment.form, thick)))
        cap = ' stroke-linecap="round"' if moment.form == "unstated" else ""
        ends = [point for point, date in ((left, moment.start), (right, moment.end)) if date]
        ticks = "".join(f'<path d="M{figure(x)} {figure(y - 4)}v8" stroke="currentColor"/>' for x in ends)
        return (
            f'<path class="bar" d="M{figure(left)} {figure(y)}h{figure(width)}" stroke="currentColor" '
            f'stroke-width="{thick}"{f" stroke-dasharray={chr(34)}{dash}{chr(34)}" if dash else ""}{cap}/>'
            f"{ticks}"
        )
    if not is_open:
        whole = f'd="M{figure(left)} {figure(y)}h{figure(width)}"'
        return f'<path class="bar" {whole} stroke="currentColor" stroke-width="{thick}"/>'
    # what is known is a short solid piece; the rest is in dashes
    known = min(width, 14.0)
    solid, rest = (left, left + known) if moment.start else (right - known, left)
    return (
        f'<path class="bar" d="M{figure(solid)} {figure(y)}h{figure(known)}" stroke="currentColor" '
        f'stroke-width="{thick}"/><path class="bar" d="M{figure(rest)} {figure(y)}h{figure(width - known)}" '
        f'stroke="currentColor" stroke-width="{thick}" stroke-dasharray="5 4" stroke-opacity="0.6"/>'
    )
