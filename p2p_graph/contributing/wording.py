"""Faults of wording: a text that names a person, and two organisations with one name."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.contributing.validation import Source, line_of
from p2p_graph.model import Fault
from p2p_graph.privacy import Policy, disclosures
from p2p_graph.text import fold
from p2p_graph.vocab import PREFIXES, kind_and_slug, p2p, shorten

__all__ = ["read_policy", "wording_faults"]

_LABEL = PREFIXES["rdfs"] + "label"
_NAMES = frozenset({_LABEL, PREFIXES["skos"] + "altLabel"})
#: kinds whose own name is a text about people; an organisation, a work or a law may be named after somebody
_SPEAKING = frozenset({"practice", "group", "finding", "activity"})
#: kinds whose names may stand in a text, even where they hold the name of a person
_NAMED = frozenset({"organisation", "place", "law", "document", "project"})
#: how alike two folded names are before they are one organisation spelt twice
_ALIKE = 0.93


def read_policy(ontology: Path) -> Policy:
    """The policy of `ontology/policy.json`."""
    return Policy.read(json.loads((ontology / "policy.json").read_text(encoding="utf-8")))


def wording_faults(sources: Iterable[Source], everything: Iterable[Triple], policy: Policy) -> tuple[Fault, ...]:
    """The faults of wording in some sources, seen with all that is known."""
    known = list(everything)
    checked = tuple(sources)
    return (*_persons(checked, known, policy), *_twins(checked, known))


def _persons(sources: Iterable[Source], known: list[Triple], policy: Policy) -> Iterator[Fault]:
    allowed = {_text(t) for t in known if _is_name(t) and _kind(t) in _NAMED}
    for source in sources:
        for triple in source.triples:
            if not isinstance(triple.object, Literal) or not _is_text(triple, policy):
                continue
            for found in disclosures(triple.object.value, policy, allowed):
                address = _address(triple)
                what = (
                    f"This text holds what looks like the {found.kind}. Write of roles and groups instead, such as "
                    "“a nurse of the team”, so that nobody can be found through this page."
                )
                path, line = shorten(triple.predicate.value), line_of(source.text, address)
                yield Fault(source.file, line, shorten(address), path, what, found.text, path)


def _is_text(triple: Triple, policy: Policy) -> bool:
    path = triple.predicate.value
    return path in policy.free_text or (path == _LABEL and _kind(triple) in _SPEAKING)


def _is_name(triple: Triple) -> bool:
    return triple.predicate.value in _NAMES and isinstance(triple.object, Literal)


def _text(triple: Triple) -> str:
    return triple.object.value if isinstance(triple.object, Literal) else ""


def _address(triple: Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, NamedNode) else ""


def _kind(triple: Triple) -> str:
    found = kind_and_slug(_address(triple))
    return found[0] if found else ""


def _twins(sources: tuple[Source, ...], known: list[Triple]) -> Iterator[Fault]:
    own = {_address(t): source for source in sources for t in source.triples if _kind(t) == "organisation"}
    names: dict[str, str] = {}
    country: dict[str, str] = {}
    for triple in known:
        if _kind(triple) != "organisation":
            continue
        if triple.predicate == p2p("inCountry") and isinstance(triple.object, NamedNode):
            country[_address(triple)] = triple.object.value
        elif triple.predicate.value == _LABEL and isinstance(triple.object, Literal) and triple.object.language == "en":
            names[_address(triple)] = fold(triple.object.value)
    by_country: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for address, name in names.items():
        by_country[country.get(address, "")].append((address, name))
    for group in by_country.values():
        for (one, first), (other, second) in combinations(sorted(group), 2):
            if one not in own and other not in own:
                continue
            if SequenceMatcher(None, first, second).ratio() >= _ALIKE:
                source = own.get(other) or own[one]
                subject = other if other in own else one
                what = (
                    "This organisation has nearly the name of another in the same country. "
                    "Keep one of the two, or tell them apart."
                )
                twin = one if subject == other else other
                line = line_of(source.text, subject)
                yield Fault(source.file, line, shorten(subject), "Name", what, shorten(twin), "rdfs:label")
