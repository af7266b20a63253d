"""Pages for paper and pictures for links: a template of Typst and what it says, made by the compiler in `typst`.

Nothing that anybody wrote is ever put into the source of a template. It goes in as values, which Typst never reads as
its own language: a text with `#`, `*` or `$` in it is printed as it stands. Fonts are those we ship, so that a PDF
looks alike everywhere and Polish, Lithuanian, Hungarian and Greek letters are there. The day in it is that of the
release, so that the same release gives the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import typst

from p2p_graph.reading.style import INK, clean

__all__ = ["Told", "day_of", "on_paper", "pdf", "png"]

#: what a template prints: texts, numbers, and lists and records of them
Told = Mapping[str, object]

_HERE: Final = Path(__file__).resolve().parent
_FONTS: Final = _HERE / "static" / "vendor" / "source-sans-3.52.0"
_DAY: Final = re.compile(r"\+(\d{4})-(\d{2})-(\d{2})")
#: letters of one text; what is longer ends in an ellipsis
_LONGEST: Final = 1_200


def pdf(template: str, told: Told, day: datetime) -> tuple[bytes, int]:
    """A template by its path under `templates`, with what it says: the bytes, and how many pages they are.

    The template finds what is told in `sys.inputs.told` as JSON, and marks its number of pages as `<pages>`.
    Raises typst.TypstError if the template itself is wrong.

    >>> made, pages = pdf("printing/proof.typ", {"text": "#panic() *Łódź* ἀλήθεια"}, datetime(2026, 1, 31, tzinfo=UTC))
    >>> made[:5], pages
    (b'%PDF-', 1)
    """
    compiler = _compiler(template, told, day)
    made = compiler.compile(format="pdf", timestamp=day)
    assert isinstance(made, bytes)
    return made, int(json.loads(compiler.query("<pages>", field="value", one=True)))


def png(template: str, told: Told, day: datetime) -> bytes:
    """The one page of a template as an image, with a pixel for each of its points.

    >>> png("printing/proof.typ", {"text": "Łódź"}, datetime(2026, 1, 31, tzinfo=UTC))[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    made = _compiler(template, told, day).compile(format="png", ppi=72, timestamp=day)
    assert isinstance(made, bytes)
    return made


def _compiler(template: str, told: Told, day: datetime) -> typst.Compiler:
    source = _HERE / "templates" / template
    inputs = {"told": json.dumps(_cleaned(told), ensure_ascii=False), "day": day.date().isoformat()}
    return typst.Compiler(source, root=source.parent, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])


def _cleaned(value: object) -> object:
    """The same without characters that turn or end a text; a drawing, which we made ourselves, stays as it is."""
    if isinstance(value, str):
        return value if value.startswith("<svg ") else clean(value, _LONGEST)
    if isinstance(value, Mapping):
        return {str(name): _cleaned(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part) for part in value]
    return value


def on_paper(svg: str) -> str:
    """A drawing of a page for a white sheet: as a whole image, in ink.

    >>> on_paper('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path/></svg>').count("<svg ")
    2
    """
    frame = re.search(r'viewBox="[^"]*"', svg)
    xmlns = 'xmlns="http://www.w3.org/2000/svg"'
    return f'<svg {xmlns} {frame[0] if frame else ""} color="{INK}">{svg}</svg>'


def day_of(version: str) -> datetime:
    """The day in the name of a release; of one without, the first of 2019, when the project began.

    >>> day_of("0.1.0+2026-11-24.1").date().isoformat()
    '2026-11-24'
    """
    found = _DAY.search(version)
    year, month, day = (int(part) for part in found.groups()) if found else (2019, 1, 1)
    return datetime(year, month, day, tzinfo=UTC)
