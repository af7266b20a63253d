"""All measures of a network at once, with what each rests on and what chance gives, kept as tables and as JSON. No I/O.

`measured` computes; `actor_rows`, `network_rows`, `mixing_rows` and `triad_rows` give tables; `written` and `read` are
the form in which a release keeps them.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import combinations_with_replacement
from typing import Any, Final, Literal as OneOf

import numpy as np
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table, Term
from p2p_graph.reading.assortment import (
    degree_assortativity,
    ei_of_actors,
    ei_of_matrix,
    role_assortativity,
    role_mixing,
)
from p2p_graph.reading.brokerage import (
    BROKERS,
    Triads,
    broker_roles,
    constraint,
    effective_size,
    efficiency,
    hierarchy,
    triads,
    typed,
)
from p2p_graph.reading.centrality import (
    betweenness,
    closeness,
    component,
    core,
    degree,
    distances,
    eigenvector,
    pagerank,
    strength,
)
from p2p_graph.reading.chance import CALLED_AT, adjusted
from p2p_graph.reading.communities import communities, modularity, transitivity
from p2p_graph.reading.judging import (
    Chance,
    Draws,
    against_dealt,
    against_rewired,
    dealt_mixing,
    draws_for,
    judged,
    role_chances,
)
from p2p_graph.reading.measures import measures_of
from p2p_graph.reading.network import FAMILIES, Network
from p2p_graph.reading.simple_graph import Real, SimpleGraph, Whole, pairs_of_tables, simple

__all__ = [
    "ALL",
    "FILE",
    "ActorMeasures",
    "Call",
    "Cell",
    "Measured",
    "Result",
    "TriadType",
    "actor_rows",
    "judged_together",
    "measured",
    "measured_together",
    "mixing_rows",
    "network_rows",
    "read",
    "triad_rows",
    "written",
]

#: the file of a release in which they stand, and the key of all countries as one network
FILE: Final = "measures.json.gz"
ALL: Final = "all"
#: raised when what is written, or how it is computed, changes: a release that was built before is computed anew
_EDITION: Final = 1
_SEED: Final = 20191
_MANY: Final = len(FAMILIES)
#: a type of triad that is seen and expected less often is not tested
_RAREST: Final = 3

Call = OneOf["higher", "lower", "as by chance", "too few to say", ""]


@dataclass(frozen=True, slots=True)
class ActorMeasures:
    """An actor and its measures by name; None where one is not defined for it.

    `language` is that of its label, where it has none in the language of the others.
    """

    address: str
    label: str
    role: str
    family: str
    values: Mapping[str, float | None]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A measure of a network. `n` counts what it rests on, in `unit`; `missing` is the share it says nothing of.

    `chance` is None where it is not compared, or too small to be; `q` is p adjusted over all that were tested together.
    """

    measure: str
    value: float | None
    n: int
    unit: str
    missing: float
    chance: Chance | None = None
    q: float | None = None
    is_tested: bool = False

    @property
    def call(self) -> Call:
        """What may be said; nothing of a measure that is not compared."""
        return _call(self.is_tested, self.value, self.chance, self.q)


@dataclass(frozen=True, slots=True)
class Cell:
    """Two families of roles, and how many pairs of their actors are tied."""

    one: str
    other: str
    pairs: int
    chance: Chance | None = None
    q: float | None = None

    @property
    def call(self) -> Call:
        """What may be said."""
        return _call(True, self.pairs, self.chance, self.q)


@dataclass(frozen=True, slots=True)
class TriadType:
    """Three families in triads of one kind. Of an open one the second stands in the middle.

    `at_one_table` are those closed by a single tie of all three.
    """

    kind: OneOf["closed", "open"]
    families: tuple[str, str, str]
    found: int
    at_one_table: int = 0
    chance: Chance | None = None
    q: float | None = None

    @property
    def call(self) -> Call:
        """What may be said."""
        return _call(True, self.found, self.chance, self.q)


def _call(is_tested: bool, value: float | None, chance: Chance | None, q: float | None) -> Call:
    if not is_tested:
        return ""
    if chance is None or q is None or value is None:
        return "too few to say"
    if q > CALLED_AT:
        return "as by chance"
    return "higher" if value > chance.expected else "lower"


@dataclass(frozen=True, slots=True)
class Measured:
    """All measures of one network. Actors are in the order of their addresses; `left_out` are ties against."""

    actors: tuple[ActorMeasures, ...]
    results: tuple[Result, ...]
    mixing: tuple[Cell, ...]
    triads: tuple[TriadType, ...]
    ties: int
    tables: int
    left_out: int
    draws: Draws

    def result(self, name: str) -> Result:
        """The result of a measure of the network. Raises KeyError."""
        found = next((one for one in self.results if one.measure == name), None)
        if found is None:
            raise KeyError(name)
        return found


