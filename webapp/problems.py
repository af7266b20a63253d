"""Every error as one body (problem details, RFC 9457), or the same as a page for a browser.

The only place that turns an error into a status.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from p2p_graph import errors
from p2p_graph.errors import P2PError
from p2p_graph.translation import error_in
from webapp.journal import route
from webapp.languages import ENGLISH, N_, language

__all__ = ["CORS", "PREFLIGHT", "Known", "NotAcceptable", "Problem", "describe", "install", "known", "wants_page"]

_LOG = logging.getLogger("webapp")

#: anyone may read the answers of the public doors from a page of their own
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, X-P2P-Version",
}

#: what a browser asks before it lets such a page send more than a plain request
PREFLIGHT: Final = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

#: the status and the heading of each error; the nearest class above counts
_STATUS: Final[dict[type[P2PError], tuple[int, str]]] = {
    errors.QuerySyntaxError: (400, N_("This is not SPARQL yet")),
    errors.QueryRefused: (403, N_("This endpoint only reads")),
    errors.UnknownGraph: (404, N_("No such graph")),
    errors.QueryTooComplex: (400, N_("Too long or too deeply nested")),
    errors.QueryTimeout: (503, N_("It took too long")),
    errors.QueryCancelled: (400, N_("Nobody waits for it any more")),
    errors.AnswerTooLarge: (413, N_("The answer is too large")),
    errors.EngineFailed: (500, N_("The engine stopped")),
    errors.NoWorkers: (503, N_("Questions cannot be answered just now")),
    errors.QueryError: (400, N_("The query was not answered")),
    errors.UnknownQuery: (404, N_("No such question")),
    errors.UnknownParameter: (400, N_("No such parameter")),
    errors.BadValue: (400, N_("A value that does not fit")),
    errors.UnknownThing: (404, N_("Nothing at this address")),
    errors.PurgedThing: (410, N_("Taken out for good")),
    errors.UnknownCitation: (404, N_("No such citation")),
    errors.DamagedCitation: (500, N_("A damaged citation")),
    errors.CitationsFull: (507, N_("No room for another citation")),
    errors.AnswerTooAlike: (422, N_("Nothing to tell its nodes apart")),
    errors.UnknownFormat: (404, N_("No such format")),
    errors.StoreUnavailable: (503, N_("The store does not answer")),
    errors.NoRelease: (503, N_("No release yet")),
    errors.UnknownLink: (404, N_("No such short link")),
    errors.LinksFull: (507, N_("No room for another short link")),
    errors.NotInstalled: (501, N_("Not on this server")),
    errors.WithdrawnThing: (410, N_("Withdrawn")),
    errors.UnknownSubmission: (404, N_("No such submission")),
    errors.NotAllowed: (403, N_("Not for this account")),
    errors.StepRefused: (409, N_("No longer possible")),
    errors.FaultyContribution: (422, N_("Something is to be mended")),
    errors.UploadRefused: (400, N_("This file cannot be taken")),
    errors.LoginRefused: (401, N_("Not signed in")),
    errors.SignInNeeded: (401, N_("Not signed in")),
    errors.FormRefused: (403, N_("Not from a page of this site")),
    errors.AccountLocked: (429, N_("Too many wrong passwords")),
    errors.InvitationRefused: (410, N_("This link is no longer good")),
    errors.AccountRefused: (400, N_("An account that cannot be")),
    errors.LedgerUnavailable: (503, N_("The desk is closed for a moment")),
    errors.NotWritable: (507, N_("No room to write")),
}

#: what may be mended within seconds: who asked should ask again
_SOON: Final = {errors.NoWorkers.code, errors.NoRelease.code, errors.StoreUnavailable.code}

_HTTP: Final[dict[int, tuple[str, str]]] = {
    404: (N_("Nothing at this address"), N_("There is no page here. It may have moved, or a letter may be missing.")),
    405: (N_("Not in this way"), N_("This address does not take that kind of request.")),
    406: (N_("Not in that format"), N_("The answer does not exist in a format that was asked for.")),
    408: (N_("Too slow"), N_("The request did not arrive in time.")),
    413: (N_("Too large"), N_("The request is larger than this server takes.")),
    415: (N_("Not in that form"), N_("The body is of a type that this address does not take.")),
    429: (N_("Too many at once"), N_("This client asks too much at once. Ask again a little later.")),
}


class NotAcceptable(P2PError):
    """No format that was asked for fits the answer; value `types` lists those that would."""

    code = "not-acceptable"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, for a reader and for a machine; `language` is the detail's where it is not the reader's."""

    status: int
    title: str
    detail: str
    code: str
    values: dict[str, object]
    language: str = ""

    def as_json(self) -> bytes:
        """The body of RFC 9457, with our code and values beside the standard members."""
        body: dict[str, object] = {
            "type": f"/api#problem-{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        for name, value in self.values.items():
            body.setdefault(
                name, value if isinstance(value, str | int | float | bool) or value is None else _listed(value)
            )
        return json.dumps(body, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Known:
    """One problem that an answer may be: its status, code and title, and what it means."""

    status: int
    code: str
    title: str
    meaning: str


def known() -> list[Known]:
    """Every problem that is foreseen, by status and code.

    >>> [one.status for one in known() if one.code == "query-timeout"]
    [503]
    """
    ours: dict[type[P2PError], tuple[int, str]] = {**_STATUS, NotAcceptable: (406, _HTTP[406][0])}
    found = [
        Known(status, kind.code, title, " ".join((kind.__doc__ or "").split()))
        for kind, (status, title) in ours.items()
    ]
    found += [Known(status, f"http-{status}", title, meaning) for status, (title, meaning) in _HTTP.items()]
    found.append(Known(400, "http-400", "Bad Request", "A request that is out of form; its detail says in what."))
    return sorted(found, key=lambda one: (one.status, one.code))


def _listed(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return [v if isinstance(v, dict) else str(v) for v in value]
    return str(value)


def describe(error: Exception) -> Problem:
    """The problem of an error. An error nobody foresaw tells the reader nothing of its inside."""
    if isinstance(error, NotAcceptable):
        return _told(406, _("Not in that format"), error)
    if isinstance(error, P2PError):
        for kind in type(error).__mro__:
            if kind in _STATUS:
                status, title = _STATUS[kind]
                return _told(status, _(title), error)
    if isinstance(error, HTTPException) and error.code:
        title, detail = _HTTP.get(error.code, (HTTPStatus(error.code).phrase, error.description or ""))
        own = error.description if error.description != type(error).description else None
        values = getattr(error, "values", {})
        return Problem(error.code, _(title), own or _(detail), f"http-{error.code}", values, ENGLISH if own else "")
    return Problem(500, _("Something broke here"), _("The fault is ours. It was written to the log."), "fault", {})


def _told(status: int, title: str, error: P2PError) -> Problem:
    detail = error_in(error, language())
    is_english = detail == error_in(error, ENGLISH)
    return Problem(status, title, detail, error.code, error.values, ENGLISH if is_english else "")


def wants_page() -> bool:
    """Whether the asker named HTML among what it takes, at least as gladly as any data. A bare */* is a machine."""
    accept = request.accept_mimetypes
    html = max((q for kind, q in accept if kind in ("text/html", "application/xhtml+xml")), default=0)
    others = max((q for kind, q in accept if "html" not in kind and not kind.endswith("*")), default=0)
    return bool(html) and html >= others


def _answer(error: Exception) -> Response:
    problem = describe(error)
    if problem.status >= 500:
        _LOG.error("%s: %s", route(), problem.code, exc_info=problem.code == "fault" and error)
    if wants_page():
        response = make_response(render_template("problem.html", problem=problem), problem.status)
    else:
        response = Response(problem.as_json(), problem.status, content_type="application/problem+json")
        response.headers.extend(CORS)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
    if problem.values.get("waiting"):
        response.headers["Retry-After"] = "1"
    elif problem.code in _SOON:
        response.headers["Retry-After"] = "10"
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def install(app: Flask) -> None:
    """Every error of an app ends here."""
    app.register_error_handler(P2PError, _answer)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(Exception, _answer)
