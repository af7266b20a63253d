"""An OWL 2 RL reasoner closes the ontology together with all curated data and finds no contradiction.

`reasonable` computes the closure. The contradictions that the profile defines through disjointness (rules cax-dw
and cax-adc of the W3C recommendation, section 4.3) are then looked for in the closure by the saved check that
also runs on every release.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import reasonable
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from p2p_graph.config import share
from p2p_graph.reading.library import Library

CHECK = Library.load(share("queries")).get("two-disjoint-classes").bind()
X = NamedNode("https://w3id.org/peer2peer/id/group/x")
PREFIXES = """
@prefix p2p: <https://w3id.org/peer2peer/ontology/> .
@prefix practice: <https://w3id.org/peer2peer/id/practice/> .
@prefix group: <https://w3id.org/peer2peer/id/group/> .
@prefix role: <https://w3id.org/peer2peer/vocab/role/> .
"""


def closure(folder: Path, sources: list[Path], extra: str = "") -> Store:
    """All that follows from the sources and some extra Turtle."""
    given = Store()
    for source in sources:
        given.bulk_load(path=str(source), format=RdfFormat.TURTLE)
    given.load((PREFIXES + extra).encode(), format=RdfFormat.TURTLE)
    whole = folder / "whole.ttl"
    given.dump(str(whole), format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    reasoner = reasonable.PyReasoner()
    reasoner.load_file(str(whole))
    lines = (f"{subject.n3()} {predicate.n3()} {value.n3()} ." for subject, predicate, value in reasoner.reason())
    store = Store()
    store.bulk_load("\n".join(lines).encode(), format=RdfFormat.N_TRIPLES)
    return store


def clashes(store: Store) -> set[str]:
    return {row["subject"].value for row in store.query(CHECK)}


@pytest.fixture(scope="module")
def ontology() -> list[Path]:
    return [share("ontology") / "p2p.ttl", *sorted((share("ontology") / "vocab").glob("*.ttl"))]


@pytest.fixture(scope="module")
def data() -> list[Path]:
    return sorted(share("data/triples").rglob("*.ttl"))


def test_the_ontology_and_all_data_are_consistent(tmp_path: Path, ontology: list[Path], data: list[Path]) -> None:
    assert clashes(closure(tmp_path, ontology + data)) == set()


def test_the_closure_knows_peers_by_their_role(tmp_path: Path, ontology: list[Path]) -> None:
    store = closure(tmp_path, ontology, "group:x a p2p:ActorGroup ; p2p:role role:peer-worker .")
    classes = {quad.object.value.rsplit("/", 1)[-1] for quad in store.quads_for_pattern(X, None, None)}
    assert {"PeerWorkers", "Peers", "ActorGroup", "Actor"} <= classes


def test_a_group_that_leads_a_practice_is_found_out(tmp_path: Path, ontology: list[Path]) -> None:
    extra = "group:x a p2p:ActorGroup . practice:y a p2p:Practice ; p2p:lead group:x ."
    assert clashes(closure(tmp_path, ontology, extra)) == {X.value}
