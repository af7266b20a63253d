"""Formats: what each writes, against what the W3C says, and that all of a kind say the same."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import pytest
from hypothesis import given, strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, RdfFormat, Triple, parse, parse_query_results

from p2p_graph.errors import UnknownFormat
from p2p_graph.formats import FORMATS, find, kind_of, write
from p2p_graph.model import Boolean, Table, Triples

XSD = "http://www.w3.org/2001/XMLSchema#"
TABLE = Table(
    ("thing", "label", "since"),
    (
        (NamedNode("https://example.org/a"), Literal('A, "quoted"\nline', language="en"), Literal(2009)),
        (BlankNode("b"), None, None),
        (None, Literal("Ζ\tη"), Literal("x", datatype=NamedNode("https://example.org/type"))),
    ),
)
TRIPLES = Triples(
    (
        Triple(
            NamedNode("https://w3id.org/peer2peer/id/practice/a"),
            NamedNode("http://www.w3.org/2000/01/rdf-schema#label"),
            Literal("Łódź", language="pl"),
        ),
        Triple(
            NamedNode("https://w3id.org/peer2peer/id/practice/a"),
            NamedNode("https://w3id.org/peer2peer/ontology/since"),
            Literal(2009),
        ),
    )
)


def test_every_format_is_found_by_name_and_suffix_and_no_name_stands_twice() -> None:
    for fmt in FORMATS:
        assert find(fmt.name, fmt.kind) is fmt
        assert find(fmt.suffix, fmt.kind) is fmt
    for of in ("name", "suffix"):
        assert len({(getattr(fmt, of), fmt.kind) for fmt in FORMATS}) == len(FORMATS)


def test_of_two_formats_of_one_media_type_the_plain_one_comes_first() -> None:
    of_csv = [fmt.name for fmt in FORMATS if fmt.media_type == "text/csv"]
    assert of_csv == ["csv", "csv-excel"]
    others = [fmt for fmt in FORMATS if fmt.media_type != "text/csv"]
    assert len({(fmt.media_type, fmt.kind) for fmt in others}) == len(others)


@pytest.mark.parametrize("name", ["", "html", "JSON", "turtle", "csv\x00", "x" * 500])
def test_an_unknown_format_lists_those_there_are(name: str) -> None:
    with pytest.raises(UnknownFormat) as caught:
        find(name, "table")
    assert caught.value.values["formats"] == ("json", "xml", "csv", "tsv", "csv-excel", "xlsx")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", ["csv", "tsv", "turtle"])
def test_yes_or_no_has_no_format_of_rows(name: str) -> None:
    with pytest.raises(UnknownFormat) as caught:
        write(Boolean(True), name)
    assert caught.value.values["formats"] == ("json", "xml")


def test_only_text_says_its_encoding() -> None:
    assert {fmt.content_type for fmt in FORMATS if ";" in fmt.content_type} == {
        "text/csv; charset=utf-8",
        "text/tab-separated-values; charset=utf-8",
        "text/turtle; charset=utf-8",
    }


def test_json_is_sparql_json() -> None:
    found = json.loads(write(TABLE, "json"))
    assert found["head"] == {"vars": ["thing", "label", "since"]}
    first, second, third = found["results"]["bindings"]
    assert first["thing"] == {"type": "uri", "value": "https://example.org/a"}
    assert first["label"] == {"type": "literal", "value": 'A, "quoted"\nline', "xml:lang": "en"}
    assert first["since"] == {"type": "literal", "value": "2009", "datatype": f"{XSD}integer"}
    assert list(second) == ["thing"]
    assert third["label"]["value"] == "Ζ\tη"


def test_xml_is_sparql_xml() -> None:
    spaces = {"s": "http://www.w3.org/2005/sparql-results#"}
    root = ElementTree.fromstring(write(TABLE, "xml"))
    assert [head.get("name") for head in root.iterfind("s:head/s:variable", spaces)] == ["thing", "label", "since"]
    assert len(root.findall("s:results/s:result", spaces)) == 3
    label = root.find("s:results/s:result/s:binding[@name='label']/s:literal", spaces)
    assert label is not None
    assert label.text == 'A, "quoted"\nline'


def test_csv_has_values_alone_and_ends_lines_as_the_w3c_says() -> None:
    written = write(TABLE, "csv").decode()
    assert written.startswith("thing,label,since\r\n")
    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        ["thing", "label", "since"],
        ["https://example.org/a", 'A, "quoted"\nline', "2009"],
        ["_:b", "", ""],
        ["", "Ζ\tη", "x"],
    ]


#: what some program would take for a formula → as it stands in CSV for Excel
FORMULAS = {
    "=1+1": "'=1+1",
    "+49 30": "'+49 30",
    "-1+1": "'-1+1",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t'=1",
    "\r=1": "'\r'=1",
    " =1": "' =1",
    "＝1+1": "'＝1+1",
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    "one;=1+1": "one;'=1+1",
    "one\n=1+1": "one\n'=1+1",
    'one"\t@A1': "one\"\t'@A1",
}
#: and what none would
PLAIN = ["peer-led", "a=b", "a, -b", "needle + syringe", "", "Łódź; Kraków", "x@example.org"]


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_a_formula_in_a_text_stays_text_in_csv_for_excel(text: str) -> None:
    written = write(Table(("a",), ((Literal(text),),)), "csv-excel").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a"], [FORMULAS[text]]]


def test_csv_for_excel_has_a_mark_and_changes_no_other_value() -> None:
    numbers = (Literal(-5), Literal("-0.5", datatype=NamedNode(f"{XSD}decimal")), Literal(-1e20))
    cells = [*map(Literal, PLAIN), *numbers, NamedNode("https://example.org/a;b=c"), None]
    table = Table(tuple(f"c{at}" for at in range(len(cells))), (tuple(cells),))
    written = write(table, "csv-excel")
    assert written.startswith(b"\xef\xbb\xbfc0,c1")
    assert written[3:].endswith(b"\r\n")
    marked = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    plain = list(csv.reader(io.StringIO(write(table, "csv").decode(), newline="")))
    assert marked == plain


def test_a_number_that_is_none_is_guarded_like_a_text() -> None:
    table = Table(("n",), ((Literal("=1", datatype=NamedNode(f"{XSD}integer")),),))
    assert write(table, "csv-excel") == b"\xef\xbb\xbfn\r\n'=1\r\n"


def test_a_workbook_needs_to_know_when_it_is_written() -> None:
    assert write(TABLE, "xlsx", datetime(2026, 1, 7))[:2] == b"PK"
    with pytest.raises(TypeError):
        write(TABLE, "xlsx")


def test_tsv_has_terms() -> None:
    assert write(TABLE, "tsv").decode() == (
        "?thing\t?label\t?since\n"
        '<https://example.org/a>\t"A, \\"quoted\\"\\nline"@en\t2009\n'
        "_:b\t\t\n"
        '\t"Ζ\\tη"\t"x"^^<https://example.org/type>\n'
    )


@pytest.mark.parametrize("value", [True, False])
def test_yes_or_no_comes_back(value: bool) -> None:
    assert json.loads(write(Boolean(value), "json"))["boolean"] is value
    assert f"<boolean>{str(value).lower()}</boolean>" in write(Boolean(value), "xml").decode()


def test_tables_without_rows_or_columns_are_written() -> None:
    for name in ("json", "xml", "csv", "tsv"):
        assert b"x" in write(Table(("x",), ()), name)
        assert write(Table((), ((), ())), name) != write(Table((), ()), name)


@pytest.mark.parametrize("fmt", [fmt for fmt in FORMATS if fmt.kind == "triples"], ids=lambda fmt: fmt.name)
def test_triples_come_back_in_every_format(fmt: object) -> None:
    name = fmt.name  # type: ignore[attr-defined]
    rdf = RdfFormat.from_media_type(fmt.media_type)  # type: ignore[attr-defined]
    back = [Triple(quad.subject, quad.predicate, quad.object) for quad in parse(write(TRIPLES, name), rdf)]
    assert tuple(back) == TRIPLES.triples
    assert not list(parse(write(Triples(()), name), rdf))


def test_turtle_has_the_prefixes_it_uses_in_order_and_no_other() -> None:
    written = write(TRIPLES, "turtle").decode()
    head = [line for line in written.splitlines() if line.startswith("@prefix")]
    assert [line.split()[1] for line in head] == ["p2p:", "practice:", "rdfs:", "xsd:"]
    assert 'practice:a rdfs:label "Łódź"@pl' in written


@pytest.mark.parametrize("name", ["turtle", "rdfxml", "jsonld"])
def test_equal_answers_are_equal_bytes_in_every_process(name: str) -> None:
    code = (
        "import sys; from pyoxigraph import *;"
        "from p2p_graph.formats import write; from p2p_graph.model import Triples;"
        "from p2p_graph.vocab import PREFIXES;"
        "t = tuple(Triple(NamedNode(i + 'a'), NamedNode(i + 'b'), Literal(1)) for i in PREFIXES.values());"
        f"sys.stdout.buffer.write(write(Triples(t), {name!r}))"
    )
    written = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(3)}
    assert len(written) == 1
    assert len(written.pop()) > 1_000


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), max_size=30)
_CELL = st.one_of(
    st.none(),
    st.builds(Literal, _TEXT),
    st.builds(lambda text: Literal(text, language="el"), _TEXT),
    st.builds(lambda text: Literal(text, datatype=NamedNode(f"{XSD}date")), _TEXT),
    st.builds(Literal, st.integers()),
    st.builds(Literal, st.booleans()),
    st.builds(Literal, st.floats(allow_nan=False)),
    st.just(NamedNode("https://example.org/ł?q=1#x")),
    st.just(BlankNode("b1")),
)


@given(st.lists(st.tuples(_CELL, _CELL), max_size=5))
def test_whatever_stands_in_a_cell_comes_back(rows: list[tuple[Literal | None, Literal | None]]) -> None:
    table = Table(("a", "b"), tuple(rows))
    for name, fmt in (("json", QueryResultsFormat.JSON), ("tsv", QueryResultsFormat.TSV)):
        back = tuple(tuple(row) for row in parse_query_results(write(table, name), fmt))
        assert back == table.rows
    if not any("\r" in cell.value for row in rows for cell in row if cell):
        read = list(csv.reader(io.StringIO(write(table, "csv").decode(), newline="")))
        assert len(read) == len(rows) + 1


def test_the_kind_of_an_answer() -> None:
    assert [kind_of(answer) for answer in (TABLE, Boolean(True), TRIPLES)] == ["table", "boolean", "triples"]
