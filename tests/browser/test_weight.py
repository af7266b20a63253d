"""How much a page fetches until it is there: under 100 kB in every language, but for the network to move about in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from webapp.languages import ENGLISH, LANGUAGES

#: what draws a network to move about in, which comes after the page
_LATER = ("vis-network", "network.js", "network.json")

_PAGES = [
    "/",
    "/countries",
    "/country/XA",
    "/practice/exford-buddies",
    "/compare",
    "/explore",
    "/search?q=exford",
    *(f"/{code}/" for code in LANGUAGES if code != ENGLISH),
]


@pytest.mark.parametrize("path", _PAGES)
def test_page_is_there_with_less_than_a_hundred_kilobytes(browser: Browser, site: str, path: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    listening = context.new_cdp_session(page)
    listening.send("Network.enable")
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}
    listening.on("Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]}))
    listening.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    page.goto(site + path, wait_until="networkidle")
    context.close()
    told = {addresses[one].removeprefix(site): size for one, size in sizes.items()}
    assert any("latin-wght-normal" in address for address in told)
    assert any(address.startswith("/static/css/site.css") for address in told)
    first = {address: size for address, size in told.items() if not any(part in address for part in _LATER)}
    assert sum(first.values()) < 100_000, first
