"""The actors of a country in sectors: small networks side by side in which the same role stands in the same place.

Each family of roles has the sector it has in the wheel. In it actors stand in rows, those in most ties innermost, so
the picture needs no seed and two countries can be laid beside each other. No I/O.
"""

from __future__ import annotations

import cmath
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from p2p_graph.reading.network import FAMILIES, Network, Tie
from p2p_graph.reading.style import dashes, escape, figure, symbol

__all__ = ["sectors_svg", "spacing", "spots"]

_STEP: Final = 2 * math.pi / len(FAMILIES)
#: the share of its sector that a family may fill
_SPREAD: Final = 0.82
#: where rows begin and how far apart they and the actors in them are, as shares of half the width
_INNER: Final = 0.42
_ROW: Final = 0.14


def spacing(networks: Iterable[Network]) -> float:
    """How far apart actors stand, one distance for all networks of a page: so that the fullest sector fits."""
    return _gap(max((_most(network) for network in networks), default=0))


def spots(network: Network, gap: float | None = None) -> dict[str, complex]:
    """Where each actor stands, with the middle at 0 and the rim at 1; only those that take part in a tie.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import project
    >>> spots(project(Table((), ())))
    {}
    """
    ties = Counter(p for tie in network.ties.values() for p in tie.participants)
    gap = gap or _gap(_most(network))
    found: dict[str, complex] = {}
    for place, family in enumerate(FAMILIES):
        actors = [a for a in ties if network.actors[a].family == family]
        actors.sort(key=lambda a: (-ties[a], network.actors[a].label, a))
        row, radius = 0, _INNER
        while actors:
            room = max(1, int(_SPREAD * _STEP * radius / gap))
            here, actors = actors[:room], actors[room:]
            for number, actor in enumerate(here):
                angle = place * _STEP + (number - (len(here) - 1) / 2) * gap / radius - math.pi / 2
                found[actor] = cmath.rect(radius, angle)
            row += 1
            radius = _INNER + row * gap
    return found


def _gap(actors: int) -> float:
    """How far apart the actors of a sector stand, so that all fit between the first row and the rim."""
    gap = _ROW
    while gap > 0.005:
        rows = int((0.97 - _INNER) / gap) + 1
        if sum(max(1, int(_SPREAD * _STEP * (_INNER + row * gap) / gap)) for row in range(rows)) >= actors:
            return gap
        gap *= 0.94
    return gap


def sectors_svg(
    network: Network,
    title: str,
    description: str,
    *,
    ident: str,
    size: float = 230,
    gap: float | None = None,
    names: Mapping[str, str],
) -> str:
    """The network as text of SVG. `ident` begins every id; `names` are two-letter codes of the families.

    Networks that are compared get the same `gap`, that of `spacing`.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import project
    >>> sectors_svg(project(Table((), ())), "Malta", "No tie.", ident="mt", names={})[:4]
    '<svg'
    """
    half, font = size / 2, size * 0.05
    reach = half - 1.3 * font
    at = {actor: complex(half, half) + reach * spot for actor, spot in spots(network, gap).items()}
    mark = max(1.6, min(0.09, gap or _gap(_most(network))) * reach * 0.36)
    parts = [_tie(tie, network, at, complex(half, half), mark) for tie in network.ties.values()]
    for actor, spot in at.items():
        known = network.actors[actor]
        parts.append(
            f'<g class="actor of-{known.family}"><title>{escape(known.label)}</title>'
            f"{symbol(known.family, spot.real, spot.imag, mark)}</g>"
        )
    for place, family in enumerate(FAMILIES):
        spot = complex(half, half) + cmath.rect(half - 0.62 * font, place * _STEP - math.pi / 2)
        parts.append(
            f'<text class="code of-{family}" x="{figure(spot.real)}" y="{figure(spot.imag + 0.35 * font)}" '
            f'font-size="{figure(font)}" text-anchor="middle" fill="currentColor" fill-opacity="0.66">'
            f"{escape(names.get(family, ''))}</text>"
        )
    ident, width = escape(ident), figure(size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture sectors" width="{width}" height="{width}" '
        f'viewBox="0 0 {width} {width}" role="img" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', sans-serif\" fill=\"none\">"
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _most(network: Network) -> int:
    """The actors of the fullest sector."""
    taking_part = {p for tie in network.ties.values() for p in tie.participants}
    return max(Counter(network.actors[a].family for a in taking_part).values(), default=0)


def _tie(tie: Tie, network: Network, at: Mapping[str, complex], middle: complex, mark: float) -> str:
    """A tie of two bends to the middle; one of more meets there where its participants are on average."""
    ends = [at[p] for p in tie.participants]
    if len(ends) == 2:
        bend = middle + ((ends[0] + ends[1]) / 2 - middle) * 0.35
        way = f"M{_xy(ends[0])}Q{_xy(bend)} {_xy(ends[1])}"
    else:
        table = middle + (sum(ends, 0j) / len(ends) - middle) * 0.5
        way = "".join(f"M{_xy(end)}L{_xy(table)}" for end in ends)
    pattern = dashes(tie.form, max(0.9, mark * 0.3))
    dash = f' stroke-dasharray="{" ".join(map(figure, pattern))}"' if pattern else ""
    families = sorted({network.actors[p].family for p in tie.participants})
    kind = " ".join(["tie", *(f"of-{family}" for family in families), *(["against"] if tie.is_against else [])])
    return (
        f'<path class="{kind}" d="{way}" stroke="currentColor" stroke-width="{"1.5" if tie.is_against else "0.9"}" '
        f'opacity="{"0.75" if tie.is_against else "0.34"}"{dash}/>'
    )


def _xy(point: complex) -> str:
    return f"{figure(point.real)} {figure(point.imag)}"
