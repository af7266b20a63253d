"""The whole site reads the same on a remote store: every kind of page, every door for data, all links that lead on."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urldefrag

import pytest
import servers
from flask import Flask
from pyoxigraph import RdfFormat, parse
from werkzeug.exceptions import NotFound
from werkzeug.test import TestResponse

from p2p_graph.config import Settings
from p2p_graph.push import push
from p2p_graph.vocab import BASE
from tests.contract.conftest import beside
from tests.web.reading import closing, read
from webapp import create_app

#: pages of each kind that are looked at
EACH = 6
BUDDY = f"{BASE}id/practice/exford-buddies"
#: where links begin, and what no link leads to
DOORS = [
    "/",
    "/about",
    "/health",
    "/robots.txt",
    "/sitemap.xml",
    "/.well-known/void",
    "/search?q=buddies",
    "/id/practice/exford-buddies",
    "/practice/exford-buddies.ttl",
    "/practice/exford-buddies.jsonld",
    "/practice/exford-buddies.csv",
    "/practice/nothing-here",
    "/graph-store?default",
    f"/graph-store?graph={quote(BASE)}graph/xa/organisations",
    "/sparql",
    "/sparql/terms.json",
    f"/sparql?query={quote(f'SELECT ?p ?o {{ <{BUDDY}> ?p ?o }} ORDER BY ?p STR(?o)')}",
    f"/sparql.csv?query={quote(f'SELECT ?p ?o {{ <{BUDDY}> ?p ?o }} ORDER BY ?p STR(?o)')}",
    f"/sparql?query={quote(f'ASK {{ <{BUDDY}> ?p ?o }}')}",
    f"/sparql?query={quote(f'CONSTRUCT WHERE {{ <{BUDDY}> ?p ?o }}')}",
    "/sparql?query=SELECT",
    "/country/XA/network.json",
    "/country/XA.jsonld",
]
_FORMATS = (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.JSON_LD, RdfFormat.RDF_XML)
_TRIPLES = {form.media_type: form for form in _FORMATS}


@dataclass
class Sites:
    """The same release on the embedded engine and on a remote one."""

    embedded: Flask
    remote: Flask
    engine: str


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def sites(
    request: pytest.FixtureRequest, example_release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sites]:
    data = beside(example_release, tmp_path_factory.mktemp("site"))
    # no folder of releases beside the remote store: whatever would read one fails
    bare = tmp_path_factory.mktemp("bare")
    with getattr(servers, request.param)(data) as address:
        embedded = create_app(Settings(home=bare, store=str(example_release), workers=1, client_minute=0))
        remote = create_app(Settings(home=bare, store=address, client_minute=0))
        yield Sites(embedded, remote, request.param)
        closing(embedded)
        closing(remote)


#: what tells of the files of a release, and of what became new with it: a store that was pushed elsewhere has neither
DUMP = "http://rdfs.org/ns/void#dataDump"
OF_FILES = ("/.well-known/void", "/catalog", "/data", "/changes", "/stats")


def told(response: TestResponse) -> object:
    """What an answer says, without what may differ: the order of triples, bytes that pack a workbook, and the days of
    changes, which a store that was pushed elsewhere does not know.
    """
    if response.mimetype == "text/html":
        return read(response.get_data(as_text=True)).text
    if response.mimetype in _TRIPLES and response.status_code == 200:
        quads = parse(response.data, _TRIPLES[response.mimetype], base_iri="http://localhost/")
        triples = Counter(re.sub(r"_:\w+", "_:", str(quad)) for quad in quads if quad.predicate.value != DUMP)
        assert triples
        return triples
    if response.mimetype == "application/problem+json":
        # engines name the place of a fault more or less exactly
        return response.get_json()["code"]
    if response.mimetype.endswith("json"):
        return response.get_json()
    if "spreadsheet" in response.mimetype:
        return response.status_code
    return re.sub(rb"<lastmod>[^<]*</lastmod>", b"", response.data)


def test_every_page_reads_the_same(sites: Sites) -> None:
    here, there = sites.embedded.test_client(), sites.remote.test_client()
    adapter = sites.embedded.url_map.bind("localhost")
    waiting, seen, looked = deque(DOORS), set(DOORS), Counter[str]()
    while waiting:
        path = waiting.popleft()
        try:
            kind = adapter.match(path.partition("?")[0], "GET")[0]
        except NotFound:
            kind = "none"
        if path not in DOORS and looked[kind] >= EACH:
            continue
        looked[kind] += 1
        if path.startswith("/data/"):
            continue
        expected, found = here.get(path), there.get(path)
        assert found.status_code == expected.status_code, path
        assert found.status_code < 500, path
        assert found.headers.get("Location") == expected.headers.get("Location"), path
        if not path.startswith(OF_FILES) and not path.endswith("/history"):
            assert told(found) == told(expected), path
        if expected.mimetype == "text/html":
            links = (urldefrag(link)[0] for link in read(expected.get_data(as_text=True)).links)
            new = [link for link in links if link.startswith("/") and link not in seen]
            seen.update(new)
            waiting.extend(dict.fromkeys(new))
    assert len(looked) > 20, looked
    assert sum(looked.values()) > 80, looked


def test_a_site_sees_what_is_pushed_and_says_when_it_is_half_loaded(
    example_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.current_graph._LOOK_AGAIN", 0.0)
    with servers.oxigraph_to_write(tmp_path / "server") as address:
        push(example_release, address, Settings())
        app = create_app(Settings(home=tmp_path, store=address, client_minute=0))
        client = app.test_client()
        first = client.get("/health").get_json()["version"]
        tag = client.get("/practices").headers["ETag"]
        assert client.get("/practice/exford-round-table").status_code == 200
        following = _without_the_round_table(example_release, tmp_path / "next", first)
        during: list[int] = []
        push(following, address, Settings(), lambda *_: during.append(client.get("/practices").status_code))
        # the last word comes when the version is back
        assert set(during[:-1]) == {503}
        assert during[-1] == 200
        assert client.get("/health").get_json()["version"] == f"{first}0"
        assert client.get("/practice/exford-round-table").status_code == 404
        assert client.get("/practices", headers={"If-None-Match": tag}).status_code == 200
        closing(app)


def _without_the_round_table(release: Path, folder: Path, version: str) -> Path:
    """The next release: one practice is gone."""
    shutil.copytree(release, folder)
    lines = (folder / "data.nq").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line.replace(f'"{version}"', f'"{version}0"') for line in lines if "exford-round-table" not in line]
    (folder / "data.nq").write_text("".join(kept), encoding="utf-8")
    facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) | {"version": f"{version}0"}
    (folder / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder
