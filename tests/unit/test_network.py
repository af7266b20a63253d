"""Networks from tables: small networks written to be read, run through the very queries of the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from p2p_graph.model import Table, View
from p2p_graph.reading.library import Library
from p2p_graph.reading.network import (
    FAMILIES,
    Network,
    chord_rows,
    filtered,
    mixing,
    mixing_matrix,
    network_rows,
    project,
)
from p2p_graph.reading.sentences import coverage_sentence, describe, summary
from p2p_graph.vocab import PREFIXES

ROOT = Path(__file__).parents[2]
LIBRARY = Library.load(ROOT / "queries")
HEAD = "".join(f"@prefix {prefix}: <{start}> .\n" for prefix, start in PREFIXES.items())
#: An example country with two practices that have ties, one that has none, and a tie outside any practice.
EXAMPLE = """
practice:tea-van a p2p:Practice ; rdfs:label "Tea van"@en ; p2p:inCountry country:XA .
practice:night-desk a p2p:Practice ; rdfs:label "Night desk"@en ; p2p:inCountry country:XA .
practice:quiet-room a p2p:Practice ; rdfs:label "Quiet room"@en ; p2p:inCountry country:XA .
group:peers a p2p:ActorGroup ; rdfs:label "Peers"@en ; p2p:role role:peer ; p2p:inCountry country:XA ;
  p2p:inPractice practice:tea-van ; p2p:memberOf organisation:lantern .
group:nurses a p2p:ActorGroup ; rdfs:label "Nurses"@en ; p2p:role role:nurse ; p2p:inCountry country:XA .
group:doctors a p2p:ActorGroup ; rdfs:label "Doctors"@en ; p2p:role role:physician ; p2p:inCountry country:XA .
group:police a p2p:ActorGroup ; rdfs:label "Police"@en ; p2p:role role:police-officer ; p2p:inCountry country:XA .
group:dealers a p2p:ActorGroup ; rdfs:label "Dealers"@en ; p2p:inCountry country:XA ;
  p2p:role role:small-scale-dealer, role:peer .
organisation:lantern a p2p:Organisation ; rdfs:label "Lantern"@en ; p2p:role role:cso ; p2p:inCountry country:XA .
tie:table a p2p:Cooperation ; p2p:inCountry country:XA ; p2p:inPractice practice:tea-van ;
  p2p:participant group:peers, group:nurses, group:doctors ; p2p:form form:formal ; p2p:polarity polarity:supports ;
  p2p:function function:joint-work, function:training ; p2p:startYear 2015 ; p2p:readIn reading:one, reading:two .
tie:kits a p2p:Cooperation ; p2p:inCountry country:XA ; p2p:inPractice practice:night-desk ;
  p2p:participant group:nurses, group:peers ; p2p:giver group:nurses ; p2p:receiver group:peers ;
  p2p:form form:informal ; p2p:polarity polarity:supports ; p2p:function function:equipment ; p2p:readIn reading:two .
tie:against a p2p:Cooperation ; p2p:inCountry country:XA ; p2p:participant group:police, group:peers ;
  p2p:polarity polarity:blocks ; p2p:function function:information ; p2p:readIn reading:two .
reading:one p2p:ofDocument document:report . document:report p2p:year 2016 .
reading:two p2p:ofDocument document:page .
"""
PEERS, NURSES, DOCTORS, POLICE, DEALERS = (
    f"https://w3id.org/peer2peer/id/group/{slug}" for slug in ("peers", "nurses", "doctors", "police", "dealers")
)
TABLE, KITS, AGAINST = (f"https://w3id.org/peer2peer/id/tie/{slug}" for slug in ("table", "kits", "against"))
LANTERN = "https://w3id.org/peer2peer/id/organisation/lantern"


def read(extra: str = "", **values: str) -> Network:
    store = Store()
    roles = (ROOT / "ontology/vocab/role.ttl", ROOT / "ontology/vocab/function.ttl")
    for number, text in enumerate([HEAD + EXAMPLE + extra, *(path.read_text() for path in roles)]):
        store.load(text.encode(), format=RdfFormat.TURTLE, to_graph=NamedNode(f"https://example.org/{number}"))

    def table(name: str) -> Table:
        answer = store.query(LIBRARY.get(name).bind(**values), use_default_graph_as_union=True)
        columns = tuple(variable.value for variable in answer.variables)
        return Table(columns, tuple(tuple(row[i] for i in range(len(columns))) for row in answer))

    names = ("ties-of-country", "affiliations-of-country", "tie-details-of-country", "practices-of-country")
    for name in names:
        assert tuple(LIBRARY.get(name).columns) == table(name).columns
    return project(*map(table, names))


def test_families_are_those_of_the_scheme_of_roles_in_its_order() -> None:
    store = Store()
    store.load((ROOT / "ontology/vocab/role.ttl").read_bytes(), format=RdfFormat.TURTLE)
    query = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT ?family { ?family skos:topConceptOf ?scheme ; skos:notation ?n } ORDER BY ?n"""
    assert tuple(row[0].value.rsplit("/", 1)[-1] for row in store.query(query)) == FAMILIES


def test_ties_become_edges_and_a_table_of_three_stays_whole() -> None:
    network = read(country="XA")
    assert sorted(network.actors) == sorted([PEERS, NURSES, DOCTORS, POLICE, LANTERN])
    assert network.graph.number_of_edges() == 3 + 1 + 1
    assert [tie.address for tie in network.tables] == [TABLE]
    assert network.ties[TABLE].participants == (DOCTORS, NURSES, PEERS)
    assert network.graph.edges[PEERS, NURSES, KITS]["giver"] == NURSES
    assert network.graph.edges[PEERS, NURSES, TABLE]["giver"] is None
    assert network.affiliations == ((PEERS, LANTERN),)
    assert network.graph.nodes[PEERS] == {"label": "Peers", "role": "peer", "family": "peers"}


def test_the_graph_cannot_be_changed_but_its_copy_can() -> None:
    network = read(country="XA")
    with pytest.raises(Exception, match="Frozen"):
        network.graph.remove_node(PEERS)
    copy = network.graph.copy()
    copy.remove_node(PEERS)
    assert PEERS in network.graph


def test_what_a_tie_rests_on_is_read() -> None:
    network = read(country="XA")
    table, kits = network.ties[TABLE], network.ties[KITS]
    assert (table.readings, table.dated, table.is_faint) == (2, True, False)
    assert (kits.readings, kits.dated, kits.is_faint) == (1, False, True)
    assert table.functions == ("training", "working together")
    assert describe(table, network) == (
        "Doctors – Nurses – Peers: training, working together (formal, since 2015, 2 sources)"
    )
    assert describe(kits, network) == "Nurses → Peers: equipment (informal, 1 source)"
    assert describe(network.ties[AGAINST], network).startswith("Peers – Police: blocks, information")


def test_one_practice_has_only_its_ties() -> None:
    network = read(practice="tea-van")
    assert list(network.ties) == [TABLE]
    assert network.practices == {"https://w3id.org/peer2peer/id/practice/tea-van": "Tea van"}
    assert list(read(country="XA", practice="night-desk").ties) == [KITS]
    assert not read(country="XB").ties


def test_a_tie_outside_any_practice_has_one_row_for_each_participant() -> None:
    network = read(country="XA")
    assert network.ties[AGAINST].practices == ()
    assert mixing(network).coverage.ties_outside_practices == 1


def test_an_actor_of_two_families_stands_once_with_the_first() -> None:
    network = read(
        """tie:word a p2p:Cooperation ; p2p:inCountry country:XA ; p2p:participant group:dealers, group:nurses ;
           p2p:polarity polarity:supports ; p2p:function function:information ."""
    )
    assert network.actors[DEALERS].family == "peers"
    assert network.graph.number_of_edges(DEALERS, NURSES) == 1


