"""What there is to explore in the current release: the ground, where one can begin, what filters can ask for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from flask_babel import gettext as _

from p2p_graph.purged import Purged
from p2p_graph.reading.drawing import scene
from p2p_graph.reading.exploring import FACETS, Course, Explored, Ground, explore, grounded
from p2p_graph.reading.network import FAMILIES, Actor, Network, joined
from p2p_graph.reading.pattern import PatternTable
from p2p_graph.reading.placing import Point
from p2p_graph.vocab import PREFIXES
from webapp import pictures
from webapp.course import ALL, Known, State, address_of, path_of
from webapp.current_graph import graph, remembered, remembered_in_all_languages
from webapp.listing import CountryRow, countries
from webapp.naming import spoken_network
from webapp.withholding import purged

__all__ = [
    "SCHEME_OF",
    "explored",
    "ground",
    "kept",
    "known",
    "names_of_starts",
    "spoken_actors",
    "start_name",
    "value_label",
]

Made = TypeVar("Made")

#: facet → what its values are addresses under
SCHEME_OF: Final[Mapping[str, str]] = {
    **{name: name for name in ("country", "role", "form", "polarity", "function", "basis", "setting", "contributor")},
    "kind": "practice-kind",
    "evidence": "study-design",
    "source": "document",
}


def _countries() -> list[CountryRow]:
    return remembered("countries", lambda: list(countries(graph())))


def _networks() -> dict[str, Network]:
    return remembered_in_all_languages(
        "networks", lambda: {row.code: graph().network(country=row.code) for row in _countries()}
    )


def kept(name: Hashable, make: Callable[[], Made]) -> Made:
    """What was made once from this release, and from what of it is not withheld."""
    return remembered(("explorer", name, purged()), make)


def _kept_for_all(name: Hashable, make: Callable[[], Made]) -> Made:
    """The same for what holds no words, for the readers of all languages."""
    return remembered_in_all_languages(("explorer", name, purged()), make)


def ground() -> Ground:
    """All that can be explored, kept for as long as the release is; what was taken out for good is not there."""

    def make() -> Ground:
        # country by country, as no single answer may be larger than the limit of rows
        traits = [graph().run("tie-traits", country=code) for code in _networks()]
        return grounded(_without(joined(_networks().values()), purged()), traits)

    return _kept_for_all("ground", make)


def _without(network: Network, gone: Purged) -> Network:
    """A network without what is withheld: neither it nor any tie that it takes part in, or that belongs to it."""
    if not gone:
        return network
    actors = {
        a: actor for a, actor in network.actors.items() if a not in gone.addresses and actor.label not in gone.texts
    }
    ties = {
        t: tie
        for t, tie in network.ties.items()
        if not gone.addresses.intersection((t, *tie.practices)) and all(p in actors for p in tie.participants)
    }
    pairs = tuple((g, o) for g, o in network.affiliations if g in actors and o in actors)
    practices = {p: label for p, label in (network.practices or {}).items() if p not in gone.addresses}
    labels = {p: label for p, label in network.practice_labels.items() if p not in gone.addresses}
    return joined([Network(network.graph, actors, ties, pairs, practices, labels)])


def known() -> Known:
    """What an address may name."""

    def make() -> Known:
        found = {facet: frozenset(ground().choices(facet)) for facet in FACETS}
        found["role"] |= frozenset(FAMILIES)
        actors = frozenset(path_of(a) for a in ground().network.actors)
        return Known(actors, frozenset(path for path, _ in names_of_starts()), found)

    return kept("explorer", make)


def names_of_starts() -> list[tuple[str, str]]:
    """Countries, practices and patterns one can begin at, with their names."""

    def make() -> list[tuple[str, str]]:
        places = [(f"country/{row.code}", row.name) for row in _countries()]
        labels = {**(ground().network.practices or {}), **ground().network.practice_labels}
        practices = sorted(((path_of(a), label) for a, label in labels.items()), key=lambda named: named[1].casefold())
        return [*places, *practices, *((f"pattern/{q.name}", _(q.title)) for q in graph().library.patterns)]

    return kept("starts", make)


def start_name(path: str) -> str:
    """What a start or an actor is called."""
    if path == ALL:
        return _("All countries")
    actor = ground().network.actors.get(address_of(path))
    return actor.label if actor else kept("names-of-starts", lambda: dict(names_of_starts())).get(path, path)


def value_label(facet: str, value: str) -> str:
    """What a value of a facet is called."""
    scheme = SCHEME_OF[facet]
    return _("not stated") if facet == "form" and value == "unstated" else graph().label(f"{PREFIXES[scheme]}{value}")


def _first_ties(path: str) -> frozenset[str]:
    """The ties that a start which is no actor begins with."""

    def make() -> frozenset[str]:
        kind, _stroke, slug = path.partition("/")
        ties, traits = ground().network.ties, ground().traits
        if path == ALL:
            return frozenset(ties)
        if kind == "country":
            return frozenset(t for t in ties if slug in traits[t].get("country", ()))
        if kind == "practice":
            return frozenset(t for t, tie in ties.items() if address_of(path) in tie.practices)
        return _ties_of_pattern(slug)

    return _kept_for_all(("first-ties", path), make)


def _ties_of_pattern(name: str) -> frozenset[str]:
    """The ties that show a pattern; where a practice as a whole shows it, all of its ties."""
    table: PatternTable = remembered_in_all_languages("patterns", lambda: graph().patterns())
    row = next(row for row in table.rows if row.saved.name == name)
    showings = [s for cell in row.cells.values() for s in cell.showings]
    whole = {s.practice for s in showings if not s.tie}
    named = {s.tie for s in showings if s.tie}
    ties = ground().network.ties.items()
    return frozenset(a for a, tie in ties if a in named or whole.intersection(tie.practices))


def _base(path: str) -> Mapping[str, Point]:
    """Where those of the first ties stand: as on the page of their country, or laid out once and kept."""

    def make() -> Mapping[str, Point]:
        kind, _stroke, slug = path.partition("/")
        if kind == "country":
            laid = remembered(("scene", slug), lambda: pictures.laid_out(graph(), slug))
        else:
            laid = scene(explore(ground(), Course(ties=_first_ties(path))).network, bare=True)
        return {mark.address: (mark.x, mark.y) for mark in laid.marks}

    return _kept_for_all(("base", path), make)


def explored(state: State, filtered: bool = True) -> Explored:
    """What a state shows, in the reader's language; without its filters if they are not wanted."""
    found = _explored(state, filtered)
    return replace(found, network=_spoken(found.network))


