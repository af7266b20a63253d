"""Accounts: links that work once, passwords that are not kept, lock-out, sessions that turn; on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from p2p_graph.contributing.accounts import Accounts, Rules
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.tables import METADATA
from p2p_graph.errors import AccountLocked, AccountRefused, InvitationRefused, LoginRefused

PASSWORD = "four words in a row"
#: as quick as Argon2 lets it be: the strength of hashes is not what is tried here
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """A time that a test moves on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        """Moves on."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(ledger: Ledger, clock: Clock) -> Accounts:
    return Accounts(ledger, clock, hasher=QUICK)


def _joined(accounts: Accounts, name: str = "anna", slug: str = "port-house", role: str = "partner") -> str:
    invited = accounts.invite(role, slug, "Port House")
    accounts.join(invited.secret, name, PASSWORD)
    return name


def test_invitation_makes_one_account_that_can_sign_in(accounts: Accounts) -> None:
    invited = accounts.invite("partner", "port-house", " Port House ")
    assert accounts.invitation(invited.secret).credit == "Port House"
    account = accounts.join(invited.secret, "anna", PASSWORD)
    assert (account.name, account.role, account.slug, account.credit) == ("anna", "partner", "port-house", "Port House")
    with pytest.raises(InvitationRefused, match="used already"):
        accounts.join(invited.secret, "berta", PASSWORD)
    signed_in = accounts.sign_in("anna", PASSWORD)
    assert signed_in.account == account
    found = accounts.session(signed_in.secret)
    assert found is not None
    assert (found.account, found.form_key, found.secret) == (account, signed_in.form_key, "")
    accounts.sign_out(signed_in.secret)
    assert accounts.session(signed_in.secret) is None


def test_invitation_that_is_too_old_or_unknown_is_refused(accounts: Accounts, clock: Clock) -> None:
    invited = accounts.invite("partner", "port-house", "Port House")
    clock.later(days=15)
    for secret in (invited.secret, "guessed", ""):
        with pytest.raises(InvitationRefused):
            accounts.join(secret, "anna", PASSWORD)
    assert accounts.everyone() == []


def test_one_invitation_used_by_many_at_once_makes_one_account(accounts: Accounts) -> None:
    secret = accounts.invite("partner", "port-house", "Port House").secret
    told: list[str] = []

    def join(name: str) -> None:
        try:
            told.append(accounts.join(secret, name, PASSWORD).name)
        except (InvitationRefused, AccountRefused):
            told.append("")

    threads = [threading.Thread(target=join, args=(f"anna{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len([name for name in told if name]) == 1
    assert len(accounts.everyone()) == 1


@pytest.mark.parametrize("slug", ["port-house", "port", "port-house-annex"])
def test_no_slug_begins_another(accounts: Accounts, slug: str) -> None:
    _joined(accounts)
    with pytest.raises(AccountRefused, match="too near to “port-house”"):
        accounts.invite("partner", slug, "Another House")
    assert accounts.invite("partner", "porthouse", "Another House").slug == "porthouse"


@pytest.mark.parametrize(
    ("role", "slug", "credit"),
    [
        ("queen", "port", "Port"),
        ("partner", "Port", "Port"),
        ("partner", "-port", "Port"),
        ("partner", "p" * 41, "Port"),
        ("partner", "port", " "),
        ("partner", "port", "Port\nHouse"),
    ],
)
def test_invitation_of_no_sense_is_refused(accounts: Accounts, role: str, slug: str, credit: str) -> None:
    with pytest.raises(AccountRefused):
        accounts.invite(role, slug, credit)


@pytest.mark.parametrize("name", ["", "ab", "Anna", "anna k", "operator", "steward", "a" * 65, "anna\n"])
def test_name_of_no_sense_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountRefused) as caught:
        accounts.join(accounts.invite("partner", "port", "Port").secret, name, PASSWORD)
    assert caught.value.values["field"] == "name"


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaaaaa", "my name is anna."])
def test_password_that_is_easily_guessed_is_refused(accounts: Accounts, password: str) -> None:
    secret = accounts.invite("partner", "port", "Port").secret
    with pytest.raises(AccountRefused) as caught:
        accounts.join(secret, "anna", password)
    assert caught.value.values["field"] == "password"
    assert accounts.join(secret, "anna", PASSWORD).name == "anna"


def test_wrong_name_and_wrong_password_are_told_alike(accounts: Accounts) -> None:
    _joined(accounts)
    told = []
    for name, password in (("anna", "something else here"), ("nobody", PASSWORD), ("anna", "")):
        with pytest.raises(LoginRefused) as caught:
            accounts.sign_in(name, password)
        told.append(str(caught.value))
    assert len(set(told)) == 1


def test_too_many_wrong_passwords_lock_a_name_for_a_while_and_longer_each_time(
    accounts: Accounts, clock: Clock
) -> None:
    _joined(accounts)
    for _ in range(Rules().failures):
        with pytest.raises(LoginRefused):
            accounts.sign_in("anna", "something else here")
    with pytest.raises(AccountLocked, match="try again in 5 minutes") as caught:
        accounts.sign_in("anna", PASSWORD)
    assert caught.value.values["seconds"] == 301
    clock.later(minutes=5, seconds=1)
    with pytest.raises(LoginRefused):
        accounts.sign_in("anna", "something else here")
    clock.later(minutes=9)
    with pytest.raises(AccountLocked):
        accounts.sign_in("anna", PASSWORD)
    clock.later(minutes=2)
    assert accounts.sign_in("anna", PASSWORD).account.name == "anna"
    with pytest.raises(LoginRefused):
        accounts.sign_in("anna", "something else here")
    assert accounts.sign_in("anna", PASSWORD).account.name == "anna"


def test_many_guesses_at_once_cannot_outrun_the_lock(accounts: Accounts) -> None:
    _joined(accounts)
    told: list[type[Exception]] = []

    def guess(number: int) -> None:
        try:
            accounts.sign_in("anna", f"guess number {number}")
        except (LoginRefused, AccountLocked) as reason:
            told.append(type(reason))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(told) == 24
    assert told.count(LoginRefused) == Rules().failures


def test_reset_sets_a_new_password_once_opens_the_lock_and_ends_sessions(accounts: Accounts) -> None:
    _joined(accounts)
    secret = accounts.sign_in("anna", PASSWORD).secret
    for _ in range(Rules().failures):
        with pytest.raises(LoginRefused):
            accounts.sign_in("anna", "something else here")
    link = accounts.reset("anna")
    assert link.account == "anna"
    assert accounts.set_password(link.secret, "another four words now").name == "anna"
    assert accounts.session(secret) is None
    assert accounts.sign_in("anna", "another four words now").account.name == "anna"
    with pytest.raises(InvitationRefused):
        accounts.set_password(link.secret, "a third four words now")
    with pytest.raises(AccountRefused, match="There is no account “nobody”"):
        accounts.reset("nobody")


def test_link_of_one_kind_does_not_do_for_the_other(accounts: Accounts) -> None:
    _joined(accounts)
    with pytest.raises(InvitationRefused, match="for a new password"):
        accounts.join(accounts.reset("anna").secret, "berta", PASSWORD)
    with pytest.raises(InvitationRefused, match="for a new account"):
        accounts.set_password(accounts.invite("partner", "quay", "Quay").secret, PASSWORD)


def test_session_gets_another_secret_and_the_last_one_holds_a_minute(accounts: Accounts, clock: Clock) -> None:
    _joined(accounts)
    first = accounts.sign_in("anna", PASSWORD)
    clock.later(minutes=21)
    turned = accounts.session(first.secret)
    assert turned is not None
    assert turned.secret not in ("", first.secret)
    assert turned.form_key == first.form_key
    late = accounts.session(first.secret)
    assert late is not None
    assert late.secret == ""
    clock.later(minutes=2)
    assert accounts.session(first.secret) is None
    again = accounts.session(turned.secret)
    assert again is not None
    assert again.account.name == "anna"


def test_session_ends_when_idle_or_old(accounts: Accounts, clock: Clock) -> None:
    _joined(accounts)
    secret = accounts.sign_in("anna", PASSWORD).secret
    clock.later(hours=13)
    assert accounts.session(secret) is None
    secret = accounts.sign_in("anna", PASSWORD).secret
    for _ in range(40):
        clock.later(hours=10)
        found = accounts.session(secret)
        if found is None:
            break
        secret = found.secret or secret
    else:
        pytest.fail("a session in use never ended")
    assert accounts.session("") is None


def test_closed_account_is_out_at_once_and_can_be_opened_again(accounts: Accounts) -> None:
    _joined(accounts)
    secret = accounts.sign_in("anna", PASSWORD).secret
    assert accounts.disable("anna").is_disabled
    assert accounts.session(secret) is None
    with pytest.raises(LoginRefused):
        accounts.sign_in("anna", PASSWORD)
    accounts.disable("anna", again=True)
    assert accounts.sign_in("anna", PASSWORD).account.name == "anna"


def test_no_secret_stands_in_the_ledger_and_what_was_done_is_recorded(accounts: Accounts, ledger: Ledger) -> None:
    invited = accounts.invite("partner", "port-house", "Port House")
    accounts.join(invited.secret, "anna", PASSWORD)
    signed_in = accounts.sign_in("anna", PASSWORD)
    link = accounts.reset("anna")
    with ledger.reading() as entries:
        kept = [
            str(value)
            for table in METADATA.tables.values()
            for row in entries.connection.execute(sa.select(table))
            for value in row
        ]
        done = entries.connection.execute(sa.text("SELECT kind, account FROM happenings ORDER BY id")).all()
    for secret in (invited.secret, signed_in.secret, link.secret, PASSWORD):
        assert [value for value in kept if secret in value] == []
        assert secret not in repr((invited, signed_in, link))
    assert [value for value in kept if value.startswith("$argon2id$")] != []
    assert [tuple(row) for row in done] == [("invite", "port-house"), ("join", "anna"), ("reset", "anna")]


def test_hash_is_made_anew_where_it_is_weaker_than_today(ledger: Ledger, clock: Clock) -> None:
    _joined(Accounts(ledger, clock, hasher=QUICK))
    stronger = Accounts(ledger, clock, hasher=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    stronger.sign_in("anna", PASSWORD)
    with ledger.reading() as entries:
        kept = entries.connection.scalar(sa.select(METADATA.tables["accounts"].c.password))
    assert "m=16,t=2" in kept
    assert stronger.sign_in("anna", PASSWORD).account.name == "anna"
