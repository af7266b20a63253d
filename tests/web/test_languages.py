"""Pages in nine languages: the address tells which, nothing of one language is given to readers of another, and what
translators write fits what it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, RdfFormat, parse

from p2p_graph.config import Settings
from tests.web.reading import closing, read
from webapp import create_app, languages
from webapp.languages import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [code for code in LANGUAGES if code != "en"]
HTML = {"Accept": "text/html,*/*;q=0.5"}

#: languages whose catalogue has been full once, and stays full from then on
FULL = frozenset({"de", "el", "fr", "hu", "lt", "nl", "pl", "pt"})

#: one page of each kind over the example data
PAGES = [
    *("/", "/countries", "/practices", "/laws", "/country/XA", "/country/XA/network", "/country/XA/missing", "/about"),
    *("/compare?one=XA&other=XB", "/evidence?row=mediation", "/measures", "/country/XA/measures", "/patterns"),
    *("/patterns/pairs", "/patterns/peer-in-team", "/queries", "/queries/ties-of-country?country=XA", "/explore"),
    *("/explore?at=country/XA", "/search?q=exford", "/search?q=zzzz", "/practice/exford-buddies", "/vocab/form", "/no"),
    *("/sparql", "/sparql?query=ASK+{}", "/sparql?query=SELEC", "/documents", "/vocab/", "/ontology/", "/add"),
    *("/queries/facts-of-thing", "/queries/ties-between-roles?one=x", "/data/", "/organisation/xa-outreach", "/stats"),
]


def catalogue_of(code: str) -> Catalog:
    with (ROOT / "webapp" / "translations" / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def told(message: Message) -> tuple[str, ...]:
    """The texts of a message, in English."""
    return message.id if isinstance(message.id, tuple) else (message.id,)


def said(message: Message) -> tuple[str, ...]:
    """Its texts in the language of the catalogue; empty ones are not translated yet."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


@cache
def names_in_english() -> frozenset[str]:
    """What the example calls its things, where it does so in English alone. Publishers are told in no language."""
    labels: dict[str, dict[str | None, str]] = {}
    plain: set[str] = set()
    for path in (ROOT / "tests" / "data" / "triples").rglob("*.ttl"):
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            if isinstance(quad.object, Literal) and quad.object.language is None:
                plain.add(quad.object.value)
            elif isinstance(quad.object, Literal) and quad.predicate.value.endswith("#label"):
                labels.setdefault(str(quad.subject), {})[quad.object.language] = quad.object.value
    names = {said["en"] for said in labels.values() if set(said) == {"en"} and " " in said["en"]}
    return frozenset(names - plain)


class Texts(HTMLParser):
    """What can be read or heard on a page in the language of the page."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code, self.found, self._open = code, [], []  # type: ignore[var-annotated]
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "link", "input", "br", "img", "path", "col", "hr", "rect", "circle", "line"):
            self._open.append((tag, given.get("lang") or given.get("xml:lang")))
        if self._is_own(given.get("lang")):
            self.found += [given[n] for n in ("aria-label", "placeholder", "alt") if given.get(n)]

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(name == tag for name, _ in self._open) and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        is_text = not any(tag in ("script", "style", "code", "pre", "textarea") for tag, _ in self._open)
        begins_inside = self._depth > 0
        self._depth += data.count("⟦") - data.count("⟧")
        if is_text and data.strip() and not begins_inside and self._is_own(None):
            self.found.append(" ".join(data.split()))

    def _is_own(self, lang: str | None) -> bool:
        spoken = lang or next((code for _, code in reversed(self._open) if code), self.code)
        return spoken == self.code


class Marked(NullTranslations):
    """A language that says everything in brackets: what is shown without them did not go through a catalogue."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    ugettext, ungettext = gettext, ngettext


@pytest.fixture(scope="module")
def marked(example_home: Path) -> Iterator[FlaskClient]:
    """A site of its own whose Polish is that language, since what a site made in a language it keeps."""
    real = languages.catalogue
    languages.catalogue = lambda code: Marked() if code == "pl" else real(code)  # type: ignore[assignment]
    app = create_app(Settings(home=example_home, workers=1, client_minute=0))
    yield app.test_client()
    languages.catalogue = real
    closing(app)


# the address


@pytest.mark.parametrize("code", OTHERS)
def test_address_tells_the_language(client: FlaskClient, code: str) -> None:
    page = client.get(f"/{code}/countries", headers=HTML)
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    assert f'<html lang="{code}">' in html
    assert page.headers["Content-Language"] == code
    assert f'<link rel="alternate" hreflang="{code}" href="/{code}/countries">' in html
    assert '<link rel="alternate" hreflang="x-default" href="/countries">' in html
    for other, name in LANGUAGES.items():
        assert f'lang="{other}"' in html
        assert f">{name}</a>" in html


