"""Things as pages: facts under human words, ties as sentences, and what all of it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask_babel import gettext as _
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table, Term
from p2p_graph.reading import Graph
from p2p_graph.reading.graph import Entity
from p2p_graph.vocab import KINDS, PREFIXES, kind_and_slug, shorten
from webapp.addresses import is_web_address, page_of
from webapp.languages import ENGLISH, called, language, spoken
from webapp.phrases import Facts, Piece, day, first, local, tie_sentence, title_of, years
from webapp.properties import BORROWED, INCOMING, ORDER
from webapp.speaking import capital

__all__ = [
    "Fact",
    "Incoming",
    "Namer",
    "Source",
    "ThingPage",
    "TieLine",
    "Told",
    "Value",
    "describe_thing",
    "fact_list",
    "facts_of",
    "labelled",
    "names_in",
    "table_values",
    "tell",
]

_P: Final = PREFIXES["p2p"]
_LABEL: Final = PREFIXES["rdfs"] + "label"
_DESCRIPTION: Final = PREFIXES["dcterms"] + "description"

#: kinds whose things have no name of their own; they are called by what they say
_NAMELESS: Final = frozenset(
    {"tie", "reading", "observation", "claim", "status-period", "period", "causal-link", "rule"}
)


_SHOWN_REFERENCES: Final = 40


@dataclass(frozen=True, slots=True)
class Value:
    """One value as a reader sees it: its text, where it leads, its language, whether it leaves this site."""

    text: str
    href: str | None = None
    language: str | None = None
    outside: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One property with its values: what it is called, what it means."""

    label: str
    help: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A reading of a document: what was read, on which day, how much of it, by whom."""

    number: int
    title: str
    href: str | None
    url: str | None
    by: str
    year: str
    read_on: str
    seen: str
    seen_help: str
    recorded_by: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TieLine:
    """One tie: its sentence in pieces, its form and stance, small print, and the numbers of its sources."""

    address: str
    href: str | None
    sentence: tuple[Piece, ...]
    form: str
    against: bool
    small: tuple[Fact, ...]
    sources: tuple[int, ...]
    confidence: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """What points here by one property; `more` counts those that are not listed."""

    label: str
    values: tuple[Value, ...]
    more: int = 0
    property: str = ""


@dataclass(frozen=True, slots=True)
class ThingPage:
    """Everything the page of a thing shows."""

    address: str
    kind: str
    slug: str
    kind_label: str
    title: str
    title_language: str | None
    other_names: tuple[Value, ...]
    sentence: Value | None
    facts: tuple[Fact, ...]
    groups: tuple[tuple[Value, tuple[Fact, ...]], ...]
    ties: tuple[TieLine, ...]
    statuses: tuple[tuple[Value, str, str, tuple[int, ...]], ...]
    #: name, sentence, design, its numbers and limits, sources; the strongest design first
    findings: tuple[tuple[Value, Value | None, str, tuple[Fact, ...], tuple[int, ...]], ...]
    claims: tuple[tuple[str, str, Value | None, tuple[int, ...]], ...]
    sources: tuple[Source, ...]
    incoming: tuple[Incoming, ...] = ()
    country: tuple[str, str] | None = None
    queries: tuple[str, ...] = field(default=("facts-of-thing", "references-to-thing"))


def facts_of(graph: Graph, addresses: Iterable[str]) -> dict[str, dict[str, tuple[Term, ...]]]:
    """What is said of each of some things, in a few questions however many they are."""
    wanted = list(dict.fromkeys(a for a in addresses if kind_and_slug(a)))
    found: dict[str, dict[str, list[Term]]] = {a: defaultdict(list) for a in wanted}
    for start in range(0, len(wanted), 300):
        for row in graph.run("facts-of-several", thing=wanted[start : start + 300]).records():
            thing, property, value = row["thing"], row["property"], row["value"]
            if isinstance(thing, NamedNode) and isinstance(property, NamedNode) and value is not None:
                values = found[thing.value][property.value]
                if value not in values:
                    values.append(value)
    return {a: {p: tuple(v) for p, v in facts.items()} for a, facts in found.items()}


class Namer:
    """What things are called, also those that are only called by what they say."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._names: dict[str, str] = {}
        self._languages: dict[str, str] = {}

    def learn(self, addresses: Iterable[str], known: Mapping[str, Facts] | None = None) -> Namer:
        """Looks up all names in a few questions; `known` facts are not asked again."""
        new = {a for a in addresses if a not in self._names}
        nameless = {a for a in new if (k := kind_and_slug(a)) and k[0] in _NAMELESS}
        self._look_up(new - nameless)
        if nameless:
            said: dict[str, Facts] = {a: known[a] for a in nameless if known and a in known}
            said.update(facts_of(self._graph, sorted(nameless - set(said))))
            # Claims and status periods name practices; a tie never names another nameless thing but by succeeds.
            parts = {t.value for f in said.values() for v in f.values() for t in v if isinstance(t, NamedNode)}
            plain_parts = {a for a in parts if not ((k := kind_and_slug(a)) and k[0] in _NAMELESS)}
            self._look_up(plain_parts)
            # What a claim is about may have no name of its own either: that is told first.
            claims = [f for a, f in said.items() if "/claim/" in a]
            about = {t.value for f in claims for t in f.get(_P + "claimAbout", ()) if isinstance(t, NamedNode)}
            self.learn(a for a in about - set(said) if "/claim/" not in a)
            by_role = _by_role(self._graph, parts)
            for address, facts in sorted(said.items(), key=lambda one: "/claim/" in one[0]):
                kind, slug = kind_and_slug(address) or ("", "")
                self._names[address] = title_of(kind, facts, {**self._names, **by_role}) or slug.replace("-", " ")
        return self

    def _look_up(self, addresses: set[str]) -> None:
        for address, (name, tongue) in self._graph.names(sorted(addresses)).items():
            self._names[address], self._languages[address] = name, tongue

    def value(self, address: str, href: str | None = None) -> Value:
        """The name of a thing that leads to its page, marked where it is in another language than the page is."""
        return Value(self[address], href or page_of(address), _other(self._languages.get(address)))

    def __getitem__(self, address: str) -> str:
        """The name of a thing, or its short address if nobody looked it up."""
        return self._names.get(address) or shorten(address)

    def all(self) -> Mapping[str, str]:
        """Every name learnt so far."""
        return self._names

    def tongues(self, told: Mapping[str, str]) -> dict[str, str]:
        """The languages of those names among some that are told as they were learnt, and are not in the page's."""
        return {
            address: tongue
            for address, tongue in self._languages.items()
            if _other(tongue) and told.get(address) == self._names[address]
        }


