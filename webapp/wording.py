"""Words of the ontology as pages explain them: meaning, example, source of the meaning, how often they are used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Term
from p2p_graph.reading import Graph
from p2p_graph.reading.graph import Word
from p2p_graph.vocab import BASE, PREFIXES
from webapp.addresses import is_web_address, page_of
from webapp.describing import Namer, Value
from webapp.languages import N_, at, called

__all__ = ["LANGUAGES", "WordView", "concepts", "terms"]

#: the languages of labels besides English, with their English names
LANGUAGES: Final = {
    "pt": N_("Portuguese"),
    "el": N_("Greek"),
    "pl": N_("Polish"),
    "lt": N_("Lithuanian"),
    "nl": N_("Dutch"),
    "fr": N_("French"),
    "hu": N_("Hungarian"),
    "de": N_("German"),
}

_RDFS: Final = PREFIXES["rdfs"]
_XSD: Final = PREFIXES["xsd"]

#: values that are no things of ours, in words
_VALUES: Final = {
    PREFIXES["rdf"] + "langString": N_("text in a language"),
    _XSD + "string": N_("text"),
    _XSD + "integer": N_("a whole number"),
    _XSD + "decimal": N_("a number"),
    _XSD + "date": N_("a day"),
    _XSD + "gYear": N_("a year"),
    _XSD + "boolean": N_("yes or no"),
    PREFIXES["skos"] + "Concept": N_("a word from the lists of concepts"),
    PREFIXES["rdf"] + "Property": N_("a property"),
}

#: vocabularies that definitions follow, by the beginning of their address
_SOURCES: Final = {
    "http://data.europa.eu/eli/ontology": "European Legislation Identifier (ELI)",
    "http://purl.org/dc/terms/": "Dublin Core terms",
    "http://purl.org/linked-data/cube": "W3C Data Cube",
    "http://www.w3.org/ns/org": "W3C Organization Ontology",
    "http://www.w3.org/ns/prov": "W3C PROV-O",
    "https://schema.org/": "schema.org",
}


@dataclass(frozen=True, slots=True)
class WordView:
    """A class, property or concept as a page explains it.

    `relations` are what it is a kind of, what it is said of and what its value is; `uses` counts the things
    recorded that use it, None for one that is not counted; `sample` is one of them.
    """

    anchor: str
    label: str
    definition: str
    note: str
    example: str
    source: Value | None
    relations: tuple[tuple[str, tuple[Value, ...]], ...]
    labels: tuple[tuple[str, str, str], ...]
    is_narrower: bool
    uses: int | None
    sample: Value | None


_Details = Mapping[str, Mapping[str, tuple[Term, ...]]]


def terms(graph: Graph) -> tuple[tuple[WordView, ...], tuple[WordView, ...]]:
    """The classes and the properties of the ontology, by their labels."""
    details = _details(graph)
    uses = {_address(row["property"]): _whole(row["things"]) for row in graph.run("uses-of-properties").records()}
    uses |= {_address(row["class"]): _whole(row["things"]) for row in graph.run("counts").records()}
    words = sorted(
        (w for w in graph.words.values() if w.address.startswith(f"{BASE}ontology/")),
        key=lambda w: called(w.labels).casefold(),
    )
    views = [(word.kind, _view(graph, word, details, uses.get(word.address), None)) for word in words]
    return (
        tuple(view for kind, view in views if kind == "Class"),
        tuple(view for kind, view in views if kind.endswith("Property")),
    )


def concepts(graph: Graph, scheme: str) -> tuple[WordView, ...]:
    """The concepts of a list in their order; narrower ones follow the one they belong to."""
    rows = {_address(r["concept"]): r for r in graph.run("uses-of-concepts", scheme=f"{BASE}vocab/{scheme}").records()}
    samples = {address: _literal(row["example"]) for address, row in rows.items()}
    names = Namer(graph).learn(sorted(filter(None, samples.values())))
    details = _details(graph)
    found = graph.concepts(scheme)
    places = {word.address: word.order for word in found}
    ordered = sorted(found, key=lambda w: (places.get(w.broader or w.address, w.order), w.broader is not None, w.order))
    families = {word.broader for word in found}
    views = []
    for word in ordered:
        row, sample = rows.get(word.address), samples.get(word.address, "")
        shown = names.value(sample) if sample else None
        views.append(
            _view(
                graph, word, details, _whole(row["things"]) if row else None if word.address in families else 0, shown
            )
        )
    return tuple(views)


def _details(graph: Graph) -> _Details:
    found: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for row in graph.run("term-details").records():
        if row["value"] is not None:
            found[_address(row["term"])][_address(row["detail"])].append(row["value"])
    return {term: {detail: tuple(values) for detail, values in said.items()} for term, said in found.items()}


def _view(graph: Graph, word: Word, details: _Details, uses: int | None, sample: Value | None) -> WordView:
    said = details.get(word.address, {})
    return WordView(
        word.address.rsplit("/", 1)[-1],
        called(word.labels) or word.address,
        word.definition,
        _first(said, PREFIXES["skos"] + "scopeNote"),
        _first(said, PREFIXES["skos"] + "example"),
        _source(_first(said, PREFIXES["dcterms"] + "source")),
        tuple(
            (label, tuple(_related(graph, term) for term in said[_RDFS + name]))
            for label, name in (
                (N_("a kind of"), "subClassOf"),
                (N_("a case of"), "subPropertyOf"),
                (N_("said of"), "domain"),
                (N_("value"), "range"),
            )
            if _RDFS + name in said
        ),
        tuple((code, _(name), word.labels[code]) for code, name in LANGUAGES.items() if code in word.labels),
        word.broader is not None,
        uses,
        sample,
    )


def _source(address: str) -> Value | None:
    """Where a definition comes from; None for one of our own."""
    if not is_web_address(address) or address.startswith(BASE):
        return None
    name = next((name for start, name in _SOURCES.items() if address.startswith(start)), address)
    return Value(name, address, outside=True)


def _related(graph: Graph, term: Term) -> Value:
    address = _address(term)
    if address in _VALUES:
        return Value(_(_VALUES[address]), at("/vocab/") if address.endswith("#Concept") else None)
    return Value(graph.label(address), page_of(address))


def _first(said: Mapping[str, Iterable[Term]], detail: str) -> str:
    return next((t.value for t in said.get(detail, ()) if isinstance(t, NamedNode | Literal)), "")


def _address(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def _literal(term: Term | None) -> str:
    return term.value if isinstance(term, Literal) else ""


def _whole(term: Term | None) -> int:
    return int(_literal(term) or 0)
