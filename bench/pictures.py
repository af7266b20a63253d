"""Measures the pictures of the explorer over generated data: on the server, and in a headless Chromium.

    python -m bench.pictures --triples 170000

A hundred triples are about three actors; 170,000 give some 5,000. On the server each address is asked once cold, right
after the site was started, and then again and again: the table shows the first time and the median of the others, in
milliseconds. In the browser `usable` is the time from the start of the navigation until the picture answers to keys and
pointer, `frames` how many a second are drawn while it is dragged. The browser draws with the processor, if there is no
graphics card.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.generate import write_release
from p2p_graph.config import Settings
from tests.servers import chromium, served
from webapp import create_app

#: what is asked, in this order: the first has to wait for what all share
ADDRESSES = {
    "the first page of the explorer": "/explore",
    "a national network (XP, the smallest)": "/explore?at=country%2FXP",
    "the same, filtered": "/explore?at=country%2FXP&form=formal",
    "a national network (XA, the largest)": "/explore?at=country%2FXA",
    "all countries": "/explore?at=all",
    "all countries as data": "/explore/scene?at=all",
}
REPEATS = 7


@contextmanager
def site_over(release: Path) -> Iterator[str]:
    """The site over a release on a free port of this machine."""
    with tempfile.TemporaryDirectory() as home:
        app = create_app(Settings(home=Path(home), store=str(release), workers=1, client_minute=0))
        with served(app) as address:
            yield address
        app.extensions["p2p_current"].close()


def timed(address: str) -> tuple[float, int]:
    """Milliseconds until an answer is here whole, and its bytes."""
    start = time.perf_counter()
    with urllib.request.urlopen(address, timeout=300) as answer:
        size = len(answer.read())
    return (time.perf_counter() - start) * 1000, size


def on_the_server(site: str) -> None:
    """Prints a line for each address."""
    print(f"{'on the server':44} {'first':>8} {'median':>8} {'kB':>8}")
    for name, path in ADDRESSES.items():
        first, size = timed(site + path)
        again = statistics.median(timed(site + path)[0] for _ in range(REPEATS))
        print(f"{name:44} {first:8.0f} {again:8.0f} {size / 1000:8.0f}")


def in_the_browser(browser: Browser, site: str) -> None:
    """Prints when pictures can be used, and how fluently they are dragged."""
    print(f"\n{'in the browser':44} {'usable':>8} {'actors':>8} {'frames':>8}")
    for name in ("a national network (XP, the smallest)", "a national network (XA, the largest)", "all countries"):
        usable = []
        for _ in range(3):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.goto(site + ADDRESSES[name])
            # asked again and again, as the policy of the page allows no function made of text
            while not (marks := page.evaluate("performance.getEntriesByName('picture').map((m) => m.startTime)")):
                time.sleep(0.05)
            usable.append(marks[0])
            actors = page.locator("#told").inner_text().split(" ")[0]
            frames = dragged(page)
            context.close()
        print(f"{name:44} {statistics.median(usable):8.0f} {actors:>8} {frames:8.0f}")


def dragged(page: Page) -> float:
    """Frames a second while the picture is dragged to and fro for about two seconds."""
    box = page.locator("#picture").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, min(box["y"] + 200, 800)
    page.evaluate(
        "() => { window.drawn = 0; window.since = performance.now();"
        " const next = () => { window.drawn++; requestAnimationFrame(next); }; next(); }"
    )
    page.mouse.move(x, y)
    page.mouse.down()
    end = time.perf_counter() + 2
    step = 0
    while time.perf_counter() < end:
        step += 1
        page.mouse.move(x + (step % 40) * 4, y + (step % 25) * 3)
    page.mouse.up()
    found: float = page.evaluate("window.drawn / (performance.now() - window.since) * 1000")
    return found


def main() -> None:
    """Reads the command line, makes the data if need be, measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench.pictures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--triples", type=int, default=170_000)
    given = parser.parse_args()
    folder = Path("var/bench") / str(given.triples)
    if not (folder / "manifest.json").exists():
        print(write_release(folder, given.triples))
    with site_over(folder) as site:
        on_the_server(site)
        with chromium() as browser:
            in_the_browser(browser, site)


if __name__ == "__main__":
    main()
