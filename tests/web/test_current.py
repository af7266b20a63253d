"""A new release is seen at the next request; requests under way end on the release they began with."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.errors import NoRelease
from p2p_graph.release import build
from tests.web.reading import closing
from webapp import create_app
from webapp.current_graph import CurrentGraph, is_lasting


@pytest.fixture
def home(tmp_path: Path, example_home: Path) -> Path:
    shutil.copytree(example_home, tmp_path / "home")
    return tmp_path / "home"


def next_release(home: Path, sources: Sources, folder: Path) -> None:
    """Another release: the same data without one practice."""
    data = folder / "triples"
    shutil.copytree(sources.data, data)
    path = data / "xa" / "practices" / "exford-round-table.ttl"
    path.unlink()
    build(Settings(home=home), sources=Sources(data, sources.ontology, sources.queries), today=date(2026, 2, 1))


def test_new_release_is_seen_by_the_next_request(home: Path, tmp_path: Path, example_sources: Sources) -> None:
    app = create_app(Settings(home=home, workers=1))
    client = app.test_client()
    before = client.get("/health").get_json()["version"]
    tag = client.get("/practices").headers["ETag"]
    assert client.get("/practice/exford-round-table").status_code == 200
    next_release(home, example_sources, tmp_path)
    assert client.get("/practice/exford-round-table").status_code == 404
    assert client.get("/health").get_json()["version"] != before
    assert client.get("/practices", headers={"If-None-Match": tag}).status_code == 200
    closing(app)


def test_request_under_way_keeps_its_release(home: Path, tmp_path: Path, example_sources: Sources) -> None:
    current = CurrentGraph(Settings(home=home, workers=1))
    old = current.take()
    next_release(home, example_sources, tmp_path)
    new = current.take()
    assert old.graph.version != new.graph.version
    assert len(old.graph.run("practices")) == 3
    assert len(new.graph.run("practices")) == 2
    current.give_back(old)
    with pytest.raises(Exception, match="closed"):
        old.graph.ask("ASK {}")
    assert len(new.graph.run("practices")) == 2
    current.give_back(new)
    current.close()


def test_broken_release_leaves_the_last_one(home: Path) -> None:
    app = create_app(Settings(home=home, workers=1))
    client = app.test_client()
    version = client.get("/health").get_json()["version"]
    (home / "current").write_text("0.0.0+2030-01-01.1", encoding="utf-8")
    assert client.get("/health").get_json()["version"] == version
    assert client.get("/practice/exford-buddies").status_code == 200
    closing(app)


def test_no_release_says_what_to_do(tmp_path: Path) -> None:
    app: Flask = create_app(Settings(home=tmp_path))
    for accept, kind in (("text/html", "text/html"), ("*/*", "application/problem+json")):
        response = app.test_client().get("/practices", headers={"Accept": accept})
        assert (response.status_code, response.mimetype) == (503, kind)
        assert "p2p release" in response.get_data(as_text=True)
    with pytest.raises(NoRelease):
        CurrentGraph(Settings(home=tmp_path)).take()
    closing(app)


def test_answers_are_kept_within_bounds(example_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.current_graph._KEPT", 25)
    monkeypatch.setattr("webapp.current_graph._LARGEST", 12)
    current = CurrentGraph(Settings(home=example_home, workers=1))
    opened = current.take()
    made: list[str] = []

    def answer(name: str, size: int = 10) -> bytes:
        return opened.answer(name, lambda: made.append(name) or b"x" * size)  # type: ignore[func-returns-value]

    for name in ("a", "b", "a", "c", "a", "b"):
        answer(name)
    assert made == ["a", "b", "c", "b"]
    answer("large", 13)
    answer("large", 13)
    assert made[-2:] == ["large", "large"]
    current.give_back(opened)
    current.close()


def test_answer_from_memory_is_of_this_release(home: Path, tmp_path: Path, example_sources: Sources) -> None:
    app = create_app(Settings(home=home, workers=1))
    client = app.test_client()
    before = client.get("/queries/practices.csv")
    assert client.get("/queries/practices.csv").data == before.data
    next_release(home, example_sources, tmp_path)
    after = client.get("/queries/practices.csv")
    assert len(after.data.splitlines()) == len(before.data.splitlines()) - 1
    assert after.headers["ETag"] != before.headers["ETag"]
    closing(app)


@pytest.mark.parametrize(
    ("query", "lasts"),
    [
        ("SELECT * {} # now and then", True),
        ("SELECT ?now { ?now ?rand ?uuid }", True),
        ("SELECT (NOW() AS ?now) {}", False),
        ("SELECT (rand # of\n # course\n () AS ?n) {}", False),
    ],
)
def test_answer_lasts_unless_a_function_gives_another_value_each_time(
    example_home: Path, query: str, lasts: bool
) -> None:
    app = create_app(Settings(home=example_home, workers=1))
    with app.app_context():
        assert is_lasting(query) is lasts
    closing(app)
