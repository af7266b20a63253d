"""The release in numbers: for the page of them, as JSON, and as a W3C Data Cube."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.model import Triples
from p2p_graph.vocab import BASE, KINDS, PREFIXES, shorten
from webapp.addresses import page_of
from webapp.current_graph import graph, remembered
from webapp.dataset import DATASET, LICENCE, Part, Statistics, day, files, statistics
from webapp.describing import Value
from webapp.languages import called, language

__all__ = ["CountryLine", "NumbersPage", "as_json", "cube", "numbers_page"]

_QB: Final = "http://purl.org/linked-data/cube#"
_P2P: Final = PREFIXES["p2p"]
#: kinds of things that have a column in the table of countries
_COLUMNS: Final = (
    "Practice",
    "Cooperation",
    "Organisation",
    "Document",
    "Finding",
    "Activity",
    "LegalAct",
    "IndicatorObservation",
)
#: kinds of things that are not parts of another thing
_KINDS: Final = {_P2P + name for name in KINDS.values()}


@dataclass(frozen=True, slots=True)
class CountryLine:
    """A country, and how many things of each kind are recorded of it, in the order of the columns."""

    name: Value
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NumbersPage:
    """What the page shows: kinds of things, all other classes and properties with their numbers, and countries.

    A line of kinds is what it is called, its number, and the number as a share of the greatest.
    """

    whole: Statistics
    kinds: tuple[tuple[Value, int, float], ...]
    classes: tuple[tuple[Value, str, int], ...]
    properties: tuple[tuple[Value, str, Part], ...]
    columns: tuple[str, ...]
    countries: tuple[CountryLine, ...]


def numbers_page() -> NumbersPage:
    """The release in numbers, for readers of one language."""
    return remembered("numbers", _numbers_page)


def _numbers_page() -> NumbersPage:
    whole = statistics()
    names = graph().labels([*(part.address for part in (*whole.classes, *whole.properties))], language())
    greatest = max((part.number for part in whole.classes if part.address in _KINDS), default=1)
    kinds = sorted((part for part in whole.classes if part.address in _KINDS), key=lambda part: -part.number)
    return NumbersPage(
        whole,
        tuple((_named(part, names), part.number, part.number / greatest) for part in kinds),
        tuple(
            (_named(part, names), shorten(part.address), part.number)
            for part in whole.classes
            if part.address.startswith(_P2P) and part.address not in _KINDS
        ),
        tuple(
            (_named(part, names), shorten(part.address), part)
            for part in sorted(whole.properties, key=lambda part: -part.number)
            if part.address.startswith(_P2P)
        ),
        tuple(called(graph().words[_P2P + name].labels) for name in _COLUMNS),
        tuple(_countries()),
    )


def _named(part: Part, names: dict[str, str]) -> Value:
    return Value(names[part.address], page_of(part.address))


def _countries() -> Iterator[CountryLine]:
    found = _by_country()
    names = graph().labels(found, language())
    for address in sorted(found, key=lambda one: names[one]):
        cells = tuple(found[address].get(_P2P + name, 0) for name in _COLUMNS)
        yield CountryLine(Value(names[address], page_of(address)), cells)


def _by_country() -> dict[str, dict[str, int]]:
    """Country → class → number of things."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in graph().run("coverage-by-country").records():
        country, kind, things = row["country"], row["type"], row["things"]
        if isinstance(country, NamedNode) and isinstance(kind, NamedNode) and isinstance(things, Literal):
            found[country.value][kind.value] = int(things.value)
    return found


def as_json() -> dict[str, object]:
    """The same for programs: numbers by address."""
    whole = statistics()
    return {
        "dataset": DATASET,
        "version": graph().version,
        "issued": day(),
        "licence": LICENCE,
        "statements": whole.triples,
        "subjects": whole.subjects,
        "objects": whole.objects,
        "years": [whole.first_year, whole.last_year],
        "classes": {part.address: part.number for part in whole.classes},
        "properties": {
            part.address: {"statements": part.number, "subjects": part.subjects, "objects": part.objects}
            for part in whole.properties
        },
        "countries": {country: dict(sorted(kinds.items())) for country, kinds in sorted(_by_country().items())},
        "files": [{"name": file.dump.name, "bytes": file.size, "sha256": file.sha256} for file in files()],
    }


def cube(root: str) -> Triples:
    """Things by class and country as a W3C Data Cube; `root` is the address of the site, with a slash at its end."""
    return Triples(tuple(Triple(*fact) for fact in _cube(f"{root}stats")))


def _cube(here: str) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    cube, structure = NamedNode(f"{here}#by-country"), NamedNode(f"{here}#structure")
    country, kind, things = (NamedNode(f"{here}#{name}") for name in ("country", "class", "things"))
    kind_of, label = NamedNode(PREFIXES["rdf"] + "type"), NamedNode(PREFIXES["rdfs"] + "label")
    range_ = NamedNode(PREFIXES["rdfs"] + "range")
    yield cube, kind_of, _qb("DataSet")
    yield cube, NamedNode(PREFIXES["dcterms"] + "title"), Literal("Things by country and class", language="en")
    yield cube, NamedNode(PREFIXES["dcterms"] + "source"), NamedNode(DATASET)
    yield cube, NamedNode(PREFIXES["owl"] + "versionInfo"), Literal(graph().version)
    yield cube, NamedNode(PREFIXES["dcterms"] + "license"), NamedNode(LICENCE)
    yield cube, _qb("structure"), structure
    yield structure, kind_of, _qb("DataStructureDefinition")
    for number, (part, sort, role, words, value) in enumerate(
        (
            (country, "DimensionProperty", "dimension", "country", _P2P + "Country"),
            (kind, "DimensionProperty", "dimension", "class", PREFIXES["owl"] + "Class"),
            (things, "MeasureProperty", "measure", "things", PREFIXES["xsd"] + "integer"),
        )
    ):
        component = NamedNode(f"{here}#component-{number}")
        yield structure, _qb("component"), component
        yield component, kind_of, _qb("ComponentSpecification")
        yield component, _qb(role), part
        yield part, kind_of, NamedNode(PREFIXES["rdf"] + "Property")
        yield part, kind_of, _qb(sort)
        yield part, label, Literal(words, language="en")
        yield part, range_, NamedNode(value)
    for code, kinds in sorted(_by_country().items()):
        for name, number in sorted(kinds.items()):
            ending = f"{code.rsplit('/', 1)[-1]}-{name.removeprefix(f'{BASE}ontology/')}"
            observation = NamedNode(f"{here}#{ending}")
            yield observation, kind_of, _qb("Observation")
            yield observation, _qb("dataSet"), cube
            yield observation, country, NamedNode(code)
            yield observation, kind, NamedNode(name)
            yield observation, things, Literal(number)


def _qb(name: str) -> NamedNode:
    return NamedNode(_QB + name)
