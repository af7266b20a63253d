"""The pictures of the README show the site of now: they are taken anew from the curated data and compared."""

from __future__ import annotations

import base64
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from tests.servers import served

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
SCRIPT = runpy.run_path(str(ROOT / ".ci" / "pictures"))
#: other pages that look alike: another country in the same picture, another way in
OTHERS = {"country": "/country/PL", "question": "/queries/practices-by-country?country=PL", "form": "/add/paste"}
#: mean difference of two pictures, of 255, from which they are not the same. Browsers draw letters a little
#: differently, so squares of 16 pixels are compared: another country is nearly 2 and more away; a changed digit is not
#: seen.
FROM = 1.0

_SQUARES = """async (png) => {
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const seen = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const across = Math.ceil(bitmap.width / 16);
  const sums = new Array(across * Math.ceil(bitmap.height / 16) * 3).fill(0);
  for (let at = 0; at < seen.length / 4; at++) {
    const square = Math.floor(at / bitmap.width / 16) * across + Math.floor((at % bitmap.width) / 16);
    for (let part = 0; part < 3; part++) sums[square * 3 + part] += seen[at * 4 + part] / 256;
  }
  return [bitmap.width, bitmap.height, ...sums];
}"""


@pytest.fixture(scope="module")
def site(real: FlaskClient) -> Iterator[str]:
    with served(real.application) as address:
        yield address


@pytest.fixture(scope="module")
def anew(browser: Browser, site: str) -> dict[str, bytes]:
    return cast(dict[str, bytes], SCRIPT["taken"](browser, site))


@pytest.fixture(scope="module")
def canvas(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def difference(canvas: Page, one: bytes, other: bytes) -> float:
    """How far two pictures are apart, of 255; wholly if their sizes differ."""
    left, right = (canvas.evaluate(_SQUARES, base64.b64encode(png).decode()) for png in (one, other))
    if left[:2] != right[:2]:
        return 255.0
    apart: float = sum(abs(a - b) for a, b in zip(left[2:], right[2:], strict=True)) / len(left[2:])
    return apart


@pytest.mark.parametrize("name", SCRIPT["PICTURES"])
def test_picture_of_the_readme_shows_the_site_of_now(canvas: Page, anew: dict[str, bytes], name: str) -> None:
    assert difference(canvas, (FOLDER / f"{name}.png").read_bytes(), anew[name]) < FROM, "run make pictures"


def test_other_pages_that_look_alike_are_told_apart(
    browser: Browser, canvas: Page, site: str, anew: dict[str, bytes]
) -> None:
    others = SCRIPT["taken"](browser, site, OTHERS)
    for name, picture in anew.items():
        assert difference(canvas, picture, others[name]) > FROM, name


def test_readme_shows_all_of_them_small_and_in_words() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {path: " ".join(words.split()) for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", readme)}
    assert set(shown) == {f"docs/pictures/{name}.png" for name in SCRIPT["PICTURES"]}
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.png" for name in SCRIPT["PICTURES"]}
    for path, words in shown.items():
        assert (ROOT / path).stat().st_size < 150_000, path
        assert len(words) > 80, path
