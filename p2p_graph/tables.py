"""Answers as what researchers work with: the Python value of a term, a pandas frame, a networkx graph.

A term becomes the value its datatype promises, exactly or not at all. What does not fit its datatype
(`"abc"^^xsd:integer`), and what Python has no value for (the year 12000, a date with a time zone), stays
the text it was; a frame names these values in a warning and in its `attrs`.
"""

from __future__ import annotations

import importlib
import math
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal as OneOf, NamedTuple

import numpy as np
from pyoxigraph import Literal, NamedNode

from p2p_graph.errors import BadValue, NotInstalled
from p2p_graph.model import Table, Term, Triples
from p2p_graph.vocab import PREFIXES, shorten

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["Cell", "Labels", "call", "frame", "graph_of_table", "graph_of_triples", "need", "read", "value"]

#: what things are called: by address, or a function that finds it for many addresses at once (`graph.labels`)
Labels = Mapping[str, str] | Callable[[Iterable[str]], Mapping[str, str]]

CellKind = OneOf[
    "address",
    "text",
    "integer",
    "decimal",
    "double",
    "boolean",
    "date",
    "moment",
    "zoned",
    "month",
    "time",
    "span",
    "unread",
]


class Cell(NamedTuple):
    """A term read: of which kind it is, its Python value, and nanoseconds that a datetime cannot hold.

    `moment` is a datetime without, `zoned` one with a time zone; a `month` is text such as 2019-03; `unread` is text
    that stayed text.
    """

    kind: CellKind
    value: Any
    nanos: int = 0


def value(term: Term | None) -> Any:
    """The Python value of a term: a number, a boolean, a date, else text; None for None.

    >>> value(Literal(5)), value(Literal("0.10", datatype=NamedNode(PREFIXES["xsd"] + "decimal")))
    (5, Decimal('0.10'))
    >>> value(NamedNode("https://example.org/a")), value(Literal("peer", language="en")), value(None)
    ('https://example.org/a', 'peer', None)
    """
    return None if term is None else read(term).value


def read(term: Term) -> Cell:
    """A term with its kind and Python value; never raises.

    >>> read(Literal("2016", datatype=NamedNode(PREFIXES["xsd"] + "gYear")))
    Cell(kind='integer', value=2016, nanos=0)
    >>> read(Literal("abc", datatype=NamedNode(PREFIXES["xsd"] + "integer")))
    Cell(kind='unread', value='abc', nanos=0)
    """
    if isinstance(term, NamedNode):
        return Cell("address", term.value)
    if not isinstance(term, Literal):
        return Cell("text", str(term))
    datatype = term.datatype.value
    reader = _READERS.get(datatype.removeprefix(_XSD)) if datatype.startswith(_XSD) else None
    if reader is None:
        return Cell("text", term.value)
    try:
        return reader(term.value.strip(_SPACE))
    except (ValueError, OverflowError):
        return Cell("unread", term.value)


# Reading literals. Each reader takes the text without space around it, and raises ValueError or OverflowError.

