"""What a document of OpenAPI tells of the site itself: its descriptions, its files, its words, what became new."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from webapp.operations import Made, field, format_parameter, media_types, operation, responses, suffix_parameter

__all__ = ["site_paths"]

_STRING: Final[Made] = {"type": "string"}


def site_paths() -> Made:
    """The addresses that say what the site and its data set are."""
    whole: dict[str, tuple[str, str, str, Made]] = {
        "/openapi.json": ("openapi", "This document", "application/json", {"type": "object", "required": ["openapi"]}),
        "/health": (
            "health",
            "Whether questions are answered",
            "application/json",
            {"type": "object", "required": ["status", "version"]},
        ),
        "/stats.json": (
            "stats",
            "The release in numbers",
            "application/json",
            {"type": "object", "required": ["version", "statements", "classes", "properties", "countries", "files"]},
        ),
        "/changes.atom": ("changes", "What became new with each release", "application/atom+xml", _STRING),
    }
    paths = {
        path: {
            "get": operation(
                id, "site", title, title + ".", responses({media: {"schema": schema}}, title + ".", (503,))
            )
        }
        for path, (id, title, media, schema) in whole.items()
    }
    return {**paths, **_in_formats()}


def _in_formats() -> Made:
    return {
        "/.well-known/void": _described(
            "void", "What the data set is and holds, in numbers (VoID)", [format_parameter(("triples",))]
        ),
        "/catalogue.{suffix}": _described("catalogue", "The data set for catalogues of public data (DCAT-AP 3)"),
        "/stats.{suffix}": _described("stats_data", "The release in numbers, as a Data Cube"),
        "/ontology.{suffix}": _described("ontology", "Every class and property, with what they mean"),
        "/ontology/{term}.{suffix}": _described(
            "ontology_term",
            "A class or property, with what it means",
            [field("term", "path", "The term.", _STRING, "Practice"), suffix_parameter(("triples",))],
        ),
        "/ontology/{version}/ontology.{suffix}": _described(
            "ontology_version",
            "Every class and property, as they were in a version of the ontology",
            [field("version", "path", "The version.", _STRING, version("p2p-graph")), suffix_parameter(("triples",))],
        ),
        "/vocab/{name}.{suffix}": _described(
            "vocab",
            "A list of concepts, each with its names and meaning",
            [field("name", "path", "The list.", {"type": "string"}, "role"), suffix_parameter(("triples",))],
        ),
    }


def _described(id: str, title: str, parameters: Sequence[Made] | None = None) -> Made:
    taken = [suffix_parameter(("triples",))] if parameters is None else parameters
    content = media_types(("triples",))
    return {"get": operation(id, "site", title, title + ".", responses(content, title + ".", (404, 406, 503)), taken)}
