"""A practice goes its whole way in real browsers, for a partner who is here for the first time: in Polish on a
telephone, in Greek at a desk. They describe it, mend what was wrong from what the page says alone, and send it; a
steward decides, a release makes it public, and in the end its page says that it was withdrawn."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.model import Fault
from p2p_graph.release import build
from tests.browser.visits import Visit
from tests.conftest import DAY
from tests.servers import served
from tests.web.reading import closing
from tests.web.standing import PASSWORD, Office
from webapp import create_app
from webapp.languages import catalogue

Answers = dict[str, str | list[str]]


@dataclass(frozen=True)
class Case:
    """One partner: the language, the width of the screen, and what they describe."""

    tongue: str
    width: int
    name: str
    description: str
    #: something that must not be in a description
    contact: str
    country: str
    source: str

    def _(self, text: str, **values: object) -> str:
        """What the site calls something in the language of the partner."""
        said = catalogue(self.tongue).gettext(text)
        assert said != text, f"{text!r} is not translated"
        return said % values if values else said

    def filled(self) -> Answers:
        """The practice with three ties, as they type it at first: three things are wrong with it."""
        return {
            f"practice.label@{self.tongue}": self.name,
            f"practice.description@{self.tongue}": f"{self.description} {self.contact}",
            "practice.inCountry": self.country,
            "practice.startYear": "2012",
            "practice.endYear": "2010",
            "practice.practiceKind": "practice-kind:joint-outreach",
            "group-1.role": "role:peer-educator",
            "group-2.role": "role:nurse",
            f"organisation-1.label@{self.tongue}": "Exford Police",
            "tie-1.participant": ["group-1", "group-2"],
            "tie-1.form": "form:formal",
            "tie-1.function": "function:referral",
            "tie-2.participant": ["group-1", "organisation-1"],
            "tie-2.function": "function:information",
            "tie-3.participant": ["group-2", "organisation-1"],
            "tie-3.form": "form:informal",
            "tie-3.function": "function:information",
        }

    def cited(self) -> Answers:
        """The source that was missing."""
        return {
            f"source-1.label@{self.tongue}": self.source,
            "source-1.documentKind": "document-kind:report",
            "source-1.url": "https://example.org/last-tram.pdf",
            "source-1.extentSeen": "extent-seen:whole",
        }


POLISH = Case(
    "pl",
    390,
    "Ostatni tramwaj z pielęgniarkami",
    "Edukatorzy rówieśniczy i pielęgniarki jeżdżą razem ostatnim tramwajem.",
    "Kontakt: tel. 601 234 567.",
    "Exlandia",
    "Sprawozdanie z ostatniego tramwaju",
)
GREEK = Case(
    "el",
    1280,
    "Το τελευταίο τραμ με νοσηλεύτριες",
    "Ομότιμοι εκπαιδευτές και νοσηλεύτριες παίρνουν μαζί το τελευταίο τραμ.",
    "Επικοινωνία: dromos@example.org.",
    "Exland",
    "Έκθεση για το τελευταίο τραμ",
)


@dataclass
class Desk:
    """A site with a desk, its settings and what it is released from."""

    address: str
    office: Office
    settings: Settings
    sources: Sources

    def release(self) -> None:
        """What the operator does."""
        left_out: list[Fault] = []
        build(self.settings, sources=self.sources, today=DAY, leave_out=left_out.append)
        assert left_out == []


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, example_home: Path, example_sources: Sources) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("desk") / "home"
    shutil.copytree(example_home, home)
    settings = Settings(home=home, workers=1)
    app = create_app(settings, sources=example_sources)
    with served(app) as address:
        yield Desk(address, Office(app), settings, example_sources)
    app.extensions["p2p_office"].close()
    closing(app)


@pytest.fixture(params=[POLISH, GREEK], ids=lambda case: case.tongue)
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture
def partner(browser: Browser, desk: Desk, case: Case) -> Iterator[Visit]:
    is_phone = case.width < 640
    size = {"width": case.width, "height": 844 if is_phone else 900}
    context = browser.new_context(viewport=size, is_mobile=is_phone, has_touch=is_phone)  # type: ignore[arg-type]
    yield (visit := Visit(context, desk.address))
    context.close()
    # a browser writes each answer that is no success to its console: here it is what was asked for
    assert [told for told in visit.complaints if "422" not in told] == []
    assert visit.foreign == []


@pytest.fixture
def steward(browser: Browser, desk: Desk) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield (visit := Visit(context, desk.address))
    context.close()
    assert visit.complaints == []
    assert visit.foreign == []


def _look(page: Page) -> None:
    """At each step: nothing reaches over the edge of the screen."""
    # a telephone widens its window to what it shows, so that is no measure
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url


def _fill(page: Page, values: Answers) -> None:
    for name, value in values.items():
        asked = page.locator(f'[name="{name}"]')
        if isinstance(value, list):
            for one in value:
                page.locator(f'[name="{name}"][value="{one}"]').check()
        elif asked.first.evaluate("field => field.tagName") == "SELECT":
            asked.first.select_option([value] if ":" in value else None, label=None if ":" in value else value)
        else:
            asked.first.fill(value)


def _press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def _sign_in(visit: Visit, name: str, called: Callable[[str], str]) -> None:
    """By the link in the frame of a public page."""
    page = visit.page
    page.get_by_role("banner").get_by_role("link", name=called("Sign in"), exact=True).click()
    page.get_by_label(called("Name"), exact=True).fill(name)
    page.get_by_label(called("Password"), exact=True).fill(PASSWORD)
    _press(page, called("Sign in"))
    page.get_by_role("heading", level=1, name=called("My submissions")).wait_for()


def _joined(partner: Visit, case: Case, secret: str, name: str) -> None:
    """Makes the account of an invitation, leaves, and comes back by signing in."""
    page, _ = partner.to(f"/{case.tongue}/join/{secret}"), case._
    page.get_by_label(_("Name to sign in with")).fill(name)
    page.get_by_label(_("Password"), exact=True).fill(PASSWORD)
    page.get_by_label(_("The same password again")).fill(PASSWORD)
    _look(page)
    _press(page, _("Make the account"))
    page.get_by_role("heading", level=1, name=_("My submissions")).wait_for()
    _press(page, _("Sign out"))
    page.get_by_role("banner").get_by_role("link", name=_("Sign in"), exact=True).wait_for()
    _sign_in(partner, name, _)
    _look(page)


def _described(partner: Visit, case: Case) -> str:
    """Fills the form in, mends it from what it says, sends it; gives the path of its page at the desk."""
    page, _ = partner.page, case._
    page.get_by_role("banner").get_by_role("link", name=_("Add"), exact=True).click()
    page.get_by_role("link", name=_("Fill in the form")).click()
    for _again in range(2):
        page.get_by_role("button", name=_("One more tie")).click()
    _fill(page, case.filled())
    _press(page, _("Check it and see how it will look"))
    _mended(page, case)
    _sent(page, case)
    page.get_by_text(_("It is here, and waits for a steward. Most are looked at within a few days.")).wait_for()
    _look(page)
    return page.url.removeprefix(partner.site)


def _mended(page: Page, case: Case) -> None:
    """Goes from each fault in the list at the top to its field, reads what is said there, and does it."""
    tongue, faults = case.tongue, page.locator("#faults")
    faults.wait_for()
    _look(page)
    assert faults.evaluate("list => list === document.activeElement")
    mending: dict[str, Answers] = {
        f"practice.description@{tongue}": {f"practice.description@{tongue}": case.description},
        "practice.startYear": {"practice.startYear": "2009"},
        f"source-1.label@{tongue}": case.cited(),
    }
    told = faults.get_by_role("listitem")
    assert told.count() == len(mending), told.all_inner_texts()
    for said in told.all():
        # what leads to a place in the page must not be English, nor name a property
        assert not re.search(r"\w+:\w+:|\bthe\b", said.inner_text()), said.inner_text()
        said.get_by_role("link").click()
        asked = page.locator(":focus")
        beside = page.locator(f"#{asked.get_attribute('id')}-fault").inner_text()
        assert beside
        assert beside in said.inner_text()
        _fill(page, mending.pop(str(asked.get_attribute("name"))))


def _sent(page: Page, case: Case) -> None:
    """Has it checked, reads how it will look, sends it, and goes to its page at the desk."""
    _press(page, case._("Check it and see how it will look"))
    page.get_by_role("heading", level=1, name=case._("This is how it will look")).wait_for()
    _look(page)
    _press(page, case._("Send it"))
    page.get_by_role("heading", level=1, name=case._("Thank you: it is here")).wait_for()
    _look(page)
    page.locator("[data-sent] a").click()


def _decided(steward: Visit, name: str, asking: str = "") -> None:
    """A steward looks at what waits, and accepts it or asks."""
    page = steward.to("/review")
    page.get_by_role("link", name=name).first.click()
    page.wait_for_url("**/review/*")
    _look(page)
    if asking:
        page.get_by_label("What you ask").fill(asking)
    _press(page, "Ask" if asking else "Accept")
    page.get_by_text("You asked:" if asking else "You accepted it.").wait_for()


def test_partner_describes_mends_sees_it_published_corrects_and_withdraws_it(
    desk: Desk, partner: Visit, steward: Visit, case: Case
) -> None:
    office, page, _ = desk.office, partner.page, case._
    invited = office.accounts.invite("partner", f"house-{case.tongue}", f"House {case.tongue}")
    _joined(partner, case, invited.secret, f"first-{case.tongue}")
    status = _described(partner, case)

    steward.to("/")
    _sign_in(steward, office.invited("steward").name, str)
    if case.width < 640:
        _decided(steward, case.name, asking="Was it not in 2008?")
        partner.to(status)
        assert "Was it not in 2008?" in page.locator("main").inner_text()
        page.get_by_role("link", name=_("Answer and correct")).click()
        _fill(page, {"practice.startYear": "2008"})
        _sent(page, case)
        _decided(steward, case.name)
        assert "is 2008, no longer 2009" in steward.page.locator("main").inner_text()
    else:
        _decided(steward, case.name)

    desk.release()
    partner.to(status)
    _look(page)
    page.get_by_role("link", name=_("See its page")).click()
    page.get_by_role("heading", level=1, name=case.name).wait_for()
    _look(page)
    public = page.url

    partner.to(status)
    page.get_by_role("link", name=_("Write a newer version")).click()
    _fill(page, {"practice.startYear": "2007"})
    _sent(page, case)
    status = page.url.removeprefix(partner.site)
    _decided(steward, case.name)
    if case.width < 640:
        desk.release()
        page.goto(public)
        assert "2007" in page.locator("main").inner_text()
        page.get_by_role("link", name=_("Who gave it, when, and what became new: its history")).click()
        page.get_by_role("heading", level=2, name=_("What became new")).wait_for()
        history = page.locator("main").inner_text()
        assert f"House {case.tongue}" in history
        assert history.count("0.1.0+2026-01-07") == 2, "it came with one release and was corrected with the next"
        assert "2007" in history
        assert "2008" not in history, "what was replaced is not told again"
        assert f"first-{case.tongue}" not in history
        _look(page)

    partner.to(status)
    page.get_by_role("link", name=_("Withdraw it")).click()
    page.wait_for_url("**/withdraw")
    _look(page)
    _press(page, _("Withdraw it"))
    page.get_by_text(
        _("It is withdrawn. Its page goes with the next release, and then says that it was withdrawn.")
    ).wait_for()
    _look(page)
    desk.release()
    assert page.request.get(public).status == 410
