"""A page of the site made a page of a copy: links lead to files, and what needs a server is left out or told.

Pages are ours, so their tags are written as we write them: in small letters, values in double quotes, no `>` within.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from webapp.freezing.plan import ABOUT, HOST, Held, bare, between, data_suffix, is_filtered, link_of, prefix

__all__ = ["Page", "rewritten", "rewritten_data"]

_SCRIPT: Final = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
_FORM: Final = re.compile(r"<form\b([^>]*)>.*?</form>", re.DOTALL)
_ANCHOR: Final = re.compile(r"<a\b([^>]*)>.*?</a>", re.DOTALL)
_TAG: Final = re.compile(r"<([a-zA-Z][\w:-]*)\b([^<>]*)>")
_VALUE: Final = re.compile(r'(?<=\s)(href|src|action|xlink:href|data-network|data-scene|poster|content)="([^"]*)"')
_ABSOLUTE: Final = re.compile(re.escape(HOST) + r"[^\s\"'<>\\)]*")
_ROW: Final = re.compile(r'<tr>(?=\s*<t[hd][^>]*><a href="([^"]*)")')
#: scripts that a page of a copy can do without or has another for
_SERVED_SCRIPTS: Final = re.compile(r"/static/(js/(compare|saved|explore|sparql)|vendor/(codemirror|sigma))")

#: under which names data have links: ours, and those of schema.org
_LINKS: Final = ("href", "page")
_SAID_LINKS: Final = ("url", "contentUrl")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, its file, what the copy holds, the note in its language, where the copy will stand.

    `index` is the file of the index of the search in the language of the page.
    """

    address: str
    file: str
    held: Held
    note: str
    index: str
    home: str = ""

    def to(self, file: str) -> str:
        """How the page names a file. The one for wrong addresses is shown at any depth, where only whole paths lead."""
        is_anywhere = self.home and self.address == f"{ABOUT}/not-found"
        return f"{urlsplit(self.home).path}{quote(file, safe='/.')}" if is_anywhere else between(self.file, file)


def rewritten(text: str, page: Page) -> str:
    """The page of a copy.

    >>> from dataclasses import replace
    >>> held = Held({"/": "index.html", "/practice/a": "practice/a.html", "/copy": "copy.html"})
    >>> page = Page("/", "index.html", held, "", "search/en.json")
    >>> rewritten('<html lang="en"><a href="/practice/a#b">A</a><a href="/sparql">S</a>', page)
    '<html data-index="search/en.json" lang="en"><a href="practice/a.html#b">A</a><a href="copy.html">S</a>'
    >>> rewritten('<a href="/practice/a.nt">N-Triples</a><form action="/cite" method="post">x</form>', page)
    ''
    >>> rewritten('<script type="application/ld+json">{"url": "/practice/a"}</script>', replace(page, home="https://a.b/"))
    '<script type="application/ld+json">{"url": "https://a.b/practice/a.html"}</script>'
    """
    text = _FORM.sub(lambda form: _form(form, page), text)
    if is_filtered(page.address):
        text = _with_choices(text, page)
    text = _SCRIPT.sub(lambda script: _script(script, page), text)
    text = _ANCHOR.sub(lambda anchor: "" if _is_spared(anchor[1], page) else anchor[0], text)
    text = _TAG.sub(lambda tag: _tag(tag, page), text)
    return _ABSOLUTE.sub(lambda found: _absolute(html.unescape(found[0]), page), text)


def rewritten_data(text: str, page: Page) -> str:
    """A file of JSON that pages read, its links made relative to itself.

    >>> rewritten_data('{"href": "/practice/a"}', Page("/x.json", "x.json", Held({"/practice/a": "p/a.html"}), "", ""))
    '{"href":"p/a.html"}'
    """
    found = _in_data(json.loads(text), _LINKS, lambda href: _href(href, page))
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _in_data(data: Any, links: tuple[str, ...], change: Callable[[str], str]) -> Any:
    """Data with the links under some names changed."""
    if isinstance(data, dict):
        return {
            key: change(value) if key in links and isinstance(value, str) else _in_data(value, links, change)
            for key, value in data.items()
        }
    return [_in_data(each, links, change) for each in data] if isinstance(data, list) else data


def _href(href: str, page: Page) -> str:
    """A link as it stands on a page of a copy; what is not held leads to what a copy cannot do."""
    link = link_of(href, page.address)
    if link is None:
        return href
    end = page.held.end(link)
    if end.address in page.held.files:
        choice = f"?{end.choice}" if end.choice else ""
        place = f"#{end.fragment}" if end.fragment else ""
        file = page.held.files[end.address]
        if file == page.file and place and not choice:
            return place
        return f"{page.to(file)}{choice}{place}"
    return page.to(page.held.files.get(_about(page.address), "copy.html"))


