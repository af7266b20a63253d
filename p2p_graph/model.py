"""The values that move between the parts: answers, limits, views, fields, faults. No I/O here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

if TYPE_CHECKING:
    import rdflib

__all__ = ["Answer", "Boolean", "Fault", "Field", "Limits", "Prepared", "Table", "Term", "Triples", "View"]

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
class Table:
    """The answer of a SELECT: columns in the order of the query, rows in the order of the engine.

    A cell is a term, or None where the variable is not bound.

    >>> table = Table(("name", "since"), ((Literal("C-Buddy"), Literal(2009)),))
    >>> len(table), [row["since"].value for row in table.records()]
    (1, ['2009'])
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> Iterator[dict[str, Term | None]]:
        """Each row as a dict from column to term."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


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

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        about = " ".join(part for part in (self.subject, f"({self.field})" if self.field else "") if part)
        value = f" Found: {self.value}" if self.value else ""
        return f"{where}: {about + ': ' if about else ''}{self.what}{value}"
