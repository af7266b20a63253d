"""What chance alone gives of measures: random networks, and roles dealt out anew. No I/O.

Two null models. *Rewired*: networks in which every actor keeps its number of ties and every tie its number of
participants; see `communities.rewired`. *Dealt*: the network stays as it is, and roles are dealt out anew among actors
with about as many partners: with 1, 2 to 3, 4 to 7, and so on (permutation within strata, Good 2005, *Permutation,
Parametric, and Bootstrap Tests of Hypotheses*). Without these strata, organisations, which stand in many practices,
would be compared with groups, which stand in one. What was seen counts as one of the draws, so that p is never 0
(Phipson and Smyth 2010, *Statistical Applications in Genetics and Molecular Biology* 9:39).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from p2p_graph.reading.assortment import degree_assortativity, ei_of_matrix, mixing_of, role_assortativity
from p2p_graph.reading.brokerage import BROKERS, Families, Triads, broker_kinds, brokered, typed
from p2p_graph.reading.communities import communities, modularity, rewired, transitivity
from p2p_graph.reading.network import FAMILIES
from p2p_graph.reading.simple_graph import Real, SimpleGraph, Whole

__all__ = [
    "LEAST_PAIRS",
    "Chance",
    "Draws",
    "against_dealt",
    "against_rewired",
    "dealt_mixing",
    "draws_for",
    "judged",
    "role_chances",
]

#: a network with fewer tied pairs is not compared with chance
LEAST_PAIRS: Final = 12

#: tied pairs up to which so many random networks and deals are made; what is larger is told from chance by fewer
_DRAWS: Final = ((500, 199, 999), (5_000, 99, 999))
_FEWEST: Final = (19, 99)
#: numbers held at once while roles are dealt
_AT_ONCE: Final = 2_000_000
_MANY: Final = len(FAMILIES)


@dataclass(frozen=True, slots=True)
class Draws:
    """How many random networks and how many deals of roles a network is compared with."""

    rewired: int
    dealt: int


def draws_for(graph: SimpleGraph) -> Draws:
    """How many draws a network of its size gets; none if it is too small to be compared.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> draws_for(simple_of_pairs([(0, 1)]))
    Draws(rewired=0, dealt=0)
    """
    if len(graph.pairs) < LEAST_PAIRS:
        return Draws(0, 0)
    chosen = next((draws for most, *draws in _DRAWS if len(graph.pairs) <= most), _FEWEST)
    return Draws(*chosen)


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance gives of a number: its mean, and the range of 95 % of the draws; p of what was seen."""

    expected: float
    low: float
    high: float
    p: float


def judged(found: float, drawn: Real, upper: bool = False) -> Chance | None:
    """A number against what chance drew. `upper` asks only whether it is higher. None where it has no value.

    >>> judged(9.0, np.arange(1.0, 20.0))
    Chance(expected=10.0, low=1.0, high=19.0, p=1.0)
    """
    drawn = np.sort(drawn[~np.isnan(drawn)])
    if math.isnan(found) or not len(drawn):
        return None
    # sums that are equal on paper may differ in their last digit
    slack = 1e-9 * max(1.0, abs(found))
    at_least, at_most = int((drawn >= found - slack).sum()), int((drawn <= found + slack).sum())
    extreme = at_least if upper else 2 * min(at_least, at_most) + 1
    tail = math.floor(0.025 * len(drawn))
    p = min(1.0, (extreme + 1) / (len(drawn) + 1))
    return Chance(float(drawn.mean()), float(drawn[tail]), float(drawn[-1 - tail]), p)


