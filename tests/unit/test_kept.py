"""Answers kept in a release: the same as those asked, found by the text of the query, and never a reason to fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from p2p_graph.config import Settings, share
from p2p_graph.model import Table
from p2p_graph.reading import Graph, open_graph
from p2p_graph.reading.drawing import scene
from p2p_graph.reading.kept import FOLDER, Kept, queries_to_keep
from p2p_graph.reading.library import Library, parse
from p2p_graph.release import verify


@pytest.fixture(scope="module")
def folder(example_home: Path) -> Path:
    """The folder of the example's release."""
    return example_home / "releases" / (example_home / "current").read_text(encoding="utf-8").strip()


def opened(folder: Path) -> Graph:
    return open_graph(folder, Settings(workers=1))


def as_asked(graph: Graph, name: str, **values: str) -> Table:
    saved = graph.library.get(name)
    answer = graph.ask(saved.bind(**values))
    assert isinstance(answer, Table)
    return saved.told(answer)


def test_kept_answers_are_those_that_the_store_gives(folder: Path) -> None:
    with opened(folder) as graph:
        kept = graph.library.kept
        assert {"counts", "words", "ties-of-country", "opposition"} <= {saved.name for saved in kept}
        for saved in kept:
            values = {"country": "XA"} if saved.kept == "country" else {}
            assert graph._kept.table(saved.bind(**values)) is not None, saved.name
            assert graph.run(saved.name, **values) == as_asked(graph, saved.name, **values), saved.name


def test_kept_wheels_are_those_of_the_network(folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(folder, bare, ignore=shutil.ignore_patterns(FOLDER))
    with opened(folder) as graph, opened(bare) as other:
        for code in ("XA", "XB"):
            assert graph.wheel(country=code) == other.wheel(country=code)
            assert graph.wheel(country=code).chords
        assert graph.patterns() == other.patterns()


def test_picture_of_kept_places_is_the_one_laid_out_anew(folder: Path) -> None:
    with opened(folder) as graph:
        for code in ("XA", "XB"):
            network, laid = graph.network(country=code), graph.places(code)
            assert laid
            assert scene(network, laid=laid) == scene(network)
            # places that do not fit this network are not used
            assert scene(network, laid={}) == scene(network)
        assert graph.places("ZZ") is None


def test_nothing_is_asked_of_the_store_for_what_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(folder) as graph:

        def refuse(*_: object) -> None:
            raise AssertionError("the store was asked")

        monkeypatch.setattr(graph._store, "answer", refuse)
        graph.patterns()
        graph.wheel(country="XA")
        graph.network(country="XA")
        assert graph.words
        with pytest.raises(AssertionError, match="was asked"):
            graph.network(practice="exford-round-table")


def test_changed_query_and_broken_file_are_asked_anew(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    with opened(copy) as graph:
        before = graph.run("counts")
        assert graph._kept.table(graph.library.get("counts").bind() + " ") is None
        for path in (copy / FOLDER).iterdir():
            path.write_bytes(b"no gzip")
        assert graph.run("counts") == before
        assert graph.wheel(country="XA").chords
    assert any(FOLDER in fault for fault in verify(copy))


def test_every_kept_query_is_bound_for_each_country() -> None:
    library = Library.load(share("queries"))
    for_countries = sum(saved.kept == "country" for saved in library.kept)
    texts = list(queries_to_keep(library, ["XA", "XB"]))
    assert len(texts) == len(set(texts)) == len(library.kept) + for_countries


def test_head_says_how_an_answer_is_kept() -> None:
    with pytest.raises(ValueError, match="kept is once, or country"):
        parse("#+ title: T\n#+ kept: always\nSELECT * {}", "t", "pages")


def test_nothing_is_kept_without_a_folder(tmp_path: Path) -> None:
    assert Kept(None).table("ASK {}") is None
    assert Kept(tmp_path / "nowhere").wheel("x") is None
