"""What became of a submission, step by step, in words: when, what, and from whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from pyoxigraph import Literal, NamedNode

from p2p_graph.contributing.ledger import Event
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.submissions import Submission
from p2p_graph.vocab import PREFIXES, p2p

__all__ = ["Told", "door_name", "history_told", "sources_of", "state_name", "steps_told"]


@dataclass(frozen=True, slots=True)
class Told:
    """One step: on which day and at what time (UTC), what happened, what was said."""

    number: int
    day: str
    time: str
    what: str
    reason: str
    kind: str


def state_name(state: str) -> str:
    """A state in a word or two, in the reader's language."""
    return {
        "submitted": _("waits for a steward"),
        "asked": _("waits for an answer"),
        "accepted": _("accepted"),
        "refused": _("refused"),
        "withdrawn": _("withdrawn"),
        "superseded": _("replaced by a newer one"),
    }[state]


def door_name(door: str) -> str:
    """By which door something came."""
    known = {
        "form": _("by the form"),
        "sheet": _("as a spreadsheet"),
        "paste": _("as pasted rows"),
        "upload": _("as a file"),
        "command": _("at the command line"),
    }
    return known.get(door, door)


def steps_told(events: Iterable[Event], one: Submission, by: Account) -> list[Told]:
    """The steps of a submission for one account: partners are told “you” and “a steward”, stewards the names."""
    return [_told(event, _sentence(event, one.sender, by)) for event in events]


def history_told(events: Iterable[Event], senders: dict[int, Submission], by: Account) -> list[Told]:
    """The steps of several submissions about one thing; their senders are named as organisations, nobody by name."""
    return [_told(event, _about(event, senders[event.number])) for event in events]


def sources_of(one: Submission) -> list[str]:
    """The titles of the documents that a submission rests on, of those it describes itself or points to."""
    of, label = p2p("ofDocument"), NamedNode(PREFIXES["rdfs"] + "label")
    triples = one.triples
    titles = {t.subject: t.object.value for t in triples if t.predicate == label and isinstance(t.object, Literal)}
    documents = dict.fromkeys(t.object for t in triples if t.predicate == of and isinstance(t.object, NamedNode))
    return [titles.get(d) or d.value.rsplit("/", 1)[-1].replace("-", " ") for d in documents]


def _told(event: Event, what: str) -> Told:
    return Told(event.number, event.at.date().isoformat(), f"{event.at:%H:%M}", what, event.reason, event.kind)


def _sentence(event: Event, sender: str, by: Account) -> str:
    if event.by == by.name:
        return _yours(event)
    if by.role == "partner":
        return _stewards(event)
    return _named(event)


def _yours(event: Event) -> str:
    return {
        "submit": _("You sent it, %(door)s.", door=door_name(event.data["about"]["door"])),
        "correct": _("You corrected it."),
        "accept": _("You accepted it."),
        "ask": _("You asked:"),
        "refuse": _("You refused it:"),
        "withdraw": _("You withdrew it."),
        "supersede": _("You accepted a newer version in its place."),
    }[event.kind]


def _stewards(event: Event) -> str:
    return {
        "submit": _("It was sent, %(door)s.", door=door_name(event.data["about"]["door"])),
        "correct": _("It was corrected."),
        "accept": _("A steward accepted it."),
        "ask": _("A steward asks:"),
        "refuse": _("A steward refused it:"),
        "withdraw": _("A steward withdrew it."),
        "supersede": _("A newer version was accepted in its place."),
    }[event.kind]


def _named(event: Event) -> str:
    return {
        "submit": _("%(name)s sent it, %(door)s.", name=event.by, door=door_name(event.data["about"]["door"])),
        "correct": _("%(name)s corrected it.", name=event.by),
        "accept": _("%(name)s accepted it.", name=event.by),
        "ask": _("%(name)s asked:", name=event.by),
        "refuse": _("%(name)s refused it:", name=event.by),
        "withdraw": _("%(name)s withdrew it.", name=event.by),
        "supersede": _("%(name)s accepted a newer version in its place.", name=event.by),
    }[event.kind]


def _about(event: Event, one: Submission) -> str:
    by_sender = event.by == one.sender
    if by_sender and event.kind == "submit" and one.replaces is not None:
        return _("%(organisation)s sent a newer version.", organisation=one.credit)
    if by_sender and event.kind in ("submit", "correct", "withdraw"):
        return {
            "submit": _("%(organisation)s described it.", organisation=one.credit),
            "correct": _("%(organisation)s corrected it.", organisation=one.credit),
            "withdraw": _("%(organisation)s withdrew it.", organisation=one.credit),
        }[event.kind]
    return _stewards(event)
