"""One practice in a real browser, from a partner's phone over a steward's laptop to a public page, and back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.release import build
from tests.browser.visits import Visit
from tests.conftest import DAY
from tests.web.reading import closing
from tests.web.standing import PASSWORD, Office
from webapp import create_app

#: as somebody fills in the start of the form; a list is boxes that are ticked
FILLED: dict[str, str | list[str]] = {
    "practice.label@en": "Last tram with nurses",
    "practice.description@en": "Peers and nurses ride the last tram together.",
    "practice.inCountry": "Exland",
    "practice.startYear": "2012",
    "practice.practiceKind": "joint outreach",
    "group-1.role": "peer educator",
    "group-2.role": "nurse",
    "tie-1.participant": ["group-1", "group-2"],
    "tie-1.form": "formal",
    "tie-1.function": "referral",
    "source-1.label@en": "Report of the last tram",
    "source-1.documentKind": "report",
    "source-1.url": "https://example.org/last-tram.pdf",
    "source-1.extentSeen": "whole",
}


@dataclass
class Desk:
    """A site with a desk, its settings and what it is released from."""

    address: str
    app: Flask
    settings: Settings
    sources: Sources

    def release(self) -> None:
        """What the operator does."""
        build(self.settings, sources=self.sources, today=DAY)


@pytest.fixture
def desk(tmp_path: Path, example_home: Path, example_sources: Sources) -> Iterator[Desk]:
    home = tmp_path / "home"
    shutil.copytree(example_home, home)
    settings = Settings(home=home, workers=1)
    app = create_app(settings, sources=example_sources)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Desk(f"http://127.0.0.1:{server.effective_port}", app, settings, example_sources)
    server.close()
    thread.join(timeout=10)
    app.extensions["p2p_office"].close()
    closing(app)


@pytest.fixture
def partner(browser: Browser, desk: Desk) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield (visit := Visit(context, desk.address))
    context.close()
    assert visit.complaints == []
    assert visit.foreign == []


@pytest.fixture
def steward(browser: Browser, desk: Desk) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield (visit := Visit(context, desk.address))
    context.close()
    assert visit.complaints == []
    assert visit.foreign == []


def _sign_in(visit: Visit, name: str, onward: str) -> Page:
    page = visit.to(f"/sign-in?next={onward}")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{visit.site}{onward}")
    return page


def _fill(page: Page, values: dict[str, str | list[str]]) -> None:
    for name, value in values.items():
        asked = page.locator(f'[name="{name}"]')
        if isinstance(value, list):
            for one in value:
                page.locator(f'[name="{name}"][value="{one}"]').check()
        elif asked.evaluate("field => field.tagName") == "SELECT":
            asked.select_option(label=value)
        else:
            asked.fill(value)


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_practice_is_sent_asked_about_corrected_published_and_withdrawn(
    desk: Desk, partner: Visit, steward: Visit
) -> None:
    office = Office(desk.app)
    name, warden = office.invited().name, office.invited("steward").name

    phone = _sign_in(partner, name, "/add/practice")
    _fill(phone, FILLED)
    phone.get_by_role("button", name="Check it and see how it will look").click()
    phone.get_by_role("button", name="Send it").click()
    phone.get_by_role("heading", name="Thank you").wait_for()
    phone.locator("[data-sent] a").click()
    status = phone.url.removeprefix(partner.site)
    assert "waits for a steward" in phone.locator("main").inner_text()
    assert _fits(phone)

    laptop = _sign_in(steward, warden, "/review")
    laptop.get_by_role("link", name="Last tram with nurses").click()
    assert "Peers and nurses ride the last tram together." in laptop.locator("main").inner_text()
    laptop.get_by_label("What you ask").fill("Was it not in 2013?")
    laptop.get_by_role("button", name="Ask").click()
    laptop.get_by_text("You asked:").wait_for()

    partner.to(status)
    assert "Was it not in 2013?" in phone.locator("main").inner_text()
    phone.get_by_role("link", name="Answer and correct").click()
    _fill(phone, {"practice.startYear": "2013"})
    phone.get_by_role("button", name="Check it and see how it will look").click()
    phone.get_by_role("button", name="Send it").click()
    phone.get_by_role("heading", name="Thank you").wait_for()

    steward.to(status.replace("submissions", "review"))
    assert "is 2013, no longer 2012" in laptop.locator("main").inner_text()
    laptop.get_by_role("button", name="Accept").click()
    laptop.get_by_text("You accepted it.").wait_for()

    desk.release()
    partner.to(status)
    phone.get_by_role("link", name="See its page").click()
    phone.get_by_role("heading", name="Last tram with nurses").wait_for()
    public = phone.url

    partner.to(status)
    phone.get_by_role("link", name="Withdraw it").click()
    assert _fits(phone)
    phone.get_by_role("button", name="Withdraw it").click()
    phone.get_by_text("Its page goes with the next release").wait_for()
    desk.release()
    assert phone.request.get(public).status == 410
