"""What in one text could lead to a person: of which kind, where it stands, and what may stand although it looks so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from p2p_graph.privacy.lettering import Seen, as_seen, hidden, readings
from p2p_graph.privacy.policy import Policy

__all__ = ["Disclosure", "Reader", "disclosures", "masked"]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One piece of a text that could lead to a person: of which kind, and where it stands."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class Reader:
    """Reads texts with a policy; `allowed` are names that may stand in them: of organisations, places, laws, works."""

    policy: Policy
    allowed: frozenset[str] = frozenset()

    def read(self, text: str, names: bool = True) -> list[Disclosure]:
        """The pieces of a text that could lead to a person, in the order of the text; without names if not asked for.

        The text of a disclosure is what a reader sees, which may be written with other signs.
        """
        found = [Disclosure("hidden letters", word, start) for start, word in hidden(text)]
        for seen in readings(text):
            for kind, start, said in self._once(seen, names):
                if not any(said == known.text for known in found):
                    found.append(Disclosure(kind, said, seen.origin(start)))
        return sorted(found, key=lambda disclosure: (disclosure.start, disclosure.kind))

    def _once(self, seen: Seen, names: bool) -> list[tuple[str, int, str]]:
        traces = self.policy.traces.found(seen.text)
        if not names:
            return traces
        persons = self.policy.names.found(seen.text)
        if persons and self._standing is not None:
            # What may stand is blotted out at its length, so that positions stay true.
            blotted = self._standing.sub(lambda name: "·" * len(name[0]), seen.text)
            persons = self.policy.names.found(blotted)
        return [*traces, *(("name of a person", start, said) for start, said in persons)]

    @cached_property
    def _standing(self) -> re.Pattern[str] | None:
        names = sorted({as_seen(name).text for name in self.allowed if len(name) > 1}, key=lambda n: (-len(n), n))
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None


def disclosures(text: str, policy: Policy, allowed: Iterable[str] = ()) -> list[Disclosure]:
    """The pieces of one text that could lead to a person, in the order of the text.

    For many texts make one `Reader`.

    >>> policy = Policy.read({"smallest_group": 5, "honorifics": ["Mr"], "given_names": ["Anna"]})
    >>> [d.text for d in disclosures("Anna Kowalska and Mr Silva met the team of Anna House.", policy, ["Anna House"])]
    ['Anna Kowalska', 'Mr Silva']
    >>> [d.kind for d in disclosures("Write to x@example.org or +351 912 345 678.", policy)]
    ['e-mail address', 'telephone number']
    """
    return Reader(policy, frozenset(allowed)).read(text)


def masked(text: str) -> str:
    """A disclosure as it may be shown in errors and logs: the first letter of each word, no digit.

    >>> masked("Maria Silva"), masked("+351 912 345 678"), masked("x@example.org")
    ('M•••• S••••', '••••••••••••••••', 'x••••••••••••')
    """
    return re.sub(
        r"\S+",
        lambda word: (word[0][0] if word[0][0].isalpha() else "•") + "•" * (len(word[0]) - 1),
        re.sub(r"(?<=\d)\s(?=\d)", "•", text),
    )
