"""The document of what programs may ask: valid, whole, and true of the site, address by address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from p2p_graph.config import Settings, share
from p2p_graph.formats import FORMATS
from p2p_graph.reading.library import Library
from tests.web.reading import closing, read
from webapp import create_app

HTML = {"Accept": "text/html"}
LIBRARY = Library.load(share("queries"))

#: pages to read, what they fetch by themselves, and where they lead: addresses without a suffix, but for these
PAGES = {
    "/country/<slug:code>/network.json",
    "/patterns/<slug:name>.<slug:suffix>",
    "/country/<slug:code>/picture.png",
    "/europe.svg",
    "/picture.png",
    "/id/<kind:kind>/<slug:slug>.<slug:suffix>",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-<int:part>.xml",
    "/catalog.<slug:suffix>",
    "/favicon.ico",
    # what a form of ours fetches, and what is filled in by hand
    "/add/suggest.json",
    "/add/template.csv",
    "/add/template.xlsx",
}
#: parts of the site whose every address is for programs
SERVICES = {"sparql", "terms", "graph_store", "short_links", "citing"}
#: the address of a graph holds slashes: no path of OpenAPI can say it
GRAPHS = "/graph/<path:name>"


def is_for_programs(rule: Rule) -> bool:
    part = rule.endpoint.partition(".")[0]
    has_suffix = re.search(r"\.(<[^>]*suffix>|\w+)$", rule.rule) is not None
    return rule.rule != GRAPHS and (part in SERVICES or has_suffix) and rule.rule not in PAGES


@pytest.fixture(scope="module")
def app(example_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A home of its own, since links and citations are kept in it."""
    home = tmp_path_factory.mktemp("api-home")
    app = create_app(Settings(home=home, store=str(example_release), workers=1, client_minute=0))
    yield app
    closing(app)


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    response = app.test_client().get("/openapi.json")
    assert response.mimetype == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = response.get_json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, op) for path, methods in document["paths"].items() for method, op in methods.items()]


def resolved(document: dict[str, Any], part: Any) -> Any:
    while isinstance(part, dict) and "$ref" in part:
        found = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


class Asker:
    """Asks operations as their document says, with the examples that stand in it; follows its links for ids."""

    def __init__(self, client: FlaskClient, document: dict[str, Any]) -> None:
        self.client, self.document = client, document
        self.known: dict[str, str] = {}

    def learn(self) -> None:
        """Makes what operations with links make, and keeps the ids that they lead to."""
        for path, method, operation in operations(self.document):
            if any("links" in response for response in operation["responses"].values()):
                answer = self.ask(path, method, operation)
                links = operation["responses"][str(answer.status_code)]["links"]
                for link in links.values():
                    for name, where in link["parameters"].items():
                        assert where == f"$response.body#/{name}"
                        self.known[f"{link['operationId']} {name}"] = answer.get_json()[name]

    def ask(
        self, path: str, method: str, operation: dict[str, Any], accept: str = "", body: str = "", **more: str
    ) -> TestResponse:
        query: list[tuple[str, str]] = []
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            value = more.get(name, self.known.get(f"{operation['operationId']} {name}", parameter.get("example")))
            if value is None:
                assert not parameter.get("required"), f"{path}: {name} has no example"
            elif parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", str(value))
            else:
                query += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
        headers = {"Accept": accept} if accept else {}
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return self.client.open(path, method=method.upper(), query_string=query, headers=headers)
        media = body or next(iter(content))
        example = content[media]["example"]
        data = json.dumps(example) if media == "application/json" else example
        return self.client.open(
            path, method=method.upper(), query_string=query, headers=headers, data=data, content_type=media
        )

    def check(self, operation: dict[str, Any], answer: TestResponse) -> None:
        """That the document tells of this status, this media type and, where it is JSON, of this body."""
        status = str(answer.status_code)
        assert status in operation["responses"], f"{operation['operationId']} gave {status}: {answer.data[:300]!r}"
        response = resolved(self.document, operation["responses"][status])
        for name, header in response.get("headers", {}).items():
            assert name in answer.headers or not header.get("required"), name
        if "content" not in response:
            return
        assert answer.mimetype in response["content"]
        if answer.mimetype.endswith("json"):
            schema = {**response["content"][answer.mimetype]["schema"], "components": self.document["components"]}
            Draft202012Validator(schema).validate(answer.get_json())


@pytest.fixture(scope="module")
def asker(app: Flask, document: dict[str, Any]) -> Asker:
    asker = Asker(app.test_client(), document)
    asker.learn()
    return asker


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", id) for id in ids)


def test_every_address_for_programs_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    told = {re.sub(r"\{\w+\}", "*", path) for path in document["paths"]}
    missing = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if is_for_programs(rule) and re.sub(r"<[^>]+>", "*", rule.rule) not in told
    ]
    assert missing == []
    names = {query.name for query in (*LIBRARY.questions, *LIBRARY.patterns)}
    assert {path.removeprefix("/queries/") for path in document["paths"] if path.startswith("/queries/")} - names == {
        "{question}.{suffix}"
    }
    assert names <= {path.removeprefix("/queries/") for path in document["paths"]}


