"""What machines and newcomers look for first: names that lead to pages, health, robots, sitemap, VoID, about."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request
from markupsafe import Markup
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.formats import find
from p2p_graph.reading.europe import Place, europe_svg
from p2p_graph.vocab import BASE, PREFIXES, SCHEMES
from webapp import dataset, instances, pictures
from webapp.addresses import address_of_path, page_of
from webapp.changing import changed_on
from webapp.current_graph import graph, remembered_in_all_languages
from webapp.negotiation import chosen_for_thing, fresh, linked, signposted, with_version
from webapp.problems import CORS
from webapp.structured import of_dataset
from webapp.withholding import purged

__all__ = ["pages"]

pages = Blueprint("publish", __name__)

#: pages that one list of a site map may have
_AT_ONCE: Final = 40_000
#: pages that are there in every release
_FIXED: Final = (
    "/",
    "/countries",
    "/practices",
    "/organisations",
    "/documents",
    "/findings",
    "/laws",
    "/activities",
    "/patterns",
    "/patterns/pairs",
    "/compare",
    "/evidence",
    "/measures",
    "/explore",
    "/queries",
    "/add",
    "/about",
    "/accessibility",
    "/api",
    "/vocab/",
    "/ontology/",
    "/data/",
    "/stats",
    "/changes",
)


@pages.get("/id/<kind:kind>/<slug:slug>", defaults={"suffix": ""})
@pages.get("/id/<kind:kind>/<slug:slug>.<slug:suffix>")
def name(kind: str, slug: str, suffix: str) -> AnyResponse:
    """The name of a thing leads to its page, or to its data for who prefers data."""
    address = address_of_path(kind, slug)
    graph().entity(address)
    suffix = find(suffix, "triples").suffix if suffix else chosen_for_thing()
    response = redirect(f"/{kind}/{slug}.{suffix}" if suffix else f"/{kind}/{slug}", 303)
    response.vary.add("Accept")
    response.headers.extend(CORS)
    response.headers["Cache-Control"] = "public, no-cache"
    return with_version(linked(response, address, suffix))


@pages.get("/about")
def about() -> Response:
    """What it is, who made the facts, privacy, licence."""
    return signposted(
        fresh(lambda: render_template("publish/about.html", version=graph().version, structured=of_dataset()))
    )


@pages.get("/accessibility")
def accessibility() -> Response:
    """What is done so that everybody can use the site, and what is not done yet."""
    return fresh(lambda: render_template("publish/accessibility.html", version=graph().version))


@pages.get("/look")
def look() -> Response:
    """Every part of the design, for who builds a new page."""

    def made() -> str:
        pattern = next(iter(graph().library.patterns), None)
        told = {"PT": 30, "PL": 21, "LT": 14, "FR": 40}
        places = {code: Place(code, number, "", f"{code}: {number}") for code, number in told.items()}
        drawn = europe_svg(places, "Map of Europe", "Four countries, each with a number", ident="example-map", size=420)
        return render_template(
            "publish/look.html",
            wheels=pictures.example_wheels(graph()),
            map=Markup(drawn),
            drawing=instances.drawing(pattern, graph(), 200, ident="example-pattern") if pattern else "",
        )

    return fresh(made)


@pages.get("/health")
def health() -> Response:
    """Whether questions are answered, by asking one."""
    words = len(graph().run("counts"))
    response = Response(
        f'{{"status":"ok","version":"{graph().version}","classes":{words}}}', content_type="application/json"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; machines that want all of it take the data."""
    text = f"User-agent: *\nDisallow: /sparql\nDisallow: /search\nSitemap: {request.url_root}sitemap.xml\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@pages.get("/sitemap.xml")
def sitemap() -> Response:
    """The addresses of all pages, with the day on which each last changed; of very many, where they are listed."""
    root, found = request.url_root.rstrip("/"), _listed()
    if len(found) <= _AT_ONCE:
        return _sitemap("publish/sitemap.xml", pages=found, root=root)
    parts = range(1, -(-len(found) // _AT_ONCE) + 1)
    return _sitemap("publish/sitemaps.xml", parts=parts, root=root, day=dataset.day())


@pages.get("/sitemap-<int:part>.xml")
def sitemap_part(part: int) -> Response:
    """A part of a list that is too long for one file."""
    found = _listed()[(part - 1) * _AT_ONCE : part * _AT_ONCE] if part else []
    if not found:
        abort(404)
    return _sitemap("publish/sitemap.xml", pages=found, root=request.url_root.rstrip("/"))


def _sitemap(template: str, **values: object) -> Response:
    return fresh(lambda: render_template(template, **values), "application/xml", f"{values['root']} {len(_gone())}")


def _gone() -> frozenset[str]:
    return purged().addresses


def _listed() -> list[tuple[str, str]]:
    """Every page with the day on which it last changed, empty where nobody knows."""
    return remembered_in_all_languages(("sitemap", _gone()), _pages)


def _pages() -> list[tuple[str, str]]:
    changed, since = changed_on()
    words = graph().words
    terms = sorted(a.rsplit("/", 1)[-1] for a in words if a.startswith(PREFIXES["p2p"]))
    fixed = [
        *_FIXED,
        *(f"/patterns/{pattern.name}" for pattern in graph().library.patterns),
        *(f"/queries/{query.name}" for query in graph().library.questions),
        *(f"/vocab/{name}" for name in SCHEMES if f"{BASE}vocab/{name}" in words),
        *(f"/ontology/{term}" for term in terms),
    ]
    things = [row[0].value for row in graph().run("addresses").rows if isinstance(row[0], NamedNode)]
    return [(path, dataset.day()) for path in fixed] + [
        (path, changed.get(thing, since)) for thing in things if thing not in _gone() and (path := page_of(thing))
    ]


@pages.get("/favicon.ico")
def favicon() -> AnyResponse:
    """Browsers ask here before they have read a page."""
    return redirect("/static/icon.svg", 301)
