"""How the conformance suites compare answers; and, where there is a copy of them, the suites themselves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode
from run import KNOWN, RESULTS, ROOT, Row, Suite, plain, read, run, same, serving

A, B, C = BlankNode("a"), BlankNode("b"), BlankNode("c")
X, Y, Z = BlankNode("x"), BlankNode("y"), BlankNode("z")
ONE, TWO = NamedNode("a:1"), NamedNode("a:2")
XSD = "http://www.w3.org/2001/XMLSchema#"
COPY = Path(os.environ.get("RDF_TESTS", ROOT / "var" / "rdf-tests"))


@pytest.mark.parametrize(
    ("expected", "found", "is_same"),
    [
        ([], [], True),
        ([(ONE,)], [], False),
        ([(ONE,), (TWO,)], [(TWO,), (ONE,)], True),
        ([(ONE,), (ONE,)], [(ONE,)], False),
        ([(ONE,), (ONE,), (TWO,)], [(ONE,), (TWO,), (TWO,)], False),
        ([(A,)], [(X,)], True),
        ([(A,)], [(ONE,)], False),
        ([(A, B)], [(X, X)], False),
        ([(A, A)], [(X, Y)], False),
        ([(A, ONE), (B, TWO)], [(Y, TWO), (X, ONE)], True),
        ([(A, B), (B, C), (C, A)], [(Y, Z), (Z, X), (X, Y)], True),
        ([(A, B), (B, C), (C, A)], [(Y, Z), (Z, Y), (X, X)], False),
        ([(A, None)], [(X, None)], True),
        ([(A, None)], [(X, ONE)], False),
    ],
)
def test_rows_are_the_same_up_to_the_names_of_blank_nodes(expected: list[Row], found: list[Row], is_same: bool) -> None:
    assert same(expected, found) is is_same
    assert same(found, expected) is is_same


@pytest.mark.parametrize(
    ("one", "other", "kind", "is_same"),
    [
        ("1.0", "1.00", "decimal", True),
        ("1", "+1", "integer", True),
        ("1.0E1", "10", "double", True),
        ("true", "1", "boolean", True),
        ("true", "false", "boolean", False),
        ("1", "2", "integer", False),
        ("1", "1.0", "string", False),
        ("a", "b", "integer", False),
    ],
)
def test_numbers_are_compared_by_value(one: str, other: str, kind: str, is_same: bool) -> None:
    datatype = NamedNode(XSD + kind)
    assert (plain(Literal(one, datatype=datatype)) == plain(Literal(other, datatype=datatype))) is is_same
    assert plain(Literal("1", datatype=NamedNode(XSD + "integer"))) != plain(
        Literal("1", datatype=NamedNode(XSD + "decimal"))
    )


def test_the_same_answer_is_read_from_each_format() -> None:
    tsv = read(b'?b\t?a\n<a:1>\t"x"\n', RESULTS[".tsv"][1])
    srj = read(
        b'{"head":{"vars":["a","b"]},"results":{"bindings":[{"a":{"type":"literal","value":"x"},'
        b'"b":{"type":"uri","value":"a:1"}}]}}',
        RESULTS[".srj"][1],
    )
    assert tsv == srj == (frozenset("ab"), [(Literal("x"), ONE)])
    assert read(b"b,a\r\n_:q,x\r\n", None) == (frozenset("ab"), [("x", BlankNode("q"))])


def test_each_known_failure_stands_in_the_table_and_no_other() -> None:
    table = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert "not yet explained" not in table
    rows = [line for line in table.splitlines() if line.startswith("| ") and line.count(" | ") >= 2 and "/" in line]
    assert {line.split(" | ")[0].removeprefix("| ") for line in rows} == set(KNOWN)


def test_suites_of_the_w3c() -> None:
    if not COPY.is_dir():
        pytest.skip(f"no copy in {COPY}: git clone --depth 1 https://github.com/w3c/rdf-tests {COPY}")
    suite = Suite(COPY)
    with serving(suite) as site:
        outcomes = run(suite, site)
    assert {f"{group}/{name}" for group, one in outcomes.items() for name in one.failed} == set(KNOWN)
