"""The frozen copy of the site, from a sub-folder of a plain web space: the walks of readers through it, and its own."""

from __future__ import annotations

import http.server
import posixpath
import re
import threading
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from p2p_graph.config import Settings
from p2p_graph.errors import SettingsError
from p2p_graph.text import fold, slips, words
from tests.browser import test_walks as walks
from tests.browser.visits import Visit
from webapp.freezing import freeze
from webapp.freezing.plan import file_of, link_of

#: one page of each kind that a copy holds, of those that the walks visit
PAGES = [
    *("/", "/country/XA", "/country/XA/network", "/practice/exford-buddies", "/tie/exford-buddies-team"),
    *("/practices", "/queries/practices-by-country", "/vocab/role", "/pl/organisation/xa-outreach", "/copy"),
]


class _Space(http.server.SimpleHTTPRequestHandler):
    """A web space that shows files, and its own page where there is none."""

    def log_message(self, *_: object) -> None:
        return

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code != 404:
            super().send_error(code, message, explain)
            return
        page = (Path(self.directory) / "peers" / "404.html").read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a web space, with the copy in `peers`."""
    return tmp_path_factory.mktemp("space")


@pytest.fixture(scope="module")
def space(example_home: Path, root: Path) -> Iterator[str]:
    """The address of a copy of the example site in English and Polish, in a folder of a web space."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Space, directory=str(root))) as server:
        home = f"http://127.0.0.1:{server.server_port}/peers"
        copied = freeze(Settings(home=example_home, workers=1), root / "peers", ["pl"], home)
        assert copied.faults == ()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield home
        server.shutdown()
        thread.join(timeout=10)


class CopyVisit(Visit):
    """A visit to a copy: paths of the site are opened as its files."""

    def file(self, path: str) -> str:
        """The address of the file of a path."""
        link = link_of(path, "/")
        assert link is not None
        choice = f"?{link.choice}" if link.choice else ""
        return f"{self.site}/{file_of(link.address)}{choice}"

    def to(self, path: str):  # type: ignore[no-untyped-def]
        self.page.goto(self.file(path), wait_until="networkidle")
        return self.page


def _visit(browser: Browser, space: str, **wishes: object) -> Iterator[CopyVisit]:
    context = browser.new_context(**wishes)  # type: ignore[arg-type]
    visit = CopyVisit(context, space)
    yield visit
    context.close()
    assert visit.complaints == []
    assert visit.foreign == []


@pytest.fixture
def visit(browser: Browser, space: str) -> Iterator[CopyVisit]:
    yield from _visit(browser, space, viewport={"width": 1280, "height": 900})


@pytest.fixture
def narrow(browser: Browser, space: str) -> Iterator[CopyVisit]:
    yield from _visit(browser, space, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)


@pytest.fixture
def scriptless(browser: Browser, space: str) -> Iterator[CopyVisit]:
    yield from _visit(browser, space, java_script_enabled=False, viewport={"width": 1280, "height": 900})


def test_every_link_of_a_copy_leads_to_a_file(space: str, root: Path) -> None:
    folder = root / "peers"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    ids: dict[str, set[str]] = {}
    texts = {file: (folder / file).read_text(encoding="utf-8") for file in files if file.endswith(".html")}
    for file, text in texts.items():
        ids[file] = set(re.findall(r'\sid="([^"]*)"', text))
    astray = []
    for file, text in texts.items():
        if file == "404.html":
            continue
        assert "copy.invalid" not in text, file
        for value in re.findall(r'\s(?:href|src|action|xlink:href|data-index)="([^"]*)"', text):
            parts = urlsplit(unescape(value))
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(file), parts.path)) if parts.path else file
            # a term has a place of its own; a section of a page may be missing where nothing is recorded
            is_term = parts.fragment and target.startswith(("vocab/", "ontology/"))
            if target not in files or (is_term and unquote(parts.fragment) not in ids[target]):
                astray.append((file, value))
    assert astray == []


def test_copy_holds_what_readers_take_away(space: str, root: Path) -> None:
    folder = root / "peers"
    for path in ("practice/exford-buddies.ttl", "practice/exford-buddies.jsonld", "queries/practices-by-country.csv"):
        assert (folder / path).stat().st_size > 100
    assert (folder / "queries/practices-by-country.xlsx").read_bytes()[:2] == b"PK"
    # a question that needs a value has one
    assert list(folder.glob("queries/sources-of-a-practice.practice-*.csv"))
    sitemap = (folder / "sitemap.xml").read_text(encoding="utf-8")
    assert f"<loc>{space}/practice/exford-buddies.html</loc>" in sitemap
    assert f"<loc>{space}/pl/</loc>" in sitemap
    assert "/copy" not in sitemap
    code = (folder / "queries/practices-by-country.html").read_text(encoding="utf-8")
    assert f"{space}/queries/practices-by-country.csv" in code
    assert not list(folder.rglob("sparql*"))