def test_links_stay_in_the_language_but_for_data(client: FlaskClient) -> None:
    for path in ("/pl/", "/pl/country/XA", "/pl/practice/exford-buddies", "/pl/patterns", "/pl/compare"):
        page = read(client.get(path, headers=HTML).get_data(as_text=True))
        neutral = re.compile(r"/(static|id|cite|data|changes\.atom|sitemap|openapi)|.*\.[\w-]+(\?|$)")
        own = [link for link in page.links if link.startswith("/") and not neutral.match(link)]
        foreign = [link for link in own if not re.match(rf"/({'|'.join(LANGUAGES)})/", link)]
        to_menu = {f"{path[3:]}"}
        assert own
        assert set(foreign) <= to_menu, path


def test_the_front_door_hears_the_browser_and_nothing_else_does(client: FlaskClient) -> None:
    asked = {"Accept-Language": "hu-HU,hu;q=0.9,en;q=0.5"}
    led = client.get("/", headers=asked)
    assert (led.status_code, led.headers["Location"]) == (302, "/hu/")
    assert "Accept-Language" in led.headers["Vary"]
    assert client.get("/en/", headers=asked).status_code == 200
    assert '<html lang="en">' in client.get("/countries", headers=asked).get_data(as_text=True)
    assert client.get("/", headers={"Accept-Language": "en-GB,hu;q=0.5"}).status_code == 200
    assert client.get("/", headers={"Accept-Language": "tlh"}).status_code == 200
    assert "Set-Cookie" not in led.headers


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/en/countries?x=1", "/countries?x=1"),
        ("/pl", "/pl/"),
        ("/pl/static/icon.svg", "/static/icon.svg"),
        ("/el/id/practice/exford-buddies", "/id/practice/exford-buddies"),
        ("/en//example.org/", "/example.org/"),
    ],
)
def test_each_page_has_one_address(client: FlaskClient, asked: str, led: str) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (308, led)


def test_no_link_leads_to_another_house(client: FlaskClient) -> None:
    for path in ("//example.org/x", "/pl//example.org/x"):
        html = client.get(path, headers=HTML).get_data(as_text=True)
        assert 'href="//example.org' not in html


def test_tags_differ_by_language(client: FlaskClient) -> None:
    tags = {client.get(f"{prefix}/country/XA", headers=HTML).headers["ETag"] for prefix in ("", "/pl", "/el")}
    assert len(tags) == 3
    tag = client.get("/pl/country/XA", headers=HTML).headers["ETag"]
    assert client.get("/el/country/XA", headers={**HTML, "If-None-Match": tag}).status_code == 200
    assert client.get("/pl/country/XA", headers={**HTML, "If-None-Match": tag}).status_code == 304


def test_data_are_the_same_in_every_language(client: FlaskClient) -> None:
    assert client.get("/pl/practice/exford-buddies.ttl").data == client.get("/practice/exford-buddies.ttl").data
    asked = "/sparql?query=SELECT+*+{?s+a+p2p:Practice}&format=csv".replace("p2p:Practice", "?t")
    assert client.get(f"/hu{asked}").data == client.get(asked).data


def test_what_was_kept_tells_nothing_of_who_asked_first(client: FlaskClient) -> None:
    client.get("/lt/practice/exford-buddies?mine=secret", headers=HTML)
    later = client.get("/lt/practice/exford-buddies", headers=HTML).get_data(as_text=True)
    assert "secret" not in later
    assert 'href="/el/compare?show=map"' in client.get("/compare?show=map", headers=HTML).get_data(as_text=True)


# what is said


def test_names_come_in_the_language_and_say_when_they_do_not(client: FlaskClient) -> None:
    html = client.get("/pl/vocab/form", headers=HTML).get_data(as_text=True)
    assert "nieformalna" in html
    page = client.get("/el/practice/exford-buddies", headers=HTML).get_data(as_text=True)
    assert re.search(r'<h1[^>]* lang="en">Exford Buddies', page)


