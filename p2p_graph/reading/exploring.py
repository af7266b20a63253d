"""A network explored step by step: around an actor, out of some ties, along the shortest ways; under filters. No I/O.

What is gathered without filters decides where everybody stands, so that a filter hides and moves nothing. A tie is
shown whole or not at all: whoever opens an actor sees all who take part in its ties.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import networkx as nx
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading.network import FAMILIES, Actor, Network, Tie, joined
from p2p_graph.reading.placing import Point, columns, crowd, joining

__all__ = [
    "FACETS",
    "MEASURES",
    "MOST_BETWEEN",
    "NO_FILTERS",
    "Course",
    "Explored",
    "Filters",
    "Ground",
    "Growth",
    "Meeting",
    "Ways",
    "explore",
    "grounded",
    "meeting",
    "narrowed",
    "sizes",
]

#: by what ties can be chosen; all but `role` are about the tie, its practice or what it rests on
FACETS: Final = (
    *("country", "role", "form", "polarity", "function", "basis", "kind", "setting", "evidence"),
    *("source", "contributor"),
)
#: what the size of a symbol can stand for
MEASURES: Final = ("ties", "practices", "actors", "between")
#: with more actors than this, betweenness is not computed while somebody waits
MOST_BETWEEN: Final = 300
#: with more actors than this on shortest ways, one of the ways is shown
_MOST_ON_WAYS: Final = 60
#: with more actors than this they stand close together, without labels
_CROWD: Final = 480


@dataclass(frozen=True, slots=True)
class Ground:
    """All there is to explore: the network of all countries, and by what its ties can be chosen.

    `traits` holds for each tie the values of each facet but `role`, as last parts of their addresses.
    """

    network: Network
    traits: Mapping[str, Mapping[str, frozenset[str]]]
    ties_of: Mapping[str, tuple[Tie, ...]]
    #: group → its organisations, organisation → its groups
    members: Mapping[str, tuple[str, ...]]

    def choices(self, facet: str) -> dict[str, int]:
        """The values of a facet with the number of ties (of `role`: of actors) that have them, most first."""
        if facet == "role":
            counts = Counter(actor.role for actor in self.network.actors.values())
        else:
            counts = Counter(value for found in self.traits.values() for value in found.get(facet, ()))
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def grounded(network: Network, traits: Iterable[Table] = ()) -> Ground:
    """A network to be explored, with the answers of `tie-traits` of its countries.

    >>> grounded(joined([])).choices("form")
    {}
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for table in traits:
        for row in table.records():
            of, trait, value = row["tie"], row["trait"], row["value"]
            if isinstance(of, NamedNode) and isinstance(trait, Literal) and isinstance(value, NamedNode):
                found[of.value][trait.value].add(value.value.rsplit("/", 1)[-1])
    for address, tie in network.ties.items():
        found[address]["form"].add(tie.form)
        found[address]["polarity"].add(tie.polarity)
    return _ground(
        network, {of: {name: frozenset(values) for name, values in those.items()} for of, those in found.items()}
    )


def _ground(network: Network, traits: Mapping[str, Mapping[str, frozenset[str]]]) -> Ground:
    ties_of: dict[str, list[Tie]] = defaultdict(list)
    for tie in network.ties.values():
        for participant in tie.participants:
            ties_of[participant].append(tie)
    members: dict[str, list[str]] = defaultdict(list)
    for group, organisation in network.affiliations:
        members[group].append(organisation)
        members[organisation].append(group)
    return Ground(
        network,
        traits,
        {actor: tuple(ties) for actor, ties in ties_of.items()},
        {actor: tuple(others) for actor, others in members.items()},
    )


# filters


@dataclass(frozen=True, slots=True)
class Filters:
    """What is shown of what is there: for each facet the values wanted (one of them is enough), and years.

    A tie is there in some years if it may have been: one with a first year from then on, one with a last year until
    then. Ties without any year are left out where years are asked for, unless `undated`.
    """

    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    since: int | None = None
    until: int | None = None
    undated: bool = False

    def __bool__(self) -> bool:
        return any(self.wanted.values()) or self.since is not None or self.until is not None


