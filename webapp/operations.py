"""The parts that a document of OpenAPI is put together from: operations, parameters, answers, problems, schemas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from p2p_graph.formats import FORMATS, Kind
from webapp.negotiation import formats_for
from webapp.problems import known

__all__ = [
    "Made",
    "failures",
    "field",
    "fixed_schemas",
    "format_parameter",
    "location",
    "media_types",
    "operation",
    "problem_responses",
    "ref",
    "responses",
    "suffix_parameter",
]

Made = dict[str, Any]

_PROBLEM: Final = "application/problem+json"


def operation(
    id: str,
    tag: str,
    summary: str,
    description: str,
    responses: Made,
    parameters: Sequence[Made] = (),
    body: Made | None = None,
) -> Made:
    """One thing that can be asked of an address: what it does in words, what it takes, what it may answer."""
    made: Made = {"operationId": id, "tags": [tag], "summary": summary, "description": description}
    if parameters:
        made["parameters"] = list(parameters)
    if body:
        made["requestBody"] = {"required": True, "content": body}
    return {**made, "responses": responses}


def responses(media: Made, told: str, statuses: Iterable[int]) -> Made:
    """The answer and its problems; answers say their release, and those that have a tag are not sent twice."""
    headers = {"X-P2P-Version": {"schema": {"type": "string"}, "description": "the release that was asked"}}
    return {"200": {"description": told, "headers": headers, "content": media}, **failures(statuses)}


def failures(statuses: Iterable[int]) -> Made:
    """The problems of some statuses, as answers.

    >>> failures([404])
    {'404': {'$ref': '#/components/responses/Problem404'}}
    """
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(set(statuses))}


def field(name: str, where: str, told: str, schema: Made, example: Any = None, required: bool = False) -> Made:
    """One parameter: in the path or the query, what it is, which values, and one of them as an example."""
    made: Made = {"name": name, "in": where, "description": told, "schema": schema}
    if required or where == "path":
        made["required"] = True
    if example is not None:
        made["example"] = example
    return made


def ref(name: str) -> Made:
    """A schema of this document by its name.

    >>> ref("Problem")
    {'$ref': '#/components/schemas/Problem'}
    """
    return {"$ref": f"#/components/schemas/{name}"}


def media_types(kinds: Iterable[Kind], json_schema: Made | None = None) -> Made:
    """The media types of some kinds of answer, with what their bodies look like."""
    made: Made = {}
    for form in FORMATS:
        if form.kind not in kinds or form.media_type in made:
            continue
        if form.name == "json":
            made[form.media_type] = {"schema": json_schema or ref("Results")}
        elif form.name == "jsonld":
            made[form.media_type] = {"schema": {"type": "array", "items": {"type": "object"}}}
        else:
            made[form.media_type] = {"schema": {"type": "string"}}
    return made


def format_parameter(kinds: Sequence[Kind]) -> Made:
    """The parameter that names a format, of those for some kinds of answer."""
    names = list(dict.fromkeys(form.name for kind in kinds for form in formats_for(kind)))
    told = "The format, instead of `Accept`: a name, or a suffix or media type of it."
    return field("format", "query", told, {"type": "string", "enum": names})


def suffix_parameter(kinds: Sequence[Kind]) -> Made:
    """The suffix in an address that names a format."""
    suffixes = list(dict.fromkeys(form.suffix for kind in kinds for form in formats_for(kind)))
    return field("suffix", "path", "The format.", {"type": "string", "enum": suffixes}, suffixes[0])


def location() -> Made:
    """The header that says where to look."""
    return {"Location": {"schema": {"type": "string"}, "required": True}}


# Components


def fixed_schemas() -> Made:
    """The bodies that are JSON."""
    text = {"type": "string"}
    term = {
        "type": "object",
        "required": ["type", "value"],
        "properties": {"type": {"enum": ["uri", "literal", "bnode", "triple"]}, "xml:lang": text, "datatype": text},
    }
    rows = {"type": "array", "items": {"type": "object", "additionalProperties": term}}
    head = {"type": "object", "properties": {"vars": {"type": "array", "items": text}}}
    results = {"type": "object", "required": ["bindings"], "properties": {"bindings": rows}}
    either: list[Made] = [{"required": ["results"]}, {"required": ["boolean"]}]
    problem = {
        "type": "object",
        "description": "Problem details (RFC 9457), with a code and the values that matter.",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {"type": text, "title": text, "status": {"type": "integer"}, "detail": text, "code": text},
    }
    return {
        "Results": {
            "type": "object",
            "description": "SPARQL 1.1 Query Results JSON Format.",
            "required": ["head"],
            "properties": {"head": head, "results": results, "boolean": {"type": "boolean"}},
            "oneOf": either,
        },
        "Problem": problem,
        "Terms": {
            "type": "object",
            "required": ["version", "prefixes", "formats", "terms"],
            "properties": {"version": text, "prefixes": {"type": "object", "additionalProperties": text}},
        },
        "Citation": {
            "type": "object",
            "required": ["id", "address", "query", "version", "cited", "kind", "rows", "sha256", "references"],
            "properties": {"id": text, "address": text, "rows": {"type": "integer"}, "sha256": text},
        },
    }


def problem_responses() -> Made:
    """For each status, what problems it may be."""
    found: dict[int, list[str]] = {}
    for one in known():
        found.setdefault(one.status, []).append(f"`{one.code}`: {one.meaning}")
    wait = {
        "Retry-After": {"schema": {"type": "integer"}, "description": "seconds until there is room", "required": True}
    }
    return {
        f"Problem{status}": {
            "description": " ".join(said),
            **({"headers": wait} if status == 429 else {}),
            "content": {_PROBLEM: {"schema": ref("Problem")}},
        }
        for status, said in found.items()
    }
