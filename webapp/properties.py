"""Properties as pages tell them: words for those of other vocabularies, words for what points here, their order."""

from __future__ import annotations

from typing import Final

from p2p_graph.vocab import PREFIXES
from webapp.languages import N_

__all__ = ["BORROWED", "INCOMING", "ORDER"]

#: words for properties of other vocabularies
BORROWED: Final = {
    PREFIXES["skos"] + "altLabel": N_("also called"),
    PREFIXES["skos"] + "exactMatch": N_("the same as"),
    PREFIXES["schema"] + "url": N_("where to read it"),
    PREFIXES["bibo"] + "doi": N_("DOI"),
    PREFIXES["foaf"] + "homepage": N_("website"),
    PREFIXES["schema"] + "email": N_("e-mail"),
    PREFIXES["schema"] + "jobTitle": N_("position"),
    PREFIXES["dcterms"] + "description": N_("what it is"),
    PREFIXES["rdf"] + "type": N_("kind of thing"),
    PREFIXES["rdfs"] + "label": N_("name"),
    PREFIXES["skos"] + "prefLabel": N_("name"),
}

#: how a page calls what points to it: (kind of thing that points, property) → words
INCOMING: Final = {
    "lead": N_("Practices it leads"),
    "partner": N_("Practices and projects it is a partner of"),
    "memberOf": N_("Groups that belong to it"),
    "partOf": N_("Units of it"),
    "organiser": N_("Activities it held"),
    "attendee": N_("Activities it came to"),
    "coordinator": N_("Projects it coordinates"),
    "funder": N_("Projects it funds"),
    "payer": N_("Ties it pays for"),
    "legalBasis": N_("What rests on it in law"),
    "inAct": N_("Rules in it"),
    "about": N_("Documents, findings and activities about it"),
    "ofDocument": N_("Readings of it"),
    "readIn": N_("What rests on this reading"),
    "recordedBy": N_("Readings recorded"),
    "derivedFrom": N_("Practices that grew out of it"),
    "succeeds": N_("What took its place"),
    "inPlace": N_("What is here"),
    "within": N_("Places in it"),
    "area": N_("Ties that hold here"),
    "inProject": N_("Of this project"),
    "cause": N_("Effects it had"),
    "effect": N_("What had an effect on it"),
    "period": N_("Practice of this period"),
    "contact": N_("Contact of"),
    "inCountry": N_("In this country"),
}

#: the order in which facts are told, whatever the thing
ORDER: Final = [
    "inCountry",
    "inPlace",
    "within",
    "role",
    "practiceKind",
    "service",
    "setting",
    "targetGroup",
    "lead",
    "partner",
    "startYear",
    "endYear",
    "startDate",
    "endDate",
    "dateNote",
    "period",
    "legalBasis",
    "evidenceLevel",
    "coordinator",
    "funder",
    "budget",
    "grantNumber",
    "foundedYear",
    "partOf",
    "memberOf",
    "documentKind",
    "authors",
    "year",
    "keyFinding",
    "studyDesign",
    "population",
    "sampleSize",
    "numerator",
    "denominator",
    "comparison",
    "numbers",
    "direction",
    "limits",
]
