"""The test suites that the W3C published for SPARQL 1.1, asked of this site over HTTP; writes docs/conformance.md.

    python tests/conformance/run.py <folder of a copy of the W3C's rdf-tests>

All data files become named graphs of one release, under addresses of ours, because a release holds no others. Each
test is then a request with the graphs it names as `default-graph-uri` and `named-graph-uri`, in the format of the
expected answer. Before a query stands a BASE, because a query that came over HTTP has no file it could be relative to.
"""

from __future__ import annotations

import contextlib
import csv
import http.client
import io
import json
import re
import socket
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import quote, urlencode

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
    serialize,
)

from p2p_graph.config import Settings
from p2p_graph.vocab import BASE, PREFIXES
from webapp import create_app
from webapp.listening import listen_with

ROOT = Path(__file__).parents[2]
WHERE = f"{BASE}graph/w3c/"
#: a graph with one statement, for tests without data: nothing in it fits any of them
NOTHING = f"{WHERE}nothing"

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
SD = "http://www.w3.org/ns/sparql-service-description#"
RDF = PREFIXES["rdf"]
RDFS = PREFIXES["rdfs"]
XSD = PREFIXES["xsd"]

QUERIES = [
    "aggregates",
    "bind",
    "bindings",
    "cast",
    "construct",
    "exists",
    "functions",
    "grouping",
    "negation",
    "project-expression",
    "property-path",
    "subquery",
    "syntax-query",
    "csv-tsv-res",
    "json-res",
]
PROTOCOL = "protocol"
DESCRIPTION = "service-description"

RESULTS = {
    ".srx": ("application/sparql-results+xml", QueryResultsFormat.XML),
    ".srj": ("application/sparql-results+json", QueryResultsFormat.JSON),
    ".tsv": ("text/tab-separated-values", QueryResultsFormat.TSV),
    ".csv": ("text/csv", None),
}
GRAPHS = {".ttl": RdfFormat.TURTLE, ".rdf": RdfFormat.RDF_XML, ".nt": RdfFormat.N_TRIPLES}

#: failures that are known, each with the word that explains it; a failure that is not here makes the run fail
KNOWN: dict[str, str] = {
    **{
        f"protocol/update_{name}": "by design: nothing can be changed here"
        for name in [
            "dataset_default_graph",
            "dataset_default_graphs",
            "dataset_named_graphs",
            "dataset_full",
            "post_form",
            "post_direct",
            "base_uri",
        ]
    },
    "protocol/query_content_type_construct": "by design: a relative address without BASE is an error that says so",
    "construct/constructwhere04": "by design: FROM names a graph in full",
    "syntax-query/test_42": "by design: FROM names a graph of the release in full",
    "syntax-query/test_4": "engine: a function it does not know fails the query, not the row",
    "aggregates/agg-empty-group-count-graph": "engine: GRAPH ?g around a subquery does not bind ?g",
    "bindings/graph": "engine: GRAPH ?g around VALUES does not bind ?g",
    "negation/graph-minus": "engine: MINUS within GRAPH ?g takes ?g for shared",
    "aggregates/agg-groupconcat-04": "engine: GROUP_CONCAT keeps a common language, as SPARQL 1.2 has it",
    "aggregates/agg-groupconcat-06": "engine: GROUP_CONCAT keeps a common language, as SPARQL 1.2 has it",
    "csv-tsv-res/csv03": "engine: numbers are kept by value, so 1.0E6 comes back as 1000000",
    "csv-tsv-res/tsv03": "engine: numbers are kept by value, so a negativeInteger comes back as integer",
    "functions/bnode01": "engine: BNODE of one text is one node in all rows",
    **{
        f"property-path/zero_or_{name}": "engine: a path of length zero from a term that is in no triple has no answer"
        for name in ("more_set_end", "more_set_start", "one_set_end", "one_set_start")
    },
}

Term = NamedNode | BlankNode | Literal
Row = tuple[object, ...]


_GET = "Get one: git clone --depth 1 https://github.com/w3c/rdf-tests var/rdf-tests"


class Failed(Exception):
    """The answer is not what the test expects."""


@dataclass
class Outcome:
    """What became of the tests of one group."""

    passed: int = 0
    failed: dict[str, str] = field(default_factory=dict)


# equal but for the names of blank nodes