def test_the_wheel_joins_families() -> None:
    wheel = mixing(read(country="XA"))
    chords = {(c.one, c.other, c.against): (len(c.practices), len(c.ties), c.form) for c in wheel.chords}
    assert chords == {
        ("peers", "professionals", False): (2, 2, "mixed"),
        ("professionals", "professionals", False): (1, 1, "formal"),
        ("peers", "police", True): (0, 1, "unstated"),
    }
    loose = wheel.chord("police", "peers", against=True)
    assert loose is not None
    assert loose.weight == 1


def test_coverage_counts_what_is_missing() -> None:
    coverage = mixing(read(country="XA")).coverage
    assert (coverage.practices, coverage.practices_with_tie, coverage.practices_without_tie) == (3, 2, 1)
    assert (coverage.ties, coverage.ties_without_form, coverage.ties_on_one_reading) == (3, 1, 2)


def test_sentences_say_the_numbers_of_the_wheel() -> None:
    wheel = mixing(read(country="XA"))
    assert summary(wheel, "Example") == "Example: 3 practices; peers with professionals in 2."
    assert coverage_sentence(wheel) == (
        "Shown: 3 ties, 2 practices; 1 practice has no recorded tie; the form of 1 is not stated; 2 rest on one source."
    )


def test_the_table_of_the_wheel_says_what_its_chords_say() -> None:
    wheel = mixing(read(country="XA"))
    rows = [tuple(cell.value for cell in row) for row in chord_rows(wheel).rows]  # type: ignore[union-attr]
    assert rows == [
        ("peers", "professionals", "false", "2", "2", "1", "1", "0", "0"),
        ("peers", "police", "true", "0", "1", "0", "0", "0", "1"),
        ("professionals", "professionals", "false", "1", "1", "1", "0", "0", "0"),
    ]
    matrix = {row[0].value: [c.value for c in row[1:]] for row in mixing_matrix(wheel).rows}  # type: ignore[union-attr]
    assert matrix["peers"] == ["0", "0", "2", "0", "0", "0", "0", "0", "0"]
    assert matrix["professionals"] == ["2", "0", "1", "0", "0", "0", "0", "0", "0"]
    assert all(matrix[a][FAMILIES.index(b)] == matrix[b][FAMILIES.index(a)] for a in FAMILIES for b in FAMILIES)


def test_the_table_of_a_network_has_every_actor() -> None:
    network = read(country="XA")
    rows = {row[0].value: [c.value for c in row[1:]] for row in network_rows(network).rows}  # type: ignore[union-attr]
    assert rows[PEERS] == ["Peers", "peer", "peers", "3", "Doctors; Nurses; Police"]
    assert rows[LANTERN] == ["Lantern", "civil-society organisation", "civil-society", "0", ""]
    assert set(rows) == set(network.actors)


def test_a_filter_keeps_ties_between_the_chosen() -> None:
    network = read(country="XA")
    assert list(filtered(network, View(forms=("informal",))).ties) == [KITS]
    inside = filtered(network, View(roles=("professionals",)))
    assert inside.ties[TABLE].participants == (DOCTORS, NURSES)
    assert list(inside.ties) == [TABLE]
    assert filtered(network, View()).graph.number_of_edges() == network.graph.number_of_edges()


def test_rows_in_any_order_give_the_same_network() -> None:
    columns = ("tie", "actor", "actorLabel", "role", "family")
    tie, peer, officer = (NamedNode(f"https://example.org/{name}") for name in ("t", "peer", "officer"))
    peers, police = (NamedNode(f"https://w3id.org/peer2peer/vocab/role/{name}") for name in ("peers", "police"))
    rows = ((tie, peer, None, peers, peers), (tie, officer, None, police, police))
    one, other = project(Table(columns, rows)), project(Table(columns, rows[::-1]))
    assert dict(one.ties) == dict(other.ties)
    assert list(one.actors.items()) == list(other.actors.items())
    assert one.actors["https://example.org/peer"].label == "peer"
