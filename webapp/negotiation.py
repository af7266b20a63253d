"""Which format a request gets: by suffix, by `format=`, by Accept; with ETag, Vary, and 406 that lists the types.

Also how it is packed (`Accept-Encoding`), and what a browser asks before another site's page may ask (CORS).
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.errors import UnknownFormat
from p2p_graph.formats import FORMATS, Format, Kind, find
from p2p_graph.model import Limits
from p2p_graph.reading.library import SavedQuery
from p2p_graph.reading.store import Dataset
from p2p_graph.tables import Labels
from p2p_graph.vocab import kind_and_slug
from webapp.current_graph import answered, graph, is_lasting, standing
from webapp.dataset import DATASET, LICENCE, files
from webapp.languages import at, here, language
from webapp.problems import CORS, PREFLIGHT, NotAcceptable

__all__ = [
    "Told",
    "answer_to",
    "choose",
    "chosen_for_thing",
    "data_of_thing",
    "file_named",
    "format_of_suffix",
    "formats_for",
    "fresh",
    "install",
    "linked",
    "page_or_data",
    "signposted",
    "with_version",
]

#: letters of a name of a file before its version
_STEM: Final = 80
_HTML: Final = ("text/html", "application/xhtml+xml")

#: names that askers use for a format besides its own media type
_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "json": ("application/json",),
    "xml": ("application/xml", "text/xml"),
    "jsonld": ("application/json",),
    "rdfxml": ("application/xml", "text/xml"),
    "ntriples": ("text/plain",),
    "turtle": ("application/x-turtle",),
}


def formats_for(kind: Kind) -> list[Format]:
    """The formats of a kind of answer; the first is what one gets who does not choose."""
    return [fmt for fmt in FORMATS if fmt.kind == kind]


def choose(kind: Kind, named: str | None) -> Format:
    """The format for an answer: the one that was named, else the one that Accept likes best. Raises NotAcceptable."""
    if named:
        known = next((fmt for fmt in formats_for(kind) if fmt.media_type == named.strip().casefold()), None)
        try:
            return known or find(named.strip().casefold(), kind)
        except UnknownFormat as error:
            raise _refused(kind, str(error)) from None
    chosen = _by_accept(kind, request.headers.get("Accept", ""))
    if chosen is None:
        raise _refused(kind, "None of the types in Accept can hold this answer.")
    return chosen


@lru_cache(maxsize=512)
def _by_accept(kind: Kind, header: str) -> Format | None:
    if not header.strip():
        return formats_for(kind)[0]
    accept = parse_accept_header(header[:2000], MIMEAccept)
    named = {wanted.casefold() for wanted, _ in accept}
    best = (0.0, False)
    chosen = None
    for fmt in formats_for(kind):
        # An alias counts only by its very name: "text/*" does not mean XML because some call XML text.
        others = [name for name in _ALIASES.get(fmt.name, ()) if name in named]
        for name in (fmt.media_type, *others):
            # An exact name beats a range of the same quality: "text/*, text/tab-separated-values" means TSV.
            rank = (accept.quality(name), name in named)
            if rank[0] > 0 and rank > best:
                best, chosen = rank, fmt
    return chosen


def _refused(kind: Kind, sentence: str) -> NotAcceptable:
    types = tuple(dict.fromkeys(fmt.media_type for fmt in formats_for(kind)))
    return NotAcceptable(f"{sentence} There are: {', '.join(types)}.", types=types)


def format_of_suffix(suffix: str, kind: Kind) -> Format:
    """The format of a suffix. Raises UnknownFormat that lists those there are."""
    return find(suffix, kind)


def with_version(response: Response) -> Response:
    """The version of the release on an answer, and what its form depends on."""
    response.headers["X-P2P-Version"] = graph().version
    response.vary.add("Accept")
    return response


@dataclass(frozen=True, slots=True)
class Told:
    """What a file of an answer says beside it: the stem of its name, the saved query, what things are called."""

    file: str
    saved: SavedQuery | None = None
    labels: Labels | None = None


def answer_to(
    fmt: Format, query: str, dataset: Dataset | None = None, limits: Limits | None = None, told: Told | None = None
) -> Response:
    """The answer of a query in a format.

    Its tag says release, query, dataset and format, so that who has an answer that lasts costs no work; the tag of
    another answer is that of its bytes. Tags are weak: the same rows may come in another order or packed.
    """
    version = graph().version
    lasting = is_lasting(query)
    saved, labels = (told.saved, told.labels) if told else (None, None)
    body = b"" if lasting else answered(query, fmt.name, dataset, limits, saved, labels)
    said = repr((query, dataset, language() if labels else "")).encode() if lasting else body
    tag = f"{version}-{fmt.suffix}-{hashlib.blake2b(said, digest_size=12).hexdigest()}"
    known = not request.if_none_match.star_tag and request.if_none_match.contains_weak(tag)
    if lasting and not known:
        body = answered(query, fmt.name, dataset, limits, saved, labels)
    headers = {
        "ETag": f'W/"{tag}"',
        "Cache-Control": "public, no-cache",
        "Vary": "Accept",
        "X-P2P-Version": version,
        **CORS,
    }
    if told:
        headers["Content-Disposition"] = file_named(told.file, fmt)
    return Response(b"" if known else body, 304 if known else 200, headers, content_type=fmt.content_type)


def file_named(stem: str, fmt: Format) -> str:
    """The header that gives a download its name: what it is, which release, which format."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", stem).strip("-")[:_STEM].rstrip("-") or "answer"
    return f'inline; filename="{plain}-{graph().version}.{fmt.ending}"'


