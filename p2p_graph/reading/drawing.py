"""The actor network of a country or a practice: a seeded layout, drawn as SVG on the server. No I/O.

Actors of one role family are pulled to the place that family has on the wheel, so that networks of two
countries can be compared. The same network and seed give the same picture. A tie of three or more is one
small junction with a line to each who takes part.
"""

from __future__ import annotations

import html
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType
from typing import Final, Literal as OneOf

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from p2p_graph.model import Table
from p2p_graph.reading.network import FAMILIES, FORMS, Form, Network, Tie, network_rows
from p2p_graph.reading.placing import crowd
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

__all__ = ["HEIGHT", "WIDTH", "Line", "Mark", "Scene", "positions", "scene", "scene_svg"]

WIDTH: Final = 1000.0
HEIGHT: Final = 760.0
_MARGIN: Final = 56.0
#: Above this many actors the forces are left out and each family is laid out as a disc in its sector: a national
#: network is far below, and a picture of more says nothing that its tables do not say better.
_MOST_FOR_FORCES: Final = 480
#: in a picture of more than that, as many actors are tried for a label
_MOST_LABELS: Final = 120
_FONT: Final = 11.5
#: the height of the legend, and of a line of the notes under it
_LEGEND: Final = 92.0
_LINE: Final = 16.0

Points = NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One actor as it is drawn.

    `label_at` says where its short label begins and how it is anchored; it is None if there is no room. `language` is
    that of the label, where it is not that of the picture.
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
    language: str = ""

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
    #: left, top, width and height of what is drawn, without the legend
    box: Box = (0.0, 0.0, WIDTH, HEIGHT)

    def place(self, address: str) -> tuple[float, float, float]:
        """Where an actor or a junction stands, and its radius."""
        if address in self.junctions:
            return (*self.junctions[address], 3.0)
        mark = next(m for m in self.marks if m.address == address)
        return mark.x, mark.y, mark.radius


def scene(
    network: Network,
    seed: int = 7,
    words: Words = ENGLISH,
    *,
    places: Mapping[str, tuple[float, float]] | None = None,
    laid: Mapping[str, tuple[float, float]] | None = None,
    weights: Mapping[str, float] | None = None,
    bare: bool = False,
) -> Scene:
    """Lays a network out. The same network and seed always give the same scene.

    `places` says where every actor stands, if that is known; the picture is then as large as they need. `laid` is
    what `positions` gave before, as finding that takes longest: the scene is the same as without. `weights` says what
    the area of their symbols stands for, instead of the number of their ties. A `bare` scene has no labels, sentences
    and table: for thousands of actors.

    >>> from p2p_graph.reading.network import project
    >>> scene(project(Table((), ()))).marks
    ()
    """
    ties_of: dict[str, list[str]] = defaultdict(list)
    for tie in network.ties.values():
        for participant in tie.participants:
            ties_of[participant].append(tie.address)
    actors = list(network.actors)
    if places is None and len(actors) > _MOST_FOR_FORCES:
        places = crowd({a: actor.family for a, actor in network.actors.items()})
    radii = np.array([5.5 + 2.1 * math.sqrt(len(ties_of[a]) if weights is None else weights[a]) for a in actors])
    known = laid if places is None and laid is not None and laid.keys() >= network.actors.keys() else places
    points = _positions(network, actors, radii, seed) if known is None else np.array([known[a] for a in actors])
    marks = [
        Mark(
            a,
            actor.label,
            actor.role_label,
            actor.family,
            x,
            y,
            round(float(radii[i]), 1),
            tuple(ties_of[a]),
            language=actor.language,
        )
        for i, (a, actor) in enumerate(network.actors.items())
        for x, y in [(round(float(points[i, 0]), 1), round(float(points[i, 1]), 1))]
    ]
    spots = {mark.address: (mark.x, mark.y) for mark in marks}
    junctions = _junctions(network.tables, spots)
    box = (0.0, 0.0, WIDTH, HEIGHT) if places is None else _around(points)
    return Scene(
        tuple(marks) if bare else _labelled(marks, box),
        tuple(_lines(network, spots)),
        junctions,
        {} if bare else {a: clean(describe(tie, network, words), 600) for a, tie in network.ties.items()},
        Table((), ()) if bare else network_rows(network),
        seed,
        box,
    )


def _around(points: Points) -> Box:
    """What holds all actors with their labels, and never less than most of the canvas, so that few are not huge."""
    if not len(points):
        return 0.0, 0.0, WIDTH, HEIGHT
    low, high = points.min(axis=0) - _MARGIN, points.max(axis=0) + _MARGIN
    more = np.clip(np.array([WIDTH, HEIGHT]) * 0.7 - (high - low), 0, None) / 2
    (left, top), (right, bottom) = (low - more).tolist(), (high + more).tolist()
    return round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1)


# layout


