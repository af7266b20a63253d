"""Access for all, on every page type: axe by day and by night, wide, narrow and zoomed screens, forced colours."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from webapp.languages import LANGUAGES

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
    "/about",
    "/accessibility",
    "/look",
    "/nothing-here",
)
#: pages so long that one look has to do: they have the parts that all others have
LONG: Final = ("/ontology/Finding", "/api")

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


@pytest.fixture(autouse=True)
def plain(page: Page) -> None:
    """The screen as it is without any wish."""
    page.emulate_media(media="screen", color_scheme="light", forced_colors="none", reduced_motion="reduce")


def faults(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds that is serious or worse, each with the first part of the page that has it."""
    found = page.evaluate(f"axe.run({json.dumps({**_QUICK, **options})})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in _GRAVE]


def faults_of(page: Page, path: str, width: int, height: int) -> list[str]:
    """What axe finds on a page, of all that it knows."""
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path)
    page.evaluate(AXE_SCRIPT)
    return faults(page, _ALL)


def width_zoomed(page: Page) -> int:
    """How wide a page is on 1280 pixels zoomed to 400 %: 320, unless something is to be scrolled sideways."""
    page.set_viewport_size({"width": 320, "height": 256})
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("path", LONG)
def test_long_page_has_no_serious_fault(page: Page, path: str) -> None:
    assert faults_of(page, path, 390, 844) == []
    assert width_zoomed(page) <= 320


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_serious_fault_wide_and_narrow_by_day_and_by_night(page: Page, path: str) -> None:
    page.emulate_media(color_scheme="light")
    assert faults_of(page, path, 1280, 900) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page, _COLOURS) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert faults(page, _ROOM) == []
    # nothing is scrolled sideways but tables and pictures, which scroll by themselves
    assert width_zoomed(page) <= 320
    assert page.evaluate(_WIDER, 321) == []


def _translated() -> list[str]:
    """Each page type in one other language, all languages in turn; with P2P_EVERY_LANGUAGE=1 each in every one."""
    others = sorted(set(LANGUAGES) - {"en"})
    every = "P2P_EVERY_LANGUAGE" in os.environ
    return [
        f"/{language}{path}".rstrip("/")
        for at, path in enumerate((*PAGES, *LONG))
        for language in (others if every else [others[at % len(others)]])
    ]


@pytest.mark.parametrize("path", _translated())
def test_page_in_another_language_has_no_serious_fault_and_no_word_too_long(page: Page, path: str) -> None:
    assert faults_of(page, path, 390, 844) == []
    assert width_zoomed(page) <= 320
    assert page.evaluate(_WIDER, 321) == []


def test_colours_of_the_reader_replace_ours_and_what_is_chosen_is_still_seen(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto("/country/XA")
    body, link = (
        page.evaluate(f"getComputedStyle(document.querySelector('{name}')).color") for name in ("body", "main a")
    )
    canvas = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len({body, link, canvas}) == 3
    # a line between two roles is drawn in its colours, and its text in that of the reader
    assert page.evaluate("getComputedStyle(document.querySelector('.symbol')).forcedColorAdjust") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('#wheel svg text')).fill") == body
    # dash and dot are an image, which would be left out
    drawn = "getComputedStyle(document.querySelector('.forms .form-mixed'), '::before').backgroundImage"
    assert "gradient" in page.evaluate(drawn)
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_focus_goes_through_a_page_as_it_is_read(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/practices")
    places = []
    for _ in range(24):
        page.keyboard.press("Tab")
        places.append(
            page.evaluate("""[...document.querySelectorAll('*')].indexOf(document.activeElement)""")
            if page.evaluate("document.activeElement !== document.body")
            else None
        )
    assert None not in places
    assert places == sorted(places)
    assert page.evaluate("[...document.querySelectorAll('[tabindex]')].every((e) => e.tabIndex <= 0)")
    # what is hidden takes no focus, and what has it can be seen
    assert page.evaluate("document.activeElement.getBoundingClientRect().height") > 0


def test_less_motion_is_no_motion(page: Page) -> None:
    page.goto("/country/XA")
    moving = """[...document.querySelectorAll('*')].filter((e) => {
      const style = getComputedStyle(e);
      return style.transitionDuration.split(', ').some((s) => parseFloat(s) > 0)
        || style.animationName !== 'none' || style.scrollBehavior === 'smooth';
    }).length"""
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0


@pytest.mark.parametrize("path", ["/country/XA", "/practice/exford-buddies", "/country/XA/brief"])
def test_on_paper_there_is_what_is_read_and_nothing_to_press(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 800, "height": 1100})
    page.goto(path)
    page.emulate_media(media="print", color_scheme="dark")
    seen = "(name) => [...document.querySelectorAll(name)].filter((e) => e.checkVisibility()).length"
    for name in ("header nav", ".find", ".tongue", "main form", ".downloads", "main button"):
        assert page.evaluate(seen, name) == 0, name
    assert page.evaluate(seen, "main h1") == 1
    assert page.evaluate(seen, "main p, main table") > 0
    # dark ink on white paper, also at night
    ink = [int(part) for part in page.evaluate("getComputedStyle(document.body).color.match(/\\d+/g)")[:3]]
    assert max(ink) < 100
