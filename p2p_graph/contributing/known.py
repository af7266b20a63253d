"""What is known already, so arranged that one practice is checked against it in a moment.

Checks look at what a contribution says, at the things that it points to, and at the words; nothing else of the graph
matters to them, so that only this is given to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.text import Word, joined, slips, words
from p2p_graph.vocab import PREFIXES, kind_and_slug, p2p

__all__ = ["Known", "Likeness"]

_LABEL: Final = PREFIXES["rdfs"] + "label"
_NAMES: Final = frozenset({_LABEL, PREFIXES["skos"] + "altLabel", PREFIXES["skos"] + "prefLabel"})
_SUBCLASS: Final = NamedNode(PREFIXES["rdfs"] + "subClassOf")
_COUNTRY: Final = p2p("inCountry")
#: kinds whose names may stand in a text, or may be twins of a new name
_NAMED: Final = frozenset({"organisation", "place", "law", "document", "project"})
#: kinds that are looked through for likely duplicates
_ALIKE: Final = frozenset({"practice", "organisation", "document", "activity", "place", "law"})
#: how alike two names are before it is worth to be told, from 0 to 1
_WORTH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """A thing whose name is like another: its address and kind, the name that is alike, and how much, up to 1."""

    address: str
    kind: str
    name: str
    language: str
    countries: tuple[str, ...]
    degree: float


class Known:
    """Triples, found by what they speak of. Never changed: `with_more` makes another."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        by_subject: dict[str, list[Triple]] = defaultdict(list)
        self._hierarchy: list[Triple] = []
        for triple in triples:
            if isinstance(triple.subject, NamedNode):
                by_subject[triple.subject.value].append(triple)
            if triple.predicate == _SUBCLASS:
                self._hierarchy.append(triple)
        self._by_subject: Mapping[str, list[Triple]] = dict(by_subject)
        self._names = tuple(
            triple for address, them in self._by_subject.items() for triple in _naming(address, them, _NAMED)
        )
        self._index = _Index(self._by_subject)
        #: what this one was made from by `with_more`, what it has more, and what of the other it leaves out
        self.below: Self | None = None
        self.more: tuple[Triple, ...] = ()
        self.gone: frozenset[str] = frozenset()

    def with_more(self, triples: Iterable[Triple], without: Iterable[str] = ()) -> Self:
        """The same and more, with nothing of some addresses but what is added. Only the change is looked at."""
        more, gone = list(triples), frozenset(without)
        other = object.__new__(type(self))
        other._by_subject = _Over(self._by_subject, more, gone)
        other._hierarchy = [*self._hierarchy, *(t for t in more if t.predicate == _SUBCLASS)]
        added: dict[str, list[Triple]] = defaultdict(list)
        for triple in more:
            if isinstance(triple.subject, NamedNode):
                added[triple.subject.value].append(triple)
        kept = [
            t for t in self._names if not gone or not isinstance(t.subject, NamedNode) or t.subject.value not in gone
        ]
        other._names = (*kept, *(t for address, them in added.items() for t in _naming(address, them, _NAMED)))
        other._index = _Index(added, self._index, gone)
        other.below, other.more, other.gone = self, tuple(more), gone
        return other

    def __contains__(self, address: str) -> bool:
        return address in self._by_subject

    def addresses(self) -> Iterator[str]:
        """The addresses that something is said of."""
        return iter(self._by_subject)

    def triples(self) -> Iterator[Triple]:
        """All that is said of things that have an address."""
        return (triple for address in self._by_subject for triple in self._by_subject[address])

    def of(self, address: str) -> tuple[Triple, ...]:
        """What is said of a thing."""
        return tuple(self._by_subject.get(address, ()))

    def around(self, triples: Iterable[Triple]) -> list[Triple]:
        """What matters for checking some triples: the classes, and what is said of all that they name."""
        wanted: dict[str, None] = {}
        for triple in triples:
            for term in (triple.subject, triple.predicate, triple.object):
                if isinstance(term, NamedNode):
                    wanted[term.value] = None
        found = [triple for address in wanted for triple in self._by_subject.get(address, ())]
        return list(dict.fromkeys([*self._hierarchy, *self._classes(found), *found]))

    @property
    def names(self) -> tuple[Triple, ...]:
        """The names of organisations, places, laws, works and projects, which may stand in a text."""
        return self._names

    def _classes(self, found: Iterable[Triple]) -> Iterator[Triple]:
        """What is said of the classes of things, so that each is known to be one."""
        classes = {triple.object.value for triple in found if _is_type(triple) and isinstance(triple.object, NamedNode)}
        for address in classes:
            yield from self._by_subject.get(address, ())

    def labels(self, language: str = "en") -> Mapping[str, str]:
        """A lookup from addresses to what they are called; those without a name are missing."""
        return _Labels(self._by_subject, language)

    def similar(self, name: str, kind: str = "", country: str = "", most: int = 5) -> list[Likeness]:
        """Things that may be the one that is meant, the most alike first; names of every language are compared.

        Words that are rare tell more than those that stand in many names, and small slips are forgiven. `kind` is
        such as practice; `country` two letters.

        >>> from p2p_graph.vocab import mint
        >>> label = NamedNode(_LABEL)
        >>> known = Known([Triple(mint("practice", "x"), label, Literal("Kumple z Exford", language="pl"))])
        >>> [(found.name, round(found.degree, 1)) for found in known.similar("kumpel z exfrod")]
        [('Kumple z Exford', 1.0)]
        """
        return self._index.similar(name, kind, country, most)


