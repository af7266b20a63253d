"""The versions of the ontology, and what changed from one to the next: read from the files, never written by hand.

The current one is `ontology/p2p.ttl`; those before it stand in `ontology/versions/`, a file each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from p2p_graph.changes import Change, changes
from p2p_graph.errors import DataError
from p2p_graph.vocab import PREFIXES

__all__ = ["OntologyVersion", "versions"]

_ONTOLOGY: Final = NamedNode(PREFIXES["p2p"])
_VERSION: Final = NamedNode(PREFIXES["owl"] + "versionInfo")
_NAMES: Final = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "definition")


@dataclass(frozen=True, slots=True)
class OntologyVersion:
    """One version: its statements, and what became of each term since the version before.

    `terms` says label and definition, in English, of each class and property there was.
    """

    version: str
    day: str
    triples: tuple[Triple, ...]
    terms: Mapping[str, tuple[str, str]]
    changes: Mapping[str, tuple[Change, ...]]
    is_first: bool

    def of(self, address: str) -> tuple[Change, ...]:
        """What became of a term with this version."""
        return self.changes.get(address, ())


def versions(folder: Path) -> tuple[OntologyVersion, ...]:
    """Every version of the ontology in a folder, the newest first. Raises DataError for a file that says none.

    >>> from p2p_graph.config import share
    >>> [found.is_first for found in versions(share("ontology"))][-1]
    True
    """
    paths = [*(folder / "versions").glob("*.ttl"), folder / "p2p.ttl"]
    read = sorted((_read(path) for path in paths), key=lambda one: _order(one[0]))
    found: list[OntologyVersion] = []
    for number, (version, triples) in enumerate(read):
        told: dict[str, list[Change]] = {}
        for change in changes(read[number - 1][1], triples).by_thing if number else ():
            if change.thing != _ONTOLOGY.value:
                told.setdefault(change.thing, []).append(change)
        by_term = {term: tuple(several) for term, several in told.items()}
        found.append(OntologyVersion(version, _day(triples), triples, _terms(triples), by_term, not number))
    return tuple(reversed(found))


def _read(path: Path) -> tuple[str, tuple[Triple, ...]]:
    triples = tuple(quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE))
    said = [t.object.value for t in triples if (t.subject, t.predicate) == (_ONTOLOGY, _VERSION) and _is_text(t)]
    if len(said) != 1:
        raise DataError(f"{path.name} does not say by owl:versionInfo which version it is.", faults=())
    return said[0], triples


def _is_text(triple: Triple) -> bool:
    return isinstance(triple.object, Literal)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


def _day(triples: tuple[Triple, ...]) -> str:
    """The day on which a version was issued, empty if it does not say."""
    path = PREFIXES["dcterms"] + "issued"
    said = (t.object for t in triples if t.subject == _ONTOLOGY and t.predicate.value == path)
    return next((value.value for value in said if isinstance(value, Literal)), "")


def _terms(triples: tuple[Triple, ...]) -> dict[str, tuple[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for triple in triples:
        subject, value = triple.subject, triple.object
        is_name = triple.predicate.value in _NAMES and isinstance(value, Literal) and value.language == "en"
        if is_name and isinstance(subject, NamedNode) and isinstance(value, Literal):
            found.setdefault(subject.value, {})[triple.predicate.value] = value.value
    ordered = sorted(found.items(), key=lambda one: one[1].get(_NAMES[0], "").casefold())
    return {term: (said.get(_NAMES[0], ""), said.get(_NAMES[1], "")) for term, said in ordered}
