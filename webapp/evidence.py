"""What is studied, how well, and where nothing is: a map of the evidence, and what stands behind each place of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from p2p_graph.formats import write
from p2p_graph.reading.evidence import BY, By, EvidenceMap, EvidenceRow, Known, evidence_map, evidence_rows, known
from p2p_graph.reading.network import FAMILIES
from p2p_graph.vocab import PREFIXES
from webapp.addresses import page_of
from webapp.current_graph import graph, remembered_in_all_languages
from webapp.describing import Namer, Value
from webapp.kept import all_countries, all_networks
from webapp.languages import at
from webapp.negotiation import file_named, format_of_suffix, formats_for, fresh
from webapp.speaking import capital, counting, families

__all__ = ["pages"]

pages = Blueprint("evidence", __name__)

#: radii of a bubble that has room for its number, and of the largest; areas between them grow evenly
_SMALLEST, _LARGEST = 8.5, 15.5


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks: rows by what, of which country, which row and column are opened, what was left aside."""

    by: By
    country: str
    row: str
    design: str
    ignored: tuple[str, ...]

    def address(self, **changed: str) -> str:
        """The page with fields changed; those that say nothing are left out."""
        fields = {"by": self.by if self.by != BY[0] else "", "country": self.country} | changed
        return at("/evidence?" + urlencode({name: value for name, value in fields.items() if value}))


@dataclass(frozen=True, slots=True)
class _Place:
    """One place of the map: how many findings and practices, the size of its bubble, what opens it, in words."""

    findings: int
    practices: int
    radius: float
    href: str
    words: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the map."""

    name: Value
    href: str
    findings: int
    practices: int
    places: tuple[_Place, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class _Behind:
    """What stands behind the row that is opened, design by design, the strongest first."""

    title: str
    parts: tuple[tuple[str, tuple[Value, ...], tuple[Value, ...]], ...]


def _known() -> Known:
    def make() -> Known:
        families = {}
        for word in graph().concepts("role"):
            top = word
            while top.broader and top.broader in graph().words:
                top = graph().words[top.broader]
            families[word.address] = top.address.rsplit("/", 1)[-1]
        return known(graph().run("traits-of-findings"), graph().run("practice-traits"), families, all_networks())

    return remembered_in_all_languages("evidence", make)


def _names(scheme: str) -> list[str]:
    return [word.address.rsplit("/", 1)[-1] for word in graph().concepts(scheme)]


def _asked() -> _Asked:
    ignored = []

    def single(name: str, choices: list[str]) -> str:
        said = request.args.get(name, "")
        if said and said not in choices:
            ignored.append(_("“%(said)s” is not one of the choices for %(name)s", said=said[:40], name=name))
            return ""
        return said

    by = cast(By, single("by", list(BY)) or BY[0])
    rows = _names("practice-kind") if by == "kind" else list(FAMILIES)
    countries = [row.code for row in all_countries()]
    return _Asked(
        by, single("country", countries), single("row", rows), single("design", _names("study-design")), tuple(ignored)
    )


def _made(asked: _Asked) -> EvidenceMap:
    return remembered_in_all_languages(
        ("evidence", asked.by, asked.country),
        lambda: evidence_map(_known(), asked.by, _names("practice-kind"), _names("study-design"), asked.country),
    )


@pages.get("/evidence")
def evidence() -> Response:
    """The map: subjects down, designs of study across, the strongest at the right."""
    asked = _asked()
    return fresh(lambda: _page(asked))


@pages.get("/evidence.<slug:suffix>")
def evidence_data(suffix: str) -> Response:
    """The same as values."""
    form = format_of_suffix(suffix, "table")
    asked = _asked()
    response = fresh(lambda: write(evidence_rows(_made(asked)), form.name, datetime.now(UTC)), form.content_type)
    response.headers["Content-Disposition"] = file_named(f"evidence-by-{asked.by}-{asked.country}", form)
    return response


def _page(asked: _Asked) -> str:
    made = _made(asked)
    query = asked.address().partition("?")[2]
    opened = next((row for row in made.rows if row.name == asked.row), None)
    largest = max((len(cell.findings) for row in made.rows for cell in row.cells.values()), default=0)
    return render_template(
        "evidence/evidence.html",
        asked=asked,
        made=made,
        heads=[Value(_design(design), at(f"/vocab/study-design#{design}")) for design in made.designs],
        lines=[_line(asked, made, row, largest) for row in made.rows],
        behind=_behind(asked, made, opened) if opened else None,
        unplaced=_values(made.unplaced),
        nothing=[_subject(asked.by, row.name) for row in made.rows if not row.findings],
        countries=all_countries(),
        country=next((row.name for row in all_countries() if row.code == asked.country), ""),
        downloads=[(f.title, f"/evidence.{f.suffix}?{query}") for f in formats_for("table")],
        version=graph().version,
    )


def _line(asked: _Asked, made: EvidenceMap, row: EvidenceRow, largest: int) -> _Line:
    places = []
    for design in made.designs:
        cell = row.cells.get(design)
        findings, practices = (len(cell.findings), len(cell.practices)) if cell else (0, 0)
        numbers = f"{counting('findings')(findings)}, {counting('practices')(practices)}"
        words = f"{_subject(asked.by, row.name)}, {_design(design)}: {numbers}"
        places.append(
            _Place(
                findings,
                practices,
                _radius(findings, largest),
                f"{asked.address(row=row.name, design=design)}#behind",
                words,
                asked.row == row.name and asked.design in ("", design),
            )
        )
    name = _subject(asked.by, row.name)
    return _Line(
        Value(name, page_of(_address(asked.by, row.name))),
        f"{asked.address(row=row.name)}#behind",
        row.findings,
        row.practices,
        tuple(places),
        asked.row == row.name,
    )


def _radius(findings: int, largest: int) -> float:
    small, large = _SMALLEST**2, _LARGEST**2
    return math.sqrt(small + (large - small) * findings / largest) if findings else 0.0


def _behind(asked: _Asked, made: EvidenceMap, row: EvidenceRow) -> _Behind:
    designs = [d for d in reversed(made.designs) if d in row.cells and asked.design in ("", d)]
    parts = tuple(
        (capital(_design(d)), _values(row.cells[d].findings), _values(row.cells[d].practices)) for d in designs
    )
    title = _subject(asked.by, row.name)
    return _Behind(f"{title}, {_design(asked.design)}" if asked.design else title, parts)


def _values(addresses: tuple[str, ...]) -> tuple[Value, ...]:
    namer = Namer(graph()).learn(addresses)
    return tuple(sorted((namer.value(a) for a in addresses), key=lambda v: v.text.casefold()))


def _address(by: By, name: str) -> str:
    return PREFIXES["practice-kind" if by == "kind" else "role"] + name


def _subject(by: By, name: str) -> str:
    text = graph().label(_address(by, name)) if by == "kind" else families()[name]
    return capital(text)


def _design(design: str) -> str:
    return graph().label(PREFIXES["study-design"] + design)
