"""Reads what strangers send: Turtle or JSON-LD, within limits, without fetching anything, into triples of our kind.

Each refusal is a sentence that says what to do. What comes out has no nameless nodes, no graphs, no statements about
statements, describes things of ours only, and its texts hold no control signs.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from p2p_graph.config import Settings
from p2p_graph.errors import UploadRefused
from p2p_graph.message import Message
from p2p_graph.vocab import BASE, kind_and_slug, shorten

__all__ = ["FORMATS", "NAMELESS", "UploadLimits", "admit", "is_fine_address", "is_hidden", "read_upload", "too_large"]

#: what is taken, by the end of a file's name
FORMATS: Final = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}

#: how deep lists and objects of JSON may lie in each other
_DEPTH: Final = 40
#: signs that one text, and one address, may have
_TEXT: Final = 5_000
_ADDRESS: Final = 400
#: signs that turn the direction of writing, so that a text reads otherwise than it is
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


#: what is said of something that has no address
NAMELESS: Final = Message(
    "Something in it has no address (such as […] in Turtle): give it one, so that others can point to it."
)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How large a contribution may be: bytes as sent, and triples."""

    bytes: int = 1_000_000
    triples: int = 5_000

    @classmethod
    def of(cls, settings: Settings) -> UploadLimits:
        """Those of the settings."""
        return cls(settings.upload_bytes, settings.upload_triples)


def read_upload(content: bytes, format_name: str, limits: UploadLimits | None = None) -> tuple[Triple, ...]:
    """The triples of a file, in their order, each once. Raises UploadRefused with what to do.

    `format_name` is one of FORMATS. Nothing is fetched: a JSON-LD file brings its context inside.

    >>> text = b"<https://w3id.org/peer2peer/id/practice/x> a <https://w3id.org/peer2peer/ontology/Practice> ."
    >>> [triple.subject.value for triple in read_upload(text, "ttl")]
    ['https://w3id.org/peer2peer/id/practice/x']
    >>> read_upload(b'{"@context": "https://example.org/c"}', "jsonld")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    p2p_graph.errors.UploadRefused: The file takes its @context from https://example.org/c, and nothing is fetched...
    """
    limits = limits or UploadLimits()
    if format_name not in FORMATS:
        taken = ", ".join(FORMATS)
        said = Message(
            "A file of the form “{form}” is not taken: send one of {taken}.", form=format_name[:20], taken=taken
        )
        raise _refused(said, "format")
    if len(content) > limits.bytes:
        raise too_large(limits)
    text = _decoded(content)
    if format_name == "jsonld":
        _look_into(_json(text))
    return admit(_parsed(text, format_name), limits)


def too_large(limits: UploadLimits) -> UploadRefused:
    """The refusal of a file with more bytes than may be."""
    sentence = "The file is larger than {bytes} bytes: send one practice at a time, without pictures."
    return _refused(Message(sentence, bytes=f"{limits.bytes:,}"), "size")


def admit(triples: Iterable[Triple], limits: UploadLimits | None = None) -> tuple[Triple, ...]:
    """Triples as they may enter the ledger, each once: checks what is said above. Raises UploadRefused."""
    limits = limits or UploadLimits()
    found: dict[Triple, None] = {}
    for triple in triples:
        if triple not in found:
            _check(triple)
            found[triple] = None
        if len(found) > limits.triples:
            sentence = "There are more than {count} statements in it: send one practice at a time."
            raise _refused(Message(sentence, count=f"{limits.triples:,}"), "triples")
    if not found:
        raise _refused(Message("There is nothing in it: describe a practice, and send it again."), "empty")
    return tuple(found)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = content[: reason.start].count(b"\n") + 1
        said = Message("This is not UTF-8 text (line {line}): save the file as UTF-8.", line=line)
        raise _refused(said, "encoding") from None


def _parsed(text: str, format_name: str) -> Iterable[Triple]:
    try:
        for quad in parse(text, FORMATS[format_name]):
            yield _in_no_graph(quad)
    except SyntaxError as reason:
        name = "JSON-LD" if format_name == "jsonld" else "Turtle"
        raise _broken(name, reason.lineno) from None


def _in_no_graph(quad: Quad) -> Triple:
    if not isinstance(quad.graph_name, DefaultGraph):
        sentence = "The file puts statements into graphs: leave the graphs out, and keep the statements."
        raise _refused(Message(sentence), "graph")
    return quad.triple


