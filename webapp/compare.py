"""Countries beside each other: wheels, networks, matrices or a map of all of them, and the difference of two."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from p2p_graph.formats import write
from p2p_graph.reading.comparing import Difference, difference, difference_rows, overlaid, pooled
from p2p_graph.reading.europe import Place, europe_svg, mapped
from p2p_graph.reading.network import Network, Wheel, filtered, mixing
from webapp import side_by_side
from webapp.addresses import address_of_path
from webapp.current_graph import graph
from webapp.kept import all_countries, all_networks
from webapp.languages import NN_, at, how_many
from webapp.negotiation import file_named, format_of_suffix, formats_for, fresh
from webapp.viewing import REST, Shown, read

__all__ = ["pages"]

pages = Blueprint("compare", __name__)

#: widths of a map, in pixels
_WIDE, _NARROW = 760, 350
_NUMBERED = NN_("%(count)s country with a number.", "%(count)s countries with a number.")


def _asked() -> tuple[Shown, dict[str, str]]:
    names = {row.code: row.name for row in all_countries()}
    return read(request.args, names), names


@pages.get("/compare")
def compare() -> Response:
    """All countries on one page, drawn to one scale, and the difference of two of them if they are named."""
    return fresh(_page)


def _page() -> str:
    shown, names = _asked()
    found = {code: filtered(network, shown.view) for code, network in all_networks().items()}
    wheels = {code: mixing(network) for code, network in found.items()}
    on_map = shown.picture == "map"
    return render_template(
        "compare/compare.html",
        shown=shown,
        names=names,
        years=side_by_side.years(all_networks().values()),
        pictures=() if on_map else side_by_side.pictures(shown.picture, found, wheels, names),
        europe=side_by_side.europe(wheels, names) if on_map else None,
        pairs=side_by_side.pair_table(wheels),
        difference=_difference(shown, found, wheels, names),
        downloads=[(f.title, f"/compare.{f.suffix}?{shown.address()}") for f in formats_for("table")],
        version=graph().version,
    )


def _difference(
    shown: Shown, found: dict[str, Network], wheels: dict[str, Wheel], names: dict[str, str]
) -> side_by_side.DifferenceView | None:
    if not shown.one or not shown.other:
        return None
    told, other = _told(shown, found, wheels)
    over, marks = overlaid(told, wheels[shown.one])
    title = "" if shown.other == REST else names[shown.other]
    return side_by_side.told(told, over, marks, names[shown.one], title, (wheels[shown.one], other), _href(shown))


def _told(shown: Shown, found: dict[str, Network], wheels: dict[str, Wheel]) -> tuple[Difference, Wheel]:
    """The difference of two countries, or of one and all others pooled; with the wheel of the second."""
    if shown.other == REST:
        other = pooled(network for code, network in found.items() if code != shown.one)
    else:
        other = wheels[shown.other]
    return difference(wheels[shown.one], other), other


def _href(shown: Shown) -> side_by_side.Behind:
    """Where the ties behind a pair are: in the country that has it; of both sides in all countries."""

    def behind(one: str, other: str, mark: str) -> str:
        code = {"one": shown.one, "other": shown.other}.get(mark, "")
        fields = {"one": one, "other": other} | ({"country": code} if code and code != REST else {})
        return at(f"/queries/ties-between-roles?{urlencode(fields)}")

    return behind


@pages.get("/europe.svg")
def map_of_numbers() -> Response:
    """A map of Europe with a number for each country, given by its two letters; others are left out."""
    numbers = {code: number for code in sorted(mapped()) if (number := _number(request.args.get(code, ""))) is not None}
    pages_of = {row.code: at(f"/country/{row.code}") for row in all_countries()}
    names = graph().labels([address_of_path("country", code) for code in numbers])
    places = {}
    for code, number in numbers.items():
        name = names[address_of_path("country", code)]
        places[code] = Place(name, number, pages_of.get(code, ""), f"{name}: {number:g}")
    size = _NARROW if request.args.get("size") == "narrow" else _WIDE
    svg = europe_svg(places, _("Map of Europe"), how_many(_NUMBERED, len(places)), ident="europe", size=size)
    return fresh(lambda: svg, "image/svg+xml")


def _number(said: str) -> float | None:
    try:
        number = float(said[:30])
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@pages.get("/compare.<slug:suffix>")
def compare_data(suffix: str) -> Response:
    """The numbers of the page: each pair of families in each country, or the difference if two sides are named."""
    form = format_of_suffix(suffix, "table")
    shown, _names = _asked()
    found = {code: filtered(network, shown.view) for code, network in all_networks().items()}
    wheels = {code: mixing(network) for code, network in found.items()}
    if shown.one and shown.other:
        rows = difference_rows(_told(shown, found, wheels)[0])
    else:
        rows = side_by_side.pair_rows(wheels)
    response = fresh(lambda: write(rows, form.name, datetime.now(UTC)), form.content_type)
    response.headers["Content-Disposition"] = file_named("compare", form)
    return response
