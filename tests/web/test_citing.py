"""Citations over HTTP: made once, opened later over other data, withheld where something was purged, bounded."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from p2p_graph import purged
from p2p_graph.config import Settings, share
from p2p_graph.curation import Sources
from p2p_graph.errors import DataError
from p2p_graph.reading.library import Library
from p2p_graph.release import build
from tests.web.reading import closing, read
from webapp import create_app

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BASE = "https://w3id.org/peer2peer/"
ONTOLOGY = f"{BASE}ontology/"
ROUND_TABLE = f"{BASE}id/practice/exford-round-table"
BUDDIES = f"{BASE}id/practice/exford-buddies"
PRACTICES = f"SELECT ?p ?since {{ ?p a <{ONTOLOGY}Practice> OPTIONAL {{ ?p <{ONTOLOGY}startYear> ?since }} }}"
#: what tells of the practice that is purged here
TOLD = re.compile("round.table", re.IGNORECASE)
IN_ORDER = f"{PRACTICES} ORDER BY ?p"


@dataclass
class Site:
    """A site of its own, whose data can change."""

    home: Path
    data: Path
    sources: Sources
    app: Flask
    day: int = 1
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def release(self) -> None:
        """Builds the next release from the data as they are."""
        self.day += 1
        sources = Sources(self.data, self.sources.ontology, self.sources.queries)
        build(Settings(home=self.home), sources=sources, today=date(2026, 2, self.day))

    def change(self, file: str, old: str, new: str) -> None:
        path = self.data / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def cite(self, **fields: Any) -> Any:
        response = self.client.post("/cite", data=fields)
        assert response.status_code in (200, 201), response.get_data(as_text=True)
        return response.get_json()

    def now(self, cited: Any) -> Any:
        """What became of a citation."""
        return self.client.get(f"/cite/{cited['id']}.json").get_json()["now"]

    def page(self, cited: Any) -> str:
        response = self.client.get(f"/cite/{cited['id']}", headers=HTML)
        assert response.status_code == 200
        return read(response.get_data(as_text=True)).text


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory, example_home: Path) -> Iterator[Flask]:
    """A site whose home may be written to, for all tests that change nothing but citations."""
    home = tmp_path_factory.mktemp("own") / "home"
    shutil.copytree(example_home, home)
    app = create_app(Settings(home=home, workers=1, client_minute=0, client_citations=0))
    yield app
    closing(app)


@pytest.fixture
def client(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


@pytest.fixture
def site(tmp_path: Path, example_home: Path, example_sources: Sources) -> Iterator[Site]:
    home, data = tmp_path / "home", tmp_path / "triples"
    shutil.copytree(example_home, home)
    shutil.copytree(example_sources.data, data)
    app = create_app(Settings(home=home, workers=1, client_minute=0))
    yield Site(home, data, example_sources, app)
    closing(app)


@contextlib.contextmanager
def limited(home: Path, copy: Path, **limits: Any) -> Iterator[FlaskClient]:
    """The site with other limits, in a home of its own."""
    shutil.copytree(home, copy)
    app = create_app(Settings(home=copy, workers=1, client_minute=0, **limits))
    yield app.test_client()
    closing(app)


def test_same_answer_is_the_same_citation_in_every_spelling_of_line_ends(site: Site) -> None:
    query = IN_ORDER.replace(" OPTIONAL", "\nOPTIONAL")
    first = site.client.post("/cite", data={"query": query})
    again = site.client.post("/cite", data={"query": query.replace("\n", "\r\n") + "\r\n"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"] == f"/cite/{first.get_json()['id']}"
    assert first.get_json() == again.get_json()
    assert (first.get_json()["kind"], first.get_json()["rows"], first.get_json()["columns"]) == (
        "table",
        3,
        ["p", "since"],
    )


def test_browser_is_led_to_the_page_of_the_citation(site: Site) -> None:
    response = site.client.post("/cite", data={"saved": "practices-by-country", "country": "XA"}, headers=HTML)
    assert response.status_code == 303
    page = read(site.client.get(response.headers["Location"], headers=HTML).get_data(as_text=True))
    assert page.headings == ["Practices by country"]
    for wanted in ("Same", "country: XA", "Exford Buddies", "0.1.0+2026-01-07.1", "CC BY 4.0"):
        assert wanted in page.text
    assert page.inline == []
    assert page.fetched
    assert all(address.startswith("/static/") for address in page.fetched)


def test_citation_survives_releases_and_says_same_though_the_version_changed(site: Site) -> None:
    cited = site.cite(query=IN_ORDER)
    site.change("xa/practices/exford-buddies.ttl", "Kumple z Exford", "Koledzy z Exford")
    site.release()
    now = site.now(cited)
    assert now["version"] != cited["version"]
    assert (now["verdict"], now["only_then"], now["only_now"]) == ("same", [], [])
    assert f"over release {now['version']}, the query gives the same answer" in site.page(cited)
    assert site.cite(query=IN_ORDER)["id"] != cited["id"]


def test_rows_that_differ_are_shown_with_their_names(site: Site) -> None:
    cited = site.cite(query=PRACTICES)
    site.change("xa/practices/exford-buddies.ttl", "p2p:startYear 2009", "p2p:startYear 2010")
    (site.data / "xa" / "practices" / "exford-round-table.ttl").unlink()
    site.release()
    now = site.now(cited)
    assert (now["verdict"], now["missing"], now["new"]) == ("different", 2, 1)
    assert [row["since"]["value"] for row in now["only_now"]] == ["2010"]
    assert [row["p"]["value"] for row in now["only_then"]] == [BUDDIES, ROUND_TABLE]
    text = site.page(cited)
    assert "2 rows of the answer are not there any more, 1 row is new" in text
    assert "− only thenExford Buddies2009 + only nowExford Buddies2010 − only thenexford round table2012" in text


def test_yes_that_became_no_and_triples_that_went(site: Site) -> None:
    yes = site.cite(query=f"ASK {{ <{ROUND_TABLE}> ?p ?o }}")
    triples = site.cite(query=f"CONSTRUCT {{ ?p a <{ONTOLOGY}Practice> }} {{ ?p a <{ONTOLOGY}Practice> }}")
    assert (yes["kind"], triples["kind"], triples["rows"]) == ("boolean", "triples", 3)
    assert site.now(yes)["verdict"] == site.now(triples)["verdict"] == "same"
    (site.data / "xa" / "practices" / "exford-round-table.ttl").unlink()
    site.release()
    assert site.now(yes)["verdict"] == "different"
    assert "the answer is no; when it was cited it was yes" in site.page(yes)
    assert [line.split()[0] for line in site.now(triples)["only_then"]] == [f"<{ROUND_TABLE}>"]
    assert "− only then" in site.page(triples)


def test_nameless_nodes_and_quoted_triples_are_cited_like_others(site: Site) -> None:
    for query in (
        f"SELECT (BNODE() AS ?b) ?p {{ ?p a <{ONTOLOGY}Practice> }}",
        f"CONSTRUCT {{ [] <{ONTOLOGY}about> ?p ; <{ONTOLOGY}note> [ <{ONTOLOGY}note> 1 ] }} WHERE {PRACTICES[16:]}",
        f"SELECT (TRIPLE(?p, ?q, 1) AS ?t) {{ ?p a <{ONTOLOGY}Practice> BIND(<{ONTOLOGY}note> AS ?q) }}",
        "SELECT * {}",
    ):
        cited = site.cite(query=query)
        assert site.now(cited)["verdict"] == "same"
        assert "Same" in site.page(cited)


def test_query_that_cannot_run_any_more_still_shows_what_was_cited(site: Site) -> None:
    graph = f"{BASE}graph/xa/practices/exford-round-table"
    cited = site.cite(**{"query": "SELECT ?s { ?s a ?t }", "default-graph-uri": graph})
    assert cited["default_graphs"] == [graph]
    (site.data / "xa" / "practices" / "exford-round-table.ttl").unlink()
    site.release()
    now = site.now(cited)
    assert (now["verdict"], now["problem"]["code"]) == ("not asked", "unknown-graph")
    text = site.page(cited)
    assert "could not be asked again" in text
    assert "exford round table" in text


def test_limit_that_is_reached_later_is_said_and_the_answer_stays(example_home: Path, tmp_path: Path) -> None:
    with limited(example_home, tmp_path / "wide") as client:
        cited = client.post("/cite", data={"query": "SELECT * { ?s ?p ?o }"}).get_json()
    with limited(tmp_path / "wide", tmp_path / "narrow", query_rows=20) as client:
        assert client.get(f"/cite/{cited['id']}.json").get_json()["now"]["problem"]["status"] == 413
        assert "more than 20 rows" in client.get(f"/cite/{cited['id']}", headers=HTML).get_data(as_text=True)
        assert client.post("/cite", data={"query": "SELECT * { ?s ?p ?o }"}).status_code == 413


def test_saved_question_with_another_text_is_told(site: Site, tmp_path: Path) -> None:
    cited = site.cite(saved="practices-by-country", country="XA")
    path = next((site.home / "citations").glob(f"??/{cited['id']}.json.gz"))
    assert "has another text today" not in site.page(cited)
    library = site.app.extensions["p2p_current"].take().graph.library
    library._by_name.pop("practices-by-country")
    assert "The saved question is there no more" in site.page(cited)
    assert path.is_file()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (f"{PRACTICES} LIMIT 2", "which part is up to the engine"),
        (f"{IN_ORDER} LIMIT 2", ""),
        (f"SELECT * {{ {{ {IN_ORDER} LIMIT 2 }} }}", ""),
        ("SELECT (NOW() AS ?now) {}", "asks for the time"),
        (f"{IN_ORDER} # now and then", ""),
    ],
)
def test_answers_that_may_differ_without_other_data_are_marked(site: Site, query: str, words: str) -> None:
    text = site.page(site.cite(query=query))
    assert ("the answer may differ where the data do not" in text) is bool(words)
    assert words in text


# The forms of a citation


@pytest.fixture
def cited(client: FlaskClient) -> str:
    response = client.post("/cite", data={"saved": "practices-by-country", "country": "XA"})
    return response.headers["Location"]


FORMS = [
    ("json", "application/json", '"verdict": "same"'),
    ("bib", "application/x-bibtex", "@misc{p2p-"),
    ("ris", "application/x-research-info-systems", "TY  - DATA\r\n"),
    ("csl.json", "application/vnd.citationstyles.csl+json", '"type": "dataset"'),
    ("txt", "text/plain", "Practices by country (country: XA) [Data set]"),
]


@pytest.mark.parametrize(("suffix", "media", "words"), FORMS)
def test_each_form_is_had_by_suffix_by_name_and_by_accept(
    client: FlaskClient, cited: str, suffix: str, media: str, words: str
) -> None:
    answers = [
        client.get(f"{cited}.{suffix}"),
        client.get(cited, query_string={"format": suffix}),
        client.get(cited, query_string={"format": media}),
        client.get(cited, headers={"Accept": f"{media}, text/html;q=0.2"}),
    ]
    for response in answers:
        assert (response.status_code, response.mimetype) == (200, media)
        assert words in response.get_data(as_text=True)
        assert response.headers["Link"] == f'<http://localhost{cited}>; rel="cite-as"'
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in response.headers["Vary"]
    assert client.head(f"{cited}.{suffix}").status_code == 200


def test_address_in_a_reference_is_where_it_was_opened(client: FlaskClient, cited: str) -> None:
    text = client.get(f"{cited}.bib", base_url="https://graph.example.org").get_data(as_text=True)
    assert f"url = {{https://graph.example.org{cited}}}," in text
    for host in ("a b", "x}y", "x<y>", 'x"y'):
        assert client.get(f"{cited}.bib", headers={"Host": host}).status_code == 400


def test_answer_is_handed_out_as_it_was_hashed(client: FlaskClient, cited: str) -> None:
    said = client.get(f"{cited}.json").get_json()
    body = client.get(f"{cited}.tsv").get_data()
    assert hashlib.sha256(body).hexdigest() == said["sha256"]
    assert body.decode().splitlines()[0].split("\t") == sorted(f"?{column}" for column in said["columns"])
    assert client.get(f"{cited}.nt").status_code == 404


@pytest.mark.parametrize(("accept", "status"), [("image/png", 406), ("text/turtle", 406), ("*/*", 200), ("", 200)])
def test_accept_that_nothing_fits_is_406_with_the_list(
    client: FlaskClient, cited: str, accept: str, status: int
) -> None:
    response = client.get(cited, headers={"Accept": accept})
    assert response.status_code == status
    if status == 406:
        assert "application/x-bibtex" in response.get_json(force=True)["types"]
    else:
        assert response.mimetype == "application/json"


# What cannot be cited


def problem(response: TestResponse) -> tuple[int, str]:
    assert response.mimetype == "application/problem+json"
    return response.status_code, json.loads(response.data)["code"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"note": "x"}, 400, "http-400"),
        ({"query": "  "}, 400, "http-400"),
        ({"query": "ASK {}", "saved": "practices-by-country"}, 400, "http-400"),
        ({"query": "SELECT"}, 400, "query-syntax"),
        ({"query": "SELECT * { SERVICE <https://example.org/> {} }"}, 403, "query-refused"),
        ({"query": "DROP ALL"}, 403, "query-refused"),
        ({"query": "ASK {}", "default-graph-uri": "https://example.org/"}, 403, "query-refused"),
        ({"query": "ASK {}", "named-graph-uri": f"{BASE}graph/none"}, 404, "unknown-graph"),
        ({"query": "\x00"}, 400, "query-syntax"),
        ({"query": "SELECT ?x { VALUES ?x { 1 } FILTER(?x > <x:y>(1)) }"}, 400, "query"),
        ({"saved": "nothing-like-this"}, 404, "unknown-query"),
        ({"saved": "practices-by-country", "country": "Exland"}, 400, "bad-value"),
        ({"saved": "practices-by-country", "planet": "X"}, 400, "unknown-parameter"),
        ({"saved": "practices-by-country", "planet": ""}, 400, "unknown-parameter"),
        ({"query": "SELECT (<<( <x:a> <x:b> ?b )>> AS ?t) { BIND(BNODE() AS ?b) }"}, 422, "answer-too-alike"),
    ],
)
def test_what_cannot_be_cited_is_refused_in_a_sentence(
    client: FlaskClient, fields: dict[str, str], status: int, code: str
) -> None:
    assert problem(client.post("/cite", data=fields)) == (status, code)


def test_nodes_all_alike_are_refused_soon(client: FlaskClient) -> None:
    nodes = " ".join(f"_:b{i} <x:p> _:b{j} ." for i in range(14) for j in range(14) if i != j)
    assert problem(client.post("/cite", data={"query": f"CONSTRUCT {{ {nodes} }} {{}}"})) == (422, "answer-too-alike")


def test_other_bodies_and_methods_are_refused(client: FlaskClient) -> None:
    assert problem(client.post("/cite", data="ASK {}", content_type="application/sparql-query"))[0] == 415
    assert problem(client.post("/cite", data=b"x" * 300_000, content_type="text/plain"))[0] in (413, 415)
    assert problem(client.get("/cite"))[0] == 405
    assert problem(client.delete("/cite/aaaaaaaaaaaaaaaa"))[0] == 405
    assert problem(client.get("/cite/aaaaaaaaaaaaaaaa")) == (404, "unknown-citation")
    assert problem(client.get("/cite/..%2F..%2Fcurrent"))[0] == 404
    assert client.get("/cite/aaaaaaaaaaaaaaaa.exe").status_code == 404


def test_form_of_no_citation_is_404_with_the_list(client: FlaskClient, cited: str) -> None:
    response = client.get(f"{cited}.exe")
    assert problem(response) == (404, "unknown-format")
    assert "csl.json" in json.loads(response.data)["formats"]


def test_client_is_held_to_its_number_of_new_citations(example_home: Path, tmp_path: Path) -> None:
    with limited(example_home, tmp_path / "home", client_citations=2) as client:
        for number in (1, 2):
            assert client.post("/cite", data={"query": f"SELECT ({number} AS ?n) {{}}"}).status_code == 201
        response = client.post("/cite", data={"query": "SELECT (3 AS ?n) {}"})
        assert problem(response) == (429, "http-429")
        assert 1700 < int(response.headers["Retry-After"]) <= 1800
        assert json.loads(response.data)["an_hour"] == 2
        assert client.post("/cite", data={"query": "SELECT (1 AS ?n) {}"}).status_code == 200
        other = client.post("/cite", data={"query": "SELECT (3 AS ?n) {}"}, environ_base={"REMOTE_ADDR": "10.0.0.9"})
        assert other.status_code == 201


def test_full_folder_is_507_and_what_is_there_stays(example_home: Path, tmp_path: Path) -> None:
    with limited(example_home, tmp_path / "home", citations_bytes=2 * 4096) as client:
        for number in (1, 2):
            first = client.post("/cite", data={"query": f"SELECT ({number} AS ?n) {{}}"}).get_json()
        response = client.post("/cite", data={"query": "SELECT (3 AS ?n) {}"})
        assert problem(response) == (507, "citations-full")
        assert client.get(f"/cite/{first['id']}.txt").status_code == 200


def test_damaged_citation_is_told_from_a_missing_one(site: Site) -> None:
    cited = site.cite(query=IN_ORDER)
    path = next((site.home / "citations").glob("??/*.json.gz"))
    path.write_bytes(path.read_bytes()[:-7])
    assert problem(site.client.get(f"/cite/{cited['id']}")) == (500, "damaged-citation")
    assert "backup" in site.client.get(f"/cite/{cited['id']}").get_data(as_text=True)


def test_nothing_of_the_client_is_kept(site: Site) -> None:
    agent, address = "Agent of Exford 77", "203.0.113.77"
    headers = {
        "User-Agent": agent,
        "Referer": "https://example.org/secret",
        "Cookie": "a=b",
        "X-Forwarded-For": address,
    }
    site.client.post("/cite", data={"query": IN_ORDER}, headers=headers, environ_base={"REMOTE_ADDR": address})
    (path,) = (site.home / "citations").glob("??/*")
    said = json.loads(gzip.decompress(path.read_bytes()))
    assert not any(piece in json.dumps(said) for piece in (agent, address, "secret", "a=b"))
    assert set(said) == {
        *("id", "method", "query", "default_graphs", "named_graphs", "saved", "title", "values", "version", "cited"),
        *("kind", "columns", "ordered", "rows", "sha256", "answer"),
    }


def test_parameters_of_saved_questions_leave_the_names_of_the_form_free() -> None:
    taken = {"saved", "query", "default-graph-uri", "named-graph-uri", "format"}
    library = Library.load(share("queries"))
    for folder in ("questions", "patterns", "pages"):
        for query in library.folder(folder):
            assert not taken & set(query.parameters), query.name


@pytest.mark.parametrize("path", ["/queries/practices-by-country?country=XA", "/sparql?query=ASK%20%7B%7D"])
def test_every_answer_has_a_button_that_works_without_scripts(client: FlaskClient, path: str) -> None:
    html = client.get(path, headers=HTML).get_data(as_text=True)
    assert '<form class="cite" action="/cite" method="post">' in html
    assert "Cite this answer" in html
    assert "Cite this answer" not in client.get("/sparql", headers=HTML).get_data(as_text=True)


# What was purged


def test_purged_rows_are_said_to_be_purged_and_are_nowhere_to_be_seen(site: Site) -> None:
    cited = site.cite(query=PRACTICES)
    purged.add(Settings(home=site.home), [ROUND_TABLE], [])
    for released in (False, True):
        if released:
            (site.data / "xa" / "practices" / "exford-round-table.ttl").unlink()
            site.release()
        now = site.now(cited)
        assert (now["verdict"], now["purged"], now["only_then"], now["only_now"]) == ("same", 1, [], [])
        text = site.page(cited)
        assert "1 row of the answer was purged" in text
        assert "the same answer, but for what was purged" in text
        every = "".join(
            site.client.get(f"/cite/{cited['id']}{end}", headers=HTML).get_data(as_text=True)
            for end in ("", ".json", ".tsv", ".txt", ".bib", ".ris", ".csl.json")
        )
        assert not TOLD.search(every)


def test_purged_row_stays_out_of_a_difference(site: Site) -> None:
    cited = site.cite(query=PRACTICES)
    purged.add(Settings(home=site.home), [ROUND_TABLE], [])
    site.change("xa/practices/exford-buddies.ttl", "p2p:startYear 2009", "p2p:startYear 2010")
    (site.data / "xa" / "practices" / "exford-round-table.ttl").unlink()
    site.release()
    now = site.now(cited)
    assert (now["verdict"], now["purged"], now["missing"], now["new"]) == ("different", 1, 1, 1)
    assert ROUND_TABLE not in json.dumps(now)


def test_row_with_a_purged_name_alone_is_withheld_too(site: Site) -> None:
    cited = site.cite(
        query=f"SELECT ?name {{ ?p a <{ONTOLOGY}Practice> ; rdfs:label ?name }}".replace(
            "rdfs:label", "<http://www.w3.org/2000/01/rdf-schema#label>"
        )
    )
    purged.add(Settings(home=site.home), [ROUND_TABLE], ["Exford round table"])
    assert site.now(cited)["purged"] == 1
    assert "Exford round table" not in site.client.get(f"/cite/{cited['id']}.tsv").get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ?p ?o {{ <{ROUND_TABLE}> ?p ?o }}",
        f"PREFIX x: <{BASE}id/practice/> SELECT ?p ?o {{ x:exford-round-table ?p ?o }}",
        f"PREFIX x: <{BASE}id/practice/> SELECT ?p ?o {{ x:exford\\-round-table ?p ?o }}",
        f"SELECT ?p ?o {{ <{BASE}id/practice/exford\\u002Dround-table> ?p ?o }}",
        f"BASE <{BASE}> SELECT ?p ?o {{ <id/practice/exford-round-table> ?p ?o }}",
        'SELECT ?p ?o { ?s ?p ?o FILTER(STRENDS(STR(?s), "EXFORD-ROUND-TABLE") || STRENDS(STR(?s), "table")) }',
    ],
)
def test_question_about_something_purged_is_withheld_whole(site: Site, query: str) -> None:
    cited = site.cite(query=query)
    assert cited["rows"] > 3
    purged.add(Settings(home=site.home), [ROUND_TABLE], [])
    said = site.client.get(f"/cite/{cited['id']}.json").get_json()
    assert (said["now"]["verdict"], said["query"]) == ("purged", None)
    html = site.client.get(f"/cite/{cited['id']}", headers=HTML).get_data(as_text=True)
    assert "All of its answer is withheld" in html
    assert not TOLD.search(html + json.dumps(said))
    assert site.client.get(f"/cite/{cited['id']}.tsv").status_code == 404
    assert problem(site.client.post("/cite", data={"query": query})) == (410, "purged")


def test_saved_question_with_a_purged_value_is_withheld_whole(site: Site) -> None:
    cited = site.cite(saved="sources-of-a-practice", practice="exford-round-table")
    purged.add(Settings(home=site.home), [ROUND_TABLE], [])
    every = "".join(
        site.client.get(f"/cite/{cited['id']}{end}", headers=HTML).get_data(as_text=True)
        for end in ("", ".json", ".txt", ".bib", ".ris", ".csl.json")
    )
    assert "round-table" not in every
    assert "withheld" in every


@pytest.mark.parametrize("path", ["/practice/exford-round-table", "/id/practice/exford-round-table"])
@pytest.mark.parametrize("suffix", ["", ".ttl", ".nt"])
def test_pages_of_what_was_purged_are_gone_at_once(site: Site, path: str, suffix: str) -> None:
    assert site.client.get(path + suffix).status_code in (200, 303)
    purged.add(Settings(home=site.home), [ROUND_TABLE], [])
    assert problem(site.client.get(path + suffix)) == (410, "purged")
    page = site.client.get(path + suffix, headers=HTML)
    assert page.status_code == 410
    assert "taken out for good" in page.get_data(as_text=True)
    assert not TOLD.search(page.get_data(as_text=True))
    assert site.client.get(path.replace("round-table", "buddies")).status_code in (200, 303)


def test_list_with_a_fault_leaves_the_last_one_and_is_told_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    purged.add(Settings(home=site.home), [ROUND_TABLE], [])
    assert site.client.get("/practice/exford-round-table").status_code == 410
    with (site.home / "purged.txt").open("a") as file:
        file.write("no address\n")
    assert site.client.get("/practice/exford-round-table").status_code == 410
    assert "write an address" in caplog.text
    with pytest.raises(DataError, match=r"purged\.txt, line 2"):
        create_app(Settings(home=site.home))


def test_no_release_is_built_from_data_that_name_what_was_purged(site: Site) -> None:
    purged.add(Settings(home=site.home), [ROUND_TABLE], [])
    site.change("xa/practices/exford-buddies.ttl", "p2p:startYear 2009", "p2p:startYear 2010")
    with pytest.raises(DataError) as caught:
        site.release()
    faults = caught.value.values["faults"]
    assert isinstance(faults, tuple)
    said = " ".join(map(str, faults))
    assert "xa/practices/exford-round-table.ttl: practice:exford-round-table: It is, or names" in said
    assert "tie:exford-round-table" in said
