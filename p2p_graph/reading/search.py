"""Finds things by their names and descriptions, in every language, without caring for accents, case or a small slip.

The index is one SQLite file. Its words stand in FTS5; its vocabulary stands in a second FTS5 table by groups of three
letters, which gives the words that may have been meant, and the distance of spelling chooses among them. What a user
types reaches FTS5 only as quoted words of letters and digits, so it has no syntax of its own. Of the things that fit,
those come first whose name is the text, then whose name begins with it, then with its words in the name, in a
description, in the names of their country, place and kind, and at last those found by a slip; within each in the
reader's language first.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal as OneOf, NamedTuple

from pyoxigraph import Literal, NamedNode

from p2p_graph.errors import BadValue, EngineFailed, QueryTimeout
from p2p_graph.model import Table
from p2p_graph.purged import Purged
from p2p_graph.reading.indexing import (
    DESCRIBED,
    FIELDS,
    INDEX_FILE,
    KINDS_FOUND,
    LAYOUT,
    ONE_SLIP,
    Row,
    build_index,
    indexed,
)
from p2p_graph.text import Word, joined, slips, words
from p2p_graph.vocab import PREFIXES

__all__ = ["LONGEST", "MOST", "Found", "Hit", "Piece", "SearchIndex", "Wish", "open_index"]

#: letters that a text to search may have, and words
LONGEST: Final = 300
_WORDS: Final = 40
#: things that are found at most; who needs more asks in SPARQL
MOST: Final = 1_000

#: rows that are looked at in one step; the ids of texts go by importance, so those past it matter least
_ROWS: Final = 1_500
#: letters from which a word may hold two slips
_TWO_SLIPS: Final = 9
#: words that are looked for in the place of one, those that are compared, and words of a text that may hold a slip
_MEANT, _COMPARED, _SLIPPED = 12, 200, 8
#: letters of a description that are shown around what was found
_SHOWN, _BEFORE = 220, 70
_STEPS: Final = 2_000
_LAST: Final = "\U0010ffff"

_COLUMNS: Final = "t.thing, h.address, h.kind, h.weight, t.field, t.language, t.text, t.words, t.compact"
_JOINED: Final = "JOIN texts t ON t.id = fts.rowid JOIN things h ON h.id = t.thing"

Match = OneOf["exact", "beginning", "words", "related", "slip"]
_MATCHES: Final[tuple[Match, ...]] = ("exact", "beginning", "words", "words", "related", "slip", "slip")
_EXACT, _BEGINNING, _NAMED, _TOLD, _RELATED, _NAMED_SLIP, _TOLD_SLIP = range(7)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it is what was searched."""

    text: str
    is_found: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: what it is called, and where the words stand.

    `name` is in the reader's language if there is one. `field` says where the words were found (`name`, `other-name`,
    `description`, `authors`, or the thing whose name fits: `country`, `place`, `kind`, `service`, `setting`, `role`),
    `language` in which language, and `excerpt` is that text.
    """

    address: str
    kind: str
    name: str
    name_language: str
    match: Match
    field: str
    language: str
    excerpt: tuple[Piece, ...]
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: some of the hits, and how many there are in all.

    `is_complete` is false if there are more than were counted. `instead` has the words that were found in the
    place of one that is not there.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    is_complete: bool = True
    instead: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def to_table(self) -> Table:
        """The hits as a table, to be written in any format.

        >>> Found().to_table().columns
        ('thing', 'kind', 'name', 'match', 'field', 'excerpt')
        """
        rows = tuple(
            (
                NamedNode(hit.address),
                Literal(hit.kind),
                _literal(hit.name, hit.name_language),
                Literal(hit.match),
                Literal(hit.field),
                _literal("".join(piece.text for piece in hit.excerpt), hit.language),
            )
            for hit in self.hits
        )
        return Table(("thing", "kind", "name", "match", "field", "excerpt"), rows)


def _literal(text: str, language: str) -> Literal:
    return Literal(text, language=language) if language else Literal(text)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched: a text, and what may be found. `limit` hits are wanted from the one of number `offset` on."""

    text: str
    language: str = "en"
    kinds: tuple[str, ...] = ()
    country: str = ""
    limit: int = 20
    offset: int = 0