def positions(network: Network) -> dict[str, tuple[float, float]]:
    """Where the actors of a network (address → place) stand in its scene, to be handed to `scene` another time.

    >>> from p2p_graph.reading.network import project
    >>> positions(project(Table((), ())))
    {}
    """
    return {mark.address: (mark.x, mark.y) for mark in scene(network, bare=True).marks}


def _anchor(family: str) -> tuple[float, float]:
    angle = 2 * math.pi * FAMILIES.index(family) / len(FAMILIES) - math.pi / 2
    return math.cos(angle), math.sin(angle)


def _positions(network: Network, actors: list[str], radii: Points, seed: int) -> Points:
    if not actors:
        return np.zeros((0, 2))
    families = [network.actors[a].family for a in actors]
    first = _sunflower(families, seed)
    return _apart(_fitted(_by_forces(network, actors, families, first, seed)), radii)


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
    np.fill_diagonal(wanted, -np.inf)
    for _ in range(220):
        x, y = points[:, 0], points[:, 1]
        distance = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
        one, other = np.nonzero(distance < wanted)
        if not len(one):
            break
        share = (wanted[one, other] / distance[one, other] - 1) * 0.3
        pushes = [np.bincount(one, (at[one] - at[other]) * share, len(points)) for at in (x, y)]
        points = np.clip(points + np.stack(pushes, axis=1), _MARGIN / 2, upper)
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


def _labelled(marks: list[Mark], box: Box) -> tuple[Mark, ...]:
    """Gives labels to as many as have room, those with most ties first; in a crowd only to these."""
    ranked = sorted(marks, key=lambda m: (-len(m.ties), m.address))
    tried = len(marks) if len(marks) <= _MOST_FOR_FORCES else _MOST_LABELS
    boxes: list[_Box] = [(m.x - m.radius, m.y - m.radius, m.x + m.radius, m.y + m.radius) for m in marks]
    done: dict[str, Mark] = {}
    for number, mark in enumerate(ranked):
        spots = _spots(mark) if number < tried else ()
        found = next((spot for spot in spots if _is_free(spot[1], boxes, box)), None)
        if found:
            boxes.append(found[1])
        done[mark.address] = replace(mark, label_at=found[0] if found else None)
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


def _is_free(wanted: _Box, boxes: list[_Box], box: Box) -> bool:
    a, b, c, d = wanted
    left, top, width, height = box
    if a < left + 2 or b < top + 2 or c > left + width - 2 or d > top + height - 2:
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
    badges: Mapping[str, str] = MappingProxyType({}),
    chosen: str = "",
    notes: Sequence[str] = (),
    metadata: str = "",
) -> str:
    """A scene as SVG that needs no script, with its legend. `href` gives the address of an actor's page.

    `badges` are short texts beside symbols, and the `chosen` actor has a ring. `notes` are lines of text under the
    legend, `metadata` is text for programs: for a file that is taken away.

    >>> from p2p_graph.reading.network import project
    >>> "No tie recorded" in scene_svg(scene(project(Table((), ()))), "Malta", "No tie.")
    True
    """
    places = {mark.address: (mark.x, mark.y, mark.radius) for mark in drawn.marks}
    places |= {tie: (x, y, 3.0) for tie, (x, y) in drawn.junctions.items()}
    parts = [_svg_line(line, places, drawn.sentences) for line in drawn.lines]
    parts += [_svg_junction(x, y, drawn.sentences.get(tie, "")) for tie, (x, y) in drawn.junctions.items()]
    parts += [
        _svg_mark(mark, href, words, badges.get(mark.address, ""), mark.address == chosen)
        for mark in sorted(drawn.marks, key=lambda m: (-m.radius, m.address))
    ]
    if not drawn.marks:
        text = words.no_tie[:1].upper() + words.no_tie[1:]
        parts.append(
            f'<text x="{figure(WIDTH / 2)}" y="{figure(HEIGHT / 2)}" font-size="22" text-anchor="middle" '
            f'fill="currentColor" fill-opacity="0.75">{escape(text)}</text>'
        )
    linked = any("<a " in p for p in parts)
    x, y, width, height = drawn.box
    foot = _legend([f for f in FAMILIES if any(m.family == f for m in drawn.marks)], words, x, y + height, width)
    foot += _notes(notes, x, y + height + _LEGEND * _scale(width), width)
    if metadata:
        foot.append(f"<metadata>{html.escape(metadata)}</metadata>")
    whole = x, y, width, height + _LEGEND * _scale(width) + _LINE * len(_note_rows(notes, width)) * _scale(width)
    return _svg(parts + foot, ident, title, description, linked, standalone, whole)


def _scale(width: float) -> float:
    """How much larger the foot of a picture is drawn where the picture is wider than the canvas."""
    return max(1.0, width / WIDTH)


def _note_rows(notes: Sequence[str], width: float) -> list[str]:
    letters = round(width / _scale(width) / 6.4)
    # a long address is cut into lines: it has no place of its own to break at
    parts = [" ".join(_cut(word, letters) for word in clean(note, 3000).split()) for note in notes]
    return [row for part in parts for row in wrapped(part, letters, 20)]


