"""Pages and data of the words: each term and list at its address, earlier versions, what changed between them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode

from p2p_graph.config import Settings, share
from p2p_graph.curation import Sources
from p2p_graph.errors import DataError
from p2p_graph.ontology_versions import versions
from p2p_graph.vocab import BASE, PREFIXES, SCHEMES
from tests.web.reading import closing
from webapp import create_app

HTML = {"Accept": "text/html"}
FORMATS = [
    ("ttl", "text/turtle"),
    ("jsonld", "application/ld+json"),
    ("nt", "application/n-triples"),
    ("rdf", "application/rdf+xml"),
]
NOW = versions(share("ontology"))[0]


def triples(body: bytes, media: str) -> set[pyoxigraph.Triple]:
    form = pyoxigraph.RdfFormat.from_media_type(media)
    assert form is not None
    return {quad.triple for quad in pyoxigraph.parse(body, form)}


@pytest.fixture(scope="module")
def later(
    example_home: Path, example_sources: Sources, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A site whose ontology has an earlier version, with another word for peers."""
    ontology = tmp_path_factory.mktemp("later") / "ontology"
    (ontology / "versions").mkdir(parents=True)
    shutil.copy(example_sources.ontology / "p2p.ttl", ontology)
    text = (ontology / "p2p.ttl").read_text(encoding="utf-8")
    earlier = text.replace(f'versionInfo "{NOW.version}"', 'versionInfo "0.0.9"').replace('"peers"@en', '"mates"@en')
    (ontology / "versions" / "0.0.9.ttl").write_text(earlier, encoding="utf-8")
    sources = Sources(example_sources.data, ontology, example_sources.queries)
    app = create_app(Settings(home=example_home, workers=1, client_minute=0), sources=sources)
    yield app.test_client()
    closing(app)


def test_every_term_has_a_page_with_meaning_example_labels_and_drawing(client: FlaskClient) -> None:
    terms = [address for address in NOW.terms if address.startswith(PREFIXES["p2p"])]
    assert len(terms) > 100
    for address in terms[::12]:
        name = address.removeprefix(PREFIXES["p2p"])
        label, definition = NOW.terms[address]
        answer = client.get(f"/ontology/{name}", headers=HTML)
        assert answer.status_code == 200
        assert answer.text.count("<h1>") == 1
        for part in (label, definition, address, '<svg class="diagram"', 'lang="el"', 'lang="hu"', NOW.version):
            assert part.replace("'", "&#39;") in answer.text, (name, part)


def test_page_of_a_term_tells_what_stands_around_it(client: FlaskClient) -> None:
    text = client.get("/ontology/Peers", headers=HTML).text
    assert re.search(r"<dt>A kind of</dt><dd><a href=\"/ontology/#ActorGroup\">group</a></dd>", text)
    assert 'href="/ontology/#PeerEducators"' in text
    tie = client.get("/ontology/Cooperation", headers=HTML).text
    assert "5 times" in tie
    assert 'href="/tie/' in tie
    assert 'href="/ontology/#participant"' in tie
    drawn = re.search(r"<svg class=\"diagram\".*?</svg>", tie, re.DOTALL)
    assert drawn
    assert "who takes part" in client.get("/ontology/participant", headers=HTML).text
    assert "<a " not in drawn[0]
    assert 'aria-hidden="true"' in drawn[0]
    assert client.get("/pl/ontology/Peers", headers=HTML).text.count('lang="pl"') >= 1