def open_index(file: Path | None, rows: Callable[[], tuple[Iterable[Row], Iterable[Row]]]) -> SearchIndex:
    """The index in a file; without one that can be read, an index of its own from the rows of texts and of links."""
    if file and file.is_file():
        with contextlib.suppress(sqlite3.DatabaseError):
            return SearchIndex(file)
    texts, links = rows()
    folder = TemporaryDirectory(prefix="p2p-search-", ignore_cleanup_errors=True)
    path = Path(folder.name) / INDEX_FILE
    build_index(path, texts, links)
    return SearchIndex(path, folder)


# Asking


class _Row(NamedTuple):
    thing: int
    address: str
    kind: str
    weight: int
    field: int
    language: str
    text: str
    words: str
    compact: str | None


class _Text(NamedTuple):
    field: str
    language: str
    text: str
    words: str


_Key = tuple[int, bool, int, float, float, str, str]


@dataclass(frozen=True)
class _Unit:
    """One word of a question, or several that a hyphen joins, and words that may have been meant instead."""

    parts: tuple[str, ...]
    meant: tuple[str, ...] = ()

    @cached_property
    def whole(self) -> str:
        """The parts as one word."""
        return "".join(self.parts)

    @cached_property
    def alone(self) -> frozenset[str]:
        """The words that are the whole of it, or that may have been meant instead."""
        return frozenset((self.whole, *self.meant))

    @cached_property
    def _begun(self) -> frozenset[str]:
        """What a word may begin with; of joined ones a single letter says too little."""
        return frozenset(w for w in (*self.parts, self.whole) if len(w) > 1 or len(self.parts) == 1)

    def asked(self) -> str:
        """What FTS5 is asked: quoted words alone, each also as the beginning of one."""
        each = " AND ".join(_quoted(part) for part in self.parts)
        others = [f'"{word}"' for word in self.meant]
        return " OR ".join([f"({each})", _quoted(self.whole), *others])

    def fits(self, word: str) -> bool:
        """Whether a word of a text is one of those that were asked for."""
        return word in self.alone or any(word == w or (len(w) > 1 and word.startswith(w)) for w in self._begun)


def _quoted(word: str) -> str:
    return f'"{word}"*' if len(word) > 1 else f'"{word}"'


