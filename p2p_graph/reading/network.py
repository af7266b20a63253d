"""Tables become a network of actors, and the wheel of their role families; what is missing is counted. No I/O.

A tie of two participants is one edge. A tie of more is an edge for each pair of them, all with the address
of the tie as their key, and stays whole in `Network.ties`: a table of three is not three talks of two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from types import MappingProxyType
from typing import Final, Literal as OneOf

import networkx as nx
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table, Term, View
from p2p_graph.vocab import p2p

__all__ = [
    "AGAINST",
    "FAMILIES",
    "FORMS",
    "NETWORK_QUERIES",
    "Actor",
    "Chord",
    "Coverage",
    "Form",
    "Network",
    "Pair",
    "Tie",
    "Wheel",
    "around",
    "chord_rows",
    "filtered",
    "joined",
    "mixing",
    "mixing_matrix",
    "network_rows",
    "project",
]

#: the saved queries whose answers `project` takes, in its order
NETWORK_QUERIES: Final = (
    "ties-of-country",
    "affiliations-of-country",
    "tie-details-of-country",
    "practices-of-country",
)

#: The role families in their fixed order: the top concepts of the scheme of roles.
FAMILIES: Final = (
    "peers",
    "people-who-use-drugs",
    "professionals",
    "civil-society",
    "police",
    "dealers",
    "authorities",
    "research",
    "others",
)
_PLACE: Final = {family: place for place, family in enumerate(FAMILIES)}

#: What a form can be in a picture. A tie whose source does not tell its form is "unstated".
Form = OneOf["formal", "informal", "mixed", "unstated"]
FORMS: Final[tuple[Form, ...]] = ("formal", "informal", "mixed", "unstated")

#: Stances that are no cooperation: drawn with a bar across and never counted as working together.
AGAINST: Final = frozenset({"opposes", "blocks", "withdraws"})


@dataclass(frozen=True, slots=True)
class Actor:
    """An organisation or a group: its address, label, role (the words for it too) and role family.

    `language` is that of its label, where it has none in the language of the others.
    """

    address: str
    label: str
    role: str
    role_label: str
    family: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie, whole: who takes part, what passes along it, and what it rests on.

    `readings` is None where nobody asked for them; `dated` says that a document it rests on has a year.
    """

    address: str
    participants: tuple[str, ...]
    form: Form = "unstated"
    polarity: str = "supports"
    givers: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    confidence: str = ""
    content: str = ""
    readings: int | None = None
    dated: bool = True

    def among(self, kept: Container[str]) -> Tie:
        """The same tie of those participants that are kept."""
        givers, receivers = (tuple(p for p in group if p in kept) for group in (self.givers, self.receivers))
        participants = tuple(p for p in self.participants if p in kept)
        return replace(self, participants=participants, givers=givers, receivers=receivers)

    @property
    def is_against(self) -> bool:
        """Whether it opposes, blocks or withdraws."""
        return self.polarity in AGAINST

    @property
    def is_directed(self) -> bool:
        """Whether it leads from some of its participants to others."""
        return bool(self.givers and self.receivers) and set(self.givers) != set(self.receivers)

    @property
    def is_faint(self) -> bool:
        """Whether all it rests on is one document without a year."""
        return self.readings == 1 and not self.dated


@dataclass(frozen=True, slots=True)
class Network:
    """The actors and ties of a country or a practice around a networkx MultiGraph that cannot be changed.

    Nodes are addresses of actors with `label`, `role`, `family`; edges have the address of their tie as key
    and `form`, `polarity`, `functions`, `practices`, `giver`, `receiver`. `graph.copy()` gives one to change.
    `affiliations` are pairs of a group and the organisation it belongs to. `practices` holds the labels of
    all practices asked about, also of those without a tie; None if nobody asked for them.
    """

    graph: nx.MultiGraph[str]
    actors: Mapping[str, Actor]
    ties: Mapping[str, Tie]
    affiliations: tuple[tuple[str, str], ...] = ()
    practices: Mapping[str, str] | None = None
    practice_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[Tie, ...]:
        """The ties of more than two."""
        return tuple(tie for tie in self.ties.values() if len(tie.participants) > 2)

    def ties_of(self, actor: str) -> tuple[Tie, ...]:
        """The ties an actor takes part in."""
        return tuple(tie for tie in self.ties.values() if actor in tie.participants)


