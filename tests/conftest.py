"""What many tests share: the small invented data of two countries, and a release built from it once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from p2p_graph.config import Settings, share
from p2p_graph.curation import Sources
from p2p_graph.release import build

#: the day on which the releases of the tests are made
DAY = date(2026, 1, 7)


@pytest.fixture(scope="session")
def example_sources() -> Sources:
    """The invented countries XA and XB, with our own ontology and queries."""
    return Sources(Path(__file__).parent / "data" / "triples", share("ontology"), share("queries"))


@pytest.fixture(scope="session")
def example_home(tmp_path_factory: pytest.TempPathFactory, example_sources: Sources) -> Path:
    """A P2P_HOME with one release of the example data. Do not change it: other tests read it too."""
    home = tmp_path_factory.mktemp("home")
    build(Settings(home=home), sources=example_sources, today=DAY)
    return home


@pytest.fixture(scope="session")
def example_release(example_home: Path) -> Path:
    """The folder of that release."""
    return example_home / "releases" / (example_home / "current").read_text(encoding="utf-8").strip()
