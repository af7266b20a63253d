"""The folders of releases: which is current, which came before, going back to an earlier one, and what differs.

A release is never changed; going back is the same switch as going forward.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from p2p_graph.changes import Changes, changes
from p2p_graph.config import Settings
from p2p_graph.errors import DataError, NoRelease, NotWritable
from p2p_graph.vocab import BASE, PREFIXES
from p2p_graph.whole_files import synced

__all__ = [
    "GONE_ON",
    "WITHDRAWN",
    "Difference",
    "current",
    "damage",
    "difference",
    "differing",
    "earlier",
    "go_back",
    "holds",
    "manifest",
    "not_writable",
    "order",
    "statements",
    "switch",
    "versions",
]

#: the graph that says which addresses were withdrawn, and when
WITHDRAWN: Final = NamedNode(f"{BASE}graph/withdrawn")
GONE_ON: Final = NamedNode(PREFIXES["prov"] + "invalidatedAtTime")
#: graphs that say of the data what follows from it, or from its being released
_BESIDE: Final = frozenset(
    f"{BASE}graph/{name}" for name in ("dataset", "derived", "withdrawn", "contributed/provenance")
)
_NAMES: Final = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel")


def current(settings: Settings) -> Path:
    """The folder of the current release. Raises NoRelease with what to do.

    >>> current(Settings(home=Path("/nowhere")))
    Traceback (most recent call last):
    p2p_graph.errors.NoRelease: There is no release in /nowhere: run `p2p release` to build one.
    """
    pointer = settings.home / "current"
    folder = settings.home / "releases" / (pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else "-")
    if not folder.is_dir():
        sentence = f"There is no release in {settings.home}: run `p2p release` to build one."
        raise NoRelease(sentence, folder=str(settings.home))
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    """What a release says of itself. Raises NoRelease if the folder holds none."""
    try:
        return cast("dict[str, Any]", json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        sentence = f"{folder} holds no release: its manifest.json is missing or broken. Run `p2p release` to build one."
        raise NoRelease(sentence, folder=str(folder)) from None


def damage(folder: Path) -> tuple[str, ...]:
    """What is wrong with the files of a release, each in a sentence; empty if they are as they were built.

    The store on disk is not among them, since an engine that opens it may tidy it up. Raises NoRelease.
    """
    wrong = []
    for name, expected in manifest(folder).get("files", {}).items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            wrong.append(f"{name} is missing.")
        except OSError as reason:
            wrong.append(f"{name} cannot be read ({reason.strerror}).")
        else:
            if found != expected:
                wrong.append(f"{name} is not what was written: its hash differs.")
    return tuple(wrong)


def versions(settings: Settings) -> list[str]:
    """The versions of the releases that are kept, the oldest first.

    >>> versions(Settings(home=Path("/nowhere")))
    []
    """
    found = [path.parent.name for path in (settings.home / "releases").glob("*/manifest.json")]
    return sorted((name for name in found if not name.startswith(".")), key=order)


def order(version: str) -> tuple[str, int, str]:
    """By what versions are put in their order: the day, then the number.

    >>> order("0.1.0+2026-11-24.10") > order("0.1.0+2026-11-24.9")
    True
    """
    day, _, number = version.rpartition("+")[2].rpartition(".")
    return day, int(number) if number.isdigit() else 0, version


def switch(home: Path, version: str) -> None:
    """Makes a release the current one: a reader sees the old one or the new one, never half of either."""
    temporary = home / f".current-{os.getpid()}"
    try:
        temporary.write_text(version + "\n", encoding="utf-8")
        synced(temporary)
        os.replace(temporary, home / "current")
        synced(home)
    finally:
        temporary.unlink(missing_ok=True)


def go_back(settings: Settings, version: str, withheld: Collection[str], is_whole: bool) -> Path:
    """Makes the release of a version, which is there, the current one. Its folder.

    `withheld` are addresses that must not be shown any more, and `is_whole` says whether the folder is as it was
    built. Raises DataError where it is not, or holds something withheld; NotWritable.
    """
    folder = settings.home / "releases" / version
    if not is_whole:
        sentence = f"{folder.name} is damaged: choose another, or build a new one with `p2p release`."
        raise DataError(sentence, faults=())
    again = holds(folder, withheld)
    if again:
        sentence = (
            f"{folder.name} still holds {len(again)} of what was withdrawn since, such as {again[0]}: it stays away. "
            "Mend the data and build a new release with `p2p release`."
        )
        raise DataError(sentence, faults=())
    try:
        switch(settings.home, folder.name)
    except OSError as reason:
        raise not_writable(settings.home, reason) from None
    return folder


def earlier(settings: Settings, version: str = "") -> Path:
    """The release of a version, or the one before the current one. Raises NoRelease."""
    now = current(settings).name
    kept = versions(settings)
    before = [name for name in kept if order(name) < order(now)]
    wanted = version or (before[-1] if before else "")
    if not wanted:
        raise NoRelease(f"There is no release before {now}.", folder=str(settings.home))
    if wanted not in kept:
        sentence = f"There is no release {wanted[:60]}: there are {', '.join(kept)}."
        raise NoRelease(sentence, folder=str(settings.home))
    return settings.home / "releases" / wanted


def holds(folder: Path, addresses: Collection[str], *, or_withdrawn: bool = False) -> list[str]:
    """Which of some addresses a release describes; saying that one was withdrawn counts only if that is wanted."""
    wanted = {f"<{address}>": address for address in addresses}
    found: set[str] = set()
    if wanted:
        with (folder / "data.nq").open(encoding="utf-8") as lines:
            for line in lines:
                subject = line.partition(" ")[0]
                if subject in wanted and (or_withdrawn or not line.rstrip().endswith(f"{WITHDRAWN} .")):
                    found.add(wanted[subject])
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two releases, and what things are called, for the sentences."""

    before: str
    after: str
    changes: Changes
    names: dict[str, str] = field(repr=False)

    @property
    def sentences(self) -> list[str]:
        """Each change in a sentence, practices first."""
        return self.changes.sentences(self.names)


