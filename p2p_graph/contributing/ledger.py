"""The ledger: what partners sent and what was decided, in SQLite or PostgreSQL. Events are added, never changed.

    <home>/ledger.sqlite        the default; P2P_LEDGER=postgresql+psycopg://… puts it into PostgreSQL

What `writing()` ends without an error is on disk: SQLite waits for the disk at each commit (WAL, synchronous=FULL),
PostgreSQL does so unless told otherwise, and it is told here. Texts are kept once, under the hash of what they say.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from p2p_graph.config import Settings
from p2p_graph.contributing.tables import CLAIMS, DRAFTS, EVENTS, METADATA, PAYLOADS, SUBMISSIONS
from p2p_graph.errors import LedgerUnavailable, NotWritable, SettingsError, StepRefused

__all__ = ["Draft", "Entries", "Event", "Ledger", "digest_of", "location_of"]

#: seconds that one writer waits for another
_PATIENCE: Final = 30
_READING: Final = "p2p_reading"


def digest_of(text: str) -> str:
    """The hash by which a text is kept: SHA-256, in hexadecimal digits.

    >>> digest_of("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def location_of(settings: Settings) -> str:
    """Where the ledger is: what P2P_LEDGER says, or a file in the home.

    >>> location_of(Settings(home=Path("/srv/p2p")))
    'sqlite:////srv/p2p/ledger.sqlite'
    """
    return settings.ledger or f"sqlite:///{settings.home.absolute() / 'ledger.sqlite'}"


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a submission: who did what, when, and what state it is in since."""

    number: int
    #: counts from 1 within the submission
    step: int
    at: datetime
    #: the name of the account
    by: str
    #: submit, correct, accept, ask, refuse, withdraw, supersede
    kind: str
    #: the state after it
    state: str
    reason: str = ""
    #: the hash of the text that the submission has since; empty for a step that brought none
    digest: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has typed and not yet sent: values by field, whatever the form calls them."""

    id: str
    account: str
    title: str
    changed: datetime
    values: Mapping[str, Any] = field(repr=False)


class Ledger:
    """An open ledger. Threads and processes may use one at the same time."""

    def __init__(self, engine: sa.Engine, path: Path | None) -> None:
        self._engine, self._path = engine, path

    @classmethod
    def open(cls, settings: Settings, *, upgrade: bool = False) -> Ledger:
        """The ledger of an installation, made if there is none yet.

        `upgrade` brings the tables of an older one to this version. Raises LedgerUnavailable with what to do where
        they are of another version, or where it cannot be reached; SettingsError for a P2P_LEDGER that is neither.
        """
        from p2p_graph.contributing.upgrading import bring_up

        location = location_of(settings)
        path = Path(location.removeprefix("sqlite:///")) if location.startswith("sqlite:///") else None
        ledger = cls(_engine(location, path), path)
        try:
            with ledger._told():
                bring_up(ledger._engine, upgrade)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def close(self) -> None:
        """Lets go of all connections."""
        self._engine.dispose()

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextlib.contextmanager
    def writing(self) -> Iterator[Entries]:
        """A change: all of it is on disk when it ends, or, if it ends in an error, nothing of it is there.

        Raises StepRefused where somebody else took the same step first, NotWritable for a full or read-only disk.
        """
        with self._told(), self._engine.begin() as connection:
            yield Entries(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Entries]:
        """A look at one state of the ledger."""
        with self._told(), self._engine.connect() as plain:
            # one option for SQLite, whose writers take the lock at once, one for PostgreSQL
            known: dict[str, Any] = {_READING: True}
            if self.kind == "postgresql":
                known["isolation_level"] = "REPEATABLE READ"
            yield Entries(plain.execution_options(**known))

    def copy_to(self, path: Path) -> None:
        """A copy of a ledger in a file of SQLite as it is now, while others write on; of one in PostgreSQL too, row by
        row as it is at one moment, so that the copy can be brought back into either.
        """
        if self._path is not None:
            with (
                contextlib.closing(sqlite3.connect(self._path)) as one,
                contextlib.closing(sqlite3.connect(path)) as other,
            ):
                one.backup(other)
                # a file by itself, without a log beside it
                other.execute("PRAGMA journal_mode=DELETE")
            return
        copy = Ledger.open(Settings(home=path.parent, ledger=f"sqlite:///{path.absolute()}"))
        try:
            with self.reading() as entries, copy.writing() as others:
                _copy_rows(entries.connection, others.connection)
        finally:
            copy.close()

    def fill_from(self, path: Path) -> None:
        """Puts all rows of a copy into this ledger. Raises LedgerUnavailable where it holds something already."""
        copy = Ledger.open(Settings(home=path.parent, ledger=f"sqlite:///{path.absolute()}"), upgrade=True)
        try:
            with copy.reading() as others, self.writing() as entries:
                if any(
                    entries.connection.scalar(sa.select(sa.func.count()).select_from(t))
                    for t in METADATA.tables.values()
                ):
                    sentence = "The ledger is not empty: bring the backup back into an empty one."
                    raise LedgerUnavailable(sentence)
                _copy_rows(others.connection, entries.connection)
        finally:
            copy.close()

    def compact(self) -> None:
        """Gives back the room of what was removed, so that the files of the database hold nothing of it any more."""
        with self._told(), self._engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT", **{_READING: True})
            if self.kind == "postgresql":
                connection.execute(sa.text("VACUUM FULL"))
                return
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.rollback()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database in our words."""
        try:
            yield
        except IntegrityError as reason:
            raise StepRefused(
                "Somebody else did this in the same moment: look at it again.", number=0, state=""
            ) from reason
        except SQLAlchemyError as reason:
            raise _explained(reason, str(self._path or "PostgreSQL")) from reason


class Entries:
    """What can be read and written within one change or one look; `connection` is for the tables of accounts."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    # Texts

    def keep(self, text: str) -> str:
        """Keeps a text and gives its hash; one that is there already is not kept twice."""
        digest = digest_of(text)
        if self.connection.scalar(sa.select(PAYLOADS.c.digest).where(PAYLOADS.c.digest == digest)) is None:
            self._insert_unless_there(PAYLOADS, digest=digest, content=text)
        return digest

    def text(self, digest: str) -> str:
        """The text of a hash. Raises LedgerUnavailable where it is missing or not what was written."""
        found = self.connection.scalar(sa.select(PAYLOADS.c.content).where(PAYLOADS.c.digest == digest))
        if found is None or digest_of(found) != digest:
            raise LedgerUnavailable(f"The ledger is damaged: the text {digest[:12]} is not what was written.")
        return str(found)

    # Submissions

    def begin(self, account: str, key: str, replaces: int | None) -> int:
        """A new number, never used before. `key` is one that the sender chose, for being sent twice is one sending."""
        made = sa.insert(SUBMISSIONS).values(account=account, key=key, replaces=replaces)
        found = self.connection.execute(made).inserted_primary_key
        assert found is not None
        return int(found[0])

    def only_one(self, account: str) -> None:
        """Until this change ends, no other one of the account goes on from here; SQLite has one writer anyhow."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(account))))

    def number_of_key(self, account: str, key: str) -> int | None:
        """The submission that an account sent under a key."""
        asked = sa.select(SUBMISSIONS.c.number).where(SUBMISSIONS.c.account == account, SUBMISSIONS.c.key == key)
        return self.connection.scalar(asked)

    def sender(self, number: int, hold: bool = False) -> tuple[str, int | None] | None:
        """Who sent a submission, and which one it replaces. With `hold` others that hold it wait until the end."""
        asked = sa.select(SUBMISSIONS.c.account, SUBMISSIONS.c.replaces).where(SUBMISSIONS.c.number == number)
        found = self.connection.execute(asked.with_for_update() if hold else asked).one_or_none()
        return (found.account, found.replaces) if found else None

    def senders(self) -> dict[int, tuple[str, int | None]]:
        """Who sent each submission, and which one it replaces."""
        asked = sa.select(SUBMISSIONS.c.number, SUBMISSIONS.c.account, SUBMISSIONS.c.replaces)
        return {row.number: (row.account, row.replaces) for row in self.connection.execute(asked)}

    def add(self, event: Event) -> None:
        """Adds a step. Two of the same number and step cannot be: the later one fails."""
        values = {name: getattr(event, name) for name in Event.__slots__} | {"data": dict(event.data)}
        self.connection.execute(sa.insert(EVENTS).values(**values))

    def events(self, number: int) -> list[Event]:
        """The steps of a submission in their order."""
        asked = sa.select(EVENTS).where(EVENTS.c.number == number).order_by(EVENTS.c.step)
        return [_event(row) for row in self.connection.execute(asked).mappings()]

    def latest(self, states: Iterable[str] = (), account: str = "") -> list[Event]:
        """The last step of each submission, by number; of those in some states, or of one sender, if given."""
        last = sa.select(EVENTS.c.number, sa.func.max(EVENTS.c.step).label("step")).group_by(EVENTS.c.number).subquery()
        asked = sa.select(EVENTS).join(last, (EVENTS.c.number == last.c.number) & (EVENTS.c.step == last.c.step))
        if wanted := tuple(states):
            asked = asked.where(EVENTS.c.state.in_(wanted))
        if account:
            asked = asked.join(SUBMISSIONS, SUBMISSIONS.c.number == EVENTS.c.number)
            asked = asked.where(SUBMISSIONS.c.account == account)
        return [_event(row) for row in self.connection.execute(asked.order_by(EVENTS.c.number)).mappings()]

    def digests(self, numbers: Sequence[int] = ()) -> dict[int, str]:
        """The hash of the text that each submission has now; of all, or of some."""
        asked = sa.select(EVENTS.c.number, EVENTS.c.digest).where(EVENTS.c.digest != "").order_by(EVENTS.c.step)
        if numbers:
            asked = asked.where(EVENTS.c.number.in_(numbers))
        return {row.number: row.digest for row in self.connection.execute(asked)}

    def accepted_digests(self, numbers: Sequence[int]) -> dict[int, str]:
        """The hash of what was accepted of each of some submissions; those never accepted are missing."""
        asked = sa.select(EVENTS.c.number, EVENTS.c.digest).where(EVENTS.c.kind == "accept")
        return {row.number: row.digest for row in self.connection.execute(asked.where(EVENTS.c.number.in_(numbers)))}

    def texts(self, digests: Iterable[str]) -> dict[str, str]:
        """Several texts by their hashes, read in few questions. Raises LedgerUnavailable for one that is damaged."""
        wanted = sorted(set(digests))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            asked = sa.select(PAYLOADS.c.digest, PAYLOADS.c.content).where(PAYLOADS.c.digest.in_(part))
            found |= {row.digest: row.content for row in self.connection.execute(asked)}
        for digest in wanted:
            if digest not in found or digest_of(found[digest]) != digest:
                raise LedgerUnavailable(f"The ledger is damaged: the text {digest[:12]} is not what was written.")
        return found

    # Whose address is whose

    def claim(self, addresses: Iterable[str], number: int, instead_of: int | None = None) -> dict[str, int]:
        """Keeps addresses for a submission; gives those that another one holds, by its number.

        `instead_of` is a submission whose addresses may be taken over.
        """
        others: dict[str, int] = {}
        for address in sorted(set(addresses)):
            self._insert_unless_there(CLAIMS, address=address, number=number)
            asked = sa.select(CLAIMS.c.number).where(CLAIMS.c.address == address).with_for_update()
            holder = self.connection.scalar(asked)
            if holder is not None and holder == instead_of:
                self.connection.execute(sa.update(CLAIMS).where(CLAIMS.c.address == address).values(number=number))
            elif holder is not None and holder != number:
                others[address] = holder
        return others

    def is_claimed(self, address: str) -> bool:
        """Whether some submission holds an address."""
        return self.connection.scalar(sa.select(CLAIMS.c.number).where(CLAIMS.c.address == address)) is not None

    def release(self, number: int, keep: Iterable[str] = ()) -> None:
        """Lets go of the addresses of a submission, but for some."""
        gone = sa.delete(CLAIMS).where(CLAIMS.c.number == number)
        kept = tuple(keep)
        self.connection.execute(gone.where(CLAIMS.c.address.not_in(kept)) if kept else gone)

    # Drafts

    def save_draft(self, draft: Draft) -> None:
        """Keeps a draft in place of what it was before."""
        values = {"title": draft.title, "changed": draft.changed, "content": dict(draft.values)}
        change = sa.update(DRAFTS).where(DRAFTS.c.id == draft.id, DRAFTS.c.account == draft.account).values(**values)
        if not self.connection.execute(change).rowcount:
            self.connection.execute(sa.insert(DRAFTS).values(id=draft.id, account=draft.account, **values))

    def drafts(self, account: str) -> list[Draft]:
        """The drafts of an account, the last changed first."""
        asked = sa.select(DRAFTS).where(DRAFTS.c.account == account).order_by(DRAFTS.c.changed.desc(), DRAFTS.c.id)
        return [
            Draft(row.id, row.account, row.title, row.changed, row.content) for row in self.connection.execute(asked)
        ]

    def drop_draft(self, id: str, account: str) -> None:
        """Forgets a draft."""
        self.connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.id == id, DRAFTS.c.account == account))

    def _insert_unless_there(self, table: sa.Table, **values: object) -> None:
        from sqlalchemy.dialects import postgresql, sqlite

        insert: Callable[[sa.Table], Any]
        insert = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        self.connection.execute(insert(table).values(**values).on_conflict_do_nothing())


def _copy_rows(one: sa.Connection, other: sa.Connection) -> None:
    """All rows of all tables, in an order in which those that others point to come first."""
    for table in METADATA.sorted_tables:
        rows = [dict(row) for row in one.execute(sa.select(table)).mappings()]
        if table is SUBMISSIONS:
            rows.sort(key=lambda row: int(row["number"]))
        for start in range(0, len(rows), 500):
            other.execute(sa.insert(table), rows[start : start + 500])
        counted = [column for column in table.primary_key if column.autoincrement is True]
        if other.dialect.name == "postgresql" and counted and rows:
            # the next number comes after those that were brought in
            name = f"pg_get_serial_sequence('{table.name}', '{counted[0].name}')"
            most = max(row[counted[0].name] for row in rows)
            other.execute(sa.text(f"SELECT setval({name}, {int(most)})"))


def _event(row: sa.RowMapping) -> Event:
    return Event(**{name: row[name] for name in Event.__slots__})


def _engine(location: str, path: Path | None) -> sa.Engine:
    if path is not None:
        return _sqlite_engine(location, path)
    if not location.startswith("postgresql+psycopg://"):
        sentence = (
            "P2P_LEDGER is of no known form: write postgresql+psycopg://user:password@host/database, or leave it out."
        )
        raise SettingsError(sentence, setting="ledger")
    try:
        return sa.create_engine(
            location,
            pool_size=10,
            max_overflow=20,
            pool_pre_ping=True,
            # whatever the server's settings say: a commit waits for the disk
            connect_args={"connect_timeout": 10, "options": "-c synchronous_commit=on -c lock_timeout=30s"},
        )
    except ModuleNotFoundError:
        sentence = "A ledger in PostgreSQL needs one more package: run `pip install 'p2p-graph[postgres]'`."
        raise SettingsError(sentence, setting="ledger") from None
    except (SQLAlchemyError, ValueError):
        raise SettingsError("P2P_LEDGER cannot be read as an address of a database.", setting="ledger") from None


def _sqlite_engine(location: str, path: Path) -> sa.Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise NotWritable(f"{path.parent} cannot be made: {reason.strerror}.", path=str(path.parent)) from None
    engine = sa.create_engine(
        location, pool_size=20, max_overflow=40, connect_args={"timeout": _PATIENCE, "check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        # Transactions are begun below, not by the driver, which would begin them too late.
        connection.isolation_level = None
        for line in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {line}")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        # A writer takes the lock at once: one that read first could neither wait nor go on.
        reads = connection.get_execution_options().get(_READING)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


#: what SQLite and PostgreSQL say of a disk that is full or read-only
_NO_ROOM: Final = ("disk is full", "disk i/o error", "no space left", "could not extend file", "file too large")
_READ_ONLY: Final = ("readonly database", "read-only", "unable to open database file")


def _explained(reason: SQLAlchemyError, where: str) -> LedgerUnavailable | NotWritable:
    said = str(reason.orig if isinstance(reason, DBAPIError) else reason).lower()
    if any(sign in said for sign in _NO_ROOM):
        sentence = f"The disk of the ledger ({where}) is full: nothing was written. Make room, and send it again."
        return NotWritable(sentence, path=where)
    if any(sign in said for sign in _READ_ONLY):
        sentence = f"The ledger ({where}) may not be written: let the user of this program write its file and folder."
        return NotWritable(sentence, path=where)
    if "locked" in said or "lock timeout" in said:
        return LedgerUnavailable("Others write into the ledger without end: try again in a moment.")
    if "malformed" in said or "not a database" in said:
        return LedgerUnavailable(f"The ledger ({where}) is damaged: put it back from a backup.")
    return LedgerUnavailable(f"The ledger ({where}) does not answer: nothing was written. Try again in a moment.")
