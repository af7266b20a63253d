"""The actor network of a country or a practice: a seeded layout, drawn as SVG on the server. No I/O.

Actors of one role family are pulled to the place that family has on the wheel, so that networks of two
countries can be compared. The same network and seed give the same picture. A tie of three or more is one
small junction with a line to each who takes part.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal as OneOf

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from p2p_graph.model import Table
from p2p_graph.reading.network import FAMILIES, FORMS, Form, Network, Tie, network_rows
from p2p_graph.reading.sentences import ENGLISH, Words, describe
from p2p_graph.reading.style import (
    INK,
    PAPER,
    arrow,
    clean,
    dashes,
    edge_of,
    escape,
    figure,
    role_css,
    shortened,
    symbol,
    wrapped,
    xy,
)

__all__ = ["HEIGHT", "WIDTH", "Line", "Mark", "Scene", "scene", "scene_svg"]

WIDTH: Final = 1000.0
HEIGHT: Final = 760.0
_MARGIN: Final = 56.0
#: Above this many actors the forces are left out and each family is laid out as a sunflower in its sector:
#: a national network is far below, and a picture of more says nothing that its tables do not say better.
_MOST_FOR_FORCES: Final = 480
_FONT: Final = 11.5

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mark:
    """One actor as it is drawn.

    `label_at` says where its short label begins and how it is anchored; it is None if there is no room.
    """

    address: str
    label: str
    role: str
    family: str
    x: float
    y: float
    radius: float
    ties: tuple[str, ...]
    label_at: tuple[float, float, OneOf["start", "middle", "end"]] | None = None

    @property
    def short(self) -> str:
        """The label as it stands in the picture."""
        return shortened(clean(self.label), 34)

    @property
    def rows(self) -> list[str]:
        """The short label on one line or two."""
        return wrapped(self.short, 18, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is drawn: a tie of two, a spoke of a tie of more, or to which organisation a group belongs.

    `start` and `end` are addresses of actors, or of the tie itself where a spoke begins at its junction.
    """

    kind: OneOf["tie", "spoke", "affiliation"]
    start: str
    end: str
    tie: str
    form: Form
    against: bool
    arrow: bool
    faint: bool
    bend: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A network laid out: marks, lines, junctions (by tie), each tie as a sentence, and the equal table."""

    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    junctions: Mapping[str, tuple[float, float]]
    sentences: Mapping[str, str]
    rows: Table
    seed: int

    def place(self, address: str) -> tuple[float, float, float]:
        """Where an actor or a junction stands, and its radius."""
        if address in self.junctions:
            return (*self.junctions[address], 3.0)
        mark = next(m for m in self.marks if m.address == address)
        return mark.x, mark.y, mark.radius


def scene(network: Network, seed: int = 7, words: Words = ENGLISH) -> Scene:
    """Lays a network out. The same network and seed always give the same scene.

    >>> from p2p_graph.reading.network import project
    >>> scene(project(Table((), ()))).marks
    ()
    """
    ties_of: dict[str, list[str]] = defaultdict(list)
    for tie in network.ties.values():
        for participant in tie.participants:
            ties_of[participant].append(tie.address)
    actors = list(network.actors)
    radii = np.array([5.5 + 2.1 * math.sqrt(len(ties_of[a])) for a in actors])
    points = _positions(network, actors, radii, seed)
    marks = [
        Mark(a, actor.label, actor.role_label, actor.family, x, y, round(float(radii[i]), 1), tuple(ties_of[a]))
        for i, (a, actor) in enumerate(network.actors.items())
        for x, y in [(round(float(points[i, 0]), 1), round(float(points[i, 1]), 1))]
    ]
    places = {mark.address: (mark.x, mark.y) for mark in marks}
    junctions = _junctions(network.tables, places)
    return Scene(
        _labelled(marks),
        tuple(_lines(network, places)),
        junctions,
        {address: clean(describe(tie, network, words), 600) for address, tie in network.ties.items()},
        network_rows(network),
        seed,
    )


# layout


def _anchor(family: str) -> tuple[float, float]:
    angle = 2 * math.pi * FAMILIES.index(family) / len(FAMILIES) - math.pi / 2
    return math.cos(angle), math.sin(angle)


def _positions(network: Network, actors: list[str], radii: Points, seed: int) -> Points:
    if not actors:
        return np.zeros((0, 2))
    families = [network.actors[a].family for a in actors]
    first = _sunflower(families, seed)
    points = first if len(actors) > _MOST_FOR_FORCES else _by_forces(network, actors, families, first, seed)
    return _apart(_fitted(points), radii)


def _sunflower(families: list[str], seed: int) -> Points:
    """Each family spread evenly around its place, in a turn that the seed decides."""
    turn = np.random.RandomState(seed).rand() * 2 * math.pi
    counts: dict[str, int] = defaultdict(int)
    points = []
    for family in families:
        x, y = _anchor(family)
        counts[family] += 1
        reach, angle = 0.045 * math.sqrt(counts[family]), turn + counts[family] * 2.399963
        points.append((0.72 * x + reach * math.cos(angle), 0.72 * y + reach * math.sin(angle)))
    return np.array(points)


def _by_forces(network: Network, actors: list[str], families: list[str], first: Points, seed: int) -> Points:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(actors)
    for tie in network.ties.values():
        share = 1.0 / (len(tie.participants) - 1) if len(tie.participants) > 1 else 0.0
        for one, other in combinations(tie.participants, 2):
            weight = graph.edges[one, other]["weight"] if graph.has_edge(one, other) else 0.0
            graph.add_edge(one, other, weight=min(weight + share, 3.0))
    for group, organisation in network.affiliations:
        if not graph.has_edge(group, organisation):
            graph.add_edge(group, organisation, weight=0.5)
    fixed = {f"\0{family}": _anchor(family) for family in FAMILIES}
    for actor, family in zip(actors, families, strict=True):
        graph.add_edge(actor, f"\0{family}", weight=0.55)
    start = {a: tuple(first[i]) for i, a in enumerate(actors)} | fixed
    spread = 1.15 / math.sqrt(len(actors) + len(fixed))
    found = nx.spring_layout(graph, k=spread, pos=start, fixed=list(fixed), iterations=160, weight="weight", seed=seed)
    return np.array([found[a] for a in actors], dtype=np.float64)


def _fitted(points: Points) -> Points:
    """Into the canvas, each direction by itself; a single point stands in the middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high - low < 1e-9, 1.0, high - low)
    room = np.array([WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN])
    scaled = (points - low) / span
    scaled = np.where(high - low < 1e-9, 0.5, scaled)
    return np.asarray(scaled * room + _MARGIN, dtype=np.float64)


