"""A ledger on each database, a desk over the invented data, and the people who stand before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
import sqlalchemy as sa

from p2p_graph.config import Settings
from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.form import Form
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.naming import Names
from p2p_graph.contributions import knowledge, read_form
from p2p_graph.curation import Sources


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with servers.postgresql() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Where P2P_LEDGER points: the file, or a database that is emptied before each test."""
    if request.param == "sqlite":
        return ""
    address = str(request.getfixturevalue("postgresql_server"))
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return address


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(home=tmp_path / "home", ledger=database)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    opened = Ledger.open(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def rules(example_sources: Sources) -> tuple[Known, Check]:
    """What a desk knows of the invented countries; read once."""
    return knowledge(example_sources)


@pytest.fixture
def desk(ledger: Ledger, rules: tuple[Known, Check]) -> Desk:
    """A desk over the invented countries."""
    return Desk(ledger, *rules)


@pytest.fixture(scope="session")
def form(example_sources: Sources) -> Form:
    """What partners are asked; read once."""
    return read_form(example_sources)


@pytest.fixture(scope="session")
def names(rules: tuple[Known, Check]) -> Names:
    """The names of the invented countries."""
    return Names(rules[0])