class _Over(Mapping[str, list[Triple]]):
    """Subjects over those of another mapping, which stays as it is."""

    def __init__(self, below: Mapping[str, list[Triple]], more: Iterable[Triple], gone: frozenset[str]) -> None:
        self._below = below
        self._own: dict[str, list[Triple]] = {address: [] for address in gone}
        for triple in more:
            if isinstance(triple.subject, NamedNode):
                address = triple.subject.value
                if address not in self._own:
                    self._own[address] = list(below.get(address, ()))
                self._own[address].append(triple)

    def __getitem__(self, address: str) -> list[Triple]:
        found = self._own[address] if address in self._own else self._below[address]
        if not found:
            raise KeyError(address)
        return found

    def __iter__(self) -> Iterator[str]:
        yield from (address for address, said in self._own.items() if said)
        yield from (address for address in self._below if address not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Labels(Mapping[str, str]):
    def __init__(self, by_subject: Mapping[str, list[Triple]], language: str) -> None:
        self._by_subject, self._language = by_subject, language

    def __getitem__(self, address: str) -> str:
        names = {
            triple.object.language or "": triple.object.value
            for triple in self._by_subject.get(address, ())
            if triple.predicate.value in (_LABEL, PREFIXES["skos"] + "prefLabel") and isinstance(triple.object, Literal)
        }
        for code in (self._language, "en", ""):
            if code in names:
                return names[code]
        if names:
            return names[min(names)]
        raise KeyError(address)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_subject)

    def __len__(self) -> int:
        return len(self._by_subject)


def _is_type(triple: Triple) -> bool:
    return triple.predicate.value == PREFIXES["rdf"] + "type"


def _kind(address: str) -> str:
    found = kind_and_slug(address)
    return found[0] if found else ""


def _naming(address: str, triples: Iterable[Triple], kinds: frozenset[str]) -> list[Triple]:
    """The names of a thing of some kinds, and its country."""
    if _kind(address) not in kinds:
        return []
    return [t for t in triples if t.predicate.value in _NAMES or t.predicate == _COUNTRY]


@dataclass(frozen=True, slots=True)
class _Name:
    address: str
    kind: str
    text: str
    language: str
    countries: tuple[str, ...]
    folded: frozenset[str]


class _Index:
    """Names by their words."""

    def __init__(
        self,
        by_subject: Mapping[str, list[Triple]],
        below: _Index | None = None,
        gone: frozenset[str] = frozenset(),
    ) -> None:
        self._below, self._gone = below, gone
        self._names: list[_Name] = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        for address, triples in by_subject.items():
            for triple in _naming(address, triples, _ALIKE):
                if triple.predicate != _COUNTRY and isinstance(triple.object, Literal):
                    self._add(address, triple.object, triples)

    def _add(self, address: str, name: Literal, triples: Iterable[Triple]) -> None:
        folded = _folded(name.value)
        if not folded:
            return
        countries = sorted(
            t.object.value.rsplit("/", 1)[-1]
            for t in triples
            if t.predicate == _COUNTRY and isinstance(t.object, NamedNode)
        )
        for word in folded:
            self._holders[word].append(len(self._names))
        found = _Name(address, _kind(address), name.value, name.language or "", tuple(countries), folded)
        self._names.append(found)

    def similar(self, name: str, kind: str, country: str, most: int) -> list[Likeness]:
        asked = _folded(name)
        best: dict[str, Likeness] = {}
        for found in self._candidates(asked):
            if (kind and found.kind != kind) or (country and country not in found.countries):
                continue
            if found.address not in best or found.degree > best[found.address].degree:
                best[found.address] = found
        return sorted(best.values(), key=lambda one: (-one.degree, one.address))[:most]

    def _candidates(self, asked: frozenset[str]) -> Iterator[Likeness]:
        if self._below is not None:
            yield from (found for found in self._below._candidates(asked) if found.address not in self._gone)
        weights = {word: 1 / (1 + len(holders)) for word, holders in self._holders.items()}
        near = {word: [known for known in self._holders if _is_near(word, known)] for word in asked}
        numbers = {number for them in near.values() for known in them for number in self._holders[known]}
        for number in sorted(numbers):
            found = self._names[number]
            degree = self._degree(asked, found.folded, near, weights)
            if degree >= _WORTH:
                yield Likeness(found.address, found.kind, found.text, found.language, found.countries, degree)

    @staticmethod
    def _degree(
        asked: frozenset[str], held: frozenset[str], near: Mapping[str, list[str]], weights: Mapping[str, float]
    ) -> float:
        """The weight of the words that both have, by that of all words of both (Dice), rare words weighing more."""
        matched = {word: [known for known in near[word] if known in held] for word in asked}
        met = {known for them in matched.values() for known in them}
        strange = [word for word in asked if not matched[word]]
        shared = 2 * sum(weights[known] for known in met)
        # a word that nobody has is as rare as can be, but tells less than one that is there
        return shared / (sum(weights[known] for known in held) + shared / 2 + 0.25 * len(strange)) if shared else 0.0


def _folded(name: str) -> frozenset[str]:
    """The words of a name; those that a hyphen or a point joins count as one."""

    def one(group: list[Word]) -> str:
        return "".join(word.folded for word in group)

    return frozenset(found for group in joined(name, words(name)) if len(found := one(group)) > 1)


def _is_near(one: str, other: str) -> bool:
    if one == other:
        return True
    most = 0 if min(len(one), len(other)) < 5 else 1 if min(len(one), len(other)) < 8 else 2
    return most > 0 and slips(one, other, most) <= most
