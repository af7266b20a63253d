"""What works elsewhere and is missing here: only where enough is recorded, strongest evidence first, nearest first."""

from __future__ import annotations

from pyoxigraph import NamedNode

from p2p_graph.model import Table
from p2p_graph.reading.gaps import Gap, Profile, gap_rows, gaps, nearness, profiles
from p2p_graph.reading.library import SavedQuery
from p2p_graph.reading.network import FAMILIES, Actor, Network, Tie, joined, project
from p2p_graph.reading.pattern import Basis, PatternCell, PatternRow, PatternTable, Showing
from p2p_graph.vocab import PREFIXES

ORDER = {"none-stated": 1, "descriptive": 3, "controlled-study": 8}


def profile(code: str, **kinds: str) -> Profile:
    """A country with one practice of each kind, on the evidence named."""
    return Profile(
        code,
        {kind: frozenset({f"{code}-{kind}"}) for kind in kinds},
        {"street": 3},
        frozenset({("allows", "nurse")}),
        {f"{code}-{kind}": evidence for kind, evidence in kinds.items()},
    )


def network(*ties: tuple[str, str]) -> Network:
    actors = {family: Actor(family, family, family, family, family) for family in FAMILIES}
    made = {f"t{n}": Tie(f"t{n}", pair, practices=(f"p{n}",)) for n, pair in enumerate(ties)}
    return joined([Network(project(Table((), ())).graph, actors, made)])


def table(with_tie: int, **found: int) -> PatternTable:
    cells = {
        code: PatternCell(code, with_tie, tuple(Showing(f"{code}-{n}", f"t{n}") for n in range(times)))
        for code, times in found.items()
    }
    bases = dict.fromkeys(found, Basis(with_tie, with_tie, with_tie))
    return PatternTable(bases, (PatternRow(SavedQuery("opposition", "patterns", "P", "?", {}, {}, ""), cells),))


def named(found: tuple[Gap, ...], kind: str) -> list[str]:
    return [gap.name for gap in found if gap.kind == kind]


def test_nothing_is_missing_where_too_little_is_recorded() -> None:
    known = {"XA": profile("XA"), "XB": profile("XB", naloxone="descriptive")}
    networks = {"XA": network(), "XB": network(("peers", "police"), ("peers", "police"))}
    assert gaps("XA", table(11, XA=0, XB=3), networks, known, {}, ORDER) == ()
    assert gaps("XC", table(12, XA=0, XB=3), networks, known, {}, ORDER) == ()
    assert len(gaps("XA", table(12, XA=0, XB=3), networks, known, {}, ORDER)) == 3


def test_gaps_of_each_kind_and_nothing_that_is_here() -> None:
    known = {"XA": profile("XA", housing="descriptive"), "XB": profile("XB", naloxone="", housing="")}
    networks = {
        "XA": network(("peers", "civil-society")),
        "XB": network(("peers", "police"), ("police", "peers"), ("peers", "civil-society"), ("peers", "dealers")),
    }
    found = gaps("XA", table(20, XA=0, XB=2), networks, known, {"XB-naloxone": 4}, ORDER)
    assert named(found, "pattern") == ["opposition"]
    assert named(found, "practice-kind") == ["naloxone"]
    # dealers with peers in one practice only
    assert named(found, "pair") == ["peers police"]
    assert [gap.elsewhere[0].findings for gap in found if gap.kind == "practice-kind"] == [4]
    assert gaps("XA", table(20, XA=1, XB=2), networks, known, {}, ORDER)[0].kind == "practice-kind"


def test_strongest_evidence_comes_first_then_the_nearest() -> None:
    known = {
        "XA": profile("XA"),
        "XB": profile("XB", naloxone="descriptive", drug_checking="controlled-study"),
        "XC": profile("XC", naloxone="descriptive", housing="descriptive"),
    }
    known["XB"] = Profile("XB", known["XB"].kinds, {"prison": 1}, frozenset(), known["XB"].evidence)
    networks = {code: network() for code in known}
    found = gaps("XA", table(20, XA=1, XB=0, XC=0), networks, known, {}, ORDER)
    assert named(found, "practice-kind") == ["drug_checking", "naloxone", "housing"]
    naloxone = found[1]
    assert [e.country for e in naloxone.elsewhere] == ["XC", "XB"]
    assert naloxone.nearest.country == "XC"
    assert naloxone.nearest.nearness.value == 1
    assert naloxone.elsewhere[1].nearness.law is None
    assert len(gap_rows(found)) == 4


def test_nearness_is_symmetric_and_one_with_oneself() -> None:
    one = Profile("A", settings={"street": 3, "prison": 4}, rules=frozenset({("allows", "nurse"), ("forbids", "peer")}))
    other = Profile("B", settings={"street": 1, "festival": 2}, rules=frozenset({("allows", "nurse")}))
    for a, b in ((one, other), (other, one)):
        near = nearness(a, b)
        assert near.setting is not None
        assert abs(near.setting - 3 / (5 * 5**0.5)) < 1e-12
        assert near.law == 0.5
        assert near.rules == (("allows", "nurse"),)
    assert nearness(one, one).value == 1
    assert nearness(one, Profile("C")).value == 0


def test_profiles_are_read_from_rows() -> None:
    def at(prefix: str, name: str) -> NamedNode:
        return NamedNode(PREFIXES[prefix] + name)

    columns = ("country", "practice", "trait", "value")
    practice = at("practice", "one")
    rows = tuple(
        (at("country", "XA"), practice, at("p2p", trait), value)
        for trait, value in (
            ("practiceKind", at("practice-kind", "naloxone")),
            ("setting", at("setting", "street")),
            ("setting", at("setting", "prison")),
            ("evidenceLevel", at("study-design", "descriptive")),
        )
    )
    law = Table(
        ("country", "modality", "role"), ((at("country", "XA"), at("modality", "allows"), at("role", "nurse")),)
    )
    (found,) = profiles(Table(columns, rows), law).values()
    assert found.kinds == {"naloxone": frozenset({practice.value})}
    assert found.settings == {"street": 1, "prison": 1}
    assert found.evidence == {practice.value: "descriptive"}
    assert found.rules == {("allows", "nurse")}
