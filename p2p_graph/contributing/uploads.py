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
from p2p_graph.vocab import BASE, kind_and_slug, shorten

__all__ = ["FORMATS", "UploadLimits", "admit", "read_upload"]

#: what is taken, by the end of a file's name
FORMATS: Final = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}

#: how deep lists and objects of JSON may lie in each other
_DEPTH: Final = 40
#: signs that one text, and one address, may have
_TEXT: Final = 5_000
_ADDRESS: Final = 400
#: signs that turn the direction of writing, so that a text reads otherwise than it is
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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
        raise _refused(f"A file of the form {format_name[:20]!r} is not taken: send one of {taken}.", "format")
    if len(content) > limits.bytes:
        size = f"{limits.bytes:,} bytes"
        raise _refused(f"The file is larger than {size}: send one practice at a time, without pictures.", "size")
    text = _decoded(content)
    if format_name == "jsonld":
        _look_into(_json(text))
    return admit(_parsed(text, format_name), limits)


def admit(triples: Iterable[Triple], limits: UploadLimits | None = None) -> tuple[Triple, ...]:
    """Triples as they may enter the ledger, each once: checks what is said above. Raises UploadRefused."""
    limits = limits or UploadLimits()
    found: dict[Triple, None] = {}
    for triple in triples:
        if triple not in found:
            _check(triple)
            found[triple] = None
        if len(found) > limits.triples:
            raise _refused(
                f"There are more than {limits.triples:,} statements in it: send one practice at a time.", "triples"
            )
    if not found:
        raise _refused("There is nothing in it: describe a practice, and send it again.", "empty")
    return tuple(found)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = content[: reason.start].count(b"\n") + 1
        raise _refused(f"This is not UTF-8 text (line {line}): save the file as UTF-8.", "encoding") from None


def _parsed(text: str, format_name: str) -> Iterable[Triple]:
    try:
        for quad in parse(text, FORMATS[format_name]):
            yield _in_no_graph(quad)
    except SyntaxError as reason:
        place = f" (line {reason.lineno})" if reason.lineno else ""
        said = (reason.msg or "").split(": ", 1)[-1][:200]
        name = "JSON-LD" if format_name == "jsonld" else "Turtle"
        raise _refused(f"This is not {name}{place}: {said}. Mend it there.", "syntax") from None


def _in_no_graph(quad: Quad) -> Triple:
    if not isinstance(quad.graph_name, DefaultGraph):
        raise _refused("The file puts statements into graphs: leave the graphs out, and keep the statements.", "graph")
    return quad.triple


# JSON


def _json(text: str) -> Any:
    """The JSON of a text; raises UploadRefused where a key stands twice, since two readers would read two things."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            double = next(name for name in names if names.count(name) > 1)
            raise _refused(f"{double[:60]!r} stands twice in one object: keep one.", "syntax")
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as reason:
        raise _refused(f"This is not JSON (line {reason.lineno}): {reason.msg}. Mend it there.", "syntax") from None
    except RecursionError:
        raise _deep() from None
    except ValueError:  # a number of thousands of digits
        raise _refused("A number in it has too many digits: write it as text, or leave it out.", "syntax") from None


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
            raise _refused(
                f"The file takes its @context from {one[:100]}, and nothing is fetched here: write the context into "
                "the file.",
                "remote-context",
            )


def _deep() -> UploadRefused:
    return _refused(f"The JSON lies more than {_DEPTH} levels deep: write it flatter.", "depth")


# Triples


def _check(triple: Triple) -> None:
    subject, predicate, value = triple.subject, triple.predicate, triple.object
    if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
        raise _refused(
            "Something in it has no address (such as […] in Turtle): give it one, so that others can point to it.",
            "nameless",
        )
    if not isinstance(subject, NamedNode) or isinstance(value, Triple):
        raise _refused("It makes statements about statements: leave them out.", "form")
    if kind_and_slug(subject.value) is None:
        raise _refused(
            f"It describes {_shown(subject.value)}, which is no thing of this graph: describe only things whose "
            f"addresses begin with {BASE}id/.",
            "foreign",
        )
    _check_address(subject.value)
    _check_address(predicate.value)
    if isinstance(value, NamedNode):
        _check_address(value.value)
    elif isinstance(value, Literal):
        _check_text(value, shorten(subject.value))


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        is_fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        is_fine = False
    if not is_fine or len(address) > _ADDRESS or any(_is_hidden(sign) for sign in address):
        raise _refused(
            f"{_shown(address)} is no address that can be kept: write one that begins with https:// and is shorter "
            f"than {_ADDRESS} signs.",
            "address",
        )


def _check_text(value: Literal, subject: str) -> None:
    if len(value.value) > _TEXT:
        raise _refused(f"A text of {subject} is longer than {_TEXT:,} signs: shorten it.", "text")
    if any(_is_hidden(sign) for sign in value.value):
        sentence = f"A text of {subject} holds a control sign that nobody can see: type the text anew."
        raise _refused(sentence, "text")


def _is_hidden(sign: str) -> bool:
    """Control signs, halves of signs, and what turns the direction of writing; line ends and tabs may stand."""
    if sign in "\n\r\t":
        return False
    return (
        unicodedata.category(sign) in ("Cc", "Cs", "Cn")
        or sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _shown(address: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in address[:100])


def _refused(sentence: str, reason: str) -> UploadRefused:
    return UploadRefused(sentence, reason=reason)
