"""Validation: lines, words, and that the fast engine and the telling one agree."""

from __future__ import annotations

import logging

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from p2p_graph.config import share
from p2p_graph.contributing import Shapes, Source, validate, validation
from p2p_graph.contributing.validation import line_of
from p2p_graph.curation import Sources, read_data, read_words
from p2p_graph.model import Fault

HEAD = """@prefix p2p: <https://w3id.org/peer2peer/ontology/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix practice: <https://w3id.org/peer2peer/id/practice/> .
@prefix organisation: <https://w3id.org/peer2peer/id/organisation/> .
@prefix role: <https://w3id.org/peer2peer/vocab/role/> .
"""


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes.load(share("ontology") / "shapes")


@pytest.fixture(scope="module")
def context(example_sources: Sources) -> list[Triple]:
    words = [quad.triple for quad in read_words(example_sources)]
    return words + [triple for source in read_data(example_sources.data) for triple in source.triples]


def _source(body: str, name: str = "new.ttl") -> Source:
    return Source(name, HEAD + body, tuple(quad.triple for quad in parse(HEAD + body, RdfFormat.TURTLE)))


def test_example_data_has_no_fault(example_sources: Sources, shapes: Shapes) -> None:
    words = [quad.triple for quad in read_words(example_sources)]
    assert validate(read_data(example_sources.data), words, shapes) == ()


def test_fault_has_file_line_field_words_and_value(context: list[Triple], shapes: Shapes) -> None:
    body = (
        '\norganisation:new a p2p:Organisation ;\n  rdfs:label "New"@en ;\n  p2p:role role:cso ; p2p:foundedYear 19 .\n'
    )
    (fault,) = validate([_source(body)], context, shapes)
    assert fault == Fault("new.ttl", 7, "organisation:new", "Founded", fault.what, "19", "p2p:foundedYear")
    assert "four digits" in fault.what


def test_words_hold_no_word_of_the_trade(context: list[Triple], shapes: Shapes) -> None:
    body = '\norganisation:new a p2p:Organisation ; p2p:role role:nobody ; p2p:foundedYear "x"@en ; p2p:mood 1 .\n'
    faults = validate([_source(body)], context, shapes)
    assert len(faults) == 4
    trade = ("IRI", "URI", "literal", "Literal", "SHACL", "shape", "triple", "datatype", "node", "RDF")
    assert [f.what for f in faults if any(word in f.what for word in trade)] == []


def test_faults_of_the_context_are_not_told(context: list[Triple], shapes: Shapes) -> None:
    broken = _source("\npractice:broken a p2p:Practice .\n", "broken.ttl")
    good = _source('\norganisation:new a p2p:Organisation ; rdfs:label "New"@en ; p2p:role role:cso .\n')
    assert validate([good], [*context, *broken.triples], shapes) == ()
    assert {fault.file for fault in validate([good, broken], context, shapes)} == {"broken.ttl"}


def test_a_thing_in_two_files_is_seen_whole(context: list[Triple], shapes: Shapes) -> None:
    one = _source('\norganisation:new a p2p:Organisation ; rdfs:label "New"@en .\n', "one.ttl")
    two = _source("\norganisation:new p2p:role role:cso .\n", "two.ttl")
    assert validate([one, two], context, shapes) == ()
    second = _source('\norganisation:new rdfs:label "Newer"@en .\n', "three.ttl")
    assert [fault.path for fault in validate([one, two, second], context, shapes)] == ["rdfs:label"]


def test_value_that_is_no_number_is_a_fault_and_logs_nothing(
    context: list[Triple], shapes: Shapes, caplog: pytest.LogCaptureFixture
) -> None:
    body = (
        '\norganisation:new a p2p:Organisation ; rdfs:label "New"@en ; p2p:role role:cso ;'
        ' p2p:foundedYear "soon"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    )
    with caplog.at_level(logging.DEBUG):
        (fault,) = validate([_source(body)], context, shapes)
    assert (fault.field, fault.value) == ("Founded", "soon")
    assert caplog.records == []


def test_faults_come_by_file_and_line(context: list[Triple], shapes: Shapes) -> None:
    sources = [_source("\npractice:b a p2p:Practice .\npractice:a a p2p:Practice .\n", name) for name in ("z", "a")]
    found = validate(sources, context, shapes)
    assert [(f.file, f.line) for f in found] == sorted((f.file, f.line or 0) for f in found)
    assert {f.line for f in found} == {7, 8}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<https://example.org/a> <b:c> 1 .", 1),
        ("\n\n  e:a <b:c> 1 .", 4),
        ("e:ab <b:c> e:a .\ne:a <b:c> 1 .", 3),
        ("e:b <b:c> e:a .", 2),
        ("e:b <b:c> e:d .", None),
    ],
)
def test_line_of_finds_where_a_subject_begins(text: str, line: int | None) -> None:
    prefixed = text if text.startswith("<") else "@prefix e: <https://example.org/> .\n" + text
    assert line_of(prefixed, "https://example.org/a") == line


@pytest.mark.parametrize("few", [0, 5_000])
def test_what_was_checked_before_counts_no_more(
    context: list[Triple], shapes: Shapes, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Few triples are laid over what the engine holds and taken off again, many are read in its place."""
    monkeypatch.setattr(validation, "_FEW", few)
    broken = _source("\npractice:broken a p2p:Practice .\n", "broken.ttl")
    good = _source('\norganisation:new a p2p:Organisation ; rdfs:label "New"@en ; p2p:role role:cso .\n')
    for _ in range(2):
        assert {fault.subject for fault in validate([broken], context, shapes)} == {"practice:broken"}
        assert validate([good], context, shapes) == ()
        assert len(list(shapes.engine.triples())) == 1