def _cut(word: str, letters: int) -> str:
    return " ".join(word[i : i + letters] for i in range(0, len(word), letters))


def _notes(notes: Sequence[str], x: float, y: float, width: float) -> list[str]:
    scale = _scale(width)
    rows = [
        f'<tspan x="{figure(x + 22 * scale)}" y="{figure(y + (i + 0.7) * _LINE * scale)}">{html.escape(row)}</tspan>'
        for i, row in enumerate(_note_rows(notes, width))
    ]
    return (
        [f'<text class="notes" font-size="{figure(12 * scale)}" fill="currentColor">{"".join(rows)}</text>']
        if rows
        else []
    )


def _svg(parts: list[str], ident: str, title: str, description: str, linked: bool, standalone: bool, whole: Box) -> str:
    ident = escape(ident)
    view = " ".join(map(figure, whole))
    paper = ""
    if standalone:
        at = "".join(f' {name}="{figure(n)}"' for name, n in zip(("x", "y", "width", "height"), whole, strict=True))
        paper = f'<style>{role_css()}</style><rect class="p2p-paper"{at} fill="{PAPER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p2p-picture network-svg" viewBox="{view}" '
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
    return f'<g class="{line.kind}" opacity="{opacity}"><title>{escape(sentences.get(line.tie, ""))}</title>{body}</g>'


def _svg_junction(x: float, y: float, sentence: str) -> str:
    return (
        f'<g class="junction"><title>{escape(sentence)}</title>'
        f'<rect x="{figure(x - 3)}" y="{figure(y - 3)}" width="6" height="6" rx="1.2" fill="currentColor"/></g>'
    )


def _svg_mark(mark: Mark, href: Callable[[str], str | None] | None, words: Words, badge: str, chosen: bool) -> str:
    title = f"{mark.label} – {mark.role}: {words.ties(len(mark.ties))}"
    body = f"<title>{escape(title)}</title>{symbol(mark.family, mark.x, mark.y, mark.radius)}"
    if badge:
        x, y = mark.x + mark.radius + 1.5, mark.y - mark.radius + 1
        body += (
            f'<text class="badge halo" x="{figure(x)}" y="{figure(y)}" font-size="10" fill="currentColor" '
            f'stroke="{PAPER}" stroke-width="3" paint-order="stroke">{escape(badge)}</text>'
        )
    if chosen:
        ring = figure(mark.radius * 1.38 + 4)
        body += (
            f'<circle class="chosen" cx="{figure(mark.x)}" cy="{figure(mark.y)}" r="{ring}" stroke="currentColor" '
            'stroke-width="2.5"/>'
        )
    if mark.label_at:
        x, y, anchor = mark.label_at
        rows = "".join(
            f'<tspan x="{figure(x)}" y="{figure(y + i * _FONT * 1.1)}">{escape(row)}</tspan>'
            for i, row in enumerate(mark.rows)
        )
        tongue = f' lang="{escape(mark.language)}"' if mark.language else ""
        body += (
            f'<text class="halo"{tongue} font-size="{_FONT}" text-anchor="{anchor}" fill="currentColor" '
            f'stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">{rows}</text>'
        )
    address = href(mark.address) if href else None
    if address:
        return f'<a class="actor" href="{escape(address)}">{body}</a>'
    return f'<g class="actor">{body}</g>'


def _legend(families: list[str], words: Words, left: float, top: float, width: float) -> list[str]:
    """Symbols of the families that are there, and the lines; as wide as the picture."""
    if not families:
        return []
    parts = []
    column = (WIDTH - 40) / 5
    for number, family in enumerate(families):
        x, y = 30 + column * (number % 5), 18 + 22 * (number // 5)
        name = words.families[family][:1].upper() + words.families[family][1:]
        parts.append(
            f'{symbol(family, x, y, 7)}<text x="{figure(x + 13)}" y="{figure(y + 4.2)}" font-size="12" '
            f'fill="currentColor">{escape(name)}</text>'
        )
    for number, form in enumerate(FORMS):
        x, y = 22 + column * number, 18 + 22 * 2 + 8
        pattern = " ".join(map(figure, dashes(form, 1.8)))
        parts.append(
            f'<path d="M{figure(x)} {figure(y)}h30" stroke="currentColor" stroke-width="1.8"'
            f"{f' stroke-dasharray={chr(34)}{pattern}{chr(34)}' if pattern else ''} stroke-linecap="
            f'"{"round" if form == "unstated" else "butt"}"/><text x="{figure(x + 37)}" y="{figure(y + 4.2)}" '
            f'font-size="12" fill="currentColor">{escape(words.forms[form])}</text>'
        )
    scale = _scale(width)
    larger = f" scale({scale:.3f})" if scale > 1 else ""
    at = f"translate({figure(left)} {figure(top)}){larger}"
    return [f'<g class="legend" transform="{at}">{"".join(parts)}</g>']
