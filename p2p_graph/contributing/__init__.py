"""The side that takes what partners send. It checks; it never touches what is public."""

from p2p_graph.contributing.validation import Shapes, Source, validate
from p2p_graph.contributing.wording import read_policy, wording_faults

__all__ = ["Shapes", "Source", "read_policy", "validate", "wording_faults"]
