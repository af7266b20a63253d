"""The side that takes what partners send. It checks; it never touches what is public."""

from p2p_graph.contributing.validation import Shapes, Source, validate

__all__ = ["Shapes", "Source", "validate"]
