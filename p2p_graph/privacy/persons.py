"""Names of natural persons in a text, in eight languages, and what may stand although it looks like one.

No model of a language is asked: small ones exist in packages for few of the eight, and none for Greek, Lithuanian or
Hungarian. Instead: lists of given names and surnames (Faker's, and those of the policy) in all their cases, forms of
address, endings of surnames, and words such as "called" or "a peer" before a name. A text of the graph is about roles
and groups, so there is little in it that looks like a name and is none.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from p2p_graph.text import fold

__all__ = ["Names"]

#: where Faker keeps the names of a country
_LOCALES: Final = ("el_GR", "en_GB", "fr_BE", "fr_FR", "hu_HU", "lt_LT", "nl_BE", "nl_NL", "pl_PL", "pt_PT")
#: endings of surnames that are hardly anything else, folded: Lithuanian, Greek, Polish
_SURNAME: Final = re.compile(
    r"(?:\w{2,}(?:ausk|insk|evici|avici)(?:as|o|ui|a|u|iaus|iui|iumi|ius|io)"
    r"|\w{3,}(?:aitis|aicio|aiciui|iene|ienes|ienei|yte|ytes|ytei|aite|aites|aitei|ute|utes)"
    r"|\w{2,}(?:opoulos|opoulou|opoulo|οπουλοσ|οπουλου|οπουλο|ιδησ|ιδη|ιδου|αδησ|αδου|ακησ|ακη|ατοσ|ατου|ελλησ)"
    r"|\w{2,}(?:iewicz|owicz|ewicz)(?:a|owi|em)?|\w{2,}czyk(?:a|owi|iem)?"
    r"|\w{2,}(?:owsk|ewsk|insk)(?:i|a|iego|iemu|im|iej))"
)
_TOKEN: Final = re.compile(r"[^\W\d_](?:[\w’'ʼ]*\w)?(?:-[^\W\d_][\w’'ʼ]*\w)*")
_BETWEEN: Final = re.compile(r"\.?,?\s+|\.")
#: capital letters that are words at the beginning of a sentence
_ARTICLES: Final = frozenset("AIOEYWZUÓÀÉΗΟ")
_LEET: Final = str.maketrans("0134578", "oieastb")
#: particles between a given name and a surname
_PARTICLES: Final = frozenset(
    (
        *("da", "das", "de", "do", "dos", "e", "van", "von", "der", "den", "ter", "ten", "te"),
        *("le", "la", "du", "d", "del", "di", "bin", "el", "al", "y", "i"),
    )
)
#: endings by which a folded given name changes, by the ending that it has; the longest ending that fits counts
_CASES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("ia", ("ii", "ie", "io", "ios", "iai", "iaja")),
    ("ek", ("ka", "kowi", "kiem", "ku")),
    ("el", ("la", "lowi", "lem", "elt", "elnek", "ellel", "els")),
    ("as", ("o", "ui", "a", "u", "e", "ai")),
    ("is", ("io", "iui", "i", "iu", "y")),
    ("ys", ("io", "iui", "i", "iu", "y")),
    ("us", ("aus", "ui", "u", "umi")),
    ("οσ", ("ου", "ο", "ε")),
    ("ησ", ("η",)),
    ("ασ", ("α",)),
    ("ισ", ("ι", "η")),
    ("α", ("ασ",)),
    ("η", ("ησ",)),
    ("a", ("y", "i", "e", "o", "ie", "os", "ai", "oje", "at", "anak", "aval", "ara", "atol", "ahoz", "as", "za")),
    ("e", ("es", "ei", "eje", "et", "enek", "evel", "ere", "etol", "ehez")),
)
_AFTER_CONSONANT: Final = (
    *("a", "owi", "em", "iem", "ie", "u", "s", "t", "ot", "et", "at", "nak", "nek", "ra", "re", "tol", "hoz", "hez"),
    *("rol", "ert", "ban", "ben", "e", "ek"),
)


@dataclass(frozen=True)
class Names:
    """What a name looks like: the words of the policy, and the lists of names made once.

    >>> names = Names(frozenset({"Mr"}), frozenset({"Ana"}), frozenset(), frozenset({"called"}), frozenset({"peer"}))
    >>> [found for _, found in names.found("Maria Silva, Mr Bean and a peer called Zed met Anna of the Trimbos team.")]
    ['Maria Silva', 'Mr Bean', 'called Zed']
    """

    honorifics: frozenset[str]
    #: given names that are hardly ever anything else
    given: frozenset[str]
    #: those of them that are also words, places or things: alone they are no sign
    words: frozenset[str]
    cues: frozenset[str]
    people: frozenset[str]

    def found(self, text: str, pairs_known: bool = False) -> list[tuple[int, str]]:
        """The names in a text as it is seen, with their positions, in the order of the text.

        With `pairs_known` only pairs of which both words are known count: for texts without sentences.
        """
        tokens = list(_TOKEN.finditer(text))
        if pairs_known:
            pairs = ((span, text[slice(*span)].split()) for span in self._pairs(text, tokens))
            spans = [span for span, pair in pairs if len(set(pair)) > 1 and all(map(self._is_known, pair))]
        else:
            spans = [*self._pairs(text, tokens), *self._pointed(text, tokens), *self._alone(text, tokens)]
        return [(start, text[start:end]) for start, end in _merged(spans)]

    def is_one(self, text: str) -> bool:
        """Whether a whole text is the name of a person: a given name and a surname, nothing else.

        >>> names = Names(frozenset(), frozenset(), frozenset(), frozenset(), frozenset())
        >>> names.is_one("Maria Silva"), names.is_one("Silva, Maria"), names.is_one("Maria Silva Centre")
        (True, True, False)
        """
        words = [word for word in re.split(r"[\s,]+", text) if word and word.lower() not in _PARTICLES]
        if len(words) not in (2, 3):
            return False
        keys = [_key(word) for word in words]
        given = keys[0] in self._known or keys[-1] in self._known
        return given and all(self._is_known(word) for word in words) and any(map(self._is_surname, keys))

    def _is_known(self, word: str) -> bool:
        key = _key(word)
        return key in self._known or key in _PARTICLES or self._is_surname(key)

    # Two words, one of them known

    def _pairs(self, text: str, tokens: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
        for at, first in enumerate(tokens):
            second = self._next(text, tokens, at)
            if second and self._is_name(text, first, second):
                yield first.start(), second.end()

    def _next(self, text: str, tokens: list[re.Match[str]], at: int) -> re.Match[str] | None:
        """The word that follows, particles passed over; None where something else stands between."""
        last, steps = tokens[at], 0
        for token in tokens[at + 1 :]:
            if not _BETWEEN.fullmatch(text, last.end(), token.start()):
                return None
            if steps < 3 and token[0] in _PARTICLES and last is not token:
                last, steps = token, steps + 1
                continue
            return token
        return None

    def _is_name(self, text: str, first: re.Match[str], second: re.Match[str]) -> bool:
        before, after = first[0], second[0]
        between = text[first.end() : second.start()]
        if before in self.honorifics:
            return (_capital(after) and not after.isupper()) or after in self._known
        if after in self.honorifics:
            # Hungarian puts the form of address last: Kovács úr.
            return _capital(before) and between.isspace()
        one, other = _key(before), _key(after)
        if len(before) == 1 and before.isupper() and (between.startswith(".") or before not in _ARTICLES):
            return _capital(after) and len(after) > 4 and self._is_surname(other) and "," not in between
        if len(after) == 1 and after.isupper() and text[second.end() : second.end() + 1] == ".":
            return _capital(before) and len(before) > 3 and self._is_surname(one)
        if "." in between:
            return False
        if not (_capital(before) and _capital(after)):
            return self._is_plain_name(before, after, one, other)
        return self._fits(one, other, "," in between) or _is_cyrillic(before + after)

    def _fits(self, one: str, other: str, comma: bool) -> bool:
        lists, sure = self._lists, self._sure
        if comma:
            # In a list, "Porto, Maria" is no name; "Silva, Maria" is one.
            return one in lists.surnames and one not in lists.given and other in lists.given
        if one in sure or other in sure:
            return True
        known = (one in lists.given and self._is_surname(other)) or (other in lists.given and self._is_surname(one))
        return known or bool(one in lists.given and other in lists.given)

    def _is_plain_name(self, before: str, after: str, one: str, other: str) -> bool:
        """Without capital letters only two words that are both known make a name."""
        if not (before.islower() and after.islower()) or len(one) < 4 or len(other) < 4:
            return False
        return (one in self._sure and other in self._lists.surnames) or (
            other in self._sure and one in self._lists.surnames
        )

    def _is_surname(self, key: str) -> bool:
        return key in self._lists.surnames or bool(_SURNAME.fullmatch(key))

    # One word, and another that points to it

    def _pointed(self, text: str, tokens: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
        words = [token[0].lower() for token in tokens]
        for at, token in enumerate(tokens):
            if at == 0 or not _capital(token[0]) or not token[0][1:].islower():
                continue
            between = text[tokens[at - 1].end() : token.start()]
            quoted = re.fullmatch(r"\s+(?:as\s+)?[\"'“„«‘(]?", between)
            if not quoted:
                continue
            if self._cue(words, at) or (words[at - 1] in self._people and _key(token[0]) in self._known):
                yield tokens[at - 1].start(), token.end()

    def _alone(self, text: str, tokens: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
        """A given name by itself, where it can hardly be anything else."""
        for token in tokens:
            word = token[0]
            if not (_capital(word) and word[1:].islower()) or _key(word) not in self._telling:
                continue
            begins = not text[: token.start()].strip() or bool(re.search(r"[.!?:;•\n]\W*$", text[: token.start()]))
            if not begins or _key(word) in self._exact:
                yield token.start(), token.end()

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(_key(name) for name in self.given - self.words)

    @cached_property
    def _telling(self) -> frozenset[str]:
        return frozenset(_in_all_cases(name for name in self.given - self.words if len(name) > 3)) - {
            _key(word) for word in self.words
        }

    def _cue(self, words: list[str], at: int) -> bool:
        """Whether "called" or its like stands before, and before that a word for one person."""
        for length in (1, 2, 3):
            if " ".join(words[max(0, at - length) : at]) in self._pointers:
                return bool(self._people & set(words[max(0, at - length - 4) : at - length]))
        return False

    @cached_property
    def _pointers(self) -> frozenset[str]:
        return frozenset(cue.lower() for cue in self.cues)

    @cached_property
    def _people(self) -> frozenset[str]:
        return frozenset(word.lower() for word in self.people)

    @cached_property
    def _lists(self) -> _Lists:
        return _lists()

    @cached_property
    def _sure(self) -> frozenset[str]:
        """Given names of the policy in all cases: whoever reviewed them knows that they are nothing else."""
        return frozenset(_in_all_cases(self.given))

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._sure | self._lists.given


@dataclass(frozen=True, slots=True)
class _Lists:
    given: frozenset[str]
    surnames: frozenset[str]


@cache
def _lists() -> _Lists:
    """The names of all countries, folded, in all cases."""
    given: set[str] = set()
    surnames: set[str] = set()
    for locale in _LOCALES:
        provider: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            values = getattr(provider, attribute)
            if not isinstance(values, tuple | list | dict) or "name" not in attribute:
                continue
            names = {name for name in values if isinstance(name, str) and "{" not in name}
            if attribute.startswith("first_names"):
                given |= names
            elif "last_names" in attribute:
                surnames |= names
    return _Lists(frozenset(_in_all_cases(given)), frozenset(_in_all_cases(surnames)))


def _in_all_cases(names: Iterable[str]) -> Iterator[str]:
    """Names folded, each word of one by itself, with the forms that they take in a sentence."""
    for name in names:
        for part in re.split(r"[\s-]+", name):
            key = _key(part)
            if len(key) < 3 or key in _PARTICLES:
                continue
            yield key
            if len(key) < 4:
                continue
            for ending, others in _CASES:
                if key.endswith(ending):
                    yield from (key[: -len(ending)] + other for other in others)
                    break
            else:
                if key[-1] not in "aeiouyαεηιουω":
                    yield from (key + other for other in _AFTER_CONSONANT)
                    # Hungarian "with" doubles the last letter: Gáborral.
                    yield from (f"{key}{key[-1]}{vowel}l" for vowel in "ae")


def _key(word: str) -> str:
    folded = fold(word)
    if not folded.isalpha():
        folded = re.sub(r"['’ʼ]s?$", "", folded)
        folded = re.sub(r"[\W_]", "", folded.split("-")[0] if "-" in folded else folded)
        if any(letter.isdigit() for letter in folded):
            folded = folded.translate(_LEET)
    return folded


def _capital(word: str) -> bool:
    return word[0].isupper()


def _is_cyrillic(word: str) -> bool:
    return all("\u0400" <= letter <= "\u04ff" for letter in word)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found
