"""Releases: built whole or not at all, the same from the same data, and checkable afterwards."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse

from p2p_graph import open_graph, release
from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.errors import DataError, NoRelease
from p2p_graph.vocab import BASE, PREFIXES, mint, p2p

DAY = date(2026, 1, 7)
VERSION = version("p2p-graph")


@pytest.fixture
def sources(tmp_path: Path, example_sources: Sources) -> Sources:
    """A copy of the example data that a test may spoil."""
    shutil.copytree(example_sources.data, tmp_path / "triples")
    return Sources(tmp_path / "triples", example_sources.ontology, example_sources.queries)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_release_folder_holds_manifest_data_and_store(example_release: Path) -> None:
    facts = release.manifest(example_release)
    lines = (example_release / "data.nq").read_text(encoding="utf-8").splitlines()
    assert facts["version"] == example_release.name == f"{VERSION}+2026-01-07.1"
    assert facts["created"] == "2026-01-07"
    assert facts["triples"] == len(lines) == len(set(lines))
    assert lines == sorted(lines)
    assert facts["counts"]["Practice"] == 3
    assert facts["counts"]["Cooperation"] == 5
    assert f"{BASE}graph/xa/practices/exford-buddies" in facts["graphs"]
    assert f"{BASE}graph/ontology/vocab/role" in facts["graphs"]
    assert release.verify(example_release) == ()


def test_store_on_disk_holds_the_same_quads(example_release: Path) -> None:
    store = Store.read_only(str(example_release / "store"))
    assert set(store) == set(parse(path=example_release / "data.nq", format=RdfFormat.N_QUADS))


def test_classes_follow_from_roles_and_from_wider_classes(example_release: Path) -> None:
    store = Store.read_only(str(example_release / "store"))
    types = {q.object for q in store.quads_for_pattern(mint("group", "exford-buddies-peer-educator"), None, None, None)}
    assert {p2p("PeerEducators"), p2p("Peers"), p2p("ActorGroup"), p2p("Actor")} <= types
    assert p2p("PeerWorkers") not in types
    organisation = {q.object for q in store.quads_for_pattern(mint("organisation", "xa-police"), None, None, None)}
    assert {p2p("PoliceForce"), p2p("Organisation"), p2p("Actor")} <= organisation


def test_version_stands_on_the_dataset(example_release: Path) -> None:
    store = Store.read_only(str(example_release / "store"))
    asked = f"SELECT ?v {{ GRAPH <{BASE}graph/dataset> {{ ?d <{PREFIXES['dcterms']}hasVersion> ?v }} }}"
    assert [row["v"].value for row in store.query(asked)] == [example_release.name]  # type: ignore[union-attr]


def test_current_names_the_release_and_its_absence_says_what_to_do(example_home: Path, tmp_path: Path) -> None:
    assert release.current(Settings(home=example_home)).is_dir()
    with pytest.raises(NoRelease, match="run `p2p release` to build one"):
        release.current(Settings(home=tmp_path))


def test_unchanged_data_makes_no_new_release_and_changed_data_the_next(settings: Settings, sources: Sources) -> None:
    first = release.build(settings, sources=sources, today=DAY)
    assert release.build(settings, sources=sources, today=date(2026, 1, 8)) == first
    file = sources.data / "xb" / "all.ttl"
    file.write_text(file.read_text(encoding="utf-8").replace("Harbour bus", "Harbour van"), encoding="utf-8")
    second = release.build(settings, sources=sources, today=DAY)
    assert (first.name, second.name) == (f"{VERSION}+2026-01-07.1", f"{VERSION}+2026-01-07.2")
    assert release.current(settings) == second
    assert sorted(path.name for path in (settings.home / "releases").iterdir()) == [first.name, second.name]


def test_same_data_gives_the_same_bytes_also_where_other_processes_help(
    settings: Settings, sources: Sources, example_release: Path
) -> None:
    again = release.build(settings, sources=sources, today=DAY, helpers=1)
    for name in release.manifest(again)["files"]:
        assert (again / name).read_bytes() == (example_release / name).read_bytes(), name


def test_release_is_searched_by_its_own_index(example_release: Path) -> None:
    assert "search.sqlite" in release.manifest(example_release)["files"]
    with open_graph(example_release) as graph:
        assert [hit.name for hit in graph.search("EXFÓRD budies", language="pl", kinds=["practice"])] == [
            "Kumple z Exford"
        ]
        assert [hit.name for hit in graph.search("exford", kinds=["place"])] == ["Exford", "Station quarter of Exford"]


def test_changed_index_is_told_and_a_release_without_one_is_searched_all_the_same(
    settings: Settings, sources: Sources
) -> None:
    folder = release.build(settings, sources=sources, today=DAY)
    with open_graph(folder) as graph:
        expected = graph.search("exford peers")
    (folder / "search.sqlite").write_bytes(b"")
    assert release.verify(folder) == ("search.sqlite is not what was written: its hash differs.",)
    (folder / "search.sqlite").unlink()
    with open_graph(folder) as graph:
        assert graph.search("exford peers") == expected
        assert len(expected) > 0


def test_broken_turtle_names_every_file_line_and_reason_and_the_last_release_stays(
    settings: Settings, sources: Sources
) -> None:
    first = release.build(settings, sources=sources, today=DAY)
    before = sorted(path.name for path in settings.home.rglob("*"))
    (sources.data / "xb" / "broken.ttl").write_text("@prefix a: <https://example.org/> .\n\na:b a:c .\n")
    (sources.data / "xb" / "latin.ttl").write_bytes(b'<a:b> <a:c> "caf\xe9" .\n')
    with pytest.raises(DataError) as caught:
        release.build(settings, sources=sources, today=DAY)
    told = [str(fault) for fault in caught.value.values["faults"]]  # type: ignore[attr-defined]
    assert len(told) == 2
    assert told[0].startswith("xb/broken.ttl:3:")
    assert "This is not Turtle" in told[0]
    assert told[1].startswith("xb/latin.ttl:1:")
    assert "UTF-8" in told[1]
    assert release.current(settings) == first
    assert sorted(path.name for path in settings.home.rglob("*")) == before


def test_faulty_data_is_not_released(settings: Settings, sources: Sources) -> None:
    file = sources.data / "xb" / "all.ttl"
    file.write_text(file.read_text(encoding="utf-8").replace("role:peer ", "role:pear "), encoding="utf-8")
    with pytest.raises(DataError, match=r"1 fault in xb/all\.ttl"):
        release.build(settings, sources=sources, today=DAY)
    assert not settings.home.exists()


def test_progress_counts_up_to_the_end(settings: Settings, sources: Sources) -> None:
    told: list[tuple[str, int, int]] = []
    release.build(settings, lambda *step: told.append(step), sources=sources, today=DAY)
    assert [done for _, done, _ in told] == list(range(7))
    assert told[-1] == ("done", 6, 6)


def test_verify_tells_a_changed_and_a_missing_file(settings: Settings, sources: Sources) -> None:
    folder = release.build(settings, sources=sources, today=DAY)
    data = folder / "data.nq"
    data.write_text(data.read_text(encoding="utf-8").replace("Harbour", "Marbour"), encoding="utf-8")
    assert release.verify(folder) == ("data.nq is not what was written: its hash differs.",)
    data.unlink()
    assert release.verify(folder) == ("data.nq is missing.",)
    shutil.rmtree(folder / "store")
    assert len(release.verify(folder)) == 2


def test_damaged_release_is_built_anew(settings: Settings, sources: Sources) -> None:
    first = release.build(settings, sources=sources, today=DAY)
    (first / "data.nq").unlink()
    second = release.build(settings, sources=sources, today=DAY)
    assert second != first
    assert release.verify(second) == ()


def test_folder_without_a_manifest_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(NoRelease, match=r"manifest\.json is missing"):
        release.verify(tmp_path)


def test_what_a_check_finds_stops_the_release_and_is_told_with_its_file(tmp_path: Path, sources: Sources) -> None:
    with (sources.data / "xb" / "all.ttl").open("a", encoding="utf-8") as out:
        out.write(
            '\ndocument:xb-x a p2p:Document ; rdfs:label "A page"@en ; p2p:documentKind document-kind:web-page .\n'
        )
    with pytest.raises(DataError) as caught:
        release.build(Settings(home=tmp_path / "home"), sources=sources, today=DAY)
    told = [str(fault) for fault in caught.value.values["faults"]]
    assert [line for line in told if "xb/all.ttl" in line and "Source without an address" in line], told
    assert not (tmp_path / "home" / "current").exists()


def test_a_person_named_in_a_text_stops_the_release(tmp_path: Path, sources: Sources) -> None:
    with (sources.data / "xb" / "all.ttl").open("a", encoding="utf-8") as out:
        out.write('\ndocument:xb-page p2p:keyFinding "Anna Kowalska opens the door."@en .\n')
    with pytest.raises(DataError) as caught:
        release.build(Settings(home=tmp_path / "home"), sources=sources, today=DAY)
    (fault,) = caught.value.values["faults"]
    assert (fault.file, fault.subject, fault.value) == ("xb/all.ttl", "document:xb-page", "A••• K•••••••")
    assert "roles and groups" in fault.what
    assert not (tmp_path / "home" / "current").exists()