def _apart(points: Points, radii: Points) -> Points:
    """Pushes symbols that touch apart, a little each round, and keeps them on the canvas."""
    wanted = radii[:, None] + radii[None, :] + 7.0
    upper = np.array([WIDTH - _MARGIN / 2, HEIGHT - _MARGIN / 2])
    # Two at the very same spot need a direction: the order of the actors gives one.
    points = points + np.stack([np.arange(len(points)), -np.arange(len(points))], axis=1) * 1e-4
    for _ in range(220):
        apart = points[:, None, :] - points[None, :, :]
        distance = np.sqrt((apart**2).sum(axis=2))
        np.fill_diagonal(distance, np.inf)
        overlap = np.clip(wanted - distance, 0, None)
        if not overlap.any():
            break
        push = (apart / distance[:, :, None] * overlap[:, :, None] * 0.3).sum(axis=1)
        points = np.clip(points + push, _MARGIN / 2, upper)
    return points


def _junctions(tables: Iterable[Tie], places: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """The middle of those at a table; two tables of the same people stand a little apart."""
    taken: dict[tuple[str, ...], int] = defaultdict(int)
    found: dict[str, tuple[float, float]] = {}
    for tie in tables:
        spots = [places[p] for p in tie.participants]
        aside = taken[tie.participants] * 11.0
        taken[tie.participants] += 1
        x = sum(x for x, _ in spots) / len(spots) + aside
        y = sum(y for _, y in spots) / len(spots) - aside
        found[tie.address] = (round(x, 1), round(y, 1))
    return found


def _lines(network: Network, places: Mapping[str, tuple[float, float]]) -> Iterable[Line]:
    for group, organisation in network.affiliations:
        yield Line("affiliation", group, organisation, "", "formal", False, False, False, 0.0)
    between: dict[tuple[str, str], int] = defaultdict(int)
    for tie in network.ties.values():
        if len(tie.participants) > 2:
            for participant in tie.participants:
                arrow = tie.is_directed and participant in tie.receivers and participant not in tie.givers
                yield Line(
                    "spoke", tie.address, participant, tie.address, tie.form, tie.is_against, arrow, tie.is_faint, 0.0
                )
        elif len(tie.participants) == 2:
            one, other = tie.participants
            number = between[one, other]
            between[one, other] += 1
            # 0, 1, -1, 2, -2 …: the first line is straight, the next ones bend to either side.
            bend = (number + 1) // 2 * (1 if number % 2 else -1) * 17.0
            start, end = (other, one) if tie.is_directed and other in tie.givers else (one, other)
            bend = -bend if start == other else bend
            yield Line("tie", start, end, tie.address, tie.form, tie.is_against, tie.is_directed, tie.is_faint, bend)


# labels

_Box = tuple[float, float, float, float]


def _labelled(marks: list[Mark]) -> tuple[Mark, ...]:
    """Gives labels to as many as have room, those with most ties first."""
    boxes: list[_Box] = [(m.x - m.radius, m.y - m.radius, m.x + m.radius, m.y + m.radius) for m in marks]
    done: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda m: (-len(m.ties), m.address)):
        found = next((spot for spot in _spots(mark) if _is_free(spot[1], boxes, mark)), None)
        if found:
            boxes.append(found[1])
        done[mark.address] = Mark(
            mark.address,
            mark.label,
            mark.role,
            mark.family,
            mark.x,
            mark.y,
            mark.radius,
            mark.ties,
            found[0] if found else None,
        )
    return tuple(done[mark.address] for mark in marks)


