"""What partners of the tests send: a practice with its groups, a tie and a source, under their own slug."""

from __future__ import annotations

from collections.abc import Collection

from pyoxigraph import RdfFormat, Triple, parse

from p2p_graph.contributing.roles import Account
from p2p_graph.text import slug
from p2p_graph.vocab import mint

PORT = Account("port", "partner", "port-house", "Port House")
QUAY = Account("quay", "partner", "quay-peers", "Quay Peers")
STEWARD = Account("warden", "steward", "warden", "The Wardens")
OTHER_STEWARD = Account("keeper", "steward", "keeper", "The Keepers")

_PRACTICE = """
@prefix basis: <https://w3id.org/peer2peer/vocab/basis/> .
@prefix confidence: <https://w3id.org/peer2peer/vocab/confidence/> .
@prefix contributor: <https://w3id.org/peer2peer/id/contributor/> .
@prefix country: <https://w3id.org/peer2peer/id/country/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix document: <https://w3id.org/peer2peer/id/document/> .
@prefix document-kind: <https://w3id.org/peer2peer/vocab/document-kind/> .
@prefix extent-seen: <https://w3id.org/peer2peer/vocab/extent-seen/> .
@prefix form: <https://w3id.org/peer2peer/vocab/form/> .
@prefix function: <https://w3id.org/peer2peer/vocab/function/> .
@prefix group: <https://w3id.org/peer2peer/id/group/> .
@prefix organisation: <https://w3id.org/peer2peer/id/organisation/> .
@prefix p2p: <https://w3id.org/peer2peer/ontology/> .
@prefix place: <https://w3id.org/peer2peer/id/place/> .
@prefix polarity: <https://w3id.org/peer2peer/vocab/polarity/> .
@prefix practice: <https://w3id.org/peer2peer/id/practice/> .
@prefix practice-kind: <https://w3id.org/peer2peer/vocab/practice-kind/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix reading: <https://w3id.org/peer2peer/id/reading/> .
@prefix role: <https://w3id.org/peer2peer/vocab/role/> .
@prefix schema: <https://schema.org/> .
@prefix setting: <https://w3id.org/peer2peer/vocab/setting/> .
@prefix study-design: <https://w3id.org/peer2peer/vocab/study-design/> .
@prefix tie: <https://w3id.org/peer2peer/id/tie/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

practice:{start} a p2p:Practice ;
  rdfs:label "{name}"@en ;
  dcterms:description "Peers and nurses go to the station together on two evenings a week."@en ;
  p2p:evidenceLevel study-design:descriptive ;
  p2p:inCountry country:XA ;
  p2p:inPlace place:exford ;
  p2p:lead organisation:xa-outreach ;
  p2p:practiceKind practice-kind:joint-outreach ;
  p2p:readIn reading:{start}-report ;
  p2p:setting setting:street ;
  p2p:startYear {year} .

group:{start}-peers a p2p:ActorGroup ;
  rdfs:label "Peer educators – {name}"@en ;
  p2p:inCountry country:XA ;
  p2p:inPractice practice:{start} ;
  p2p:role role:peer-educator .

group:{start}-nurses a p2p:ActorGroup ;
  rdfs:label "Nurses – {name}"@en ;
  p2p:inCountry country:XA ;
  p2p:inPractice practice:{start} ;
  p2p:role role:nurse .

tie:{start}-team a p2p:Cooperation ;
  p2p:basis basis:contract ;
  p2p:confidence confidence:stated ;
  p2p:form form:formal ;
  p2p:function function:referral ;
  p2p:inCountry country:XA ;
  p2p:inPractice practice:{start} ;
  p2p:participant group:{start}-nurses, group:{start}-peers ;
  p2p:polarity polarity:supports ;
  p2p:readIn reading:{start}-report .

document:{start}-report a p2p:Document ;
  rdfs:label "Report of {name}"@en ;
  p2p:documentKind document-kind:report ;
  schema:url <https://example.org/{start}.pdf> ;
  p2p:inCountry country:XA .

reading:{start}-report a p2p:Reading ;
  p2p:extentSeen extent-seen:whole ;
  p2p:ofDocument document:{start}-report ;
  p2p:readOn "2026-01-05"^^xsd:date ;
  p2p:recordedBy contributor:{slug} .
"""


def turtle(by: Account = PORT, name: str = "Station evenings", end: str = "evenings", year: object = 2012) -> str:
    """A practice as Turtle."""
    return _PRACTICE.format(start=f"{by.slug}-{end}", slug=by.slug, name=name, year=year)


def practice(
    by: Account = PORT, name: str = "Station evenings", end: str = "evenings", year: object = 2012
) -> tuple[Triple, ...]:
    """A practice as triples."""
    return tuple(quad.triple for quad in parse(turtle(by, name, end, year), RdfFormat.TURTLE))


def minting(kind: str, name: str, taken: Collection[str]) -> str:
    """A free address of Port House, as the desk would give it."""
    start, number = f"port-house-{slug(name) or kind}", 1
    while True:
        found = mint(kind, start if number == 1 else f"{start}-{number}").value
        if found not in taken:
            return found
        number += 1
