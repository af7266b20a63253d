"""Citing in a real browser: from an answer to its citation, with and without scripts, and opened after a release."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from p2p_graph import purged
from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.release import build
from tests.browser.visits import Visit
from tests.servers import served
from tests.web.reading import closing
from webapp import create_app

QUESTION = "/queries/practices-by-country?country=XA"
QUERY = "PREFIX p2p: <https://w3id.org/peer2peer/ontology/>\nSELECT ?p {\n  ?p a p2p:Practice\n}"


@dataclass
class Own:
    """A site with a home of its own, and the data from which its next release is made."""

    address: str
    home: Path
    data: Path
    sources: Sources

    def release(self) -> None:
        sources = Sources(self.data, self.sources.ontology, self.sources.queries)
        build(Settings(home=self.home), sources=sources, today=date(2026, 2, 1))


@pytest.fixture
def own(tmp_path: Path, example_home: Path, example_sources: Sources) -> Iterator[Own]:
    shutil.copytree(example_home, tmp_path / "home")
    shutil.copytree(example_sources.data, tmp_path / "triples")
    app = create_app(Settings(home=tmp_path / "home", workers=1))
    with served(app) as address:
        yield Own(address, tmp_path / "home", tmp_path / "triples", example_sources)
    closing(app)


def cite(page: Page) -> str:
    page.get_by_role("button", name="Cite this answer").click()
    page.wait_for_url("**/cite/*")
    expect(page.locator(".verdict").first).to_have_text("Same")
    return page.url


@pytest.mark.parametrize("path", [QUESTION, "/sparql?query=SELECT+*+%7B+%3Fs+a+%3Ft+%7D"])
def test_button_leads_to_the_same_citation_with_and_without_scripts(browser: Browser, own: Own, path: str) -> None:
    found = set()
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        visit = Visit(context, own.address)
        found.add(cite(visit.to(path)))
        assert visit.complaints == visit.foreign == []
        context.close()
    assert len(found) == 1


def test_answer_in_the_editor_is_cited_and_opened_there_again(browser: Browser, own: Own) -> None:
    context = browser.new_context()
    visit = Visit(context, own.address)
    page = visit.to("/sparql")
    field = page.get_by_label("Query", exact=True)
    field.fill(QUERY)
    field.press("Control+Enter")
    cite(page)
    page.get_by_role("button", name="Open it on the SPARQL page").click()
    expect(page.get_by_label("Query", exact=True)).to_contain_text("?p a p2p:Practice")
    expect(page.locator("#answer tbody tr")).to_have_count(3)
    context.close()
    assert visit.complaints == visit.foreign == []


@pytest.mark.parametrize("width", [1280, 390])
def test_citation_opened_after_a_release_and_after_a_purge(browser: Browser, own: Own, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    visit = Visit(context, own.address)
    page = visit.to(QUESTION)
    address = cite(page)
    path = own.data / "xa" / "practices" / "exford-buddies.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("p2p:startYear 2009", "p2p:startYear 2010"))
    (own.data / "xa" / "practices" / "exford-round-table.ttl").unlink()
    own.release()
    page.goto(address)
    expect(page.locator(".verdict").first).to_have_text("Different")
    expect(page.locator("#now tbody th")).to_have_text(["− only then", "+ only now", "− only then"])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    purged.add(Settings(home=own.home), ["https://w3id.org/peer2peer/id/practice/exford-round-table"], [])
    page.goto(address)
    expect(page.locator("#now")).to_contain_text("1 row of the answer was purged")
    expect(page.locator("#now tbody th")).to_have_text(["− only then", "+ only now"])
    expect(page.locator("#main")).not_to_contain_text("ound table")
    context.close()
    assert visit.complaints == visit.foreign == []
