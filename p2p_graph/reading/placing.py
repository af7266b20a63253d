"""Where actors stand when a picture grows step by step: who stands stays, who comes finds a free place nearby. No I/O.

Places lie on a lattice, far enough apart for a symbol and its label. Who comes is drawn to the actor that led there
and, as on the wheel, to the side of the picture that its role family has. The same steps give the same places.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from p2p_graph.reading.network import FAMILIES

__all__ = ["Point", "Spot", "columns", "crowd", "joining"]

Point = tuple[float, float]
#: a place on the lattice by column and row
Spot = tuple[int, int]

#: how far apart the places are, from left to right and from top to bottom
_ACROSS: Final = 112.0
_DOWN: Final = 68.0
_MIDDLE: Final = (500.0, 380.0)
#: how far a newcomer wants to stand from the one that led to it
_REACH: Final = 150.0
#: how far apart actors stand where there are too many for labels
_CLOSE: Final = 30.0


def _side(family: str) -> Point:
    """The direction in which a family stands on the wheel."""
    angle = 2 * math.pi * FAMILIES.index(family) / len(FAMILIES) - math.pi / 2
    return math.cos(angle), math.sin(angle)


def _at(spot: Spot) -> Point:
    # every other row is shifted by half a place
    column, row = spot
    return _MIDDLE[0] + (column + 0.5 * (row % 2)) * _ACROSS, _MIDDLE[1] + row * _DOWN


def _near(point: Point) -> Spot:
    row = round((point[1] - _MIDDLE[1]) / _DOWN)
    return round((point[0] - _MIDDLE[0]) / _ACROSS - 0.5 * (row % 2)), row


def joining(
    standing: Mapping[str, Point], comers: Sequence[tuple[str, str]], leader: str | None = None
) -> dict[str, Point]:
    """The places of all once newcomers (address, family) have joined those who stand, led there by one of them.

    Without a leader they gather around the middle. Nobody who stands moves.

    >>> first = joining({}, [("a", "peers")])
    >>> first
    {'a': (500.0, 380.0)}
    >>> joining(first, [("b", "peers")], "a")
    {'a': (500.0, 380.0), 'b': (500.0, 244.0)}
    """
    places = dict(standing)
    if not places and leader is None and comers:
        (first, _), *comers = comers
        places[first] = _MIDDLE
        leader = first
    taken = _taken(places.values())
    origin = places.get(leader or "", _MIDDLE)
    away = _away(origin)
    for address, family in sorted(comers, key=lambda comer: (FAMILIES.index(comer[1]), comer[0])):
        if address in places:
            continue
        x, y = _side(family)
        goal = (origin[0] + _REACH * (x + away[0]), origin[1] + _REACH * (y + away[1]))
        spot = _free(goal, taken)
        taken.add(spot)
        places[address] = _at(spot)
    return places


def _away(origin: Point) -> Point:
    """From the middle outwards, so that a picture grows at its edge; nothing in the middle itself."""
    x, y = origin[0] - _MIDDLE[0], origin[1] - _MIDDLE[1]
    length = math.hypot(x, y)
    return (x / length, y / length) if length > _DOWN else (0.0, 0.0)


def _taken(points: Iterable[Point]) -> set[Spot]:
    """The places that those who stand cover; one beside the lattice covers all that are too near to it."""
    taken: set[Spot] = set()
    for x, y in points:
        column, row = _near((x, y))
        for spot in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            there = _at(spot)
            if abs(there[0] - x) < _ACROSS * 0.7 and abs(there[1] - y) < _DOWN * 0.7:
                taken.add(spot)
    return taken


def _free(goal: Point, taken: set[Spot]) -> Spot:
    """The free place nearest to where one wants to stand."""
    column, row = _near(goal)
    best: tuple[float, Spot] | None = None
    ring = 0
    while best is None or best[0] > (ring - 1) * _DOWN:
        for spot in _ring(column, row, ring):
            if spot not in taken:
                x, y = _at(spot)
                distance = math.hypot(x - goal[0], y - goal[1])
                best = min(best, (distance, spot)) if best else (distance, spot)
        ring += 1
    return best[1]


def _ring(column: int, row: int, ring: int) -> Iterable[Spot]:
    """The places that are so many steps away."""
    if not ring:
        yield column, row
        return
    for i in range(-ring, ring + 1):
        yield column + i, row - ring
        yield column + i, row + ring
        if abs(i) < ring:
            yield column - ring, row + i
            yield column + ring, row + i


def columns(layers: Sequence[Sequence[str]]) -> dict[str, Point]:
    """Layers from left to right, each from top to bottom: the ways between the first and the last.

    >>> columns([["a"], ["b", "c"], ["d"]])
    {'a': (120.0, 380.0), 'b': (500.0, 335.0), 'c': (500.0, 425.0), 'd': (880.0, 380.0)}
    """
    places: dict[str, Point] = {}
    step = max(170.0, 760.0 / max(len(layers) - 1, 1))
    for number, layer in enumerate(layers):
        for place, address in enumerate(layer):
            down = (place - (len(layer) - 1) / 2) * 90.0
            places[address] = (120.0 + number * step if len(layers) > 1 else _MIDDLE[0], _MIDDLE[1] + down)
    return places


def crowd(families: Mapping[str, str]) -> dict[str, Point]:
    """Thousands of actors (address → family): each family an even disc in its direction, in the order given.

    >>> places = crowd({"a": "peers", "b": "police"})
    >>> places["a"][1] < places["b"][1]
    True
    """
    counts: dict[str, int] = defaultdict(int)
    for family in families.values():
        counts[family] += 1
    radius = {family: _CLOSE * 0.6 * math.sqrt(n) for family, n in counts.items()}
    ring = _ring_radius([radius.get(family, 0.0) for family in FAMILIES])
    met: dict[str, int] = defaultdict(int)
    places: dict[str, Point] = {}
    for address, family in families.items():
        x, y = _side(family)
        # the golden angle spreads any number of points evenly over a disc
        reach, turn = _CLOSE * 0.6 * math.sqrt(met[family] + 0.5), met[family] * 2.399963
        met[family] += 1
        px = _MIDDLE[0] + ring * 1.3 * x + reach * math.cos(turn)
        py = _MIDDLE[1] + ring * y + reach * math.sin(turn)
        places[address] = (round(px, 1), round(py, 1))
    return places


def _ring_radius(radii: Sequence[float]) -> float:
    """How large a circle must be for discs at even steps around it not to touch."""
    half = math.sin(math.pi / len(radii))
    pairs = zip(radii, (*radii[1:], radii[0]), strict=True)
    return max([200.0, *((one + other + _CLOSE) / (2 * half) for one, other in pairs)])
