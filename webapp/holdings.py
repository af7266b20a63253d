"""What the data set is, in words and numbers, and the files in which one takes it home."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.dumps import FOLDER
from p2p_graph.errors import PurgedThing
from p2p_graph.formats import Format, find, write
from p2p_graph.model import Triples
from p2p_graph.releases import holds
from webapp import dataset, numbers
from webapp.changing import news
from webapp.current_graph import graph, remembered_in_all_languages
from webapp.languages import at
from webapp.negotiation import choose, chosen_for_thing, fresh, signposted, with_version
from webapp.problems import CORS
from webapp.structured import of_dataset
from webapp.withholding import purged

__all__ = ["pages"]

pages = Blueprint("holdings", __name__)

_SUMS: Final = "SHA256SUMS"


@pages.get("/data/")
def data() -> Response:
    """The files of the release, with sizes and checksums."""
    page = fresh(
        lambda: render_template(
            "holdings/data.html",
            files=dataset.files(),
            version=graph().version,
            day=dataset.day(),
            sums=_SUMS,
            structured=of_dataset(),
        )
    )
    return signposted(page)


@pages.get("/data/<name>")
def file(name: str) -> AnyResponse:
    """One of the files, or the list of their checksums."""
    if name == _SUMS:
        lines = "".join(f"{one.sha256}  {one.dump.name}\n" for one in dataset.files())
        return _open(fresh(lambda: lines, "text/plain; charset=utf-8"))
    found = next((one for one in dataset.files() if one.dump.name == name), None)
    folder = graph().folder
    if found is None or folder is None:
        abort(404)
    _refuse_what_was_purged()
    response = send_file(
        (folder / FOLDER / name).resolve(),
        mimetype=found.dump.packed_as,
        etag=found.sha256,
        conditional=True,
        as_attachment=True,
        download_name=name.replace("peer2peer-graph", f"peer2peer-graph-{graph().version}", 1),
        max_age=None,
    )
    response.headers["Cache-Control"] = "public, no-cache"
    del response.headers["Expires"]
    root = request.url_root
    response.headers["Link"] = (
        f'<{root}data/>; rel="collection"; type="text/html", <{dataset.LICENCE}>; rel="license", '
        f'<{root}catalogue.ttl>; rel="describedby"; type="text/turtle"'
    )
    return _open(with_version(response))


def _refuse_what_was_purged() -> None:
    """A file cannot leave a thing out: until the next release there is none."""
    gone, folder = purged(), graph().folder
    if folder and gone and remembered_in_all_languages(("held", gone), lambda: holds(folder, gone.addresses)):
        sentence = "This file still holds something that was taken out for good: take that of the next release."
        raise PurgedThing(sentence, address=request.path)


@pages.get("/catalog")
@pages.get("/catalog.<slug:suffix>")
def catalog(suffix: str = "") -> AnyResponse:
    """The same word as others write it."""
    return redirect(f"/catalogue.{suffix}" if suffix else "/catalogue", 301)


@pages.get("/catalogue")
def catalogue() -> AnyResponse:
    """The description of the data set for catalogues (DCAT-AP); people are led to the page of files."""
    suffix = chosen_for_thing()
    if suffix:
        return _described(dataset.catalogue, find(suffix, "triples"))
    response = redirect(at("/data/"), 303)
    response.vary.add("Accept")
    return response


@pages.get("/catalogue.<slug:suffix>")
def catalogue_data(suffix: str) -> Response:
    """The same in a format."""
    return _described(dataset.catalogue, find(suffix, "triples"))


@pages.get("/.well-known/void")
def void() -> Response:
    """What the data set is, where it is asked, how much it holds (VoID)."""
    return _described(dataset.void, choose("triples", request.args.get("format")))


@pages.get("/stats")
def stats() -> Response:
    """How much the release holds, by kind of thing, by country, by property."""
    suffix = chosen_for_thing()
    if suffix == "jsonld" and not request.accept_mimetypes.quality("application/ld+json"):
        return stats_json()
    if suffix:
        return stats_data(suffix)
    return fresh(lambda: render_template("holdings/stats.html", page=numbers.numbers_page(), version=graph().version))


@pages.get("/stats.json")
def stats_json() -> Response:
    """The same numbers for programs."""
    return _open(fresh(lambda: json.dumps(numbers.as_json(), ensure_ascii=False), "application/json", "json"))


@pages.get("/stats.<slug:suffix>")
def stats_data(suffix: str) -> Response:
    """The same numbers as a Data Cube, with the description of the data set."""

    def both(root: str) -> Triples:
        return Triples(tuple(dict.fromkeys((*dataset.void(root).triples, *numbers.cube(root).triples))))

    return _described(both, find(suffix, "triples"))


@pages.get("/changes")
def changes() -> Response:
    """What became new with each release, in sentences."""
    return fresh(lambda: render_template("holdings/changes.html", news=news(), version=graph().version), also=_gone())


@pages.get("/changes.atom")
def feed() -> Response:
    """The same as a feed."""

    def made() -> str:
        return render_template(
            "holdings/changes.xml", news=news(), root=request.url_root, version=graph().version, day=dataset.day()
        )

    return _open(fresh(made, "application/atom+xml; charset=utf-8", also=f"{_gone()} {request.url_root}"))


@pages.get("/changelog")
def changelog() -> AnyResponse:
    """The same word as others write it."""
    return redirect(at("/changes"), 301)


def _gone() -> str:
    """What was taken out for good since the release was made, as far as the tag of a page must tell."""
    return str(len(purged().addresses) + len(purged().texts) + len(purged().hashes))


def _described(make: Callable[[str], Triples], form: Format) -> Response:
    """A description of the data set in a format. Raises BadRequest where the host of a request is no name."""

    def written() -> bytes:
        try:
            return write(make(request.url_root), form.name)
        except ValueError:
            raise BadRequest("The name of the host is no part of an address.") from None

    response = _open(fresh(written, form.content_type, f"{form.name} {request.url_root}"))
    response.headers["Link"] = f'<{dataset.DATASET}>; rel="describes"'
    return response


def _open(response: AnyResponse) -> Response:
    response.headers.extend(CORS)
    assert isinstance(response, Response)
    return response
