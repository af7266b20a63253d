"""What in a text could lead to a person: a name, an e-mail address, a telephone number, a handle.

Pure: texts and a policy in, findings out. The words and numbers of the policy stand in `ontology/policy.json`.
A text of the graph is about roles and groups; whoever is named in it, is named by mistake.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from p2p_graph.vocab import PREFIXES

__all__ = ["Disclosure", "Policy", "disclosures"]

_WORD: Final = re.compile(r"[^\W\d_][\w’'-]*")
_BETWEEN: Final = re.compile(r"\.?\s+")
_EMAIL: Final = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+")
_TELEPHONE: Final = re.compile(r"(?<![\w/.-])(?:\+|00)\d(?:[ ./-]?\d){7,13}(?![\w/])")
_HANDLE: Final = re.compile(r"(?<![\w@.])@[A-Za-z0-9_]{3,30}\b")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One piece of a text that could lead to a person: of which kind, and where it stands."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy as values: which properties hold free text, and which words point to a name."""

    free_text: frozenset[str]
    honorifics: frozenset[str]
    given_names: frozenset[str]
    smallest_group: int

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Policy:
        """A policy from the parsed file.

        >>> data = {"free_text": ["p2p:note"], "honorifics": ["Mr"], "given_names": ["Anna"], "smallest_group": 5}
        >>> Policy.read(data).smallest_group
        5
        """
        return cls(
            frozenset(_full(name) for name in data["free_text"]),
            frozenset(data["honorifics"]),
            frozenset(data["given_names"]),
            int(data["smallest_group"]),
        )


def _full(name: str) -> str:
    prefix, local = name.split(":", 1)
    return PREFIXES[prefix] + local


def disclosures(text: str, policy: Policy, allowed: Iterable[str] = ()) -> list[Disclosure]:
    """The pieces of a text that could lead to a person, in the order of the text.

    `allowed` are names that may stand in it: of organisations, places, laws, works. A name is a given name of
    the policy or a form of address beside another word with a capital letter.

    >>> policy = Policy(frozenset(), frozenset({"Mr"}), frozenset({"Anna"}), 5)
    >>> [d.text for d in disclosures("Anna Kowalska and Mr Silva met the team of Anna House.", policy, ["Anna House"])]
    ['Anna Kowalska', 'Mr Silva']
    >>> [d.kind for d in disclosures("Write to x@example.org or +351 912 345 678.", policy)]
    ['e-mail address', 'telephone number']
    """
    plain = unicodedata.normalize("NFC", text)
    if not _found(plain, policy):
        return []
    for name in sorted({name for name in allowed if name}, key=len, reverse=True):
        # What may stand is blotted out at its length, so that positions stay true.
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "·" * len(name), plain)
    return _found(plain, policy)


def _found(text: str, policy: Policy) -> list[Disclosure]:
    found = [
        Disclosure(kind, match[0], match.start())
        for kind, pattern in (("e-mail address", _EMAIL), ("telephone number", _TELEPHONE), ("handle", _HANDLE))
        for match in pattern.finditer(text)
    ]
    words = list(_WORD.finditer(text))
    for first, second in pairwise(words):
        if not _BETWEEN.fullmatch(text, first.end(), second.start()):
            continue
        before, after = first[0], second[0]
        if _is_name(before, after, policy):
            found.append(Disclosure("name of a person", text[first.start() : second.end()], first.start()))
    return sorted(found, key=lambda d: d.start)


def _is_name(before: str, after: str, policy: Policy) -> bool:
    if not (before[0].isupper() and (after[0].isupper() or after in policy.honorifics)):
        return False
    # Hungarian puts the given name and the form of address last: Szabó Gábor, Kovács úr.
    return before in policy.honorifics or after in policy.honorifics or bool({before, after} & policy.given_names)