def fresh(make: Callable[[], str | bytes], content_type: str = "text/html; charset=utf-8", also: str = "") -> Response:
    """A page that only changes with the release, the site and what `also` says: made anew unless the asker has it."""
    asked = f"{also}{here()}{''.join(standing().off)}".encode()
    stamp = f"{graph().version}-{current_app.config['P2P_ASSETS']}-{hashlib.blake2b(asked, digest_size=8).hexdigest()}"
    if request.if_none_match.contains_weak(stamp):
        response = Response(status=304)
    else:
        response = Response(make(), content_type=content_type)
    response.set_etag(stamp, weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    return with_version(response)


def chosen_for_thing() -> str:
    """The suffix of the data an asker prefers to the page, or nothing for the page. Raises NotAcceptable."""
    chosen = _thing_by_accept(request.headers.get("Accept", ""))
    if chosen is None:
        types = ("text/html", *(fmt.media_type for fmt in formats_for("triples")))
        sentence = "None of the types in Accept can hold this thing."
        raise NotAcceptable(f"{sentence} There are: {', '.join(types)}.", types=types)
    return chosen


@lru_cache(maxsize=512)
def _thing_by_accept(header: str) -> str | None:
    if not header.strip():
        return ""
    accept = parse_accept_header(header[:2000], MIMEAccept)
    page = max(accept.quality(name) for name in _HTML)
    fmt = _by_accept("triples", header)
    if fmt is None:
        return "" if page > 0 else None
    names = (fmt.media_type, *_ALIASES.get(fmt.name, ()))
    data = max(accept.quality(name) for name in names)
    exact = any(wanted in names for wanted, _ in accept)
    return fmt.suffix if data > page or (data == page and exact and not any(w in _HTML for w, _ in accept)) else ""


def data_of_thing(address: str, suffix: str) -> Response:
    """The data of a thing as a file of its own. Raises UnknownThing."""
    graph().entity(address)
    fmt = find(suffix, "triples")
    file = "-".join(kind_and_slug(address) or ())
    response = answer_to(fmt, graph().library.get("data-of-thing").bind(thing=address), told=Told(file))
    return linked(response, address, fmt.suffix)


def page_or_data(address: str, page: Callable[[], str | bytes]) -> Response:
    """The page of a thing, or its data for an asker who prefers data to a page."""
    suffix = chosen_for_thing()
    return data_of_thing(address, suffix) if suffix else linked(fresh(page), address)


def linked(response: AnyResponse, address: str, suffix: str = "", stem: str = "", page: str = "") -> Response:
    """An answer about something of ours with what it is about, its page, its other forms and its licence (RFC 8288).

    `suffix` is that of the answer itself, empty for a page; `stem` is the address of the forms without their suffixes,
    and of the page where that has no other.
    """
    root = request.url_root.rstrip("/")
    stem = stem or "/" + "/".join(kind_and_slug(address) or ())
    page = at(page or stem)
    links = [f'<{address}>; rel="describes"', f'<{LICENCE}>; rel="license"', f'<{root}{page}>; rel="canonical"']
    if suffix:
        links.append(f'<{root}{page}>; rel="alternate"; type="text/html"')
    for form in formats_for("triples"):
        if form.suffix != suffix:
            links.append(f'<{root}{stem}.{form.suffix}>; rel="alternate"; type="{form.media_type}"')
    links.append(f'<{root}{stem}.ttl>; rel="describedby"; type="text/turtle"')
    response.headers["Link"] = ", ".join(links)
    assert isinstance(response, Response)
    return response


def signposted(response: AnyResponse) -> Response:
    """An answer about the data set with where programs go from there: its name, description, files and licence.

    The relations are those of FAIR Signposting (level 1), https://signposting.org/FAIR/.
    """
    root = request.url_root
    links = [
        f'<{DATASET}>; rel="cite-as"',
        '<https://schema.org/Dataset>; rel="type"',
        f'<{LICENCE}>; rel="license"',
        f'<{root}about#publisher>; rel="author"',
    ]
    links += [
        f'<{root}catalogue.{form.suffix}>; rel="describedby"; type="{form.media_type}"'
        for form in formats_for("triples")
    ]
    links += [f'<{root}data/{one.dump.name}>; rel="item"; type="{one.dump.packed_as}"' for one in files()]
    response.headers["Link"] = ", ".join(links)
    assert isinstance(response, Response)
    return response


#: bytes from which packing pays, and how hard it is tried
_WORTH: Final = 1_000
_EFFORT: Final = 5
_PACKABLE: Final = ("text/", "application/json", "application/xml", "application/sparql-", "image/svg+xml")
_PACKABLE_ENDS: Final = ("+json", "+xml", "javascript", "n-triples")


def install(app: Flask) -> None:
    """Every answer of an app leaves packed for who can unpack it; every address answers a preflight."""
    app.before_request(_preflight)
    app.after_request(_packed)


def _preflight() -> Response | None:
    """What may be asked of an address, told to a browser on behalf of another site's page."""
    if request.method != "OPTIONS" or request.url_rule is None:
        return None
    allowed = ", ".join(sorted(request.url_rule.methods or ()))
    headers = {**PREFLIGHT, "Allow": allowed, "Access-Control-Allow-Methods": allowed}
    return Response(status=204, headers=headers)


def _packed(response: Response) -> Response:
    kind = response.mimetype or ""
    if not (kind.startswith(_PACKABLE) or kind.endswith(_PACKABLE_ENDS)):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code not in (200, 400) or request.accept_encodings["gzip"] <= 0:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= _WORTH:
        response.set_data(gzip.compress(body, _EFFORT, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        tag, _ = response.get_etag()
        if tag:
            response.set_etag(tag, weak=True)
    return response
