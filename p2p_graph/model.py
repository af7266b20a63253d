"""The values that move between the parts: answers, limits, views, fields, faults. No I/O here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, field as told_apart
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from p2p_graph.message import Message

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    import rdflib

    from p2p_graph.tables import Labels

__all__ = ["Answer", "Boolean", "Fault", "Field", "Limits", "Origin", "Prepared", "Table", "Term", "Triples", "View"]

#: What stands in a cell. pyoxigraph terms are the one term type inside.
Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one query may cost: seconds of time, rows of its answer, bytes of the written answer."""

    seconds: float = 20.0
    rows: int = 50_000
    bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that was looked at before it runs: its text and its form."""

    text: str
    form: OneOf["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

    @property
    def kind(self) -> OneOf["table", "boolean", "triples"]:
        """Which kind of answer it will give."""
        if self.form == "SELECT":
            return "table"
        return "boolean" if self.form == "ASK" else "triples"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table comes from: the query and its limits, the version of the data; of a saved query also its head."""

    query: str = ""
    version: str = ""
    limits: Limits | None = None
    title: str = ""
    question: str = ""
    #: column → its kind in the head of the saved query
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The answer of a SELECT: columns in the order of the query, rows in the order of the engine.

    A cell is a term, or None where the variable is not bound. Where it comes from is no part of what it says: tables
    with equal cells are equal.

    >>> table = Table(("name", "since"), ((Literal("C-Buddy"), Literal(2009)),))
    >>> len(table), [row["since"].value for row in table.records()]
    (1, ['2009'])
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    origin: Origin = field(default_factory=Origin, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> Iterator[dict[str, Term | None]]:
        """Each row as a dict from column to term."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def to_pandas(self, *, labels: Labels | None = None, languages: bool = False) -> pd.DataFrame:
        """The table as a pandas frame whose columns have the types that the datatypes promise.

        Whole numbers and years are `Int64` (Python integers where they are larger), doubles `Float64`, yes and no
        `boolean`, dates `datetime64[s]`, dates with a time `datetime64[us]` (those with a time zone in UTC), months
        `period[M]`, spans of days and hours `timedelta64[us]`, addresses and texts `string`. Decimals stay
        `decimal.Decimal` in an object column, because 0.1 is no binary number: `astype("Float64")` takes them
        further. A column of several kinds holds the Python values. What is missing is `pd.NA`, or `pd.NaT` among
        dates, months and spans. A column without any value has the type that the head of its saved query names.

        With `labels` (`graph.labels`, or a dict) each column of addresses is followed by `<column>_label`, with
        `languages` each column of texts by `<column>_language`; neither where the table has a column of that name.
        A value that does not fit its datatype stays text; a warning and `frame.attrs["unread"]` name it.

        >>> table = Table(("name", "since"), ((Literal("C-Buddy", language="en"), Literal(2009)), (None, None)))
        >>> frame = table.to_pandas(languages=True)
        >>> [(name, str(kind)) for name, kind in frame.dtypes.items()]
        [('name', 'string'), ('name_language', 'string'), ('since', 'Int64')]
        >>> int(frame["since"].sum())
        2009
        """
        from p2p_graph import tables

        return tables.frame(self, labels, languages)

    def to_networkx(
        self, source: str, target: str, *, directed: bool = False, labels: Labels | None = None
    ) -> nx.MultiGraph[Any]:
        """The table as a network: each row joins its `source` to its `target`, and its other columns say how.

        Rows with the same ends stay side by side, as a MultiGraph or, directed, a MultiDiGraph; `networkx.Graph(it)`
        makes them one. A row with one end gives a node without a tie. Nodes are addresses or other Python values;
        with `labels` (`graph.labels`, or a dict) they carry a `label`. Raises BadValue for a column that is not there.

        >>> a, b = NamedNode("https://example.org/a"), NamedNode("https://example.org/b")
        >>> network = Table(("one", "other", "ties"), ((a, b, Literal(3)),)).to_networkx("one", "other")
        >>> list(network.edges(data=True))
        [('https://example.org/a', 'https://example.org/b', {'ties': 3})]
        """
        from p2p_graph import tables

        return tables.graph_of_table(self, source, target, directed, labels)

    def to_xlsx(self, where: str | Path | IO[bytes], *, now: datetime, labels: Labels | None = None) -> None:
        """Writes the table as a workbook for spreadsheet programs, into a file or to a path.

        Sheet `data` has typed cells, a head that stands still, a filter and links; `query` the query as it ran;
        `about` the version of the data, the licence, `now` and what a sheet cannot hold. Text that begins like a
        formula stays text. The same table at the same `now` gives the same bytes. Raises AnswerTooLarge for more
        rows than a sheet has.

        >>> import io
        >>> from datetime import UTC
        >>> file = io.BytesIO()
        >>> Table(("name",), ((Literal("=1+1"),),)).to_xlsx(file, now=datetime(2026, 1, 7, 12, 0, tzinfo=UTC))
        >>> from openpyxl import load_workbook
        >>> load_workbook(file)["data"]["A2"].data_type
        's'
        """
        from p2p_graph.workbook import written

        content = written(self, now, labels)
        if isinstance(where, str | Path):
            Path(where).write_bytes(content)
        else:
            where.write(content)


@dataclass(frozen=True, slots=True)
class Triples:
    """The answer of a CONSTRUCT or DESCRIBE, in the order of the engine, without doubles."""

    triples: tuple[Triple, ...]

    def __len__(self) -> int:
        return len(self.triples)

    def to_rdflib(self) -> rdflib.Graph:
        """The same triples as an rdflib graph, for those who work with rdflib.

        >>> t = Triple(NamedNode("https://example.org/a"), NamedNode("https://example.org/b"), Literal(1))
        >>> len(Triples((t,)).to_rdflib())
        1
        """
        import rdflib
        from pyoxigraph import RdfFormat, serialize

        text = serialize(self.triples, format=RdfFormat.N_TRIPLES)
        assert text is not None
        return rdflib.Graph().parse(data=text.decode(), format="nt")

    def to_networkx(self, *, labels: Labels | None = None) -> nx.MultiDiGraph[Any]:
        """The same triples as a network: things are nodes, and a triple between two of them is an edge.

        An edge has the short name of its property as key and its address as `property`. Literals are attributes of
        their node, by the short name of the property with the language (`rdfs:label@en`); several values of one name
        are a tuple. With `labels` (`graph.labels`, or a dict) nodes carry a `label`.

        >>> a, b = NamedNode("https://example.org/a"), NamedNode("https://example.org/b")
        >>> label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
        >>> said = (Triple(a, NamedNode("http://purl.org/dc/terms/relation"), b), Triple(a, label, Literal("A")))
        >>> network = Triples(said).to_networkx()
        >>> list(network.edges(keys=True)), network.nodes["https://example.org/a"]
        ([('https://example.org/a', 'https://example.org/b', 'dcterms:relation')], {'rdfs:label': 'A'})
        """
        from p2p_graph import tables

        return tables.graph_of_triples(self, labels)


@dataclass(frozen=True, slots=True)
class Boolean:
    """The answer of an ASK."""

    value: bool

    def __bool__(self) -> bool:
        return self.value


Answer = Table | Triples | Boolean


@dataclass(frozen=True, slots=True)
class View:
    """What a picture shows: the whole state of a page, as it stands in its address."""

    country: str | None = None
    roles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    seed: int = 7
    #: "together" for ties that are no opposition, "against" for those that are, empty for both
    stance: OneOf["", "together", "against"] = ""
    #: only ties that may have been there in this year; those without any year are left out unless `undated`
    year: int | None = None
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, read from the shapes: its property, words, order and what it takes."""

    path: str
    name: str
    help: str
    order: int
    required: bool
    many: bool
    kind: OneOf["text", "year", "integer", "decimal", "date", "address", "concept", "thing", "any"]
    scheme: str | None = None
    target: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a piece of data, where, and how to mend it, in plain words."""

    file: str
    line: int | None
    subject: str
    field: str
    what: str
    value: str = ""
    #: the property, with its prefix, for machines
    path: str = ""
    #: the sentences of `what` before they are in a language; nothing where it is one sentence without values
    said: tuple[Message, ...] = told_apart(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        about = " ".join(part for part in (self.subject, f"({self.field})" if self.field else "") if part)
        value = f" Found: {self.value}" if self.value else ""
        return f"{where}: {about + ': ' if about else ''}{self.what}{value}"
