"""The one table of formats: what an answer can be written as, and the writer.

Tables come as SPARQL JSON, SPARQL XML, CSV and TSV, booleans as SPARQL JSON and XML only, because the W3C
defines CSV and TSV for SELECT alone. Triples come as Turtle, N-Triples, JSON-LD (expanded form) and RDF/XML.
All these are written by the engine's own serialisers. For spreadsheet programs a table also comes as a workbook, and
as CSV that such a program reads as UTF-8 and takes no formula from. Nothing here opens a file.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal as OneOf

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse_query_results,
    serialize,
)

from p2p_graph import workbook
from p2p_graph.errors import UnknownFormat
from p2p_graph.model import Answer, Boolean, Table, Term, Triples
from p2p_graph.tables import Labels, read
from p2p_graph.vocab import PREFIXES

__all__ = ["FORMATS", "Format", "Kind", "find", "kind_of", "prefixes_in", "sorted_head", "write"]

Kind = OneOf["table", "boolean", "triples"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write one kind of answer: its name and suffix in addresses, its media type, who writes it."""

    name: str
    media_type: str
    suffix: str
    kind: Kind
    title: str
    #: whether the engine writes it, so that a worker can, too
    by_engine: bool = True

    @property
    def ending(self) -> str:
        """How the names of its files end.

        >>> find("csv-excel", "table").ending, find("turtle", "triples").ending
        ('csv', 'ttl')
        """
        return self.suffix.partition("-")[0]

    @property
    def content_type(self) -> str:
        """The media type as it stands in a header; text says its encoding.

        >>> find("csv", "table").content_type
        'text/csv; charset=utf-8'
        """
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


_JSON: Final = "application/sparql-results+json"
_XML: Final = "application/sparql-results+xml"

#: every format; the first of a kind is what one gets who does not choose
FORMATS: Final[tuple[Format, ...]] = (
    Format("json", _JSON, "json", "table", "SPARQL JSON"),
    Format("xml", _XML, "xml", "table", "SPARQL XML"),
    Format("csv", "text/csv", "csv", "table", "CSV"),
    Format("tsv", "text/tab-separated-values", "tsv", "table", "TSV"),
    Format("csv-excel", "text/csv", "csv-excel", "table", "CSV for Excel", by_engine=False),
    Format("xlsx", workbook.MEDIA_TYPE, "xlsx", "table", "XLSX", by_engine=False),
    Format("json", _JSON, "json", "boolean", "SPARQL JSON"),
    Format("xml", _XML, "xml", "boolean", "SPARQL XML"),
    Format("turtle", "text/turtle", "ttl", "triples", "Turtle"),
    Format("ntriples", "application/n-triples", "nt", "triples", "N-Triples"),
    Format("jsonld", "application/ld+json", "jsonld", "triples", "JSON-LD"),
    Format("rdfxml", "application/rdf+xml", "rdf", "triples", "RDF/XML"),
)

_RESULTS: Final[Mapping[str, QueryResultsFormat]] = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_RDF: Final[Mapping[str, RdfFormat]] = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def find(name: str, kind: Kind) -> Format:
    """The format of a name (or suffix) for a kind of answer. Raises UnknownFormat that lists those there are.

    >>> find("turtle", "triples").suffix, find("ttl", "triples").name
    ('ttl', 'turtle')
    """
    there = [fmt for fmt in FORMATS if fmt.kind == kind]
    for fmt in there:
        if name in (fmt.name, fmt.suffix):
            return fmt
    names = tuple(fmt.name for fmt in there)
    what = {"table": "a table", "boolean": "a yes or no", "triples": "triples"}[kind]
    raise UnknownFormat(f"There is no format {name[:40]!r} for {what}; there are: {', '.join(names)}.", formats=names)


def kind_of(answer: Answer) -> Kind:
    """Which kind of answer this is.

    >>> kind_of(Boolean(True))
    'boolean'
    """
    if isinstance(answer, Table):
        return "table"
    return "boolean" if isinstance(answer, Boolean) else "triples"


