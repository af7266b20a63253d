"""What the data set says of itself: what it is, what it holds in numbers, in which files one takes it home.

In the words of VoID for who reads linked data, and in those of DCAT-AP 3 for the catalogues of public data in Europe.
The description of the SPARQL service, the page of numbers and that of files tell the same, from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.dumps import DUMPS, FOLDER, Dump
from p2p_graph.errors import NoRelease, QueryTimeout
from p2p_graph.model import Term, Triples
from p2p_graph.releases import manifest
from p2p_graph.vocab import BASE, KINDS, PREFIXES
from webapp.current_graph import graph, remembered_in_all_languages

__all__ = [
    "CLAIM",
    "DATASET",
    "KEYWORDS",
    "LICENCE",
    "PROVENANCE",
    "PUBLISHER",
    "TITLE",
    "File",
    "Part",
    "Statistics",
    "catalogue",
    "day",
    "essentials",
    "files",
    "statistics",
    "void",
]

DATASET: Final = f"{BASE}graph/dataset"
TITLE: Final = "Peer2Peer Graph"
CLAIM: Final = "Who cooperates with whom in drug outreach work, in which form, where in Europe, and with what evidence."
PUBLISHER: Final = "Contributors of Peer2Peer Graph"
PROVENANCE: Final = (
    "Every tie names the published document it was read in, the day on which it was read, and how much of the document "
    "was seen; contributions are checked and decided on by a steward before a release is made of all."
)
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
KEYWORDS: Final = (
    "harm reduction",
    "peer work",
    "outreach work",
    "drug policy",
    "cooperation",
    "social network analysis",
)

_EU: Final = "http://publications.europa.eu/resource/authority/"
_LANGUAGES: Final = ("ENG", "POR", "ELL", "POL", "LIT", "NLD", "FRA", "HUN")
_THEMES: Final = ("HEAL", "SOCI", "JUST")
_ADMS: Final = "http://purl.org/adms/"
_MEDIA: Final = "http://www.iana.org/assignments/media-types/"
#: prefixes that only descriptions of data sets use
_NAMES: Final = {
    **PREFIXES,
    "dcatap": "http://data.europa.eu/r5r/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
#: with https, unlike the terms of SPDX: so wants it the list of DCAT-AP
_SHA256: Final = "https://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_PROTOCOL: Final = "https://www.w3.org/TR/sparql11-protocol/"

_Value = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Part:
    """A class or property in use: members or statements; of a property also things it is said of, and values."""

    address: str
    number: int
    subjects: int = 0
    objects: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """A release in numbers: statements, things they are made of, values; the same by class and by property."""

    triples: int
    subjects: int
    objects: int
    classes: tuple[Part, ...]
    properties: tuple[Part, ...]
    links: tuple[tuple[str, str, str], ...]
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class File:
    """A file to take home: what it is, its bytes, its SHA-256."""

    dump: Dump
    size: int
    sha256: str


def day() -> str:
    """The day on which the release was made."""
    return graph().version.rpartition("+")[2].rpartition(".")[0]


def files() -> tuple[File, ...]:
    """The files of the release; none where the site stands on a remote store or on a release of before."""
    return remembered_in_all_languages("dumps", _files)


def _files() -> tuple[File, ...]:
    folder = graph().folder
    try:
        known = manifest(folder)["files"] if folder else {}
    except NoRelease:
        known = {}
    return tuple(
        File(dump, (folder / FOLDER / dump.name).stat().st_size, known[f"{FOLDER}/{dump.name}"])
        for dump in DUMPS
        if folder and f"{FOLDER}/{dump.name}" in known
    )


def statistics() -> Statistics:
    """The release in numbers; nothing where it is too large to count while someone waits, and was not counted."""
    return remembered_in_all_languages("statistics", _statistics)


def _statistics() -> Statistics:
    classes, properties = _rows("class-partitions"), _rows("property-partitions")
    triples, subjects, objects = map(_number, next(iter(_rows("whole-counts")), (None, None, None)))
    first, last = map(_number, next(iter(_rows("years-covered")), (None, None)))
    return Statistics(
        triples,
        subjects,
        objects,
        tuple(Part(_address(name), _number(number)) for name, number in classes),
        tuple(Part(_address(name), *(_number(term) for term in numbers)) for name, *numbers in properties),
        tuple((_address(thing), _address(path), _address(other)) for thing, path, other in _rows("links-to-others")),
        first,
        last,
    )


def _rows(name: str) -> tuple[tuple[Term | None, ...], ...]:
    try:
        return graph().run(name).rows
    except QueryTimeout:
        return ()


def _number(term: Term | None) -> int:
    return int(term.value) if isinstance(term, Literal) else 0


def _address(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode) else ""


# descriptions


def void(root: str) -> Triples:
    """The data set in the words of VoID; `root` is the address of the site, with a slash at its end."""
    here = f"{root}.well-known/void"
    return Triples(tuple(_as_triples([*_document(here), *_essentials(root), *_in_numbers(here), *_linked(here)])))


def catalogue(root: str) -> Triples:
    """The data set, its files and its service as a catalogue in the words of DCAT-AP 3."""
    return Triples(tuple(_as_triples([*_catalogue(root), *_dataset(root), *_distributions(root), *_service(root)])))


_Fact = tuple[str, str, _Value]


def _as_triples(facts: Iterable[_Fact]) -> Iterator[Triple]:
    for subject, name, value in dict.fromkeys(facts):
        yield Triple(NamedNode(subject), _term(name), value)


def _term(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(_NAMES[prefix] + local)


def _words(text: str) -> Literal:
    return Literal(text, language="en")


def _typed(value: object, name: str) -> Literal:
    return Literal(str(value), datatype=NamedNode(PREFIXES["xsd"] + name))


def essentials(root: str) -> tuple[Triple, ...]:
    """What every description of the data set tells in the same words."""
    return tuple(_as_triples(_essentials(root)))


def _essentials(root: str) -> list[_Fact]:
    facts: list[tuple[str, _Value]] = [
        ("rdf:type", _term("void:Dataset")),
        ("dcterms:title", _words(TITLE)),
        ("dcterms:description", _words(CLAIM)),
        ("dcterms:license", NamedNode(LICENCE)),
        ("dcat:version", Literal(graph().version)),
        ("owl:versionInfo", Literal(graph().version)),
        ("dcterms:issued", _typed(day(), "date")),
        ("dcterms:publisher", NamedNode(f"{root}about#publisher")),
        ("dcterms:creator", NamedNode(f"{root}about#publisher")),
        ("foaf:homepage", NamedNode(root)),
        ("void:sparqlEndpoint", NamedNode(f"{root}sparql")),
        ("void:uriSpace", Literal(f"{BASE}id/")),
        ("void:vocabulary", NamedNode(f"{BASE}ontology/")),
        *(("void:dataDump", NamedNode(f"{root}data/{file.dump.name}")) for file in files()),
    ]
    return [(DATASET, name, value) for name, value in facts] + _publisher(root)


def _publisher(root: str) -> list[_Fact]:
    us, kind = f"{root}about#publisher", f"{_ADMS}publishertype/PrivateIndividual(s)"
    return [
        (us, "rdf:type", _term("foaf:Agent")),
        (us, "foaf:name", _words(PUBLISHER)),
        (us, "foaf:homepage", NamedNode(f"{root}about")),
        (us, "dcterms:type", NamedNode(kind)),
        (kind, "rdf:type", _term("skos:Concept")),
        (kind, "skos:inScheme", NamedNode(f"{_ADMS}publishertype/1.0")),
        (f"{_ADMS}publishertype/1.0", "rdf:type", _term("skos:ConceptScheme")),
        (f"{_ADMS}publishertype/1.0", "dcterms:title", _words("Kind of publisher")),
        (kind, "skos:prefLabel", _words("Private individual(s)")),
    ]


def _document(here: str) -> list[_Fact]:
    return [
        (here, "rdf:type", _term("void:DatasetDescription")),
        (here, "dcterms:title", _words(f"Description of the data set {TITLE}")),
        (here, "foaf:primaryTopic", NamedNode(DATASET)),
        (here, "foaf:topic", NamedNode(DATASET)),
    ]


def _in_numbers(here: str) -> Iterator[_Fact]:
    known = statistics()
    for name, number in (
        ("triples", known.triples),
        ("distinctSubjects", known.subjects),
        ("distinctObjects", known.objects),
        ("classes", len(known.classes)),
        ("properties", len(known.properties)),
    ):
        yield DATASET, f"void:{name}", _typed(number, "integer")
    for kind in KINDS:
        if any(part.address == PREFIXES["p2p"] + KINDS[kind] for part in known.classes):
            yield DATASET, "void:uriRegexPattern", Literal(f"^{BASE}id/{kind}/[A-Za-z0-9-]+$")
    for number, part in enumerate(known.classes):
        about = f"{here}#class-{number}"
        yield DATASET, "void:classPartition", NamedNode(about)
        yield about, "void:class", NamedNode(part.address)
        yield about, "void:entities", _typed(part.number, "integer")
    for number, part in enumerate(known.properties):
        about = f"{here}#property-{number}"
        yield DATASET, "void:propertyPartition", NamedNode(about)
        yield about, "void:property", NamedNode(part.address)
        yield about, "void:triples", _typed(part.number, "integer")
        yield about, "void:distinctSubjects", _typed(part.subjects, "integer")
        yield about, "void:distinctObjects", _typed(part.objects, "integer")


def _linked(here: str) -> Iterator[_Fact]:
    """The links to other data sets: those of one property to one house are a set of links."""
    links = statistics().links
    for number, (house, path) in enumerate(sorted({("/".join(o.split("/")[:3]), path) for _, path, o in links})):
        about, other = f"{here}#links-{number}", f"{here}#target-{number}"
        count = sum(target.startswith(f"{house}/") and used == path for _, used, target in links)
        yield DATASET, "void:subset", NamedNode(about)
        yield about, "rdf:type", _term("void:Linkset")
        yield about, "void:linkPredicate", NamedNode(path)
        yield about, "void:subjectsTarget", NamedNode(DATASET)
        yield about, "void:objectsTarget", NamedNode(other)
        yield about, "void:triples", _typed(count, "integer")
        yield other, "rdf:type", _term("void:Dataset")
        yield other, "void:uriSpace", Literal(f"{house}/")


def _catalogue(root: str) -> Iterator[_Fact]:
    here = f"{root}catalogue"
    yield here, "rdf:type", _term("dcat:Catalog")
    yield here, "dcterms:title", _words(f"Catalogue of {TITLE}")
    yield here, "dcterms:description", _words(f"The data set and the service of this site. {CLAIM}")
    yield here, "dcterms:publisher", NamedNode(f"{root}about#publisher")
    yield here, "dcterms:issued", _typed(day(), "date")
    yield here, "dcterms:modified", _typed(day(), "date")
    yield here, "foaf:homepage", NamedNode(root)
    yield root, "rdf:type", _term("foaf:Document")
    yield here, "dcat:themeTaxonomy", NamedNode(f"{_EU}data-theme")
    yield here, "dcat:dataset", NamedNode(DATASET)
    yield here, "dcat:service", NamedNode(f"{here}#sparql")
    yield from _free(here)
    yield from _where(here)
    yield from _publisher(root)


def _free(about: str) -> Iterator[_Fact]:
    """That anybody may use it, and as what."""
    yield about, "dcterms:license", NamedNode(LICENCE)
    yield LICENCE, "rdf:type", _term("dcterms:LicenseDocument")
    yield LICENCE, "dcterms:type", NamedNode(f"{_ADMS}licencetype/Attribution")
    yield f"{_ADMS}licencetype/Attribution", "rdf:type", _term("skos:Concept")
    yield f"{_ADMS}licencetype/Attribution", "skos:inScheme", NamedNode(f"{_ADMS}licencetype/1.0")
    yield f"{_ADMS}licencetype/Attribution", "skos:prefLabel", _words("Attribution")
    yield f"{_ADMS}licencetype/1.0", "rdf:type", _term("skos:ConceptScheme")
    yield f"{_ADMS}licencetype/1.0", "dcterms:title", _words("Kind of licence")
    yield LICENCE, "owl:sameAs", NamedNode(f"{_EU}licence/CC_BY_4_0")


def _of_list(about: str, name: str, table: str, word: str, kind: str) -> Iterator[_Fact]:
    """A value out of a list of the Publications Office of the European Union."""
    value = f"{_EU}{table}/{word}"
    yield about, name, NamedNode(value)
    yield value, "rdf:type", _term(kind)
    yield value, "skos:inScheme", NamedNode(f"{_EU}{table}")
    yield f"{_EU}{table}", "rdf:type", _term("skos:ConceptScheme")
    yield f"{_EU}{table}", "dcterms:title", _words(table.replace("-", " ").capitalize())
    if kind == "skos:Concept":
        yield value, "skos:prefLabel", _words(word)


def _where(about: str) -> Iterator[_Fact]:
    """Of which countries it tells, and in which languages."""
    for thing, path, other in statistics().links:
        table, _, code = other.removeprefix(_EU).partition("/")
        if table == "country" and thing.startswith(PREFIXES["country"]) and path.endswith("Match"):
            yield from _of_list(about, "dcterms:spatial", table, code, "dcterms:Location")
    for code in _LANGUAGES:
        yield from _of_list(about, "dcterms:language", "language", code, "dcterms:LinguisticSystem")


def _told(about: str, root: str) -> Iterator[_Fact]:
    """What data set and service have in common: who answers for them, what they are about, who may use them."""
    yield about, "dcterms:publisher", NamedNode(f"{root}about#publisher")
    yield about, "dcat:contactPoint", NamedNode(f"{root}add#contact")
    yield f"{root}add#contact", "rdf:type", _term("vcard:Kind")
    yield f"{root}add#contact", "vcard:fn", Literal(PUBLISHER)
    yield f"{root}add#contact", "vcard:hasURL", NamedNode(f"{root}add")
    yield from _free(about)
    yield from _of_list(about, "dcterms:accessRights", "access-right", "PUBLIC", "dcterms:RightsStatement")
    for theme in _THEMES:
        yield from _of_list(about, "dcat:theme", "data-theme", theme, "skos:Concept")
    for word in KEYWORDS:
        yield about, "dcat:keyword", _words(word)


def _dataset(root: str) -> Iterator[_Fact]:
    known, covered = statistics(), f"{root}catalogue#covered"
    yield from _essentials(root)
    yield DATASET, "rdf:type", _term("dcat:Dataset")
    yield DATASET, "dcterms:identifier", Literal(DATASET)
    yield DATASET, "dcterms:modified", _typed(day(), "date")
    yield DATASET, "dcat:landingPage", NamedNode(root)
    yield DATASET, "foaf:page", NamedNode(f"{root}about")
    yield f"{root}about", "rdf:type", _term("foaf:Document")
    yield DATASET, "dcterms:conformsTo", NamedNode(f"{BASE}ontology/")
    yield f"{BASE}ontology/", "rdf:type", _term("dcterms:Standard")
    yield from _of_list(DATASET, "dcterms:accrualPeriodicity", "frequency", "IRREG", "dcterms:Frequency")
    if known.first_year:
        yield DATASET, "dcterms:temporal", NamedNode(covered)
        yield covered, "rdf:type", _term("dcterms:PeriodOfTime")
        yield covered, "dcat:startDate", _typed(known.first_year, "gYear")
        yield covered, "dcat:endDate", _typed(known.last_year, "gYear")
    yield from _told(DATASET, root)
    yield from _where(DATASET)
    yield from _provenance(root)


def _provenance(root: str) -> Iterator[_Fact]:
    """How the data came to be: read in documents, checked, and built to a release."""
    told, built = f"{root}catalogue#provenance", f"{root}catalogue#release"
    yield DATASET, "dcterms:provenance", NamedNode(told)
    yield told, "rdf:type", _term("dcterms:ProvenanceStatement")
    yield told, "rdfs:label", _words(PROVENANCE)
    yield DATASET, "prov:wasAttributedTo", NamedNode(f"{root}about#publisher")
    yield DATASET, "prov:wasGeneratedBy", NamedNode(built)
    yield built, "rdf:type", _term("prov:Activity")
    yield built, "rdfs:label", _words(f"Making of release {graph().version}")
    yield built, "prov:used", NamedNode(f"{BASE}ontology/")
    yield built, "prov:wasAssociatedWith", NamedNode(f"{root}about#publisher")


def _distributions(root: str) -> Iterator[_Fact]:
    for file in files():
        dump, here = file.dump, f"{root}catalogue#{file.dump.name}"
        sum_ = f"{here}-checksum"
        yield DATASET, "dcat:distribution", NamedNode(here)
        yield here, "rdf:type", _term("dcat:Distribution")
        yield here, "dcterms:title", _words(f"{TITLE} as {dump.title}")
        yield here, "dcterms:description", _words(dump.says)
        yield here, "dcat:accessURL", NamedNode(f"{root}data/")
        yield here, "dcat:downloadURL", NamedNode(f"{root}data/{dump.name}")
        yield here, "dcat:mediaType", NamedNode(_MEDIA + dump.media_type)
        packing = "dcat:compressFormat" if dump.packed_as == "application/gzip" else "dcat:packageFormat"
        yield here, packing, NamedNode(_MEDIA + dump.packed_as)
        for medium in (dump.media_type, dump.packed_as):
            yield _MEDIA + medium, "rdf:type", _term("dcterms:MediaType")
        yield from _of_list(here, "dcterms:format", "file-type", dump.format, "dcterms:MediaTypeOrExtent")
        yield here, "dcat:byteSize", _typed(file.size, "nonNegativeInteger")
        yield here, "spdx:checksum", NamedNode(sum_)
        yield sum_, "rdf:type", _term("spdx:Checksum")
        yield sum_, "spdx:algorithm", NamedNode(_SHA256)
        yield _SHA256, "rdf:type", _term("spdx:ChecksumAlgorithm")
        yield sum_, "spdx:checksumValue", _typed(file.sha256, "hexBinary")
        yield here, "dcterms:issued", _typed(day(), "date")
        yield here, "dcterms:conformsTo", NamedNode(f"{BASE}ontology/")
        yield from _of_list(here, "dcatap:availability", "planned-availability", "STABLE", "skos:Concept")
        yield from _free(here)


def _service(root: str) -> Iterator[_Fact]:
    here = f"{root}catalogue#sparql"
    yield here, "rdf:type", _term("dcat:DataService")
    yield here, "dcterms:title", _words(f"{TITLE}: SPARQL")
    yield (
        here,
        "dcterms:description",
        _words("Answers questions in SPARQL 1.1 over the current release; it only reads."),
    )
    yield here, "dcat:endpointURL", NamedNode(f"{root}sparql")
    yield here, "dcat:endpointDescription", NamedNode(f"{root}sparql")
    yield here, "dcat:servesDataset", NamedNode(DATASET)
    yield here, "dcterms:conformsTo", NamedNode(_PROTOCOL)
    yield here, "dcat:landingPage", NamedNode(f"{root}queries")
    yield f"{root}queries", "rdf:type", _term("foaf:Document")
    yield _PROTOCOL, "rdf:type", _term("dcterms:Standard")
    for word in ("JSON", "XML", "CSV", "TSV", "RDF_TURTLE", "JSON_LD", "RDF_N_TRIPLES", "RDF_XML"):
        yield from _of_list(here, "dcterms:format", "file-type", word, "dcterms:MediaTypeOrExtent")
    yield from _told(here, root)
