"""What became new with each release, as a page and a feed tell it: in sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from flask_babel import gettext as _
from pyoxigraph import NamedNode

from p2p_graph.changes import Change, Changes, Phrases
from p2p_graph.history import FILE, Step, unpacked
from p2p_graph.vocab import KINDS, PREFIXES
from webapp.addresses import page_of
from webapp.current_graph import graph, remembered, remembered_in_all_languages
from webapp.languages import called
from webapp.naming import names_here
from webapp.properties import BORROWED
from webapp.withholding import purged

__all__ = ["News", "changed_on", "news", "news_of", "phrases", "sentences", "steps"]

#: sentences that a page tells of one release
_MOST: Final = 150


@dataclass(frozen=True, slots=True)
class News:
    """One release: its sentences with the page that each is about, how many more there are, what is gone."""

    version: str
    day: str
    is_first: bool
    sentences: tuple[tuple[str, str | None], ...]
    more: int
    gone: int


def steps() -> tuple[Step, ...]:
    """The history that the release keeps; none over a remote store or in a release of before."""
    return remembered_in_all_languages("history", _steps)


def _steps() -> tuple[Step, ...]:
    folder = graph().folder
    try:
        return unpacked((folder / FILE).read_bytes()) if folder else ()
    except FileNotFoundError:
        return ()


def news() -> tuple[News, ...]:
    """What became new, the newest release first; nothing of what was taken out for good."""
    gone = purged()
    return remembered(("news", gone), lambda: tuple(_news(step) for step in steps()))


def news_of(practice: str) -> tuple[News, ...]:
    """What became new of a practice and its parts, the newest release first; releases without anything are left out.

    At the end stands the first release of the history, where the practice was in it already.
    """
    homes, found, is_begun = _homes(), [], False
    for step in steps():
        own = tuple(c for c in step.changes if practice in (c.thing, homes.get(c.thing)))
        is_begun |= any(change.thing == practice and change.what == "new" for change in own)
        if own or (step.is_first and not is_begun):
            found.append(_news(replace(step, changes=own, gone=0)))
    return tuple(found)


def _news(step: Step) -> News:
    gone = purged()
    told = [change for change in step.changes if not any(gone.holds(line) for line in _lines(change))]
    shown = told[:_MOST]
    texts = sentences(shown, phrases())
    pages = tuple(page_of(change.thing) for change in shown)
    return News(
        step.version, step.day, step.is_first, tuple(zip(texts, pages, strict=True)), len(told) - len(shown), step.gone
    )


def _lines(change: Change) -> Iterable[str]:
    yield f"<{change.thing}>"
    for term in change.after:
        yield f"<{change.thing}> {term}"


def sentences(told: Iterable[Change], words: Phrases) -> tuple[str, ...]:
    """Some changes in sentences, with what things, properties and values are called."""
    several = tuple(told)
    named = [address for change in several for address in _named(change)]
    names = {address: called(graph().words[address].labels) for address in named if address in graph().words}
    names |= {address: _(BORROWED[address]) for address in named if address in BORROWED}
    names |= names_here(address for address in named if address not in names)
    return tuple(Changes((), (), several).sentences(names, words))


def _named(change: Change) -> Iterable[str]:
    yield change.thing
    if change.property:
        yield change.property
    for term in (*change.before, *change.after):
        if isinstance(term, NamedNode):
            yield term.value


def phrases() -> Phrases:
    """The words of the sentences in the reader's language; the braces hold what is inserted."""
    kinds = {kind: called(graph().words[PREFIXES["p2p"] + name].labels) for kind, name in KINDS.items()}
    return Phrases(
        kinds=kinds,
        new=_("New: {thing}."),
        gone=_("Gone: {thing}."),
        set=_("{thing}: {property} is now {after}."),
        added=_("{thing}: {property} also {after}."),
        removed=_("{thing}: {property} no longer {before}."),
        replaced=_("{thing}: {property} is {after}, no longer {before}."),
        named=_("{kind} “{name}”"),
    )


def changed_on() -> tuple[dict[str, str], str]:
    """The day on which each thing, or a part of it, last changed, and the day for all others; empty if not known."""
    return remembered_in_all_languages("changed-on", _changed_on)


def _changed_on() -> tuple[dict[str, str], str]:
    known = steps()
    if not known or not known[-1].is_first:
        return {}, ""
    homes = _homes()
    found: dict[str, str] = {}
    for step in known:
        for change in step.changes:
            for thing in (change.thing, homes.get(change.thing, "")):
                found.setdefault(thing, step.day)
    return found, known[-1].day


def _homes() -> dict[str, str]:
    """The practice that each group, tie and period is a part of."""

    def made() -> dict[str, str]:
        rows = graph().run("practices-of-parts").rows
        return {p.value: of.value for p, of in rows if isinstance(p, NamedNode) and isinstance(of, NamedNode)}

    return remembered_in_all_languages("homes", made)
