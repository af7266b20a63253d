"""What of the site a copy holds, and under which file each address stands.

An address here is a path of the site, with its query where it has one, without its fragment.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from webapp.languages import ENGLISH, LANGUAGES
from webapp.listing import LISTS

__all__ = [
    "ABOUT",
    "HOST",
    "Held",
    "Link",
    "bare",
    "between",
    "data_suffix",
    "file_of",
    "is_filtered",
    "is_wanted",
    "languages_of",
    "link_of",
    "prefix",
]

#: the host that pages believe to stand on while they are copied; no such host can exist
HOST: Final = "http://copy.invalid"
#: the page that says what a copy cannot do
ABOUT: Final = "/copy"

#: suffixes of files that are no page; those that say the same in every language, and pictures
_DATA: Final = frozenset(
    [
        "ttl",
        "jsonld",
        "csv",
        "xlsx",
        "json",
        "graphml",
        "gexf",
        "zip",
        "gz",
        "nq",
        "bib",
        "ris",
        "hdt",
        "nt",
        "rdf",
        "tsv",
        "xml",
        "csv-excel",
        "srj",
        "srx",
        "atom",
        "txt",
    ]
)
_DRAWN: Final = frozenset(["svg", "png", "pdf", "html"])
#: formats that are another way to write what a copy holds anyway
_SPARED: Final = frozenset(["nt", "rdf", "tsv", "xml", "csv-excel", "srj", "srx"])
#: what only a server can do: it answers what is asked, and takes what is sent
_SERVED: Final = re.compile(
    r"/(sparql|explore|embed|europe\.svg|cite|s/|search\.json|graph-store|graph/|health|metrics|id/|openapi\.json|"
    r"practice/[^/]+/history|contribute|review|account|sign|submissions|add/)\b"
)
#: pages that are copied with values: which values, together or one at a time
_TOGETHER: Final = (
    (re.compile(r"/queries/"), frozenset({"country", "practice", "one", "other"})),
    (re.compile(r"/evidence$"), frozenset({"row", "design"})),
    (re.compile(r"/evidence$"), frozenset({"country"})),
    (re.compile(r"/compare$"), frozenset({"one", "other"})),
    (re.compile(r"/compare$"), frozenset({"show"})),
)
_ALONE: Final = re.compile(r"/(country/[A-Z]{2}/)?measures$")
#: pages whose choices the browser makes in a copy
_FILTERED: Final = (*(f"/{name}" for name in LISTS), "/search")
_PREFIX: Final = re.compile(rf"/({'|'.join(LANGUAGES)})(/.*)?")
#: files that are called as web spaces want it
_NAMED: Final = {"/.well-known/void": ".well-known/void.ttl", f"{ABOUT}/not-found": "404.html"}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9]+")
#: letters of the values of a question in the name of a file
_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads: an address of the site, what a browser is to make of it (`?country=PT`), a place there."""

    address: str
    choice: str = ""
    fragment: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a copy holds: the file of each address, where addresses lead on to, which rows of a list fit which choice.

    `rows` is list → field → value → the pages of the things that fit.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, Mapping[str, frozenset[str]]]] = field(default_factory=dict)

    def end(self, link: Link) -> Link:
        """Where a link ends after all that it is led on to; with values that are not held, at the page without.

        >>> Held(leads={"/old": "/new#here"}).end(Link("/old"))
        Link(address='/new', choice='', fragment='here')
        """
        known: set[str] = set()
        while link.address not in self.files and link.address not in known:
            known.add(link.address)
            address, _, fragment = self.leads.get(link.address, link.address).partition("#")
            if address == link.address:
                address = address.partition("?")[0]
            link = Link(address, link.choice, fragment or link.fragment)
        return link


def link_of(href: str, page: str) -> Link | None:
    """Where a link on a page leads inside the site, or None for one that leads out or to a place on the same page.

    >>> link_of("/practices?country=PT&page=2", "/")
    Link(address='/practices', choice='country=PT', fragment='')
    >>> link_of("/pl/practice/a.ttl", "/pl/"), link_of("#top", "/"), link_of("https://example.org/", "/")
    (Link(address='/practice/a.ttl', choice='', fragment=''), None, None)
    >>> link_of("/en/", "/"), link_of("http://copy.invalid/pl/vocab/role#peer", "/")
    (Link(address='/', choice='', fragment=''), Link(address='/pl/vocab/role', choice='', fragment='peer'))
    """
    if href.startswith(HOST):
        href = href[len(HOST) :] or "/"
    if not href or href.startswith(("#", "//")) or urlsplit(href).scheme:
        return None
    if not href.startswith(("/", "?")):
        href = posixpath.normpath(posixpath.join(posixpath.dirname(urlsplit(page).path) or "/", href))
    path, query, fragment = urlsplit(href)[2:]
    path = _plain(unquote(path or urlsplit(page).path))
    choice = ""
    if is_filtered(path):
        choice, query = urlencode([(k, v) for k, v in parse_qsl(query) if k not in ("page", "offset", "lang")]), ""
    elif path.startswith("/static/"):
        query = ""
    return Link(f"{path}?{query}" if query else path, choice, fragment)