def difference(before: Path, after: Path) -> Difference:
    """What differs between two releases: in which file a triple stands is no difference. Raises NoRelease."""
    old, new = manifest(before)["version"], manifest(after)["version"]
    lines = [statements(folder) for folder in (before, after)]
    return Difference(old, new, differing(*lines), {**_named(lines[0]), **_named(lines[1])})


def differing(before: set[str], after: set[str]) -> Changes:
    """What differs between the statements of two releases.

    >>> differing({"<a:a> <b:b> 1"}, {"<a:a> <b:b> 1"}).by_thing
    ()
    """
    # most lines of two releases are the same, so that only the others are read as triples
    gone, come = (set(_triples(one - other)) for one, other in ((before, after), (after, before)))
    around = {str(triple.subject) for triple in gone | come}
    kept = _triples(line for line in before & after if line.partition(" ")[0] in around)
    return changes(gone | set(kept), come | set(kept))


def statements(folder: Path) -> set[str]:
    """The triples of a release as N-Triples without a full stop; not those that follow from it, or from its release."""
    found = set()
    with (folder / "data.nq").open(encoding="utf-8") as lines:
        for line in lines:
            statement, _, graph = line.rstrip(" .\n").rpartition(" ")
            if graph.strip("<>") not in _BESIDE:
                found.add(statement)
    return found


def _triples(statements: Iterable[str]) -> list[Triple]:
    text = "".join(f"{line} .\n" for line in statements)
    return [quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]


def _named(statements: Iterable[str]) -> dict[str, str]:
    """What everything is called, in English where it can be."""
    signs = tuple(f" <{path}> " for path in _NAMES)
    names: dict[str, tuple[bool, str]] = {}
    for triple in _triples(line for line in statements if any(sign in line for sign in signs)):
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal):
            is_english = triple.object.language in ("en", None)
            if triple.subject.value not in names or is_english:
                names[triple.subject.value] = (is_english, triple.object.value)
    return {address: name for address, (_, name) in names.items()}


def not_writable(place: Path, reason: Exception) -> NotWritable:
    """The error for a disk or folder that takes nothing; the last release stays."""
    what = (reason.strerror if isinstance(reason, OSError) else "") or str(reason)
    sentence = f"{place} takes no new release ({what}): make room, or let this user write there. The last one stays."
    return NotWritable(sentence, path=str(place))
