"""A map of Europe, its countries shaded by a number, as one piece of SVG drawn from land that we ship. No network.

The land is `europe.json`, which `europe.mjs` makes from Natural Earth (public domain): borders in Lambert's azimuthal
projection of equal areas, so that no country looks larger than it is. A country too small to be seen gets a dot, one
too small for its name has it beside. Below a width the names are codes. No colour alone tells anything: the number
stands in each country, and an equal table belongs beside the map.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from p2p_graph.reading.style import PAPER, escape, figure

__all__ = ["LAND", "MAP_INK", "Place", "europe_svg", "mapped"]

#: the colour of shades on paper; the style sheet has that of the night
MAP_INK: Final = "#14565f"

#: countries that the land holds, and those that lie about it, as files name them
LAND: Final = "europe.json"

#: opacity of the smallest and of the largest number; more would hide the ink of the words on it
_PALE, _STRONG = 0.14, 0.52
#: square pixels of the land below which a country is drawn as a dot, and its radius
_DOT: Final = 150
_RADIUS: Final = 7.0
#: widths below which names are codes
_NAMED: Final = 560

#: where the name of a country stands that has no room for it: how far from its middle, in pixels of the land
_ASIDE: Final[Mapping[str, tuple[int, int]]] = {
    "AD": (-60, -50),
    "AL": (-76, 34),
    "BE": (-96, 26),
    "CY": (-6, 44),
    "DK": (-66, -8),
    "HR": (-64, 42),
    "LI": (44, 56),
    "LU": (56, 40),
    "MC": (-20, 74),
    "ME": (-70, 46),
    "MT": (0, 40),
    "NL": (-54, -44),
    "SI": (-54, 54),
    "SM": (-60, 50),
    "VA": (-74, 40),
    "XK": (74, 6),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A country on a map: its name, its number, its page if there is one, and what a screen reader says of it."""

    name: str
    number: float
    href: str
    words: str

    @property
    def text(self) -> str:
        """The number as it stands on the map.

        >>> Place("Malta", 12345, "", "").text, Place("Malta", 2.5, "", "").text
        ('12,345', '2.5')
        """
        return f"{self.number:,.0f}" if float(self.number).is_integer() else f"{self.number:,.4g}"


@dataclass(frozen=True, slots=True)
class _Outline:
    """A country of the land: its shape, the point where a word has most room, and how much of it there is."""

    path: str
    x: float
    y: float
    room: float
    size: float


@dataclass(frozen=True, slots=True)
class _Land:
    """All outlines, by code and about them, in pixels of one frame."""

    width: float
    height: float
    around: str
    countries: Mapping[str, _Outline]


@cache
def _land() -> _Land:
    told = json.loads((files("p2p_graph.reading") / LAND).read_text(encoding="utf-8"))
    countries = {
        code: _Outline(part["path"], part["x"], part["y"], part["room"], part["size"])
        for code, part in told["countries"].items()
    }
    return _Land(told["width"], told["height"], told["around"], countries)


def mapped() -> frozenset[str]:
    """The two-letter codes of the countries that the map can tell.

    >>> "MT" in mapped(), "US" in mapped()
    (True, False)
    """
    return frozenset(_land().countries)


