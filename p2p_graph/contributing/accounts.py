"""Accounts of partners, stewards and operators: invitations, passwords (Argon2), lock-out, and who is signed in.

Secrets of links and of sessions are random; only their hashes are kept, so that a stolen copy of the ledger lets nobody
in. What is done with accounts is recorded: who, when, what.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from p2p_graph.contributing.ledger import Entries, Ledger
from p2p_graph.contributing.roles import OPERATOR, ROLES, Account
from p2p_graph.contributing.tables import ACCOUNTS, HAPPENINGS, INVITATIONS, SESSIONS
from p2p_graph.errors import AccountLocked, AccountRefused, InvitationRefused, LoginRefused
from p2p_graph.message import Message

__all__ = ["Accounts", "Invitation", "Rules", "SignedIn", "Standing"]

_NAME: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAIL: Final = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?\.[A-Za-z]{2,63}")
#: in the place of a password, of those who sign in elsewhere; no password has this hash
_NO_PASSWORD: Final = "elsewhere"


@dataclass(frozen=True, slots=True)
class Rules:
    """How long things hold, and how many wrong passwords there may be."""

    #: wrong passwords before a name is locked, and for how long; twice as long each further time, up to a day
    failures: int = 8
    locked: timedelta = timedelta(minutes=5)
    invitation: timedelta = timedelta(days=14)
    reset: timedelta = timedelta(days=1)
    #: without a request, and in all
    idle: timedelta = timedelta(hours=12)
    session: timedelta = timedelta(days=14)
    #: after which a session gets another secret; and how long the last one holds yet, for requests on their way
    turn: timedelta = timedelta(minutes=20)
    overlap: timedelta = timedelta(minutes=1)
    shortest: int = 12
    longest: int = 200


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link to be handed over: its secret is told this once. `account` is set where it is for a new password."""

    secret: str = field(repr=False)
    role: str
    slug: str
    credit: str
    expires: datetime
    account: str = ""
    mail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as its operator sees it: since when it is there, until when it is locked after wrong passwords, where
    it may be written to, and whether it signs in elsewhere.
    """

    account: Account
    made: datetime
    locked_until: datetime | None
    mail: str = field(repr=False)
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: whose it is, the key that forms carry (against forged requests), and a new secret for the cookie
    where it was turned just now, else empty.
    """

    account: Account
    form_key: str = field(repr=False)
    secret: str = field(default="", repr=False)


