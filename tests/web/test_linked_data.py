"""What machines follow: typed links, descriptions in pages, tags, the list of all pages, the feed of what is new."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import render_template
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header
from werkzeug.test import TestResponse

from p2p_graph.vocab import BASE
from tests.web.reading import CODE, read
from webapp import publish
from webapp.changing import News

HTML = {"Accept": "text/html"}
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FORMS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
THINGS = ["practice/exford-buddies", "country/XA", "tie/exford-buddies-team", "document/xa-report"]
ATOM = {"a": "http://www.w3.org/2005/Atom", "x": "http://www.w3.org/1999/xhtml"}
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


class _Blocks(HTMLParser):
    """The scripts of a page with their types, as a browser cuts them out of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._kind: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._kind = dict(attrs).get("type") or "" if tag == "script" else None
        if tag == "script":
            self.found.append((self._kind or "", ""))

    def handle_data(self, data: str) -> None:
        if self._kind is not None:
            kind, text = self.found.pop()
            self.found.append((kind, text + data))

    def handle_endtag(self, tag: str) -> None:
        self._kind = None


def described(answer: TestResponse) -> dict[str, Any]:
    """What a page says in the words of schema.org."""
    reader = _Blocks()
    reader.feed(answer.text)
    (said,) = [json.loads(text) for kind, text in reader.found if kind == "application/ld+json"]
    assert isinstance(said, dict)
    return said


def links(answer: TestResponse) -> set[tuple[str, str, str]]:
    """The typed links of an answer: relation, address, media type."""
    parts = [parse_options_header(part) for part in answer.headers["Link"].split(", ")]
    return {(options["rel"], address.strip("<>"), options.get("type", "")) for address, options in parts}


# typed links


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("suffix", ["", *FORMS])
def test_page_and_data_of_a_thing_lead_to_each_other(client: FlaskClient, thing: str, suffix: str) -> None:
    answer = client.get(f"/{thing}.{suffix}" if suffix else f"/{thing}", headers=HTML)
    page = f"http://localhost/{thing}"
    other = {("alternate", f"{page}.{form}", media) for form, media in FORMS.items() if form != suffix}
    back = {("alternate", page, "text/html")} if suffix else set()
    assert links(answer) == {
        ("describes", f"{BASE}id/{thing}", ""),
        ("license", LICENCE, ""),
        ("canonical", page, ""),
        ("describedby", f"{page}.ttl", "text/turtle"),
        *other,
        *back,
    }


def test_typed_links_of_a_page_in_another_language_name_that_page(client: FlaskClient) -> None:
    found = links(client.get("/pl/practice/exford-buddies", headers=HTML))
    assert ("canonical", "http://localhost/pl/practice/exford-buddies", "") in found
    assert ("alternate", "http://localhost/practice/exford-buddies.ttl", "text/turtle") in found


def test_what_links_promise_is_there(client: FlaskClient) -> None:
    for relation, address, media in links(client.get("/practice/exford-buddies", headers=HTML)):
        if address.startswith("http://localhost/"):
            answer = client.get(address.removeprefix("http://localhost"), headers=HTML)
            assert answer.status_code == 200, relation
            assert answer.mimetype == (media or "text/html"), relation


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("suffix", ["", ".ttl", ".jsonld"])
def test_thing_that_did_not_change_is_not_sent_again(client: FlaskClient, thing: str, suffix: str) -> None:
    first = client.get(f"/{thing}{suffix}", headers=HTML)
    again = client.get(f"/{thing}{suffix}", headers={**HTML, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert links(again) == links(first)
    other = client.get(f"/{thing}{suffix}", headers={**HTML, "If-None-Match": 'W/"another"'})
    assert (other.status_code, other.data) == (200, first.data)


# descriptions in pages


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "Dataset"),
        ("/country/XA", "Dataset"),
        ("/practice/exford-buddies", "WebPage"),
        ("/organisation/xa-outreach", "Organization"),
        ("/document/xa-report", "Report"),
        ("/law/xa-outreach-act", "Legislation"),
        ("/ontology/Practice", "DefinedTerm"),
        ("/vocab/role", "DefinedTermSet"),
    ],
)
def test_page_says_what_kind_of_thing_it_tells_of(client: FlaskClient, path: str, kind: str) -> None:
    said = described(client.get(path, headers=HTML))
    assert (said["@context"], said["@type"]) == ("https://schema.org", kind)
    assert said["name"]


@pytest.mark.parametrize("start", ["", "/pl"])
def test_country_is_a_data_set_of_that_country(client: FlaskClient, start: str) -> None:
    said = described(client.get(f"{start}/country/XA", headers=HTML))
    assert said["spatialCoverage"]["@type"] == "Country"
    assert said["spatialCoverage"]["@id"] == f"{BASE}id/country/XA"
    assert said["spatialCoverage"]["name"] in said["name"]
    assert said["url"] == f"{start}/country/XA"
    assert said["license"] == LICENCE
    assert said["isPartOf"]["@id"] == f"{BASE}graph/dataset"
    assert said["version"] == client.get("/health").get_json()["version"]
    assert len(said["description"]) > 50
    (counted,) = said["variableMeasured"]
    assert (counted["propertyID"], counted["value"]) == (f"{BASE}ontology/Practice", 2)
    for one in said["distribution"]:
        answer = client.get(one["contentUrl"])
        assert (answer.status_code, answer.mimetype) == (200, one["encodingFormat"])


