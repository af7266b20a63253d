"""`Graph`, the one object of the reading side: asks, runs saved queries, describes things, draws networks."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pyoxigraph import Literal, NamedNode

from p2p_graph.config import Settings, share
from p2p_graph.errors import AnswerTooLarge, NoRelease, QueryTimeout, UnknownThing, WithdrawnThing
from p2p_graph.formats import FORMATS, find, write
from p2p_graph.model import Answer, Limits, Origin, Prepared, Table, Term
from p2p_graph.purged import Purged
from p2p_graph.reading.indexing import INDEX_FILE, TYPES, Row
from p2p_graph.reading.kept import FOLDER, Kept
from p2p_graph.reading.library import Library, SavedQuery
from p2p_graph.reading.network import NETWORK_QUERIES, Network, Wheel, mixing, project
from p2p_graph.reading.pattern import PatternRow, PatternTable, bases, counted
from p2p_graph.reading.search import Found, SearchIndex, Wish, open_index
from p2p_graph.reading.sheets import Binder
from p2p_graph.reading.store import Dataset, Store, inspect, open_store
from p2p_graph.reading.workers import State
from p2p_graph.tables import Labels
from p2p_graph.vocab import BASE, PREFIXES, kind_and_slug

if TYPE_CHECKING:
    from p2p_graph.reading.measuring import Measured

__all__ = ["Entity", "Graph", "Reference", "Word", "open_graph"]

_LABELS = frozenset({PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel"})
_TYPE = PREFIXES["rdf"] + "type"
#: all that a release says of an address that was withdrawn
_GONE_ON = PREFIXES["prov"] + "invalidatedAtTime"
_NOT_BY_ENGINE = frozenset(form.name for form in FORMATS if not form.by_engine)


@dataclass(frozen=True, slots=True)
class Word:
    """A class, property, concept or scheme: its labels by language, its definition, its place in its scheme."""

    address: str
    kind: str
    labels: Mapping[str, str]
    definition: str
    scheme: str | None = None
    order: int = 0
    broader: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Another thing that points here: its address, by which property, and the name of its class."""

    address: str
    property: str
    type: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing: its address, kind and slug, its facts by property, and what points to it."""

    address: str
    kind: str
    slug: str
    facts: Mapping[str, tuple[Term, ...]]
    references: tuple[Reference, ...]

    def first(self, property: str) -> Term | None:
        """The first value of a property, or None."""
        values = self.facts.get(property)
        return values[0] if values else None

    def labels(self) -> dict[str, str]:
        """Its labels by language."""
        terms = (t for p in _LABELS for t in self.facts.get(p, ()))
        return {t.language or "": t.value for t in terms if isinstance(t, Literal)}


def open_graph(
    location: str | Path | None = None,
    settings: Settings | None = None,
    speaks: Callable[[], str] | None = None,
    elsewhere: Callable[[str, str], str] | None = None,
) -> Graph:
    """Opens a graph: a folder of a release, the address of a SPARQL endpoint, or by default the current release.

    `speaks` tells the language in which things are named whenever none is asked for; English, if nothing tells it.
    `elsewhere` is asked for the name of a thing by address and language where the graph has none in it.
    Raises NoRelease where there is none, StoreUnavailable where an endpoint does not answer.

    >>> with open_graph() as graph:  # doctest: +SKIP
    ...     print(graph.version)
    """
    settings = settings or Settings.from_env()
    where: str | Path = location or settings.store or _current(settings.home)
    return Graph(
        open_store(where, settings), Library.load(share("queries")), settings.limits, Path(where), speaks, elsewhere
    )


def _current(home: Path) -> Path:
    """The folder of the current release. Raises NoRelease with what to do."""
    pointer = home / "current"
    if not pointer.is_file():
        raise NoRelease(f"There is no release in {home}: run `p2p release` to build one.", folder=str(home))
    return home / "releases" / pointer.read_text(encoding="utf-8").strip()


class Graph:
    """One published release, ready to be asked. Close it, or use it in a `with` block."""

    def __init__(
        self,
        store: Store,
        library: Library,
        limits: Limits,
        folder: Path | None = None,
        speaks: Callable[[], str] | None = None,
        elsewhere: Callable[[str, str], str] | None = None,
    ) -> None:
        self._store = store
        self._limits = limits
        self._lock = threading.Lock()
        self._indexing = threading.Lock()
        self._measuring = threading.Lock()
        self._folder = folder
        self._measured: Mapping[str, Measured] | None = None
        self._index_file = folder / INDEX_FILE if folder else None
        self._kept = Kept(folder / FOLDER if folder else None)
        self._index: SearchIndex | None = None
        self._known_labels: dict[str, dict[str, str]] = {}
        self._binder = Binder()
        self._speaks = speaks or (lambda: "en")
        self._elsewhere = elsewhere or (lambda _address, _language: "")
        self.library = library

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes or connections behind it."""
        self._store.close()
        if self._index:
            self._index.close()

    @property
    def version(self) -> str:
        """The version of the release."""
        return self._store.version

    @property
    def folder(self) -> Path | None:
        """The folder of the release, or None over a remote store."""
        return self._folder if self._folder and self._folder.is_dir() else None

    def newest(self) -> str:
        """The version of the release that its store holds now: another after `p2p release --push`, empty meanwhile."""
        return self._store.newest()

    def state(self) -> State:
        """How it stands with what answers its queries, without asking."""
        return self._store.state()

    # asking

    def prepare(self, query: str) -> Prepared:
        """Looks at a query before it runs: its form, and whether it is allowed at all."""
        return inspect(query)

    def ask(self, query: str, limits: Limits | None = None, dataset: Dataset | None = None) -> Answer:
        """Answers a SPARQL query with a Table, Triples or Boolean. Raises a QueryError if it cannot.

        Without a dataset it is asked over the union of all graphs.
        """
        limits = limits or self._limits
        answer = self._store.answer(query, limits, dataset)
        if isinstance(answer, Table):
            return replace(answer, origin=Origin(query, self.version, limits))
        return answer

    def written(
        self,
        query: str,
        format_name: str,
        limits: Limits | None = None,
        dataset: Dataset | None = None,
        *,
        now: datetime | None = None,
        saved: SavedQuery | None = None,
        labels: Labels | None = None,
    ) -> bytes:
        """The answer of a query as bytes in a format. Raises UnknownFormat, or a QueryError if there is none.

        A workbook says when it was written, and needs `now`; it also says which saved query it answers, and with
        `labels` what its addresses are called.
        """
        limits = limits or self._limits
        if format_name not in _NOT_BY_ENGINE:
            return self._store.written(query, limits, format_name, dataset)
        form = find(format_name, inspect(query).kind)
        answer = self.ask(query, limits, dataset)
        if form.name != "xlsx" or now is None or not isinstance(answer, Table):
            content = write(answer, form.name)
        else:
            content = self._binder.bind(saved.told(answer) if saved else answer, limits, now, labels)
        if len(content) > limits.bytes:
            raise AnswerTooLarge(
                f"The answer has more than {limits.bytes:,} bytes: ask for less, with LIMIT.", bytes=limits.bytes
            )
        return content

    def run(self, name: str, **values: str | Iterable[str]) -> Table:
        """Runs a saved query that gives a table, with values bound to its parameters."""
        saved = self.library.get(name)
        text = saved.bind(**values)
        kept = self._kept.table(text) if saved.kept else None
        if kept is not None:
            return saved.told(replace(kept, origin=Origin(text, self.version, self._limits)))
        answer = self.ask(text)
        if not isinstance(answer, Table):
            raise TypeError(f"the saved query {name} gives no table")
        return saved.told(answer)

    def run_written(self, name: str, format_name: str, **values: str | Iterable[str]) -> bytes:
        """Runs a saved query and gives its answer as bytes in a format."""
        return self.written(self.library.get(name).bind(**values), format_name)

    # words and labels

    @cached_property
    def words(self) -> Mapping[str, Word]:
        """Every class, property, concept and scheme by address."""
        found: dict[str, Word] = {}
        labels: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self.run("words").records():
            term, label, order = _text(row["term"]), row["label"], row["order"]
            assert isinstance(label, Literal)
            labels[term][label.language or ""] = label.value
            found[term] = Word(
                term,
                _text(row["kind"]).rsplit("#", 1)[-1],
                labels[term],
                _text(row["definition"]),
                _text(row["scheme"]) or None,
                int(_text(order)) if order is not None else 0,
                _text(row["broader"]) or None,
            )
        return found

    def concepts(self, scheme: str) -> list[Word]:
        """The concepts of a scheme in their order."""
        address = f"{BASE}vocab/{scheme}"
        return sorted((w for w in self.words.values() if w.scheme == address), key=lambda w: w.order)

    def labels(self, addresses: Iterable[str], language: str = "") -> dict[str, str]:
        """What things are called in a language, with English and then any other as the fallback; one query for all.

        Without a language it is the one this graph speaks: English, unless it was opened with another.
        """
        return {address: name for address, (name, _) in self.names(addresses, language).items()}

    def names(self, addresses: Iterable[str], language: str = "") -> dict[str, tuple[str, str]]:
        """The same, each with the language that it is in; none for a name without one, and for one made of a slug."""
        language = language or self._speaks()
        wanted = list(dict.fromkeys(addresses))
        with self._lock:
            missing = [a for a in wanted if a not in self._known_labels and a not in self.words]
        found: dict[str, dict[str, str]] = {a: {} for a in missing}
        for start in range(0, len(missing), 500):
            for row in self.run("labels-of-things", thing=missing[start : start + 500]).records():
                label = row["label"]
                assert isinstance(label, Literal)
                found[_text(row["thing"])][label.language or ""] = label.value
        with self._lock:
            self._known_labels.update(found)
            return {a: self._chosen(a, language) for a in wanted}

    def label(self, address: str, language: str = "") -> str:
        """What a thing is called in a language (see `labels`); English, any other or its slug as the fallback."""
        return self.labels([address], language)[address]

    def _chosen(self, address: str, language: str) -> tuple[str, str]:
        word = self.words.get(address)
        labels = word.labels if word else self._known_labels.get(address, {})
        if language not in labels and (name := self._elsewhere(address, language)):
            return name, language
        for code in (language, "en", ""):
            if code in labels:
                return labels[code], code
        if labels:
            return labels[min(labels)], min(labels)
        return address.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].replace("-", " "), ""

    # things

    def entity(self, address: str) -> Entity:
        """A thing by its address: its facts and what points to it. Raises UnknownThing, or WithdrawnThing."""
        known = kind_and_slug(address)
        facts: dict[str, list[Term]] = defaultdict(list)
        if known:
            for row in self.run("facts-of-thing", thing=address).records():
                value = row["value"]
                if value is not None and value not in facts[_text(row["property"])]:
                    facts[_text(row["property"])].append(value)
        if not known or not facts:
            raise UnknownThing(f"There is nothing at {address[:200]}.", address=address)
        if facts.keys() == {_GONE_ON}:
            day = _text(facts[_GONE_ON][0])
            sentence = f"What stood at this address was withdrawn by those who contributed it, on {day}."
            raise WithdrawnThing(sentence, address=address, day=day)
        references = tuple(
            Reference(_text(row["subject"]), _text(row["property"]), _text(row["type"]).rsplit("/", 1)[-1])
            for row in self.run("references-to-thing", thing=address).records()
        )
        return Entity(address, known[0], known[1], {p: tuple(v) for p, v in facts.items()}, references)

    # search

    def search(
        self,
        text: str,
        *,
        language: str = "en",
        kinds: Iterable[str] = (),
        country: str = "",
        limit: int = 20,
        offset: int = 0,
        without: Purged | None = None,
    ) -> Found:
        """Things by names and descriptions, in every language, without accents and case; small slips are forgiven.

        Every word must begin a word of the thing. The best come first: those called so, then those whose name begins
        so, then words of names, of descriptions, of the country, place and kind of things, then slips; in each those
        found in `language` before others. `kinds` and `country` (two letters) narrow it; `limit` and `offset` take a
        part of it; what is in `without` is left out. A release brings its index; for any other store one is made from
        its names at the first search. Raises BadValue, or QueryTimeout past a second.

        >>> with open_graph() as graph:  # doctest: +SKIP
        ...     for hit in graph.search("saude porto", language="pt", kinds=["practice"]):
        ...         print(hit.name, hit.address)
        """
        wish = Wish(text, language, tuple(kinds), country, limit, offset)
        return self._search_index().find(wish, without)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the release has any text, by their codes."""
        return self._search_index().languages

    def _search_index(self) -> SearchIndex:
        """The index, opened or made by whoever needs it first. Raises QueryTimeout for those who wait too long."""
        if self._index is None:
            if not self._indexing.acquire(timeout=self._limits.seconds):
                sentence = "The index of names is being made: search again in a moment."
                raise QueryTimeout(sentence, seconds=self._limits.seconds, waiting=True)
            try:
                if self._index is None:
                    self._index = open_index(self._index_file, self._searchable)
            finally:
                self._indexing.release()
        return self._index

    def _searchable(self) -> tuple[Iterable[Row], Iterable[Row]]:
        """Texts and links, asked class by class: some servers give no more than ten thousand rows at a time."""
        texts, links = (
            [row for type in TYPES for row in self.run(name, type=type).rows]
            for name in ("searchable-texts", "searchable-links")
        )
        return texts, links

    # networks

    def network(self, country: str | None = None, practice: str | None = None) -> Network:
        """The actors of a country (two-letter code) or a practice (slug) and the ties between them."""
        values = {k: v for k, v in (("country", country), ("practice", practice)) if v}
        return project(*(self.run(name, **values) for name in NETWORK_QUERIES))

    def wheel(self, country: str | None = None, practice: str | None = None) -> Wheel:
        """Which role families cooperate, in how many practices and in which form."""
        if country and not practice:
            kept = self._kept.wheel(*(self.library.get(name).bind(country=country) for name in NETWORK_QUERIES))
            if kept is not None:
                return kept
        return mixing(self.network(country, practice))

    def places(self, country: str) -> Mapping[str, tuple[float, float]] | None:
        """Where the actors of a country (two-letter code) stand in its picture, if the release brings it."""
        return self._kept.places(*(self.library.get(name).bind(country=country) for name in NETWORK_QUERIES))

    # measures

    def measures(self, country: str | None = None) -> Table:
        """The measures of each actor of a country (two-letter code); without one, those of the networks of all.

        Actors with most partners come first. What each measure is, is told by `p2p_graph.reading.measures.MEASURES`
        and in docs/measures.md. Raises UnknownThing for a country without a network.

        >>> with open_graph() as graph:  # doctest: +SKIP
        ...     graph.measures("PT").to_pandas().nlargest(5, "betweenness")
        """
        # these modules bring compiled libraries that only this needs
        from p2p_graph.reading.measuring import actor_rows, network_rows

        found = self.measured()
        if country is None:
            return network_rows(found)
        if country not in found:
            sentence = (
                f"There is no network of {country[:40]!r}: give the two-letter code of a country with ties, as PT."
            )
            raise UnknownThing(sentence, address=country)
        return actor_rows(found[country])

    def measured(self) -> Mapping[str, Measured]:
        """All measures of the network of each country by its code, and of all together by `all`.

        A release brings them; for any other store they are computed when they are first asked for, and kept. Raises
        QueryTimeout for who waits too long meanwhile.
        """
        if self._measured is None:
            if not self._measuring.acquire(timeout=self._limits.seconds):
                sentence = "The networks are being measured: ask again in a moment."
                raise QueryTimeout(sentence, seconds=self._limits.seconds, waiting=True)
            try:
                if self._measured is None:
                    self._measured = self._measure()
            finally:
                self._measuring.release()
        return self._measured

    def _measure(self) -> Mapping[str, Measured]:
        from p2p_graph.reading.measuring import ALL, FILE, measured_together, read

        if self._folder:
            with contextlib.suppress(OSError, ValueError):
                return read((self._folder / FILE).read_bytes())
        codes = sorted({_text(row["country"]).rsplit("/", 1)[-1] for row in self.run("countries").records()})
        networks = {code: network for code in codes if (network := self.network(code)).actors}
        return measured_together({**networks, ALL: self.network()})

    # patterns

    def patterns(self) -> PatternTable:
        """Every cooperation pattern in every country: where it was found, out of how many practices."""
        known = bases(self.run("pattern-coverage"))
        return PatternTable(known, tuple(counted(q, self.run(q.name), known) for q in self.library.patterns))

    def pattern(self, name: str) -> PatternRow:
        """One cooperation pattern in every country. Raises UnknownQuery that names similar ones."""
        return counted(self.library.pattern(name), self.run(name), bases(self.run("pattern-coverage")))


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
