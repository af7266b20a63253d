"""The ontology is whole: terms explained, words used in Python known, one version, simple enough to reason over."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml
from pyoxigraph import BlankNode, Literal, NamedNode, Triple, parse

import p2p_graph
from p2p_graph.config import share
from p2p_graph.vocab import BASE, KINDS, PREFIXES, SCHEMES, shorten

ROOT = Path(__file__).parents[2]
ONTOLOGY = share("ontology")
OWL, RDFS, SKOS = PREFIXES["owl"], PREFIXES["rdfs"], PREFIXES["skos"]
TYPE = NamedNode(PREFIXES["rdf"] + "type")
LANGUAGES = {"en", "pt", "el", "pl", "lt", "nl", "fr", "hu", "de"}


@cache
def _terms() -> dict[str, dict[str, list[NamedNode | Literal | BlankNode | Triple]]]:
    """Everything said in p2p.ttl by subject and predicate."""
    terms: dict[str, dict[str, list[NamedNode | Literal | BlankNode | Triple]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(path=ONTOLOGY / "p2p.ttl"):
        subject = quad.subject
        name = subject.value if isinstance(subject, NamedNode) else str(subject)
        terms[name][quad.predicate.value].append(quad.object)
    return terms


def _of_type(*names: str) -> list[str]:
    wanted = {NamedNode(OWL + name) for name in names}
    return sorted(
        t for t, facts in _terms().items() if wanted & set(facts[TYPE.value]) and t.startswith(PREFIXES["p2p"])
    )


CLASSES = _of_type("Class")
PROPERTIES = _of_type("ObjectProperty", "DatatypeProperty")


def test_there_are_classes_and_properties() -> None:
    assert len(CLASSES) > 50
    assert len(PROPERTIES) > 80


@pytest.mark.parametrize("term", CLASSES + PROPERTIES, ids=shorten)
def test_every_term_has_label_definition_example_and_source(term: str) -> None:
    facts = _terms()[term]
    labels = [label for label in facts[RDFS + "label"] if isinstance(label, Literal)]
    assert [label.language for label in labels].count("en") == 1
    assert len({label.language for label in labels}) == len(labels)
    for needed in (SKOS + "definition", SKOS + "example", PREFIXES["dcterms"] + "source", RDFS + "isDefinedBy"):
        assert facts[needed], f"{shorten(term)} has no {shorten(needed)}"


def test_every_kind_has_its_class_and_every_scheme_its_file() -> None:
    assert {PREFIXES["p2p"] + name for name in KINDS.values()} <= set(CLASSES)
    assert {path.stem for path in (ONTOLOGY / "vocab").glob("*.ttl")} == set(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_concept_is_in_its_scheme_with_label_and_definition(scheme: str) -> None:
    facts: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(path=ONTOLOGY / "vocab" / f"{scheme}.ttl"):
        assert isinstance(quad.subject, NamedNode)
        facts[quad.subject.value][quad.predicate.value].append(quad.object)
    concepts = [address for address in facts if address.startswith(PREFIXES[scheme])]
    assert concepts
    for address in concepts:
        own = facts[address]
        assert own[SKOS + "inScheme"] == [NamedNode(f"{BASE}vocab/{scheme}")], address
        assert [w.language for w in own[SKOS + "prefLabel"] if isinstance(w, Literal)].count("en") == 1, address
        assert own[SKOS + "definition"], address
        assert own[SKOS + "broader"] or own[SKOS + "topConceptOf"], address


def test_every_term_named_in_python_exists() -> None:
    known = {shorten(term).removeprefix("p2p:") for term in CLASSES + PROPERTIES}
    concepts = {
        quad.subject.value
        for scheme in SCHEMES
        for quad in parse(path=ONTOLOGY / "vocab" / f"{scheme}.ttl")
        if isinstance(quad.subject, NamedNode)
    }
    for folder in ("p2p_graph", "webapp"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for name in re.findall(r'\bp2p\("(\w+)"\)', text):
                assert name in known, f"{path.name} names p2p:{name}"
            for scheme, name in re.findall(r'\bconcept\("([\w-]+)", "([\w-]+)"\)', text):
                assert PREFIXES[scheme] + name in concepts, f"{path.name} names {scheme}:{name}"


def test_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    ontology = _terms()[PREFIXES["p2p"]]
    assert p2p_graph.__version__ == project
    assert citation == project
    assert ontology[OWL + "versionInfo"] == [Literal(project)]
    assert ontology[OWL + "versionIRI"] == [NamedNode(f"{PREFIXES['p2p']}{project}/")]
    assert re.search(rf"^## {re.escape(project)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_prefixes_of_queries_are_those_of_vocab() -> None:
    for path in sorted(share("queries").rglob("*.rq")):
        for prefix, address in re.findall(r"^PREFIX\s+([\w-]*):\s*<([^>]*)>", path.read_text(encoding="utf-8"), re.M):
            assert PREFIXES.get(prefix) == address, f"{path.name} declares {prefix}: as {address}"


def test_ontology_stays_inside_what_a_rule_reasoner_can_close() -> None:
    """OWL 2 RL as far as a look at the words tells: named classes, hasValue, intersections, disjointness."""
    allowed = {"Class", "ObjectProperty", "DatatypeProperty", "Ontology", "Restriction", "equivalentClass"}
    allowed |= {"hasValue", "onProperty", "versionIRI", "versionInfo", "inverseOf", "TransitiveProperty", "sameAs"}
    allowed |= {"SymmetricProperty", "propertyChainAxiom", "deprecated", "imports", "priorVersion"}
    allowed |= {"intersectionOf", "disjointWith", "AllDisjointClasses", "members"}
    used = {
        word.removeprefix(OWL)
        for facts in _terms().values()
        for predicate, values in facts.items()
        for word in (predicate, *(v.value for v in values if isinstance(v, NamedNode)))
        if word.startswith(OWL)
    }
    assert used <= allowed
    for term in CLASSES:
        assert all(isinstance(wider, NamedNode) for wider in _terms()[term][RDFS + "subClassOf"]), term
    both = set(_of_type("ObjectProperty")) & set(_of_type("DatatypeProperty"))
    assert both == set()


def test_ranges_of_properties_fit_their_kind() -> None:
    for term in PROPERTIES:
        for given in _terms()[term][RDFS + "range"]:
            assert isinstance(given, NamedNode)
            is_value = given.value.startswith(PREFIXES["xsd"]) or given.value == PREFIXES["rdf"] + "langString"
            assert is_value == (term in _of_type("DatatypeProperty")), term


def test_every_shape_speaks_of_known_words_and_says_what_to_do() -> None:
    known = set(CLASSES) | set(PROPERTIES)
    shapes: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for path in (ONTOLOGY / "shapes").glob("*.ttl"):
        for quad in parse(path=path):
            shapes[str(quad.subject)][quad.predicate.value].append(quad.object)
    sh = PREFIXES["sh"]
    for name, facts in shapes.items():
        for word in (*facts[sh + "path"], *facts[sh + "class"], *facts[sh + "targetClass"]):
            if isinstance(word, NamedNode) and word.value.startswith(PREFIXES["p2p"]):
                assert word.value in known, f"{name} speaks of {shorten(word.value)}"
        if NamedNode(sh + "PropertyShape") in facts[TYPE.value]:
            assert facts[sh + "message"], f"{name} has no message"
            assert facts[sh + "name"], f"{name} has no name"
