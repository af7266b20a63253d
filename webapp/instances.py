"""Where patterns were found, as pages show it: the table of all, the places of one, those of a country or practice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask_babel import gettext as _
from markupsafe import Markup

from p2p_graph.reading import Graph
from p2p_graph.reading.chance import PairTest, PatternTest
from p2p_graph.reading.library import SavedQuery
from p2p_graph.reading.pattern import (
    LEAST,
    PatternCell,
    PatternRow,
    PatternTable,
    Showing,
    drawing_sentence,
    pattern_svg,
)
from p2p_graph.reading.sentences import Words
from p2p_graph.vocab import PREFIXES
from webapp.describing import Namer, Source, TieLine, Told, Value, tell
from webapp.languages import at, called, number, pause
from webapp.speaking import counting, families as names_of_families, pattern_words, words as words_of_pictures

__all__ = [
    "LEAST",
    "CellView",
    "CountryFound",
    "CountryHead",
    "CountryPatterns",
    "PairRow",
    "PairsView",
    "PatternLink",
    "PatternPage",
    "PracticeFound",
    "RowView",
    "TableView",
    "drawing",
    "of_country",
    "of_practice",
    "page",
    "pairs",
    "table",
]

_SMALL: Final = 120
_LARGE: Final = 340

#: the width of a bar that stands for all practices
_BAR: Final = 44


@dataclass(frozen=True, slots=True)
class CellView:
    """A pattern in a country: its numbers, the same in words, where to read more, and a bar for the share."""

    href: str | None
    practices: int
    ties: int
    out_of: int
    verdict: str
    words: str
    bar: float | None
    call: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """A pattern among all of them."""

    name: str
    title: str
    definition: str
    svg: Markup
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class CountryHead:
    """A country at the head of a column, with how much is recorded of it."""

    code: str
    name: str
    practices: int
    with_tie: int
    ties: int


@dataclass(frozen=True, slots=True)
class TableView:
    """All patterns in all countries."""

    heads: tuple[CountryHead, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two families of roles, and how often they meet in the ties of each country."""

    one: str
    other: str
    one_label: str
    other_label: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class PairsView:
    """All pairs of families in all countries; countries are code and name."""

    countries: tuple[tuple[str, str], ...]
    rows: tuple[PairRow, ...]


@dataclass(frozen=True, slots=True)
class PatternLink:
    """A pattern that a country or a practice shows."""

    href: str
    title: str
    svg: Markup
    words: str


@dataclass(frozen=True, slots=True)
class CountryPatterns:
    """The patterns found in a country, those that were not, and those of which too little is recorded to say."""

    found: tuple[PatternLink, ...]
    missing: tuple[PatternLink, ...]
    untold: tuple[PatternLink, ...]


