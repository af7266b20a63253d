"""Which known thing somebody means by a name, and what to call a thing so that it is found again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final, Self

from pyoxigraph import Literal, Triple

from p2p_graph.contributing.known import Known, Likeness
from p2p_graph.text import fold
from p2p_graph.vocab import PREFIXES, kind_and_slug, shorten

__all__ = ["Names"]

_NAMING: Final = frozenset({PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel"})
_COUNTRY: Final = PREFIXES["p2p"] + "inCountry"
#: kinds that are chosen by their names
_KINDS: Final = ("practice", "organisation", "document", "place", "law", "project", "country", "tie", "activity")
_SHORT: Final = re.compile(r"(?:^|\()([a-z-]+):([A-Za-z0-9-]+)\)?$")


class Names:
    """Names of things that are known, in all languages. Never changed: `with_more` makes another."""

    def __init__(self, known: Known) -> None:
        """Reads all names once.

        >>> from p2p_graph.vocab import mint, p2p
        >>> from pyoxigraph import Literal, NamedNode, Triple
        >>> label, city = NamedNode(PREFIXES["rdfs"] + "label"), mint("place", "exford")
        >>> names = Names(Known([Triple(city, label, Literal("Exford", language="en"))]))
        >>> [shorten(address) for address in names.find("exFORD", ["place"])], names.call(city.value)
        (['place:exford'], 'Exford')
        """
        self._known = known
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._of_kind: dict[str, list[str]] = defaultdict(list)
        for address in known.addresses():
            self._enter(address, known.of(address))

    def with_more(self, triples: Iterable[Triple]) -> Self:
        """The same and the names of more."""
        more = list(triples)
        other = object.__new__(type(self))
        other._known = self._known.with_more(more)
        other._by_name = defaultdict(list, {name: list(found) for name, found in self._by_name.items()})
        other._of_kind = defaultdict(list, {kind: list(found) for kind, found in self._of_kind.items()})
        for address in dict.fromkeys(t.subject.value for t in more if not isinstance(t.subject, Triple)):
            other._enter(address, [triple for triple in more if getattr(triple.subject, "value", "") == address])
        return other

    def _enter(self, address: str, triples: Iterable[Triple]) -> None:
        found = kind_and_slug(address)
        if found is None or found[0] not in _KINDS:
            return
        self._of_kind[found[0]].append(address)
        for triple in triples:
            if triple.predicate.value in _NAMING and isinstance(triple.object, Literal):
                holders = self._by_name[fold(triple.object.value).strip()]
                if address not in holders:
                    holders.append(address)

    def __contains__(self, address: str) -> bool:
        return address in self._known

    def find(self, text: str, kinds: Collection[str] = (), country: str = "") -> list[str]:
        """The addresses of the things that are called so, or that are named by their address; those of one country
        (two letters) where the name is found in several. No kinds stand for all.
        """
        text = text.strip()
        if short := _SHORT.search(text):
            address = PREFIXES.get(short[1], "") + short[2]
            if address in self._known and (not kinds or short[1] in kinds):
                return [address]
        if text.startswith(PREFIXES["practice"].removesuffix("practice/")) and text in self._known:
            return [text]
        found = [address for address in self._by_name.get(fold(text), ()) if not kinds or _kind(address) in kinds]
        own = [address for address in found if country and country in self.countries(address)]
        return own if len(found) > 1 and own else found

    def near(self, text: str, kinds: Collection[str] = (), country: str = "", most: int = 5) -> list[Likeness]:
        """Things whose names are like a text, the most alike first; those of a country before others."""
        found = [one for kind in kinds or ("",) for one in self._known.similar(text[:200], kind, "", most)]
        found.sort(key=lambda one: (-one.degree, country not in one.countries, one.address))
        return found[:most]

    def call(self, address: str, language: str = "en") -> str:
        """What a thing is called, so that `find` finds it: with its address behind where others are called the same."""
        name = self._known.labels(language).get(address, "")
        if not name:
            return shorten(address)
        alone = self.find(name, [_kind(address)]) == [address]
        return name if alone else f"{name} ({shorten(address)})"

    def all_of(self, kind: str, language: str = "en") -> list[tuple[str, str]]:
        """The things of a kind, each with what it is called, in the order of names."""
        found = [(address, self.call(address, language)) for address in self._of_kind.get(kind, ())]
        return sorted(found, key=lambda one: fold(one[1]))

    def countries(self, address: str) -> list[str]:
        """The codes of the countries of a thing."""
        said = self._known.of(address)
        return [str(getattr(t.object, "value", "")).rsplit("/", 1)[-1] for t in said if t.predicate.value == _COUNTRY]


def _kind(address: str) -> str:
    found = kind_and_slug(address)
    return found[0] if found else ""
