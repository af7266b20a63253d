"""What each kind of exposure means, and what to write instead, for the partner who wrote it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = ["COARSER", "WORDS", "explain"]

_SO: Final = "so that nobody can be found through this page"

#: kind → what is wrong, why, and how to mend it; an example of what would pass stands in quotes
WORDS: Final = MappingProxyType(
    {
        "name of a person": "This looks like the name of a person. Write of roles and groups instead, such as "
        f"“a nurse of the team”, {_SO}.",
        "person": f"This describes one person. Describe the group and its role instead, such as “peer workers”, {_SO}.",
        "e-mail address": "This looks like an e-mail address. Leave it out, or name the organisation that can be "
        f"asked, {_SO}.",
        "telephone number": "This looks like a telephone number. Leave it out, or name the organisation that can be "
        f"asked, {_SO}.",
        "handle": f"This looks like the name of an account on a network. Leave it out, or write “by messenger”, {_SO}.",
        "link to a person": "This link leads to a person, a private group or a spot on a map. Leave it out, or name a "
        f"published document instead, {_SO}.",
        "link to outside data": "A link from here to data elsewhere could be joined with what is known there. Leave it "
        "out; published documents are named as sources.",
        "number plate": f"This looks like a number plate. Write “a van” or “a mobile unit”, {_SO}.",
        "bank account": f"This looks like the number of an account. Leave it out, {_SO}.",
        "identity number": f"This looks like a number that one person carries. Leave it out, {_SO}.",
        "exact place": "This is an exact place. Write the city, such as “Porto”, or what kind of place it is, such as "
        f"“near a station”, {_SO}.",
        "date of birth": f"This looks like a date of birth. Leave it out, or write of a group, such as “young adults”, "
        f"{_SO}.",
        "age of one person": "This tells the age of one person. Leave it out, or write of a group, such as “adults”, "
        f"{_SO}.",
        "small group": "This tells of so few people that each could be known. Leave the number out, or write "
        "“fewer than 5”, such as “fewer than 5 peer workers”.",
        "small number": "This counts so few people that each could be known. Leave the number out; numbers from 5 on "
        "may stand.",
        "small difference": "Two numbers here differ by so few people that each could be known. Leave one of the two "
        "out, or round both, such as 40 and 50.",
        "rare neighbourhood": "Nobody else in the graph has this role and works with just these others, so the group "
        "could be known by it. Name fewer partners, or a published document that tells of it, such as a yearly report.",
        "rare combination": "Fewer than 5 groups with this role are known in the country, and no published document "
        "tells of this one, so its people could be known. Name a published document, such as a yearly report, or leave "
        "the group out.",
        "place or year in words": "This text or address holds a place or a year that is made coarser, because few "
        "groups like this are known there. Write it without, such as “in the north”.",
        "hidden letters": "A word here holds signs that nobody sees, or letters of two alphabets, behind which a name "
        "could hide. Type it again.",
        "unknown field": "This field is none of those that are published, and could lead to people unnoticed. Use the "
        "fields of the form, or write it as a note in words.",
    }
)

#: what is made coarser, and why; none of it keeps anything from being published
COARSER: Final = MappingProxyType(
    {
        "wider place": "Few groups like this are known there, so its place will be published only as far as others "
        "share it, such as the region or the country. Name a published document that tells of it, and the place may "
        "stand.",
        "wider years": "Few groups like this are known in these years, so they will be published only as far as others "
        "share them, such as “2010 to 2014”. Name a published document that tells of it, and the years can stand.",
    }
)


def explain(kind: str) -> str:
    """What a kind of exposure means and what to write instead. Raises KeyError for a kind that there is not.

    >>> explain("number plate")
    'This looks like a number plate. Write “a van” or “a mobile unit”, so that nobody can be found through this page.'
    """
    return WORDS[kind] if kind in WORDS else COARSER[kind]
