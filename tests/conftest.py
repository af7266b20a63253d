"""What many tests share: the small invented data of two countries, and a release built from it once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from p2p_graph.config import Settings, share
from p2p_graph.curation import Sources
from p2p_graph.release import build
from tests.servers import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="session")
def curated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A P2P_HOME with one release of the curated data. Do not change it: tests of all processes read it."""
    base = tmp_path_factory.getbasetemp()
    # where tests run in several processes, each has a folder of its own in one of all
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "curated"
    home.mkdir(exist_ok=True)
    with (home / "door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not (home / "current").exists():
            build(Settings(home=home), today=DAY)
    return home


@pytest.fixture(scope="session")
def curated_release(curated_home: Path) -> Path:
    """The folder of that release."""
    return curated_home / "releases" / (curated_home / "current").read_text(encoding="utf-8").strip()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process: there cannot be two."""
    with chromium() as browser:
        yield browser