def same(expected: list[Row], found: list[Row]) -> bool:
    """Whether two lists hold the same rows in any order, with some naming of blank nodes."""
    if len(expected) != len(found):
        return False
    ground = [row for row in expected if not _blank(row)]
    if Counter(ground) != Counter(row for row in found if not _blank(row)):
        return False
    return _match([row for row in expected if _blank(row)], [row for row in found if _blank(row)], {})


def _blank(row: Row) -> bool:
    return any(isinstance(term, BlankNode) for term in row)


def _match(expected: list[Row], found: list[Row], names: dict[object, object]) -> bool:
    if not expected:
        return True
    for number, row in enumerate(found):
        more = _fit(expected[0], row, names)
        if more is not None and _match(expected[1:], found[:number] + found[number + 1 :], more):
            return True
    return False


def _fit(one: Row, other: Row, names: dict[object, object]) -> dict[object, object] | None:
    names = dict(names)
    for a, b in zip(one, other, strict=True):
        if isinstance(a, BlankNode) and isinstance(b, BlankNode):
            if names.setdefault(a, b) != b or sum(value == b for value in names.values()) > 1:
                return None
        elif a != b:
            return None
    return names


def plain(term: object) -> object:
    """A term as it is compared: numbers by their value, as their text is left to each engine."""
    if isinstance(term, Literal) and term.datatype.value.startswith(XSD):
        kind = term.datatype.value.removeprefix(XSD)
        with contextlib.suppress(ValueError, InvalidOperation):
            if kind == "boolean":
                return kind, {"true": True, "1": True, "false": False, "0": False}.get(term.value, term.value)
            if kind in ("integer", "decimal"):
                return kind, Decimal(term.value).normalize()
            if kind in ("double", "float"):
                return kind, f"{float(term.value):.12g}"
    return term


# reading what the suite holds


class Suite:
    """The manifests and files of a copy of the suite, under addresses of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sparql" / "sparql11"
        if not self.folder.is_dir():
            raise SystemExit(f"There is no copy of the suites in {folder}. {_GET}")
        self.said = Store()
        self._sizes: dict[NamedNode, int] = {}
        self.entries: dict[str, list[Term]] = {}
        for group in (*QUERIES, PROTOCOL, DESCRIPTION):
            path = self.folder / group / "manifest.ttl"
            base = f"{WHERE}{group}/manifest.ttl"
            self.said.extend(parse(path=path, format=RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True))
            self.entries[group] = self.listed(self.one(NamedNode(base), MF + "entries"))

    def all(self, subject: object, term: str) -> list[Term]:
        """The values of a property."""
        return [quad.object for quad in self.said.quads_for_pattern(subject, NamedNode(term), None)]  # type: ignore[misc]

    def one(self, subject: object, term: str) -> Term | None:
        """A value of a property, or None."""
        return next(iter(self.all(subject, term)), None)

    def listed(self, head: Term | None) -> list[Term]:
        """The members of a list."""
        found: list[Term] = []
        while head is not None and head != NamedNode(RDF + "nil"):
            found += self.all(head, RDF + "first")
            head = self.one(head, RDF + "rest")
        return found

    def path(self, address: object) -> Path:
        """The file of an address."""
        assert isinstance(address, NamedNode)
        return self.folder / address.value.removeprefix(WHERE)

    def text(self, subject: object, term: str) -> str:
        """A value of a property as text; empty if there is none."""
        found = self.one(subject, term)
        return "" if found is None else str(found.value)

    def quads(self) -> Iterator[Quad]:
        """Every file of data as a graph of its own."""
        files = {quad.object for term in ("data", "graphData") for quad in self._pairs(QT + term)}
        files |= {quad.object for quad in self._pairs(UT + "graph")}
        for address in sorted((one for one in files if isinstance(one, NamedNode)), key=str):
            yield from self.graph(address)
        dataset, version = NamedNode(f"{BASE}graph/dataset"), NamedNode("http://purl.org/dc/terms/hasVersion")
        yield Quad(dataset, version, Literal("0"), NamedNode(NOTHING))

    def graph(self, address: NamedNode) -> Iterator[Quad]:
        """What stands in a file of triples."""
        path = self.path(address)
        form = GRAPHS[path.suffix]
        text = _ours(path.read_text(encoding="utf-8"))
        for quad in parse(text, format=form, base_iri=address.value, rename_blank_nodes=True):
            yield Quad(quad.subject, quad.predicate, quad.object, address)

    def size(self, address: object) -> int:
        """How many triples stand in a file: a release holds no graph without any."""
        assert isinstance(address, NamedNode)
        if address not in self._sizes:
            self._sizes[address] = sum(1 for _ in self.graph(address))
        return self._sizes[address]

    def _pairs(self, term: str) -> Iterator[Quad]:
        return self.said.quads_for_pattern(None, NamedNode(term), None)

    def name(self, test: Term) -> str:
        """The short name of a test."""
        return str(test.value).rpartition("#")[2]

    def kind(self, test: Term) -> str:
        """The local name of its class."""
        return self.text(test, RDF + "type").rpartition("#")[2]


# the tests


@dataclass(frozen=True)
class Site:
    """The site that is asked."""

    port: int

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str, bytes]:
        """Status, media type and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            return response.status, (response.headers.get_content_type()), response.read()
        finally:
            connection.close()

    def ask(self, query: str, graphs: list[tuple[str, str]], accept: str) -> tuple[int, bytes]:
        """The answer of a query over some graphs."""
        headers = {"Accept": accept, "Content-Type": "application/sparql-query"}
        status, media, body = self.send("POST", f"/sparql?{urlencode(graphs)}", headers, query.encode())
        if status == 200 and media != accept:
            raise Failed(f"{media} instead of {accept}")
        return status, body


