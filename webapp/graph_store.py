"""The SPARQL 1.1 Graph Store HTTP Protocol, as far as it reads: a whole graph at an address."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.exceptions import BadRequest

from p2p_graph.config import Settings
from p2p_graph.errors import QueryRefused, UnknownGraph
from p2p_graph.reading.store import Dataset
from p2p_graph.vocab import BASE
from webapp.current_graph import graph
from webapp.dataset import DATASET
from webapp.negotiation import answer_to, choose, chosen_for_thing, signposted
from webapp.protection import bounded, foreign
from webapp.service import dataset_of

__all__ = ["pages"]

pages = Blueprint("graph_store", __name__)


@pages.get("/graph-store")
@bounded
@foreign
def indirect() -> Response:
    """The graph of `?graph=<address>`, or with `?default` the union of all."""
    named, is_default = request.args.getlist("graph"), "default" in request.args
    if len(named) + is_default != 1:
        raise BadRequest("Name one graph: ?graph= and its address, or ?default for the union of all.")
    return _graph(named[0] if named else None)


@pages.get("/graph/<path:name>")
@bounded
@foreign
def direct(name: str) -> Response:
    """The graph whose own address leads here. The name of the data set is one of these; people are led to its page."""
    address = f"{BASE}graph/{name}"
    if address == DATASET and "text/html" in request.headers.get("Accept", "") and not chosen_for_thing():
        response = redirect("/data/", 303)
        response.vary.add("Accept")
        return signposted(response)
    return _graph(address)


def _graph(address: str | None) -> Response:
    form = choose("triples", request.args.get("format"))
    dataset = _only(address) if address is not None else None
    # a whole graph has as many rows as it has: its bytes bound it, of which each row takes more than one
    settings: Settings = current_app.config["P2P_SETTINGS"]
    limits = replace(settings.limits, rows=settings.query_bytes)
    query = graph().library.get("whole-graph" if dataset else "whole-release").body
    response = answer_to(form, query, dataset, limits)
    response.headers["Link"] = f'<{address or "/sparql"}>; rel="describes"'
    return response


def _only(address: str) -> Dataset | None:
    """The dataset of that graph alone. What is outside of the release is not there, rather than refused."""
    try:
        return dataset_of([address], [])
    except QueryRefused:
        raise UnknownGraph(f"There is no graph {address[:200]!r} in this release.", graph=address) from None
