"""Short links: an address that one can read out, for a query and the way its answer was looked at."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.config import Settings
from p2p_graph.short_links import Link, ShortLinks
from webapp.current_graph import graph
from webapp.problems import CORS, wants_page
from webapp.protection import bounded, spend_link
from webapp.service import check_graphs, dataset_of

__all__ = ["VIEW", "pages"]

pages = Blueprint("short_links", __name__)

#: what an address says of how an answer is looked at → letters it may have
VIEW: Final = {"view": 20, "sort": 100, "filter": 200}

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
#: letters of an address that everything between a reader and us takes
_ADDRESS: Final = 6_000
#: seconds that a link, which never changes, may be kept by whoever fetched it
_LASTS: Final = 86_400


def _shelf() -> ShortLinks:
    settings: Settings = current_app.config["P2P_SETTINGS"]
    return ShortLinks(settings.home / "links", settings.links)


@pages.post("/s")
@bounded
def shorten() -> Response:
    """A short link for the query of a form: 201 for a new one, 200 for one that was there."""
    if request.mimetype not in _FORMS:
        raise UnsupportedMediaType(f"Send a query as {_FORMS[0]}.")
    link, shelf = _asked(request.form), _shelf()
    id = shelf.find(link)
    is_new = id is None
    if id is None:
        spend_link()
        id = shelf.add(link)
    address = f"{request.url_root}s/{id}"
    headers = {"Location": address, "Cache-Control": "no-store", "Vary": "Accept", **CORS}
    status = 201 if is_new else 200
    if wants_page():
        page = render_template("sparql/link.html", address=address, leads_to=_leads_to(id, link), query=link.query)
        return Response(page, status, headers)
    body = json.dumps({"id": id, "address": address, "leads_to": _leads_to(id, link)}, ensure_ascii=False)
    return Response(body, status, headers, content_type="application/json")


def _asked(form: MultiDict[str, str]) -> Link:
    """The link that a form asks for. Raises BadRequest, or a QueryError for what /sparql would not run."""
    queries = form.getlist("query")
    if len(queries) != 1 or not queries[0].strip():
        raise BadRequest("Send one query to shorten, as the field query.")
    query = queries[0].replace("\r\n", "\n")
    graph().prepare(query)
    check_graphs(query=query)
    default, named = form.getlist("default-graph-uri"), form.getlist("named-graph-uri")
    dataset_of(default, named)
    view = {name: form[name] for name in VIEW if form.get(name)}
    for name, value in view.items():
        if len(value) > VIEW[name]:
            raise BadRequest(f"The field {name} has at most {VIEW[name]} letters.")
    return Link(query, tuple(default), tuple(named), view)


@pages.get("/s/<id>")
def lead(id: str) -> AnyResponse:
    """A short link leads to its query, which is asked as the page opens."""
    response = redirect(_leads_to(id, _shelf().get(id)), 303)
    # what a stranger wrote into a query shall not be found through us
    headers = {**CORS, "Cache-Control": f"public, max-age={_LASTS}", "X-Robots-Tag": "noindex"}
    response.headers.extend(headers)
    return response


def _leads_to(id: str, link: Link) -> str:
    """The address with the query in it; for a long query, with the id of the link in its place."""
    graphs = [("default-graph-uri", one) for one in link.default] + [("named-graph-uri", one) for one in link.named]
    rest = [*graphs, ("run", "1"), *link.view.items()]
    whole = f"/sparql?{urlencode([('query', link.query), *rest])}"
    return whole if len(whole) <= _ADDRESS else f"/sparql?{urlencode([('link', id), *rest])}"
