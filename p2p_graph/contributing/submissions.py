"""What the desk hands out: submissions as an account may see them, what is accepted, and faults in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from p2p_graph.contributing.checking import Finding, main_of
from p2p_graph.contributing.ledger import Event, Ledger
from p2p_graph.contributing.roles import Account, open_steps
from p2p_graph.errors import FaultyContribution
from p2p_graph.message import Message
from p2p_graph.model import Fault
from p2p_graph.vocab import shorten

__all__ = [
    "LICENCE",
    "Accepted",
    "Submission",
    "about_of",
    "accepted_in",
    "as_seen",
    "gone_from",
    "held_by",
    "refuse_faulty",
    "subjects_of",
    "told_of",
    "triples_of",
    "veiled",
]

#: what everything that is contributed is given under
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as one account may see it."""

    number: int
    state: str
    #: how many steps it has taken; pass it to `decide` as `seen`
    step: int
    sender: str
    credit: str
    #: the name, address and countries of what it is about
    title: str
    main: str
    countries: tuple[str, ...]
    #: form, sheet, paste, upload, command
    door: str
    licence: str
    sent: datetime
    changed: datetime
    #: what was said at the last step
    reason: str
    replaces: int | None
    findings: tuple[Finding, ...]
    #: what the account that asked may do now
    steps: tuple[str, ...]
    #: canonical Turtle
    text: str = field(default="", repr=False)

    @property
    def triples(self) -> tuple[Triple, ...]:
        """What it says; nothing in a list of submissions, where texts are not read."""
        return triples_of(self.text)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted contribution: what a release takes in."""

    number: int
    slug: str
    credit: str
    title: str
    main: str
    countries: tuple[str, ...]
    licence: str
    accepted: datetime
    text: str = field(repr=False)


def as_seen(
    last: Event,
    sender: str,
    replaces: int | None,
    by: Account,
    findings: Iterable[Mapping[str, Any]],
    text: str = "",
) -> Submission:
    """A submission as an account sees it, from its last step."""
    about = last.data["about"]
    return Submission(
        last.number,
        last.state,
        last.step,
        sender,
        about["credit"],
        about["title"],
        about["main"],
        tuple(about["countries"]),
        about["door"],
        about["licence"],
        datetime.fromisoformat(about["sent"]),
        last.at,
        last.reason,
        replaces,
        tuple(Finding.from_data(data) for data in findings),
        open_steps(last.state, by, sender),
        text,
    )


def triples_of(text: str) -> tuple[Triple, ...]:
    """The triples of a text that was kept."""
    return tuple(quad.triple for quad in parse(text, RdfFormat.TURTLE))


def subjects_of(triples: Iterable[Triple]) -> list[str]:
    """The addresses that triples describe, in their order."""
    return list(dict.fromkeys(t.subject.value for t in triples if isinstance(t.subject, NamedNode)))


def about_of(content: Iterable[Triple]) -> dict[str, Any]:
    """What lists show of a contribution."""
    main, title, countries = main_of(content)
    return {"main": main, "title": title, "countries": list(countries)}


def accepted_in(ledger: Ledger) -> list[Accepted]:
    """What is accepted now, by number."""
    with ledger.reading() as entries:
        last = entries.latest(["accepted"])
        digests = entries.digests()
        texts = entries.texts(digests[event.number] for event in last)
    return [_accepted(event, texts[digests[event.number]]) for event in last]


def gone_from(ledger: Ledger) -> dict[str, date]:
    """Addresses that were accepted once and are so no more, with the day on which they ended."""
    found: dict[str, date] = {}
    with ledger.reading() as entries:
        ended = entries.latest(["withdrawn", "superseded"])
        once = entries.accepted_digests([event.number for event in ended])
        texts = entries.texts(once.values())
    for event in ended:
        for address in subjects_of(triples_of(texts[once[event.number]])) if event.number in once else ():
            found[address] = max(found.get(address, event.at.date()), event.at.date())
    there = {address for one in accepted_in(ledger) for address in subjects_of(triples_of(one.text))}
    return {address: day for address, day in sorted(found.items()) if address not in there}


def _accepted(event: Event, text: str) -> Accepted:
    """An accepted contribution, from its last step and its text."""
    about = event.data["about"]
    return Accepted(
        event.number,
        about["slug"],
        about["credit"],
        about["title"],
        about["main"],
        tuple(about["countries"]),
        about["licence"],
        event.at,
        text,
    )


def veiled(event: Event, by: Account, sender: str) -> Event:
    """A step as an account may see it: partners are not told which steward it was."""
    if by.role != "partner" or event.by == sender:
        return event
    return Event(
        event.number, event.step, event.at, "steward", event.kind, event.state, event.reason, event.digest, event.data
    )


def held_by(others: Mapping[str, int]) -> tuple[Fault, ...]:
    """A fault for each address that another submission describes already."""
    what = "This is described already, in submission {number}: leave it out here, or correct that one."
    said = {address: Message(what, number=number) for address, number in others.items()}
    return tuple(
        Fault("contribution", None, shorten(address), "Address", str(one), said=(one,)) for address, one in said.items()
    )


def refuse_faulty(findings: Iterable[Finding]) -> None:
    """Raises FaultyContribution if something that was found blocks."""
    faults = tuple(finding.fault for finding in findings if finding.blocks)
    if faults:
        raise FaultyContribution(told_of(faults), faults=faults, findings=tuple(f for f in findings if f.blocks))


def told_of(faults: Sequence[Fault]) -> Message:
    """How many faults there are, in a sentence."""
    if len(faults) == 1:
        return Message("One thing is to be mended before this can be taken.")
    return Message("{count} things are to be mended before this can be taken.", count=len(faults))
