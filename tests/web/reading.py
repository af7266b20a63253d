"""Looks at a page as a browser without scripts would: its language, headings, links and what it fetches."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask

from webapp.current_graph import CurrentGraph

#: a name that would like to end the block or the attribute it stands in
CODE = "</script><script>alert(1)</script><!-- ]]> \"'><img src=x onerror=alert(2)> &amp;"
#: what makes a browser fetch something by itself
_FETCHING = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "use": "href",
    "image": "href",
}

#: blocks that no browser runs
_DATA = ("application/json", "application/ld+json")


@dataclass
class Page:
    """What was found in one page."""

    language: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.inside: list[str] = []
        self.fields: list[str] = []
        self.labelled: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        page = self.page
        if tag == "html":
            page.language = values.get("lang", "")
        if tag == "a" and "href" in values:
            page.links.append(values["href"])
            if values["href"].startswith("#"):
                page.targets.append(values["href"][1:])
        if (
            tag in _FETCHING
            and _FETCHING[tag] in values
            and values.get("rel") not in ("alternate", "canonical", "describedby", "license", "prev", "next")
        ):
            page.fetched.append(values[_FETCHING[tag]])
        if "id" in values:
            page.ids.append(values["id"])
        if tag == "label":
            self.labelled.add(values.get("for", ""))
        if tag in ("input", "select", "textarea") and values.get("type") != "hidden":
            self.fields.append(values.get("id", ""))
        page.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") not in _DATA):
            page.inline.append(f"<{tag}>")
        if tag in ("title", "h1") and "svg" not in self.inside:
            page.headings += [""] if tag == "h1" else []
        if tag not in ("meta", "link", "input", "br", "img", "hr"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "title" and "svg" not in self.inside:
            self.page.title += data
        if "h1" in self.inside:
            self.page.headings[-1] += data
        if "script" not in self.inside:
            self.page.text += data


def read(html: str) -> Page:
    """Reads a page."""
    reader = _Reader()
    reader.feed(html)
    reader.page.unlabelled = [name for name in reader.fields if name not in reader.labelled]
    reader.page.text = " ".join(reader.page.text.split())
    return reader.page


def closing(app: Flask) -> None:
    """Ends the workers behind an app."""
    current = app.extensions["p2p_current"]
    assert isinstance(current, CurrentGraph)
    current.close()


def unchecked(folder: Path) -> None:
    """Lets a release that a test changed be opened: it says no longer what its files should be."""
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**told, "files": {}}), encoding="utf-8")
