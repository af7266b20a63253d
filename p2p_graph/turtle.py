"""Turtle in one canonical order, so that a difference between two files shows what changed.

Prefixes first, then one block for each subject: by kind, then by address; in a block the type,
the label and the description first, then the other properties by name; values sorted. Comment
lines at the top of a file are kept; others have no home in triples (say it with `p2p:note`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from p2p_graph.vocab import KINDS, PREFIXES, kind_and_slug, shorten

__all__ = ["leading_comments", "write_canonical"]

_RDF_TYPE = PREFIXES["rdf"] + "type"
_FIRST = (
    _RDF_TYPE,
    PREFIXES["rdfs"] + "label",
    PREFIXES["skos"] + "prefLabel",
    PREFIXES["skos"] + "altLabel",
    PREFIXES["dcterms"] + "description",
)
_KIND_ORDER = {kind: place for place, kind in enumerate(KINDS)}
_XSD = PREFIXES["xsd"]
_BARE = {
    _XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    _XSD + "boolean": re.compile(r"true|false"),
}


def leading_comments(text: str) -> str:
    """The comment lines at the top of a Turtle text, each with its line end.

    >>> leading_comments("# Portugal\\n\\n@prefix a: <b:> .")
    '# Portugal\\n'
    """
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line + "\n")
    return "".join(lines)


def write_canonical(triples: Iterable[Triple], comments: str = "") -> str:
    """Triples as Turtle text in canonical order. Raises ValueError for a blank node: mint an address.

    >>> from pyoxigraph import Literal, NamedNode, Triple
    >>> from p2p_graph.vocab import mint, p2p
    >>> print(write_canonical([Triple(mint("practice", "a"), p2p("startYear"), Literal(2009))]))
    @prefix p2p: <https://w3id.org/peer2peer/ontology/> .
    @prefix practice: <https://w3id.org/peer2peer/id/practice/> .
    <BLANKLINE>
    practice:a p2p:startYear 2009 .
    <BLANKLINE>
    """
    blocks: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    used: set[str] = set()
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            raise ValueError("a node without an address cannot be ordered: give it one")
        subject = triple.subject
        assert isinstance(subject, NamedNode)
        blocks[subject.value][triple.predicate.value].add(_written(triple.object, used))
    body = []
    for subject_address in sorted(blocks, key=_subject_order):
        properties = blocks[subject_address]
        lines = []
        for predicate in sorted(properties, key=_predicate_order):
            verb = "a" if predicate == _RDF_TYPE else _name(predicate, used)
            values = sorted(properties[predicate])
            lines.append(f"{verb} {', '.join(values)}" if len(values) < 4 else f"{verb}\n    " + ",\n    ".join(values))
        body.append(f"{_name(subject_address, used)} " + " ;\n  ".join(lines) + " .\n")
    prefixes = [f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in sorted(used)]
    head = comments + ("\n" if comments else "")
    return head + "".join(prefixes) + "".join("\n" + block for block in body)


def _subject_order(address: str) -> tuple[int, str]:
    found = kind_and_slug(address)
    return (_KIND_ORDER[found[0]] if found else -1, address)


def _predicate_order(address: str) -> tuple[int, str]:
    return (_FIRST.index(address) if address in _FIRST else len(_FIRST), address)


def _name(address: str, used: set[str]) -> str:
    short = shorten(address)
    if short == address:
        return str(NamedNode(address))
    used.add(short.split(":", 1)[0])
    return short


def _written(term: object, used: set[str]) -> str:
    if isinstance(term, NamedNode):
        return _name(term.value, used)
    assert isinstance(term, Literal)
    if term.language or term.datatype.value == _XSD + "string":
        return str(term)
    bare = _BARE.get(term.datatype.value)
    if bare and bare.fullmatch(term.value):
        return term.value
    return f"{Literal(term.value)!s}^^{_name(term.datatype.value, used)}"
