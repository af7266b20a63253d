"""What goes on paper: any text is printed as it stands, letters of all our languages, the same bytes for a release."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from p2p_graph.reading.style import INK
from webapp.printing import day_of, on_paper, pdf

DAY = datetime(2026, 1, 31, tzinfo=UTC)


def printed(text: str) -> str:
    made, pages = pdf("printing/proof.typ", {"text": text}, DAY)
    reader = PdfReader(io.BytesIO(made))
    assert len(reader.pages) == pages
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


@pytest.mark.parametrize(
    "text",
    [
        '#panic("out")',
        '#read("/etc/passwd")',
        "*bold* _slant_ `raw` $x^2$ = + - / ~",
        "= Heading",
        "@cite <label> https://example.org/#a",
        "[bracket] {brace} \\ back // no comment /* nor this */",
        '"quoted" #let x = 1; #x',
        "\\u{1f600} \\#",
        "</script><script>alert(1)</script>",
    ],
)
def test_text_that_looks_like_the_language_of_templates_is_printed_as_it_stands(text: str) -> None:
    assert printed(text) == "".join(text.split())


@pytest.mark.parametrize(
    "text", ["Zażółć gęślą jaźń", "Įžūlus šėlsmas", "Árvíztűrő tükörfúrógép", "Αθήνα, ψυχή", "São João – fenêtre €"]
)
def test_letters_of_our_languages_are_in_the_font(text: str) -> None:
    assert printed(text) == "".join(text.split())


def test_characters_that_turn_the_text_or_end_it_are_left_out() -> None:
    assert printed("Casa\u202e\x00 Azul\u2066") == "CasaAzul"


def test_endless_text_is_cut() -> None:
    assert len(printed("x" * 10_000)) <= 1_200


def test_same_words_and_day_give_the_same_bytes() -> None:
    one, other = (pdf("printing/proof.typ", {"text": "Łódź"}, DAY)[0] for _ in range(2))
    assert one == other
    later, _ = pdf("printing/proof.typ", {"text": "Łódź"}, day_of("0.1.0+2026-02-01.1"))
    assert later != one


def test_day_of_a_release_is_in_its_name() -> None:
    assert day_of("0.1.0+2026-11-24.2").isoformat() == "2026-11-24T00:00:00+00:00"
    assert day_of("unnamed").year == 2019


def test_drawing_for_paper_has_ink_and_its_own_frame() -> None:
    drawing = on_paper('<svg viewBox="0 0 9 4"><path stroke="currentColor"/></svg>')
    assert drawing.count('viewBox="0 0 9 4"') == 2
    assert f'color="{INK}"' in drawing
