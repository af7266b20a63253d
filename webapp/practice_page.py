"""What the page of a practice says beside facts and ties: when, on which law, where it came from, what is like it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask_babel import gettext as _
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading import Graph
from p2p_graph.reading.graph import Entity
from p2p_graph.reading.network import Network
from p2p_graph.reading.timeline import Kind, Moment, point_of, timeline_svg
from p2p_graph.vocab import PREFIXES
from webapp.addresses import page_of
from webapp.dataset import LICENCE
from webapp.describing import Namer, ThingPage, Value, facts_of
from webapp.languages import N_, NN_, how_many, number, written
from webapp.law import LawView, RuleView, laws
from webapp.phrases import Facts, first, plain, years
from webapp.printing import day_of
from webapp.speaking import capital

__all__ = [
    "Descent",
    "Given",
    "PracticePage",
    "Similar",
    "TimelineView",
    "given",
    "point_of_release",
    "practice_page",
    "practices_like",
    "without_what_is_told",
]

_P: Final = PREFIXES["p2p"]
_DESCRIPTION: Final = PREFIXES["dcterms"] + "description"

#: rows that a timeline draws; the list beside it has them all
_DRAWN: Final = 14
_WIDE, _NARROW = 720, 350
_SIMILAR: Final = 6
_DATES: Final = NN_("%(count)s date", "%(count)s dates")
#: kinds of what a timeline shows, as its list calls them
_KINDS: Final = (N_("status"), N_("period"), N_("activity"), N_("finding"))
#: what is told in a section of its own: properties by which other things point to a practice
_TOLD: Final = frozenset({"derivedFrom", "cause", "effect"})
_CLASSES: Final[Mapping[str, Kind]] = {"StatusPeriod": "status", "Activity": "activity", "Finding": "finding"}


@dataclass(frozen=True, slots=True)
class TimelineView:
    """What happened when: drawn in two widths, and the same as a list: when, what kind of thing, what, its page."""

    svg: Markup
    narrow: Markup
    rows: tuple[tuple[str, str, str, str, str], ...]
    drawn: int


@dataclass(frozen=True, slots=True)
class Descent:
    """A practice before or after this one, how they hang together, and where that is told."""

    practice: Value
    how: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Similar:
    """Another practice, its country, and how many kinds and roles both have."""

    practice: Value
    country: Value
    shared: int


@dataclass(frozen=True, slots=True)
class Given:
    """Who gave what is said of a practice: a file of the curators, or the contribution of an organisation."""

    source: str
    credit: str = ""
    accepted: str = ""
    licence: str = LICENCE


@dataclass(frozen=True, slots=True)
class PracticePage:
    """The sections that only a practice has; each may be empty."""

    timeline: TimelineView | None
    laws: tuple[LawView, ...]
    before: tuple[Descent, ...]
    after: tuple[Descent, ...]
    similar: tuple[Similar, ...]


def practice_page(
    graph: Graph,
    entity: Entity,
    page: ThingPage,
    network: Network,
    rules: Mapping[str, tuple[RuleView, ...]],
    similar: Sequence[tuple[str, str, int]],
    last: float,
) -> PracticePage:
    """These sections. `network` is that of its country, `similar` as `practices_like` gives it, `last` this year."""
    before, after = _descent(graph, entity)
    namer = Namer(graph).learn([address for row in similar for address in row[:2]])
    return PracticePage(
        _timeline(graph, entity, page, network, last),
        laws(graph, _addresses(entity.facts, "legalBasis"), rules),
        before,
        after,
        tuple(Similar(namer.value(other), namer.value(country), shared) for other, country, shared in similar),
    )


def given(table: Table) -> tuple[Given, ...]:
    """The rows of `graphs-of-thing`: where from, to whose credit, accepted on which day, under which licence.

    >>> given(Table(("from", "credit", "accepted", "licence"), ()))
    ()
    """
    found = []
    for row in table.rows:
        source, *said = (str(getattr(term, "value", "")) for term in row)
        credit, accepted, licence = said
        found.append(Given(source.partition("/graph/")[2], credit, accepted, licence or LICENCE))
    return tuple(found)


def practices_like(table: Table) -> tuple[tuple[str, str, int], ...]:
    """The first few rows of `similar-practices`: another practice, its country, how much both share.

    >>> practices_like(Table(("other", "country", "shared"), ()))
    ()
    """
    rows = table.rows[:_SIMILAR]
    return tuple(
        (other.value, country.value, int(shared.value))
        for other, country, shared in rows
        if isinstance(other, NamedNode) and isinstance(country, NamedNode) and isinstance(shared, Literal)
    )


def point_of_release(version: str) -> float:
    """How far a release can know, as a number of years: the day in its name.

    >>> round(point_of_release("0.1.0+2026-07-01.1"), 1)
    2026.5
    """
    return point_of(day_of(version).date().isoformat()) or 0.0


def without_what_is_told(page: ThingPage) -> ThingPage:
    """The page without the lists whose content stands in a section of its own."""
    return replace(page, incoming=tuple(group for group in page.incoming if group.property not in _TOLD))


def _addresses(facts: Facts, name: str) -> list[str]:
    return [term.value for term in facts.get(_P + name, ()) if isinstance(term, NamedNode)]


# what happened when


def _timeline(graph: Graph, entity: Entity, page: ThingPage, network: Network, last: float) -> TimelineView | None:
    moments = list(_moments(graph, entity, page, network))
    lasting = [m for m in moments if m.kind not in ("activity", "finding")]
    # the dates of a practice alone are among its facts already
    if len(moments) < 2 or not lasting:
        return None
    drawn = moments[:_DRAWN]
    words = how_many(_DATES, len(moments))
    if len(drawn) < len(moments):
        words = _("%(drawn)s of %(dates)s", drawn=number(len(drawn)), dates=words)
    svg, narrow = (
        Markup(
            timeline_svg(
                drawn, _("%(title)s over time", title=page.title), f"{words}.", ident=ident, last=last, size=size
            )
        )
        for ident, size in (("timeline", _WIDE), ("timeline-narrow", _NARROW))
    )
    rows = sorted(moments, key=lambda m: point_of(m.start) or point_of(m.end) or 0)
    return TimelineView(svg, narrow, tuple((m.when, m.kind, m.label, m.href, m.language) for m in rows), len(drawn))


def _moments(graph: Graph, entity: Entity, page: ThingPage, network: Network) -> Iterable[Moment]:
    """The practice, its status, its periods, its ties by year, then activities and findings about it."""
    own = {r.address: _CLASSES[r.type] for r in entity.references if r.type in _CLASSES}
    periods = _addresses(entity.facts, "period")
    facts = facts_of(graph, [*own, *periods])
    yield from _moment(_("The practice"), "practice", entity.facts, "")
    namer = Namer(graph).learn([*(a for a, kind in own.items() if kind != "status")])
    by_kind: dict[str, list[Moment]] = {"status": [], "activity": [], "finding": []}
    for address, kind in own.items():
        status = next(iter(_addresses(facts[address], "status")), "")
        told = namer.value(address)
        if kind == "status" and status:
            told = Value(capital(graph.label(status)))
        by_kind[kind] += _moment(told.text, kind, facts[address], page_of(address) or "", told.language or "")
    yield from sorted(by_kind["status"], key=lambda m: m.start)
    for address in periods:
        yield from _moment(first(facts[address], "note") or _("A period"), "period", facts[address], "")
    yield from _ties(page, network)
    yield from sorted(by_kind["activity"], key=lambda m: m.start)
    yield from sorted(by_kind["finding"], key=lambda m: m.start)


def _moment(label: str, kind: Kind, facts: Facts, href: str, language: str = "") -> Iterable[Moment]:
    start = first(facts, "startDate") or first(facts, "startYear") or first(facts, "year")
    end = first(facts, "endDate") or first(facts, "endYear")
    if point_of(start) is not None or point_of(end) is not None:
        is_dot = kind in _DOTS and start and not end
        when = written(start) if is_dot else years(facts) or start
        yield Moment(label, kind, start, end, when, href, language=language)


_DOTS: Final = ("activity", "finding")


def _ties(page: ThingPage, network: Network) -> Iterable[Moment]:
    dated = []
    for line in page.ties:
        tie = network.ties.get(line.address)
        if tie and (tie.start or tie.end):
            start, end = str(tie.start or ""), str(tie.end or "")
            when = f"{start}–{end}" if start and end and start != end else ""
            when = when or (start if start == end else _since(start, end))
            dated.append(Moment(plain(line.sentence), "tie", start, end, when, line.href or "", tie.form))
    return sorted(dated, key=lambda m: (m.start or m.end, m.label))


def _since(start: str, end: str) -> str:
    return _("since %(start)s", start=start) if start else _("until %(end)s", end=end)


# where it comes from and what grew out of it


def _descent(graph: Graph, entity: Entity) -> tuple[tuple[Descent, ...], tuple[Descent, ...]]:
    links = [r for r in entity.references if r.type == "CausalLink"]
    facts = facts_of(graph, [link.address for link in links])
    before = [(address, _("It grew out of:"), "", "") for address in _addresses(entity.facts, "derivedFrom")]
    after = [(r.address, _("Grew out of it:"), "", "") for r in entity.references if r.property == f"{_P}derivedFrom"]
    for link in links:
        said = facts[link.address]
        words = next((t.value for t in said.get(_DESCRIPTION, ()) if isinstance(t, Literal)), "")
        is_cause = link.property == f"{_P}cause"
        for other in _addresses(said, "effect" if is_cause else "cause"):
            row = (
                other,
                _("It had an effect on:") if is_cause else _("It was affected by:"),
                words,
                page_of(link.address) or "",
            )
            (after if is_cause else before).append(row)
    namer = Namer(graph).learn([row[0] for row in (*before, *after)])
    told = [
        tuple(Descent(namer.value(a), how, words, href) for a, how, words, href in dict.fromkeys(rows))
        for rows in (before, after)
    ]
    return told[0], told[1]
