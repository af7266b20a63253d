"""Takes things out of the ledger for good, from its history too: what must be forgotten because it could harm somebody.

This is the one exception to the rule that what happened is never changed. That something was sent and decided stays;
what it said of the forgotten things does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from pyoxigraph import Triple

from p2p_graph.contributing.ledger import Entries, Event, Ledger, digest_of
from p2p_graph.contributing.roles import OPERATOR
from p2p_graph.contributing.submissions import about_of, triples_of
from p2p_graph.contributing.tables import CLAIMS, DRAFTS, EVENTS, PAYLOADS
from p2p_graph.turtle import write_canonical

__all__ = ["forget", "said_in"]

#: tables whose rows are never changed otherwise
_LOCKED: Final = ("events", "payloads")
_OPEN: Final = frozenset({"submitted", "asked", "accepted"})


def said_in(ledger: Ledger) -> Iterator[Triple]:
    """Every triple that was ever sent."""
    with ledger.reading() as entries:
        texts = list(entries.connection.scalars(sa.select(PAYLOADS.c.content)))
    for text in texts:
        yield from triples_of(text)


def forget(
    ledger: Ledger, drop: Callable[[Triple], bool], names: Callable[[str], bool], addresses: Collection[str]
) -> int:
    """Removes the triples that are dropped from all that was ever sent, and what names them from drafts, findings and
    reasons; how many rows were changed. Done again, it changes nothing.

    A submission whose main thing is gone is withdrawn. The space on disk is given back, so that no old page of the
    database holds what was removed.
    """
    changed = 0
    with ledger.writing() as entries, _unlocked(entries):
        changed += _payloads(entries, drop, names)
        drafts = entries.connection.execute(sa.select(DRAFTS.c.id, DRAFTS.c.title, DRAFTS.c.content)).all()
        for draft in drafts:
            if names(f"{draft.title} {json.dumps(draft.content, ensure_ascii=False)}"):
                entries.connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.id == draft.id))
                changed += 1
        for address in addresses:
            changed += entries.connection.execute(sa.delete(CLAIMS).where(CLAIMS.c.address == address)).rowcount
    ledger.compact()
    return changed


def _payloads(entries: Entries, drop: Callable[[Triple], bool], names: Callable[[str], bool]) -> int:
    """Rewrites the texts and the steps that brought them."""
    connection = entries.connection
    moved: dict[str, tuple[str, str]] = {}
    for row in connection.execute(sa.select(PAYLOADS.c.digest, PAYLOADS.c.content)).all():
        triples = triples_of(row.content)
        kept = [triple for triple in triples if not drop(triple)]
        if len(kept) < len(triples):
            text = write_canonical(kept) if kept else ""
            moved[row.digest] = entries.keep(text), text
            connection.execute(sa.delete(PAYLOADS).where(PAYLOADS.c.digest == row.digest))
    told = 0
    for number in sorted(set(connection.scalars(sa.select(EVENTS.c.number)))):
        events = entries.events(number)
        now = next((event.digest for event in reversed(events) if event.digest), "")
        if now in moved or any(names(_written(event)) for event in events):
            told += 1
            _retell(entries, events, moved, names)
            if now in moved and events[-1].state in _OPEN and _lost(events[-1], moved[now][1]):
                _withdraw(entries, number)
        else:
            _retell(entries, [event for event in events if event.digest in moved], moved, names)
    return len(moved) + told


def _written(event: Event) -> str:
    return f"{event.reason} {json.dumps(dict(event.data), ensure_ascii=False)}"


def _retell(
    entries: Entries, events: list[Event], moved: dict[str, tuple[str, str]], names: Callable[[str], bool]
) -> None:
    text = ""
    for event in events:
        digest, text = moved.get(event.digest, (event.digest, text if not event.digest else ""))
        data: dict[str, Any] = dict(event.data)
        about = dict(data.get("about", {}))
        if names(json.dumps(about, ensure_ascii=False)):
            about |= about_of(triples_of(text)) if text else {"main": "", "title": "", "countries": []}
        findings = [one for one in data.get("findings", []) if not names(json.dumps(one, ensure_ascii=False))]
        values = {
            "digest": digest,
            "reason": "" if names(event.reason) else event.reason,
            "data": {**data, "about": about, "findings": findings},
        }
        change = sa.update(EVENTS).where(EVENTS.c.number == event.number, EVENTS.c.step == event.step)
        entries.connection.execute(change.values(**values))


def _lost(event: Event, text: str) -> bool:
    """Whether what a submission was about is no longer in it."""
    return not text or about_of(triples_of(text))["main"] != event.data["about"]["main"]


def _withdraw(entries: Entries, number: int) -> None:
    last = entries.events(number)[-1]
    entries.release(number)
    data = {"about": last.data["about"], "findings": []}
    moment = max(datetime.now(UTC), last.at)
    entries.add(Event(number, last.step + 1, moment, OPERATOR.name, "withdraw", "withdrawn", "", digest_of(""), data))
    entries.keep("")


@contextmanager
def _unlocked(entries: Entries) -> Iterator[None]:
    """Lets what happened be changed until the end of the change; the triggers are back before anybody else writes."""
    connection = entries.connection
    if connection.dialect.name == "postgresql":
        for name in _LOCKED:
            connection.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        yield
        for name in _LOCKED:
            connection.execute(sa.text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))
        return
    asked = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('events', 'payloads')")
    found = connection.execute(asked).all()
    for row in found:
        connection.execute(sa.text(f'DROP TRIGGER "{row.name}"'))
    yield
    for row in found:
        connection.exec_driver_sql(row.sql)
