"""What each kind of rule of the shapes finds wrong, and why it matters; how to mend it is said by the shape itself."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from p2p_graph.message import Message

__all__ = ["DATATYPES", "PROBLEMS", "parameter_of", "problem", "rank"]

_END: Final = "ConstraintComponent"
_NOT_THERE: Final = "This is not one of the entries that may stand here, so that nobody would find it among its like."
_FORM: Final = "This is not written as it has to be here, so that it could not be read or compared."

#: kind of rule, without the end of its name → what is wrong and why; a hole is filled with the limit. Of several rules
#: that one value breaks, the first is told
PROBLEMS: Final = MappingProxyType(
    {
        "Datatype": _FORM,
        "NodeKind": _FORM,
        "MinCount": "Nothing stands here yet, and without it the entry cannot be understood.",
        "MaxCount": "More stands here than may, so that readers could not tell what holds.",
        "Class": _NOT_THERE,
        "Node": _NOT_THERE,
        "HasValue": _NOT_THERE,
        "Or": _FORM,
        "Pattern": "This is not written the way such a thing is written, so that nobody could follow it.",
        "MinInclusive": "This number is below {limit}, so that a slip is likely, or that people could be known by it.",
        "MaxInclusive": "This number is above {limit}, so that a slip is likely.",
        "LessThanOrEquals": "This is larger or later than what it goes up to, and both cannot be true.",
        "UniqueLang": "There is more than one text in the same language, so that readers could not tell which to read.",
        "MinLength": "This is shorter than {limit} characters, too short to tell anything.",
        "MaxLength": "This is longer than {limit} characters, more than readers take in.",
    }
)

#: what a text is wanted as → what is wrong where it is something else
DATATYPES: Final = MappingProxyType(
    {
        "integer": "This is no whole number, so that it could not be counted or compared.",
        "decimal": "This is no number, so that it could not be counted or compared.",
        "date": "This is no day in the calendar, so that nobody could tell when it was.",
        "langString": "This is no text with its language, so that readers could not be shown it in theirs.",
        "string": "This is no plain text, so that it could not be shown as it stands.",
    }
)


def parameter_of(component: str) -> str:
    """The name of the parameter that a kind of rule is written with.

    >>> parameter_of("http://www.w3.org/ns/shacl#MinCountConstraintComponent")
    'minCount'
    """
    name = component.rpartition("#")[2].removesuffix(_END)
    return name[:1].lower() + name[1:]


def rank(component: str) -> int:
    """How early a kind of rule is told, where one value breaks several: 0 comes first."""
    return list(PROBLEMS).index(component.rpartition("#")[2].removesuffix(_END))


def problem(component: str, limit: str) -> Message | None:
    """What is wrong and why, for a kind of rule and its limit; nothing where the shape says all by itself.

    Raises KeyError for a kind of rule that has no words: a test sees to it that the shapes use none.

    >>> str(problem("http://www.w3.org/ns/shacl#MinLengthConstraintComponent", "2"))
    'This is shorter than 2 characters, too short to tell anything.'
    """
    name = component.rpartition("#")[2].removesuffix(_END)
    if name == "MaxCount" and limit == "0":
        return None
    if name == "Datatype":
        return Message(DATATYPES[limit.rpartition("#")[2]])
    text = PROBLEMS[name]
    return Message(text, limit=limit) if "{" in text else Message(text)
