"""The saved questions: each a form, a table to take away, an address for programs, and its query to read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from p2p_graph.errors import BadValue, LibraryError
from p2p_graph.formats import Format
from p2p_graph.reading.library import Parameter, SavedQuery
from webapp.answers import Shown, show
from webapp.asking import bound, choices, examples, is_free, kind_of, stem
from webapp.current_graph import graph
from webapp.languages import at
from webapp.naming import names_here
from webapp.negotiation import Told, answer_to, choose, format_of_suffix, formats_for, fresh
from webapp.problems import Problem, describe, wants_page
from webapp.protection import bounded
from webapp.snippets import snippets

__all__ = ["pages"]

pages = Blueprint("questions", __name__)


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a form: what it is called, what it offers with the words for it, and what is in it."""

    parameter: Parameter
    choices: list[tuple[str, str]]
    values: list[str]
    is_faulty: bool

    @property
    def label(self) -> str:
        """What it is called."""
        return _(self.parameter.label or self.parameter.name.capitalize())

    @property
    def words(self) -> str:
        """What is in it, as a reader calls it."""
        known = dict(self.choices)
        return _(" or ").join(known.get(value, value) for value in self.values)


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
    if wants_page() and "format" not in request.args:
        return _page(query)
    return _data(query, choose(kind_of(query), request.args.get("format")))


@pages.get("/queries/<slug:name>.<slug:suffix>")
@bounded
def saved_data(name: str, suffix: str) -> Response:
    """The answer of a saved question in the format of a suffix."""
    query = graph().library.get(name)
    return _data(query, format_of_suffix(suffix, kind_of(query)))


def _data(query: SavedQuery, form: Format) -> Response:
    values = bound(query, request.args.lists())
    return answer_to(form, query.bind(**values), told=Told(stem(query, values), query, names_here))


def _page(query: SavedQuery) -> Response:
    """The page of a question. A value that does not fit leaves the form as it was filled, and says what would fit."""
    values = {name: many for name, many in _given().items() if name in query.parameters}
    try:
        values = bound(query, request.args.lists())
        text = query.bind(**values) if values or is_free(query) else None
    except LibraryError as error:
        problem = describe(error)
        page = _drawn(query, values, None, problem)
        return Response(page, problem.status, headers={"Vary": "Accept", "Cache-Control": "no-store"})
    return fresh(lambda: _drawn(query, values, text))


def _given() -> dict[str, list[str]]:
    return {name: [value for value in many if value.strip()] for name, many in request.args.lists()}


def _drawn(query: SavedQuery, values: dict[str, list[str]], text: str | None, problem: Problem | None = None) -> str:
    shown = _answer(query, text) if text else None
    faulty = problem.values.get("parameter") if problem and problem.code == BadValue.code else None
    fields = [_Field(p, choices(p), values.get(p.name, []), p.name == faulty) for p in query.parameters.values()]
    downloads = [(f.title, f"/queries/{query.name}.{f.suffix}{_asking(values)}") for f in formats_for(kind_of(query))]
    return render_template(
        "sparql/saved.html",
        query=query,
        fields=fields,
        filled=[field for field in fields if field.values],
        without={f.parameter.name: _without(query, values, f.parameter) for f in fields if f.values},
        problem=problem,
        shown=shown,
        downloads=downloads if shown else [],
        cite=[("saved", query.name), *((name, value) for name, many in values.items() for value in many)],
        edit=at(f"/sparql?{urlencode({'query': text})}") if text else None,
        snippets=snippets(query, values if shown else examples(query), request.url_root),
        is_example=not shown and bool(query.parameters),
        version=graph().version,
    )


def _answer(query: SavedQuery, text: str) -> Shown:
    shown = show(graph().ask(text))
    headings = tuple(_(heading) for heading in query.headings)
    return replace(shown, columns=headings) if len(query.headings) == len(shown.columns) else shown


def _asking(values: dict[str, list[str]]) -> str:
    return f"?{urlencode(values, doseq=True)}" if values else ""


def _without(query: SavedQuery, values: dict[str, list[str]], parameter: Parameter) -> str | None:
    """The address of the same question without one of its values, where it can do without."""
    if parameter.required:
        return None
    others = {name: many for name, many in values.items() if name != parameter.name}
    return at(f"/queries/{query.name}{_asking(others)}")


@pages.get("/queries/")
def queries_slash() -> Response:
    """An address people type."""
    abort(404)
