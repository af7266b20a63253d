"""Short links on disk: the id tells the content, files are whole, numbers and sizes are bounded."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from p2p_graph.errors import LinksFull, QueryTooComplex, UnknownLink
from p2p_graph.short_links import LONGEST, Link, ShortLinks

ASK = Link("ASK { ?s ?p ?o }")


@pytest.fixture
def shelf(tmp_path: Path) -> ShortLinks:
    return ShortLinks(tmp_path / "links", 100)


_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=60)
@given(_TEXT, st.lists(_TEXT, max_size=2), st.dictionaries(st.sampled_from(["view", "sort", "filter"]), _TEXT))
def test_whatever_is_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory, query: str, graphs: list[str], view: dict[str, str]
) -> None:
    shelf = ShortLinks(tmp_path_factory.mktemp("links"), 10)
    link = Link(query, tuple(graphs), (), view)
    assert shelf.get(shelf.add(link)) == link


def test_the_same_query_has_the_same_link_everywhere(shelf: ShortLinks, tmp_path: Path) -> None:
    id = shelf.add(ASK)
    assert len(id) == 10
    assert shelf.add(Link("ASK { ?s ?p ?o }")) == id == ShortLinks(tmp_path / "other", 1).add(ASK)
    assert shelf.add(Link("ASK { ?s ?p ?o } ")) != id
    assert shelf.add(Link(ASK.query, view={"view": "bars"})) != id


def test_it_is_there_for_whoever_opens_the_folder_later(shelf: ShortLinks, tmp_path: Path) -> None:
    id = shelf.add(ASK)
    assert ShortLinks(tmp_path / "links", 0).get(id) == ASK


@pytest.mark.parametrize(
    "id", ["", "x", "abcdefghij", "../../../etc", "ABCDEFGHIJ", "a" * 5000, "abcdefgh\x00j", "aa/bbbbbbb"]
)
def test_what_is_not_there_is_told(shelf: ShortLinks, id: str) -> None:
    with pytest.raises(UnknownLink, match="letter may be missing") as caught:
        shelf.get(id)
    assert len(str(caught.value)) < 200


def test_a_changed_file_is_not_found_and_does_not_stand_in_the_way(shelf: ShortLinks, tmp_path: Path) -> None:
    id = shelf.add(ASK)
    (file,) = (tmp_path / "links").glob("??/*.json")
    for content in (b"", b"{", Link("ASK { ?a ?b ?c }").written()):
        file.write_bytes(content)
        with pytest.raises(UnknownLink):
            shelf.get(id)
    longer = shelf.add(ASK)
    assert longer.startswith(id)
    assert len(longer) > len(id)
    assert shelf.get(longer) == ASK


def test_number_and_size_are_bounded_and_old_links_stay(tmp_path: Path) -> None:
    shelf = ShortLinks(tmp_path, 3)
    ids = [shelf.add(Link(f"ASK {{ }} # {n}")) for n in range(3)]
    with pytest.raises(LinksFull) as caught:
        shelf.add(ASK)
    assert caught.value.values == {"links": 3}
    assert [shelf.get(id).query for id in ids] == [f"ASK {{ }} # {n}" for n in range(3)]
    assert shelf.add(Link("ASK { } # 0")) == ids[0]
    with pytest.raises(QueryTooComplex):
        ShortLinks(tmp_path, 10).add(Link("ASK {} #" + "ł" * (LONGEST // 2)))


def test_two_at_once_make_one_link_and_leave_no_other_file(shelf: ShortLinks, tmp_path: Path) -> None:
    barrier, ids = threading.Barrier(8), []

    def add() -> None:
        barrier.wait()
        ids.append(shelf.add(ASK))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {shelf.get(id).query for id in ids} == {ASK.query}
    assert [path for path in (tmp_path / "links").rglob("*") if path.is_file() and path.suffix != ".json"] == []
