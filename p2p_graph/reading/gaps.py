"""What works elsewhere and is missing here: patterns, pairs of roles and kinds of practice of other countries. No I/O.

Missing means: not recorded. Nothing is called missing in a country of which fewer than twelve practices with a tie are
recorded. What others have comes in the order of the evidence it has there (the strongest design of study that a
practice rests on), then of how near those countries are, then of how many they are.

Two countries are near in setting as far as their practices are spread alike over settings (cosine of the numbers of
practices by setting; Salton and McGill 1983, *Introduction to Modern Information Retrieval*, ch. 4), and near in law as
far as their rules say the same of the same roles (Jaccard 1912, *New Phytologist* 11:37–50: rules in both among rules
in either). Where no rule of a country is recorded, nothing is said of its law.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal as OneOf

from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table, Term
from p2p_graph.reading.network import Network, mixing
from p2p_graph.reading.pattern import LEAST, PatternTable

__all__ = ["Elsewhere", "Gap", "Nearness", "Profile", "gap_rows", "gaps", "nearness", "profiles"]

Kind = OneOf["pattern", "pair", "practice-kind"]
KINDS: Final[tuple[Kind, ...]] = ("pattern", "practice-kind", "pair")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a country: practices by kind and by setting, rules of law, the evidence of each practice."""

    code: str
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    settings: Mapping[str, int] = field(default_factory=dict)
    rules: frozenset[tuple[str, str]] = frozenset()
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near two countries are, from 0 to 1; None where nothing is recorded to compare. With what they share."""

    setting: float | None
    law: float | None
    settings: tuple[str, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()

    @property
    def value(self) -> float:
        """The mean of what is known; 0 where nothing is."""
        known = [part for part in (self.setting, self.law) if part is not None]
        return sum(known) / len(known) if known else 0.0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A country that has what another lacks: its practices, the strongest evidence of one, and how near it is."""

    country: str
    practices: tuple[str, ...]
    ties: int
    evidence: str
    findings: int
    nearness: Nearness


@dataclass(frozen=True, slots=True)
class Gap:
    """What a country lacks: a pattern or kind of practice by its name, or two families of roles, and who has it.

    Countries come in the order of their evidence, then of their nearness.
    """

    kind: Kind
    name: str
    elsewhere: tuple[Elsewhere, ...]
    #: place of the strongest evidence in the order of designs, weakest first
    strength: int

    @property
    def evidence(self) -> str:
        """The strongest design of study behind it."""
        return self.elsewhere[0].evidence

    @property
    def nearest(self) -> Elsewhere:
        """The nearest country that has it."""
        return max(self.elsewhere, key=lambda e: e.nearness.value)

    @property
    def practices(self) -> int:
        """How many practices have it elsewhere."""
        return len({practice for found in self.elsewhere for practice in found.practices})


def profiles(traits: Table, rules: Table) -> dict[str, Profile]:
    """The profile of each country, from rows of country, practice, trait, value and of country, modality, role.

    >>> profiles(Table(("country", "practice", "trait", "value"), ()), Table(("country", "modality", "role"), ()))
    {}
    """
    kinds: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    settings: dict[str, Counter[str]] = defaultdict(Counter)
    evidence: dict[str, dict[str, str]] = defaultdict(dict)
    for row in traits.records():
        code, practice, trait, value = (_name(row[c]) for c in ("country", "practice", "trait", "value"))
        address = row["practice"].value if isinstance(row["practice"], NamedNode) else practice
        if trait == "practiceKind":
            kinds[code][value].add(address)
        elif trait == "setting":
            settings[code][value] += 1
        else:
            evidence[code][address] = value
    law: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rules.records():
        law[_name(row["country"])].add((_name(row["modality"]), _name(row["role"])))
    return {
        code: Profile(
            code,
            {kind: frozenset(found) for kind, found in sorted(kinds[code].items())},
            dict(settings[code]),
            frozenset(law[code]),
            evidence[code],
        )
        for code in sorted({*kinds, *settings, *evidence})
    }


def _name(term: Term | None) -> str:
    return term.value.rsplit("/", 1)[-1] if isinstance(term, NamedNode) else ""


def nearness(one: Profile, other: Profile) -> Nearness:
    """How near two countries are in setting and in law.

    >>> near = nearness(Profile("A", settings={"street": 3, "prison": 4}), Profile("B", settings={"street": 1}))
    >>> round(near.setting, 2), near.law
    (0.6, None)
    """
    shared = sorted(set(one.settings) & set(other.settings), key=lambda s: -min(one.settings[s], other.settings[s]))
    setting = None
    if one.settings and other.settings:
        dot = sum(one.settings[s] * other.settings[s] for s in shared)
        setting = dot / math.sqrt(
            sum(n * n for n in one.settings.values()) * sum(n * n for n in other.settings.values())
        )
    both = one.rules & other.rules
    law = len(both) / len(one.rules | other.rules) if one.rules and other.rules else None
    return Nearness(setting, law, tuple(shared), tuple(sorted(both)))


