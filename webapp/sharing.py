"""The pictures that stand for the site, or a country, where a link to it is shared: a wheel and a sentence."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from webapp import pictures
from webapp.addresses import address_of_path
from webapp.current_graph import graph, remembered
from webapp.languages import language
from webapp.negotiation import fresh
from webapp.printing import day_of, on_paper, png

__all__ = ["pages"]

pages = Blueprint("sharing", __name__)


@pages.get("/picture.png")
def of_all() -> Response:
    """The wheel of all countries with the question of the site, 1,200 by 630 pixels."""

    def told() -> bytes:
        question = _(
            "Who cooperates with whom in drug outreach work, in which form, where in Europe, and with what evidence?"
        )
        return _drawn(question, "", pictures.whole_wheel(graph()))

    return fresh(lambda: remembered("picture", told), "image/png")


@pages.get("/country/<slug:code>/picture.png")
def of_country(code: str) -> Response:
    """The wheel of a country with its name and sentence, of the same size. Raises UnknownThing."""
    entity = graph().entity(address_of_path("country", code))

    def told() -> bytes:
        wheel = pictures.large_wheel(graph(), code)
        return _drawn(graph().label(entity.address), wheel.sentence, wheel.narrow)

    return fresh(lambda: remembered(("picture", code), told), "image/png")


def _drawn(title: str, sentence: str, wheel: str) -> bytes:
    version = graph().version
    told = {
        "title": title,
        "sentence": sentence,
        "wheel": on_paper(wheel),
        "language": language(),
        "note": _("Release %(version)s, CC BY 4.0", version=version),
    }
    return png("printing/card.typ", told, day_of(version))