class Accounts:
    """All accounts of a ledger. Threads share it."""

    def __init__(
        self,
        ledger: Ledger,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rules: Rules | None = None,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._ledger, self._now, self._rules = ledger, now, rules or Rules()
        self._hasher = hasher or PasswordHasher()
        # A hash takes 64 MiB: more than two at a time would let a few clients fill a small server's memory.
        self._door = threading.BoundedSemaphore(2)
        self._nobody = self._hash(secrets.token_hex(16))

    # Invitations

    def invite(self, role: str, slug: str, credit: str, by: Account = OPERATOR, *, mail: str = "") -> Invitation:
        """A link that makes one account. `slug` will begin the addresses of what it describes, `credit` is the name
        of the organisation that is given as the source, `mail` is where it may be written to. Raises AccountRefused.
        """
        _check_role(role)
        _check_mail(mail)
        if not _SLUG.fullmatch(slug) or len(slug) > 40:
            raise _refused("slug", "The beginning of addresses is small letters and digits, joined by hyphens.")
        if not 2 <= len(credit.strip()) <= 200 or not credit.isprintable():
            raise _refused("credit", "Give the name of the organisation, in up to 200 signs.")
        secret, moment = secrets.token_urlsafe(32), self._now()
        with self._ledger.writing() as entries:
            entries.only_one("accounts")
            self._check_slug(entries, slug)
            expires = moment + self._rules.invitation
            values = {"role": role, "slug": slug, "credit": credit.strip(), "expires": expires, "mail": mail or None}
            entries.connection.execute(sa.insert(INVITATIONS).values(secret=_hidden(secret), **values))
            self._record(entries, by, "invite", slug)
        return Invitation(secret, role, slug, credit.strip(), expires, mail=mail)

    def invitation(self, secret: str) -> Invitation:
        """What a link is for. Raises InvitationRefused for one that was used, or is too old."""
        with self._ledger.reading() as entries:
            return self._invitation(entries, secret)

    def join(self, secret: str, name: str, password: str, *, mail: str = "") -> Account:
        """Makes the account of an invitation. Raises InvitationRefused or AccountRefused."""
        self._check_name(name)
        self._check_password(password, name)
        _check_mail(mail)
        return self._join(secret, name, mail, {"password": self._hash(password)})

    def join_elsewhere(self, secret: str, name: str, identity: str, *, mail: str = "") -> Account:
        """Makes the account of an invitation for somebody who signs in elsewhere: `identity` is the address of that
        house and their name there. Raises InvitationRefused or AccountRefused.
        """
        self._check_name(name)
        _check_mail(mail)
        return self._join(secret, name, mail, {"password": _NO_PASSWORD, "identity": identity})

    def _join(self, secret: str, name: str, mail: str, known_by: dict[str, str]) -> Account:
        with self._ledger.writing() as entries:
            entries.only_one("accounts")
            found = self._invitation(entries, secret)
            if found.account:
                raise InvitationRefused("This link is for a new password, not for a new account.")
            if self._row(entries, name) is not None:
                raise _refused("name", Message("The name {name} is taken: choose another.", name=name))
            if self._by_identity(entries, known_by.get("identity", "")) is not None:
                raise _refused("identity", "You have an account here already: sign in with it.")
            self._check_slug(entries, found.slug)
            account = Account(name, found.role, found.slug, found.credit)
            values = {**known_by, "made": self._now(), "failures": 0, "mail": mail or found.mail or None}
            known = {"name": name, "role": found.role, "slug": found.slug, "credit": found.credit}
            entries.connection.execute(sa.insert(ACCOUNTS).values(**known, **values))
            self._use(entries, secret)
            self._record(entries, account, "join", name)
        return account

    def reset(self, name: str, by: Account = OPERATOR) -> Invitation:
        """A link that sets a new password for an account. Raises AccountRefused for a name that is not there."""
        secret, expires = secrets.token_urlsafe(32), self._now() + self._rules.reset
        with self._ledger.writing() as entries:
            account = self._there(entries, name)
            known = {"role": account.role, "slug": account.slug, "credit": account.credit}
            values = {"secret": _hidden(secret), "account": name, "expires": expires}
            entries.connection.execute(sa.insert(INVITATIONS).values(**known, **values))
            self._record(entries, by, "reset", name)
        return Invitation(secret, **known, expires=expires, account=name)

    def set_password(self, secret: str, password: str) -> Account:
        """Sets the password that a link of `reset` allows; ends all sessions, and opens a locked account."""
        name = self.invitation(secret).account
        self._check_password(password, name)
        hashed = self._hash(password)
        with self._ledger.writing() as entries:
            found = self._invitation(entries, secret)
            if not found.account:
                raise InvitationRefused("This link is for a new account, not for a new password.")
            account = self._there(entries, found.account)
            values = {"password": hashed, "failures": 0, "locked_until": None}
            entries.connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.name == account.name).values(**values))
            entries.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == account.name))
            self._use(entries, secret)
            self._record(entries, account, "password", account.name)
        return account

    # Operators

    def everyone(self) -> list[Account]:
        """All accounts, by name."""
        with self._ledger.reading() as entries:
            rows = entries.connection.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.name))
            return [_account(row) for row in rows]

    def get(self, name: str) -> Account:
        """One account. Raises AccountRefused for a name that is not there."""
        with self._ledger.reading() as entries:
            return self._there(entries, name)

    def standings(self) -> list[Standing]:
        """All accounts as their operator sees them, by name."""
        moment = self._now()
        with self._ledger.reading() as entries:
            rows = entries.connection.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.name)).all()
        return [_standing(row, moment) for row in rows]

    def standing(self, name: str) -> Standing:
        """One account as its operator sees it. Raises AccountRefused for a name that is not there."""
        with self._ledger.reading() as entries:
            self._there(entries, name)
            row = self._row(entries, name)
        assert row is not None
        return _standing(row, self._now())

    def disable(self, name: str, by: Account = OPERATOR, *, again: bool = False) -> Account:
        """Closes an account and ends its sessions; what it sent stays. With `again` it is opened again, also where
        wrong passwords had locked it.
        """
        closed: dict[str, object] = {"disabled": None, "failures": 0, "locked_until": None}
        with self._ledger.writing() as entries:
            self._there(entries, name)
            values = closed if again else {"disabled": self._now()}
            entries.connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(**values))
            if not again:
                entries.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == name))
            self._record(entries, by, "enable" if again else "disable", name)
            return self._there(entries, name)

    def set_role(self, name: str, role: str, by: Account = OPERATOR) -> Account:
        """Gives an account another role, and ends its sessions. Raises AccountRefused."""
        _check_role(role)
        with self._ledger.writing() as entries:
            self._there(entries, name)
            entries.connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(role=role))
            entries.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == name))
            self._record(entries, by, f"role {role}", name)
            return self._there(entries, name)

    def set_mail(self, by: Account, mail: str) -> None:
        """Where somebody may be written to; empty for nowhere. Raises AccountRefused."""
        _check_mail(mail)
        with self._ledger.writing() as entries:
            mine = sa.update(ACCOUNTS).where(ACCOUNTS.c.name == by.name)
            entries.connection.execute(mine.values(mail=mail or None))
            self._record(entries, by, "mail", by.name)

    def mail_of(self, name: str) -> str:
        """Where an account may be written to; empty for one that is closed, does not want it or is not there."""
        with self._ledger.reading() as entries:
            row = self._row(entries, name)
        return row.mail or "" if row is not None and row.disabled is None else ""

    # Signing in

    def sign_in(self, name: str, password: str) -> SignedIn:
        """Begins a session: its `secret` goes into the cookie.

        Raises AccountLocked, or LoginRefused, which does not tell whether the name or the password is wrong, nor by
        the time it takes.
        """
        moment = self._now()
        known, name = self._try(name, moment), name[:64]
        is_right = self._is_password(known.password if known is not None else self._nobody, password)
        if known is None or not is_right or known.disabled is not None:
            raise LoginRefused("There is no account with this name and password.")
        with self._ledger.writing() as entries:
            values: dict[str, object] = {"failures": 0, "locked_until": None}
            if self._hasher.check_needs_rehash(known.password):
                values["password"] = self._hash(password)
            entries.connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(**values))
            return self._begin(entries, _account(known), moment)

    def sign_in_elsewhere(self, identity: str) -> SignedIn:
        """Begins a session for who proved in another house who they are. Raises LoginRefused."""
        with self._ledger.writing() as entries:
            known = self._by_identity(entries, identity)
            if known is None or known.disabled is not None:
                raise LoginRefused("Nobody has an account here under this sign-in: an invitation makes one.")
            return self._begin(entries, _account(known), self._now())

    def _begin(self, entries: Entries, account: Account, moment: datetime) -> SignedIn:
        secret, id, form_key = secrets.token_urlsafe(32), secrets.token_hex(16), secrets.token_urlsafe(32)
        self._forget_old(entries, moment)
        values = {"id": id, "secret": _hidden(secret), "account": account.name, "form_key": form_key}
        times = {"begun": moment, "turned": moment, "seen": moment}
        entries.connection.execute(sa.insert(SESSIONS).values(**values, **times))
        return SignedIn(account, form_key, secret)

    def session(self, secret: str) -> SignedIn | None:
        """Who is signed in by the secret of a cookie, or None. Where its time has come the session gets a new secret,
        which has to go into the cookie; the one before holds for a minute yet.
        """
        moment, hidden = self._now(), _hidden(secret)
        with self._ledger.reading() as entries:
            row = self._session(entries, hidden, moment)
        if row is None:
            return None
        account = _account(row)
        is_due = row.secret == hidden and moment - row.turned >= self._rules.turn
        # the last use is kept to the minute: a write for each request would be too many
        if not is_due and moment - row.seen < timedelta(minutes=1):
            return SignedIn(account, row.form_key)
        turned = secrets.token_urlsafe(32) if is_due else ""
        with self._ledger.writing() as entries:
            values: dict[str, object] = {"seen": moment}
            if is_due:
                values |= {"secret": _hidden(turned), "last_secret": hidden, "turned": moment}
            change = sa.update(SESSIONS).where(SESSIONS.c.id == row.id, SESSIONS.c.secret == row.secret)
            if not entries.connection.execute(change.values(**values)).rowcount:
                turned = ""  # another request turned it in the same moment, and brings the new secret
        return SignedIn(account, row.form_key, turned)

    def sign_out(self, secret: str) -> None:
        """Ends a session."""
        hidden = _hidden(secret)
        with self._ledger.writing() as entries:
            mine = (SESSIONS.c.secret == hidden) | (SESSIONS.c.last_secret == hidden)
            entries.connection.execute(sa.delete(SESSIONS).where(mine))

    # Within

    def _try(self, name: str, moment: datetime) -> sa.Row[tuple[object, ...]] | None:
        """Counts an attempt before it is made, so that many at once cannot outrun the lock."""
        rules = self._rules
        with self._ledger.writing() as entries:
            mine = ACCOUNTS.c.name == name[:64]
            row = entries.connection.execute(sa.select(ACCOUNTS).where(mine).with_for_update()).one_or_none()
            if row is None:
                return None
            if row.locked_until is not None and row.locked_until > moment:
                seconds = int((row.locked_until - moment).total_seconds()) + 1
                sentence = "Too many wrong passwords: try again in {minutes} minutes, or ask the operator."
                raise AccountLocked(Message(sentence, minutes=max(1, seconds // 60)), seconds=seconds)
            failures = row.failures + 1
            values: dict[str, object] = {"failures": failures}
            if failures >= rules.failures:
                longer = 2 ** min(failures - rules.failures, 10)
                values["locked_until"] = moment + min(rules.locked * longer, timedelta(days=1))
            entries.connection.execute(sa.update(ACCOUNTS).where(mine).values(**values))
            return row

    def _session(self, entries: Entries, hidden: str, moment: datetime) -> sa.Row[tuple[object, ...]] | None:
        rules = self._rules
        asked = sa.select(SESSIONS, ACCOUNTS).join(ACCOUNTS, ACCOUNTS.c.name == SESSIONS.c.account)
        known = asked.where((SESSIONS.c.secret == hidden) | (SESSIONS.c.last_secret == hidden))
        row = entries.connection.execute(known).one_or_none()
        if row is None or row.disabled is not None:
            return None
        if moment - row.begun > rules.session or moment - row.seen > rules.idle:
            return None
        return None if row.secret != hidden and moment - row.turned > rules.overlap else row

    def _forget_old(self, entries: Entries, moment: datetime) -> None:
        old = (SESSIONS.c.begun < moment - self._rules.session) | (SESSIONS.c.seen < moment - self._rules.idle)
        entries.connection.execute(sa.delete(SESSIONS).where(old))

    def _invitation(self, entries: Entries, secret: str) -> Invitation:
        asked = sa.select(INVITATIONS).where(INVITATIONS.c.secret == _hidden(secret))
        row = entries.connection.execute(asked).one_or_none()
        if row is None or row.used is not None or row.expires < self._now():
            raise InvitationRefused("This link was used already, or is too old: ask the operator for another.")
        return Invitation(secret, row.role, row.slug, row.credit, row.expires, row.account or "", row.mail or "")

    def _use(self, entries: Entries, secret: str) -> None:
        mine = (INVITATIONS.c.secret == _hidden(secret)) & INVITATIONS.c.used.is_(None)
        if not entries.connection.execute(sa.update(INVITATIONS).where(mine).values(used=self._now())).rowcount:
            raise InvitationRefused("This link was used already: ask the operator for another.")

    def _record(self, entries: Entries, by: Account, kind: str, account: str) -> None:
        values = {"at": self._now(), "by": by.name, "kind": kind, "account": account}
        entries.connection.execute(sa.insert(HAPPENINGS).values(**values))

    def _row(self, entries: Entries, name: str) -> sa.Row[tuple[object, ...]] | None:
        return entries.connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.name == name)).one_or_none()

    def _by_identity(self, entries: Entries, identity: str) -> sa.Row[tuple[object, ...]] | None:
        if not identity:
            return None
        asked = sa.select(ACCOUNTS).where(ACCOUNTS.c.identity == identity)
        return entries.connection.execute(asked).one_or_none()

    def _there(self, entries: Entries, name: str) -> Account:
        row = self._row(entries, name)
        if row is None:
            raise _refused("name", Message("There is no account “{name}”: see that it is spelt right.", name=name[:64]))
        return _account(row)

    @staticmethod
    def _check_slug(entries: Entries, slug: str) -> None:
        """No slug begins another, or one partner's addresses could be those of the other."""
        for (other,) in entries.connection.execute(sa.select(ACCOUNTS.c.slug)):
            if f"{slug}-".startswith(f"{other}-") or f"{other}-".startswith(f"{slug}-"):
                sentence = "“{slug}” is too near to “{other}”, which is taken: choose another."
                raise _refused("slug", Message(sentence, slug=slug, other=other))

    @staticmethod
    def _check_name(name: str) -> None:
        if not _NAME.fullmatch(name) or not 3 <= len(name) <= 64 or name in ("steward", OPERATOR.name):
            sentence = "A name has 3 to 64 small letters and digits, which a point, hyphen or line may join."
            raise _refused("name", sentence)

    def _check_password(self, password: str, name: str) -> None:
        rules = self._rules
        if not rules.shortest <= len(password) <= rules.longest:
            sentence = "A password has {shortest} to {longest} signs: four words in a row are a good one."
            raise _refused("password", Message(sentence, shortest=rules.shortest, longest=rules.longest))
        if len(set(password)) < 5 or (name and name in password.lower()):
            raise _refused("password", "This password is easily guessed: take four words that do not belong together.")

    def _hash(self, password: str) -> str:
        with self._door:
            return self._hasher.hash(password)

    def _is_password(self, hashed: str, password: str) -> bool:
        try:
            with self._door:
                return self._hasher.verify(hashed, password[: self._rules.longest])
        except (VerificationError, InvalidHashError):
            return False


def _account(row: sa.Row[tuple[object, ...]]) -> Account:
    return Account(row.name, row.role, row.slug, row.credit, row.disabled is not None)


def _standing(row: sa.Row[tuple[object, ...]], moment: datetime) -> Standing:
    until = row.locked_until if row.locked_until is not None and row.locked_until > moment else None
    return Standing(_account(row), row.made, until, row.mail or "", row.identity is not None)


def _check_role(role: str) -> None:
    if role not in ROLES:
        sentence = "There is no role “{role}”: choose one of {roles}."
        raise _refused("role", Message(sentence, role=role[:20], roles=", ".join(ROLES)))


def _check_mail(mail: str) -> None:
    if mail and (len(mail) > 254 or not mail.isprintable() or not _MAIL.fullmatch(mail)):
        raise _refused("mail", "This is no address for e-mail: one looks like name@example.org.")


def _hidden(secret: str) -> str:
    """A random secret needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _refused(field: str, sentence: Message | str) -> AccountRefused:
    return AccountRefused(sentence, field=field)
