"""Citations: an answer gets an address that keeps it, and says later whether it is still the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from p2p_graph.citations import Citations, Kept, made, saved_question
from p2p_graph.config import Settings, share
from p2p_graph.errors import P2PError, PurgedThing, QueryCancelled, UnknownFormat
from p2p_graph.formats import write
from p2p_graph.model import Answer, Table, Triples
from p2p_graph.purged import Purged
from p2p_graph.reading.citing import Canonical, Difference, answer_of
from p2p_graph.reading.reference import REFERENCES, Citation, Question, Work, refer
from webapp.answers import Shown, show
from webapp.current_graph import graph, is_lasting
from webapp.negotiation import with_version
from webapp.problems import CORS, NotAcceptable, Problem, describe, wants_page
from webapp.protection import bounded, foreign, spend_citation
from webapp.service import check_graphs, dataset_of
from webapp.withholding import purged

__all__ = ["pages"]

pages = Blueprint("citing", __name__)

#: rows that a page shows, of the answer and of what differs; the files hold all
_SHOWN: Final = 500
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_ADDRESS: Final = re.compile(r"https?://[^/\s<>\"{}|\\^`][^\s<>\"{}|\\^`]+")
_CHANCE: Final = re.compile(r"\b(NOW|RAND|UUID|STRUUID)\s*\(", re.IGNORECASE)
_CUT: Final = re.compile(r"\b(LIMIT|OFFSET)\s+\d", re.IGNORECASE)

#: suffix → media type of everything that a citation can be had as, besides the page
_TYPES: Final = {
    "json": "application/json",
    **{one.suffix: one.media_type for one in REFERENCES},
    "tsv": "text/tab-separated-values",
    "nt": "application/n-triples",
}
#: what one gets by Accept; the answer itself is had by its suffix
_BY_ACCEPT: Final = ("json", *(one.suffix for one in REFERENCES))


@dataclass(frozen=True, slots=True)
class _Now:
    """What became of a citation on the release of today: what differs, or why it could not be asked again."""

    difference: Difference | None = None
    problem: Problem | None = None
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class _Changes:
    """Rows of which one of two answers has more, and for each when it was there: `then` or `now`."""

    shown: Shown
    when: list[str]


def _store() -> Citations:
    settings: Settings = current_app.config["P2P_SETTINGS"]
    found = current_app.extensions.get("p2p_citations")
    if found is None:
        found = current_app.extensions["p2p_citations"] = Citations(
            settings.home / "citations", settings.citations_bytes
        )
    return cast(Citations, found)


def _work() -> Work:
    return Work.read(share("CITATION.cff").read_text(encoding="utf-8"))


@pages.post("/cite")
@bounded
@foreign
def make() -> Response:
    """Cites the answer of a query (`query`, with its graphs), or of a saved question (`saved`, with its values).

    The same answer of the same question over the same data is the same citation: 201 for a new one, 200 for one that
    was there; a browser is led to it.
    """
    question = _asked()
    if _is_withheld(question, purged()):
        raise PurgedThing("The query names something that was taken out for good; it cannot be cited.")
    answer = _ask(question)
    citation, content = made(question, graph().version, answer, datetime.now(UTC))
    store = _store()
    known = store.find(citation.id)
    if known is None:
        spend_citation()
        citation = store.add(citation, content)
    else:
        citation = known.citation
    where = {"Location": f"/cite/{citation.id}", **CORS}
    if wants_page():
        return Response(status=303, headers=where)
    kept = known or store.get(citation.id)
    return Response(_json(_told(kept, purged())), 200 if known else 201, where, content_type=_TYPES["json"])


def _asked() -> Question:
    """What a request wants cited. Raises what tells of another form, and what the query's own errors are."""
    if request.mimetype not in _FORMS:
        raise UnsupportedMediaType(f"Send what is to be cited as {_FORMS[0]}.")
    fields = request.form
    query, saved = fields.get("query", "").strip(), fields.get("saved", "").strip()
    if bool(query) == bool(saved):
        raise BadRequest("Say what is to be cited: either a query as the field query, or a saved question as saved.")
    if saved:
        values = {name: fields.getlist(name) for name in fields if name not in ("saved", "query")}
        return saved_question(graph().library.get(saved), values)
    return Question.of(query, dataset_of(fields.getlist("default-graph-uri"), fields.getlist("named-graph-uri")))


def _ask(question: Question) -> Answer:
    prepared = graph().prepare(question.query)
    graphs = question.dataset
    check_graphs(*graphs.default, *graphs.named, query=prepared.text)
    return graph().ask(prepared.text, dataset=graphs if graphs.default or graphs.named else None)


