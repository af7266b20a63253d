"""The explorer in a real browser: by keyboard, step by step and back, on a phone, without scripts, out of a file."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visits import Visit

PEERS = "group/exford-buddies-peer-educator"
DEALERS = "group/exford-buddies-dealer"
COUNTRY = "/explore?at=country%2FXA"
AROUND = f"/explore?{urlencode({'at': DEALERS})}"


def current(page: Page) -> Locator:
    return page.locator('#picture a.actor[tabindex="0"]')


def ids(page: Page) -> set[str]:
    """The actors of the picture."""
    return set(page.evaluate("JSON.parse(document.getElementById('scene').textContent).actors.map(([id]) => id)"))


def spots(page: Page) -> dict[str, list[float]]:
    actors = page.evaluate("JSON.parse(document.getElementById('scene').textContent).actors")
    return {actor[0]: actor[3:5] for actor in actors}


def test_one_actor_can_be_tabbed_to_and_arrows_walk_from_there(visit: Visit) -> None:
    page = visit.to(COUNTRY)
    expect(current(page)).to_have_count(1)
    current(page).focus()
    names = set()
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
        expect(current(page)).to_be_focused()
        names.add(current(page).get_attribute("href"))
    assert len(names) > 2


def test_enter_opens_the_card_and_escape_closes_it(visit: Visit) -> None:
    page = visit.to(COUNTRY)
    current(page).focus()
    page.keyboard.press("Enter")
    card = page.locator("#card")
    expect(card).to_be_visible()
    expect(card.get_by_role("heading", name="Sources")).to_be_visible()
    expect(page.locator("#picture .chosen")).to_have_count(1)
    assert "card=" in page.url
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator("#picture .chosen")).to_have_count(0)
    assert "card=" not in page.url


def test_what_is_opened_is_undone_and_redone_and_nobody_moves(visit: Visit) -> None:
    page = visit.to(AROUND)
    before, stood = ids(page), spots(page)
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()
    page.locator(f'#picture a.actor[href*="{urlencode({"card": PEERS})}"]').focus()
    page.keyboard.press("e")
    expect(undo).to_be_enabled()
    after = ids(page)
    assert after > before
    assert {a: spots(page)[a] for a in stood} == stood
    address = page.url
    page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
    assert ids(page) == before
    expect(redo).to_be_enabled()
    redo.click()
    expect(redo).to_be_disabled()
    assert ids(page) == after
    assert page.url == address
    # the link gives the same picture in a page that was not there before
    visit.to(address.removeprefix(visit.site))
    assert ids(page) == after
    assert {a: spots(page)[a] for a in stood} == stood


def test_filter_is_shown_at_once_and_stands_in_the_address(visit: Visit) -> None:
    page = visit.to(COUNTRY)
    everybody = ids(page)
    page.locator("#filters > summary").click()
    page.locator("#f-form-formal").check()
    expect(page.locator("#filters > summary")).to_have_text("Filters: form: formal")
    expect(page.locator("#f-form-formal")).to_be_focused()
    assert ids(page) < everybody
    assert "form=formal" in page.url
    page.get_by_role("link", name="Without filters").click()
    expect(page.locator("#filters > summary")).to_have_text("Filters: none")
    assert ids(page) == everybody


def test_text_that_is_searched_leads_to_a_way(visit: Visit) -> None:
    page = visit.to(AROUND)
    page.locator("#finder > summary").click()
    page.get_by_label("Begin at an actor").fill("nurses")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="shortest way to it").first.click()
    expect(page.locator("#told")).to_contain_text("The shortest way has 2 steps")


def test_picture_is_zoomed_moved_and_shown_whole(visit: Visit) -> None:
    page = visit.to(COUNTRY)
    svg = page.locator("#picture > svg")
    whole = svg.get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    nearer = svg.get_attribute("viewBox")
    assert nearer != whole
    box = page.locator("#picture").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 60, steps=4)
    page.mouse.up()
    assert svg.get_attribute("viewBox") != nearer
    assert "card=" not in page.url
    page.get_by_role("button", name="Show all").click()
    assert svg.get_attribute("viewBox") == whole


@pytest.mark.parametrize("name", ["PNG", "SVG", "GraphML", "GEXF", "JSON", "CSV, two tables", "Page that stands alone"])
def test_file_that_was_taken_away_opens_its_picture_again(visit: Visit, tmp_path: Path, name: str) -> None:
    page = visit.to(f"{COUNTRY}&form=formal&open={PEERS.replace('/', '%2F')}")
    shown = ids(page)
    button = page.locator("#downloads").get_by_role("button" if name == "PNG" else "link", name=name, exact=True)
    with page.expect_download() as download:
        button.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    if name == "PNG":
        assert file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        about = re.search(rb"iTXtDescription\0\0\0\0\0(\{.*?\})\0", file.read_bytes() + b"\0", re.DOTALL)
        told = file.read_bytes().decode("utf-8", errors="ignore")
        assert "CC BY 4.0" in told
        assert about or "address" in told
        wide = int.from_bytes(file.read_bytes()[16:20], "big")
        assert wide >= 1400
    visit.to("/explore")
    page.get_by_label("File").set_input_files(file)
    page.wait_for_url("**/explore?at=*")
    assert ids(page) == shown
    assert "form=formal" in page.url


def test_page_on_paper_holds_picture_legend_table_and_address(visit: Visit) -> None:
    page = visit.to(f"{COUNTRY}&form=formal")
    page.emulate_media(media="print")
    expect(page.locator("#picture > svg")).to_be_visible()
    expect(page.locator("ul.legend").first).to_be_visible()
    expect(page.locator("#table tbody tr").first).to_be_visible()
    expect(page.get_by_role("link", name="explore?at=country%2FXA&form=formal")).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()


@pytest.fixture
def other_site() -> Iterator[Callable[[str], str]]:
    """Another site on this machine: takes the text of its only page, and gives its address."""
    servers: list[HTTPServer] = []

    def serve(page: str) -> str:
        class Only(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(f"<!doctype html><link rel=icon href=data:,>{page}".encode())

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Only)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_picture_is_shown_in_a_frame_of_another_site(visit: Visit, other_site: Callable[[str], str]) -> None:
    code = visit.to(COUNTRY).locator("#embed-code").input_value()
    address = other_site(code)
    visit.page.goto(address)
    frame = visit.page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Exland")).to_be_visible()
    expect(frame.locator("svg.network-svg")).to_be_visible()
    expect(visit.page.get_by_role("link", name="Exland")).to_be_visible()
    # no other page of ours can be framed
    visit.page.goto(other_site(code.replace("/embed?", "/explore?")))
    expect(visit.page.get_by_role("link", name="Exland")).to_be_visible()
    expect(frame.get_by_role("heading", name="Exland")).to_have_count(0)
    visit.complaints[:] = [said for said in visit.complaints if "frame-ancestors" not in said]
    visit.foreign[:] = [asked for asked in visit.foreign if not asked.startswith("http://127.0.0.1:")]


def test_explorer_on_a_phone(narrow: Visit) -> None:
    page = narrow.to(COUNTRY)
    expect(page.locator("#picture > svg")).to_be_visible()
    page.locator("#table > summary").tap() if not page.locator("#table[open]").count() else None
    page.locator("#table tbody a").first.tap()
    expect(page.locator("#card")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Begin here")).tap()
    expect(page.locator("h1")).not_to_have_text("Exland")
    for path in ("/explore", COUNTRY, f"{AROUND}&card={DEALERS}&q=nurses", f"{COUNTRY}&form=formal"):
        narrow.to(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        wide = """[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 391
          && !e.closest('.table, pre, textarea, svg, .picture, .hidden')).map(e => e.outerHTML.slice(0, 80))"""
        assert page.evaluate(wide) == [], path


def test_explorer_without_scripts(scriptless: Visit) -> None:
    page = scriptless.to(AROUND)
    expect(page.locator("#picture > svg")).to_be_visible()
    before = page.locator("#table tbody tr").count()
    page.locator("#table tbody").get_by_role("link", name=re.compile("^Show ")).first.click()
    assert page.locator("#table tbody tr").count() > before
    expect(page.locator("#card")).to_be_visible()
    page.locator("#filters > summary").click()
    page.locator("#f-form-formal").check()
    page.locator("#choices").get_by_role("button", name="Show").click()
    expect(page.locator("#filters > summary")).to_have_text("Filters: form: formal")


def test_crowd_is_drawn_by_the_graphics_card_from_the_same_places(visit: Visit) -> None:
    page = visit.to(COUNTRY)
    found = page.evaluate(
        """async () => {
          const { Crowd } = await import("/static/js/explore-crowd.js");
          const place = document.getElementById("picture");
          place.replaceChildren();
          place.dataset.scene = "/explore/scene?at=country%2FXA";
          const opened = [];
          const crowd = await Crowd.over(place, (id) => opened.push(id));
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          crowd.key({ key: "ArrowDown" });
          crowd.key({ key: "ArrowLeft" });
          crowd.key({ key: "Enter" });
          crowd.choose(opened[0]);
          const graph = crowd.sigma.getGraph();
          const at = (number) => ["x", "y"].map((name) => graph.getNodeAttribute(String(number), name));
          const found = {
            opened, places: Object.fromEntries(crowd.walk.actors.map((actor, number) => [actor.id, at(number)])),
            error: crowd.sigma.getWebGLContext().getError(), rings: place.querySelectorAll(".ring.chosen").length,
            told: place.querySelector(".tip").textContent,
          };
          crowd.end();
          return found;
        }"""
    )
    shown = json.loads(page.request.get(f"{visit.site}/explore/scene?at=country%2FXA").text())
    assert found["places"] == {row[0]: [row[3], -row[4]] for row in shown["actors"]}
    assert found["opened"][0] in found["places"]
    assert found["error"] == 0
    assert found["rings"] == 1
    assert re.search(r": \d+ ties?$", found["told"])
    page.goto("about:blank")
    # a graphics card that is played by the processor says that it is slow
    visit.complaints[:] = [said for said in visit.complaints if "GPU stall" not in said]
