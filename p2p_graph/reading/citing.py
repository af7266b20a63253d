"""One canonical text for an answer, however its rows came, its hash, and what differs between two answers.

The method, `p2p-answer-1`: a table is written as SPARQL TSV with its columns in the order of their names, every term
in full as in N-Triples, its rows sorted by code point unless the query orders them; doubles stay. Triples are
written as sorted N-Triples, yes and no as a word. Nameless nodes are named by RDFC-1.0; those of a table by RDFC-1.0
over triples that join each row, by a node of its own, to its values. The hash is SHA-256 over that text in UTF-8.
Terms are equal if they are written alike: `1.0` and `1.00` are two.

RDFC-1.0: RDF Dataset Canonicalization, W3C Recommendation, 21 May 2024.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal as OneOf

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset as Quads,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from p2p_graph.errors import AnswerTooAlike
from p2p_graph.formats import Kind
from p2p_graph.model import Answer, Boolean, Table, Term, Triples
from p2p_graph.purged import Purged

__all__ = [
    "METHOD",
    "Canonical",
    "Difference",
    "answer_of",
    "canonical",
    "difference",
    "difference_by_hashes",
    "row_hashes",
]

METHOD: Final = "p2p-answer-1"

#: how much naming nameless nodes may cost: some for each statement with one; and over each group of those that look
#: alike and are joined, the factorial of its size times its statements. This much took a quarter of a second when it
#: was measured, during which the interpreter does nothing else.
_EFFORT: Final = 100_000
_A_STATEMENT: Final = 5
#: rounds in which nameless nodes are told apart by what stands beside them, where two answers are compared
_ROUNDS: Final = 4
#: bytes of the hash of a row
_ROW: Final = 8

_ROW_OF: Final = "urn:x-p2p:row:"
_TIMES: Final = NamedNode("urn:x-p2p:times")
_PLACE: Final = NamedNode("urn:x-p2p:place")
_Row = tuple[Term | None, ...]

_NAMELESS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|(_:[A-Za-z0-9]+)')


@dataclass(frozen=True, slots=True)
class Canonical:
    """An answer in canonical form: its kind, its columns by name, a line for each row."""

    kind: Kind
    columns: tuple[str, ...]
    lines: tuple[str, ...]
    is_ordered: bool = False

    @property
    def text(self) -> str:
        """The text over which the hash goes: a file that other programs read."""
        head = ["\t".join(f"?{column}" for column in self.columns)] if self.kind == "table" else []
        return "".join(f"{line}\n" for line in (*head, *self.lines))

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def canonical(answer: Answer, is_ordered: bool = False) -> Canonical:
    """The canonical form of an answer; `is_ordered` where its query ends in ORDER BY.

    Raises AnswerTooAlike where nameless nodes are too many, or too much alike, to be named soon.

    >>> one = Table(("b", "a"), ((Literal(1), None), (Literal(0), NamedNode("https://example.org/"))))
    >>> print(canonical(one).text.replace("\\t", " | "), end="")
    ?a | ?b
     | "1"^^<http://www.w3.org/2001/XMLSchema#integer>
    <https://example.org/> | "0"^^<http://www.w3.org/2001/XMLSchema#integer>
    >>> canonical(one).digest == canonical(Table(("b", "a"), one.rows[::-1])).digest
    True
    >>> nameless = [Triples((Triple(BlankNode(), NamedNode("https://example.org/"), Literal("x")),)) for _ in "ab"]
    >>> canonical(nameless[0]).digest == canonical(nameless[1]).digest
    True
    """
    if isinstance(answer, Boolean):
        return Canonical("boolean", (), ("true" if answer else "false",))
    if isinstance(answer, Triples):
        triples = _named([Quad(t.subject, t.predicate, t.object) for t in answer.triples])
        lines = (f"{_written(q.subject)} {_written(q.predicate)} {_written(q.object)} ." for q in triples)
        return Canonical("triples", (), tuple(sorted(lines)))
    columns = tuple(sorted(answer.columns))
    order = [answer.columns.index(column) for column in columns]
    rows = _rows_named([tuple(row[i] for i in order) for row in answer.rows], is_ordered)
    lines_of_rows = ["\t".join("" if cell is None else _written(cell) for cell in row) for row in rows]
    return Canonical("table", columns, tuple(lines_of_rows if is_ordered else sorted(lines_of_rows)), is_ordered)


def answer_of(kind: Kind, columns: tuple[str, ...], lines: Iterable[str]) -> Answer:
    """The answer that lines of a canonical form say; of a table, the columns are those of the lines.

    >>> answer_of("table", ("a",), ['"x"@en', ""]).rows[1]
    (None,)
    """
    if kind == "boolean":
        return Boolean(next(iter(lines), "") == "true")
    if kind == "triples":
        text = "".join(f"{line}\n" for line in lines)
        quads = parse(text.encode(), RdfFormat.N_TRIPLES)
        return Triples(tuple(Triple(quad.subject, quad.predicate, quad.object) for quad in quads))
    text = Canonical("table", columns, tuple(lines)).text
    found = parse_query_results(text.encode(), QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    return Table(columns, tuple(tuple(row) for row in found))


def _written(term: Term) -> str:
    if isinstance(term, Triple):
        return f"<<( {_written(term.subject)} {_written(term.predicate)} {_written(term.object)} )>>"
    return str(term)


# Nameless nodes


def _nameless(term: Term | None) -> bool:
    if isinstance(term, Triple):
        if any(_nameless(part) for part in (term.subject, term.object)):
            raise AnswerTooAlike("A triple within a triple has a nameless node, which no method names: give it a name.")
        return False
    return isinstance(term, BlankNode)


def _rows_named(rows: list[_Row], is_ordered: bool) -> list[_Row]:
    """Rows with their nameless nodes named, by way of triples about each row that has some."""
    # every cell is looked at, also behind a nameless one: it may be what no method names
    places = [place for place, row in enumerate(rows) if sum(map(_nameless, row))]
    if not places:
        return rows
    quads: list[Quad] = []
    with_some = [(rows[place], place) for place in places]
    counted = [(row, 1, place) for row, place in with_some] if is_ordered else _counted(with_some)
    for row, times, place in counted:
        node = BlankNode()
        quads.append(Quad(node, _TIMES, Literal(times)))
        if is_ordered:
            quads.append(Quad(node, _PLACE, Literal(place)))
        quads += [Quad(node, NamedNode(f"{_ROW_OF}{i}"), cell) for i, cell in enumerate(row) if cell is not None]
    found: dict[object, dict[str, Term]] = defaultdict(dict)
    for quad in _named(quads):
        found[quad.subject][quad.predicate.value] = quad.object
    back: list[tuple[int, int, _Row]] = []
    for said in found.values():
        cells = tuple(said.get(f"{_ROW_OF}{i}") for i in range(len(rows[0])))
        back.append((_number(said.get(_PLACE.value)), _number(said[_TIMES.value]), cells))
    back.sort(key=lambda one: one[0])
    named = list(rows)
    for place, cells in zip(places, (cells for _, times, cells in back for _ in range(times)), strict=True):
        named[place] = cells
    return named


def _counted(rows: Iterable[tuple[_Row, int]]) -> list[tuple[_Row, int, int]]:
    """Rows with how often they come, where their order does not count."""
    return [(row, times, 0) for row, times in Counter(row for row, _ in rows).items()]


def _number(term: Term | None) -> int:
    return int(term.value) if isinstance(term, Literal) else 0


def _named(quads: list[Quad]) -> Iterable[Quad]:
    """Quads with their nameless nodes named by RDFC-1.0; raises AnswerTooAlike where that would not end."""
    nameless = [quad for quad in quads if sum(map(_nameless, (quad.subject, quad.object)))]
    if not nameless:
        return quads
    _check_effort(nameless)
    found = Quads(nameless)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [*(quad for quad in quads if not sum(map(_nameless, (quad.subject, quad.object)))), *found]


def _check_effort(quads: list[Quad]) -> None:
    """RDFC-1.0 tries the orders of nodes that look alike at first sight and are joined to each other."""
    beside: dict[BlankNode, list[Quad]] = defaultdict(list)
    for quad in quads:
        for node in {end for end in (quad.subject, quad.object) if isinstance(end, BlankNode)}:
            beside[node].append(quad)
    sights = {node: _first_sight(node, around) for node, around in beside.items()}
    often = Counter(sights.values())
    alike = {node for node, sight in sights.items() if often[sight] > 1}
    effort = _A_STATEMENT * len(quads)
    while alike and effort <= _EFFORT:
        size, statements = _take_group(alike, beside)
        effort += math.factorial(min(size, 20)) * statements
    if effort > _EFFORT:
        raise AnswerTooAlike(
            "The nameless nodes of this answer are too many, or too much alike, to be told apart: ask for things with "
            "an address."
        )


def _first_sight(node: BlankNode, around: Iterable[Quad]) -> int:
    """What a node looks like beside its values, all other nameless nodes being alike (RDFC-1.0, 4.6)."""

    def seen(end: Term) -> str:
        return ("a" if end == node else "z") if isinstance(end, BlankNode) else _written(end)

    return hash(tuple(sorted((seen(q.subject), q.predicate.value, seen(q.object)) for q in around)))


def _take_group(alike: set[BlankNode], beside: Mapping[BlankNode, list[Quad]]) -> tuple[int, int]:
    """Takes a node and all that are joined to it out of those that look alike: how many, with how many statements."""
    edge = [alike.pop()]
    size = statements = 0
    while edge:
        around = beside[edge.pop()]
        size += 1
        statements += len(around)
        for quad in around:
            for end in (quad.subject, quad.object):
                if isinstance(end, BlankNode) and end in alike:
                    alike.remove(end)
                    edge.append(end)
    return size, statements


# What differs


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of an answer.

    `verdict` is `same`; `order` where the same rows came in another order; `joined` where only nameless nodes are
    joined otherwise; or `different`. `only_then` and `only_now` are lines that are there oftener than in the other
    answer, in the order of their text. `purged` counts the rows of the answer that was kept which are withheld.
    `missing` counts rows that are there no more, also where only their hashes were kept.
    """

    verdict: OneOf["same", "order", "joined", "different"]
    only_then: tuple[str, ...] = ()
    only_now: tuple[str, ...] = ()
    purged: int = 0
    missing: int = 0


