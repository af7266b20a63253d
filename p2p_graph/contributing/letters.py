"""Mails to those who want them: an invitation, a question of a steward, a decision. Off unless a server is set.

A mail says that something happened and where to look, and nothing of what was sent. It is written in a thread of its
own: nobody waits for it, and nothing that was decided depends on it. What could not be sent is told in the log, without
the address; the page of the submission says the same at any time.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import urlsplit

from p2p_graph.config import Settings
from p2p_graph.errors import SettingsError

__all__ = ["Letters"]

_LOG = logging.getLogger(__name__)

#: seconds that the server has for each answer
_PATIENCE: Final = 20
_SECURITY: Final = ("starttls", "tls", "none")
_HERE: Final = ("127.0.0.1", "::1", "localhost")

_DECIDED: Final = {
    "asked": (
        "A question about your submission {number}",
        "A steward has a question about submission {number}. Read it, and answer by correcting what you sent:",
    ),
    "accepted": (
        "Your submission {number} was accepted",
        "Submission {number} was accepted. It becomes public with the next release:",
    ),
    "refused": (
        "Your submission {number} was not taken",
        "Submission {number} was not taken. The reason stands on its page:",
    ),
}


class Letters:
    """Writes to accounts. `mail_of` says where an account wants to be written to; empty for not at all."""

    def __init__(self, settings: Settings, mail_of: Callable[[str], str]) -> None:
        """Raises SettingsError where a server is set, and something that it needs is not."""
        self._settings, self._mail_of = settings, mail_of
        self.is_on = bool(settings.mail_host)
        if self.is_on:
            _check(settings)
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="letters")

    def invited(self, mail: str, secret: str, credit: str) -> None:
        """The link of an invitation, to the address that the operator gave."""
        body = f"{credit} is invited to describe practices in the Peer2Peer Graph. This link makes the account:"
        end = "It works once, for two weeks. If you did not expect it, do nothing."
        self._send(lambda: mail, "An invitation to the Peer2Peer Graph", body, f"/join/{secret}", end)

    def new_password(self, name: str, secret: str) -> None:
        """The link that sets a new password."""
        body = "This link sets a new password for your account in the Peer2Peer Graph:"
        end = "It works once, for one day. If you did not ask for it, tell the operator."
        self._send(lambda: self._mail_of(name), "A new password", body, f"/new-password/{secret}", end)

    def decided(self, name: str, number: int, state: str) -> None:
        """That something was asked about a submission, or decided."""
        if state not in _DECIDED:
            return
        subject, body = (text.format(number=number) for text in _DECIDED[state])
        end = "You are written to because your account says so; there you can also end it."
        self._send(lambda: self._mail_of(name), subject, body, f"/submissions/{number}", end)

    def close(self) -> None:
        """Waits until everything is sent."""
        self._writing.shutdown(wait=True)

    def _send(self, mail: Callable[[], str], subject: str, body: str, path: str, end: str) -> None:
        if not self.is_on:
            return
        link = f"{self._settings.site.rstrip('/')}{path}"

        def write() -> None:
            address = mail()
            if address:
                deliver(self._settings, letter(self._settings, address, subject, f"{body}\n\n{link}\n\n{end}\n"))

        self._writing.submit(write).add_done_callback(_told)


def _told(done: Future[None]) -> None:
    fault = done.exception()
    if fault is not None:
        # what the server says may name the address it was sent to
        _LOG.warning("a mail could not be sent: %s", type(fault).__name__)


def letter(settings: Settings, mail: str, subject: str, text: str) -> EmailMessage:
    """One mail, in plain text."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = settings.mail_from, mail, subject
    made["Date"] = formatdate(usegmt=True)
    made["Message-ID"] = make_msgid(domain=urlsplit(settings.site).hostname or "localhost")
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def deliver(settings: Settings, made: EmailMessage) -> None:
    """Hands a mail to the server. Raises OSError or SMTPException."""
    host, port, context = settings.mail_host, settings.mail_port, ssl.create_default_context()
    opened = (
        smtplib.SMTP_SSL(host, port, timeout=_PATIENCE, context=context)
        if settings.mail_security == "tls"
        else smtplib.SMTP(host, port, timeout=_PATIENCE)
    )
    with opened as server:
        if settings.mail_security == "starttls":
            server.starttls(context=context)
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password)
        server.send_message(made)


def _check(settings: Settings) -> None:
    if settings.mail_security not in _SECURITY:
        raise SettingsError(f"P2P_MAIL_SECURITY is one of {', '.join(_SECURITY)}.", setting="mail_security")
    if settings.mail_security == "none" and settings.mail_host not in _HERE:
        sentence = (
            "P2P_MAIL_SECURITY may be none for a server on this machine only: mails hold links that open accounts."
        )
        raise SettingsError(sentence, setting="mail_security")
    if "@" not in settings.mail_from:
        raise SettingsError("P2P_MAIL_FROM is missing: the sender that mails name.", setting="mail_from")
    if not settings.site.startswith(("https://", "http://")):
        sentence = "P2P_SITE is missing, such as https://example.org: mails hold links to the website."
        raise SettingsError(sentence, setting="site")
