"""Groups that few others resemble: place and year made coarser until a combination is common enough, or refused.

The measure is k-anonymity (Samarati and Sweeney 1998) over groups instead of persons: a combination of family of
roles, place, years and kind of practice must be shared by at least k groups, each counted with its published size, or
as one. Only what no public document says is made coarser: what is in print does not become safer by being left out
here. Two groups are also compared by whom they work with (the neighbourhood attack of Zhou and Pei 2008), by the
families of roles next to them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.privacy.facts import Exposure
from p2p_graph.privacy.policy import Policy
from p2p_graph.vocab import PREFIXES, kind_and_slug, p2p

__all__ = ["Change", "Coarser", "Crowd", "coarsen"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_BROADER: Final = PREFIXES["skos"] + "broader"
_PLACES: Final = (p2p("inPlace"), p2p("area"))
_YEARS: Final = tuple(p2p(name) for name in ("startYear", "endYear"))
_DAYS: Final = tuple(p2p(name) for name in ("startDate", "endDate"))
_PERIOD: Final = p2p("period")
_NOTE: Final = p2p("note")
_RUNG: Final = {p2p("City").value: "city", p2p("Region").value: "region", p2p("Country").value: "country"}
_TEXTS: Final = frozenset(
    (
        PREFIXES["rdfs"] + "label",
        PREFIXES["dcterms"] + "description",
        *(PREFIXES["p2p"] + name for name in ("note", "content", "condition", "targetGroup", "dateNote")),
    )
)


@dataclass(frozen=True, slots=True)
class Change:
    """What was made coarser: of which thing, to which rung of places and of years. The thing is no secret."""

    subject: str
    place: str
    years: str


@dataclass(frozen=True, slots=True)
class Coarser:
    """What has to leave the triples, what comes in its place, and what no rung made common enough."""

    removed: frozenset[Triple]
    added: tuple[Triple, ...]
    changes: tuple[Change, ...]
    exposures: tuple[Exposure, ...] = field(repr=False)

    def applied(self, triples: Iterable[Triple]) -> tuple[Triple, ...]:
        """The triples as they may be published."""
        return (*(triple for triple in triples if triple not in self.removed), *self.added)


def coarsen(triples: Iterable[Triple], policy: Policy) -> Coarser:
    """What has to become coarser in all triples, the lists of words included, before they are published.

    Applied once, nothing is left to do: the result of a second time is empty.
    """
    return _Ladder(_Facts(tuple(triples)), policy).climbed()


class Crowd:
    """All groups of some triples, so looked up that a few more are held against them in a moment. Never changed.

    >>> crowd = Crowd([], Policy.read({"smallest_group": 5}))
    >>> crowd.told([]).changes
    ()
    """

    def __init__(self, triples: Iterable[Triple], policy: Policy) -> None:
        """`triples` are all that is known, with the lists of words."""
        self._ladder = _Ladder(_Facts(tuple(triples)), policy)

    def told(self, own: Iterable[Triple], without: Collection[str] = ()) -> Coarser:
        """What of some more triples would be made coarser, and what is not common enough at all.

        `without` are things that count no more, since the new ones stand in their place. What the rest of the graph
        would need is not told.
        """
        facts = _Facts(tuple(own), self._ladder.facts, frozenset(without))
        mine = frozenset(_value(triple.subject) for triple in facts.triples)
        return _Ladder(facts, self._ladder.policy, mine, self._ladder).climbed()


@dataclass(frozen=True)
class _Facts:
    """The triples, looked up by what the ladder asks; over those of others, where they are only a few more."""

    triples: tuple[Triple, ...]
    below: _Facts | None = None
    #: things of the others that no longer count
    gone: frozenset[str] = frozenset()

    @cached_property
    def _said(self) -> dict[tuple[str, str], list[Triple]]:
        found: dict[tuple[str, str], list[Triple]] = defaultdict(list)
        for triple in self.triples:
            found[_value(triple.subject), triple.predicate.value].append(triple)
        return found

    @cached_property
    def _into(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for triple in self.triples:
            if isinstance(triple.object, NamedNode):
                found[triple.object.value, triple.predicate.value].append(_value(triple.subject))
        return found

    def said(self, subject: str, predicate: NamedNode | str) -> list[Triple]:
        own = self._said.get((subject, _value(predicate)), [])
        if self.below is None or subject in self.gone:
            return own
        return [*self.below.said(subject, predicate), *own]

    def values(self, subject: str, predicate: NamedNode | str) -> list[str]:
        return [_value(triple.object) for triple in self.said(subject, predicate)]

    def those(self, predicate: NamedNode | str, thing: str) -> list[str]:
        """The things that say this property of a thing."""
        own = self._into.get((thing, _value(predicate)), [])
        if self.below is None:
            return own
        return [*(one for one in self.below.those(predicate, thing) if one not in self.gone), *own]

    def of(self, subject: str) -> list[Triple]:
        own = [triple for (about, _), said in self._said.items() if about == subject for triple in said]
        if self.below is None or subject in self.gone:
            return own
        return [*self.below.of(subject), *own]

    def of_class(self, name: str) -> list[str]:
        return sorted(set(self.those(_TYPE, p2p(name).value)))

    def families(self, actor: str) -> frozenset[str]:
        """The top concepts of the roles of an actor."""
        found, roles = set(), self.values(actor, p2p("role"))
        while roles:
            role = roles.pop()
            above = self.values(role, _BROADER)
            roles += above
            if not above:
                found.add(role)
        return frozenset(found)

    def works(self, *things: str) -> list[str]:
        """The documents behind the first of some things that names its sources."""
        for thing in things:
            if readings := self.values(thing, p2p("readIn")):
                return [work for reading in readings for work in self.values(reading, p2p("ofDocument"))]
        return []

    def practices(self, thing: str) -> list[str]:
        return self.values(thing, p2p("inPractice"))

    def place(self, thing: str, rung: str) -> str:
        """The place of a thing at a rung, or its country where there is none so coarse."""
        for holder in (thing, *self.practices(thing)):
            for predicate in _PLACES:
                for place in self.values(holder, predicate):
                    found = self.wider(place, rung)
                    if found:
                        return found
        return next(iter(self.values(thing, p2p("inCountry"))), "") if rung != "city" else ""

    def wider(self, place: str, rung: str) -> str:
        """The place itself or the first around it that is at least as coarse as a rung; empty if there is none."""
        order = ["city", "region", "country"]
        seen: set[str] = set()
        while place and place not in seen:
            seen.add(place)
            own = next((_RUNG[name] for name in self.values(place, _TYPE) if name in _RUNG), "area")
            if own in order and order.index(own) >= order.index(rung):
                return place
            place = next(iter(self.values(place, p2p("within"))), "")
        return ""

    def days(self, thing: str) -> list[str]:
        """The days and months of a thing, or of its practice."""
        holders = (thing, *self.practices(thing))
        return next((days for one in holders if (days := [v for p in _DAYS for v in self.values(one, p)])), [])

    def years(self, thing: str) -> tuple[int, int] | None:
        """First and last year of a thing, or of its practice."""
        for holder in (thing, *self.practices(thing)):
            found = [int(v[:4]) for p in (*_YEARS, *_DAYS) for v in self.values(holder, p) if v[:4].isdigit()]
            if found:
                return min(found), max(found)
        return None


#: years, and days; and with them a family of roles and a place: what groups share
_Span = tuple[int | str, ...]
_Shared = tuple[str, str, _Span]


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a group is counted by: families of roles, places and years on each rung, kinds of practice, and size."""

    families: frozenset[str]
    places: dict[str, str]
    spans: dict[str, _Span]
    kinds: frozenset[str]
    size: int


