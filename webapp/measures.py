"""Pages of the measures of networks: all countries beside each other, the actors of one, and its archive for R."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from p2p_graph.errors import UnknownThing
from p2p_graph.formats import Format, write
from p2p_graph.model import Table
from p2p_graph.reading.judging import LEAST_PAIRS
from p2p_graph.reading.measures import GROUPS, measures_of
from p2p_graph.reading.measuring import ALL, Measured, actor_rows, mixing_rows, network_rows, triad_rows
from p2p_graph.reading.r_bundle import MEDIA_TYPE, r_bundle
from webapp import measured as views
from webapp.addresses import address_of_path
from webapp.current_graph import graph, remembered
from webapp.kept import all_networks
from webapp.languages import N_, at
from webapp.naming import spoken_measures
from webapp.negotiation import file_named, format_of_suffix, formats_for, fresh

__all__ = ["pages"]

pages = Blueprint("measures", __name__)


def _measured() -> Mapping[str, Measured]:
    return graph().measured()


def _of(code: str) -> Measured:
    """The measures of a country. Raises UnknownThing."""
    found = _measured().get(code) if code != ALL else None
    if found is None:
        raise UnknownThing(f"No network of a country {code[:20]} is recorded.", address=code)
    return found


def _names() -> dict[str, str]:
    """The countries with a network by their code, in the order of their names."""
    codes = [code for code in _measured() if code != ALL]
    labels = graph().labels(address_of_path("country", code) for code in codes)
    names = {code: labels[address_of_path("country", code)] for code in codes}
    return dict(sorted(names.items(), key=lambda item: item[1]))


@pages.get("/measures")
def measures() -> Response:
    """Every measure, and those of networks for every country."""
    with_n = request.args.get("n") == "1"

    def page() -> str:
        names, found = _names(), _measured()
        return render_template(
            "measures/measures.html",
            names=names,
            groups=views.network_table({code: found[code] for code in (*names, ALL)}, with_n),
            with_n=with_n,
            explained=[(_(title), measures_of("actor", group)) for group, title in GROUPS.items()],
            least=LEAST_PAIRS,
            draws=max((one.draws for one in found.values()), key=lambda d: d.dealt, default=None),
            downloads=[(f.title, f"/measures.{f.suffix}") for f in formats_for("table")],
        )

    return fresh(lambda: remembered(("measures-page", with_n), page))


@pages.get("/measures.<slug:suffix>")
def measures_data(suffix: str) -> Response:
    """The measures of all networks as a table in the format of a suffix."""
    return _file("measures", lambda: network_rows(_measured()), format_of_suffix(suffix, "table"))


@pages.get("/country/<slug:code>/measures")
def country_measures(code: str) -> Response:
    """The actors of a country and what was measured of them, sorted as the address says; its network and its roles."""
    found, name, wish = _of(code), _names()[code], views.asked(request.args)
    path = at(f"/country/{code}/measures")

    def page() -> str:
        told = spoken_measures(graph(), found)
        heads, rows = views.actor_table(told, wish, path)
        return render_template(
            "measures/country.html",
            code=code,
            name=name,
            found=found,
            summary=views.summary(found, name),
            wish=wish,
            path=path,
            heads=heads,
            rows=rows,
            groups=views.network_table({code: found}, with_n=True),
            mixing=views.mixing_table(found),
            triads=[(_(title), *views.triad_table(found, kind)) for kind, title in _TRIADS.items()],
            communities=views.community_rows(told),
            least=LEAST_PAIRS,
            formats=formats_for("table"),
            downloads=[(f.title, f"/country/{code}/measures.{f.suffix}") for f in formats_for("table")],
        )

    return fresh(page)


_TRIADS = {
    "closed": N_("Closed: all three tied"),
    "open": N_("Open: two that are not tied but share a partner"),
}


@pages.get("/country/<slug:code>/measures.<slug:suffix>", defaults={"what": "measures"})
@pages.get("/country/<slug:code>/mixing.<slug:suffix>", defaults={"what": "mixing"})
@pages.get("/country/<slug:code>/triads.<slug:suffix>", defaults={"what": "triads"})
def country_data(code: str, what: str, suffix: str) -> Response:
    """The actors of a country, its mixing of roles or its triads, as a table in the format of a suffix."""
    form, found = format_of_suffix(suffix, "table"), _of(code)
    rows = {"measures": actor_rows, "mixing": mixing_rows, "triads": triad_rows}[what]
    return _file(f"{what}-{code}", lambda: rows(found), form)


@pages.get("/country/<slug:code>/network.zip")
def bundle(code: str) -> Response:
    """The network of a country with attributes, measures and a script, ready for R."""
    found, name = _of(code), _names()[code]
    network, version = all_networks()[code], graph().version
    response = fresh(
        lambda: remembered(("r-bundle", code), lambda: r_bundle(network, found, name, version)), MEDIA_TYPE
    )
    response.headers["Content-Disposition"] = f'attachment; filename="network-{code}-{version}.zip"'
    return response


def _file(name: str, rows: Callable[[], Table], form: Format) -> Response:
    response = fresh(lambda: write(rows(), form.name, datetime.now(UTC)), form.content_type)
    response.headers["Content-Disposition"] = file_named(name, form)
    return response
