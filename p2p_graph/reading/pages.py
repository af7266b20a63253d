"""A scene as a page to move about in, built by pyvis and rendered through our own template. No I/O but the template.

pyvis makes the nodes, edges and options of vis-network. Its own template loads scripts from other hosts and
writes data into a script; ours holds the data in a block of JSON, takes the addresses of its assets, and has
no inline script or style, so it stands under `default-src 'self'`. Without scripts the page is the SVG and
the equal table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyoxigraph import Literal, NamedNode

from p2p_graph.reading.drawing import Line, Mark, Scene, scene_svg
from p2p_graph.reading.sentences import ENGLISH, Words
from p2p_graph.reading.style import INK, NIGHT, NIGHT_INK, PAPER, ROLES, clean, dashes, role_data
from p2p_graph.vocab import shorten

__all__ = ["Assets", "pyvis_data", "pyvis_page", "standalone_page"]

#: words of the controls, in English unless a translation is passed
CONTROLS: Final[dict[str, str]] = {
    "nearer": "Zoom in",
    "farther": "Zoom out",
    "whole": "Show all",
    "close": "Close",
    "page": "Open the page of this actor",
    "ties": "Ties",
    "keys": "Arrow keys walk from an actor to the next, + and − zoom, 0 shows all, Escape closes.",
    "about": "Picture of the network",
    "table": "The same as a table",
}


@dataclass(frozen=True, slots=True)
class Assets:
    """The scripts and style sheets of the page: their addresses on our own server, or their texts to be embedded."""

    library: str
    script: str
    styles: tuple[str, ...] = ()


Link = Callable[[str], str | None]


def pyvis_data(
    drawn: Scene, *, href: Link | None = None, words: Words = ENGLISH, controls: Mapping[str, str] = CONTROLS
) -> dict[str, Any]:
    """All that `network.js` needs, as plain data: nodes, edges and options from pyvis, the style of the roles, cards.

    No label is ever markup: vis-network draws it on a canvas, `network.js` sets it as text.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.drawing import scene
    >>> from p2p_graph.reading.network import project
    >>> sorted(pyvis_data(scene(project(Table((), ())))))
    ['cards', 'controls', 'edges', 'nodes', 'options', 'page', 'roles']
    """
    network = _pyvis(drawn)
    nodes, edges, _, _, _, options = network.get_network_data()
    return {
        "nodes": nodes,
        "edges": edges,
        "options": json.loads(options),
        **_extras(drawn, href, words, controls),
    }


def _extras(drawn: Scene, href: Link | None, words: Words, controls: Mapping[str, str]) -> dict[str, Any]:
    ids = _ids(drawn)
    cards = {
        ids[mark.address]: {
            "label": clean(mark.label),
            "role": clean(mark.role),
            "family": mark.family,
            "count": words.ties(len(mark.ties)),
            "ties": [drawn.sentences[tie] for tie in mark.ties],
            "href": (href(mark.address) if href else None) or "",
        }
        for mark in drawn.marks
    }
    return {
        "roles": role_data(),
        "cards": cards,
        "controls": dict(controls),
        "page": {"day": {"paper": PAPER, "ink": INK}, "night": {"paper": NIGHT, "ink": NIGHT_INK}},
    }


def _ids(drawn: Scene) -> dict[str, str]:
    """Short names for addresses; an address without a prefix of ours gets a number, as it may be of any length."""
    ids: dict[str, str] = {}
    for number, address in enumerate([*(m.address for m in drawn.marks), *drawn.junctions]):
        short = shorten(address)
        ids[address] = short if "/" not in short and len(short) < 200 else f"x:{number}"
    return ids


def _pyvis(drawn: Scene) -> Any:
    # pyvis pulls in IPython for notebooks; who only wants SVG need not wait for it.
    from pyvis.network import Network as PyvisNetwork

    # An undirected network of pyvis drops the second tie between the same two; arrows are set for each edge.
    network = PyvisNetwork(directed=True, cdn_resources="local", height="100%", width="100%", bgcolor=PAPER)
    ids = _ids(drawn)
    for mark in drawn.marks:
        network.add_node(ids[mark.address], **_node(mark))
    for tie, (x, y) in drawn.junctions.items():
        options = {"label": " ", "shape": "square", "size": 3, "color": INK, "x": x, "y": y}
        network.add_node(ids[tie], group="junction", fixed=True, physics=False, **options)
    for number, line in enumerate(drawn.lines):
        network.add_edge(ids[line.start], ids[line.end], id=f"{line.kind}-{number}", **_edge(line))
    network.set_options(json.dumps(_OPTIONS))
    return network


#: The shapes of vis-network nearest to ours, for data used without `network.js`, which draws the very outlines.
_SHAPES: Final = {"circle": "dot", "ring": "dot", "rounded": "square", "pentagon": "star"}

_OPTIONS: Final[dict[str, Any]] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False, "randomSeed": 0},
    "interaction": {
        "dragNodes": False,
        "hover": True,
        "keyboard": {"enabled": False},
        "navigationButtons": False,
        "selectConnectedEdges": True,
        "tooltipDelay": 0,
    },
    "nodes": {"font": {"size": 12, "multi": False, "face": "'Source Sans 3', 'Noto Sans', sans-serif"}},
    "edges": {"smooth": False, "color": {"color": INK, "inherit": False}, "selectionWidth": 1.2, "hoverWidth": 0.6},
}


def _node(mark: Mark) -> dict[str, Any]:
    style = ROLES[mark.family]
    open_ = style.shape == "ring"
    return {
        "label": mark.short or " ",
        "shape": _SHAPES.get(style.shape, style.shape),
        "color": {"background": PAPER if open_ else style.fill, "border": style.line},
        "borderWidth": 3 if open_ else 1.3,
        "size": mark.radius,
        "x": mark.x,
        "y": mark.y,
        "fixed": True,
        "physics": False,
        "role": mark.family,
        "labelRows": mark.rows,
        "labelAt": list(mark.label_at) if mark.label_at else None,
    }


def _edge(line: Line) -> dict[str, Any]:
    options: dict[str, Any] = {
        "kind": line.kind,
        "against": line.against,
        "arrows": {"to": {"enabled": line.arrow, "scaleFactor": 0.5}},
        "width": 0.8 if line.kind == "affiliation" else 2 if line.against else 1.5,
        "color": {"opacity": 0.28 if line.kind == "affiliation" or line.faint else 0.9 if line.against else 0.6},
        "dashes": list(dashes(line.form, 1.5)) or False,
        "physics": False,
    }
    if line.bend:
        kind = "curvedCCW" if line.bend > 0 else "curvedCW"
        options["smooth"] = {"enabled": True, "type": kind, "roundness": min(0.5, abs(line.bend) / 90)}
    return options


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("p2p_graph.reading"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def pyvis_page(
    drawn: Scene,
    assets: Assets,
    title: str,
    description: str,
    *,
    language: str = "en",
    href: Link | None = None,
    words: Words = ENGLISH,
    controls: Mapping[str, str] = CONTROLS,
) -> str:
    """The page of a network, rendered by pyvis through our template; its assets come from our own server.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.drawing import scene
    >>> from p2p_graph.reading.network import project
    >>> page = pyvis_page(scene(project(Table((), ()))), Assets("/vis.js", "/network.js"), "Malta", "No tie.")
    >>> '<script src="/vis.js" defer></script>' in page
    True
    """
    return _render(drawn, assets, title, description, False, language, href, words, controls)


def standalone_page(
    drawn: Scene,
    assets: Assets,
    title: str,
    description: str,
    *,
    language: str = "en",
    href: Link | None = None,
    words: Words = ENGLISH,
    controls: Mapping[str, str] = CONTROLS,
    notes: Sequence[tuple[str, str]] = (),
) -> str:
    """The same page as one file to take away. `assets` holds the texts of the scripts and style sheets themselves.

    `notes` are names and texts about it (address, licence, sources …); one that is an address of the web is a link.
    Its own policy forbids it to fetch anything from anywhere. Raises ValueError if an asset would end its element.
    """
    for text in (assets.library, assets.script, *assets.styles):
        if "</script" in text.lower() or "</style" in text.lower():
            raise ValueError("a script or style sheet to embed holds a closing tag")
    return _render(drawn, assets, title, description, True, language, href, words, controls, notes)


def _render(
    drawn: Scene,
    assets: Assets,
    title: str,
    description: str,
    embed: bool,
    language: str,
    href: Link | None,
    words: Words,
    controls: Mapping[str, str],
    notes: Sequence[tuple[str, str]] = (),
) -> str:
    network = _pyvis(drawn)
    network.path = "network-page.html"
    network.templateEnv = _environment().overlay()
    network.templateEnv.globals = {
        "assets": assets,
        "embed": embed,
        "language": language,
        "title": clean(title),
        "description": clean(description, 1200),
        "extras": _extras(drawn, href, words, controls),
        "controls": controls,
        "picture": scene_svg(drawn, title, description, ident="still", href=href, words=words),
        "rows": _rows(drawn, words),
        "notes": [(name, clean(text, 20_000)) for name, text in notes],
        "dict": dict,
        "decoded": json.loads,
    }
    page: str = network.generate_html()
    return page


def _rows(drawn: Scene, words: Words) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for record in drawn.rows.records():
        cells = [t.value if isinstance(t, Literal | NamedNode) else "" for t in record.values()]
        rows.append((clean(cells[1]), clean(cells[2]), words.families[cells[3]], cells[4], clean(cells[5], 2000)))
    return rows
