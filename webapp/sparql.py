"""The SPARQL 1.1 Protocol, and its page to type into."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from p2p_graph.config import Settings
from p2p_graph.errors import P2PError, QueryRefused
from p2p_graph.formats import write
from p2p_graph.model import Prepared
from p2p_graph.reading.store import Dataset
from p2p_graph.short_links import ShortLinks
from p2p_graph.text import fold
from p2p_graph.vocab import PREFIXES
from webapp.answers import Shown, show
from webapp.asking import is_free
from webapp.current_graph import graph, remembered
from webapp.languages import NN_, at, how_many, number
from webapp.naming import names_here
from webapp.negotiation import Told, answer_to, choose, formats_for, with_version
from webapp.problems import Problem, describe, wants_page
from webapp.protection import bounded, foreign
from webapp.service import check_graphs, dataset_of, described

__all__ = ["pages"]

pages = Blueprint("sparql", __name__)

_FORM: Final = "application/x-www-form-urlencoded"
_ROWS: Final = NN_("%(count)s row", "%(count)s rows")
_AT_A_TIME: Final = NN_("%(count)s query at a time", "%(count)s queries at a time")
_A_MINUTE: Final = NN_("%(count)s request a minute", "%(count)s requests a minute")
_DIRECT: Final = "application/sparql-query"
_TITLE: Final = re.compile(r"^#\+ title:[ \t]*(?P<title>\S.*)$", re.MULTILINE)
_PROTOCOL: Final = frozenset({"query", "default-graph-uri", "named-graph-uri"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks: a query (None if there is none), over which graphs, and the format by its name."""

    query: str | None
    dataset: Dataset | None
    named: str | None

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields of a form that asks the same."""
        graphs = self.dataset or Dataset()
        fields = [("query", self.query or ""), *(("default-graph-uri", one) for one in graphs.default)]
        return fields + [("named-graph-uri", one) for one in graphs.named]

    def address(self, name: str) -> str:
        """Where the same answer is had in a format."""
        return f"/sparql?{urlencode([*self.fields, ('format', name)])}"


@pages.route("/sparql", methods=["GET", "POST"], defaults={"suffix": ""})
@pages.route("/sparql.<slug:suffix>", methods=["GET", "POST"])
@bounded
@foreign
def endpoint(suffix: str) -> Response:
    """SPARQL 1.1 Protocol: by GET, by a form, or by a query as the body; without a query, what the service is."""
    fields = _fields()
    is_page = wants_page() and not suffix and not fields.get("format")
    if request.method != "POST" and not fields.get("query", "").strip() and is_page:
        return Response(_editor(_Asked(None, None, None)), headers={"Vary": "Accept"})
    if request.method != "POST" and not set(fields) & _PROTOCOL:
        return _description(suffix or fields.get("format"))
    if is_page:
        return _answered_page(fields)
    asked = _asked(fields, suffix)
    prepared = graph().prepare(asked.query or "")
    check_graphs(query=prepared.text)
    told = Told(_stem(prepared.text), labels=names_here)
    return answer_to(choose(prepared.kind, asked.named), prepared.text, asked.dataset, told=told)


def _stem(query: str) -> str:
    """How files of the answer of a query are called: by its title if it has one, else by its text."""
    title = _TITLE.search(query)
    return fold(title["title"]) if title else f"query-{hashlib.blake2b(query.encode(), digest_size=4).hexdigest()}"


def _description(named: str | None) -> Response:
    form = choose("triples", named)
    body = write(described(request.url_root + "sparql"), form.name)
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, no-cache"}
    return with_version(Response(body, headers=headers, content_type=form.content_type))


def _fields() -> MultiDict[str, str]:
    """What a request says, in whichever of the three forms. Raises what tells of another form."""
    fields = MultiDict(request.args)
    if request.method == "POST":
        if request.mimetype == _DIRECT:
            fields.add("query", _decoded(request.get_data()))
        elif request.mimetype == _FORM:
            fields.update(request.form)
        elif request.mimetype == "application/sparql-update":
            fields.add("update", "")
        else:
            raise UnsupportedMediaType(f"Send a query as {_FORM} or as {_DIRECT}.")
    if "update" in fields:
        raise QueryRefused("This endpoint only reads: updates are refused.", what="update")
    return _unfolded(fields)


def _unfolded(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    """What a short link stands for in its place, where its query was too long for an address."""
    if fields.get("link") and "query" not in fields:
        settings: Settings = current_app.config["P2P_SETTINGS"]
        link = ShortLinks(settings.home / "links", settings.links).get(fields["link"])
        fields.add("query", link.query)
        fields.setlist("default-graph-uri", list(link.default))
        fields.setlist("named-graph-uri", list(link.named))
    return fields


def _asked(fields: MultiDict[str, str], suffix: str = "") -> _Asked:
    queries = fields.getlist("query")
    if len(queries) > 1:
        raise BadRequest("Send one query at a time.")
    if not queries or not queries[0].strip():
        raise BadRequest(f"A query is missing: send it as the parameter query, or as a body of {_DIRECT}.")
    if set(fields) & {"using-graph-uri", "using-named-graph-uri"}:
        raise BadRequest("Graphs of a query are named with default-graph-uri and named-graph-uri.")
    dataset = dataset_of(fields.getlist("default-graph-uri"), fields.getlist("named-graph-uri"))
    return _Asked(queries[0], dataset, suffix or fields.get("format"))


def _decoded(body: bytes) -> str:
    if (request.mimetype_params.get("charset") or "utf-8").casefold() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send a query in UTF-8.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None


def _editor(
    asked: _Asked, shown: Shown | None = None, problem: Problem | None = None, prepared: Prepared | None = None
) -> str:
    text = asked.query or ""
    examples = [
        (q.title, q.question, at(f"/sparql?{urlencode({'query': q.bind()})}"))
        for q in graph().library.questions
        if is_free(q)
    ]
    return render_template(
        "sparql/editor.html",
        text=text or _starter(),
        shown=shown,
        problem=problem,
        line=_line(text, problem),
        limits=_graph_limits(),
        examples=examples,
        downloads=[(f.title, asked.address(f.name)) for f in formats_for(prepared.kind)] if prepared else [],
        cite=asked.fields,
        formats={kind: [f.name for f in formats_for(kind)] for kind in ("table", "triples")},
        prefixes=sorted(PREFIXES.items()),
        version=graph().version,
    )


def _starter() -> str:
    return remembered("starter", lambda: graph().library.get("starter").body)


def _graph_limits() -> tuple[str, str, str]:
    """The limits of a query in words: seconds, rows, megabytes and what one client may ask."""
    settings: Settings = current_app.config["P2P_SETTINGS"]
    last = [f"{settings.query_bytes // 1_000_000} MB"]
    last += [how_many(_AT_A_TIME, settings.client_queries)] if settings.client_queries else []
    last += [how_many(_A_MINUTE, settings.client_minute)] if settings.client_minute else []
    return (
        _("%(n)s seconds", n=number(settings.query_seconds)),
        how_many(_ROWS, settings.query_rows),
        ", ".join(last),
    )


def _line(text: str, problem: Problem | None) -> str:
    """The line of a query in which the fault stands."""
    at_line = problem.values.get("line") if problem else None
    lines = text.splitlines()
    return lines[at_line - 1] if isinstance(at_line, int) and 0 < at_line <= len(lines) else ""


def _answered_page(fields: MultiDict[str, str]) -> Response:
    asked = _Asked(fields.get("query"), None, None)
    try:
        asked = _asked(fields)
        prepared = graph().prepare(asked.query or "")
        check_graphs(query=prepared.text)
        shown = show(graph().ask(prepared.text, dataset=asked.dataset))
    except P2PError as error:
        problem = describe(error)
        return Response(_editor(asked, problem=problem), problem.status, headers={"Vary": "Accept"})
    return with_version(Response(_editor(asked, shown, prepared=prepared), headers={"Vary": "Accept"}))
