"""Tables as frames and networks: every datatype keeps its value, nothing crashes, nothing missing is invented."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from p2p_graph import open_graph
from p2p_graph.errors import BadValue
from p2p_graph.model import Origin, Table, Term, Triples
from p2p_graph.tables import value
from p2p_graph.vocab import PREFIXES

XSD = PREFIXES["xsd"]
A, B, C = (NamedNode(f"https://example.org/{name}") for name in "abc")

#: every datatype of XSD that RDF names
DATATYPES = [
    "string",
    "boolean",
    "decimal",
    "integer",
    "double",
    "float",
    "date",
    "time",
    "dateTime",
    "dateTimeStamp",
    "gYear",
    "gMonth",
    "gDay",
    "gYearMonth",
    "gMonthDay",
    "duration",
    "yearMonthDuration",
    "dayTimeDuration",
    "byte",
    "short",
    "int",
    "long",
    "unsignedByte",
    "unsignedShort",
    "unsignedInt",
    "unsignedLong",
    "positiveInteger",
    "nonNegativeInteger",
    "negativeInteger",
    "nonPositiveInteger",
    "hexBinary",
    "base64Binary",
    "anyURI",
    "language",
    "normalizedString",
    "token",
    "NMTOKEN",
    "Name",
    "NCName",
]


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))


def column(terms: Sequence[Term | None], kind: str = "", **options: Any) -> pd.Series[Any]:
    origin = Origin(kinds={"x": kind} if kind else {})
    return Table(("x",), tuple((term,) for term in terms), origin).to_pandas(**options)["x"]


def whole(low: int, high: int) -> st.SearchStrategy[tuple[str, Any]]:
    return st.integers(low, high).map(lambda n: (str(n), n))


def clock(at: Any) -> str:
    return str(at.isoformat())


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=11, minutes=30))])
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31))
DOUBLES = st.floats(allow_nan=False).map(lambda f: ({math.inf: "INF", -math.inf: "-INF"}.get(f, repr(f)), f))
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False).map(lambda d: (format(d, "f"), d))
TEXTS = st.text(st.characters(codec="utf-8")).map(lambda text: (text, text))
SPANS = st.timedeltas(timedelta(days=-100_000_000), timedelta(days=100_000_000))


def span(delta: timedelta) -> str:
    total = abs(delta)
    seconds = f"{total.seconds}.{total.microseconds:06}"
    return f"{'-' if delta < timedelta() else ''}P{total.days}DT{seconds}S"


#: datatype → its dtype in pandas, and pairs of a text and the value it means
EXACT: dict[str, tuple[str, st.SearchStrategy[tuple[str, Any]]]] = {
    "integer": ("Int64", whole(-(2**63), 2**63 - 1)),
    "long": ("Int64", whole(-(2**63), 2**63 - 1)),
    "int": ("Int64", whole(-(2**31), 2**31 - 1)),
    "short": ("Int64", whole(-(2**15), 2**15 - 1)),
    "byte": ("Int64", whole(-128, 127)),
    "unsignedLong": ("Int64", whole(0, 2**63 - 1)),
    "unsignedInt": ("Int64", whole(0, 2**32 - 1)),
    "unsignedShort": ("Int64", whole(0, 2**16 - 1)),
    "unsignedByte": ("Int64", whole(0, 255)),
    "nonNegativeInteger": ("Int64", whole(0, 2**63 - 1)),
    "positiveInteger": ("Int64", whole(1, 2**63 - 1)),
    "nonPositiveInteger": ("Int64", whole(-(2**63), 0)),
    "negativeInteger": ("Int64", whole(-(2**63), -1)),
    "gYear": ("Int64", st.integers(-20_000, 20_000).map(lambda y: (f"{'-' if y < 0 else ''}{abs(y):04}", y))),
    "decimal": ("object", DECIMALS),
    "double": ("Float64", DOUBLES),
    "float": ("Float64", DOUBLES),
    "boolean": ("boolean", st.sampled_from([("true", True), ("1", True), ("false", False), ("0", False)])),
    "date": ("datetime64[s]", st.dates().map(lambda d: (d.isoformat(), pd.Timestamp(d)))),
    "dateTime": ("datetime64[us]", MOMENTS.map(lambda at: (clock(at), pd.Timestamp(at)))),
    "dateTimeStamp": (
        "datetime64[us, UTC]",
        st.builds(lambda at, zone: at.replace(tzinfo=zone), MOMENTS, ZONES).map(lambda at: (clock(at), at)),
    ),
    "time": ("object", st.times(timezones=st.none() | ZONES).map(lambda at: (clock(at), at))),
    "gYearMonth": (
        "period[M]",
        st.dates().map(lambda d: (f"{d.year:04}-{d.month:02}", pd.Period(year=d.year, month=d.month, freq="M"))),
    ),
    "dayTimeDuration": ("timedelta64[us]", SPANS.map(lambda delta: (span(delta), pd.Timedelta(delta)))),
    **dict.fromkeys(("string", "anyURI", "token", "duration", "gMonthDay", "hexBinary"), ("string", TEXTS)),
}


@pytest.mark.parametrize("datatype", EXACT)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_each_datatype_keeps_its_values_its_type_and_what_is_missing(datatype: str, data: st.DataObject) -> None:
    dtype, pairs = EXACT[datatype]
    drawn = data.draw(st.lists(st.none() | pairs, min_size=1, max_size=6).filter(any))
    made = column([None if pair is None else typed(pair[0], datatype) for pair in drawn])
    assert str(made.dtype) == dtype
    # a float that is NaN would be a value, not missing; none is drawn here
    assert list(made.isna()) == [pair is None for pair in drawn]
    for got, pair in zip(made, drawn, strict=True):
        if pair is not None:
            assert got == pair[1]
            assert math.copysign(1, got) == math.copysign(1, pair[1]) if dtype == "Float64" else True


@given(st.sampled_from(DATATYPES), st.lists(st.none() | st.text(st.characters(codec="utf-8")), max_size=5))
@settings(max_examples=400, deadline=None)
def test_no_text_under_any_datatype_crashes_or_vanishes(datatype: str, texts: list[str | None]) -> None:
    terms = [None if text is None else typed(text, datatype) for text in texts]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = Table(("x",), tuple((term,) for term in terms)).to_pandas(labels={}, languages=True)
    assert list(frame["x"].isna()) == [text is None for text in texts]
    for text in frame.attrs.get("unread", {}).get("x", ()):
        assert text in texts
        assert text in [x for x in frame["x"] if x is not pd.NA]


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("abc", "integer"),
        ("1.0", "integer"),
        ("١٢", "integer"),
        ("1_000", "integer"),
        ("9" * 5000, "integer"),
        ("300", "byte"),
        ("-1", "nonNegativeInteger"),
        ("1e3", "decimal"),
        ("infinity", "double"),
        ("TRUE", "boolean"),
        ("2023-02-29", "date"),
        ("12000-01-01", "date"),
        ("2016-01-01Z", "date"),
        ("2016-13", "gYearMonth"),
        ("0000-01", "gYearMonth"),
        ("16", "gYear"),
        ("2016Z", "gYear"),
        ("2016-01-01T24:00:01", "dateTime"),
        ("2016-01-01T10:00:60", "dateTime"),
        ("2016-01-01T10:00:00+15:00", "dateTime"),
        ("2016-01-01T10:00:00.1234567891", "dateTime"),
        ("0001-01-01T00:00:00+14:00", "dateTime"),
        ("25:00:00", "time"),
        ("10:00:00.1234567", "time"),
        ("P", "dayTimeDuration"),
        ("PT", "dayTimeDuration"),
        ("P1Y", "dayTimeDuration"),
        ("P999999999999D", "dayTimeDuration"),
    ],
)
def test_value_that_fits_no_type_stays_text_and_is_named(text: str, datatype: str) -> None:
    table = Table(("n",), ((Literal(5),), (typed(text, datatype),), (None,)))
    with pytest.warns(UserWarning, match="In the column n stays as text"):
        frame = table.to_pandas()
    assert frame.attrs["unread"] == {"n": (text,)}
    assert list(frame["n"][:2]) == [5, text]
    assert frame["n"][2] is pd.NA
    assert frame["n"].dtype == object


@pytest.mark.parametrize(
    ("text", "datatype", "expected"),
    [
        (" 5\n", "integer", 5),
        ("+007", "integer", 7),
        (".5", "decimal", Decimal("0.5")),
        ("2016-01-01T24:00:00", "dateTime", datetime(2016, 1, 2)),
        ("2016-01-01T10:00:00.1200", "dateTime", datetime(2016, 1, 1, 10, 0, 0, 120_000)),
        ("10:00:00Z", "time", time(10, tzinfo=UTC)),
        ("2016-05", "gYearMonth", "2016-05"),
        ("-P1DT2H3M4.5S", "dayTimeDuration", -timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
    ],
)
def test_other_ways_to_write_a_value(text: str, datatype: str, expected: object) -> None:
    assert value(typed(text, datatype)) == expected


def test_nanoseconds_are_kept_where_they_can_be() -> None:
    now = column([typed("2026-11-24T07:41:55.788235224Z", "dateTime"), None])
    assert str(now.dtype) == "datetime64[ns, UTC]"
    assert now[0].nanosecond == 224
    assert column([typed("1500-01-01T00:00:00.000000001", "dateTime")]).dtype == object


def test_not_a_number_is_a_value_and_missing_is_missing() -> None:
    made = column([typed("NaN", "double"), None, Literal(1.5)])
    assert str(made.dtype) == "Float64"
    assert math.isnan(made.array._data[0])
    assert not made.array._mask[0]
    assert made[1] is pd.NA


def test_numbers_larger_than_int64_stay_exact() -> None:
    made = column([Literal(2**63), Literal(1)])
    assert (made.dtype, list(made)) == (object, [2**63, 1])


HEADS = {
    "iri": "string",
    "text": "string",
    "year": "Int64",
    "integer": "Int64",
    "decimal": "object",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "term": "object",
    "": "object",
}


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("kind", HEADS)
def test_column_without_a_value_has_the_type_of_its_head(kind: str, rows: int) -> None:
    made = column([None] * rows, kind)
    assert str(made.dtype) == HEADS[kind]
    assert len(made) == rows
    assert made.isna().all()


def test_table_without_columns_keeps_its_rows() -> None:
    assert Table((), ((), ())).to_pandas().shape == (2, 0)
    assert Table((), ()).to_pandas().empty


def test_head_settles_what_engines_leave_open() -> None:
    assert list(column([Literal(0), typed("2.5", "decimal")], "decimal")) == [Decimal(0), Decimal("2.5")]
    assert str(column([Literal(1), Literal(0), None], "boolean").dtype) == "boolean"
    assert str(column([Literal(2), Literal(0)], "boolean").dtype) == "Int64"
    assert str(column([typed("2016", "gYear"), Literal(2017)], "year").dtype) == "Int64"


def test_mixed_column_holds_python_values() -> None:
    made = column([Literal(5), Literal("five"), A, typed("2016-05", "gYearMonth"), typed("0.5", "decimal"), None])
    assert made.dtype == object
    assert list(made[:5]) == [5, "five", A.value, pd.Period("2016-05", "M"), Decimal("0.5")]
    assert made[5] is pd.NA
    assert list(column([Literal(1), typed("2.5", "decimal")])) == [1, Decimal("2.5")]
    assert str(column([A, Literal("text"), BlankNode("b")]).dtype) == "string"


def _anna(wanted: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(wanted, "Anna")


def test_labels_and_languages_stand_beside_their_column() -> None:
    rows: tuple[tuple[Term | None, ...], ...] = (
        (A, Literal("par", language="pl"), Literal(1)),
        (NamedNode("mailto:b@example.org"), Literal("peer"), None),
        (None, None, None),
    )
    frame = Table(("who", "word", "n"), rows).to_pandas(
        labels=lambda wanted: dict.fromkeys(wanted, "Anna"), languages=True
    )
    assert list(frame) == ["who", "who_label", "word", "word_language", "n"]
    assert list(frame["who_label"].fillna("-")) == ["Anna", "-", "-"]
    assert list(frame["word_language"].fillna("-")) == ["pl", "-", "-"]
    own = Table(("who", "who_label"), ((A, Literal("mine")),)).to_pandas(labels={A.value: "Anna"})
    assert list(own) == ["who", "who_label"]
    assert own["who_label"][0] == "mine"
    heads = Origin(kinds={"who": "iri", "word": "text"})
    empty = Table(("who", "word"), (), heads).to_pandas(labels={}, languages=True)
    assert [str(kind) for kind in empty.dtypes] == ["string"] * 4


def test_saved_query_gives_types_labels_and_its_origin(example_release: Path) -> None:
    with open_graph(example_release) as graph:
        frame = graph.run("practices-by-country", country="XA").to_pandas(labels=graph.labels)
        nothing = graph.run("practices-by-country", country="PT")
        kinds = graph.library.get("practices-by-country").columns
    labels = [name for name in frame if str(name).endswith("_label")]
    assert frame.loc[:, labels].notna().to_numpy().any()
    assert frame.attrs["version"].endswith("+2026-01-07.1")
    assert frame.attrs["title"]
    assert frame.attrs["query"].count("VALUES") == 1
    assert {name: str(kind) for name, kind in nothing.to_pandas().dtypes.items()} == {
        name: HEADS[kind] for name, kind in kinds.items()
    }


def test_where_a_table_comes_from_is_no_part_of_what_it_says() -> None:
    assert Table(("x",), ((A,),), Origin("one")) == Table(("x",), ((A,),), Origin("other"))
    assert hash(Table(("x",), (), Origin(kinds={"x": "iri"}))) == hash(Table(("x",), ()))


def test_rows_become_ties_side_by_side() -> None:
    rows: tuple[tuple[Term | None, ...], ...] = (
        (A, B, Literal(2), None),
        (A, B, Literal(3), Literal("signed")),
        (A, None, None, None),
        (None, C, None, None),
        (None, None, None, None),
        (B, B, None, None),
    )
    table = Table(("one", "other", "ties", "how"), rows)
    network = table.to_networkx("one", "other", labels={A.value: "Anna"})
    assert type(network) is nx.MultiGraph
    assert set(network) == {A.value, B.value, C.value}
    assert sorted(d.get("ties", 0) for *_, d in network.edges(data=True)) == [0, 2, 3]
    assert network.nodes[A.value] == {"label": "Anna"}
    assert network.nodes[C.value] == {}
    directed = table.to_networkx("other", "one", directed=True)
    assert directed.has_edge(B.value, A.value)
    assert not directed.has_edge(A.value, B.value)
    assert nx.number_of_selfloops(table.to_networkx("one", "one")) == 4
    with pytest.raises(BadValue, match="no column 'whom'; it has: one, other"):
        table.to_networkx("one", "whom")
    assert len(Table(("one", "other"), ()).to_networkx("one", "other")) == 0


def test_triples_become_a_network_with_literals_as_attributes() -> None:
    label, knows = NamedNode(PREFIXES["rdfs"] + "label"), NamedNode(PREFIXES["foaf"] + "knows")
    triples = Triples(
        (
            Triple(A, knows, B),
            Triple(B, knows, BlankNode("x")),
            Triple(A, label, Literal("Anna", language="pl")),
            Triple(A, label, Literal("Ann", language="pl")),
            Triple(A, NamedNode("https://example.org/age"), Literal(40)),
        )
    )
    network = triples.to_networkx(labels={A.value: "Anna"})
    assert list(network.edges(keys=True)) == [(A.value, B.value, "foaf:knows"), (B.value, "_:x", "foaf:knows")]
    assert network.nodes[A.value] == {
        "rdfs:label@pl": ("Anna", "Ann"),
        "https://example.org/age": 40,
        "label": "Anna",
    }
    assert len(Triples(()).to_networkx()) == 0


@pytest.mark.parametrize(
    ("package", "method"), [("pandas", "to_pandas()"), ("openpyxl", "to_xlsx('x.xlsx', now=None)")]
)
def test_missing_package_is_one_sentence_with_the_command(package: str, method: str) -> None:
    program = f"""
import sys
sys.modules[{package!r}] = None
from p2p_graph import Table
from p2p_graph.errors import NotInstalled
try:
    Table((), ()).{method}
except NotInstalled as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == f"This needs {package}: run `pip install 'p2p-graph[tables]'`.\n"


def test_package_is_imported_without_pandas_and_openpyxl() -> None:
    program = "import sys, p2p_graph.reading.graph, p2p_graph.tables, p2p_graph.workbook; print(sorted(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "'pandas'" not in ended.stdout
    assert "'openpyxl'" not in ended.stdout


def test_dates_are_days() -> None:
    made = column([typed("2016-05-01", "date"), None])
    assert made[0].date() == date(2016, 5, 1)
    assert made[1] is pd.NaT
