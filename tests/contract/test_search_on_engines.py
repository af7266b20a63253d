"""A store without an index of its own is searched by the names that it gives: the same on every engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from p2p_graph.config import share
from p2p_graph.errors import QueryTimeout
from p2p_graph.model import Limits
from p2p_graph.reading import Graph
from p2p_graph.reading.library import Library
from p2p_graph.reading.store import Store


@pytest.fixture(scope="module")
def graph(store: Store) -> Iterator[Graph]:
    graph = Graph(store, Library.load(share("queries")), Limits())
    yield graph
    if graph._index:
        graph._index.close()


@pytest.mark.parametrize(
    ("text", "slug", "match"),
    [
        ("example nigth", "xa-night-bus", "slip"),
        ("ΠΑΡΑΔΕΙΓΜΑ ΛΕΩΦΟΡΕΙΟΥ", "xa-night-bus", "exact"),
        ("przykladowy nocny", "xa-night-bus", "words"),
        ("example kit", "xb-kitchen", "beginning"),
    ],
)
def test_names_are_found(graph: Graph, text: str, slug: str, match: str) -> None:
    found = graph.search(text)
    assert [(hit.address.rsplit("/", 1)[1], hit.match) for hit in found] == [(slug, match)]


def test_all_are_found_in_one_order(graph: Graph) -> None:
    found = graph.search("example", kinds=["practice"])
    assert [hit.address.rsplit("/", 1)[1] for hit in found] == ["xa-table", "xb-kitchen", "xa-night-bus"]
    assert graph.languages == ("el", "en", "pl")


def test_who_comes_while_the_index_is_made_waits_only_so_long(release: Path, embedded: Store) -> None:
    graph = Graph(embedded, Library.load(share("queries")), Limits(seconds=0.05))
    with graph._indexing:
        caught: list[Exception] = []

        def search() -> None:
            try:
                graph.search("example")
            except QueryTimeout as late:
                caught.append(late)

        other = threading.Thread(target=search)
        other.start()
        other.join()
    assert "search again in a moment" in str(caught[0])
