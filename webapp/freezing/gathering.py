"""Walks through one language of the site within the process, and puts down what it tells to everybody alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from p2p_graph.config import Settings
from p2p_graph.reading.library import SavedQuery
from webapp.app import create_app
from webapp.asking import examples
from webapp.current_graph import CurrentGraph, graph
from webapp.freezing.indexing import index_of
from webapp.freezing.pages import pages
from webapp.freezing.plan import ABOUT, HOST, file_of, is_wanted, link_of, prefix
from webapp.kept import all_countries
from webapp.languages import ENGLISH, LANGUAGES
from webapp.listing import LISTS

__all__ = ["Fault", "Section", "gathered"]

_LINK: Final = re.compile(r'(?<=\s)(?:href|src|action|xlink:href|data-network)="([^"#][^"]*)"')
_ROW: Final = re.compile(r'<tr>\s*<t[hd][^>]*><a href="([^"]*)"')
_SELECT: Final = re.compile(r'<select\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION: Final = re.compile(r'<option value="([^"]+)"')
#: the answer to a query as a file
_ANSWER: Final = re.compile(r"/queries/([a-z0-9-]+)\.")
#: answers that are only for who asks
_PRIVATE: Final = re.compile(r"\b(no-store|private)\b")
#: rows on one page of a list: all
_ALL: Final = 1_000_000
#: formats in which the answers of the saved questions are copied
_FORMATS: Final = ("csv", "xlsx", "json", "ttl", "jsonld")


@dataclass(frozen=True, slots=True)
class Fault:
    """A link of the site that leads nowhere: to which address, from which page, and what the site answered."""

    address: str
    page: str
    status: int


@dataclass(slots=True)
class Section:
    """What was put down of one language: see `Held`; `note` is what stands in the place of a form."""

    version: str = ""
    note: str = ""
    files: dict[str, str] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, dict[str, frozenset[str]]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def gathered(settings: Settings, folder: Path, codes: Sequence[str], code: str) -> Section:
    """Puts the pages of one of the languages of a copy into its folder, as the site gives them."""
    with _site(settings, codes) as app:
        walk = _Walk(app.test_client(use_cookies=False), folder, "" if code == ENGLISH else f"/{code}")
        with app.test_request_context(f"{walk.prefix}/", base_url=HOST):
            walk.section.version = graph().version
            walk.know_values([*graph().library.questions, *graph().library.patterns])
            walk.put(f"search/{code}.json", index_of(graph(), code).encode())
            countries = [row.code for row in all_countries()]
        # outside of that request, or all others would share what it knows
        walk.go(countries)
        walk.section.note = walk.ask(f"{walk.prefix}{ABOUT}/note").get_data(as_text=True)
        if code == ENGLISH:
            walk.choose()
    return walk.section


@contextmanager
def _site(settings: Settings, codes: Sequence[str]) -> Iterator[Flask]:
    """The site as a copy shows it: lists are whole, and the menu has the languages of the copy."""
    # nobody waits for a page of a copy
    seconds = max(settings.query_seconds, 300.0)
    app = create_app(replace(settings, client_minute=0, client_queries=0, query_seconds=seconds))
    app.register_blueprint(pages)
    app.config["P2P_ROWS"] = _ALL
    app.jinja_env.globals["languages"] = {code: LANGUAGES[code] for code in codes}
    try:
        yield app
    finally:
        cast(CurrentGraph, app.extensions["p2p_current"]).close()


class _Walk:
    """One walk: what is still to be asked for, and from which page it was led to."""

    def __init__(self, client: FlaskClient, folder: Path, prefix: str) -> None:
        self.client, self.folder, self.prefix = client, folder, prefix
        self.section = Section()
        self._to_do: list[tuple[str, str]] = []
        self._known: set[str] = set()
        self._examples: set[str] = set()
        self._questions: set[str] = set()

    def ask(self, address: str) -> TestResponse:
        """What the site answers to a browser that never was here."""
        # buffered, so that files which the site sends piece by piece are closed again
        return self.client.get(address, base_url=HOST, headers={"Accept": "text/html,*/*;q=0.8"}, buffered=True)

    def put(self, file: str, content: bytes) -> None:
        """Writes a file of the copy."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def know_values(self, questions: Sequence[SavedQuery]) -> None:
        """A question that needs values is asked with its examples; its page and its files stand for the question."""
        for query in questions:
            self._questions.add(query.name)
            values = examples(query)
            if values:
                page = f"{self.prefix}/queries/{query.name}"
                asked = urlencode({name: [value] for name, value in values.items()}, doseq=True)
                self.section.leads[page] = f"{page}?{asked}"
                self._examples.add(f"{page}?{asked}")
                self._examples.update(f"/queries/{query.name}.{suffix}?{asked}" for suffix in _FORMATS)

    def go(self, countries: Sequence[str]) -> None:
        """Walks until nothing is left, from the front door, and from the views that no link leads to."""
        door = self.prefix or "/en"
        for address in ("/", ABOUT):
            self._lead(f"{door}{address}", "/")
        for picture in ("wheels", "networks", "matrices", "map"):
            self._lead(f"{door}/compare?show={picture}", "/")
        for one, other in combinations(countries, 2):
            self._lead(f"{door}/compare?{urlencode({'one': one, 'other': other})}", "/")
        for address in sorted(self.section.leads.values()):
            self._lead(address, "/queries")
        if not self.prefix:
            self._lead("/.well-known/void", "/")
            self._lead(f"{ABOUT}/not-found", "/")
        while self._to_do:
            self._take(*self._to_do.pop())

    def _lead(self, href: str, page: str) -> None:
        link = link_of(unescape(href), page)
        if link is None:
            return
        address = self.section.leads.get(link.address, link.address)
        is_ours = prefix(address) == self.prefix or (not prefix(address) and not self.prefix)
        is_taken = (is_wanted(address) and not self._is_inner(address)) or address in self._examples
        if address not in self._known and is_ours and is_taken:
            self._known.add(address)
            self._to_do.append((address, page))

    def _is_inner(self, address: str) -> bool:
        """Whether this is a file of what only pages ask; their queries are shown, the answers are the pages."""
        found = _ANSWER.match(address)
        return found is not None and found[1] not in self._questions

    def _take(self, address: str, page: str) -> None:
        response = self.ask(address)
        location = response.headers.get("Location", "")
        if 300 <= response.status_code < 400 and location:
            link = link_of(location, address)
            if link is not None:
                self.section.leads[address] = link.address + (f"#{link.fragment}" if link.fragment else "")
                self._lead(location, address)
            return
        if response.status_code != 200:
            self.section.faults.append(Fault(address, page, response.status_code))
            return
        if _PRIVATE.search(response.headers.get("Cache-Control", "")) or "Set-Cookie" in response.headers:
            return
        content = response.get_data()
        self.section.files[address] = file_of(address)
        self.put(file_of(address), content)
        if response.mimetype in ("text/html", "image/svg+xml"):
            for href in _LINK.findall(content.decode()):
                self._lead(href, address)

    def choose(self) -> None:
        """Learns which rows of each list fit each of its choices."""
        for path in (f"/{name}" for name in LISTS):
            text = self.ask(path).get_data(as_text=True)
            self.section.rows[path] = {
                name: {value: self._fitting(path, name, value) for value in _OPTION.findall(options)}
                for name, options in _SELECT.findall(text[text.find("<main") :])
            }

    def _fitting(self, path: str, name: str, value: str) -> frozenset[str]:
        """The pages of the things in a list under one choice."""
        text = self.ask(f"{path}?{urlencode({name: value})}").get_data(as_text=True)
        return frozenset(_ROW.findall(text))