def _spots(mark: Mark) -> Iterable[tuple[tuple[float, float, OneOf["start", "middle", "end"]], _Box]]:
    rows = mark.rows
    wide = max((len(row) for row in rows), default=0) * _FONT * 0.52
    high = len(rows) * _FONT * 1.1
    x, y, r = mark.x, mark.y, mark.radius + 3
    below, above, beside = y + r + _FONT * 0.8, y - r - high + _FONT * 0.8, y - high / 2 + _FONT * 0.8
    yield (x, below, "middle"), (x - wide / 2, y + r, x + wide / 2, y + r + high)
    yield (x, above, "middle"), (x - wide / 2, y - r - high, x + wide / 2, y - r)
    yield (x + r, beside, "start"), (x + r, y - high / 2, x + r + wide, y + high / 2)
    yield (x - r, beside, "end"), (x - r - wide, y - high / 2, x - r, y + high / 2)


def _is_free(box: _Box, boxes: list[_Box], mark: Mark) -> bool:
    a, b, c, d = box
    if a < 2 or b < 2 or c > WIDTH - 2 or d > HEIGHT - 2:
        return False
    return all(c <= e or a >= g or d <= f or b >= h for e, f, g, h in boxes)


# SVG


def scene_svg(
    drawn: Scene,
    title: str,
    description: str,
    *,
    ident: str = "network",
    href: Callable[[str], str | None] | None = None,
    words: Words = ENGLISH,
    standalone: bool = False,
) -> str:
    """A scene as SVG that needs no script, with its legend. `href` gives the address of an actor's page.

    >>> from p2p_graph.reading.network import project
    >>> "No tie recorded" in scene_svg(scene(project(Table((), ()))), "Malta", "No tie.")
    True
    """
    places = {mark.address: (mark.x, mark.y, mark.radius) for mark in drawn.marks}
    places |= {tie: (x, y, 3.0) for tie, (x, y) in drawn.junctions.items()}
    parts = [_svg_line(line, places, drawn.sentences) for line in drawn.lines]
    parts += [_svg_junction(x, y, drawn.sentences.get(tie, "")) for tie, (x, y) in drawn.junctions.items()]
    parts += [_svg_mark(mark, href, words) for mark in sorted(drawn.marks, key=lambda m: (-m.radius, m.address))]
    if not drawn.marks:
        text = words.no_tie[:1].upper() + words.no_tie[1:]
        parts.append(
            f'<text x="{figure(WIDTH / 2)}" y="{figure(HEIGHT / 2)}" font-size="22" text-anchor="middle" '
            f'fill="currentColor" fill-opacity="0.75">{escape(text)}</text>'
        )
    legend = _legend([f for f in FAMILIES if any(m.family == f for m in drawn.marks)], words)
    return _svg(parts + legend, ident, title, description, any("<a " in p for p in parts), standalone)


def _svg(parts: list[str], ident: str, title: str, description: str, linked: bool, standalone: bool) -> str:
    ident, width, height = escape(ident), figure(WIDTH), figure(HEIGHT + 92)
    paper = ""
    if standalone:
        paper = f'<style>{role_css()}</style><rect class="p2p-paper" width="{width}" height="{height}" fill="{PAPER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture network-svg" viewBox="0 0 {width} {height}" '
        f'role="{"group" if linked else "img"}" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        f"font-family=\"'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Noto Sans', sans-serif\" "
        f'fill="none"{f" color={chr(34)}{INK}{chr(34)}" if standalone else ""}>'
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{paper}{''.join(parts)}</svg>"
    )


