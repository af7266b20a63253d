"""What came as a sheet, as pasted rows or as a file: looked through and sent step by step, a little at each look.

Nothing runs between two requests: each look at the page checks for a second or two and says how far it is, so that a
reader who goes away costs nothing. A batch lives in the memory of the process, for an hour. That of who is signed in is
kept as a draft besides, until all of it is sent: after a restart its page goes on where it was. A visitor has the file.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as made_by
from datetime import UTC, datetime
from typing import Any, Final

from pyoxigraph import NamedNode, Triple

from p2p_graph.contributing.checking import main_of
from p2p_graph.contributing.filling import Filled, fill
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.rows import Bundle, Read
from p2p_graph.contributing.submissions import Submission
from p2p_graph.errors import FaultyContribution, P2PError, UnknownSubmission, UploadRefused
from p2p_graph.message import Message
from p2p_graph.translation import error_in
from webapp.checked import VISITOR, Checked, check_triples, late, minting_for
from webapp.languages import language
from webapp.signed_in import desk, form

__all__ = ["Batch", "Batches", "Item", "batch_of", "batch_of_triples"]

_KEPT: Final = 60
_SECONDS: Final = 3_600
#: practices that are looked through for who has no account
_FOR_VISITORS: Final = 20
_PRACTICES: Final = 2_000


@dataclass(slots=True)
class Item:
    """One practice of a batch: what it came as, what was found, and what became of it."""

    title: str
    bundle: Bundle | None = None
    triples: tuple[Triple, ...] = ()
    found: Checked | None = None
    taken: Submission | None = None
    #: why it was not taken, where that was found only when it was sent
    refused: str = ""


@dataclass(slots=True)
class Batch:
    """All practices of one sheet or file."""

    id: str
    door: str
    items: list[Item]
    loose: Sequence[tuple[str, int]] = ()
    owner: str = ""
    #: the submission that it corrects or replaces
    of: int | None = None
    draft: str = ""
    reason: str = ""
    begun: float = made_by(default_factory=time.monotonic)
    #: whose addresses the practices were given
    checked_for: str = ""
    is_sending: bool = False
    _used: set[str] = made_by(default_factory=set)
    _sent: set[str] = made_by(default_factory=set)
    lock: threading.Lock = made_by(default_factory=threading.Lock)

    def kept(self) -> dict[str, Any]:
        """As a draft: what was read, which addresses things were given, and what was sent."""
        items = [
            {
                "title": item.title,
                "values": item.bundle.values if item.bundle is not None else {},
                "where": dict(item.bundle.where) if item.bundle is not None else {},
                "taken": item.taken.number if item.taken is not None else None,
            }
            for item in self.items
        ]
        known = {"id": self.id, "door": self.door, "loose": list(self.loose), "reason": self.reason}
        state = {"is_sending": self.is_sending, "used": sorted(self._used), "sent": sorted(self._sent)}
        return {**known, **state, "checked_for": self.checked_for, "items": items}

    @classmethod
    def from_kept(cls, content: Mapping[str, Any], draft: str, by: Account) -> Batch:
        """From a draft of somebody; what was not sent is looked through again."""
        items = []
        for one in content["items"]:
            where = {key: (str(sheet), int(row)) for key, (sheet, row) in one["where"].items()}
            taken = desk().submission(by, one["taken"]) if one["taken"] is not None else None
            items.append(Item(one["title"], Bundle(one["values"], where), taken=taken))
        loose = [(str(sheet), int(row)) for sheet, row in content["loose"]]
        found = cls(content["id"], content["door"], items, loose, by.name, draft=draft, reason=content["reason"])
        found.is_sending, found.checked_for = bool(content["is_sending"]), content["checked_for"]
        found._used, found._sent = set(content["used"]), set(content["sent"])
        return found

    @property
    def checked(self) -> int:
        """How many were looked through."""
        return sum(item.found is not None or item.taken is not None for item in self.items)

    @property
    def fine(self) -> int:
        """How many can be sent, or were."""
        return sum(one.taken is not None or (one.found is not None and one.found.is_fine) for one in self.items)

    @property
    def sent(self) -> int:
        """How many were taken."""
        return sum(item.taken is not None for item in self.items)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do for now."""
        waits = self.is_sending and any(_can_go(item) for item in self.items)
        return self.checked == len(self.items) and not waits

    def go_on(self, by: Account | None, seconds: float) -> None:
        """Looks through, and sends, what can be done in some seconds; at least one practice."""
        until = time.monotonic() + seconds
        with self.lock:
            self._begin_for(by or VISITOR)
            for item in self.items:
                if item.found is None and item.taken is None:
                    self._check(by or VISITOR, item)
                    if time.monotonic() > until:
                        return
            for number, item in enumerate(self.items):
                if by is not None and self.is_sending and _can_go(item):
                    self._send(by, number, item)
                    if time.monotonic() > until:
                        return

    def _begin_for(self, by: Account) -> None:
        """Addresses begin with who sends: somebody else's are found anew."""
        if self.checked_for == by.slug:
            return
        self.checked_for = by.slug
        self._used.clear()
        for item in self.items:
            item.found = None
            for entry in item.bundle.values.values() if item.bundle is not None else ():
                entry.pop("address", None)
                entry.pop("reading", None)

    def _check(self, by: Account, item: Item) -> None:
        if item.bundle is None:
            filled = Filled(item.triples, (), {}, {}, {}, form())
        else:
            mint = minting_for(by)
            filled = fill(
                form(),
                item.bundle.values,
                desk().names(by),
                by.slug,
                lambda kind, name, taken: str(mint(kind, name, self._used.union(taken))),
                datetime.now(UTC).date(),
            )
            item.bundle.settle(filled)
            self._used.update(address for of in filled.addresses.values() for address in of)
        item.found = check_triples(by, filled, self.of)

    def _send(self, by: Account, number: int, item: Item) -> None:
        assert item.found is not None
        # what an earlier practice of this batch describes already is pointed to
        triples = [t for t in item.found.filled.triples if _subject(t) not in self._sent]
        try:
            item.taken = self._taken(by, number, triples)
        except FaultyContribution as reason:
            item.found = late(reason, item.found)
        except P2PError as reason:
            item.refused = error_in(reason, language())
        else:
            self._sent.update(_subject(triple) for triple in triples)

    def _taken(self, by: Account, number: int, triples: Sequence[Triple]) -> Submission:
        if self.of is None:
            return desk().submit(by, triples, door=self.door, key=f"{self.id}-{number}")
        if desk().submission(by, self.of).state in ("submitted", "asked"):
            return desk().correct(by, self.of, triples, reason=self.reason)
        return desk().supersede(by, self.of, triples, door=self.door, key=f"{self.id}-{number}")


