"""Pictures under fingers, under a mouse and on the whole screen: the one the server drew and that of a crowd."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visits import Visit

COUNTRY = "/explore?at=country%2FXA"

#: draws the same country as a crowd, which a page does from some hundred actors on
_CROWD = """async () => {
  const { Crowd } = await import("/static/js/explore-crowd.js");
  const place = document.getElementById("picture");
  const fresh = place.cloneNode(false);
  place.replaceWith(fresh);
  fresh.dataset.scene = "/explore/scene?at=country%2FXA";
  window.opened = [];
  window.crowd = await Crowd.over(fresh, (id) => window.opened.push(id));
  fresh.scrollIntoView({ block: "center" });
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

_STANDS = """new Promise((done) => {
  const look = () => (window.crowd.held || window.crowd.landing ? requestAnimationFrame(look) : done());
  look();
})"""


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Visit]:
    """A tab of a phone, on which two fingers can be laid."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    visit = Visit(context, site)
    yield visit
    context.close()
    assert [said for said in visit.complaints if "GPU stall" not in said] == []
    assert visit.foreign == []


def pinch(page: Page, apart: tuple[float, float], shift: float = 0) -> None:
    """Two fingers on the middle of the picture: so many pixels from the middle before and after, moved down as well."""
    box = page.locator("#picture").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, reach: float, down: float) -> None:
        points = [{"x": x + side * reach, "y": y + down, "id": at} for at, side in enumerate((-1, 1))]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if kind == "touchEnd" else points})

    before, after = apart
    touch("touchStart", before, 0)
    for step in range(1, 9):
        touch("touchMove", before + (after - before) * step / 8, shift * step / 8)
    touch("touchEnd", 0, 0)


def box_of(page: Page) -> list[float]:
    return [float(number) for number in (page.locator("#picture > svg").get_attribute("viewBox") or "").split()]


def test_two_fingers_bring_a_picture_nearer_and_farther_and_open_nothing(phone: Visit) -> None:
    page = phone.to(COUNTRY)
    page.locator("#picture").scroll_into_view_if_needed()
    before = box_of(page)
    pinch(page, (40, 120))
    nearer = box_of(page)
    assert nearer[2] == pytest.approx(before[2] / 3, rel=0.05)
    pinch(page, (120, 60))
    assert box_of(page)[2] == pytest.approx(nearer[2] * 2, rel=0.05)
    assert "card=" not in page.url


def test_two_fingers_that_stay_apart_move_a_picture(phone: Visit) -> None:
    page = phone.to(COUNTRY)
    page.locator("#picture").scroll_into_view_if_needed()
    before = box_of(page)
    pinch(page, (60, 60), shift=80)
    after = box_of(page)
    assert after[2] == pytest.approx(before[2], rel=0.02)
    assert after[1] < before[1]


def test_finger_moves_a_picture_and_a_tap_opens_a_card(phone: Visit) -> None:
    page = phone.to(COUNTRY)
    page.locator("#picture").scroll_into_view_if_needed()
    actor = page.locator('#picture a.actor[tabindex="0"]')
    actor.tap()
    expect(page.locator("#card")).to_be_visible()
    assert "card=" in page.url


def test_picture_fills_the_screen_and_gives_it_back(visit: Visit) -> None:
    page = visit.to(COUNTRY)
    button = page.get_by_role("button", name="Full screen")
    button.click()
    page.wait_for_function("document.fullscreenElement?.id === 'stage'")
    # a step opens its card there, and the screen stays filled
    page.locator('#picture a.actor[tabindex="0"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_visible()
    assert page.evaluate("document.fullscreenElement?.id") == "stage"
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")
    expect(page.locator("#card")).to_be_visible()


def places(page: Page) -> dict[str, list[float]]:
    """Where the actors of a crowd are seen, in pixels of the window."""
    return json.loads(
        page.evaluate("""JSON.stringify(Object.fromEntries(crowd.walk.actors.map((actor, number) => {
          const box = crowd.place.getBoundingClientRect();
          const { x, y } = crowd.seen(number);
          return [actor.id, [box.left + crowd.place.clientLeft + x, box.top + crowd.place.clientTop + y]];
        })))""")
    )


def test_crowd_is_moved_as_an_image_and_drawn_where_it_was_left(visit: Visit) -> None:
    page = visit.to(COUNTRY)
    page.evaluate(_CROWD)
    before = places(page)
    box = page.locator("#picture").bounding_box()
    assert box
    x, y = box["x"] + 30, box["y"] + 30
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 60, steps=6)
    page.mouse.up()
    page.evaluate(_STANDS)
    after = places(page)
    for actor, (left, top) in before.items():
        assert after[actor] == pytest.approx([left + 90, top + 60], abs=1.5)
    # what was moved was no click, a click on a symbol is one
    assert page.evaluate("window.opened") == []
    one = next(actor for actor, (left, top) in after.items() if box["x"] < left < box["x"] + box["width"])
    page.mouse.click(*after[one])
    assert page.evaluate("window.opened") == [one]
    page.mouse.move(*after[one])
    expect(page.locator("#picture .tip")).to_be_visible()
    # nearer around a point: what is there stays there
    page.evaluate("([x, y]) => crowd.zoom(2, x, y)", after[one])
    page.evaluate(_STANDS)
    assert places(page)[one] == pytest.approx(after[one], abs=1.5)
    visit.complaints[:] = [said for said in visit.complaints if "GPU stall" not in said]


def test_two_fingers_bring_a_crowd_nearer(phone: Visit) -> None:
    page = phone.to(COUNTRY)
    page.evaluate(_CROWD)
    before = places(page)
    pinch(page, (40, 100))
    page.evaluate(_STANDS)
    after = places(page)
    (a, b) = sorted(before)[:2]
    width = [abs(spots[a][0] - spots[b][0]) + abs(spots[a][1] - spots[b][1]) for spots in (before, after)]
    assert width[1] == pytest.approx(width[0] * 2.5, rel=0.08)
    assert page.evaluate("window.opened") == []