_XSD: Final = PREFIXES["xsd"]
_SPACE: Final = " \t\r\n"
_NANO_DIGITS: Final = 9

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_YEAR = re.compile(r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_CLOCK = r"(?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})(?:\.(?P<f>[0-9]+))?(?P<z>Z|[+-][0-9]{2}:[0-9]{2})?"
_MOMENT = re.compile(rf"(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})T{_CLOCK}")
_TIME = re.compile(_CLOCK)
_SPAN = re.compile(
    r"(?P<sign>-)?P(?=[0-9T])(?:(?P<d>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?(?:(?P<s>[0-9]+)(?:\.(?P<f>[0-9]+))?S)?)?"
)
#: whole days that 64 bits of microseconds can hold
_LONGEST: Final = timedelta(days=106_751_990)

#: the bounds of the datatypes derived from xsd:integer
_BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "integer": (-math.inf, math.inf),
    "nonNegativeInteger": (0, math.inf),
    "positiveInteger": (1, math.inf),
    "nonPositiveInteger": (-math.inf, 0),
    "negativeInteger": (-math.inf, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _integer(low: float, high: float) -> Callable[[str], Cell]:
    def reader(text: str) -> Cell:
        number = int(_match(_INTEGER, text)[0])
        if not low <= number <= high:
            raise ValueError(text)
        return Cell("integer", number)

    return reader


def _decimal(text: str) -> Cell:
    return Cell("decimal", Decimal(_match(_DECIMAL, text)[0]))


def _double(text: str) -> Cell:
    return Cell("double", float(_match(_DOUBLE, text)[0]))


def _boolean(text: str) -> Cell:
    if text not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return Cell("boolean", text in ("true", "1"))


def _year(text: str) -> Cell:
    return Cell("integer", int(_match(_YEAR, text)[0]))


def _month(text: str) -> Cell:
    year, month = _match(_MONTH, text).groups()
    date(int(year), int(month), 1)
    return Cell("month", text)


def _date(text: str) -> Cell:
    return Cell("date", date(*map(int, _match(_DATE, text).groups())))


def _moment(text: str) -> Cell:
    found = _match(_MOMENT, text)
    clock, days, nanos = _clock(found)
    at = datetime.combine(date.fromisoformat(found["date"]) + timedelta(days=days), clock)
    if at.tzinfo is None:
        return Cell("moment", at, nanos)
    # one that UTC cannot hold is none; and pandas would have to say it in UTC
    at.astimezone(UTC)
    return Cell("zoned", at, nanos)


def _time(text: str) -> Cell:
    clock, _, nanos = _clock(_match(_TIME, text))
    if nanos:
        raise ValueError(text)
    return Cell("time", clock)


def _clock(found: re.Match[str]) -> tuple[time, int, int]:
    """The time of day, the days it lies ahead (24:00:00 is the next day's begin), and nanoseconds beyond it."""
    hours, minutes, seconds = int(found["h"]), int(found["m"]), int(found["s"])
    micros, nanos = _fraction(found["f"])
    ahead = int(hours == 24)
    if ahead and (minutes, seconds, micros, nanos) != (0, 0, 0, 0):
        raise ValueError(found[0])
    zone = found["z"]
    tz = None
    if zone:
        offset = timedelta() if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
        if offset > timedelta(hours=14) or (zone != "Z" and int(zone[4:]) > 59):
            raise ValueError(found[0])
        tz = timezone(-offset if zone[0] == "-" else offset)
    return time(0 if ahead else hours, minutes, seconds, micros, tz), ahead, nanos


def _fraction(digits: str | None) -> tuple[int, int]:
    """Microseconds and nanoseconds of the digits behind the point; finer ones raise ValueError."""
    digits = (digits or "").rstrip("0")
    if len(digits) > _NANO_DIGITS:
        raise ValueError(digits)
    digits = digits.ljust(_NANO_DIGITS, "0")
    return int(digits[:6]), int(digits[6:])


def _span(text: str) -> Cell:
    found = _match(_SPAN, text)
    micros, nanos = _fraction(found["f"])
    days, hours, minutes, seconds = (int(found[part] or 0) for part in "dhms")
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
    if nanos or span > _LONGEST:
        raise ValueError(text)
    return Cell("span", -span if found["sign"] else span)


_READERS: Final[dict[str, Callable[[str], Cell]]] = {
    **{name: _integer(*bounds) for name, bounds in _BOUNDS.items()},
    "decimal": _decimal,
    "double": _double,
    "float": _double,
    "boolean": _boolean,
    "gYear": _year,
    "gYearMonth": _month,
    "date": _date,
    "dateTime": _moment,
    "dateTimeStamp": _moment,
    "time": _time,
    "dayTimeDuration": _span,
}


# pandas


def need(package: str) -> Any:
    """A package that only these methods need. Raises NotInstalled with the one command that mends it.

    >>> need("nosuchpackage")
    Traceback (most recent call last):
    p2p_graph.errors.NotInstalled: This needs nosuchpackage: run `pip install 'p2p-graph[tables]'`.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        sentence = f"This needs {package}: run `pip install 'p2p-graph[tables]'`."
        raise NotInstalled(sentence, package=package) from None


def call(labels: Labels, addresses: Iterable[str]) -> Mapping[str, str]:
    """What addresses are called. Only addresses of the web are asked for; others have no name here.

    >>> call({"https://example.org/a": "Anna's place"}, ["https://example.org/a", "mailto:a@example.org"])
    {'https://example.org/a': "Anna's place"}
    """
    wanted = [address for address in dict.fromkeys(addresses) if address.startswith(("http://", "https://"))]
    if callable(labels):
        return labels(wanted)
    return {address: labels[address] for address in wanted if address in labels}


def frame(table: Table, labels: Labels | None = None, languages: bool = False) -> pd.DataFrame:
    """A table as a pandas frame; `Table.to_pandas` says which type each column gets."""
    pd = need("pandas")
    columns: dict[str, Any] = {}
    unread: dict[str, tuple[str, ...]] = {}
    taken = set(table.columns)
    for at, name in enumerate(table.columns):
        terms = [row[at] for row in table.rows]
        cells = [None if term is None else read(term) for term in terms]
        head = table.origin.kinds.get(name, "term")
        columns[name] = _series(pd, cells, head)
        kept = tuple(dict.fromkeys(cell.value for cell in cells if cell and cell.kind == "unread"))
        if kept:
            unread[name] = kept
        if labels is not None and f"{name}_label" not in taken and _holds(cells, "address", head, "iri"):
            columns[f"{name}_label"] = _label_series(pd, cells, labels)
        tagged = any(isinstance(term, Literal) and term.language for term in terms)
        if languages and f"{name}_language" not in taken and (tagged or head == "text"):
            columns[f"{name}_language"] = _text(pd, [t.language if isinstance(t, Literal) else None for t in terms])
    made = pd.DataFrame(columns, index=pd.RangeIndex(len(table)))
    made.attrs = {
        **{name: said for name in ("title", "version", "query") if (said := getattr(table.origin, name))},
        **({"unread": unread} if unread else {}),
    }
    for name, kept in unread.items():
        warnings.warn(_complaint(name, kept), UserWarning, stacklevel=3)
    return made


def _complaint(column: str, kept: Sequence[str]) -> str:
    some = ", ".join(repr(text[:40]) for text in kept[:3]) + (", …" if len(kept) > 3 else "")
    return f"In the column {column} stays as text what does not fit its datatype or has no value in Python: {some}."


def _holds(cells: Iterable[Cell | None], kind: CellKind, head: str, named: str) -> bool:
    """Whether a column holds cells of a kind; an empty one does if the head of its query says so."""
    present = [cell.kind for cell in cells if cell]
    return kind in present if present else head == named


#: what a column without any value is taken for, by the kind in the head of its query
_EMPTY: Final[dict[str, CellKind]] = {
    "iri": "address",
    "text": "text",
    "year": "integer",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
}


def _series(pd: Any, cells: Sequence[Cell | None], head: str) -> Any:
    kinds = {cell.kind for cell in cells if cell}
    if not kinds:
        kinds = {_EMPTY[head]} if head in _EMPTY else set()
    if kinds and kinds <= {"address", "text", "unread"}:
        return _text(pd, [cell.value if cell else None for cell in cells])
    if head == "decimal" and kinds == {"integer", "decimal"}:
        # SUM and AVG of whole numbers, and the sum of none, are whole numbers to an engine
        cells, kinds = [cell and Cell("decimal", Decimal(cell.value)) for cell in cells], {"decimal"}
    if head == "boolean" and kinds == {"integer"} and all(c is None or c.value in (0, 1) for c in cells):
        # Virtuoso says yes and no as 1 and 0
        cells, kinds = [cell and Cell("boolean", bool(cell.value)) for cell in cells], {"boolean"}
    builder = _BUILDERS.get(next(iter(kinds))) if len(kinds) == 1 else None
    made = builder(pd, cells) if builder else None
    return _objects(pd, cells) if made is None else made


def _text(pd: Any, values: Sequence[str | None]) -> Any:
    return pd.Series([pd.NA if v is None else v for v in values], dtype=pd.StringDtype("python"))


def _label_series(pd: Any, cells: Sequence[Cell | None], labels: Labels) -> Any:
    called = call(labels, (cell.value for cell in cells if cell and cell.kind == "address"))
    return _text(pd, [called.get(cell.value) if cell and cell.kind == "address" else None for cell in cells])


def _objects(pd: Any, cells: Sequence[Cell | None]) -> Any:
    """Python values side by side; the month is the one that only pandas has."""
    values = [
        pd.NA if cell is None else _period(pd, cell.value) if cell.kind == "month" else cell.value for cell in cells
    ]
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return pd.Series(made, dtype=object)


def _period(pd: Any, month: str) -> Any:
    return pd.Period(year=int(month[:4]), month=int(month[5:]), freq="M")


def _integers(pd: Any, cells: Sequence[Cell | None]) -> Any:
    """Int64, or None where a number is larger than it holds."""
    if any(cell and not -(2**63) <= cell.value < 2**63 for cell in cells):
        return None
    values = np.array([cell.value if cell else 0 for cell in cells], dtype=np.int64)
    return pd.Series(pd.arrays.IntegerArray(values, _missing(cells)))


def _doubles(pd: Any, cells: Sequence[Cell | None]) -> Any:
    """Float64 in which NaN is a value and missing is missing."""
    values = np.array([cell.value if cell else 0 for cell in cells], dtype=np.float64)
    return pd.Series(pd.arrays.FloatingArray(values, _missing(cells)))


def _booleans(pd: Any, cells: Sequence[Cell | None]) -> Any:
    values = np.array([cell.value if cell else False for cell in cells], dtype=bool)
    return pd.Series(pd.arrays.BooleanArray(values, _missing(cells)))


def _missing(cells: Sequence[Cell | None]) -> Any:
    return np.array([cell is None for cell in cells], dtype=bool)


def _dates(pd: Any, cells: Sequence[Cell | None]) -> Any:
    return pd.Series(np.array([cell.value if cell else "NaT" for cell in cells], dtype="datetime64[D]").astype("M8[s]"))


def _moments(pd: Any, cells: Sequence[Cell | None]) -> Any:
    """In microseconds; in nanoseconds where there are any, or None where those cannot reach the year."""
    if not any(cell and cell.nanos for cell in cells):
        return pd.Series(np.array([cell.value if cell else "NaT" for cell in cells], dtype="M8[us]"))
    if any(cell and not 1678 <= cell.value.year < 2262 for cell in cells):
        return None
    micros = np.array([cell.value if cell else "NaT" for cell in cells], dtype="M8[us]").astype("M8[ns]")
    return pd.Series(micros + np.array([cell.nanos if cell else 0 for cell in cells], dtype="m8[ns]"))


def _zoned(pd: Any, cells: Sequence[Cell | None]) -> Any:
    """The same moments in UTC."""
    plain = [cell and cell._replace(value=cell.value.astimezone(UTC).replace(tzinfo=None)) for cell in cells]
    made = _moments(pd, plain)
    return None if made is None else made.dt.tz_localize("UTC")


def _months(pd: Any, cells: Sequence[Cell | None]) -> Any:
    values = [_period(pd, cell.value) if cell else pd.NaT for cell in cells]
    return pd.Series(pd.array(values, dtype="period[M]"))


def _spans(pd: Any, cells: Sequence[Cell | None]) -> Any:
    return pd.Series(np.array([cell.value if cell else "NaT" for cell in cells], dtype="m8[us]"))


_BUILDERS: Final[dict[CellKind, Callable[[Any, Sequence[Cell | None]], Any]]] = {
    "integer": _integers,
    "double": _doubles,
    "boolean": _booleans,
    "date": _dates,
    "moment": _moments,
    "zoned": _zoned,
    "month": _months,
    "span": _spans,
}


# networkx


def graph_of_table(
    table: Table, source: str, target: str, directed: bool = False, labels: Labels | None = None
) -> nx.MultiGraph[Any]:
    """A table as a network; `Table.to_networkx` says how."""
    import networkx as nx

    for name in (source, target):
        if name not in table.columns:
            known = ", ".join(table.columns)
            raise BadValue(
                f"The table has no column {name[:80]!r}; it has: {known}.",
                parameter="source" if name is source else "target",
                kind="column",
                example=table.columns[0] if table.columns else "",
            )
    graph: nx.MultiGraph[Any] = (nx.MultiDiGraph if directed else nx.MultiGraph)()
    addresses: list[str] = []
    for row in table.records():
        ends = [end for end in (row[source], row[target]) if end is not None]
        addresses += [end.value for end in ends if isinstance(end, NamedNode)]
        graph.add_nodes_from(map(value, ends))
        if len(ends) == 2:
            told = {n: value(term) for n, term in row.items() if term is not None and n not in (source, target)}
            graph.add_edges_from([(value(ends[0]), value(ends[1]), told)])
    _name(graph, addresses, labels)
    return graph


def graph_of_triples(triples: Triples, labels: Labels | None = None) -> nx.MultiDiGraph[Any]:
    """Triples as a network; `Triples.to_networkx` says how."""
    import networkx as nx

    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    addresses: list[str] = []
    for triple in triples.triples:
        one, other, name = value(triple.subject), triple.object, shorten(triple.predicate.value)
        graph.add_node(one)
        addresses += [end.value for end in (triple.subject, other) if isinstance(end, NamedNode)]
        if isinstance(other, Literal):
            key = f"{name}@{other.language}" if other.language else name
            graph.nodes[one].setdefault(key, []).append(value(other))
        else:
            graph.add_edge(one, value(other), key=name, property=triple.predicate.value)
    for told in graph.nodes.values():
        told.update({key: values[0] if len(values) == 1 else tuple(values) for key, values in told.items()})
    _name(graph, addresses, labels)
    return graph


def _name(graph: nx.Graph[Any], addresses: Iterable[str], labels: Labels | None) -> None:
    if labels is not None:
        for address, label in call(labels, addresses).items():
            graph.nodes[address]["label"] = label
