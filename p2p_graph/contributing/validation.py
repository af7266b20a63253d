"""Checks data against the shapes and a few rules beside them, and says each fault in plain words.

Two engines read the same shapes. pyrudof is about four times faster and only says which things are faulty;
pySHACL then looks at those things alone and gives the words. Besides `Triples.to_rdflib`, this is the
only file that uses rdflib.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, cast

import pyrudof
import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize
from rdflib.namespace import SH, SKOS

from p2p_graph.contributing.constraints import parameter_of, problem, rank
from p2p_graph.message import Message
from p2p_graph.model import Fault
from p2p_graph.vocab import BASE, KINDS, PREFIXES, kind_and_slug, p2p, shorten

__all__ = ["Shapes", "Source", "line_of", "validate"]

_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
_PREFERRED: Final = NamedNode(PREFIXES["skos"] + "prefLabel")
_SUPERCLASS: Final = NamedNode(PREFIXES["rdfs"] + "subClassOf")
#: triples up to which they are laid over what the engine holds and taken off again: to read anew takes a tenth of a
#: second each time, but is faster for many
_FEW: Final = 5_000
#: what the engine holds in between
_NOTHING: Final = "<x:> <x:> <x:> ."
_PREFIX_LINE = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of data: its name for people, its text, and the triples read from it."""

    file: str
    text: str = field(repr=False)
    triples: tuple[Triple, ...] = field(repr=False)


@dataclass(frozen=True)
class Shapes:
    """The shapes, read once, in the form each engine wants."""

    text: str = field(repr=False)
    graph: rdflib.Graph = field(repr=False)
    #: the fast engine of each thread, which has read the shapes
    _engines: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    @property
    def engine(self) -> pyrudof.Rudof:
        """The fast engine with the shapes. A thread has its own, and uses it for one thing at a time."""
        engine: pyrudof.Rudof | None = getattr(self._engines, "engine", None)
        if engine is None:
            engine = pyrudof.Rudof(pyrudof.RudofConfig())
            engine.read_shacl(self.text, pyrudof.ShaclFormat.NTriples)
            engine.read_data(_NOTHING, pyrudof.RDFFormat.NTriples)
            self._engines.engine = engine
        return engine

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads every `.ttl` file of a folder."""
        triples = [quad.triple for path in sorted(folder.glob("*.ttl")) for quad in parse(path=path)]
        text = _n_triples(triples)
        return cls(text, rdflib.Graph().parse(data=text, format="nt"))

    def paths(self) -> frozenset[str]:
        """The properties that some shape speaks of."""
        return frozenset(str(path) for path in self.graph.objects(None, SH.path) if isinstance(path, rdflib.URIRef))

    def name(self, path: str) -> str:
        """What forms call a property, or its short name where no shape has it."""
        for shape in self.graph.subjects(SH.path, rdflib.URIRef(path)):
            found = self.graph.value(shape, SH.name)
            if found is not None:
                return str(found)
        return shorten(path)


def validate(sources: Iterable[Source], context: Iterable[Triple], shapes: Shapes) -> tuple[Fault, ...]:
    """Every fault of the sources, by file and line; empty if there is none.

    `context` is what the sources may refer to: the ontology, the vocabulary and the rest of the data. It is
    not checked itself, but it must be whole, or things that exist will be called unknown.

    >>> from p2p_graph.config import share
    >>> shapes = Shapes.load(share("ontology") / "shapes")
    >>> text = "<https://w3id.org/peer2peer/id/period/a> a <https://w3id.org/peer2peer/ontology/Perod> ."
    >>> triples = tuple(quad.triple for quad in parse(text, RdfFormat.TURTLE))
    >>> [fault.what for fault in validate([Source("a.ttl", text, triples)], [], shapes)]
    ['There is no such kind of thing: choose one from the list, such as “practice”.']
    """
    files = tuple(sources)
    own = [triple for source in files for triple in source.triples]
    where = _Places(files)
    # Words about other things matter to nobody here, and they are most of the ontology.
    linked = (t for t in context if isinstance(t.object, NamedNode) or _value(t.subject) in where)
    everything = list(dict.fromkeys([*linked, *own]))
    by_rule = list(_rule_faults(own, everything, shapes, where))
    by_shape = _beside(_shape_faults(everything, shapes, where), by_rule, with_value=True)
    names = _beside(_labels(own, everything, shapes, where), by_shape, with_value=False)
    kept = {(f.file, f.subject, f.field, f.what, f.value): f for f in (*by_rule, *by_shape, *names)}
    return tuple(sorted(kept.values(), key=lambda f: (f.file, f.line or 0, f.subject, f.field, f.what, f.value)))


def _beside(faults: Iterable[Fault], said: Iterable[Fault], with_value: bool) -> list[Fault]:
    """The faults that `said` does not hold already, so that one slip is told once."""

    def key(fault: Fault) -> tuple[str, str, str]:
        return fault.subject, (fault.path or fault.field), fault.value if with_value else ""

    known = {key(fault) for fault in said}
    return [fault for fault in faults if key(fault) not in known]


def line_of(text: str, address: str) -> int | None:
    """The line, from 1, on which a Turtle text begins to speak of an address.

    >>> line_of("@prefix a: <https://example.org/> .\\n\\na:b a:c a:d .", "https://example.org/b")
    3
    """
    names = [re.escape(f"<{address}>")]
    for prefix, start in _PREFIX_LINE.findall(text):
        if start and address.startswith(start):
            names.append(re.escape(f"{prefix}:{address[len(start) :]}"))
    as_subject = re.search(rf"^[ \t]*(?:{'|'.join(names)})(?=\s)", text, re.MULTILINE)
    found = as_subject or re.search(rf"(?:{'|'.join(names)})(?![\w-])", text)
    return text.count("\n", 0, found.start()) + 1 if found else None


class _Places:
    """In which file and line a subject stands; a subject may stand in several."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._by_subject: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            for subject in dict.fromkeys(_value(triple.subject) for triple in source.triples):
                self._by_subject[subject].append(source)

    def __contains__(self, subject: str) -> bool:
        return subject in self._by_subject

    def fault(
        self, triple_or_subject: Triple | str, field: str, said: Message | list[Message], value: str, path: str = ""
    ) -> Fault:
        """A fault at the file that holds the triple, or else at the first that holds the subject."""
        messages = (said,) if isinstance(said, Message) else tuple(said)
        what = " ".join(map(str, messages))
        if isinstance(triple_or_subject, str):
            subject, source = triple_or_subject, self._by_subject[triple_or_subject][0]
        else:
            subject = _value(triple_or_subject.subject)
            holders = self._by_subject[subject]
            source = next((s for s in holders if triple_or_subject in s.triples), holders[0])
        line = line_of(source.text, subject)
        return Fault(source.file, line, shorten(subject), field, what, value, shorten(path), messages)


