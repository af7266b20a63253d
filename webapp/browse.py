"""Pages to read and walk through: home, lists, a thing, a country."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.reading.drawing import Scene
from p2p_graph.reading.graph import Entity
from p2p_graph.reading.network import around, mixing
from webapp import changing, country_page, instances, organisation_page, pictures, practice_page, structured
from webapp.addresses import address_of_path
from webapp.current_graph import graph, page_kept, remembered
from webapp.describing import ThingPage, describe_thing
from webapp.kept import all_countries, all_networks, all_patterns
from webapp.languages import N_, at
from webapp.law import RuleView, rules_by_act
from webapp.listing import LISTS, PAGE_SIZE, counts, list_page, rows_of, sorted_things, trust
from webapp.negotiation import data_of_thing, fresh, page_or_data, signposted
from webapp.withholding import purged

__all__ = ["pages"]

pages = Blueprint("browse", __name__)

#: sections of the page of a country: heading → list query, columns
_SECTIONS: Final = {
    N_("Practices"): ("practices", ("Place", "Kind of practice", "When", "Evidence")),
    N_("Organisations"): ("organisations", ("Role", "Place")),
    N_("Activities"): ("activities", ("Kind of activity", "When", "Held by")),
    N_("Findings"): ("findings", ("About", "Study design")),
}


@pages.get("/")
def home() -> Response:
    """What it is, the wheels, three doors."""
    page = fresh(
        lambda: render_template(
            "browse/home.html",
            wheels=remembered("wheels", lambda: pictures.small_wheels(graph(), all_countries())),
            counts=remembered("counts", lambda: counts(graph())),
            trust=remembered("trust", lambda: trust(graph())),
            structured=structured.of_dataset(),
            version=graph().version,
        )
    )
    return signposted(page)


@pages.get("/countries")
def country_list() -> Response:
    """All countries with their wheels."""
    return fresh(
        lambda: render_template(
            "browse/countries.html",
            wheels=remembered("wheels", lambda: pictures.small_wheels(graph(), all_countries())),
            countries=all_countries(),
        )
    )


@pages.get("/<any(practices, organisations, documents, findings, laws, activities):name>")
def things(name: str) -> Response:
    """A list, filtered by `country` and `kind`, a page at a time."""
    kind = LISTS[name]
    country = request.args.get("country", "").strip().upper()
    chosen = request.args.get("kind", "").strip()
    page = request.args.get("page", 1, type=int)
    # a copy of the site has all rows on one page
    size = current_app.config.get("P2P_ROWS", PAGE_SIZE)
    return fresh(
        lambda: render_template(
            "browse/list.html",
            name=name,
            found=list_page(graph(), kind, country, chosen, page, size),
            countries=all_countries(),
            concepts=graph().concepts(kind.scheme) if kind.scheme else [],
        )
    )


@pages.get("/country/<slug:code>")
def country(code: str) -> AnyResponse:
    """A country: its wheel, its network, and what is recorded there."""
    if code != code.upper() and len(code) == 2:
        return redirect(at(f"/country/{code.upper()}"), 301)
    address = address_of_path("country", code)
    return page_or_data(address, lambda: remembered(("country", code), lambda: _country_page(address, code)))


def _country_page(address: str, code: str) -> str:
    entity = graph().entity(address)
    profile, wheel = country_page.profile(graph(), code), pictures.large_wheel(graph(), code)
    sections = [
        (title, query, columns, rows_of(graph(), sorted_things(graph(), query, country=code), columns))
        for title, (query, columns) in _SECTIONS.items()
    ]
    return render_template(
        "browse/country.html",
        code=code,
        name=graph().label(entity.address),
        wheel=wheel,
        network=_network(code),
        patterns=instances.of_country(graph(), all_patterns(), code),
        profile=profile,
        sections=sections,
        structured=structured.of_country(entity, wheel.sentence, profile.practices),
    )


@pages.get("/country/<slug:code>/network")
def country_network(code: str) -> Response:
    """The network of a country on a page of its own."""
    entity = graph().entity(address_of_path("country", code))
    return fresh(
        lambda: render_template(
            "browse/network.html",
            code=code,
            name=graph().label(entity.address),
            network=_network(code),
        )
    )


@pages.get("/country/<slug:code>/network.json")
def country_network_data(code: str) -> Response:
    """What the interactive picture of a country is drawn from."""
    graph().entity(address_of_path("country", code))
    return fresh(
        lambda: remembered(("network-data", code), lambda: pictures.network_data(_scene(code))), "application/json"
    )


def _scene(code: str) -> Scene:
    return remembered(("scene", code), lambda: pictures.laid_out(graph(), code))


def _network(code: str) -> pictures.NetworkPicture | None:
    return remembered(("network", code), lambda: pictures.network(graph(), code, _scene(code)))


@pages.get("/<kind:kind>/<slug:slug>")
def thing(kind: str, slug: str) -> AnyResponse:
    """The page of a thing, or its data if the address ends in a suffix or the asker prefers data."""
    address = address_of_path(kind, slug)
    return page_or_data(address, lambda: page_kept(address, lambda: _thing_page(address)))


def _thing_page(address: str) -> str:
    entity = graph().entity(address)
    page = describe_thing(graph(), entity)
    if entity.kind == "practice":
        return _practice_page(entity, page)
    if entity.kind == "organisation":
        more = organisation_page.organisation_page(graph(), entity, page, all_networks().values())
        page = organisation_page.without_rows(page)
        symbols = {role.family: role.svg for role in pictures.legend()}
        return render_template(
            "browse/organisation.html",
            page=page,
            more=more,
            symbols=symbols,
            structured=structured.of_thing(entity, page),
        )
    return render_template("browse/thing.html", page=page, structured=structured.of_thing(entity, page))


def _practice_page(entity: Entity, page: ThingPage) -> str:
    code = page.country[0] if page.country else ""
    network = all_networks().get(code) or graph().network(practice=entity.slug)
    more = practice_page.practice_page(
        graph(),
        entity,
        page,
        network,
        _rules(code) if code else {},
        _like(entity.slug),
        practice_page.point_of_release(graph().version),
    )
    return render_template(
        "browse/practice.html",
        page=practice_page.without_what_is_told(page),
        structured=structured.of_thing(entity, page),
        more=more,
        wheel=pictures.practice_wheel(mixing(around(network, entity.address)), page.title) if page.ties else None,
        patterns=instances.of_practice(graph(), all_patterns(), entity.address),
    )


@pages.get("/<any(practice):kind>/<slug:slug>/history")
def practice_history(kind: str, slug: str) -> Response:
    """Where a practice comes from: who gave it and when, what it was read in, what changed with which release."""
    address = address_of_path(kind, slug)
    entity, gone = graph().entity(address), purged()
    withheld = str(len(gone.addresses) + len(gone.texts) + len(gone.hashes))
    return fresh(lambda: page_kept(("history", address, gone), lambda: _history_page(entity)), also=withheld)


def _history_page(entity: Entity) -> str:
    return render_template(
        "browse/history.html",
        page=describe_thing(graph(), entity),
        given=practice_page.given(graph().run("graphs-of-thing", thing=entity.address)),
        news=changing.news_of(entity.address),
        version=graph().version,
    )


def _like(slug: str) -> tuple[tuple[str, str, int], ...]:
    return remembered(
        ("like", slug), lambda: practice_page.practices_like(graph().run("similar-practices", practice=slug))
    )


def _rules(code: str) -> dict[str, tuple[RuleView, ...]]:
    return remembered(("rules", code), lambda: rules_by_act(graph().run("law-and-roles", country=code), graph()))


@pages.get("/<kind:kind>/<slug:slug>.<slug:suffix>")
def thing_data(kind: str, slug: str, suffix: str) -> Response:
    """The data of a thing in a format."""
    return data_of_thing(address_of_path(kind, slug), suffix)