def project(
    ties: Table, affiliations: Table | None = None, details: Table | None = None, practices: Table | None = None
) -> Network:
    """The network of the answers of `ties-of-country` and, where given, of its three sister queries.

    Rows may come in any order. An actor with several roles is placed with the first of them in the order of
    families, so that it stands once in every picture.

    >>> network = project(Table(("tie", "actor", "role", "family"), ()))
    >>> len(network.actors), network.practices is None
    (0, True)
    """
    records = sorted(ties.records(), key=_role_order)
    actors: dict[str, Actor] = {}
    for record in records:
        _meet(actors, record, "actor")
    affiliated = _affiliations(actors, affiliations)
    read = _ties(records, _details(details), details is not None)
    labels = {_text(r.get("within")): _text(r.get("withinLabel")) for r in records if r.get("within")}
    known = None
    if practices is not None:
        known = {_text(r["within"]): _label(r["within"], r.get("withinLabel")) for r in practices.records()}
    return _joined(actors, read, affiliated, known, {a: labels[a] or _slug(a) for a in sorted(labels)})


def joined(networks: Iterable[Network]) -> Network:
    """Several networks as one; an actor or tie that stands in more than one of them is taken once.

    >>> joined([]).graph.number_of_nodes()
    0
    """
    all_of_them = list(networks)
    known = [n.practices for n in all_of_them if n.practices is not None]
    return _joined(
        {a: actor for n in all_of_them for a, actor in n.actors.items()},
        {t: tie for n in all_of_them for t, tie in n.ties.items()},
        tuple(dict.fromkeys(pair for n in all_of_them for pair in n.affiliations)),
        {p: label for practices in known for p, label in practices.items()} if known else None,
        {p: label for n in all_of_them for p, label in n.practice_labels.items()},
    )


def around(network: Network, thing: str) -> Network:
    """Only the ties that an actor takes part in, or of a practice; with all who take part, and the ties' practices.

    >>> around(joined([]), "x").graph.number_of_nodes()
    0
    """
    ties = {a: tie for a, tie in network.ties.items() if thing in tie.participants or thing in tie.practices}
    actors = {a: network.actors[a] for tie in ties.values() for a in tie.participants}
    labels = {p: network.practice_labels.get(p, p) for tie in ties.values() for p in tie.practices}
    return _joined(actors, ties, (), labels, labels)


def _joined(
    actors: Mapping[str, Actor],
    ties: Mapping[str, Tie],
    affiliations: tuple[tuple[str, str], ...],
    practices: Mapping[str, str] | None,
    labels: Mapping[str, str],
) -> Network:
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for address in sorted(actors):
        actor = actors[address]
        graph.add_node(address, label=actor.label, role=actor.role, family=actor.family)
    for tie in ties.values():
        for one, other in combinations(tie.participants, 2):
            giver, receiver = _direction(tie, one, other)
            graph.add_edge(
                one,
                other,
                key=tie.address,
                form=tie.form,
                polarity=tie.polarity,
                functions=tie.functions,
                practices=tie.practices,
                giver=giver,
                receiver=receiver,
            )
    return Network(
        nx.freeze(graph),
        MappingProxyType({a: actors[a] for a in sorted(actors)}),
        MappingProxyType(dict(ties)),
        affiliations,
        None if practices is None else MappingProxyType(dict(practices)),
        MappingProxyType(dict(labels)),
    )


def _direction(tie: Tie, one: str, other: str) -> tuple[str | None, str | None]:
    for giver, receiver in ((one, other), (other, one)):
        forth = giver in tie.givers and receiver in tie.receivers
        back = receiver in tie.givers and giver in tie.receivers
        if forth and not back:
            return giver, receiver
    return None, None


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""