def _is_group(address: str) -> bool:
    kind = kind_and_slug(address)
    return kind is not None and kind[0] == "group"


def _by_role(graph: Graph, addresses: Iterable[str]) -> dict[str, str]:
    """The groups among some things called by their roles alone; nothing in English, in which they have names."""
    if language() == ENGLISH:
        return {}
    roles = {a: _values(facts, "role") for a, facts in facts_of(graph, filter(_is_group, addresses)).items()}
    names = graph.labels({role for found in roles.values() for role in found})
    return {a: capital(", ".join(names[role] for role in found)) for a, found in roles.items() if found}


def labelled(term: Term | None, namer: Namer) -> Value:
    """A term as a reader sees it."""
    if isinstance(term, NamedNode):
        page = page_of(term.value)
        if page:
            return namer.value(term.value, page)
        return Value(shorten(term.value), term.value if is_web_address(term.value) else None, outside=True)
    if isinstance(term, Literal):
        kind = term.datatype.value.rsplit("#", 1)[-1]
        if kind in ("date", "gYear", "gYearMonth"):
            return Value(day(term.value))
        number = kind in ("integer", "decimal", "double", "float")
        return Value(term.value, None, _other(term.language), number=number)
    return Value("" if term is None else str(term))


def _other(spoken: str | None) -> str | None:
    """A language that is not the reader's; None for the reader's, and for a text that is in none."""
    return spoken if spoken and spoken != language() else None


def _in_english(text: str) -> str:
    """A text for an attribute, whose language cannot be told: nothing on a page that is not English."""
    return text if language() == ENGLISH else ""


def _word(graph: Graph, property: str) -> tuple[str, str]:
    word = graph.words.get(property)
    if word:
        return called(word.labels) or shorten(property), _in_english(word.definition)
    return _(BORROWED[property]) if property in BORROWED else shorten(property), ""


def fact_list(
    graph: Graph, facts: Facts, namer: Namer, without: Iterable[str], order: Sequence[str] = ()
) -> tuple[Fact, ...]:
    """Facts under human words; those named in `order` first, the rest by the words for them."""
    skip = set(without)
    place = {name: number for number, name in enumerate(order)}

    def rank(property: str) -> tuple[int, str]:
        name = property.removeprefix(_P)
        return place.get(name, len(place)), _word(graph, property)[0]

    return tuple(
        Fact(*_word(graph, property), tuple(labelled(value, namer) for value in _telling(facts[property])))
        for property in sorted(facts, key=rank)
        if property not in skip
    )