def test_every_path_that_it_tells_is_there_and_takes_no_other_method(app: Flask, document: dict[str, Any]) -> None:
    adapter = app.url_map.bind("localhost")
    for path, methods in document["paths"].items():
        there = re.sub(r"\{(\w+)\}", lambda m: {"kind": "practice", "suffix": "csv"}.get(m[1], "x"), path)
        allowed = {method for method in adapter.allowed_methods(there) if method not in ("HEAD", "OPTIONS")}
        if path not in ("/sparql.{suffix}",):
            assert allowed == {method.upper() for method in methods}, path


def test_everything_is_answered_as_it_says(asker: Asker, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for body in operation.get("requestBody", {}).get("content", {}) or [""]:
            answer = asker.ask(path, method, operation, body=body)
            assert answer.status_code in (200, 201, 303), f"{method} {path}: {answer.data[:300]!r}"
            asker.check(operation, answer)


def test_every_media_type_that_it_tells_is_given(asker: Asker, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        content = operation["responses"].get("200", {}).get("content", {})
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        if "suffix" in names or path in ("/sparql", "/health") or len(content) < 2:
            continue
        for media in content:
            answer = asker.ask(path, method, operation, accept=media)
            asker.check(operation, answer)
            assert answer.mimetype == media, path


def test_every_format_and_suffix_that_it_tells_is_given(asker: Asker, document: dict[str, Any]) -> None:
    fitting = {form.name for form in FORMATS if form.kind == "table"}
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["name"] not in ("format", "suffix"):
                continue
            for value in parameter["schema"]["enum"]:
                answer = asker.ask(path, method, operation, **{parameter["name"]: value})
                asker.check(operation, answer)
                if not path.startswith(("/sparql", "/cite")) or value in fitting:
                    assert answer.status_code == 200, (path, value)
            wrong = asker.ask(path, method, operation, **{parameter["name"]: "nonsense"})
            assert wrong.status_code in (404, 406), path
            asker.check(operation, wrong)
            if path.startswith("/cite"):
                assert parameter["schema"]["enum"] == wrong.get_json()["formats"]


def test_every_value_that_it_offers_is_taken(asker: Asker, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", []):
            items = resolved(document, parameter["schema"].get("items", {}))
            for value in items.get("enum", [])[:3] if path.startswith("/queries/") else []:
                answer = asker.ask(path, method, operation, **{parameter["name"]: value})
                assert answer.status_code == 200, (path, value)
                asker.check(operation, answer)


def test_what_is_needed_is_needed_and_nothing_else(asker: Asker, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if method != "get" or path == "/graph-store":
            continue
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query" or path in ("/sparql", "/sparql.{suffix}"):
                continue
            without = {**operation, "parameters": [p for p in operation["parameters"] if p is not parameter]}
            answer = asker.ask(path, method, without)
            assert answer.status_code == (400 if parameter.get("required") else 200), (path, parameter["name"])
            asker.check(operation, answer)


def test_words_of_the_release_stand_beside_values(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "XA" in schemas["country"]["enum"]
    assert re.search(r"`XA` \w+", schemas["country"]["description"])
    assert "`informal` informal" in schemas["concept-form"]["description"]
    here = document["paths"]["/queries/informal-here-formal-there"]["get"]["parameters"]
    assert [p["required"] for p in here[:2]] == [True, True]
    assert here[0]["example"] != here[1]["example"]


def test_too_much_is_told_as_it_happens(example_release: Path, tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path, store=str(example_release), workers=1, client_minute=2))
    try:
        asker = Asker(app.test_client(), app.test_client().get("/openapi.json").get_json())
        operation = asker.document["paths"]["/queries/forms-by-country"]["get"]
        answers = [asker.ask("/queries/forms-by-country", "get", operation) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        for answer in answers:
            asker.check(operation, answer)
        assert "2 requests a minute" in asker.document["info"]["description"]
    finally:
        closing(app)


def test_the_page_says_the_same(client: FlaskClient, document: dict[str, Any]) -> None:
    page = read(client.get("/api", headers=HTML).get_data(as_text=True))
    for path, method, operation in operations(document):
        assert f"{method.upper()} {path}" in page.text
        assert operation["summary"] in page.text
    assert "/openapi.json" in page.links
    assert set(page.targets) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert {"problem-query-timeout", "problem-http-429", "queries-police-ties", "values-country"} <= set(page.ids)


def test_the_type_of_a_problem_leads_to_what_it_means(client: FlaskClient) -> None:
    ids = set(read(client.get("/api", headers=HTML).get_data(as_text=True)).ids)
    for address in ("/sparql?query=x", "/queries/nothing", "/s/nothing", "/nothing", "/sparql.ods?query=ASK+{}"):
        page, _, place = client.get(address).get_json()["type"].partition("#")
        assert (page, place in ids) == ("/api", True), address
