"""Measures of networks as pages show them: numbers in words, what chance gives, tables of actors, roles and triads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from p2p_graph.reading.judging import Chance
from p2p_graph.reading.measures import GROUPS, Measure, measure, measures_of
from p2p_graph.reading.measuring import ActorMeasures, Call, Measured, Result, TriadType
from p2p_graph.reading.network import FAMILIES
from p2p_graph.reading.style import ROLES, symbol
from webapp.addresses import page_of
from webapp.describing import Value
from webapp.languages import N_, NN_, apart, how_many, locale, percent
from webapp.speaking import capital, counting, families

__all__ = [
    "ActorRow",
    "Asked",
    "CommunityRow",
    "Figure",
    "Head",
    "NetworkRow",
    "TriadRow",
    "actor_table",
    "asked",
    "community_rows",
    "figure",
    "mixing_table",
    "network_table",
    "summary",
    "triad_table",
]

#: actors shown before all are asked for, types of triads, communities
_FIRST: Final = 10
_TYPES: Final = 8
_COMMUNITIES: Final = 8
#: actors named of a community, and the fewest that make one worth naming
_NAMED: Final = 3
_SMALLEST: Final = 3
#: the groups of measures of actors, of which one is shown at a time
_SETS: Final = ("standing", "brokerage")
#: measures that name a part or a group, for which the smallest number comes first
_NUMBERS: Final = frozenset({"component", "community"})


_UNITS: Final = {
    "actors": NN_("%(count)s actor", "%(count)s actors"),
    "pairs": NN_("%(count)s pair", "%(count)s pairs"),
    "tied pairs": NN_("%(count)s tied pair", "%(count)s tied pairs"),
    "brokered pairs": NN_("%(count)s brokered pair", "%(count)s brokered pairs"),
    "paths of two": NN_("%(count)s path of two", "%(count)s paths of two"),
    "threes": NN_("%(count)s three", "%(count)s threes"),
    "ties": NN_("%(count)s tie", "%(count)s ties"),
}
_PAIRS: Final = NN_("%(count)s tied pair", "%(count)s tied pairs")
_IN_PARTS: Final = NN_("It is in %(count)s part", "They fall into %(count)s parts")
_COMMUNITY: Final = NN_("%(count)s community was found", "%(count)s communities were found")
_UNTIED: Final = NN_(
    "%(name)s: %(count)s actor and no tie that joins two of them.",
    "%(name)s: %(count)s actors and no tie that joins two of them.",
)
#: what chance says of a number
_CALLS: Final = {
    "higher": N_("higher than by chance"),
    "lower": N_("lower than by chance"),
    "as by chance": N_("as by chance"),
    "too few to say": N_("too few to say"),
}


def figure(value: float | None, digits: int) -> str:
    """A number as a page shows it; a dash where there is none.

    >>> figure(1234.5678, 2), figure(-0.25, 2), figure(None, 2), figure(-0.0001, 2)
    ('1,234.57', '−0.25', '–', '0.00')
    """
    if value is None:
        return "–"
    text = format_decimal(round(value, digits) or 0.0, f"#,##0{'.' if digits else ''}{'0' * digits}", locale=locale())
    return text.replace("-", "−")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a table: its text, what chance says of it, the lines beneath it, and all of that in words."""

    text: str
    call: Call = ""
    under: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A measure of networks, and its number in each of them."""

    measure: Measure
    figures: tuple[Figure, ...]


def network_table(networks: Mapping[str, Measured], with_n: bool = False) -> list[tuple[str, list[NetworkRow]]]:
    """The measures of networks by their groups; `with_n` puts n and the missing share beneath each number."""
    return [
        (
            _(title),
            [
                NetworkRow(one, tuple(_figure(found.result(one.name), with_n) for found in networks.values()))
                for one in measures_of("network", group)
            ],
        )
        for group, title in GROUPS.items()
        if measures_of("network", group)
    ]


def _figure(result: Result, with_n: bool) -> Figure:
    digits = measure(result.measure).digits
    text = figure(result.value, digits)
    n = f"n {how_many(_UNITS[result.unit], result.n)}"
    missing = _("%(share)s missing", share=percent(result.missing)) if result.missing >= 0.005 else ""
    chance = _range(result.chance, min(digits, 2))
    under = [chance] if chance else [_("too few to say")] if result.call == "too few to say" else []
    under += [part for part in (n, missing) if part] if with_n else []
    gives = _("chance gives %(range)s", range=chance) if chance else ""
    told = [n, missing, gives, _(_CALLS[result.call]) if result.call else ""]
    return Figure(text, result.call, tuple(under), apart(part for part in (text, *told) if part))


def _range(chance: Chance | None, digits: int) -> str:
    if chance is None:
        return ""
    return _("%(low)s to %(high)s", low=figure(chance.low, digits), high=figure(chance.high, digits))


def summary(found: Measured, name: str) -> str:
    """A network in two or three sentences."""
    actors, pairs = int(found.result("actors").value or 0), int(found.result("pairs").value or 0)
    if not pairs:
        return how_many(_UNTIED, actors, name=name)
    parts, share = int(found.result("components").value or 0), found.result("largest_component").value or 0.0
    groups, modular, roles = (found.result(n) for n in ("communities", "modularity", "role_assortativity"))
    said = {
        "higher": _("They are marked more than in random networks."),
        "as by chance": _("Groups as marked turn up in random networks, too."),
        "too few to say": _("The network is too small to say whether they are more than chance."),
        "lower": _("They are marked less than in random networks."),
        "": "",
    }[modular.call]
    own = {
        "higher": _("Actors are tied to their own role more than chance would give."),
        "lower": _("Actors are tied to their own role less than chance would give."),
    }.get(roles.call, "")
    size = _(
        "%(name)s: %(actors)s, %(pairs)s.", name=name, actors=counting("actors")(actors), pairs=how_many(_PAIRS, pairs)
    )
    found_in = _(
        "%(parts)s, the largest with %(share)s of the actors.", parts=how_many(_IN_PARTS, parts), share=percent(share)
    )
    in_groups = _(
        "%(communities)s (modularity %(modularity)s).",
        communities=how_many(_COMMUNITY, int(groups.value or 0)),
        modularity=figure(modular.value, 2),
    )
    return " ".join(part for part in (size, found_in, in_groups, said, own) if part)


# actors


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the table of actors: which measures, by which of them in order, all or the first."""

    group: str = _SETS[0]
    sort: str = "degree"
    rising: bool = False
    everybody: bool = False
    ignored: tuple[str, ...] = ()

    def address(self, **changed: str) -> str:
        """Its query string, with fields changed; fields that say nothing are left out.

        >>> Asked(sort="closeness").address(all="1")
        'sort=closeness&all=1'
        """
        fields = {
            "of": self.group if self.group != _SETS[0] else "",
            "sort": self.sort if self.sort != _default(self.group) else "",
            "order": "rising" if self.rising else "",
            "all": "1" if self.everybody else "",
        }
        fields.update(changed)
        return urlencode({name: value for name, value in fields.items() if value})