def difference(then: Canonical, now: Canonical, purged: Purged | None = None) -> Difference:
    """What differs between an answer as it was and as it is, leaving out the rows that hold something purged.

    >>> then, now = (canonical(Table(("n",), tuple((Literal(n),) for n in numbers))) for numbers in ((1, 2), (3, 2, 2)))
    >>> found = difference(then, now)
    >>> found.verdict, [line[:3] for line in found.only_then], [line[:3] for line in found.only_now]
    ('different', ['"1"'], ['"2"', '"3"'])
    """
    before, after = (_left(answer.lines, purged) for answer in (then, now))
    gone = len(then.lines) - len(before)
    if then.digest == now.digest or before == after:
        return Difference("same", purged=gone)
    one, other = _settled(before), _settled(after)
    first, second = Counter(one), Counter(other)
    if first == second:
        return Difference("joined" if sorted(before) != sorted(after) else "order", purged=gone)
    only_then, only_now = (tuple(sorted((a - b).elements())) for a, b in ((first, second), (second, first)))
    return Difference("different", only_then, only_now, gone, len(only_then))


def _left(lines: tuple[str, ...], purged: Purged | None) -> tuple[str, ...]:
    return tuple(line for line in lines if not purged.holds(line)) if purged else lines


def row_hashes(answer: Canonical) -> bytes:
    """The first eight bytes of the SHA-256 of each row, in the order of the rows: enough to find which are missing."""
    return b"".join(map(_row_hash, _settled(answer.lines)))