class _Known:
    """What a gap is found in: which country has which thing in which practices."""

    def __init__(
        self, found: Mapping[str, Profile], findings: Mapping[str, int], order: Mapping[str, int], code: str
    ) -> None:
        self._profiles, self._findings, self._order, self._code = found, findings, order, code
        self._near = {other: nearness(found[code], profile) for other, profile in found.items() if other != code}

    def elsewhere(self, country: str, practices: Iterable[str], ties: int) -> Elsewhere:
        named = tuple(sorted(set(practices)))
        designs = [self._profiles[country].evidence.get(practice, "") for practice in named]
        best = max(designs, key=lambda design: self._order.get(design, 0), default="")
        studied = sum(self._findings.get(practice, 0) for practice in named)
        return Elsewhere(country, named, ties, best, studied, self._near[country])

    def gap(self, kind: Kind, name: str, found: Iterable[Elsewhere]) -> Gap:
        ranked = sorted(found, key=lambda e: (-self._order.get(e.evidence, 0), -e.nearness.value, e.country))
        return Gap(kind, name, tuple(ranked), max(self._order.get(e.evidence, 0) for e in ranked))


def gaps(
    code: str,
    table: PatternTable,
    networks: Mapping[str, Network],
    found: Mapping[str, Profile],
    findings: Mapping[str, int],
    designs: Mapping[str, int],
) -> tuple[Gap, ...]:
    """What a country lacks that others have; empty if too little is recorded of it to say.

    `networks` and `found` are by country, `findings` counts those about each practice, `designs` gives the place of
    each design of study, weakest first. A pair of roles counts where others have it in two practices or more.
    """
    basis = table.bases.get(code)
    if basis is None or basis.with_tie < LEAST:
        return ()
    known = _Known(found, findings, designs, code)
    others = [other for other in found if other != code and other in networks]
    made = [*_patterns(code, table, others, known), *_kinds(code, found, others, known)]
    made += _pairs(code, networks, others, known)
    return tuple(
        sorted(
            made,
            key=lambda g: (
                KINDS.index(g.kind),
                -g.strength,
                -max(e.nearness.value for e in g.elsewhere),
                -len(g.elsewhere),
                g.name,
            ),
        )
    )


def _patterns(code: str, table: PatternTable, others: list[str], known: _Known) -> Iterable[Gap]:
    for row in table.rows:
        if row.cells[code].verdict != "not found":
            continue
        having = [row.cells[other] for other in others if other in row.cells and row.cells[other].practices]
        if having:
            yield known.gap(
                "pattern",
                row.saved.name,
                [known.elsewhere(cell.country, cell.practices, len(cell.ties)) for cell in having],
            )


def _kinds(code: str, found: Mapping[str, Profile], others: list[str], known: _Known) -> Iterable[Gap]:
    for kind in sorted({kind for other in others for kind in found[other].kinds} - set(found[code].kinds)):
        having = [other for other in others if kind in found[other].kinds]
        yield known.gap(
            "practice-kind", kind, [known.elsewhere(other, found[other].kinds[kind], 0) for other in having]
        )


def _pairs(code: str, networks: Mapping[str, Network], others: list[str], known: _Known) -> Iterable[Gap]:
    wheels = {country: mixing(networks[country]) for country in (code, *others)}
    here = {chord.pair for chord in wheels[code].chords if not chord.against}
    having: dict[tuple[str, str], list[Elsewhere]] = defaultdict(list)
    for other in others:
        for chord in wheels[other].chords:
            if not chord.against and chord.pair not in here and chord.practices:
                having[chord.one, chord.other].append(known.elsewhere(other, chord.practices, len(chord.ties)))
    for (one, other), where in having.items():
        if len({practice for e in where for practice in e.practices}) > 1:
            yield known.gap("pair", f"{one} {other}", where)


def gap_rows(found: Iterable[Gap]) -> Table:
    """The same as values: a row for each gap and country that has it, in order."""
    columns = ("kind", "name", "country", "practices", "ties", "evidence", "findings", "setting", "law")
    return Table(
        columns,
        tuple(
            (
                *(Literal(text) for text in (gap.kind, gap.name, e.country)),
                Literal(len(e.practices)),
                Literal(e.ties),
                Literal(e.evidence) if e.evidence else None,
                Literal(e.findings),
                *(None if part is None else Literal(part) for part in (e.nearness.setting, e.nearness.law)),
            )
            for gap in found
            for e in gap.elsewhere
        ),
    )
