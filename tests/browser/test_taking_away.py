"""Taking an answer away, in a real browser: short links with the way it was looked at, downloads, copied snippets."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.test_editor import NUMBERS, ask, rows
from tests.browser.visits import Visit


def test_short_link_opens_the_same_answer_in_the_same_way(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, NUMBERS)
    answer.get_by_role("button", name="n", exact=True).click()
    answer.get_by_role("button", name="n", exact=True).click()
    answer.get_by_label("Filter rows").fill("a")
    assert rows(page) == ["gamma\t100", "beta\t10", "Álpha\t9"]
    expect(page).to_have_url(re.compile(r"sort=-n&filter=a$"))
    page.get_by_role("button", name="Short link").click()
    link = page.locator(".short-link a")
    expect(link).to_have_attribute("href", re.compile(rf"^{re.escape(visit.site)}/s/[a-z2-7]{{10}}$"))
    short = link.get_attribute("href") or ""
    visit.to("/about")
    page.goto(short, wait_until="networkidle")
    expect(page).to_have_url(re.compile(r"/sparql\?query=.*run=1.*sort=-n&filter=a$"))
    expect(page.locator("#answer")).to_contain_text("3 fit the filter")
    assert rows(page) == ["gamma\t100", "beta\t10", "Álpha\t9"]
    expect(page.get_by_label("Filter rows")).to_have_value("a")


def test_short_link_opens_the_same_drawing(visit: Visit) -> None:
    page = visit.to("/sparql")
    ask(page, NUMBERS).get_by_role("button", name="Bars").click()
    page.get_by_role("button", name="Short link").click()
    short = page.locator(".short-link a").get_attribute("href") or ""
    page.goto(short, wait_until="networkidle")
    expect(page.locator("#answer svg.bars")).to_be_visible()
    expect(page.get_by_role("button", name="Bars")).to_have_attribute("aria-pressed", "true")


def test_link_is_copied_and_goes_when_the_query_changes(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.to("/sparql")
    page.get_by_role("button", name="Short link").click()
    copy = page.locator(".short-link button")
    copy.click()
    expect(copy).to_have_text("Copied")
    short = page.locator(".short-link a").get_attribute("href")
    assert page.evaluate("navigator.clipboard.readText()") == short
    page.get_by_label("Query", exact=True).press("Control+End")
    page.get_by_label("Query", exact=True).press_sequentially(" # more")
    expect(page.locator(".short-link")).to_be_hidden()


def test_short_link_works_without_scripts(scriptless: Visit) -> None:
    page = scriptless.to("/sparql")
    page.locator("#query").fill(NUMBERS)
    page.get_by_role("button", name="Short link").click()
    page.locator("#short").click()
    expect(page.locator("#answer .count")).to_have_text("4 rows")


def test_workbook_is_saved_under_its_own_name(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, "#+ title: Three numbers\n" + NUMBERS)
    with page.expect_download() as download:
        answer.get_by_role("link", name="XLSX").click()
    assert re.fullmatch(r"three-numbers-0\.1\.0\+.*\.xlsx", download.value.suggested_filename)
    with page.expect_download() as download:
        answer.get_by_role("link", name="CSV for Excel").click()
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbfname,n")