def _is_withheld(question: Question, gone: Purged) -> bool:
    """Whether the question itself names something purged: then its whole answer may be about it."""
    graphs = question.dataset
    values = (value for given in question.values.values() for value in given)
    return any(gone.names(text) for text in (question.query, *values, *graphs.default, *graphs.named))


@pages.get("/cite/<slug:id>", defaults={"suffix": ""})
@pages.get("/cite/<slug:id>.<suffix>")
@bounded
@foreign
def citation(id: str, suffix: str) -> Response:
    """One citation: its page, what a program makes of it, its reference in some form, or the answer that was kept."""
    kept = _store().get(id)
    chosen = _chosen(suffix or request.args.get("format", ""))
    gone = purged()
    if not chosen or chosen == "json":
        now = _now(kept, gone)
        body = _json(_told(kept, gone, now)) if chosen else _page(kept, gone, now)
    elif chosen in ("tsv", "nt"):
        body = _answer_file(kept, gone, chosen)
    else:
        body = refer(kept.citation, _work(), _address(id), chosen, _is_withheld(kept.citation.question, gone))
    headers = {
        "Link": f'<{_address(id)}>; rel="cite-as"',
        "Cache-Control": "public, no-cache",
        # what a stranger wrote into a query shall not be found through us
        "X-Robots-Tag": "noindex",
        **CORS,
    }
    media = _TYPES[chosen] if chosen else "text/html"
    content_type = f"{media}; charset=utf-8" if media.startswith("text/") or chosen in ("bib", "ris") else media
    return with_version(Response(body, headers=headers, content_type=content_type))


def _chosen(named: str) -> str:
    """The suffix of what is wanted, empty for the page. Raises UnknownFormat or NotAcceptable with what there is."""
    types = ("text/html", *(_TYPES[suffix] for suffix in _BY_ACCEPT))
    if named:
        found = next((suffix for suffix, media in _TYPES.items() if named.casefold() in (suffix, media)), None)
        if found is None:
            raise UnknownFormat(
                f"A citation is not had as {named[:40]!r}; there are: {', '.join(_TYPES)}.", formats=tuple(_TYPES)
            )
        return found
    if wants_page():
        return ""
    # the first is what one gets who takes anything
    best = request.accept_mimetypes.best_match([*types[1:], types[0]]) if request.accept_mimetypes else types[1]
    if best is None:
        raise NotAcceptable(
            f"None of the types in Accept can hold a citation. There are: {', '.join(types)}.", types=types
        )
    return next((suffix for suffix in _BY_ACCEPT if _TYPES[suffix] == best), "")


def _address(id: str) -> str:
    address = f"{request.url_root}cite/{id}"
    if not _ADDRESS.fullmatch(address):
        raise BadRequest("The name of the host is no part of an address.")
    return address


def _now(kept: Kept, gone: Purged) -> _Now:
    """Asks again. What keeps it from being asked is told, so that what was cited can be shown all the same."""
    question = kept.citation.question
    if _is_withheld(question, gone):
        return _Now(is_withheld=True)
    try:
        return _Now(kept.compared(_ask(question), gone))
    except QueryCancelled:
        raise
    except P2PError as error:
        return _Now(problem=describe(error))


# As data


def _told(kept: Kept, gone: Purged, now: _Now | None = None) -> dict[str, Any]:
    """A citation for programs; with what became of it, if it was asked again."""
    citation, question = kept.citation, kept.citation.question
    withheld = _is_withheld(question, gone)
    said: dict[str, Any] = {
        "id": citation.id,
        "address": _address(citation.id),
        "query": None if withheld else question.query,
        "default_graphs": [] if withheld else list(question.dataset.default),
        "named_graphs": [] if withheld else list(question.dataset.named),
        "saved": question.saved,
        "title": question.title,
        "values": {} if withheld else {name: list(given) for name, given in question.values.items()},
        "version": citation.version,
        "cited": citation.cited.isoformat(),
        "kind": citation.kind,
        "columns": list(citation.columns),
        "rows": citation.rows,
        "sha256": citation.digest,
        "method": citation.method,
        "kept": "answer" if kept.answer else "row hashes",
        "references": {one.suffix: f"{_address(citation.id)}.{one.suffix}" for one in REFERENCES},
    }
    return said if now is None else {**said, "now": _told_now(citation, now)}


