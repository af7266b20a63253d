"""Builds releases: from the text files to an immutable, versioned folder, and switches to it.

    <home>/current                       a file that holds the version of the current release
    <home>/releases/<version>/
        manifest.json                    what the release is, with the hash of each file
        data.nq                          every quad, one a line, sorted
        search.sqlite                    the index of names and descriptions
        answers/                         what pages need, worked out: answers of saved queries, wheels of countries
        dumps/                           the same quads to take home: compressed, in several formats, and as tables
        history.json.gz                  what became new with this release and those before it
        measures.json.gz                 the measures of the networks
        store/                           the same quads as a store on disk

The last release stays the current one until the next is whole and on disk.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Final

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)

from p2p_graph.config import Settings, share
from p2p_graph.contributions import Contributed, cleared, contributed
from p2p_graph.curation import Sources, check_all, coarser, data_error, quads_of, read_data, read_words
from p2p_graph.dumps import FOLDER as DUMPS_FOLDER
from p2p_graph.errors import DataError, NoRelease
from p2p_graph.history import FILE as HISTORY_FILE, continued, packed, unpacked
from p2p_graph.keeping import DATA_FILE, index, keep, measure, pack
from p2p_graph.model import Fault
from p2p_graph.processes import Processes
from p2p_graph.purged import Purged, read as read_purged
from p2p_graph.reading.indexing import INDEX_FILE
from p2p_graph.reading.kept import FOLDER
from p2p_graph.reading.library import Library, SavedQuery
from p2p_graph.reading.measuring import FILE as MEASURES_FILE
from p2p_graph.releases import (
    GONE_ON,
    WITHDRAWN,
    current,
    damage,
    differing,
    earlier,
    go_back,
    holds,
    manifest,
    not_writable,
    order,
    statements,
    switch,
    versions,
)
from p2p_graph.vocab import BASE, PREFIXES, shorten
from p2p_graph.whole_files import synced

__all__ = [
    "DATASET",
    "Progress",
    "build",
    "current",
    "manifest",
    "mend",
    "rehearse",
    "remake",
    "roll_back",
    "verify",
]

#: the address of the dataset itself; its version stands on it
DATASET: Final = NamedNode(f"{BASE}graph/dataset")
#: told what is being done, how many steps are done, and how many there are
Progress = Callable[[str, int, int], None]

_DERIVED: Final = NamedNode(f"{BASE}graph/derived")
_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_STEPS: Final = ("reading", "validating", "deriving", "writing", "loading the store", "switching")
_LEFTOVER_SECONDS: Final = 3600


def build(
    settings: Settings,
    progress: Progress | None = None,
    *,
    sources: Sources | None = None,
    today: date | None = None,
    leave_out: Callable[[Fault], None] | None = None,
    helpers: int = 0,
) -> Path:
    """Builds a release, makes it the current one, and returns its folder.

    It holds the curated data and what was accepted from partners. If nothing changed since the current release, that
    one is returned and nothing is written. Raises DataError with every fault of every file, and NotWritable for a disk
    that takes no more; the last release then stays as it is. An accepted contribution that is faulty by now is left
    out, and `leave_out` is told why. So many `helpers`, processes of their own, work beside this one; the release
    is the same without.
    """
    sources = sources or Sources.shared()

    def step(number: int) -> None:
        if progress:
            progress(_STEPS[number] if number < len(_STEPS) else "done", number, len(_STEPS))

    with Processes(helpers) as processes:
        given = contributed(settings)
        quads, left_out = _checked(sources, step, given, read_purged(settings), processes)
        quads += _tombstones(settings, given)
        if leave_out:
            for fault in left_out:
                leave_out(fault)
        lines = _lines(quads)
        content = hashlib.sha256("".join(lines).encode()).hexdigest()
        last = _unchanged(settings, content)
        if last:
            step(len(_STEPS))
            return last
        try:
            return _made(settings, quads, lines, content, sources, today or date.today(), step, processes)
        except (OSError, sqlite3.Error) as reason:
            raise not_writable(settings.home, reason) from None


def _made(
    settings: Settings,
    quads: list[Quad],
    lines: list[str],
    content: str,
    sources: Sources,
    today: date,
    step: Callable[[int], None],
    processes: Processes,
) -> Path:
    """A new folder with some quads, as the current release."""
    releases = settings.home / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(releases)
    version = _next_version(releases, today)
    step(3)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=releases) as temporary:
        folder = Path(temporary) / version
        folder.mkdir()
        library, last = Library.load(sources.queries), _last(settings)
        _write(folder, version, content, lines, quads, library, lambda: step(4), last, processes)
        step(5)
        _switch(folder, settings.home)
    step(len(_STEPS))
    return releases / version


def roll_back(settings: Settings, version: str = "") -> Path:
    """Makes an earlier release the current one again; the one before it, if none is named. Its folder.

    Raises NoRelease where there is none, DataError for one that is damaged, or that holds what was withdrawn or purged
    since.
    """
    folder = earlier(settings, version)
    withheld = {*contributed(settings).gone, *read_purged(settings).addresses}
    return go_back(settings, folder.name, withheld, is_whole=not verify(folder))


def _tombstones(settings: Settings, given: Contributed) -> list[Quad]:
    """What was public and is withdrawn: only its address and the day."""
    known: set[str] = set()
    for version in reversed(versions(settings)):
        # one look mostly: the last release says of what it no longer holds that it was withdrawn
        missing = given.gone.keys() - known
        known |= set(holds(settings.home / "releases" / version, missing, or_withdrawn=True)) if missing else set()
    day = NamedNode(PREFIXES["xsd"] + "date")
    return [
        Quad(NamedNode(address), GONE_ON, Literal(given.gone[address].isoformat(), datatype=day), WITHDRAWN)
        for address in sorted(known)
    ]


def _named_again(quads: Iterable[Quad], purged: Purged) -> tuple[Fault, ...]:
    """Where the data still, or again, name something that was purged."""
    gone = Purged(purged.addresses, hashes=purged.hashes)
    found = {
        (quad.graph_name.value.removeprefix(f"{BASE}graph/"), quad.subject.value)
        for quad in quads
        if gone
        and isinstance(quad.graph_name, NamedNode)
        and quad.graph_name != _DERIVED
        and isinstance(quad.subject, NamedNode)
        and gone.holds(f"{quad.subject} {quad.object}")
    }
    what = "It is, or names, something that was purged for good: take it out."
    return tuple(Fault(f"{path}.ttl", None, shorten(subject), "", what) for path, subject in sorted(found))


def rehearse(sources: Sources) -> int:
    """Checks all that `build` checks of the curated data and writes nothing; how many quads a release would hold.

    Raises DataError with every fault.
    """
    return len(_checked(sources, lambda number: None, Contributed(), Purged(), Processes(0))[0])


def _checked(
    sources: Sources, step: Callable[[int], None], given: Contributed, purged: Purged, processes: Processes
) -> tuple[list[Quad], tuple[Fault, ...]]:
    """All quads of a release, with what follows from them, and why some contributions are not among them.

    Raises DataError once anything is wrong with a curated file.
    """
    step(0)
    words = read_words(sources)
    files = read_data(sources.data)
    step(1)
    faults = check_all(files, sources, processes)
    if faults:
        raise data_error(faults)
    curated = [*words, *quads_of(files)]
    given, left_out = cleared(given, [quad.triple for quad in curated], sources)
    step(2)
    library = Library.load(sources.queries)
    while True:
        store = _closed(coarser([*curated, *given.quads()], sources), library.folder("release"))
        faults = (*_found(store, library.folder("checks")), *_named_again(store, purged))
        theirs = {fault.file for fault in faults} & {source.file for source in given.files}
        if any(fault.file not in theirs for fault in faults):
            raise data_error(faults)
        if not theirs:
            # The quads come back from a store, so numbers are written as every store of ours writes them.
            return list(store), left_out
        left_out += faults
        given = given.without(theirs)


def verify(folder: Path) -> tuple[str, ...]:
    """What is wrong with a release on disk, each in a sentence; empty if it is as it was built."""
    known = manifest(folder)
    wrong = list(damage(folder))
    try:
        count = len(Store.read_only(str(folder / "store")))
    except OSError as reason:
        wrong.append(f"The store cannot be opened: {reason}.")
    else:
        if count != known["triples"]:
            wrong.append(f"The store holds {count} triples, the manifest says {known['triples']}.")
    return tuple(wrong)


# Deriving


def _closed(quads: Iterable[Quad], queries: Iterable[SavedQuery]) -> Store:
    """The quads with what the queries of `queries/release/` add, run again until they add nothing more."""
    store = Store()
    store.bulk_extend(quads)
    added: set[Triple] = set()
    while True:
        before = len(added)
        for query in queries:
            answer = store.query(query.body, use_default_graph_as_union=True)
            assert isinstance(answer, QueryTriples)
            new = set(answer) - added
            added |= new
            store.extend(Quad(t.subject, t.predicate, t.object, _DERIVED) for t in new)
        if len(added) == before:
            return store


def _found(store: Store, checks: Iterable[SavedQuery]) -> Iterator[Fault]:
    """What the queries of `queries/checks/` return: each row is a fault, said in the words of its query."""
    for query in checks:
        answer = store.query(query.body, use_default_graph_as_union=True)
        assert isinstance(answer, QuerySolutions)
        for row in answer:
            subject, *others = (term.value if isinstance(term, NamedNode | Literal) else "" for term in row)
            told = " ".join(shorten(other) for other in others if other)
            yield Fault(_file_of(store, subject), None, shorten(subject), query.title, query.question, told)


def _file_of(store: Store, subject: str) -> str:
    graphs = {quad.graph_name for quad in store.quads_for_pattern(NamedNode(subject), None, None)} - {_DERIVED}
    names = sorted(graph.value for graph in graphs if isinstance(graph, NamedNode))
    return f"{names[0].removeprefix(f'{BASE}graph/')}.ttl" if names else "data"


# Writing


def _lines(quads: Iterable[Quad]) -> list[str]:
    text = serialize(quads, format=RdfFormat.N_QUADS)
    assert text is not None
    return sorted(set(text.decode().splitlines(keepends=True)))


def _description(version: str, triples: int) -> list[Quad]:
    """What the release says of itself inside the data; queries read the version here.

    `triples` counts all but these few.
    """
    created = version.rsplit("+", 1)[1].rsplit(".", 1)[0]
    facts: tuple[tuple[str, NamedNode | Literal], ...] = (
        ("rdf:type", NamedNode(PREFIXES["void"] + "Dataset")),
        ("dcterms:hasVersion", Literal(version)),
        ("dcterms:issued", Literal(created, datatype=NamedNode(PREFIXES["xsd"] + "date"))),
        ("dcterms:title", Literal("Peer2Peer Graph", language="en")),
        ("dcterms:license", NamedNode("https://creativecommons.org/licenses/by/4.0/")),
        ("void:triples", Literal(triples)),
    )
    named = ((name.split(":"), value) for name, value in facts)
    return [Quad(DATASET, NamedNode(PREFIXES[prefix] + local), value, DATASET) for (prefix, local), value in named]


def _write(
    folder: Path,
    version: str,
    content: str,
    lines: list[str],
    quads: list[Quad],
    library: Library,
    loading: Callable[[], None],
    last: Path | None,
    processes: Processes,
) -> None:
    own = _description(version, len(lines))
    written = sorted([*lines, *_lines(own)])
    data = folder / DATA_FILE
    data.write_text("".join(written), encoding="utf-8", newline="\n")
    packing = processes.begin(pack, folder, version)
    loading()
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(data), format=RdfFormat.N_QUADS)
    store.optimize()
    store.flush()
    index(folder, store, library)
    keep(folder, store, library, processes)
    measure(folder, store, library, processes)
    del store
    packing()
    (folder / HISTORY_FILE).write_bytes(_history(folder, version, last))
    made = (data.name, INDEX_FILE, MEASURES_FILE, HISTORY_FILE, *_inside(folder, FOLDER, DUMPS_FOLDER))
    facts = {
        "version": version,
        "created": version.rsplit("+", 1)[1].rsplit(".", 1)[0],
        "triples": len(written),
        "graphs": sorted({quad.graph_name.value for quad in [*quads, *own] if isinstance(quad.graph_name, NamedNode)}),
        "counts": _counts(quads),
        "content": content,
        "files": {name: _hash(folder / name) for name in made},
    }
    text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    for path in sorted(folder.rglob("*")):
        synced(path)
    synced(folder)


def _inside(folder: Path, *names: str) -> list[str]:
    return [path.relative_to(folder).as_posix() for name in names for path in sorted((folder / name).iterdir())]


def remake(settings: Settings, version: str, drop: Callable[[str], bool], day: date) -> None:
    """Makes the release of a version anew, in its place, without the lines of its data that are dropped.

    Its manifest says on which day. Whoever reads it meanwhile sees the old one or the new one; where this is killed,
    `mend` puts things right.
    """
    releases = settings.home / "releases"
    own = f"<{DATASET.value}> .\n"
    with (releases / version / "data.nq").open(encoding="utf-8") as file:
        lines = [line for line in file if not line.endswith(own) and not drop(line)]
    quads = list(parse("".join(lines), RdfFormat.N_QUADS))
    content = hashlib.sha256("".join(lines).encode()).hexdigest()
    earlier_ones = [name for name in versions(settings) if order(name) < order(version)]
    last = releases / earlier_ones[-1] if earlier_ones else None
    with tempfile.TemporaryDirectory(prefix=".building-", dir=releases) as temporary:
        folder = Path(temporary) / version
        folder.mkdir()
        _write(folder, version, content, lines, quads, Library.load(share("queries")), lambda: None, last, Processes(0))
        facts = {**manifest(folder), "purged": day.isoformat()}
        (folder / "manifest.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        synced(folder / "manifest.json")
        os.rename(releases / version, releases / f".gone-{version}")
        os.rename(folder, releases / version)
    synced(releases)
    mend(settings)


def mend(settings: Settings) -> None:
    """Clears what a killed `remake` left behind: the old release is put back, or removed where a new one is there."""
    releases = settings.home / "releases"
    for old in releases.glob(".gone-*"):
        if not (releases / old.name.removeprefix(".gone-")).exists():
            os.rename(old, releases / old.name.removeprefix(".gone-"))
        else:
            shutil.rmtree(old)
    for path in releases.glob(".building-*"):
        shutil.rmtree(path, ignore_errors=True)


def _last(settings: Settings) -> Path | None:
    try:
        return current(settings)
    except NoRelease:
        return None


def _history(folder: Path, version: str, last: Path | None) -> bytes:
    """What is new in a release whose data are written, and what was new in those before it."""
    holds = statements(folder)
    try:
        found = differing(statements(last), holds) if last else None
        past = unpacked((last / HISTORY_FILE).read_bytes()) if last else ()
    except FileNotFoundError:
        # made before histories were kept, or damaged
        found, past = None, ()
    return packed(continued(past, version, found, holds))


def _counts(quads: Iterable[Quad]) -> dict[str, int]:
    """How many things there are of each class, by the local name of the class."""
    start = PREFIXES["p2p"]
    pairs = {
        (quad.subject, quad.object.value)
        for quad in quads
        if quad.predicate == _TYPE and isinstance(quad.object, NamedNode) and quad.object.value.startswith(start)
    }
    return dict(sorted(Counter(name.removeprefix(start) for _, name in pairs).items()))


def _next_version(releases: Path, today: date) -> str:
    """`<version of the package>+<day>.<n>`, with the first n that is free.

    The day is that of the last release where the clock was set back behind it, so that the newest comes last.
    """
    days = [today.isoformat(), *(p.name.rpartition("+")[2].partition(".")[0] for p in releases.glob("*+*-*-*.*"))]
    start = f"{installed_version('p2p-graph')}+{max(days)}."
    used = [int(p.name.removeprefix(start)) for p in releases.glob(f"{start}*") if p.name[len(start) :].isdigit()]
    return f"{start}{max(used, default=0) + 1}"


def _unchanged(settings: Settings, content: str) -> Path | None:
    """The current release, if it holds the same content, was made by the same version, and is whole."""
    try:
        folder = current(settings)
        known = manifest(folder)
    except NoRelease:
        return None
    same = known.get("content") == content and known["version"].split("+")[0] == installed_version("p2p-graph")
    return folder if same and not verify(folder) else None


def _remove_leftovers(releases: Path) -> None:
    """Folders of builds that were killed; younger ones may belong to a build that still runs."""
    for path in releases.glob(".building-*"):
        if path.stat().st_mtime < time.time() - _LEFTOVER_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _switch(folder: Path, home: Path) -> None:
    """Puts a release in its place and makes it the current one; a reader sees the old one or the new one."""
    version = folder.name
    try:
        os.rename(folder, home / "releases" / version)
    except OSError as reason:
        if reason.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
        raise DataError(f"Another build made {version} in the meantime: run `p2p release` again.", faults=()) from None
    synced(home / "releases")
    switch(home, version)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
