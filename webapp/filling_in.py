"""The form of a practice as a page shows it: what was filled in, and each field with its words, values and faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field as made_by
from typing import Final

from flask_babel import gettext as _
from pyoxigraph import Literal, NamedNode, Triple
from werkzeug.datastructures import MultiDict

from p2p_graph.contributing.checking import Finding
from p2p_graph.contributing.filling import ASIDE, Entry, Filled, Values, is_said
from p2p_graph.contributing.form import LANGUAGES, Choice, Field, Form, Part
from p2p_graph.contributing.naming import Names
from p2p_graph.model import Fault as Found
from p2p_graph.vocab import kind_and_slug, shorten
from webapp.languages import LANGUAGES as SPOKEN, language

__all__ = [
    "Told",
    "drop",
    "entry_label",
    "id_of",
    "in_order",
    "more",
    "moved",
    "read",
    "starting",
    "tell",
    "tongues",
    "view",
]

_NAME: Final = re.compile(r"([a-z]+(?:-\d{1,3})?)\.([A-Za-z-]+(?:@[a-z]{2})?)")
#: entries of one contribution, values of one field, and characters of one value that are read at all
_ENTRIES: Final = 300
_VALUES: Final = 50
_SIGNS: Final = 20_000

#: how many empty entries a new form begins with
_BEGIN: Final[Mapping[str, int]] = {"group": 2, "organisation": 1, "tie": 1, "source": 1}
#: parts whose entries are chosen from by ticking
_TICKED: Final = frozenset({"group", "reading", "period"})
#: characters from which a text gets more than a line
_LONG: Final = 300


# What a request filled in


def read(form: Form, sent: MultiDict[str, str]) -> Values:
    """The values of the fields that the form has; whatever else was sent is left out."""
    values: Values = {}
    for name in sent:
        found = _NAME.fullmatch(name)
        part = form.part(found[1]) if found else None
        if found is None or part is None or part.is_many != ("-" in found[1]) or len(values) > _ENTRIES:
            continue
        bare, _sep, tongue = found[2].partition("@")
        field = part.field(bare)
        is_own = bare in ASIDE if field is None else (field.kind == "text") == (tongue in LANGUAGES)
        if is_own:
            texts = [text[:_SIGNS] for text in sent.getlist(name)[:_VALUES]]
            values.setdefault(found[1], {})[found[2]] = [text for text in texts if text.strip()]
    return in_order(form, values)


def in_order(form: Form, values: Values) -> Values:
    """The same with its entries in the order of the form."""

    def place(key: str) -> tuple[int, int]:
        part = form.part(key)
        number = int(key.rpartition("-")[2]) if part is not None and part.is_many else 0
        return (form.parts.index(part) if part is not None else 99), number

    return {key: values[key] for key in sorted(values, key=place)}


def tongues(sent: Mapping[str, str], values: Values) -> list[str]:
    """The languages that texts are written in, the main one first."""
    main = sent.get("written-in", "")
    main = main if main in LANGUAGES else language()
    also = sent.get("also-in", "")
    there = {name.partition("@")[2] for entry in values.values() for name, texts in entry.items() if any(texts)}
    others = [code for code in LANGUAGES if code != main and (code == also or code in there)]
    return [main if main in LANGUAGES else "en", *others]


def moved(values: Values, before: str, now: str) -> Values:
    """The same where the main language was changed after something was typed: what was typed is in the new one."""
    if before == now or before not in LANGUAGES or now not in LANGUAGES:
        return values
    found: Values = {}
    for key, entry in values.items():
        own: Entry = {}
        for name, texts in entry.items():
            bare, _sep, tongue = name.partition("@")
            free = not any(entry.get(f"{bare}@{now}", ()))
            own[f"{bare}@{now}" if tongue == before and free else name] = texts
        found[key] = own
    return found


def starting(form: Form, values: Values | None = None) -> Values:
    """The values with the empty entries that a form begins with."""
    found = {key: dict(entry) for key, entry in (values or {}).items()}
    for part in form.parts:
        if not part.is_many:
            found.setdefault(part.key, {})
        elif not any(form.part(key) is part for key in found):
            for number in range(1, _BEGIN.get(part.key, 0) + 1):
                found[f"{part.key}-{number}"] = {}
    return in_order(form, found)


def more(form: Form, values: Values, part_key: str) -> tuple[Values, str]:
    """The values with one more entry of a part, and its name."""
    part = form.part(part_key)
    if part is None or not part.is_many or len(values) >= _ENTRIES:
        return values, ""
    numbers = [int(key.rpartition("-")[2]) for key in values if form.part(key) is part]
    key = f"{part_key}-{max(numbers, default=0) + 1}"
    return in_order(form, {**values, key: {}}), key


def drop(values: Values, key: str) -> Values:
    """The values without an entry, and without what points to it."""
    kept = {name: entry for name, entry in values.items() if name != key}
    return {
        name: {field: [text for text in texts if text != key] for field, texts in entry.items()}
        for name, entry in kept.items()
    }


# What the page shows


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, its value, and the language of what is typed."""

    name: str
    id: str
    value: str
    tongue: str = ""
    tongue_name: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; `family` gathers those that belong together."""

    value: str
    label: str
    meaning: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of one entry."""

    id: str
    name: str
    label: str
    help: str
    widget: str
    is_needed: bool
    inputs: tuple[Input, ...] = ()
    options: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    faults: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    longest: int | None = None
    kinds: str = ""
    example: str = ""
    is_many: bool = False

    @property
    def described_by(self) -> str:
        """The names of what describes the field, for readers of screens."""
        parts = ([f"{self.id}-help"] if self.help else []) + ([f"{self.id}-fault"] if self.faults else [])
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry: its fields that are asked first, and the others; what it carries unseen."""

    key: str
    title: str
    start: tuple[FieldView, ...]
    more: tuple[FieldView, ...]
    hidden: tuple[tuple[str, str], ...]
    #: whether the others are shown from the beginning
    is_open: bool
    #: whether it stands for something that is known, so that nothing else is asked
    is_known: bool = False
    #: known things that it may be
    alike: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class PartView:
    """One part with its entries."""

    key: str
    is_many: bool
    entries: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault for the list at the top: where it leads, what the field is called, and what to do."""

    id: str
    where: str
    what: str
    value: str
    entry: str
    field: str