def against_rewired(graph: SimpleGraph, draws: int, chance: np.random.Generator) -> Mapping[str, Chance | None]:
    """Transitivity, degree assortativity and modularity against random networks.

    Groups are found in every network, also in one without any (Guimerà, Sales-Pardo and Amaral 2004, *Physical Review
    E* 70:025101). So communities are sought in each random network, and in this one for the test, by an equal search,
    which is quicker than the one whose communities are told.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> sorted(against_rewired(simple_of_pairs([(0, 1), (1, 2)]), 2, np.random.default_rng(1)))
    ['degree_assortativity', 'modularity', 'transitivity']
    """
    measures: dict[str, Callable[[SimpleGraph], float]] = {
        "transitivity": transitivity,
        "degree_assortativity": degree_assortativity,
        "modularity": lambda one: modularity(one, communities(one, quick=True)),
    }
    rows = [[one(random) for one in measures.values()] for random in rewired(graph, draws, chance)]
    drawn = np.array(rows, dtype=float).reshape(-1, len(measures))
    return {
        name: judged(one(graph), drawn[:, at], upper=name == "modularity")
        for at, (name, one) in enumerate(measures.items())
    }


def _dealt(graph: SimpleGraph, draws: int, rows: int, chance: np.random.Generator) -> Iterator[NDArray[np.int16]]:
    """Roles dealt out anew, a row for each draw, some draws at a time; actors without a tie keep theirs.

    In short numbers: millions of them are looked up, and memory is what takes the time.
    """
    own = graph.families.astype(np.int16)
    classes = np.frexp(graph.degrees)[1]
    strata = [np.flatnonzero(classes == one) for one in np.unique(classes[graph.degrees > 0])]
    some = max(1, _AT_ONCE // max(rows, graph.size, 1))
    for start in range(0, draws, some):
        many = min(some, draws - start)
        families = np.tile(own, (many, 1))
        for same in strata:
            families[:, same] = chance.permuted(families[:, same], axis=1)
        yield families


def dealt_mixing(graph: SimpleGraph, draws: int, chance: np.random.Generator) -> Whole:
    """Mixing matrices of roles dealt out anew, one for each draw.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> dealt_mixing(simple_of_pairs([(0, 1)], families=[0, 4]), 3, np.random.default_rng(1)).shape
    (3, 9, 9)
    """
    made = [mixing_of(dealt, graph.pairs) for dealt in _dealt(graph, draws, len(graph.pairs), chance)]
    return np.concatenate([np.zeros((0, _MANY, _MANY), np.int64), *made])


def against_dealt(
    graph: SimpleGraph, threes: Triads, draws: int, chance: np.random.Generator
) -> tuple[Mapping[str, Real], Mapping[str, Whole]]:
    """What dealt roles give: by broker the numbers of its positions, and of closed and open triads those of each type.

    Of each a row for each draw; types are numbered as by `brokerage.typed`.
    """
    rows = brokered(graph)
    brokers: list[Whole] = [np.zeros((0, len(BROKERS)), np.int64)]
    types: dict[str, list[Whole]] = {"closed": [], "open": []}
    most = max(len(rows), len(threes.open), len(threes.closed))
    for dealt in _dealt(graph, draws, most, chance):
        kinds = broker_kinds(*(dealt[:, rows[:, at]] for at in range(3)))
        brokers.append(_counted(kinds, len(BROKERS)))
        for name, three in (("closed", threes.closed), ("open", threes.open)):
            found = typed(*(dealt[:, three[:, at]] for at in range(3)), is_closed=name == "closed")
            types[name].append(_counted(found, _MANY**3))
    drawn = np.concatenate(brokers).astype(float)
    empty = np.zeros((0, _MANY**3), np.int64)
    return (
        {kind: drawn[:, at] for at, kind in enumerate(BROKERS)},
        {name: np.concatenate([empty, *made]) for name, made in types.items()},
    )


def _counted(numbers: Families, many: int) -> Whole:
    """How often each number below `many` stands in each row."""
    shifted = numbers + np.arange(len(numbers))[:, None] * many
    return np.bincount(shifted.ravel(), minlength=len(numbers) * many).reshape(-1, many)


def role_chances(mixing: Whole, drawn: Whole) -> Mapping[str, Chance | None]:
    """Role assortativity and the E-I index of a mixing matrix against those of dealt roles."""
    return {
        "role_assortativity": judged(float(role_assortativity(mixing)), role_assortativity(drawn)),
        "ei_index": judged(float(ei_of_matrix(mixing)), ei_of_matrix(drawn)),
    }
