"""The search over HTTP: JSON with tag and limits, every bad value a problem, and the page of the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from p2p_graph import purged
from p2p_graph.config import Settings
from p2p_graph.vocab import BASE
from tests.web.reading import closing, read
from webapp import create_app

BUDDIES = f"{BASE}id/practice/exford-buddies"


def addresses(client: FlaskClient, **values: object) -> list[str]:
    answer = client.get("/search.json", query_string=values)
    assert answer.status_code == 200, answer.data
    return [hit["address"] for hit in answer.get_json()["hits"]]


def test_hit_says_what_it_is_and_where_it_was_found(client: FlaskClient) -> None:
    answer = client.get("/search.json?q=kumple&lang=en")
    assert answer.content_type == "application/json"
    body = answer.get_json()
    assert (body["q"], body["lang"], body["total"], body["complete"], body["offset"]) == ("kumple", "en", 1, True, 0)
    assert body["hits"] == [
        {
            "address": BUDDIES,
            "short": "practice:exford-buddies",
            "page": "/practice/exford-buddies",
            "kind": "practice",
            "kind_name": "practice",
            "name": "Exford Buddies",
            "lang": "en",
            "countries": ["XA"],
            "match": "beginning",
            "field": "name",
            "found_lang": "pl",
            "excerpt": [{"text": "Kumple", "found": True}, {"text": " z Exford", "found": False}],
        }
    ]


def test_slip_says_what_was_found_instead(client: FlaskClient) -> None:
    body = client.get("/search.json?q=budies+exfrod").get_json()
    assert body["hits"][0]["address"] == BUDDIES
    assert body["hits"][0]["match"] == "slip"
    assert body["instead"] == {"budies": ["buddies"], "exfrod": ["exford"]}


def test_kind_country_and_part_narrow_it(client: FlaskClient) -> None:
    assert BUDDIES in addresses(client, q="exford", kind="practice")
    assert addresses(client, q="exford", kind=["law", "document"], country="xb") == []
    whole = addresses(client, q="exford", limit=100)
    assert addresses(client, q="exford", limit=2, offset=1) == whole[1:3]
    assert len(set(whole)) == len(whole) > 4
    assert addresses(client, q="exford", kind="", country="", lang="", limit="", offset="") == whole[:20]


def test_answer_has_a_tag_and_may_be_asked_by_other_sites(client: FlaskClient) -> None:
    answer = client.get("/search.json?q=exford")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-P2P-Version"]
    again = client.get("/search.json?q=exford", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/search.json?q=exfor", headers={"If-None-Match": answer.headers["ETag"]})
    assert other.status_code == 200
    assert client.head("/search.json?q=exford").headers["ETag"] == answer.headers["ETag"]
    assert client.options("/search.json").headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Say what to search"),
        ("q=+++", "Say what to search"),
        (f"q={'x' * 301}", "at most 300"),
        (f"q={'a+' * 41}", "40 words"),
        ("q=a&kind=people", "there are country, practice"),
        ("q=a&lang=xx", "there is in en"),
        ("q=a&lang=%00", "no text"),
        ("q=a&country=Portugal", "two letters"),
        ("q=a&limit=0", "from 1 to 100"),
        ("q=a&limit=101", "from 1 to 100"),
        ("q=a&limit=ten", "whole number"),
        ("q=a&limit=%D9%A1", "whole number"),
        ("q=a&limit=99999999999999999999", "whole number"),
        ("q=a&offset=-1", "whole number"),
        ("q=a&offset=1001", "from 0 to 1,000"),
        ("q=a&q=b", "Give q once"),
        ("q=a&size=3", "no parameter 'size'"),
    ],
)
def test_bad_value_is_a_problem_that_says_what_fits(client: FlaskClient, query: str, said: str) -> None:
    answer = client.get(f"/search.json?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert said in answer.get_json()["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "a* OR b",
        "');--",
        "\x00exford",
        "%",
        "<script>alert(1)</script>",
        "\ud800",
        "{{7*7}}",
        "\r\nSet-Cookie: a=b",
    ],
)
def test_hostile_text_finds_nothing_and_stays_text(client: FlaskClient, text: str) -> None:
    for path in ("/search.json", "/search"):
        answer = client.get(path, query_string={"q": text.encode("utf-8", "surrogatepass")})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert b"<script>alert" not in answer.data or path.endswith("json")


def test_page_marks_what_was_found_and_in_which_language(client: FlaskClient) -> None:
    html = client.get("/search?q=kumple").get_data(as_text=True)
    assert "<mark>Kumple</mark> z Exford" in html
    assert "also (Polish):" in html
    assert "1 found." in read(html).text
    polish = client.get("/search?q=kumple", headers={"Accept-Language": "pl,en;q=0.5"})
    assert '<a href="/practice/exford-buddies" lang="pl"><mark>Kumple</mark> z Exford</a>' in polish.get_data(
        as_text=True
    )
    assert "Accept-Language" in polish.headers["Vary"]


def test_page_turns_and_keeps_its_choices(client: FlaskClient) -> None:
    page = read(client.get("/search?q=peers&kind=concept&limit=3").get_data(as_text=True))
    (later,) = [link for link in page.links if "offset=3" in link]
    assert "kind=concept" in later
    html = client.get("/search?q=exford&kind=practice&country=XA").get_data(as_text=True)
    assert '<option value="practice" selected>practice</option>' in html
    assert '<option value="XA" selected>' in html


def test_page_says_when_nothing_is_found_and_what_to_do(client: FlaskClient) -> None:
    assert "Try fewer words" in read(client.get("/search?q=qqqqq").get_data(as_text=True)).text
    page = read(client.get("/search?q=exford&country=XB&kind=law").get_data(as_text=True))
    assert "/search?q=exford" in page.links


def test_page_of_a_text_too_long_is_a_problem_in_words(client: FlaskClient) -> None:
    answer = client.get(f"/search?q={'x' * 301}", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "at most 300" in read(answer.get_data(as_text=True)).text


@pytest.fixture
def own(tmp_path: Path, example_home: Path) -> Iterator[tuple[Flask, Settings]]:
    shutil.copytree(example_home, tmp_path / "home")
    settings = Settings(home=tmp_path / "home", workers=1, client_minute=3)
    app = create_app(settings)
    yield app, settings
    closing(app)


def test_what_is_purged_is_gone_at_the_next_request_also_for_who_has_a_tag(own: tuple[Flask, Settings]) -> None:
    app, settings = own
    client = app.test_client()
    first = client.get("/search.json?q=buddies")
    assert BUDDIES in first.get_data(as_text=True)
    purged.add(settings, [BUDDIES], ["Exford Buddies"])
    again = client.get("/search.json?q=buddies", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "exford-buddies" not in again.get_data(as_text=True)
    assert "Exford Buddies" not in client.get("/search?q=buddies").get_data(as_text=True)


def test_searches_count_for_the_limits_of_a_client(own: tuple[Flask, Settings]) -> None:
    client = own[0].test_client()
    answers = [client.get("/search.json?q=exford") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"]
