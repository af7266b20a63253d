"""The explorer: begin at an actor, a practice, a pattern or a country, open it step by step, filter, take it away."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from markupsafe import escape

from p2p_graph.reading.exploring import MEASURES, Explored
from webapp import explored as views
from webapp.addresses import page_of
from webapp.course import ALL, State, address_of, path_of, read_state
from webapp.current_graph import graph
from webapp.figures import FILES, about, file_of
from webapp.languages import at
from webapp.negotiation import fresh
from webapp.terrain import explored, ground, kept, known, names_of_starts, spoken_actors

__all__ = ["pages"]

pages = Blueprint("explore", __name__)


def _state() -> State:
    return read_state(request.args, known())


@pages.get("/explore")
def explore() -> Response:
    """What the address asks for: a place to begin, or a network with its table, its filters and a card."""
    return fresh(_page)


def _page() -> str:
    state = _state()
    if not state.at:
        return render_template("explore/begin.html", state=state, found=views.found(state), **_beginnings())
    shown = explored(state)
    is_crowd = len(shown.network.actors) > views.MOST_DRAWN
    laid = None if is_crowd else views.drawn(shown, state.size)
    return render_template(
        "explore/explore.html",
        state=state,
        found=views.found(state),
        title=views.title(state),
        sentence=views.sentence(shown, state),
        is_empty=not shown.network.ties,
        picture=views.picture(laid, shown, state) if laid else "",
        data=views.scene_data(laid, shown) if laid else None,
        facets=views.facets(state, shown),
        filter_words=views.filter_words(state),
        rows=views.lines(shown, state, state.page),
        pages=-(-len(shown.network.actors) // views.ROWS),
        total=len(shown.network.actors),
        card=views.card(shown, state),
        depths=_depths(state),
        sizes=_sizes(state, shown),
        page=_page_of_start(state),
        version=graph().version,
        files=_files(state, is_crowd),
        embed=_embed_code(shown, state),
        about=about(shown, state, request.url_root),
    )


def _files(state: State, is_crowd: bool) -> list[tuple[str, str]]:
    """What can be taken away as it is shown."""
    query = state.address(card="", q="")
    return [
        (at(f"/explore.{s}?{query}"), _(words)) for s, (_type, words) in FILES.items() if not (is_crowd and s == "html")
    ]


def _embed_code(shown: Explored, state: State) -> str:
    """What to paste into a page: a frame, and under it words and a link, which are there also without the frame."""
    root, path, query = request.url_root, at("/embed").removesuffix("embed")[1:], state.address(card="", q="")
    title, words = escape(views.title(state)), escape(views.sentence(shown, state))
    return (
        f'<figure><iframe src="{escape(f"{root}{path}embed?{query}")}" title="{title}" loading="lazy" width="100%" '
        f'height="560"></iframe><figcaption><a href="{escape(f"{root}{path}explore?{query}")}">{title}</a>. {words} '
        f"Peer2Peer Graph {escape(graph().version)}, CC BY 4.0.</figcaption></figure>"
    )


def _page_of_start(state: State) -> str:
    kind, _stroke, slug = state.at.partition("/")
    if state.to or state.at == ALL:
        return ""
    return at(f"/patterns/{slug}") if kind == "pattern" else page_of(address_of(state.at)) or ""


def _depths(state: State) -> list[tuple[str, str, bool]]:
    """One or two steps around an actor."""
    if state.to or state.at not in known().actors:
        return []
    words = {1: _("its own ties"), 2: _("and the ties of those")}
    return [
        (words[n], at(f"/explore?{state.address(depth=str(n) if n > 1 else '')}"), state.depth == n) for n in (1, 2)
    ]


def _sizes(state: State, shown: Explored) -> list[tuple[str, str, bool]]:
    """What the size of a symbol can stand for."""
    few = len(shown.network.actors) <= views.MOST_BETWEEN
    return [(name, _(views.MEASURE_TITLES[name]), state.size == name) for name in MEASURES if few or name != "between"]


def _beginnings() -> dict[str, Any]:
    """What the first page offers: countries, patterns, and who has most ties."""

    def make() -> dict[str, Any]:
        ties = Counter(p for tie in ground().network.ties.values() for p in tie.participants)
        ranked = sorted(ties, key=lambda a: (-ties[a], ground().network.actors[a].label))[:12]
        starts, told = names_of_starts(), spoken_actors(ranked)
        return {
            "countries": [
                (at(f"/explore?{State(path).address()}"), n) for path, n in starts if path.startswith("country/")
            ],
            "patterns": [
                (at(f"/explore?{State(path).address()}"), n) for path, n in starts if path.startswith("pattern/")
            ],
            "busiest": [
                (at(f"/explore?{State(path_of(a), card=path_of(a)).address()}"), told[a], ties[a]) for a in ranked
            ],
            "everything": at(f"/explore?{State(ALL).address()}"),
            "actors": len(ground().network.actors),
            "ties": len(ground().network.ties),
        }

    return kept("beginnings", make)


@pages.get("/explore.<slug:suffix>")
def take(suffix: str) -> Response:
    """What the address shows as a file that knows its address."""
    state = _state()

    def make() -> bytes:
        return file_of(suffix, explored(state), state, request.url_root)

    media_type = FILES[suffix][0] if suffix in FILES else "text/plain"
    response = fresh(make, media_type)
    stem = "-".join(part.rpartition("/")[2] for part in (state.at or "explorer", state.to) if part)[:80]
    response.headers["Content-Disposition"] = f'inline; filename="{stem}-{graph().version}.{suffix}"'
    return response


@pages.get("/embed")
def embed() -> Response:
    """The picture alone, for a page of another site to frame."""

    def make() -> str:
        state = _state()
        shown = explored(state)
        laid = views.drawn(shown, state.size, bare=len(shown.network.actors) > views.MOST_DRAWN)
        return render_template(
            "explore/embed.html",
            title=views.title(state) if state.at else _("Explorer"),
            sentence=views.sentence(shown, state),
            picture=views.still(laid, shown, state),
            filter_words=views.filter_words(state),
            address=f"{request.url_root}{at('/explore')[1:]}?{state.address(card='', q='')}",
            version=graph().version,
        )

    return fresh(make)


@pages.get("/explore/scene")
def scene() -> Response:
    """The picture as plain data, for a script that draws thousands of actors."""

    def make() -> bytes:
        shown = explored(state := _state())
        data = views.scene_data(views.drawn(shown, state.size, bare=True), shown)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

    return fresh(make, "application/json")
