"""Messages in the reader's language: what is wrong with a contribution, what was refused, what fields are called.

The words are files that translators write, `translations/<language>/LC_MESSAGES/messages.po`, with the English text as
the key; they are read once, when a language is first asked for. What is missing is said in English. A key may have a
context: `field` for the name of a field, `help` for what stands beside it, `kind` for a kind of thing, `example` for a
value that would pass.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from p2p_graph.errors import P2PError
from p2p_graph.message import Message
from p2p_graph.model import Fault

__all__ = ["LANGUAGES", "catalogue", "error_in", "fault_in", "translated"]

#: the languages that messages are told in; English needs no file
LANGUAGES: Final = ("en", "pt", "el", "pl", "lt", "nl", "fr", "hu", "de")

_FOLDER: Final = Path(__file__).resolve().parent / "translations"
#: holes whose value is itself translated, in the context of its name
_WORDS: Final = frozenset({"kind", "example"})
_HOLE: Final = re.compile(r"\{\w+\}")


@cache
def catalogue(language: str) -> Catalog:
    """The words of a language; an empty catalogue for English. Raises KeyError for a language that is none of ours."""
    if language not in LANGUAGES:
        raise KeyError(language)
    if language == "en":
        return Catalog("en")
    with (_FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, language, abort_invalid=True)


def translated(message: Message | str, language: str, context: str = "") -> str:
    """A message in a language; in English where there is no translation, or no such language.

    >>> translated("Name", "pl", context="field")
    'Nazwa'
    >>> translated(Message("There is no submission {number}.", number=7), "xx")
    'There is no submission 7.'
    """
    said = message if isinstance(message, Message) else Message(message)
    text = _found(said.text, language, context)
    values = {name: _value(name, value, language) for name, value in said.values}
    return text.format(**values) if values else text


def fault_in(fault: Fault, language: str) -> Fault:
    """A fault with its field and its sentences in a language; where it is and what was found stay as they are.

    >>> fault_in(Fault("a.ttl", 1, "practice:x", "Name", "Choose from the list."), "pl").field
    'Nazwa'
    """
    said = fault.said or (Message(fault.what),)
    return replace(
        fault,
        field=translated(fault.field, language, "field") if fault.field else "",
        what=" ".join(translated(message, language) for message in said),
    )


def error_in(error: P2PError, language: str) -> str:
    """The sentence of an error in a language.

    >>> error_in(P2PError("There is nothing in it: describe a practice, and send it again."), "en")
    'There is nothing in it: describe a practice, and send it again.'
    """
    return translated(error.message, language)


def _found(text: str, language: str, context: str) -> str:
    if language == "en" or language not in LANGUAGES or not _HOLE.sub("", text).strip():
        return text
    entry = catalogue(language).get(text, context or None)
    return str(entry.string) if entry is not None and entry.string and not entry.fuzzy else text


def _value(name: str, value: object, language: str) -> str:
    if isinstance(value, Message):
        return translated(value, language, name if name in _WORDS else "")
    if name in _WORDS:
        return _found(str(value), language, name)
    return str(value)
