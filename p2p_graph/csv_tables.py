"""The things of a release as CSV files, a table for each kind, with their columns described twice. No I/O.

Data Package (`datapackage.json`) is what R, pandas and spreadsheet people read; CSV on the Web (`csv-metadata.json`)
says of each column which property it is, so that the same triples can be made of the tables again.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.vocab import BASE, KINDS, PREFIXES, kind_and_slug, shorten

__all__ = ["CONCEPTS", "CsvTable", "Words", "tables", "zipped"]

#: the table of what stands under `/vocab/`
CONCEPTS: Final = "concept"

#: what a term of the ontology is called, and what it means, in English
Words = Mapping[str, tuple[str, str]]

_ADDRESS: Final = "address"
_XSD: Final = PREFIXES["xsd"]
_TEXT: Final = frozenset({f"{_XSD}string", PREFIXES["rdf"] + "langString"})
#: datatype → what it is called in a Data Package and in CSV on the Web
_TYPES: Final = {
    f"{_XSD}integer": ("integer", "integer"),
    f"{_XSD}decimal": ("number", "decimal"),
    f"{_XSD}boolean": ("boolean", "boolean"),
    f"{_XSD}date": ("date", "date"),
    f"{_XSD}gYear": ("year", "gYear"),
}
#: what parts several values in a cell: the first that stands in none of them
_BETWEEN: Final = ("|", ";", "¦", "␟")
#: files in an archive have this time, so that the same release has the same bytes
_TIME: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Column:
    """One property in one language or none: its name in the table, and what its values are.

    `between` parts the values of a cell, and is empty where every cell has one; `refers` is the table of the things
    that are its values, if they are of one kind.
    """

    name: str
    property: str
    language: str
    datatype: str
    between: str
    refers: str


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The things of one kind: rows by address, cells in the order of the columns."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def written(self) -> bytes:
        """The table as CSV (RFC 4180, UTF-8); the first column is the address of each thing."""
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        writer.writerow([_ADDRESS, *(column.name for column in self.columns)])
        writer.writerows(self.rows)
        return lines.getvalue().encode()


def tables(triples: Iterable[Triple]) -> list[CsvTable]:
    """All things and concepts of a release, a table for each kind that there is, in the order of the kinds.

    >>> from p2p_graph.vocab import mint, p2p
    >>> (found,) = tables([Triple(mint("practice", "x"), p2p("startYear"), Literal(2009))])
    >>> found.written().decode()
    'address,startYear\\r\\nhttps://w3id.org/peer2peer/id/practice/x,2009\\r\\n'
    """
    found: dict[str, dict[str, dict[tuple[str, str], list[NamedNode | Literal]]]] = defaultdict(dict)
    for triple in triples:
        subject, value = triple.subject, triple.object
        if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
            continue
        address = subject.value
        kind = _table_of(address)
        if kind:
            language = (value.language or "") if isinstance(value, Literal) else ""
            cells = found[kind].setdefault(address, {})
            cells.setdefault((triple.predicate.value, language), []).append(value)
    return [_table(kind, found[kind]) for kind in (*KINDS, CONCEPTS) if kind in found]


def zipped(found: Iterable[CsvTable], version: str, words: Words) -> bytes:
    """Tables and both descriptions of them as one archive; the same tables give the same bytes."""
    found = list(found)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in _files(found, version, words):
            told = zipfile.ZipInfo(name, _TIME)
            told.compress_type = zipfile.ZIP_DEFLATED
            told.external_attr = 0o644 << 16
            archive.writestr(told, content)
    return held.getvalue()


@lru_cache(maxsize=65_536)
def _table_of(address: str) -> str:
    known = kind_and_slug(address)
    return known[0] if known else CONCEPTS if address.startswith(f"{BASE}vocab/") else ""


def _table(kind: str, things: Mapping[str, Mapping[tuple[str, str], list[NamedNode | Literal]]]) -> CsvTable:
    keys = sorted({key for cells in things.values() for key in cells}, key=lambda key: (_name(*key), key))
    columns = tuple(_column(key, [cells[key] for cells in things.values() if key in cells]) for key in keys)
    rows = tuple(
        (address, *(_cell(cells.get(key, ()), column) for key, column in zip(keys, columns, strict=True)))
        for address, cells in sorted(things.items())
    )
    return CsvTable(kind, columns, rows)


def _name(path: str, language: str) -> str:
    """The name of a column: of our own words and of names without their prefix.

    >>> _name(PREFIXES["p2p"] + "inCountry", ""), _name(PREFIXES["dcterms"] + "source", ""), _name("http://x/y", "el")
    ('inCountry', 'dcterms_source', 'y_el')
    """
    prefix, _, local = shorten(path).partition(":")
    if prefix not in PREFIXES:
        prefix, local = "", path.rstrip("/").replace("#", "/").rsplit("/", 1)[-1]
    start = "" if prefix in ("", "p2p", "rdfs", "rdf") else f"{prefix}_"
    return f"{start}{local}" + (f"_{language}" if language else "")


def _column(key: tuple[str, str], cells: list[list[NamedNode | Literal]]) -> Column:
    values = [value for cell in cells for value in cell]
    kinds = {value.datatype.value if isinstance(value, Literal) else "" for value in values}
    several = any(len(cell) > 1 for cell in cells)
    texts = "\0".join(value.value for value in values) if several else ""
    between = next((sign for sign in _BETWEEN if sign not in texts), _BETWEEN[-1]) if several else ""
    refers = {_table_of(value.value) for value in values if isinstance(value, NamedNode)} if kinds == {""} else {""}
    kind = next(iter(kinds)) if len(kinds) == 1 else f"{_XSD}string"
    return Column(_name(*key), *key, kind, between, next(iter(refers)) if len(refers) == 1 else "")


def _cell(values: Sequence[NamedNode | Literal], column: Column) -> str:
    if len(values) < 2:
        return values[0].value if values else ""
    return column.between.join(sorted(value.value for value in values))


def _files(found: list[CsvTable], version: str, words: Words) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", _README.format(version=version).encode()
    yield "datapackage.json", _json(_data_package(found, version, words))
    yield "csv-metadata.json", _json(_csv_metadata(found, version, words))
    for table in found:
        yield f"{table.name}.csv", table.written()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


_README: Final = """Peer2Peer Graph {version}: the things of the release as tables
A file for each kind of thing, a row for each thing; an empty cell says that nothing is recorded.
The first column is the address of the thing; other columns hold addresses of rows in other tables.
Where a cell holds several values, a sign parts them that stands in none: datapackage.json says which (delimiter).
Licence: CC BY 4.0. To cite: Peer2Peer Graph, release {version}.
"""


def _data_package(found: list[CsvTable], version: str, words: Words) -> dict[str, object]:
    there = {table.name for table in found}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "peer2peer-graph",
        "id": f"{BASE}graph/dataset",
        "title": "Peer2Peer Graph",
        "version": version,
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "resources": [
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "type": "table",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "title": _class_words(table.name, words)[0],
                "description": _class_words(table.name, words)[1],
                "schema": {
                    "fields": [_ADDRESS_FIELD, *(_field(column, words) for column in table.columns)],
                    "primaryKey": [_ADDRESS],
                    "foreignKeys": [
                        {"fields": [c.name], "reference": {"resource": c.refers, "fields": [_ADDRESS]}}
                        for c in table.columns
                        if c.refers in there and not c.between
                    ],
                },
            }
            for table in found
        ],
    }


_ADDRESS_FIELD: Final = {"name": _ADDRESS, "type": "string", "format": "uri", "constraints": {"required": True}}


def _field(column: Column, words: Words) -> dict[str, object]:
    title, meaning = words.get(column.property, (column.name, ""))
    kind = _TYPES.get(column.datatype, ("string", ""))[0]
    told: dict[str, object] = {"name": column.name, "title": title, "rdfType": column.property}
    if column.between:
        told |= {"type": "list", "delimiter": column.between, "itemType": kind if kind != "year" else "integer"}
    else:
        told["type"] = kind
        if not column.datatype:
            told["format"] = "uri"
    return told | ({"description": meaning} if meaning else {})


def _csv_metadata(found: list[CsvTable], version: str, words: Words) -> dict[str, object]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": "Peer2Peer Graph",
        "dc:identifier": version,
        "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "tables": [
            {
                "url": f"{table.name}.csv",
                "dc:title": _class_words(table.name, words)[0],
                "tableSchema": {
                    "aboutUrl": f"{{+{_ADDRESS}}}",
                    "primaryKey": _ADDRESS,
                    "columns": [
                        {"name": _ADDRESS, "titles": _ADDRESS, "datatype": "anyURI", "suppressOutput": True},
                        *(_described(column) for column in table.columns),
                    ],
                },
            }
            for table in found
        ],
    }


def _described(column: Column) -> dict[str, object]:
    told: dict[str, object] = {"name": column.name.replace("-", "_"), "titles": column.name}
    told["propertyUrl"] = column.property
    if not column.datatype:
        told["datatype"] = "anyURI"
        if not column.between:
            told["valueUrl"] = f"{{+{column.name.replace('-', '_')}}}"
    elif column.datatype in _TEXT:
        told["datatype"] = "string"
    else:
        told["datatype"] = _TYPES[column.datatype][1] if column.datatype in _TYPES else {"@id": column.datatype}
    if column.language:
        told["lang"] = column.language
    if column.between:
        told["separator"] = column.between
    return told


def _class_words(name: str, words: Words) -> tuple[str, str]:
    called = PREFIXES["skos"] + "Concept" if name == CONCEPTS else PREFIXES["p2p"] + KINDS[name]
    return words.get(called, ("concept", "A word from the lists of concepts.") if name == CONCEPTS else (name, ""))
