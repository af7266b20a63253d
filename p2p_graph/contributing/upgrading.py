"""Brings the tables of a ledger to this version, by the migrations beside this file (Alembic)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from p2p_graph.errors import LedgerUnavailable

__all__ = ["bring_up", "config_for"]

_FOLDER: Final = Path(__file__).parent / "migrations"
#: any number; all programs of ours that change the tables of one PostgreSQL database wait for it
_LOCK: Final = 7_280_118


def bring_up(engine: sa.Engine, upgrade: bool) -> None:
    """Makes the tables where there are none; those of an older version only with `upgrade`.

    Raises LedgerUnavailable with what to do for a ledger of another version.
    """
    config = config_for()
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        if _revision(connection) == script.get_current_head():
            return
    # Two programs may start at once: one makes the tables, the other waits and finds them made.
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        found = _revision(connection)
        if found == script.get_current_head():
            return
        if found is not None:
            _check(script, found, upgrade)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def config_for(connection: sa.Connection | None = None) -> Config:
    """What Alembic needs to find our migrations, and the connection on which it applies them."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check(script: ScriptDirectory, found: str, upgrade: bool) -> None:
    try:
        script.get_revision(found)
    except CommandError:
        sentence = f"A newer version of this program made the ledger ({found}): install that version or a later one."
        raise LedgerUnavailable(sentence) from None
    if not upgrade:
        sentence = "The ledger is from an earlier version: back it up, then run `p2p ledger upgrade`."
        raise LedgerUnavailable(sentence)
