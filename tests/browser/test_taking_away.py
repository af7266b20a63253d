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


def test_saved_question_is_sorted_filtered_and_drawn_and_its_address_says_how(visit: Visit) -> None:
    page = visit.to("/queries/role-pairs-by-country?country=XA")
    answer = page.locator("#answer")
    expect(answer.locator(".count")).to_have_text(re.compile(r"^\d+ rows for country: "))
    answer.get_by_role("button", name="ties", exact=True).click()
    answer.get_by_role("button", name="ties", exact=True).click()
    ties = [int(row.split("\t")[-1]) for row in rows(page)]
    assert ties == sorted(ties, reverse=True)
    answer.get_by_label("Filter rows").fill("peers")
    shown = rows(page)
    assert shown
    assert all("peers" in row.casefold() for row in shown)
    expect(page).to_have_url(re.compile(r"\?country=XA&sort=-ties&filter=peers$"))
    page.reload(wait_until="networkidle")
    assert rows(page) == shown
    answer.get_by_role("button", name="Bars").click()
    expect(answer.locator("svg.bars")).to_be_visible()


def test_saved_question_is_a_table_without_scripts(scriptless: Visit) -> None:
    page = scriptless.to("/queries/practices-by-country?country=XA")
    expect(page.locator("#answer tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.locator("#p-country").select_option("")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#answer tbody tr").nth(2)).to_be_visible()


def test_program_is_copied_as_it_stands(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.to("/queries/practices-by-country?country=XA")
    page.get_by_text("Python", exact=True).click()
    copy = page.locator("details[open]").get_by_role("button", name="Copy")
    copy.click()
    expect(page.locator("details[open] button")).to_have_text("Copied")
    code = page.evaluate("navigator.clipboard.readText()")
    assert code == page.locator("#code-python").inner_text()
    assert f'open_graph("{visit.site}/sparql")' in code


def test_saved_question_fits_a_phone_and_says_what_to_change(narrow: Visit) -> None:
    page = narrow.to("/queries/role-pairs-by-country?country=XA&form=formal")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page = narrow.to("/queries/dealer-ties?country=XB&function=training")
    page.get_by_role("link", name="Ask for any country").click()
    expect(page).to_have_url(re.compile(r"dealer-ties\?function=training$"))


def test_page_for_programs_fits_a_phone_and_leads_from_a_question(narrow: Visit) -> None:
    page = narrow.to("/queries/informal-here-formal-there")
    page.get_by_role("link", name="how programs ask this").click()
    expect(page.locator("#queries-informal-here-formal-there h3")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
