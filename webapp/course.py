"""The state of the explorer as it stands in an address, and back: where one began, what was opened, which filters.

What an address says that nobody understands is left aside and told, and the rest is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from p2p_graph.reading.exploring import FACETS, MEASURES, NO_FILTERS, Filters
from p2p_graph.reading.network import FAMILIES
from p2p_graph.vocab import BASE, kind_and_slug
from webapp.languages import N_

__all__ = ["ALL", "Known", "State", "address_of", "path_of", "read_state"]

#: the start that shows everything
ALL: Final = "all"
_YEARS: Final = range(1900, 2101)
#: actors that one address may open, and letters of a text that is searched
_MOST_OPEN: Final = 80
_LONGEST: Final = 200
_FIELDS: Final = frozenset(
    {"at", "to", "depth", "open", "since", "until", "undated", "size", "card", "q", "page", "lang", *FACETS}
)


def path_of(address: str) -> str:
    """A thing as it stands in an address of the explorer.

    >>> path_of("https://w3id.org/peer2peer/id/practice/c-buddy")
    'practice/c-buddy'
    """
    known = kind_and_slug(address)
    return "/".join(known) if known else address


def address_of(path: str) -> str:
    """The address of a thing from what stands in an address of the explorer.

    >>> address_of("practice/c-buddy")
    'https://w3id.org/peer2peer/id/practice/c-buddy'
    """
    return f"{BASE}id/{path}"


@dataclass(frozen=True, slots=True)
class Known:
    """What an address may name: actors and starts by their paths, and for each facet its values."""

    actors: Collection[str]
    starts: Collection[str]
    facets: Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class State:
    """What the explorer shows: where one began, what was opened, filters, what size stands for, whose card is open."""

    at: str = ""
    to: str = ""
    depth: int = 1
    opened: tuple[tuple[str, str], ...] = ()
    filters: Filters = NO_FILTERS
    size: str = MEASURES[0]
    card: str = ""
    text: str = ""
    page: int = 1
    ignored: tuple[str, ...] = ()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Names and values as they stand in the address; those that say nothing are left out."""
        filters = self.filters
        years = filters.since is not None or filters.until is not None
        said: list[tuple[str, str]] = [
            ("at", self.at),
            ("to", self.to),
            ("depth", str(self.depth) if self.depth != 1 else ""),
            *(("open", f"{path}~{family}" if family else path) for path, family in self.opened),
            *((facet, value) for facet in FACETS for value in filters.wanted.get(facet, ())),
            ("since", "" if filters.since is None else str(filters.since)),
            ("until", "" if filters.until is None else str(filters.until)),
            ("undated", "1" if filters.undated and years else ""),
            ("size", self.size if self.size != MEASURES[0] else ""),
            ("card", self.card),
            ("q", self.text),
            ("page", str(self.page) if self.page != 1 else ""),
        ]
        return [(name, value) for name, value in said if value]

    def address(self, **changed: str) -> str:
        """The query string, with fields changed; an empty value leaves one out. Another picture begins at page 1.

        >>> State("country/PT", card="group/a").address(card="", size="actors")
        'at=country%2FPT&size=actors'
        """
        changed.setdefault("page", "")
        kept = [(name, value) for name, value in self.fields if name not in changed]
        return urlencode(kept + [(name, value) for name, value in changed.items() if value], safe="~")

    def opening(self, path: str, family: str = "") -> str:
        """The query string once an actor is opened too, its card beside."""
        more = (*self.fields, ("open", f"{path}~{family}" if family else path))
        return urlencode([(n, v) for n, v in more if n not in ("card", "page", "q")] + [("card", path)], safe="~")

    def closing(self, path: str) -> str:
        """The query string once an actor is closed again."""
        kept = [(n, v) for n, v in self.fields if n != "page" and not (n == "open" and v.partition("~")[0] == path)]
        return urlencode(kept, safe="~")


def read_state(fields: MultiDict[str, str], known: Known) -> State:
    """What an address asks the explorer to show.

    >>> read_state(MultiDict([("at", "country/QQ")]), Known((), (), {})).ignored
    ('“country/QQ” is nothing to begin at',)
    """
    ignored = [_("“%(said)s” is no part of this page", said=name[:40]) for name in fields if name not in _FIELDS]

    def named(name: str, choices: Collection[str], told: str) -> str:
        found = fields.get(name, "")
        if found and found not in choices:
            ignored.append(_(told, said=found[:60], choices=", ".join(MEASURES)))
            return ""
        return found

    at = fields.get("at", "")
    if at and at != ALL and at not in known.starts and at not in known.actors:
        ignored.append(_("“%(said)s” is nothing to begin at", said=at[:60]))
        at = ""
    to = named("to", known.actors, N_("“%(said)s” is no actor that a way could lead to"))
    if to and (at not in known.actors or to == at):
        ignored.append(_("a way leads from one actor to another"))
        to = ""
    return State(
        at,
        to,
        2 if named("depth", ("1", "2"), N_("“%(said)s” is no depth: 1 or 2")) == "2" else 1,
        _opened(fields.getlist("open"), known, ignored),
        _filters(fields, known, ignored),
        named("size", MEASURES, N_("“%(said)s” is nothing that size can stand for: %(choices)s")) or MEASURES[0],
        named("card", known.actors, N_("“%(said)s” is no actor")),
        fields.get("q", "")[:_LONGEST].strip(),
        int(page) if (page := fields.get("page", "")).isdecimal() and page.isascii() and len(page) < 5 else 1,
        tuple(ignored),
    )


def _opened(said: list[str], known: Known, ignored: list[str]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for value in said[:_MOST_OPEN]:
        path, _tilde, family = value.partition("~")
        if path in known.actors and family in ("", *FAMILIES):
            found[path, family] = None
        elif value:
            ignored.append(_("“%(said)s” is no actor that could be opened", said=value[:60]))
    if len(said) > _MOST_OPEN:
        ignored.append(_("more than %(most)s actors are not opened one by one", most=_MOST_OPEN))
    return tuple(found)


def _filters(fields: MultiDict[str, str], known: Known, ignored: list[str]) -> Filters:
    wanted: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        choices = known.facets.get(facet, ())
        given = [value for value in dict.fromkeys(fields.getlist(facet)) if value]
        ignored += [
            _("“%(said)s” stands for no tie here (%(facet)s)", said=value[:60], facet=facet)
            for value in given
            if value not in choices
        ]
        kept = tuple(value for value in given if value in choices)
        if kept:
            wanted[facet] = kept
    since, until = (_year(fields.get(name, ""), ignored) for name in ("since", "until"))
    if since is not None and until is not None and since > until:
        ignored.append(_("the years from %(since)s to %(until)s run backwards", since=since, until=until))
        since = until = None
    return Filters(wanted, since, until, fields.get("undated") == "1")


def _year(said: str, ignored: list[str]) -> int | None:
    if not said:
        return None
    if said.isascii() and said.isdecimal() and len(said) == 4 and int(said) in _YEARS:
        return int(said)
    ignored.append(_("“%(said)s” is no year", said=said[:40]))
    return None
