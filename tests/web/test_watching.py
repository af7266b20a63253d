"""What an operator sees of a running site: health, counters, the log; and what the log never says."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families as families

from p2p_graph.config import Settings
from tests.web.reading import closing
from webapp import create_app
from webapp.journal import HEADER, configure

SECRET = "b3ans-0n-t0ast"
#: an address of a reader, of those set apart for documents
READER = "192.0.2.77"


@pytest.fixture
def site(example_home: Path) -> Iterator[Flask]:
    app = create_app(Settings(home=example_home, workers=1, client_minute=0))
    yield app
    closing(app)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site writes to its log, as JSON."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    # pytest's own handlers must outlive this
    root.handlers = []
    stream = io.StringIO()
    configure(Settings(log="json"), stream)
    yield stream
    root.handlers, root.level = before, level
    logging.getLogger("webapp.requests").setLevel(logging.NOTSET)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every number, by its name and labels."""
    return {(one.name, frozenset(one.labels.items())): one.value for family in families(text) for one in family.samples}


# health


def test_health_says_that_it_lives_and_that_it_is_ready(client: FlaskClient) -> None:
    live = client.get("/health/live")
    assert (live.status_code, live.get_json()) == (200, {"status": "ok"})
    ready = client.get("/health/ready")
    told = ready.get_json()
    assert (ready.status_code, told["status"], told["off"]) == (200, "ready", [])
    assert told["version"] == client.get("/health").get_json()["version"]
    for answer in (live, ready):
        assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_release_it_lives_and_is_not_ready(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path))
    client = app.test_client()
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.get_json()) == (503, {"status": "down", "version": "", "off": ["no release"]})
    assert int(ready.headers["Retry-After"]) > 0
    assert client.get("/metrics").status_code == 200
    closing(app)


# the log


def test_each_request_is_one_line_with_its_number(site: Flask, log: io.StringIO) -> None:
    client = site.test_client()
    given = client.get("/country/XA", headers={HEADER: "from-a-proxy-01"})
    made = client.get("/nowhere/at/all")
    first, second = lines(log)
    assert given.headers[HEADER] == first["request"] == "from-a-proxy-01"
    assert made.headers[HEADER] == second["request"]
    assert re.fullmatch(r"[0-9a-f]{32}", second["request"])
    assert (first["method"], first["route"], first["status"]) == ("GET", "/country/<code>", 200)
    assert (second["route"], second["status"]) == ("none", 404)
    assert first["ms"] > 0
    assert first["bytes"] > 1000
    assert first["time"].endswith("+00:00")


@pytest.mark.parametrize("said", ["short", "x" * 65, "with space", 'quote"quote', "zażółć-gęślą", "a\tb-cdefgh"])
def test_a_number_that_is_out_of_form_is_not_taken(client: FlaskClient, said: str) -> None:
    given = client.get("/health/live", headers={HEADER: said}).headers[HEADER]
    assert re.fullmatch(r"[0-9a-f]{32}", given)


def test_the_log_holds_nothing_that_was_sent_and_nobody_s_address(site: Flask, log: io.StringIO) -> None:
    client = site.test_client()
    sender = {"REMOTE_ADDR": READER}
    typed = {"User-Agent": SECRET, "Referer": f"http://localhost/{SECRET}", "X-Forwarded-For": READER}
    for path in (
        "/search?q=",
        "/practices?kind=",
        "/practice/",
        "/queries/",
        "/",
        "/sparql?query=",
        "/q/",
        "/embed?a=",
    ):
        client.get(f"{path}{SECRET}", headers=typed, environ_overrides=sender)
    for path, body in (("/sparql", {"query": f"SELECT * {{ ?{SECRET} "}), ("/nowhere", {"name": SECRET})):
        client.post(path, data=body, environ_overrides=sender)
    client.open(f"/{SECRET}", method=SECRET, environ_overrides=sender)
    # what libraries say of it
    logging.getLogger("rdflib.term").warning(f"{SECRET} does not look like a valid URI")
    logging.getLogger("waitress").warning("Exception while serving %s", f"/{SECRET}")
    assert [line["message"] for line in lines(log)[-2:]] == [
        "(told by a library, its words are left out)",
        "Exception while serving %s",
    ]
    assert len(lines(log)) >= 13
    assert SECRET not in log.getvalue()
    assert SECRET.upper() not in log.getvalue()
    assert READER not in log.getvalue()


