"""The reading side: one published release, asked and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from p2p_graph.reading.graph import Graph, open_graph

__all__ = ["Graph", "open_graph"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for: a query worker needs none of what `Graph` needs."""
    if name in __all__:
        from p2p_graph.reading import graph

        return getattr(graph, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