def syntax(suite: Suite, site: Site, test: Term) -> None:
    """A query that is SPARQL, or is not."""
    address = suite.one(test, MF + "action")
    is_good = suite.kind(test).startswith("Positive")
    query = _based(suite.path(address).read_text(encoding="utf-8"), address)
    accept = "text/turtle" if re.search(r"\b(CONSTRUCT|DESCRIBE)\b", query, re.IGNORECASE) else RESULTS[".srx"][0]
    status, body = site.ask(query, [], accept)
    if status != (200 if is_good else 400):
        raise Failed(f"{status}: {_detail(body)}")


def evaluation(suite: Suite, site: Site, test: Term) -> None:
    """A query whose answer is known."""
    action, result = suite.one(test, MF + "action"), suite.one(test, MF + "result")
    address = suite.one(action, QT + "query")
    query = _based(suite.path(address).read_text(encoding="utf-8"), address)
    graphs = [("default-graph-uri", one.value) for one in suite.all(action, QT + "data") if suite.size(one)]
    graphs += [("named-graph-uri", one.value) for one in suite.all(action, QT + "graphData") if suite.size(one)]
    expected = suite.path(result)
    given = RESULTS.get(expected.suffix)
    is_graph = not given and re.search(r"\bCONSTRUCT\b", query, re.IGNORECASE) is not None
    accept = given[0] if given else ("application/n-triples" if is_graph else RESULTS[".srx"][0])
    if re.search(r"\bFROM\b", query, re.IGNORECASE):
        graphs = []
    elif not graphs:
        graphs = [("named-graph-uri", NOTHING)]
    status, body = site.ask(query, graphs, accept)
    if status != 200:
        raise Failed(f"{status}: {_detail(body)}")
    if is_graph:
        found: list[Row] = [_row(quad) for quad in parse(body, RdfFormat.N_TRIPLES)]
        wished: object = [_row(quad) for quad in suite.graph(result)]  # type: ignore[arg-type]
        columns: tuple[object, object] = ((), ())
    else:
        form = given[1] if given else QueryResultsFormat.XML
        found_columns, found = read(body, form)
        wished_columns, wished = read(expected.read_bytes(), form) if given else result_set(suite, result)
        columns = (found_columns, wished_columns)
    if columns[0] != columns[1]:
        raise Failed(f"columns {columns[0]} instead of {columns[1]}")
    if not same(wished, found):  # type: ignore[arg-type]
        other = [row for row in found if row not in wished]  # type: ignore[operator]
        missing = [row for row in wished if row not in found]  # type: ignore[attr-defined]
        raise Failed(f"{_told(other)} instead of {_told(missing)}")


def _told(rows: list[Row]) -> str:
    """A few rows as one reads them."""
    return (
        "; ".join(" ".join(str(term[1] if isinstance(term, tuple) else term) for term in row) for row in rows[:2])
        or "other blank nodes, or more or fewer rows"
    )


def _row(quad: Quad) -> Row:
    return (quad.subject, quad.predicate, plain(quad.object))


def _based(query: str, address: object) -> str:
    assert isinstance(address, NamedNode)
    return f"BASE <{address.value}>\n{query}"


def _detail(body: bytes) -> str:
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError):
        return body[:200].decode(errors="replace")


