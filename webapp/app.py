"""`create_app`: joins settings, graph, pages, errors and headers to one Flask app."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from flask import Flask, Request
from jinja2 import StrictUndefined
from werkzeug.routing import BaseConverter

from p2p_graph.config import Settings, share
from p2p_graph.curation import Sources
from p2p_graph.vocab import KINDS
from webapp import (
    add,
    add_files,
    browse,
    citing,
    compare,
    current_graph,
    evidence,
    explore,
    graph_store,
    holdings,
    journal,
    languages,
    lexicon,
    measures,
    metrics,
    missing,
    negotiation,
    openapi,
    openid,
    operating,
    patterns,
    pictures,
    problems,
    protection,
    publish,
    questions,
    review,
    script_words,
    search,
    sharing,
    short_links,
    sign_in,
    signed_in,
    sparql,
    submissions,
    terms,
    watching,
    withholding,
)

__all__ = ["create_app"]

_HERE: Final = Path(__file__).resolve().parent

#: what the site is put together from
_PARTS: Final = (
    add.pages,
    add_files.pages,
    browse.pages,
    search.pages,
    citing.pages,
    compare.pages,
    evidence.pages,
    explore.pages,
    missing.pages,
    measures.pages,
    patterns.pages,
    questions.pages,
    sharing.pages,
    short_links.pages,
    sparql.pages,
    terms.pages,
    graph_store.pages,
    holdings.pages,
    lexicon.pages,
    publish.pages,
    openapi.pages,
    sign_in.pages,
    submissions.pages,
    review.pages,
    operating.pages,
    openid.pages,
    watching.pages,
)
#: fields a form may have
_FORM_PARTS: Final = 200


class _Request(Request):
    max_form_parts = _FORM_PARTS


class _Slug(BaseConverter):
    """The last part of an address of ours; a dot after it begins a suffix."""

    regex = "[A-Za-z0-9-]+"


class _Kind(BaseConverter):
    """A kind of thing."""

    regex = "|".join(KINDS)


def create_app(settings: Settings, *, sources: Sources | None = None) -> Flask:
    """The website over the current release of some settings; `sources` are the data and words that its desk knows.

    >>> create_app(Settings()).name
    'webapp'
    """
    app = Flask("webapp")
    app.request_class = _Request
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000
    app.url_map.converters.update(slug=_Slug, kind=_Kind)
    stamp = _assets_stamp()
    app.config["P2P_SETTINGS"] = settings
    app.config["P2P_ASSETS"] = stamp
    app.config["P2P_ONTOLOGY"] = sources.ontology if sources else share("ontology")
    # links that leave this site, in what others show of it, want to know where it stands
    app.jinja_env.globals.update(assets=stamp, stands_at=settings.site.rstrip("/"))
    app.context_processor(lambda: {"legend": pictures.legend()})
    current_graph.install(app, settings)
    # first, so that it measures and tells of what all others make of a request
    counted = app.extensions["p2p_meter"] = metrics.Meter(app.extensions["p2p_current"].standing)
    journal.install(app, counted.note)
    protection.install(app, settings)
    negotiation.install(app)
    withholding.install(app, settings)
    signed_in.install(app, settings, sources)
    problems.install(app)
    script_words.install(app)
    languages.install(app)
    for part in _PARTS:
        app.register_blueprint(part)
    return app


def _assets_stamp() -> str:
    """A short hash over style sheets, scripts and templates: in the addresses of assets, and in the tags of pages."""
    digest = hashlib.sha256()
    for folder, suffix in (
        ("static", ".css"),
        ("static/js", ".js"),
        ("templates", ".html"),
        ("templates", ".typ"),
        ("translations", ".po"),
    ):
        for path in sorted((_HERE / folder).rglob(f"*{suffix}")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
