"""What is studied, how well, and where nothing is: findings and practices by subject and by design of study. No I/O.

The subject is a kind of practice or a family of roles; the designs go from the weakest to the strongest. A finding
stands under the kinds it names itself, else under those of the practices it is about; under a family of roles only if
it names a role of it, since a finding about a practice need not be about all who take part. A practice stands in the
column of the strongest design it rests on. The form is that of an evidence gap map (Snilstveit et al. 2016, *Journal of
Clinical Epidemiology* 79:120–129, doi:10.1016/j.jclinepi.2016.05.015).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal as OneOf

from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading.network import FAMILIES, Network

__all__ = [
    "BY",
    "By",
    "Cell",
    "EvidenceMap",
    "EvidenceRow",
    "Known",
    "Subject",
    "evidence_map",
    "evidence_rows",
    "known",
]

By = OneOf["kind", "role"]
#: what the rows of a map can be
BY: Final[tuple[By, ...]] = ("kind", "role")


@dataclass(frozen=True, slots=True)
class Subject:
    """One finding or practice: its designs, its countries, the kinds and families of roles it stands under."""

    designs: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """All findings and practices by their address."""

    findings: Mapping[str, Subject]
    practices: Mapping[str, Subject]


@dataclass(frozen=True, slots=True)
class Cell:
    """The findings of one design on one subject, and the practices of which it is the strongest evidence."""

    findings: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One subject: its cells by design; those without anything are left out."""

    name: str
    cells: Mapping[str, Cell] = field(default_factory=dict)

    @property
    def findings(self) -> int:
        """How many findings there are, each counted once."""
        return len({finding for cell in self.cells.values() for finding in cell.findings})

    @property
    def practices(self) -> int:
        """How many practices there are."""
        return len({practice for cell in self.cells.values() for practice in cell.practices})


@dataclass(frozen=True, slots=True)
class EvidenceMap:
    """The rows in their order, the designs from the weakest to the strongest, and what stands nowhere."""

    rows: tuple[EvidenceRow, ...]
    designs: tuple[str, ...]
    findings: int
    practices: int
    unplaced: tuple[str, ...]


def known(findings: Table, practices: Table, families: Mapping[str, str], networks: Mapping[str, Network]) -> Known:
    """What a map is made from: `traits-of-findings`, `practice-traits`, the family of each role, countries' networks.

    >>> known(Table(("finding", "trait", "value"), ()), Table(("practice", "trait", "value"), ()), {}, {}).findings
    {}
    """
    done = _traits(practices, "practice")
    countries: dict[str, set[str]] = defaultdict(set)
    for row in practices.records():
        if isinstance(row["practice"], NamedNode) and isinstance(row["country"], NamedNode):
            countries[row["practice"].value].add(_name(row["country"].value))
    taking_part: dict[str, set[str]] = defaultdict(set)
    for network in networks.values():
        for tie in network.ties.values():
            for practice in tie.practices:
                taking_part[practice].update(network.actors[a].family for a in tie.participants)
    practised = {
        practice: Subject(
            _names(traits["evidenceLevel"]),
            frozenset(countries[practice]),
            _names(traits["practiceKind"]),
            frozenset(taking_part[practice]),
        )
        for practice, traits in done.items()
    }
    studied = {
        finding: _studied(traits, practised, families) for finding, traits in _traits(findings, "finding").items()
    }
    return Known(studied, practised)


def _studied(
    traits: Mapping[str, Iterable[str]], practised: Mapping[str, Subject], families: Mapping[str, str]
) -> Subject:
    about = [practised[address] for address in traits["about"] if address in practised]
    named = _names(traits["aboutKind"])
    return Subject(
        _names(traits["studyDesign"]),
        _names(traits["inCountry"]).union(*(practice.countries for practice in about)),
        named or frozenset(kind for practice in about for kind in practice.kinds),
        frozenset(families[role] for role in traits["aboutRole"] if role in families),
    )


def _traits(table: Table, column: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for row in table.records():
        thing, trait, value = row[column], row["trait"], row["value"]
        if isinstance(thing, NamedNode) and isinstance(trait, NamedNode) and isinstance(value, NamedNode):
            found.setdefault(thing.value, defaultdict(list))[_name(trait.value)].append(value.value)
    return found


def _name(address: str) -> str:
    return address.rsplit("/", 1)[-1]


def _names(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(_name(address) for address in addresses)


def evidence_map(what: Known, by: By, kinds: Sequence[str], designs: Sequence[str], country: str = "") -> EvidenceMap:
    """The map by kind of practice or by family of roles, of one country (two letters) or of all.

    `kinds` and `designs` give the order; every one has its row or column, also where nothing is.

    >>> made = evidence_map(Known({}, {}), "kind", ["naloxone"], ["descriptive"])
    >>> made.rows[0].findings, made.designs
    (0, ('descriptive',))
    """
    findings, practices = (
        {address: one for address, one in those.items() if not country or country in one.countries}
        for those in (what.findings, what.practices)
    )
    names = kinds if by == "kind" else FAMILIES
    cells: dict[str, dict[str, tuple[list[str], list[str]]]] = defaultdict(lambda: defaultdict(lambda: ([], [])))
    for place, those in enumerate((findings, practices)):
        for address, one in sorted(those.items()):
            for name in one.kinds if by == "kind" else one.families:
                for design in one.designs:
                    cells[name][design][place].append(address)
    rows = tuple(
        EvidenceRow(
            name, {d: Cell(*(tuple(part) for part in cells[name][d])) for d in designs if d in cells.get(name, {})}
        )
        for name in names
    )
    placed = {finding for row in rows for cell in row.cells.values() for finding in cell.findings}
    return EvidenceMap(
        rows, tuple(designs), len(findings), len(practices), tuple(f for f in sorted(findings) if f not in placed)
    )


def evidence_rows(made: EvidenceMap) -> Table:
    """The equal table: each subject and each design, also those with nothing.

    >>> evidence_rows(evidence_map(Known({}, {}), "role", [], ["descriptive"])).columns
    ('subject', 'design', 'findings', 'practices')
    """
    return Table(
        ("subject", "design", "findings", "practices"),
        tuple(
            (
                Literal(row.name),
                Literal(design),
                Literal(len(row.cells[design].findings) if design in row.cells else 0),
                Literal(len(row.cells[design].practices) if design in row.cells else 0),
            )
            for row in made.rows
            for design in made.designs
        ),
    )
