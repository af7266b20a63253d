"""Mails: to a real server on this machine; off by default; nothing of what was sent is in them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import servers
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from p2p_graph.config import Settings
from p2p_graph.contributing.letters import Letters
from p2p_graph.errors import SettingsError

MAILS = {"anna": "anna@example.org", "quiet": ""}


class Box:
    """Keeps what a server took."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.signed_in: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        made = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(made, EmailMessage)
        assert made["To"] == envelope.rcpt_tos[0]
        self.mails.append(made)
        return "250 OK"

    def sign_in(self, server: SMTP, session: Session, envelope: Envelope, how: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.signed_in.append(given.login.decode())
        return AuthResult(success=given == LoginPassword(b"desk", b"known to the two of us"), handled=False)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[Controller]:
    given = {"authenticator": box.sign_in, "auth_require_tls": False}
    controller = Controller(box, hostname="127.0.0.1", port=servers.free_port(), **given)
    controller.start()
    yield controller
    controller.stop()


def _settings(server: Controller) -> Settings:
    return Settings(
        site="https://graph.example.org/",
        mail_host="127.0.0.1",
        mail_port=server.port,
        mail_security="none",
        mail_from="desk@example.org",
    )


def _written(settings: Settings, *, name: str = "anna") -> None:
    letters = Letters(settings, lambda who: MAILS[who])
    letters.invited("quay@example.org", "s3cret", "Quay Peers")
    letters.new_password(name, "an0ther")
    for state in ("asked", "accepted", "refused", "withdrawn"):
        letters.decided(name, 7, state)
    letters.close()


def test_mails_say_what_happened_and_where_to_look(box: Box, server: Controller) -> None:
    _written(_settings(server))
    told = [(str(one["To"]), str(one["Subject"])) for one in box.mails]
    assert told == [
        ("quay@example.org", "An invitation to the Peer2Peer Graph"),
        ("anna@example.org", "A new password"),
        ("anna@example.org", "A question about your submission 7"),
        ("anna@example.org", "Your submission 7 was accepted"),
        ("anna@example.org", "Your submission 7 was not taken"),
    ]
    links = [line for one in box.mails for line in one.get_content().splitlines() if line.startswith("http")]
    assert links == [
        "https://graph.example.org/join/s3cret",
        "https://graph.example.org/new-password/an0ther",
        *["https://graph.example.org/submissions/7"] * 3,
    ]
    assert {str(one["From"]) for one in box.mails} == {"desk@example.org"}
    assert all(one["Auto-Submitted"] == "auto-generated" and one["Message-ID"] for one in box.mails)


def test_who_wants_no_mail_gets_none(box: Box, server: Controller) -> None:
    _written(_settings(server), name="quiet")
    assert [str(one["To"]) for one in box.mails] == ["quay@example.org"]


def test_without_a_server_nothing_is_written(box: Box, server: Controller) -> None:
    _written(Settings())
    assert box.mails == []


def test_server_that_wants_to_know_who_asks(box: Box, server: Controller) -> None:
    _written(replace(_settings(server), mail_user="desk", mail_password="known to the two of us"))
    assert len(box.mails) == 5
    assert set(box.signed_in) == {"desk"}


@pytest.mark.parametrize("wrong", ["down", "password", "starttls"])
def test_mail_that_cannot_be_sent_harms_nothing_and_names_nobody_in_the_log(
    server: Controller, box: Box, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = _settings(server)
    if wrong == "down":
        settings = replace(settings, mail_port=servers.free_port())
    elif wrong == "password":
        settings = replace(settings, mail_user="desk", mail_password="guessed")
    else:
        settings = replace(settings, mail_security="starttls")
    with caplog.at_level(logging.WARNING):
        _written(settings)
    assert box.mails == []
    assert "a mail could not be sent" in caplog.text
    for secret in ("example.org", "s3cret", "guessed", "Quay"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"site": ""}, "site"),
        ({"mail_from": ""}, "mail_from"),
        ({"mail_security": "perhaps"}, "mail_security"),
        ({"mail_host": "mail.example.org", "mail_security": "none"}, "mail_security"),
    ],
)
def test_half_a_setting_is_refused_at_the_start(server: Controller, wrong: dict[str, str], setting: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Letters(replace(_settings(server), **wrong), lambda who: MAILS[who])
    assert caught.value.values["setting"] == setting
