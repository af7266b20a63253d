"""Citations on disk: written once, found again, whole or not at all, bounded, and checked when they are read."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from p2p_graph.citations import KEPT, Citations, made
from p2p_graph.errors import CitationsFull, DamagedCitation, UnknownCitation
from p2p_graph.model import Answer, Boolean, Table
from p2p_graph.reading.citing import Canonical
from p2p_graph.reading.reference import Citation, Question
from p2p_graph.reading.scan import Dataset

NOON = datetime(2026, 1, 7, 12, 0, 5, 999, tzinfo=UTC)
ROOM = 10_000_000
QUESTION = Question.of("SELECT ?b ?a { ?a ?p ?b }", Dataset(named=("https://w3id.org/peer2peer/graph/xa/shared",)))


def numbers(count: int) -> Table:
    return Table(("b", "a"), tuple((Literal(n), NamedNode(f"https://example.org/{n}")) for n in range(count)))


def cited(answer: Answer, question: Question = QUESTION, version: str = "1", now: datetime = NOON) -> Citation:
    return made(question, version, answer, now)[0]


def put(store: Citations, answer: Answer, question: Question = QUESTION, now: datetime = NOON) -> Citation:
    return store.add(*made(question, "1", answer, now))


def test_what_was_kept_comes_back_whole(tmp_path: Path) -> None:
    store = Citations(tmp_path / "citations", ROOM)
    question = Question.of("ASK { ?s ?p ?o }")
    citation, yes = put(store, numbers(3)), put(store, Boolean(True), question)
    kept = Citations(tmp_path / "citations", ROOM).get(citation.id)
    assert kept.citation == citation == cited(numbers(3))
    assert citation.cited == NOON.replace(microsecond=0)
    assert kept.answer is not None
    assert kept.answer.columns == ("a", "b")
    assert kept.compared(numbers(3)).verdict == "same"
    assert kept.compared(numbers(4)).verdict == "different"
    assert sorted(store) == sorted([citation.id, yes.id])
    assert store.get(yes.id).compared(Boolean(False)).verdict == "different"


def test_same_question_data_and_answer_are_one_citation_with_its_first_time(tmp_path: Path) -> None:
    store = Citations(tmp_path, ROOM)
    first = put(store, numbers(2))
    again = put(store, numbers(2), now=NOON.replace(year=2027))
    assert again == first
    assert len(list(store)) == 1


@pytest.mark.parametrize(
    "other",
    [
        cited(numbers(3)),
        cited(numbers(2), version="2"),
        cited(numbers(2), Question.of(QUESTION.query)),
        cited(numbers(2), Question(QUESTION.query, QUESTION.dataset, saved="a", values={"country": ("PT",)})),
        cited(numbers(2), Question(QUESTION.query + " LIMIT 2", QUESTION.dataset)),
    ],
    ids=["answer", "version", "graphs", "saved question", "query"],
)
def test_another_question_data_or_answer_is_another_citation(other: Citation) -> None:
    assert other.id != cited(numbers(2)).id


def random_table(rows: int) -> Table:
    """What cannot be packed."""
    return Table(("text",), tuple((Literal(os.urandom(40).hex()),) for _ in range(rows)))


def test_of_too_large_an_answer_the_hashes_of_rows_are_kept(tmp_path: Path) -> None:
    store = Citations(tmp_path, ROOM)
    large = random_table(15_000)
    question = Question.of("SELECT ?text { ?s ?p ?text }")
    citation = put(store, large, question)
    kept = store.get(citation.id)
    assert kept.answer is None
    assert citation.rows == 15_000
    assert (tmp_path / citation.id[:2] / f"{citation.id}.json.gz").stat().st_size < KEPT
    assert kept.compared(large).verdict == "same"
    found = kept.compared(Table(("text",), (*large.rows[2:], (Literal("new"),))))
    assert (found.verdict, found.missing, found.only_now, found.only_then) == ("different", 2, ('"new"',), ())


@pytest.mark.parametrize("id", ["", "x", "../../../etc/pass", "aaaaaaaaaaaaaaaa", "A" * 16, "ä" * 16, "a" * 400])
def test_unknown_id_is_said_to_be_unknown(tmp_path: Path, id: str) -> None:
    store = Citations(tmp_path / "never-made", ROOM)
    assert store.find(id) is None
    with pytest.raises(UnknownCitation, match="16 letters and digits"):
        store.get(id)
    assert list(store) == []


def changed(content: bytes, **values: object) -> bytes:
    return gzip.compress(json.dumps({**json.loads(gzip.decompress(content)), **values}).encode())


def test_damaged_file_is_told_from_a_citation(tmp_path: Path) -> None:
    store = Citations(tmp_path, ROOM)
    citation = put(store, numbers(2))
    path = next(tmp_path.glob("??/*.json.gz"))
    whole = path.read_bytes()
    for content in (
        b"",
        whole[:-9],
        b"not packed",
        gzip.compress(b"[]"),
        changed(whole, answer="?a\t?b\n"),
        changed(whole, query="ASK {}"),
        changed(whole, sha256="0" * 64),
        changed(whole, default_graphs=["https://example.org/"]),
    ):
        path.write_bytes(content)
        with pytest.raises(DamagedCitation, match="put it back from a backup"):
            store.get(citation.id)
    path.write_bytes(whole)
    assert store.get(citation.id).citation == citation


def test_folder_is_bounded_and_room_made_by_hand_is_seen(tmp_path: Path) -> None:
    store = Citations(tmp_path, 5 * 4096)
    for number in range(5):
        put(store, numbers(number))
    with pytest.raises(CitationsFull, match="P2P_CITATIONS_BYTES"):
        put(store, numbers(5))
    assert put(store, numbers(4)).rows == 4
    with pytest.raises(CitationsFull):
        put(Citations(tmp_path, 5 * 4096), numbers(6))
    next(tmp_path.glob("??/*.json.gz")).unlink()
    put(store, numbers(7))


def test_bound_holds_though_several_processes_write(tmp_path: Path) -> None:
    limit = 40 * 4096
    one, other = Citations(tmp_path, limit), Citations(tmp_path, limit)
    written = 0
    for number in range(60):
        try:
            put((one, other)[number % 2], numbers(number + 1))
            written += 1
        except CitationsFull:
            pass
    assert 38 <= written <= 42


def test_leftovers_of_killed_processes_go_and_young_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / "aa"
    folder.mkdir()
    old, young = folder / ".new-old", folder / ".new-young"
    for path in (old, young):
        path.write_bytes(b"half")
    past = time.time() - 7200
    os.utime(old, (past, past))
    put(Citations(tmp_path, ROOM), numbers(1))
    assert (old.exists(), young.exists()) == (False, True)


def _write_all(folder: str, content: list[tuple[Citation, Canonical]]) -> None:
    store = Citations(Path(folder), ROOM)
    for citation, answer in content:
        store.add(citation, answer)


def test_many_processes_write_the_same_citations_once(tmp_path: Path) -> None:
    content = [made(QUESTION, "1", numbers(number), NOON) for number in range(20)]
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_all, args=(str(tmp_path), content)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    store = Citations(tmp_path, ROOM)
    assert sorted(store) == sorted(citation.id for citation, _ in content)
    assert all(store.get(citation.id).citation == citation for citation, _ in content)
    assert list(tmp_path.glob("??/.new-*")) == []