@dataclass(frozen=True, slots=True)
class View:
    """The whole form."""

    parts: Mapping[str, PartView]
    faults: tuple[Fault, ...] = made_by(default=())

    def part(self, key: str) -> PartView:
        """A part by its name."""
        return self.parts[key]


def id_of(entry: str, field: str = "") -> str:
    """What the place of a field in a page is called."""
    return f"{entry}-{field}".replace("@", "-") if field else entry


def view(
    form: Form,
    values: Values,
    names: Names,
    written_in: Sequence[str],
    filled: Filled | None = None,
    findings: Sequence[Finding] = (),
) -> View:
    """The form with what was filled in and what was found."""
    return _Viewing(form, values, names, written_in, filled, findings).view()


class _Viewing:
    def __init__(
        self,
        form: Form,
        values: Values,
        names: Names,
        written_in: Sequence[str],
        filled: Filled | None,
        findings: Sequence[Finding],
    ) -> None:
        self._form, self._values, self._names, self._written_in = form, values, names, written_in
        self._filled, self._language = filled, language()
        self._countries = names.all_of("country", self._language)
        self._faults: list[Fault] = []
        self._by_field: dict[tuple[str, str], list[str]] = {}
        told: set[tuple[str, str, str]] = set()
        found = [(*(filled.place(one) if filled is not None else ("", "")), one) for one in findings]
        # what can be said at a field is said there, and not once more of a thing as a whole
        for entry, field, finding in sorted(found, key=lambda one: not one[1]):
            fault = finding.told(self._language).fault
            entry, field = self._shown_at(entry, field)
            # a value that is no number at all is not too large besides
            if (entry, field, fault.value) in told and field and fault.value:
                continue
            told.add((entry, field, fault.value))
            is_said = fault.what in self._by_field.setdefault((entry, field), [])
            if is_said or (not field and any(fault.what == one.what for one in self._faults)):
                continue
            self._by_field[entry, field].append(fault.what)
            self._faults.append(self._fault(entry, field, fault))

    def _fault(self, entry: str, field: str, fault: Found) -> Fault:
        part = self._form.part(entry) if entry else None
        asked = part.field(field) if part is not None and field else None
        called = asked.label(self._language) if asked is not None else fault.field
        where = f"{entry_label(self._form, entry)}: {called}" if entry and called else called
        # what is masked tells nobody anything: the text itself stands in the field
        value = fault.value if fault.value.strip("• ") else ""
        return Fault(self._id(entry, field), where, fault.what, value, entry, field)

    def _shown_at(self, entry: str, field: str) -> tuple[str, str]:
        """Where a fault is shown: at the first source where none is given, and where something is taken from."""
        part = self._form.part(entry) if entry else None
        asked = part.field(field) if part is not None else None
        given = self._filled is not None and any(key.startswith("source-") for key in self._filled.addresses)
        if asked is not None and asked.targets == ("reading",) and not given:
            return "source-1", "label"
        if asked is not None and asked.default == "practice" and not any(self._values.get(entry, {}).get(field, ())):
            return "practice", field
        return entry, field

    def view(self) -> View:
        parts = {part.key: self._part(part) for part in self._form.parts}
        fields = [(key, field.key) for key in self._values for field in self._fields(key)]
        order = {place: number for number, place in enumerate(fields)}
        self._faults.sort(key=lambda fault: order.get((fault.entry, fault.field), len(order)))
        return View(parts, tuple(self._faults))

    def _fields(self, key: str) -> tuple[Field, ...]:
        part = self._form.part(key)
        return (*part.start, *part.more) if part is not None else ()

    def _id(self, entry: str, field: str) -> str:
        found = self._form.part(entry).field(field) if entry and field else None  # type: ignore[union-attr]
        if found is not None and found.kind == "text":
            return id_of(entry, f"{field}@{self._written_in[0]}")
        return id_of(entry, field) if entry else "form"

    def _part(self, part: Part) -> PartView:
        keys = [key for key in self._values if self._form.part(key) is part]
        return PartView(part.key, part.is_many, tuple(self._entry(part, key) for key in keys))

    def _entry(self, part: Part, key: str) -> EntryView:
        entry = self._values[key]
        start = [self._field(key, entry, field) for field in part.start if self._is_shown(field)]
        if part.classes:
            start.insert(1, self._class(key, entry, part))
        others = [self._field(key, entry, field) for field in part.more if self._is_shown(field)]
        known = next((value for value in entry.get("known", ()) if value not in ("", "new")), "")
        if known:
            start, others = [one for one in start if one.name.endswith(".label")], []
        is_open = any(f.faults or _is_answered(part, f, entry) for f in others)
        hidden = [(f"{key}.{name}", v) for name in ("address", "reading") for v in entry.get(name, ())]
        alike = self._alike(part, key, entry)
        if not alike:
            hidden += [(f"{key}.known", value) for value in entry.get("known", ())]
        title = entry_label(self._form, key)
        return EntryView(key, title, tuple(start), tuple(others), tuple(hidden), is_open, bool(known), alike)

    def _is_shown(self, field: Field) -> bool:
        """What is chosen from entries is asked where there are some."""
        if field.kind == "thing" and _TICKED & set(field.targets):
            return bool(self._entries_for(field))
        return True

    def _entries_for(self, field: Field) -> list[str]:
        return [
            key
            for key in self._values
            if key != "practice" and set(field.targets) & set(self._form.part(key).kinds)  # type: ignore[union-attr]
        ]

    def _alike(self, part: Part, key: str, entry: Entry) -> tuple[Option, ...]:
        """The known organisations that may be meant by a name."""
        if part.key != "organisation":
            return ()
        chosen = next(iter(entry.get("known", ())), "")
        typed = next((t for n, ts in entry.items() if n.startswith("label@") for t in ts), "")
        near = self._names.near(typed, ["organisation"]) if typed else []
        found = [Option(shorten(one.address), self._name(one.address), "", False) for one in near]
        if chosen and chosen != "new" and chosen not in {one.value for one in found}:
            found.insert(0, Option(chosen, chosen))
        if not found or (not chosen and typed and self._is_known(key)):
            return ()
        new = Option("new", _("None of them: it is another one"), "", False)
        return tuple(Option(one.value, one.label, one.meaning, one.value == chosen) for one in (*found, new))

    def _is_known(self, key: str) -> bool:
        return self._filled is not None and key in self._filled.addresses and not self._filled.addresses[key]

    def _name(self, address: str) -> str:
        where = ", ".join(self._names.countries(address))
        name = self._names.call(address, self._language)
        return f"{name} · {where}" if where else name

    def _class(self, key: str, entry: Entry, part: Part) -> FieldView:
        chosen = next(iter(entry.get("class", ())), "p2p:City")
        return FieldView(
            id=id_of(key, "class"),
            name=f"{key}.class",
            label=_("What it is"),
            help="",
            widget="choice",
            is_needed=True,
            inputs=(Input(f"{key}.class", id_of(key, "class"), chosen),),
            options=(("", tuple(_option(choice, chosen, self._language) for choice in part.classes)),),
        )

    def _field(self, key: str, entry: Entry, field: Field) -> FieldView:
        widget, options = self._widget(entry, field)
        place = id_of(key, f"{field.key}@{self._written_in[0]}" if field.kind == "text" else field.key)
        inputs = self._inputs(key, entry, field, place)
        if widget == "choice":
            there = {option.value for _family, them in options for option in them}
            strange = [Option(one.value, one.value) for one in inputs if one.value and one.value not in there]
            options = (*options, ("", tuple(strange))) if strange else options
        near = self._filled.near.get((key, field.key), ()) if self._filled is not None else ()
        return FieldView(
            id=place,
            name=f"{key}.{field.key}",
            label=field.label(self._language),
            help=field.help(self._language),
            widget=widget,
            is_needed=field.is_needed,
            inputs=inputs,
            options=options,
            faults=tuple(dict.fromkeys(self._by_field.get((key, field.key), ()))),
            near=near,
            longest=field.longest,
            kinds=" ".join(field.targets),
            example=field.example,
            is_many=field.is_many,
        )

    def _inputs(self, key: str, entry: Entry, field: Field, place: str) -> tuple[Input, ...]:
        if field.kind == "text":
            return tuple(
                Input(
                    f"{key}.{field.key}@{code}",
                    id_of(key, f"{field.key}@{code}"),
                    next(iter(entry.get(f"{field.key}@{code}", ())), ""),
                    code,
                    SPOKEN.get(code, code) if len(self._written_in) > 1 else "",
                )
                for code in self._written_in
            )
        texts = [self._as_chosen(field, text) for text in entry.get(field.key, ())] or [self._preset(field)]
        if field.is_many and texts[-1]:
            texts.append("")
        ids = [place, *(f"{place}-{number}" for number in range(2, len(texts) + 1))]
        return tuple(Input(f"{key}.{field.key}", at, text) for at, text in zip(ids, texts, strict=True))

    def _as_chosen(self, field: Field, text: str) -> str:
        """A value as the lists of the page have it, however it was written."""
        if field.kind == "concept":
            return self._form.word(field.scheme, text) or text
        if field.targets == ("country",):
            found = self._names.find(text, ["country"])
            return self._names.call(found[0], self._language) if len(found) == 1 else text
        return text

    @staticmethod
    def _preset(field: Field) -> str:
        return field.default if ":" in field.default else ""

    def _widget(self, entry: Entry, field: Field) -> tuple[str, tuple[tuple[str, tuple[Option, ...]], ...]]:
        chosen = set(entry.get(field.key, ()))
        if field.kind == "text":
            return ("text" if field.longest is None or field.longest > _LONG else "line"), ()
        if field.kind == "concept":
            return "choice", self._words(field)
        if field.kind == "thing" and field.targets == ("country",):
            found = [Option(name, name, "", False) for _address, name in self._countries]
            return "choice", (("", tuple(found)),)
        if field.kind == "thing" and _TICKED & set(field.targets):
            options = [Option(key, self._entry_name(key), "", key in chosen) for key in self._entries_for(field)]
            return "ticks", (("", tuple(options)),)
        return ("named" if field.kind == "thing" else field.kind), ()

    def _entry_name(self, key: str) -> str:
        entry = self._values[key]
        said = next((t for n, ts in entry.items() if n.startswith("label@") for t in ts if t), "")
        roles = [self._form.choice(self._form.word("role", text)) for text in entry.get("role", ())]
        said = said or ", ".join(choice.label(self._language) for choice in roles if choice is not None)
        title = entry_label(self._form, key)
        return f"{title}: {said}" if said else title

    def _words(self, field: Field) -> tuple[tuple[str, tuple[Option, ...]], ...]:
        """The words of a list, those of a family together."""
        words = self._form.choices(field.scheme)
        families = {choice.value: choice for choice in words}
        gathered: dict[str, list[Option]] = {}
        above = {choice.family for choice in words}
        for choice in words:
            family = families.get(choice.family) or (choice if choice.value in above else None)
            name = family.label(self._language) if family is not None else ""
            gathered.setdefault(name, []).append(_option(choice, "", self._language))
        return tuple((name, tuple(options)) for name, options in gathered.items())


