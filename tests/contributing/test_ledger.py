"""The ledger, on SQLite and on PostgreSQL: what was written stays, and nothing that happened is changed."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from p2p_graph.config import Settings
from p2p_graph.contributing.ledger import Draft, Event, Ledger, digest_of
from p2p_graph.contributing.tables import METADATA
from p2p_graph.errors import LedgerUnavailable, NotWritable, SettingsError, StepRefused

NOON = datetime(2026, 1, 7, 12, 0, 0, 123456, tzinfo=UTC)


def _first(ledger: Ledger, text: str = "said", key: str = "k") -> int:
    with ledger.writing() as entries:
        number = entries.begin("port", key, None)
        digest = entries.keep(text)
        entries.add(Event(number, 1, NOON, "port", "submit", "submitted", "", digest, {"title": "Łódź"}))
    return number


def test_what_was_written_is_there_for_another_program_at_once(ledger: Ledger, settings: Settings) -> None:
    number = _first(ledger)
    other = Ledger.open(settings)
    with other.reading() as entries:
        (event,) = entries.events(number)
        assert event == Event(number, 1, NOON, "port", "submit", "submitted", "", digest_of("said"), {"title": "Łódź"})
        assert entries.text(event.digest) == "said"
        assert entries.sender(number) == ("port", None)
    other.close()


def test_change_that_ends_in_an_error_leaves_nothing(ledger: Ledger) -> None:
    def change() -> None:
        with ledger.writing() as entries:
            entries.begin("port", "k", None)
            entries.keep("said")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    with ledger.reading() as entries:
        assert entries.senders() == {}
        with pytest.raises(LedgerUnavailable):
            entries.text(digest_of("said"))


@pytest.mark.parametrize("table", ["events", "submissions", "payloads", "happenings"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_what_happened_cannot_be_changed_by_anybody(ledger: Ledger, table: str, change: str) -> None:
    _first(ledger)
    with ledger.writing() as entries:
        row = {"at": NOON, "by": "operator", "kind": "invite", "account": "port"}
        entries.connection.execute(sa.insert(METADATA.tables["happenings"]).values(**row))
    column = METADATA.tables[table].columns.keys()[-1]
    with pytest.raises((StepRefused, LedgerUnavailable)) as caught, ledger.writing() as entries:
        entries.connection.execute(sa.text(change.format(table=table, column=column)))
    assert "what happened is never changed" in str(caught.value.__cause__)


def test_second_event_of_the_same_step_is_refused(ledger: Ledger) -> None:
    number = _first(ledger)
    event = Event(number, 2, NOON, "warden", "accept", "accepted")
    with ledger.writing() as entries:
        entries.add(event)
    with pytest.raises(StepRefused, match="Somebody else did this"), ledger.writing() as entries:
        entries.add(replace(event, by="keeper"))


def test_text_is_kept_once_and_damage_is_noticed(ledger: Ledger) -> None:
    first = _first(ledger)
    second = _first(ledger, key="k2")
    with ledger.reading() as entries:
        assert entries.digests() == {first: digest_of("said"), second: digest_of("said")}
        assert entries.connection.scalar(sa.select(sa.func.count()).select_from(METADATA.tables["payloads"])) == 1
    with ledger.writing() as entries:
        values = {"digest": "0" * 64, "content": "something else"}
        entries.connection.execute(sa.insert(METADATA.tables["payloads"]).values(**values))
    with ledger.reading() as entries:
        for read in (lambda: entries.text("0" * 64), lambda: entries.texts(["0" * 64])):
            with pytest.raises(LedgerUnavailable, match="damaged"):
                read()


def test_addresses_belong_to_one_submission_until_it_lets_go(ledger: Ledger) -> None:
    first, second = _first(ledger), _first(ledger, "other", "k2")
    with ledger.writing() as entries:
        assert entries.claim(["a:1", "a:2"], first) == {}
    with ledger.writing() as entries:
        assert entries.claim(["a:2", "a:3"], second) == {"a:2": first}
        assert entries.is_claimed("a:3")
        assert entries.claim(["a:2"], second, instead_of=first) == {}
        entries.release(second, keep=["a:3"])
        assert not entries.is_claimed("a:2")
        assert entries.claim(["a:2"], first) == {}


def test_drafts_are_replaced_and_those_of_others_are_never_touched(ledger: Ledger) -> None:
    draft = Draft("d1", "port", "Night bus", NOON, {"name": "Nachtbus", "years": [2009]})
    with ledger.writing() as entries:
        entries.save_draft(draft)
        entries.save_draft(replace(draft, title="Night tram", changed=NOON + timedelta(minutes=1)))
    with ledger.writing() as entries:
        entries.drop_draft("d1", "quay")
        assert entries.drafts("quay") == []
        assert [one.title for one in entries.drafts("port")] == ["Night tram"]
        assert entries.drafts("port")[0].values == draft.values


def test_times_are_kept_to_the_microsecond_whatever_their_zone(ledger: Ledger) -> None:
    number = _first(ledger)
    there = datetime(2026, 1, 7, 23, 30, 0, 5, tzinfo=timezone(timedelta(hours=-5)))
    with ledger.writing() as entries:
        entries.add(Event(number, 2, there, "warden", "accept", "accepted"))
    with ledger.reading() as entries:
        assert entries.events(number)[1].at == there
        assert entries.events(number)[1].at.utcoffset() == timedelta(0)


def test_one_look_sees_one_state_while_others_write(ledger: Ledger) -> None:
    _first(ledger)
    with ledger.reading() as entries:
        assert len(entries.senders()) == 1
        thread = threading.Thread(target=_first, args=(ledger, "later", "k2"))
        thread.start()
        thread.join(timeout=20)
        assert not thread.is_alive()
        assert len(entries.senders()) == 1
    with ledger.reading() as entries:
        assert len(entries.senders()) == 2


def test_commits_wait_for_the_disk(ledger: Ledger) -> None:
    with ledger.writing() as entries:
        if ledger.kind == "sqlite":
            assert entries.connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
            assert entries.connection.scalar(sa.text("PRAGMA synchronous")) == 2
        else:
            assert entries.connection.scalar(sa.text("SHOW synchronous_commit")) == "on"
            assert entries.connection.scalar(sa.text("SHOW fsync")) == "on"


def test_tables_are_as_the_migrations_make_them(ledger: Ledger) -> None:
    with ledger.reading() as entries:
        found = sa.inspect(entries.connection)
        assert set(found.get_table_names()) == {*METADATA.tables, "alembic_version"}
        for name, table in METADATA.tables.items():
            made = {column["name"]: (column["nullable"], str(column["type"])) for column in found.get_columns(name)}
            dialect = entries.connection.dialect
            assert made == {
                column.name: (column.nullable, column.type.compile(dialect=dialect)) for column in table.columns
            }, name
            assert {tuple(index["column_names"]) for index in found.get_indexes(name) if not index["unique"]} == {
                tuple(index.columns.keys()) for index in table.indexes
            }, name


def test_two_programs_that_start_at_once_make_one_ledger(settings: Settings) -> None:
    opened: list[Ledger] = []
    threads = [threading.Thread(target=lambda: opened.append(Ledger.open(settings))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(opened) == 6
    assert _first(opened[0]) == 1
    for one in opened:
        one.close()


def test_ledger_of_another_version_is_told_with_what_to_do(ledger: Ledger, settings: Settings) -> None:
    with ledger.writing() as entries:
        entries.connection.execute(sa.text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    with pytest.raises(LedgerUnavailable, match="A newer version of this program made the ledger"):
        Ledger.open(settings, upgrade=True)


@pytest.mark.parametrize("location", ["mysql://x", "postgresql://x", "postgresql+psycopg://host:harbour/x"])
def test_setting_of_no_known_form_is_told(tmp_path: Path, location: str) -> None:
    with pytest.raises(SettingsError, match="P2P_LEDGER"):
        Ledger.open(Settings(home=tmp_path, ledger=location))


def test_server_that_is_away_is_told_without_its_password() -> None:
    with pytest.raises(LedgerUnavailable, match="does not answer") as caught:
        Ledger.open(Settings(ledger="postgresql+psycopg://p2p:geheim@127.0.0.1:1/postgres"))
    assert "geheim" not in str(caught.value)


def test_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"This is a letter to somebody, and no database at all." * 40)
    with pytest.raises(LedgerUnavailable, match="damaged: put it back from a backup"):
        Ledger.open(Settings(home=tmp_path))


def test_copy_is_whole_while_others_write(tmp_path: Path) -> None:
    ledger = Ledger.open(Settings(home=tmp_path / "home"))
    _first(ledger)
    ledger.copy_to(tmp_path / "copy.sqlite")
    _first(ledger, "later", "k2")
    ledger.close()
    (tmp_path / "other").mkdir()
    (tmp_path / "copy.sqlite").rename(tmp_path / "other" / "ledger.sqlite")
    copied = Ledger.open(Settings(home=tmp_path / "other"))
    with copied.reading() as entries:
        assert len(entries.senders()) == 1
    copied.close()


def test_read_only_ledger_is_told_in_words(tmp_path: Path) -> None:
    ledger = Ledger.open(Settings(home=tmp_path))
    _first(ledger)
    ledger.close()
    with sqlite3.connect(f"file:{tmp_path}/ledger.sqlite?mode=ro", uri=True) as plain:
        assert plain.execute("SELECT count(*) FROM events").fetchone() == (1,)
    locked = Ledger.open(Settings(home=tmp_path))

    def write() -> None:
        with locked.writing() as entries:
            # whoever runs the tests as root may write any file, so that the engine is told not to
            entries.connection.execute(sa.text("PRAGMA query_only = ON"))
            entries.begin("port", "k2", None)

    with pytest.raises(NotWritable, match="may not be written"):
        write()
    locked.close()