def _telling(values: Sequence[Term]) -> list[Term]:
    """The values without "other", which tells nothing beside a value that is named."""
    named = [value for value in values if not local(value).startswith("other")]
    return named or list(values)


_ALWAYS_OUT: Final = frozenset(
    {PREFIXES["rdf"] + "type", _LABEL, _DESCRIPTION, f"{_P}readIn", PREFIXES["skos"] + "altLabel"}
)


def describe_thing(graph: Graph, entity: Entity) -> ThingPage:
    """The page of a thing of any kind."""
    by_type: dict[str, list[str]] = defaultdict(list)
    for reference in entity.references:
        if reference.address not in by_type[reference.type]:
            by_type[reference.type].append(reference.address)
    ties = by_type["Cooperation"][:200] if entity.kind in ("practice", "organisation", "group") else []
    own = [a for name in ("ActorGroup", "StatusPeriod", "Claim", "Finding") for a in by_type[name][:200]]
    related = facts_of(graph, [*ties, *own]) if entity.kind != "country" else {}
    readings = _readings(entity.facts, related.values())
    sources_facts = facts_of(graph, readings)
    documents = facts_of(graph, [d for f in sources_facts.values() for d in _values(f, "ofDocument")])
    namer = Namer(graph)
    everything = {entity.address: entity.facts, **related, **sources_facts}
    namer.learn(_mentioned(everything.values()) | set(_shown(entity)), everything)
    namer.learn([entity.address], everything)
    sources = _sources(readings, sources_facts, documents, namer, graph)
    numbers = {reading: source.number for reading, source in zip(readings, sources, strict=True)}
    title, tongue = _title(entity, namer)
    short = _short_names(namer, entity, related)
    tongues = namer.tongues(short)
    return ThingPage(
        entity.address,
        entity.kind,
        entity.slug,
        _word(graph, _P + KINDS[entity.kind])[0],
        title,
        tongue,
        _other_names(entity, title),
        _english(entity.facts.get(_DESCRIPTION, ())),
        fact_list(graph, entity.facts, namer, _ALWAYS_OUT, ORDER),
        _groups(graph, entity, by_type["ActorGroup"], related, namer),
        tuple(_tie_line(graph, a, related[a], namer, numbers, short, tongues) for a in ties),
        _statuses(by_type["StatusPeriod"], related, namer, numbers) if entity.kind == "practice" else (),
        _findings(graph, by_type["Finding"], related, namer, numbers),
        _claims(by_type["Claim"], related, namer, numbers),
        sources,
        _incoming(entity, namer, set(ties) | set(own if entity.kind == "practice" else by_type["Claim"])),
        _country(entity.facts, namer),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Ties as sentences, some things with the numbers of their sources, and these sources, numbered once for all."""

    ties: Mapping[str, TieLine]
    cites: Mapping[str, tuple[int, ...]]
    sources: tuple[Source, ...]


def tell(graph: Graph, ties: Iterable[str], things: Iterable[str] = ()) -> Told:
    """Ties of several practices as sentences on one page; groups are called by their role alone."""
    ties, things = list(dict.fromkeys(ties)), list(dict.fromkeys(things))
    said = facts_of(graph, [*ties, *things])
    readings = _readings({}, said.values())
    read = facts_of(graph, readings)
    documents = facts_of(graph, [d for f in read.values() for d in _values(f, "ofDocument")])
    namer = Namer(graph).learn(_mentioned([*said.values(), *read.values()]), {**said, **read})
    sources = _sources(readings, read, documents, namer, graph)
    numbers = {reading: source.number for reading, source in zip(readings, sources, strict=True)}
    by_role = _by_role(graph, namer.all())
    short = {a: by_role.get(a) or (n.split(" – ")[0] if _is_group(a) else n) for a, n in namer.all().items()}
    tongues = namer.tongues(short)
    return Told(
        {tie: _tie_line(graph, tie, said[tie], namer, numbers, short, tongues) for tie in ties if said.get(tie)},
        {thing: _numbers(said.get(thing, {}), numbers) for thing in things},
        sources,
    )


def _values(facts: Facts, name: str) -> list[str]:
    return [t.value for t in facts.get(_P + name, ()) if isinstance(t, NamedNode)]


def _readings(own: Facts, related: Iterable[Facts]) -> list[str]:
    return list(dict.fromkeys([*_values(own, "readIn"), *(r for facts in related for r in _values(facts, "readIn"))]))


def _mentioned(all_facts: Iterable[Facts]) -> set[str]:
    return {t.value for facts in all_facts for values in facts.values() for t in values if isinstance(t, NamedNode)}


def _shown(entity: Entity) -> Iterable[str]:
    counts: dict[str, int] = defaultdict(int)
    for reference in entity.references:
        counts[reference.property] += 1
        if counts[reference.property] <= _SHOWN_REFERENCES:
            yield reference.address


def _english(terms: Iterable[Term]) -> Value | None:
    found = [t for t in terms if isinstance(t, Literal)]
    wanted = (t for code in (language(), ENGLISH) for t in found if t.language == code)
    best = next(wanted, found[0] if found else None)
    return Value(best.value, None, _other(best.language)) if best else None


def _title(entity: Entity, namer: Namer) -> tuple[str, str | None]:
    labels = entity.labels()
    if not labels:
        name = namer[entity.address]
        return name[0].upper() + name[1:], None
    return called(labels), _other(spoken(labels))


def _other_names(entity: Entity, title: str) -> tuple[Value, ...]:
    named = [*entity.facts.get(_LABEL, ()), *entity.facts.get(PREFIXES["skos"] + "altLabel", ())]
    names = (Value(t.value, None, t.language) for t in named if isinstance(t, Literal) and t.value != title)
    return tuple({v.text: v for v in names}.values())


def _short_names(namer: Namer, entity: Entity, related: Mapping[str, Facts]) -> Mapping[str, str]:
    """On the page of a practice its own groups are called by their role alone: "Peers", not "Peers – C-Buddy".

    Groups have English names; in another language they are called by the words for their roles.
    """
    if entity.kind != "practice":
        return namer.all()
    endings = [f" – {name}" for name in entity.labels().values()]
    endings += [f" – {t.value}" for t in entity.facts.get(PREFIXES["skos"] + "altLabel", ()) if isinstance(t, Literal)]
    short = dict(namer.all())
    for reference in entity.references:
        if reference.type == "ActorGroup":
            name = short.get(reference.address, "")
            ending = next((e for e in endings if name.endswith(e)), None)
            roles = _values(related.get(reference.address, {}), "role") if language() != ENGLISH else []
            told = capital(", ".join(namer[role] for role in roles))
            short[reference.address] = told or (name.removesuffix(ending) if ending else name.split(" – ")[0])
    return short


def _sources(
    readings: Sequence[str], facts: Mapping[str, Facts], documents: Mapping[str, Facts], namer: Namer, graph: Graph
) -> tuple[Source, ...]:
    found = []
    for number, reading in enumerate(readings, start=1):
        said = facts.get(reading, {})
        document = next(iter(_values(said, "ofDocument")), "")
        about = documents.get(document, {})
        url = next(
            (t.value for t in about.get(PREFIXES["schema"] + "url", ()) if isinstance(t, NamedNode | Literal)), None
        )
        seen = next(iter(_values(said, "extentSeen")), "")
        word = graph.words.get(seen)
        recorder = next(iter(_values(said, "recordedBy")), "")
        found.append(
            Source(
                number,
                namer[document] if document else namer[reading],
                page_of(document or reading),
                url if url and is_web_address(url) else None,
                first(about, "authors"),
                first(about, "year"),
                day(first(said, "readOn")),
                namer[seen] if seen else _("not stated"),
                _in_english(word.definition) if word else "",
                namer[recorder] if recorder else "",
                namer.value(document or reading).language,
            )
        )
    return tuple(found)


_TIE_SMALL: Final = ("content", "condition", "area", "payer", "endReason", "succeeds", "part", "note")


def _tie_line(
    graph: Graph,
    address: str,
    facts: Facts,
    namer: Namer,
    numbers: Mapping[str, int],
    names: Mapping[str, str],
    tongues: Mapping[str, str],
) -> TieLine:
    small = {_P + name: facts[_P + name] for name in _TIE_SMALL if _P + name in facts}
    lasted = years(facts)
    line = fact_list(graph, small, namer, (), _TIE_SMALL)
    if lasted:
        line = (Fact(_("when"), "", (Value(lasted),)), *line)
    stance = local(next(iter(facts.get(f"{_P}polarity", ())), None))
    confidence = next(iter(_values(facts, "confidence")), "")
    return TieLine(
        address,
        page_of(address),
        tie_sentence(facts, names, tongues),
        local(next(iter(facts.get(f"{_P}form", ())), None)) or "unstated",
        stance in ("opposes", "blocks", "withdraws"),
        line,
        _numbers(facts, numbers),
        namer[confidence] if confidence else "",
    )


def _numbers(facts: Facts, numbers: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted(numbers[r] for r in _values(facts, "readIn") if r in numbers))


def _groups(
    graph: Graph, entity: Entity, groups: Sequence[str], related: Mapping[str, Facts], namer: Namer
) -> tuple[tuple[Value, tuple[Fact, ...]], ...]:
    if entity.kind != "practice":
        return ()
    names = _short_names(namer, entity, related)
    out = _ALWAYS_OUT | {f"{_P}inCountry", f"{_P}inPractice", f"{_P}role"}
    return tuple((Value(names[g], page_of(g)), fact_list(graph, related.get(g, {}), namer, out)) for g in groups)


def _statuses(
    found: Sequence[str], related: Mapping[str, Facts], namer: Namer, numbers: Mapping[str, int]
) -> tuple[tuple[Value, str, str, tuple[int, ...]], ...]:
    rows = []
    for address in sorted(found, key=lambda a: first(related[a], "startYear") or first(related[a], "startDate")):
        facts = related[address]
        status = next(iter(facts.get(f"{_P}status", ())), None)
        rows.append((labelled(status, namer), years(facts), first(facts, "note"), _numbers(facts, numbers)))
    return tuple(rows)


_FINDING_SMALL: Final = ORDER[ORDER.index("population") :]


def _findings(
    graph: Graph, found: Sequence[str], related: Mapping[str, Facts], namer: Namer, numbers: Mapping[str, int]
) -> tuple[tuple[Value, Value | None, str, tuple[Fact, ...], tuple[int, ...]], ...]:
    rows = []
    for address in found:
        facts = related.get(address, {})
        design = next(iter(_values(facts, "studyDesign")), "")
        small = {_P + name: facts[_P + name] for name in _FINDING_SMALL if _P + name in facts}
        row = (
            namer.value(address),
            _english(facts.get(_DESCRIPTION, ())),
            namer[design] if design else "",
            fact_list(graph, small, namer, (), _FINDING_SMALL),
            _numbers(facts, numbers),
        )
        rows.append((-graph.words[design].order if design in graph.words else 0, row))
    return tuple(row for _, row in sorted(rows, key=lambda ranked: ranked[0]))


def _claims(
    found: Sequence[str], related: Mapping[str, Facts], namer: Namer, numbers: Mapping[str, int]
) -> tuple[tuple[str, str, Value | None, tuple[int, ...]], ...]:
    rows = []
    for address in found:
        facts = related.get(address, {})
        property = next(iter(_values(facts, "claimProperty")), "")
        values = ", ".join(labelled(v, namer).text for v in facts.get(f"{_P}claimValue", ()))
        sentence = _english(facts.get(_DESCRIPTION, ()))
        rows.append((namer[property] if property else "", values, sentence, _numbers(facts, numbers)))
    return tuple(sorted(rows, key=lambda row: row[0]))


def _incoming(entity: Entity, namer: Namer, shown_elsewhere: set[str]) -> tuple[Incoming, ...]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for reference in entity.references:
        if reference.address not in shown_elsewhere and reference.address not in grouped[reference.property]:
            grouped[reference.property].append(reference.address)
    made = []
    for property, addresses in sorted(grouped.items()):
        if not addresses:
            continue
        name = property.removeprefix(_P)
        values = sorted((namer.value(a) for a in addresses[:_SHOWN_REFERENCES]), key=lambda v: v.text.casefold())
        made.append(
            Incoming(
                _(INCOMING[name]) if name in INCOMING else name,
                tuple(values),
                max(0, len(addresses) - _SHOWN_REFERENCES),
                name,
            )
        )
    return tuple(made)


def _country(facts: Facts, namer: Namer) -> tuple[str, str] | None:
    country = next(iter(_values(facts, "inCountry")), "")
    return (country.rsplit("/", 1)[-1], namer[country]) if country else None


def table_values(table: Table, namer: Namer) -> list[list[Value]]:
    """Every cell of a table as a reader sees it."""
    return [[labelled(term, namer) for term in row] for row in table.rows]


def names_in(table: Table, graph: Graph) -> Namer:
    """The names of all that stands in a table."""
    return Namer(graph).learn(
        t.value for row in table.rows for t in row if isinstance(t, NamedNode) and page_of(t.value)
    )