@pytest.mark.parametrize(
    "path", ["/ontology/Nothing", "/ontology/9.9.9/", "/ontology/9.9.9/ontology.ttl", "/vocab/no.ttl"]
)
def test_what_is_no_word_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("suffix", "media"), FORMATS)
def test_ontology_and_lists_are_data_by_suffix_and_by_accept(client: FlaskClient, suffix: str, media: str) -> None:
    file = {q.triple for q in pyoxigraph.parse(path=str(share("ontology") / "p2p.ttl"))}
    for page, data, about in (
        ("/ontology/", f"/ontology.{suffix}", f"{BASE}ontology/"),
        ("/ontology/Practice", f"/ontology/Practice.{suffix}", f"{BASE}ontology/Practice"),
        (f"/ontology/{NOW.version}/", f"/ontology/{NOW.version}/ontology.{suffix}", f"{BASE}ontology/{NOW.version}/"),
        ("/vocab/role", f"/vocab/role.{suffix}", f"{BASE}vocab/role"),
    ):
        named, asked = client.get(data), client.get(page, headers={"Accept": media})
        assert (named.status_code, named.mimetype) == (200, media), data
        assert named.data == asked.data
        assert "Accept" in asked.vary
        assert named.headers["ETag"]
        assert f'<{about}>; rel="describes"' in named.headers["Link"]
        assert named.headers["Access-Control-Allow-Origin"] == "*"
        found = triples(named.data, media)
        if page == "/ontology/":
            labels = {t for t in file if t.predicate.value == PREFIXES["rdfs"] + "label"}
            assert labels <= found
        if page == "/vocab/role":
            assert NamedNode(f"{BASE}vocab/role/peers") in {t.subject for t in found}
        if page == "/ontology/Practice":
            assert NamedNode(about) in {t.subject for t in found}


def test_every_list_has_a_page_and_data(client: FlaskClient) -> None:
    for name in SCHEMES:
        assert client.get(f"/vocab/{name}", headers=HTML).status_code == 200
        assert client.get(f"/vocab/{name}.ttl").status_code == 200
    assert client.get("/vocab/role/peer", headers=HTML).headers["Location"] == "/vocab/role#peer"
    assert client.get("/vocab/role/peer", headers={"Accept": "text/turtle"}).headers["Location"] == "/vocab/role.ttl"


def test_first_version_says_so(client: FlaskClient) -> None:
    page = client.get(f"/ontology/{NOW.version}/", headers=HTML).text
    assert "It is the first version." in page
    assert "This is the current version." in page
    assert f'href="/ontology/{NOW.version}/"' in client.get("/ontology/", headers=HTML).text


def test_earlier_version_is_kept_and_what_changed_is_told(later: FlaskClient) -> None:
    page = later.get("/ontology/0.0.9/", headers=HTML).text
    assert "mates" in page
    assert "This is an earlier version" in page
    now = later.get(f"/ontology/{NOW.version}/", headers=HTML).text
    assert "name is “peers” (en), no longer “mates” (en)" in now
    assert 'href="/ontology/0.0.9/"' in now
    term = later.get("/ontology/Peers", headers=HTML).text
    assert "name is “peers” (en), no longer “mates” (en)" in term
    assert "unchanged" in later.get("/ontology/Practice", headers=HTML).text
    data = later.get("/ontology/0.0.9/ontology.ttl")
    assert b'"mates"@en' in data.data
    assert later.get("/ontology/0.0.9/ontology.ttl", headers={"If-None-Match": data.headers["ETag"]}).status_code == 304


def test_kept_versions_are_whole_and_the_one_before_is_there() -> None:
    found = versions(share("ontology"))
    assert len({one.version for one in found}) == len(found)
    names = {path.stem for path in (share("ontology") / "versions").glob("*.ttl")}
    assert names == {one.version for one in found[1:]}
    about = NamedNode(PREFIXES["p2p"])
    for newer, older in pairwise(found):
        prior = {t.object for t in newer.triples if t.subject == about and t.predicate.value.endswith("#priorVersion")}
        assert prior == {NamedNode(f"{PREFIXES['p2p']}{older.version}/")}


def test_file_without_a_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p2p.ttl").write_text("<https://example.org/> a <https://example.org/x> .\n", encoding="utf-8")
    with pytest.raises(DataError, match="which version"):
        versions(tmp_path)


def test_terms_say_what_they_are_to_search_engines(app: Flask) -> None:
    client = app.test_client()
    (said,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', client.get("/ontology/Peers", headers=HTML).text
    )
    made = json.loads(said)
    assert (made["@type"], made["@id"]) == ("DefinedTerm", f"{BASE}ontology/Peers")
    assert {"@language": "en", "@value": "peers"} in made["name"]
    (said,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', client.get("/vocab/role", headers=HTML).text
    )
    made = json.loads(said)
    assert made["@type"] == "DefinedTermSet"
    assert f"{BASE}vocab/role/peers" in {term["@id"] for term in made["hasDefinedTerm"]}
