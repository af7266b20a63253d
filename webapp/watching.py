"""What those who run the site look at: whether it lives, whether it is ready, and its counters."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, current_app
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from werkzeug.exceptions import NotFound

from p2p_graph.config import Settings
from p2p_graph.errors import P2PError
from webapp.current_graph import NO_RELEASE, STORE, graph, standing
from webapp.metrics import may_read, meter

__all__ = ["pages"]

pages = Blueprint("watching", __name__)

#: seconds in which a question must be answered for the site to count as ready
_PATIENCE: Final = 3.0


@pages.get("/health/live")
def live() -> Response:
    """That this process answers; it asks nothing of the store, so a restart would mend no more than this."""
    return _said({"status": "ok"}, 200)


@pages.get("/health/ready")
def ready() -> Response:
    """Whether readers get what they ask for, by asking a question: 200, or 503 with what is off.

    Something may be off that readers can live with, such as a newer release that could not be opened: then it is
    `degraded`, and 200, because taking the site out of a row of servers would help nobody.
    """
    is_answered = True
    try:
        shown = graph()
        limits = replace(current_app.config["P2P_SETTINGS"].limits, seconds=_PATIENCE)
        shown.ask(shown.library.get("release-version").body, limits)
    except P2PError:
        is_answered = False
    now = standing()
    off = list(now.off)
    if not is_answered and not now.version:
        off = [NO_RELEASE]
    elif not is_answered and not now.state.trouble:
        off.append(STORE)
    status = "down" if not is_answered else "degraded" if off else "ready"
    return _said({"status": status, "version": now.version, "off": off}, 200 if is_answered else 503)


@pages.get("/metrics")
def counters() -> Response:
    """The counters, for who may read them; for others there is nothing here."""
    settings: Settings = current_app.config["P2P_SETTINGS"]
    if not may_read(settings):
        raise NotFound
    response = Response(meter().written(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _said(told: dict[str, object], status: int) -> Response:
    response = Response(json.dumps(told), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
