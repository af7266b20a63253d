"""What must be forgotten is gone from every file; backups bring all of it back, and nothing of what was forgotten."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from practices import PORT, QUAY, STEWARD, practice
from pyoxigraph import parse

from p2p_graph import open_graph
from p2p_graph.backups import back_up, restore, verify
from p2p_graph.citations import Citations, made
from p2p_graph.config import Settings
from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger, location_of
from p2p_graph.contributing.tables import METADATA
from p2p_graph.curation import Sources
from p2p_graph.errors import DataError, LedgerUnavailable, PurgedThing
from p2p_graph.purged import read
from p2p_graph.purging import again, purge
from p2p_graph.reading.reference import Question
from p2p_graph.release import build, verify as verify_release
from p2p_graph.releases import current, manifest, versions
from p2p_graph.short_links import Link, ShortLinks
from p2p_graph.vocab import mint
from webapp.app import create_app

DAY = date(2026, 1, 7)
SECRET = "Zwyrtala Passage"
THING = mint("practice", "quay-peers-zwyrtala").value
#: everything by which the case could be found: its name, its address, the names of its parts
TRACES = (b"Zwyrtala", b"zwyrtala")


def _desk(settings: Settings, rules: tuple[Known, Check]) -> tuple[Ledger, Desk]:
    ledger = Ledger.open(settings)
    return ledger, Desk(ledger, *rules)


@pytest.fixture(scope="module")
def made_once(
    tmp_path_factory: pytest.TempPathFactory,
    example_home: Path,
    example_sources: Sources,
    rules: tuple[Known, Check],
) -> Path:
    """A home with the case in a release, in the ledger with drafts and reasons, in a citation, and in a short link."""
    home = Path(shutil.copytree(example_home, tmp_path_factory.mktemp("kept") / "home"))
    settings = Settings(home=home)
    ledger, desk = _desk(settings, rules)
    other = desk.submit(PORT, practice()).number
    case = desk.submit(QUAY, practice(QUAY, SECRET, "zwyrtala")).number
    desk.decide(STEWARD, case, "ask", f"Is {SECRET} still open?")
    desk.correct(QUAY, case, practice(QUAY, SECRET, "zwyrtala", 2013))
    for number in (other, case):
        desk.decide(STEWARD, number, "accept")
    desk.draft(QUAY, {"label": f"More of {SECRET}"}, title=SECRET)
    ledger.close()
    build(settings, sources=example_sources, today=DAY)
    with open_graph(settings=settings) as graph:
        everywhere = Question("SELECT ?s ?name { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?name }")
        asked = Question(f"SELECT ?p {{ <{THING}> ?p ?o }}")
        for question in (everywhere, asked):
            citation, answer = made(
                question, graph.version, graph.ask(question.query), datetime(2026, 1, 7, tzinfo=UTC)
            )
            Citations(home / "citations", 10**9).add(citation, answer)
    ShortLinks(home / "links", 100).add(Link(f'SELECT * {{ ?s ?p "{SECRET}"@en }}'))
    ShortLinks(home / "links", 100).add(Link("ASK {}"))
    return home


@pytest.fixture
def settings(tmp_path: Path, made_once: Path) -> Settings:
    return Settings(home=Path(shutil.copytree(made_once, tmp_path / "home")))


def _holding(folder: Path) -> Iterator[str]:
    """The files below a folder that hold a trace of the case, packed or not."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name.endswith(".tar.gz"):
                with tarfile.open(path) as tar:
                    parts = [tar.extractfile(info).read() for info in tar]  # type: ignore[union-attr]
            else:
                parts = [content]
            for part in parts:
                plain = gzip.decompress(part) if part[:2] == b"\x1f\x8b" else part
                if any(trace in plain or trace in part for trace in TRACES):
                    yield path.relative_to(folder).as_posix()


