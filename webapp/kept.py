"""What many pages show, made once from a release: its countries, their networks, the patterns in them."""

from __future__ import annotations

from p2p_graph.reading.network import Network
from p2p_graph.reading.pattern import PatternTable
from webapp.current_graph import graph, remembered, remembered_in_all_languages
from webapp.listing import CountryRow, countries

__all__ = ["all_countries", "all_networks", "all_patterns"]


def all_countries() -> list[CountryRow]:
    """Every country of which a practice is recorded, by name."""
    return remembered("countries", lambda: list(countries(graph())))


def all_networks() -> dict[str, Network]:
    """The whole network of each of them, by its code."""
    return remembered_in_all_languages(
        "networks", lambda: {row.code: graph().network(country=row.code) for row in all_countries()}
    )


def all_patterns() -> PatternTable:
    """Where each pattern was found."""
    return remembered_in_all_languages("patterns", lambda: graph().patterns())
