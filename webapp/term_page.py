"""The page of one class or property: what it means, how it stands to others, where it is used, how it changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from markupsafe import Markup
from pyoxigraph import NamedNode

from p2p_graph.ontology_versions import OntologyVersion
from p2p_graph.reading.graph import Word
from p2p_graph.vocab import PREFIXES
from webapp.addresses import page_of
from webapp.changing import phrases, sentences
from webapp.current_graph import graph, remembered
from webapp.dataset import statistics
from webapp.describing import Namer, Value
from webapp.languages import LANGUAGES, called
from webapp.term_diagram import Drawn, drawing
from webapp.wording import WordView, terms

__all__ = ["TermPage", "term_page"]

_RDFS: Final = PREFIXES["rdfs"]


@dataclass(frozen=True, slots=True)
class TermPage:
    """Everything that the page of a term shows.

    `labels` are code, the language in its own words, and the label; `narrower`, `said_of_it` and `values_of` are the
    terms that name it as wider, as what they are said of, and as their value; `history` is version, day and sentences.
    """

    word: WordView
    address: str
    code: str
    is_class: bool
    labels: tuple[tuple[str, str, str], ...]
    narrower: tuple[Value, ...]
    said_of_it: tuple[Value, ...]
    values_of: tuple[Value, ...]
    samples: tuple[Value, ...]
    diagram: Markup
    uses: int
    since: str
    history: tuple[tuple[str, str, tuple[str, ...]], ...]


def term_page(name: str, versions: Iterable[OntologyVersion]) -> TermPage | None:
    """The page of the term of a name, or None if there is no such term."""
    address = PREFIXES["p2p"] + name
    classes, properties = remembered("terms", lambda: terms(graph()))
    view = next((one for one in (*classes, *properties) if one.anchor == name), None)
    word = graph().words.get(address)
    if view is None or word is None:
        return None
    around = remembered("term-relations", _relations)
    narrower = [word for name in ("subClassOf", "subPropertyOf") for word in _words(address, around.get(name, {}))]
    said_of_it, values_of = _words(address, around.get("domain", {})), _words(address, around.get("range", {}))
    told = tuple(versions)
    return TermPage(
        view,
        address,
        f"p2p:{name}",
        word.kind == "Class",
        tuple((code, tongue, word.labels[code]) for code, tongue in LANGUAGES.items() if code in word.labels),
        tuple(map(_value, narrower)),
        tuple(map(_value, said_of_it)),
        tuple(map(_value, values_of)),
        _samples(address, word.kind == "Class"),
        drawing(_drawn(word, view, narrower, said_of_it, values_of)),
        _uses(address),
        next((one.version for one in reversed(told) if address in one.terms), ""),
        tuple((one.version, one.day, _history(one, address)) for one in told if one.of(address) and not one.is_first),
    )


def _uses(address: str) -> int:
    """How many things belong to a class, or have a property."""
    whole = statistics()
    found = {part.address: part.number for part in whole.classes}
    found |= {part.address: part.subjects for part in whole.properties}
    return found.get(address, 0)


def _relations() -> dict[str, dict[str, list[str]]]:
    """Relation → term → the terms that name it so."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in graph().run("term-details").records():
        term, detail, value = row["term"], row["detail"], row["value"]
        if not isinstance(term, NamedNode) or not isinstance(detail, NamedNode) or not isinstance(value, NamedNode):
            continue
        if detail.value.startswith(_RDFS):
            named = found.setdefault(detail.value.removeprefix(_RDFS), {})
            named.setdefault(value.value, []).append(term.value)
    return found


def _words(address: str, named: dict[str, list[str]]) -> list[Word]:
    words = (graph().words[term] for term in dict.fromkeys(named.get(address, ())) if term in graph().words)
    return sorted(words, key=lambda word: called(word.labels).casefold())


def _value(word: Word) -> Value:
    return Value(called(word.labels), page_of(word.address))


def _samples(address: str, is_class: bool) -> tuple[Value, ...]:
    """A few of the things that the term is used of."""
    query, parameter = ("things-of-class", "class") if is_class else ("things-with-property", "property")
    found = [row[0].value for row in graph().run(query, **{parameter: address}).rows if isinstance(row[0], NamedNode)]
    namer = Namer(graph()).learn(found)
    return tuple(namer.value(thing) for thing in found)


def _drawn(word: Word, view: WordView, narrower: list[Word], said_of_it: list[Word], values_of: list[Word]) -> Drawn:
    name = called(word.labels)
    below = tuple(called(one.labels) for one in narrower)
    said = {label: tuple(value.text for value in values) for label, values in view.relations}
    if word.kind == "Class":
        outgoing = tuple((called(one.labels), _named_by(_local(one), "value")) for one in said_of_it)
        incoming = tuple((_named_by(_local(one), "said of"), called(one.labels)) for one in values_of)
        return Drawn(name, tuple(_wider(word.address)), below, outgoing, incoming)
    lines = tuple((_(label), text) for label in ("said of", "value") for text in said.get(label, ()))
    return Drawn(name, said.get("a case of", ()), below, lines)


def _local(word: Word) -> str:
    return word.address.rsplit("/", 1)[-1]


def _wider(address: str) -> list[str]:
    """The classes above a class, the widest first; of several it is the first one by name."""
    above = remembered("wider-terms", _above)
    found: list[str] = []
    seen = {address}
    while address in above and above[address] not in seen:
        address = above[address]
        seen.add(address)
        found.insert(0, called(graph().words[address].labels))
    return found


def _above() -> dict[str, str]:
    named = remembered("term-relations", _relations).get("subClassOf", {})
    return {term: wider for wider in sorted(named, reverse=True) if wider in graph().words for term in named[wider]}


def _named_by(name: str, relation: str) -> str:
    """What a property is said of, or what its value is, in one word."""
    _classes, properties = remembered("terms", lambda: terms(graph()))
    view = next((one for one in properties if one.anchor == name), None)
    said = dict(view.relations).get(relation, ()) if view else ()
    return said[0].text if said else ""


def _history(version: OntologyVersion, address: str) -> tuple[str, ...]:
    return sentences(version.of(address), phrases())
