"""What programs that assist people (by the Model Context Protocol) may ask of a graph, and the server that they ask.

They read one release, as everybody does: under the limits of every query, with values bound and never written into a
query, and without what was taken out for good. Each answer names version, licence and the documents it rests on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec

import click
from pyoxigraph import Literal, NamedNode

from p2p_graph.config import Settings, share
from p2p_graph.errors import P2PError, SettingsError, UnknownThing
from p2p_graph.formats import write
from p2p_graph.model import Boolean, Limits, Table, Term
from p2p_graph.purged import Purged, read
from p2p_graph.reading import Graph, open_graph
from p2p_graph.reading.library import SavedQuery
from p2p_graph.vocab import BASE, KINDS, PREFIXES, kind_and_slug, shorten

if TYPE_CHECKING:
    from mcp.server import MCPServer

__all__ = ["Desk", "serve_assistants", "server"]

Given = ParamSpec("Given")
Told = dict[str, Any]

LICENCE: Final = "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
#: what an assistant is told before it asks anything
INSTRUCTIONS: Final = (
    "A graph of who cooperates with whom in drug outreach work in Europe, in which form, and with what evidence. "
    "Begin with list_questions; run_question answers most things. Every tie rests on a document: name the sources and "
    "the version with what you say. What is not recorded may still be so: look at the coverage of a country before you "
    "say that something is missing. No person is named in the data; do not try to find out who somebody is."
)
#: rows and triples of one answer, things whose sources are looked up, and sources that are told
_ROWS: Final = 500
_THINGS: Final = 200
_SOURCES: Final = 40
#: questions that tell most of a country, each with its own heading
_PROFILE: Final[Mapping[str, str]] = {
    "practices": "practices-by-country",
    "forms of ties": "forms-by-country",
    "peers in teams": "peers-in-teams",
    "ties with police": "police-ties",
    "indicators": "indicator-by-country",
    "laws": "legal-acts-by-country",
    "coverage": "coverage-by-country",
}


class Desk:
    """What an assistant may ask, each answer a mapping that can be written as JSON; errors are those of the package.

    >>> with open_graph() as graph:  # doctest: +SKIP
    ...     Desk(graph, Purged()).search("naloxone")["answer"][0]["name"]
    """

    def __init__(self, graph: Graph, gone: Purged, limits: Limits | None = None) -> None:
        self._graph, self._gone = graph, gone
        limits = limits or Limits()
        self._limits = Limits(limits.seconds, min(limits.rows, _ROWS), limits.bytes)

    def search(self, text: str, country: str = "", kind: str = "", language: str = "en") -> Told:
        """Things by words of their names and descriptions, in any language, without accents; small slips are forgiven.

        `country` has two letters; `kind` is one of practice, organisation, document, finding, law, activity, place.
        """
        kinds = [kind] if kind else []
        found = self._graph.search(
            text, language=language, kinds=kinds, country=country.upper(), limit=20, without=self._gone
        )
        hits = [
            {
                "address": hit.address,
                "kind": hit.kind,
                "name": hit.name,
                "countries": list(hit.countries),
                "where": "".join(piece.text for piece in hit.excerpt),
            }
            for hit in found
        ]
        return self._told(hits, [hit.address for hit in found], total=found.total)

    def describe(self, thing: str, language: str = "en") -> Told:
        """All that is recorded of a thing, by its address or by kind and slug (`practice/c-buddy`).

        Properties have their names in words; things they lead to have a name and an address.
        """
        is_whole = thing.startswith(("http://", "https://"))
        address = thing if is_whole else f"{BASE}id/{thing.removeprefix('id/').strip('/')}"
        if address in self._gone.addresses:
            raise UnknownThing("What stood at this address was taken out for good.", address=address)
        entity = self._graph.entity(address)
        named = [t.value for values in entity.facts.values() for t in values if isinstance(t, NamedNode)]
        names = self._graph.labels([*named, *entity.facts, *(r.address for r in entity.references)], language)
        facts = {
            names[property]: [self._value(term, names) for term in values if not self._is_gone(term)]
            for property, values in entity.facts.items()
        }
        pointing = [
            {"name": names[r.address], "address": r.address, "kind": r.type}
            for r in entity.references
            if r.address not in self._gone.addresses
        ]
        answer = {"address": address, "kind": entity.kind, "facts": facts, "named in": pointing[:_THINGS]}
        return self._told(answer, [address, *(r.address for r in entity.references)])

    def list_questions(self, words: str = "") -> Told:
        """The saved questions and patterns, with their parameters; `words` keeps those that speak of one of them."""
        wanted = words.lower().split()
        listed = [
            self._question(query)
            for query in (*self._graph.library.questions, *self._graph.library.patterns)
            if not wanted or any(w in f"{query.name} {query.title} {query.question}".lower() for w in wanted)
        ]
        return self._told(listed, ())

    def _question(self, query: SavedQuery) -> Told:
        parameters = {
            p.name: {
                "means": p.label or p.name,
                "kind": p.kind,
                "needed": p.required,
                "example": p.example,
                "values": self._choices(p.kind, p.scheme),
            }
            for p in query.parameters.values()
        }
        asked = query.pattern.definition if query.pattern else query.question
        return {"name": query.name, "title": query.title, "question": asked, "parameters": parameters}

    def _choices(self, kind: str, scheme: str | None) -> list[str] | str:
        if kind == "concept" and scheme:
            return [word.address.rsplit("/", 1)[-1] for word in self._graph.concepts(scheme)]
        return {"country": "two letters, such as PT", "practice": "the slug of a practice"}.get(kind, "")

    def run_question(self, name: str, values: Mapping[str, str | list[str]] | None = None) -> Told:
        """The answer to a saved question, as rows; `values` by the names of its parameters, several as a list."""
        table = self._graph.run(name, **dict(values or {}))
        saved = self._graph.library.get(name)
        return self._table(table, question=saved.question or saved.title, note=saved.note)

    def run_sparql(self, query: str) -> Told:
        """The answer to a query of SPARQL 1.1 that reads; updates and SERVICE are refused, and at most 500 rows given.

        Declare prefixes: `PREFIX p2p: <https://w3id.org/peer2peer/ontology/>`; things stand at
        `https://w3id.org/peer2peer/id/<kind>/<slug>`. A table comes as rows, a graph as Turtle.
        """
        answer = self._graph.ask(query, self._limits)
        if isinstance(answer, Table):
            return self._table(answer)
        if isinstance(answer, Boolean):
            return self._told(bool(answer), ())
        text = write(answer, "turtle").decode()
        lines = write(answer, "ntriples").decode().splitlines()
        if any(self._gone.holds(line) for line in lines):
            raise UnknownThing("The answer holds something that was taken out for good.", address="")
        return self._told(text, _ours(line.split(" ", 1)[0].strip("<>") for line in lines))

    def country_profile(self, country: str) -> Told:
        """What is recorded of a country (two letters): practices, forms of ties, peers, police, law, and how much."""
        address = f"{BASE}id/country/{country.upper()}"
        self._graph.entity(address)
        profile: Told = {"country": self._graph.label(address), "address": address}
        things: list[str] = []
        for heading, name in _PROFILE.items():
            table = self._graph.run(name, country=country.upper()) if self._takes(name) else self._graph.run(name)
            rows, left = self._rows(table)
            profile[heading] = {"question": name, "rows": rows[:50], "in all": len(rows) + left}
            things += _addresses(table)
        return self._told(profile, things)

    def _takes(self, name: str) -> bool:
        return "country" in self._graph.library.get(name).parameters

    # answers

    def _table(self, table: Table, **beside: str) -> Told:
        rows, left = self._rows(table)
        more = {key: value for key, value in beside.items() if value}
        if len(rows) > _ROWS:
            more["told"] = f"the first {_ROWS} of {len(rows)} rows; narrow the question for the others"
        if left:
            more["withheld"] = f"{left} rows name something that was taken out for good"
        return self._told({"columns": list(table.columns), "rows": rows[:_ROWS]}, _addresses(table), **more)

    def _rows(self, table: Table) -> tuple[list[list[Any]], int]:
        kept = [row for row in table.rows if not any(self._is_gone(term) for term in row)]
        things = [term.value for row in kept for term in row if isinstance(term, NamedNode)]
        names = self._graph.labels(list(dict.fromkeys(things))[: 4 * _ROWS])
        return [[self._value(term, names) for term in row] for row in kept], len(table.rows) - len(kept)

    def _is_gone(self, term: Term | None) -> bool:
        return term is not None and self._gone.holds(str(term))

    def _value(self, term: Term | None, names: Mapping[str, str]) -> Any:
        """A term as JSON: a thing with its name, a number as a number, anything else as its text."""
        if isinstance(term, NamedNode):
            is_ours = term.value.startswith(BASE)
            name = names.get(term.value) or shorten(term.value)
            return {"name": name, "address": term.value} if is_ours else term.value
        if isinstance(term, Literal):
            with contextlib.suppress(ValueError):
                if term.datatype.value == f"{PREFIXES['xsd']}integer":
                    return int(term.value)
                if term.datatype.value in (f"{PREFIXES['xsd']}decimal", f"{PREFIXES['xsd']}double"):
                    return float(term.value)
            return term.value
        return None if term is None else str(term)

    def _told(self, answer: object, things: Iterable[str], **beside: object) -> Told:
        return {
            "answer": answer,
            **beside,
            "version": self._graph.version,
            "licence": LICENCE,
            "sources": self._sources(things),
        }

    def _sources(self, things: Iterable[str]) -> list[dict[str, str]]:
        """The documents that things rest on, each with its title, its address here and where it can be read."""
        wanted = [thing for thing in dict.fromkeys(things) if kind_and_slug(thing)][:_THINGS]
        found: dict[str, dict[str, str]] = {}
        for row in self._graph.run("sources-of-things", thing=wanted).records() if wanted else ():
            document, title, address = row["document"], row["title"], row["address"]
            if isinstance(document, NamedNode) and document.value not in self._gone.addresses:
                said = {"title": title.value if isinstance(title, Literal) else "", "address": document.value}
                if isinstance(address, NamedNode):
                    said["url"] = address.value
                found.setdefault(document.value, said)
        return list(found.values())[:_SOURCES]


def _addresses(table: Table) -> list[str]:
    return _ours(term.value for row in table.rows for term in row if isinstance(term, NamedNode))


def _ours(addresses: Iterable[str]) -> list[str]:
    return [address for address in dict.fromkeys(addresses) if (kind_and_slug(address) or ("",))[0] in KINDS]


# the server


def server(graph: Graph, settings: Settings) -> MCPServer:
    """The server over an open graph: its tools are the methods of `Desk`, its errors the sentences of the package.

    Raises SettingsError where the extra `mcp` is not installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError:
        sentence = "The server for assistants needs the package mcp: pip install 'p2p-graph[mcp]'."
        raise SettingsError(sentence, setting="mcp") from None
    desk = Desk(graph, read(settings), settings.limits)

    def plainly(work: Callable[Given, Told]) -> Callable[Given, Told]:
        @wraps(work)
        def told(*args: Given.args, **values: Given.kwargs) -> Told:
            try:
                return work(*args, **values)
            except P2PError as error:
                raise ToolError(str(error)) from None

        return told

    # its lines of lesser weight repeat what was asked
    made = MCPServer(
        "peer2peer-graph",
        title="Peer2Peer Graph",
        instructions=INSTRUCTIONS,
        version=graph.version,
        log_level="WARNING",
    )
    only_reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
    for work in (desk.search, desk.describe, desk.list_questions, desk.run_question, desk.run_sparql):
        made.tool(annotations=only_reads)(plainly(work))
    made.tool(annotations=only_reads)(plainly(desk.country_profile))
    _with_resources(made)
    return made


