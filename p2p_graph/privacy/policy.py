"""The policy as values: what may stand, who is protected, and the numbers. Its text is `ontology/policy.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from p2p_graph.privacy.persons import Names
from p2p_graph.privacy.traces import Traces
from p2p_graph.vocab import PREFIXES

__all__ = ["Ladder", "Policy"]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs by which place and year grow coarser, finest first; `band` is a number of years.

    Places: city, region, country. Years: day, year, band, none.
    """

    places: tuple[str, ...] = ("city", "region", "country")
    years: tuple[str, ...] = ("day", "year", "band", "none")
    band: int = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """What may stand in what is published.

    Addresses are written out. A field is a pair of a kind of thing and a property: `("document", ".../authors")`.
    """

    #: k: a number of people below it is not published, a combination that fewer share grows coarser
    smallest_group: int
    names: Names
    traces: Traces
    #: family of roles → why it is protected: `undocumented` (unless a public document says it), `city` (never finer)
    roles_at_risk: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: kinds of documents that can be found without an address
    published_kinds: frozenset[str] = frozenset()
    ladder: Ladder = field(default_factory=Ladder)
    numbers_of_people: frozenset[str] = frozenset()
    units_of_people: frozenset[str] = frozenset()
    #: properties that may be used at all, beside those of the ontology
    properties: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    names_may_stand: frozenset[tuple[str, str]] = frozenset()
    #: kinds of things whose names may be said anywhere
    names_known: frozenset[str] = frozenset()
    slugs_without_names: frozenset[str] = frozenset()
    links_may_stand: frozenset[tuple[str, str]] = frozenset()
    person_classes: frozenset[str] = frozenset()

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Policy:
        """A policy from the parsed file; what it leaves out is empty.

        >>> policy = Policy.read({"smallest_group": 5, "given_names": ["Anna"], "names_may_stand": ["law rdfs:label"]})
        >>> policy.smallest_group, policy.names_may_stand
        (5, frozenset({('law', 'http://www.w3.org/2000/01/rdf-schema#label')}))
        """

        def words(name: str) -> frozenset[str]:
            return frozenset(data.get(name, ()))

        names = Names(words("honorifics"), words("given_names"), words("also_words"), words("called"), words("people"))
        traces = Traces(words("few"), words("lone"), words("few_people"), words("few_people_in_words"))
        steps, at_risk = data.get("ladder", {}), data.get("roles_at_risk", {}).items()
        return cls(
            smallest_group=int(data["smallest_group"]),
            names=names,
            traces=traces,
            roles_at_risk={PREFIXES["role"] + role: frozenset(why) for role, why in at_risk},
            published_kinds=frozenset(map(_full, data.get("published_kinds", ()))),
            ladder=Ladder(
                tuple(steps.get("places", Ladder().places)),
                tuple(steps.get("years", Ladder().years)),
                int(steps.get("band", Ladder().band)),
            ),
            numbers_of_people=frozenset(map(_full, data.get("numbers_of_people", ()))),
            units_of_people=words("units_of_people"),
            properties=frozenset(map(_full, data.get("properties", ()))),
            languages=words("languages"),
            names_may_stand=_fields(data.get("names_may_stand", ())),
            names_known=words("names_known"),
            slugs_without_names=words("slugs_without_names"),
            links_may_stand=_fields(data.get("links_may_stand", ())),
            person_classes=frozenset(map(_full, data.get("person_classes", ()))),
        )


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else name


def _fields(lines: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Fields written as `document p2p:authors`."""
    pairs = (line.split(" ", 1) for line in lines)
    return frozenset((kind, _full(path)) for kind, path in pairs)
