"""What the explorer shows, as its templates and scripts take it: picture, table, cards, filters, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from markupsafe import Markup

from p2p_graph.reading.drawing import Scene, scene, scene_svg
from p2p_graph.reading.exploring import FACETS, MEASURES, MOST_BETWEEN, Explored, Growth, meeting, sizes
from p2p_graph.reading.network import FAMILIES, Network, Tie, mixing
from p2p_graph.reading.sentences import coverage_sentence
from p2p_graph.reading.style import INK, NIGHT, NIGHT_INK, PAPER, role_data
from p2p_graph.text import words
from webapp import pictures
from webapp.addresses import page_of
from webapp.course import State, address_of, path_of
from webapp.current_graph import graph
from webapp.describing import Source, TieLine, tell
from webapp.languages import N_, NN_, apart, at, how_many, number, within
from webapp.naming import common_language, partners
from webapp.speaking import capital, counting, families, words as words_of_pictures
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
    "country": N_("Country"),
    "role": N_("Role"),
    "form": N_("Form"),
    "polarity": N_("Stance"),
    "function": N_("What passes along"),
    "basis": N_("What it rests on"),
    "kind": N_("Kind of practice"),
    "setting": N_("Setting"),
    "evidence": N_("Evidence"),
    "source": N_("Source"),
    "contributor": N_("Contributor"),
}
MEASURE_TITLES: Final[Mapping[str, str]] = {
    "ties": N_("ties"),
    "practices": N_("practices"),
    "actors": N_("other actors"),
    "between": N_("standing between others"),
}


#: what one can begin at
_KINDS: Final[Mapping[str, str]] = {
    "country": N_("country"),
    "group": N_("group"),
    "organisation": N_("organisation"),
    "pattern": N_("pattern"),
    "practice": N_("practice"),
}
_STEPS: Final = NN_("The shortest way has %(count)s step.", "The shortest way has %(count)s steps.")
_WAYS: Final = NN_("There is %(count)s way of that length.", "There are %(count)s ways of that length.")
_MORE_TIES: Final = NN_("%(count)s more tie", "%(count)s more ties")
_NONE_WITH_POLICE: Final = NN_(
    "The one actor among peers has no recorded tie with police.",
    "None of the %(count)s actors among peers has a recorded tie with police.",
)
_WITH_POLICE: Final = NN_(
    "%(count)s of %(all)s actors among peers works with police.",
    "%(count)s of %(all)s actors among peers work with police.",
)
_IN_PRACTICES: Final = NN_("This is in %(count)s practice.", "This is in %(count)s practices.")
_LEFT_NONE: Final = NN_(
    "The filters leave none of %(count)s tie: %(filters)s. Take one of them away.",
    "The filters leave none of %(count)s ties: %(filters)s. Take one of them away.",
)


# the picture


def drawn(shown: Explored, size: str, bare: bool = False) -> Scene:
    """What is shown, laid out; betweenness of very many is not computed, so that they are sized by their ties."""
    measure = MEASURES[0] if size == "between" and len(shown.network.actors) > MOST_BETWEEN else size
    weights = sizes(shown.network, measure)
    return scene(shown.network, places=shown.places, weights=weights, bare=bare, words=words_of_pictures())


def picture(laid: Scene, shown: Explored, state: State) -> Markup:
    """The picture as SVG; each actor leads to its card."""
    badges = {actor: f"+{growth.total or growth.ties}" for actor, growth in shown.growth.items()}

    def href(address: str) -> str:
        return at(f"/explore?{state.address(card=path_of(address))}")

    chosen = address_of(state.card) if state.card else ""
    # the drawing side escapes every label it writes
    return Markup(
        scene_svg(
            laid,
            title(state),
            sentence(shown, state),
            ident="explored",
            href=href,
            badges=badges,
            chosen=chosen,
            words=words_of_pictures(),
        )
    )


def still(laid: Scene, shown: Explored, state: State) -> Markup:
    """The picture as SVG that leads nowhere, for where one only looks."""
    return Markup(scene_svg(laid, title(state), sentence(shown, state), ident="explored", words=words_of_pictures()))


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
        return _("%(one)s → %(other)s", one=start_name(state.at), other=start_name(state.to))
    return start_name(state.at)


def _counted(counts: Iterable[tuple[str, int]]) -> str:
    """How many of which family, such as "peers 3, police 2"."""
    spoken = families()
    return ", ".join(f"{spoken[family]} {n}" for family, n in counts)


def sentence(shown: Explored, state: State) -> str:
    """The picture in words: what is shown, who works with police, what it rests on."""
    network = shown.network
    if not network.ties:
        return empty_reason(shown, state)
    actors, ties = counting("actors")(len(network.actors)), counting("ties")(len(network.ties))
    parts = [_("%(actors)s, joined by %(ties)s.", actors=actors, ties=ties)]
    if state.to:
        parts.insert(0, _way_sentence(shown))
    elif state.at in known().actors:
        parts.append(_around(network, address_of(state.at)))
    else:
        parts.append(_meeting_sentence(network))
    parts.append(coverage_sentence(mixing(network), words_of_pictures()))
    return " ".join(part for part in parts if part)


def _way_sentence(shown: Explored) -> str:
    ways = shown.ways
    if ways is None or ways.length is None:
        return _("No way of ties leads from one to the other.")
    return f"{how_many(_STEPS, ways.length)} {how_many(_WAYS, ways.number)}"


def _around(network: Network, centre: str) -> str:
    ties = network.ties_of(centre)
    others = {p for tie in ties for p in tie.participants} - {centre}
    counts = Counter(network.actors[p].family for p in others)
    told = _counted((f, counts[f]) for f in FAMILIES if counts[f])
    if not ties:
        return ""
    own = counting("ties")(len(ties))
    return _("%(actor)s: %(ties)s, with %(others)s.", actor=network.actors[centre].label, ties=own, others=told)


def _meeting_sentence(network: Network) -> str:
    found = meeting(network)
    if not found.actors:
        return ""
    if not found.joined:
        return how_many(_NONE_WITH_POLICE, found.actors)
    told = how_many(_WITH_POLICE, found.joined, all=number(found.actors))
    if len(found.practices) == 1:
        label = network.practice_labels.get(found.practices[0], "")
        where = _("All of it is in: %(practice)s.", practice=label)
        return f"{told} {where}" if label else told
    return f"{told} {how_many(_IN_PRACTICES, len(found.practices))}" if found.practices else told


def empty_reason(shown: Explored, state: State) -> str:
    """Why nothing is shown, and what to do."""
    if not state.at:
        return _("Choose where to begin.")
    if state.to and shown.ways and shown.ways.length is None:
        if state.filters:
            return _("No way of ties leads from one to the other under these filters.")
        return _("No way of ties leads from one to the other: they stand in separate parts.")
    without = explored(state, filtered=False).network
    if state.filters and without.ties:
        return how_many(_LEFT_NONE, len(without.ties), filters=filter_words(state))
    return _("%(name)s: no tie is recorded here yet, so there is no network to draw.", name=start_name(state.at))


def filter_words(state: State) -> str:
    """The filters in words; nothing if there are none.

    >>> filter_words(State())
    ''
    """
    filters = state.filters
    parts = [
        f"{within(_(FACET_TITLES[facet]))}: {_(' or ').join(_label(facet, v) for v in filters.wanted[facet])}"
        for facet in FACETS
        if filters.wanted.get(facet)
    ]
    if filters.since is not None or filters.until is not None:
        years = f"{filters.since or '…'}–{filters.until or '…'}"
        if filters.undated:
            parts.append(_("years: %(years)s, and ties of unknown year", years=years))
        else:
            parts.append(_("years: %(years)s", years=years))
    return apart(parts)


def _label(facet: str, value: str) -> str:
    return families()[value] if facet == "role" and value in FAMILIES else value_label(facet, value)


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
            options = [Option(v, capital(_label(name, v)), counts[v], v in chosen) for v in values]
            ordered = sorted(options, key=lambda o: (_place(name, o.value), -o.count, o.label))
            made.append(Facet(name, _(FACET_TITLES[name]), tuple(ordered)))
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
    language: str = ""
    others_language: str = ""


def lines(shown: Explored, state: State, page: int) -> tuple[ActorLine, ...]:
    """A page of the table of who is shown, those with most ties first."""
    network = shown.network
    ties_of: dict[str, list[Tie]] = {actor: [] for actor in network.actors}
    for tie in network.ties.values():
        for participant in tie.participants:
            ties_of[participant].append(tie)
    met = partners(network)
    ranked = sorted(network.actors.values(), key=lambda a: (-len(ties_of[a.address]), a.label, a.address))
    symbols = {role.family: role.svg for role in pictures.legend()}
    made = []
    for actor in ranked[(page - 1) * ROWS : page * ROWS]:
        path = path_of(actor.address)
        others = met[actor.address]
        growth = shown.growth.get(actor.address)
        made.append(
            ActorLine(
                path,
                actor.label,
                actor.role_label,
                symbols[actor.family],
                len(ties_of[actor.address]),
                apart(one.label for one in others),
                at(f"/explore?{state.address(card=path)}"),
                _growth_words(growth) if growth else "",
                at(f"/explore?{state.opening(path)}"),
                actor.language,
                common_language(others),
            )
        )
    return tuple(made)


def _growth_words(growth: Growth) -> str:
    ties = how_many(_MORE_TIES, growth.ties) if growth.ties else _("belongs to more")
    return _("%(ties)s with %(actors)s", ties=ties, actors=_counted(growth.actors)) if growth.actors else ties


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
    language: str = ""


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
        actor.language,
    )


def _openings(growth: Growth, state: State) -> tuple[tuple[str, str], ...]:
    """All that opening would add, and then by kind if there is more than one."""
    everything = _("Show more: %(growth)s", growth=_growth_words(growth))
    made = [(everything, at(f"/explore?{state.opening(state.card)}"))]
    spoken = families()
    if len(growth.actors) > 1:
        made += [
            (
                _("Only with %(role)s (%(n)s)", role=spoken[family], n=n),
                at(f"/explore?{state.opening(state.card, family)}"),
            )
            for family, n in growth.actors
        ]
    return tuple(made)


def _card_steps(state: State) -> tuple[tuple[str, str], ...]:
    """Where one can go from a card."""
    steps = []
    if state.card != state.at:
        begin = State(state.card, filters=state.filters, size=state.size, card=state.card)
        steps.append((_("Begin here"), at(f"/explore?{begin.address()}")))
    if state.at in known().actors and state.card not in (state.at, state.to):
        way = State(state.at, state.card, filters=state.filters, size=state.size, card=state.card)
        steps.append((_("Shortest way from: %(name)s", name=start_name(state.at)), at(f"/explore?{way.address()}")))
    if any(path == state.card for path, _ in state.opened):
        steps.append((_("Close its ties again"), at(f"/explore?{state.closing(state.card)}")))
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
            _(_KINDS[path.partition("/")[0]]),
            start_name(path),
            at(f"/explore?{State(path, filters=state.filters, size=state.size).address()}"),
            at(f"/explore?{State(state.at, path, filters=state.filters, size=state.size).address()}")
            if is_actor and path in actors and path != state.at
            else "",
        )
        for path in offered
    )


def _fits(text: str, wanted: list[str]) -> bool:
    """Whether each wanted word begins a word of a text."""
    there = [word.folded for word in words(text)]
    return bool(wanted) and all(any(word.startswith(one) for word in there) for one in wanted)
