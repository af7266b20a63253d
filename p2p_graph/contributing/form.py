"""What a partner is asked: parts and fields, read from the shapes and the lists of words.

The web form, the sheets, the pasted table and the preview are all made from this description, so that a property that
is added to a shape is asked for at every door. Only what no shape can say stands here in Python: which things make up a
contribution, which links the form draws itself, and what counts where a field is left empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from p2p_graph.text import fold
from p2p_graph.translation import translated
from p2p_graph.vocab import BASE, KINDS, PREFIXES, SCHEMES, shorten

__all__ = ["DEFAULTS", "LANGUAGES", "Choice", "Field", "Form", "Part"]

#: languages in which texts are written, in the order of the project
LANGUAGES: Final = ("en", "pt", "el", "pl", "lt", "nl", "fr", "hu", "de")

Kind = OneOf["text", "string", "integer", "decimal", "date", "partial-date", "address", "concept", "thing"]


@dataclass(frozen=True, slots=True)
class _Plan:
    key: str
    kinds: tuple[str, ...]
    is_many: bool
    #: properties that the form fills in itself
    filled: frozenset[str] = frozenset()


_PLANS: Final = (
    _Plan("practice", ("practice",), False, frozenset({"p2p:period"})),
    _Plan("group", ("group",), True, frozenset({"p2p:inPractice"})),
    _Plan("organisation", ("organisation",), True),
    _Plan("tie", ("tie",), True, frozenset({"p2p:inPractice"})),
    # a partner names a source; that it is a document and a reading of it is our affair
    _Plan("source", ("document", "reading"), True, frozenset({"p2p:ofDocument", "p2p:recordedBy"})),
    _Plan("place", ("place",), True),
    _Plan("period", ("period",), True),
)

#: what counts where nothing is said, at every door: a word of a list, or one of
#: `first` (the first source), `practice` (as the practice says), `today`, `made` (a name made from the role)
DEFAULTS: Final[Mapping[tuple[str, str], str]] = {
    ("practice", "readIn"): "first",
    ("practice", "evidenceLevel"): "study-design:none-stated",
    ("group", "label"): "made",
    ("group", "inCountry"): "practice",
    ("tie", "inCountry"): "practice",
    ("tie", "readIn"): "first",
    ("tie", "polarity"): "polarity:supports",
    ("tie", "confidence"): "confidence:stated",
    ("source", "readOn"): "today",
    ("place", "inCountry"): "practice",
}

_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
_SKOS: Final = PREFIXES["skos"]
_SH: Final = PREFIXES["sh"]
_XSD: Final = PREFIXES["xsd"]
_P2P: Final = PREFIXES["p2p"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a list: how it is written at every door (`role:peer`), what it is called, and what it means."""

    value: str
    names: Mapping[str, str]
    meaning: str
    #: the word above it in the list, or nothing
    family: str = ""

    def label(self, language: str = "en") -> str:
        """What it is called in a language, or else in English."""
        return _in(self.names, language) or self.value


