"""Lists of things of one kind, filtered by country and kind, a page at a time; and the counts of a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading import Graph
from p2p_graph.text import fold
from p2p_graph.vocab import PREFIXES
from webapp.describing import Namer, Value, facts_of, labelled
from webapp.languages import N_, NN_
from webapp.phrases import Facts, first, years

__all__ = [
    "COLUMNS",
    "LISTS",
    "PAGE_SIZE",
    "CountryRow",
    "ListKind",
    "ListPage",
    "Row",
    "Trust",
    "countries",
    "counts",
    "list_page",
    "rows_of",
    "sorted_things",
    "trust",
]

PAGE_SIZE: Final = 50

_P: Final = PREFIXES["p2p"]


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list: its query, its words, which scheme filters it, which columns it shows."""

    query: str
    title: str
    #: one of them and several, to be counted
    counted: tuple[str, str]
    intro: str
    scheme: str | None
    scheme_label: str
    columns: tuple[str, ...]


LISTS: Final[Mapping[str, ListKind]] = {
    "practices": ListKind(
        "practices",
        N_("Practices"),
        NN_("%(count)s practice", "%(count)s practices"),
        N_("Ways of working in which actors of drug outreach work cooperate."),
        "practice-kind",
        N_("Kind"),
        ("Country", "Place", "Kind of practice", "When", "Evidence"),
    ),
    "organisations": ListKind(
        "organisations",
        N_("Organisations"),
        NN_("%(count)s organisation", "%(count)s organisations"),
        N_("Bodies of people with a name and a purpose of their own. No person is named."),
        "role",
        N_("Role"),
        ("Country", "Place", "Role", "Founded"),
    ),
    "documents": ListKind(
        "documents",
        N_("Documents"),
        NN_("%(count)s document", "%(count)s documents"),
        N_("Reports, articles, pages and films that the statements were read from."),
        "document-kind",
        N_("Kind"),
        ("Kind of document", "Authors or publisher", "Year"),
    ),
    "findings": ListKind(
        "findings",
        N_("Findings"),
        NN_("%(count)s finding", "%(count)s findings"),
        N_("Results of studies and counts, each with its design and its numbers."),
        "study-design",
        N_("Study design"),
        ("Country", "About", "Study design", "Numbers"),
    ),
    "laws": ListKind(
        "laws",
        N_("Laws"),
        NN_("%(count)s law", "%(count)s laws"),
        N_("Laws, decrees, decisions and charters that matter to cooperation."),
        None,
        "",
        ("Country", "Year", "Why it matters"),
    ),
    "activities": ListKind(
        "activities",
        N_("Activities"),
        NN_("%(count)s activity", "%(count)s activities"),
        N_("Meetings, trainings, focus groups, study visits, pilots and case studies."),
        "activity-kind",
        N_("Kind"),
        ("Country", "Kind of activity", "When", "Held by"),
    ),
}


def _of(name: str) -> Callable[[Facts, Namer], tuple[Value, ...]]:
    return lambda facts, namer: tuple(labelled(t, namer) for t in facts.get(_P + name, ()))


def _when(facts: Facts, _namer: Namer) -> tuple[Value, ...]:
    text = years(facts) or first(facts, "dateNote")
    return (Value(text),) if text else ()


def _measured(facts: Facts, _namer: Namer) -> tuple[Value, ...]:
    low, high = first(facts, "lowerValue"), first(facts, "upperValue")
    text = first(facts, "value") or (f"{low}–{high}" if low and high else "") or first(facts, "valueText")
    return (Value(text, number=True),) if text else ()