def test_what_is_purged_is_in_no_file_and_its_address_answers_410(settings: Settings, tmp_path: Path) -> None:
    archive = back_up(settings, tmp_path / "backups", datetime(2026, 1, 8, tzinfo=UTC))
    assert {"ledger.sqlite", f"releases/{current(settings).name}/data.nq"} <= set(_holding(settings.home))
    done = purge(settings, [THING], today=DAY)
    assert list(_holding(settings.home)) == []
    assert list(_holding(tmp_path / "backups")) == []
    assert (done.left, done.backups, done.citations, done.links) == ([], [str(archive)], 2, 1)
    assert THING in read(settings)
    assert read(settings).names(f"ASK {{ practice:{THING.rpartition('/')[2]} ?p ?o }}")
    for version in versions(settings):
        assert verify_release(settings.home / "releases" / version) == ()
    assert manifest(current(settings))["purged"] == DAY.isoformat()
    assert "The ledger: 2 submissions" in " ".join(verify(archive))
    with create_app(settings).test_client() as client:
        path = THING.removeprefix("https://w3id.org/peer2peer")
        assert client.get(path.replace("/id", "", 1)).status_code == 410
        assert client.get("/practice/port-house-evenings").status_code == 200
        query = f"SELECT * {{ <{THING}> ?p ?o }}"
        found = client.get("/sparql", query_string={"query": query, "format": "csv"})
        assert found.data.decode().split() == ["o,p"]


def test_the_ledger_keeps_that_something_was_sent_and_nothing_of_what(
    settings: Settings, rules: tuple[Known, Check]
) -> None:
    purge(settings, [THING], today=DAY)
    ledger, desk = _desk(settings, rules)
    assert [(one.number, one.state) for one in desk.queue(STEWARD, ())] == [(1, "accepted"), (2, "withdrawn")]
    assert [event.kind for event in desk.history(STEWARD, 2)] == ["submit", "ask", "correct", "accept", "withdraw"]
    assert desk.submission(STEWARD, 2).text == ""
    assert desk.submission(STEWARD, 1).triples, "others' contributions stay"
    assert desk.drafts(QUAY) == []
    with ledger.writing() as entries, pytest.raises(Exception, match="never changed"):
        entries.connection.execute(sa.text("DELETE FROM events"))
    ledger.close()


def test_citations_compare_by_hashes_or_say_that_they_were_taken_out(settings: Settings) -> None:
    store = Citations(settings.home / "citations", 10**9)
    digests = {id: store.get(id).citation.digest for id in store}
    purge(settings, [THING], today=DAY)
    kept = {}
    for id in digests:
        try:
            kept[id] = store.get(id)
        except PurgedThing:
            continue
    ((id, one),) = kept.items()
    assert one.answer is None
    assert one.citation.digest == digests[id], "what was cited is still known by its hash"
    with open_graph(settings=settings) as graph:
        found = one.compared(graph.ask(one.citation.question.query), read(settings))
    assert found.missing > 0


def test_a_purge_that_was_killed_is_run_again_and_completes(settings: Settings, tmp_path: Path) -> None:
    """Killed before the ledger was gone through, and between the two moves that put a new release in its place."""
    back_up(settings, tmp_path / "backups", datetime(2026, 1, 8, tzinfo=UTC))
    code = (
        "import os, signal, sys; from pathlib import Path; from p2p_graph.config import Settings;"
        " from p2p_graph import purging, release; at = int(sys.argv[2]); seen = [0]\n"
        "def told(step):\n    seen[0] += 1\n    if seen[0] == at: os.kill(os.getpid(), signal.SIGKILL)\n"
        "rename = os.rename\n"
        "def moved(a, b):\n    told('a folder is moved'); rename(a, b)\n"
        "release.os.rename = moved\n"
        "purging.purge(Settings(home=Path(sys.argv[1])), sys.argv[3:], told=told)\n"
    )
    for at, addresses, code_of in ((2, [THING], -signal.SIGKILL), (6, [], -signal.SIGKILL), (0, [], 0)):
        command = [sys.executable, "-c", code, str(settings.home), str(at), *addresses]
        run = subprocess.run(command, capture_output=True)
        assert run.returncode == code_of, run.stderr.decode()
        if at == 6:
            assert [path.name for path in (settings.home / "releases").glob(".gone-*")], "killed between the moves"
    assert list(_holding(settings.home)) == []
    assert list(_holding(tmp_path / "backups")) == []
    assert all(verify_release(settings.home / "releases" / version) == () for version in versions(settings))
    assert [path.name for path in (settings.home / "releases").iterdir() if path.name.startswith(".")] == []