# Rules that shapes do not say

_NO_FIELD: Final = Message(
    "There is no such field, so that nobody would find what stands in it: use one of the form, or write it as a note."
)
_NO_KIND: Final = Message(
    "There is no such kind of thing: choose one from the list, such as “{kind}”.", kind="practice"
)
_NO_WORD: Final = Message(
    "There is no such entry in the lists of words, so that it would not be counted with its like. Choose one that "
    "there is, or propose a new one."
)
_NO_THING: Final = Message(
    "Nothing is known under this name, and readers could not follow it. Mend it, or describe the thing as well."
)
_NAMELESS: Final = Message(
    "Something stands here without a name of its own. Give it one, so that others can point to it."
)
_NO_FORM: Final = Message(
    "What this names has no kind that is known here, so that it has no page: let its name begin with a kind, such as "
    "“{kind}”.",
    kind="practice",
)
_SAY_KIND: Final = "Say what this is, so that it is found among its like; by its name it would be: “{kind}”."
_OTHER_KIND: Final = (
    "Its name says one kind of thing (“{kind}”) and its description another, so that readers would be misled: let both "
    "say the same."
)
_NOT_AMONG: Final = Message(
    "Whom a tie comes from or leads to must also be named among those who take part, or nobody could draw it: add it "
    "there."
)
_TWO_NAMES: Final = (
    "There are two names in the same language ({language}), so that readers could not tell which one to use. Keep one."
)
_NO_LANGUAGE: Final = Message(
    "There are two names without a language, so that readers could not tell which one to use. Keep one, and say its "
    "language."
)


def _rule_faults(own: list[Triple], everything: list[Triple], shapes: Shapes, where: _Places) -> Iterator[Fault]:
    known = {_value(triple.subject) for triple in everything if triple.predicate == _TYPE}
    yield from _unknown_words(own, known, shapes, where)
    yield from _addresses(own, everything, where)
    yield from _directions(own, everything, shapes, where)


