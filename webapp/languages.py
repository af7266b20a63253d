"""In which language a page speaks: told by the beginning of its address, `/pl/countries`; English has none.

Where the reader's wish is known only from the browser, at the front door `/`, it leads to the door in their language;
every other address says in one language what it says, so that a link shows everybody the same. No cookie remembers it.

The catalogues are the files that translators write (`translations/<language>/LC_MESSAGES/messages.po`), read once by a
process when the language is first asked for: there is nothing to compile and nothing that can be out of step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, has_request_context, redirect, request
from flask_babel import Babel, Domain, gettext, ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "NN_",
    "N_",
    "apart",
    "at",
    "called",
    "catalogue",
    "fonts",
    "for_everybody",
    "foreign",
    "here",
    "how_many",
    "install",
    "language",
    "listed",
    "locale",
    "name_of_country",
    "number",
    "pause",
    "percent",
    "quoted",
    "spoken",
    "within",
    "written",
]

ENGLISH: Final = "en"

#: every language of the pages, in its own words, in the order of the menu
LANGUAGES: Final[dict[str, str]] = {
    "en": "English",
    "pt": "Português",
    "el": "Ελληνικά",
    "pl": "Polski",
    "lt": "Lietuvių",
    "nl": "Nederlands",
    "fr": "Français",
    "hu": "Magyar",
    "de": "Deutsch",
}

#: where a language is written in more than one way, the one that is ours
_TERRITORY: Final = {"en": "en_GB", "pt": "pt_PT"}

#: the files of letters that a page in a language needs at once, beside the Latin ones
_LETTERS: Final = {"el": ("greek",), "pl": ("pl-lt-hu",), "lt": ("pl-lt-hu",), "hu": ("pl-lt-hu",)}

#: addresses that say the same in every language: names of things, files, what machines look for
_NO_LANGUAGE: Final = ("/static/", "/id/", "/.well-known/", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/health")

_TRANSLATIONS: Final = Path(__file__).resolve().parent / "translations"
_PREFIX: Final = re.compile(rf"/({'|'.join(LANGUAGES)})(/.*)?")
#: what the address of a request said before it was taken off
_SAID: Final = "p2p.language"


def language() -> str:
    """The code of the language of this request; English outside of one.

    >>> language()
    'en'
    """
    return cast(str, request.environ.get(_SAID) or ENGLISH) if has_request_context() else ENGLISH


def locale(code: str = "") -> Locale:
    """How a language (by default that of the request) writes numbers and dates, and which plurals it has.

    >>> locale("pl").language_name
    'polski'
    """
    return _locale(code or language())


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(_TERRITORY.get(code, code))


def at(path: str, code: str = "") -> str:
    """A path inside the site in a language, by default that of the reader. What is no path is left as it is.

    The front door in English is `/en/` for who comes from inside: at `/` the browser's wish would be asked again.

    >>> at("/countries"), at("/countries", "pl"), at("/", "pl"), at("/"), at("https://example.org/"), at("#top")
    ('/countries', '/pl/countries', '/pl/', '/en/', 'https://example.org/', '#top')
    >>> at("/id/practice/c-buddy", "pl")
    '/id/practice/c-buddy'
    """
    if not path.startswith("/") or path.startswith(_NO_LANGUAGE):
        return path
    code = code or language()
    is_door = path == "/" or path.startswith(("/?", "/#"))
    return f"/{code}{path}" if code != ENGLISH or is_door else path


def here(code: str = "") -> str:
    """The address of this very page in a language; without its query where the page is made once for all queries.

    >>> app = Flask("example")
    >>> install(app)
    >>> with app.test_request_context("/compare?countries=PT,PL"):
    ...     here("el")
    '/el/compare?countries=PT,PL'
    """
    # an address that begins with two strokes would lead to another house
    path = quote("/" + request.path.lstrip("/"))
    asked = request.query_string.decode("latin-1") if not g.get("p2p_for_everybody") else ""
    return at(f"{path}?{quote(asked, safe='=&+%,:;/?@-._~!$()*')}" if asked else path, code)


def fonts() -> tuple[str, ...]:
    """Which sets of letters a browser should fetch before it has read the page.

    >>> fonts()
    ('latin',)
    """
    return ("latin", *_LETTERS.get(language(), ()))


@contextmanager
def for_everybody(of_all_languages: bool = False) -> Iterator[None]:
    """While something is made that other requests will be given too, it must not tell what this one asked.

    What readers of all languages are given is made as in English: it should hold neither words nor links.
    """
    if not has_request_context():
        yield
        return
    before = g.get("p2p_for_everybody", False), request.environ.get(_SAID)
    g.p2p_for_everybody = True
    if of_all_languages:
        request.environ[_SAID] = ENGLISH
    try:
        yield
    finally:
        g.p2p_for_everybody, request.environ[_SAID] = before


# words


def N_(text: str) -> str:
    """Marks a text of a table of ours for the catalogues; whoever shows it says it by `gettext`.

    >>> N_("Countries")
    'Countries'
    """
    return text


def NN_(one: str, many: str) -> tuple[str, str]:
    """Marks how one thing and several are counted, for `ngettext`.

    >>> NN_("%(count)s law", "%(count)s laws")
    ('%(count)s law', '%(count)s laws')
    """
    return one, many


def how_many(forms: tuple[str, str], n: int, **values: object) -> str:
    """A number of things in the language of the reader.

    >>> how_many(NN_("%(count)s law", "%(count)s laws"), 1200)
    '1,200 laws'
    """
    return str(ngettext(*forms, n, count=number(n), **values))


def called(labels: Mapping[str, str], code: str = "") -> str:
    """What something is called in a language: with English, one without a language, and any other to fall back on.

    >>> called({"en": "peer", "pl": "partyworker"}, "pl"), called({"en": "peer"}, "el")
    ('partyworker', 'peer')
    """
    return labels.get(spoken(labels, code), "")


def spoken(labels: Mapping[str, str], code: str = "") -> str:
    """The code of the language in which `called` answers."""
    wanted = (code or language(), ENGLISH, "")
    return next((one for one in wanted if one in labels), min(labels, default=""))


def name_of_country(address: str, code: str) -> str:
    """What a country is called in a language in which the data do not name it, as German; nothing for other things.

    >>> name_of_country("https://w3id.org/peer2peer/id/country/GR", "de"), name_of_country("x:y", "de")
    ('Griechenland', '')
    """
    kind, _stroke, name = address.rpartition("/")
    # XA and XB are no countries: CLDR has them for trying out letters, and so have our tests
    is_country = kind.endswith("/id/country") and name not in ("XA", "XB")
    return str(locale(code).territories.get(name, "")) if is_country else ""


def foreign(code: str = ENGLISH) -> Markup:
    """The attribute of an element whose text is in a language, where that is not the language of the page.

    >>> foreign("pl"), foreign("en")
    (Markup(' lang="pl"'), Markup(''))
    """
    return Markup(' lang="{}"').format(code) if code and code != language() else Markup("")


def within(text: str) -> str:
    """A heading or a label as it stands within a line: small, but in German, where nouns are always large.

    >>> within("Country")
    'country'
    """
    return text if language() == "de" else text.lower()


# numbers, dates, lists


def number(value: float, code: str = "") -> str:
    """A number as the language writes it.

    >>> number(1234.5), number(1234.5, "de")
    ('1,234.5', '1.234,5')
    """
    return format_decimal(value, locale=locale(code))


def percent(share: float, code: str = "", digits: int = 0) -> str:
    """A share between 0 and 1 as so many of a hundred.

    >>> percent(0.256), percent(0.256, digits=1)
    ('26%', '25.6%')
    """
    form = locale(code).percent_formats[None].pattern
    return format_percent(share, form.replace("0", f"0.{'0' * digits}") if digits else form, locale=locale(code))


def written(text: str, code: str = "") -> str:
    """A day, month or year, as far as it is known, as people write it.

    >>> written("2026-11-23"), written("2019-03"), written("2019"), written("2026-11-23", "pl")
    ('23 November 2026', 'March 2019', '2019', '23 listopada 2026')
    """
    parts = text.split("-")
    if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts):
        return text
    try:
        day = date(*(int(part) for part in (*parts, "1")[:3]))
    except ValueError:
        return text
    if len(parts) == 2:
        return format_skeleton("yMMMM", day, locale=locale(code))
    return format_date(day, "long", locale=locale(code))


def listed(words: Iterable[str], code: str = "") -> str:
    """Words as a list in a sentence.

    >>> listed(["peers", "nurses", "police"]), listed(["pairs", "nurses"], "fr")
    ('peers, nurses and police', 'pairs et nurses')
    """
    several = list(words)
    if len(several) < 2:
        return "".join(several)
    form: Mapping[str, str] = locale(code).list_patterns["standard"]
    if len(several) == 2:
        return form["2"].format(*several)
    text = form["end"].format(several[-2], several[-1])
    for word in reversed(several[1:-2]):
        text = form["middle"].format(word, text)
    return form["start"].format(several[0], text)


def pause(code: str = "") -> str:
    """What stands between two parts of a sentence that have commas of their own: in Greek a semicolon asks a question.

    >>> pause(), pause("el")
    ('; ', '· ')
    """
    return "· " if (code or language()) == "el" else "; "


def apart(parts: Iterable[str], code: str = "") -> str:
    """Parts of a sentence that have commas of their own, one after the other.

    >>> apart(["peers, nurses", "police"]), apart(["pairs", "nurses"], "el")
    ('peers, nurses; police', 'pairs· nurses')
    """
    return pause(code).join(parts)


def quoted(words: str) -> str:
    """Words of somebody else, in the marks of the reader's language.

    >>> quoted("naloxone")
    '“naloxone”'
    """
    return gettext("“%(words)s”", words=words) if has_request_context() else f"“{words}”"


# catalogues


@cache
def catalogue(code: str) -> NullTranslations:
    """The words of a language, read from the file of its translators; a message without any stays English.

    >>> catalogue("en").gettext("Countries")
    'Countries'
    """
    path = _TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"
    if code == ENGLISH or not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    read: Any = Translations(compiled)
    # what a catalogue says of itself stands under the empty message, and is no text of a page
    read._catalog.pop("", None)
    return cast(NullTranslations, read)


class _Catalogues(Domain):
    """Where Flask-Babel finds the words."""

    def get_translations(self) -> NullTranslations:
        return catalogue(language())


# the address


def _without_prefix(inner: WSGIApplication) -> WSGIApplication:
    """Takes the language off the address before anything looks at it: `/pl/countries` is `/countries`, in Polish."""

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.pop(_SAID, None)
        found = _PREFIX.fullmatch(environ.get("PATH_INFO", ""))
        if found:
            environ[_SAID] = found[1]
            environ["PATH_INFO"] = found[2] or ""
        return inner(environ, start_response)

    return outer


def _led() -> AnyResponse | None:
    """Leads to the one address of what was asked for, and from the front door to that in the browser's language."""
    said = request.environ.get(_SAID)
    path = request.path
    if request.method not in ("GET", "HEAD"):
        return None
    if said is None:
        wish = _wished() if path == "/" else ENGLISH
        if wish == ENGLISH:
            return None
        response = redirect(_with_query(at("/", wish)), 302)
        response.headers["Cache-Control"] = "no-cache"
        return response
    if not request.environ.get("PATH_INFO"):
        return redirect(_with_query(f"/{said}/"), 308)
    if path.startswith(_NO_LANGUAGE) or (said == ENGLISH and path != "/"):
        return redirect(_with_query(quote("/" + path.lstrip("/"))), 308)
    return None


