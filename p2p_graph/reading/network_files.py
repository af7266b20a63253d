"""A network as a file that other programs read: GraphML, GEXF, JSON of nodes and links, CSV of its table."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Final

import networkx as nx

from p2p_graph import formats
from p2p_graph.errors import UnknownFormat
from p2p_graph.reading.network import Network, network_rows

__all__ = ["NETWORK_FORMATS", "write_network"]


def write_network(network: Network, name: str, version: str = "") -> bytes:
    """The network as bytes in one of NETWORK_FORMATS; the version of the data stands inside where it can.

    Raises UnknownFormat.
    """
    if name not in NETWORK_FORMATS:
        known = ", ".join(NETWORK_FORMATS)
        raise UnknownFormat(f"A network has no format {name!r}; there are: {known}.", formats=tuple(NETWORK_FORMATS))
    return NETWORK_FORMATS[name](network, version)


def _graphml(network: Network, version: str) -> bytes:
    return ("\n".join(nx.generate_graphml(_plain(network, version))) + "\n").encode()


def _gexf(network: Network, version: str) -> bytes:
    graph = _plain(network, version)
    # GEXF knows edges by an id of their own; the address of the tie alone would stand on several.
    for number, (_, _, edge) in enumerate(graph.edges(data=True)):
        edge["id"] = str(number)
    file = io.BytesIO()
    nx.write_gexf(graph, file)
    return file.getvalue()


def _json(network: Network, version: str) -> bytes:
    data = nx.node_link_data(_plain(network, version), edges="links")
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(network: Network, version: str) -> bytes:
    return formats.write(network_rows(network), "csv")


def _plain(network: Network, version: str) -> nx.MultiGraph[str]:
    """A copy whose attributes are text, numbers or yes and no, which is all that these files can hold."""
    graph: nx.MultiGraph[str] = nx.MultiGraph(name="Peer2Peer Graph", version=version)
    for node, attributes in network.graph.nodes(data=True):
        graph.add_node(node, **_told(attributes))
    for one, other, key, attributes in network.graph.edges(keys=True, data=True):
        graph.add_edge(one, other, key=key, **_told(attributes), tie=key)
    return graph


def _told(attributes: Mapping[str, object]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name, value in attributes.items():
        if isinstance(value, tuple | list | set | frozenset):
            told[name] = "; ".join(sorted(map(str, value)))
        elif value is not None:
            told[name] = value if isinstance(value, bool | int | float) else str(value)
    return told


#: how each format is written
NETWORK_FORMATS: Final[Mapping[str, Callable[[Network, str], bytes]]] = {
    "graphml": _graphml,
    "gexf": _gexf,
    "json": _json,
    "csv": _csv,
}
