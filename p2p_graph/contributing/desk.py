"""The desk: what partners send is drafted, checked, decided upon, mended and taken back here.

It stands between the ledger and whoever asks, and lets each see and do what is theirs. It never touches what is public.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Literal as OneOf

from pyoxigraph import Triple

from p2p_graph.changes import Changes, changes
from p2p_graph.contributing.checking import CONTRIBUTED, NOT_OURS, Check, Finding, text_of
from p2p_graph.contributing.known import Known, Likeness
from p2p_graph.contributing.ledger import Draft, Entries, Event, Ledger
from p2p_graph.contributing.naming import Names
from p2p_graph.contributing.roles import Account, take
from p2p_graph.contributing.submissions import (
    LICENCE,
    Accepted,
    Submission,
    about_of,
    accepted_in,
    as_seen,
    gone_from,
    held_by,
    refuse_faulty,
    subjects_of,
    told_of,
    triples_of,
    veiled,
)
from p2p_graph.contributing.uploads import UploadLimits, admit
from p2p_graph.errors import FaultyContribution, NotAllowed, StepRefused, UnknownSubmission, UploadRefused
from p2p_graph.message import Message
from p2p_graph.text import slug
from p2p_graph.vocab import mint

__all__ = ["Decision", "Desk"]

Decision = OneOf["accept", "ask", "refuse"]
_REASON: Final = 4_000
_DRAFTS: Final = 50
_DRAFT_SIGNS: Final = 300_000
#: what was read of a sheet may be longer, of a few
_SHEET_SIGNS: Final = 5_000_000
_SHEETS: Final = 5


class Desk:
    """The one object of this side. Threads share it; several processes may have one each over the same ledger."""

    def __init__(
        self,
        ledger: Ledger,
        known: Known,
        check: Check,
        limits: UploadLimits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`known` is the words and the curated data; `check` says what is wrong with a contribution."""
        self._ledger, self._curated, self._check, self._now = ledger, known, check, now
        self._limits = limits or UploadLimits()
        self._lock = threading.Lock()
        self._read: dict[str, tuple[Triple, ...]] = {}
        self._last: tuple[frozenset[str], Known] = frozenset(), known
        self._named: tuple[Known, Names] = known, Names(known)

    # Drafts

    def draft(self, by: Account, values: Mapping[str, Any], *, title: str = "", id: str = "") -> Draft:
        """Keeps what somebody has typed so far, in place of the draft `id` if that is given; on disk when it returns.

        Raises UploadRefused past 300,000 signs or 50 drafts. A sheet (`door`) may have five million signs; of more than
        five sheets the one that was changed first goes.
        """
        is_sheet = values.get("door") == "sheet"
        with self._ledger.writing() as entries:
            drafts = entries.drafts(by.name)
            mine = {draft.id for draft in drafts}
            if is_sheet and id not in mine:
                for old in [draft for draft in drafts if draft.values.get("door") == "sheet"][_SHEETS - 1 :]:
                    entries.drop_draft(old.id, by.name)
                    mine.discard(old.id)
            if len(repr(values)) > (_SHEET_SIGNS if is_sheet else _DRAFT_SIGNS):
                raise UploadRefused("The draft is too long to be kept: send what there is in parts.", reason="size")
            if id not in mine:
                if len(mine) >= _DRAFTS:
                    sentence = Message("There are {count} drafts already: send or remove one of them.", count=_DRAFTS)
                    raise UploadRefused(sentence, reason="drafts")
                # the draft of somebody else, or one that was sent, is never written to: this is another one
                id = secrets.token_hex(16)
            draft = Draft(id, by.name, title[:300], self._now(), values)
            entries.save_draft(draft)
            return draft

    def drafts(self, by: Account) -> list[Draft]:
        """The drafts of an account, the last changed first."""
        with self._ledger.reading() as entries:
            return entries.drafts(by.name)

    def drop_draft(self, by: Account, id: str) -> None:
        """Forgets a draft of one's own."""
        with self._ledger.writing() as entries:
            entries.drop_draft(id, by.name)

    # Sending

    def address(self, by: Account, kind: str, name: str, taken: Iterable[str] = ()) -> str:
        """An address for something that somebody describes under a name: free, and under their own slug.

        `taken` are those that the same contribution uses already. Raises NotAllowed for a kind that partners do not
        describe.
        """
        if kind not in CONTRIBUTED:
            raise NotAllowed(Message(NOT_OURS, kind=kind), role=by.role)
        start = "-".join(part for part in (by.slug, slug(name) or kind) if part)
        used, known = set(taken), self._known()
        number = 1
        while True:
            found = mint(kind, start if number == 1 else f"{start}-{number}").value
            if found not in used and found not in known and not self._is_claimed(found):
                return found
            number += 1

    def names(self, by: Account) -> Names:
        """The names that somebody may point to: of what is public or accepted, and of what they sent themselves."""
        known = self._known()
        with self._lock:
            if self._named[0] is not known:
                self._named = known, Names(known)
            names = self._named[1]
        waiting = self._waiting(by)
        return names.with_more(waiting) if waiting else names

    def check(
        self, by: Account, triples: Iterable[Triple], *, instead_of: int | None = None, language: str = "en"
    ) -> tuple[Finding, ...]:
        """What would be found if somebody sent this, or sent it in place of a submission, told in a language; nothing
        is kept. Findings that do not block say what will be published coarser than it was written.

        Raises UploadRefused for what cannot be taken at all.
        """
        found = self._findings(by, admit(triples, self._limits), instead_of)
        return tuple(finding.told(language) for finding in found)

    def submit(
        self,
        by: Account,
        triples: Iterable[Triple],
        *,
        door: str = "form",
        key: str = "",
        draft: str = "",
    ) -> Submission:
        """Takes a contribution; on disk when it returns. The draft it came from is forgotten then.

        `key` is any text that the sender chose for this sending: the same key again gives the same submission, so that
        a form that is sent twice is taken once. Raises FaultyContribution with all that is to be mended,
        UploadRefused for what cannot be taken at all.
        """
        return self._send(by, triples, None, door, key, draft)

    def supersede(
        self, by: Account, number: int, triples: Iterable[Triple], *, door: str = "form", key: str = "", draft: str = ""
    ) -> Submission:
        """Sends a new version of an accepted contribution: a submission of its own, which takes its place once it is
        accepted. Raises as `submit` does; StepRefused where it is not accepted, or another version waits already.
        """
        self._event(number, by)
        return self._send(by, triples, number, door, key, draft)

    def correct(self, by: Account, number: int, triples: Iterable[Triple], *, reason: str = "") -> Submission:
        """Changes a submission that was not decided upon, or answers what a steward asked; it keeps its number."""
        content = admit(triples, self._limits)
        with self._ledger.reading() as entries:
            last, sender, replaces = self._held(entries, number, by)
            take("correct", number, last.state, by, sender, reason)
        findings = self._mended(by, content, number)
        with self._ledger.writing() as entries:
            last, sender, replaces = self._held(entries, number, by, hold=True)
            state = take("correct", number, last.state, by, sender, reason)
            self._claim(entries, content, number, replaces)
            entries.release(number, keep=subjects_of(content))
            about = {**last.data["about"], **about_of(content)}
            digest = entries.keep(text_of(content))
            self._add(entries, last, by, "correct", state, reason, digest, about, findings)
        return self.submission(by, number)

    # Deciding

    def decide(
        self, by: Account, number: int, decision: Decision, reason: str = "", *, seen: int | None = None
    ) -> Submission:
        """Accepts, asks or refuses; on disk when it returns. A refusal and a question need a reason.

        `seen` is the step of the submission that the decision was made on: StepRefused if it was changed, or decided
        upon, since. What is accepted is checked once more: FaultyContribution if something is wrong with it by now.
        """
        with self._ledger.reading() as entries:
            last, sender, replaces = self._held(entries, number, by)
            seen = last.step if seen is None else seen
            take(decision, number, last.state, by, sender, reason)
            text = entries.text(entries.digests([number])[number])
        findings: tuple[Finding, ...] = ()
        if decision == "accept":
            findings = self._findings_now(last, sender, text)
            refuse_faulty(findings)
        with self._ledger.writing() as entries:
            last, sender, replaces = self._held(entries, number, by, hold=True)
            if last.step != seen:
                sentence = Message("Submission {number} was changed since you looked: look again.", number=number)
                raise StepRefused(sentence, number=number, state=last.state)
            state = take(decision, number, last.state, by, sender, reason)
            if decision == "accept":
                self._take_over(entries, by, number, replaces, subjects_of(triples_of(text)))
            elif decision == "refuse":
                entries.release(number)
            digest = entries.digests([number])[number] if decision == "accept" else ""
            self._add(entries, last, by, decision, state, reason, digest, last.data["about"], findings)
        return self.submission(by, number)

    def findings(self, by: Account, number: int) -> tuple[Finding, ...]:
        """What would be found if a submission were accepted now; for whoever decides upon it."""
        with self._ledger.reading() as entries:
            last, sender, _ = self._held(entries, number, by)
            text = entries.text(entries.digests([number])[number])
        return self._findings_now(last, sender, text)

    def withdraw(self, by: Account, number: int, reason: str = "") -> Submission:
        """Takes a submission back; what was published of it is gone from the next release on."""
        with self._ledger.writing() as entries:
            last, sender, _ = self._held(entries, number, by, hold=True)
            state = take("withdraw", number, last.state, by, sender, reason)
            entries.release(number)
            self._add(entries, last, by, "withdraw", state, reason, "", last.data["about"], ())
        return self.submission(by, number)

    # Looking

    def submission(self, by: Account, number: int) -> Submission:
        """One submission, with its text. Raises UnknownSubmission; to a partner those of others are unknown too."""
        with self._ledger.reading() as entries:
            last, sender, replaces = self._held(entries, number, by)
            text = entries.text(entries.digests([number])[number])
            found = next(
                (event.data["findings"] for event in reversed(entries.events(number)) if event.data["findings"]), ()
            )
        return as_seen(last, sender, replaces, by, found, text)

    def queue(self, by: Account, states: Iterable[str] = ("submitted",)) -> list[Submission]:
        """The submissions in some states (of all, if none is given), by number: a partner's own, all for a steward."""
        mine = by.name if by.role == "partner" else ""
        with self._ledger.reading() as entries:
            senders = entries.senders()
            return [
                as_seen(last, *senders[last.number], by, last.data["findings"]) for last in entries.latest(states, mine)
            ]

    def history(self, by: Account, number: int) -> list[Event]:
        """The steps of a submission. To partners, those who decide are `steward`, without a name."""
        with self._ledger.reading() as entries:
            _, sender, _ = self._held(entries, number, by)
            return [veiled(event, by, sender) for event in entries.events(number)]

    def history_of(self, by: Account, address: str) -> list[Event]:
        """The steps of all submissions about a thing that the account may see, in the order of time."""
        found = [one.number for one in self.queue(by, ()) if one.main == address]
        return sorted((event for number in found for event in self.history(by, number)), key=lambda event: event.at)

    def compare(self, by: Account, number: int) -> tuple[Changes, list[str]]:
        """What a submission changes: against the accepted one it would replace, or against what it said before it was
        corrected, or else against nothing; as triples and as sentences in English.
        """
        with self._ledger.reading() as entries:
            _, _, replaces = self._held(entries, number, by)
            own = [event.digest for event in entries.events(number) if event.digest]
            before = entries.digests([replaces])[replaces] if replaces else ""
            earlier = [digest for digest in own if digest != own[-1]]
            old = before or (earlier[-1] if earlier else "")
            texts = entries.texts([own[-1], *([old] if old else [])])
        new = triples_of(texts[own[-1]])
        told = changes(triples_of(texts[old]) if old else (), new)
        names = self._known().with_more(new).labels()
        return told, told.sentences(names)

    def similar(
        self, by: Account, name: str, kind: str = "practice", country: str = "", most: int = 5
    ) -> list[Likeness]:
        """Likely duplicates of a name: published things, and for whom may see them also what waits, in all languages.

        A degree of 1 is the same words; below 0.5 nothing is told.
        """
        waiting = self._waiting(by if by.role == "partner" else None)
        return self._known().with_more(waiting).similar(name[:200], kind, country, most)

    def accepted(self) -> list[Accepted]:
        """What is accepted now, by number."""
        return accepted_in(self._ledger)

    def gone(self) -> dict[str, date]:
        """Addresses that were accepted once and are so no more, with the day on which they ended."""
        return gone_from(self._ledger)

    # Within

    def _send(
        self, by: Account, triples: Iterable[Triple], replaces: int | None, door: str, key: str, draft: str
    ) -> Submission:
        if by.is_disabled:
            raise NotAllowed("This account is closed: the operator can open it again.", role=by.role)
        key = key[:64] or secrets.token_hex(16)
        with self._ledger.reading() as entries:
            again = entries.number_of_key(by.name, key)
        if again is not None:
            return self.submission(by, again)
        content = admit(triples, self._limits)
        findings = self._mended(by, content, replaces)
        with self._ledger.writing() as entries:
            entries.only_one(by.name)
            again = entries.number_of_key(by.name, key)
            if again is None:
                again = self._enter(entries, by, content, findings, replaces, door, key)
                if draft:
                    entries.drop_draft(draft, by.name)
        return self.submission(by, again)

    def _enter(
        self,
        entries: Entries,
        by: Account,
        content: Sequence[Triple],
        findings: Sequence[Finding],
        replaces: int | None,
        door: str,
        key: str,
    ) -> int:
        if replaces is not None:
            last, sender, _ = self._held(entries, replaces, by, hold=True)
            take("supersede", replaces, last.state, by, sender, "")
            waiting = {e.number for e in entries.latest(["submitted", "asked"])}
            for number, (_, replaced) in entries.senders().items():
                if replaced == replaces and number in waiting:
                    sentence = Message(
                        "A new version of {number} waits already, as {other}: correct that one.",
                        number=replaces,
                        other=number,
                    )
                    raise StepRefused(sentence, number=number, state="submitted")
        number = entries.begin(by.name, key, replaces)
        self._claim(entries, content, number, replaces)
        moment = self._now()
        about = {
            **about_of(content),
            "slug": by.slug,
            "credit": by.credit,
            "door": door[:20],
            "licence": LICENCE,
            "sent": moment.isoformat(),
        }
        data = {"about": about, "findings": [finding.as_data() for finding in findings]}
        digest = entries.keep(text_of(content))
        entries.add(Event(number, 1, moment, by.name, "submit", "submitted", "", digest, data))
        return number

    def _add(
        self,
        entries: Entries,
        last: Event,
        by: Account,
        kind: str,
        state: str,
        reason: str,
        digest: str,
        about: Mapping[str, Any],
        findings: Sequence[Finding],
    ) -> None:
        data = {"about": dict(about), "findings": [finding.as_data() for finding in findings]}
        # clocks of two machines may differ; the order of the steps may not
        moment = max(self._now(), last.at)
        entries.add(
            Event(last.number, last.step + 1, moment, by.name, kind, state, reason.strip()[:_REASON], digest, data)
        )

    def _take_over(
        self, entries: Entries, by: Account, number: int, replaces: int | None, subjects: Iterable[str]
    ) -> None:
        others = entries.claim(subjects, number, instead_of=replaces)
        if others:
            raise FaultyContribution(told_of(held_by(others)), faults=held_by(others))
        if replaces is None:
            return
        events = entries.events(replaces)
        if events and events[-1].state == "accepted":
            entries.release(replaces)
            self._add(entries, events[-1], by, "supersede", "superseded", "", "", events[-1].data["about"], ())

    def _claim(self, entries: Entries, content: Iterable[Triple], number: int, replaces: int | None) -> None:
        others = entries.claim(subjects_of(content), number)
        others = {address: holder for address, holder in others.items() if holder != replaces}
        if others:
            raise FaultyContribution(told_of(held_by(others)), faults=held_by(others))

    def _event(self, number: int, by: Account) -> Event:
        with self._ledger.reading() as entries:
            return self._held(entries, number, by)[0]

    def _held(self, entries: Entries, number: int, by: Account, hold: bool = False) -> tuple[Event, str, int | None]:
        """The last step of a submission, who sent it, which it replaces. Raises UnknownSubmission."""
        found = entries.sender(number, hold)
        if found is None or (by.role == "partner" and found[0] != by.name):
            yours = "There is no submission {number} of yours."
            sentence = yours if by.role == "partner" else "There is no submission {number}."
            raise UnknownSubmission(Message(sentence, number=number), number=number)
        return entries.events(number)[-1], *found

    def _findings_now(self, last: Event, sender: str, text: str) -> tuple[Finding, ...]:
        whose = Account(sender, "operator", last.data["about"]["slug"], last.data["about"]["credit"])
        return self._findings(whose, triples_of(text), last.number, only_accepted=True)

    def _mended(self, by: Account, content: Sequence[Triple], instead_of: int | None) -> tuple[Finding, ...]:
        findings = self._findings(by, content, instead_of)
        refuse_faulty(findings)
        return findings

    def _findings(
        self, by: Account, content: Sequence[Triple], instead_of: int | None, only_accepted: bool = False
    ) -> tuple[Finding, ...]:
        """Checks a contribution against all that it may refer to; what it replaces is not there for it."""
        replaced: set[str] = set()
        own: list[Triple] = []
        with self._ledger.reading() as entries:
            if instead_of is not None:
                sent = [instead_of, *(n for n in (entries.sender(instead_of) or ("", None))[1:] if n is not None)]
                replaced = {
                    address
                    for text in entries.texts(entries.digests(sent).values()).values()
                    for address in subjects_of(triples_of(text))
                }
            if not only_accepted:
                waiting = [event.number for event in entries.latest(["submitted", "asked"], by.name)]
                own = self._texts_of(entries, [number for number in waiting if number != instead_of])
        known, described = self._known(), set(subjects_of(content))
        # what describes the same things and waits is told by whose they are, not by what both say together
        own = [triple for triple in own if described.isdisjoint(subjects_of([triple]))]
        return self._check(content, known.with_more(own, replaced), by, known.with_more((), replaced))

    def _known(self) -> Known:
        """The curated data and what is accepted, read anew where something was decided."""
        with self._ledger.reading() as entries:
            numbers = [event.number for event in entries.latest(["accepted"])]
            digests = frozenset(entries.digests(numbers).values()) if numbers else frozenset()
            with self._lock:
                if digests == self._last[0]:
                    return self._last[1]
            texts = entries.texts(digests - self._read.keys())
        with self._lock:
            self._read = {d: t for d, t in self._read.items() if d in digests}
            self._read |= {digest: triples_of(text) for digest, text in texts.items()}
            triples = [triple for digest in sorted(digests) for triple in self._read.get(digest, ())]
            self._last = digests, self._curated.with_more(triples)
            return self._last[1]

    def _waiting(self, by: Account | None) -> list[Triple]:
        with self._ledger.reading() as entries:
            found = [event.number for event in entries.latest(["submitted", "asked"], by.name if by else "")]
            return self._texts_of(entries, found)

    @staticmethod
    def _texts_of(entries: Entries, numbers: Sequence[int]) -> list[Triple]:
        if not numbers:
            return []
        texts = entries.texts(entries.digests(numbers).values())
        return [triple for text in texts.values() for triple in triples_of(text)]

    def _is_claimed(self, address: str) -> bool:
        with self._ledger.reading() as entries:
            return entries.is_claimed(address)