def _slug(address: str) -> str:
    return address.rstrip("/").rsplit("/", 1)[-1]


def _label(address: Term | None, label: Term | None) -> str:
    return _text(label) or _slug(_text(address))


def _year(term: Term | None) -> int | None:
    digits = _text(term)[:4]
    return int(digits) if digits.isdecimal() else None


def _role_order(record: Mapping[str, Term | None]) -> tuple[str, int, str, str]:
    family = _slug(_text(record.get("family")))
    return (
        _text(record.get("tie")),
        _PLACE.get(family, len(FAMILIES)),
        _text(record.get("actor")),
        _text(record.get("role")),
    )


def _meet(actors: dict[str, Actor], record: Mapping[str, Term | None], column: str) -> str:
    """The actor of a row joins the others; of several families the earliest in the fixed order stays."""
    address = _text(record.get(column))
    family = _slug(_text(record.get("family")))
    family = family if family in _PLACE else "others"
    met = actors.get(address)
    if met is None or (_PLACE[family], _slug(_text(record.get("role")))) < (_PLACE[met.family], met.role):
        label = _label(record.get(column), record.get(f"{column}Label"))
        role = _slug(_text(record.get("role")))
        actors[address] = Actor(address, label, role, _label(record.get("role"), record.get("roleLabel")), family)
    return address


def _affiliations(actors: dict[str, Actor], table: Table | None) -> tuple[tuple[str, str], ...]:
    """Pairs of a group that is in the network and its organisation, which joins the network."""
    if table is None:
        return ()
    here = frozenset(actors)
    pairs: set[tuple[str, str]] = set()
    for record in table.records():
        group = _text(record.get("actor"))
        if group in here:
            pairs.add((group, _meet(actors, record, "organisation")))
    return tuple(sorted(pairs))


@dataclass(slots=True)
class _Details:
    functions: dict[str, str] = field(default_factory=dict)
    readings: set[str] = field(default_factory=set)
    dated: bool = False


def _details(table: Table | None) -> dict[str, _Details]:
    found: dict[str, _Details] = defaultdict(_Details)
    for record in table.records() if table is not None else ():
        details, value = found[_text(record["tie"])], _text(record["value"])
        if record["detail"] == p2p("readIn"):
            details.readings.add(value)
            details.dated = details.dated or record.get("year") is not None
        else:
            details.functions.setdefault(value, _label(record["value"], record.get("label")))
    return found


def _ties(records: Iterable[Mapping[str, Term | None]], details: Mapping[str, _Details], asked: bool) -> dict[str, Tie]:
    rows: dict[str, list[Mapping[str, Term | None]]] = defaultdict(list)
    for record in records:
        rows[_text(record.get("tie"))].append(record)
    return {
        address: _tie(address, rows[address], details.get(address) or _Details(), asked) for address in sorted(rows)
    }


def _tie(address: str, rows: list[Mapping[str, Term | None]], details: _Details, asked: bool) -> Tie:
    first = rows[0]
    form = _slug(_text(first.get("form")))
    return Tie(
        address,
        participants=tuple(sorted({_text(row.get("actor")) for row in rows})),
        form=next((known for known in FORMS if known == form), "unstated"),
        polarity=_slug(_text(first.get("polarity"))) or "supports",
        givers=_flagged(rows, "gives"),
        receivers=_flagged(rows, "receives"),
        functions=tuple(sorted(details.functions.values())),
        practices=tuple(sorted({_text(row.get("within")) for row in rows if row.get("within")})),
        start=_year(first.get("startYear")),
        end=_year(first.get("endYear")),
        confidence=_slug(_text(first.get("confidence"))),
        content=_text(first.get("content")),
        readings=len(details.readings) if asked else None,
        dated=details.dated or not asked,
    )


def _flagged(rows: Iterable[Mapping[str, Term | None]], column: str) -> tuple[str, ...]:
    # Virtuoso writes a boolean as 1, the others as true.
    return tuple(sorted({_text(row.get("actor")) for row in rows if _text(row.get(column)) in ("true", "1")}))


