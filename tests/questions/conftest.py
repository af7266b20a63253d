"""A release of the curated data, for questions whose answers are written down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from p2p_graph import Graph, open_graph
from p2p_graph.config import Settings
from p2p_graph.release import build
from tests.conftest import DAY


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    home = tmp_path_factory.mktemp("curated")
    settings = Settings(home=home, workers=1)
    build(settings, today=DAY)
    with open_graph(settings=settings) as graph:
        yield graph
