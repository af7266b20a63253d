"""The mixing matrix as a picture: role families down and across, darker where they work together in more practices.

The same numbers as in the wheel and its table, in a form in which many countries can be read beside each other. No I/O.
"""

from __future__ import annotations

from typing import Final

from p2p_graph.reading.network import FAMILIES, Chord, Wheel
from p2p_graph.reading.sentences import ENGLISH, Words, chord_sentence
from p2p_graph.reading.style import ROLES, escape, figure

__all__ = ["matrix_svg"]

_PALE: Final = 0.12


def matrix_svg(
    wheel: Wheel,
    title: str,
    description: str,
    *,
    ident: str,
    size: float = 230,
    largest: int | None = None,
    words: Words = ENGLISH,
) -> str:
    """The matrix as text of SVG; its lower half, since a tie joins both ways. A bar marks a pair that is also against.

    `ident` begins every id. Matrices that are compared get the same `largest` number of practices.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import mixing, project
    >>> matrix_svg(mixing(project(Table((), ()))), "Malta", "No tie.", ident="mt").count("<rect")
    45
    """
    cell = size / (len(FAMILIES) + 1)
    font, most = cell * 0.5, max(largest or wheel.largest, 1)
    parts = []
    for row, one in enumerate(FAMILIES):
        for column, other in enumerate(FAMILIES[: row + 1]):
            x, y = cell * (column + 1), cell * row
            chords = wheel.chord(other, one), wheel.chord(other, one, against=True)
            parts.append(_cell(x, y, cell, font, chords, most, (one, other), words))
        code = f'font-size="{figure(font)}" fill="currentColor" fill-opacity="0.66"'
        middle = cell * row + cell / 2 + font * 0.35
        parts.append(
            f'<text class="code of-{one}" x="{figure(cell * 0.86)}" y="{figure(middle)}" text-anchor="end" {code}>'
            f"{ROLES[one].code}</text>"
            f'<text class="code of-{one}" x="{figure(cell * (row + 1.5))}" y="{figure(size - cell * 0.25)}" '
            f'text-anchor="middle" {code}>{ROLES[one].code}</text>'
        )
    ident, width = escape(ident), figure(size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture matrix" width="{width}" height="{width}" '
        f'viewBox="0 0 {width} {width}" role="img" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', sans-serif\" fill=\"none\">"
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _cell(
    x: float,
    y: float,
    cell: float,
    font: float,
    chords: tuple[Chord | None, Chord | None],
    most: int,
    pair: tuple[str, str],
    words: Words,
) -> str:
    together, against = chords
    weight = together.weight if together else 0
    shade = _PALE + (0.9 - _PALE) * weight / most if weight else 0
    side = figure(cell - 1.5)
    body = f'<rect x="{figure(x)}" y="{figure(y)}" width="{side}" height="{side}" rx="1.5" '
    body += f'fill="currentColor" fill-opacity="{figure(shade)}"' if weight else 'class="void" stroke="currentColor" '
    body += "/>" if weight else 'stroke-opacity="0.13"/>'
    if weight:
        kind = "on-dark" if shade > 0.5 else "on-pale"
        body += (
            f'<text class="{kind}" x="{figure(x + cell / 2 - 0.75)}" y="{figure(y + cell / 2 + font * 0.33)}" '
            f'font-size="{figure(font)}" text-anchor="middle">{weight}</text>'
        )
    if against:
        low = y + cell - 4
        body += (
            f'<path class="bar" d="M{figure(x + 2)} {figure(low)}h{figure(cell - 5.5)}" stroke="currentColor" '
            f'stroke-width="1.8"/>'
        )
    title = words.pause.join(chord_sentence(chord, words) for chord in chords if chord)
    told = f"<title>{escape(title[:1].upper() + title[1:])}</title>" if title else ""
    return f'<g class="pair of-{pair[0]} of-{pair[1]}">{told}{body}</g>'
