"""From accepted to public: releases take in what was accepted, leave out what is faulty, and forget what is gone."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from practices import PORT, QUAY, STEWARD, practice
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from p2p_graph import open_graph
from p2p_graph.config import Settings
from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributions import export
from p2p_graph.curation import Sources, check, read_files
from p2p_graph.errors import DataError, NoRelease, NotWritable, UnknownThing, WithdrawnThing
from p2p_graph.model import Fault
from p2p_graph.nanopublications import is_trusty, write_nanopublications
from p2p_graph.purged import add as purge
from p2p_graph.release import build, roll_back, verify
from p2p_graph.releases import current, difference, versions
from p2p_graph.vocab import BASE, mint
from webapp.app import create_app

DAY = date(2026, 1, 7)
NP = "http://www.nanopub.org/nschema#"
EVENINGS = mint("practice", "port-house-evenings").value


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, example_home: Path) -> Path:
    """A home with one release of the example data and nothing in its ledger."""
    return Path(shutil.copytree(example_home, tmp_path_factory.mktemp("before") / "home"))


@pytest.fixture
def settings(tmp_path: Path, before: Path) -> Settings:
    return Settings(home=Path(shutil.copytree(before, tmp_path / "home")))


@pytest.fixture
def desk(settings: Settings, rules: tuple[Known, Check]) -> Iterator[Desk]:
    ledger = Ledger.open(settings)
    yield Desk(ledger, *rules)
    ledger.close()


def _accepted(desk: Desk, end: str = "evenings", name: str = "Station evenings") -> int:
    number = desk.submit(PORT, practice(end=end, name=name)).number
    return desk.decide(STEWARD, number, "accept").number


def _answers(settings: Settings, expected: dict[str, int]) -> None:
    """Whether the website answers some addresses with these statuses."""
    app = create_app(settings)
    try:
        client = app.test_client()
        assert {path: client.get(path).status_code for path in expected} == expected
    finally:
        app.extensions["p2p_current"].close()


def _everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((home / "releases").rglob("*")) if path.is_file())


def test_public_side_never_holds_what_was_not_accepted_and_withdrawn_things_are_gone(
    settings: Settings, desk: Desk, example_sources: Sources
) -> None:
    waiting = desk.submit(QUAY, practice(QUAY, name="Unheard-of mornings")).number
    desk.draft(PORT, {"name": "Unheard-of drafts"})
    refused = desk.submit(PORT, practice(end="never", name="Unheard-of refusals")).number
    desk.decide(STEWARD, refused, "refuse", "Unheard-of reasons.")
    number = _accepted(desk)
    first = current(settings)
    second = build(settings, sources=example_sources, today=DAY)
    assert verify(second) == ()
    assert b"Unheard-of" not in _everything(settings.home)
    with open_graph(second) as graph:
        assert graph.label(EVENINGS) == "Station evenings"
        assert [hit.address for hit in graph.search("station evenings", kinds=["practice"])] == [EVENINGS]
        said = graph.ask(
            f"SELECT ?p ?o {{ GRAPH <{BASE}graph/contributed/provenance> "
            f"{{ <{BASE}graph/contributed/{number}> ?p ?o }} }} ORDER BY ?p"
        )
        assert [row[1].value for row in said.rows][:1] == ["Port House"]  # type: ignore[union-attr]
    told = difference(first, second)
    assert "New: practice “Station evenings”." in told.sentences
    assert told.changes.removed == ()

    desk.withdraw(PORT, number)
    desk.withdraw(QUAY, waiting)
    third = build(settings, sources=example_sources, today=DAY)
    with open_graph(third) as graph:
        with pytest.raises(WithdrawnThing, match="was withdrawn"):
            graph.entity(EVENINGS)
        with pytest.raises(UnknownThing) as unknown:
            graph.entity(mint("practice", "quay-peers-evenings").value)
        assert not isinstance(unknown.value, WithdrawnThing), "what never was public leaves no trace"
        assert len(graph.search("station evenings", kinds=["practice"])) == 0
    assert b"Station evenings" not in (third / "data.nq").read_bytes()
    _answers(settings, {"/practice/port-house-evenings": 410, "/practice/port-house-evenings.ttl": 410})
    _answers(settings, {"/practice/quay-peers-evenings": 404, "/practice/exford-buddies": 200})
    assert "Gone: practice “Station evenings”." in difference(second, third).sentences
    assert build(settings, sources=example_sources, today=DAY) == third

    with pytest.raises(DataError, match="still holds 6 of what was withdrawn"):
        roll_back(settings)
    assert current(settings) == third
    assert roll_back(settings, first.name) == first
    assert build(settings, sources=example_sources, today=DAY).name not in (first.name, second.name, third.name)


def test_rolling_back_is_one_switch_to_a_whole_release(
    settings: Settings, desk: Desk, example_sources: Sources
) -> None:
    first = current(settings)
    with pytest.raises(NoRelease, match="no release before"):
        roll_back(settings)
    _accepted(desk)
    second = build(settings, sources=example_sources, today=DAY)
    assert versions(settings) == [first.name, second.name]
    with pytest.raises(NoRelease, match="there are"):
        roll_back(settings, "0.0.1+2020-01-01.1")
    assert roll_back(settings) == first
    assert current(settings) == first
    assert roll_back(settings, second.name) == second
    (first / "data.nq").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="is damaged"):
        roll_back(settings)
    assert current(settings) == second


def test_contribution_that_is_faulty_by_now_is_left_out_with_what_rests_on_it(
    settings: Settings, desk: Desk, example_sources: Sources, tmp_path: Path
) -> None:
    kept = _accepted(desk, "kept", "Kept evenings")
    curated, spoilt = _accepted(desk), _accepted(desk, "mornings", "Station mornings")
    purge(settings, [mint("practice", "port-house-mornings").value], [])
    shutil.copytree(example_sources.data, tmp_path / "triples")
    for path in export(settings, tmp_path / "exported"):
        if path.stem == "port-house-evenings":
            shutil.copy(path, tmp_path / "triples" / "xa" / "practices" / path.name)
        elif path.parent.name == "shared":
            shutil.copy(path, tmp_path / "triples" / "shared" / path.name)
    left_out: list[Fault] = []
    sources = Sources(tmp_path / "triples", example_sources.ontology, example_sources.queries)
    folder = build(settings, sources=sources, today=DAY, leave_out=left_out.append)
    assert {fault.file for fault in left_out} == {f"contributed/{curated}.ttl", f"contributed/{spoilt}.ttl"}
    assert {fault.what for fault in left_out} == {
        "The curated data describe this by now: the contribution is left out.",
        "It is, or names, something that was purged for good: take it out.",
    }
    with open_graph(folder) as graph:
        assert graph.label(EVENINGS) == "Station evenings"
        assert graph.label(mint("practice", "port-house-kept").value) == "Kept evenings"
        with pytest.raises(UnknownThing):
            graph.entity(mint("practice", "port-house-mornings").value)
    assert f"graph/contributed/{kept}>" in (folder / "data.nq").read_text(encoding="utf-8")


def test_exported_contributions_are_files_as_the_repository_has_them(
    settings: Settings, desk: Desk, example_sources: Sources, tmp_path: Path
) -> None:
    _accepted(desk)
    written = export(settings, tmp_path / "out")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in written]
    assert names == ["shared/contributors-by-form.ttl", "xa/practices/port-house-evenings.ttl"]
    assert check(read_files(written, tmp_path / "out").values(), example_sources) == ()
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in export(settings, tmp_path / "out")] == before


def test_published_contributions_are_nanopublications_that_tell_nothing_of_an_account(
    settings: Settings, desk: Desk, example_sources: Sources, tmp_path: Path
) -> None:
    number = _accepted(desk)
    release = build(settings, sources=example_sources, today=DAY)
    (path,) = write_nanopublications(release, tmp_path / "np")
    text = path.read_text(encoding="utf-8")
    quads = list(parse(text, RdfFormat.TRIG))
    (this,) = {q.subject for q in quads if q.object == NamedNode(f"{NP}Nanopublication")}
    assert isinstance(this, NamedNode)
    assert path.name == f"{number}.{this.value.rpartition('/')[2]}.trig"
    parts: dict[str, set[Triple]] = {}
    for quad in quads:
        assert isinstance(quad.graph_name, NamedNode)
        parts.setdefault(quad.graph_name.value.removeprefix(f"{this.value}#"), set()).add(quad.triple)
    assert set(parts) == {"Head", "assertion", "provenance", "pubinfo"}
    named = {t.predicate.value: t.object for t in parts["Head"] if t.subject == this}
    for end, part in (
        ("hasAssertion", "assertion"),
        ("hasProvenance", "provenance"),
        ("hasPublicationInfo", "pubinfo"),
    ):
        assert named[NP + end] == NamedNode(f"{this.value}#{part}")
    # what is said is what the release holds, no more and no less
    graph = NamedNode(f"{BASE}graph/contributed/{number}")
    published = parse(path=release / "data.nq", format=RdfFormat.N_QUADS)
    assert parts["assertion"] == {quad.triple for quad in published if quad.graph_name == graph}
    assert {t.subject for t in parts["provenance"] if t.predicate.value.endswith("wasDerivedFrom")} == {
        NamedNode(f"{this.value}#assertion")
    }
    assert any(t.subject == this and t.predicate.value.endswith("license") for t in parts["pubinfo"])
    assert any(t.subject == this and t.predicate.value.endswith("created") for t in parts["pubinfo"])
    assert PORT.credit in text
    assert all(f'"{name}"' not in text for name in (PORT.name, STEWARD.name, STEWARD.credit))
    # its name is a hash of all of it
    assert is_trusty(quads)
    told = next(q for q in quads if isinstance(q.object, Literal) and q.object.value == "Station evenings")
    other = Quad(told.subject, told.predicate, Literal("Other evenings", language="en"), told.graph_name)
    assert not is_trusty([other if q == told else q for q in quads])
    (again,) = write_nanopublications(release, tmp_path / "np")
    assert again.read_text(encoding="utf-8") == text
    # what is withdrawn is in no later one
    desk.withdraw(PORT, number)
    assert write_nanopublications(build(settings, sources=example_sources, today=DAY), tmp_path / "later") == []


def test_release_that_the_disk_does_not_take_is_told_and_the_last_one_stays(
    settings: Settings, desk: Desk, tmp_path: Path
) -> None:
    """A program may be told how long its files may get; to it that is a full disk."""
    _accepted(desk)
    first = current(settings)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from p2p_graph.config import Settings, share\n"
        "from p2p_graph.curation import Sources\n"
        "from p2p_graph.errors import NotWritable\n"
        "from p2p_graph.release import build\n"
        "sources = Sources(Path(sys.argv[2]), share('ontology'), share('queries'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))\n"
        "try:\n"
        "    build(Settings(home=Path(sys.argv[1])), sources=sources)\n"
        "except NotWritable as reason:\n"
        "    print(reason)\n"
    )
    data = Path(__file__).parents[1] / "data" / "triples"
    for size in (1_000, 300_000):
        command = [sys.executable, "-c", program, str(settings.home), str(data), str(size)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert "takes no new release" in done.stdout, done.stderr
        assert "The last one stays" in done.stdout
        assert current(settings) == first
        assert versions(settings) == [first.name]
        assert [path.name for path in (settings.home / "releases").iterdir()] == [first.name]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert verify(first) == ()


def test_folder_that_cannot_be_written_is_told(tmp_path: Path, example_sources: Sources) -> None:
    (tmp_path / "releases").write_text("I am a file.", encoding="utf-8")
    with pytest.raises(NotWritable, match="takes no new release"):
        build(Settings(home=tmp_path), sources=example_sources, today=DAY)
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(NotWritable, match="let the user of this program write"):
        Ledger.open(Settings(home=tmp_path))
    with pytest.raises(NotWritable, match="cannot be made"):
        Ledger.open(Settings(home=tmp_path / "releases" / "home"))
