"""The document of what programs may ask, and the same as a page to read."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, Response, current_app, render_template

from p2p_graph.config import Settings
from webapp.current_graph import remembered_in_all_languages
from webapp.interface import TAGS, document
from webapp.negotiation import fresh
from webapp.problems import CORS, known

__all__ = ["pages"]

pages = Blueprint("openapi", __name__)


def _document() -> dict[str, Any]:
    settings: Settings = current_app.config["P2P_SETTINGS"]
    return remembered_in_all_languages("openapi", lambda: document(settings))


@pages.get("/openapi.json")
def openapi() -> Response:
    """Everything that programs may ask, as OpenAPI 3.1."""
    response = fresh(lambda: json.dumps(_document(), ensure_ascii=False, indent=1), "application/json")
    response.headers.extend(CORS)
    return response


@pages.get("/api")
def api() -> Response:
    """The same in words."""
    return fresh(
        lambda: render_template(
            "publish/api.html",
            document=_document(),
            groups=[(name, title, _group(name)) for name, title in TAGS.items()],
            anchor=_anchor,
            problems=known(),
        )
    )


def _group(tag: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation of each address of a group."""
    paths = _document()["paths"]
    return [
        (method.upper(), path, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if tag in operation["tags"]
    ]


def _anchor(path: str) -> str:
    """The name of a place on the page.

    >>> _anchor("/queries/police-ties"), _anchor("/sparql.{suffix}")
    ('queries-police-ties', 'sparql-suffix')
    """
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")