def _option(choice: Choice, chosen: str, tongue: str) -> Option:
    return Option(choice.value, choice.label(tongue), choice.meaning, choice.value == chosen)


def _is_answered(part: Part, shown: FieldView, entry: Entry) -> bool:
    key = shown.name.rpartition(".")[2]
    own = {name: texts for name, texts in entry.items() if name.partition("@")[0] == key}
    return is_said(part, own)


def entry_label(form: Form, key: str) -> str:
    """What an entry is called on a page: “Tie 2”."""
    part = form.part(key)
    if part is None:
        return ""
    titles = {
        "practice": _("The practice"),
        "group": _("Group %(number)s", number=key.rpartition("-")[2]),
        "organisation": _("Organisation %(number)s", number=key.rpartition("-")[2]),
        "tie": _("Tie %(number)s", number=key.rpartition("-")[2]),
        "source": _("Source %(number)s", number=key.rpartition("-")[2]),
        "place": _("Place %(number)s", number=key.rpartition("-")[2]),
        "period": _("Active period %(number)s", number=key.rpartition("-")[2]),
    }
    return titles[part.key]


# What will be published


@dataclass(frozen=True, slots=True)
class Told:
    """One thing as it will be published: what it is called, and its facts in the order of the form."""

    title: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]


def tell(form: Form, triples: Iterable[Triple], names: Names) -> list[Told]:
    """What triples say, thing by thing, practices first."""
    said: dict[str, list[tuple[str, NamedNode | Literal]]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            said.setdefault(triple.subject.value, []).append((triple.predicate.value, triple.object))
    called = {address: _label(of) for address, of in said.items()}
    for address, of in said.items():
        # a reading is called as the document is that was read
        read_in = next((value.value for path, value in of if path.endswith("/ofDocument")), "")
        if read_in:
            called[address] = called.get(read_in) or names.call(read_in, language())
    order = [kind for part in form.parts for kind in part.kinds]

    def place(address: str) -> tuple[int, str]:
        kind = (kind_and_slug(address) or ("", ""))[0]
        return (order.index(kind) if kind in order else 99), address

    return [_told(form, address, said[address], called, names) for address in sorted(said, key=place)]


def _told(
    form: Form,
    address: str,
    said: Sequence[tuple[str, NamedNode | Literal]],
    called: Mapping[str, str],
    names: Names,
) -> Told:
    kind = (kind_and_slug(address) or ("", ""))[0]
    part, tongue = form.part_of_kind(kind), language()
    facts = []
    for field in part.fields if part is not None else ():
        values = [_said(form, value, called, names) for path, value in said if path == field.path and field.of == kind]
        if values:
            facts.append((field.label(tongue), tuple(values)))
    what = part.label(tongue) if part is not None else kind
    return Told(f"{what}: {called[address]}" if called[address] else what, tuple(facts))


def _label(said: Sequence[tuple[str, NamedNode | Literal]]) -> str:
    names = {v.language or "en": v.value for p, v in said if isinstance(v, Literal) and p.endswith("#label")}
    return names.get(language(), names.get("en", next(iter(names.values()), "")))


def _said(form: Form, value: NamedNode | Literal, called: Mapping[str, str], names: Names) -> str:
    if isinstance(value, Literal):
        return value.value
    choice = form.choice(shorten(value.value))
    if choice is not None:
        return choice.label(language())
    return called.get(value.value) or names.call(value.value, language())