def spoken_actors(addresses: Iterable[str]) -> dict[str, Actor]:
    """Some actors as they are called in the reader's language."""
    network = ground().network
    return dict(_spoken(replace(network, actors={a: network.actors[a] for a in addresses}, ties={})).actors)


def _spoken(network: Network) -> Network:
    told, gone = spoken_network(graph(), network), purged()
    # a name that was taken out for good comes back in no language
    actors = {a: network.actors[a] if actor.label in gone.texts else actor for a, actor in told.actors.items()}
    return replace(told, actors=actors)


def _explored(state: State, filtered: bool) -> Explored:
    opened = tuple((address_of(path), family) for path, family in state.opened)
    filters = state.filters if filtered else type(state.filters)()
    if state.at in known().actors:
        goal = address_of(state.to) if state.to else ""
        course = Course(address_of(state.at), goal, depth=state.depth, opened=opened)
        return explore(ground(), course, filters)
    if not state.at:
        return explore(ground(), Course())
    course = Course(ties=_first_ties(state.at), opened=opened)
    found = explore(ground(), course, filters, _base(state.at))
    kind, _stroke, code = state.at.partition("/")
    if kind != "country":
        return found
    # only of a country one can say how many of its practices the picture cannot show
    return replace(found, network=replace(found.network, practices=_networks()[code].practices))
