"""The index that browsers search in a copy: one file of JSON for each language.

It has what the index of a release has, without its tables: things with their files, their texts in the order of
importance, and the things in whose names they are found too. Browsers fold the words themselves (`frozen-search.js`).
"""

from __future__ import annotations

import json
from typing import Final

from pyoxigraph import Literal, NamedNode

from p2p_graph.reading import Graph
from p2p_graph.reading.indexing import FIELDS, KINDS_FOUND, TYPES
from p2p_graph.vocab import PREFIXES, kind_and_slug, shorten
from webapp.addresses import page_of
from webapp.freezing.plan import file_of, link_of
from webapp.languages import ENGLISH, at

__all__ = ["index_of"]

_COUNTRY: Final = PREFIXES["country"]


def index_of(graph: Graph, code: str) -> str:
    """The index in a language: things by weight and name, each `[kind, file, short, name, its language, countries]`;
    texts `[thing, field, language, text]`, names first; links `[thing, field, target]`, all by number.
    """
    texts, links = (
        [row for type in TYPES for row in graph.run(name, type=type).rows]
        for name in ("searchable-texts", "searchable-links")
    )
    said: dict[str, list[tuple[int, str, str]]] = {}
    for thing, place, text in texts:
        if isinstance(thing, NamedNode) and isinstance(place, Literal) and isinstance(text, Literal):
            said.setdefault(thing.value, []).append((FIELDS.index(place.value), text.language or "", text.value))
    places = {address: page for address in said if (page := _file(address, code))}
    kinds = {address: KINDS_FOUND.index(_kind(address)) for address in places}
    order = sorted(places, key=lambda address: (kinds[address], address))
    numbers = {address: number for number, address in enumerate(order)}
    countries: dict[str, list[str]] = {}
    told = []
    for thing, place, target in links:
        if isinstance(thing, NamedNode) and isinstance(target, NamedNode) and isinstance(place, Literal):
            if thing.value in numbers and target.value in numbers:
                told.append((numbers[thing.value], place.value, numbers[target.value]))
            if target.value.startswith(_COUNTRY):
                countries.setdefault(thing.value, []).append(target.value[len(_COUNTRY) :])
    things = []
    for address in order:
        name, language = _name(said[address], code)
        things.append(
            (kinds[address], places[address], shorten(address), name, language, " ".join(countries.get(address, ())))
        )
    listed = sorted((field > 1, numbers[a], field, lang, text) for a in order for field, lang, text in said[a])
    body = {
        "version": graph.version,
        "language": code,
        "kinds": KINDS_FOUND,
        "fields": FIELDS,
        "things": things,
        "texts": [row[1:] for row in listed],
        "links": told,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _file(address: str, code: str) -> str:
    """Where a thing stands in the copy, with the place on that page."""
    page = page_of(address)
    link = link_of(at(page, code), "/") if page else None
    return f"{file_of(link.address)}{f'#{link.fragment}' if link.fragment else ''}" if link else ""


def _kind(address: str) -> str:
    """The kind of a thing that is found: see `KINDS_FOUND`."""
    known = kind_and_slug(address)
    if known:
        return known[0]
    if address.startswith(PREFIXES["p2p"]):
        return "class" if address[len(PREFIXES["p2p"]) :][:1].isupper() else "property"
    return "concept"


def _name(texts: list[tuple[int, str, str]], code: str) -> tuple[str, str]:
    """What a thing is called in a language, or in English, or in any."""
    names = {language: text for field, language, text in reversed(texts) if field == 0}
    chosen = next((each for each in (code, ENGLISH, "") if each in names), min(names, default=""))
    return names.get(chosen, ""), chosen