@dataclass(frozen=True, slots=True)
class PracticeFound:
    """A practice that shows a pattern: its ties, or what it grew out of. None for ties outside any practice."""

    practice: Value | None
    ties: tuple[TieLine, ...]
    origins: tuple[Value, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CountryFound:
    """A country and the practices in it that show a pattern."""

    code: str
    name: str
    cell: CellView
    practices: tuple[PracticeFound, ...]


@dataclass(frozen=True, slots=True)
class PatternPage:
    """One pattern: what it is, why it matters, where it was found and where not, and what that rests on."""

    name: str
    title: str
    definition: str
    why: str
    svg: Markup
    drawn: str
    practices: int
    countries: tuple[CountryFound, ...]
    sources: tuple[Source, ...]
    query: str

    @property
    def found(self) -> tuple[CountryFound, ...]:
        """The countries in which it was found."""
        return tuple(c for c in self.countries if c.cell.verdict == "found")

    @property
    def missing(self) -> tuple[CountryFound, ...]:
        """The countries in which it was not found, though enough is recorded there."""
        return tuple(c for c in self.countries if c.cell.verdict == "not found")

    @property
    def untold(self) -> tuple[CountryFound, ...]:
        """The countries of which too little is recorded to say."""
        return tuple(c for c in self.countries if c.cell.verdict == "too few to say")


def drawing(saved: SavedQuery, graph: Graph, size: int, ident: str = "", standalone: bool = False) -> Markup:
    """A pattern as a picture. The drawing side escapes every label it writes."""
    assert saved.pattern is not None
    families = {
        word.address.rsplit("/", 1)[-1]: word.broader.rsplit("/", 1)[-1]
        for word in graph.concepts("role")
        if word.broader
    }
    title = _("Pattern: %(title)s", title=_(saved.title))
    return Markup(
        pattern_svg(
            saved.pattern,
            title,
            ident=ident or f"pattern-{saved.name}",
            size=size,
            families=families,
            standalone=standalone,
            words=_words(graph),
            own=pattern_words(),
        )
    )


def _words(graph: Graph) -> Words:
    """The words of drawings, in which also a single role has a name."""
    roles = {word.address.rsplit("/", 1)[-1]: called(word.labels) for word in graph.concepts("role")}
    spoken = words_of_pictures()
    return replace(spoken, families={**roles, **spoken.families})


def table(graph: Graph, found: PatternTable, tests: Iterable[PatternTest]) -> TableView:
    """The table of all patterns and countries, with what differs from chance."""
    names = _names(graph, found)
    calls = {(test.pattern, test.country): test for test in tests}
    heads = tuple(
        CountryHead(code, names[code], basis.practices, basis.with_tie, basis.ties)
        for code, basis in found.bases.items()
    )
    return TableView(
        heads,
        tuple(
            RowView(
                row.saved.name,
                _(row.saved.title),
                _definition(row.saved),
                drawing(row.saved, graph, _SMALL),
                tuple(
                    _tested(
                        _cell(row.saved.name, row.cells[head.code], head.name), calls.get((row.saved.name, head.code))
                    )
                    for head in heads
                ),
            )
            for row in found.rows
        ),
    )


def _tested(cell: CellView, test: PatternTest | None) -> CellView:
    if test is None or test.call not in ("more", "fewer"):
        return cell
    gives = number(round(test.expected, 1))
    if test.call == "more":
        words = _("%(found)s; more than by chance, which gives %(expected)s", found=cell.words, expected=gives)
    else:
        words = _("%(found)s; fewer than by chance, which gives %(expected)s", found=cell.words, expected=gives)
    return replace(cell, call=test.call, words=words)


def pairs(graph: Graph, tests: Iterable[PairTest]) -> PairsView:
    """Every pair of role families in every country against chance; pairs that never meet anywhere are left out."""
    grouped: dict[tuple[str, str], list[PairTest]] = defaultdict(list)
    for test in tests:
        grouped[test.one, test.other].append(test)
    codes = list(dict.fromkeys(test.country for found in grouped.values() for test in found))
    labels = graph.labels(PREFIXES["country"] + code for code in codes)
    spoken = names_of_families()
    return PairsView(
        tuple((code, labels[PREFIXES["country"] + code]) for code in codes),
        tuple(
            PairRow(
                one,
                other,
                spoken[one],
                spoken[other],
                tuple(_pair_cell(test, labels[PREFIXES["country"] + test.country]) for test in found),
            )
            for (one, other), found in grouped.items()
            if any(test.ties or test.call == "fewer" for test in found)
        ),
    )


def _pair_cell(test: PairTest, country: str) -> CellView:
    words = f"{country}: {counting('ties')(test.ties)}"
    if test.expected is not None:
        words += pause() + _("chance gives %(low)s to %(high)s", low=test.low, high=test.high)
    query = urlencode({"one": test.one, "other": test.other, "country": test.country})
    href = at(f"/queries/ties-between-roles?{query}") if test.ties else None
    call = test.call if test.call in ("more", "fewer") else ""
    if call:
        words = f"{words}{pause()}" + (_("it is more than that") if call == "more" else _("it is fewer than that"))
    return CellView(href, 0, test.ties, 0, test.call, words, None, call)


def _names(graph: Graph, found: PatternTable) -> dict[str, str]:
    labels = graph.labels(PREFIXES["country"] + code for code in found.bases)
    return {address.rsplit("/", 1)[-1]: label for address, label in labels.items()}


def _definition(saved: SavedQuery) -> str:
    return _(saved.pattern.definition) if saved.pattern else ""


def _cell(name: str, cell: PatternCell, country: str) -> CellView:
    practices, ties = len(cell.practices), len(cell.ties)
    return CellView(
        at(f"/patterns/{name}#{cell.country}") if cell.showings else None,
        practices,
        ties,
        cell.out_of,
        cell.verdict,
        f"{country}: {_counted(practices, ties, cell.out_of)}",
        None if cell.share is None else round(cell.share * _BAR, 1),
    )


def _counted(practices: int, ties: int, out_of: int) -> str:
    text = _("%(practices)s of %(out_of)s practices", practices=practices, out_of=out_of)
    return f"{text}, {counting('ties')(ties)}" if ties else text


def of_country(graph: Graph, found: PatternTable, code: str) -> CountryPatterns:
    """The patterns of a country, those in most practices first."""
    cells = [(row, row.cells[code]) for row in found.rows if code in row.cells]
    cells.sort(key=lambda pair: (-len(pair[1].practices), pair[0].saved.title))
    links: dict[str, list[PatternLink]] = defaultdict(list)
    for row, cell in cells:
        links[cell.verdict].append(
            PatternLink(
                at(f"/patterns/{row.saved.name}" + (f"#{code}" if cell.showings else "")),
                _(row.saved.title),
                drawing(row.saved, graph, _SMALL),
                _counted(len(cell.practices), len(cell.ties), cell.out_of),
            )
        )
    return CountryPatterns(tuple(links["found"]), tuple(links["not found"]), tuple(links["too few to say"]))


def of_practice(graph: Graph, found: PatternTable, address: str) -> tuple[PatternLink, ...]:
    """The patterns that a practice shows."""
    links = []
    for row in found.shown_by(address):
        code = next(code for code, cell in row.cells.items() if address in cell.practices)
        svg = drawing(row.saved, graph, _SMALL)
        href = at(f"/patterns/{row.saved.name}#{code}")
        links.append(PatternLink(href, _(row.saved.title), svg, _definition(row.saved)))
    return tuple(links)


def page(graph: Graph, found: PatternTable, row: PatternRow) -> PatternPage:
    """The page of one pattern."""
    names = _names(graph, found)
    things = {t for cell in row.cells.values() for s in cell.showings for t in (s.practice, s.origin) if t}
    namer = Namer(graph).learn(sorted(things))
    grouped = {code: _by_practice(cell, namer.all()) for code, cell in row.cells.items()}
    # Asked for in the order of the page, so that sources are numbered as they are met.
    shown = [(practice, s) for groups in grouped.values() for practice, showings in groups for s in showings]
    told = tell(
        graph, [s.tie for _, s in shown if s.tie], [practice for practice, s in shown if practice and not s.tie]
    )
    pattern = row.saved.pattern
    assert pattern is not None
    return PatternPage(
        row.saved.name,
        _(row.saved.title),
        _(pattern.definition),
        _(pattern.why),
        drawing(row.saved, graph, _LARGE),
        drawing_sentence(pattern, _words(graph), pattern_words()),
        row.practices,
        tuple(
            CountryFound(
                code,
                names[code],
                _cell(row.saved.name, cell, names[code]),
                tuple(_practice(practice, showings, told, namer) for practice, showings in grouped[code]),
            )
            for code, cell in row.cells.items()
        ),
        told.sources,
        row.saved.text,
    )


def _by_practice(cell: PatternCell, labels: Mapping[str, str]) -> list[tuple[str | None, list[Showing]]]:
    """What a cell holds by practice, in the order of their names; ties outside any practice come last."""
    grouped: dict[str | None, list[Showing]] = defaultdict(list)
    for showing in cell.showings:
        grouped[showing.practice].append(showing)
    return sorted(grouped.items(), key=lambda g: (g[0] is None, labels.get(g[0] or "", "").casefold(), g[0] or ""))


def _practice(practice: str | None, showings: list[Showing], told: Told, namer: Namer) -> PracticeFound:
    return PracticeFound(
        namer.value(practice) if practice else None,
        tuple(told.ties[s.tie] for s in showings if s.tie and s.tie in told.ties),
        tuple(namer.value(s.origin) for s in showings if s.origin),
        told.cites.get(practice or "", ()),
    )
