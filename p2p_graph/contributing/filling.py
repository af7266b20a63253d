"""What somebody filled in becomes triples, and triples become what somebody could have filled in; for every door.

What is filled in is plain text: entries by name (`practice`, `tie-1`, `tie-2`), each with its fields, each with its
values. A field of texts is named with its language (`label@pl`). A thing is meant by the name of its entry (`group-1`),
by what it is called, or by its address; a word of a list by `role:peer` or by its label in any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field as made_by
from datetime import date
from difflib import get_close_matches
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.contributing.checking import Finding
from p2p_graph.contributing.form import Field, Form, Part
from p2p_graph.contributing.naming import Names
from p2p_graph.contributing.uploads import is_fine_address, is_hidden
from p2p_graph.model import Fault
from p2p_graph.text import fold, slug
from p2p_graph.vocab import KINDS, PREFIXES, kind_and_slug, mint, p2p, shorten

__all__ = ["ASIDE", "Entry", "Filled", "Minting", "Values", "fill", "is_said"]

Entry = dict[str, list[str]]
Values = dict[str, Entry]

#: Gives the address for a thing of some kind and name; the third are those that are taken already.
Minting = Callable[[str, str, Collection[str]], str]

#: what an entry holds beside answers: its own address and that of its reading, the known thing that it is, the name
#: of its row in a sheet, and whose practice it belongs to there
ASIDE: Final = frozenset({"address", "reading", "known", "row", "practice", "class"})

_XSD: Final = PREFIXES["xsd"]
_LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_LONGEST: Final = 5_000
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
#: parts that may stand for something that is known already, and of what kind it then is
_KNOWN: Final[Mapping[str, str]] = {"organisation": "organisation", "source": "document", "place": "place"}


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in, as triples; what could not be read; and where each address was filled in."""

    triples: tuple[Triple, ...]
    findings: tuple[Finding, ...]
    #: the entry of each thing, by its short address
    entries: Mapping[str, str]
    #: the addresses of each entry: of the thing itself, and of a source's reading
    addresses: Mapping[str, tuple[str, ...]]
    #: names that may be meant, by entry and field
    near: Mapping[tuple[str, str], tuple[str, ...]]
    _form: Form = made_by(repr=False)

    def place(self, finding: Finding) -> tuple[str, str]:
        """The entry and the field of a finding; empty where there is none."""
        fault = finding.fault
        entry = self.entries.get(fault.subject, "")
        part = self._form.part(entry) if entry else None
        kind = fault.subject.partition(":")[0]
        for one in part.fields if part else ():
            if one.of == kind and fault.path in (shorten(one.path), one.path):
                return entry, one.key
        return entry, ""

    def beside(self, found: Iterable[Finding]) -> tuple[Finding, ...]:
        """All findings: those of reading, and of the checks those that do not tell of the same field once more."""
        told = {(f.fault.subject, f.fault.path) for f in self.findings}
        return (*self.findings, *(f for f in found if (f.fault.subject, f.fault.path) not in told))


def fill(form: Form, values: Values, names: Names, slug_of_sender: str, minting: Minting, today: date) -> Filled:
    """The triples of what was filled in. Empty entries are left out; nothing is raised for what does not fit.

    `slug_of_sender` begins the addresses of what they describe, and names them as the one who read the sources.
    """
    return _Filling(form, values, names, slug_of_sender, minting, today).filled()


def is_said(part: Part, entry: Entry) -> bool:
    """Whether something is answered in an entry; what is preset does not count."""
    for name, values in entry.items():
        key = name.partition("@")[0]
        field = part.field(key)
        if key == "known" and values and values[0] not in ("", "new"):
            return True
        if field is not None and any(value.strip() and value != field.default for value in values):
            return True
    return False


