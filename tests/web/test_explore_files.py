"""What the explorer gives away: each file can be read, says what it holds, and opens its picture again."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import networkx as nx
import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from p2p_graph.config import Settings
from tests.web.reading import closing, read, unchecked
from webapp import create_app
from webapp.figures import FILES

QUERY = "at=country%2FXA&form=formal&form=informal&size=actors"
SVG = "{http://www.w3.org/2000/svg}"


def taken(client: FlaskClient, suffix: str, query: str = QUERY) -> bytes:
    response = client.get(f"/explore.{suffix}?{query}")
    assert response.status_code == 200, suffix
    assert response.content_type.startswith(FILES[suffix][0].partition(";")[0])
    assert f'.{suffix}"' in response.headers["Content-Disposition"]
    return response.get_data()


def address_in(content: bytes) -> str:
    """The first address of a picture in a file, as the explorer finds it there."""
    found = re.search(r"/explore\?[A-Za-z0-9_.~%=&;+-]+", content.decode("latin1"))
    assert found
    return found[0].replace("&amp;", "&")


def actors(client: FlaskClient, query: str) -> set[str]:
    return {row[0] for row in client.get(f"/explore/scene?{query}").get_json()["actors"]}


@pytest.mark.parametrize("suffix", FILES)
def test_file_knows_what_it_holds_and_opens_its_picture_again(client: FlaskClient, suffix: str) -> None:
    content = taken(client, suffix)
    text = unescape(content.decode("utf-8", errors="replace"))
    for part in ("form: formal or informal", "CC BY 4.0", "solid", "stands for other actors", "/document/xa-report"):
        assert part in text, part
    assert client.get("/explore?at=country/XA").headers["X-P2P-Version"] in text
    address = urlsplit(address_in(content))
    assert address.path == "/explore"
    assert actors(client, address.query) == actors(client, QUERY)


@pytest.mark.parametrize("suffix", FILES)
def test_same_picture_is_the_same_file(client: FlaskClient, suffix: str) -> None:
    assert taken(client, suffix) == taken(client, suffix)


def test_networks_are_read_by_networkx_with_filters_applied(client: FlaskClient) -> None:
    shown = client.get(f"/explore/scene?{QUERY}").get_json()
    ids = {f"https://w3id.org/peer2peer/id/{row[0]}": row for row in shown["actors"]}
    graphml = nx.read_graphml(io.BytesIO(taken(client, "graphml")))
    gexf = nx.read_gexf(io.BytesIO(taken(client, "gexf")))
    plain = nx.node_link_graph(json.loads(taken(client, "json")), edges="links")
    for network in (graphml, gexf, plain):
        assert set(network) == set(ids)
        assert {edge["form"] for _, _, edge in network.edges(data=True)} <= {"formal", "informal"}
    for node, row in ids.items():
        assert (graphml.nodes[node]["x"], graphml.nodes[node]["y"]) == (row[3], row[4])
        assert gexf.nodes[node]["viz"]["position"]["x"] == row[3]
        assert gexf.nodes[node]["viz"]["color"]["r"] >= 0


def test_pair_of_tables_joins(client: FlaskClient) -> None:
    archive = zipfile.ZipFile(io.BytesIO(taken(client, "zip")))
    tables = {
        name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
        for name in ("actors.csv", "ties.csv")
    }
    known = {row["id"] for row in tables["actors.csv"]}
    assert known == {f"https://w3id.org/peer2peer/id/{path}" for path in actors(client, QUERY)}
    assert all(row["source"] in known and row["target"] in known for row in tables["ties.csv"])


def test_svg_has_real_text_and_its_notes(client: FlaskClient) -> None:
    root = ET.fromstring(taken(client, "svg"))
    texts = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert "Exland" in texts
    assert "Filters: form: formal or informal" in texts
    about = root.find(f"{SVG}metadata")
    assert about is not None
    assert json.loads(about.text or "")["title"] == "Exland"


def test_page_that_stands_alone_fetches_nothing(client: FlaskClient) -> None:
    page = read(taken(client, "html").decode())
    assert page.fetched == []
    assert "network-data" not in page.links


def test_unknown_format_lists_those_there_are(client: FlaskClient) -> None:
    response = client.get(f"/explore.pdf?{QUERY}")
    assert response.status_code == 404
    assert "svg, html, graphml" in response.get_json()["detail"]


def test_empty_picture_can_be_taken_too(client: FlaskClient) -> None:
    for suffix in FILES:
        taken(client, suffix, "at=pattern/police-refer-to-a-service")
        taken(client, suffix, "")


def test_embed_may_be_framed_and_nothing_else(client: FlaskClient) -> None:
    framed = client.get(f"/embed?{QUERY}")
    page = read(framed.get_data(as_text=True))
    policy = framed.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert page.headings == ["Exland"]
    assert "<script" not in framed.get_data(as_text=True)
    assert "<form" not in framed.get_data(as_text=True)
    assert any(link.endswith(f"/explore?{QUERY}") for link in page.links)
    for path in (f"/explore?{QUERY}", "/", "/embed/", "/embed.svg", "/country/XA"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]


def test_code_to_embed_holds_the_frame_and_a_plain_fallback(client: FlaskClient) -> None:
    text = client.get(f"/explore?{QUERY}").get_data(as_text=True)
    area = re.search(r'<textarea id="embed-code"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    assert area
    code = read(unescape(area[1]))
    assert [urlsplit(src).path for src in code.fetched] == ["/embed"]
    assert [urlsplit(href).path for href in code.links] == ["/explore"]
    assert "joined by" in code.text


HOSTILE = "<script>alert(1)</script>\u202e\u2066 =cmd|' /C calc'!A0 &amp; \"x\" " + "long " * 2000


@pytest.fixture(scope="module")
def hostile(example_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A site over a release that no check has seen: nurses, who take part in a tie, have a hostile name."""
    folder = tmp_path_factory.mktemp("hostile") / "release"
    shutil.copytree(example_release, folder, ignore=shutil.ignore_patterns("store", "search.sqlite"))
    store = Store()
    store.bulk_load(path=str(example_release / "data.nq"), format=RdfFormat.N_QUADS)
    nurses = NamedNode("https://w3id.org/peer2peer/id/group/exford-buddies-nurse")
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    (named,) = store.quads_for_pattern(nurses, label, None)
    store.remove(named)
    store.add(Quad(nurses, label, Literal(HOSTILE, language="en"), named.graph_name))
    store.dump(str(folder / "data.nq"), RdfFormat.N_QUADS)
    unchecked(folder)
    app = create_app(Settings(home=folder.parent / "home", store=str(folder), workers=1, client_minute=0))
    yield app.test_client()
    closing(app)


def test_hostile_label_is_harmless_in_page_and_embed(hostile: FlaskClient) -> None:
    query = "at=country/XA&card=group/exford-buddies-nurse"
    for path in (f"/explore?{query}", f"/embed?{query}", "/explore?q=script", "/explore?at=group/exford-buddies-nurse"):
        text = hostile.get(path).get_data(as_text=True)
        assert "<script>alert" not in text, path
        assert read(text).inline == []


@pytest.mark.parametrize("suffix", FILES)
def test_hostile_label_is_harmless_in_files(hostile: FlaskClient, suffix: str) -> None:
    content = hostile.get(f"/explore.{suffix}?at=country/XA").get_data()
    text = content.decode("utf-8", errors="replace")
    if suffix in ("svg", "graphml", "gexf"):
        root = ET.fromstring(content)
        assert not any(element.tag.endswith("script") for element in root.iter())
    if suffix == "html":
        assert "<script>alert" not in text
    if suffix == "zip":
        table = zipfile.ZipFile(io.BytesIO(content)).read("actors.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table)))
        assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values() if value)
    if suffix != "zip":
        assert "\u202e" not in text
        assert len(text) < 2_000_000
