"""What the query editor knows: prefixes, terms with their labels in every language, and the names of things."""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode
from werkzeug.exceptions import BadRequest

from p2p_graph.formats import FORMATS
from p2p_graph.reading import Graph
from p2p_graph.vocab import PREFIXES, shorten
from webapp.addresses import page_of
from webapp.current_graph import graph, remembered
from webapp.listing import countries
from webapp.naming import names_of
from webapp.negotiation import fresh, with_version
from webapp.protection import bounded

__all__ = ["pages"]

pages = Blueprint("terms", __name__)

_JSON: Final = "application/json"

#: names that one request may ask for
_MOST: Final = 4_000

#: kind of word → what the editor calls it; schemes of concepts are no terms of a query
_KINDS: Final = {
    "Class": "class",
    "ObjectProperty": "property",
    "DatatypeProperty": "property",
    "Concept": "concept",
}


@pages.get("/sparql/terms.json")
def terms() -> Response:
    """Prefixes, formats, and every class, property, concept and country with its labels by language."""
    return fresh(lambda: remembered("terms-of-editor", lambda: _terms(graph())), _JSON)


@pages.post("/sparql/names.json")
@bounded
def names() -> Response:
    """The names and pages of things. The body is a JSON list of addresses, written with our prefixes or whole.

    What is not ours or not there has no entry in the answer.
    """
    called = names_of(graph(), (_whole(given) for given in _asked()))
    found = {address: {"name": name, "page": page_of(address)} for address, name in called.items()}
    body = json.dumps(found, ensure_ascii=False)
    return with_version(Response(body, content_type=_JSON, headers={"Cache-Control": "no-store"}))


def _asked() -> list[str]:
    """The addresses in the body of a request."""
    given = request.get_json(silent=True)
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise BadRequest("Send a JSON list of addresses.")
    if len(given) > _MOST:
        raise BadRequest(f"At most {_MOST:,} addresses at a time.")
    return given


def _whole(name: str) -> str:
    """An address without its prefix.

    >>> _whole("practice:c-buddy")
    'https://w3id.org/peer2peer/id/practice/c-buddy'
    """
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else name


def _terms(graph: Graph) -> bytes:
    """All that the editor completes, as the bytes that it fetches once a release."""
    found: list[dict[str, object]] = [
        {"name": name, "kind": _KINDS[word.kind], "labels": dict(word.labels), "says": word.definition}
        for word in graph.words.values()
        if word.kind in _KINDS and (name := shorten(word.address)) != word.address
    ]
    found += [
        {"name": shorten(address), "kind": "country", "labels": labels, "says": ""}
        for address, labels in _countries(graph).items()
    ]
    formats: dict[str, list[dict[str, str]]] = {}
    for fmt in FORMATS:
        formats.setdefault(fmt.kind, []).append({"name": fmt.name, "title": fmt.title})
    terms = sorted(found, key=lambda term: str(term["name"]))
    body = {"version": graph.version, "prefixes": PREFIXES, "formats": formats, "terms": terms}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _countries(graph: Graph) -> dict[str, dict[str, str]]:
    """The countries that practices are recorded of: their labels by language."""
    labels: dict[str, dict[str, str]] = {PREFIXES["country"] + row.code: {} for row in countries(graph)}
    for row in graph.run("labels-of-things", thing=list(labels)).records() if labels else ():
        thing, label = row["thing"], row["label"]
        if isinstance(thing, NamedNode) and isinstance(label, Literal):
            labels[thing.value][label.language or ""] = label.value
    return labels
