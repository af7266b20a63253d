"""Words compared as people mean them: the letters of eight languages, joined words, slips."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from p2p_graph.text import fold, joined, slips, words

#: letters with an accent, or of their own, and what people type instead
LETTERS = {
    "pt": ("áâãàçéêíóôõú", "aaaaceeiooou"),
    "el": ("άέήίόύώϊϋΐΰς", "αεηιουωιυιυσ"),
    "pl": ("ąćęłńóśźż", "acelnoszz"),
    "lt": ("ąčęėįšųūž", "aceeisuuz"),
    "nl": ("éëïóöü", "eeioou"),
    "fr": ("àâçéèêëîïôùûüÿ", "aaceeeeiiouuuy"),
    "hu": ("áéíóöőúüű", "aeiooouuu"),
    "en": ("éï", "ei"),
}


@pytest.mark.parametrize("language", LETTERS)
def test_letters_of_a_language_are_folded(language: str) -> None:
    written, typed = LETTERS[language]
    assert fold(written) == fold(written.upper()) == typed


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("œuvre", "oeuvre"),
        ("Æther", "aether"),
        ("Straße", "strasse"),
        ("Sjø", "sjo"),
        ("e\u0301te\u0301", "ete"),
        ("\ufb01nd", "find"),
        ("har\u00adm", "harm"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("ℌarm", "harm"),
    ],
)
def test_what_looks_alike_is_alike(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_words_stand_where_they_say_and_hold_letters_only(text: str) -> None:
    found = words(text)
    assert all(word.folded.isalnum() and fold(text[word.start : word.end]) for word in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert [word for group in joined(text, found) for word in group] == found


def far(one: str, other: str) -> int:
    """The distance as its definition says it, without any shortcut."""
    table = [[i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (not same))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(1, 3))
def test_slips_are_counted_as_the_definition_says(one: str, other: str, most: int) -> None:
    assert slips(one, other, most) == min(far(one, other), most + 1)
