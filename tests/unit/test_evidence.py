"""The map of the evidence: what stands where, what stands nowhere, and what a country filter keeps."""

from __future__ import annotations

from pyoxigraph import NamedNode

from p2p_graph.model import Table
from p2p_graph.reading.evidence import Known, evidence_map, evidence_rows, known
from p2p_graph.vocab import PREFIXES

P2P = PREFIXES["p2p"]


def named(*cells: str) -> tuple[NamedNode, ...]:
    return tuple(NamedNode(cell if "://" in cell else f"https://example.org/{cell}") for cell in cells)


FINDINGS = Table(
    ("finding", "trait", "value"),
    (
        named("f/one", f"{P2P}studyDesign", "pre-post"),
        named("f/one", f"{P2P}about", "p/bus"),
        named("f/two", f"{P2P}studyDesign", "descriptive"),
        named("f/two", f"{P2P}aboutKind", "referral"),
        named("f/two", f"{P2P}about", "p/bus"),
        named("f/two", f"{P2P}aboutRole", "role/nurse"),
        named("f/two", f"{P2P}inCountry", "c/XB"),
        named("f/three", f"{P2P}studyDesign", "descriptive"),
    ),
)
PRACTICES = Table(
    ("country", "practice", "trait", "value"),
    (
        named("c/XA", "p/bus", f"{P2P}practiceKind", "naloxone"),
        named("c/XA", "p/bus", f"{P2P}evidenceLevel", "pre-post"),
    ),
)
KINDS, DESIGNS = ("naloxone", "referral", "housing"), ("descriptive", "pre-post")


def what() -> Known:
    return known(FINDINGS, PRACTICES, {"https://example.org/role/nurse": "professionals"}, {})


def test_finding_stands_under_the_kinds_it_names_else_under_those_of_its_practices() -> None:
    made = evidence_map(what(), "kind", KINDS, DESIGNS)
    naloxone, referral, housing = made.rows
    assert naloxone.cells["pre-post"].findings == ("https://example.org/f/one",)
    assert naloxone.cells["pre-post"].practices == ("https://example.org/p/bus",)
    assert set(naloxone.cells) == {"pre-post"}
    assert referral.cells["descriptive"].findings == ("https://example.org/f/two",)
    assert (housing.findings, housing.practices) == (0, 0)
    assert made.unplaced == ("https://example.org/f/three",)
    assert (made.findings, made.practices) == (3, 1)


def test_finding_stands_under_a_role_only_if_it_names_it() -> None:
    made = evidence_map(what(), "role", KINDS, DESIGNS)
    placed = {row.name: row.findings for row in made.rows if row.findings}
    assert placed == {"professionals": 1}
    assert len(made.unplaced) == 2


def test_country_keeps_findings_from_there_and_about_practices_there() -> None:
    assert evidence_map(what(), "kind", KINDS, DESIGNS, "XB").findings == 1
    made = evidence_map(what(), "kind", KINDS, DESIGNS, "XA")
    assert made.findings == 2
    assert made.practices == 1


def test_table_has_every_place_also_the_empty_ones() -> None:
    rows = evidence_rows(evidence_map(what(), "kind", KINDS, DESIGNS)).rows
    assert len(rows) == len(KINDS) * len(DESIGNS)
    assert [cell.value for cell in rows[-1] if cell] == ["housing", "pre-post", "0", "0"]
