"""The side that takes what partners send. It checks and records; it never touches what is public.

Databases, passwords and the desk itself are imported where they are used: checking files needs none of them.
"""

from p2p_graph.contributing.validation import Shapes, Source, validate
from p2p_graph.contributing.wording import read_policy, wording_faults

__all__ = ["Shapes", "Source", "read_policy", "validate", "wording_faults"]
