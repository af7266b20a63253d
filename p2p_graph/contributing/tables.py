"""The tables of the ledger, as they are after the last migration; SQLite and PostgreSQL have the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

__all__ = [
    "ACCOUNTS",
    "CLAIMS",
    "DRAFTS",
    "EVENTS",
    "HAPPENINGS",
    "INVITATIONS",
    "METADATA",
    "PAYLOADS",
    "SESSIONS",
    "SUBMISSIONS",
    "Moment",
]


class Moment(sa.types.TypeDecorator[datetime]):
    """A time in UTC to the microsecond, kept as text that sorts as time does; the same in every database."""

    impl = sa.String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        """As text. A time without a zone is a mistake of the caller."""
        if value is None:
            return None
        assert value.tzinfo is not None
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """As a time with its zone."""
        return datetime.fromisoformat(value) if value is not None else None


METADATA: Final = sa.MetaData()

#: texts by their hash: the canonical Turtle of what was sent
PAYLOADS: Final = sa.Table(
    "payloads",
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

#: one row for each number that was given; never changed
SUBMISSIONS: Final = sa.Table(
    "submissions",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("account", sa.String(64), nullable=False, index=True),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("replaces", sa.Integer, sa.ForeignKey("submissions.number")),
    sa.UniqueConstraint("account", "key"),
    sqlite_autoincrement=True,
)

#: what became of each submission, step by step; triggers refuse to change or remove a row
EVENTS: Final = sa.Table(
    "events",
    METADATA,
    sa.Column("number", sa.Integer, sa.ForeignKey("submissions.number"), primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
)

#: which submission an address of a thing belongs to, as long as it is waiting or accepted
CLAIMS: Final = sa.Table(
    "claims",
    METADATA,
    sa.Column("address", sa.String(400), primary_key=True),
    sa.Column("number", sa.Integer, sa.ForeignKey("submissions.number"), nullable=False, index=True),
)

#: what is typed and not yet sent; forgotten once it is
DRAFTS: Final = sa.Table(
    "drafts",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account", sa.String(64), nullable=False, index=True),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("changed", Moment, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
)

ACCOUNTS: Final = sa.Table(
    "accounts",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("slug", sa.String(64), nullable=False, unique=True),
    sa.Column("credit", sa.String(200), nullable=False),
    sa.Column("password", sa.String(300), nullable=False),
    sa.Column("made", Moment, nullable=False),
    sa.Column("disabled", Moment),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", Moment),
    #: where they may be written to, if they want to be; never shown to others
    sa.Column("mail", sa.String(254)),
    #: who they are in another house (OpenID Connect): its address and their name there
    sa.Column("identity", sa.String(600), unique=True),
)

#: links that make an account, or a new password; only the hash of their secret is kept
INVITATIONS: Final = sa.Table(
    "invitations",
    METADATA,
    sa.Column("secret", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(64)),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("slug", sa.String(64), nullable=False),
    sa.Column("credit", sa.String(200), nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("used", Moment),
    sa.Column("mail", sa.String(254)),
)

#: who is signed in; only the hash of the secret in the cookie is kept, and of the last one for a short while
SESSIONS: Final = sa.Table(
    "sessions",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("secret", sa.String(64), nullable=False, unique=True),
    sa.Column("last_secret", sa.String(64), index=True),
    sa.Column("account", sa.String(64), sa.ForeignKey("accounts.name"), nullable=False, index=True),
    sa.Column("form_key", sa.String(64), nullable=False),
    sa.Column("begun", Moment, nullable=False),
    sa.Column("turned", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
)

#: what was done with accounts: who, when, what; never changed
HAPPENINGS: Final = sa.Table(
    "happenings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("account", sa.String(64), nullable=False),
    sqlite_autoincrement=True,
)
