"""One small release, and the three stores that the contract suite runs over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store as Engine, parse, serialize

from p2p_graph.config import Settings
from p2p_graph.reading.store import Store, open_store
from p2p_graph.vocab import BASE

VERSION = "0.1.0+2026-01-07.1"
MINI = Path(__file__).parent.parent / "data" / "mini"


def make_release(folder: Path) -> Path:
    """A release folder from the Turtle of `tests/data/mini`, as far as a store reads it."""
    folder.mkdir(parents=True)
    dataset = NamedNode(f"{BASE}graph/dataset")
    quads = [Quad(dataset, NamedNode("http://purl.org/dc/terms/hasVersion"), Literal(VERSION), dataset)]
    for path in sorted(MINI.glob("*.ttl")):
        graph = NamedNode(f"{BASE}graph/{path.stem}")
        quads += [Quad(q.subject, q.predicate, q.object, graph) for q in parse(path=path, format=RdfFormat.TURTLE)]
    written = serialize(quads, format=RdfFormat.N_QUADS)
    assert written is not None
    (folder / "data.nq").write_bytes(b"".join(sorted(written.splitlines(keepends=True))))
    engine = Engine(str(folder / "store"))
    engine.bulk_load(path=folder / "data.nq", format=RdfFormat.N_QUADS)
    engine.flush()
    (folder / "manifest.json").write_text(json.dumps({"version": VERSION, "triples": len(quads)}), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small release. Do not change it: every store reads it."""
    return make_release(tmp_path_factory.mktemp("mini") / "release")


@pytest.fixture(scope="session")
def oxigraph_endpoint(release: Path) -> Iterator[str]:
    with servers.oxigraph(release / "data.nq") as address:
        yield address


@pytest.fixture(scope="session")
def virtuoso_endpoint(release: Path) -> Iterator[str]:
    with servers.virtuoso(release / "data.nq") as address:
        yield address


@pytest.fixture(scope="module", params=["memory", "disk", "oxigraph", "virtuoso"])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine that the test runs on."""
    return str(request.param)


@pytest.fixture(scope="module")
def store(engine: str, release: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """The small release behind each engine."""
    if engine in ("memory", "disk"):
        location: str | Path = release
    else:
        location = request.getfixturevalue(f"{engine}_endpoint")
    store = open_store(location, Settings(workers=2, disk_from=0 if engine == "disk" else 1_000))
    yield store
    store.close()


@pytest.fixture
def embedded(release: Path) -> Iterator[Store]:
    """A store of the test's own, to be ill-treated."""
    store = open_store(release, Settings(workers=2))
    yield store
    store.close()


@pytest.fixture(scope="session", params=["oxigraph", "virtuoso"])
def curated_remote(
    request: pytest.FixtureRequest, curated_release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The name of an engine, and the address of its server that holds the curated data."""
    with getattr(servers, request.param)(beside(curated_release, tmp_path_factory.mktemp("server"))) as address:
        yield request.param, address


def beside(release: Path, folder: Path) -> Path:
    """The data of a release where a server may write beside it."""
    return shutil.copy(release / "data.nq", folder / "data.nq")
