"""The first tables, and the triggers that refuse to change what happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "first"
down_revision = None

_NEVER_CHANGED = ("events", "submissions", "happenings", "payloads")


def upgrade() -> None:
    """Makes all tables of the first version."""
    _texts_and_submissions()
    _accounts()
    _never_changed()


def _texts_and_submissions() -> None:
    op.create_table(
        "payloads",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "submissions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("account", sa.String(64), nullable=False, index=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("replaces", sa.Integer, sa.ForeignKey("submissions.number")),
        sa.UniqueConstraint("account", "key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, sa.ForeignKey("submissions.number"), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_table(
        "claims",
        sa.Column("address", sa.String(400), primary_key=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("submissions.number"), nullable=False, index=True),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(64), nullable=False, index=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("changed", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False, unique=True),
        sa.Column("credit", sa.String(200), nullable=False),
        sa.Column("password", sa.String(300), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.Column("disabled", sa.String(32)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.String(32)),
    )
    op.create_table(
        "invitations",
        sa.Column("secret", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("credit", sa.String(200), nullable=False),
        sa.Column("expires", sa.String(32), nullable=False),
        sa.Column("used", sa.String(32)),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False, unique=True),
        sa.Column("last_secret", sa.String(64), index=True),
        sa.Column("account", sa.String(64), sa.ForeignKey("accounts.name"), nullable=False, index=True),
        sa.Column("form_key", sa.String(64), nullable=False),
        sa.Column("begun", sa.String(32), nullable=False),
        sa.Column("turned", sa.String(32), nullable=False),
        sa.Column("seen", sa.String(32), nullable=False),
    )
    op.create_table(
        "happenings",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )


def _never_changed() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION p2p_never_changed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'what happened is never changed'; END $$"
        )
        for table in _NEVER_CHANGED:
            op.execute(
                f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION p2p_never_changed()"
            )
        return
    for table in _NEVER_CHANGED:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_never_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END"
            )
