"""The search: a page, and the same for programs and for the suggestions under its box."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from p2p_graph.reading.indexing import KINDS_FOUND
from p2p_graph.reading.search import Found, Wish
from webapp.current_graph import graph, remembered
from webapp.languages import ENGLISH, at, language
from webapp.listing import countries
from webapp.negotiation import fresh, with_version
from webapp.problems import CORS
from webapp.protection import bounded
from webapp.searching import asked, found_by, kind_name, shown, told, withheld_now
from webapp.wording import LANGUAGES

__all__ = ["pages"]

pages = Blueprint("search", __name__)


@pages.get("/search")
@bounded
def page() -> Response:
    """What fits `q`, best first; without `q` the form alone.

    The reader's language is that of the page; on an English one, that of the browser.
    """
    by_browser = request.accept_languages.best_match(["en", *LANGUAGES], ENGLISH)
    wish = asked(request.args, by_browser if language() == ENGLISH else language())
    found = found_by(wish) if wish.text else Found()
    response = Response(
        render_template(
            "browse/search.html",
            wish=wish,
            found=found,
            hits=shown(wish, found),
            kinds=KINDS_FOUND,
            kind_names={kind: kind_name(kind) for kind in KINDS_FOUND},
            countries=remembered("countries", lambda: list(countries(graph()))),
            earlier=_turned(wish, -wish.limit) if wish.offset else "",
            later=_turned(wish, wish.limit) if wish.offset + wish.limit < found.total else "",
        )
    )
    response.vary.add("Accept-Language")
    return with_version(response)


def _turned(wish: Wish, by: int) -> str:
    """The address of another part of the same answer."""
    path = url_for(
        "search.page",
        q=wish.text,
        kind=wish.kinds or None,
        country=wish.country or None,
        lang=request.args.get("lang"),
        offset=max(0, wish.offset + by) or None,
    )
    return at(path)


@pages.get("/search.json")
@bounded
def data() -> Response:
    """The same as JSON; its tag says release, address and what is withheld."""
    wish = asked(request.args)
    if not wish.text:
        raise BadRequest("Say what to search, such as q=naloxone.")
    response = fresh(lambda: told(wish, found_by(wish)), "application/json", withheld_now())
    response.headers.extend(CORS)
    return response
