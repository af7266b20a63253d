"""The map of Europe: every country of the project is on it, names are harmless, the land says where it comes from."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from p2p_graph.reading import europe
from p2p_graph.reading.europe import LAND, Place, europe_svg, mapped

FILE = Path(europe.__file__).with_name(LAND)
TOLD = json.loads(FILE.read_text(encoding="utf-8"))
PROJECT = ("PT", "GR", "PL", "LT", "BE", "FR", "NL", "HU")
NS = "{http://www.w3.org/2000/svg}"


def place(name: str, number: int) -> Place:
    return Place(name, number, f"/country/{name}", f"{name}: {number} practices")


def drawn(places: dict[str, Place], size: float = 760) -> ET.Element:
    return ET.fromstring(europe_svg(places, "Map", "Words.", ident="m", size=size))


def texts(svg: ET.Element, tag: str) -> list[str]:
    return ["".join(element.itertext()) for element in svg.iter(f"{NS}{tag}")]


def shades(svg: ET.Element) -> dict[str, float]:
    return {
        link.attrib["href"]: float(link.find(f"{NS}path").attrib["fill-opacity"])  # type: ignore[union-attr]
        for link in svg.iter(f"{NS}a")
    }


def test_land_names_its_origin_and_licence_and_is_small() -> None:
    assert "Natural Earth" in TOLD["origin"]
    assert TOLD["licence"] == "public domain"
    assert "equal-area" in TOLD["projection"]
    assert FILE.stat().st_size < 60_000


def codes(text: str) -> set[str]:
    return set(text.split())


def test_land_holds_every_country_of_the_union_and_its_neighbours() -> None:
    union = codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
    assert union | codes("GB NO CH IS UA MD RS AL MK ME BA TR") <= set(TOLD["countries"])


def _span(path: str) -> float:
    """The area that paths of relative steps enclose, in square pixels; holes do not occur."""
    area = 0.0
    for part in path.split("M")[1:]:
        start, steps = part.rstrip("z").split("l")
        x, y = (float(n) for n in re.findall(r"-?\d+", start))
        points = [(x, y)]
        numbers = [float(n) for n in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        area += abs(sum(a * d - c * b for (a, b), (c, d) in zip(points, points[1:] + points[:1], strict=True))) / 2
    return area


@pytest.mark.parametrize(
    ("code", "thousand"), [("PL", 313), ("FR", 544), ("PT", 89), ("GR", 132), ("LT", 65), ("HU", 93), ("BE", 31)]
)
def test_areas_are_true_to_one_scale(code: str, thousand: int) -> None:
    """Thousand square kilometres without islands far out: within six in a hundred, as lines are thinned."""
    assert _span(TOLD["countries"][code]["path"]) * 4.42**2 / 1000 == pytest.approx(thousand, rel=0.06)


def test_every_country_is_a_link_with_name_and_number_that_shades_it() -> None:
    svg = drawn({code: place(code, n) for n, code in enumerate(PROJECT)})
    assert {link.attrib["href"] for link in svg.iter(f"{NS}a")} == {f"/country/{code}" for code in PROJECT}
    found = shades(svg)
    assert found["/country/PT"] == 0
    assert found["/country/GR"] < found["/country/BE"] < found["/country/HU"] <= 0.6
    for n, code in enumerate(PROJECT):
        assert f"{code}{n}" in texts(svg, "text")
        assert f"{code}: {n} practices" in texts(svg, "title")


def test_narrow_map_has_codes_for_names() -> None:
    places = {"PL": place("Poland", 3)}
    assert "Poland3" in texts(drawn(places), "text")
    assert "PL3" in texts(drawn(places, 350), "text")


@pytest.mark.parametrize(("code", "dots"), [("MT", 1), ("LU", 1), ("PL", 0)])
def test_small_country_gets_a_dot(code: str, dots: int) -> None:
    assert len(list(drawn({code: place(code, 1)}).iter(f"{NS}circle"))) == dots


def test_hostile_name_is_harmless_and_unknown_country_is_left_out() -> None:
    svg = drawn({"PL": Place('<script>"\u202e', 1, '/x"><script>', "a & b"), "QQ": place("Nowhere", 4)})
    assert list(svg.iter("script")) == list(svg.iter(f"{NS}script")) == []
    assert '<script>"1' in texts(svg, "text")
    assert "Nowhere" not in "".join(svg.itertext())


def test_map_without_numbers_is_one_image() -> None:
    svg = drawn({})
    assert svg.attrib["role"] == "img"
    assert list(svg.iter(f"{NS}a")) == []
    assert {link.attrib["role"] for link in [drawn({"PL": place("PL", 1)})]} == {"group"}


def test_script_of_the_answers_knows_the_countries_of_the_map() -> None:
    script = Path(europe.__file__).parents[2] / "webapp" / "static" / "js" / "sparql-drawing.js"
    listed = script.read_text(encoding="utf-8").partition("new Set((")[2].partition(")")[0]
    assert set(re.findall(r"[A-Z]{2}", listed)) == mapped()
