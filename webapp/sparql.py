"""The SPARQL 1.1 Protocol, its page to type into, and the saved questions as forms and addresses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from p2p_graph.config import Settings
from p2p_graph.errors import P2PError, QueryRefused
from p2p_graph.formats import Format, write
from p2p_graph.model import Boolean, Prepared, Table, Triples
from p2p_graph.reading.library import SavedQuery
from p2p_graph.reading.store import Dataset
from p2p_graph.short_links import ShortLinks
from p2p_graph.text import fold
from p2p_graph.vocab import PREFIXES
from webapp import describing
from webapp.asking import bound, choices, is_free, kind_of, stem
from webapp.current_graph import graph, remembered
from webapp.naming import names_of
from webapp.negotiation import Told, answer_to, choose, format_of_suffix, formats_for, fresh, with_version
from webapp.problems import Problem, describe, wants_page
from webapp.protection import bounded
from webapp.service import check_graphs, dataset_of, described

__all__ = ["pages"]

pages = Blueprint("sparql", __name__)

#: rows a page shows; the downloads hold all of them
_SHOWN: Final = 500

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_TITLE: Final = re.compile(r"^#\+ title:[ \t]*(?P<title>\S.*)$", re.MULTILINE)
_PROTOCOL: Final = frozenset({"query", "default-graph-uri", "named-graph-uri"})


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer as a page shows it: headings and cells, or a yes or no; how many rows there are in all."""

    columns: tuple[str, ...]
    rows: list[list[describing.Value]]
    total: int
    verdict: bool | None = None


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
    told = Told(_stem(prepared.text), labels=_names)
    return answer_to(choose(prepared.kind, asked.named), prepared.text, asked.dataset, told=told)


def _stem(query: str) -> str:
    """How files of the answer of a query are called: by its title if it has one, else by its text."""
    title = _TITLE.search(query)
    return fold(title["title"]) if title else f"query-{hashlib.blake2b(query.encode(), digest_size=4).hexdigest()}"


def _names(addresses: Iterable[str]) -> dict[str, str]:
    return names_of(graph(), addresses)


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
    asked: _Asked, shown: _Shown | None = None, problem: Problem | None = None, prepared: Prepared | None = None
) -> str:
    text = asked.query or ""
    examples = [
        (q.title, q.question, f"/sparql?{urlencode({'query': q.bind()})}")
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
    client = [f", {settings.client_queries} queries at a time"] if settings.client_queries else []
    client += [f", {settings.client_minute:,} requests a minute"] if settings.client_minute else []
    return (
        f"{settings.query_seconds:g} seconds",
        f"{settings.query_rows:,} rows",
        f"{settings.query_bytes // 1_000_000} MB" + "".join(client),
    )


def _line(text: str, problem: Problem | None) -> str:
    """The line of a query in which the fault stands."""
    number = problem.values.get("line") if problem else None
    lines = text.splitlines()
    return lines[number - 1] if isinstance(number, int) and 0 < number <= len(lines) else ""


def _answered_page(fields: MultiDict[str, str]) -> Response:
    asked = _Asked(fields.get("query"), None, None)
    try:
        asked = _asked(fields)
        prepared = graph().prepare(asked.query or "")
        check_graphs(query=prepared.text)
        shown = _show(graph().ask(prepared.text, dataset=asked.dataset))
    except P2PError as error:
        problem = describe(error)
        return Response(_editor(asked, problem=problem), problem.status, headers={"Vary": "Accept"})
    return with_version(Response(_editor(asked, shown, prepared=prepared), headers={"Vary": "Accept"}))


def _show(answer: Table | Triples | Boolean) -> _Shown:
    """An answer as a page shows it."""
    if isinstance(answer, Boolean):
        return _Shown((), [], 1, answer.value)
    if isinstance(answer, Triples):
        triples = answer.triples[:_SHOWN]
        table = Table(("subject", "predicate", "object"), tuple((t.subject, t.predicate, t.object) for t in triples))
        return _Shown(table.columns, describing.table_values(table, describing.names_in(table, graph())), len(answer))
    table = Table(answer.columns, answer.rows[:_SHOWN])
    return _Shown(answer.columns, describing.table_values(table, describing.names_in(table, graph())), len(answer))


@pages.get("/queries")
def queries() -> Response:
    """All saved questions."""
    return fresh(
        lambda: render_template(
            "sparql/queries.html", questions=graph().library.questions, patterns=graph().library.folder("patterns")
        )
    )


@pages.get("/queries/<name>")
@bounded
def saved(name: str) -> Response:
    """One saved question: its form, its answer, its text."""
    query = graph().library.get(name)
    values = bound(query, request.args.lists())
    if not wants_page() or "format" in request.args:
        form = choose(kind_of(query), request.args.get("format"))
        return _saved_answer(query, form, values)
    asked = any(values.values()) or is_free(query)
    kind = kind_of(query)
    downloads = [
        (f.title, f"/queries/{name}.{f.suffix}" + (f"?{urlencode(values, doseq=True)}" if values else ""))
        for f in formats_for(kind)
    ]
    return fresh(
        lambda: render_template(
            "sparql/saved.html",
            query=query,
            values=values,
            shown=replace(_show(graph().ask(query.bind(**values))), columns=query.headings) if asked else None,
            fields=[(p, choices(p)) for p in query.parameters.values()],
            downloads=downloads if asked else [],
            cite=[("saved", name), *((field, value) for field, given in values.items() for value in given)],
            edit=f"/sparql?{urlencode({'query': query.bind(**values)})}" if asked else None,
        )
    )


@pages.get("/queries/<slug:name>.<slug:suffix>")
@bounded
def saved_data(name: str, suffix: str) -> Response:
    """The answer of a saved question in the format of a suffix."""
    query = graph().library.get(name)
    form = format_of_suffix(suffix, kind_of(query))
    return _saved_answer(query, form, bound(query, request.args.lists()))


def _saved_answer(query: SavedQuery, form: Format, values: dict[str, list[str]]) -> Response:
    return answer_to(form, query.bind(**values), told=Told(stem(query, values), query, _names))


@pages.get("/queries/")
def queries_slash() -> Response:
    """An address people type."""
    abort(404)