NO_FILTERS: Final = Filters()


def narrowed(ground: Ground, filters: Filters) -> Ground:
    """What the filters leave of a ground. A tie stays if at least two of its participants have a wanted role.

    >>> ground = grounded(joined([]))
    >>> narrowed(ground, NO_FILTERS) is ground
    True
    """
    if not filters:
        return ground
    whole = ground.network
    roles = set(filters.wanted.get("role", ()))
    kept = {a: actor for a, actor in whole.actors.items() if not roles or {actor.family, actor.role} & roles}
    facets = {name: set(values) for name, values in filters.wanted.items() if values and name != "role"}
    ties = {
        tie.address: tie
        for tie in (tie.among(kept) for tie in whole.ties.values())
        if len(tie.participants) > 1 and _has(ground.traits.get(tie.address, {}), facets) and _is_in_years(tie, filters)
    }
    taking_part = {p for tie in ties.values() for p in tie.participants}
    pairs = tuple((g, o) for g, o in whole.affiliations if g in taking_part and o in kept)
    actors = {a: kept[a] for a in taking_part | {organisation for _, organisation in pairs}}
    return _ground(_of(whole, actors, ties, pairs), ground.traits)


def _has(traits: Mapping[str, frozenset[str]], facets: Mapping[str, set[str]]) -> bool:
    return all(not values.isdisjoint(traits.get(name, ())) for name, values in facets.items())


def _is_in_years(tie: Tie, filters: Filters) -> bool:
    if filters.since is None and filters.until is None:
        return True
    if tie.start is None and tie.end is None:
        return filters.undated
    begins = filters.until is None or tie.start is None or tie.start <= filters.until
    return begins and (filters.since is None or tie.end is None or tie.end >= filters.since)


def _of(
    whole: Network, actors: Mapping[str, Actor], ties: Mapping[str, Tie], pairs: tuple[tuple[str, str], ...]
) -> Network:
    return joined([Network(whole.graph, actors, ties, pairs, None, whole.practice_labels)])


# steps


