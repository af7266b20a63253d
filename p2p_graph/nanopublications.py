"""Accepted contributions as nanopublications (nanopub.net/guidelines): what is said, what it rests on, who gave it.

They are made from a release, so that they hold what was cleared for everybody and nothing else: no account, no step of
a review. Each is named by a hash of its content, a trusty URI of module RA (trustyuri.net/spec, version 1). They are
not signed: who wants to publish them in a network of nanopublications signs them there.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from p2p_graph.errors import DataError, NotWritable
from p2p_graph.vocab import BASE, PREFIXES, p2p

__all__ = ["artifact_code", "is_trusty", "nanopublication", "write_nanopublications"]

_NP: Final = "http://www.nanopub.org/nschema#"
_START: Final = f"{BASE}np/"
_GIVEN: Final = f"{BASE}graph/contributed/"
_NUMBER: Final = re.compile(re.escape(_GIVEN) + r"[0-9]+")
#: what stands for the hash before it is known
_UNKNOWN: Final = "RA" + "0" * 43
_CODE: Final = re.compile(r"RA[A-Za-z0-9_-]{43}")
_PARTS: Final = ("Head", "assertion", "provenance", "pubinfo")
_WORDS: Final = {name: PREFIXES[name] for name in ("p2p", "rdf", "rdfs", "xsd", "dcterms", "prov", "schema")}


def write_nanopublications(release: Path, folder: Path) -> list[Path]:
    """Writes what a release holds of each contribution as a file in TriG, `<number>.<hash>.trig`.

    Raises NotWritable, and DataError for a release whose data cannot be read.
    """
    given, about, label = _contributions(release)
    written = []
    for number in sorted(given, key=int):
        said = about[number]
        quads = nanopublication(given[number], said, label)
        code = next(_codes(quads))
        path = folder / f"{number}.{code}.trig"
        text = serialize(quads, format=RdfFormat.TRIG, prefixes={"np": _NP, "this": f"{_START}{code}", **_WORDS})
        assert text is not None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        except OSError as reason:
            raise NotWritable(f"{path} cannot be written: {reason.strerror}.", path=str(path)) from None
        written.append(path)
    return written


def _contributions(
    release: Path,
) -> tuple[dict[str, list[Triple]], dict[str, dict[str, NamedNode | Literal]], dict[str, list[Triple]]]:
    """The triples of each contribution, what is said of it, and who the contributors are, all by number or address."""
    given: dict[str, list[Triple]] = defaultdict(list)
    about: dict[str, dict[str, NamedNode | Literal]] = defaultdict(dict)
    who: dict[str, list[Triple]] = defaultdict(list)
    try:
        for quad in parse(path=release / "data.nq", format=RdfFormat.N_QUADS):
            graph = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
            if _NUMBER.fullmatch(graph):
                given[graph.removeprefix(_GIVEN)].append(quad.triple)
            elif graph == f"{_GIVEN}provenance" and isinstance(quad.object, NamedNode | Literal):
                about[subject.removeprefix(_GIVEN)][quad.predicate.value] = quad.object
            elif subject.startswith(PREFIXES["contributor"]):
                who[subject].append(quad.triple)
    except (OSError, SyntaxError) as reason:
        raise DataError(f"The data of the release cannot be read: {type(reason).__name__}.", faults=()) from None
    return given, about, who


def nanopublication(
    assertion: Iterable[Triple],
    about: dict[str, NamedNode | Literal],
    contributors: dict[str, list[Triple]],
) -> list[Quad]:
    """The four graphs of a nanopublication, under the name that its content gives it.

    `about` is what the release says of the contribution, by property: creator, dateAccepted, license, identifier.
    """
    said = sorted(set(assertion), key=str)
    this = NamedNode(f"{_START}{_UNKNOWN}")
    head, claims, provenance, info = (NamedNode(f"{this.value}#{part}") for part in _PARTS)
    word = {name: NamedNode(start + name) for start, name in _USED}
    quads = [
        Quad(this, word["type"], word["Nanopublication"], head),
        Quad(this, word["hasAssertion"], claims, head),
        Quad(this, word["hasProvenance"], provenance, head),
        Quad(this, word["hasPublicationInfo"], info, head),
        *(Quad(t.subject, t.predicate, t.object, claims) for t in said),
        *(Quad(claims, word["wasDerivedFrom"], t.object, provenance) for t in said if t.predicate == p2p("ofDocument")),
    ]
    for address in sorted({t.object.value for t in said if t.predicate == p2p("recordedBy")}):  # type: ignore[union-attr]
        quads.append(Quad(claims, word["wasAttributedTo"], NamedNode(address), provenance))
        quads += [Quad(t.subject, t.predicate, t.object, provenance) for t in contributors.get(address, ())]
        quads.append(Quad(this, word["creator"], NamedNode(address), info))
    dcterms = PREFIXES["dcterms"]
    for name in ("license", "identifier"):
        if (value := about.get(dcterms + name)) is not None:
            quads.append(Quad(this, NamedNode(dcterms + name), value, info))
    if (accepted := about.get(dcterms + "dateAccepted")) is not None:
        # the guidelines want a moment; of that a release tells the day
        day = f"{accepted.value}T00:00:00Z"
        quads.append(Quad(this, word["created"], Literal(day, datatype=NamedNode(PREFIXES["xsd"] + "dateTime")), info))
    return _named(quads, artifact_code(quads, _UNKNOWN))


_USED: Final = (
    *((_NP, name) for name in ("Nanopublication", "hasAssertion", "hasProvenance", "hasPublicationInfo")),
    *((PREFIXES["prov"], name) for name in ("wasDerivedFrom", "wasAttributedTo")),
    *((PREFIXES["dcterms"], name) for name in ("creator", "created")),
    (PREFIXES["rdf"], "type"),
)


def _named(quads: Sequence[Quad], code: str) -> list[Quad]:
    """The same with the hash in the place of what stands for it."""

    def own(term: object) -> object:
        return NamedNode(term.value.replace(_UNKNOWN, code)) if isinstance(term, NamedNode) else term

    return [Quad(*(own(part) for part in quad)) for quad in quads]  # type: ignore[arg-type]


def artifact_code(quads: Iterable[Quad], known_as: str) -> str:
    """The hash of some quads, after module RA: `known_as` is what stands for it in their own addresses.

    >>> a = NamedNode("https://example.org/a")
    >>> artifact_code([Quad(a, a, Literal("x", language="en"), a)], "RA0")
    'RADmt5vRShqMzeLdGv7odNS1SAjeVfG-6160Eh7cw54Q0'
    """

    def plain(term: object) -> str:
        return str(getattr(term, "value", "")).replace(known_as, " ")

    def place(quad: Quad) -> tuple[object, ...]:
        where = (plain(quad.graph_name), plain(quad.subject), plain(quad.predicate))
        value = quad.object
        if not isinstance(value, Literal):
            return (*where, 0, plain(value), 0, "")
        tongue = value.language or ""
        # a text with a language has no type of its own, and comes before one with a type
        return (*where, 1, value.value, 0 if tongue else 1, tongue.lower() or value.datatype.value)

    def lines(quad: Quad) -> str:
        value = quad.object
        told = plain(value)
        if isinstance(value, Literal):
            kind = f"@{value.language.lower()}" if value.language else f"^{value.datatype.value}"
            escaped = value.value.replace("\\", "\\\\").replace("\n", "\\n")
            told = f"{kind} {escaped}"
        return f"{plain(quad.graph_name)}\n{plain(quad.subject)}\n{plain(quad.predicate)}\n{told}\n"

    text = "".join(lines(quad) for quad in sorted(set(quads), key=place))
    digest = hashlib.sha256(text.encode()).digest()
    return "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_trusty(quads: Iterable[Quad]) -> bool:
    """Whether a nanopublication is still what its name says."""
    held = list(quads)
    codes = set(_codes(held))
    return len(codes) == 1 and artifact_code(held, next(iter(codes))) in codes


def _codes(quads: Iterable[Quad]) -> Iterator[str]:
    for quad in quads:
        if quad.predicate.value == f"{_NP}hasAssertion" and isinstance(quad.subject, NamedNode):
            yield from _CODE.findall(quad.subject.value.removeprefix(_START))
