"""What a picture shows as it stands in an address, and back: a link gives the same picture in a fresh browser.

What an address says that nobody understands is left aside and told, and the rest is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from p2p_graph.model import View
from p2p_graph.reading.network import FAMILIES, FORMS

__all__ = ["PICTURES", "REST", "STANCES", "Shown", "read"]

#: what the pictures of countries can be
PICTURES: Final = ("wheels", "networks", "matrices", "map")
STANCES: Final = ("together", "against")
#: the side of a difference that stands for all other countries
REST: Final = "rest"
_YEARS: Final = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Shown:
    """The state of the page that compares: which pictures, of which ties, two sides, and what was left aside."""

    view: View
    picture: str = "wheels"
    one: str = ""
    other: str = ""
    ignored: tuple[str, ...] = ()

    def address(self, **changed: str) -> str:
        """Its query string, with fields changed; fields that say nothing are left out."""
        view = self.view
        fields: dict[str, str | list[str]] = {
            "show": self.picture if self.picture != PICTURES[0] else "",
            "role": list(view.roles),
            "form": list(view.forms),
            "stance": view.stance,
            "year": str(view.year) if view.year is not None else "",
            "undated": "1" if view.undated and view.year is not None else "",
            "one": self.one,
            "other": self.other,
        }
        fields.update(changed)
        return urlencode({name: value for name, value in fields.items() if value}, doseq=True)


def read(fields: MultiDict[str, str], countries: Mapping[str, str]) -> Shown:
    """What an address asks to be shown, of the countries there are by their code."""
    ignored: list[str] = []
    known = {"show", "role", "form", "stance", "year", "undated", "one", "other", "lang"}
    ignored += [_("“%(said)s” is no part of this page", said=name[:40]) for name in fields if name not in known]

    def several(name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        given = [value for value in fields.getlist(name) if value]
        ignored.extend(_unknown(name, value, choices) for value in given if value not in choices)
        return tuple(choice for choice in choices if choice in given)

    def single(name: str, choices: tuple[str, ...]) -> str:
        found = fields.get(name, "")
        if found and found not in choices:
            ignored.append(_unknown(name, found, choices))
            return ""
        return found

    year = _year(fields.get("year", ""), ignored)
    codes = tuple(countries)
    one, other = single("one", codes), single("other", (*codes, REST))
    if one and one == other:
        ignored.append(_("a country is not compared with itself"))
        other = ""
    view = View(
        roles=several("role", FAMILIES),
        forms=several("form", FORMS),
        stance="together" if (stance := single("stance", STANCES)) == "together" else "against" if stance else "",
        year=year,
        undated=fields.get("undated") == "1",
    )
    return Shown(view, single("show", PICTURES) or PICTURES[0], one, other, tuple(ignored))


def _year(said: str, ignored: list[str]) -> int | None:
    if not said:
        return None
    if said.isdecimal() and len(said) == 4 and int(said) in _YEARS:
        return int(said)
    ignored.append(_("“%(said)s” is no year", said=said[:40]))
    return None


def _unknown(name: str, value: str, choices: tuple[str, ...]) -> str:
    return _("“%(said)s” is not one of the choices for %(name)s", said=value[:40], name=name)