def read(content: bytes, form: QueryResultsFormat | None) -> tuple[frozenset[str], list[Row]]:
    """Columns and rows of a result, columns in the order of their names; a boolean is one row."""
    if form is None:
        head, *lines = csv.reader(io.StringIO(content.decode()))
        table = [dict(zip(head, line, strict=True)) for line in lines]
        cells = [tuple(_cell(row[name]) for name in sorted(head)) for row in table]
        return frozenset(head), cells
    results = parse_query_results(content, form)
    if isinstance(results, QueryBoolean):
        return frozenset(), [(bool(results),)]
    assert isinstance(results, QuerySolutions)
    names = sorted(variable.value for variable in results.variables)
    return frozenset(names), [tuple(plain(solution[name]) for name in names) for solution in results]


def _cell(text: str) -> object:
    return BlankNode(text[2:]) if text.startswith("_:") else text


def result_set(suite: Suite, address: object) -> tuple[frozenset[str], list[Row]]:
    """A result that is written as a graph."""
    assert isinstance(address, NamedNode)
    said = Store()
    said.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in suite.graph(address))

    def values(subject: object, term: str) -> list[Term]:
        return [quad.object for quad in said.quads_for_pattern(subject, NamedNode(RS + term), None)]  # type: ignore[misc]

    names = sorted(str(one.value) for one in values(None, "resultVariable"))
    rows: list[Row] = []
    for solution in values(None, "solution"):
        bound = {str(values(one, "variable")[0].value): values(one, "value")[0] for one in values(solution, "binding")}
        rows.append(tuple(plain(bound.get(name)) for name in names))
    return frozenset(names), rows


def protocol(suite: Suite, site: Site, test: Term) -> None:
    """Requests and what must come back."""
    for request in suite.listed(suite.one(suite.one(test, MF + "action"), HT + "requests")):
        headers = {
            suite.text(one, HT + "fieldName"): suite.text(one, HT + "fieldValue")
            for one in suite.listed(suite.one(request, HT + "headers"))
        }
        body = suite.one(request, HT + "body")
        sent = _ours(suite.text(body, CNT + "chars")).encode(suite.text(body, CNT + "characterEncoding") or "utf-8")
        path = _ours(suite.text(request, HT + "absolutePath")).replace("/sparql/", "/sparql", 1)
        status, media, content = site.send(suite.text(request, HT + "methodName"), path, headers, sent)
        response = suite.one(request, HT + "resp")
        wished = [one.value.rpartition("StatusCode")[2] for one in suite.all(response, MF + "expectedStatus")]
        if not any(str(status)[0] == one[0] for one in wished):
            raise Failed(f"{status}: {_detail(content)}")
        if suite.text(response, MF + "expectedBoolean"):
            ((verdict,),) = read(content, QueryResultsFormat.from_media_type(media))[1]
            if str(verdict).casefold() != suite.text(response, MF + "expectedBoolean"):
                raise Failed(f"{verdict}")
        form = suite.text(response, MF + "expectedFormat")
        is_graph = RdfFormat.from_media_type(media) is not None
        if form and status == 200 and is_graph != (form == "RDF"):
            raise Failed(f"{media} instead of {form}")


def _ours(text: str) -> str:
    """Text of a request with the graphs of the suite under the addresses that they have here."""
    for number in range(4):
        theirs = f"http://kasei.us/2009/09/sparql/data/data{number}.rdf"
        name = f"{WHERE}protocol/data{number}.nt" if number else NOTHING
        text = text.replace(theirs, name).replace(quote(theirs, safe=""), quote(name, safe=""))
    return text


def description(suite: Suite, site: Site, test: Term) -> None:
    """What the service says of itself."""
    status, media, body = site.send("GET", "/sparql", {"Accept": "text/turtle, application/rdf+xml;q=0.5"})
    form = RdfFormat.from_media_type(media)
    if status != 200 or form is None:
        raise Failed(f"{status} {media}")
    said = list(parse(body, form))
    endpoint = f"http://127.0.0.1:{site.port}/sparql"
    name = suite.name(test)
    if name == "has-endpoint-triple" and not any(
        quad.predicate.value == SD + "endpoint" and quad.object == NamedNode(endpoint) for quad in said
    ):
        raise Failed("no sd:endpoint")
    services = [quad for quad in said if quad.object == NamedNode(SD + "Service")]
    if name == "conforms-to-schema" and len(services) != 1:
        raise Failed("not one sd:Service")


