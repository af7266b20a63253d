"""Canonical Turtle: the same triples always give the same text, and nothing is lost."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from p2p_graph.curation import Sources, read_data
from p2p_graph.turtle import leading_comments, write_canonical
from p2p_graph.vocab import KINDS, PREFIXES, mint, p2p

SLUGS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,4})?", fullmatch=True)
THINGS = st.builds(mint, st.sampled_from(list(KINDS)), SLUGS)
PREDICATES = st.sampled_from([p2p("note"), p2p("about"), NamedNode(PREFIXES["rdfs"] + "label")])
LITERALS = st.one_of(
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)),
    st.builds(Literal, st.integers(-5000, 5000)),
    st.builds(Literal, st.booleans()),
    st.builds(
        lambda text, code: Literal(text, language=code),
        st.text("a\"\\\n'é ", max_size=8),
        st.sampled_from(["en", "pl", "el"]),
    ),
    st.builds(lambda text: Literal(text, datatype=NamedNode(PREFIXES["xsd"] + "gYearMonth")), st.just("2019-03")),
    st.builds(
        lambda text: Literal(text, datatype=NamedNode(PREFIXES["xsd"] + "decimal")),
        st.sampled_from(["1.50", "-.5", "x"]),
    ),
)
TRIPLES = st.lists(st.builds(Triple, THINGS, PREDICATES, st.one_of(THINGS, LITERALS)), max_size=12)


def _read(text: str) -> set[Triple]:
    return {quad.triple for quad in parse(text, RdfFormat.TURTLE)}


@given(TRIPLES, st.randoms(use_true_random=False))
def test_any_order_gives_one_text_and_every_triple_comes_back(triples: list[Triple], order: random.Random) -> None:
    text = write_canonical(triples)
    shuffled = list(triples)
    order.shuffle(shuffled)
    assert write_canonical(shuffled) == text
    assert _read(text) == set(triples)
    assert write_canonical(_read(text)) == text


def test_example_data_is_canonical(example_sources: Sources) -> None:
    for source in read_data(example_sources.data):
        assert write_canonical(source.triples, leading_comments(source.text)) == source.text


def test_type_and_label_come_first_and_kinds_in_their_order() -> None:
    text = write_canonical(
        [
            Triple(mint("tie", "a"), p2p("note"), Literal("n", language="en")),
            Triple(mint("practice", "b"), p2p("endYear"), Literal(2)),
            Triple(mint("practice", "b"), NamedNode(PREFIXES["rdfs"] + "label"), Literal("B", language="en")),
            Triple(mint("practice", "b"), NamedNode(PREFIXES["rdf"] + "type"), p2p("Practice")),
        ]
    )
    body = text.split("\n\n", 1)[1]
    assert body == 'practice:b a p2p:Practice ;\n  rdfs:label "B"@en ;\n  p2p:endYear 2 .\n\ntie:a p2p:note "n"@en .\n'


def test_comments_at_the_top_stay() -> None:
    triple = Triple(mint("practice", "a"), p2p("startYear"), Literal(2009))
    text = write_canonical([triple], "# Exland\n")
    assert text.startswith("# Exland\n\n@prefix")
    assert leading_comments(text) == "# Exland\n"


def test_node_without_address_is_refused() -> None:
    with pytest.raises(ValueError, match="without an address"):
        write_canonical([Triple(BlankNode(), p2p("startYear"), Literal(2009))])