#: heading of a column → what stands in it
COLUMNS: Final[Mapping[str, Callable[[Facts, Namer], tuple[Value, ...]]]] = {
    N_("Country"): _of("inCountry"),
    N_("Place"): _of("inPlace"),
    N_("Kind of practice"): _of("practiceKind"),
    N_("When"): _when,
    N_("Evidence"): _of("evidenceLevel"),
    N_("Role"): _of("role"),
    N_("Founded"): _of("foundedYear"),
    N_("Kind of document"): _of("documentKind"),
    N_("Authors or publisher"): _of("authors"),
    N_("Year"): _of("year"),
    N_("About"): _of("about"),
    N_("Study design"): _of("studyDesign"),
    N_("Numbers"): _of("numbers"),
    N_("Why it matters"): _of("relevance"),
    N_("Kind of activity"): _of("activityKind"),
    N_("Held by"): _of("organiser"),
    N_("Indicator"): _of("indicator"),
    N_("Value"): _measured,
    N_("Unit"): _of("unit"),
    N_("Note"): _of("note"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a list: its name with its page, and its cells in the order of the columns."""

    name: Value
    cells: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list: what it shows, out of how many."""

    kind: ListKind
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    country: str
    chosen: str


def sorted_things(graph: Graph, query: str, **values: str) -> list[str]:
    """The things a list query gives, by name, without caring for accents and case."""
    table = graph.run(query, **{k: v for k, v in values.items() if v})
    things = [row[0].value for row in table.rows if isinstance(row[0], NamedNode)]
    names = Namer(graph).learn(things)
    return sorted(things, key=lambda thing: (fold(names[thing]), thing))


def rows_of(graph: Graph, things: list[str], columns: tuple[str, ...]) -> tuple[Row, ...]:
    """Things as rows under some columns."""
    facts = facts_of(graph, things)
    namer = Namer(graph).learn(
        [t.value for f in facts.values() for v in f.values() for t in v if isinstance(t, NamedNode)]
    )
    namer.learn(things, facts)
    return tuple(
        Row(namer.value(thing), tuple(COLUMNS[column](facts[thing], namer) for column in columns)) for thing in things
    )


def list_page(graph: Graph, kind: ListKind, country: str, chosen: str, page: int, size: int = PAGE_SIZE) -> ListPage:
    """One page of a list, of so many rows. Raises BadValue for a country or kind that cannot be one."""
    values = {"country": country, **({"kind": chosen} if kind.scheme else {})}
    things = sorted_things(graph, kind.query, **values)
    pages = max(1, -(-len(things) // size))
    page = min(max(page, 1), pages)
    columns = tuple(c for c in kind.columns if not (country and c == "Country"))
    shown = things[(page - 1) * size : page * size]
    return ListPage(kind, columns, rows_of(graph, shown, columns), len(things), page, pages, country, chosen)


@dataclass(frozen=True, slots=True)
class CountryRow:
    """One country with what is recorded of it."""

    code: str
    name: str
    practices: int
    ties: int
    organisations: int


def countries(graph: Graph) -> list[CountryRow]:
    """Every country of which a practice is recorded, by name."""
    table = graph.run("countries")
    found = []
    for row in table.records():
        address = row["country"]
        if isinstance(address, NamedNode) and _number(row["practices"]):
            code = address.value.rsplit("/", 1)[-1]
            numbers = (_number(row[c]) for c in ("practices", "ties", "organisations"))
            found.append(CountryRow(code, graph.label(address.value), *numbers))
    return sorted(found, key=lambda c: fold(c.name))


def counts(graph: Graph) -> dict[str, int]:
    """How many things of each class the release holds, by the local name of the class."""
    return {
        row["class"].value.rsplit("/", 1)[-1]: _number(row["things"])
        for row in graph.run("counts").records()
        if isinstance(row["class"], NamedNode)
    }


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the ties can be trusted: how surely the sources say them, how much of the sources was seen."""

    ties: int
    stated: int
    inferred: int
    weak: int
    seen_whole: int
    seen_part: int


def trust(graph: Graph) -> Trust:
    """Coverage of all ties; a tie read in several documents counts for each of them."""
    table: Table = graph.run("coverage")
    sums: dict[str, int] = {}
    for row in table.records():
        n = _number(row["ties"])
        for column in ("confidence", "seen"):
            term = row[column]
            name = term.value.rsplit("/", 1)[-1] if isinstance(term, NamedNode) else "unstated"
            sums[f"{column}-{name}"] = sums.get(f"{column}-{name}", 0) + n
        sums["all"] = sums.get("all", 0) + n
    total, whole = sums.get("all", 0), sums.get("seen-whole", 0)
    stated, inferred, weak = (sums.get(f"confidence-{name}", 0) for name in ("stated", "inferred", "weak"))
    return Trust(total, stated, inferred, weak, whole, total - whole)


def _number(term: object) -> int:
    return int(term.value) if isinstance(term, Literal) else 0
