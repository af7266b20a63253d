"""A search as a request asks for it and as an answer tells it: its values, its hits as JSON, what programs may ask."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from p2p_graph.errors import BadValue, UnknownParameter
from p2p_graph.reading.indexing import KINDS_FOUND
from p2p_graph.reading.search import LONGEST, MOST, Found, Hit, Wish
from p2p_graph.vocab import shorten
from webapp.addresses import page_of
from webapp.current_graph import graph
from webapp.languages import N_, at
from webapp.operations import Made, field, operation, responses
from webapp.withholding import purged
from webapp.wording import LANGUAGES

__all__ = ["FIELDS", "HitView", "asked", "found_by", "kind_name", "search_paths", "shown", "told", "withheld_now"]

#: hits on one page, and the most that one request takes
_LIMIT: Final = 20
_LARGEST: Final = 100

#: what a page says before the text in which something was found
FIELDS: Final[Mapping[str, str]] = {
    "name": N_("also"),
    "other-name": N_("also called"),
    "description": "",
    "authors": N_("by"),
    "country": N_("country"),
    "place": N_("place"),
    "kind": N_("kind"),
    "service": N_("service"),
    "setting": N_("setting"),
    "role": N_("role"),
}

#: what may be found, as a page calls it
_KINDS: Final[Mapping[str, str]] = {
    "country": N_("country"),
    "practice": N_("practice"),
    "organisation": N_("organisation"),
    "place": N_("place"),
    "project": N_("project"),
    "law": N_("law"),
    "activity": N_("activity"),
    "finding": N_("finding"),
    "document": N_("document"),
    "concept": N_("concept"),
    "class": N_("class"),
    "property": N_("property"),
}

_TAKEN: Final = ("q", "lang", "kind", "country", "limit", "offset")


def asked(args: MultiDict[str, str], language: str = "en") -> Wish:
    """The wish of a request. Raises UnknownParameter, or BadValue for a value that does not fit.

    >>> asked(MultiDict({"q": "porto", "kind": "practice"}))
    Wish(text='porto', language='en', kinds=('practice',), country='', limit=20, offset=0)
    """
    for name in args:
        if name not in _TAKEN:
            sentence = f"There is no parameter {name[:40]!r}; there are {', '.join(_TAKEN)}."
            raise UnknownParameter(sentence, parameters=_TAKEN)
    for name in ("q", "lang", "country", "limit", "offset"):
        if len(args.getlist(name)) > 1:
            raise _bad(f"Give {name} once.", name)
    return Wish(
        args.get("q", "").strip(),
        args.get("lang", "").strip().lower() or language,
        tuple(dict.fromkeys(kind.strip() for kind in args.getlist("kind") if kind.strip())),
        args.get("country", "").strip().upper(),
        _number(args, "limit", _LIMIT, 1, _LARGEST),
        _number(args, "offset", 0, 0, MOST),
    )


def _number(args: MultiDict[str, str], name: str, otherwise: int, least: int, most: int) -> int:
    text = args.get(name, "").strip()
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 7 and least <= int(text) <= most):
        raise _bad(f"{name} is a whole number from {least} to {most:,}.", name, str(otherwise))
    return int(text)


def _bad(sentence: str, parameter: str, example: str = "") -> BadValue:
    return BadValue(sentence, parameter=parameter, kind="search", example=example)


def found_by(wish: Wish) -> Found:
    """What the current release has for a wish, without what is withheld. Raises BadValue, QueryTimeout."""
    languages = list(dict.fromkeys(("en", *LANGUAGES, *graph().languages)))
    if wish.language not in languages:
        raise _bad(f"There is no text in {wish.language[:40]!r}; there is in {', '.join(languages)}.", "lang", "en")
    return graph().search(
        wish.text,
        language=wish.language,
        kinds=wish.kinds,
        country=wish.country,
        limit=wish.limit,
        offset=wish.offset,
        without=purged(),
    )


def withheld_now() -> str:
    """A stamp that changes with what is withheld."""
    gone = purged()
    return hashlib.blake2b(repr((sorted(gone.addresses), sorted(gone.texts))).encode(), digest_size=6).hexdigest()


def told(wish: Wish, found: Found) -> str:
    """An answer as JSON. An excerpt is a list of pieces of plain text, those marked that were found."""
    body = {
        "q": wish.text,
        "lang": wish.language,
        "version": graph().version,
        "total": found.total,
        "complete": found.is_complete,
        "limit": wish.limit,
        "offset": wish.offset,
        "instead": found.instead,
        "hits": [_told(hit) for hit in found],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _told(hit: Hit) -> dict[str, object]:
    return {
        "address": hit.address,
        "short": shorten(hit.address),
        "page": page_of(hit.address),
        "kind": hit.kind,
        "kind_name": _kind_of(hit),
        "name": hit.name,
        "lang": hit.name_language,
        "countries": hit.countries,
        "match": hit.match,
        "field": hit.field,
        "found_lang": hit.language,
        "excerpt": [{"text": piece.text, "found": piece.is_found} for piece in hit.excerpt],
    }


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit as a page shows it.

    `kind` is in words; `is_name` says that the excerpt is the name itself; `tongue` names the language in which it was
    found where that is not the reader's.
    """

    hit: Hit
    href: str
    kind: str
    is_name: bool
    field: str
    tongue: str


