"""Everything in some triples that could lead to a person: texts, addresses, links, fields, small numbers.

The gate is closed: a field that nobody reviewed does not pass, whatever it holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.privacy.policy import Policy
from p2p_graph.privacy.texts import Disclosure, Reader, masked
from p2p_graph.vocab import BASE, PREFIXES, kind_and_slug, p2p, shorten

__all__ = ["Exposure", "Gate"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_LABEL: Final = PREFIXES["rdfs"] + "label"
_NAMES: Final = frozenset({_LABEL, PREFIXES["skos"] + "altLabel"})
_NUMERATOR, _DENOMINATOR = p2p("numerator"), p2p("denominator")
_PLAIN: Final = (PREFIXES["xsd"], PREFIXES["rdf"])
_LONG_NUMBER: Final = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something in the data that could lead to a person: at which thing and property, of which kind, what it is.

    `text` is the secret itself: it is for the person who wrote it and for nobody else. Errors and logs show `shown`.
    """

    subject: str
    path: str
    kind: str
    text: str = field(repr=False)
    #: where it begins in the value, counted from 0
    start: int = 0

    @property
    def shown(self) -> str:
        """What may be shown to others: enough to find the place again, not enough to learn the secret."""
        return masked(self.text)


@dataclass(frozen=True)
class Gate:
    """Looks through triples with a policy. `known` is all that is known: names in it may stand in texts.

    >>> policy = Policy.read({"smallest_group": 5, "given_names": ["Maria"], "languages": ["en"]})
    >>> note = Triple(NamedNode(f"{BASE}id/practice/x"), p2p("note"), Literal("As told by Maria Silva.", language="en"))
    >>> [(e.kind, e.text, e.shown, e.start) for e in Gate(policy).inspect([note])]
    [('name of a person', 'Maria Silva', 'M•••• S••••', 11)]
    """

    policy: Policy
    known: tuple[Triple, ...] = field(default=(), repr=False)

    def inspect(self, triples: Iterable[Triple]) -> tuple[Exposure, ...]:
        """Every exposure of some triples, each once, in the order of the triples."""
        own = tuple(triples)
        found = dict.fromkeys(exposure for triple in own for exposure in self._of_triple(triple))
        found.update(dict.fromkeys(self._subjects(own)))
        found.update(dict.fromkeys(self._complements(own)))
        return tuple(found)

    def read(self, text: str) -> list[Disclosure]:
        """What a text beside the triples, such as a remark or the name of a file, gives away."""
        return self._reader.read(text)

    def is_unknown(self, path: str) -> bool:
        """Whether a property, written out or with its prefix, is none of those that nobody has to look at."""
        known = {shorten(one) for one in self.policy.properties} | self.policy.properties
        return bool(path) and not path.startswith((PREFIXES["p2p"], "p2p:")) and path not in known

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.policy, frozenset(self._standing()))

    def _standing(self) -> Iterator[str]:
        """Names of organisations, places, laws and works, but for an organisation that is called like a person."""
        for triple in self.known:
            kind, name = _kind(triple.subject), triple.object
            if kind not in self.policy.names_known or triple.predicate.value not in _NAMES:
                continue
            if isinstance(name, Literal) and not self._is_person(kind, name.value):
                yield name.value

    def _is_person(self, kind: str, name: str) -> bool:
        """Whether what is said to be the name of an organisation or a place is that of a person."""
        return kind in _COULD_BE_A_PERSON and self.policy.names.is_one(name)

    def _of_triple(self, triple: Triple) -> Iterator[Exposure]:
        subject, path, kind = _value(triple.subject), triple.predicate.value, _kind(triple.subject)
        said = triple.object

        def exposure(what: str, text: str, start: int = 0) -> Exposure:
            return Exposure(subject, path, what, text, start)

        if not path.startswith(PREFIXES["p2p"]) and path not in self.policy.properties:
            yield exposure("unknown field", _value(said))
        elif isinstance(said, Literal):
            yield from (exposure(d.kind, d.text, d.start) for d in self._literal(said, kind, path))
            yield from (exposure("small number", said.value) for _ in range(self._is_small(triple)))
        elif isinstance(said, NamedNode):
            if path == _TYPE and said.value in self.policy.person_classes:
                yield exposure("person", said.value)
            elif path != _TYPE and not said.value.startswith(BASE):
                yield from (exposure(what, said.value) for what in self._link(said.value, kind, path))

    def _literal(self, said: Literal, kind: str, path: str) -> Iterator[Disclosure]:
        if not said.datatype.value.startswith(_PLAIN) or (said.language and said.language not in self.policy.languages):
            yield Disclosure("unknown field", said.language or said.datatype.value, 0)
        if said.datatype.value.startswith(PREFIXES["xsd"]) and said.datatype.value != PREFIXES["xsd"] + "string":
            return
        if path == PREFIXES["bibo"] + "doi":
            return
        may_name = (kind, path) in self.policy.names_may_stand
        yield from self._reader.read(said.value, names=not may_name)
        if may_name and path in _NAMES and self._is_person(kind, said.value):
            yield Disclosure("name of a person", said.value, 0)

    def _link(self, address: str, kind: str, path: str) -> Iterator[str]:
        if (kind, path) not in self.policy.links_may_stand:
            yield "link to outside data"
            return
        kinds = {kind for kind, _, _ in self.policy.traces.found(address)}
        if kind == "contact":
            kinds -= {"e-mail address", "link to a person"} if address.startswith("mailto:") else set()
        yield from sorted(kinds & {"link to a person", "e-mail address", "exact place"})

    def _is_small(self, triple: Triple) -> bool:
        path, said = triple.predicate.value, triple.object
        assert isinstance(said, Literal)
        try:
            number = float(said.value)
        except ValueError:
            return False
        if not 0 < number < self.policy.smallest_group:
            return False
        if path in self.policy.numbers_of_people:
            return True
        return path == PREFIXES["p2p"] + "value" and number.is_integer() and triple.subject in self._counting_people

    @cached_property
    def _counting_people(self) -> frozenset[object]:
        """The figures whose unit is people."""
        return frozenset(
            triple.subject
            for triple in self.known
            if triple.predicate == p2p("unit")
            and isinstance(triple.object, Literal)
            and triple.object.value.lower().split(" ")[0] in self.policy.units_of_people
        )

    # Addresses

    def _subjects(self, triples: tuple[Triple, ...]) -> Iterator[Exposure]:
        for subject in dict.fromkeys(_value(t.subject) for t in triples if isinstance(t.subject, NamedNode)):
            if not subject.startswith(f"{BASE}id/"):
                yield Exposure(subject, "", "link to outside data", subject)
                continue
            found = kind_and_slug(subject)
            if found and found[0] in self.policy.slugs_without_names:
                if name := self.slug(found[1]):
                    yield Exposure(subject, "", "name of a person", name)
                elif number := _LONG_NUMBER.search(found[1]):
                    yield Exposure(subject, "", "telephone number", number[0])

    def slug(self, slug: str) -> str:
        """The name of a person in a slug or the name of a file, or an empty text.

        >>> Gate(Policy.read({"smallest_group": 5, "given_names": ["Maria"]})).slug("buddy-of-maria-silva")
        'maria-silva'
        """
        text = slug.replace("-", " ").replace("_", " ")
        titled = text.title()
        for _, name in self.policy.names.found(titled, pairs_known=True):
            start = titled.find(name)
            return slug[start : start + len(name)]
        return ""

    # Numbers that tell another by their difference

    def _complements(self, triples: tuple[Triple, ...]) -> Iterator[Exposure]:
        numbers: dict[str, dict[str, int]] = defaultdict(dict)
        for triple in triples:
            path, said = triple.predicate.value, triple.object
            if path in self.policy.numbers_of_people and isinstance(said, Literal) and said.value.isdigit():
                numbers[_value(triple.subject)][path] = int(said.value)
        for subject, counts in numbers.items():
            part, whole = counts.get(_NUMERATOR.value), counts.get(_DENOMINATOR.value)
            if part is not None and whole is not None and 0 < whole - part < self.policy.smallest_group:
                yield Exposure(subject, _NUMERATOR.value, "small difference", f"{part} of {whole}")
        yield from self._differences(triples, numbers)

    def _differences(self, triples: tuple[Triple, ...], numbers: dict[str, dict[str, int]]) -> Iterator[Exposure]:
        """Two numbers of the same people, such as a group counted twice, that differ by few."""
        keys: dict[str, list[str]] = defaultdict(list)
        for triple in triples:
            if triple.predicate.value in _SAME and _value(triple.subject) in numbers:
                keys[_value(triple.subject)].append(f"{triple.predicate.value} {_value(triple.object)}")
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for subject, key in keys.items():
            alike[(_kind(NamedNode(subject)), *sorted(key))].append(subject)
        for subjects in alike.values():
            for one, other in combinations(sorted(subjects), 2):
                for path in sorted(numbers[one].keys() & numbers[other].keys() & _WHOLE):
                    first, second = numbers[one][path], numbers[other][path]
                    if 0 < abs(first - second) < self.policy.smallest_group:
                        yield Exposure(other, path, "small difference", f"{first} and {second}")


_COULD_BE_A_PERSON: Final = frozenset({"organisation", "place"})
#: two things that agree in all of these count the same people
_SAME: Final = frozenset(PREFIXES["p2p"] + n for n in ("about", "inPractice", "inCountry", "inPlace", "year", "role"))
#: numbers of all people of a kind; the parts of a whole may lie near each other
_WHOLE: Final = frozenset(PREFIXES["p2p"] + n for n in ("groupSize", "denominator", "participantCount"))


def _value(term: object) -> str:
    return str(getattr(term, "value", term))


def _kind(term: object) -> str:
    found = kind_and_slug(_value(term))
    return found[0] if found else ""
