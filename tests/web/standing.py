"""People who stand before the desk of a site: accounts, and browsers that are signed in."""

from __future__ import annotations

import itertools
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from p2p_graph.contributing.accounts import Accounts
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.roles import Account

PASSWORD = "four words in a row"
HTML = {"Accept": "text/html"}

_KEY = re.compile(r'name="form_key" value="([^"]+)"')
_SECRET = re.compile(r"p2p_session=([^;]*)")


class Person:
    """Somebody with an account and a browser of their own."""

    def __init__(self, account: Account, client: FlaskClient, secret: str, form_key: str) -> None:
        self.account, self.client, self.secret, self.form_key = account, client, secret, form_key

    def get(self, path: str, **more: Any) -> TestResponse:
        """Looks at a page."""
        return self.client.get(path, headers=HTML, **more)

    def send(self, path: str, key: str | None = None, **fields: Any) -> TestResponse:
        """Sends a form with the key of this session, or with another one."""
        return self.client.post(path, data={"form_key": self.form_key if key is None else key, **fields}, headers=HTML)


class Office:
    """The site, its desk and its accounts."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = itertools.count(1)

    @property
    def desk(self) -> Desk:
        desk = self.app.extensions["p2p_office"].desk
        assert isinstance(desk, Desk)
        return desk

    @property
    def accounts(self) -> Accounts:
        accounts = self.app.extensions["p2p_office"].accounts
        assert isinstance(accounts, Accounts)
        return accounts

    def visitor(self) -> FlaskClient:
        """A browser that is not signed in."""
        return self.app.test_client()

    def invited(self, role: str = "partner") -> Account:
        """A new account, with a name, a slug and an organisation of its own."""
        word = f"{role[0]}{next(self._numbers)}x"
        made = self.accounts.invite(role, word, f"House {word}")
        return self.accounts.join(made.secret, f"{role}-{word}", PASSWORD)

    def person(self, role: str = "partner") -> Person:
        """A new account, signed in."""
        return self.signed_in(self.invited(role))

    def signed_in(self, account: Account) -> Person:
        """A browser with a session of an account."""
        client, begun = self.visitor(), self.accounts.sign_in(account.name, PASSWORD)
        client.set_cookie("p2p_session", begun.secret)
        return Person(account, client, begun.secret, begun.form_key)


def key_in(response: TestResponse) -> str:
    """The key that the forms of a page carry."""
    found = _KEY.search(response.get_data(as_text=True))
    assert found is not None
    return found[1]


def cookie_in(response: TestResponse) -> str:
    """The session that an answer sets; empty for one that it removes. Fails where it sets none."""
    found = _SECRET.search("; ".join(response.headers.getlist("Set-Cookie")))
    assert found is not None, "no cookie was set"
    return found[1]
