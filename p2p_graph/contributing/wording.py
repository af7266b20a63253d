"""Faults of wording: whatever could lead to a person, and two organisations with one name."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.contributing.validation import Source, line_of
from p2p_graph.model import Fault
from p2p_graph.privacy import Coarser, Exposure, Gate, Policy, coarsen, explain, masked
from p2p_graph.text import fold
from p2p_graph.vocab import PREFIXES, kind_and_slug, p2p, shorten

__all__ = ["discreet", "exposures", "made_coarser", "rarities", "rarities_of", "read_policy", "wording_faults"]

_LABEL = PREFIXES["rdfs"] + "label"
_PLACES = (p2p("inPlace").value, p2p("area").value)
_YEARS = tuple(p2p(name).value for name in ("startYear", "endYear", "startDate", "endDate", "period"))
_TWIN = (
    "This organisation has nearly the name of another in the same country, so that its ties would be parted between "
    "two. Keep one of the two, or tell them apart."
)
#: how alike two folded names are before they are one organisation spelt twice
_ALIKE = 0.93


def read_policy(ontology: Path) -> Policy:
    """The policy of `ontology/policy.json`."""
    return Policy.read(json.loads((ontology / "policy.json").read_text(encoding="utf-8")))


def wording_faults(sources: Iterable[Source], everything: Iterable[Triple], policy: Policy) -> tuple[Fault, ...]:
    """The faults of wording in some sources, seen with all that is known."""
    known = tuple(everything)
    checked = tuple(sources)
    return (*exposures(checked, known, policy), *_twins(checked, known))


def exposures(sources: Iterable[Source], everything: Iterable[Triple], policy: Policy) -> Iterator[Fault]:
    """Whatever in some sources could lead to a person: in their triples, their remarks and their names.

    A fault says where, why and what to write instead; what it shows is masked, because faults end up in logs.
    """
    gate = Gate(policy, tuple(everything))
    for source in sources:
        for found in gate.inspect(source.triples):
            line = line_of(source.text, found.subject)
            path = _without_names(shorten(found.path), gate) if found.path else ""
            yield _fault(source.file, line, _shown(found), path, found.kind, found.shown)
        yield from _beside_triples(source, gate)


def rarities(sources: Iterable[Source], everything: Iterable[Triple], policy: Policy) -> Iterator[Fault]:
    """Groups in some sources that too few others resemble, whatever is made coarser.

    `everything` must be the whole graph with its lists of words: the fewer groups it holds, the more are rare.
    """
    checked = tuple(sources)
    own = {_address(triple): source for source in checked for triple in source.triples}
    for found in coarsen(everything, policy).exposures if own else ():
        if source := own.get(found.subject):
            yield _rare(source, found)


def rarities_of(source: Source, found: Coarser) -> Iterator[Fault]:
    """What of a source is too rare to be published."""
    own = {_address(triple) for triple in source.triples}
    return (_rare(source, one) for one in found.exposures if one.subject in own)


def made_coarser(source: Source, found: Coarser) -> Iterator[Fault]:
    """What of a source will be published with a wider place or with wider years, and what its sender can do."""
    own = {_address(triple) for triple in source.triples}
    for change in (change for change in found.changes if change.subject in own):
        gone = {t.predicate.value for t in found.removed if _address(t) == change.subject}
        for kind, field, paths in (("wider place", "Place", _PLACES), ("wider years", "Since", _YEARS)):
            if path := next((path for path in paths if path in gone), ""):
                line = line_of(source.text, change.subject)
                yield replace(_fault(source.file, line, shorten(change.subject), shorten(path), kind, ""), field=field)


def _rare(source: Source, found: Exposure) -> Fault:
    path = shorten(found.path) if found.path else ""
    return _fault(source.file, line_of(source.text, found.subject), _shown(found), path, found.kind, found.shown)


def discreet(faults: Iterable[Fault], everything: Iterable[Triple], policy: Policy) -> Iterator[Fault]:
    """Faults of any kind, with what could lead to a person masked in what they show: they end up in logs."""
    gate = Gate(policy, tuple(everything))
    for fault in faults:
        is_telling = gate.is_unknown(fault.path) or gate.read(fault.value)
        yield replace(
            fault,
            subject=_without_names(fault.subject, gate),
            field=_without_names(fault.field, gate),
            value=masked(fault.value) if is_telling else _without_names(fault.value, gate),
            path=_without_names(fault.path, gate),
        )


def _without_names(address: str, gate: Gate) -> str:
    """An address, or the end of one, with the name of a person in it masked."""
    name = gate.slug(address.rstrip("/#").replace("#", "/").replace(":", "/").rpartition("/")[2])
    return address.replace(name, masked(name)) if name else address


def _shown(found: Exposure) -> str:
    """The address of a thing, masked where it is itself what could lead to a person."""
    shown = shorten(found.subject)
    return shown.replace(found.text, found.shown) if found.text else shown


def _beside_triples(source: Source, gate: Gate) -> Iterator[Fault]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            for found in gate.read(line.lstrip("# \t")):
                yield _fault(source.file, number, "", "", found.kind, masked(found.text))
    for part in source.file.removesuffix(".ttl").split("/"):
        if name := gate.slug(part):
            yield _fault(source.file.replace(part, masked(part)), None, "", "", "name of a person", masked(name))


def _fault(file: str, line: int | None, subject: str, path: str, kind: str, shown: str) -> Fault:
    return Fault(file, line, subject, path, explain(kind), shown, path)


def _address(triple: Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, NamedNode) else ""


def _kind(triple: Triple) -> str:
    found = kind_and_slug(_address(triple))
    return found[0] if found else ""


def _twins(sources: tuple[Source, ...], known: tuple[Triple, ...]) -> Iterator[Fault]:
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
            if _are_alike(first, second):
                source = own.get(other) or own[one]
                subject = other if other in own else one
                twin = one if subject == other else other
                line = line_of(source.text, subject)
                yield Fault(source.file, line, shorten(subject), "Name", _TWIN, shorten(twin), "rdfs:label")


def _are_alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other)
    # the first two are upper bounds of the third, and quick
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= _ALIKE for bound in bounds)
