"""Triples become what could have been filled in: what came by any door can be mended in the form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.contributing.filling import Entry, Values
from p2p_graph.contributing.form import Field, Form, Part
from p2p_graph.contributing.naming import Names
from p2p_graph.vocab import PREFIXES, kind_and_slug, shorten

__all__ = ["Unfolded", "unfold"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_P2P: Final = PREFIXES["p2p"]


@dataclass(frozen=True, slots=True)
class Unfolded:
    """What fills the form, and the triples that it has no place for; to change those their file is sent anew."""

    values: Values
    rest: tuple[Triple, ...]


def unfold(form: Form, triples: Iterable[Triple], names: Names) -> Unfolded:
    """What was filled in, if a form had made these triples; entries are numbered in the order of their addresses.

    Things that are described elsewhere are named as `names` calls them.
    """
    return _Unfolding(form, triples, names).unfolded()


class _Unfolding:
    def __init__(self, form: Form, triples: Iterable[Triple], names: Names) -> None:
        self._form, self._names = form, names
        self._rest = dict.fromkeys(triples)
        self._of: dict[str, dict[str, list[NamedNode | Literal]]] = defaultdict(lambda: defaultdict(list))
        for triple in self._rest:
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
                self._of[triple.subject.value][triple.predicate.value].append(triple.object)
        self._keys: dict[str, str] = {}
        self._values: Values = {}

    def unfolded(self) -> Unfolded:
        things = {address: self._part_of(address) for address in sorted(self._of)}
        counts: dict[str, int] = defaultdict(int)
        for address, part in things.items():
            if part is None or (part.key == "practice" and "practice" in self._values):
                continue
            if _kind(address) == "reading" and self._join_reading(address):
                continue
            counts[part.key] += 1
            key = f"{part.key}-{counts[part.key]}" if part.is_many else part.key
            self._keys[address] = key
            self._values[key] = {"reading" if _kind(address) == "reading" else "address": [shorten(address)]}
        for address, key in list(self._keys.items()):
            self._read(address, key)
        self._links()
        ordered = sorted(self._values, key=self._place)
        return Unfolded({key: self._values[key] for key in ordered}, tuple(self._rest))

    def _place(self, key: str) -> tuple[int, int]:
        part = next(n for n, part in enumerate(self._form.parts) if part is self._form.part(key))
        return part, int(key.rpartition("-")[2]) if "-" in key else 0

    def _part_of(self, address: str) -> Part | None:
        return self._form.part_of_kind(_kind(address))

    def _join_reading(self, address: str) -> bool:
        """Puts a reading to the document that it is of, where that has none yet."""
        document = next((o.value for o in self._of[address].get(_P2P + "ofDocument", ())), "")
        key = self._keys.get(document, "")
        if not key or "reading" in self._values[key]:
            return False
        self._values[key]["reading"] = [shorten(address)]
        self._keys[address] = key
        return True

    def _read(self, address: str, key: str) -> None:
        part, entry = self._form.part(key), self._values[key]
        assert part is not None
        for field in part.fields:
            if field.of == _kind(address):
                for value in list(self._of[address].get(field.path, ())):
                    name, text = self._text(field, value, key)
                    entry.setdefault(name, []).append(text)
                    self._take(address, field.path, value)
        for value in self._of[address].get(_TYPE, ()):
            if part.classes:
                entry["class"] = [shorten(value.value)]
            self._take(address, _TYPE, value)

    def _text(self, field: Field, value: NamedNode | Literal, key: str) -> tuple[str, str]:
        if isinstance(value, Literal):
            return (f"{field.key}@{value.language or 'en'}" if field.kind == "text" else field.key), value.value
        if field.kind == "concept":
            return field.key, shorten(value.value)
        if field.kind == "thing":
            return field.key, self._meant(field, value.value)
        return field.key, value.value

    def _meant(self, field: Field, address: str) -> str:
        """The entry of a thing; one that is described elsewhere gets an entry where actors are chosen from entries."""
        if address in self._keys:
            return self._keys[address]
        if "group" in field.targets and _kind(address) == "organisation":
            number = sum(key.startswith("organisation-") for key in self._values) + 1
            key = f"organisation-{number}"
            self._keys[address] = key
            self._values[key] = {"known": [shorten(address)], "label@en": [self._names.call(address)]}
            return key
        return self._names.call(address)

    def _links(self) -> None:
        """Takes the links that the form draws itself."""
        practice = next((a for a, key in self._keys.items() if key == "practice"), "")
        for address, key in self._keys.items():
            said: Mapping[str, list[NamedNode | Literal]] = self._of.get(address, {})
            drawn = {"group": "inPractice", "tie": "inPractice"}.get(_kind(address))
            if drawn and said.get(_P2P + drawn) == [NamedNode(practice)] if practice else False:
                self._take(address, _P2P + str(drawn), NamedNode(practice))
            if _kind(address) == "period":
                self._take(practice, _P2P + "period", NamedNode(address))
            if _kind(address) == "reading":
                self._source(address, key)

    def _source(self, address: str, key: str) -> None:
        for value in self._of[address].get(_P2P + "recordedBy", ()):
            self._take(address, _P2P + "recordedBy", value)
        for value in self._of[address].get(_P2P + "ofDocument", ()):
            if self._keys.get(value.value) != key:
                entry: Entry = self._values[key]
                entry["known"] = [shorten(value.value)]
                entry["label@en"] = [self._names.call(value.value)]
            self._take(address, _P2P + "ofDocument", value)

    def _take(self, subject: str, path: str, value: NamedNode | Literal) -> None:
        if subject:
            self._rest.pop(Triple(NamedNode(subject), NamedNode(path), value), None)


def _kind(address: str) -> str:
    found = kind_and_slug(address)
    return found[0] if found else ""