class _Filling:
    """One filling in, step by step."""

    def __init__(self, form: Form, values: Values, names: Names, sender: str, minting: Minting, today: date) -> None:
        self._form, self._names, self._sender, self._minting, self._today = form, names, sender, minting, today
        self._values: Values = self._kept(values)
        self._triples: dict[Triple, None] = {}
        self._findings: list[Finding] = []
        self._near: dict[tuple[str, str], tuple[str, ...]] = {}
        self._addresses: dict[str, dict[str, str]] = {}
        self._known: dict[str, str] = {}
        country = next(iter(self._values.get("practice", {}).get("inCountry", ())), "")
        found = names.find(country, ["country"]) if country else []
        self._country = found[0].rsplit("/", 1)[-1] if len(found) == 1 else ""

    def filled(self) -> Filled:
        for key, entry in self._values.items():
            self._place(key, entry)
        for key, entry in self._values.items():
            self._tell(key, entry)
        entries = {shorten(a): key for key, of in self._addresses.items() for a in of.values()}
        addresses = {key: tuple(of.values()) for key, of in self._addresses.items()}
        return Filled(tuple(self._triples), tuple(self._findings), entries, addresses, self._near, self._form)

    # Which entries count, and under which address

    def _kept(self, values: Values) -> Values:
        """The entries that say something, and those that such entries point to; texts without what nobody sees."""
        clean = {
            key: {name: [_clean(value) for value in texts] for name, texts in entry.items()}
            for key, entry in values.items()
            if self._form.part(key) is not None
        }
        kept = {key for key, entry in clean.items() if key == "practice" or is_said(self._part(key), entry)}
        for key in list(kept):
            part = self._part(key)
            for field in part.fields:
                if field.kind == "thing":
                    kept.update(value for value in clean[key].get(field.key, ()) if value in clean)
        return {key: clean[key] for key in clean if key in kept}

    def _part(self, key: str) -> Part:
        part = self._form.part(key)
        assert part is not None
        return part

    def _place(self, key: str, entry: Entry) -> None:
        part = self._part(key)
        known = self._known_of(part, entry)
        if known:
            self._known[key] = known
            self._addresses[key] = {}
            if part.key != "source":
                return
        name = self._name(part, entry, key)
        for kind in part.kinds[1:] if known else part.kinds:
            given = next(iter(entry.get("reading" if kind == "reading" else "address", ())), "")
            self._addresses.setdefault(key, {})[kind] = self._own(given, kind) or self._minted(kind, name)

    def _known_of(self, part: Part, entry: Entry) -> str:
        """The address of the known thing that an entry stands for, if it does."""
        kind = _KNOWN.get(part.key)
        given = next((value for value in entry.get("known", ()) if value), "")
        if kind is None or given == "new":
            return ""
        if given:
            found = self._names.find(given, [kind])
            return found[0] if len(found) == 1 else ""
        said = {name.partition("@")[0] for name, texts in entry.items() if any(texts)} - ASIDE
        # who only gives a name that is known means what is known by it
        labels = _texts(entry, "label")
        if part.key != "source" and said <= {"label", "inCountry"} and len(labels) == 1:
            found = self._names.find(labels[0][1], [kind], self._country)
            return found[0] if len(found) == 1 else ""
        return ""

    def _own(self, given: str, kind: str) -> str:
        """An address that was given to the thing before, if it is the sender's to give."""
        prefix, _, end = given.partition(":")
        is_theirs = end == self._sender or end.startswith(f"{self._sender}-")
        if prefix != kind or not is_theirs or not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", end):
            return ""
        return PREFIXES[kind] + end

    def _minted(self, kind: str, name: str) -> str:
        return self._minting(kind, name, {a for of in self._addresses.values() for a in of.values()})

    def _name(self, part: Part, entry: Entry, key: str) -> str:
        """What the address of a thing is made from."""
        number = key.rpartition("-")[2]
        whole = slug(_best(_texts(self._values.get("practice", {}), "label")), 40)
        if part.key == "group":
            roles = [self._form.word("role", text) for text in entry.get("role", ()) if text]
            return f"{whole} {(roles[0] if roles else '').partition(':')[2] or number}"
        if part.key in ("tie", "period"):
            return f"{whole} {number}"
        return slug(_best(_texts(entry, "label")), 40)

    # What is said

    def _tell(self, key: str, entry: Entry) -> None:
        part = self._part(key)
        own = self._addresses[key]
        for kind, address in own.items():
            self._triples[Triple(NamedNode(address), _TYPE, self._class(part, kind, entry))] = None
        for field in part.fields:
            if field.of in own:
                for value in self._answers(key, part, field, entry):
                    self._triples[Triple(NamedNode(own[field.of]), NamedNode(field.path), value)] = None
        self._join(key, part, own)

    def _class(self, part: Part, kind: str, entry: Entry) -> NamedNode:
        chosen = next((text for text in entry.get("class", ()) if text), "")
        for choice in part.classes:
            if chosen == choice.value or fold(chosen) in {fold(name) for name in choice.names.values()}:
                return p2p(choice.value.partition(":")[2])
        return p2p("City" if part.classes else KINDS[kind])

    def _join(self, key: str, part: Part, own: Mapping[str, str]) -> None:
        """Draws the links that the form draws itself."""
        practice = self._addresses.get("practice", {}).get("practice")
        drawn: list[tuple[str, str, str]] = []
        if part.key in ("group", "tie") and practice:
            drawn.append((own[part.key], "inPractice", practice))
        elif part.key == "period" and practice:
            drawn.append((practice, "period", own["period"]))
        elif part.key == "source":
            drawn.append((own["reading"], "ofDocument", own.get("document") or self._known[key]))
            drawn.append((own["reading"], "recordedBy", mint("contributor", self._sender).value))
        for subject, name, value in drawn:
            self._triples[Triple(NamedNode(subject), p2p(name), NamedNode(value))] = None

    def _answers(self, key: str, part: Part, field: Field, entry: Entry) -> list[NamedNode | Literal]:
        if field.kind == "text":
            said = [Literal(t, language=tongue) for tongue, t in _texts(entry, field.key) if self._fits(key, field, t)]
            return [*said] or self._preset(field, entry)
        texts = [text for text in entry.get(field.key, ()) if text]
        return [v for text in texts if (v := self._value(key, field, text)) is not None] or (
            [] if texts else self._preset(field, entry)
        )

    def _value(self, key: str, field: Field, text: str) -> NamedNode | Literal | None:
        if field.kind == "concept":
            return self._concept(key, field, text)
        if field.kind == "thing":
            return self._thing(key, field, text)
        if field.kind == "address":
            if is_fine_address(text) and (named := _address(text)) is not None:
                return named
            self._misfit(key, field, text)
            return None
        if not self._fits(key, field, text):
            return None
        return _literal(field, text)

    def _fits(self, key: str, field: Field, text: str) -> bool:
        if len(text) <= _LONGEST:
            return True
        self._misfit(key, field, text[:60] + "…")
        return False

    def _concept(self, key: str, field: Field, text: str) -> NamedNode | None:
        found = self._form.word(field.scheme, text)
        if found:
            return NamedNode(PREFIXES[field.scheme] + found.partition(":")[2])
        words = {
            fold(n): (choice.value, n) for choice in self._form.choices(field.scheme) for n in choice.names.values()
        }
        meant = [words[one] for one in get_close_matches(fold(text), words, 6, 0.6)]
        # one word of the list is told once, in the language it is most like
        near = tuple(dict(reversed(meant)).values())[::-1][:3]
        self._misfit(key, field, text, near)
        return None

    def _thing(self, key: str, field: Field, text: str) -> NamedNode | None:
        here = self._entry_named(text, field.targets)
        if here:
            kind = "reading" if "reading" in field.targets else next(iter(self._addresses[here]), "")
            return NamedNode(self._addresses[here].get(kind) or self._known[here])
        found = self._names.find(text, field.targets, self._country)
        if len(found) == 1:
            return NamedNode(found[0])
        if not found and (known := kind_and_slug(PREFIXES.get(text.partition(":")[0], "") + text.partition(":")[2])):
            return mint(*known)
        near = found or [one.address for one in self._names.near(text, field.targets, self._country)]
        self._misfit(key, field, text, tuple(self._names.call(address) for address in near))
        return None

    def _entry_named(self, text: str, kinds: Sequence[str]) -> str:
        """The entry that is meant by its name, by that of its row, or by what it calls its thing."""
        fitting = [key for key in self._values if not kinds or set(self._part(key).kinds) & set(kinds)]
        folded = fold(text)
        for key in fitting:
            if text == key or folded in {fold(row) for row in self._values[key].get("row", ())}:
                return key
        return next((key for key in fitting if folded in {fold(t) for _, t in _texts(self._values[key], "label")}), "")

    def _preset(self, field: Field, entry: Entry) -> list[NamedNode | Literal]:
        """What counts where nothing is said."""
        practice = self._values.get("practice", {})
        if field.default == "practice":
            return [NamedNode(PREFIXES["country"] + self._country)] if self._country else []
        if field.default == "today":
            return [Literal(self._today.isoformat(), datatype=NamedNode(_XSD + "date"))]
        if field.default == "first":
            first = next((of["reading"] for of in self._addresses.values() if "reading" in of), "")
            return [NamedNode(first)] if first else []
        if field.default == "made":
            tongue, name = next(iter(_texts(practice, "label")), ("en", ""))
            words = [self._form.choice(self._form.word("role", text)) for text in entry.get("role", ()) if text]
            roles = ", ".join(choice.label(tongue) for choice in words if choice is not None)
            return [Literal(f"{roles[:1].upper()}{roles[1:]} – {name}"[:200], language=tongue)] if roles else []
        scheme, _, end = field.default.partition(":")
        return [NamedNode(PREFIXES[scheme] + end)] if end else []

    def _misfit(self, key: str, field: Field, text: str, near: tuple[str, ...] = ()) -> None:
        of = self._addresses[key]
        subject = shorten(of.get(field.of) or next(iter(of.values()), ""))
        what = field.message() or "This does not fit: mend it, or leave it empty."
        fault = Fault("contribution", None, subject, field.label(), what, text[:200], shorten(field.path))
        self._findings.append(Finding("form", fault))
        if near:
            self._near[key, field.key] = tuple(dict.fromkeys((*self._near.get((key, field.key), ()), *near)))