@dataclass(frozen=True)
class _Ladder:
    facts: _Facts
    policy: Policy
    #: the only things that are asked about; everything, if none is given
    asked: frozenset[str] | None = None
    #: the ladder of the graph that these few things come into
    others: _Ladder | None = None

    def climbed(self) -> Coarser:
        removed: dict[Triple, None] = {}
        added: list[Triple] = []
        changes: list[Change] = []
        exposures: list[Exposure] = []
        for thing, families, always in self._at_risk():
            place, years = self._rungs(thing, families) if not always else ("city", "day")
            if not place:
                exposures.append(Exposure(thing, p2p("role").value, "rare combination", ""))
                continue
            gone, new = self._coarser(thing, place, years)
            if gone:
                removed.update(dict.fromkeys(gone))
                added += new
                changes.append(Change(thing, place, years))
                exposures += self._said_in_words(thing, gone)
        if self.asked is None:
            removed.update(dict.fromkeys(self._left_alone(removed)))
        exposures += self._lonely()
        return Coarser(frozenset(removed), tuple(added), tuple(changes), tuple(exposures))

    def _at_risk(self) -> Iterator[tuple[str, frozenset[str], bool]]:
        """Things with people of a role at risk, the families of these roles, and whether a city is all they need."""
        f, risks = self.facts, self.policy.roles_at_risk
        for name, actors in (("ActorGroup", None), ("Cooperation", "participant"), ("Practice", "inPractice")):
            for thing in self._wanted(f.of_class(name)):
                members = [thing] if actors is None else f.values(thing, p2p(actors))
                if name == "Practice":
                    members = [g for g in f.those(p2p("inPractice"), thing) if f.values(g, p2p("role"))]
                families = frozenset(family for member in members for family in f.families(member)) & risks.keys()
                hidden = frozenset(family for family in families if "undocumented" in risks[family])
                if hidden and not self._is_documented(thing, *f.practices(thing)):
                    yield thing, hidden, False
                elif name != "Practice" and any("city" in risks[family] for family in families):
                    yield thing, families, True

    def _wanted(self, things: Iterable[str]) -> Iterator[str]:
        return (thing for thing in things if self.asked is None or thing in self.asked)

    def _is_documented(self, *things: str) -> bool:
        """Whether a document that anybody can find tells of the first of these things that names its sources."""
        f = self.facts
        return any(
            f.values(work, PREFIXES["schema"] + "url")
            or f.values(work, PREFIXES["bibo"] + "doi")
            or not self.policy.published_kinds.isdisjoint(f.values(work, p2p("documentKind")))
            for work in f.works(*things)
        )

    # Counting

    @cached_property
    def _groups(self) -> dict[str, _Traits]:
        """Every group, with what it is counted by."""
        if self.others is None:
            return {group: self._traits(group) for group in self.facts.of_class("ActorGroup")}
        known = {group: traits for group, traits in self.others._groups.items() if group not in self.facts.gone}
        return known | {group: self._traits(group) for group in self._wanted(self.facts.of_class("ActorGroup"))}

    def _traits(self, group: str) -> _Traits:
        ladder = self.policy.ladder
        return _Traits(
            self.facts.families(group),
            {rung: self.facts.place(group, rung) for rung in ladder.places},
            {rung: self._span(group, rung) for rung in ladder.years},
            self._kinds(group),
            # how many people it surely has
            next((int(n) for n in self.facts.values(group, p2p("groupSize")) if n.isdigit()), 1),
        )

    def _rungs(self, thing: str, families: frozenset[str]) -> tuple[str, str]:
        """The lowest rungs of place and years on which the thing is common enough; empty if there are none."""
        places, years = self.policy.ladder.places, self.policy.ladder.years
        steps = sorted(product(range(len(places)), range(len(years))), key=lambda step: (sum(step), step))
        climbs = [*((places[at], years[when], True) for at, when in steps), (places[-1], years[-1], False)]
        for place, year, kinds in climbs:
            least = min(self._count(thing, family, place, year, kinds) for family in families)
            if least >= self.policy.smallest_group:
                return place, year
        return "", ""

    def _count(self, thing: str, family: str, place: str, years: str, kinds: bool) -> int:
        """How many people share family, place, years and, if wanted, kind of practice with a thing."""
        own = self._kinds(thing) if kinds else frozenset()
        alike = self._shelf(place, years).get((family, self.facts.place(thing, place), self._span(thing, years)), ())
        return sum(size for theirs, size in alike if not own or own & theirs)

    def _shelf(self, place: str, years: str) -> dict[_Shared, list[tuple[frozenset[str], int]]]:
        """Kinds of practice and size of every group, by what groups share on two rungs; sorted out once."""
        if (place, years) not in self._shelves:
            shelf = self._shelves[place, years] = defaultdict(list)
            for traits in self._groups.values():
                for family in traits.families:
                    shelf[family, traits.places[place], traits.spans[years]].append((traits.kinds, traits.size))
        return self._shelves[place, years]

    @cached_property
    def _shelves(self) -> dict[tuple[str, str], dict[_Shared, list[tuple[frozenset[str], int]]]]:
        return {}

    def _kinds(self, thing: str) -> frozenset[str]:
        practices = [thing, *self.facts.practices(thing)]
        return frozenset(kind for practice in practices for kind in self.facts.values(practice, p2p("practiceKind")))

    def _span(self, thing: str, rung: str) -> _Span:
        """First and last year on a rung; on the lowest also the days, which who has only years does not share."""
        found = self.facts.years(thing)
        if found is None or rung == "none":
            return ()
        step = self.policy.ladder.band if rung == "band" else 1
        days = tuple(sorted(self.facts.days(thing))) if rung == "day" else ()
        return (found[0] // step * step, found[1] // step * step + step - 1, *days)

    # Making coarser

    def _coarser(self, thing: str, place: str, years: str) -> tuple[list[Triple], list[Triple]]:
        gone: list[Triple] = []
        new: list[Triple] = []
        node = NamedNode(thing)
        for predicate in _PLACES:
            for triple in self.facts.said(thing, predicate):
                wider = self.facts.wider(_value(triple.object), place)
                if wider != _value(triple.object):
                    gone.append(triple)
                    new += [Triple(node, predicate, NamedNode(wider))] if self._is_below_country(wider) else []
        if years == "day":
            return gone, new
        for day, year in zip(_DAYS, _YEARS, strict=True):
            gone += (dated := self.facts.said(thing, day))
            if years == "year" and dated and not self.facts.said(thing, year):
                new.append(Triple(node, year, Literal(int(_value(dated[0].object)[:4]))))
        if years in ("band", "none"):
            gone += [triple for predicate in (*_YEARS, _PERIOD) for triple in self.facts.said(thing, predicate)]
            gone += [triple for period in self.facts.values(thing, _PERIOD) for triple in self.facts.of(period)]
        if years == "band" and (span := self._span(thing, "band")) and gone:
            gone_notes, note = self._noted(node, f"Between {span[0]} and {span[1]}.")
            gone += gone_notes
            new.append(note)
        return gone, new

    def _left_alone(self, removed: Iterable[Triple]) -> Iterator[Triple]:
        """What is said of places to which nothing leads any more: beside the rest of a file they would tell all."""
        gone = set(removed)
        left = {_value(triple.object) for triple in gone if triple.predicate in _PLACES}
        used = {_value(triple.object) for triple in self.facts.triples if triple not in gone}
        for place in sorted(left - used):
            yield from self.facts.of(place)

    def _is_below_country(self, place: str) -> bool:
        return bool(place) and p2p("Country").value not in self.facts.values(place, _TYPE)

    def _noted(self, node: NamedNode, sentence: str) -> tuple[list[Triple], Triple]:
        """The English note of a thing with one more sentence."""
        notes = [t for t in self.facts.said(node.value, _NOTE) if getattr(t.object, "language", None) == "en"]
        text = " ".join([*(_value(note.object) for note in notes), sentence])
        return notes, Triple(node, _NOTE, Literal(text, language="en"))

    def _said_in_words(self, thing: str, gone: list[Triple]) -> Iterator[Exposure]:
        """Where a place or a year that had to leave still stands in a text or an address."""
        secrets = [name for t in gone if t.predicate in _PLACES for name in self._names(_value(t.object))]
        if any(t.predicate in _YEARS for t in gone):
            secrets += [_value(t.object)[:4] for t in gone if t.predicate in (*_YEARS, *_DAYS)]
        around = [thing, *self.facts.practices(thing), *self.facts.those(p2p("inPractice"), thing)]
        for holder in dict.fromkeys(around):
            texts = [(p, value) for p in sorted(_TEXTS) for value in self.facts.values(holder, p)]
            slug = kind_and_slug(holder)
            texts += [("", slug[1].replace("-", " "))] if slug else []
            for path, text in texts:
                for secret in secrets:
                    if secret.casefold() in text.casefold():
                        yield Exposure(holder, path, "place or year in words", secret)

    def _names(self, place: str) -> list[str]:
        return self.facts.values(place, PREFIXES["rdfs"] + "label")

    # Neighbourhoods

    def _lonely(self) -> Iterator[Exposure]:
        """Groups at risk whom no public document names and whose neighbours few groups of their family have."""
        unnamed = list(self._unnamed())
        if not unnamed:
            return
        near = self._near
        by_neighbours: Counter[tuple[str, frozenset[str]]] = Counter()
        for group, traits in self._groups.items():
            by_neighbours.update({(family, near[group]): traits.size for family in traits.families})
        for group, hidden in unnamed:
            alike = sum(by_neighbours[family, near[group]] for family in hidden)
            if alike < self.policy.smallest_group:
                yield Exposure(group, "", "rare neighbourhood", "")

    def _unnamed(self) -> Iterator[tuple[str, set[str]]]:
        """Groups with a tie that no public document tells of, and their families that are at risk."""
        for group in self._wanted(self.facts.of_class("ActorGroup")):
            families = self.facts.families(group)
            hidden = {family for family in families if "undocumented" in self.policy.roles_at_risk.get(family, ())}
            ties = self.facts.those(p2p("participant"), group) if hidden else []
            if ties and not all(self._is_documented(tie) for tie in ties):
                yield group, hidden

    @cached_property
    def _near(self) -> dict[str, frozenset[str]]:
        """The families that each group works with; of others' groups, those that a new tie joins are looked at anew."""
        if self.others is None:
            return {group: self._neighbours(group) for group in self._groups}
        known, changed = self.others._near, {_value(triple.object) for triple in self.facts.triples} | self.facts.gone
        return {
            group: self._neighbours(group) if group not in known or group in changed else known[group]
            for group in self._groups
        }

    def _neighbours(self, group: str) -> frozenset[str]:
        return frozenset(
            family
            for tie in self.facts.those(p2p("participant"), group)
            for other in self.facts.values(tie, p2p("participant"))
            if other != group
            for family in self.facts.families(other)
        )


def _value(term: object) -> str:
    return str(getattr(term, "value", term))
