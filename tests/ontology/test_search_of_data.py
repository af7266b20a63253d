"""Searching the curated data: what a reader would look for first is the first that is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import Store

from p2p_graph.curation import Sources, quads_of, read_data, read_words
from p2p_graph.keeping import index as write_index
from p2p_graph.reading.indexing import INDEX_FILE
from p2p_graph.reading.library import Library
from p2p_graph.reading.search import SearchIndex, Wish


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    sources, folder = Sources.shared(), tmp_path_factory.mktemp("index")
    store = Store()
    store.bulk_extend([*read_words(sources), *quads_of(read_data(sources.data))])
    write_index(folder, store, Library.load(sources.queries))
    index = SearchIndex(folder / INDEX_FILE)
    yield index
    index.close()


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("APDES", "en", "organisation/apdes"),
        ("agencia piaget", "pt", "organisation/apdes"),
        ("caso", "pt", "organisation/caso"),
        ("free clinic", "nl", "organisation/free-clinic"),
        ("Freee Clinic", "en", "organisation/free-clinic"),
        ("praksis", "el", "organisation/praksis"),
        ("prakis", "en", "organisation/praksis"),
        ("C-Budy", "en", "practice/c-buddy"),
        ("prekursor foundation", "en", "organisation/prekursor"),
        ("portugalia", "pl", "country/PT"),
        ("ελλαδα", "el", "country/GR"),
        ("magyarorszag", "hu", "country/HU"),
    ],
)
def test_what_is_looked_for_is_found_first(index: SearchIndex, text: str, language: str, first: str) -> None:
    hit = index.find(Wish(text, language)).hits[0]
    assert hit.address.split("/id/")[1] == first


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("naloxona", "pt"),
        ("ναλοξονη", "el"),
        ("nalokson", "pl"),
        ("naloksonas", "lt"),
        ("naloxon", "nl"),
        ("naloxone", "fr"),
    ],
)
def test_a_word_of_the_lists_leads_to_practices_in_every_language(index: SearchIndex, text: str, language: str) -> None:
    hits = index.find(Wish(text, language, limit=100)).hits
    assert hits[0].kind == "concept"
    assert hits[0].name_language == language
    assert sum(hit.kind == "practice" for hit in hits) >= 3