def _wished() -> str:
    """The language that the browser likes best of ours; a country after it, as in `en-GB`, is no other language."""
    asked = (tag.split("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((code for code in asked if code in LANGUAGES), ENGLISH)


def _with_query(path: str) -> str:
    asked = request.query_string.decode("latin-1")
    return f"{path}?{asked}" if asked else path


def _told(response: Response) -> Response:
    """What the answer at the front door depends on, and in which language a page is."""
    if request.path == "/" and request.environ.get(_SAID) is None:
        response.vary.add("Accept-Language")
    if response.mimetype == "text/html":
        response.content_language.clear()
        response.content_language.add(language())
    return response


def install(app: Flask) -> None:
    """Gives an app its languages. To be called after everything else that wraps its `wsgi_app`."""
    babel = Babel(app, default_locale=_TERRITORY[ENGLISH], locale_selector=lambda: str(locale()))  # type: ignore[no-untyped-call]
    babel.domain_instance = _Catalogues()  # type: ignore[no-untyped-call]
    jinja = app.jinja_env
    jinja.policies["ext.i18n.trimmed"] = True
    given: dict[str, Callable[..., Any]] = {"at": at, "fonts": fonts, "foreign": foreign, "here": here}
    given["pause"] = pause
    jinja.globals.update(given, language=language, how_many=how_many, tongues=LANGUAGES)
    jinja.filters.update(number=number, percent=percent, written=written, listed=listed, called=called, within=within)
    jinja.filters.update(apart=apart, quoted=quoted)
    app.before_request(_led)
    app.after_request(_told)
    app.wsgi_app = _without_prefix(app.wsgi_app)  # type: ignore[method-assign, assignment]
