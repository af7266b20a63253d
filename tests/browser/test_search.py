"""Suggestions under the search box: by keyboard, by touch, without scripts, and what the query editor completes."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.visits import Visit


def typed(page: Page, text: str, box: str = "#find") -> None:
    """Types into a box and waits until suggestions stand under it."""
    page.locator(box).press_sequentially(text)
    expect(page.locator(f"{box}-suggestions")).to_be_visible()


def test_suggestions_are_walked_and_opened_by_keyboard(visit: Visit) -> None:
    page = visit.to("/practices")
    box, list_ = page.get_by_role("combobox", name="Search"), page.locator("#find-suggestions")
    expect(box).to_have_attribute("aria-expanded", "false")
    typed(page, "exford b")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".find [role=status]")).to_contain_text("found")
    first, last = list_.get_by_role("option").first, list_.get_by_role("option").last
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "?")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(list_.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(list_).to_be_hidden()
    expect(box).to_have_value("exford b")
    page.keyboard.press("ArrowDown")
    expect(list_).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.site + "/practice/exford-buddies")


def test_enter_without_a_choice_goes_to_the_page_of_the_search(visit: Visit) -> None:
    page = visit.to("/")
    typed(page, "exford", "#q")
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.site + "/search?q=exford")
    expect(page.locator("ol.hits > li").first.get_by_role("link")).to_have_text("Exford")
    expect(page.locator("#find")).to_have_value("exford")


def test_suggestion_marks_what_was_typed_and_names_the_rest(visit: Visit) -> None:
    page = visit.to("/about")
    typed(page, "kumple")
    option = page.locator("#find-suggestions").get_by_role("option").first
    expect(option.locator(".suggested-name")).to_have_text("Exford Buddies")
    expect(option.locator("mark")).to_have_text("Kumple")
    expect(option.locator("[lang=pl]")).to_have_text("Kumple z Exford")
    expect(option).to_contain_text("practice · XA")


def test_the_last_suggestion_leads_to_all(visit: Visit) -> None:
    page = visit.to("/about")
    typed(page, "peer")
    rest = page.locator("#find-suggestions .suggested-all")
    expect(rest).to_have_text(re.compile(r"^All \d+ found$"))
    rest.click()
    expect(page).to_have_url(visit.site + "/search?q=peer")


def test_each_letter_is_not_a_request_and_an_old_answer_is_dropped(visit: Visit) -> None:
    page = visit.to("/about")
    asked: list[str] = []
    held: list[Route] = []

    def note(request: Request) -> None:
        if "/search.json" in request.url:
            asked.append(parse_qs(urlsplit(request.url).query)["q"][0])

    page.on("request", note)
    page.route(re.compile("q=harbou&"), lambda route: held.append(route))
    page.locator("#find").focus()
    with page.expect_request(re.compile("q=harbou&")):
        # six letters at once, as from a hand faster than any machine of a test
        page.locator("#find").evaluate("""box => {
          for (const letter of "harbou") {
            box.value += letter;
            box.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }""")
    page.locator("#find").press("End")
    page.locator("#find").press("r")
    list_ = page.locator("#find-suggestions")
    expect(list_.get_by_role("option").first).to_contain_text("Harbour")
    assert asked == ["harbou", "harbour"]
    assert len(held) == 1
    page.locator("#find").fill("h")
    expect(list_).to_be_hidden()
    assert asked == ["harbou", "harbour"]


def test_suggestions_go_when_the_box_is_left(visit: Visit) -> None:
    page = visit.to("/about")
    typed(page, "exford")
    page.keyboard.press("Tab")
    expect(page.locator("#find-suggestions")).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('.suggestions')") is None


def test_suggestions_fit_on_a_phone_and_are_opened_by_touch(narrow: Visit) -> None:
    page = narrow.to("/about")
    typed(page, "exford bud")
    box = page.locator("#find-suggestions").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    option = page.locator("#find-suggestions").get_by_role("option").first
    shape = option.bounding_box()
    assert shape
    assert shape["height"] >= 40
    option.tap()
    expect(page).to_have_url(narrow.site + "/practice/exford-buddies")


def test_search_works_without_scripts(scriptless: Visit) -> None:
    page = scriptless.to("/")
    page.locator("#find").fill("EXFÓRD budies")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    page.locator("ol.hits").get_by_role("link", name="Exford Buddies").click()
    expect(page).to_have_url(scriptless.site + "/practice/exford-buddies")


@pytest.mark.parametrize(("text", "short"), [("kumple", "practice:exford-buddies"), ("naloxne", "service:naloxone")])
def test_editor_completes_things_by_any_name_and_words_with_a_slip(visit: Visit, text: str, short: str) -> None:
    page = visit.to("/sparql")
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(f" {text}")
    option = page.locator(".cm-tooltip-autocomplete li").filter(has_text=short).first
    expect(option).to_be_visible()
    option.click()
    expect(editor).to_contain_text(short)
    expect(editor).to_contain_text(f"PREFIX {short.split(':')[0]}:")
