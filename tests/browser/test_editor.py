"""The query editor in a real browser: typing, completing, running, faults, tabs, answers of every size and shape."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visits import Visit

PREFIX = "PREFIX p2p: <https://w3id.org/peer2peer/ontology/>"
PRACTICES = f"{PREFIX} SELECT ?p {{ ?p a p2p:Practice }} ORDER BY ?p"
NUMBERS = 'SELECT ?name ?n { VALUES (?name ?n) { ("beta" 10) ("Álpha" 9) ("gamma" 100) (UNDEF 1) } }'
COUNTRIES = """PREFIX country: <https://w3id.org/peer2peer/id/country/>
SELECT ?country ?practices { VALUES (?country ?practices) { (country:PT 3) (country:PL 6) (country:XA 1) } }"""
MANY = "SELECT ?a ?b ?c { ?a ?p ?b . ?c ?q ?r } LIMIT 10000"

#: some seconds of work, whatever the machine, and then an end
SLOW = """SELECT (COUNT(*) AS ?n) {
  { SELECT ?a { ?a ?b ?c } LIMIT 3000 } { SELECT ?e { ?d ?e ?f } LIMIT 4000 }
  { SELECT ?g { ?g ?h ?i } LIMIT 4 } FILTER(?a != ?e) }"""


def field(page: Page) -> Locator:
    return page.get_by_label("Query", exact=True)


def text(page: Page) -> str:
    lines = field(page).locator(".cm-line").all_inner_texts()
    return "\n".join(line.removesuffix("\n") for line in lines)


def ask(page: Page, query: str) -> Locator:
    field(page).fill(query)
    field(page).press("Control+Enter")
    return page.locator("#answer")


def rows(page: Page) -> list[str]:
    return page.locator("#answer tbody tr:not(.space)").all_inner_texts()


def wipe(page: Page) -> None:
    field(page).press("Control+a")
    field(page).press("Delete")


def test_editor_takes_the_place_of_the_plain_field(visit: Visit) -> None:
    page = visit.to("/sparql")
    expect(field(page)).to_contain_text("SELECT ?practice")
    expect(page.locator("#query")).to_be_hidden()
    word = field(page).get_by_text("SELECT", exact=True)
    expect(word).to_have_css("color", "rgb(20, 86, 95)")
    page.emulate_media(color_scheme="dark")
    expect(word).to_have_css("color", "rgb(127, 196, 201)")


def test_known_prefix_is_declared_when_it_is_used(visit: Visit) -> None:
    page = visit.to("/sparql")
    wipe(page)
    field(page).press_sequentially("ASK { ?s a p2p:Practice ")
    assert text(page).startswith(f"{PREFIX}\nASK {{ ?s a p2p:Practice")
    field(page).press("Escape")
    field(page).press_sequentially("; foo:bar 'role:peers' # form:informal")
    assert text(page).count("PREFIX") == 1


def test_prefix_of_the_starter_is_not_declared_twice(visit: Visit) -> None:
    page = visit.to("/sparql")
    field(page).press("Control+End")
    field(page).press_sequentially("# p2p:\n")
    before = text(page)
    field(page).press_sequentially("rdfs:label form:informal")
    assert text(page).count("PREFIX rdfs:") == before.count("PREFIX rdfs:") == 1
    assert text(page).count("PREFIX form: <https://w3id.org/peer2peer/vocab/form/>") == 1


@pytest.mark.parametrize(
    ("typed", "name"), [("Practic", "p2p:Practice"), ("partnerz", "role:peers"), ("ομοτ", "role:peers")]
)
def test_term_is_completed_by_its_label_in_any_language(visit: Visit, typed: str, name: str) -> None:
    page = visit.to("/sparql")
    wipe(page)
    field(page).press_sequentially("ASK { ?s ?p ")
    page.keyboard.insert_text(typed)
    field(page).press("Control+Space")
    offer = page.get_by_role("listbox").locator(".cm-completionLabel", has_text=re.compile(rf"^{name}$"))
    expect(offer).to_be_visible()
    offer.click()
    assert f"?s ?p {name}" in text(page)
    prefix = name.partition(":")[0]
    assert text(page).startswith(f"PREFIX {prefix}: <https://w3id.org/peer2peer/")


def test_variables_and_words_are_completed_by_keyboard(visit: Visit) -> None:
    page = visit.to("/sparql")
    wipe(page)
    field(page).press_sequentially("ASK { ?practice ?p ?pr")
    option = page.get_by_role("option", name="?practice")
    expect(option).to_be_visible()
    expect(option).to_have_attribute("aria-selected", "true")
    # The editor takes no choice in the first moments of a list, so that nobody chooses by mistake.
    page.wait_for_timeout(120)
    field(page).press("Enter")
    assert "?practice ?p ?practice" in text(page)


def test_ctrl_enter_runs_and_the_address_holds_the_query(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, PRACTICES)
    expect(answer.get_by_role("heading", name="Answer")).to_be_visible()
    expect(answer.get_by_role("status")).to_contain_text("3 rows")
    expect(answer.get_by_role("link", name="Exford Buddies")).to_have_attribute("href", "/practice/exford-buddies")
    expect(page).to_have_url(re.compile("query=PREFIX.*&run=1$"))
    page.reload()
    expect(page.get_by_role("link", name="Exford Buddies").first).to_be_visible()
    assert text(page) == PRACTICES
    field(page).press("Control+End")
    field(page).press_sequentially(" ")
    expect(page).to_have_url(visit.site + "/sparql")


def test_query_in_the_address_is_answered_and_can_be_sorted(visit: Visit) -> None:
    page = visit.to(f"/sparql?query={quote(NUMBERS)}&run=1")
    expect(page.get_by_role("heading", name="Answer")).to_have_count(1)
    page.get_by_role("button", name="name", exact=True).click()
    assert [row.split("\t")[0] for row in rows(page)] == ["Álpha", "beta", "gamma", ""]


def test_addresses_stand_in_for_names_when_wanted(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, PRACTICES)
    expect(answer.get_by_role("link", name="Exford Buddies")).to_be_visible()
    page.get_by_label("addresses").check()
    expect(answer.get_by_role("link", name="practice:exford-buddies")).to_be_visible()


def test_rows_are_sorted_and_filtered(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, NUMBERS)
    number = answer.get_by_role("button", name="n", exact=True)
    number.click()
    assert [row.split("\t")[1] for row in rows(page)] == ["1", "9", "10", "100"]
    expect(answer.locator("th").nth(1)).to_have_attribute("aria-sort", "ascending")
    expect(number).to_be_focused()
    number.press("Enter")
    assert [row.split("\t")[1] for row in rows(page)] == ["100", "10", "9", "1"]
    page.get_by_label("Filter rows").fill("alph")
    assert rows(page) == ["Álpha\t9"]
    expect(answer.get_by_role("status")).to_contain_text("1 fits the filter")


def test_ten_thousand_rows_are_drawn_as_far_as_they_are_seen(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, MANY)
    expect(answer.get_by_role("status")).to_contain_text("10,000 rows", timeout=30_000)
    table = answer.get_by_role("table")
    expect(table).to_have_attribute("aria-rowcount", "10001")
    region = answer.get_by_role("region", name="Answer")
    region.scroll_into_view_if_needed()
    height = region.evaluate("e => e.scrollHeight")
    assert height >= 10_000 * 34
    for share in (0.1, 0.37, 0.5, 0.73, 1.0, 0.0):
        region.evaluate(f"e => {{ e.scrollTop = {share} * (e.scrollHeight - e.clientHeight); }}")
        wanted = 10_001 if share == 1 else round(share * (height - 648) / 34) + 8
        expect(answer.locator(f'tr[aria-rowindex="{wanted}"]')).to_be_in_viewport()
        assert answer.locator("tbody tr").count() < 80
        assert abs(region.evaluate("e => e.scrollHeight") - height) <= 1
    last = answer.locator('tr[aria-rowindex="10001"]')
    region.focus()
    page.keyboard.press("End")
    expect(last).to_be_in_viewport()


def test_fault_is_marked_where_it_is(visit: Visit) -> None:
    page = visit.to("/sparql")
    ask(page, "SELECT *\nWHERE {\n  ?s a foo:bar }")
    expect(page.get_by_role("alert")).to_contain_text("Line 3")
    mark = field(page).locator(".cm-lintRange-error")
    expect(mark).to_have_text("foo:bar")
    expect(field(page)).to_be_focused()
    # The browser reports the status of the answer itself; that is what the test asked for.
    visit.complaints.clear()
    ask(page, NUMBERS)
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(mark).to_have_count(0)


def test_fault_of_an_opened_address_is_marked_too(visit: Visit) -> None:
    page = visit.to(f"/sparql?query={quote('ASK { ?s a foo:bar }')}")
    expect(field(page).locator(".cm-lintRange-error")).to_have_text("foo:bar")
    visit.complaints.clear()


def test_escape_cancels(visit: Visit) -> None:
    page = visit.to("/sparql")
    ask(page, SLOW)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    answer = ask(page, NUMBERS)
    expect(answer.get_by_role("status")).to_contain_text("4 rows", timeout=25_000)


def test_tabs_and_history_are_there_after_a_reload(visit: Visit) -> None:
    page = visit.to("/sparql")
    first = text(page)
    ask(page, NUMBERS)
    expect(page.locator("#answer table")).to_be_visible()
    page.get_by_role("button", name="New query").click()
    expect(page.locator("#answer")).to_be_hidden()
    field(page).press_sequentially("ASK {} # second")
    visit.to("/sparql")
    expect(page.get_by_role("tab")).to_have_count(2)
    assert text(page) == "ASK {} # second"
    page.get_by_role("tab", selected=True).press("ArrowLeft")
    assert text(page) == NUMBERS
    expect(page.get_by_role("tab").first).to_be_focused()
    field(page).press("Control+z")
    page.get_by_role("button", name="Close Query 2").click()
    expect(page.get_by_role("tab")).to_have_count(1)
    page.get_by_role("button", name="History").click()
    expect(page.locator("#history li")).to_have_count(1)
    expect(page.locator("#history li")).to_contain_text("4 rows")
    page.locator("#history button").first.click()
    assert text(page) == NUMBERS
    assert first != NUMBERS


def test_undoing_stays_within_its_tab(visit: Visit) -> None:
    page = visit.to("/sparql")
    first = text(page)
    field(page).press("Control+End")
    field(page).press_sequentially("# more")
    page.get_by_role("button", name="New query").click()
    field(page).press("Control+z")
    assert text(page) == ""
    page.get_by_role("tab").first.click()
    assert text(page).endswith("# more")
    field(page).press("Control+z")
    assert text(page) == first


def test_what_is_kept_and_broken_does_no_harm(visit: Visit) -> None:
    page = visit.to("/about")
    for broken in (
        "{",
        "[]",
        '{"tabs": 3, "history": []}',
        '{"tabs": [{}, null, 7], "active": -4, "history": [1, null]}',
    ):
        page.evaluate("text => localStorage.setItem('p2p-sparql-1', text)", broken)
        visit.to("/sparql")
        expect(field(page)).to_contain_text("SELECT ?practice")
        page.get_by_role("button", name="History").click()
        expect(page.get_by_text("Nothing was asked in this browser yet.")).to_be_visible()


def test_format_keeps_what_the_query_says(visit: Visit) -> None:
    page = visit.to("/sparql")
    field(page).fill('select ?s where { ?s a <urn:a> ; <urn:b> "x. y"@en . filter(?s != <urn:c>) } limit 5 # end')
    page.get_by_role("button", name="Format").click()
    wanted = [
        "SELECT ?s",
        "WHERE {",
        "  ?s a <urn:a> ;",
        '    <urn:b> "x. y"@en .',
        "  FILTER (?s != <urn:c>)",
        "}",
        "LIMIT 5 # end",
    ]
    assert text(page) == "\n".join(wanted)
    field(page).press("Control+z")
    assert text(page).startswith("select ?s")


def test_every_saved_question_keeps_its_words_when_formatted(visit: Visit) -> None:
    page = visit.to("/sparql")
    found = page.evaluate(
        """async () => {
          const { format, tokens } = await import("/static/js/sparql-text.js");
          const links = [...document.querySelectorAll("a[data-example]")];
          const said = (text) => tokens(text).map((token) => token.text.toLowerCase()).join(" ");
          return links.map((link) => {
            const query = new URL(link.href).searchParams.get("query");
            const once = format(query);
            return [link.textContent, said(once) === said(query), format(once) === once, once !== query];
          });
        }"""
    )
    assert len(found) > 10
    assert [name for name, same, stable, _ in found if not (same and stable)] == []
    assert any(changed for *_, changed in found)


def test_triples_and_yes_or_no_are_shown_too(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, "ASK { ?s ?p ?o }")
    expect(answer.get_by_text("Yes", exact=True)).to_be_visible()
    answer = ask(page, 'CONSTRUCT { <urn:a> <urn:b> "tab\\tand \\"quote\\" é"@fr . } WHERE {}')
    expect(answer.get_by_role("status")).to_contain_text("1 triple")
    cell = answer.locator("td").last
    expect(cell).to_have_text('tab and "quote" é')
    expect(cell.locator("span")).to_have_attribute("lang", "fr")
    expect(answer.get_by_role("link", name="Turtle")).to_be_visible()
    answer = ask(page, "SELECT ?s { ?s <urn:none> ?o }")
    expect(answer.get_by_text("No row answers this.")).to_be_visible()


def test_markup_in_an_answer_stays_text(visit: Visit) -> None:
    page = visit.to("/sparql")
    bad = '<img src=x onerror="document.title=1">'
    query = f"SELECT ?a ?b {{ BIND ('{bad}' AS ?a) BIND (IRI('javascript:alert(1)') AS ?b) }}"
    answer = ask(page, query)
    expect(answer.locator("td").first).to_have_text(bad)
    expect(answer.locator("td a, td img")).to_have_count(0)
    page.get_by_role("button", name="Raw").click()
    expect(answer.locator("pre")).to_contain_text("onerror")


def test_numbers_are_drawn_as_bars_and_on_a_map(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, COUNTRIES)
    answer.get_by_role("button", name="Bars").click()
    widths = answer.locator("rect.bar").evaluate_all("bars => bars.map(bar => Number(bar.getAttribute('width')))")
    assert widths[1] == pytest.approx(2 * widths[0])
    answer.get_by_role("button", name="Map").click()
    expect(answer.locator("svg.europe .place")).to_have_count(2)
    expect(answer.locator("figcaption")).to_contain_text(re.compile(r"Not on the map: .+ 1\."))


def test_pairs_of_things_are_drawn_as_a_network(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, f"{PREFIX} SELECT ?practice ?country {{ ?practice a p2p:Practice ; p2p:inCountry ?country }}")
    answer.get_by_role("button", name="Network").click()
    expect(answer.locator(".pairs line")).to_have_count(3)
    link = answer.locator('.pairs a[href="/practice/exford-buddies"]')
    expect(link).to_have_count(1)
    place = link.locator("circle").evaluate("e => [e.getAttribute('cx'), e.getAttribute('cy')]")
    answer.get_by_role("button", name="Table").click()
    answer.get_by_role("button", name="Network").click()
    assert link.locator("circle").evaluate("e => [e.getAttribute('cx'), e.getAttribute('cy')]") == place


@pytest.mark.parametrize("query", [NUMBERS, f"{NUMBERS} # {'x' * 8000}"], ids=["short", "long"])
def test_answer_is_taken_along(visit: Visit, query: str) -> None:
    page = visit.to("/sparql")
    answer = ask(page, query)
    link = answer.get_by_role("link", name="CSV", exact=True)
    if len(query) < 6000:
        with page.expect_download() as waiting:
            link.click()
        content = waiting.value.path().read_text(encoding="utf-8")
    else:
        with page.expect_request(
            lambda request: request.method == "POST" and "format=csv" in (request.post_data or "")
        ):
            link.click()
        return
    assert content.splitlines()[1] == "beta,10"


def test_example_opens_in_a_tab_and_runs(visit: Visit) -> None:
    page = visit.to("/sparql")
    page.locator("a[data-example]").filter(has_text="Practices by country").click()
    expect(page.get_by_role("tab", selected=True)).to_have_text("Practices by country")
    expect(page.locator("#answer table")).to_be_visible()


def test_question_mark_shows_the_keys_outside_the_field(visit: Visit) -> None:
    page = visit.to("/sparql")
    wipe(page)
    field(page).press_sequentially("?")
    assert text(page) == "?"
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.get_by_role("button", name="Format").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_field_is_left_by_tab(visit: Visit) -> None:
    page = visit.to("/sparql")
    field(page).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()


def test_typing_over_a_selection_is_allowed_by_the_policy(visit: Visit) -> None:
    page = visit.to("/sparql")
    field(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("ASK {")
    assert text(page) == "ASK {}"
    field(page).fill("ASK")
    assert text(page) == "ASK"


def test_long_query_goes_in_the_body(visit: Visit) -> None:
    page = visit.to("/sparql")
    answer = ask(page, "ASK { ?s ?p ?o } # " + "x" * 8000)
    expect(answer.get_by_text("Yes", exact=True)).to_be_visible()
    expect(page).to_have_url(visit.site + "/sparql")


@pytest.mark.parametrize("query", [PRACTICES, MANY, COUNTRIES], ids=["few", "many", "drawn"])
def test_editor_and_answer_fit_a_phone(narrow: Visit, query: str) -> None:
    page = narrow.to("/sparql")
    answer = ask(page, query)
    expect(answer.get_by_role("status")).to_contain_text("rows", timeout=30_000)
    for view in answer.locator(".views button").all():
        view.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Keys").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_page_asks_and_answers_without_scripts(scriptless: Visit) -> None:
    page = scriptless.to("/sparql")
    page.get_by_label("Query").fill(PRACTICES)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("link", name="Exford Buddies")).to_be_visible()
    expect(page.get_by_label("Query")).to_have_value(PRACTICES)
    page.get_by_label("Query").fill("SELECT *\nWHERE {\n  ?s a foo:bar }")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 3")
