"""What became new with each release: told as long as it holds, and never what was taken out."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.history import FILE, Step, unpacked
from p2p_graph.release import build
from p2p_graph.vocab import BASE


def steps(folder: Path) -> tuple[Step, ...]:
    return unpacked((folder / FILE).read_bytes())


@pytest.fixture(scope="module")
def three(example_sources: Sources, example_home: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three releases: the example; with another end and a place; without that place."""
    home = tmp_path_factory.mktemp("history")
    shutil.copytree(example_home, home, dirs_exist_ok=True)
    data = home / "data"
    shutil.copytree(example_sources.data, data)
    sources = Sources(data, example_sources.ontology, example_sources.queries)
    made = [home / "releases" / (home / "current").read_text(encoding="utf-8").strip()]
    place = data / "xa" / "shared.ttl"
    text = place.read_text(encoding="utf-8")
    added = text + (
        '\nplace:newford a p2p:City ;\n  rdfs:label "Newford-to-be-withdrawn"@en ;\n  p2p:inCountry country:XA .\n'
    )
    for day, said in ((8, added), (9, text.replace('"Exford"@en', '"Exford-on-Sea"@en'))):
        place.write_text(said, encoding="utf-8")
        made.append(build(Settings(home=home), sources=sources, today=date(2026, 1, day)))
    return made


def test_first_release_says_that_none_came_before(three: list[Path]) -> None:
    assert [(step.is_first, step.changes) for step in steps(three[0])] == [(True, ())]


def test_new_thing_is_told_and_only_while_it_is_there(three: list[Path]) -> None:
    newest, first = steps(three[1])
    assert [(c.what, c.thing) for c in newest.changes] == [("new", f"{BASE}id/place/newford")]
    assert (newest.gone, newest.day, first.is_first) == (0, "2026-01-08", True)
    assert steps(three[2])[1].changes == ()


def test_of_what_was_taken_out_only_the_number_is_kept(three: list[Path]) -> None:
    newest = steps(three[2])[0]
    assert newest.gone > 0
    assert [(c.what, c.before, c.thing) for c in newest.changes] == [("set", (), f"{BASE}id/place/exford")]
    for path in three[2].rglob("*"):
        if path.is_file():
            assert b"Newford" not in path.read_bytes(), path.name
    assert "newford" not in str(steps(three[2])).casefold()


def test_release_before_histories_were_kept_is_no_obstacle(three: list[Path], example_sources: Sources) -> None:
    home = three[2].parent.parent
    (three[2] / FILE).unlink()
    folder = build(Settings(home=home), sources=example_sources, today=date(2026, 1, 10))
    assert [step.is_first for step in steps(folder)] == [True]
