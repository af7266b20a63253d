"""What is written to the log: one line for each request, with a number by which all its lines are found.

A line never holds what somebody sent: it names the route (`/country/<code>`), not the path, and neither query, body nor
address of the reader. Of a fault it says where in the code it happened and its type, not its text, which may quote.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, Final
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request

from p2p_graph.config import Settings
from p2p_graph.errors import SettingsError

__all__ = ["HEADER", "Note", "configure", "install", "route", "route_of"]

#: the header in which the number of a request comes and goes
HEADER: Final = "X-Request-ID"
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_LOG: Final = logging.getLogger("webapp.requests")
#: who writes lines in which nothing stands that was sent
_OURS: Final = ("webapp", "p2p_graph")
#: frames of a fault that are told, the innermost ones
_FRAMES: Final = 12

#: told route, status and seconds of each request
Note = Callable[[str, int, float], None]


class _Lines(logging.Formatter):
    """Lines for people, or JSON for programs; both without the texts of faults."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, object] = {
            "time": when,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        if has_request_context() and "request_id" in g:
            told["request"] = g.request_id
        told |= getattr(record, "told", {})
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            told["fault"] = _where(fault)
        if self._as_json:
            return json.dumps(told, ensure_ascii=False, default=str)
        words = [when, record.levelname, record.name, _message(record), f"[{told.get('request', '-')}]"]
        return " ".join([*words, *(f"\n    {line}" for line in _where(fault))] if fault else words)


def _message(record: logging.LogRecord) -> str:
    """What a line says. Of libraries only the fixed part, since what they put into it may be what somebody sent."""
    if record.name.split(".")[0] in _OURS:
        return record.getMessage()
    return str(record.msg) if record.args else "(told by a library, its words are left out)"


def _where(fault: BaseException | None) -> list[str]:
    """The types of a fault and of those behind it, and the places they came by; not their texts."""
    found: list[str] = []
    while fault is not None:
        found.append(type(fault).__qualname__)
        frames = traceback.extract_tb(fault.__traceback__)[-_FRAMES:]
        found += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return found


def configure(settings: Settings, stream: IO[str] | None = None) -> logging.Handler:
    """Sends all logs of this process to a stream, by default standard error, as P2P_LOG says. Raises SettingsError.

    >>> configure(Settings(log="poetry"))
    Traceback (most recent call last):
    p2p_graph.errors.SettingsError: P2P_LOG is 'poetry'; it must be text or json.
    """
    if settings.log not in ("text", "json"):
        raise SettingsError(f"P2P_LOG is {settings.log!r}; it must be text or json.", setting="log")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Lines(settings.log == "json"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # at a terminal a line for each request would be noise
    _LOG.setLevel(logging.INFO if settings.log == "json" else logging.WARNING)
    return handler


def install(app: Flask, *notes: Note) -> None:
    """Gives each request of an app its number, and tells of it when it is answered."""

    @app.before_request
    def begin() -> None:
        said = request.headers.get(HEADER, "")
        g.request_id = said if _WELL_FORMED.fullmatch(said) else uuid4().hex
        g.request_began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" not in g:
            return response
        response.headers[HEADER] = g.request_id
        seconds = time.perf_counter() - g.request_began
        told = {
            "method": request.method if request.method.isalpha() and len(request.method) < 10 else "other",
            "route": route(),
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "bytes": response.calculate_content_length() or 0,
        }
        _LOG.info("request", extra={"told": told})
        for note in notes:
            note(route(), response.status_code, seconds)
        return response


def route() -> str:
    """The route of this request, such as `/country/<code>`; `none` where there is none."""
    return route_of(request.url_rule.rule) if request.url_rule else "none"


def route_of(rule: str) -> str:
    """A route without the kinds of its parts.

    >>> route_of("/id/<kind:kind>/<slug:slug>.<slug:suffix>")
    '/id/<kind>/<slug>.<suffix>'
    """
    return re.sub(r"<[^<>:]*:([^<>:]+)>", r"<\1>", rule)
