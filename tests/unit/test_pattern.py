"""Patterns: drawings that say what the pattern says, and counts that know what they are counted in."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode

from p2p_graph.config import share
from p2p_graph.errors import UnknownQuery
from p2p_graph.model import Table
from p2p_graph.reading.library import Library, Pattern, PatternTie, SavedQuery, parse
from p2p_graph.reading.network import FAMILIES
from p2p_graph.reading.pattern import (
    LEAST,
    Basis,
    PatternTable,
    bases,
    counted,
    drawing_sentence,
    pattern_rows,
    pattern_svg,
)
from p2p_graph.reading.sentences import ENGLISH
from p2p_graph.vocab import mint

LIBRARY = Library.load(share("queries"))
SAVED = LIBRARY.patterns
SVG = "{http://www.w3.org/2000/svg}"
TWO = {"a": "police", "b": "professionals"}


def drawn(pattern: Pattern, size: float = 320) -> ET.Element:
    return ET.fromstring(pattern_svg(pattern, "A title", size=size))


def of(*ties: PatternTie, roles: dict[str, str] = TWO) -> Pattern:
    return Pattern("What it is.", "Why.", roles, ties)


def texts(picture: ET.Element) -> list[str]:
    return [" ".join(t for t in text.itertext()) for text in picture.iter(f"{SVG}text")]


@pytest.mark.parametrize("size", [120, 320])
@pytest.mark.parametrize("saved", SAVED, ids=[q.name for q in SAVED])
def test_each_pattern_is_drawn_with_its_roles_and_ties_inside_its_frame(saved: SavedQuery, size: int) -> None:
    pattern = saved.pattern
    assert pattern
    picture = drawn(pattern, size)
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    assert width == size
    assert height < size
    assert len([g for g in picture.iter(f"{SVG}g") if g.get("class") == "family"]) == len(pattern.roles)
    assert len([g for g in picture.iter(f"{SVG}g") if str(g.get("class")).startswith("tie")]) == len(pattern.ties)
    for role in pattern.roles.values():
        assert any(text.casefold() == ENGLISH.families[role].casefold() for text in texts(picture)), role
    for span in picture.iter(f"{SVG}tspan"):
        assert 0 < float(span.attrib["x"]) < width
        assert 8 <= float(span.attrib["y"]) <= height - 1


def test_drawing_names_itself_and_is_the_same_each_time() -> None:
    pattern = of(PatternTie("a", "b", "formal"))
    first = pattern_svg(pattern, "Police & <care>", ident="one")
    assert first == pattern_svg(pattern, "Police & <care>", ident="one")
    picture = ET.fromstring(first)
    title, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text == "Police & <care>"
    assert description.text == "Between police and professionals: formal."
    assert picture.attrib["aria-labelledby"] == title.attrib["id"] == "one-title"
    assert picture.attrib["aria-describedby"] == description.attrib["id"]
    assert picture.attrib["role"] == "img"


def lines(picture: ET.Element) -> list[ET.Element]:
    return [path for path in picture.iter(f"{SVG}path") if path.get("class") == "line"]


def test_line_shows_form_direction_and_stance() -> None:
    formal, informal, open_ = (drawn(of(PatternTie("a", "b", form))) for form in ("formal", "informal", None))
    assert lines(formal)[0].get("stroke-dasharray") is None
    assert lines(informal)[0].get("stroke-dasharray") is not None
    assert lines(open_)[0].get("stroke-linecap") == "round"
    assert "informal" in texts(informal)
    assert not {"formal", "informal"} & set(texts(open_))
    arrow = [p for p in drawn(of(PatternTie("a", "b", directed=True))).iter(f"{SVG}path") if p.get("class") == "arrow"]
    assert len(arrow) == 1
    bar = [p for p in drawn(of(PatternTie("a", "b", polarity="blocks"))).iter(f"{SVG}path") if p.get("class") == "bar"]
    assert len(bar) == 1
    assert not [p for p in formal.iter(f"{SVG}path") if p.get("class") in ("arrow", "bar")]


def test_arrow_points_at_the_one_that_receives() -> None:
    def tip(tie: PatternTie) -> float:
        path = next(p for p in drawn(of(tie)).iter(f"{SVG}path") if p.get("class") == "arrow")
        return float(path.attrib["d"][1:].split()[0])

    assert tip(PatternTie("a", "b", directed=True)) > 160 > tip(PatternTie("b", "a", directed=True))


def test_two_ties_between_the_same_two_lie_apart() -> None:
    before, after = lines(drawn(of(PatternTie("a", "b", "informal"), PatternTie("b", "a", "formal"))))
    assert "Q" in before.attrib["d"]
    assert "Q" in after.attrib["d"]

    def controls(path: ET.Element) -> float:
        found = re.search(r"Q[\d.]+ ([\d.]+)", path.attrib["d"])
        assert found
        return float(found[1])

    assert controls(before) < controls(after)


def test_tie_of_three_is_one_table_and_no_pairs() -> None:
    roles = {"a": "peers", "b": "police", "c": "authorities"}
    pattern = of(PatternTie("a", "b", further=("c",)), roles=roles)
    picture = drawn(pattern)
    assert len([r for r in picture.iter(f"{SVG}rect") if r.get("class") == "junction"]) == 1
    assert len(lines(picture)) == 3
    assert drawing_sentence(pattern) == "At one table, peers, police and authorities: in any form."


def test_narrower_role_is_drawn_as_its_family_and_stands_by_its_own_name() -> None:
    pattern = of(PatternTie("a", "b"), roles={"a": "nurse", "b": "police"})
    picture = ET.fromstring(pattern_svg(pattern, "Nurse", families={"nurse": "professionals"}))
    assert any("role-professionals" in str(e.get("class")) for e in picture.iter())
    assert "Nurse" in texts(picture)
    with pytest.raises(ValueError, match="nurse"):
        pattern_svg(pattern, "Nurse")


def test_colours_are_classes_so_that_night_can_change_them_and_a_file_brings_its_own() -> None:
    pattern = of(PatternTie("a", "b"))
    assert "<style>" not in pattern_svg(pattern, "T")
    assert "prefers-color-scheme:dark" in pattern_svg(pattern, "T", standalone=True)
    for family in FAMILIES:
        assert f'class="role role-{family}' in pattern_svg(
            of(PatternTie("a", "b"), roles={"a": family, "b": family}), "T"
        )


# heads


HEAD = "#+ title: T\n#+ definition: D\n#+ why: W\n#+ drawing: {roles: {a: peers, b: police}, ties: [%s]}\nASK {}"


@pytest.mark.parametrize(
    ("tie", "fault"),
    [("{one: a, other: c}", "unknown roles: c"), ("{one: a, other: a}", "to itself"), ("", "no ties")],
)
def test_drawing_that_cannot_be_drawn_is_a_fault_of_the_head(tie: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse(HEAD % tie, "t", "patterns")


def test_unknown_pattern_names_similar_ones_and_a_question_is_none() -> None:
    with pytest.raises(UnknownQuery) as caught:
        LIBRARY.pattern("oposition")
    assert "opposition" in caught.value.values["near"]
    with pytest.raises(UnknownQuery, match="no pattern"):
        LIBRARY.pattern("practices-by-country")
    with pytest.raises(UnknownQuery) as caught:
        LIBRARY.get("three-at-one-tabel")
    assert "three-at-one-table" in caught.value.values["near"]


# counts


COUNTRY = {code: mint("country", code) for code in ("XA", "XB", "XC")}
P1, P2 = mint("practice", "one"), mint("practice", "two")
T1, T2, T3 = (mint("tie", name) for name in ("a", "b", "c"))
KNOWN = {"XA": Basis(20, 16, 60), "XB": Basis(15, LEAST - 1, 12), "XC": Basis(30, 30, 40)}


def found(*rows: tuple[NamedNode | None, ...], last: str = "tie") -> Table:
    return Table(("country", "practice", last), rows)


def test_practices_and_ties_are_counted_once_and_ties_outside_any_practice_are_ties() -> None:
    rows = [(COUNTRY["XA"], P1, T1), (COUNTRY["XA"], P1, T2), (COUNTRY["XA"], P2, T2), (COUNTRY["XA"], None, T3)]
    cell = counted(SAVED[0], found(*rows, rows[0]), KNOWN).cells["XA"]
    assert cell.practices == (P1.value, P2.value)
    assert cell.ties == (T1.value, T2.value, T3.value)
    assert (cell.out_of, cell.share, cell.verdict) == (16, 2 / 16, "found")


def test_absence_counts_only_where_enough_is_recorded() -> None:
    row = counted(SAVED[0], found(), KNOWN)
    assert {code: cell.verdict for code, cell in row.cells.items()} == {
        "XA": "not found",
        "XB": "too few to say",
        "XC": "not found",
    }
    shown = counted(SAVED[0], found((COUNTRY["XB"], P1, T1)), KNOWN).cells["XB"]
    assert (shown.verdict, shown.share, len(shown.practices)) == ("found", None, 1)


def test_pattern_without_ties_is_counted_in_all_practices() -> None:
    cell = counted(SAVED[0], found((COUNTRY["XB"], P1, P2), last="origin"), KNOWN).cells["XB"]
    assert (cell.out_of, cell.share, cell.ties) == (15, 1 / 15, ())
    assert cell.showings[0].origin == P2.value


def test_table_of_all_knows_what_a_practice_shows_and_becomes_rows() -> None:
    one = counted(SAVED[0], found((COUNTRY["XA"], P1, T1)), KNOWN)
    other = counted(SAVED[1], found((COUNTRY["XA"], P2, T2), (COUNTRY["XC"], P1, T3)), KNOWN)
    table = PatternTable(KNOWN, (one, other))
    assert table.shown_by(P1.value) == (one, other)
    assert table.shown_by(P2.value) == (other,)
    assert other.practices == 2
    rows = pattern_rows(table)
    assert len(rows) == 2 * len(KNOWN)
    record = next(r for r in rows.records() if r["country"] == Literal("XB") and r["pattern"] == Literal(SAVED[0].name))
    assert (record["practices"], record["outOf"], record["verdict"]) == (
        Literal(0),
        Literal(LEAST - 1),
        Literal("too few to say"),
    )


def test_country_without_practices_is_left_out() -> None:
    columns = ("country", "practices", "withTie", "ties")
    table = Table(
        columns,
        ((COUNTRY["XB"], Literal(0), Literal(0), Literal(3)), (COUNTRY["XA"], Literal(2), Literal(1), Literal(4))),
    )
    assert bases(table) == {"XA": Basis(2, 1, 4)}