@pytest.mark.parametrize(
    "path", ["/practice/exford-buddies", "/country/XA", "/organisation/xa-outreach", "/law/xa-outreach-act"]
)
def test_name_that_would_like_to_be_code_stays_a_name(altered: FlaskClient, path: str) -> None:
    answer = altered.get(path, headers=HTML)
    assert answer.status_code == 200
    reader = _Blocks()
    reader.feed(answer.text)
    assert not [text for kind, text in reader.found if "json" not in kind and text.strip()]
    assert not read(answer.text).inline
    assert "<img" not in answer.text
    assert CODE in json.dumps(described(answer), ensure_ascii=False).replace('\\"', '"')
    block = answer.text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert not set("<>&'") & set(block)


def test_name_that_would_like_to_be_code_is_a_name_in_data_too(altered: FlaskClient) -> None:
    made = altered.get("/practice/exford-buddies.jsonld").get_json()
    assert CODE in json.dumps(made, ensure_ascii=False).replace('\\"', '"')
    ET.fromstring(altered.get("/practice/exford-buddies.rdf").data)
    told = News("1", "2026-01-07", False, ((CODE, "/practice/exford-buddies"),), 0, 0)
    with altered.application.test_request_context("/changes.atom"):
        feed = render_template("holdings/changes.xml", news=[told], root="http://localhost/", version="1", day=told.day)
    assert CODE in "".join(ET.fromstring(feed).itertext())


# what is new


def test_changes_are_told_to_people_and_to_programs(client: FlaskClient) -> None:
    release = client.get("/health").get_json()["version"]
    page = client.get("/changes", headers=HTML)
    assert release in read(page.text).text
    assert f'id="{release}"' in page.text
    answer = client.get("/changes.atom")
    assert answer.mimetype == "application/atom+xml"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    feed = ET.fromstring(answer.data)
    for name in ("id", "title", "updated", "author/a:name", "rights"):
        assert feed.findtext(f"a:{name}", namespaces=ATOM), name
    kinds = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert kinds["self"] == "http://localhost/changes.atom"
    assert kinds["alternate"] == "http://localhost/changes"
    assert kinds["license"] == LICENCE
    (entry,) = feed.findall("a:entry", ATOM)
    assert release in (entry.findtext("a:title", namespaces=ATOM) or "")
    assert datetime.fromisoformat(entry.findtext("a:updated", namespaces=ATOM) or "").date().isoformat() == "2026-01-07"
    assert entry.find("a:content/x:div", ATOM) is not None
    ids = [one.text for one in (feed.find("a:id", ATOM), entry.find("a:id", ATOM)) if one is not None]
    assert len(set(ids)) == 2
    again = client.get("/changes.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/changelog").headers["Location"] == "/changes"
    assert 'type="application/atom+xml"' in page.text


# the list of all pages


def _listed(answer: TestResponse) -> list[tuple[str, str]]:
    root = ET.fromstring(answer.data)
    assert answer.mimetype == "application/xml"
    return [
        (one.findtext("s:loc", "", SITEMAP), one.findtext("s:lastmod", "", SITEMAP))
        for one in root.findall("*", SITEMAP)
    ]


def test_sitemap_lists_pages_that_are_there_once_each(client: FlaskClient) -> None:
    found = _listed(client.get("/sitemap.xml"))
    addresses = [address for address, _ in found]
    assert len(addresses) == len(set(addresses)) > 250
    assert all(re.fullmatch(r"2026-01-07|", day) for _, day in found)
    paths = [address.removeprefix("http://localhost") for address in addresses]
    assert {"/", "/country/XA", "/practice/exford-buddies", "/ontology/Practice", "/vocab/role"} <= set(paths)
    # each page that stands at the top, and a few of the others
    own = [path for path in paths if path.strip("/").count("/") == 0]
    for path in (*own, *paths[::12]):
        answer = client.get(path, headers=HTML)
        assert answer.status_code == 200, path
        assert f'<link rel="canonical" href="{path}">' in answer.text


def test_sitemap_of_very_many_pages_is_a_list_of_lists(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _listed(client.get("/sitemap.xml"))
    monkeypatch.setattr(publish, "_AT_ONCE", 100)
    index = client.get("/sitemap.xml")
    assert b"<sitemapindex" in index.data
    parts = [address for address, _ in _listed(index)]
    assert len(parts) == -(-len(whole) // 100) > 2
    listed = [_listed(client.get(part.removeprefix("http://localhost"))) for part in parts]
    assert [one for part in listed for one in part] == whole
    assert max(map(len, listed)) == 100
    for part in (0, len(parts) + 1):
        assert client.get(f"/sitemap-{part}.xml").status_code == 404
