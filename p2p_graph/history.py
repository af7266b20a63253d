"""What became new with each release, as far as it still holds: kept in the release itself. No I/O.

A release never tells what an earlier one held and it does not: that would publish again what somebody withdrew. So of
what was taken out only the number is kept, of what was replaced only the new value, and of all that was new only
what the release still says.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse

from p2p_graph.changes import Change, Changes
from p2p_graph.model import Term

__all__ = ["FILE", "Step", "continued", "packed", "unpacked"]

#: the file of a release in which it stands
FILE: Final = "history.json.gz"
#: releases that are told of, and changes of each; past it nobody reads on
_STEPS: Final = 60
_CHANGES: Final = 5_000


@dataclass(frozen=True, slots=True)
class Step:
    """What was new in a release: its changes, practices first, and how many statements it no longer held.

    `is_first` says that no release came before it.
    """

    version: str
    changes: tuple[Change, ...] = ()
    gone: int = 0
    is_first: bool = False

    @property
    def day(self) -> str:
        """The day on which it was made.

        >>> Step("0.1.0+2026-01-07.2").day
        '2026-01-07'
        """
        return self.version.rpartition("+")[2].rpartition(".")[0]


def continued(past: Sequence[Step], version: str, found: Changes | None, holds: Collection[str]) -> tuple[Step, ...]:
    """The history of a release, the newest first: that of the last one, and what differs from it.

    `found` is None where no release came before. `holds` are the statements of the release as N-Triples without a
    full stop.

    >>> from pyoxigraph import Literal, Triple
    >>> from p2p_graph.changes import changes
    >>> from p2p_graph.vocab import mint, p2p
    >>> thing, since = mint("practice", "x"), p2p("startYear")
    >>> was, now = Triple(thing, since, Literal(2009)), Triple(thing, since, Literal(2010))
    >>> step, first = continued([Step("1+2026-01-07.1")], "1+2026-01-08.1", changes([was], [now]), {str(now)})
    >>> [(change.what, change.before, len(change.after)) for change in step.changes], step.gone
    ([('set', (), 1)], 1)
    """
    things = {line.partition(" ")[0] for line in holds}
    newest = Step(version, is_first=True) if found is None else Step(version, tuple(_new(found)), len(found.removed))
    steps = [replace(step, changes=tuple(_still(step.changes, holds, things))) for step in (newest, *past)]
    return tuple(steps[:_STEPS])


def _new(found: Changes) -> Iterable[Change]:
    for change in found.by_thing[:_CHANGES]:
        if change.what == "new":
            yield change
        elif change.after:
            yield replace(change, what="added" if change.what == "added" else "set", before=())


def _still(told: Iterable[Change], holds: Collection[str], things: Collection[str]) -> Iterable[Change]:
    for change in told:
        thing = f"<{change.thing}>"
        if change.what == "new":
            if thing in things:
                yield change
            continue
        after = tuple(term for term in change.after if f"{thing} <{change.property}> {term}" in holds)
        if after:
            yield replace(change, after=after)


def packed(steps: Iterable[Step]) -> bytes:
    """A history as it is kept; the same history gives the same bytes."""
    told = [
        {
            "version": step.version,
            "first": step.is_first,
            "gone": step.gone,
            "changes": [[c.what, c.thing, c.property, [str(term) for term in c.after]] for c in step.changes],
        }
        for step in steps
    ]
    return gzip.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)


def unpacked(content: bytes) -> tuple[Step, ...]:
    """The history that was packed.

    >>> steps = (Step("1+2026-01-07.1", (Change("new", "https://example.org/x"),), 2),)
    >>> unpacked(packed(steps)) == steps
    True
    """
    told = json.loads(gzip.decompress(content))
    terms = _terms({text for step in told for *_, after in step["changes"] for text in after})
    return tuple(
        Step(
            step["version"],
            tuple(
                Change(what, thing, path, (), tuple(terms[text] for text in after))
                for what, thing, path, after in step["changes"]
            ),
            step["gone"],
            step["first"],
        )
        for step in told
    )


def _terms(texts: Collection[str]) -> dict[str, Term]:
    ordered = sorted(texts)
    about = NamedNode("urn:x")
    lines = "".join(f"{about} {about} {text} .\n" for text in ordered)
    return dict(zip(ordered, (quad.object for quad in parse(lines, RdfFormat.N_TRIPLES)), strict=True))