def test_actors_and_their_roles_come_in_the_language_too(client: FlaskClient) -> None:
    for path in ("/country/XA/measures", "/country/XA/network", "/organisation/xa-outreach", "/explore?at=country/XA"):
        page = client.get(f"/pl{path}", headers=HTML).get_data(as_text=True)
        assert re.search(r'<a href="[^"]*/(group|organisation|explore)[^>]* lang="en"', page), path
        told = Texts("pl")
        told.feed(page)
        assert not {"nurse", "peer educator", "peer worker", "police officer", "people who use drugs"} & set(told.found)
    drawn = client.get("/pl/country/XA/network", headers=HTML).get_data(as_text=True)
    assert 'class="halo" lang="en"' in drawn
    assert ": referral" not in drawn
    assert ": referral" in client.get("/country/XA/network", headers=HTML).get_data(as_text=True)


def test_a_greek_page_does_not_ask_where_it_parts(client: FlaskClient) -> None:
    texts = Texts("el")
    for path in ("/el/country/XA", "/el/country/XA/network", "/el/compare", "/el/evidence", "/el/country/XA/missing"):
        texts.feed(client.get(path, headers=HTML).get_data(as_text=True))
    texts.feed(client.get("/el/search?q=exford", headers=HTML).get_data(as_text=True))
    assert any("· " in text for text in texts.found)
    assert [text for text in texts.found if "; " in text] == []
    assert "«exford»" in texts.found


@pytest.mark.parametrize("path", PAGES)
def test_names_that_are_only_in_english_are_marked(client: FlaskClient, path: str) -> None:
    texts = Texts("el")
    html = client.get(f"/el{path}", headers=HTML).get_data(as_text=True)
    # what a list offers is chosen, not read
    texts.feed(re.sub(r"<option[^>]*>[^<]*</option>", "", html))
    assert sorted(set(texts.found) & names_in_english()) == []


@pytest.mark.parametrize("path", PAGES)
def test_all_that_pages_say_goes_through_the_catalogues(marked: FlaskClient, path: str) -> None:
    messages = {text for message in catalogue_of("pl") if message.id for text in told(message)}
    texts = Texts("pl")
    texts.feed(marked.get(f"/pl{path}", headers=HTML).get_data(as_text=True))
    left = {text.strip(" :.;,") for text in texts.found if "⟦" not in text} & messages
    # single words may be the name of a concept, which is told by the ontology
    assert {text for text in left if " " in text} == set()
    assert any("⟦" in text for text in texts.found)


def test_scripts_have_their_words_on_pages_that_are_not_english(marked: FlaskClient, client: FlaskClient) -> None:
    assert '"Copied": "' in marked.get("/pl/sparql", headers=HTML).get_data(as_text=True)
    assert 'id="words"' not in client.get("/sparql", headers=HTML).get_data(as_text=True)


# what translators write


@pytest.mark.parametrize("code", OTHERS)
def test_translations_keep_holes_and_marks(code: str) -> None:
    parts = [re.compile(r"%\(\w+\)s"), re.compile(r"</?[a-z]+[^>]*>"), re.compile(r"%%"), re.compile(r"^\s+|\s+$")]

    def kept(text: str, one: str) -> bool:
        return all(sorted(part.findall(text)) == sorted(part.findall(one)) for part in parts)

    wrong = [
        (message.id, text)
        for message in catalogue_of(code)
        for text in (said(message) if message.id else ())
        if text and not any(kept(text, one) for one in told(message))
    ]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_plurals_have_all_their_forms(code: str) -> None:
    known = catalogue_of(code)
    forms = {message.id: said(message) for message in known if isinstance(message.id, tuple)}
    assert forms
    assert {len(one) for one in forms.values()} == {known.num_plurals}
    assert [key for key, one in forms.items() if any(one) and not all(one)] == []


@pytest.mark.parametrize("code", sorted(FULL))
def test_catalogue_is_full(code: str) -> None:
    assert [message.id for message in catalogue_of(code) if message.id and not all(said(message))] == []


@pytest.mark.parametrize("code", sorted(FULL))
@pytest.mark.parametrize("path", PAGES)
def test_no_page_leaks_english(client: FlaskClient, code: str, path: str) -> None:
    known = catalogue_of(code)
    english = {m.id for m in known if isinstance(m.id, str) and m.string != m.id and len(m.id.split()) > 2}
    texts = Texts(code)
    texts.feed(client.get(f"/{code}{path}", headers=HTML).get_data(as_text=True))
    assert [text for text in texts.found if text in english] == []


def test_a_full_catalogue_is_watched() -> None:
    full = {c for c in OTHERS if all(all(said(message)) for message in catalogue_of(c) if message.id)}
    assert full == FULL, "put the languages that are full now into FULL, and fill those that are not any more"


def test_words_of_an_app_outside_of_requests_are_english(app: Flask) -> None:
    with app.app_context():
        assert languages.language() == "en"