def _svg_line(line: Line, places: Mapping[str, tuple[float, float, float]], sentences: Mapping[str, str]) -> str:
    (ax, ay, ar), (bx, by, br) = places[line.start], places[line.end]
    length = math.hypot(bx - ax, by - ay) or 1.0
    across = ((ay - by) / length, (bx - ax) / length)
    middle = ((ax + bx) / 2 + across[0] * line.bend * 2, (ay + by) / 2 + across[1] * line.bend * 2)
    start, end = edge_of(ax, ay, ar, middle), edge_of(bx, by, br + (5.5 if line.arrow else 0.0), middle)
    if line.kind == "affiliation":
        return (
            f'<path class="affiliation" d="M{xy(start)}L{xy(end)}" stroke="currentColor" stroke-width="0.8" '
            'stroke-opacity="0.28"/>'
        )
    way = f"Q{xy(middle)} {xy(end)}" if line.bend else f"L{xy(end)}"
    pattern = " ".join(map(figure, dashes(line.form, 1.5)))
    opacity = "0.3" if line.faint else "0.85" if line.against else "0.6"
    body = (
        f'<path d="M{xy(start)}{way}" stroke="currentColor" stroke-width="{"2" if line.against else "1.5"}"'
        f"{f' stroke-dasharray={chr(34)}{pattern}{chr(34)}' if pattern else ''} "
        f'stroke-linecap="{"round" if line.form == "unstated" else "butt"}"/>'
    )
    if line.arrow:
        body += arrow((bx, by), br, middle)
    if line.against:
        at = ((ax + bx) / 2 + across[0] * line.bend, (ay + by) / 2 + across[1] * line.bend)
        a, b = (at[0] - across[0] * 6, at[1] - across[1] * 6), (at[0] + across[0] * 6, at[1] + across[1] * 6)
        across_it = f"M{xy(a)}L{xy(b)}"
        body += f'<path class="bar" d="{across_it}" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>'
    return f'<g class="{line.kind}" opacity="{opacity}"><title>{escape(sentences[line.tie])}</title>{body}</g>'


def _svg_junction(x: float, y: float, sentence: str) -> str:
    return (
        f'<g class="junction"><title>{escape(sentence)}</title>'
        f'<rect x="{figure(x - 3)}" y="{figure(y - 3)}" width="6" height="6" rx="1.2" fill="currentColor"/></g>'
    )


def _svg_mark(mark: Mark, href: Callable[[str], str | None] | None, words: Words) -> str:
    title = f"{mark.label} – {mark.role}: {words.ties(len(mark.ties))}"
    body = f"<title>{escape(title)}</title>{symbol(mark.family, mark.x, mark.y, mark.radius)}"
    if mark.label_at:
        x, y, anchor = mark.label_at
        rows = "".join(
            f'<tspan x="{figure(x)}" y="{figure(y + i * _FONT * 1.1)}">{escape(row)}</tspan>'
            for i, row in enumerate(mark.rows)
        )
        body += (
            f'<text class="halo" font-size="{_FONT}" text-anchor="{anchor}" fill="currentColor" stroke="{PAPER}" '
            f'stroke-width="3" stroke-linejoin="round" paint-order="stroke">{rows}</text>'
        )
    address = href(mark.address) if href else None
    if address:
        return f'<a class="actor" href="{escape(address)}">{body}</a>'
    return f'<g class="actor">{body}</g>'


def _legend(families: list[str], words: Words) -> list[str]:
    """Symbols of the families that are there, and the lines."""
    if not families:
        return []
    parts = []
    column = (WIDTH - 40) / 5
    for number, family in enumerate(families):
        x, y = 30 + column * (number % 5), HEIGHT + 18 + 22 * (number // 5)
        name = words.families[family][:1].upper() + words.families[family][1:]
        parts.append(
            f'{symbol(family, x, y, 7)}<text x="{figure(x + 13)}" y="{figure(y + 4.2)}" font-size="12" '
            f'fill="currentColor">{escape(name)}</text>'
        )
    for number, form in enumerate(FORMS):
        x, y = 22 + column * number, HEIGHT + 18 + 22 * 2 + 8
        pattern = " ".join(map(figure, dashes(form, 1.8)))
        parts.append(
            f'<path d="M{figure(x)} {figure(y)}h30" stroke="currentColor" stroke-width="1.8"'
            f"{f' stroke-dasharray={chr(34)}{pattern}{chr(34)}' if pattern else ''} stroke-linecap="
            f'"{"round" if form == "unstated" else "butt"}"/><text x="{figure(x + 37)}" y="{figure(y + 4.2)}" '
            f'font-size="12" fill="currentColor">{escape(words.forms[form])}</text>'
        )
    return [f'<g class="legend">{"".join(parts)}</g>']
