"""What an operator does with accounts, where accounts are written to, and who signs in elsewhere; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from argon2 import PasswordHasher

from p2p_graph.config import Settings
from p2p_graph.contributing.accounts import Accounts
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.upgrading import config_for
from p2p_graph.errors import AccountLocked, AccountRefused, InvitationRefused, LedgerUnavailable, LoginRefused

PASSWORD = "four words in a row"
NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
HOUSE = "https://sign-in.example.org"


@pytest.fixture
def accounts(ledger: Ledger) -> Accounts:
    return Accounts(ledger, lambda: NOW, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _joined(accounts: Accounts, name: str = "anna", slug: str = "port-house") -> None:
    accounts.join(accounts.invite("partner", slug, "Port House", mail=f"{name}@example.org").secret, name, PASSWORD)


def test_new_role_ends_sessions_and_holds_from_the_next_one(accounts: Accounts) -> None:
    _joined(accounts)
    before = accounts.sign_in("anna", PASSWORD)
    assert accounts.set_role("anna", "steward").role == "steward"
    assert accounts.session(before.secret) is None
    assert accounts.sign_in("anna", PASSWORD).account.role == "steward"
    with pytest.raises(AccountRefused, match="no role"):
        accounts.set_role("anna", "queen")
    with pytest.raises(AccountRefused, match="no account"):
        accounts.set_role("nobody", "steward")


def test_opening_again_ends_a_lock_after_wrong_passwords(accounts: Accounts) -> None:
    _joined(accounts)
    for _ in range(8):
        with pytest.raises(LoginRefused):
            accounts.sign_in("anna", "wrong words in a row")
    with pytest.raises(AccountLocked):
        accounts.sign_in("anna", PASSWORD)
    assert accounts.standing("anna").locked_until is not None
    accounts.disable("anna", again=True)
    assert accounts.standing("anna").locked_until is None
    assert accounts.sign_in("anna", PASSWORD).account.name == "anna"


def test_mail_comes_with_the_invitation_and_goes_when_closed(accounts: Accounts) -> None:
    _joined(accounts)
    assert accounts.mail_of("anna") == "anna@example.org"
    assert [(one.account.name, one.mail, one.made) for one in accounts.standings()] == [
        ("anna", "anna@example.org", NOW)
    ]
    accounts.set_mail(accounts.get("anna"), "")
    assert accounts.mail_of("anna") == ""
    accounts.set_mail(accounts.get("anna"), "desk@port-house.example.org")
    accounts.disable("anna")
    assert (accounts.mail_of("anna"), accounts.mail_of("nobody")) == ("", "")


@pytest.mark.parametrize("mail", ["anna", "a@b", "a@b.c d", "a@example.org\nBcc: x@example.org", "<a@example.org>"])
def test_what_is_no_address_for_mail_is_refused(accounts: Accounts, mail: str) -> None:
    with pytest.raises(AccountRefused, match="no address"):
        accounts.invite("partner", "port-house", "Port House", mail=mail)
    assert accounts.everyone() == []


def test_who_signs_in_elsewhere_needs_an_invitation_and_has_no_password(accounts: Accounts) -> None:
    anna = f"{HOUSE} anna"
    with pytest.raises(LoginRefused, match="an invitation makes one"):
        accounts.sign_in_elsewhere(anna)
    accounts.join_elsewhere(accounts.invite("partner", "port-house", "Port House").secret, "anna", anna)
    assert accounts.sign_in_elsewhere(anna).account.slug == "port-house"
    assert accounts.standing("anna").is_elsewhere
    for password in ("elsewhere", "", PASSWORD):
        with pytest.raises(LoginRefused):
            accounts.sign_in("anna", password)
    again = accounts.invite("partner", "quay-peers", "Quay Peers").secret
    with pytest.raises(AccountRefused, match="an account here already"):
        accounts.join_elsewhere(again, "berta", anna)
    accounts.join_elsewhere(again, "berta", f"{HOUSE} berta")
    with pytest.raises(InvitationRefused):
        accounts.join_elsewhere(again, "carla", f"{HOUSE} carla")
    accounts.disable("anna")
    with pytest.raises(LoginRefused):
        accounts.sign_in_elsewhere(anna)
    with pytest.raises(LoginRefused):
        accounts.sign_in_elsewhere("")


def test_ledger_of_the_version_before_keeps_its_accounts(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with engine.begin() as connection:
        config = config_for(connection)
        command.upgrade(config, "first")
        values = {"name": "anna", "role": "partner", "slug": "port-house", "credit": "Port House", "password": "x"}
        columns = ", ".join([*values, "made", "failures"])
        held = ", ".join(f":{name}" for name in values)
        connection.execute(
            sa.text(f"INSERT INTO accounts ({columns}) VALUES ({held}, '2026-01-07T12:00:00.000000+00:00', 0)"), values
        )
    engine.dispose()
    with pytest.raises(LedgerUnavailable, match="p2p ledger upgrade"):
        Ledger.open(settings)
    ledger = Ledger.open(settings, upgrade=True)
    assert [(one.account.name, one.mail) for one in Accounts(ledger).standings()] == [("anna", "")]
    ledger.close()
