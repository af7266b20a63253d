"""Who may take which step with a submission, and what state it is in afterwards.

submitted ─ask→ asked ─correct→ submitted
submitted ─accept→ accepted ─supersede→ superseded      (by another submission, when that is accepted)
submitted, asked ─refuse→ refused
submitted, asked, accepted ─withdraw→ withdrawn
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from p2p_graph.errors import NotAllowed, StepRefused
from p2p_graph.message import Message

__all__ = ["OPERATOR", "ROLES", "STATES", "STEPS", "Account", "Step", "open_steps", "take"]

#: each may do what the ones before it may, but a steward decides nothing of their own
ROLES: Final = ("partner", "steward", "operator")
STATES: Final = ("submitted", "asked", "accepted", "refused", "withdrawn", "superseded")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody known here. `slug` begins the addresses of what they describe; `credit` is shown as the source."""

    name: str
    role: str
    slug: str
    credit: str
    is_disabled: bool = False


#: who works at the command line of the server
OPERATOR: Final = Account("operator", "operator", "", "Peer2Peer Graph")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from which states, to which; whether it is the sender's, or the stewards', and wants a reason."""

    kind: str
    before: tuple[str, ...]
    after: str
    by_sender: bool
    by_steward: bool
    needs_reason: bool = False


STEPS: Final[dict[str, Step]] = {
    step.kind: step
    for step in (
        Step("correct", ("submitted", "asked"), "submitted", True, False),
        Step("accept", ("submitted",), "accepted", False, True),
        Step("ask", ("submitted",), "asked", False, True, needs_reason=True),
        Step("refuse", ("submitted", "asked"), "refused", False, True, needs_reason=True),
        Step("withdraw", ("submitted", "asked", "accepted"), "withdrawn", True, True),
        Step("supersede", ("accepted",), "superseded", True, False),
    )
}

_SAID: Final = {
    "submitted": "Submission {number} waits for a steward.",
    "asked": "Submission {number} waits for an answer of its sender.",
    "accepted": "Submission {number} was accepted.",
    "refused": "Submission {number} was refused.",
    "withdrawn": "Submission {number} was withdrawn.",
    "superseded": "Submission {number} was replaced by a later one.",
}
_NO_MORE: Final = Message("This step is not possible any more.")
_ONCE_ANSWERED: Final = Message("This step is possible once it is answered.")
_ONCE_ACCEPTED: Final = Message("This step is possible once it is accepted.")


def _may(step: Step, by: Account, sender: str) -> bool:
    if by.is_disabled:
        return False
    if by.role == "operator":
        return True
    if by.name == sender:
        return step.by_sender
    return step.by_steward and by.role == "steward"


def open_steps(state: str, by: Account, sender: str) -> tuple[str, ...]:
    """The steps that somebody may take with a submission in a state; for the buttons of a page.

    >>> open_steps("submitted", Account("a", "partner", "a", "A"), sender="a")
    ('correct', 'withdraw')
    """
    return tuple(kind for kind, step in STEPS.items() if state in step.before and _may(step, by, sender))


def take(kind: str, number: int, state: str, by: Account, sender: str, reason: str) -> str:
    """The state after a step. Raises NotAllowed, or StepRefused with what can be done instead.

    >>> take("accept", 7, "refused", Account("s", "steward", "s", "S"), "a", "")
    Traceback (most recent call last):
    p2p_graph.errors.StepRefused: Submission 7 was refused. This step is not possible any more.
    """
    step = STEPS[kind]
    if not _may(step, by, sender):
        sentence = "This step is not for this account: the sender, a steward or the operator takes it."
        if by.name == sender and by.role == "steward":
            sentence = "A steward decides nothing of their own: another steward does."
        raise NotAllowed(sentence, role=by.role)
    if state not in step.before:
        later = _ONCE_ANSWERED if state == "asked" else _NO_MORE
        if kind == "supersede" and state in ("submitted", "asked"):
            later = _ONCE_ACCEPTED
        said = Message("{state} {step}", state=Message(_SAID[state], number=number), step=later)
        raise StepRefused(said, number=number, state=state)
    if step.needs_reason and not reason.strip():
        raise StepRefused("Give a reason, so that the sender knows what to do.", number=number, state=state)
    return step.after
