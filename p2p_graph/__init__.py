"""Peer2Peer Graph: who cooperates with whom in drug outreach work, in which form, where, and with what evidence.

>>> from p2p_graph import open_graph
>>> with open_graph() as graph:  # doctest: +SKIP
...     graph.run("practices-by-country", country="PT")
"""

from importlib.metadata import version as _version

from p2p_graph.errors import P2PError
from p2p_graph.model import Boolean, Limits, Table, Triples, View
from p2p_graph.reading import Graph, open_graph

__all__ = ["Boolean", "Graph", "Limits", "P2PError", "Table", "Triples", "View", "__version__", "open_graph"]

__version__ = _version("p2p-graph")