# JSON


def _json(text: str) -> Any:
    """The JSON of a text; raises UploadRefused where a key stands twice, since two readers would read two things."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            double = next(name for name in names if names.count(name) > 1)
            raise _refused(Message("“{name}” stands twice in one object: keep one.", name=double[:60]), "syntax")
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as reason:
        raise _broken("JSON", reason.lineno) from None
    except RecursionError:
        raise _deep() from None
    except ValueError:  # a number of thousands of digits
        sentence = "A number in it has too many digits: write it as text, or leave it out."
        raise _refused(Message(sentence), "syntax") from None


def _look_into(value: Any) -> None:
    """Refuses what would be fetched, and what lies too deep."""
    waiting = [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        if depth > _DEPTH:
            raise _deep()
        if isinstance(part, dict):
            for name, inner in part.items():
                if name in ("@context", "@import"):
                    _bring_along(inner)
                waiting.append((inner, depth + 1))
        elif isinstance(part, list):
            waiting += [(inner, depth + 1) for inner in part]


def _bring_along(context: Any) -> None:
    for one in context if isinstance(context, list) else [context]:
        if isinstance(one, str):
            sentence = (
                "The file takes its @context from {address}, and nothing is fetched here: write it into the file."
            )
            raise _refused(Message(sentence, address=one[:100]), "remote-context")


def _deep() -> UploadRefused:
    return _refused(Message("The JSON lies more than {depth} levels deep: write it flatter.", depth=_DEPTH), "depth")


def _broken(form: str, line: int | None) -> UploadRefused:
    """Where a file cannot be read. What the parser says of it is left out: it may quote what must not be in a log."""
    if line is None:
        said = Message("This is not {form}: see that nothing is missing at its end, and send it again.", form=form)
    else:
        sentence = (
            "This is not {form} from line {line} on: see that every sign is in its place there, and send it again."
        )
        said = Message(sentence, form=form, line=line)
    return _refused(said, "syntax")


# Triples


def _check(triple: Triple) -> None:
    subject, predicate, value = triple.subject, triple.predicate, triple.object
    if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
        raise _refused(NAMELESS, "nameless")
    if not isinstance(subject, NamedNode) or isinstance(value, Triple):
        raise _refused(Message("It makes statements about statements: leave them out."), "form")
    if kind_and_slug(subject.value) is None:
        sentence = (
            "It describes {address}, which is no thing of this graph: describe only things whose addresses begin with "
            "{start}."
        )
        raise _refused(Message(sentence, address=_shown(subject.value), start=f"{BASE}id/"), "foreign")
    _check_address(subject.value)
    _check_address(predicate.value)
    if isinstance(value, NamedNode):
        _check_address(value.value)
    elif isinstance(value, Literal):
        _check_text(value, shorten(subject.value))


def _check_address(address: str) -> None:
    if not is_fine_address(address):
        sentence = (
            "{address} is no address that can be kept: write one that begins with https:// and is shorter than {most} "
            "signs."
        )
        raise _refused(Message(sentence, address=_shown(address), most=_ADDRESS), "address")


def is_fine_address(address: str) -> bool:
    """Whether an address may be kept: of the web, of a reasonable length, without a name and password in it.

    >>> is_fine_address("https://example.org/"), is_fine_address("javascript:alert(1)")
    (True, False)
    """
    try:
        parts = urlsplit(address)
        is_fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
    return is_fine and len(address) <= _ADDRESS and not any(is_hidden(sign) for sign in address)


def _check_text(value: Literal, subject: str) -> None:
    if len(value.value) > _TEXT:
        sentence = "A text of {thing} is longer than {most} signs: shorten it."
        raise _refused(Message(sentence, thing=subject, most=f"{_TEXT:,}"), "text")
    if any(is_hidden(sign) for sign in value.value):
        sentence = "A text of {thing} holds a control sign that nobody can see: type the text anew."
        raise _refused(Message(sentence, thing=subject), "text")


def is_hidden(sign: str) -> bool:
    """Whether nobody sees a sign: control signs, halves of signs, and what turns the direction of writing.

    Line ends and tabs may stand.
    """
    if sign in "\n\r\t":
        return False
    return (
        unicodedata.category(sign) in ("Cc", "Cs", "Cn")
        or sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _shown(address: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in address[:100])


def _refused(sentence: Message, reason: str) -> UploadRefused:
    return UploadRefused(sentence, reason=reason)
