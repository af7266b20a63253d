"""Access for all, on every page type: axe by day and by night, wide, narrow and zoomed screens, forced colours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

PAGES: Final = (
    "/",
    "/countries",
    "/country/XA",
    "/country/XA/measures",
    "/country/XA/missing",
    "/country/XA/brief",
    "/compare?countries=XA,XB",
    "/patterns",
    "/patterns/pairs",
    "/patterns/peer-in-professional-team",
    "/evidence",
    "/explore",
    "/explore?at=country%2FXA",
    "/explore?at=organisation%2Fxa-outreach&card=organisation%2Fxa-outreach&form=formal&q=nurses",
    "/embed?at=country%2FXA",
    "/practice/exford-buddies",
    "/organisation/xa-outreach",
    "/tie/exford-buddies-team",
    "/document/xa-report",
    "/practices",
    "/measures",
    "/search?q=exford",
    "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+9",
    "/queries",
    "/queries/practices-by-country",
    "/vocab/form-of-cooperation",
    "/ontology/Finding",
    "/about",
    "/accessibility",
    "/look",
    "/api",
    "/nothing-here",
)

#: everything that axe knows, and 24 pixels for what is pressed, which it asks for only when told to
_ALL: Final[dict[str, Any]] = {"rules": {"target-size": {"enabled": True}}}
#: what another scheme of colours, and what another width, can change
_COLOURS: Final[dict[str, Any]] = {"runOnly": ["color-contrast"]}
_ROOM: Final[dict[str, Any]] = {"runOnly": ["target-size", "scrollable-region-focusable", "link-name", "button-name"]}
#: the style sheets need not be fetched a second time, and of each fault its place is enough
_QUICK: Final[dict[str, Any]] = {"resultTypes": ["violations"], "preload": False, "selectors": False}
#: what nobody may meet
_GRAVE: Final = {"serious", "critical"}

_WIDER: Final = """(wide) => [...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > wide
    && !e.closest('.table, pre, textarea, svg, .picture, .network, .hidden, .skip, .cm-scroller'))
  .map((e) => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def page(browser: Browser, site: str) -> Iterator[Page]:
    """One tab for all pages: in it nothing moves, so that no colour is measured on its way to another."""
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def faults(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds that is serious or worse, each with the first part of the page that has it."""
    found = page.evaluate(f"axe.run({json.dumps({**_QUICK, **options})})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in _GRAVE]


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_serious_fault_wide_and_narrow_by_day_and_by_night(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(path)
    page.evaluate(AXE_SCRIPT)
    assert faults(page, _ALL) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page, _COLOURS) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert faults(page, _ROOM) == []
    # 1280 pixels zoomed to 400 %: nothing is scrolled sideways but tables and pictures, which scroll by themselves
    page.set_viewport_size({"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(_WIDER, 321) == []