def filtered(network: Network, view: View) -> Network:
    """Only ties between the role families, in the forms, of the stance and of the year of a view; empty means all.

    A tie stays if at least two of its participants do. A tie with a first year is there from then on, one with a
    last year until then, one with neither only where the view takes undated ones. Practices stay as they are: what
    was asked about does not change with what is shown.

    >>> filtered(project(Table((), ())), View(roles=("peers", "police"))).graph.number_of_edges()
    0
    """
    roles, forms = set(view.roles), set(view.forms)
    kept = {a: actor for a, actor in network.actors.items() if not roles or {actor.family, actor.role} & roles}
    ties: dict[str, Tie] = {}
    for address, tie in network.ties.items():
        participants = tuple(p for p in tie.participants if p in kept)
        if len(participants) >= 2 and (not forms or tie.form in forms) and _is_shown(tie, view):
            ties[address] = tie.among(kept)
    taking_part = {p for tie in ties.values() for p in tie.participants}
    pairs = tuple((g, o) for g, o in network.affiliations if g in taking_part and o in kept)
    shown = taking_part | {organisation for _, organisation in pairs}
    actors = {a: kept[a] for a in shown}
    return _joined(actors, ties, pairs, network.practices, network.practice_labels)


def _is_shown(tie: Tie, view: View) -> bool:
    if view.stance and tie.is_against is not (view.stance == "against"):
        return False
    if view.year is None:
        return True
    if tie.start is None and tie.end is None:
        return view.undated
    return (tie.start is None or tie.start <= view.year) and (tie.end is None or view.year <= tie.end)


