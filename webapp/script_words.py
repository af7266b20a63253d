"""What the scripts of the pages say, found in their own texts, and said in the language of a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask

from webapp.languages import ENGLISH, catalogue, language, locale

__all__ = ["install", "said_by_scripts", "words_of_scripts"]

_FOLDER: Final = Path(__file__).resolve().parent / "static" / "js"
_TEXT: Final = r'"((?:[^"\\]|\\.)*)"'
_SAID: Final = re.compile(rf"\bsay\(\s*{_TEXT}|\bsayMany\(\s*{_TEXT},\s*{_TEXT}")
#: numbers among which every plural form of our languages is met
_MET: Final = range(200)


@cache
def said_by_scripts() -> tuple[str | tuple[str, str], ...]:
    """The texts of all scripts, in the order of the alphabet; those that count come as one and many.

    >>> ("%(count)s row", "%(count)s rows") in said_by_scripts(), "Close" in said_by_scripts()
    (True, True)
    """
    return tuple(sorted(set(_found()), key=str))


def _found() -> Iterator[str | tuple[str, str]]:
    for path in sorted(_FOLDER.glob("*.js")):
        for text, one, many in _SAID.findall(path.read_text(encoding="utf-8")):
            yield json.loads(f'"{text}"') if text else (json.loads(f'"{one}"'), json.loads(f'"{many}"'))


@cache
def words_of_scripts(code: str) -> dict[str, str | dict[str, str]]:
    """What `words.js` needs on a page: each text in a language, or its forms by the names that CLDR gives to plurals.

    >>> words_of_scripts("en")
    {}
    """
    if code == ENGLISH:
        return {}
    known = catalogue(code)
    made: dict[str, str | dict[str, str]] = {}
    for said in said_by_scripts():
        if isinstance(said, str):
            made[said] = known.gettext(said)
            continue
        names = locale(code).plural_form
        forms = {names(n): known.ngettext(*said, n) for n in reversed(_MET)}
        made[said[0]] = {**forms, "other": forms.get("other", known.ngettext(*said, 0))}
    return made


def install(app: Flask) -> None:
    """Gives the templates of an app the words of its scripts."""
    app.jinja_env.globals.update(script_words=lambda: words_of_scripts(language()))
