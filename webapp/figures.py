"""What the explorer shows, to take away: files that hold legend, filters, sources, licence, version and address."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from flask_babel import gettext as _

from p2p_graph.errors import AnswerTooLarge, UnknownFormat
from p2p_graph.reading.drawing import scene_svg
from p2p_graph.reading.exploring import Explored
from p2p_graph.reading.network_files import Beside, write_network
from p2p_graph.reading.pages import Assets, standalone_page
from p2p_graph.reading.style import ROLES, role_css
from p2p_graph.vocab import PREFIXES
from webapp.course import State
from webapp.current_graph import graph
from webapp.explored import MEASURE_TITLES, MOST_DRAWN, drawn, filter_words, sentence, title
from webapp.languages import N_, NN_, at, how_many
from webapp.speaking import words
from webapp.terrain import ground

__all__ = ["FILES", "about", "file_of", "notes"]

_HERE: Final = Path(__file__).resolve().parent / "static"
#: suffix → media type, and what a link to it is called; the pictures first
FILES: Final[Mapping[str, tuple[str, str]]] = {
    "svg": ("image/svg+xml", "SVG"),
    "html": ("text/html; charset=utf-8", N_("Page that stands alone")),
    "graphml": ("application/graphml+xml", "GraphML"),
    "gexf": ("application/gexf+xml", "GEXF"),
    "json": ("application/json", "JSON"),
    "zip": ("application/zip", N_("CSV, two tables")),
}
#: with more actors than this no file is drawn: it would be slow to make and to open
_MOST_IN_SVG: Final = 6_000


def about(shown: Explored, state: State, root: str) -> dict[str, str]:
    """What a file is about, by name: all one needs to read it, to cite it, and to open its picture again."""
    spoken = words()
    forms = ", ".join(f"{spoken.forms[form]}: {_(line)}" for form, line in _LINES.items())
    roles = ", ".join(f"{spoken.families[f]}: {_(_SHAPES[role.shape])} ({role.fill})" for f, role in ROLES.items())
    return {
        "title": title(state),
        "description": sentence(shown, state),
        "address": f"{root}{at('/explore')[1:]}?{state.address(card='', q='')}",
        "filters": filter_words(state) or _("none"),
        "size": _("stands for %(measure)s", measure=_(MEASURE_TITLES[state.size])),
        "legend": _(
            "Roles – %(roles)s. Lines – %(forms)s. A bar across a line: against. A thin line: belongs to.",
            roles=roles,
            forms=forms,
        ),
        "sources": "; ".join(_sources(shown)),
        "queries": ", ".join(f"{root}queries/{name}" for name in ("ties-of-country", "tie-details-of-country")),
        "licence": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
        "version": f"Peer2Peer Graph {graph().version}",
    }


_SHAPES: Final = {
    "circle": N_("circle"),
    "ring": N_("ring"),
    "rounded": N_("rounded square"),
    "hexagon": N_("hexagon"),
    "diamond": N_("diamond"),
    "triangle": N_("triangle"),
    "square": N_("square"),
    "pentagon": N_("pentagon"),
    "dot": N_("dot"),
}
_SOURCES: Final = NN_(
    "Sources: %(count)s document, named inside this file.", "Sources: %(count)s documents, named inside this file."
)
_LINES: Final = {
    "formal": N_("solid"),
    "informal": N_("dashed"),
    "mixed": N_("dashes and dots"),
    "unstated": N_("dotted"),
}


def _sources(shown: Explored) -> list[str]:
    """The documents that what is shown was read in, by title, each with its address."""
    traits = ground().traits
    slugs = {slug for tie in shown.network.ties for slug in traits[tie].get("source", ())}
    addresses = [PREFIXES["document"] + slug for slug in sorted(slugs)]
    labels = graph().labels(addresses)
    return sorted(f"{labels[a]} <{a}>" for a in addresses)


def notes(told: Mapping[str, str]) -> list[str]:
    """The lines under a picture."""
    number = told["sources"].count("; ") + 1 if told["sources"] else 0
    return [
        f"{told['title']}. {told['description']}",
        _("Filters: %(filters)s. Size %(size)s.", filters=told["filters"], size=told["size"])
        + f" {how_many(_SOURCES, number)}",
        f"{told['version']}, {told['licence']}",
        told["address"],
    ]


def file_of(suffix: str, shown: Explored, state: State, root: str) -> bytes:
    """What is shown as a file. Raises UnknownFormat, and AnswerTooLarge for a picture of too many."""
    if suffix not in FILES:
        known = ", ".join(FILES)
        raise UnknownFormat(f"A picture has no format {suffix[:20]!r}; there are: {known}.", formats=tuple(FILES))
    told = about(shown, state, root)
    drawings: dict[str, Callable[[], bytes]] = {
        "svg": lambda: _svg(shown, state, told),
        "html": lambda: _page(shown, state, told),
    }
    if suffix in drawings:
        return drawings[suffix]()
    beside = Beside(graph().version, shown.places, {n: text for n, text in told.items() if n != "version"})
    return write_network(shown.network, suffix, beside)


def _bounded(shown: Explored, most: int) -> None:
    if (number := len(shown.network.actors)) > most:
        raise AnswerTooLarge(
            f"The picture has {number:,} actors; such a file is made of at most {most:,}. Filter it, or take GEXF.",
            actors=number,
            most=most,
        )


def _svg(shown: Explored, state: State, told: Mapping[str, str]) -> bytes:
    _bounded(shown, _MOST_IN_SVG)
    laid = drawn(shown, state.size)
    text = scene_svg(
        laid,
        told["title"],
        told["description"],
        ident="figure",
        standalone=True,
        notes=notes(told),
        metadata=json.dumps(told, ensure_ascii=False),
    )
    return text.encode()


def _page(shown: Explored, state: State, told: Mapping[str, str]) -> bytes:
    _bounded(shown, MOST_DRAWN)
    styles = (role_css(), (_HERE / "css" / "network.css").read_text(encoding="utf-8"))
    library = next((_HERE / "vendor").glob("vis-network-*/vis-network.min.js"))
    assets = Assets(
        library.read_text(encoding="utf-8"), (_HERE / "js" / "network.js").read_text(encoding="utf-8"), styles
    )
    named = [(name.capitalize(), text) for name, text in told.items() if name not in ("title", "description")]
    page = standalone_page(drawn(shown, state.size), assets, told["title"], told["description"], notes=named)
    return page.encode()