def _row_hash(line: str) -> bytes:
    return hashlib.sha256(line.encode()).digest()[:_ROW]


def difference_by_hashes(then: bytes, digest: str, now: Canonical, purged: Purged | None = None) -> Difference:
    """What differs where only the hash of an answer and those of its rows were kept."""
    if now.digest == digest:
        return Difference("same")
    lines = _settled(now.lines)
    before = Counter(then[at : at + _ROW] for at in range(0, len(then), _ROW))
    hashes = [_row_hash(line) for line in lines]
    after = Counter(hashes)
    if before == after:
        return Difference("order" if now.is_ordered else "joined")
    more = after - before
    only_now = []
    for line, code in zip(lines, hashes, strict=True):
        if more[code] > 0:
            more[code] -= 1
            only_now.append(line)
    shown = sorted(_left(tuple(only_now), purged))
    return Difference("different", (), tuple(shown), 0, (before - after).total())


def _settled(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines whose nameless nodes have names that tell of their neighbours alone.

    The names of RDFC-1.0 depend on the whole answer: one row more, and others would look changed.
    """
    if not any("_:" in line for line in lines):
        return lines
    names: dict[str, str] = {}
    for _ in range(_ROUNDS):
        names = _renamed(lines, names)
    return tuple(_with_names(line, lambda node: names[node]) for line in lines)


def _renamed(lines: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    said: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        places: dict[str, list[str]] = defaultdict(list)
        for place, found in enumerate(_NAMELESS.finditer(line)):
            if found[1]:
                places[found[1]].append(str(place))
        if places:
            plain = _with_names(line, lambda node: names.get(node, "_:z"))
            for node, at in places.items():
                said[node].append(f"{','.join(at)} {plain}")
    return {
        node: "_:n" + hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()[:10] for node, texts in said.items()
    }


def _with_names(line: str, name: Callable[[str], str]) -> str:
    return _NAMELESS.sub(lambda found: name(found[1]) if found[1] else found[0], line)
