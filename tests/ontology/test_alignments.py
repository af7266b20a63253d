"""The alignment files speak of terms that exist, and say nothing that sets our classes at odds."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from p2p_graph.config import share
from p2p_graph.vocab import PREFIXES

FILES = sorted((share("ontology") / "alignments").glob("*.ttl"))
TERMS = {
    quad.subject.value
    for quad in parse(path=str(share("ontology") / "p2p.ttl"), format=RdfFormat.TURTLE)
    if isinstance(quad.subject, NamedNode)
}


def test_the_standards_that_are_built_on_are_aligned() -> None:
    assert {path.stem for path in FILES} >= {"prov", "org", "skos", "schema", "eli", "qb", "dcat"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_alignment_leads_from_our_terms_to_others(path: Path) -> None:
    quads = list(parse(path=str(path), format=RdfFormat.TURTLE))
    assert quads
    for quad in quads:
        assert isinstance(quad.subject, NamedNode)
        assert quad.subject.value in TERMS, quad.subject
        assert isinstance(quad.object, NamedNode)
        assert not quad.object.value.startswith(PREFIXES["p2p"]), f"{quad.object} is our own"


def test_each_term_is_put_under_one_class_of_a_standard_at_most() -> None:
    for path in FILES:
        under: dict[str, set[str]] = {}
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            if quad.predicate.value == PREFIXES["rdfs"] + "subClassOf":
                assert isinstance(quad.subject, NamedNode)
                assert isinstance(quad.object, NamedNode)
                under.setdefault(quad.subject.value, set()).add(quad.object.value)
        assert all(len(classes) == 1 for classes in under.values()), path.stem
