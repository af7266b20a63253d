"""A release of the curated data, for questions whose answers are written down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from p2p_graph import Graph, open_graph
from p2p_graph.config import Settings


@pytest.fixture(scope="session")
def graph(curated_home: Path) -> Iterator[Graph]:
    with open_graph(settings=Settings(home=curated_home, workers=1)) as graph:
        yield graph
