"""Peer2Peer Graph: who cooperates with whom in drug outreach work, in which form, where, and with what evidence.

>>> from p2p_graph import open_graph
>>> with open_graph() as graph:  # doctest: +SKIP
...     graph.run("practices-by-country", country="PT")
"""

from __future__ import annotations

from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any

from p2p_graph.errors import P2PError
from p2p_graph.model import Boolean, Limits, Table, Triples, View

if TYPE_CHECKING:
    from p2p_graph.reading import Graph, open_graph

__all__ = ["Boolean", "Graph", "Limits", "P2PError", "Table", "Triples", "View", "__version__", "open_graph"]

__version__ = _version("p2p-graph")


def __getattr__(name: str) -> Any:
    """`Graph` and `open_graph` come when they are asked for: a query worker needs none of what they need."""
    if name in ("Graph", "open_graph"):
        from p2p_graph import reading

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
