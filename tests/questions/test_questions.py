"""Each public saved query gives the rows written for it, and each file of rows has its query.

The rows of a question stand beside this file, those of a pattern in `tests/patterns/`. A file `<name>.csv`
begins with `# parameter=value` lines, then the head of columns, then the rows in the order of the query.
Addresses are written with their prefixes; an empty cell is an unbound variable.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from p2p_graph import Graph
from p2p_graph.config import share
from p2p_graph.model import Table, Term
from p2p_graph.reading.library import Library
from p2p_graph.vocab import shorten

HERE = Path(__file__).parent
LIBRARY = Library.load(share("queries"))
FOLDERS = {"questions": HERE, "patterns": HERE.parent / "patterns"}
NAMES = sorted(path.stem for folder in FOLDERS.values() for path in folder.glob("*.csv"))


def file_of(name: str) -> Path:
    """Where the rows of a question or a pattern are written. Raises UnknownQuery, KeyError for any other query."""
    return FOLDERS[LIBRARY.get(name).folder] / f"{name}.csv"


def cell(term: Term | None) -> str:
    if isinstance(term, NamedNode):
        return shorten(term.value)
    return term.value if isinstance(term, Literal) else ""


def written(table: Table) -> list[list[str]]:
    return [list(table.columns), *([cell(term) for term in row] for row in table.rows)]


def read(name: str) -> tuple[dict[str, str], list[list[str]]]:
    lines = file_of(name).read_text(encoding="utf-8").splitlines()
    values = dict(line[2:].split("=", 1) for line in lines if line.startswith("# "))
    return values, list(csv.reader(line for line in lines if not line.startswith("# ")))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_query_has_rows_and_every_file_of_rows_has_its_query(folder: str) -> None:
    assert [query.name for query in LIBRARY.folder(folder)] == sorted(
        path.stem for path in FOLDERS[folder].glob("*.csv")
    )


@pytest.mark.parametrize("name", [name for name in NAMES if LIBRARY.get(name).folder == "patterns"])
def test_rows_of_a_pattern_are_those_of_one_country(name: str) -> None:
    values, expected = read(name)
    assert list(values) == ["country"]
    assert {row[0] for row in expected[1:]} == {f"country:{values['country']}"}


@pytest.mark.parametrize("name", NAMES)
def test_question_gives_the_rows_written_beside_it(graph: Graph, name: str) -> None:
    values, expected = read(name)
    assert len(expected) > 1, "a question without any row proves nothing"
    assert written(graph.run(name, **values)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_head_names_the_columns_of_the_answer(graph: Graph, name: str) -> None:
    values, _ = read(name)
    query = LIBRARY.get(name)
    table = graph.run(name, **values)
    assert table.columns == tuple(query.columns)
    for column, kind in query.columns.items():
        position = table.columns.index(column)
        for row in table.rows:
            term = row[position]
            if term is None or kind == "term":
                continue
            assert isinstance(term, NamedNode) == (kind == "iri"), (name, column, term)
            if kind in ("year", "integer"):
                assert isinstance(term, Literal)
                assert term.datatype.value.endswith("#integer")