def _unknown_words(own: list[Triple], known: set[str], shapes: Shapes, where: _Places) -> Iterator[Fault]:
    for triple in own:
        path = triple.predicate.value
        if path.startswith(PREFIXES["p2p"]) and path not in known:
            yield where.fault(triple, _local(path), _NO_FIELD, "", path)
        if not isinstance(triple.object, NamedNode) or triple.object.value in known:
            continue
        value = triple.object.value
        if triple.predicate == _TYPE:
            if value.startswith(PREFIXES["p2p"]):
                yield where.fault(triple, "Kind", _NO_KIND, _local(value), path)
        elif value.startswith((PREFIXES["p2p"], f"{BASE}vocab/")):
            yield where.fault(triple, shapes.name(path), _NO_WORD, shorten(value), path)
        elif value.startswith(f"{BASE}id/"):
            yield where.fault(triple, shapes.name(path), _NO_THING, shorten(value), path)


def _local(address: str) -> str:
    return address.removeprefix(PREFIXES["p2p"])


def _addresses(own: list[Triple], everything: list[Triple], where: _Places) -> Iterator[Fault]:
    """Things have an address of their own, of the form that fits what they are."""
    types: dict[str, set[str]] = defaultdict(set)
    wider: dict[str, set[str]] = defaultdict(set)
    for triple in everything:
        if triple.predicate == _TYPE:
            types[_value(triple.subject)].add(_value(triple.object))
        elif triple.predicate == _SUPERCLASS:
            wider[_value(triple.subject)].add(_value(triple.object))
    pointed_to = {triple.object for triple in own if isinstance(triple.object, BlankNode)}
    for triple in own:
        if triple.object in pointed_to or (isinstance(triple.subject, BlankNode) and triple.subject not in pointed_to):
            yield where.fault(triple, "", _NAMELESS, "")
    for subject in dict.fromkeys(_value(triple.subject) for triple in own):
        found = kind_and_slug(subject)
        if found is None:
            if subject.startswith(f"{BASE}id/"):
                yield where.fault(subject, "Address", _NO_FORM, "")
            continue
        if not types[subject]:
            yield where.fault(subject, "Kind", Message(_SAY_KIND, kind=found[0]), "")
            continue
        given, expected = types[subject], PREFIXES["p2p"] + KINDS[found[0]]
        if all(t.startswith(PREFIXES["p2p"]) and t in types for t in given) and not (
            given & _narrower(expected, wider)
        ):
            said = Message(_OTHER_KIND, kind=found[0])
            yield where.fault(subject, "Kind", said, ", ".join(sorted(map(_local, given))))


def _narrower(top: str, wider: dict[str, set[str]]) -> set[str]:
    """A class with all classes below it."""
    found = {top}
    while more := {narrow for narrow, above in wider.items() if above & found} - found:
        found |= more
    return found


def _directions(own: list[Triple], everything: list[Triple], shapes: Shapes, where: _Places) -> Iterator[Fault]:
    joined = {(t.subject, t.object) for t in everything if t.predicate == p2p("participant")}
    for triple in own:
        if triple.predicate in (p2p("giver"), p2p("receiver")) and (triple.subject, triple.object) not in joined:
            path = triple.predicate.value
            yield where.fault(triple, shapes.name(path), _NOT_AMONG, shorten(_value(triple.object)), path)


def _labels(own: list[Triple], everything: list[Triple], shapes: Shapes, where: _Places) -> Iterator[Fault]:
    """At most one name in each language; said here for things that no shape speaks of."""
    names: dict[tuple[str, NamedNode, str], list[str]] = defaultdict(list)
    for triple in everything:
        if triple.predicate in (_LABEL, _PREFERRED) and isinstance(triple.object, Literal):
            key = (_value(triple.subject), triple.predicate, triple.object.language or "")
            names[key].append(triple.object.value)
    own_labels = {(_value(t.subject), t.predicate) for t in own if t.predicate in (_LABEL, _PREFERRED)}
    for (subject, predicate, language), values in names.items():
        if len(values) > 1 and (subject, predicate) in own_labels:
            said = Message(_TWO_NAMES, language=language) if language else _NO_LANGUAGE
            path = predicate.value
            yield where.fault(subject, shapes.name(path), said, " / ".join(sorted(values)), path)


# Shapes


