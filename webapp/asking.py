"""Saved questions as they are asked: the values of a request, what a form offers for them, how files are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from p2p_graph.formats import Kind
from p2p_graph.reading.library import Parameter, SavedQuery
from p2p_graph.vocab import SCHEMES
from webapp.current_graph import graph, remembered, remembered_in_all_languages
from webapp.languages import called
from webapp.listing import countries, sorted_things

__all__ = ["BESIDE", "bound", "choices", "examples", "is_free", "kind_of", "stem"]

#: what an address may say beside the values of a question: the format, and how the answer is looked at
BESIDE: Final = frozenset({"format", "view", "sort", "filter"})

_NO_NAME: Final = re.compile(r"[^A-Za-z0-9]+")
#: kinds of things that a form offers by name → the saved query that lists them
_LISTED: Final[Mapping[str, str]] = {"practice": "practices", "project": "projects"}


def kind_of(query: SavedQuery) -> Kind:
    """Which kind of answer a saved question gives, whatever its values."""
    return remembered_in_all_languages(("kind", query.name), lambda: graph().prepare(query.body).kind)


def is_free(query: SavedQuery) -> bool:
    """Whether a question can be asked without any value."""
    return not any(parameter.required for parameter in query.parameters.values())


def bound(query: SavedQuery, given: Iterable[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """The values of a request for a question, without empty ones. Raises UnknownParameter for a strange name."""
    own = query.parameters
    values = {n: [value for value in many if value] for n, many in given if n in own or n not in BESIDE}
    for name in values:
        if name not in query.parameters:
            query.bind(**{name: ""})
    return {name: many for name, many in values.items() if many}


def choices(parameter: Parameter) -> list[tuple[str, str]]:
    """What a form offers for a parameter: values with the words for them; none for a free field."""
    if parameter.kind == "country":
        return remembered("country-choices", lambda: [(row.code, row.name) for row in countries(graph())])
    if parameter.kind == "concept" and parameter.scheme in SCHEMES:
        words = graph().concepts(parameter.scheme)
        return [(w.address.rsplit("/", 1)[-1], called(w.labels) or w.address) for w in words]
    if parameter.kind in _LISTED:
        listed = _LISTED[parameter.kind]
        return remembered(("choices", listed), lambda: _things(listed))
    return []


def _things(listed: str) -> list[tuple[str, str]]:
    things = sorted_things(graph(), listed)
    names = graph().labels(things)
    return [(thing.rsplit("/", 1)[-1], names[thing]) for thing in things]


def examples(query: SavedQuery) -> dict[str, str]:
    """A value for each parameter that must have one, no two alike: what a document shows and a test asks."""
    found: dict[str, str] = {}
    for parameter in query.parameters.values():
        if parameter.required:
            there = [value for value, _ in choices(parameter) if value not in found.values()]
            found[parameter.name] = there[0] if there else parameter.example
    return found


def stem(query: SavedQuery, values: Mapping[str, Sequence[str]]) -> str:
    """How files of an answer are called: the question and its values, in letters that every system takes.

    >>> stem(SavedQuery("all", "questions", "All", "", {}, {}, ""), {"country": ["PT", "../x"]})
    'all-PT-x'
    """
    return _NO_NAME.sub("-", "-".join([query.name, *(value for many in values.values() for value in many)])).strip("-")
