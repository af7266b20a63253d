"""Timelines: every date at its place, what is not known in dashes, hostile labels harmless."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from p2p_graph.reading.timeline import Moment, point_of, timeline_svg

NS = "{http://www.w3.org/2000/svg}"


def drawn(*moments: Moment, size: float = 720) -> ET.Element:
    return ET.fromstring(timeline_svg(moments, "Title", "Words.", ident="t", last=2026.0, size=size))


def bars(svg: ET.Element) -> list[tuple[float, float]]:
    """Left end and width of every bar, in their order."""
    paths = [path.attrib["d"] for path in svg.iter(f"{NS}path") if path.attrib.get("class") == "bar"]
    return [(float(d[1:].split(" ")[0]), float(d.split("h")[1])) for d in paths]


@pytest.mark.parametrize("said", ["", "soon", "2019-13", "2019-01-40", "-5", "2019-1-1-1", "²⁰¹⁹"])
def test_what_is_no_date_is_none(said: str) -> None:
    assert point_of(said) is None


def test_bars_stand_on_one_scale() -> None:
    svg = drawn(
        Moment("A", "practice", "2006", "2015", "2006–2015"), Moment("B", "status", "2011", "2015", "2011–2015")
    )
    (first, all_of_it), (second, half) = bars(svg)
    assert second - first == pytest.approx(5 * (720 - 16) / 20, abs=0.2)
    assert all_of_it == pytest.approx(2 * half, abs=0.2)


def test_what_has_no_end_goes_on_in_dashes_and_no_beginning_comes_from_the_edge() -> None:
    svg = drawn(
        Moment("A", "practice", "2006", "2015", "2006–2015"),
        Moment("B", "status", "2011", "", "since 2011"),
        Moment("C", "status", "", "2011", "until 2011"),
    )
    dashed = [path for path in svg.iter(f"{NS}path") if path.attrib.get("stroke-dasharray") == "5 4"]
    assert len(dashed) == 2
    ends = [float(path.attrib["d"][1:].split(" ")[0]) for path in dashed]
    assert ends[1] == 8
    assert ends[0] > 8


def test_moments_without_a_date_are_left_out_and_those_with_a_page_are_links() -> None:
    svg = drawn(
        Moment("Undated", "tie", "", "", ""),
        Moment("Opening", "activity", "2019-04-08", "", "8 April 2019", "/activity/opening"),
    )
    assert [link.attrib["href"] for link in svg.iter(f"{NS}a")] == ["/activity/opening"]
    assert "Undated" not in "".join(svg.itertext())
    assert "8 April 2019" in "".join(svg.itertext())


def test_hostile_labels_are_harmless_and_stay_in_the_picture() -> None:
    svg = drawn(Moment('<script>"\u202e' + "x" * 10_000, "period", "2019", "2020", "2019–2020"), size=350)
    assert list(svg.iter(f"{NS}script")) == []
    text = next(t for t in svg.iter(f"{NS}text") if t.attrib.get("class") == "halo")
    assert len("".join(text.itertext())) < 80
