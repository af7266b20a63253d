"""Removes for good, from everything that an installation keeps on disk, what could harm somebody.

In this order: it is withheld at once; then it leaves the ledger, citations, short links, every kept release with all
that was worked out of it, and the backups; at last its line in the list of what was purged becomes a hash, by which its
address still answers 410. Each step can be done again: where this was killed, `purge` goes on with what still stands
in the list by name.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from p2p_graph import purged as lists
from p2p_graph.backups import known_backups, pack, unpack
from p2p_graph.citations import Citations
from p2p_graph.config import Settings
from p2p_graph.contributing.forgetting import forget, said_in
from p2p_graph.contributing.ledger import Ledger, location_of
from p2p_graph.purged import Purged
from p2p_graph.release import mend, remake
from p2p_graph.releases import current, switch, versions
from p2p_graph.short_links import ShortLinks
from p2p_graph.vocab import PREFIXES, kind_and_slug, p2p

__all__ = ["Case", "Removed", "again", "case_of", "purge"]

#: what belongs to a thing and goes with it: kinds of things, and how they say whose they are
_PARTS: Final = frozenset({"group", "tie", "period", "status-period", "causal-link", "claim", "finding", "observation"})
_BELONGS: Final = frozenset(p2p(n).value for n in ("inPractice", "statusOf", "about", "claimAbout", "cause", "effect"))
#: what goes too once nothing else points to it
_SOURCES: Final = frozenset({"reading", "document", "period"})
_NAMES: Final = frozenset({PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel"})
#: the shortest text that counts also within another one
_TELLING: Final = 4


@dataclass(frozen=True)
class Case:
    """What has to go: addresses, and texts wherever they stand.

    >>> case = Case(frozenset({"https://w3id.org/peer2peer/id/practice/x"}), frozenset({"Station evenings"}))
    >>> [case.names(text) for text in ("practice:x", "practice:x-2", '"the Station evenings"')]
    [True, False, True]
    """

    addresses: frozenset[str]
    texts: frozenset[str] = frozenset()

    @cached_property
    def purged(self) -> Purged:
        """The same as it is withheld."""
        return Purged(self.addresses, self.texts)

    def names(self, text: str) -> bool:
        """Whether a text names an address of the case, in whichever way, or holds a text of it."""
        return bool(self.purged.names(text)) or any(one in text for one in self._forms)

    def holds(self, triple: Triple) -> bool:
        """Whether a triple tells of the case."""
        if {getattr(triple.subject, "value", ""), getattr(triple.object, "value", "")} & self.addresses:
            return True
        said = triple.object
        if not isinstance(said, Literal):
            return False
        return said.value in self.texts or any(text in said.value for text in self._long)

    def in_line(self, line: str) -> bool:
        """The same of a line of N-Quads."""
        return any(one in line for one in self._written)

    @cached_property
    def _long(self) -> frozenset[str]:
        return frozenset(text for text in self.texts if len(text) >= _TELLING)

    @cached_property
    def _written(self) -> tuple[str, ...]:
        """How addresses and texts stand in N-Quads."""
        literals = [_n_triples(text) for text in self.texts]
        long = [one.strip('"') for text, one in zip(self.texts, literals, strict=True) if text in self._long]
        return (*(f"<{address}>" for address in self.addresses), *long, *literals)

    @cached_property
    def _forms(self) -> frozenset[str]:
        """Texts as they are and as JSON has them."""
        return frozenset(form for text in self._long for form in (text, json.dumps(text)[1:-1], _n_triples(text)[1:-1]))


def _n_triples(text: str) -> str:
    subject = NamedNode("x:")
    line = serialize([Triple(subject, subject, Literal(text))], format=RdfFormat.N_TRIPLES)
    assert line is not None
    return line.decode().removeprefix("<x:> <x:> ").rstrip(" .\n")


@dataclass
class Removed:
    """What was done: things, rows of the ledger, citations, links, releases, backups; and files that still hold it."""

    addresses: list[str] = field(default_factory=list)
    ledger: int = 0
    citations: int = 0
    links: int = 0
    releases: list[str] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def case_of(addresses: Iterable[str], triples: Iterable[Triple], texts: Iterable[str] = ()) -> Case:
    """What goes with some things: their groups, ties and periods, sources that nothing else rests on, and, if no texts
    are given, the names that only the things themselves have, wherever they stand.
    """
    said, asked, given = list(triples), set(addresses), set(texts)
    gone = set(asked)
    namers: dict[str, set[str]] = {}
    for triple in said:
        if isinstance(triple.object, NamedNode) and isinstance(triple.subject, NamedNode):
            namers.setdefault(triple.object.value, set()).add(triple.subject.value)
            kind = (kind_and_slug(triple.subject.value) or ("", ""))[0]
            if triple.object.value in gone and kind in _PARTS and triple.predicate.value in _BELONGS:
                gone.add(triple.subject.value)
    while more := {
        thing
        for thing, by in namers.items()
        if thing not in gone and by <= gone and (kind_and_slug(thing) or ("", ""))[0] in _SOURCES
    }:
        gone |= more
    names = [
        (triple.subject.value, triple.object.value)
        for triple in said
        if triple.predicate.value in _NAMES
        and isinstance(triple.object, Literal)
        and isinstance(triple.subject, NamedNode)
    ]
    return Case(frozenset(gone), frozenset(given or lists.own_names(asked, names)))


def purge(
    settings: Settings,
    addresses: Collection[str] = (),
    texts: Collection[str] = (),
    *,
    backups: Collection[Path] = (),
    today: date | None = None,
    told: Callable[[str], None] = lambda step: None,
) -> Removed:
    """Removes things and texts from the whole installation and its backups; what was done.

    Withheld at once, before anything else. Without addresses it goes on with what was begun. Raises BadValue for what
    is no address, and what the ledger and the disk raise; then what was not done yet is done the next time.
    """
    if addresses or texts:
        lists.add(settings, addresses, texts)
    begun = lists.pending(settings)
    told("looking for what goes with it")
    everything = list(_everything(settings))
    own = case_of(addresses, everything).texts if addresses else ()
    case = case_of(begun.addresses, everything, {*begun.texts, *own})
    lists.add(settings, sorted(case.addresses), sorted(case.texts))
    done = _cleared(settings, case, today or date.today(), told)
    for path in dict.fromkeys([*known_backups(settings), *backups]):
        told(f"the backup {path.name}")
        if _backup_cleared(path, case, today or date.today()):
            done.backups.append(str(path))
    done.left = list(_left(settings, case))
    if not done.left:
        lists.settle(settings, case.purged)
    done.addresses = sorted(case.addresses)
    return done


def _everything(settings: Settings) -> Iterator[Triple]:
    """All that releases and the ledger say."""
    mend(settings)
    for version in versions(settings):
        with (settings.home / "releases" / version / "data.nq").open("rb") as file:
            yield from (quad.triple for quad in parse(file, RdfFormat.N_QUADS))
    if (ledger := _ledger(settings)) is not None:
        yield from said_in(ledger)
        ledger.close()


def again(settings: Settings, told: Callable[[str], None] = lambda step: None) -> Removed | None:
    """Purges what a home holds although it was purged before, as after a restore; None where there is nothing."""
    withheld = lists.read(settings)
    named = {t.subject.value for t in _everything(settings) if isinstance(t.subject, NamedNode)} if withheld else set()
    found = sorted(address for address in named if address in withheld)
    return purge(settings, found, told=told) if found else None


def _ledger(settings: Settings, upgrade: bool = False) -> Ledger | None:
    location = location_of(settings)
    if location.startswith("sqlite:///") and not Path(location.removeprefix("sqlite:///")).is_file():
        return None
    return Ledger.open(settings, upgrade=upgrade)


def _cleared(
    settings: Settings, case: Case, today: date, told: Callable[[str], None], upgrade: bool = False
) -> Removed:
    """Takes a case out of one home."""
    done = Removed()
    if (ledger := _ledger(settings, upgrade)) is not None:
        told("the ledger")
        try:
            done.ledger = forget(ledger, case.holds, case.names, case.addresses)
        finally:
            ledger.close()
    told("citations and links")
    done.citations = Citations(settings.home / "citations", settings.citations_bytes).forget(case.purged, case.names)
    done.links = ShortLinks(settings.home / "links", settings.links).forget(case.names)
    mend(settings)
    is_touched = False
    for version in versions(settings):
        data = settings.home / "releases" / version / "data.nq"
        with data.open(encoding="utf-8") as lines:
            # what a later release tells of the one before it may name the case too
            is_touched = is_touched or any(case.in_line(line) for line in lines)
        if is_touched:
            told(f"the release {version}")
            remake(settings, version, case.in_line, today)
            done.releases.append(version)
    if done.releases:
        # so that a site that runs opens the release anew
        switch(settings.home, current(settings).name)
    return done


def _backup_cleared(path: Path, case: Case, today: date) -> bool:
    """Takes a case out of a backup; whether there was something of it."""
    with tempfile.TemporaryDirectory(prefix=".p2p-", dir=path.parent) as temporary:
        home = Path(temporary)
        about = unpack(path, home)
        inside = Settings(home=home)
        done = _cleared(inside, case, today, lambda step: None, upgrade=True)
        is_listed = (home / lists.PURGED_HERE).is_file()
        if is_listed:
            lists.settle(inside, replace(lists.pending(inside), hashes=frozenset()))
        if not (done.ledger or done.citations or done.links or done.releases):
            return False
        for store in home.glob("releases/*/store"):
            shutil.rmtree(store)
        pack(home, path, about["made"])
        return True


def _left(settings: Settings, case: Case) -> Iterator[str]:
    """Files of the home that still hold something of the case, looked through byte by byte."""
    wanted = [text.encode() for text in (*case.addresses, *(t for t in case.texts if len(t) >= _TELLING))]
    for path in sorted(settings.home.rglob("*")):
        if path.is_file() and path.name != lists.PURGED_HERE:
            content = path.read_bytes()
            with contextlib.suppress(gzip.BadGzipFile, EOFError, zlib.error):
                content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
            if any(one in content for one in wanted):
                yield path.relative_to(settings.home).as_posix()