def _with_resources(made: MCPServer) -> None:
    """The ontology and what the data are, for who wants to write queries."""

    @made.resource("p2p://ontology", title="The ontology", mime_type="text/turtle")
    def ontology() -> str:
        """Every class and property with its definition, in Turtle."""
        return (share("ontology") / "p2p.ttl").read_text(encoding="utf-8")

    @made.resource("p2p://data", title="The data", mime_type="text/markdown")
    def data() -> str:
        """What the data are: where they come from, what is counted and what is not, and the licence."""
        return (share("data/triples").parent / "README.md").read_text(encoding="utf-8")


@click.command("mcp", short_help="Answer assistants (Model Context Protocol).")
@click.option("--http", "port", type=click.IntRange(0, 65535), help="Listen on this port of this machine instead.")
@click.option("--on", "location", metavar="LOCATION", help="A folder of a release or the address of an endpoint.")
def serve_assistants(port: int | None, location: str | None) -> None:
    """Answers an assistant over standard input and output, by the Model Context Protocol. docs/mcp.md tells how.

    \b
    p2p mcp
    p2p mcp --http 8765
    """
    settings = Settings.from_env()
    with open_graph(location, settings) as graph:
        made = server(graph, settings)
        if port is None:
            made.run()
        else:
            made.run("streamable-http", host="127.0.0.1", port=port)