def measured(network: Network, name: str = "", draws: Draws | None = None) -> Measured:
    """All measures of a network. The same network and `name`, such as its country's code, give the same numbers.

    >>> from p2p_graph.reading.network import project
    >>> found = measured(project(Table((), ())))
    >>> found.actors, found.result("actors").value, found.result("density").value
    ((), 0.0, None)
    """
    graph = simple(network)
    draws = draws or draws_for(graph)
    chance = np.random.default_rng([_SEED, *name.encode()])
    threes = triads(graph)
    values = _of_actors(graph)
    mixing = role_mixing(graph)
    drawn = dealt_mixing(graph, draws.dealt, chance)
    brokers, types = against_dealt(graph, threes, draws.dealt, chance)
    chances = {**role_chances(mixing, drawn), **against_rewired(graph, draws.rewired, chance)}
    for kind in BROKERS:
        chances[f"{kind}s"] = judged(float(values[kind].sum()), brokers[kind])
    return Measured(
        _actors(network, graph, values),
        tuple(_with_chance(result, chances) for result in _of_network(graph, values, mixing, threes)),
        _cells(mixing, drawn),
        _types(graph, threes, types),
        graph.counted,
        graph.tables,
        graph.against,
        draws,
    )


def _of_actors(graph: SimpleGraph) -> dict[str, Real]:
    return {
        "degree": degree(graph),
        "strength": strength(graph),
        "closeness": closeness(graph),
        "betweenness": betweenness(graph),
        "eigenvector": eigenvector(graph),
        "pagerank": pagerank(graph),
        "core": core(graph),
        "component": component(graph),
        "community": communities(graph),
        "effective_size": effective_size(graph),
        "efficiency": efficiency(graph),
        "constraint": constraint(graph),
        "hierarchy": hierarchy(graph),
        "ei": ei_of_actors(graph),
        **broker_roles(graph),
    }


