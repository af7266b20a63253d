"""What a person does in a browser: by keyboard, on a phone, without scripts."""

from __future__ import annotations

import hashlib

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visit

PAGES = [
    "/",
    "/countries",
    "/country/XA",
    "/country/XA/network",
    "/practice/exford-buddies",
    "/practice/exford-round-table",
    "/organisation/xa-outreach",
    "/tie/exford-buddies-team",
    "/document/xa-report",
    "/finding/exford-buddies-started",
    "/practices",
    "/documents",
    "/search?q=exford",
    "/sparql",
    "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+9",
    "/queries",
    "/queries/practices-by-country",
    "/vocab/role",
    "/ontology/",
    "/about",
    "/add",
    "/look",
]


def tab_to(page: Page, href: str) -> None:
    """Presses Tab until the link is reached, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == href:
            return
    raise AssertionError(f"{href} is not reached by Tab")


def test_from_home_to_country_to_practice_by_keyboard(visit: Visit) -> None:
    page = visit.to("/")
    tab_to(page, "/country/XA")
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.site + "/country/XA")
    tab_to(page, "/practice/exford-buddies")
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.site + "/practice/exford-buddies")
    expect(page.get_by_role("heading", level=1)).to_have_text("Exford Buddies")


def test_first_tab_skips_to_the_text(visit: Visit) -> None:
    page = visit.to("/practice/exford-buddies")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_what_has_the_focus_is_seen(visit: Visit) -> None:
    page = visit.to("/practices")
    for _ in range(6):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none"


@pytest.mark.parametrize("path", ["/country/XA", "/country/XA/network"])
def test_network_appears_and_stands_still(visit: Visit, path: str) -> None:
    page = visit.to(path)
    canvas = page.locator(".network-canvas canvas")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()

    def picture() -> str:
        # What is drawn, not a screenshot of it: scrolled by half a pixel, the same drawing is another screenshot.
        page.evaluate("document.fonts.ready")
        return hashlib.sha256(canvas.evaluate("c => c.toDataURL()").encode()).hexdigest()

    first = picture()
    page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 400))))"
    )
    assert picture() == first
    visit.to(path)
    canvas.scroll_into_view_if_needed()
    assert picture() == first


def test_network_is_walked_by_arrows(visit: Visit) -> None:
    page = visit.to("/country/XA/network")
    page.locator(".network-canvas").focus()
    page.keyboard.press("ArrowRight")
    card = page.locator(".network-card")
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(narrow: Visit, path: str) -> None:
    page = narrow.to(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = """[...document.querySelectorAll('main *')].filter(e => {
      const r = e.getBoundingClientRect();
      return r.right > 391 && !e.closest('.table, pre, textarea, svg, .network, .hidden');
    }).map(e => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(wide) == []


@pytest.mark.parametrize("path", PAGES)
def test_page_is_clean_on_a_laptop(visit: Visit, path: str) -> None:
    page = visit.to(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.evaluate("document.fonts.check('17px \"Source Sans 3\"')")


@pytest.mark.parametrize(
    "path", ["/", "/country/XA", "/practice/exford-buddies", "/sparql", "/queries/practices-by-country"]
)
def test_page_is_whole_without_scripts(scriptless: Visit, path: str) -> None:
    page = scriptless.to(path)
    assert len(page.locator("main").inner_text()) > 200
    if path == "/country/XA":
        expect(page.locator(".network svg")).to_be_visible()
        expect(page.get_by_text("The same as a table")).to_be_visible()
    if path == "/sparql":
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_role("heading", name="Answer")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(visit: Visit, scheme: str) -> None:
    page = visit.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visit.to("/practice/exford-buddies")
    ratio = """(() => {
      const light = (colour) => {
        const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((x) => x / 255);
        const [r, g, b] = parts.map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = light(getComputedStyle(document.body).backgroundColor);
      const told = "main p, main a, main dt, main dd, main h1, main h2, footer a, footer p";
      return [...document.querySelectorAll(told)].filter((e) => !e.closest("svg")).map((e) => {
        const ink = light(getComputedStyle(e).color);
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      }).reduce((a, b) => Math.min(a, b), 99);
    })()"""
    assert page.evaluate(ratio) >= 4.5