def shown(wish: Wish, found: Found) -> list[HitView]:
    """The hits for a page."""
    return [
        HitView(
            hit,
            page_of(hit.address) or at("/"),
            _kind_of(hit),
            "".join(piece.text for piece in hit.excerpt) == hit.name,
            _(FIELDS[hit.field]),
            "" if hit.language in ("", wish.language) else _(LANGUAGES.get(hit.language, "")),
        )
        for hit in found
    ]


def kind_name(kind: str) -> str:
    """What a page calls a kind of thing."""
    return _(_KINDS[kind]) if kind in _KINDS else kind


def _kind_of(hit: Hit) -> str:
    if hit.kind != "concept":
        return kind_name(hit.kind)
    return f"{kind_name(hit.kind)}, {graph().label(hit.address.rsplit('/', 1)[0])}"


# For programs


def search_paths() -> Made:
    """The search in the document for programs."""
    text, number = {"type": "string"}, {"type": "integer"}
    kinds = {"type": "array", "items": {"type": "string", "enum": list(KINDS_FOUND)}}
    most, last = {"minimum": 1, "maximum": _LARGEST, "default": _LIMIT}, {"minimum": 0, "maximum": MOST, "default": 0}
    what = "What is searched: words of names and descriptions in any language, without accents and case."
    taken = [
        field("q", "query", what, {**text, "maxLength": LONGEST}, "naloxona", True),
        field("lang", "query", "The reader's language: what is found in it comes first.", {**text, "default": "en"}),
        field("kind", "query", "The kind of what is found; several mean any of them.", kinds),
        field("country", "query", "The country it belongs to.", {**text, "pattern": "^[A-Za-z]{2}$"}),
        field("limit", "query", "How many hits.", {**number, **most}),
        field("offset", "query", "From which hit on.", {**number, **last}),
    ]
    said = "Every word must begin a word of a thing. Small slips are forgiven, and what they found comes last."
    answer = responses({"application/json": {"schema": _schema()}}, "The hits, best first.", (400, 429, 500, 503))
    return {"/search.json": {"get": operation("search", "things", "Finds things by words", said, answer, taken)}}


def _schema() -> Made:
    text = {"type": "string"}
    piece = {
        "type": "object",
        "required": ["text", "found"],
        "properties": {"text": text, "found": {"type": "boolean"}},
    }
    hit: Made = dict.fromkeys(("address", "short", "kind", "kind_name", "name", "lang", "found_lang"), text)
    hit |= {
        "page": {"type": ["string", "null"]},
        "countries": {"type": "array", "items": text},
        "match": {"enum": ["exact", "beginning", "words", "related", "slip"]},
        "field": {"enum": list(FIELDS)},
        "excerpt": {"type": "array", "items": piece},
    }
    whole: Made = {
        "q": text,
        "lang": text,
        "version": text,
        "total": {"type": "integer"},
        "complete": {"type": "boolean", "description": "false if there is more than was counted"},
        "limit": {"type": "integer"},
        "offset": {"type": "integer"},
        "instead": {"type": "object", "additionalProperties": {"type": "array", "items": text}},
        "hits": {"type": "array", "items": {"type": "object", "required": list(hit), "properties": hit}},
    }
    return {"type": "object", "required": list(whole), "properties": whole}
