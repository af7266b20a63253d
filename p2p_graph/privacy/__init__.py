"""What could lead to a person, and what is done about it: found, made coarser, or withheld. No I/O here.

The words and numbers of the policy stand in `ontology/policy.json`; what is protected, how, and where the limits are,
in `docs/privacy.md`.
"""

from p2p_graph.privacy.facts import Exposure, Gate
from p2p_graph.privacy.groups import Change, Coarser, Crowd, coarsen
from p2p_graph.privacy.policy import Ladder, Policy
from p2p_graph.privacy.tables import Hidden, bounds, suppress
from p2p_graph.privacy.texts import Disclosure, Reader, disclosures, masked
from p2p_graph.privacy.words import COARSER, WORDS, explain

__all__ = [
    "COARSER",
    "WORDS",
    "Change",
    "Coarser",
    "Crowd",
    "Disclosure",
    "Exposure",
    "Gate",
    "Hidden",
    "Ladder",
    "Policy",
    "Reader",
    "bounds",
    "coarsen",
    "disclosures",
    "explain",
    "masked",
    "suppress",
]
