"""Groups that are tied more among each other than to others, and random networks to judge them by. No I/O.

Random networks keep of each tie how many take part, and of each actor in how many ties it takes part; two ties never
have the same participants. Where all ties are of two, that is the simple graph with the same degrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import graspologic_native
import numpy as np

from p2p_graph.reading.simple_graph import Real, SimpleGraph, Whole, simple_of_pairs

__all__ = ["communities", "modularity", "rewired", "transitivity"]

_SEED: Final = 20191
#: how often a search goes on from what it found, and how often it begins anew: thorough and quick, small and large
_SEARCH: Final = {(False, False): (10, 50), (True, False): (3, 3), (False, True): (10, 2), (True, True): (3, 1)}
#: tied pairs from which a network is large
_LARGE: Final = 5_000
#: exchanges for each place at a tie until the first random network, and from one to the next
_BEFORE: Final = 20
_BETWEEN: Final = 2


def communities(graph: SimpleGraph, *, quick: bool = False, seed: int = _SEED) -> Real:
    """In which community an actor stands, by number: 1 is the largest; NaN for an actor without a tie.

    Communities are those of the largest modularity that the Leiden algorithm finds (resolution 1). The same seed gives
    the same; `quick` searches for a shorter time. Traag, Waltman and van Eck 2019, *Scientific Reports* 9:5233.

    >>> two = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3)]
    >>> communities(simple_of_pairs(two)).tolist()
    [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
    """
    found = np.full(graph.size, np.nan)
    if not len(graph.pairs):
        return found
    tied = [(str(one), str(other), 1.0) for one, other in graph.pairs.tolist()]
    iterations, trials = _SEARCH[quick, len(graph.pairs) > _LARGE]
    _, told = graspologic_native.leiden(tied, seed=seed, iterations=iterations, trials=trials)
    groups: dict[int, list[int]] = {}
    for actor in sorted(map(int, told)):
        groups.setdefault(told[str(actor)], []).append(actor)
    for number, members in enumerate(sorted(groups.values(), key=lambda group: (-len(group), group[0])), 1):
        found[members] = number
    return found


def modularity(graph: SimpleGraph, groups: Real) -> float:
    """How many more ties lie within groups than by chance: Q = Σg (m(g)/m − (D(g)/2m)²).

    m is the number of tied pairs, m(g) of those within g, D(g) the sum of degrees in g. From −0.5 to below 1; NaN
    without a tie. Newman and Girvan 2004, *Physical Review E* 69:026113.

    >>> graph = simple_of_pairs([(0, 1), (2, 3)])
    >>> modularity(graph, np.array([1.0, 1.0, 2.0, 2.0]))
    0.5
    """
    many = len(graph.pairs)
    if not many:
        return float("nan")
    group = np.unique(np.nan_to_num(groups), return_inverse=True)[1]
    one, other = group[graph.pairs[:, 0]], group[graph.pairs[:, 1]]
    shares = np.bincount(group, graph.degrees) / (2 * many)
    return float(np.count_nonzero(one == other) / many - (shares**2).sum())


def transitivity(graph: SimpleGraph) -> float:
    """Of all two that share a partner, which share is tied: T = 3 · triangles / paths of two ties.

    From 0 to 1; NaN where no two share a partner. Wasserman and Faust 1994, p. 243; Newman, Watts and Strogatz 2002,
    *PNAS* 99:2566–2572.

    >>> transitivity(simple_of_pairs([(0, 1), (1, 2), (2, 0), (0, 3)]))
    0.6
    """
    paths = sum(len(near) * (len(near) - 1) // 2 for near in graph.neighbours)
    closed = sum(len(graph.neighbours[one] & graph.neighbours[other]) for one, other in graph.pairs.tolist())
    return closed / paths if paths else float("nan")


def rewired(graph: SimpleGraph, draws: int, chance: np.random.Generator) -> Iterator[SimpleGraph]:
    """Random networks in which every tie keeps its number of participants and every actor its number of ties.

    Two places at two ties are exchanged again and again, but where somebody would sit twice at one tie, or two ties
    would have the same participants; so each such network comes equally often. Chodrow 2020, *Journal of Complex
    Networks* 8:cnaa018; for ties of two Maslov and Sneppen 2002, *Science* 296:910–913. The actors keep their roles;
    direction and numbers of ties are lost.

    >>> graph = simple_of_pairs([(0, 1), (2, 3), (4, 5), (0, 2)])
    >>> [random] = rewired(graph, 1, np.random.default_rng(1))
    >>> random.degrees.tolist() == graph.degrees.tolist()
    True
    """
    ties = [list(members) for members in graph.sets]
    places = [(tie, at) for tie, members in enumerate(ties) for at in range(len(members))]
    for number in range(draws):
        if len(ties) > 1:
            _exchange(ties, places, len(places) * (_BETWEEN if number else _BEFORE), chance)
        pairs = {pair for members in ties for pair in combinations(sorted(members), 2)}
        yield simple_of_pairs(pairs, graph.families.tolist(), graph.size)


def _exchange(ties: list[list[int]], places: list[tuple[int, int]], times: int, chance: np.random.Generator) -> None:
    whole = [frozenset(members) for members in ties]
    known = set(whole)
    drawn: Whole = chance.integers(len(places), size=(times, 2))
    for one, other in drawn.tolist():
        (a, at_a), (b, at_b) = places[one], places[other]
        x, y = ties[a][at_a], ties[b][at_b]
        here, there = whole[a], whole[b]
        if x in there or y in here:
            continue
        new_a, new_b = here - {x} | {y}, there - {y} | {x}
        if new_a not in known and new_b not in known:
            ties[a][at_a], ties[b][at_b] = y, x
            whole[a], whole[b] = new_a, new_b
            known -= {here, there}
            known |= {new_a, new_b}