class SearchIndex:
    """An index on disk, only read; any thread may ask.

    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / INDEX_FILE
    >>> room = NamedNode("https://w3id.org/peer2peer/id/practice/room")
    >>> build_index(path, [(room, Literal("name"), Literal("Sala de consumo Saúde", language="pt"))], [])
    >>> index = SearchIndex(path)
    >>> [[(hit.name, hit.match) for hit in index.find(Wish(text))] for text in ("saude sal", "cunsumo", "other")]
    [[('Sala de consumo Saúde', 'words')], [('Sala de consumo Saúde', 'slip')], []]
    >>> index.close()
    """

    def __init__(self, path: Path, folder: TemporaryDirectory[str] | None = None) -> None:
        self._address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        #: the folder goes when the index goes
        self._folder = folder
        self._lock = threading.Lock()
        self._free: list[sqlite3.Connection] = []
        self._closed = False
        with self._connected() as db:
            # the probes that a release of another layout, and a damaged one, fail
            if db.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                raise sqlite3.DatabaseError("another layout")
            self._names: int = db.execute("SELECT max(id) FROM texts WHERE compact IS NOT NULL").fetchone()[0] or 0
            found = db.execute("SELECT DISTINCT language FROM texts WHERE language != '' ORDER BY language")
            #: the languages in which there is any text
            self.languages: tuple[str, ...] = tuple(row[0] for row in found)

    def find(self, wish: Wish, without: Purged | None = None, seconds: float = 1.0) -> Found:
        """What fits a wish, best first; the same wish finds the same in the same order.

        `without` is left out. Raises BadValue for a text that is too long and for numbers out of their range,
        QueryTimeout if nothing was found within the seconds.
        """
        _check(wish)
        units = _units(wish.text)
        if not units:
            return Found()
        deadline = time.monotonic() + seconds
        with self._connected() as db:
            db.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
            try:
                search = _Search(db, wish, without or Purged(), self._names)
                search.run(units)
                if not search.best and not search.is_complete:
                    raise QueryTimeout(
                        f"The search took more than {seconds:g} seconds and was stopped: give longer words.",
                        seconds=seconds,
                    )
                db.set_progress_handler(None, 0)
                return search.found()
            except sqlite3.DatabaseError as fault:
                raise EngineFailed(f"The index of names cannot be read ({fault}): see `p2p verify`.") from None
            finally:
                db.set_progress_handler(None, 0)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection that nobody else uses meanwhile."""
        with self._lock:
            db = self._free.pop() if self._free else None
        if db is None:
            db = sqlite3.connect(self._address, uri=True, check_same_thread=False, isolation_level=None)
            db.execute("PRAGMA trusted_schema = OFF")
        try:
            yield db
        except BaseException:
            db.close()
            raise
        with self._lock:
            if not self._closed:
                self._free.append(db)
                return
        db.close()

    def close(self) -> None:
        """Frees the index; what is being asked is still answered."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for db in free:
            db.close()
        if self._folder:
            self._folder.cleanup()


def _check(wish: Wish) -> None:
    """Raises BadValue for what is not searched."""

    def refuse(sentence: str, parameter: str, example: str) -> None:
        raise BadValue(sentence, parameter=parameter, kind="search", example=example)

    if len(wish.text) > LONGEST:
        refuse(f"The text has {len(wish.text):,} letters; at most {LONGEST} are searched.", "q", "naloxone")
    if len(words(wish.text)) > _WORDS:
        refuse(f"The text has more than {_WORDS} words: search for fewer.", "q", "naloxone")
    for kind in wish.kinds:
        if kind not in KINDS_FOUND:
            sentence = f"There is no kind {kind[:40]!r}; there are {', '.join(KINDS_FOUND)}."
            refuse(sentence, "kind", "practice")
    if wish.country and not (len(wish.country) == 2 and wish.country.isascii() and wish.country.isalpha()):
        refuse(f"{wish.country[:40]!r} is no country: give its two letters, such as PT.", "country", "PT")
    if not 1 <= wish.limit <= MOST:
        refuse(f"The limit is a whole number from 1 to {MOST:,}.", "limit", "20")
    if not 0 <= wish.offset <= MOST:
        refuse(f"The offset is a whole number from 0 to {MOST:,}.", "offset", "0")


def _units(text: str) -> list[_Unit]:
    """The words of a question, each once."""
    groups = joined(text, words(text))
    return list(dict.fromkeys(_Unit(tuple(word.folded for word in group)) for group in groups))


