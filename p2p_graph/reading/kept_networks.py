"""Networks out of the answers that a release keeps, and what takes long to find about each: one at a time, anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from p2p_graph.reading.drawing import positions
from p2p_graph.reading.kept import Kept, places_bytes
from p2p_graph.reading.measuring import Measured, measured
from p2p_graph.reading.network import Network, project

__all__ = ["measured_of", "network_of", "places_of"]


def network_of(answers: Path, texts: Sequence[str]) -> Network:
    """The network whose queries have some texts. Raises LookupError where the folder does not hold their answers."""
    kept = Kept(answers)
    tables = [kept.table(text) for text in texts]
    found = [table for table in tables if table is not None]
    if len(found) < len(tables):
        raise LookupError(f"{answers} does not hold the answers of this network.")
    return project(*found)


def places_of(answers: Path, texts: Sequence[str]) -> bytes:
    """Where the actors of a network stand, as it is kept."""
    return places_bytes(positions(network_of(answers, texts)))


def measured_of(answers: Path, texts: Sequence[str], code: str) -> Measured:
    """All measures of a network, by the code of its country."""
    return measured(network_of(answers, texts), code)
