"""What the page of a country says beside wheel and network: its law, its indicators, its practices in numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal
from flask_babel import gettext as _
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading import Graph
from p2p_graph.vocab import PREFIXES
from webapp.addresses import page_of
from webapp.describing import Source, Value, facts_of, tell
from webapp.languages import at, locale
from webapp.law import LawView, laws, rules_by_act
from webapp.phrases import Facts, first

__all__ = ["Bars", "CountryProfile", "Indicator", "Measured", "profile"]

_P: Final = PREFIXES["p2p"]
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Bars:
    """Practices counted by one trait: each value, its number, and its share of the largest; how many have none."""

    title: str
    rows: tuple[tuple[Value, int, float], ...]
    without: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of an indicator: its year, its text, its share of the largest of these values, note, sources."""

    year: str
    text: str
    share: float | None
    note: str
    href: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator in one unit with its values, by year."""

    name: Value
    unit: str
    values: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """These sections; each may be empty. `practices` is how many are recorded."""

    practices: int
    laws: tuple[LawView, ...]
    indicators: tuple[Indicator, ...]
    bars: tuple[Bars, ...]
    sources: tuple[Source, ...]


def profile(graph: Graph, code: str) -> CountryProfile:
    """The profile of a country from what is recorded of it. Some ten queries: keep it for the release."""
    practices = [row[0].value for row in graph.run("practices", country=code).rows if isinstance(row[0], NamedNode)]
    acts = [row[0].value for row in graph.run("laws", country=code).rows if isinstance(row[0], NamedNode)]
    rules = rules_by_act(graph.run("law-and-roles", country=code), graph)
    observed = [row[0].value for row in graph.run("observations", country=code).rows if isinstance(row[0], NamedNode)]
    told = tell(graph, (), observed)
    return CountryProfile(
        len(practices),
        laws(graph, acts, rules),
        _indicators(graph, facts_of(graph, observed), told.cites),
        _bars(graph, code, facts_of(graph, practices)),
        told.sources,
    )


def _indicators(
    graph: Graph, facts: Mapping[str, Facts], cites: Mapping[str, tuple[int, ...]]
) -> tuple[Indicator, ...]:
    """In the order of the list of indicators; bars begin at nought and are those of one indicator in one unit."""
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for address, said in facts.items():
        indicator = next((t.value for t in said.get(f"{_P}indicator", ()) if isinstance(t, NamedNode)), "")
        grouped[indicator, first(said, "unit")].append(address)
    order = {word.address: word.order for word in graph.concepts("indicator")}
    found = []
    for (indicator, unit), addresses in sorted(grouped.items(), key=lambda g: (order.get(g[0][0], 999), g[0])):
        sizes = {address: _size(facts[address]) for address in addresses}
        most = max((size for size in sizes.values() if size is not None), default=0)
        values = [
            _measured(address, facts[address], sizes[address], most, cites.get(address, ())) for address in addresses
        ]
        values.sort(key=lambda v: (v.year == "", v.year, v.text))
        found.append(Indicator(Value(graph.label(indicator), page_of(indicator)), unit, tuple(values)))
    return tuple(found)


def _size(facts: Facts) -> float | None:
    text = first(facts, "value") or first(facts, "upperValue")
    try:
        return max(float(text), 0.0)
    except ValueError:
        return None


def _measured(address: str, facts: Facts, size: float | None, most: float, sources: tuple[int, ...]) -> Measured:
    low, high, text = first(facts, "lowerValue"), first(facts, "upperValue"), first(facts, "value")
    said = _grouped(text) or (f"{_grouped(low)}–{_grouped(high)}" if low and high else "") or first(facts, "valueText")
    share = size / most if size is not None and most else None
    return Measured(first(facts, "year"), said, share, first(facts, "note"), page_of(address) or "", sources)


def _grouped(number: str) -> str:
    """A number with its thousands parted, as people read it; other texts as they are."""
    if not _NUMBER.fullmatch(number):
        return number
    whole = number.partition(".")[0]
    parted = len(whole) > 4
    return format_decimal(Decimal(number), locale=locale(), decimal_quantization=False, group_separator=parted)


def _bars(graph: Graph, code: str, facts: Mapping[str, Facts]) -> tuple[Bars, ...]:
    made = [
        _counted(graph, _("By kind"), _values(facts, "practiceKind"), at(f"/practices?country={code}&kind=")),
        _counted(graph, _("By setting"), _values(facts, "setting"), ""),
        _counted(
            graph, _("By status, the latest recorded"), _latest(graph.run("status-over-time", country=code), facts), ""
        ),
        _counted(graph, _("By the strongest evidence"), _values(facts, "evidenceLevel"), "", by_order=True),
    ]
    return tuple(bars for bars in made if bars.rows)


def _values(facts: Mapping[str, Facts], name: str) -> dict[str, list[str]]:
    return {
        thing: [t.value for t in said.get(_P + name, ()) if isinstance(t, NamedNode)] for thing, said in facts.items()
    }


def _latest(table: Table, practices: Iterable[str]) -> dict[str, list[str]]:
    """The status of each practice that began last; of several in one year all."""
    latest: dict[str, tuple[int, set[str]]] = {practice: (-1, set()) for practice in practices}
    for row in table.records():
        practice, status, since = row["practice"], row["status"], row["since"]
        if isinstance(practice, NamedNode) and isinstance(status, NamedNode) and practice.value in latest:
            year = int(since.value) if isinstance(since, Literal) else 0
            known, found = latest[practice.value]
            if year > known:
                latest[practice.value] = year, {status.value}
            elif year == known:
                found.add(status.value)
    return {practice: sorted(found) for practice, (_, found) in latest.items()}


def _counted(graph: Graph, title: str, values: Mapping[str, list[str]], href: str, by_order: bool = False) -> Bars:
    counts = Counter(value for found in values.values() for value in set(found))
    most = max(counts.values(), default=0)
    words = graph.words

    def rank(value: str) -> tuple[int, str]:
        return (-words[value].order if by_order and value in words else -counts[value], graph.label(value))

    rows = tuple(
        (
            Value(graph.label(value), f"{href}{value.rsplit('/', 1)[-1]}" if href else page_of(value)),
            counts[value],
            counts[value] / most,
        )
        for value in sorted(counts, key=rank)
    )
    return Bars(title, rows, sum(1 for found in values.values() if not found))