def _can_go(item: Item) -> bool:
    return item.found is not None and item.found.is_fine and item.taken is None and not item.refused


def _subject(triple: Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, NamedNode) else ""


def batch_of(read: Read, door: str, by: Account | None) -> Batch:
    """A batch of rows. Raises UploadRefused where there are too many practices."""
    most = _FOR_VISITORS if by is None else _PRACTICES
    if len(read.bundles) > most:
        sentence = "There are more than {count} practices in it: send fewer at a time, or sign in first."
        raise UploadRefused(Message(sentence, count=most), reason="practices")
    items = [Item(_title(bundle), bundle) for bundle in read.bundles]
    return Batch(secrets.token_urlsafe(24), door, items, read.loose, by.name if by is not None else "")


def batch_of_triples(triples: tuple[Triple, ...], by: Account | None, of: int | None = None) -> Batch:
    """A batch of one file of triples."""
    item = Item(main_of(triples)[1], None, triples)
    return Batch(secrets.token_urlsafe(24), "upload", [item], (), by.name if by is not None else "", of)


def _title(bundle: Bundle) -> str:
    entry = bundle.values.get("practice", {})
    names = [text for name, texts in entry.items() if name.startswith("label@") for text in texts]
    return next(iter(names), next(iter(entry.get("row", ())), ""))


class Batches:
    """The batches of this process, the last used last; the oldest goes when there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Batch] = OrderedDict()

    def keep(self, batch: Batch) -> None:
        """Keeps one for an hour."""
        with self._lock:
            self._kept[batch.id] = batch
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def get(self, id: str, by: Account | None) -> Batch:
        """One of somebody's own, or of a visitor who knows its name. Raises UnknownSubmission."""
        with self._lock:
            found = self._kept.get(id)
            if found is not None and time.monotonic() - found.begun > _SECONDS:
                found = self._kept.pop(id, None) and None
            if found is None or (found.owner and (by is None or by.name != found.owner)):
                sentence = "This is here no longer: what is looked through is kept for an hour. Send the file again."
                raise UnknownSubmission(Message(sentence))
            if by is not None and not found.owner:
                found.owner = by.name
            self._kept.move_to_end(id)
            return found
