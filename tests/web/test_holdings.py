"""What the data set says of itself, in every form the same, and the files in which one takes it home."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
import yaml
from flask.testing import FlaskClient
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, VOID

from p2p_graph.config import share
from p2p_graph.dumps import DUMPS, FOLDER
from p2p_graph.release import manifest
from p2p_graph.vocab import BASE

#: rdflib warns of its own insides
pytestmark = pytest.mark.filterwarnings("ignore:.*(Dataset|ConjunctiveGraph).* is deprecated:DeprecationWarning")

DATASET = rdflib.URIRef(f"{BASE}graph/dataset")
QB = rdflib.Namespace("http://purl.org/linked-data/cube#")
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
HTML = {"Accept": "text/html"}
ROOT = Path(__file__).parents[2]


def graph_at(client: FlaskClient, path: str, accept: str = "text/turtle") -> rdflib.Graph:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 200, path
    return rdflib.Graph().parse(data=answer.data, format=answer.mimetype, publicID=f"http://localhost{path}")


def number(graph: rdflib.Graph, query: str) -> int:
    (row,) = graph.query(query)
    return int(row[0])  # type: ignore[index, arg-type]


@pytest.fixture(scope="module")
def catalogue(app: Any) -> rdflib.Graph:
    return graph_at(app.test_client(), "/catalogue.ttl")


@pytest.fixture(scope="module")
def void(app: Any) -> rdflib.Graph:
    return graph_at(app.test_client(), "/.well-known/void")


def test_catalogue_holds_what_dcat_ap_wants_and_recommends(catalogue: rdflib.Graph) -> None:
    conforms, _, told = pyshacl.validate(catalogue, shacl_graph=str(Path(__file__).parents[1] / "data" / "dcat-ap.ttl"))
    assert conforms, told
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.DataService):
        assert len(list(catalogue.subjects(RDF.type, kind))) == 1
    assert len(list(catalogue.subjects(RDF.type, DCAT.Distribution))) == len(DUMPS)
    assert not [term for triple in catalogue for term in triple if isinstance(term, rdflib.BNode)]


def test_shapes_find_what_is_missing(catalogue: rdflib.Graph) -> None:
    for predicate in (DCTERMS.title, DCAT.accessURL, FOAF.name, DCAT.theme, DCTERMS.license, DCAT.endpointURL):
        without = rdflib.Graph() + catalogue
        without.remove((None, predicate, None))
        shapes = str(Path(__file__).parents[1] / "data" / "dcat-ap.ttl")
        assert not pyshacl.validate(without, shacl_graph=shapes)[0], predicate


@pytest.mark.parametrize(
    ("suffix", "media"),
    [
        ("ttl", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("rdf", "application/rdf+xml"),
        ("nt", "application/n-triples"),
    ],
)
def test_catalogue_is_the_same_in_every_format(
    client: FlaskClient, catalogue: rdflib.Graph, suffix: str, media: str
) -> None:
    named, asked = client.get(f"/catalogue.{suffix}"), client.get("/catalogue", headers={"Accept": media})
    assert named.mimetype == asked.mimetype == media
    assert named.data == asked.data
    assert "Accept" in asked.vary
    assert set(rdflib.Graph().parse(data=named.data, format=media)) == set(catalogue)
    again = client.get(f"/catalogue.{suffix}", headers={"If-None-Match": named.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert named.headers["Access-Control-Allow-Origin"] == "*"


def test_people_are_led_to_the_files_and_other_spellings_to_the_catalogue(client: FlaskClient) -> None:
    assert client.get("/catalogue", headers=HTML).headers["Location"] == "/data/"
    assert client.get("/catalog").headers["Location"] == "/catalogue"
    assert client.get("/catalog.ttl").headers["Location"] == "/catalogue.ttl"
    assert client.get("/catalogue.pdf").status_code == 404
    assert client.get("/catalogue", headers={"Accept": "image/png"}).status_code == 406


def test_each_distribution_leads_to_its_file(
    client: FlaskClient, catalogue: rdflib.Graph, example_release: Path
) -> None:
    spdx = rdflib.Namespace("http://spdx.org/rdf/terms#")
    known = manifest(example_release)["files"]
    sums = dict(reversed(line.split("  ")) for line in client.get("/data/SHA256SUMS").text.splitlines())
    page = client.get("/data/", headers=HTML).text
    for one in catalogue.subjects(RDF.type, DCAT.Distribution):
        address = str(catalogue.value(one, DCAT.downloadURL))
        name = address.rsplit("/", 1)[1]
        answer = client.get(address.removeprefix("http://localhost"), buffered=True)
        digest = hashlib.sha256(answer.data).hexdigest()
        assert answer.status_code == 200
        assert len(answer.data) == int(str(catalogue.value(one, DCAT.byteSize)))
        told = str(catalogue.value(catalogue.value(one, spdx.checksum), spdx.checksumValue))
        assert digest == told == sums[name] == known[f"{FOLDER}/{name}"]
        assert digest in page
        assert answer.get_etag() == (digest, False)
        assert "Expires" not in answer.headers
        part = client.get(f"/data/{name}", headers={"Range": "bytes=0-9"}, buffered=True)
        assert (part.status_code, part.data) == (206, answer.data[:10])
        again = client.get(f"/data/{name}", headers={"If-None-Match": f'"{digest}"'}, buffered=True)
        assert (again.status_code, again.data) == (304, b"")
    for path in ("/data/data.nq", "/data/..%2fmanifest.json", "/data/manifest.json"):
        assert client.get(path).status_code == 404


def test_numbers_are_those_of_the_graph(client: FlaskClient, void: rdflib.Graph) -> None:
    data = rdflib.Dataset(default_union=True)
    data.parse(data=client.get("/graph-store?default", headers={"Accept": "application/n-triples"}).data, format="nt")
    whole = {
        VOID.triples: "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        VOID.distinctSubjects: "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        VOID.distinctObjects: "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
        VOID.properties: "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
        VOID["classes"]: "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    }
    for name, query in whole.items():
        assert int(str(void.value(DATASET, name))) == number(data, query), name
    parts = list(void.objects(DATASET, VOID.propertyPartition))
    assert sum(int(str(void.value(part, VOID.triples))) for part in parts) == number(data, whole[VOID.triples])
    for part in void.objects(DATASET, VOID.classPartition):
        kind = void.value(part, VOID["class"])
        assert int(str(void.value(part, VOID.entities))) == len(set(data.subjects(RDF.type, kind))), kind


def test_statistics_say_the_same_to_people_and_programs(client: FlaskClient, void: rdflib.Graph) -> None:
    told = client.get("/stats", headers={"Accept": "application/json"}).get_json()
    assert told == client.get("/stats.json").get_json()
    assert told["statements"] == int(str(void.value(DATASET, VOID.triples)))
    assert told["classes"][f"{BASE}ontology/Practice"] == 3
    page = client.get("/stats", headers=HTML).text
    assert f"{told['statements']:,}" in page
    assert 'href="/country/XA"' in page
    cube = graph_at(client, "/stats")
    assert set(void) - set(cube) == set()
    (structure,) = cube.objects(None, QB.structure)
    components = list(cube.objects(structure, QB.component))
    keys = [value for part in components for value in cube.objects(part, QB.dimension)]
    (measure,) = [value for part in components for value in cube.objects(part, QB.measure)]
    seen = set()
    for one in cube.subjects(RDF.type, QB.Observation):
        place = tuple(str(cube.value(one, key)) for key in keys)
        assert place not in seen
        seen.add(place)
        assert cube.value(one, QB.dataSet) is not None
        assert told["countries"][place[0]][place[1]] == int(str(cube.value(one, measure)))
    assert len(seen) == sum(len(kinds) for kinds in told["countries"].values()) > 5


def test_service_description_says_what_the_catalogue_says(
    client: FlaskClient, catalogue: rdflib.Graph, void: rdflib.Graph
) -> None:
    service = graph_at(client, "/sparql")
    (endpoint,) = service.objects(None, SD.endpoint)
    (one,) = catalogue.subjects(RDF.type, DCAT.DataService)
    assert endpoint == catalogue.value(one, DCAT.endpointURL) == void.value(DATASET, VOID.sparqlEndpoint)
    assert service.value(endpoint, SD.defaultDataset) == catalogue.value(one, DCAT.servesDataset) == DATASET
    for name in (
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.license,
        DCTERMS.publisher,
        OWL.versionInfo,
        DCTERMS.issued,
    ):
        assert (
            set(service.objects(DATASET, name))
            == set(catalogue.objects(DATASET, name))
            == set(void.objects(DATASET, name))
        ), name


def test_one_version_everywhere(
    client: FlaskClient, catalogue: rdflib.Graph, void: rdflib.Graph, example_release: Path
) -> None:
    package = installed_version("p2p-graph")
    release = manifest(example_release)["version"]
    assert release == example_release.name == client.get("/health").get_json()["version"]
    assert release.split("+")[0] == package
    ontology = rdflib.Graph().parse(share("ontology") / "p2p.ttl")
    about = rdflib.URIRef(f"{BASE}ontology/")
    assert str(ontology.value(about, OWL.versionInfo)) == package
    assert str(ontology.value(about, OWL.versionIRI)) == f"{BASE}ontology/{package}/"
    citation = yaml.safe_load((share("CITATION.cff")).read_text(encoding="utf-8"))
    assert citation["version"] == package
    if (ROOT / "pyproject.toml").is_file():
        assert f'\nversion = "{package}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for description in (catalogue, void, graph_at(client, "/sparql")):
        assert {str(value) for value in description.objects(DATASET, OWL.versionInfo)} == {release}
    assert str(catalogue.value(DATASET, rdflib.URIRef(f"{DCAT}version"))) == release
    assert client.get("/stats.json").get_json()["version"] == release
    assert json.loads(client.get("/openapi.json").data)["info"]["version"] == release
    for path in ("/", "/about", "/data/", "/stats"):
        answer = client.get(path, headers=HTML)
        assert answer.headers["X-P2P-Version"] == release
        (footer,) = re.findall(r"<footer.*?</footer>", answer.text, re.DOTALL)
        assert f"Release {release}." in footer, path


@pytest.mark.parametrize("path", ["/data/", "/stats"])
def test_page_is_read_in_other_languages(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/pl{path}", headers=HTML)
    assert answer.status_code == 200
    assert '<html lang="pl">' in answer.text
