"""The style of roles and ties, in one place: shapes, colours, codes, dashes; for SVG, canvas, CSS and legends.

Colours are those of Okabe and Ito, made lighter for a dark page where they need it. A fill alone may be too
pale for paper (yellow, sky blue), so each role also has a `line` colour that stands out from the page at
three to one or better; edges of symbols and chords are drawn in it.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal as OneOf

from p2p_graph.reading.network import FAMILIES, Form

__all__ = [
    "INK",
    "NIGHT",
    "NIGHT_INK",
    "PAPER",
    "ROLES",
    "RoleStyle",
    "arrow",
    "clean",
    "dashes",
    "edge_of",
    "escape",
    "figure",
    "outline",
    "reach",
    "role_css",
    "role_data",
    "shortened",
    "symbol",
    "wrapped",
    "xy",
]

PAPER: Final = "#fbf8f2"
INK: Final = "#22272b"
NIGHT: Final = "#16191c"
NIGHT_INK: Final = "#ece7dc"

Shape = OneOf["circle", "ring", "rounded", "hexagon", "diamond", "triangle", "square", "pentagon", "dot"]


@dataclass(frozen=True, slots=True)
class RoleStyle:
    """How a role family looks: code, shape, fill and line by day, fill and line by night."""

    family: str
    code: str
    shape: Shape
    fill: str
    line: str
    night_fill: str
    night_line: str


#: Role families in their fixed order.
ROLES: Final[dict[str, RoleStyle]] = {
    style.family: style
    for style in (
        RoleStyle("peers", "PE", "circle", "#009e73", "#007a59", "#00b383", "#2cc79d"),
        RoleStyle("people-who-use-drugs", "PU", "ring", "#009e73", "#007a59", "#00b383", "#2cc79d"),
        RoleStyle("professionals", "PR", "rounded", "#0072b2", "#005d91", "#2f8fd0", "#4ba3dd"),
        RoleStyle("civil-society", "CS", "hexagon", "#56b4e9", "#2a86bd", "#7cc8f3", "#8fd2f7"),
        RoleStyle("police", "PO", "diamond", "#d55e00", "#b24e00", "#e8741a", "#f08a3c"),
        RoleStyle("dealers", "DE", "triangle", "#e69f00", "#a06e00", "#edaf26", "#f2bd4b"),
        RoleStyle("authorities", "AU", "square", "#cc79a7", "#a34f7d", "#d88fb7", "#e2a4c6"),
        RoleStyle("research", "RE", "pentagon", "#f0e442", "#7a7100", "#f0e442", "#f0e442"),
        RoleStyle("others", "OT", "dot", "#8b8b8b", "#6c6c6c", "#a5a5a5", "#b4b4b4"),
    )
}

_SIDES: Final[dict[Shape, tuple[int, float, float]]] = {
    # sides, distance of a corner from the middle, turn of the first corner from the top; all of about one area
    "rounded": (4, 1.25, math.pi / 4),
    "hexagon": (6, 1.1, math.pi / 6),
    "diamond": (4, 1.25, 0.0),
    "triangle": (3, 1.38, 0.0),
    "square": (4, 1.22, math.pi / 4),
    "pentagon": (5, 1.15, 0.0),
}
_RADIUS: Final[dict[Shape, float]] = {"circle": 1.0, "ring": 0.82, "dot": 0.6}
_CORNER: Final = 0.52

#: Not allowed in XML, or able to turn the text around them: controls, embeddings, overrides, isolates, noncharacters.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def clean(text: str, most: int = 400) -> str:
    """A text fit for any picture: no control or turning characters, white space folded, at most so long.

    >>> clean("Casa\\u202e\\n  Azul\\x00")
    'Casa Azul'
    """
    return shortened(" ".join(_UNFIT.sub("", text[: 4 * most]).split()), most)


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, with an ellipsis where something was left out.

    >>> shortened("outreach workers", 9)
    'outreach…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def escape(text: str) -> str:
    """A text for the inside of an element or of an attribute in double quotes.

    >>> escape('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    return html.escape(clean(text), quote=True)


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """Words on at most so many lines of about a width; what does not fit ends in an ellipsis.

    >>> wrapped("People who use drugs", 12, 2)
    ['People who', 'use drugs']
    """
    rows: list[str] = []
    for word in text.split():
        if rows and len(rows[-1]) + 1 + len(word) <= width:
            rows[-1] += " " + word
        elif len(rows) == lines:
            rows[-1] = shortened(rows[-1] + "…" * 2, len(rows[-1]) + 1)
            break
        else:
            rows.append(shortened(word, 2 * width))
    return rows


def figure(number: float) -> str:
    """A number for SVG: one decimal, no trailing nought, never minus nought.

    >>> figure(12.04), figure(-0.01), figure(3.55)
    ('12', '0', '3.5')
    """
    text = f"{number:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def outline(shape: Shape) -> tuple[tuple[float, float], ...]:
    """The corners of a shape around (0, 0), for a symbol of radius 1; none for those that are round.

    >>> outline("diamond")[0]
    (0.0, -1.25)
    """
    if shape not in _SIDES:
        return ()
    sides, reach, turn = _SIDES[shape]
    angles = (turn + 2 * math.pi * i / sides for i in range(sides))
    return tuple((round(reach * math.sin(a), 4) + 0.0, round(-reach * math.cos(a), 4) + 0.0) for a in angles)


def symbol(family: str, x: float, y: float, radius: float, hollow: bool = False) -> str:
    """The symbol of a role family as an SVG element; hollow where it only marks an empty place.

    >>> symbol("others", 10, 10, 10)
    '<circle class="role role-others" cx="10" cy="10" r="6" fill="#8b8b8b" stroke="#6c6c6c" stroke-width="1.3"/>'
    """
    style = ROLES[family]
    width = max(1.0, radius * 0.13)
    classes, fill = f"role role-{family}", style.fill
    if style.shape == "ring" or hollow:
        classes, fill = f"role role-{family} open", "none"
        width = radius * 0.36 if style.shape == "ring" and not hollow else width
    paint = f'fill="{fill}" stroke="{style.line}" stroke-width="{figure(width)}"'
    if style.shape in _RADIUS:
        r = figure(_RADIUS[style.shape] * radius)
        return f'<circle class="{classes}" cx="{figure(x)}" cy="{figure(y)}" r="{r}" {paint}/>'
    path = _polygon(style.shape, x, y, radius)
    return f'<path class="{classes}" d="{path}" {paint} stroke-linejoin="round"/>'


def _polygon(shape: Shape, x: float, y: float, radius: float) -> str:
    corners = [(x + radius * dx, y + radius * dy) for dx, dy in outline(shape)]
    if shape != "rounded":
        return "M" + "L".join(f"{figure(a)} {figure(b)}" for a, b in corners) + "Z"
    steps: list[str] = []
    for i, (a, b) in enumerate(corners):
        (c, d), (e, f) = corners[i - 1], corners[(i + 1) % len(corners)]
        cut = _CORNER / 2
        steps.append(f"{'L' if i else 'M'}{figure(a + (c - a) * cut)} {figure(b + (d - b) * cut)}")
        steps.append(f"Q{figure(a)} {figure(b)} {figure(a + (e - a) * cut)} {figure(b + (f - b) * cut)}")
    return "".join(steps) + "Z"


def xy(point: tuple[float, float]) -> str:
    """A point for the data of a path.

    >>> xy((1.25, 2))
    '1.2 2'
    """
    return f"{figure(point[0])} {figure(point[1])}"


def reach(family: str, radius: float, angle: float) -> float:
    """From the middle of a family's symbol to its edge, in a direction (0 to the right, then clockwise).

    >>> round(reach("authorities", 10, 0), 1), round(reach("authorities", 10, math.pi / 4), 1), reach("peers", 10, 1)
    (8.6, 12.2, 10.0)
    """
    shape = ROLES[family].shape
    corners = outline(shape)
    if not corners:
        return radius * _RADIUS.get(shape, 1.0)
    (x, y), step = corners[0], math.pi / len(corners)
    # In a regular polygon the edge is nearest in the middle between two corners.
    turn = angle - math.atan2(y, x)
    return radius * math.hypot(x, y) * math.cos(step) / math.cos(turn % (2 * step) - step)


def edge_of(x: float, y: float, radius: float, towards: tuple[float, float]) -> tuple[float, float]:
    """The point where a line from the middle of a symbol leaves it.

    >>> edge_of(0, 0, 5, (10, 0))
    (5.0, 0.0)
    """
    length = math.hypot(towards[0] - x, towards[1] - y) or 1.0
    part = min(radius, length) / length
    return x + (towards[0] - x) * part, y + (towards[1] - y) * part


def arrow(at: tuple[float, float], radius: float, come_from: tuple[float, float]) -> str:
    """The head of an arrow that touches a symbol of some radius, as an SVG element."""
    length = math.hypot(at[0] - come_from[0], at[1] - come_from[1]) or 1.0
    dx, dy = (at[0] - come_from[0]) / length, (at[1] - come_from[1]) / length
    tip = (at[0] - dx * (radius + 1), at[1] - dy * (radius + 1))
    back = (tip[0] - dx * 8, tip[1] - dy * 8)
    left, right = (back[0] - dy * 3.6, back[1] + dx * 3.6), (back[0] + dy * 3.6, back[1] - dx * 3.6)
    return f'<path class="arrow" d="M{xy(tip)}L{xy(left)}L{xy(right)}Z" fill="currentColor"/>'


def dashes(form: Form, width: float) -> tuple[float, ...]:
    """Strokes and gaps of a line in a form, for its width; none for a solid line. Dots need round ends.

    >>> dashes("formal", 2), dashes("informal", 2)
    ((), (5.0, 3.6))
    """
    unit = max(width, 1.6)
    patterns: dict[Form, tuple[float, ...]] = {
        "formal": (),
        "informal": (max(2.3 * unit, 5.0), max(1.5 * unit, 3.6)),
        "mixed": (max(3.2 * unit, 8.0), max(1.2 * unit, 3.0), max(0.7 * unit, 1.6), max(1.2 * unit, 3.0)),
        "unstated": (0.1, max(1.9 * unit, 3.4)),
    }
    return tuple(round(length, 1) for length in patterns[form])


def role_data() -> list[dict[str, object]]:
    """The style of the roles as plain data, in their order: for legends, templates and scripts.

    >>> role_data()[4]["family"], role_data()[4]["code"], role_data()[4]["shape"]
    ('police', 'PO', 'diamond')
    """
    return [
        {
            "family": style.family,
            "code": style.code,
            "shape": style.shape,
            "day": {"fill": style.fill, "line": style.line},
            "night": {"fill": style.night_fill, "line": style.night_line},
            "corners": [list(corner) for corner in outline(style.shape)],
            "round": _CORNER if style.shape == "rounded" else 0,
            "radius": _RADIUS.get(style.shape, 1.0),
        }
        for style in ROLES.values()
    ]


def role_css() -> str:
    """The style sheet of roles and pictures: colours as properties by day and by night, and classes that use them."""
    day = _properties((s.family, s.fill, s.line) for s in ROLES.values())
    night = _properties((s.family, s.night_fill, s.night_line) for s in ROLES.values())
    by_day = f"--p2p-paper:{PAPER};--p2p-ink:{INK};{day}"
    by_night = f"--p2p-paper:{NIGHT};--p2p-ink:{NIGHT_INK};{night}"
    rules = [
        f":root{{{by_day}}}",
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{by_night}}}}}",
        f"@media screen{{:root[data-theme=dark]{{{by_night}}}}}",
    ]
    for family in FAMILIES:
        rules.append(f".role-{family}{{fill:var(--role-{family});stroke:var(--role-{family}-line)}}")
        rules.append(f".tone-{family}{{stroke:var(--role-{family}-line)}}")
        rules.append(f".stop-{family}{{stop-color:var(--role-{family}-line)}}")
    rules += [
        ".role.open{fill:none}",
        ".p2p-paper{fill:var(--p2p-paper)}",
        ".p2p-picture{color:var(--p2p-ink)}",
        ".p2p-picture .halo{stroke:var(--p2p-paper)}",
        ".p2p-picture a{cursor:pointer;outline:none}",
        ".p2p-picture a .ribbon{transition:opacity .12s}",
        ".p2p-picture a:hover .ribbon,.p2p-picture a:focus-visible .ribbon{opacity:.6}",
        ".p2p-picture a:hover .hit{stroke:currentColor;stroke-opacity:.12}",
        ".p2p-picture a:focus-visible .hit{stroke:currentColor;stroke-opacity:.3}",
        "@media (prefers-reduced-motion:reduce){.p2p-picture a .ribbon{transition:none}}",
    ]
    return "\n".join(rules) + "\n"


def _properties(colours: Iterable[tuple[str, str, str]]) -> str:
    return "".join(f"--role-{family}:{fill};--role-{family}-line:{line};" for family, fill, line in colours)
