"""Texts compared without accents and case."""

from __future__ import annotations

import unicodedata

__all__ = ["fold"]


def fold(text: str) -> str:
    """A text without accents and case, for comparing.

    >>> fold("Saúde Ειρήνη ŁÓDŹ")
    'saude ειρηνη lodz'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ß", "ss"))
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("ς", "σ")