@dataclass(frozen=True, slots=True)
class Course:
    """Where one begins, and what was opened since, in its order.

    One begins at an actor (`centre`), with those one or two steps away (`depth`) or those on the shortest ways to
    another one (`goal`); or without a centre at some `ties`. `opened` are actors whose ties are shown too, each with
    a role family if only ties with that family are.
    """

    centre: str = ""
    goal: str = ""
    ties: frozenset[str] = frozenset()
    depth: int = 1
    opened: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Growth:
    """What opening an actor would add: ties, and actors by role family in the fixed order of families."""

    ties: int
    actors: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many actors would come."""
        return sum(number for _, number in self.actors)


@dataclass(frozen=True, slots=True)
class Ways:
    """The shortest ways from one actor to another: their length in steps, their number, and who stands on them.

    A step is a tie, or belonging to an organisation. `layers` holds who is so many steps from the first. There is no
    way where `length` is None. Where there are very many ways, one is shown and `number` still counts all.
    """

    length: int | None
    number: int
    layers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Explored:
    """What is shown: its network, where everybody stands, what opening each would add, and the ways if asked for."""

    network: Network
    places: Mapping[str, Point]
    growth: Mapping[str, Growth]
    ways: Ways | None = None


def explore(
    ground: Ground, course: Course, filters: Filters = NO_FILTERS, base: Mapping[str, Point] | None = None
) -> Explored:
    """What a course shows under filters. `base` says where those of the first ties stand, if that is known.

    The same course always gives the same places, and a longer one leaves the places of a shorter one as they are.

    >>> explore(grounded(joined([])), Course()).network.ties
    mappingproxy({})
    """
    left = narrowed(ground, filters)
    shown = _gathered(left, course)
    whole = _gathered(ground, course) if left is not ground and not course.goal else shown
    places = _placed(ground.network.actors, whole, base)
    network = _of(
        left.network,
        {a: left.network.actors[a] for a in shown.actors},
        {t: left.network.ties[t] for t in left.network.ties if t in shown.ties},
        tuple((g, o) for g, o in left.network.affiliations if g in shown.actors and o in shown.actors),
    )
    return Explored(network, {a: places[a] for a in network.actors}, _growth(left, shown), shown.ways)


@dataclass(slots=True)
class _Gathered:
    """Who came, in which steps (who led there, who came), and by which ties."""

    steps: list[tuple[str | None, list[str]]] = field(default_factory=list)
    actors: set[str] = field(default_factory=set)
    ties: set[str] = field(default_factory=set)
    ways: Ways | None = None

    def add(self, leader: str | None, actors: Iterable[str]) -> list[str]:
        """Those who were not there yet come in a step of their own."""
        came = sorted(set(actors) - self.actors)
        if came:
            self.steps.append((leader, came))
            self.actors.update(came)
        return came


def _gathered(ground: Ground, course: Course) -> _Gathered:
    found = _Gathered()
    actors = ground.network.actors
    if course.goal:
        _walk(ground, course, found)
    elif course.centre:
        if course.centre in actors:
            found.add(None, [course.centre])
            nearest = _open(ground, found, course.centre, "")
            for actor in nearest if course.depth > 1 else ():
                _open(ground, found, actor, "")
    else:
        ties = [tie for address, tie in ground.network.ties.items() if address in course.ties]
        groups = {p for tie in ties for p in tie.participants}
        found.ties.update(tie.address for tie in ties)
        found.add(None, groups | {o for g, o in ground.network.affiliations if g in groups})
    for actor, family in course.opened:
        if actor in found.actors:
            _open(ground, found, actor, family)
    if course.centre and not course.goal:
        # who was met may also be tied among each other
        met = found.actors
        found.ties.update(t.address for a in met for t in ground.ties_of.get(a, ()) if met.issuperset(t.participants))
    return found


def _open(ground: Ground, found: _Gathered, actor: str, family: str) -> list[str]:
    """Shows the ties of an actor with all who take part in them, and what it belongs to; of one family if named."""
    actors = ground.network.actors
    came: list[str] = []
    for tie in ground.ties_of.get(actor, ()):
        others = [p for p in tie.participants if p != actor]
        if not family or any(actors[p].family == family for p in others):
            found.ties.add(tie.address)
            came += others
    came += [o for o in ground.members.get(actor, ()) if not family or actors[o].family == family]
    return found.add(actor, came)


def _growth(ground: Ground, shown: _Gathered) -> dict[str, Growth]:
    actors = ground.network.actors
    found: dict[str, Growth] = {}
    for actor in shown.actors:
        hidden = [tie for tie in ground.ties_of.get(actor, ()) if tie.address not in shown.ties]
        others = {p for tie in hidden for p in tie.participants} | set(ground.members.get(actor, ()))
        counts = Counter(actors[p].family for p in others - shown.actors)
        if hidden or counts:
            found[actor] = Growth(len(hidden), tuple((f, counts[f]) for f in FAMILIES if counts[f]))
    return found


def _placed(actors: Mapping[str, Actor], gathered: _Gathered, base: Mapping[str, Point] | None) -> Mapping[str, Point]:
    if base is None and len(gathered.actors) > _CROWD:
        # whoever is met together stands together
        order = [a for _, came in gathered.steps for a in came]
        return crowd({a: actors[a].family for a in order})
    places: dict[str, Point] = {}
    for number, (leader, came) in enumerate(gathered.steps):
        if not number and gathered.ways and gathered.ways.layers:
            places = columns(gathered.ways.layers)
        elif not number and base is not None and not leader:
            places = {a: base[a] for a in came if a in base}
        places = joining(places, [(a, actors[a].family) for a in came], leader)
    return places


# ways


def _walk(ground: Ground, course: Course, found: _Gathered) -> None:
    """Gathers who stands on the shortest ways, and at the tables along them."""
    start, goal = course.centre, course.goal
    if start not in ground.network.actors or goal not in ground.network.actors:
        found.ways = Ways(None, 0, ())
        found.add(None, [a for a in (start, goal) if a in ground.network.actors])
        return
    there, back = _distances(ground, start), _distances(ground, goal)
    if goal not in there:
        found.ways = Ways(None, 0, ())
        found.add(None, [start])
        found.add(start, [goal])
        return
    length = there[goal]
    layers = [[a for a in there if there[a] == n and back.get(a) == length - n] for n in range(length + 1)]
    number = _count(ground, layers)
    if sum(map(len, layers)) > _MOST_ON_WAYS:
        layers = [[a] for a in _one_way(ground, layers)]
    layers = [sorted(layer) for layer in layers]
    found.ways = Ways(length, number, tuple(map(tuple, layers)))
    found.add(None, [a for layer in layers for a in layer])
    for one, other in pairwise(layers):
        nearer, farther = set(one), set(other)
        for actor in one:
            for tie in ground.ties_of.get(actor, ()):
                if farther.intersection(tie.participants) and nearer.intersection(tie.participants):
                    found.ties.add(tie.address)
                    found.add(actor, tie.participants)


def _steps(ground: Ground, actor: str) -> Iterator[str]:
    for tie in ground.ties_of.get(actor, ()):
        yield from tie.participants
    yield from ground.members.get(actor, ())


def _distances(ground: Ground, start: str) -> dict[str, int]:
    """How many steps everybody is away who can be reached, nearest first."""
    found = {start: 0}
    waiting = deque([start])
    while waiting:
        actor = waiting.popleft()
        for other in sorted(set(_steps(ground, actor))):
            if other not in found:
                found[other] = found[actor] + 1
                waiting.append(other)
    return found


def _count(ground: Ground, layers: Sequence[Sequence[str]]) -> int:
    """How many shortest ways lead through the layers; several ties between the same two are one step."""
    ways = dict.fromkeys(layers[0], 1)
    for layer in layers[1:]:
        ways = {actor: sum(ways.get(other, 0) for other in set(_steps(ground, actor))) for actor in layer}
    return sum(ways.values())


def _one_way(ground: Ground, layers: Sequence[Sequence[str]]) -> list[str]:
    """The first of the ways."""
    way = [layers[-1][0]]
    for layer in reversed(layers[:-1]):
        beside = set(_steps(ground, way[-1]))
        way.append(min(actor for actor in layer if actor in beside))
    return way[::-1]


# numbers


def sizes(network: Network, measure: str) -> dict[str, float]:
    """What the size of each symbol stands for: ties, practices, other actors, or betweenness from 0 to 25.

    Betweenness is the share of shortest ways between two others that lead over an actor (Freeman 1977), in the
    network that is shown; 25 stands for the largest of all.

    >>> sizes(joined([]), "between")
    {}
    """
    if measure == "between":
        graph: nx.Graph[str] = nx.Graph(network.graph)
        found = nx.betweenness_centrality(graph)
        largest = max(found.values(), default=0.0) or 1.0
        return {actor: 25 * value / largest for actor, value in found.items()}
    met: dict[str, set[str]] = {actor: set() for actor in network.actors}
    for tie in network.ties.values():
        told = {"ties": (tie.address,), "practices": tie.practices, "actors": tie.participants}[measure]
        for participant in tie.participants:
            met[participant].update(told)
    if measure == "actors":
        return {actor: float(len(others - {actor})) for actor, others in met.items()}
    return {actor: float(len(those)) for actor, those in met.items()}


@dataclass(frozen=True, slots=True)
class Meeting:
    """How many actors of a family have a tie that is no opposition with another family, and in which practices."""

    one: str
    other: str
    actors: int
    joined: int
    practices: tuple[str, ...]


def meeting(network: Network, one: str = "peers", other: str = "police") -> Meeting:
    """How many actors of one family work with another, and through which practices.

    >>> meeting(joined([])).actors
    0
    """
    family = {address: actor.family for address, actor in network.actors.items()}
    ties = [t for t in network.ties.values() if not t.is_against and other in {family[p] for p in t.participants}]
    found = {p for tie in ties for p in tie.participants if family[p] == one}
    practices = {p for tie in ties if any(family[a] == one for a in tie.participants) for p in tie.practices}
    return Meeting(one, other, sum(1 for f in family.values() if f == one), len(found), tuple(sorted(practices)))
