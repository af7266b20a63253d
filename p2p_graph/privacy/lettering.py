"""A text as a reader sees it: without invisible signs, each letter in the alphabet of its word.

Whoever wants to get a name past a machine writes it with letters of another alphabet that look the same, or puts
signs between them that nobody sees. What is looked for is therefore looked for in the text as it is seen.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

__all__ = ["Seen", "as_seen", "hidden", "readings"]

#: letters of other alphabets that look like Latin ones, after Unicode's table of confusables (UTS #39)
_LATIN: Final = str.maketrans(
    {
        **dict(zip("аеорсухіјѕһԁԛԝѵкмтвнгԍӏ", "aeopcyxijshdqwvkmtbhrgl", strict=True)),
        **dict(zip("АВЕКМНОРСТУХІЈЅԚԜӀ", "ABEKMHOPCTYXIJSQWI", strict=True)),
        **dict(zip("αορνυικτχεηγω", "aopvuiktxenyw", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
        **dict(zip("ıɑɡօոցհѡ", "iagonghw", strict=True)),
    }
)
#: Latin letters that look like Greek ones
_GREEK: Final = str.maketrans(
    {
        **dict(zip("aopvuiktxenyw", "αορνυικτχεηγω", strict=True)),
        **dict(zip("ABEZHIKMNOPTYX", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True)),
    }
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_MARKS: Final = frozenset("\u034f\u20e3\ufe0e\ufe0f")
#: a hyphen that shows only at the end of a line, and the sign that joins emoji: they stand in honest texts
_HONEST: Final = frozenset("\u00ad\u200d\ufeff")
_SPACED: Final = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_·*|/]{1,3}[^\W\d_]){5,}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as it is seen, and for each of its letters where it began in the text that was given."""

    text: str
    origins: tuple[int, ...]

    def origin(self, position: int) -> int:
        """Where a position of the seen text stands in the text that was given."""
        return self.origins[position] if position < len(self.origins) else (self.origins[-1] + 1 if self.origins else 0)


def as_seen(text: str) -> Seen:
    """A text without invisible signs, wide letters and digits made plain, each word in one alphabet.

    >>> as_seen("M\\u0430ri\\u0430 S\\u200bilv\\u0430").text
    'Maria Silva'
    >>> as_seen("٩١٢ 345").text, as_seen("Μαρία και 5 μg").text
    ('912 345', 'Μαρία και 5 μg')
    """
    if text.isascii():
        return Seen(text, tuple(range(len(text))))
    letters: list[str] = []
    origins: list[int] = []
    for start, cluster in _clusters(text):
        for letter in unicodedata.normalize("NFKC", cluster):
            plain = _plain(letter)
            letters.append(plain)
            origins += [start] * len(plain)
    joined = "".join(letters)
    return Seen(_WORD.sub(lambda word: _one_alphabet(word[0]), joined), tuple(origins))


def readings(text: str) -> tuple[Seen, ...]:
    """The text as it is seen, and what else it says: with codes for letters resolved, with spaced letters joined.

    The positions of the others are those of the place where such a piece begins, or 0.

    >>> [seen.text for seen in readings("Ask J o ã o  S i l v a or &#77;aria")]
    ['Ask J o ã o  S i l v a or &#77;aria', 'Ask J o ã o  S i l v a or Maria', 'Ask João Silva or Maria']
    """
    seen = as_seen(text)
    found = [seen]
    decoded = unquote(html.unescape(text)) if "&" in text or "%" in text else text
    if decoded != text:
        other = as_seen(decoded).text
        found.append(Seen(other, (0,) * len(other)))
    joined = _SPACED.sub(lambda run: _joined(run[0]), found[-1].text)
    if joined != found[-1].text:
        found.append(Seen(joined, (0,) * len(joined)))
    return tuple(found)


def hidden(text: str) -> list[tuple[int, str]]:
    """The words of a text that are not what they seem: invisible signs inside, or letters of two alphabets.

    >>> hidden("M\\u0430rek and Ma\\u200brek, Marek"), hidden("5 μg of Δ9-THC")
    ([(0, 'Mаrek'), (10, 'Ma\\u200brek')], [])
    """
    if text.isascii():
        return []
    return [
        (match.start(), match[0])
        for match in re.finditer(r"[^\W\d_](?:[^\W\d_]|[\u200b-\u200f\u202a-\u202e\u2060-\u2069])+", text)
        if _is_odd(unicodedata.normalize("NFKC", match[0]))
    ]


def _is_odd(word: str) -> bool:
    if any(unicodedata.category(letter) == "Cf" and letter not in _HONEST for letter in word):
        return True
    return len(word) > 3 and len({_alphabet(letter) for letter in word} - {""}) > 1


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Each letter with the marks that follow it, and where it begins."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not unicodedata.combining(text[end]):
            yield start, text[start:end]
            start = end


def _plain(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Cf" or letter in _MARKS:
        return ""
    if category == "Zs":
        return " "
    return str(unicodedata.digit(letter)) if category == "Nd" else letter


def _alphabet(letter: str) -> str:
    if letter.isascii():
        return "LATIN" if letter.isalpha() else ""
    name = unicodedata.name(letter, "").split(" ")[0]
    return name if name in ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "CHEROKEE") else ""


def _one_alphabet(word: str) -> str:
    """A word of two alphabets in that to which more of its unmistakable letters belong."""
    if word.isascii():
        return word
    alphabets = [_alphabet(letter) for letter in word]
    if len(set(alphabets) - {""}) < 2:
        seems = _bare(word).translate(_LATIN)
        return seems if set(alphabets) == {"CYRILLIC"} and seems.isascii() else word
    # First count letters that look like no other; where there are none, all of them.
    sure = {"LATIN": (0, 0), "GREEK": (0, 0)}
    for letter, alphabet in zip(_bare(word), alphabets, strict=True):
        if alphabet in sure:
            known, all_ = sure[alphabet]
            sure[alphabet] = known + (letter not in _EITHER), all_ + 1
    if sure["GREEK"] > sure["LATIN"]:
        return unicodedata.normalize("NFC", word).translate(_GREEK)
    return "".join(
        letter if _alphabet(letter) == "LATIN" else _bare(letter).translate(_LATIN)
        for letter in unicodedata.normalize("NFC", word)
    )


_EITHER: Final = frozenset(chr(code) for table in (_LATIN, _GREEK) for code in table)


def _bare(word: str) -> str:
    """Each letter without its marks; as many letters as before."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in unicodedata.normalize("NFC", word))


def _joined(run: str) -> str:
    """Spaced letters as words: the widest gaps part them, or a capital letter does."""
    if "  " in run:
        return " ".join(re.sub(r"[\W_]", "", part) for part in re.split(r"\s{2,}", run))
    return re.sub(r"(?<=[^\W\d_])(?=[A-ZÀ-ÞΑ-Ω])", " ", re.sub(r"[\W_]", "", run))