# running


@contextlib.contextmanager
def serving(suite: Suite) -> Iterator[Site]:
    """The site over a release of the suite's data."""
    with tempfile.TemporaryDirectory() as place, socket.socket() as listening:
        release = Path(place)
        quads = list(suite.quads())
        (release / "data.nq").write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
        manifest = {"version": "0", "triples": len(quads)}
        (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        settings = Settings(store=str(release), home=release, client_minute=0)
        app = create_app(settings)
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        server = listen_with(app, settings, listening, threads=2)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield Site(listening.getsockname()[1])
        finally:
            server.task_dispatcher.shutdown()
            server.close()
            thread.join(timeout=10)
            app.extensions["p2p_current"].close()


def run(suite: Suite, site: Site) -> dict[str, Outcome]:
    """Every test of every group."""
    outcomes: dict[str, Outcome] = {}
    for group, tests in suite.entries.items():
        outcome = outcomes[group] = Outcome()
        for test in tests:
            kind = suite.kind(test)
            check = {"ProtocolTest": protocol, "ServiceDescriptionTest": description}.get(
                kind, syntax if "Syntax" in kind else evaluation
            )
            try:
                check(suite, site, test)
                outcome.passed += 1
            except Failed as fault:
                outcome.failed[suite.name(test)] = " ".join(str(fault).split())
    return outcomes


def written(outcomes: dict[str, Outcome]) -> str:
    """The table for the documentation."""
    passed = sum(outcome.passed for outcome in outcomes.values())
    failed = sum(len(outcome.failed) for outcome in outcomes.values())
    lines = [_HEAD.format(passed=passed, tests=passed + failed)]
    lines += [f"| {group} | {one.passed} | {len(one.failed)} |" for group, one in outcomes.items()]
    lines += ["", "## What fails, and why", "", "| Test | Why | What the site answers |", "|---|---|---|"]
    for group, outcome in outcomes.items():
        for name, fault in outcome.failed.items():
            why = KNOWN.get(f"{group}/{name}", "not yet explained")
            said = fault.replace(WHERE, "").replace("|", "\\|")[:160]
            lines.append(f"| {group}/{name} | {why} | {said} |")
    return "\n".join([*lines, "", _TAIL])


_HEAD = """\
# Conformance

What `make conformance` found: the test suites that the W3C published for SPARQL 1.1 (repository w3c/rdf-tests, folder
`sparql/sparql11`), asked of this site over HTTP, on the embedded engine. {passed} of {tests} tests pass.

| Group | passed | failed |
|---|---|---|"""

_TAIL = """\
## What is not run

- Updates (`add`, `basic-update`, `clear`, `copy`, `delete`, `drop`, `move`, `update-silent`, `syntax-update`): nothing
  can be changed through this site.
- `graph-store-protocol` and `http-rdf-update`: each test begins by writing a graph. What reads is tried in
  `tests/web/test_protocol.py`.
- `service` and `syntax-fed`: `SERVICE` is refused, so that no query reaches another server.
- `entailment`: queries see what stands in the release; classes are derived when it is built.

## How it is run

Data files become named graphs of one release, under `https://w3id.org/peer2peer/graph/`, as a release holds no others,
and each test names its graphs with `default-graph-uri` and `named-graph-uri`. Answers are asked for in the format of
the expected result; rows are compared in any order, up to the names of blank nodes, and numbers by their value.
"""


def main() -> int:
    """Runs the suite of a folder, writes the table, and fails for a failure that nobody explained."""
    if len(sys.argv) != 2:
        raise SystemExit(f"Give the folder of a copy of the suites. {_GET}")
    suite = Suite(Path(sys.argv[1]))
    with serving(suite) as site:
        outcomes = run(suite, site)
    (ROOT / "docs" / "conformance.md").write_text(written(outcomes), encoding="utf-8")
    failed = {f"{group}/{name}": fault for group, one in outcomes.items() for name, fault in one.failed.items()}
    print(f"{sum(one.passed for one in outcomes.values())} passed, {len(failed)} failed: docs/conformance.md")
    for name in sorted(failed.keys() - KNOWN.keys()):
        print(f"  not explained: {name}: {failed[name]}")
    for name in sorted(KNOWN.keys() - failed.keys()):
        print(f"  no longer fails, take it out of KNOWN: {name}")
    return 0 if failed.keys() == KNOWN.keys() else 1


if __name__ == "__main__":
    sys.exit(main())
