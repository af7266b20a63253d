"""What programs may ask of this site, as a document of OpenAPI 3.1.

It is made from what the site itself runs on: the table of formats, the heads of the saved queries, the words of the
release, the statuses of errors and the settings. So it says what is so; a test asks everything that stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from p2p_graph.config import Settings
from p2p_graph.formats import FORMATS, Kind
from p2p_graph.reading.library import Parameter, SavedQuery
from p2p_graph.reading.reference import REFERENCES
from p2p_graph.short_links import LONGEST
from p2p_graph.vocab import BASE, KINDS, PREFIXES
from webapp.asking import choices, examples, kind_of
from webapp.current_graph import graph
from webapp.negotiation import formats_for
from webapp.problems import known

__all__ = ["TAGS", "document"]

Made = dict[str, Any]

#: groups of addresses, in the order in which they are told
TAGS: Final[Mapping[str, str]] = {
    "sparql": "SPARQL",
    "questions": "Saved questions",
    "patterns": "Patterns of cooperation",
    "things": "Things and graphs",
    "keeping": "Short links and citations",
    "site": "About the service",
}

_KINDS: Final[tuple[Kind, ...]] = ("table", "boolean", "triples")
_FORM: Final = "application/x-www-form-urlencoded"
_PROBLEM: Final = "application/problem+json"
_SLUG: Final = "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$"
#: what a request that runs a query may end as, besides its answer
_ASKING: Final = (400, 403, 404, 406, 413, 429, 500, 503)
_COLUMN_KINDS: Final = {"iri": "address", "integer": "whole number", "decimal": "number", "boolean": "yes or no"}


def document(settings: Settings) -> Made:
    """The whole document for the current release, under some settings."""
    questions, patterns = graph().library.questions, graph().library.patterns
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Peer2Peer Graph",
            "summary": "Who cooperates with whom in drug outreach work, in which form, where, on what evidence.",
            "description": _introduction(settings),
            "version": graph().version,
            "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": title} for name, title in TAGS.items()],
        "paths": {
            **_sparql_paths(),
            **{f"/queries/{query.name}": {"get": _saved(query, "questions")} for query in questions},
            **{f"/queries/{query.name}": {"get": _saved(query, "patterns")} for query in patterns},
            "/queries/{question}.{suffix}": {"get": _by_suffix(questions, patterns)},
            **_pattern_paths(),
            **_thing_paths(),
            **_keeping_paths(),
            **_site_paths(),
        },
        "components": {
            "schemas": {**_fixed_schemas(), **_value_schemas([*questions, *patterns])},
            "responses": _problem_responses(),
        },
    }


def _introduction(settings: Settings) -> str:
    limits = settings.limits
    client = [f"{settings.client_queries} queries at a time"] if settings.client_queries else []
    client += [f"{settings.client_minute:,} requests a minute"] if settings.client_minute else []
    shared = f" One client may have {' and '.join(client)}; more is 429 with `Retry-After`." if client else ""
    return (
        "Everything is read from one release of the data; `X-P2P-Version` names it. A query takes at most "
        f"{limits.seconds:g} seconds, {limits.rows:,} rows and {limits.bytes:,} bytes; past a limit is an error, "
        f"never a part of an answer.{shared} A format goes by `Accept`, by `format=` or by a suffix. Errors are "
        "problem details (RFC 9457)."
    )


# Parts of operations


def _operation(
    id: str,
    tag: str,
    summary: str,
    description: str,
    responses: Made,
    parameters: Sequence[Made] = (),
    body: Made | None = None,
) -> Made:
    made: Made = {"operationId": id, "tags": [tag], "summary": summary, "description": description}
    if parameters:
        made["parameters"] = list(parameters)
    if body:
        made["requestBody"] = {"required": True, "content": body}
    return {**made, "responses": responses}


def _responses(content: Made, told: str, problems: Iterable[int], status: str = "200") -> Made:
    """The answer and its problems; answers say their release, and those that have a tag are not sent twice."""
    headers = {"X-P2P-Version": {"schema": {"type": "string"}, "description": "the release that was asked"}}
    return {status: {"description": told, "headers": headers, "content": content}, **_problems(problems)}


def _problems(statuses: Iterable[int]) -> Made:
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(set(statuses))}


def _parameter(name: str, where: str, told: str, schema: Made, example: Any = None, required: bool = False) -> Made:
    made: Made = {"name": name, "in": where, "description": told, "schema": schema}
    if required or where == "path":
        made["required"] = True
    if example is not None:
        made["example"] = example
    return made


def _ref(name: str) -> Made:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(kinds: Iterable[Kind], json_schema: Made | None = None) -> Made:
    """The media types of some kinds of answer, with what their bodies look like."""
    made: Made = {}
    for form in FORMATS:
        if form.kind not in kinds or form.media_type in made:
            continue
        if form.name == "json":
            made[form.media_type] = {"schema": json_schema or _ref("Results")}
        elif form.name == "jsonld":
            made[form.media_type] = {"schema": {"type": "array", "items": {"type": "object"}}}
        else:
            made[form.media_type] = {"schema": {"type": "string"}}
    return made


def _format(kinds: Sequence[Kind]) -> Made:
    names = list(dict.fromkeys(form.name for kind in kinds for form in formats_for(kind)))
    told = "The format, instead of `Accept`: a name, or a suffix or media type of it."
    return _parameter("format", "query", told, {"type": "string", "enum": names})


def _suffix(kinds: Sequence[Kind]) -> Made:
    suffixes = list(dict.fromkeys(form.suffix for kind in kinds for form in formats_for(kind)))
    return _parameter("suffix", "path", "The format.", {"type": "string", "enum": suffixes}, suffixes[0])


# SPARQL


def _sparql_paths() -> Made:
    query = graph().library.get("starter").body
    graphs = {"type": "array", "items": {"type": "string", "format": "uri"}}
    over = [
        _parameter("default-graph-uri", "query", "A graph that is asked; several are merged.", graphs),
        _parameter("named-graph-uri", "query", "A graph that `GRAPH` sees.", graphs),
    ]
    asked = _parameter("query", "query", "A query of SPARQL 1.1 that reads.", {"type": "string"}, query, True)
    told = "A table for SELECT, yes or no for ASK, triples for CONSTRUCT and DESCRIBE."
    answer = _responses(_content(_KINDS), told, _ASKING)
    said = "SPARQL 1.1 Protocol. `SERVICE` and updates are refused. Without a query: what the service says of itself."
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": {"type": "string"}, "default-graph-uri": graphs, "named-graph-uri": graphs},
    }
    body = {
        _FORM: {"schema": form, "example": {"query": query}},
        "application/sparql-query": {"schema": {"type": "string"}, "example": query},
    }
    posted = {**answer, **_problems((408, 415))}
    return {
        "/sparql": {
            "get": _operation("sparql", "sparql", "Answers a query", said, answer, [asked, *over, _format(_KINDS)]),
            "post": _operation(
                "sparql_post", "sparql", "Answers a query sent as a body", said, posted, [_format(_KINDS)], body
            ),
        },
        "/sparql.{suffix}": {
            "get": _operation(
                "sparql_suffix", "sparql", "Answers a query in a format", said, answer, [asked, *over, _suffix(_KINDS)]
            )
        },
        "/sparql/terms.json": {
            "get": _operation(
                "terms",
                "sparql",
                "Everything that a query can name",
                "Prefixes, formats, and each class, property, concept and country with its labels by language.",
                _responses({"application/json": {"schema": _ref("Terms")}}, "The terms of the release.", ()),
            )
        },
        "/sparql/names.json": {"post": _names()},
    }


def _names() -> Made:
    schema = {"type": "array", "items": {"type": "string"}, "maxItems": 4000}
    entry = {
        "type": "object",
        "required": ["name", "page"],
        "properties": {"name": {"type": "string"}, "page": {"type": ["string", "null"]}},
    }
    example = [PREFIXES["p2p"] + "Practice", "form:informal"]
    return _operation(
        "names",
        "sparql",
        "What things are called",
        "The names and pages of addresses, whole or with our prefixes. What is not there has no entry.",
        _responses(
            {"application/json": {"schema": {"type": "object", "additionalProperties": entry}}},
            "Names by address.",
            (400, 413, 429),
        ),
        body={"application/json": {"schema": schema, "example": example}},
    )


# Saved queries


def _saved(query: SavedQuery, tag: str) -> Made:
    shown = query.pattern.definition if query.pattern else query.question
    given = examples(query)
    parameters = [_of_query(parameter, given.get(parameter.name)) for parameter in query.parameters.values()]
    columns = [f"`{name}` ({_COLUMN_KINDS.get(kind, kind)})" for name, kind in query.columns.items()]
    kind = kind_of(query)
    return _operation(
        "query_" + query.name.replace("-", "_"),
        tag,
        query.title,
        f"{shown} {query.note}".strip(),
        _responses(
            _content((kind,), _results_of(query) if kind == "table" and query.columns else None),
            f"Columns: {', '.join(columns)}." if columns else "The answer.",
            _ASKING,
        ),
        [*parameters, _format((kind,))],
    )


def _results_of(query: SavedQuery) -> Made:
    columns = {"properties": {"head": {"properties": {"vars": {"const": list(query.columns)}}}}}
    return {"allOf": [_ref("Results"), columns]}


def _of_query(parameter: Parameter, example: str | None) -> Made:
    told = f"{parameter.label or parameter.name.capitalize()}; several mean any of them."
    schema: Made = {"type": "array", "items": _ref(_schema_name(parameter))}
    if parameter.required:
        schema["minItems"] = 1
    return _parameter(parameter.name, "query", told, schema, [example] if example else None, parameter.required)


def _by_suffix(questions: Sequence[SavedQuery], patterns: Sequence[SavedQuery]) -> Made:
    names = [query.name for query in (*questions, *patterns)]
    free = next((query.name for query in questions if not query.parameters), names[0])
    told = "The name of a saved query; its parameters are those of its own address."
    return _operation(
        "query_by_suffix",
        "questions",
        "A saved query in a format",
        "The same answers with the format in the address, as a link or a spreadsheet program wants it.",
        _responses(_content(("table",)), "The answer.", _ASKING),
        [_parameter("question", "path", told, {"type": "string", "enum": names}, free), _suffix(("table",))],
    )


def _pattern_paths() -> Made:
    parts = {
        "/patterns.{suffix}": ("patterns_table", "Every pattern in every country, with what chance alone would give"),
        "/patterns/pairs.{suffix}": ("role_pairs", "Which families of roles meet more or less often than by chance"),
    }
    return {
        path: {
            "get": _operation(
                id,
                "patterns",
                title,
                "One table.",
                _responses(_content(("table",)), "The table.", (404,)),
                [_suffix(("table",))],
            )
        }
        for path, (id, title) in parts.items()
    }


# Things and graphs


def _thing_paths() -> Made:
    practice = next((slug for slug, _ in choices(Parameter("practice", "practice"))), "c-buddy")
    kind = _parameter("kind", "path", "The kind of thing.", {"type": "string", "enum": list(KINDS)}, "practice")
    slug = _parameter("slug", "path", "The last part of its address.", {"type": "string", "pattern": _SLUG}, practice)
    data = _responses(_content(("triples",)), "Everything that is said of it.", (404, 500, 503))
    told = f"The address of a thing is `{BASE}id/<kind>/<slug>`."
    which = _parameter("graph", "query", "The address of a graph.", {"type": "string", "format": "uri"})
    union = _parameter(
        "default", "query", "The union of all, instead of one graph.", {"type": "string", "const": ""}, ""
    )
    union["allowEmptyValue"] = True
    leads = {"description": "See the address in `Location`.", "headers": _location()}
    return {
        "/{kind}/{slug}.{suffix}": {
            "get": _operation("thing", "things", "The data of a thing", told, data, [kind, slug, _suffix(("triples",))])
        },
        "/id/{kind}/{slug}": {
            "get": _operation(
                "name",
                "things",
                "From the name of a thing to its page or data",
                "As `Accept` wants it.",
                {"303": leads, **_problems((404, 406, 503))},
                [kind, slug],
            )
        },
        "/graph-store": {
            "get": _operation(
                "graph_store",
                "things",
                "A whole graph",
                "SPARQL 1.1 Graph Store HTTP Protocol. Name one graph, or the union of all.",
                _responses(_content(("triples",)), "The graph.", _ASKING),
                [which, union, _format(("triples",))],
            )
        },
    }


def _location() -> Made:
    return {"Location": {"schema": {"type": "string"}, "required": True}}


# Short links and citations


def _keeping_paths() -> Made:
    query = graph().library.get("starter").body
    return {
        "/s": {"post": _shorten(query)},
        "/s/{id}": {
            "get": _operation(
                "follow",
                "keeping",
                "A short link leads to its query",
                "And to its answer, in whatever format `Accept` wants.",
                {"303": {"description": "See `Location`.", "headers": _location()}, **_problems((404,))},
                [_parameter("id", "path", "The last part of the link.", {"type": "string"})],
            )
        },
        "/cite": {"post": _cite(query)},
        "/cite/{id}": {"get": _citation("citation", [])},
        "/cite/{id}.{suffix}": {
            "get": _citation(
                "citation_file",
                [
                    _parameter(
                        "suffix",
                        "path",
                        "Which of them.",
                        {"type": "string", "enum": list(_cited())},
                        next(iter(_cited())),
                    )
                ],
            )
        },
    }


def _linked(id: str, *operations: str) -> Made:
    """That what was made is found again by the id that its body says."""
    return {name: {"operationId": name, "parameters": {"id": f"$response.body#/{id}"}} for name in operations}


def _shorten(query: str) -> Made:
    made = {
        "type": "object",
        "required": ["id", "address", "leads_to"],
        "properties": {"id": {"type": "string"}, "address": {"type": "string"}, "leads_to": {"type": "string"}},
    }
    ok = {
        "headers": _location(),
        "content": {"application/json": {"schema": made}},
        "links": _linked("id", "follow"),
    }
    fields = {"query": {"type": "string", "maxLength": LONGEST}}
    fields |= {name: {"type": "string"} for name in ("default-graph-uri", "named-graph-uri", "view", "sort", "filter")}
    form = {"type": "object", "required": ["query"], "properties": fields}
    return _operation(
        "shorten",
        "keeping",
        "A short link to a query",
        "The same query has the same link. None is ever taken away.",
        {
            "200": {"description": "The link, which was there already.", **ok},
            "201": {"description": "The new link.", **ok},
            **_problems((400, 403, 404, 408, 413, 415, 429, 507)),
        },
        body={_FORM: {"schema": form, "example": {"query": query}}},
    )


def _cited() -> dict[str, str]:
    """Suffix → media type of what a citation can be had as; the last two are the answer that was kept."""
    references = {one.suffix: one.media_type for one in REFERENCES}
    return {"json": "application/json", **references, "tsv": "text/tab-separated-values", "nt": "application/n-triples"}


def _cite(query: str) -> Made:
    ok = {
        "headers": _location(),
        "content": {"application/json": {"schema": _ref("Citation")}},
        "links": _linked("id", "citation", "citation_file"),
    }
    form = {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "A query of one's own,"},
            "saved": {
                "type": "string",
                "description": "or the name of a saved query, with its values as further fields.",
            },
        },
    }
    return _operation(
        "cite",
        "keeping",
        "Keeps an answer to be cited",
        "Opened later it says whether the answer is still the same, and else which rows differ.",
        {
            "200": {"description": "The citation, which was there already.", **ok},
            "201": {"description": "The new citation.", **ok},
            **_problems((*_ASKING, 408, 415, 507)),
        },
        body={_FORM: {"schema": form, "example": {"query": query}}},
    )


def _citation(id: str, parameters: list[Made]) -> Made:
    content = {
        media: {"schema": _ref("Citation") if suffix == "json" else {"type": ["string", "object", "array"]}}
        for suffix, media in _cited().items()
        if parameters or suffix not in ("tsv", "nt")
    }
    return _operation(
        id,
        "keeping",
        "A citation, and what became of its answer",
        "As JSON with the rows that differ, as a reference for programs that keep them, or the answer as it was kept.",
        _responses(content, "The citation.", _ASKING),
        [_parameter("id", "path", "The number of the citation.", {"type": "string"}), *parameters],
    )


# The service itself


def _site_paths() -> Made:
    parts = {
        "/openapi.json": ("openapi", "This document", "application/json", {"type": "object", "required": ["openapi"]}),
        "/health": (
            "health",
            "Whether questions are answered",
            "application/json",
            {"type": "object", "required": ["status", "version"]},
        ),
        "/.well-known/void": ("void", "What the data set is (VoID)", "text/turtle", {"type": "string"}),
    }
    return {
        path: {
            "get": _operation(
                id, "site", title, title + ".", _responses({media: {"schema": schema}}, title + ".", (503,))
            )
        }
        for path, (id, title, media, schema) in parts.items()
    }


# Components


def _fixed_schemas() -> Made:
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


def _schema_name(parameter: Parameter) -> str:
    """The name of the schema for values of a parameter.

    >>> _schema_name(Parameter("form", "concept", scheme="form")), _schema_name(Parameter("here", "country"))
    ('concept-form', 'country')
    """
    return f"concept-{parameter.scheme}" if parameter.kind == "concept" else parameter.kind


def _value_schemas(queries: Iterable[SavedQuery]) -> Made:
    """The values that parameters take: those of lists by name, with what each is called."""
    wanted = {_schema_name(p): p for query in queries for p in query.parameters.values()}
    return {name: _values(wanted[name]) for name in sorted(wanted)}


def _values(parameter: Parameter) -> Made:
    if parameter.kind in ("concept", "country"):
        there = choices(parameter)
        if there:
            told = "; ".join(f"`{value}` {words}" for value, words in there)
            return {"type": "string", "description": told, "enum": [value for value, _ in there]}
    if parameter.kind in ("year", "integer"):
        return {"type": "integer"}
    if parameter.kind == "address":
        return {"type": "string", "format": "uri"}
    if parameter.kind == "text":
        return {"type": "string"}
    return {"type": "string", "pattern": _SLUG}


def _problem_responses() -> Made:
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
            "content": {_PROBLEM: {"schema": _ref("Problem")}},
        }
        for status, said in found.items()
    }
