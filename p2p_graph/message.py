"""What is told to people, before it is in a language: an English sentence with named holes, and what goes into them.

The English sentence is also the key under which translators find it. Errors and faults carry messages, so that whoever
shows one can say it in the language of its reader: see `p2p_graph.translation`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Message"]


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """An English sentence with holes such as `{count}`, and their values: texts, numbers, or messages themselves.

    >>> str(Message("There are {count} drafts already.", count=50))
    'There are 50 drafts already.'
    """

    text: str
    values: tuple[tuple[str, object], ...]

    def __init__(self, text: str, **values: object) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", tuple(values.items()))

    def __str__(self) -> str:
        # a sentence without values may hold braces of its own
        return self.text.format(**{name: str(value) for name, value in self.values}) if self.values else self.text

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.text, self.values)


def _again(text: str, values: tuple[tuple[str, object], ...]) -> Message:
    return Message(text, **dict(values))