def europe_svg(
    places: Mapping[str, Place],
    title: str,
    description: str,
    *,
    ident: str,
    unit: Callable[[float], str] | None = None,
    size: float = 760,
) -> str:
    """The map as text of SVG; `places` by two-letter code. `unit` puts the largest into words for the key.

    `ident` begins every id. A country with a number is a link, shaded from pale to strong in proportion to the
    largest; nought is an outline without shade. Codes that the land does not hold are left out: see `places` beside.

    >>> svg = europe_svg({"MT": Place("Malta", 2, "/country/MT", "Malta: 2 practices")}, "Map", "One.", ident="m")
    >>> svg.count("<a "), ">Malta</tspan>" in svg, "<circle" in svg
    (1, True, True)
    >>> europe_svg({}, "Map", "Nothing is recorded.", ident="m").count("<a ")
    0
    """
    land = _land()
    scale = size / land.width
    known = {code: place for code, place in places.items() if code in land.countries}
    most = max((place.number for place in known.values()), default=0.0)
    pale = "".join(land.countries[code].path for code in land.countries if code not in known)
    parts = [
        f'<path class="land around" d="{land.around}" fill="currentColor" fill-opacity="0.03"/>',
        f'<path class="land" d="{pale}" fill="currentColor" fill-opacity="0.07" stroke="{PAPER}"/>',
    ]
    # the largest first, so that dots and names of small ones lie on top
    order = sorted(known, key=lambda code: -land.countries[code].size)
    parts += [_country(code, known[code], land.countries[code], most, scale) for code in order]
    if most > 0:
        ends = ("0", unit(most) if unit else Place("", most, "", "").text)
        parts.append(_key(land, ends, scale))
    ident, linked = escape(ident), any(place.href for place in known.values())
    width, height = figure(land.width), figure(land.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture europe" width="{figure(size)}" '
        f'height="{figure(land.height * scale)}" viewBox="0 0 {width} {height}" role="{"group" if linked else "img"}" '
        f'aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', sans-serif\" fill=\"none\">"
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _shade(number: float, most: float) -> str:
    return f"{_PALE + (_STRONG - _PALE) * number / most:.2f}" if number > 0 else "0"


def _country(code: str, place: Place, outline: _Outline, most: float, scale: float) -> str:
    paint = f'fill="{MAP_INK}" fill-opacity="{_shade(place.number, most)}"'
    edge = f'stroke="currentColor" stroke-width="{figure(1.1 / scale)}" stroke-linejoin="round"'
    body = f'<path class="shade" d="{outline.path}" {paint} {edge} stroke-opacity="0.75"/>'
    if outline.size < _DOT:
        r = figure(max(_RADIUS, 5.0 / scale))
        body += f'<circle class="shade" cx="{figure(outline.x)}" cy="{figure(outline.y)}" r="{r}" {paint} {edge}/>'
    body += _name(code, place, outline, scale)
    told = f"<title>{escape(place.words)}</title>{body}"
    return f'<a class="place" href="{escape(place.href)}">{told}</a>' if place.href else f'<g class="place">{told}</g>'


def _name(code: str, place: Place, outline: _Outline, scale: float) -> str:
    """The name over the number, in the country or beside it with a fine line to it."""
    full = scale * 1000 >= _NAMED
    font = 12.5 / scale if full else 10.5 / scale
    x, y = outline.x, outline.y
    leader = ""
    if code in _ASIDE:
        dx, dy = (step * (1 if full else 1.5) for step in _ASIDE[code])
        leader = (
            f'<path class="leader" d="M{figure(x)} {figure(y)}L{figure(x + dx)} {figure(y + dy)}" '
            f'stroke="currentColor" stroke-width="{figure(0.8 / scale)}" stroke-opacity="0.55"/>'
        )
        x, y = x + dx, y + dy
    style = (
        f'class="halo" text-anchor="middle" fill="currentColor" stroke="{PAPER}" '
        f'stroke-width="{figure(2.4 / scale)}" stroke-linejoin="round" paint-order="stroke" pointer-events="none"'
    )
    word = place.name if full else code
    return (
        f"{leader}<text {style}>"
        f'<tspan x="{figure(x)}" y="{figure(y - font * 0.15)}" font-size="{figure(font)}">{escape(word)}</tspan>'
        f'<tspan class="number" x="{figure(x)}" y="{figure(y + font)}" font-size="{figure(font * 1.12)}" '
        f'font-weight="600">{escape(place.text)}</tspan></text>'
    )


def _key(land: _Land, ends: tuple[str, str], scale: float) -> str:
    """From pale to strong in steps, with the words for both ends."""
    font, steps = 11.5 / scale, 5
    wide, high = 24 / scale, 10 / scale
    x, y = 10 / scale, land.height - 12 / scale - high
    boxes = "".join(
        f'<rect class="shade" x="{figure(x + i * wide)}" y="{figure(y)}" '
        f'width="{figure(wide)}" height="{figure(high)}" fill="{MAP_INK}" '
        f'fill-opacity="{_PALE + (_STRONG - _PALE) * i / (steps - 1):.2f}"/>'
        for i in range(steps)
    )
    places = (("start", x, ends[0]), ("end", x + steps * wide, ends[1]))
    words = "".join(
        f'<text x="{figure(at)}" y="{figure(y - 5 / scale)}" text-anchor="{anchor}" font-size="{figure(font)}" '
        f'fill="currentColor" fill-opacity="0.72">{escape(text)}</text>'
        for anchor, at, text in places
    )
    return f'<g class="key">{boxes}{words}</g>'
