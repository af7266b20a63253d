"""The checks that Mozilla publishes for its HTTP Observatory, with its scores, run on what this site sends.

Source: the table of tests and modifiers in Mozilla's documentation of the Observatory. One begins with 100; bonuses
count from 90 up; an A+ takes 100.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from p2p_graph.config import Settings
from tests.web.reading import closing, read
from webapp import create_app

#: a page of each make, one that is a form, one that others frame, and some that are no pages
PAGES = [
    "/en/",
    "/countries",
    "/country/XA",
    "/practice/exford-buddies",
    "/sparql",
    "/search?q=x",
    "/sign-in",
    "/nowhere",
]
FRAMED = "/embed?start=practice/exford-buddies"


@pytest.fixture(scope="module")
def behind_tls(example_home: Path) -> Iterator[Flask]:
    """The site behind one proxy that speaks TLS with the reader."""
    app = create_app(Settings(home=example_home, workers=1, client_minute=0, proxies=1))
    yield app
    closing(app)


def ask(app: Flask, path: str, scheme: str = "https") -> TestResponse:
    said = {"X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.1", "Accept": "text/html"}
    return app.test_client().get(path, headers=said)


def policy(answer: TestResponse) -> dict[str, list[str]]:
    (said,) = answer.headers.getlist("Content-Security-Policy")
    return {parts[0]: parts[1:] for parts in (one.split() for one in said.split(";") if one.strip())}


def content_security_policy(answer: TestResponse) -> int:
    """+10 for default-src 'none' and nothing unsafe; -20 for unsafe styles alone, -25 for none at all and the like."""
    said = policy(answer)
    scripts = said.get("script-src", said["default-src"])
    unsafe = {"'unsafe-inline'", "'unsafe-eval'", "data:", "http:", "https:", "*"}
    if unsafe & {*scripts, *said.get("object-src", said["default-src"])}:
        return -20
    if unsafe & set(said.get("style-src", said["default-src"])):
        return 0
    return 10 if said["default-src"] == ["'none'"] else 5


def cookies(answer: TestResponse) -> int:
    """0 where there are none; +5 where all are Secure, HttpOnly and SameSite; -20 and less where not."""
    set_ones = answer.headers.getlist("Set-Cookie")
    if not set_ones:
        return 0
    return 5 if all({"Secure", "HttpOnly"} <= set(c.split("; ")) and "SameSite" in c for c in set_ones) else -20


def cross_origin_sharing(answer: TestResponse) -> int:
    """-50 where anybody's page may ask with the reader's own cookies."""
    return -50 if "Access-Control-Allow-Credentials" in answer.headers else 0


def referrer_policy(answer: TestResponse) -> int:
    private = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
    return 5 if answer.headers.get("Referrer-Policy") in private else -5


def strict_transport_security(answer: TestResponse) -> int:
    """0 for six months and more, -10 for less, -20 for none."""
    found = re.fullmatch(
        r"max-age=(\d+)(; includeSubDomains)?(; preload)?", answer.headers.get("Strict-Transport-Security", "")
    )
    return -20 if found is None else 0 if int(found[1]) >= 15_768_000 else -10


def subresource_integrity(answer: TestResponse) -> int:
    """0 where every script comes from this very host; -5 and less for others without a hash."""
    foreign = [one for one in read(answer.get_data(as_text=True)).fetched if re.match(r"(https?:)?//", one)]
    return -50 if foreign else 0


def content_type_options(answer: TestResponse) -> int:
    return 0 if answer.headers.get("X-Content-Type-Options") == "nosniff" else -5


def framing(answer: TestResponse) -> int:
    """+5 for frame-ancestors in the policy, 0 for the older header alone, -20 for neither."""
    return 5 if policy(answer).get("frame-ancestors") == ["'none'"] else -20


def cross_origin_resources(answer: TestResponse) -> int:
    """+10 for pages that only this site may load, 0 for all others."""
    return 10 if answer.headers.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0


CHECKS = (
    content_security_policy,
    cookies,
    cross_origin_sharing,
    referrer_policy,
    strict_transport_security,
    subresource_integrity,
    content_type_options,
    framing,
    cross_origin_resources,
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_gets_the_highest_grade(behind_tls: Flask, path: str) -> None:
    answer = ask(behind_tls, path)
    told = {check.__name__: check(answer) for check in CHECKS}
    lost, won = sum(v for v in told.values() if v < 0), sum(v for v in told.values() if v > 0)
    assert lost == 0, told
    # an A+ takes 100; the highest score a site without cookies can have is 130
    assert 100 + won == 130, told
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_the_page_that_others_frame_is_strict_in_all_else(behind_tls: Flask) -> None:
    answer = ask(behind_tls, FRAMED)
    assert answer.status_code == 200
    said = policy(answer)
    assert said["frame-ancestors"] == ["*"]
    assert "script-src" not in said
    assert said["form-action"] == ["'none'"]
    assert "X-Frame-Options" not in answer.headers
    assert all(check(answer) >= 0 for check in CHECKS if check is not framing)


def test_pictures_may_stand_on_other_sites_and_data_may_be_asked_from_them(behind_tls: Flask) -> None:
    assert ask(behind_tls, "/europe.svg").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    with ask(behind_tls, "/static/icon.svg") as icon:
        assert icon.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    data = ask(behind_tls, "/queries/practices.csv")
    assert data.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in data.headers


def test_plain_http_promises_nothing_about_tls(behind_tls: Flask, app: Flask) -> None:
    assert "Strict-Transport-Security" not in ask(behind_tls, "/countries", "http").headers
    # without a proxy that is believed nobody can say that it was TLS
    assert "Strict-Transport-Security" not in ask(app, "/countries").headers