#: two families in their fixed order, and whether they are against each other
Pair = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Chord:
    """All ties between two role families (or inside one) that work together, or all that are against.

    Families stand in their fixed order. `forms` and `polarities` count ties; `loose` counts ties outside any
    practice; it is faint if each of its ties is.
    """

    one: str
    other: str
    against: bool
    ties: tuple[str, ...]
    practices: tuple[str, ...]
    loose: int
    forms: Mapping[Form, int]
    polarities: Mapping[str, int]
    is_faint: bool = False

    @property
    def pair(self) -> Pair:
        """Which two families it joins, and how."""
        return self.one, self.other, self.against

    @property
    def weight(self) -> int:
        """How wide it is: the number of practices; a tie outside any practice counts like one."""
        return len(self.practices) + self.loose

    @property
    def form(self) -> Form:
        """The form it is drawn in: that of its ties; mixed if they differ; unstated only if none is stated."""
        stated = [form for form in FORMS if form != "unstated" and self.forms.get(form)]
        return "unstated" if not stated else stated[0] if len(stated) == 1 else "mixed"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What stands behind a picture, and what is missing. None means that nobody asked."""

    practices: int | None
    practices_with_tie: int
    ties: int
    ties_outside_practices: int
    ties_without_form: int
    ties_on_one_reading: int | None

    @property
    def practices_without_tie(self) -> int | None:
        """Practices of which no tie is recorded."""
        return None if self.practices is None else self.practices - self.practices_with_tie


@dataclass(frozen=True, slots=True)
class Wheel:
    """The role families joined by chords, in the fixed order, and what the picture rests on."""

    chords: tuple[Chord, ...]
    coverage: Coverage

    @property
    def largest(self) -> int:
        """The weight of its widest chord; wheels side by side share the largest of all."""
        return max((chord.weight for chord in self.chords), default=0)

    def chord(self, one: str, other: str, against: bool = False) -> Chord | None:
        """The chord between two families, in whichever order they are named."""
        pair = tuple(sorted((one, other), key=_PLACE.__getitem__))
        return next((c for c in self.chords if (c.one, c.other) == pair and c.against is against), None)

    def practices_of(self, family: str) -> int:
        """In how many practices a family is in a tie of any kind."""
        return len({p for c in self.chords if family in (c.one, c.other) for p in c.practices})


def mixing(network: Network) -> Wheel:
    """Which role families are joined in a network.

    A tie of three families joins each two of them. It joins a family with itself only where two of its
    participants are of that family.

    >>> mixing(project(Table((), ()))).chords
    ()
    """
    gathered: dict[tuple[int, int, bool], list[Tie]] = defaultdict(list)
    for tie in network.ties.values():
        places = [_PLACE[network.actors[p].family] for p in tie.participants]
        for one, other in sorted({(min(pair), max(pair)) for pair in combinations(places, 2)}):
            gathered[one, other, tie.is_against].append(tie)
    chords = tuple(
        _chord(FAMILIES[a], FAMILIES[b], against, ties) for (a, b, against), ties in sorted(gathered.items())
    )
    return Wheel(chords, _coverage(network))


def _chord(one: str, other: str, against: bool, ties: list[Tie]) -> Chord:
    return Chord(
        one,
        other,
        against,
        tuple(tie.address for tie in ties),
        tuple(sorted({practice for tie in ties for practice in tie.practices})),
        sum(1 for tie in ties if not tie.practices),
        MappingProxyType(dict(Counter(tie.form for tie in ties))),
        MappingProxyType(dict(Counter(tie.polarity for tie in ties))),
        all(tie.is_faint for tie in ties),
    )


def _coverage(network: Network) -> Coverage:
    ties = network.ties.values()
    with_tie = {practice for tie in ties for practice in tie.practices}
    known = None if network.practices is None else set(network.practices)
    asked = [tie for tie in ties if tie.readings is not None]
    return Coverage(
        practices=None if known is None else len(known | with_tie),
        practices_with_tie=len(with_tie),
        ties=len(ties),
        ties_outside_practices=sum(1 for tie in ties if not tie.practices),
        ties_without_form=sum(1 for tie in ties if tie.form == "unstated"),
        ties_on_one_reading=sum(1 for tie in asked if tie.readings == 1) if asked or not ties else None,
    )


def chord_rows(wheel: Wheel) -> Table:
    """The equal table of a wheel: a row for each chord, with its numbers."""
    columns = ("one", "other", "against", "practices", "ties", *FORMS)
    rows = tuple(
        (
            Literal(c.one),
            Literal(c.other),
            Literal(c.against),
            Literal(len(c.practices)),
            Literal(len(c.ties)),
            *(Literal(c.forms.get(form, 0)) for form in FORMS),
        )
        for c in wheel.chords
    )
    return Table(columns, rows)


def mixing_matrix(wheel: Wheel) -> Table:
    """The mixing matrix: for each two families the number of practices in which they work together.

    Ties that are against are left out, as a number cannot say both; `chord_rows` has them.

    >>> matrix = mixing_matrix(mixing(project(Table((), ()))))
    >>> len(matrix), matrix.columns[:2]
    (9, ('family', 'peers'))
    """
    rows: list[tuple[Term | None, ...]] = []
    for one in FAMILIES:
        found = (wheel.chord(one, other) for other in FAMILIES)
        rows.append((Literal(one), *(Literal(len(chord.practices) if chord else 0) for chord in found)))
    return Table(("family", *FAMILIES), tuple(rows))


def network_rows(network: Network) -> Table:
    """The equal table of an actor network: each actor, its role and family, its number of ties, and with whom.

    Actors with most ties come first. `with` lists labels, parted by semicolons.
    """
    ties_of: dict[str, list[Tie]] = defaultdict(list)
    for tie in network.ties.values():
        for participant in tie.participants:
            ties_of[participant].append(tie)
    rows: list[tuple[Term | None, ...]] = []
    for address, actor in sorted(
        network.actors.items(), key=lambda item: (-len(ties_of[item[0]]), item[1].label, item[0])
    ):
        others = {p for tie in ties_of[address] for p in tie.participants} - {address}
        labels = "; ".join(sorted(network.actors[p].label for p in others))
        cells = (actor.label, actor.role_label, actor.family)
        rows.append((NamedNode(address), *map(Literal, cells), Literal(len(ties_of[address])), Literal(labels)))
    return Table(("actor", "label", "role", "family", "ties", "with"), tuple(rows))