def _shape_faults(everything: list[Triple], shapes: Shapes, where: _Places) -> Iterator[Fault]:
    faulty = [address for address in _gate(everything, shapes) if address in where]
    if not faulty:
        return
    report = _report(_around(faulty, everything), shapes)
    explained = {str(subject) for subject in report.objects(None, SH.focusNode)}
    if not explained.issuperset(faulty):
        report = _report(everything, shapes)
    for result in _told_once(report):
        subject = str(report.value(result, SH.focusNode))
        if subject not in faulty:
            continue
        path = report.value(result, SH.resultPath)
        shape = report.value(result, SH.sourceShape)
        value = report.value(result, SH.value)
        if isinstance(value, rdflib.BNode):
            continue  # said by the rule on addresses
        named = shapes.graph.value(shape, SH.name) if shape is not None else None
        yield where.fault(
            subject,
            str(named) if named is not None else "",
            _words(report, result, shapes),
            _shown(value) if value is not None and str(value) != subject else "",
            str(path) if path is not None else "",
        )


def _told_once(report: rdflib.Graph) -> list[rdflib.term.Node]:
    """One result for each value of a property: of several, the one that tells most of what is wrong with it."""
    found: dict[tuple[rdflib.term.Node | None, ...], tuple[int, rdflib.term.Node]] = {}
    for result in report.objects(None, SH.result):
        key = tuple(report.value(result, path) for path in (SH.focusNode, SH.resultPath, SH.sourceShape, SH.value))
        weight = rank(str(report.value(result, SH.sourceConstraintComponent)))
        found[key] = min(found.get(key, (weight, result)), (weight, result), key=lambda one: one[0])
    return [result for _, result in found.values()]


def _around(addresses: list[str], everything: list[Triple]) -> list[Triple]:
    """What is said of some addresses and of their values, and which classes lie in which.

    The shapes look no further; one that did would leave an address unexplained, and all would be looked at.
    """
    wanted = set(addresses)
    wanted |= {
        _value(t.object) for t in everything if _value(t.subject) in wanted and not isinstance(t.object, Literal)
    }
    return [t for t in everything if _value(t.subject) in wanted or t.predicate == _SUPERCLASS]


def _gate(triples: Sequence[Triple], shapes: Shapes) -> list[str]:
    """The addresses that some shape finds faulty, by the fast engine."""
    engine = shapes.engine
    if len(triples) <= _FEW:
        engine.begin_staging()
        try:
            engine.add_triples([(str(t.subject), str(t.predicate), str(t.object)) for t in triples])
            return _violated(engine)
        except pyrudof.DataError:
            pass  # a term that it reads in files only
        finally:
            engine.rollback_staging()
    engine.read_data(_n_triples(triples), pyrudof.RDFFormat.NTriples, merge=False)
    found = _violated(engine)
    engine.read_data(_NOTHING, pyrudof.RDFFormat.NTriples, merge=False)
    return found


def _violated(engine: pyrudof.Rudof) -> list[str]:
    report = engine.validate_shacl()
    return list(dict.fromkeys(str(entry.focus_node).strip("<>") for entry in report.violations))


def _report(triples: list[Triple], shapes: Shapes) -> rdflib.Graph:
    """What pySHACL says of some triples."""
    with _quiet_rdflib():
        data = rdflib.Graph().parse(data=_n_triples(triples), format="nt")
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes.graph, inference="none")
    return cast(rdflib.Graph, report)


def _words(report: rdflib.Graph, result: rdflib.term.Node, shapes: Shapes) -> list[Message]:
    """What is wrong and why, how to mend it in the words of the shape, and a value that would pass."""
    messages = [m for m in report.objects(result, SH.resultMessage) if isinstance(m, rdflib.Literal)]
    english = min((str(message) for message in messages if message.language in (None, "en")), default="")
    shape = report.value(result, SH.sourceShape)
    example = shapes.graph.value(shape, SKOS.example) if shape is not None else None
    component = str(report.value(result, SH.sourceConstraintComponent))
    limit = shapes.graph.value(shape, SH[parameter_of(component)])
    said = [problem(component, str(limit)), Message(english) if english else None]
    if example is not None and str(example) not in english:
        said.append(Message("For example: “{example}”", example=str(example)))
    return [message for message in said if message is not None]


def _shown(value: rdflib.term.Node) -> str:
    return shorten(str(value)) if isinstance(value, rdflib.URIRef) else str(value)


@contextmanager
def _quiet_rdflib() -> Iterator[None]:
    """A value that is no number is a fault with words of its own; rdflib would also log a traceback for it."""
    log = logging.getLogger("rdflib.term")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def _n_triples(triples: Iterable[Triple]) -> str:
    text = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert text is not None
    return text.decode()


def _value(term: object) -> str:
    return term.value if isinstance(term, NamedNode | BlankNode | Literal) else str(term)
