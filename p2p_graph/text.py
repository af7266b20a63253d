"""Texts compared as people mean them: without accents and case, word by word, and with small slips of spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

__all__ = ["Word", "fold", "joined", "slips", "slug", "words"]

#: letters that no decomposition of Unicode takes apart, and the sigma that ends a word
_LETTERS: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ς": "σ"}
)
#: Greek in Latin letters, letter by letter, after ISO 843
_GREEK: Final = str.maketrans(
    {
        **dict(zip("αβγδεζηικλμνξοπρστυφω", "avgdeziiklmnxoprstyfo", strict=True)),
        "θ": "th",
        "χ": "ch",
        "ψ": "ps",
    }
)
#: letters and digits; marks and invisible signs between them end no word
_WORD: Final = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060])*")
_NO_LETTER: Final = re.compile(r"[\W_]+")
#: signs that join words to one: drop-in, G.A.T., l'association, AT/OD
_JOINING: Final = frozenset("-\u2010\u2011'’.&/·")


def fold(text: str) -> str:
    """A text without accents and case, for comparing. Folding twice changes nothing.

    >>> fold("Saúde Ειρήνη ŁÓDŹ Őrült Ąžuolas Straße ΠΡΑΞΙΣ")
    'saude ειρηνη lodz orult azuolas strasse πραξισ'
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return kept.translate(_LETTERS)


def slug(text: str, most: int = 60) -> str:
    """A text as the end of an address: plain letters, digits and hyphens, Greek written with Latin letters.

    Empty where nothing is left; cut after a whole word where it would have more than `most` signs.

    >>> slug("Υποστήριξη ομοτίμων – Łódź 2009"), slug("„…“")
    ('ypostirixi-omotimon-lodz-2009', '')
    """
    plain = fold(text).translate(_GREEK)
    parts = re.findall(r"[a-z0-9]+", plain)
    kept = ""
    for part in parts:
        longer = f"{kept}-{part}" if kept else part[:most]
        if len(longer) > most:
            break
        kept = longer
    return kept


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it begins and ends there, and what it is when folded."""

    start: int
    end: int
    folded: str


def words(text: str) -> list[Word]:
    """The words of a text in their order; whatever is no letter and no digit stands between them.

    >>> [word.folded for word in words("«C-Buddy», Łódź 2009")]
    ['c', 'buddy', 'lodz', '2009']
    """
    found = (Word(m.start(), m.end(), _NO_LETTER.sub("", fold(m[0]))) for m in _WORD.finditer(text))
    return [word for word in found if word.folded]


def joined(text: str, parts: list[Word]) -> list[list[Word]]:
    """The words of a text in groups: those that hyphens, apostrophes or points join stand together.

    >>> text = "A drop-in by G.A.T."
    >>> ["".join(word.folded for word in group) for group in joined(text, words(text))]
    ['a', 'dropin', 'by', 'gat']
    """
    groups = [[part] for part in parts[:1]]
    for last, part in pairwise(parts):
        if part.start - last.end == 1 and text[last.end] in _JOINING:
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def slips(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour; `most + 1` if more than `most`.

    The optimal string alignment distance: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance

    >>> [slips("naloxone", word, 2) for word in ("naloxone", "naloxne", "anloxone", "nalokson", "methadone")]
    [0, 1, 1, 3, 3]
    """
    far = most + 1
    # a slip changes the length by one at most, and the set of letters by two: most words end here
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return far
    before: list[int] = []
    last = [min(j, far) for j in range(len(other) + 1)]
    for i, letter in enumerate(one, 1):
        row = [min(i, far)] + [far] * len(other)
        # what lies further from the diagonal is further than `most`
        for j in range(max(1, i - most), min(len(other), i + most) + 1):
            its = other[j - 1]
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, before[j - 2] + 1)
            row[j] = min(cost, far)
        if min(row) > most:
            return far
        before, last = last, row
    return last[-1]
