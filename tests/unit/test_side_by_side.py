"""Countries beside each other: the same place for the same role, what only one has, addresses that keep a state."""

from __future__ import annotations

import cmath
import math
import re
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from p2p_graph.model import Table, View
from p2p_graph.reading.comparing import difference, difference_rows, overlaid, pooled
from p2p_graph.reading.matrix import matrix_svg
from p2p_graph.reading.network import FAMILIES, Actor, Network, Tie, filtered, joined, mixing, project
from p2p_graph.reading.sectors import sectors_svg, spacing, spots
from p2p_graph.reading.wheel import wheel_svg
from webapp.viewing import read

COUNTRIES = {"XA": "Exland", "XB": "Wyland"}


def network(*ties: Tie, crowd: int = 0) -> Network:
    """A network of one actor for each family, and a crowd of peers who all meet at one table."""
    names = {f"a{n}": family for n, family in enumerate(FAMILIES)} | {f"p{n}": "peers" for n in range(crowd)}
    actors = {name: Actor(name, f"<{name}>", family, family, family) for name, family in names.items()}
    more = (Tie("crowd", tuple(f"p{n}" for n in range(crowd))),) if crowd > 1 else ()
    empty = project(Table((), ()))
    return joined([Network(empty.graph, actors, {tie.address: tie for tie in (*ties, *more)})])


PEERS_POLICE = Tie("t1", ("a0", "a4"), "formal", practices=("p",), start=2010)
PEERS_CIVIL = Tie("t2", ("a0", "a3"), "informal", practices=("p", "q"), end=2012)
AGAINST = Tie("t3", ("a4", "a8"), polarity="blocks")


def test_view_by_stance_and_year() -> None:
    whole = network(PEERS_POLICE, PEERS_CIVIL, AGAINST)
    shown = lambda **view: set(filtered(whole, View(**view)).ties)  # noqa: E731
    assert shown() == {"t1", "t2", "t3"}
    assert shown(stance="against") == {"t3"}
    assert shown(stance="together") == {"t1", "t2"}
    assert shown(year=2009) == {"t2"}
    assert shown(year=2011) == {"t1", "t2"}
    assert shown(year=2020) == {"t1"}
    assert shown(year=2020, undated=True) == {"t1", "t3"}


def test_difference_says_who_has_what() -> None:
    one, other = mixing(network(PEERS_POLICE, PEERS_CIVIL)), mixing(network(PEERS_CIVIL, AGAINST))
    found = difference(one, other)
    assert {p.pair: p.mark for p in found.pairs} == {
        ("peers", "civil-society", False): "both",
        ("peers", "police", False): "one",
        ("police", "others", True): "other",
    }
    assert not found.one_is_enough
    assert [row["mark"].value for row in difference_rows(found).records()] == ["both", "one", "other"]  # type: ignore[union-attr]
    over, marks = overlaid(found, one)
    svg = wheel_svg(over, "A", "B", size=300, marks=marks)
    assert [len(re.findall(f'class="mark-{mark}"', svg)) for mark in ("one", "other", "both")] == [1, 1, 1]
    assert len(re.findall(r'class="mark-other"[^>]*stroke-dasharray', svg)) == 1
    ET.fromstring(svg)


def test_countries_are_pooled_once_each() -> None:
    wheel = pooled([network(PEERS_POLICE), network(PEERS_POLICE, AGAINST)])
    assert wheel.coverage.ties == 2


@pytest.mark.parametrize("crowd", [1, 2, 7, 40, 150])
def test_actors_stand_in_the_sector_of_their_family_and_apart(crowd: int) -> None:
    whole = network(PEERS_POLICE, PEERS_CIVIL, AGAINST, crowd=crowd)
    gap = spacing([whole])
    placed = spots(whole, gap)
    assert set(placed) == {p for tie in whole.ties.values() for p in tie.participants}
    step = 2 * math.pi / len(FAMILIES)
    for actor, spot in placed.items():
        assert 0.4 <= abs(spot) <= 1
        # turned so that the family's middle points up: its actors lie within half a sector of that
        place = FAMILIES.index(whole.actors[actor].family)
        turned = spot * cmath.rect(1, -place * step)
        assert abs(turned.real) < abs(turned.imag) * 0.37 + 1e-9, actor
    places = list(placed.values())
    for n, spot in enumerate(places):
        assert all(abs(spot - other) > 0.8 * gap for other in places[:n])


def test_same_actors_stand_at_the_same_place_whatever_is_beside() -> None:
    small, large = network(PEERS_POLICE), network(PEERS_POLICE, AGAINST, crowd=30)
    gap = spacing([small, large])
    assert spots(small, gap)["a4"] == pytest.approx(spots(large, gap)["a4"])


@pytest.mark.parametrize("size", [120, 460])
def test_pictures_escape_labels_and_name_themselves(size: float) -> None:
    whole = network(PEERS_POLICE, AGAINST, crowd=4)
    drawn = ET.fromstring(sectors_svg(whole, "<b>", "It's & so", ident="x", size=size, names={}))
    titles = [t.text for t in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[0] == "<b>"
    assert "<a0>" in titles
    matrix = ET.fromstring(matrix_svg(mixing(whole), "<b>", "&", ident="m", size=size))
    assert matrix.attrib["aria-labelledby"] == "m-title"
    texts = [t.text for t in matrix.iter("{http://www.w3.org/2000/svg}text") if "code" not in t.attrib.get("class", "")]
    assert sorted(texts) == ["1", "1"]


def test_address_is_read_back_as_it_was_written() -> None:
    written = "one=XA&other=rest&show=matrices&role=police&role=peers&form=formal&stance=against&year=2015&undated=1"
    said = MultiDict(parse_qsl(written))
    shown = read(said, COUNTRIES)
    assert shown.ignored == ()
    assert shown.view == View(roles=("peers", "police"), forms=("formal",), stance="against", year=2015, undated=True)
    again = read(MultiDict(parse_qsl(shown.address())), COUNTRIES)
    assert again == shown
    assert read(MultiDict(), COUNTRIES).address() == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("year", "19x5"),
        ("year", "1"),
        ("year", "²⁰¹⁵"),
        ("form", "loose"),
        ("one", "ZZ"),
        ("show", "<b>"),
    ],
)
def test_what_is_not_understood_is_left_aside_and_told(field: str, value: str) -> None:
    shown = read(MultiDict([(field, value), ("stance", "together")]), COUNTRIES)
    assert len(shown.ignored) == 1
    assert value in shown.ignored[0]
    assert shown.view == View(stance="together")


def test_unknown_field_is_told() -> None:
    assert "“colour” is no part" in read(MultiDict([("colour", "red")]), COUNTRIES).ignored[0]


def test_country_is_not_compared_with_itself() -> None:
    shown = read(MultiDict([("one", "XA"), ("other", "XA")]), COUNTRIES)
    assert (shown.one, shown.other) == ("XA", "")
    assert "itself" in shown.ignored[0]
