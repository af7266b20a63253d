"""Writes the index of names and descriptions that searches read: one SQLite file, made when a release is built.

Its words stand in FTS5, its vocabulary in a second FTS5 table by groups of three letters. Texts are numbered by
importance, names before descriptions, so that a step of a search that must stop somewhere stops at what matters least.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Term
from p2p_graph.text import joined, words
from p2p_graph.vocab import BASE, KINDS, PREFIXES, kind_and_slug

__all__ = [
    "DESCRIBED",
    "FIELDS",
    "INDEX_FILE",
    "KINDS_FOUND",
    "LAYOUT",
    "ONE_SLIP",
    "TYPES",
    "Row",
    "build_index",
    "indexed",
]

#: the file of the index in the folder of a release
INDEX_FILE: Final = "search.sqlite"
#: how the tables are laid out; a file with another number is not read
LAYOUT: Final = 1
#: kinds of what is found, in the order in which they come where all else is equal
KINDS_FOUND: Final = (
    *("country", "practice", "organisation", "place", "project", "law", "activity", "finding", "document"),
    *("concept", "class", "property"),
)
#: the classes whose things are found
TYPES: Final = (
    *(PREFIXES["p2p"] + KINDS[kind] for kind in KINDS_FOUND if kind in KINDS),
    PREFIXES["skos"] + "Concept",
    *(PREFIXES["owl"] + name for name in ("Class", "ObjectProperty", "DatatypeProperty")),
)
#: where a text stands; from number `DESCRIBED` on it is no name
FIELDS: Final = ("name", "other-name", "description", "authors")
DESCRIBED: Final = 2
#: letters from which a word may hold a slip
ONE_SLIP: Final = 5

Row = Sequence[Term | None]

_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE things (id INTEGER PRIMARY KEY, address TEXT NOT NULL, kind TEXT NOT NULL, weight INTEGER NOT NULL);
CREATE TABLE texts (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL, field INTEGER NOT NULL, language TEXT NOT NULL,
                    text TEXT NOT NULL, words TEXT NOT NULL, compact TEXT);
CREATE TABLE links (target INTEGER, thing INTEGER, field TEXT, PRIMARY KEY (target, thing, field)) WITHOUT ROWID;
CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE fts USING fts5(words, content='', prefix='2 3', tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE grams USING fts5(word, content='', tokenize='trigram');
"""
_DONE: Final = """
CREATE INDEX texts_compact ON texts (compact) WHERE compact IS NOT NULL;
CREATE INDEX texts_thing ON texts (thing, field);
CREATE INDEX links_thing ON links (thing, field);
INSERT INTO fts(fts) VALUES ('optimize');
INSERT INTO grams(grams) VALUES ('optimize');
"""


def build_index(path: Path, texts: Iterable[Row], links: Iterable[Row]) -> None:
    """Writes the index as a new file, from the rows of the queries `searchable-texts` and `searchable-links`."""
    said = sorted(_said(texts))
    numbers = {address: n for n, address in enumerate(dict.fromkeys(row[2] for row in said), 1)}
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(_SCHEMA)
        db.execute("BEGIN")
        kinds = {row[2]: (row[1], row[6]) for row in said}
        things = ((n, address, kinds[address][1], kinds[address][0]) for address, n in numbers.items())
        db.executemany("INSERT INTO things VALUES (?, ?, ?, ?)", things)
        known: set[str] = set()
        for number, (_, _, address, place, language, text, _) in enumerate(said, 1):
            found = indexed(text)
            known.update(found.split())
            compact = "".join(word.folded for word in words(text)) if place < DESCRIBED else None
            row = (number, numbers[address], place, language, text, found, compact)
            db.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO fts(rowid, words) VALUES (?, ?)", (number, found))
        for number, word in enumerate(sorted(known), 1):
            db.execute("INSERT INTO vocabulary VALUES (?, ?)", (number, word))
            if len(word) >= ONE_SLIP - 1 and not word.isdigit():
                db.execute("INSERT INTO grams(rowid, word) VALUES (?, ?)", (number, f"__{word}__"))
        db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?, ?)", sorted(_numbered(links, numbers)))
        db.execute("COMMIT")
        db.executescript(_DONE)
        db.execute(f"PRAGMA user_version = {LAYOUT}")


def _said(rows: Iterable[Row]) -> Iterator[tuple[bool, int, str, int, str, str, str]]:
    """Texts with what sorts them by importance: names before descriptions, things by the weight of their kind."""
    for thing, place, text in rows:
        assert isinstance(thing, NamedNode)
        assert isinstance(place, Literal)
        kind = _kind_of(thing.value)
        if kind and isinstance(text, Literal):
            number = FIELDS.index(place.value)
            weight = KINDS_FOUND.index(kind)
            yield number >= DESCRIBED, weight, thing.value, number, text.language or "", text.value, kind


def _kind_of(address: str) -> str:
    """The kind of what has an address of ours, or nothing.

    >>> _kind_of("https://w3id.org/peer2peer/ontology/inPlace"), _kind_of("https://w3id.org/peer2peer/vocab/role")
    ('property', '')
    """
    known = kind_and_slug(address)
    if known:
        return known[0] if known[0] in KINDS_FOUND else ""
    if address.startswith(PREFIXES["p2p"]):
        return "class" if address[len(PREFIXES["p2p"]) :][:1].isupper() else "property"
    return "concept" if "/" in address.removeprefix(f"{BASE}vocab/") and address.startswith(f"{BASE}vocab/") else ""


def indexed(text: str) -> str:
    """The words of a text as they are indexed: one by one, and also as one those that a hyphen joins."""
    parts = words(text)
    together = ("".join(word.folded for word in group) for group in joined(text, parts) if len(group) > 1)
    return " ".join([*(word.folded for word in parts), *together])


def _numbered(links: Iterable[Row], numbers: dict[str, int]) -> Iterator[tuple[int, int, str]]:
    for thing, place, target in links:
        if isinstance(thing, NamedNode) and isinstance(target, NamedNode) and isinstance(place, Literal):
            ends = numbers.get(target.value), numbers.get(thing.value)
            if ends[0] and ends[1]:
                yield ends[0], ends[1], place.value
