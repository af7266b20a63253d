"""The lists of what was purged: read from two places, written to one, refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2p_graph.config import Settings
from p2p_graph.errors import BadValue, DataError
from p2p_graph.purged import Purged, add, files, read

ONE = "https://w3id.org/peer2peer/id/practice/c-buddy"
OTHER = "https://w3id.org/peer2peer/id/tie/c-buddy-team"


def test_what_was_added_is_read_once_and_stays(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    assert read(settings) == read(Settings(home=Path("/nowhere")))
    add(settings, [ONE], ["C-Buddy", 'The "Buddies"'])
    add(settings, [ONE, OTHER], ["C-Buddy"])
    assert {ONE, OTHER} <= read(settings).addresses
    assert {"C-Buddy", 'The "Buddies"'} <= read(settings).texts
    assert len(files(settings)[1].read_text(encoding="utf-8").splitlines()) == 4
    assert read(settings).holds(r'<https://example.org/> "The \"Buddies\""@en .')


def test_list_that_comes_with_the_package_can_be_read() -> None:
    shared, own = files(Settings(home=Path("/nowhere")))
    assert shared.is_file()
    assert not own.exists()
    assert all(address not in read(Settings(home=Path("/nowhere"))).addresses for address in (ONE, OTHER))


@pytest.mark.parametrize("address", ["c-buddy", "practice:c-buddy", "", "https://x y", f"{ONE}\n{OTHER}", f"<{ONE}>"])
def test_what_is_no_address_is_refused_and_nothing_is_written(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadValue, match="write the whole of it"):
        add(Settings(home=tmp_path), [ONE, address], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["c-buddy", '"', '""', "'C-Buddy'", f"{ONE} {OTHER}", f"<{ONE}>"])
def test_line_that_is_neither_address_nor_text_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "purged.txt").write_text(f"# a remark\n\n  {ONE}  \n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"purged\.txt, line 4: write an address"):
        read(Settings(home=tmp_path))


def test_nothing_purged_withholds_nothing() -> None:
    assert not Purged()
    assert not Purged().holds(f"<{ONE}>")
    assert not Purged().names("SELECT * {}")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (f"ASK {{ <{ONE}> ?p ?o }}", True),
        ("ASK { practice:c-buddy ?p ?o }", True),
        ("ASK { practice:C-BUDDY ?p ?o }", True),
        ("ASK { practice:c%2Dbuddy ?p ?o }", True),
        (r"ASK { <https://w3id.org/peer2peer/id/practice/c\u002Dbuddy> ?p ?o }", True),
        (r"ASK { <https://w3id.org/peer2peer/id/practice/c\U0000002Dbuddy> ?p ?o }", True),
        (r"ASK { ?s ?p ?o FILTER(?o = 'Buddies of\U00110000 the harbour') }", False),
        ("ASK { ?s ?p 'the Buddies of the Harbour' }", True),
        ("ASK { practice:c-buddy-lisbon ?p ?o }", False),
        ("ASK { practice:cc-buddy ?p ?o }", False),
        ("ASK { ?s ?p 'ab' }", False),
    ],
)
def test_question_that_names_something_purged_is_seen_in_every_spelling(query: str, named: bool) -> None:
    gone = Purged(frozenset({ONE}), frozenset({"Buddies of the harbour", "ab"}))
    assert gone.names(query) is named