def _values(query: str) -> frozenset[str]:
    return frozenset(name for name, _ in parse_qsl(query, keep_blank_values=True))


def _plain(path: str) -> str:
    """A path without a language where it says the same in all: in English, and of data."""
    found = _PREFIX.fullmatch(path)
    if found and (found[1] == ENGLISH or data_suffix(path) in _DATA or (found[2] or "").startswith("/static/")):
        return found[2] or "/"
    return f"{path}/" if found and not found[2] else path


def bare(path: str) -> str:
    """A path without its language.

    >>> bare("/pl/practices"), bare("/pl/"), bare("/place/x")
    ('/practices', '/', '/place/x')
    """
    found = _PREFIX.fullmatch(path)
    return (found[2] or "/") if found else path


def prefix(path: str) -> str:
    """What the language of an address puts before it.

    >>> prefix("/pl/practices"), prefix("/practices")
    ('/pl', '')
    """
    found = _PREFIX.fullmatch(path)
    return f"/{found[1]}" if found else ""


def is_filtered(path: str) -> bool:
    """Whether a page lets its reader choose among its rows, which the browser does in a copy.

    >>> is_filtered("/pl/practices"), is_filtered("/practice/x")
    (True, False)
    """
    return bare(path) in _FILTERED


def data_suffix(address: str) -> str:
    """The suffix of an address that is no page, or nothing.

    >>> data_suffix("/queries/a.csv?x=1"), data_suffix("/practice/a")
    ('csv', '')
    """
    ending = address.partition("?")[0].rpartition("/")[2].rpartition(".")
    return ending[2] if ending[0] and ending[2] in _DATA | _DRAWN else ""


def is_wanted(address: str) -> bool:
    """Whether a copy holds an address that something leads to, if the site tells it to everybody alike.

    >>> [is_wanted(a) for a in ("/practice/a", "/practice/a.ttl", "/practice/a.nt", "/sparql", "/compare?year=2010")]
    [True, True, False, False, False]
    """
    path, _, query = address.partition("?")
    plain = bare(path)
    if plain == "/sparql/terms.json":
        return True
    if _SERVED.match(plain) or data_suffix(path) in _SPARED or plain.startswith("/static/"):
        return False
    names = _values(query)
    if not names:
        return True
    if data_suffix(path):
        # the drawings and tables of a page with values are many, and the page itself shows them
        return plain.startswith("/queries/") and names == {"country"}
    together = any(page.match(plain) and names <= taken for page, taken in _TOGETHER)
    return together or (len(names) == 1 and bool(_ALONE.match(plain)))


@lru_cache(maxsize=65_536)
def file_of(address: str) -> str:
    """The file of an address in the folder of a copy.

    >>> file_of("/"), file_of("/pl/"), file_of("/practice/a"), file_of("/practice/a.ttl"), file_of("/vocab/")
    ('index.html', 'pl/index.html', 'practice/a.html', 'practice/a.ttl', 'vocab/index.html')
    >>> file_of("/queries/police-ties?country=PT"), file_of("/.well-known/void")
    ('queries/police-ties.country-PT.html', '.well-known/void.ttl')
    """
    path, _, query = address.partition("?")
    if path in _NAMED:
        return _NAMED[path]
    if path.endswith("/"):
        return f"{path[1:]}index.html"
    suffix = "" if path.startswith("/static/") else data_suffix(path)
    stem = path[1:].removesuffix(f".{suffix}") if suffix else path[1:]
    if path.startswith("/static/"):
        return stem
    if query:
        name = _UNSAFE.sub("-", unquote(query.replace("+", " "))).strip("-")
        digest = hashlib.sha256(query.encode()).hexdigest()[:8]
        stem += f".{name}" if len(name) <= _NAME else f".{name[:_NAME]}-{digest}"
    return f"{stem}.{suffix or 'html'}"


@lru_cache(maxsize=262_144)
def between(file: str, other: str) -> str:
    """How a page in one file is to name another file.

    >>> between("pl/practice/a.html", "index.html"), between("index.html", "practice/a.html")
    ('../../index.html', 'practice/a.html')
    """
    return quote(posixpath.relpath(other, posixpath.dirname(file) or "."), safe="/.")


def languages_of(wished: Iterable[str]) -> tuple[str, ...]:
    """The languages of a copy, English first, since it holds what is the same in all.

    >>> languages_of(["pl", "en"]), languages_of(["pl"])
    (('en', 'pl'), ('en', 'pl'))
    """
    return (ENGLISH, *(code for code in LANGUAGES if code in set(wished) and code != ENGLISH))
