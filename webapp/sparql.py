"""The SPARQL 1.1 Protocol, its page to type into, and the saved questions as forms and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, render_template, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from p2p_graph.errors import P2PError, QueryRefused
from p2p_graph.formats import Kind
from p2p_graph.model import Boolean, Prepared, Table, Triples
from p2p_graph.reading.library import Parameter, SavedQuery
from p2p_graph.vocab import PREFIXES, SCHEMES
from webapp import describing
from webapp.current_graph import answered, graph, remembered
from webapp.listing import countries, sorted_things
from webapp.negotiation import answer_in, choose, format_of_suffix, formats_for, fresh, with_version
from webapp.problems import PREFLIGHT, Problem, describe, wants_page

__all__ = ["pages"]

pages = Blueprint("sparql", __name__)

#: rows a page shows; the downloads hold all of them
_SHOWN: Final = 500

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_PROTOCOL: Final = frozenset({"query", "format", "default-graph-uri", "named-graph-uri"})


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer as a page shows it: headings and cells, or a yes or no; how many rows there are in all."""

    columns: tuple[str, ...]
    rows: list[list[describing.Value]]
    total: int
    verdict: bool | None = None


@pages.route("/sparql", methods=["GET", "POST", "OPTIONS"])
def endpoint() -> Response:
    """SPARQL 1.1 Protocol: by GET, by a form, or by a query as the body."""
    if request.method == "OPTIONS":
        return Response(status=204, headers=dict(PREFLIGHT))
    text = _query_text()
    if text is None:
        if request.method == "GET" and wants_page() and "format" not in request.args:
            return Response(_editor(""), headers={"Vary": "Accept"})
        raise BadRequest(
            "A query is missing: send it as the parameter query, or as a body of application/sparql-query."
        )
    if wants_page() and not _arguments().get("format"):
        return _answered_page(text)
    prepared = graph().prepare(text)
    form = choose(prepared.kind, _arguments().get("format"))
    return answer_in(form, answered(prepared.text, form.name))


def _arguments() -> dict[str, str]:
    return {**request.args.to_dict(), **(request.form.to_dict() if request.mimetype == _FORM else {})}


def _query_text() -> str | None:
    """The query of a request in any of the three forms; None if there is none."""
    given = list(request.args.getlist("query"))
    names = set(request.args)
    if request.method == "POST":
        if request.mimetype == _DIRECT:
            given += [_decoded(request.get_data())]
        elif request.mimetype == _FORM:
            given += request.form.getlist("query")
            names |= set(request.form)
        elif request.mimetype == "application/sparql-update":
            raise QueryRefused("This endpoint only reads: updates are refused.", what="update")
        else:
            raise UnsupportedMediaType(f"Send a query as {_FORM} or as {_DIRECT}.")
    if "update" in names:
        raise QueryRefused("This endpoint only reads: updates are refused.", what="update")
    if names & {"default-graph-uri", "named-graph-uri"}:
        raise BadRequest("The dataset is fixed here. Name graphs inside the query, with GRAPH.")
    if len(given) > 1:
        raise BadRequest("Send one query at a time.")
    return given[0] if given and given[0].strip() else None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None


def _editor(
    text: str, shown: _Shown | None = None, problem: Problem | None = None, prepared: Prepared | None = None
) -> str:
    examples = [
        (q.title, q.question, f"/sparql?{urlencode({'query': q.bind()})}")
        for q in graph().library.questions
        if _free(q)
    ]
    return render_template(
        "sparql/editor.html",
        text=text or _starter(),
        shown=shown,
        problem=problem,
        line=_line(text, problem),
        limits=_graph_limits(),
        examples=examples,
        downloads=[
            (f.title, f"/sparql?{urlencode({'query': text, 'format': f.name})}") for f in formats_for(prepared.kind)
        ]
        if prepared
        else [],
        prefixes=sorted(PREFIXES.items()),
        version=graph().version,
    )


