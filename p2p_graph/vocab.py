"""Namespaces, prefixes and every term that Python names.

The addresses of things follow one form: `<base>id/<kind>/<slug>`; terms stand under
`<base>ontology/`, concepts under `<base>vocab/<scheme>/`, named graphs under `<base>graph/`.
"""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import NamedNode

__all__ = ["BASE", "KINDS", "PREFIXES", "SCHEMES", "concept", "kind_and_slug", "mint", "p2p", "shorten"]

BASE: Final = "https://w3id.org/peer2peer/"

#: kind of thing → local name of its class in the ontology
KINDS: Final[dict[str, str]] = {
    "practice": "Practice",
    "organisation": "Organisation",
    "group": "ActorGroup",
    "tie": "Cooperation",
    "document": "Document",
    "reading": "Reading",
    "finding": "Finding",
    "activity": "Activity",
    "project": "Project",
    "country": "Country",
    "place": "Place",
    "law": "LegalAct",
    "rule": "Rule",
    "observation": "IndicatorObservation",
    "claim": "Claim",
    "period": "Period",
    "status-period": "StatusPeriod",
    "causal-link": "CausalLink",
    "contact": "PublicContact",
    "contributor": "Contributor",
}

#: schemes of concepts, each a file in `ontology/vocab/`
SCHEMES: Final[tuple[str, ...]] = (
    "role",
    "form",
    "basis",
    "function",
    "polarity",
    "practice-kind",
    "setting",
    "service",
    "status",
    "employment-status",
    "payment",
    "recognition",
    "study-design",
    "direction",
    "confidence",
    "extent-seen",
    "document-kind",
    "activity-kind",
    "end-reason",
    "modality",
    "indicator",
)

PREFIXES: Final[dict[str, str]] = {
    "p2p": f"{BASE}ontology/",
    **{kind: f"{BASE}id/{kind}/" for kind in KINDS},
    **{scheme: f"{BASE}vocab/{scheme}/" for scheme in SCHEMES},
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "bibo": "http://purl.org/ontology/bibo/",
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "sh": "http://www.w3.org/ns/shacl#",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
}

_SLUG = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_ADDRESS = re.compile(re.escape(f"{BASE}id/") + r"([a-z-]+)/([A-Za-z0-9-]+)$")


def p2p(name: str) -> NamedNode:
    """A term of the ontology.

    >>> p2p("Practice").value
    'https://w3id.org/peer2peer/ontology/Practice'
    """
    return NamedNode(PREFIXES["p2p"] + name)


def concept(scheme: str, name: str) -> NamedNode:
    """A concept of a scheme.

    >>> concept("form", "informal").value
    'https://w3id.org/peer2peer/vocab/form/informal'
    """
    if scheme not in SCHEMES:
        raise ValueError(f"no scheme {scheme!r}")
    return NamedNode(f"{PREFIXES[scheme]}{name}")


def mint(kind: str, slug: str) -> NamedNode:
    """The address of a thing. Raises ValueError for an unknown kind or a slug that is not one.

    >>> mint("practice", "c-buddy").value
    'https://w3id.org/peer2peer/id/practice/c-buddy'
    """
    if kind not in KINDS:
        raise ValueError(f"no kind {kind!r}; there are {', '.join(KINDS)}")
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"{slug!r} is no slug: letters and digits, joined by single hyphens")
    return NamedNode(f"{PREFIXES[kind]}{slug}")


def kind_and_slug(address: str) -> tuple[str, str] | None:
    """The kind and slug of an address of ours, or None.

    >>> kind_and_slug("https://w3id.org/peer2peer/id/practice/c-buddy")
    ('practice', 'c-buddy')
    >>> kind_and_slug("https://example.org/") is None
    True
    """
    found = _ADDRESS.match(address)
    if not found or found[1] not in KINDS:
        return None
    return found[1], found[2]


def shorten(address: str) -> str:
    """An address with its prefix where one fits, else as it is.

    >>> shorten("https://w3id.org/peer2peer/vocab/role/peer")
    'role:peer'
    """
    best = ""
    for prefix, start in PREFIXES.items():
        if address.startswith(start) and len(start) > len(PREFIXES.get(best, "")):
            best = prefix
    local = address[len(PREFIXES[best]) :] if best else ""
    return f"{best}:{local}" if best and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?<!\.)", local) else address
