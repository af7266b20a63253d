"""A home that an earlier version wrote: its release is read, its ledger brought on, the next release built on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing as closed
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from flask import Flask

from p2p_graph.config import Settings
from p2p_graph.contributing.accounts import Accounts
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.upgrading import config_for
from p2p_graph.curation import Sources
from p2p_graph.release import build, roll_back, verify
from p2p_graph.releases import current, versions
from tests.web.reading import closing
from webapp import create_app

PAGES = (
    "/en/",
    "/countries",
    "/country/XA",
    "/practice/exford-buddies",
    "/compare?countries=XA,XB",
    "/search?q=buddies",
    "/measures",
    "/country/XA/missing",
    "/queries/practices.csv",
    "/pl/country/XA",
    "/stats",
    "/changes",
    "/.well-known/void",
    "/ontology/",
)


@pytest.fixture(scope="module")
def home(example_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the first version left it: a release of quads, store and manifest, and the first tables of a ledger."""
    home = tmp_path_factory.mktemp("old")
    version = example_release.name.replace("0.1.0+2026-01-07", "0.0.9+2025-06-01")
    folder = home / "releases" / version
    folder.mkdir(parents=True)
    told = json.loads((example_release / "manifest.json").read_text(encoding="utf-8"))
    (folder / "data.nq").write_bytes((example_release / "data.nq").read_bytes())
    shutil.copytree(example_release / "store", folder / "store")
    kept = {name: told[name] for name in ("triples", "graphs", "counts", "content")}
    kept |= {"version": version, "created": "2025-06-01", "files": {"data.nq": told["files"]["data.nq"]}}
    (folder / "manifest.json").write_text(json.dumps(kept), encoding="utf-8")
    (home / "current").write_text(version + "\n", encoding="utf-8")
    engine = sa.create_engine(f"sqlite:///{home / 'ledger.sqlite'}")
    with engine.begin() as connection:
        command.upgrade(config_for(connection), "first")
        connection.execute(
            sa.text(
                "INSERT INTO accounts (name, role, slug, credit, password, made, failures) "
                "VALUES ('anna', 'steward', 'port-house', 'Port House', 'x', '2025-06-01T12:00:00.000000+00:00', 0)"
            )
        )
    engine.dispose()
    return home


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[Flask]:
    app = create_app(Settings(home=home, workers=1, client_minute=0))
    yield app
    closing(app)


def test_release_of_the_first_version_is_whole_and_read(home: Path, site: Flask) -> None:
    assert verify(current(Settings(home=home))) == ()
    client = site.test_client()
    found = {path: client.get(path, headers={"Accept": "text/html, */*;q=0.5"}).status_code for path in PAGES}
    assert {path: status for path, status in found.items() if status != 200} == {}
    assert client.get("/health/ready").get_json()["status"] == "ready"


def test_reading_does_not_wait_for_the_ledger_to_be_brought_on(home: Path, site: Flask) -> None:
    client = site.test_client()
    client.set_cookie("p2p_session", "x" * 43)
    html = {"Accept": "text/html"}
    assert client.get("/account", headers=html).status_code == 503
    assert client.get("/practice/exford-buddies").status_code == 200
    settings = Settings(home=home)
    with closed(Ledger.open(settings, upgrade=True)) as ledger:
        assert [one.account.name for one in Accounts(ledger).standings()] == ["anna"]
    # nothing is started anew
    assert client.get("/account", headers=html).status_code == 303


def test_the_next_release_stands_on_it_and_one_can_go_back(home: Path, site: Flask, example_sources: Sources) -> None:
    settings, client = Settings(home=home), site.test_client()
    old = current(settings).name
    new = build(settings, sources=example_sources).name
    assert new != old
    assert versions(settings) == [old, new]
    assert client.get("/health").get_json()["version"] == new
    assert client.get("/changes").status_code == 200
    assert roll_back(settings).name == old
    assert client.get("/health").get_json()["version"] == old
    assert client.get("/country/XA").status_code == 200
