"""Sessions and forms: who gets in, what carries a cookie, and which forms are refused; over three pages of a test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

from p2p_graph.config import Settings
from p2p_graph.contributions import knowledge
from p2p_graph.curation import Sources
from tests.web.reading import closing
from tests.web.standing import HTML, Office, Person
from webapp import create_app, signed_in
from webapp.signed_in import needs, read_ahead, somebody


@pytest.fixture(scope="module")
def guarded(example_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    ledger = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.sqlite'}"
    settings = Settings(home=example_home, ledger=ledger, workers=1)
    app: Flask = create_app(settings)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    app.extensions["p2p_office"] = signed_in.Office(settings, hasher=quick)

    for role in ("partner", "steward", "operator"):

        @app.route(f"/try/{role}", methods=["GET", "POST"], endpoint=role)
        @needs(role)
        def page() -> str:
            return somebody().name

    yield Office(app)
    app.extensions["p2p_office"].close()
    closing(app)


def test_each_role_opens_what_is_for_it_and_below(guarded: Office) -> None:
    roles = ("partner", "steward", "operator")
    for have in roles:
        person = guarded.person(have)
        for wanted in roles:
            expected = 200 if roles.index(have) >= roles.index(wanted) else 403
            assert person.get(f"/try/{wanted}").status_code == expected
            assert person.send(f"/try/{wanted}").status_code == expected


def test_without_a_session_a_page_leads_to_sign_in_and_a_machine_is_told(guarded: Office) -> None:
    visitor = guarded.visitor()
    led = visitor.get("/try/partner?x=1", headers=HTML)
    assert (led.status_code, led.headers["Location"]) == (303, "/sign-in?next=%2Ftry%2Fpartner%3Fx%3D1")
    told = visitor.get("/try/partner", headers={"Accept": "application/json"})
    assert (told.status_code, told.mimetype, told.json["code"]) == (401, "application/problem+json", "sign-in-needed")
    visitor.set_cookie("p2p_session", "guessed")
    assert visitor.get("/try/partner", headers=HTML).status_code == 303


@pytest.mark.parametrize("key", ["", "guessed", "ключ"])
def test_form_without_the_key_of_the_session_is_refused(guarded: Office, key: str) -> None:
    person = guarded.person()
    told = person.client.post("/try/partner", data={"form_key": key})
    assert (told.status_code, told.json["code"]) == (403, "form-refused")
    other = guarded.person()
    assert person.client.post("/try/partner", data={"form_key": other.form_key}).status_code == 403
    by_script = {"X-Form-Key": person.form_key}
    assert person.client.post("/try/partner", json={}, headers=by_script).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
    ],
)
def test_form_of_another_site_is_refused_even_with_the_key(guarded: Office, headers: dict[str, str]) -> None:
    person: Person = guarded.person()
    sent = person.client.post("/try/partner", data={"form_key": person.form_key}, headers=headers)
    assert (sent.status_code, sent.json["code"]) == (403, "form-refused")


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_form_of_this_site_is_taken(guarded: Office, headers: dict[str, str]) -> None:
    person = guarded.person()
    sent = person.client.post("/try/partner", data={"form_key": person.form_key}, headers=headers)
    assert sent.status_code == 200


def test_public_pages_set_no_cookie_and_open_no_ledger(example_home: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    app = create_app(Settings(home=example_home, ledger=f"sqlite:///{ledger}", workers=1))
    client = app.test_client()
    client.set_cookie("p2p_session", "anything")
    for path in ("/", "/practices", "/practice/exford-buddies", "/sparql", "/add", "/health", "/nothing"):
        answer = client.get(path, headers=HTML)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.vary
    closing(app)
    assert not ledger.exists()


def test_what_forms_need_is_read_ahead_once_and_opens_no_ledger(
    tmp_path: Path, example_home: Path, example_sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[str] = []

    def counted(sources: Sources) -> object:
        readings.append(threading.current_thread().name)
        return knowledge(sources)

    monkeypatch.setattr("webapp.signed_in.knowledge", counted)
    ledger = tmp_path / "ledger.sqlite"
    settings = Settings(home=example_home, ledger=f"sqlite:///{ledger}", workers=1)
    app = create_app(settings, sources=example_sources)
    reading = read_ahead(app, at_once=False)
    assert not reading.is_alive(), "it begins with the first request"
    app.test_client().get("/health/live")
    reading.join(timeout=60)
    assert not reading.is_alive()
    assert readings == ["reading ahead"]
    assert not ledger.exists()
    assert app.test_client().get("/add/practice", headers={"Accept": "text/html"}).status_code == 200
    assert readings == ["reading ahead"], "the page makes no other reading"
    app.extensions["p2p_office"].close()
    closing(app)
