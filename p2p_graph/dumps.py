"""The files in which somebody takes a whole release home, made when it is built. No I/O.

All of them are compressed and the same for the same release, byte for byte: their hashes stand in its manifest.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from p2p_graph.csv_tables import Words, tables, zipped
from p2p_graph.formats import sorted_head
from p2p_graph.vocab import PREFIXES

__all__ = ["DUMPS", "FOLDER", "Dump", "dumps"]

#: the folder of a release in which they stand
FOLDER: Final = "dumps"
#: gzip's level: past it a release takes longer to build than its files get smaller
_EFFORT: Final = 5


@dataclass(frozen=True, slots=True)
class Dump:
    """One of the files: its name, what it is, and the media type of what is packed in it.

    `format` is its name among the file types of the Publications Office of the European Union.
    """

    name: str
    title: str
    says: str
    media_type: str
    packed_as: str
    format: str


#: every file, in the order in which pages list them
DUMPS: Final[tuple[Dump, ...]] = (
    Dump(
        "peer2peer-graph.nq.gz",
        "N-Quads",
        "Every statement with the file it stands in, one a line.",
        "application/n-quads",
        "application/gzip",
        "RDF_N_QUADS",
    ),
    Dump(
        "peer2peer-graph.trig.gz",
        "TriG",
        "The same, shorter and with prefixes.",
        "application/trig",
        "application/gzip",
        "RDF_TRIG",
    ),
    Dump(
        "peer2peer-graph.ttl.gz",
        "Turtle",
        "All statements as one graph.",
        "text/turtle",
        "application/gzip",
        "RDF_TURTLE",
    ),
    Dump(
        "peer2peer-graph.jsonld.gz",
        "JSON-LD",
        "All statements with their files, for programs that read JSON.",
        "application/ld+json",
        "application/gzip",
        "JSON_LD",
    ),
    Dump(
        "peer2peer-graph-tables.zip",
        "CSV tables",
        "A table for each kind of thing, described as a Data Package and as CSV on the Web.",
        "text/csv",
        "application/zip",
        "CSV",
    ),
)


def dumps(lines: Sequence[str], version: str) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file, from the sorted N-Quads of a release.

    >>> line = '<https://w3id.org/peer2peer/id/practice/x> <http://example.org/p> "y" <http://example.org/g> .\\n'
    >>> [name for name, _ in dumps([line], "1+2026-01-07.1")] == [dump.name for dump in DUMPS]
    True
    """
    text = "".join(lines).encode()
    quads = list(parse(text, RdfFormat.N_QUADS))
    by_graph = sorted(quads, key=lambda quad: str(quad.graph_name))
    triples = list(dict.fromkeys(quad.triple for quad in quads))
    prefixes = {prefix: start for prefix, start in PREFIXES.items() if b"<" + start.encode() in text}
    made: tuple[Callable[[], bytes], ...] = (
        lambda: _packed(text),
        lambda: _packed(sorted_head(serialize(by_graph, format=RdfFormat.TRIG, prefixes=prefixes) or b"")),
        lambda: _packed(sorted_head(serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b"")),
        lambda: _packed(serialize(by_graph, format=RdfFormat.JSON_LD) or b""),
        lambda: zipped(tables(triples), version, _words(quads)),
    )
    for dump, make in zip(DUMPS, made, strict=True):
        yield dump.name, make()


def _packed(content: bytes) -> bytes:
    # without the time, so that the same release has the same bytes
    return gzip.compress(content, _EFFORT, mtime=0)


def _words(quads: Sequence[Quad]) -> Words:
    """What terms are called, and what they mean, in English."""
    label, definition = PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "definition"
    found: dict[str, dict[str, str]] = {}
    for quad in quads:
        term, path, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(term, NamedNode) or not isinstance(value, Literal) or value.language != "en":
            continue
        if path in (label, definition):
            found.setdefault(term.value, {})[path] = value.value
    return {term: (said[label], said.get(definition, "")) for term, said in found.items() if label in said}