def _default(group: str) -> str:
    return "degree" if group == _SETS[0] else "liaison"


def asked(fields: MultiDict[str, str]) -> Asked:
    """What an address asks, and which parts of it are left aside.

    >>> asked(MultiDict({"sort": "beauty"})).ignored[0][:8]
    '“beauty”'
    """
    ignored = [
        _("“%(said)s” is no part of this page", said=name[:40])
        for name in fields
        if name not in {"of", "sort", "order", "all"}
    ]

    def chosen(name: str, choices: Iterable[str], default: str) -> str:
        said, known = fields.get(name, ""), tuple(choices)
        if said and said not in known:
            ignored.append(_("“%(said)s” is not one of the choices for %(name)s", said=said[:40], name=name))
        return said if said in known else default

    group = chosen("of", _SETS, _SETS[0])
    sort = chosen("sort", ("label", *(one.name for one in measures_of("actor", group))), _default(group))
    return Asked(
        group,
        sort,
        chosen("order", ("rising", "falling"), "falling") == "rising",
        chosen("all", ("1",), "") == "1",
        tuple(ignored),
    )


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: its measure, the address that sorts by it, and how it is sorted now."""

    title: str
    help: str
    href: str
    sorted: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class ActorRow:
    """An actor and its numbers in the order of the columns."""

    actor: Value
    symbol: Markup
    role: str
    cells: tuple[str, ...]


def actor_table(found: Measured, wish: Asked, path: str) -> tuple[tuple[Head, ...], tuple[ActorRow, ...]]:
    """The heads and rows that were asked for. Who has no value of a measure stands last, whichever way it is sorted."""
    columns = measures_of("actor", wish.group)
    heads = [_head(_("Actor"), "", "label", wish, path, is_number=False)]
    heads += [_head(_(one.title), f"{_(one.sentence)} {_(one.span)}", one.name, wish, path) for one in columns]
    ranked = _ranked(found.actors, wish)
    return tuple(heads), tuple(
        ActorRow(
            _value(actor),
            _symbol(actor.family),
            actor.role,
            tuple(figure(actor.values[one.name], one.digits) for one in columns),
        )
        for actor in (ranked if wish.everybody else ranked[:_FIRST])
    )


def _ranked(actors: Iterable[ActorMeasures], wish: Asked) -> list[ActorMeasures]:
    by_name = sorted(actors, key=lambda a: (a.label.casefold(), a.address))
    if wish.sort == "label":
        return by_name[::-1] if wish.rising else by_name
    up = wish.rising != (wish.sort in _NUMBERS)

    def key(actor: ActorMeasures) -> tuple[bool, float]:
        value = actor.values[wish.sort]
        return value is None, 0.0 if value is None else value if up else -value

    return sorted(by_name, key=key)


def _head(title: str, help: str, name: str, wish: Asked, path: str, is_number: bool = True) -> Head:
    is_by = wish.sort == name
    query = wish.address(
        sort=name if name != _default(wish.group) else "", order="" if not is_by or wish.rising else "rising"
    )
    up = wish.rising != (name in _NUMBERS or name == "label")
    return Head(
        title,
        help,
        f"{path}?{query}" if query else path,
        ("ascending" if up else "descending") if is_by else "",
        is_number,
    )


def _value(actor: ActorMeasures) -> Value:
    return Value(actor.label, page_of(actor.address), actor.language or None)


def _symbol(family: str) -> Markup:
    frame = 'class="symbol" width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"'
    return Markup(f"<svg {frame}>{symbol(family, 9, 9, 6.2)}</svg>")


# communities


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """A community: its number and size, the roles in it, and those of its actors with most partners."""

    number: int
    size: int
    roles: str
    actors: tuple[Value, ...]
    more: int


def community_rows(found: Measured) -> tuple[tuple[CommunityRow, ...], int]:
    """The largest communities, and how many are left out."""
    groups: dict[int, list[ActorMeasures]] = defaultdict(list)
    for actor in found.actors:
        if (number := actor.values["community"]) is not None:
            groups[int(number)].append(actor)
    kept = [number for number in sorted(groups) if len(groups[number]) >= _SMALLEST][:_COMMUNITIES]
    return tuple(_community(number, groups[number]) for number in kept), len(groups) - len(kept)


def _order(families: Counter[str]) -> Callable[[str], tuple[int, int]]:
    return lambda family: (-families[family], FAMILIES.index(family))


def _community(number: int, members: list[ActorMeasures]) -> CommunityRow:
    found, spoken = Counter(actor.family for actor in members), families()
    roles = ", ".join(f"{spoken[f]} {found[f]}" for f in sorted(found, key=_order(found)))
    central = sorted(members, key=lambda a: (-(a.values["degree"] or 0), a.label))
    named = tuple(_value(actor) for actor in central[:_NAMED])
    return CommunityRow(number, len(members), roles, named, len(members) - len(named))


# roles and triads


def mixing_table(
    found: Measured,
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, tuple[Figure | None, ...]], ...]]:
    """The families that are tied at all as heads (code and name), and a row for each; pairs above the diagonal."""
    cells = {(cell.one, cell.other): cell for cell in found.mixing}
    spoken = families()
    met = [f for f in FAMILIES if any(cell.pairs for key, cell in cells.items() if f in key)]
    heads = tuple((ROLES[family].code, capital(spoken[family])) for family in met)
    rows = []
    for at, one in enumerate(met):
        figures: list[Figure | None] = [None] * at
        for other in met[at:]:
            cell = cells[one, other]
            chance = _range(cell.chance, 0)
            both = _("%(one)s and %(other)s", one=spoken[one], other=spoken[other])
            told = [f"{both}: {how_many(_PAIRS, cell.pairs)}"]
            told += [_("chance gives %(range)s", range=chance)] if chance else []
            figures.append(Figure(figure(cell.pairs, 0), cell.call, (), apart(told)))
        rows.append((capital(spoken[one]), tuple(figures)))
    return heads, tuple(rows)


@dataclass(frozen=True, slots=True)
class TriadRow:
    """A type of triad: its roles in words, and its numbers."""

    words: str
    found: str
    at_one_table: str
    chance: str
    call: Call
    families: tuple[str, ...] = field(default=())


def triad_table(found: Measured, kind: str) -> tuple[tuple[TriadRow, ...], int]:
    """The most frequent types of closed or open triads, and how many are left out."""
    there = [one for one in found.triads if one.kind == kind and one.found]
    rows = tuple(
        TriadRow(
            _roles(one),
            figure(one.found, 0),
            figure(one.at_one_table, 0),
            _range(one.chance, 0) or _("too few to say"),
            one.call,
            one.families,
        )
        for one in there[:_TYPES]
    )
    return rows, len(there) - len(rows)


def _roles(one: TriadType) -> str:
    first, second, third = (families()[family] for family in one.families)
    if one.kind == "open":
        return capital(_("%(one)s and %(other)s, both with %(between)s", one=first, other=third, between=second))
    counts = Counter((first, second, third))
    return capital(", ".join(f"{role} × {n}" if n > 1 else role for role, n in counts.items()))
