"""What the SPARQL service says of itself (SPARQL 1.1 Service Description), and which graphs it can be asked over."""

from __future__ import annotations

from functools import partial
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple
from werkzeug.exceptions import BadRequest

from p2p_graph.errors import QueryTimeout, UnknownGraph
from p2p_graph.formats import FORMATS
from p2p_graph.model import Term, Triples
from p2p_graph.reading.scan import look
from p2p_graph.reading.store import Dataset
from p2p_graph.vocab import BASE, PREFIXES
from webapp.current_graph import graph, remembered_in_all_languages
from webapp.dataset import DATASET, essentials, statistics

__all__ = ["check_graphs", "dataset_of", "described"]

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_VOID: Final = PREFIXES["void"]
_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_FILES: Final = "http://www.w3.org/ns/formats/"
#: format → its name among the W3C's file formats
_FORMATS: Final = {
    ("json", "table"): "SPARQL_Results_JSON",
    ("xml", "table"): "SPARQL_Results_XML",
    ("csv", "table"): "SPARQL_Results_CSV",
    ("tsv", "table"): "SPARQL_Results_TSV",
    ("turtle", "triples"): "Turtle",
    ("ntriples", "triples"): "N-Triples",
    ("jsonld", "triples"): "JSON-LD",
    ("rdfxml", "triples"): "RDF_XML",
}

_Said = tuple[NamedNode, NamedNode, NamedNode | Literal]


def dataset_of(default: list[str], named: list[str]) -> Dataset | None:
    """The dataset that a request names, or None for all. Raises QueryRefused, or UnknownGraph."""
    if not default and not named:
        return None
    dataset = Dataset(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named)))
    check_graphs(*dataset.default, *dataset.named)
    return dataset


def check_graphs(*addresses: str, query: str = "") -> None:
    """That the release holds these graphs, and those that a query names by FROM. Raises UnknownGraph."""
    named = look(query).graphs if "from" in query.casefold() else ()
    for address in dict.fromkeys((*addresses, *named)):
        # only those that exist are remembered, so that memory stays bounded
        remembered_in_all_languages(("graph", address), partial(_found, address))


def _found(address: str) -> bool:
    query = graph().library.get("graph-is-there").body
    if not graph().ask(query, dataset=Dataset(named=(address,))):
        raise UnknownGraph(
            f"There is no graph {address[:200]} in this release; the description of the service lists them.",
            graph=address,
        )
    return True


def described(endpoint: str) -> Triples:
    """The service at an address: what it can do, and the dataset behind it. Raises BadRequest for no address."""
    try:
        service, data = NamedNode(endpoint), NamedNode(DATASET)
        whole = NamedNode(f"{endpoint}#default-graph")
    except ValueError:
        raise BadRequest("The name of the host is no part of an address.") from None
    said: list[_Said] = [
        (service, _TYPE, _sd("Service")),
        (service, _sd("endpoint"), service),
        (service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (service, _sd("feature"), _sd("UnionDefaultGraph")),
        (service, _sd("defaultEntailmentRegime"), NamedNode("http://www.w3.org/ns/entailment/Simple")),
        *((service, _sd("resultFormat"), NamedNode(_FILES + name)) for name in _result_formats()),
        (service, _sd("defaultDataset"), data),
        (service, _sd("availableGraphs"), data),
        (data, _TYPE, _sd("Dataset")),
        (data, _TYPE, _sd("GraphCollection")),
        (data, _sd("defaultGraph"), whole),
        (whole, _TYPE, _sd("Graph")),
        *_counts(whole, endpoint),
        *_graphs(data, endpoint),
    ]
    told = (Triple(*one) for one in said)
    return Triples((*told, *essentials(endpoint.removesuffix("sparql"))))


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)


def _result_formats() -> list[str]:
    return [_FORMATS[fmt.name, fmt.kind] for fmt in FORMATS if (fmt.name, fmt.kind) in _FORMATS]


def _counts(whole: NamedNode, endpoint: str) -> list[_Said]:
    said: list[_Said] = []
    for number, part in enumerate(statistics().classes):
        about = NamedNode(f"{endpoint}#class-{number}")
        said += [
            (whole, NamedNode(_VOID + "classPartition"), about),
            (about, NamedNode(_VOID + "class"), NamedNode(part.address)),
            (about, NamedNode(_VOID + "entities"), Literal(part.number)),
        ]
    return said


def _rows(name: str) -> tuple[tuple[Term | None, ...], ...]:
    """What a saved query counts; nothing where the release is too large to count while someone waits."""
    try:
        return graph().run(name).rows
    except QueryTimeout:
        return ()


def _graphs(data: NamedNode, endpoint: str) -> list[_Said]:
    said: list[_Said] = []
    # a remote store may hold graphs of its own beside the release
    rows = [row for row in remembered_in_all_languages("graphs", partial(_rows, "graphs")) if _is_ours(row[0])]
    for number, (name, triples) in enumerate(rows):
        assert isinstance(name, NamedNode)
        entry, content = NamedNode(f"{endpoint}#graph-{number}"), NamedNode(f"{endpoint}#content-{number}")
        said += [
            (data, _sd("namedGraph"), entry),
            (entry, _TYPE, _sd("NamedGraph")),
            (entry, _sd("name"), name),
            (entry, _sd("graph"), content),
            (content, _TYPE, _sd("Graph")),
        ]
        if isinstance(triples, Literal):
            said.append((content, NamedNode(_VOID + "triples"), triples))
    return said


def _is_ours(name: Term | None) -> bool:
    return isinstance(name, NamedNode) and name.value.startswith(f"{BASE}graph/")
