"""Signing in through another house, against a provider on this machine that can be told to cheat."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from p2p_graph.config import Settings
from p2p_graph.errors import SettingsError
from tests.web.identity import CLIENT, SECRET, Provider, provider
from tests.web.reading import closing
from tests.web.standing import HTML, Office
from webapp import create_app


@pytest.fixture(scope="module")
def house() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture(autouse=True)
def honest(house: Provider) -> None:
    house.false, house.signing, house.is_denied, house.subject = {}, None, False, "anna-of-elsewhere"


@pytest.fixture(scope="module")
def open_office(house: Provider, tmp_path_factory: pytest.TempPathFactory, example_home: Path) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("openid") / "home"
    shutil.copytree(example_home, home)
    settings = Settings(
        home=home,
        workers=1,
        client_sign_ins=0,
        openid_issuer=house.issuer,
        openid_client=CLIENT,
        openid_secret=SECRET,
        openid_name="The Other House",
    )
    app = create_app(settings)
    yield Office(app)
    app.extensions["p2p_office"].close()
    closing(app)


class _Stay(HTTPRedirectHandler):
    """The browser of a test looks at where it is led to, and goes there itself."""

    def redirect_request(self, *given: object) -> None:
        return None


def _visit(address: str) -> str:
    """Where the other house leads to."""
    from urllib.error import HTTPError

    try:
        build_opener(_Stay).open(address, timeout=10).close()
    except HTTPError as led:
        with led:
            return str(led.headers["Location"])
    raise AssertionError("the provider led nowhere")


def _through(client: FlaskClient, path: str = "/sign-in/elsewhere?next=/account") -> TestResponse:
    left = client.get(path, headers=HTML)
    assert left.status_code == 303, left.get_data(as_text=True)
    back = urlsplit(_visit(left.headers["Location"]))
    assert (back.netloc, back.path) == ("localhost", "/sign-in/elsewhere/back")
    return client.get(f"{back.path}?{back.query}", headers=HTML)


def _joined(office: Office, house: Provider, slug: str) -> FlaskClient:
    house.subject = f"somebody at {slug}"
    client = office.visitor()
    secret = office.accounts.invite("partner", slug, f"House {slug}").secret
    assert "The Other House" in client.get(f"/join/{secret}", headers=HTML).get_data(as_text=True)
    assert _through(client, f"/sign-in/elsewhere?join={secret}").status_code == 303
    return client


def test_invitation_and_another_house_make_an_account_without_a_password(open_office: Office, house: Provider) -> None:
    client = _joined(open_office, house, "quay-one")
    assert "House quay-one" in client.get("/account", headers=HTML).get_data(as_text=True)
    assert open_office.accounts.standing("quay-one-1").is_elsewhere
    again = open_office.visitor()
    assert "Sign in with The Other House" in again.get("/sign-in", headers=HTML).get_data(as_text=True)
    begun = _through(again)
    assert (begun.status_code, begun.headers["Location"]) == (303, "/account")
    assert again.get("/account", headers=HTML).status_code == 200


def test_who_has_no_account_here_gets_none(open_office: Office, house: Provider) -> None:
    house.subject = "a stranger"
    client = open_office.visitor()
    told = _through(client)
    assert told.status_code == 401
    assert "an invitation makes one" in told.get_data(as_text=True)
    assert "p2p_session" not in "".join(told.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("what", "false"),
    [
        ("issuer", {"iss": "https://another.example.org"}),
        ("audience", {"aud": "another-site"}),
        ("visit", {"nonce": "of another visit"}),
        ("time", {"exp": 1_000_000_000}),
        ("nobody", {"sub": ""}),
        ("no-subject", {"sub": None}),
        ("signature", None),
    ],
)
def test_token_that_is_not_for_this_visit_is_refused(
    open_office: Office, house: Provider, what: str, false: dict[str, object] | None
) -> None:
    _joined(open_office, house, f"false-{what}")
    house.false = false or {}
    if what == "signature":
        house.signing = RSAKey.generate_key(2048, {"kid": "one"})
    client = open_office.visitor()
    told = _through(client)
    assert told.status_code == 401
    assert "did not work" in told.get_data(as_text=True)
    assert client.get("/account", headers=HTML).status_code == 303


def test_answer_that_nobody_left_for_is_refused(open_office: Office, house: Provider) -> None:
    _joined(open_office, house, "quay-two")
    client, other = open_office.visitor(), open_office.visitor()
    left = client.get("/sign-in/elsewhere", headers=HTML)
    back = urlsplit(_visit(left.headers["Location"]))
    # a stranger's answer is put before somebody else's browser
    assert other.get(f"{back.path}?{back.query}", headers=HTML).status_code == 401
    assert (
        client.get(f"{back.path}?{back.query}&state=guessed".replace("state=", "x=", 1), headers=HTML).status_code
        == 401
    )
    # what was refused is not kept for another try
    assert client.get(f"{back.path}?{back.query}", headers=HTML).status_code == 401


def test_answer_is_taken_once(open_office: Office, house: Provider) -> None:
    _joined(open_office, house, "quay-three")
    client = open_office.visitor()
    left = client.get("/sign-in/elsewhere", headers=HTML)
    back = urlsplit(_visit(left.headers["Location"]))
    assert client.get(f"{back.path}?{back.query}", headers=HTML).status_code == 303
    assert client.get(f"{back.path}?{back.query}", headers=HTML).status_code == 401


def test_who_said_no_there_is_told(open_office: Office, house: Provider) -> None:
    house.is_denied = True
    assert _through(open_office.visitor()).status_code == 401


def test_one_person_has_one_account(open_office: Office, house: Provider) -> None:
    _joined(open_office, house, "quay-four")
    secret = open_office.accounts.invite("partner", "quay-five", "Quay Five").secret
    told = _through(open_office.visitor(), f"/sign-in/elsewhere?join={secret}")
    assert told.status_code == 400
    assert "an account here already" in told.get_data(as_text=True)
    assert open_office.accounts.invitation(secret).slug == "quay-five"


def test_closed_account_stays_closed(open_office: Office, house: Provider) -> None:
    client = _joined(open_office, house, "quay-six")
    open_office.accounts.disable("quay-six-1")
    assert client.get("/account", headers=HTML).status_code == 303
    assert _through(open_office.visitor()).status_code == 401


def test_house_that_is_down_is_told_in_words_and_none_at_all_is_no_page(open_office: Office) -> None:
    settings = open_office.app.config["P2P_SETTINGS"]
    for issuer, status in (("http://127.0.0.1:9", 401), ("", 404)):
        app = create_app(replace(settings, openid_issuer=issuer))
        told = app.test_client().get("/sign-in/elsewhere", headers=HTML)
        assert told.status_code == status
        assert "Set-Cookie" not in told.headers
        closing(app)


@pytest.mark.parametrize("wrong", [{"openid_issuer": "http://sign-in.example.org"}, {"openid_client": ""}])
def test_half_a_setting_is_refused_at_the_start(open_office: Office, wrong: dict[str, str]) -> None:
    settings = open_office.app.config["P2P_SETTINGS"]
    with pytest.raises(SettingsError):
        create_app(replace(settings, **wrong))
