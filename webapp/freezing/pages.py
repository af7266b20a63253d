"""The pages that only a copy has: what it cannot do, what stands at an address that is none, the note on its pages."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from webapp.current_graph import graph
from webapp.freezing.plan import ABOUT

__all__ = ["pages"]

pages = Blueprint("freezing", __name__)


@pages.get(ABOUT)
def about() -> Response:
    """What the copy is, and what needs a server."""
    return Response(render_template("freezing/copy.html", version=graph().version))


@pages.get(f"{ABOUT}/not-found")
def not_found() -> Response:
    """What a web space shows at an address that it does not have."""
    return Response(render_template("freezing/not-found.html"))


@pages.get(f"{ABOUT}/note")
def note() -> Response:
    """What stands in the place of a form that needs a server."""
    return Response(render_template("freezing/_note.html"))
