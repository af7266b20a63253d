"""Pages of the cooperation patterns: all of them by country, and each with the practices that show it."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.formats import Format, write
from p2p_graph.model import Table
from p2p_graph.reading.chance import (
    DRAWS,
    FEWEST,
    PairTest,
    PatternTest,
    pair_rows,
    pair_tests,
    pattern_tests,
    tested_rows,
)
from webapp import instances
from webapp.current_graph import graph, remembered, remembered_in_all_languages
from webapp.kept import all_networks, all_patterns
from webapp.negotiation import file_named, format_of_suffix, formats_for, fresh

__all__ = ["pages"]

pages = Blueprint("patterns", __name__)


def _tested() -> tuple[PatternTest, ...]:
    return remembered_in_all_languages("pattern-tests", lambda: pattern_tests(all_patterns()))


def _pairs() -> tuple[PairTest, ...]:
    return remembered_in_all_languages("pair-tests", lambda: pair_tests(all_networks()))


@pages.get("/patterns")
def patterns() -> Response:
    """Every pattern in every country."""
    return fresh(
        lambda: remembered(
            "patterns-page",
            lambda: render_template(
                "patterns/table.html",
                table=instances.table(graph(), all_patterns(), _tested()),
                least=instances.LEAST,
                fewest=FEWEST,
                downloads=[(f.title, f"/patterns.{f.suffix}") for f in formats_for("table")],
            ),
        )
    )


@pages.get("/patterns.<slug:suffix>")
def patterns_data(suffix: str) -> Response:
    """The same as a table in the format of a suffix."""
    form = format_of_suffix(suffix, "table")
    return _file("patterns", tested_rows(all_patterns(), _tested()), form)


@pages.get("/patterns/pairs")
def pairs() -> Response:
    """Which families of roles meet in ties more or less often than by chance."""
    return fresh(
        lambda: render_template(
            "patterns/pairs.html",
            table=instances.pairs(graph(), _pairs()),
            least=instances.LEAST,
            draws=DRAWS,
            downloads=[(f.title, f"/patterns/pairs.{f.suffix}") for f in formats_for("table")],
        )
    )


@pages.get("/patterns/pairs.<slug:suffix>")
def pairs_data(suffix: str) -> Response:
    """The same as a table in the format of a suffix."""
    return _file("role-pairs", pair_rows(_pairs()), format_of_suffix(suffix, "table"))


def _file(name: str, rows: Table, form: Format) -> Response:
    response = fresh(lambda: write(rows, form.name, datetime.now(UTC)), form.content_type)
    response.headers["Content-Disposition"] = file_named(name, form)
    return response


@pages.get("/patterns/<slug:name>")
def pattern(name: str) -> Response:
    """One pattern: what it is, why it matters, where it was found."""
    saved = graph().library.pattern(name)
    return fresh(lambda: remembered(("pattern-page", saved.name), lambda: _page(saved.name)))


def _page(name: str) -> str:
    found = all_patterns()
    row = next(row for row in found.rows if row.saved.name == name)
    return render_template(
        "patterns/pattern.html",
        page=instances.page(graph(), found, row),
        least=instances.LEAST,
        edit=f"/sparql?{urlencode({'query': row.saved.bind()})}",
        others=[(other.saved.name, other.saved.title) for other in found.rows if other is not row],
    )


@pages.get("/patterns/<slug:name>.<slug:suffix>")
def pattern_data(name: str, suffix: str) -> AnyResponse:
    """The drawing of a pattern as a file; any other suffix leads to its rows."""
    saved = graph().library.pattern(name)
    if suffix != "svg":
        return redirect(f"/queries/{saved.name}.{suffix}", 303)
    return fresh(lambda: str(instances.drawing(saved, graph(), 480, standalone=True)), "image/svg+xml")
