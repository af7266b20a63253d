"""What programs may ask of this site, as a document of OpenAPI 3.1.

It is made from what the site itself runs on: the table of formats, the heads of the saved queries, the words of the
release, the statuses of errors and the settings. So it says what is so; a test asks everything that stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from p2p_graph.config import Settings
from p2p_graph.formats import Kind
from p2p_graph.reading.evidence import BY
from p2p_graph.reading.exploring import FACETS, MEASURES
from p2p_graph.reading.library import Parameter, SavedQuery
from p2p_graph.reading.network import FAMILIES, FORMS
from p2p_graph.reading.reference import REFERENCES
from p2p_graph.short_links import LONGEST
from p2p_graph.vocab import BASE, KINDS, PREFIXES
from webapp.asking import choices, examples, kind_of
from webapp.current_graph import graph
from webapp.figures import FILES
from webapp.operations import (
    Made,
    failures,
    field,
    fixed_schemas,
    format_parameter,
    location,
    media_types,
    operation,
    problem_responses,
    ref,
    responses,
    suffix_parameter,
)
from webapp.searching import search_paths
from webapp.site_paths import site_paths
from webapp.viewing import REST, STANCES

__all__ = ["TAGS", "document"]

#: groups of addresses, in the order in which they are told
TAGS: Final[Mapping[str, str]] = {
    "sparql": "SPARQL",
    "questions": "Saved questions",
    "patterns": "Patterns, and countries compared",
    "things": "Things and graphs",
    "keeping": "Short links and citations",
    "site": "About the service",
}

_KINDS: Final[tuple[Kind, ...]] = ("table", "boolean", "triples")
_STRING: Final[Made] = {"type": "string"}
_FORM: Final = "application/x-www-form-urlencoded"
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
            **_measure_paths(),
            **_picture_paths(),
            **search_paths(),
            **_thing_paths(),
            **_keeping_paths(),
            **site_paths(),
        },
        "components": {
            "schemas": {**fixed_schemas(), **_value_schemas([*questions, *patterns])},
            "responses": problem_responses(),
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


# SPARQL


def _sparql_paths() -> Made:
    query = graph().library.get("starter").body
    graphs = {"type": "array", "items": {"type": "string", "format": "uri"}}
    over = [
        field("default-graph-uri", "query", "A graph that is asked; several are merged.", graphs),
        field("named-graph-uri", "query", "A graph that `GRAPH` sees.", graphs),
    ]
    asked = field("query", "query", "A query of SPARQL 1.1 that reads.", {"type": "string"}, query, True)
    by_name, by_suffix = [asked, *over, format_parameter(_KINDS)], [asked, *over, suffix_parameter(_KINDS)]
    told = "A table for SELECT, yes or no for ASK, triples for CONSTRUCT and DESCRIBE."
    answer = responses(media_types(_KINDS), told, _ASKING)
    said = "SPARQL 1.1 Protocol. `SERVICE` and updates are refused. Without a query: what the service says of itself."
    return {
        "/sparql": {
            "get": operation("sparql", "sparql", "Answers a query", said, answer, by_name),
            "post": _sparql_post(said, answer, query, graphs),
        },
        "/sparql.{suffix}": {
            "get": operation("sparql_suffix", "sparql", "Answers a query in a format", said, answer, by_suffix)
        },
        "/sparql/terms.json": {
            "get": operation(
                "terms",
                "sparql",
                "Everything that a query can name",
                "Prefixes, formats, and each class, property, concept and country with its labels by language.",
                responses({"application/json": {"schema": ref("Terms")}}, "The terms of the release.", ()),
            )
        },
        "/sparql/names.json": {"post": _names()},
    }


def _sparql_post(said: str, answer: Made, query: str, graphs: Made) -> Made:
    """The same by a form, or by a query as the body."""
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": {"type": "string"}, "default-graph-uri": graphs, "named-graph-uri": graphs},
    }
    body = {
        _FORM: {"schema": form, "example": {"query": query}},
        "application/sparql-query": {"schema": {"type": "string"}, "example": query},
    }
    posted, format_ = {**answer, **failures((408, 415))}, [format_parameter(_KINDS)]
    return operation("sparql_post", "sparql", "Answers a query sent as a body", said, posted, format_, body)


def _names() -> Made:
    schema = {"type": "array", "items": {"type": "string"}, "maxItems": 4000}
    entry = {
        "type": "object",
        "required": ["name", "page"],
        "properties": {"name": {"type": "string"}, "page": {"type": ["string", "null"]}},
    }
    example = [PREFIXES["p2p"] + "Practice", "form:informal"]
    return operation(
        "names",
        "sparql",
        "What things are called",
        "The names and pages of addresses, whole or with our prefixes. What is not there has no entry.",
        responses(
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
    return operation(
        "query_" + query.name.replace("-", "_"),
        tag,
        query.title,
        f"{shown} {query.note}".strip(),
        responses(
            media_types((kind,), _results_of(query) if kind == "table" and query.columns else None),
            f"Columns: {', '.join(columns)}." if columns else "The answer.",
            _ASKING,
        ),
        [*parameters, format_parameter((kind,))],
    )


def _results_of(query: SavedQuery) -> Made:
    columns = {"properties": {"head": {"properties": {"vars": {"const": list(query.columns)}}}}}
    return {"allOf": [ref("Results"), columns]}


def _of_query(parameter: Parameter, example: str | None) -> Made:
    told = f"{parameter.label or parameter.name.capitalize()}; several mean any of them."
    schema: Made = {"type": "array", "items": ref(_schema_name(parameter))}
    if parameter.required:
        schema["minItems"] = 1
    return field(parameter.name, "query", told, schema, [example] if example else None, parameter.required)


def _by_suffix(questions: Sequence[SavedQuery], patterns: Sequence[SavedQuery]) -> Made:
    names = [query.name for query in (*questions, *patterns)]
    free = next((query.name for query in questions if not query.parameters), names[0])
    told = "The name of a saved query; its parameters are those of its own address."
    return operation(
        "query_by_suffix",
        "questions",
        "A saved query in a format",
        "The same answers with the format in the address, as a link or a spreadsheet program wants it.",
        responses(media_types(("table",)), "The answer.", _ASKING),
        [field("question", "path", told, {"type": "string", "enum": names}, free), suffix_parameter(("table",))],
    )


def _pattern_paths() -> Made:
    parts = {
        "/patterns.{suffix}": ("patterns_table", "Every pattern in every country, with what chance alone would give"),
        "/patterns/pairs.{suffix}": ("role_pairs", "Which families of roles meet more or less often than by chance"),
        "/compare.{suffix}": (
            "compare",
            "Which families of roles cooperate in each country, or how two countries differ",
        ),
        "/country/{code}/missing.{suffix}": (
            "missing",
            "What others have that a country lacks, by evidence and nearness",
        ),
    }
    parts["/evidence.{suffix}"] = ("evidence", "What is studied, by which design of study, in how many findings")
    beside = {"compare": _compared(), "missing": [_code()], "evidence": _studied()}
    suffix = suffix_parameter(("table",))
    answer = responses(media_types(("table",)), "The table.", (404, 429, 500, 503))
    paper = responses({"application/pdf": {"schema": _STRING}}, "Two pages of A4.", (404, 429, 500, 503))
    told = "What others have that a country lacks, with its wheel and its sources, to send or to print."
    brief = operation("brief", "patterns", "The brief of a country", told, paper, [_code()])
    return {
        path: {"get": operation(id, "patterns", title, "One table.", answer, [*beside.get(id, []), suffix])}
        for path, (id, title) in parts.items()
    } | {"/country/{code}/brief.pdf": {"get": brief}}


def _measure_paths() -> Made:
    parts = {
        "/measures.{suffix}": ("measures", "The measures of every country's network, with what chance gives", []),
        "/country/{code}/measures.{suffix}": ("country_measures", "The measures of each actor of a country", [_code()]),
        "/country/{code}/mixing.{suffix}": (
            "country_mixing",
            "Tied pairs by role, against chance",
            [_code()],
        ),
        "/country/{code}/triads.{suffix}": ("country_triads", "Triads of actors by role, against chance", [_code()]),
    }
    told = "What each measure is stands on the page `/measures`."
    answer = responses(media_types(("table",)), "The table.", (404, 429, 500, 503))
    suffix = suffix_parameter(("table",))
    archive = responses({"application/zip": {"schema": _STRING}}, "The archive.", (404, 429, 500, 503))
    about = "Actors, pairs, ties and measures as CSV, with a script for R and statnet."
    bundle = operation("network_for_r", "patterns", "The network of a country for R", about, archive, [_code()])
    return {
        path: {"get": operation(id, "patterns", title, told, answer, [*beside, suffix])}
        for path, (id, title, beside) in parts.items()
    } | {"/country/{code}/network.zip": {"get": bundle}}


def _picture_paths() -> Made:
    """What the explorer shows, as a file: where one begins, what is opened, which filters."""
    code = next((code for code, _ in choices(Parameter("country", "country"))), "PT")
    texts: Made = {"type": "array", "items": {"type": "string"}}
    fields = [
        field(
            "at",
            "query",
            "Where to begin: an actor, a practice, a pattern, a country, or all.",
            _STRING,
            f"country/{code}",
        ),
        field("to", "query", "From an actor: another one, to which the shortest ways lead.", _STRING),
        field(
            "depth",
            "query",
            "Around an actor: its ties, or also the ties of those.",
            {"type": "integer", "enum": [1, 2]},
        ),
        field(
            "open", "query", "Actors whose ties are shown too; after `~` a role family, if only ties with it.", texts
        ),
        *(field(facet, "query", f"Only ties of this {facet}; several mean one of them.", texts) for facet in FACETS),
        field("since", "query", "Only ties that may have held in this year or later.", {"type": "integer"}),
        field("until", "query", "Only ties that may have held in this year or earlier.", {"type": "integer"}),
        field("undated", "query", "With years: also ties whose years nobody tells.", {"type": "string", "enum": ["1"]}),
        field("size", "query", "What the size of a symbol stands for.", {"type": "string", "enum": list(MEASURES)}),
    ]
    content: Made = {
        media_type.partition(";")[0]: {"schema": {"type": "object"} if suffix == "json" else _STRING}
        for suffix, (media_type, _) in FILES.items()
    }
    suffix = field("suffix", "path", "The format.", {"type": "string", "enum": list(FILES)}, "json")
    told = (
        "With legend, filters, sources, licence, version and the address that opens it again. What is not understood "
        "is left aside."
    )
    answer = responses(content, "The file.", (404, 413, 500, 503))
    return {
        "/explore.{suffix}": {
            "get": operation(
                "picture", "patterns", "What the explorer shows, as a file", told, answer, [*fields, suffix]
            )
        }
    }


def _code() -> Made:
    code = next((code for code, _ in choices(Parameter("country", "country"))), "PT")
    return field("code", "path", "The two letters of a country.", ref("country"), code)


def _studied() -> list[Made]:
    """What the rows of the map of the evidence are, and of which country."""
    codes: Made = {"type": "string", "enum": [code for code, _ in choices(Parameter("country", "country"))]}
    return [
        field("by", "query", "Rows are kinds of practice, or families of roles.", {"type": "string", "enum": list(BY)}),
        field("country", "query", "Findings and practices of one country.", codes),
    ]


def _compared() -> list[Made]:
    """Of which ties the numbers of countries are, and which two countries differ."""
    codes = [code for code, _ in choices(Parameter("country", "country"))]

    def among(name: str, told: str, values: Sequence[str], many: bool = False) -> Made:
        one: Made = {"type": "string", "enum": list(values)}
        return field(name, "query", told, {"type": "array", "items": one} if many else one)

    return [
        among("role", "Ties of these families of roles alone.", FAMILIES, many=True),
        among("form", "Ties in these forms alone.", FORMS, many=True),
        among("stance", "Ties that work together, or those that oppose.", STANCES),
        field("year", "query", "Ties that held in a year.", {"type": "integer"}),
        among("undated", "With a year: also ties whose years nobody tells.", ["1"]),
        among("one", "One country of a difference.", codes),
        among("other", "The other, or all others together.", [*codes, REST]),
    ]


# Things and graphs


def _thing_paths() -> Made:
    practice = next((slug for slug, _ in choices(Parameter("practice", "practice"))), "c-buddy")
    kind = field("kind", "path", "The kind of thing.", {"type": "string", "enum": list(KINDS)}, "practice")
    slug = field("slug", "path", "The last part of its address.", {"type": "string", "pattern": _SLUG}, practice)
    data = responses(media_types(("triples",)), "Everything that is said of it.", (404, 500, 503))
    told = f"The address of a thing is `{BASE}id/<kind>/<slug>`."
    which = field("graph", "query", "The address of a graph.", {"type": "string", "format": "uri"})
    union = field("default", "query", "The union of all, instead of one graph.", {"type": "string", "const": ""}, "")
    union["allowEmptyValue"] = True
    leads = {"description": "See the address in `Location`.", "headers": location()}
    return {
        "/{kind}/{slug}.{suffix}": {
            "get": operation(
                "thing", "things", "The data of a thing", told, data, [kind, slug, suffix_parameter(("triples",))]
            )
        },
        "/id/{kind}/{slug}": {
            "get": operation(
                "name",
                "things",
                "From the name of a thing to its page or data",
                "As `Accept` wants it.",
                {"303": leads, **failures((404, 406, 503))},
                [kind, slug],
            )
        },
        "/graph-store": {
            "get": operation(
                "graph_store",
                "things",
                "A whole graph",
                "SPARQL 1.1 Graph Store HTTP Protocol. Name one graph, or the union of all.",
                responses(media_types(("triples",)), "The graph.", _ASKING),
                [which, union, format_parameter(("triples",))],
            )
        },
    }


# Short links and citations


def _keeping_paths() -> Made:
    query = graph().library.get("starter").body
    return {
        "/s": {"post": _shorten(query)},
        "/s/{id}": {
            "get": operation(
                "follow",
                "keeping",
                "A short link leads to its query",
                "And to its answer, in whatever format `Accept` wants.",
                {"303": {"description": "See `Location`.", "headers": location()}, **failures((404,))},
                [field("id", "path", "The last part of the link.", {"type": "string"})],
            )
        },
        "/cite": {"post": _cite(query)},
        "/cite/{id}": {"get": _citation("citation", [])},
        "/cite/{id}.{suffix}": {
            "get": _citation(
                "citation_file",
                [
                    field(
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
        "headers": location(),
        "content": {"application/json": {"schema": made}},
        "links": _linked("id", "follow"),
    }
    fields = {"query": {"type": "string", "maxLength": LONGEST}}
    fields |= {name: {"type": "string"} for name in ("default-graph-uri", "named-graph-uri", "view", "sort", "filter")}
    form = {"type": "object", "required": ["query"], "properties": fields}
    return operation(
        "shorten",
        "keeping",
        "A short link to a query",
        "The same query has the same link. None is ever taken away.",
        {
            "200": {"description": "The link, which was there already.", **ok},
            "201": {"description": "The new link.", **ok},
            **failures((400, 403, 404, 408, 413, 415, 429, 507)),
        },
        body={_FORM: {"schema": form, "example": {"query": query}}},
    )


def _cited() -> dict[str, str]:
    """Suffix → media type of what a citation can be had as; the last two are the answer that was kept."""
    references = {one.suffix: one.media_type for one in REFERENCES}
    return {"json": "application/json", **references, "tsv": "text/tab-separated-values", "nt": "application/n-triples"}


def _cite(query: str) -> Made:
    ok = {
        "headers": location(),
        "content": {"application/json": {"schema": ref("Citation")}},
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
    return operation(
        "cite",
        "keeping",
        "Keeps an answer to be cited",
        "Opened later it says whether the answer is still the same, and else which rows differ.",
        {
            "200": {"description": "The citation, which was there already.", **ok},
            "201": {"description": "The new citation.", **ok},
            **failures((*_ASKING, 408, 415, 507)),
        },
        body={_FORM: {"schema": form, "example": {"query": query}}},
    )


def _citation(id: str, parameters: list[Made]) -> Made:
    content = {
        media: {"schema": ref("Citation") if suffix == "json" else {"type": ["string", "object", "array"]}}
        for suffix, media in _cited().items()
        if parameters or suffix not in ("tsv", "nt")
    }
    return operation(
        id,
        "keeping",
        "A citation, and what became of its answer",
        "As JSON with the rows that differ, as a reference for programs that keep them, or the answer as it was kept.",
        responses(content, "The citation.", _ASKING),
        [field("id", "path", "The number of the citation.", {"type": "string"}), *parameters],
    )


# Components


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