def _told_now(citation: Citation, now: _Now) -> dict[str, Any]:
    said: dict[str, Any] = {"version": graph().version}
    if now.is_withheld:
        return {**said, "verdict": "purged", "purged": citation.rows}
    if now.problem is not None:
        return {**said, "verdict": "not asked", "problem": json.loads(now.problem.as_json())}
    assert now.difference is not None
    found = now.difference
    only_then, only_now = (_bindings(citation, lines) for lines in (found.only_then, found.only_now))
    counts = {"purged": found.purged, "missing": found.missing, "new": len(found.only_now)}
    return {**said, "verdict": found.verdict, **counts, "only_then": only_then, "only_now": only_now}


def _bindings(citation: Citation, lines: tuple[str, ...]) -> Any:
    """Rows as SPARQL JSON has them; triples as lines of N-Triples."""
    if citation.kind != "table":
        return list(lines)
    return json.loads(write(answer_of("table", tuple(sorted(citation.columns)), lines), "json"))["results"]["bindings"]


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False)


def _answer_file(kept: Kept, gone: Purged, suffix: str) -> str:
    """The kept answer as it was hashed, but for the rows that were purged."""
    wished = {"tsv": "table", "nt": "triples"}[suffix]
    if kept.citation.kind != wished or kept.answer is None or _is_withheld(kept.citation.question, gone):
        raise UnknownFormat(
            f"This citation has no answer to hand out as .{suffix}: it is of another kind, or too large to be kept, "
            "or was withheld.",
            formats=_BY_ACCEPT,
        )
    return _without(kept.answer, gone).text


def _without(answer: Canonical, gone: Purged) -> Canonical:
    lines = tuple(line for line in answer.lines if not gone.holds(line))
    return Canonical(answer.kind, answer.columns, lines, answer.is_ordered)


# As a page


def _page(kept: Kept, gone: Purged, now: _Now) -> str:
    citation = kept.citation
    shown = kept.answer is not None and not now.is_withheld
    left = _without(kept.answer, gone) if kept.answer is not None and shown else None
    references = {
        one.suffix: refer(citation, _work(), _address(citation.id), one.suffix, now.is_withheld) for one in REFERENCES
    }
    return render_template(
        "citing/citation.html",
        citation=citation,
        question=citation.question,
        now=now,
        version=graph().version,
        address=_address(citation.id),
        shown=_shown(citation, left) if left else None,
        purged=citation.rows - len(left.lines) if left else 0,
        changes=_changes(citation, now.difference) if now.difference else None,
        saved=_saved_now(citation.question),
        cautions=_cautions(citation),
        references=references,
        kinds=REFERENCES,
        file={"table": "tsv", "triples": "nt"}.get(citation.kind) if left else None,
    )


def _columns(citation: Citation) -> tuple[str, ...]:
    return citation.columns if citation.kind == "table" else ("subject", "predicate", "object")


def _table(citation: Citation, lines: Iterable[str]) -> Table:
    """Lines of a canonical form as a table in the order of the query's columns."""
    found = answer_of(citation.kind, tuple(sorted(citation.columns)), lines)
    if isinstance(found, Triples):
        return Table(_columns(citation), tuple((t.subject, t.predicate, t.object) for t in found.triples))
    assert isinstance(found, Table)
    order = [found.columns.index(column) for column in citation.columns]
    return Table(citation.columns, tuple(tuple(row[i] for i in order) for row in found.rows))


def _shown(citation: Citation, answer: Canonical) -> Shown:
    if citation.kind == "boolean":
        return show(answer_of("boolean", (), answer.lines))
    return replace(show(_table(citation, answer.lines[:_SHOWN])), total=len(answer.lines))


def _changes(citation: Citation, found: Difference) -> _Changes | None:
    """What is only in one of the answers, beside each other where rows begin alike."""
    marked = sorted([(line, "then") for line in found.only_then] + [(line, "now") for line in found.only_now])
    if not marked or citation.kind == "boolean":
        return None
    part = marked[:_SHOWN]
    shown = show(_table(citation, [line for line, _ in part]))
    return _Changes(replace(shown, total=len(marked)), [when for _, when in part])


def _saved_now(question: Question) -> str:
    """What became of a saved question: nothing, `changed`, or `gone`."""
    if not question.saved:
        return ""
    try:
        today = graph().library.get(question.saved).bind(**question.values)
    except P2PError:
        return "gone"
    return "" if Question.of(today).query == question.query else "changed"


def _cautions(citation: Citation) -> list[str]:
    """Why the same query may have another answer over the same version."""
    query = citation.question.query
    found = []
    if _CHANCE.search(query):
        found.append(_("The query asks for the time or for something random."))
    if not is_lasting(""):
        found.append(_("The store behind this site may change within a version."))
    if citation.kind != "boolean" and not citation.is_ordered and _CUT.search(query.rpartition("}")[2]):
        found.append(_("The query takes a part of its rows without ORDER BY: which part is up to the engine."))
    return found