def _free(saved: SavedQuery) -> bool:
    return not any(parameter.required for parameter in saved.parameters.values())


def _starter() -> str:
    return remembered("starter", lambda: graph().library.get("starter").body)


def _graph_limits() -> tuple[str, str, str]:
    """The limits of a query in words: seconds, rows, megabytes."""
    settings = current_app.config["P2P_SETTINGS"]
    return (
        f"{settings.query_seconds:g} seconds",
        f"{settings.query_rows:,} rows",
        f"{settings.query_bytes // 1_000_000} MB",
    )


def _line(text: str, problem: Problem | None) -> str:
    """The line of a query in which the fault stands."""
    number = problem.values.get("line") if problem else None
    lines = text.splitlines()
    return lines[number - 1] if isinstance(number, int) and 0 < number <= len(lines) else ""


def _answered_page(text: str) -> Response:
    try:
        prepared = graph().prepare(text)
        shown = _show(graph().ask(text))
    except P2PError as error:
        problem = describe(error)
        return Response(_editor(text, problem=problem), problem.status, headers={"Vary": "Accept"})
    return with_version(Response(_editor(text, shown, prepared=prepared), headers={"Vary": "Accept"}))


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
def saved(name: str) -> Response:
    """One saved question: its form, its answer, its text."""
    query = graph().library.get(name)
    values = _bound(query)
    if not wants_page() or "format" in request.args:
        text = query.bind(**values)
        form = choose(_kind(query), request.args.get("format"))
        return answer_in(form, answered(text, form.name))
    asked = any(values.values()) or _free(query)
    kind = _kind(query)
    downloads = [
        (f.title, f"/queries/{name}.{f.suffix}" + (f"?{urlencode(values, doseq=True)}" if values else ""))
        for f in formats_for(kind)
    ]
    return fresh(
        lambda: render_template(
            "sparql/saved.html",
            query=query,
            values=values,
            shown=_show(graph().ask(query.bind(**values))) if asked else None,
            fields=[(p, _choices(p)) for p in query.parameters.values()],
            downloads=downloads if asked else [],
            edit=f"/sparql?{urlencode({'query': query.bind(**values)})}" if asked else None,
        )
    )


@pages.get("/queries/<slug:name>.<slug:suffix>")
def saved_data(name: str, suffix: str) -> Response:
    """The answer of a saved question in the format of a suffix."""
    query = graph().library.get(name)
    form = format_of_suffix(suffix, _kind(query))
    return answer_in(form, answered(query.bind(**_bound(query)), form.name))


def _kind(query: SavedQuery) -> Kind:
    """Which kind of answer a saved question gives, whatever its values."""
    return remembered(("kind", query.name), lambda: graph().prepare(query.body).kind)


def _bound(query: SavedQuery) -> dict[str, list[str]]:
    values = {name: [v for v in given if v] for name, given in request.args.lists() if name not in ("format",)}
    for name in values:
        if name not in query.parameters:
            query.bind(**{name: ""})
    return {name: given for name, given in values.items() if given}


def _choices(parameter: Parameter) -> list[tuple[str, str]]:
    """What a form offers for a parameter: values with the words for them; none for a free field."""
    if parameter.kind == "country":
        return [(row.code, row.name) for row in remembered("countries", lambda: list(countries(graph())))]
    if parameter.kind == "concept" and parameter.scheme in SCHEMES:
        words = graph().concepts(parameter.scheme)
        return [(w.address.rsplit("/", 1)[-1], w.labels.get("en", w.address)) for w in words]
    if parameter.kind == "practice":
        return remembered("practice-choices", _practice_choices)
    return []


def _practice_choices() -> list[tuple[str, str]]:
    things = sorted_things(graph(), "practices")
    names = graph().labels(things)
    return [(thing.rsplit("/", 1)[-1], names[thing]) for thing in things]


@pages.get("/queries/")
def queries_slash() -> Response:
    """An address people type."""
    abort(404)
