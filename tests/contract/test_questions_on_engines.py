"""Every saved question, pattern and page query answers alike on every engine, over the curated data.

Rows are compared term by term: those of questions and patterns in their order, which is total, those of pages without.
What differs all the same is named here with its reason, and is a fault as soon as it no longer differs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from p2p_graph import Graph, open_graph
from p2p_graph.config import Settings, share
from p2p_graph.model import Answer, Boolean, Table
from p2p_graph.reading.library import Library
from tests.questions.test_questions import NAMES, read

LIBRARY = Library.load(share("queries"))
SETTINGS = Settings(workers=1, query_seconds=60, query_rows=1_000_000)
BUDDY = "https://w3id.org/peer2peer/id/practice/c-buddy"
#: values for the parameters of pages' queries; without the others they are asked for all
VALUES = {
    "thing": BUDDY,
    "country": "PT",
    "practice": "c-buddy",
    "scheme": "https://w3id.org/peer2peer/vocab/role",
    "confidence": "stated",
    "class": "https://w3id.org/peer2peer/ontology/Practice",
    "property": "https://w3id.org/peer2peer/ontology/inPractice",
}
PAGES = [query.name for query in LIBRARY.folder("pages")]

#: engine → query → why its answer is another one
OTHER_ANSWERS: dict[str, dict[str, str]] = {
    "oxigraph": {},
    "virtuoso": {
        "graphs": "the server keeps graphs of its own, which the site leaves out",
        "whole-graph": "the union holds the server's own graphs; the site asks whole-release",
        "those-that-exist": "asked without a thing, it names those of the server too; the site always names some",
    },
}


@pytest.fixture(scope="module")
def embedded(curated_release: Path) -> Iterator[Graph]:
    with open_graph(curated_release, SETTINGS) as graph:
        yield graph


@pytest.fixture(scope="module")
def remote(curated_remote: tuple[str, str]) -> Graph:
    return open_graph(curated_remote[1], SETTINGS)


@pytest.fixture(scope="module")
def others(curated_remote: tuple[str, str]) -> dict[str, str]:
    return OTHER_ANSWERS[curated_remote[0]]


def bindings(name: str, values: dict[str, str]) -> list[dict[str, str]]:
    """With all values, and with those alone without which it cannot be asked."""
    needed = {key: value for key, value in values.items() if LIBRARY.get(name).parameters[key].required}
    return [values] if needed == values else [values, needed]


def multiset(answer: Answer) -> Counter[object]:
    if isinstance(answer, Boolean):
        return Counter([bool(answer)])
    return Counter(answer.rows if isinstance(answer, Table) else answer.triples)


@pytest.mark.parametrize("name", NAMES)
def test_a_question_has_one_answer(embedded: Graph, remote: Graph, others: dict[str, str], name: str) -> None:
    assert name not in others
    for values in bindings(name, read(name)[0]):
        expected, found = embedded.run(name, **values), remote.run(name, **values)
        assert found.columns == expected.columns
        assert found.rows == expected.rows, values


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_the_same(embedded: Graph, remote: Graph, others: dict[str, str], name: str) -> None:
    query = LIBRARY.get(name)
    values = {key: VALUES[key] for key in query.parameters if key in VALUES}
    alike = [
        multiset(remote.ask(query.bind(**some))) == multiset(embedded.ask(query.bind(**some)))
        for some in bindings(name, values)
    ]
    assert all(alike) == (name not in others), alike


@pytest.mark.parametrize("folder", ["questions", "patterns", "pages"])
def test_no_query_joins_two_paths_of_optional_length(folder: str) -> None:
    # rows are lost on Virtuoso, see test_two_paths_of_optional_length_are_joined
    paths = {query.name: re.findall(r"[\w)]+[?*+](?=[\s/|)])", query.body) for query in LIBRARY.folder(folder)}
    assert {name: found for name, found in paths.items() if len(found) > 1} == {}
