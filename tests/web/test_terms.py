"""What the query editor fetches: terms with labels in every language, and names of things."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from p2p_graph.vocab import BASE, PREFIXES

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "webapp" / "static" / "vendor"


def test_terms_have_short_names_labels_and_meanings(client: FlaskClient) -> None:
    answer = client.get("/sparql/terms.json")
    body = answer.get_json()
    assert answer.status_code == 200
    assert body["prefixes"] == PREFIXES
    terms = {term["name"]: term for term in body["terms"]}
    assert terms["p2p:Practice"]["kind"] == "class"
    assert terms["p2p:inCountry"]["kind"] == "property"
    assert terms["form:informal"]["kind"] == "concept"
    assert terms["country:XA"]["kind"] == "country"
    assert set(terms["role:peers"]["labels"]) == {"en", "pt", "el", "pl", "lt", "nl", "fr", "hu", "de"}
    assert terms["role:peers"]["says"]
    assert {"csv", "json"} <= {form["name"] for form in body["formats"]["table"]}
    assert client.get("/sparql/terms.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_names_of_things_are_found_by_either_form_of_address(client: FlaskClient) -> None:
    practice = f"{BASE}id/practice/exford-buddies"
    answer = client.post("/sparql/names.json", json=["practice:exford-buddies", practice, "role:peers"])
    assert answer.get_json() == {
        practice: {"name": "Exford Buddies", "page": "/practice/exford-buddies"},
        f"{BASE}vocab/role/peers": {"name": "Peers", "page": "/vocab/role#peers"},
    }


def test_tie_is_named_by_what_it_says(client: FlaskClient) -> None:
    address = f"{BASE}id/tie/exford-buddies-team"
    found = client.post("/sparql/names.json", json=["tie:exford-buddies-team"]).get_json()
    assert found[address]["page"] == "/tie/exford-buddies-team"
    assert len(found[address]["name"]) > len("exford buddies team")


@pytest.mark.parametrize(
    "address", ["practice:there-is-none", "https://example.org/", "javascript:alert(1)", "x", "", "practice:a> } #"]
)
def test_what_is_not_there_has_no_name(client: FlaskClient, address: str) -> None:
    answer = client.post("/sparql/names.json", json=[address])
    assert (answer.status_code, answer.get_json()) == (200, {})


@pytest.mark.parametrize("body", ["", "{", "{}", "[1]", '"practice:a"', json.dumps(["practice:a"] * 4001), "null"])
def test_what_is_no_list_of_addresses_is_refused(client: FlaskClient, body: str) -> None:
    answer = client.post("/sparql/names.json", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_bundle_of_the_editor_is_the_one_that_is_pinned() -> None:
    pins = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    folder = f"codemirror-{pins['dependencies']['@codemirror/view']}"
    assert (VENDOR / folder / "codemirror.js").is_file()
    assert "MIT License" in (VENDOR / folder / "LICENSE-MIT").read_text(encoding="utf-8")
    used = [ROOT / "webapp" / "static" / "js" / "sparql.js", ROOT / "webapp" / "templates" / "sparql" / "editor.html"]
    for path in used:
        assert set(re.findall(r"codemirror-[\d.]+\d", path.read_text(encoding="utf-8"))) == {folder}
    assert "npm run --silent editor" in pins["scripts"]["vendor"]
    assert folder in pins["scripts"]["editor"]
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["dependencies"] == pins["dependencies"]
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
    assert not any("resolved" in entry for entry in lock["packages"].values())