def write(answer: Answer, name: str, now: datetime | None = None, labels: Labels | None = None) -> bytes:
    """The answer in the format of that name. Raises UnknownFormat if there is none for this kind of answer.

    A workbook says when it was written, and needs `now`; with `labels` its addresses have names beside them.

    >>> from pyoxigraph import Literal
    >>> write(Table(("name", "since"), ((Literal("Vrač, peer"), None),)), "csv").decode()
    'name,since\\r\\n"Vrač, peer",\\r\\n'
    >>> write(Boolean(True), "json")
    b'{"head":{},"boolean":true}'
    """
    fmt = find(name, kind_of(answer))
    if isinstance(answer, Table):
        if fmt.name == "xlsx":
            if now is None:
                raise TypeError("a workbook says when it was written: give `now`")
            return workbook.written(answer, now, labels)
        if fmt.name == "csv-excel":
            return _for_excel(answer)
        return _bytes(_solutions(answer).serialize(format=_RESULTS[fmt.name]))
    if isinstance(answer, Boolean):
        plain = parse_query_results(f'{{"head":{{}},"boolean":{str(bool(answer)).lower()}}}', QueryResultsFormat.JSON)
        return _bytes(plain.serialize(format=_RESULTS[fmt.name]))
    return _triples(answer, fmt)


def prefixes_in(plain: bytes) -> dict[str, str]:
    """The prefixes that N-Triples use: nobody wants to read sixty lines of prefixes above three triples.

    >>> prefixes_in(b'<http://purl.org/dc/terms/title> ')
    {'dcterms': 'http://purl.org/dc/terms/'}
    """
    return {prefix: start for prefix, start in PREFIXES.items() if b"<" + start.encode() in plain}


def sorted_head(turtle: bytes) -> bytes:
    """Turtle with its prefixes in order: the engine writes them in the order of a hash, and equal answers must be
    equal bytes.

    >>> sorted_head(b"@prefix b: <b:> .\\n@prefix a: <a:> .\\na:a b:b 1 .\\n")
    b'@prefix a: <a:> .\\n@prefix b: <b:> .\\na:a b:b 1 .\\n'
    """
    lines = turtle.splitlines(keepends=True)
    end = next((at for at, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines))
    return b"".join(sorted(lines[:end]) + lines[end:])


def _triples(answer: Triples, fmt: Format) -> bytes:
    plain = _bytes(serialize(answer.triples, format=RdfFormat.N_TRIPLES))
    if fmt.name == "ntriples":
        return plain
    if fmt.name == "turtle":
        return sorted_head(_serialized(answer.triples, fmt, prefixes_in(plain)))
    return _serialized(answer.triples, fmt, {})


def _serialized(triples: Iterable[Triple], fmt: Format, prefixes: dict[str, str]) -> bytes:
    return _bytes(serialize(triples, format=_RDF[fmt.name], prefixes=prefixes))


def _solutions(table: Table) -> QuerySolutions:
    """The engine makes solutions only from text; TSV is the form that every term prints itself in."""
    lines = ["\t".join(f"?{column}" for column in table.columns)]
    lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in table.rows]
    text = "\n".join([*lines, ""])
    found = parse_query_results(io.BytesIO(text.encode()), QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    return found


#: where a spreadsheet program may see the begin of a formula: at the begin of a cell, and after what parts cells in
#: some country's settings, where the quotes around a cell with commas do not hold it together
_FORMULA: Final = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=\s*[=+\-@＝＋－＠])")


def _for_excel(table: Table) -> bytes:
    """CSV with a byte-order mark, by which Excel knows UTF-8, and an apostrophe before what it would compute."""
    lines = io.StringIO(newline="")
    rows = csv.writer(lines)
    rows.writerow(table.columns)
    rows.writerows([_plain(term) for term in row] for row in table.rows)
    return BOM_UTF8 + lines.getvalue().encode()


def _plain(term: Term | None) -> str:
    if term is None:
        return ""
    text = term.value if isinstance(term, NamedNode | Literal) else str(term)
    return text if read(term).kind in ("integer", "decimal", "double") else _FORMULA.sub("'", text)


def _bytes(written: bytes | None) -> bytes:
    """The engine returns None only where it was given a file."""
    assert written is not None
    return written
