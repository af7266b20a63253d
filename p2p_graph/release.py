"""Builds releases: from the text files to an immutable, versioned folder, and switches to it.

    <home>/current                       a file that holds the version of the current release
    <home>/releases/<version>/
        manifest.json                    what the release is, with the hash of each file
        data.nq                          every quad, one a line, sorted
        search.sqlite                    the index of names and descriptions
        answers/                         what pages need, worked out: answers of saved queries, wheels of countries
        store/                           the same quads as a store on disk

The last release stays the current one until the next is whole and on disk.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Final, cast

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from p2p_graph.config import Settings
from p2p_graph.curation import Sources, check, data_error, quads_of, read_data, read_words
from p2p_graph.errors import DataError, NoRelease
from p2p_graph.model import Fault, Table
from p2p_graph.purged import Purged, read as read_purged
from p2p_graph.reading.indexing import INDEX_FILE, TYPES, build_index
from p2p_graph.reading.kept import FOLDER, Kept, address, queries_to_keep, wheel_bytes
from p2p_graph.reading.library import Library, SavedQuery
from p2p_graph.reading.network import NETWORK_QUERIES, mixing, project
from p2p_graph.vocab import BASE, PREFIXES, shorten

__all__ = ["DATASET", "Progress", "build", "current", "index", "keep", "manifest", "rehearse", "verify"]

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
) -> Path:
    """Builds a release, makes it the current one, and returns its folder.

    If nothing changed since the current release, that one is returned and nothing is written. Raises DataError
    with every fault of every file; the last release then stays as it is.
    """
    sources = sources or Sources.shared()

    def step(number: int) -> None:
        if progress:
            progress(_STEPS[number] if number < len(_STEPS) else "done", number, len(_STEPS))

    quads = _checked(sources, step)
    faults = _named_again(quads, read_purged(settings))
    if faults:
        raise data_error(faults)
    lines = _lines(quads)
    content = hashlib.sha256("".join(lines).encode()).hexdigest()
    last = _unchanged(settings, content)
    if last:
        step(len(_STEPS))
        return last
    releases = settings.home / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(releases)
    version = _next_version(releases, today or date.today())
    step(3)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=releases) as temporary:
        folder = Path(temporary) / version
        folder.mkdir()
        _write(folder, version, content, lines, quads, Library.load(sources.queries), lambda: step(4))
        step(5)
        _switch(folder, settings.home)
    step(len(_STEPS))
    return releases / version


def _named_again(quads: Iterable[Quad], purged: Purged) -> tuple[Fault, ...]:
    """Where the data still, or again, name something that was purged."""
    gone = Purged(purged.addresses)
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
    """Checks all that `build` checks and writes nothing; the number of quads a release would hold.

    Raises DataError with every fault.
    """
    return len(_checked(sources, lambda number: None))


def _checked(sources: Sources, step: Callable[[int], None]) -> list[Quad]:
    """All quads of a release, with what follows from them, once nothing is wrong with any file."""
    step(0)
    words = read_words(sources)
    files = read_data(sources.data)
    step(1)
    faults = check(files, sources)
    if faults:
        raise data_error(faults)
    step(2)
    library = Library.load(sources.queries)
    store = _closed([*words, *quads_of(files)], library.folder("release"))
    faults = tuple(_found(store, library.folder("checks")))
    if faults:
        raise data_error(faults)
    # The quads come back from a store, so numbers are written as every store of ours writes them.
    return list(store)


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


def verify(folder: Path) -> tuple[str, ...]:
    """What is wrong with a release on disk, each in a sentence; empty if it is as it was built."""
    known = manifest(folder)
    wrong = []
    for name, expected in known["files"].items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing.")
        elif _hash(path) != expected:
            wrong.append(f"{name} is not what was written: its hash differs.")
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
) -> None:
    own = _description(version, len(lines))
    written = sorted([*lines, *_lines(own)])
    data = folder / "data.nq"
    data.write_text("".join(written), encoding="utf-8", newline="\n")
    loading()
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(data), format=RdfFormat.N_QUADS)
    store.optimize()
    store.flush()
    index(folder, store, library)
    keep(folder, store, library)
    del store
    facts = {
        "version": version,
        "created": version.rsplit("+", 1)[1].rsplit(".", 1)[0],
        "triples": len(written),
        "graphs": sorted({quad.graph_name.value for quad in [*quads, *own] if isinstance(quad.graph_name, NamedNode)}),
        "counts": _counts(quads),
        "content": content,
        "files": {name: _hash(folder / name) for name in (data.name, INDEX_FILE, *_answers(folder))},
    }
    text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def index(folder: Path, store: Store, library: Library) -> None:
    """Writes the index of names and descriptions of a store into a folder."""
    texts, links = (
        store.query(library.get(name).bind(type=TYPES), use_default_graph_as_union=True)
        for name in ("searchable-texts", "searchable-links")
    )
    assert isinstance(texts, QuerySolutions)
    assert isinstance(links, QuerySolutions)
    build_index(folder / INDEX_FILE, map(tuple, texts), map(tuple, links))


def keep(folder: Path, store: Store, library: Library) -> None:
    """Works out what pages need and writes it into a folder: answers of saved queries, and the wheels of countries."""
    (folder / FOLDER).mkdir()
    tables: dict[str, Table] = {}

    def answer(text: str) -> Table:
        found = store.query(text, use_default_graph_as_union=True)
        assert isinstance(found, QuerySolutions)
        content = found.serialize(format=QueryResultsFormat.TSV)
        assert content is not None
        _pack(folder / FOLDER / address(text), content)
        table = Kept(folder / FOLDER).table(text)
        assert table is not None
        return table

    found = (row[0] for row in answer(library.get("countries").bind()).rows)
    codes = [country.value.rsplit("/", 1)[-1] for country in found if isinstance(country, NamedNode)]
    for text in queries_to_keep(library, codes):
        tables[text] = answer(text)
    for code in codes:
        texts = [library.get(name).bind(country=code) for name in NETWORK_QUERIES]
        wheel = mixing(project(*(tables[text] for text in texts)))
        _pack(folder / FOLDER / address("wheel", *texts), wheel_bytes(wheel))


def _pack(path: Path, content: bytes) -> None:
    # without the time, so that the same release has the same bytes
    path.write_bytes(gzip.compress(content, 6, mtime=0))


def _answers(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in (folder / FOLDER).iterdir())


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
    """`<version of the package>+<day>.<n>`, with the first n that is free."""
    start = f"{installed_version('p2p-graph')}+{today.isoformat()}."
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
    except OSError:
        raise DataError(f"Another build made {version} in the meantime: run `p2p release` again.", faults=()) from None
    _sync(home / "releases")
    temporary = home / f".current-{os.getpid()}"
    temporary.write_text(version + "\n", encoding="utf-8")
    _sync(temporary)
    os.replace(temporary, home / "current")
    _sync(home)


def _sync(path: Path) -> None:
    """Waits until a file or folder is on the disk; a rename alone does not survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