def _texts(entry: Entry, key: str) -> list[tuple[str, str]]:
    """The texts of a field with their languages, one for each language."""
    found: dict[str, str] = {}
    for name, texts in entry.items():
        field, _, tongue = name.partition("@")
        if field == key:
            for text in texts:
                if text:
                    found.setdefault(tongue or "en", text)
    return list(found.items())


def _best(texts: Iterable[tuple[str, str]]) -> str:
    said = dict(texts)
    return said.get("en") or next(iter(said.values()), "")


def _clean(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in plain if not is_hidden(sign)).strip()


def _address(text: str) -> NamedNode | None:
    try:
        return NamedNode(text)
    except ValueError:
        return None


def _literal(field: Field, text: str) -> Literal:
    """A value with its type; one that does not fit is told by the shapes, in words of their own."""
    if field.kind in ("date", "partial-date"):
        day = _DAY_FIRST.fullmatch(text)
        text = f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}" if day else text
        form = "date"
        if field.kind == "partial-date":
            form = {4: "gYear", 7: "gYearMonth"}.get(len(text), "date")
        return Literal(text, datatype=NamedNode(_XSD + form))
    if field.kind in ("integer", "decimal"):
        plain = text.replace(",", ".") if field.kind == "decimal" else text
        return Literal(plain, datatype=NamedNode(_XSD + field.kind))
    return Literal(text)
