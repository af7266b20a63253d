"""Five things that people come for, done by keyboard alone on a laptop and on a screen of 390 pixels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visits import Visit

_HERE = """(() => {
  const here = document.activeElement;
  const said = ["aria-label", "href", "id"].map((name) => here.getAttribute(name) ?? "");
  return [here.innerText ?? "", ...said].join(" ");
})()"""


@pytest.fixture(params=[1280, 390])
def keyboard(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Visit]:
    """A tab in which nothing is clicked."""
    context = browser.new_context(viewport={"width": request.param, "height": 844})
    visit = Visit(context, site)
    yield visit
    context.close()
    assert visit.complaints == []


def tab_to(page: Page, words: str) -> None:
    """Presses Tab until what has the focus is called so, leads there, or has that id."""
    for _ in range(160):
        page.keyboard.press("Tab")
        if words in page.evaluate(_HERE):
            return
    raise AssertionError(f"{words!r} is not reached by Tab, the last was {page.evaluate(_HERE)!r}")


def follow(page: Page, words: str, pattern: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Enter")
    page.wait_for_url(pattern)


def test_who_links_police_and_a_service_in_a_country(keyboard: Visit) -> None:
    page = keyboard.to("/")
    follow(page, "/country/XA", "**/country/XA")
    follow(page, "one=civil-society&other=police", "**/ties-between-roles?*")
    expect(page.locator("#answer tbody tr").first).to_be_visible()
    follow(page, "/practice/", "**/practice/*")


def test_two_countries_are_compared(keyboard: Visit) -> None:
    page = keyboard.to("/")
    follow(page, "/compare", "**/compare")
    if page.locator("details.choices:not([open])").count():
        tab_to(page, "What to show")
        page.keyboard.press("Enter")
    tab_to(page, "one")
    page.keyboard.type("Exland")
    tab_to(page, "other")
    page.keyboard.type("Wyland")
    page.wait_for_url(lambda address: "one=XA" in address and "other=XB" in address)
    expect(page.get_by_role("heading", name="Exland and Wyland")).to_be_visible()


def test_figure_is_taken_away_and_its_link_shows_the_same(keyboard: Visit) -> None:
    page = keyboard.to("/explore?at=country%2FXA")
    tab_to(page, "Filters")
    page.keyboard.press("Enter")
    tab_to(page, "f-form-formal")
    page.keyboard.press("Space")
    page.wait_for_url("**form=formal*")
    told = page.locator("#told").inner_text()
    tab_to(page, "SVG")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".svg")
    address = page.url
    page.goto("about:blank")
    keyboard.to(address.removeprefix(keyboard.site))
    assert page.locator("#told").inner_text() == told


def test_pattern_that_a_country_lacks_and_where_it_is_found(keyboard: Visit) -> None:
    page = keyboard.to("/country/XB")
    follow(page, "/country/XB/missing", "**/country/XB/missing")
    follow(page, "/patterns", "**/patterns")
    follow(page, "/patterns/peer-bridges-two-actors", "**/patterns/peer-bridges-two-actors")
    expect(page.locator("main")).to_contain_text("Wyland")
    follow(page, "/practice/", "**/practice/*")