class _Search:
    """One search: runs its steps one after the other, and keeps for each thing the best place where it was found."""

    def __init__(self, db: sqlite3.Connection, wish: Wish, without: Purged, names: int) -> None:
        self._db, self._wish, self._without, self._names = db, wish, without, names
        self._units: list[_Unit] = []
        self._slipped: list[_Unit] = []
        self.best: dict[int, tuple[_Key, _Row]] = {}
        self.is_complete = True

    def run(self, units: list[_Unit]) -> None:
        """Looks everywhere until there is enough or the time is up; what was found before stays found."""
        self._units = units
        try:
            for _ in self._steps(units):
                # what a later step finds comes later, and nobody sees more than so many
                if len(self.best) > MOST:
                    self.is_complete = False
                    return
        except sqlite3.OperationalError as reason:
            if "interrupted" not in str(reason):
                raise
            self.is_complete = False

    def _steps(self, units: list[_Unit]) -> Iterator[None]:
        self._beginning()
        yield
        yield from self._fitting(units, (_NAMED, _TOLD, _RELATED))
        self._slipped = self._read_anew(units)
        if self._slipped:
            yield from self._fitting(self._slipped, (_NAMED_SLIP, _TOLD_SLIP, _TOLD_SLIP))

    def _beginning(self) -> None:
        """Things whose name is the text, or begins with it."""
        compact = "".join(word.folded for word in words(self._wish.text))
        where = f"t.compact >= ? AND t.compact < ? {self._allowed[0]} ORDER BY t.compact LIMIT {_ROWS}"
        asked = f"SELECT {_COLUMNS} FROM texts t JOIN things h ON h.id = t.thing WHERE {where}"
        for row in self._rows(asked, (compact, compact + _LAST, *self._allowed[1])):
            self._keep(_EXACT if row.compact == compact else _BEGINNING, row)

    def _fitting(self, units: list[_Unit], tiers: tuple[int, int, int]) -> Iterator[None]:
        """Things with all the words: in one name, in one description, here and there and in what they are linked to."""
        every = " AND ".join(f"({unit.asked()})" for unit in units)
        for tier, side in ((tiers[0], "<="), (tiers[1], ">")):
            where = f"fts MATCH ? AND fts.rowid {side} ? {self._allowed[0]} ORDER BY fts.rowid LIMIT {_ROWS}"
            asked = f"SELECT {_COLUMNS} FROM fts {_JOINED} WHERE {where}"
            for row in self._rows(asked, (every, self._names, *self._allowed[1])):
                self._keep(tier, row)
            yield
        here = "SELECT t.thing FROM fts JOIN texts t ON t.id = fts.rowid WHERE fts MATCH ?"
        there = (
            "SELECT l.thing FROM fts JOIN texts t ON t.id = fts.rowid JOIN links l ON l.target = t.thing "
            "WHERE fts MATCH ? AND fts.rowid <= ?"
        )
        sets = " INTERSECT ".join(f"SELECT thing FROM ({here} UNION {there})" for _ in units)
        values = [value for unit in units for value in (unit.asked(), unit.asked(), self._names)]
        asked = (
            f"SELECT h.id, h.address, h.kind, h.weight, -1, '', '', '', NULL FROM things h "
            f"WHERE h.id IN ({sets}) {self._allowed[0]} ORDER BY h.id LIMIT {_ROWS}"
        )
        for row in self._rows(asked, (*values, *self._allowed[1])):
            if not self._without.texts or self._is_told(row.thing, units):
                self._keep(tiers[2], row)
        yield

    @cached_property
    def _allowed(self) -> tuple[str, list[object]]:
        """The condition on kind and country, with its values."""
        said, values = "", list[object](self._wish.kinds)
        if self._wish.kinds:
            said += f" AND h.kind IN ({', '.join('?' for _ in self._wish.kinds)})"
        if self._wish.country:
            said += " AND (h.address = ? OR h.id IN (SELECT l.thing FROM links l JOIN things c ON c.id = l.target"
            said += " WHERE c.address = ?))"
            values += [PREFIXES["country"] + self._wish.country.upper()] * 2
        return said, values

    def _rows(self, asked: str, values: Sequence[object]) -> list[_Row]:
        rows = [_Row._make(row) for row in self._db.execute(asked, tuple(values))]
        self.is_complete = self.is_complete and len(rows) < _ROWS
        gone = self._without
        return (
            [row for row in rows if row.address not in gone.addresses and row.text not in gone.texts] if gone else rows
        )

    def _keep(self, tier: int, row: _Row) -> None:
        kept = self.best.get(row.thing)
        if kept and kept[0][0] < tier:
            return
        foreign = row.language not in ("", self._wish.language)
        there = frozenset(row.words.split())
        units = self._slipped if tier >= _NAMED_SLIP else self._units
        whole = sum(not there.isdisjoint(unit.alone) or there.issuperset(unit.parts) for unit in units)
        length = len(row.compact or "")
        # a name alone means the organisation sooner than what it does
        weight = row.weight - 1.5 * (tier == _EXACT and row.kind == "organisation")
        # of what was found by a slip the shortest name is nearest to what was meant
        order = (length, weight) if tier == _NAMED_SLIP else (weight, length)
        key = (tier, foreign, -whole, *order, row.compact or "", row.address)
        if kept is None or key < kept[0]:
            self.best[row.thing] = (key, row)

    def _read_anew(self, units: list[_Unit]) -> list[_Unit]:
        """The question with words that may have been meant, where one is not there; or nothing."""
        unknown = [unit for unit in units if not self._is_there(unit)]
        if not unknown and not self.best:
            unknown = units
        meant = {unit: self._meant(unit) for unit in unknown[:_SLIPPED]}
        return [_Unit(unit.parts, meant.get(unit, ())) for unit in units] if any(meant.values()) else []

    def _is_there(self, unit: _Unit) -> bool:
        asked = "SELECT 1 FROM vocabulary WHERE word = ?"
        return all(self._db.execute(asked, (part,)).fetchone() for part in {unit.whole, *unit.parts})

    def _meant(self, unit: _Unit) -> tuple[str, ...]:
        """Words of the vocabulary with a slip or two to this one, the nearest first."""
        word = unit.whole
        most = (len(word) >= ONE_SLIP) + (len(word) >= _TWO_SLIPS)
        if not most or word.isdigit():
            return ()
        padded = f"__{word}__"
        grams = " OR ".join(f'"{g}"' for g in sorted({padded[i : i + 3] for i in range(len(padded) - 2)}))
        asked = (
            "SELECT v.word FROM grams JOIN vocabulary v ON v.id = grams.rowid WHERE grams MATCH ? "
            f"AND length(v.word) BETWEEN ? AND ? ORDER BY grams.rank, v.word LIMIT {_COMPARED}"
        )
        rows = self._db.execute(asked, (grams, len(word) - most, len(word) + most))
        near = sorted((slips(word, row[0], most), row[0][0] != word[0], row[0]) for row in rows)
        return tuple(other for distance, _, other in near if 0 < distance <= most)[:_MEANT]

    # What is shown

    def found(self) -> Found:
        """The hits that were wished for."""
        wish = self._wish
        ranked = sorted(self.best.values(), key=lambda kept: kept[0])
        shown = ranked[wish.offset : min(wish.offset + wish.limit, MOST)]
        hits = tuple(self._hit(key[0], row) for key, row in shown)
        # only words that are shown: others may be those of a thing that is withheld
        seen = {word for hit in hits for word in indexed("".join(piece.text for piece in hit.excerpt)).split()}
        instead = {unit.whole: tuple(word for word in unit.meant if word in seen) for unit in self._slipped}
        return Found(
            hits,
            min(len(ranked), MOST),
            self.is_complete and len(ranked) <= MOST,
            {word: others for word, others in instead.items() if others},
        )

    def _hit(self, tier: int, row: _Row) -> Hit:
        texts = self._db.execute("SELECT language, text FROM texts WHERE thing = ? AND field = 0", (row.thing,))
        names = {language: text for language, text in texts if text not in self._without.texts}
        language = min(
            names, key=lambda code: (code != self._wish.language, code != "en", code != "", code), default=""
        )
        asked = (
            "SELECT DISTINCT substr(c.address, -2) FROM links l JOIN things c ON c.id = l.target "
            "WHERE l.thing = ? AND l.field = 'country' ORDER BY 1"
        )
        countries = tuple(code for (code,) in self._db.execute(asked, (row.thing,)))
        place, spoken, text = (FIELDS[row.field], row.language, row.text) if row.text else self._related(row.thing)
        units = self._slipped if tier >= _NAMED_SLIP else self._units
        return Hit(
            row.address,
            row.kind,
            names.get(language) or row.address.rsplit("/", 1)[-1],
            language,
            _MATCHES[tier],
            place,
            spoken,
            _excerpt(text, units, whole=place not in FIELDS[DESCRIBED:]),
            countries,
        )

    def _related(self, thing: int) -> tuple[str, str, str]:
        """Field, language and text with most of the words: of the thing itself, or of what it is linked to."""
        units = self._slipped or self._units

        def key(row: _Text) -> tuple[int, bool, bool, str, str]:
            fitting = sum(any(map(unit.fits, row.words.split())) for unit in units)
            return -fitting, row.field in FIELDS, row.language not in ("", self._wish.language), row.field, row.text

        best = min(self._around(thing), key=key, default=_Text("name", "", "", ""))
        return best.field, best.language, best.text

    def _is_told(self, thing: int, units: list[_Unit]) -> bool:
        """Whether a thing has all the words also without the texts that are withheld."""
        there = {word for row in self._around(thing) for word in row.words.split()}
        return all(any(map(unit.fits, there)) for unit in units)

    def _around(self, thing: int) -> list[_Text]:
        """The texts of a thing, and the names of what it is linked to, but for those that are withheld."""
        asked = (
            "SELECT h.address, t.field, '', t.language, t.text, t.words FROM texts t JOIN things h ON h.id = t.thing "
            "WHERE t.thing = ? UNION ALL SELECT h.address, -1, l.field, t.language, t.text, t.words FROM links l "
            "JOIN texts t ON t.thing = l.target JOIN things h ON h.id = l.target "
            f"WHERE l.thing = ? AND t.field < {DESCRIBED}"
        )
        gone = self._without
        return [
            _Text(link or FIELDS[number], language, text, words)
            for address, number, link, language, text, words in self._db.execute(asked, (thing, thing))
            if address not in gone.addresses and text not in gone.texts
        ]


