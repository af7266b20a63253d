"""The website over the release of the invented countries; one app for all tests of the web."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.vocab import BASE, PREFIXES, mint
from tests.web.reading import CODE, closing, unchecked
from tests.web.standing import Office
from webapp import create_app, signed_in


@pytest.fixture(scope="session")
def app(example_home: Path) -> Iterator[Flask]:
    app = create_app(Settings(home=example_home, workers=1, client_minute=0))
    yield app
    closing(app)


@pytest.fixture(scope="session")
def small_app(example_home: Path) -> Iterator[Flask]:
    """The same with limits that are soon reached."""
    limits = {"query_rows": 20, "query_bytes": 4_000, "client_minute": 0}
    app = create_app(Settings(home=example_home, workers=1, query_seconds=0.6, **limits))
    yield app
    closing(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def small_client(small_app: Flask) -> FlaskClient:
    return small_app.test_client()


@pytest.fixture(scope="session")
def real(curated_home: Path) -> Iterator[FlaskClient]:
    """The site over the curated data, for what the example's countries are too small for."""
    app = create_app(Settings(home=curated_home, workers=1, client_minute=0))
    yield app.test_client()
    closing(app)


@pytest.fixture(scope="session")
def altered(tmp_path_factory: pytest.TempPathFactory, example_release: Path) -> Iterator[FlaskClient]:
    """The site over the same release, in which a practice is gone and names of things would like to be code."""
    folder: Path = tmp_path_factory.mktemp("altered") / example_release.name
    shutil.copytree(example_release, folder)
    gone = mint("practice", "long-gone")
    named = {"practice": "exford-buddies", "country": "XA", "organisation": "xa-outreach", "law": "xa-outreach-act"}
    day = Literal("2026-01-07", datatype=NamedNode(PREFIXES["xsd"] + "date"))
    said = [Quad(gone, NamedNode(PREFIXES["prov"] + "invalidatedAtTime"), day, NamedNode(f"{BASE}graph/withdrawn"))]
    for about in (mint(kind, slug) for kind, slug in named.items()):
        for name in (PREFIXES["rdfs"] + "label", PREFIXES["dcterms"] + "description"):
            said.append(Quad(about, NamedNode(name), Literal(CODE, language="en"), NamedNode(f"{BASE}graph/altered")))
    path = folder / "data.nq"
    instead = {(quad.subject, quad.predicate) for quad in said}
    kept = [quad for quad in parse(path=path) if (quad.subject, quad.predicate) not in instead]
    path.write_bytes(serialize([*kept, *said], format=RdfFormat.N_QUADS) or b"")
    unchecked(folder)
    app = create_app(Settings(home=folder.parent, store=str(folder), workers=1, client_minute=0))
    yield app.test_client()
    closing(app)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory, example_home: Path, example_sources: Sources) -> Iterator[Office]:
    """The site with a desk and a ledger of its own; each test invites whom it needs."""
    home = tmp_path_factory.mktemp("office") / "home"
    shutil.copytree(example_home, home)
    settings = Settings(home=home, workers=1, client_minute=0, client_sign_ins=0)
    app = create_app(settings)
    # passwords are kept as quickly as may be: their strength is not what is tried here
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    app.extensions["p2p_office"] = signed_in.Office(settings, example_sources, quick)
    yield Office(app)
    app.extensions["p2p_office"].close()
    closing(app)