def _rows(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    ledger = Ledger.open(settings)
    with ledger.reading() as entries:
        found = {
            name: sorted(map(tuple, entries.connection.execute(sa.select(table))), key=repr)
            for name, table in METADATA.tables.items()
        }
    ledger.close()
    return found


def test_backed_up_wiped_and_restored_it_is_the_same(settings: Settings, tmp_path: Path) -> None:
    before = _rows(settings)
    data = {v: set(parse(path=settings.home / "releases" / v / "data.nq")) for v in versions(settings)}
    files = {
        p.relative_to(settings.home): p.read_bytes()
        for f in ("citations", "links")
        for p in (settings.home / f).rglob("*.*")
    }
    archive = back_up(settings, tmp_path / "backups")
    assert archive.stat().st_mode & 0o077 == 0, "it holds hashes of passwords"
    with pytest.raises(DataError, match="already: restore into an empty folder"):
        restore(settings, archive)
    shutil.rmtree(settings.home)
    assert restore(settings, archive) == list(data)
    assert _rows(settings) == before
    assert {v: set(parse(path=settings.home / "releases" / v / "data.nq")) for v in versions(settings)} == data
    assert {path: (settings.home / path).read_bytes() for path in files} == files
    assert all(verify_release(settings.home / "releases" / version) == () for version in versions(settings))
    with create_app(settings).test_client() as client:
        assert client.get("/practice/port-house-evenings").status_code == 200
    assert not (settings.home / ".restoring").exists()


def test_a_ledger_in_postgresql_is_backed_up_and_brought_back(
    made_once: Path, tmp_path: Path, postgresql_server: str, rules: tuple[Known, Check]
) -> None:
    engine = sa.create_engine(postgresql_server)
    wipe = [sa.text("DROP SCHEMA public CASCADE"), sa.text("CREATE SCHEMA public")]
    with engine.begin() as connection:
        for line in wipe:
            connection.execute(line)
    at_home = Settings(home=tmp_path / "one", ledger=postgresql_server)
    first = restore(at_home, back_up(Settings(home=made_once), tmp_path / "first"))
    assert first
    assert _rows(at_home) == _rows(Settings(home=made_once))
    archive = back_up(at_home, tmp_path / "second")
    ledger, desk = _desk(at_home, rules)
    assert desk.submit(PORT, practice(end="later", name="Later")).number == 3, "numbers go on after a restore"
    ledger.close()
    with pytest.raises(LedgerUnavailable, match="not empty"):
        restore(Settings(home=tmp_path / "two", ledger=postgresql_server), archive)
    with engine.begin() as connection:
        for line in wipe:
            connection.execute(line)
    engine.dispose()
    back = Settings(home=tmp_path / "three", ledger=postgresql_server)
    restore(back, archive)
    assert _rows(back) == _rows(Settings(home=made_once))
    purge(back, [THING], today=DAY)
    rows = json.dumps({name: [list(map(str, row)) for row in them] for name, them in _rows(back).items()})
    assert "wyrtala" not in rows
    assert location_of(back).startswith("postgresql")


def test_what_was_purged_after_a_backup_does_not_come_back_with_it(settings: Settings, tmp_path: Path) -> None:
    archive = back_up(settings, tmp_path / "backups")
    elsewhere = tmp_path / "elsewhere.tar.gz"
    shutil.copy(archive, elsewhere)
    purge(settings, [THING], today=DAY)
    for name in ("releases", "citations", "links"):
        shutil.rmtree(settings.home / name)
    for name in ("current", "ledger.sqlite"):
        (settings.home / name).unlink()
    restore(settings, elsewhere)
    assert list(_holding(settings.home)) != []
    assert again(settings) is not None
    assert list(_holding(settings.home)) == []
    assert again(settings) is None


@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_damaged_backup_is_told_and_nothing_is_restored(settings: Settings, tmp_path: Path, harm: str) -> None:
    archive = back_up(settings, tmp_path / "backups")
    content = archive.read_bytes()
    if harm == "cut":
        archive.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        plain = bytearray(gzip.decompress(content))
        plain[len(plain) // 2] ^= 1
        archive.write_bytes(gzip.compress(bytes(plain), 1))
    else:
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(__file__, "../../evil.py")
    with pytest.raises(DataError, match=r"backup|damaged"):
        verify(archive)
    with pytest.raises(DataError, match=r"backup|damaged"):
        restore(Settings(home=tmp_path / "new"), archive)
    assert not (tmp_path / "new" / "current").exists()
    assert not (tmp_path / "evil.py").exists()
    assert os.listdir(tmp_path / "backups") == [archive.name]
