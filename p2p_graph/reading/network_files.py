"""A network as a file that other programs read: GraphML, GEXF, JSON of nodes and links, CSV of its table or a pair.

What a picture knows beside its network goes into the file too: where everybody stands, and what it is about.
"""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import networkx as nx
from pyoxigraph import Literal, NamedNode

from p2p_graph import formats
from p2p_graph.errors import UnknownFormat
from p2p_graph.model import Table, Term
from p2p_graph.reading.network import Network, network_rows
from p2p_graph.reading.style import ROLES, clean

__all__ = ["NETWORK_FORMATS", "Beside", "write_network"]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file holds beside the network: the version of the data, where actors stand, and what it is about.

    `about` is text by name (title, address, filters, licence, sources …); files without a place for it leave it out.
    """

    version: str = ""
    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


def write_network(network: Network, name: str, beside: Beside | None = None) -> bytes:
    """The network as bytes in one of NETWORK_FORMATS, with what stands beside it where the format has a place for it.

    The same network gives the same bytes. Raises UnknownFormat.
    """
    if name not in NETWORK_FORMATS:
        known = ", ".join(NETWORK_FORMATS)
        raise UnknownFormat(f"A network has no format {name!r}; there are: {known}.", formats=tuple(NETWORK_FORMATS))
    return NETWORK_FORMATS[name](network, beside or Beside())


def _graphml(network: Network, beside: Beside) -> bytes:
    return ("\n".join(nx.generate_graphml(_plain(network, beside))) + "\n").encode()


def _gexf(network: Network, beside: Beside) -> bytes:
    graph = _plain(network, beside)
    # GEXF knows edges by an id of their own; the address of the tie alone would stand on several.
    for number, (_, _, edge) in enumerate(graph.edges(data=True)):
        edge["id"] = str(number)
    for node, attributes in graph.nodes(data=True):
        x, y = attributes.pop("x", None), attributes.pop("y", None)
        attributes["viz"] = _seen(network.actors[node].family)
        if x is not None:
            # the vertical axis of GEXF points upwards
            attributes["viz"]["position"] = {"x": x, "y": -y, "z": 0.0}
    file = io.BytesIO()
    nx.write_gexf(graph, file)
    return _told_in_gexf(file.getvalue(), beside)


def _seen(family: str) -> dict[str, Any]:
    red, green, blue = (int(ROLES[family].fill[i : i + 2], 16) for i in (1, 3, 5))
    shape = {"diamond": "diamond", "triangle": "triangle", "square": "square", "rounded": "square"}
    return {"color": {"r": red, "g": green, "b": blue, "a": 1.0}, "shape": shape.get(ROLES[family].shape, "disc")}


def _told_in_gexf(content: bytes, beside: Beside) -> bytes:
    """The head of a GEXF file: who made it and what it is about, instead of a program and a day."""
    space = "http://www.gexf.net/1.2draft"
    ET.register_namespace("", space)
    ET.register_namespace("viz", f"{space}/viz")
    root = ET.fromstring(content)
    meta = root.find(f"{{{space}}}meta")
    if meta is None:
        meta = ET.Element(f"{{{space}}}meta")
        root.insert(0, meta)
    meta.attrib.clear()
    for child in list(meta):
        meta.remove(child)
    ET.SubElement(meta, f"{{{space}}}creator").text = "Peer2Peer Graph"
    told = {"version": beside.version, **beside.about}
    text = "\n".join(f"{name}: {value}" for name, value in told.items() if value)
    ET.SubElement(meta, f"{{{space}}}description").text = text
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _json(network: Network, beside: Beside) -> bytes:
    data = nx.node_link_data(_plain(network, beside), edges="links")
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(network: Network, beside: Beside) -> bytes:
    return formats.write(network_rows(network), "csv")


def _pair(network: Network, beside: Beside) -> bytes:
    """An archive of two tables, of actors and of the two ends of each tie, with a page of what they are about."""
    told = {"version": beside.version, **beside.about}
    about = "\n".join(f"{name}: {value}" for name, value in told.items() if value) + "\n"
    file = io.BytesIO()
    # neither packed nor dated: who looks into the file finds the text, and the same content is the same bytes
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (
            ("actors.csv", formats.write(_actor_rows(network, beside), "csv-excel")),
            ("ties.csv", formats.write(_tie_rows(network), "csv-excel")),
            ("about.txt", about.encode()),
        ):
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def _actor_rows(network: Network, beside: Beside) -> Table:
    rows = []
    for address, actor in network.actors.items():
        x, y = beside.places.get(address, (None, None))
        cells = (Literal(actor.label), Literal(actor.role_label), Literal(actor.family))
        numbers = (Literal(len(network.ties_of(address))), *(None if n is None else Literal(n) for n in (x, y)))
        rows.append((NamedNode(address), *cells, *numbers))
    return Table(("id", "label", "role", "family", "ties", "x", "y"), tuple(rows))


def _tie_rows(network: Network) -> Table:
    columns = ("source", "target", "tie", "form", "polarity", "functions", "practices", "since", "until", "giver")
    rows: list[tuple[Term | None, ...]] = []
    for one, other, key, edge in network.graph.edges(keys=True, data=True):
        tie = network.ties[key]
        practices = "; ".join(network.practice_labels.get(p, p) for p in tie.practices)
        words = (tie.form, tie.polarity, "; ".join(tie.functions), practices)
        years = tuple(None if year is None else Literal(year) for year in (tie.start, tie.end))
        giver = NamedNode(edge["giver"]) if edge["giver"] else None
        rows.append((NamedNode(one), NamedNode(other), NamedNode(key), *map(Literal, words), *years, giver))
    return Table(columns, tuple(rows))


def _plain(network: Network, beside: Beside) -> nx.MultiGraph[str]:
    """A copy whose attributes are text, numbers or yes and no, which is all that these files can hold."""
    about = {name: clean(value, 100_000) for name, value in beside.about.items() if value}
    graph: nx.MultiGraph[str] = nx.MultiGraph(name="Peer2Peer Graph", version=beside.version, **about)
    for node, attributes in network.graph.nodes(data=True):
        graph.add_node(node, **_told(attributes))
        if node in beside.places:
            graph.nodes[node]["x"], graph.nodes[node]["y"] = map(float, beside.places[node])
    for one, other, key, attributes in network.graph.edges(keys=True, data=True):
        graph.add_edge(one, other, key=key, **_told(attributes), tie=key)
    return graph


def _told(attributes: Mapping[str, object]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name, value in attributes.items():
        if isinstance(value, tuple | list | set | frozenset):
            told[name] = clean("; ".join(sorted(map(str, value))), 10_000)
        elif value is not None:
            told[name] = value if isinstance(value, bool | int | float) else clean(str(value), 10_000)
    return told


#: how each format is written
NETWORK_FORMATS: Final[Mapping[str, Callable[[Network, Beside], bytes]]] = {
    "graphml": _graphml,
    "gexf": _gexf,
    "json": _json,
    "csv": _csv,
    "zip": _pair,
}
