"""Two answers whose difference tells of few: every saved question that counts people, with every pair of filters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from p2p_graph.config import share
from p2p_graph.contributing import read_policy
from p2p_graph.curation import Sources, coarser, quads_of, read_data, read_words
from p2p_graph.reading.library import Library, SavedQuery
from p2p_graph.vocab import BASE, PREFIXES, mint, p2p, shorten

POLICY = read_policy(share("ontology"))
LIBRARY = Library.load(share("queries"))
#: what the columns of saved questions that count people are called
PEOPLE = ("numerator", "denominator", "n", "people", "size")


def _counting() -> list[SavedQuery]:
    """The saved questions that ask for a number of people, found by the properties in their text."""
    properties = {shorten(path) for path in POLICY.numbers_of_people}
    saved = [*LIBRARY.folder("questions"), *LIBRARY.folder("patterns")]
    return [one for one in saved if any(name in one.body for name in properties) and set(PEOPLE) & set(one.columns)]


@pytest.fixture(scope="module")
def store() -> Store:
    """The curated data as they are published."""
    sources = Sources.shared()
    store = Store()
    store.bulk_extend(coarser([*read_words(sources), *quads_of(read_data(sources.data))], sources))
    return store


def _values(store: Store, question: SavedQuery, name: str) -> list[str]:
    """The values for a parameter, with that for "any"."""
    parameter = question.parameters[name]
    if parameter.kind == "country":
        codes = store.quads_for_pattern(None, p2p("code"), None, None)
        return ["", *sorted({str(quad.object.value) for quad in codes if isinstance(quad.object, Literal)})]
    if parameter.kind == "concept":
        start = f"{BASE}vocab/{parameter.scheme}/"
        scheme = NamedNode(start.rstrip("/"))
        found = store.quads_for_pattern(None, NamedNode(PREFIXES["skos"] + "inScheme"), scheme, None)
        return ["", *sorted({q.subject.value.removeprefix(start) for q in found if isinstance(q.subject, NamedNode)})]
    return [""]


def _answers(store: Store, question: SavedQuery) -> Iterator[tuple[frozenset[tuple[str, ...]], dict[str, int]]]:
    """For each choice of filters the rows, as a set, and the sum of each column that counts people."""
    names = sorted(question.parameters)
    for values in product(*(_values(store, question, name) for name in names)):
        bound = question.bind(**{name: value for name, value in zip(names, values, strict=True) if value})
        answer = store.query(bound, use_default_graph_as_union=True)
        assert isinstance(answer, QuerySolutions)
        columns = [variable.value for variable in answer.variables]
        rows = frozenset(tuple("" if term is None else str(term) for term in row) for row in answer)
        sums = {}
        for column in set(PEOPLE) & set(columns):
            cells = [row[columns.index(column)] for row in rows]
            sums[column] = sum(int(cell.split('"')[1]) for cell in cells if cell.startswith('"'))
        yield rows, sums


def _rows(store: Store, question: SavedQuery, **values: str) -> int:
    answer = store.query(question.bind(**values), use_default_graph_as_union=True)
    assert isinstance(answer, QuerySolutions)
    return len(list(answer))


def _told(store: Store) -> list[str]:
    """Each number of people below k that an answer, or the difference of two, would tell."""
    k, told = POLICY.smallest_group, []
    for question in _counting():
        answers = list(_answers(store, question))
        for (rows, sums), (others, more) in combinations(answers, 2):
            if not (rows <= others or others <= rows):
                continue
            for column in sums.keys() & more.keys():
                if 0 < abs(sums[column] - more[column]) < k:
                    told.append(f"{question.name}: {column} {sums[column]} and {more[column]}")
        told += [f"{question.name}: {column} {n}" for _, sums in answers for column, n in sums.items() if 0 < n < k]
    return told


def test_some_questions_count_people() -> None:
    assert {question.name for question in _counting()} >= {"results-with-a-denominator", "activities-of-a-project"}


def test_no_two_answers_differ_by_few_people(store: Store) -> None:
    assert _told(store) == []


def test_a_planted_result_of_two_people_would_be_told(store: Store) -> None:
    """The same search finds what the gate would have refused, so that finding nothing means something."""
    question = LIBRARY.get("results-with-a-denominator")
    designs = [value for value in _values(store, question, "design") if value]
    alone = next(design for design in designs if not _rows(store, question, country="PT", design=design))
    finding = mint("finding", "planted")
    graph = NamedNode(f"{BASE}graph/planted")
    planted = [
        Quad(finding, NamedNode(PREFIXES["rdf"] + "type"), p2p("Finding"), graph),
        Quad(finding, p2p("inCountry"), mint("country", "PT"), graph),
        Quad(finding, p2p("studyDesign"), NamedNode(f"{PREFIXES['study-design']}{alone}"), graph),
        Quad(finding, p2p("numerator"), Literal(2), graph),
        Quad(finding, p2p("denominator"), Literal(63), graph),
    ]
    store.extend(planted)
    try:
        told = _told(store)
        assert "results-with-a-denominator: numerator 2" in told
        # With the other countries around it, only the difference of two answers tells it.
        assert any(" and " in said for said in told if "numerator" in said)
    finally:
        for quad in planted:
            store.remove(quad)