def _excerpt(text: str, units: list[_Unit], whole: bool) -> tuple[Piece, ...]:
    """A text in pieces, those marked that fit; of a long one the part around the first of them.

    >>> [p.text for p in _excerpt("The drop-in of Łódź", [_Unit(("lodz",)), _Unit(("drop", "in"))], True) if p.is_found]
    ['drop-in', 'Łódź']
    """
    marked = _marked(text, units)
    first = marked[0][0] if marked else 0
    start, end = 0, len(text)
    if not whole and end > _SHOWN:
        start = 0 if first <= _BEFORE else _edge(text, first - _BEFORE)
        end = len(text) if start + _SHOWN >= end else _edge(text, start + _SHOWN)
    pieces = [Piece("…")] if start else []
    at = start
    for begin, stop in marked:
        if begin >= at and stop <= end:
            pieces += [Piece(text[at:begin])] if begin > at else []
            pieces.append(Piece(text[begin:stop], True))
            at = stop
    pieces += [Piece(text[at:end])] if end > at else []
    return (*pieces, Piece("…")) if end < len(text) else tuple(pieces)


def _edge(text: str, at: int) -> int:
    """The beginning of the next word."""
    space = text.find(" ", at)
    return at if space < 0 or space > at + 30 else space + 1


def _marked(text: str, units: list[_Unit]) -> list[tuple[int, int]]:
    """Where words of a text fit, from and to; neighbours are one."""
    spans: list[tuple[int, int]] = []
    for group in joined(text, words(text)):
        together = "".join(word.folded for word in group)
        fitting = [word for word in group if any(unit.fits(word.folded) for unit in units)]
        if len(group) > 1 and any(together in unit.alone or (not fitting and unit.fits(together)) for unit in units):
            fitting = [Word(group[0].start, group[-1].end, together)]
        for word in fitting:
            if spans and word.start - spans[-1][1] <= 1:
                spans[-1] = (spans[-1][0], word.end)
            else:
                spans.append((word.start, word.end))
    return spans
