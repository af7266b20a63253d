"""The reading side: one published release, asked and drawn."""

from p2p_graph.reading.graph import Graph, open_graph

__all__ = ["Graph", "open_graph"]