def _actors(network: Network, graph: SimpleGraph, values: Mapping[str, Real]) -> tuple[ActorMeasures, ...]:
    names = [measure.name for measure in measures_of("actor")]
    made = []
    for number, address in enumerate(graph.actors):
        actor = network.actors[address]
        told = {name: _number(values[name][number]) for name in names}
        made.append(ActorMeasures(address, actor.label, actor.role_label, actor.family, told))
    return tuple(made)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _of_network(graph: SimpleGraph, values: Mapping[str, Real], mixing: Whole, threes: Triads) -> list[Result]:
    """The measures of the network in their order, without what chance gives."""
    n, m = graph.size, len(graph.pairs)
    tied = int((graph.degrees > 0).sum())
    alone = 1 - tied / n if n else 0.0
    reached, steps = (int(found.sum()) for found in distances(graph))
    parts = values["component"]
    few = len(threes.open) + 3 * len(threes.closed)
    found: dict[str, tuple[float, int, str, float]] = {
        "actors": (n, n, "actors", 0.0),
        "isolates": (n - tied, n, "actors", 0.0),
        "pairs": (m, n * (n - 1) // 2, "pairs", 0.0),
        "table_pairs": (_ratio(pairs_of_tables(graph), m), m, "tied pairs", 0.0),
        "density": (_ratio(2 * m, n * (n - 1)), n * (n - 1) // 2, "pairs", 0.0),
        "mean_degree": (_ratio(2 * m, n), n, "actors", 0.0),
        "components": (float(parts.max(initial=0)), n, "actors", 0.0),
        "largest_component": (_ratio(int((parts == 1).sum()), n), n, "actors", 0.0),
        "mean_distance": (_ratio(steps, reached), reached // 2, "pairs", 1 - _share(reached, n * (n - 1))),
        "deepest_core": (float(values["core"].max(initial=0)), n, "actors", 0.0),
        "degree_centralisation": (_central(values["degree"], (n - 1) * (n - 2)), n, "actors", 0.0),
        "betweenness_centralisation": (_central(values["betweenness"], n - 1), n, "actors", 0.0),
        "transitivity": (transitivity(graph), few, "paths of two", 0.0),
        "degree_assortativity": (degree_assortativity(graph), m, "tied pairs", 0.0),
        "communities": (float(np.nan_to_num(values["community"]).max(initial=0)), tied, "actors", alone),
        "modularity": (modularity(graph, values["community"]), m, "tied pairs", 0.0),
        "mean_constraint": (_ratio(float(np.nansum(values["constraint"])), tied), tied, "actors", alone),
        "open_triads": (len(threes.open), n * (n - 1) * (n - 2) // 6, "threes", 0.0),
        "closed_triads": (len(threes.closed), n * (n - 1) * (n - 2) // 6, "threes", 0.0),
        "role_assortativity": (float(role_assortativity(mixing)), m, "tied pairs", 0.0),
        "ei_index": (float(ei_of_matrix(mixing)), m, "tied pairs", 0.0),
    }
    rows = int(sum(values[kind].sum() for kind in BROKERS))
    found |= {f"{kind}s": (float(values[kind].sum()), rows, "brokered pairs", 0.0) for kind in BROKERS}
    return [
        Result(one.name, _number(value), many, unit, missing, is_tested=bool(one.null))
        for one in measures_of("network")
        for value, many, unit, missing in [found[one.name]]
    ]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _central(values: Real, whole: int) -> float:
    """Freeman's centralisation: how far all are from the largest, over how far they can be."""
    return float((values.max() - values).sum() / whole) if whole > 0 and len(values) else float("nan")


def _with_chance(result: Result, chances: Mapping[str, Chance | None]) -> Result:
    return replace(result, chance=chances.get(result.measure)) if result.is_tested else result


def _cells(mixing: Whole, drawn: Whole) -> tuple[Cell, ...]:
    cells = []
    for one, other in combinations_with_replacement(range(_MANY), 2):
        found = int(mixing[one, other])
        chance = judged(found, drawn[:, one, other].astype(float))
        # what chance never gives and nobody has is no result
        told = chance if chance and (found or chance.high) else None
        cells.append(Cell(FAMILIES[one], FAMILIES[other], found, told))
    qs = adjusted([cell.chance.p for cell in cells if cell.chance])
    return _with_qs(cells, qs)


def _with_qs(made: list[Any], qs: list[float]) -> tuple[Any, ...]:
    left = iter(qs)
    return tuple(replace(one, q=next(left)) if one.chance else one for one in made)


def _types(graph: SimpleGraph, threes: Triads, drawn: Mapping[str, Whole]) -> tuple[TriadType, ...]:
    """The types of triads that are seen, or that chance gives often; the most frequent first."""
    made: list[TriadType] = []
    kinds: tuple[tuple[OneOf["closed", "open"], Whole], ...] = (("closed", threes.closed), ("open", threes.open))
    for kind, rows in kinds:
        numbers = typed(*(graph.families[rows[:, at]] for at in range(3)), is_closed=kind == "closed")
        found = np.bincount(numbers, minlength=_MANY**3)
        tables = np.bincount(numbers[threes.at_one_table > 0], minlength=_MANY**3) if kind == "closed" else found * 0
        mean = drawn[kind].mean(axis=0) if len(drawn[kind]) else np.zeros(_MANY**3)
        often = np.maximum(found, mean) >= _RAREST
        for number in np.flatnonzero((found > 0) | often).tolist():
            chance = judged(float(found[number]), drawn[kind][:, number].astype(float)) if often[number] else None
            made.append(TriadType(kind, _families(number), int(found[number]), int(tables[number]), chance))
    made.sort(key=lambda one: (one.kind, -one.found, one.families))
    return _with_qs(made, adjusted([one.chance.p for one in made if one.chance]))


def _families(number: int) -> tuple[str, str, str]:
    rest, last = divmod(number, _MANY)
    first, middle = divmod(rest, _MANY)
    return FAMILIES[first], FAMILIES[middle], FAMILIES[last]


def measured_together(networks: Mapping[str, Network]) -> dict[str, Measured]:
    """All measures of several networks by their codes, with q over all of their tests.

    >>> measured_together({})
    {}
    """
    return judged_together({code: measured(network, code) for code, network in networks.items()})


def judged_together(by_country: Mapping[str, Measured]) -> dict[str, Measured]:
    """The same with q over all measures of all networks that are shown together.

    >>> judged_together({})
    {}
    """
    tested = [(code, one) for code, found in by_country.items() for one in found.results if one.chance]
    qs = adjusted([one.chance.p for _, one in tested if one.chance])
    known = {(code, one.measure): q for (code, one), q in zip(tested, qs, strict=True)}
    return {
        code: replace(found, results=tuple(replace(r, q=known.get((code, r.measure))) for r in found.results))
        for code, found in by_country.items()
    }


# tables


def actor_rows(found: Measured) -> Table:
    """A row for each actor: address, label, role, family, and each measure; those with most partners first."""
    names = [measure.name for measure in measures_of("actor")]
    ranked = sorted(found.actors, key=lambda a: (-(a.values["degree"] or 0), a.label, a.address))
    rows = tuple(
        (
            NamedNode(actor.address),
            *(Literal(text) for text in (actor.label, actor.role, actor.family)),
            *(_literal(actor.values[name]) for name in names),
        )
        for actor in ranked
    )
    return Table(("actor", "label", "role", "family", *names), rows)


def _literal(value: float | None) -> Literal | None:
    if value is None:
        return None
    return Literal(int(value)) if float(value).is_integer() else Literal(value)


_NULL: Final = ("expected", "low", "high", "p", "q", "call")


def _chance_cells(chance: Chance | None, q: float | None, call: Call) -> tuple[Term | None, ...]:
    numbers = (chance.expected, chance.low, chance.high, chance.p, q) if chance else (None,) * 5
    return (*(None if n is None else Literal(float(n)) for n in numbers), Literal(call) if call else None)


def network_rows(by_country: Mapping[str, Measured]) -> Table:
    """A row for each network and measure: country (`all` for all together), measure, value, n, what n counts, the share
    that is missing, and what chance gives.
    """
    rows = tuple(
        (
            Literal(code),
            Literal(one.measure),
            _literal(one.value),
            Literal(one.n),
            Literal(one.unit),
            Literal(float(one.missing)),
            *_chance_cells(one.chance, one.q, one.call),
        )
        for code, found in by_country.items()
        for one in found.results
    )
    return Table(("country", "measure", "value", "n", "unit", "missing", *_NULL), rows)


def mixing_rows(found: Measured) -> Table:
    """A row for each two families of roles: their tied pairs, and what chance gives."""
    rows = tuple(
        (Literal(c.one), Literal(c.other), Literal(c.pairs), *_chance_cells(c.chance, c.q, c.call))
        for c in found.mixing
    )
    return Table(("one", "other", "pairs", *_NULL), rows)


def triad_rows(found: Measured) -> Table:
    """A row for each type of triad: kind, three families (of an open one the second is in the middle), how many, how
    many of them at one table, and what chance gives.
    """
    rows = tuple(
        (
            *(Literal(text) for text in (t.kind, *t.families)),
            Literal(t.found),
            Literal(t.at_one_table),
            *_chance_cells(t.chance, t.q, t.call),
        )
        for t in found.triads
    )
    return Table(("kind", "first", "second", "third", "found", "atOneTable", *_NULL), rows)


# keeping


def written(by_country: Mapping[str, Measured]) -> bytes:
    """Networks as JSON, packed, that `read` reads; the same networks give the same bytes.

    >>> read(written({}))
    {}
    """
    told = {"edition": _EDITION, "networks": {code: _plain(found) for code, found in by_country.items()}}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 6, mtime=0)


def _plain(found: Measured) -> dict[str, Any]:
    actors = [[a.address, a.label, a.role, a.family, *a.values.values()] for a in found.actors]
    return {
        "measures": [measure.name for measure in measures_of("actor")],
        "actors": actors,
        **{name: [asdict(one) for one in getattr(found, name)] for name in ("results", "mixing", "triads")},
        **{name: getattr(found, name) for name in ("ties", "tables", "left_out")},
        "draws": asdict(found.draws),
    }


def read(content: bytes) -> dict[str, Measured]:
    """Networks from what was written. Raises ValueError where it is of another edition or damaged."""
    try:
        told = json.loads(gzip.decompress(content))
        if told["edition"] != _EDITION:
            raise ValueError(f"measures of edition {told['edition']}, not {_EDITION}")
        return {code: _one(network) for code, network in told["networks"].items()}
    except (OSError, EOFError, KeyError, TypeError, zlib.error) as reason:
        raise ValueError(f"no measures can be read: {reason}") from None


def _one(told: Mapping[str, Any]) -> Measured:
    def chanced(of: type[Any], rows: Iterable[Mapping[str, Any]]) -> tuple[Any, ...]:
        return tuple(of(**{**row, "chance": Chance(**row["chance"]) if row["chance"] else None}) for row in rows)

    actors = tuple(
        ActorMeasures(address, label, role, family, dict(zip(told["measures"], values, strict=True)))
        for address, label, role, family, *values in told["actors"]
    )
    types = tuple(replace(one, families=tuple(one.families)) for one in chanced(TriadType, told["triads"]))
    return Measured(
        actors,
        chanced(Result, told["results"]),
        chanced(Cell, told["mixing"]),
        types,
        told["ties"],
        told["tables"],
        told["left_out"],
        Draws(**told["draws"]),
    )