@dataclass(frozen=True, slots=True)
class Field:
    """One question: the property it answers, its words, and what it takes."""

    #: its name in forms and sheets: the last part of the property
    key: str
    path: str
    #: the kind of thing it is said of
    of: str
    names: Mapping[str, str]
    helps: Mapping[str, str]
    messages: Mapping[str, str]
    order: float
    is_start: bool
    kind: Kind
    least: int = 0
    #: how many values at most; None for any number
    most: int | None = None
    #: the greatest number of characters of a text
    longest: int | None = None
    #: the least and the greatest number
    lowest: int | None = None
    highest: int | None = None
    #: the list of words it is chosen from
    scheme: str = ""
    #: the kinds of things it may point to; empty for any
    targets: tuple[str, ...] = ()
    #: what counts where nothing is said
    default: str = ""
    #: a value that would pass
    example: str = ""

    @property
    def is_many(self) -> bool:
        """Whether it takes several values; texts take one in each language."""
        return self.most != 1 and self.kind != "text"

    @property
    def is_needed(self) -> bool:
        """Whether somebody has to answer it."""
        return self.least > 0 and not self.default

    def label(self, language: str = "en") -> str:
        """What it is called."""
        return self.names.get(language) or translated(_in(self.names, "en"), language, "field") or self.key

    def help(self, language: str = "en") -> str:
        """What is meant by it."""
        return self.helps.get(language) or translated(_in(self.helps, "en"), language, "help")

    def message(self, language: str = "en") -> str:
        """What to do where it does not fit."""
        return self.messages.get(language) or translated(_in(self.messages, "en"), language)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a contribution, such as its ties: what it is called, and its fields in their order."""

    key: str
    kinds: tuple[str, ...]
    is_many: bool
    names: Mapping[str, str]
    fields: tuple[Field, ...]
    #: the kinds of one thing that have to be told apart, such as city and region; empty for one kind only
    classes: tuple[Choice, ...] = ()

    def label(self, language: str = "en") -> str:
        """What a thing of this part is called."""
        if self.key == "source":
            return translated("Source", language, "field")
        return _in(self.names, language) or self.key

    def field(self, key: str) -> Field | None:
        """A field by its name."""
        return next((field for field in self.fields if field.key == key), None)

    @property
    def start(self) -> tuple[Field, ...]:
        """What is asked first."""
        return tuple(field for field in self.fields if field.is_start)

    @property
    def more(self) -> tuple[Field, ...]:
        """What may be told besides."""
        return tuple(field for field in self.fields if not field.is_start)


class Form:
    """All parts of a contribution and the lists of words. Never changed."""

    def __init__(self, shapes: Iterable[Triple], words: Iterable[Triple]) -> None:
        """`shapes` are the triples of the shapes, `words` those of the ontology and the lists.

        >>> from p2p_graph.config import share
        >>> from pyoxigraph import parse
        >>> shapes = [q.triple for path in (share("ontology") / "shapes").glob("*.ttl") for q in parse(path=path)]
        >>> words = [q.triple for path in share("ontology").glob("**/*.ttl") for q in parse(path=path)]
        >>> [part.key for part in Form(shapes, words).parts]
        ['practice', 'group', 'organisation', 'tie', 'source', 'place', 'period']
        """
        said, known = _Said(shapes), _Said(words)
        self._wider = known.wider()
        self._lists = {scheme: _choices(scheme, known) for scheme in SCHEMES}
        self._labels = {choice.value: choice for them in self._lists.values() for choice in them}
        self._by_label = {
            scheme: {fold(name): choice.value for choice in reversed(them) for name in choice.names.values()}
            for scheme, them in self._lists.items()
        }
        self.parts = tuple(self._part(plan, said, known) for plan in _PLANS)

    def part(self, key: str) -> Part | None:
        """A part by its name; that of one of its things by theirs (`tie-2`)."""
        name = key.rpartition("-")[0] if key[-1:].isdigit() else key
        return next((part for part in self.parts if part.key == name), None)

    def choices(self, scheme: str) -> tuple[Choice, ...]:
        """The words of a list in their order."""
        return self._lists.get(scheme, ())

    def choice(self, value: str) -> Choice | None:
        """A word by how it is written, such as `role:peer`."""
        return self._labels.get(value)

    def word(self, scheme: str, text: str) -> str:
        """The word of a list that is written or called so in any language (`role:peer`); empty if there is none."""
        text = text.strip()
        found = self._labels.get(text)
        if found is not None and text.startswith(f"{scheme}:"):
            return text
        return self._by_label[scheme].get(fold(text), "") if text else ""

    def part_of_kind(self, kind: str) -> Part | None:
        """The part that holds things of a kind."""
        return next((part for part in self.parts if kind in part.kinds), None)

    def _part(self, plan: _Plan, said: _Said, known: _Said) -> Part:
        fields: list[Field] = []
        for kind in plan.kinds:
            shape = said.subject("targetClass", _P2P + KINDS[kind])
            for node in said.objects(shape, _SH + "property") if shape else ():
                path = said.one(node, _SH + "path")
                if path and shorten(path) not in plan.filled and said.number(node, "maxCount") != 0:
                    fields.append(self._field(plan, kind, node, path, said, fields))
        fields.sort(key=lambda field: (plan.kinds.index(field.of), field.order))
        class_address = _P2P + KINDS[plan.kinds[0]]
        classes = tuple(
            Choice(shorten(narrow), known.names(narrow), known.names(narrow, _SKOS + "definition").get("en", ""))
            for narrow in sorted(known.subjects(_RDFS + "subClassOf", class_address))
            if plan.key == "place" and narrow != _P2P + "Country"
        )
        names = known.names(class_address)
        return Part(plan.key, plan.kinds, plan.is_many, names, tuple(fields), classes)

    def _field(self, plan: _Plan, kind: str, node: str, path: str, said: _Said, others: list[Field]) -> Field:
        scheme = said.scheme(said.one(node, _SH + "node"))
        alternatives = said.alternatives(node)
        classes = [c for one in (node, *alternatives) if (c := said.one(one, _SH + "class"))]
        types = [t for one in (node, *alternatives) if (t := said.one(one, _SH + "datatype"))]
        key = path.rpartition("/")[2].rpartition("#")[2]
        if any(field.key == key for field in others):
            key = f"{kind}-{key}"
        default = DEFAULTS.get((plan.key, key), "")
        least = said.number(node, "minCount") or 0
        kind_of_value = _kind(scheme, classes, types, said.one(node, _SH + "nodeKind"), said.one(node, _SH + "pattern"))
        # of things that there are several of, only what is short is asked first
        is_long = plan.is_many and kind_of_value == "text"
        in_start = said.one(node, _SH + "group").endswith("group-start") and not is_long
        return Field(
            key=key,
            path=path,
            of=kind,
            names=said.names(node, _SH + "name"),
            helps=said.names(node, _SH + "description"),
            messages=said.names(node, _SH + "message"),
            order=said.number(node, "order") or 0,
            is_start=(in_start or least > 0) and not default,
            kind=kind_of_value,
            least=least,
            most=said.number(node, "maxCount"),
            longest=said.number(node, "maxLength"),
            lowest=said.number(node, "minInclusive"),
            highest=said.number(node, "maxInclusive"),
            scheme=scheme,
            targets=tuple(dict.fromkeys(kind for one in classes for kind in self._kinds_of(one))),
            default=default,
            example=said.one(node, _SKOS + "example"),
        )

    def _kinds_of(self, address: str) -> list[str]:
        """The kinds of things that are of a class, or of one below it."""
        below = {address}
        while more := {narrow for narrow, above in self._wider.items() if above & below} - below:
            below |= more
        found = [kind for kind, name in KINDS.items() if _P2P + name in below]
        # cities and regions have no kind of their own: they are places
        is_place = any(_P2P + "Place" in self._wider.get(one, ()) for one in below - {_P2P + "Country"})
        return [*found, "place"] if is_place and "place" not in found else found


def _kind(scheme: str, classes: list[str], types: list[str], node_kind: str, pattern: str) -> Kind:
    if scheme:
        return "concept"
    if types:
        return "partial-date" if len(types) > 1 else _OF_TYPE.get(types[0], "string")
    if classes:
        return "thing"
    if node_kind == _SH + "IRI":
        return "address" if pattern else "thing"
    return "string"


_OF_TYPE: Final[Mapping[str, Kind]] = {
    _RDF + "langString": "text",
    _XSD + "string": "string",
    _XSD + "integer": "integer",
    _XSD + "decimal": "decimal",
    _XSD + "date": "date",
    _XSD + "gYear": "partial-date",
    _XSD + "gYearMonth": "partial-date",
}


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _choices(scheme: str, known: _Said) -> tuple[Choice, ...]:
    top = f"{BASE}vocab/{scheme}"
    found = []
    for address in known.subjects(_SKOS + "inScheme", top):
        above = known.one(address, _SKOS + "broader")
        names, meaning = known.names(address, _SKOS + "prefLabel"), known.names(address, _SKOS + "definition")
        place = known.number(address, "notation", _SKOS)
        found.append((place if place is not None else 10_000, address, names, meaning.get("en", ""), above))
    found.sort(key=lambda one: (one[0], one[1]))
    return tuple(Choice(shorten(a), n, m, shorten(above) if above else "") for _, a, n, m, above in found)


class _Said:
    """Triples by what they speak of, as plain texts; nodes without a name are looked up by what identifies them."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._of: dict[str, dict[str, list[Literal | str]]] = defaultdict(lambda: defaultdict(list))
        self._to: dict[tuple[str, str], list[str]] = defaultdict(list)
        for triple in triples:
            if not isinstance(triple.subject, NamedNode | BlankNode):
                continue
            subject, value = _text(triple.subject), triple.object
            path = triple.predicate.value
            if isinstance(value, Literal):
                self._of[subject][path].append(value)
            elif isinstance(value, NamedNode | BlankNode):
                self._of[subject][path].append(_text(value))
                self._to[path, _text(value)].append(subject)

    def objects(self, subject: str, path: str) -> list[str]:
        return [v if isinstance(v, str) else v.value for v in self._of.get(subject, {}).get(path, ())]

    def one(self, subject: str, path: str) -> str:
        return next(iter(self.objects(subject, path)), "")

    def subjects(self, path: str, value: str) -> list[str]:
        return list(dict.fromkeys(self._to.get((path, value), ())))

    def subject(self, name: str, value: str) -> str:
        return next(iter(self.subjects(_SH + name, value)), "")

    def number(self, subject: str, name: str, start: str = _SH) -> int | None:
        found = self.one(subject, start + name)
        return int(found) if found.lstrip("-").isdigit() else None

    def names(self, subject: str, path: str = _RDFS + "label") -> dict[str, str]:
        values = self._of.get(subject, {}).get(path, ())
        return {v.language or "en": v.value for v in values if isinstance(v, Literal)}

    def scheme(self, shape: str) -> str:
        """The list of words that a shape of concepts asks for."""
        for node in self.objects(shape, _SH + "property") if shape else ():
            value = self.one(node, _SH + "hasValue")
            if value.startswith(f"{BASE}vocab/"):
                return value.removeprefix(f"{BASE}vocab/")
        return ""

    def alternatives(self, node: str) -> list[str]:
        found, rest = [], self.one(node, _SH + "or")
        while rest and rest != _RDF + "nil":
            found.append(self.one(rest, _RDF + "first"))
            rest = self.one(rest, _RDF + "rest")
        return found

    def wider(self) -> dict[str, set[str]]:
        """The classes right above each class."""
        found: dict[str, set[str]] = defaultdict(set)
        for subject, said in self._of.items():
            found[subject].update(v for v in said.get(_RDFS + "subClassOf", ()) if isinstance(v, str))
        return {subject: above for subject, above in found.items() if above}


def _text(node: NamedNode | BlankNode) -> str:
    return node.value if isinstance(node, NamedNode) else f"_:{node.value}"
