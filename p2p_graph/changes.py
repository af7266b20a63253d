"""What differs between two states of the graph: as triples, and as sentences that anybody can read. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal as OneOf

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.model import Term
from p2p_graph.vocab import KINDS, PREFIXES, kind_and_slug, shorten

__all__ = ["ENGLISH", "Change", "Changes", "Phrases", "changes"]

_LABEL: Final = PREFIXES["rdfs"] + "label"
_TYPE: Final = PREFIXES["rdf"] + "type"
_ORDER: Final = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one property of a thing, or of a thing as a whole (then without a property)."""

    what: OneOf["new", "gone", "set", "removed", "replaced", "added"]
    thing: str
    property: str = ""
    before: tuple[Term, ...] = ()
    after: tuple[Term, ...] = ()


_KIND_WORDS: Final[dict[str, str]] = {
    **{kind: kind.replace("-", " ") for kind in KINDS},
    "group": "group of people",
    "law": "legal act",
    "observation": "number of an indicator",
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of the sentences; a translation passes its own."""

    kinds: Mapping[str, str] = field(default_factory=lambda: dict(_KIND_WORDS))
    new: str = "New: {thing}."
    gone: str = "Gone: {thing}."
    set: str = "{thing}: {property} is now {after}."
    added: str = "{thing}: {property} also {after}."
    removed: str = "{thing}: {property} no longer {before}."
    replaced: str = "{thing}: {property} is {after}, no longer {before}."
    named: str = "{kind} “{name}”"


ENGLISH: Final = Phrases()


@dataclass(frozen=True, slots=True)
class Changes:
    """The triples that were added and removed, sorted, and the same by things."""

    added: tuple[Triple, ...]
    removed: tuple[Triple, ...]
    by_thing: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def sentences(self, names: Mapping[str, str], phrases: Phrases = ENGLISH) -> list[str]:
        """Each change in a sentence, practices first. `names` says what things, properties and words are called."""
        return [_sentence(change, names, phrases) for change in self.by_thing]


def changes(before: Iterable[Triple], after: Iterable[Triple]) -> Changes:
    """What differs between two sets of triples.

    >>> from p2p_graph.vocab import mint, p2p
    >>> thing, since = mint("practice", "x"), p2p("startYear")
    >>> told = changes([Triple(thing, since, Literal(2009))], [Triple(thing, since, Literal(2010))])
    >>> told.sentences({thing.value: "Night bus", since.value: "first year"})
    ['practice “Night bus”: first year is 2010, no longer 2009.']
    """
    old, new = set(before), set(after)
    added, removed = sorted(new - old, key=str), sorted(old - new, key=str)
    there_before, there_after = {t.subject for t in old}, {t.subject for t in new}
    found: dict[str, list[Change]] = defaultdict(list)
    by_property: dict[tuple[NamedNode, str], tuple[list[Term], list[Term]]] = defaultdict(lambda: ([], []))
    for place, triples in enumerate((removed, added)):
        for triple in triples:
            if isinstance(triple.subject, NamedNode):
                by_property[triple.subject, triple.predicate.value][place].append(triple.object)
    kept = {(t.subject, t.predicate.value) for t in old & new}
    for (subject, path), (gone, come) in by_property.items():
        address = subject.value
        if subject not in there_before or subject not in there_after:
            found[address] = [Change("new" if subject in there_after else "gone", address)]
        else:
            has_more = (subject, path) in kept
            found[address].append(Change(_what(gone, come, has_more), address, path, tuple(gone), tuple(come)))
    ordered = sorted(found, key=lambda address: (_place(address), address))
    told = [change for address in ordered for change in sorted(found[address], key=lambda one: one.property)]
    return Changes(tuple(added), tuple(removed), tuple(told))


def _what(gone: list[Term], come: list[Term], has_more: bool) -> OneOf["set", "removed", "replaced", "added"]:
    if gone and come:
        return "replaced"
    if gone:
        return "removed"
    return "added" if has_more else "set"


def _place(address: str) -> int:
    known = kind_and_slug(address)
    return _ORDER[known[0]] if known else len(_ORDER)


def _sentence(change: Change, names: Mapping[str, str], phrases: Phrases) -> str:
    known = kind_and_slug(change.thing)
    name = names.get(change.thing) or (known[1] if known else change.thing)
    thing = phrases.named.format(kind=phrases.kinds[known[0]], name=name) if known else shorten(name)
    path = change.property
    called = names.get(path) or {_LABEL: "name", _TYPE: "kind"}.get(path) or shorten(path).split(":", 1)[-1]
    before, after = (", ".join(_shown(value, names) for value in them) for them in (change.before, change.after))
    template: str = getattr(phrases, change.what)
    return template.format(thing=thing, property=called, before=before, after=after)


def _shown(value: Term, names: Mapping[str, str]) -> str:
    if isinstance(value, NamedNode):
        return names.get(value.value) or shorten(value.value)
    if isinstance(value, Literal):
        return f"“{value.value}” ({value.language})" if value.language else value.value
    return str(value)