def test_only_a_copy_is_replaced(example_home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="no copy of the site"):
        freeze(Settings(home=example_home), tmp_path)
    with pytest.raises(SettingsError, match="no address of a web space"):
        freeze(Settings(home=example_home), tmp_path / "new", home="example.org")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# The same walks as through the site itself. What they ask of a page holds of its copy.

test_first_tab_skips_to_the_text = walks.test_first_tab_skips_to_the_text
test_what_has_the_focus_is_seen = walks.test_what_has_the_focus_is_seen
test_network_is_walked_by_arrows = walks.test_network_is_walked_by_arrows


def test_network_of_a_copy_appears_and_stands_still(visit: CopyVisit) -> None:
    walks.test_network_appears_and_stands_still(visit, "/country/XA")


@pytest.mark.parametrize("path", PAGES)
def test_page_of_a_copy_fits_phone_and_laptop(narrow: CopyVisit, path: str) -> None:
    walks.test_nothing_is_wider_than_a_phone(narrow, path)
    assert narrow.page.evaluate("document.fonts.check('17px \"Source Sans 3\"')")


@pytest.mark.parametrize("path", ["/", "/country/XA"])
def test_page_of_a_copy_is_whole_without_scripts(scriptless: CopyVisit, path: str) -> None:
    walks.test_page_is_whole_without_scripts(scriptless, path)


def test_from_home_to_country_to_practice_by_keyboard(visit: CopyVisit) -> None:
    page = visit.to("/")
    walks.tab_to(page, "country/XA.html")
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.file("/country/XA"))
    walks.tab_to(page, "../practice/exford-buddies.html")
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.file("/practice/exford-buddies"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Exford Buddies")


def test_list_is_filtered_by_the_browser(visit: CopyVisit) -> None:
    page = visit.to("/practices")
    rows = page.locator("main tbody tr")
    whole = rows.count()
    page.locator("#country").select_option("XB")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(visit.file("/practices?country=XB"))
    expect(rows.locator("visible=true")).to_have_count(1)
    assert whole > 1
    page.go_back()
    expect(rows.locator("visible=true")).to_have_count(whole)
    visit.to("/practices?country=XB")
    expect(rows.locator("visible=true")).to_have_count(1)
    expect(page.locator("#country")).to_have_value("XB")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("exford buddies", "Exford Buddies"),
        ("EXFÓRD-bud", "Exford Buddies"),
        ("exfrod", "Exford Buddies"),
    ],
)
def test_search_of_a_copy_finds_without_accents_and_case_and_forgives_a_slip(
    visit: CopyVisit, text: str, name: str
) -> None:
    page = visit.to("/")
    page.locator("header input[name=q]").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".hits a").filter(has_text=name).first).to_be_visible()
    page.locator(".hits a").filter(has_text=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Exford")


def test_box_of_a_copy_suggests(visit: CopyVisit) -> None:
    page = visit.to("/practice/exford-buddies")
    page.locator("#find").press_sequentially("exford", delay=5)
    option = page.locator("#find-suggestions").get_by_role("option").first
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(visit.file("/practice/exford-buddies"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Exford")


def test_browser_folds_and_slips_as_the_package_does(visit: CopyVisit) -> None:
    page = visit.to("/")
    texts = ["Saúde Ειρήνη ŁÓDŹ Őrült Ąžuolas Straße ΠΡΑΞΙΣ", "drop-in G.A.T. l’association", "n°4 №5 ﬁn İstanbul"]
    module = "import(new URL('static/js/frozen-search.js', document.baseURI).href)"
    folded = page.evaluate(f"texts => {module}.then((m) => texts.map(m.fold))", texts)
    assert folded == [fold(text) for text in texts]
    parted = page.evaluate(f"texts => {module}.then((m) => texts.map((t) => m.words(t).map((w) => w.folded)))", texts)
    assert parted == [[word.folded for word in words(text)] for text in texts]
    pairs = [("naloxone", other) for other in ("naloxone", "naloxne", "anloxone", "nalokson", "methadone")]
    far = page.evaluate(f"pairs => {module}.then((m) => pairs.map(([a, b]) => m.slips(a, b, 2)))", pairs)
    assert far == [slips(one, other, 2) for one, other in pairs]


def test_what_needs_a_server_is_told(visit: CopyVisit) -> None:
    page = visit.to("/practice/exford-buddies")
    assert page.locator("form[method=post]").count() == 0
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About this copy")


def test_wrong_address_shows_a_page_that_leads_home(browser: Browser, space: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{space}/practice/no/such/page.html")
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page).to_have_url(f"{space}/index.html")
    context.close()


def test_other_language_stays_in_its_language(visit: CopyVisit) -> None:
    page = visit.to("/pl/practice/exford-buddies")
    assert page.evaluate("document.documentElement.lang") == "pl"
    page.locator("header nav a").first.click()
    expect(page).to_have_url(visit.file("/pl/countries"))