def _about(address: str) -> str:
    """The page of the same language that says what a copy cannot do.

    >>> _about("/pl/practice/a"), _about("/practice/a")
    ('/pl/copy', '/copy')
    """
    return f"{prefix(address)}{ABOUT}"


def _is_held(href: str, page: Page) -> bool:
    link = link_of(href, page.address)
    return link is None or page.held.end(link).address in page.held.files


def _is_spared(attributes: str, page: Page) -> bool:
    """Whether a link leads to a file, or a language, that a copy spares."""
    values = dict(_VALUE.findall(attributes))
    href = html.unescape(values.get("href", ""))
    link = link_of(href, page.address) if href else None
    if link is None or _is_held(href, page):
        return False
    return bool(data_suffix(link.address)) or "hreflang=" in attributes


def _form(form: re.Match[str], page: Page) -> str:
    """A form whose choices the browser can make stays; for another stands a note, or nothing if it takes something."""
    attributes = form[1]
    values = dict(_VALUE.findall(attributes))
    link = link_of(html.unescape(values.get("action", "")), page.address)
    if 'method="post"' in attributes:
        return ""
    if link is None or is_filtered(link.address):
        return form[0]
    return page.note


def _with_choices(text: str, page: Page) -> str:
    """A list whose rows say which choices they fit, and the script that makes them."""
    rows = page.held.rows.get(bare(page.address), {})

    def marked(row: re.Match[str]) -> str:
        thing = bare(row[1])
        said = "".join(
            f' data-{name}="{" ".join(value for value, things in sorted(values.items()) if thing in things)}"'
            for name, values in rows.items()
        )
        return f"<tr{said}>"

    script = '<script type="module" src="/static/js/frozen.js"></script>\n</head>'
    return _ROW.sub(marked, text).replace("</head>", script, 1)


def _script(script: re.Match[str], page: Page) -> str:
    """Scripts of what needs a server go; data within a page keeps its links."""
    attributes, content = script[1], script[2]
    if _SERVED_SCRIPTS.search(attributes):
        return ""
    if 'type="application/json"' in attributes and content.strip():
        return _data(attributes, _in_data(json.loads(content), _LINKS, lambda href: _href(href, page)))
    if 'type="application/ld+json"' in attributes:
        return _data(attributes, _in_data(json.loads(content), _SAID_LINKS, lambda href: _said(href, page)))
    return script[0]


def _data(attributes: str, data: Any) -> str:
    """A block of data in which nothing ends it."""
    told = json.dumps(data, ensure_ascii=False)
    for sign, instead in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        told = told.replace(sign, instead)
    return f"<script{attributes}>{told}</script>"


def _tag(tag: re.Match[str], page: Page) -> str:
    name, attributes = tag[1], tag[2]
    if name == "html":
        return f'<html data-index="{page.to(page.index)}"{attributes}>'
    if name == "link":
        values = dict(_VALUE.findall(attributes))
        href = html.unescape(values.get("href", ""))
        if _SERVED_SCRIPTS.search(href) or not _is_held(href, page):
            return ""
        if page.home and ('rel="canonical"' in attributes or 'rel="alternate"' in attributes):
            whole = _absolute(_on_host(values["href"]), page)
            return f"<link{_VALUE.sub(lambda value: _attribute(value[1], whole), attributes)}>"
    if name == "meta" and HOST not in attributes:
        return tag[0]

    def changed(value: re.Match[str]) -> str:
        if value[1] == "content":
            return value[0]
        if value[1] == "data-network" and not value[2].startswith("/"):
            return value[0]
        return _attribute(value[1], _href(html.unescape(value[2]), page))

    return f"<{name}{_VALUE.sub(changed, attributes)}>"


def _attribute(name: str, value: str) -> str:
    return f'{name}="{html.escape(value)}"'


def _on_host(href: str) -> str:
    href = html.unescape(href)
    return f"{HOST}{href}" if href.startswith("/") else href


def _said(href: str, page: Page) -> str:
    """A link that machines read: a whole address where it is known where the copy will stand."""
    return _absolute(_on_host(href), page) if page.home else _href(href, page)


def _absolute(address: str, page: Page) -> str:
    """What stands in a text as a whole address: where the copy will stand, or the file if that is not known."""
    link = link_of(address, page.address)
    if link is None:
        return address
    end = page.held.end(link)
    file = page.held.files.get(end.address) or page.held.files.get(_about(page.address), "copy.html")
    file = file.removesuffix("index.html") if page.home and file.endswith(("/index.html", "index.html")) else file
    return f"{page.home}{file}{f'?{end.choice}' if end.choice else ''}{f'#{end.fragment}' if end.fragment else ''}"