def test_a_fault_is_told_by_its_place_and_type_not_by_its_words(site: Flask, log: io.StringIO) -> None:
    def broken() -> str:
        try:
            raise KeyError(SECRET)
        except KeyError as reason:
            raise RuntimeError(f"so sad: {SECRET}") from reason

    site.add_url_rule("/broken", view_func=broken)
    assert site.test_client().get("/broken").status_code == 500
    fault, request = lines(log)
    assert fault["request"] == request["request"]
    assert {"RuntimeError", "KeyError"} <= set(fault["fault"])
    assert any("test_watching.py" in place and place.endswith(" broken") for place in fault["fault"])
    assert SECRET not in log.getvalue()


def test_lines_for_people_are_few_and_keep_the_number(site: Flask) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers = []
    stream = io.StringIO()
    try:
        configure(Settings(), stream)
        site.add_url_rule("/broken", view_func=lambda: 1 // 0)
        client = site.test_client()
        client.get("/country/XA")
        assert stream.getvalue() == ""
        client.get("/broken", headers={HEADER: "number-of-mine"})
    finally:
        root.handlers, root.level = before, level
    assert "[number-of-mine]" in stream.getvalue()
    assert "ZeroDivisionError" in stream.getvalue()


# counters


def test_counters_tell_routes_and_times_workers_and_release(site: Flask) -> None:
    client = site.test_client()
    for path in ("/country/XA", "/country/XB", "/country/ZZ", f"/{SECRET}", f"/search?q={SECRET}"):
        client.get(path)
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    text = answer.get_data(as_text=True)
    assert SECRET not in text
    found = samples(text)
    country = ("route", "/country/<code>")
    assert found["p2p_requests_total", frozenset({country, ("status", "200")})] == 2
    assert found["p2p_requests_total", frozenset({country, ("status", "404")})] == 1
    assert found["p2p_requests_total", frozenset({("route", "none"), ("status", "404")})] == 1
    assert found["p2p_request_seconds_count", frozenset({country})] == 3
    assert found["p2p_request_seconds_sum", frozenset({country})] > 0
    version = client.get("/health").get_json()["version"]
    assert found["p2p_release", frozenset({("version", version)})] == 1
    alive = [value for (name, _), value in found.items() if name == "p2p_workers"]
    assert sum(alive) >= 1
    for name in ("p2p_release_held_back", "p2p_store_trouble", "p2p_queries_waiting"):
        assert found[name, frozenset()] == 0
    assert found["p2p_workers_ended_total", frozenset({("why", "late")})] == 0


@pytest.mark.parametrize(
    ("sender", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"Host": "127.0.0.1:8000"}, 200),
        (READER, {}, 404),
        ("127.0.0.1", {"Host": "example.org"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": READER}, 404),
        ("127.0.0.1", {"Forwarded": f"for={READER}"}, 404),
        (READER, {"Host": "127.0.0.1"}, 404),
        ("", {}, 404),
    ],
)
def test_counters_are_for_this_machine(client: FlaskClient, sender: str, headers: dict[str, str], status: int) -> None:
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": sender})
    assert answer.status_code == status


def test_with_a_token_counters_are_for_who_sends_it(example_home: Path) -> None:
    app = create_app(Settings(home=example_home, metrics_token=SECRET))
    client = app.test_client()
    sent = {"Authorization": f"Bearer {SECRET}", "X-Forwarded-For": READER}
    assert client.get("/metrics", headers=sent, environ_overrides={"REMOTE_ADDR": READER}).status_code == 200
    for wrong in ("", "Bearer", "Bearer beans", f"Bearer {SECRET}x", "Bearer zażółć"):
        assert client.get("/metrics", headers={"Authorization": wrong} if wrong else {}).status_code == 404
    assert SECRET not in repr(Settings(metrics_token=SECRET))
    closing(app)
