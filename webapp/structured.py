"""What pages say of themselves in the words of schema.org, as JSON-LD for search engines and reference managers.

A browser does not run such a block, and the policy for scripts does not reach it: it is data. Everything that would
end it is written in another way, so that no text of ours or of others can. Pages that are kept for all readers name no
host in it: their addresses are those of things, or begin at the root of the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask import request
from flask_babel import gettext as _
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Term
from p2p_graph.reading.graph import Entity, Word
from p2p_graph.vocab import BASE, KINDS, PREFIXES, kind_and_slug
from webapp.addresses import page_of
from webapp.current_graph import graph
from webapp.dataset import CLAIM, DATASET, KEYWORDS, LICENCE, PUBLISHER, TITLE, Statistics, day, files, statistics
from webapp.describing import ThingPage
from webapp.languages import at, called, language

__all__ = ["of_country", "of_dataset", "of_term", "of_terms", "of_thing"]

_P2P: Final = PREFIXES["p2p"]
_URL: Final = PREFIXES["schema"] + "url"
_CONTEXT: Final = "https://schema.org"
#: kind of thing → its type; what has none is a page about a thing
_TYPES: Final = {
    "organisation": "Organization",
    "activity": "Event",
    "project": "Project",
    "law": "Legislation",
    "place": "Place",
    "country": "Country",
}
#: kind of document → its type
_DOCUMENTS: Final = {
    "article": "ScholarlyArticle",
    "abstract": "ScholarlyArticle",
    "report": "Report",
    "guideline": "Report",
    "policy": "Report",
    "thesis": "Thesis",
    "book": "Book",
    "news": "NewsArticle",
    "web-page": "WebPage",
    "video": "VideoObject",
    "law-text": "Legislation",
    "training-material": "LearningResource",
    "presentation": "PresentationDigitalDocument",
}

Made = dict[str, Any]


def of_dataset() -> Made:
    """The data set: who made it, what it covers, in which files it is, under which licence."""
    root, known = request.url_root, statistics()
    countries = [thing for thing, _, other in known.links if kind_and_slug(thing) and "/country/" in other]
    return _plain(
        {
            "@context": _CONTEXT,
            "@type": "Dataset",
            "@id": DATASET,
            "identifier": DATASET,
            "name": TITLE,
            "description": f"{CLAIM} Practices, actors and ties between them, each with the document it was read in.",
            "url": root,
            "version": graph().version,
            "datePublished": day(),
            "dateModified": day(),
            "license": LICENCE,
            "isAccessibleForFree": True,
            "inLanguage": ["en", "pt", "el", "pl", "lt", "nl", "fr", "hu", "de"],
            "conditionsOfAccess": "Anybody may read and use it, without asking, under the licence.",
            "creditText": f"{PUBLISHER}: {TITLE}, release {graph().version}. {DATASET}",
            "keywords": list(KEYWORDS),
            "variableMeasured": _numbers(known),
            "creator": _publisher(root),
            "publisher": _publisher(root),
            "spatialCoverage": [{"@type": "Country", "@id": one, "name": graph().label(one)} for one in countries],
            "temporalCoverage": f"{known.first_year}/{known.last_year}" if known.first_year else None,
            "includedInDataCatalog": {
                "@type": "DataCatalog",
                "name": f"Catalogue of {TITLE}",
                "url": f"{root}catalogue",
            },
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": one.dump.title,
                    "contentUrl": f"{root}data/{one.dump.name}",
                    "encodingFormat": [one.dump.media_type, one.dump.packed_as],
                    "contentSize": f"{one.size} B",
                    "sha256": one.sha256,
                }
                for one in files()
            ],
        }
    )


def _numbers(known: Statistics) -> list[Made]:
    """How many things of each kind it holds."""
    kinds = {_P2P + name for name in KINDS.values()}
    return [_number_of(part.address, part.number) for part in known.classes if part.address in kinds]


def _number_of(kind: str, number: int) -> Made:
    return {"@type": "PropertyValue", "name": called(graph().words[kind].labels), "propertyID": kind, "value": number}


def _publisher(root: str) -> Made:
    return {"@type": "Organization", "@id": f"{root}about#publisher", "name": PUBLISHER, "url": f"{root}about"}


def of_thing(entity: Entity, page: ThingPage) -> Made:
    """A thing: an organisation, a document, a law, or a page about whatever has no type there."""
    said: Made = {
        "@id": entity.address,
        "name": page.title,
        "description": page.sentence.text if page.sentence else None,
        "url": page_of(entity.address),
    }
    around = {"isPartOf": {"@type": "Dataset", "@id": DATASET, "name": TITLE, "version": graph().version}}
    if entity.kind == "document":
        return _plain({"@context": _CONTEXT, **said, **_document(entity)})
    if entity.kind in _TYPES:
        return _plain({"@context": _CONTEXT, "@type": _TYPES[entity.kind], **said, **_more(entity)})
    about = {"@type": "Thing", **said}
    return _plain(
        {
            "@context": _CONTEXT,
            "@type": "WebPage",
            "name": page.title,
            "url": said["url"],
            "inLanguage": language(),
            "license": LICENCE,
            "about": about,
            **around,
        }
    )


def of_country(entity: Entity, sentence: str, practices: int) -> Made:
    """What is recorded of a country: a part of the data set, in files of its own."""
    code, name = entity.slug, graph().label(entity.address)
    path = f"/country/{code}"
    us = {"@type": "Organization", "name": PUBLISHER, "url": at("/about")}
    taken = [
        ("Turtle", "text/turtle", f"{path}.ttl"),
        ("JSON-LD", "application/ld+json", f"{path}.jsonld"),
        ("CSV", "text/csv", f"/queries/ties-of-country.csv?country={code}"),
    ]
    return _plain(
        {
            "@context": _CONTEXT,
            "@type": "Dataset",
            "name": f"{TITLE}: {name}",
            "description": f"{sentence} {_(CLAIM)}",
            "url": at(path),
            "version": graph().version,
            "datePublished": day(),
            "license": LICENCE,
            "isAccessibleForFree": True,
            "keywords": list(KEYWORDS),
            "creator": us,
            "publisher": us,
            "spatialCoverage": {"@type": "Country", "@id": entity.address, "identifier": code, "name": name},
            "variableMeasured": [_number_of(_P2P + KINDS["practice"], practices)],
            "isPartOf": {"@type": "Dataset", "@id": DATASET, "name": TITLE, "url": at("/")},
            "distribution": [
                {"@type": "DataDownload", "name": form, "encodingFormat": media, "contentUrl": file}
                for form, media, file in taken
            ],
        }
    )


def _document(entity: Entity) -> Made:
    facts = entity.facts
    kind = _first(facts, _P2P + "documentKind").rsplit("/", 1)[-1]
    doi = _first(facts, PREFIXES["bibo"] + "doi")
    names = [name.strip() for text in _texts(facts, _P2P + "authors") for name in text.split(";") if name.strip()]
    links = _texts(facts, _URL)
    return {
        "@type": _DOCUMENTS.get(kind, "CreativeWork"),
        "headline": _first(facts, PREFIXES["rdfs"] + "label"),
        "author": [{"@type": "Person" if _is_person(name) else "Organization", "name": name} for name in names],
        "datePublished": _first(facts, _P2P + "year") or None,
        "identifier": f"https://doi.org/{doi}" if doi else None,
        "sameAs": [*([f"https://doi.org/{doi}"] if doi else []), *links],
        "abstract": _first(facts, _P2P + "keyFinding") or None,
    }


def _is_person(name: str) -> bool:
    """Whether an author is written as a family name with initials.

    >>> _is_person("Aguiar ASA"), _is_person("University of Porto"), _is_person("Free Clinic")
    (True, False, False)
    """
    family, _, initials = name.rpartition(" ")
    return bool(family) and initials.isupper() and len(initials) <= 4 and initials.isalpha()


def _more(entity: Entity) -> Made:
    facts = entity.facts
    home = _first(facts, PREFIXES["foaf"] + "homepage")
    said: Made = {"sameAs": [home] if home else []}
    places = [term.value for term in facts.get(_P2P + "inPlace", ()) if isinstance(term, NamedNode)]
    if entity.kind == "organisation":
        said["foundingDate"] = _first(facts, _P2P + "foundedYear") or None
        said["location"] = [{"@type": "Place", "@id": one, "name": graph().label(one)} for one in places]
    if entity.kind in ("activity", "project"):
        said["startDate"] = _first(facts, _P2P + "startDate") or _first(facts, _P2P + "startYear") or None
        said["endDate"] = _first(facts, _P2P + "endDate") or _first(facts, _P2P + "endYear") or None
        said["location"] = [{"@type": "Place", "@id": one, "name": graph().label(one)} for one in places]
    if entity.kind == "law":
        said["legislationDate"] = _first(facts, _P2P + "year") or None
    return said


def of_terms(address: str, name: str, description: str, words: Iterable[Word]) -> Made:
    """A list of concepts, or the ontology, as a set of terms."""
    return _plain(
        {
            "@context": _CONTEXT,
            "@type": "DefinedTermSet",
            "@id": address,
            "name": name,
            "description": description,
            "url": page_of(address),
            "license": LICENCE,
            "hasDefinedTerm": [
                {
                    "@type": "DefinedTerm",
                    "@id": word.address,
                    "name": called(word.labels),
                    "termCode": word.address.rsplit("/", 1)[-1],
                    "description": word.definition,
                }
                for word in words
            ],
        }
    )


def of_term(word: Word) -> Made:
    """A class or property, with what it is called in every language."""
    return _plain(
        {
            "@context": _CONTEXT,
            "@type": "DefinedTerm",
            "@id": word.address,
            "name": [{"@language": code, "@value": label} for code, label in sorted(word.labels.items())],
            "termCode": word.address.rsplit("/", 1)[-1],
            "description": word.definition,
            "url": at(f"/ontology/{word.address.rsplit('/', 1)[-1]}"),
            "inDefinedTermSet": {"@type": "DefinedTermSet", "@id": f"{BASE}ontology/", "name": f"{TITLE} ontology"},
        }
    )


def _first(facts: Mapping[str, Sequence[Term]], path: str) -> str:
    return next(iter(_texts(facts, path)), "")


def _texts(facts: Mapping[str, Sequence[Term]], path: str) -> list[str]:
    return [term.value for term in facts.get(path, ()) if isinstance(term, NamedNode | Literal)]


def _plain(said: Made) -> Made:
    """Without what is not known."""
    return {name: value for name, value in said.items() if value not in (None, "", [], ())}
