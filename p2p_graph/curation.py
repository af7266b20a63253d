"""The text files that a release is built from: reads them, checks them, and puts them in their one order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, parse

from p2p_graph.config import share
from p2p_graph.contributing import Shapes, Source, read_policy, validate, wording_faults
from p2p_graph.contributing.wording import discreet, rarities
from p2p_graph.errors import DataError
from p2p_graph.model import Fault
from p2p_graph.privacy import coarsen
from p2p_graph.processes import Processes
from p2p_graph.turtle import leading_comments, write_canonical
from p2p_graph.vocab import BASE, PREFIXES

__all__ = [
    "Sources",
    "check",
    "check_all",
    "coarser",
    "data_error",
    "in_order",
    "quads_of",
    "read_data",
    "read_files",
    "read_words",
]

_Term = TypeVar("_Term")
_QUOTED = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sources:
    """The folders of the text files."""

    data: Path
    ontology: Path
    queries: Path

    @classmethod
    def shared(cls) -> Self:
        """Those of this checkout or of the installed package."""
        return cls(share("data/triples"), share("ontology"), share("queries"))


def read_data(folder: Path) -> tuple[Source, ...]:
    """Every Turtle file below a folder. Raises DataError that names file, line and reason of each broken one."""
    return tuple(read_files([folder], folder).values())


def read_files(paths: Iterable[Path], root: Path) -> dict[Path, Source]:
    """Some Turtle files, folders standing for every one below them; named by their path below `root` if they are.

    Raises DataError that names file, line and reason of each broken one.
    """
    found: dict[Path, Source] = {}
    faults = []
    for path in (file for given in paths for file in _turtle_files(given)):
        source = _read(path, _name(path, root))
        if isinstance(source, Source):
            found[path] = source
        else:
            faults.append(source)
    if faults:
        raise data_error(faults)
    return found


def read_words(sources: Sources) -> list[Quad]:
    """The ontology and the lists of words, each file a graph.

    Nodes without an address get one that is the same each time, so that the same files give the same release
    and the same question the same answer.
    """
    root = sources.ontology.parent
    files = read_files([sources.ontology / "p2p.ttl", sources.ontology / "vocab"], root).values()
    words = Dataset(quads_of(files))
    words.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [Quad(_addressed(q.subject), q.predicate, _addressed(q.object), q.graph_name) for q in words]


def quads_of(files: Iterable[Source]) -> Iterator[Quad]:
    """The triples of each file in a named graph of its own: `<base>graph/<path without .ttl>`."""
    for source in files:
        graph = NamedNode(f"{BASE}graph/{source.file.removesuffix('.ttl')}")
        for triple in source.triples:
            yield Quad(triple.subject, triple.predicate, triple.object, graph)


def check(files: Iterable[Source], sources: Sources) -> tuple[Fault, ...]:
    """Every fault of some files of data, seen with the ontology and the rest of the data of `sources`.

    Files of the rest that are broken are left out: nobody asked about them here.
    """
    checked = tuple(files)
    return (*_faults_of_form(checked, sources), *_faults_of_wording(checked, sources))


def check_all(files: Iterable[Source], sources: Sources, processes: Processes) -> tuple[Fault, ...]:
    """The same for all files of the data; another process, if there is one, reads them again for half of the work."""
    of_form = processes.begin(_faults_of_form_of_all, sources)
    of_wording = _faults_of_wording(tuple(files), sources)
    return (*of_form(), *of_wording)


def _faults_of_form_of_all(sources: Sources) -> tuple[Fault, ...]:
    return _faults_of_form(read_data(sources.data), sources)


def _faults_of_form(checked: tuple[Source, ...], sources: Sources) -> tuple[Fault, ...]:
    context = _context(checked, sources)
    everything = _with(context, checked)
    found = validate(checked, context, Shapes.load(sources.ontology / "shapes"))
    return tuple(discreet(found, everything, read_policy(sources.ontology)))


def _faults_of_wording(checked: tuple[Source, ...], sources: Sources) -> tuple[Fault, ...]:
    everything, policy = _with(_context(checked, sources), checked), read_policy(sources.ontology)
    return (*wording_faults(checked, everything, policy), *rarities(checked, everything, policy))


def _context(checked: tuple[Source, ...], sources: Sources) -> list[Triple]:
    """The words, and what is in all other files that can be read."""
    names = {source.file for source in checked}
    context = [quad.triple for quad in read_words(sources)]
    for path in _turtle_files(sources.data):
        name = _name(path, sources.data)
        found = None if name in names else _read(path, name)
        if isinstance(found, Source):
            context += found.triples
    return context


def _with(context: list[Triple], checked: tuple[Source, ...]) -> list[Triple]:
    return [*context, *(triple for source in checked for triple in source.triples)]


def coarser(quads: Iterable[Quad], sources: Sources) -> list[Quad]:
    """All quads of a release with place and year as coarse as the policy wants them.

    What comes in the place of a triple stands in the graph that says what its subject is.
    """
    given = list(quads)
    change = coarsen([quad.triple for quad in given], read_policy(sources.ontology))
    homes = {quad.subject: quad.graph_name for quad in given if quad.predicate.value == f"{PREFIXES['rdf']}type"}
    added = (Quad(t.subject, t.predicate, t.object, homes[t.subject]) for t in change.added)
    return [*(quad for quad in given if quad.triple not in change.removed), *added]


def in_order(files: dict[Path, Source]) -> dict[Path, str]:
    """The files that are not in canonical order, with the text they should have.

    Raises DataError for those that cannot be ordered: a comment inside, which would be lost, or a node
    without an address.
    """
    changes, faults = {}, []
    for path, source in files.items():
        comments = leading_comments(source.text)
        lost = _comment_line(source.text, comments.count("\n"))
        if lost:
            what = "A comment inside the data would be lost: move it to the top, or say it with p2p:note."
            faults.append(Fault(source.file, lost, "", "", what))
            continue
        try:
            text = write_canonical(source.triples, comments)
        except ValueError as reason:
            faults.append(Fault(source.file, None, "", "", f"The file cannot be put in order: {reason}."))
            continue
        if text != source.text:
            changes[path] = text
    if faults:
        raise data_error(faults)
    return changes


def data_error(faults: Iterable[Fault]) -> DataError:
    """The error for some faults; its sentence counts them, its value `faults` holds them."""
    found = tuple(faults)
    files = len({fault.file for fault in found})
    count = "1 fault" if len(found) == 1 else f"{len(found)} faults"
    place = f"in {found[0].file}" if files == 1 else f"in {files} files"
    return DataError(f"{count} {place}: mend what is listed; until then the last release stays.", faults=found)


def _addressed(term: _Term) -> _Term | NamedNode:
    return NamedNode(f"{BASE}.well-known/genid/{term.value}") if isinstance(term, BlankNode) else term


def _turtle_files(given: Path) -> list[Path]:
    return sorted(given.rglob("*.ttl")) if given.is_dir() else [given]


def _name(path: Path, root: Path) -> str:
    whole, below = path.resolve(), root.resolve()
    return whole.relative_to(below).as_posix() if whole.is_relative_to(below) else path.as_posix()


def _read(path: Path, name: str) -> Source | Fault:
    try:
        text = path.read_text(encoding="utf-8")
        return Source(name, text, tuple(quad.triple for quad in parse(text, RdfFormat.TURTLE)))
    except SyntaxError as reason:
        return Fault(name, reason.lineno, "", "", f"This is not Turtle: {reason.msg.split(': ', 1)[-1]}.")
    except UnicodeDecodeError as reason:
        line = path.read_bytes()[: reason.start].count(b"\n") + 1
        return Fault(name, line, "", "", "This is not UTF-8 text: save the file as UTF-8.")
    except OSError as reason:
        return Fault(name, None, "", "", f"The file cannot be read: {reason.strerror}.")


def _comment_line(text: str, first: int) -> int | None:
    """The first line, from 1, after the first `first` ones that holds a comment."""
    bare = _QUOTED.sub(lambda quoted: "\n" * quoted[0].count("\n"), text)
    for number, line in enumerate(bare.splitlines(), start=1):
        if number > first and "#" in line:
            return number
    return None
