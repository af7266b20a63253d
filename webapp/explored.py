"""What the explorer shows, as its templates and scripts take it: picture, table, cards, filters, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from p2p_graph.reading.drawing import Scene, scene, scene_svg
from p2p_graph.reading.exploring import FACETS, MEASURES, MOST_BETWEEN, Explored, Growth, meeting, sizes
from p2p_graph.reading.network import FAMILIES, Network, Tie, mixing
from p2p_graph.reading.sentences import ENGLISH, coverage_sentence
from p2p_graph.reading.style import INK, NIGHT, NIGHT_INK, PAPER, role_data
from p2p_graph.text import words
from webapp import pictures
from webapp.addresses import page_of
from webapp.course import State, address_of, path_of
from webapp.current_graph import graph
from webapp.describing import Source, TieLine, tell
from webapp.terrain import explored, ground, known, names_of_starts, start_name, value_label

__all__ = [
    "FACET_TITLES",
    "MEASURE_TITLES",
    "MOST_BETWEEN",
    "MOST_DRAWN",
    "ROWS",
    "ActorLine",
    "Card",
    "Facet",
    "Found",
    "Option",
    "card",
    "drawn",
    "empty_reason",
    "facets",
    "filter_words",
    "found",
    "lines",
    "picture",
    "scene_data",
    "sentence",
    "still",
    "title",
]

#: with more actors than this the browser draws the picture by itself (WebGL)
MOST_DRAWN: Final = 400
#: rows of the table on a page
ROWS: Final = 200
#: ties on a card; the page of the actor has all
_MOST_TIES: Final = 40
_MOST_FOUND: Final = 30

FACET_TITLES: Final[Mapping[str, str]] = {
    "country": "Country",
    "role": "Role",
    "form": "Form",
    "polarity": "Stance",
    "function": "What passes along",
    "basis": "What it rests on",
    "kind": "Kind of practice",
    "setting": "Setting",
    "evidence": "Evidence",
    "source": "Source",
    "contributor": "Contributor",
}
MEASURE_TITLES: Final[Mapping[str, str]] = {
    "ties": "ties",
    "practices": "practices",
    "actors": "other actors",
    "between": "standing between others",
}


# the picture


def drawn(shown: Explored, size: str, bare: bool = False) -> Scene:
    """What is shown, laid out; betweenness of very many is not computed, so that they are sized by their ties."""
    measure = MEASURES[0] if size == "between" and len(shown.network.actors) > MOST_BETWEEN else size
    weights = sizes(shown.network, measure)
    return scene(shown.network, places=shown.places, weights=weights, bare=bare)


def picture(laid: Scene, shown: Explored, state: State) -> Markup:
    """The picture as SVG; each actor leads to its card."""
    badges = {actor: f"+{growth.total or growth.ties}" for actor, growth in shown.growth.items()}

    def href(address: str) -> str:
        return f"/explore?{state.address(card=path_of(address))}"

    chosen = address_of(state.card) if state.card else ""
    # the drawing side escapes every label it writes
    return Markup(
        scene_svg(laid, title(state), sentence(shown, state), ident="explored", href=href, badges=badges, chosen=chosen)
    )


def still(laid: Scene, shown: Explored, state: State) -> Markup:
    """The picture as SVG that leads nowhere, for where one only looks."""
    return Markup(scene_svg(laid, title(state), sentence(shown, state), ident="explored"))


def scene_data(laid: Scene, shown: Explored) -> dict[str, Any]:
    """The same picture as plain data for the scripts: who is where, and which lines are between them by number."""
    places = {mark.address: number for number, mark in enumerate(laid.marks)}
    places |= {tie: len(laid.marks) + number for number, tie in enumerate(laid.junctions)}
    return {
        "box": laid.box,
        "actors": [
            [path_of(m.address), m.label[:200], m.family, m.x, m.y, m.radius, len(m.ties), _more(shown, m.address)]
            for m in laid.marks
        ],
        "tables": [[x, y] for x, y in laid.junctions.values()],
        "lines": [
            [
                places[line.start],
                places[line.end],
                line.kind,
                line.form,
                int(line.against),
                int(line.arrow),
                int(line.faint),
            ]
            for line in laid.lines
        ],
        "roles": role_data(),
        "page": {"day": [PAPER, INK], "night": [NIGHT, NIGHT_INK]},
    }


def _more(shown: Explored, actor: str) -> int:
    growth = shown.growth.get(actor)
    return (growth.total or growth.ties) if growth else 0


# words


def title(state: State) -> str:
    """What is shown, in a few words."""
    if state.to:
        return f"From {start_name(state.at)} to {start_name(state.to)}"
    return start_name(state.at)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _counted(families: Iterable[tuple[str, int]]) -> str:
    """How many of which family, such as "peers 3, police 2"."""
    return ", ".join(f"{ENGLISH.families[family]} {n}" for family, n in families)


def sentence(shown: Explored, state: State) -> str:
    """The picture in words: what is shown, who works with police, what it rests on."""
    network = shown.network
    if not network.ties:
        return empty_reason(shown, state)
    actors = "1 actor" if len(network.actors) == 1 else f"{len(network.actors):,} actors"
    parts = [f"{actors}, joined by {ENGLISH.ties(len(network.ties))}."]
    if state.to:
        parts.insert(0, _way_sentence(shown))
    elif state.at in known().actors:
        parts.append(_around(network, address_of(state.at)))
    else:
        parts.append(_meeting_sentence(network))
    parts.append(coverage_sentence(mixing(network)))
    return " ".join(part for part in parts if part)


def _way_sentence(shown: Explored) -> str:
    ways = shown.ways
    if ways is None or ways.length is None:
        return "No way of ties leads from one to the other."
    steps = "1 step" if ways.length == 1 else f"{ways.length} steps"
    number = "one way" if ways.number == 1 else f"{ways.number:,} ways"
    return f"The shortest way has {steps}; there {'is' if ways.number == 1 else 'are'} {number} of that length."


def _around(network: Network, centre: str) -> str:
    ties = network.ties_of(centre)
    others = {p for tie in ties for p in tie.participants} - {centre}
    counts = Counter(network.actors[p].family for p in others)
    told = _counted((f, counts[f]) for f in FAMILIES if counts[f])
    return f"{network.actors[centre].label} has {ENGLISH.ties(len(ties))}, with {told}." if ties else ""


def _meeting_sentence(network: Network) -> str:
    found = meeting(network)
    if not found.actors:
        return ""
    who = f"{found.joined} of {found.actors} actors among {ENGLISH.families[found.one]}"
    if not found.joined:
        among = f"None of the {found.actors} actors" if found.actors > 1 else "The one actor"
        recorded = "a" if found.actors > 1 else "no"
        return f"{among} among peers has {recorded} recorded tie with police."
    through = ""
    if len(found.practices) == 1:
        label = network.practice_labels.get(found.practices[0], "")
        through = f", all through {label}" if label else ""
    elif found.practices:
        through = f", in {ENGLISH.practices(len(found.practices))}"
    return f"{who} {'work' if found.joined != 1 else 'works'} with {ENGLISH.families[found.other]}{through}."


def empty_reason(shown: Explored, state: State) -> str:
    """Why nothing is shown, and what to do."""
    if not state.at:
        return "Choose where to begin."
    if state.to and shown.ways and shown.ways.length is None:
        told = "No way of ties leads from one to the other"
        return f"{told} under these filters." if state.filters else f"{told}: they stand in separate parts."
    without = explored(state, filtered=False).network
    if state.filters and without.ties:
        number = ENGLISH.ties(len(without.ties))
        return f"The filters leave none of {number}: {filter_words(state)}. Take one of them away."
    return f"{start_name(state.at)}: no tie is recorded here yet, so there is no network to draw."


def filter_words(state: State) -> str:
    """The filters in words; nothing if there are none.

    >>> filter_words(State())
    ''
    """
    filters = state.filters
    parts = [
        f"{FACET_TITLES[facet].lower()}: {' or '.join(_label(facet, v) for v in filters.wanted[facet])}"
        for facet in FACETS
        if filters.wanted.get(facet)
    ]
    if filters.since is not None or filters.until is not None:
        years = f"{filters.since or '…'}–{filters.until or '…'}"
        parts.append(f"years: {years}{', and ties of unknown year' if filters.undated else ''}")
    return "; ".join(parts)


def _label(facet: str, value: str) -> str:
    return ENGLISH.families[value] if facet == "role" and value in FAMILIES else value_label(facet, value)


# filters


@dataclass(frozen=True, slots=True)
class Option:
    """A value that can be chosen, and of how many ties (for roles: actors) of the picture it is true."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """By what the picture can be filtered."""

    name: str
    title: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> str:
        """What is chosen, in words."""
        return ", ".join(option.label for option in self.options if option.is_chosen)


def facets(state: State, shown: Explored) -> tuple[Facet, ...]:
    """The filters that say something here: what is true of some ties of the picture, before any filter."""
    network = (explored(state, filtered=False) if state.filters else shown).network
    traits = ground().traits
    made = []
    for name in FACETS:
        if name == "role":
            counts = Counter(actor.family for actor in network.actors.values())
            counts.update(actor.role for actor in network.actors.values() if actor.role not in FAMILIES)
        else:
            counts = Counter(value for tie in network.ties for value in traits[tie].get(name, ()))
        chosen = state.filters.wanted.get(name, ())
        values = [*counts, *(value for value in chosen if value not in counts)]
        if len(values) > 1 or chosen:
            options = [Option(v, _capital(_label(name, v)), counts[v], v in chosen) for v in values]
            ordered = sorted(options, key=lambda o: (_place(name, o.value), -o.count, o.label))
            made.append(Facet(name, FACET_TITLES[name], tuple(ordered)))
    return tuple(made)


def _place(facet: str, value: str) -> int:
    """Families first, in their order; all others by their number."""
    return FAMILIES.index(value) if facet == "role" and value in FAMILIES else len(FAMILIES)


# the table and the cards


@dataclass(frozen=True, slots=True)
class ActorLine:
    """One actor in the equal table: its card, its ties with whom, and what opening it would add."""

    path: str
    label: str
    role: str
    symbol: Markup
    ties: int
    others: str
    href: str
    more: str
    more_href: str


def lines(shown: Explored, state: State, page: int) -> tuple[ActorLine, ...]:
    """A page of the table of who is shown, those with most ties first."""
    network = shown.network
    ties_of: dict[str, list[Tie]] = {actor: [] for actor in network.actors}
    for tie in network.ties.values():
        for participant in tie.participants:
            ties_of[participant].append(tie)
    ranked = sorted(network.actors.values(), key=lambda a: (-len(ties_of[a.address]), a.label, a.address))
    symbols = {role.family: role.svg for role in pictures.legend()}
    made = []
    for actor in ranked[(page - 1) * ROWS : page * ROWS]:
        path = path_of(actor.address)
        others = sorted({network.actors[p].label for tie in ties_of[actor.address] for p in tie.participants})
        told = "; ".join(label for label in others if label != actor.label)
        growth = shown.growth.get(actor.address)
        made.append(
            ActorLine(
                path,
                actor.label,
                actor.role_label,
                symbols[actor.family],
                len(ties_of[actor.address]),
                told,
                f"/explore?{state.address(card=path)}",
                _growth_words(growth) if growth else "",
                f"/explore?{state.opening(path)}",
            )
        )
    return tuple(made)


def _growth_words(growth: Growth) -> str:
    actors = f" with {_counted(growth.actors)}" if growth.actors else ""
    ties = f"{growth.ties} more {'tie' if growth.ties == 1 else 'ties'}" if growth.ties else "belongs to more"
    return f"{ties}{actors}"


@dataclass(frozen=True, slots=True)
class Card:
    """An actor: what it is, its ties as sentences with their sources, and where one can go from here."""

    path: str
    label: str
    role: str
    symbol: Markup
    href: str
    ties: tuple[TieLine, ...]
    left_out: int
    sources: tuple[Source, ...]
    more: str
    openings: tuple[tuple[str, str], ...]
    is_opened: bool
    steps: tuple[tuple[str, str], ...]


def card(shown: Explored, state: State) -> Card | None:
    """The card that a state has open; None if its actor is not shown."""
    address = address_of(state.card) if state.card else ""
    actor = shown.network.actors.get(address)
    if actor is None:
        return None
    ties = [tie.address for tie in shown.network.ties_of(address)]
    told = tell(graph(), ties[:_MOST_TIES])
    growth = shown.growth.get(address)
    symbols = {role.family: role.svg for role in pictures.legend()}
    return Card(
        state.card,
        actor.label,
        actor.role_label,
        symbols[actor.family],
        page_of(address) or "",
        tuple(told.ties.values()),
        max(0, len(ties) - _MOST_TIES),
        told.sources,
        _growth_words(growth) if growth else "",
        _openings(growth, state) if growth else (),
        any(path == state.card for path, _ in state.opened),
        _card_steps(state),
    )


def _openings(growth: Growth, state: State) -> tuple[tuple[str, str], ...]:
    """All that opening would add, and then by kind if there is more than one."""
    everything = f"Show its {_growth_words(growth)}"
    made = [(everything, f"/explore?{state.opening(state.card)}")]
    if len(growth.actors) > 1:
        made += [
            (f"Only with {ENGLISH.families[family]} ({n})", f"/explore?{state.opening(state.card, family)}")
            for family, n in growth.actors
        ]
    return tuple(made)


def _card_steps(state: State) -> tuple[tuple[str, str], ...]:
    """Where one can go from a card."""
    steps = []
    if state.card != state.at:
        begin = State(state.card, filters=state.filters, size=state.size, card=state.card)
        steps.append(("Begin here", f"/explore?{begin.address()}"))
    if state.at in known().actors and state.card not in (state.at, state.to):
        way = State(state.at, state.card, filters=state.filters, size=state.size, card=state.card)
        steps.append((f"Shortest way from {start_name(state.at)}", f"/explore?{way.address()}"))
    if any(path == state.card for path, _ in state.opened):
        steps.append(("Close its ties again", f"/explore?{state.closing(state.card)}"))
    return tuple(steps)


# where to begin


@dataclass(frozen=True, slots=True)
class Found:
    """Something one can begin at: what it is, and what leads there from an actor that is shown."""

    kind: str
    name: str
    href: str
    way_href: str = ""


def found(state: State) -> tuple[Found, ...]:
    """What the text of a state finds to begin at: practices, organisations, countries, groups and patterns."""
    if not state.text:
        return ()
    paths = [path_of(hit.address) for hit in graph().search(state.text, limit=100)]
    wanted = [word.folded for word in words(state.text)]
    starts, actors = known().starts, known().actors
    named = [path for path, name in names_of_starts() if path.startswith("pattern/") and _fits(name, wanted)]
    groups = sorted((a.label, path_of(a.address)) for a in ground().network.actors.values() if _fits(a.label, wanted))
    every = dict.fromkeys([*paths, *named, *(path for _, path in groups)])
    offered = [path for path in every if path in starts or path in actors][:_MOST_FOUND]
    is_actor = state.at in actors
    return tuple(
        Found(
            path.partition("/")[0],
            start_name(path),
            f"/explore?{State(path, filters=state.filters, size=state.size).address()}",
            f"/explore?{State(state.at, path, filters=state.filters, size=state.size).address()}"
            if is_actor and path in actors and path != state.at
            else "",
        )
        for path in offered
    )


def _fits(text: str, wanted: list[str]) -> bool:
    """Whether each wanted word begins a word of a text."""
    there = [word.folded for word in words(text)]
    return bool(wanted) and all(any(word.startswith(one) for word in there) for one in wanted)
