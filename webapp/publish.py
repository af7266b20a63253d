"""What machines and newcomers look for first: names that lead to pages, health, robots, sitemap, VoID, about."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from markupsafe import Markup
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.formats import find
from p2p_graph.reading.europe import Place, europe_svg
from webapp import instances, pictures
from webapp.addresses import address_of_path, page_of
from webapp.current_graph import graph, remembered
from webapp.negotiation import chosen_for_thing, fresh

__all__ = ["pages"]

pages = Blueprint("publish", __name__)


@pages.get("/id/<kind:kind>/<slug:slug>", defaults={"suffix": ""})
@pages.get("/id/<kind:kind>/<slug:slug>.<slug:suffix>")
def name(kind: str, slug: str, suffix: str) -> AnyResponse:
    """The name of a thing leads to its page, or to its data for who prefers data."""
    graph().entity(address_of_path(kind, slug))
    suffix = find(suffix, "triples").suffix if suffix else chosen_for_thing()
    response = redirect(f"/{kind}/{slug}.{suffix}" if suffix else f"/{kind}/{slug}", 303)
    response.vary.add("Accept")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@pages.get("/about")
def about() -> Response:
    """What it is, who made the facts, privacy, licence."""
    return fresh(lambda: render_template("publish/about.html", version=graph().version))


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
    """The addresses of all pages of practices, organisations, documents and the like."""
    root = request.url_root.rstrip("/")
    things = remembered(
        "addresses",
        lambda: [page_of(row[0].value) for row in graph().run("addresses").rows if isinstance(row[0], NamedNode)],
    )
    fixed = ["/", "/countries", "/practices", "/patterns", "/organisations", "/documents", "/queries", "/ontology/"]
    fixed += ["/about", "/compare", "/evidence", *(f"/patterns/{pattern.name}" for pattern in graph().library.patterns)]
    return fresh(
        lambda: render_template("publish/sitemap.xml", addresses=[root + path for path in [*fixed, *things] if path]),
        "application/xml",
    )


@pages.get("/favicon.ico")
def favicon() -> AnyResponse:
    """Browsers ask here before they have read a page."""
    return redirect("/static/icon.svg", 301)
