"""Groups that are tied more among each other than to others, and random networks to judge them by. No I/O.

Random networks keep of each tie how many take part, and of each actor in how many ties it takes part; two ties never
have the same participants. Where all ties are of two, that is the simple graph with the same degrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import chain, combinations
from operator import xor
from typing import Final

import graspologic_native
import numpy as np

from p2p_graph.reading.simple_graph import Real, SimpleGraph, simple_of_pairs

__all__ = ["communities", "modularity", "rewired", "transitivity"]

_SEED: Final = 20191
#: how often a search goes on from what it found, and how often it begins anew: thorough and quick, small and large
_SEARCH: Final = {(False, False): (10, 20), (True, False): (2, 1), (False, True): (10, 2), (True, True): (2, 1)}
#: tied pairs from which a network is large
_LARGE: Final = 5_000
#: rounds of exchanges, one for each place at a tie, until the first random network, and from one to the next;
#: fewer in a large network, where each costs more
_ROUNDS: Final = {False: (15, 2), True: (10, 1)}


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
    name = [str(actor) for actor in range(graph.size)]
    tied = [(name[one], name[other], 1.0) for one, other in zip(*graph.pairs.T.tolist(), strict=True)]
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
    closed = sum(
        len(graph.neighbours[one] & graph.neighbours[other]) for one, other in zip(*graph.pairs.T.tolist(), strict=True)
    )
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
    before, between = _ROUNDS[len(graph.pairs) > _LARGE]
    families = graph.families.tolist()
    rounds = [before, *[between] * (draws - 1)] if draws else []
    for ties in _exchanged(graph, rounds, chance):
        pairs = {pair for members in ties for pair in combinations(sorted(members), 2)}
        yield simple_of_pairs(pairs, families, graph.size, arcs=())


def _exchanged(graph: SimpleGraph, rounds: list[int], chance: np.random.Generator) -> Iterator[list[list[int]]]:
    """The ties after so many rounds, and again after so many more; in a round, as many exchanges are tried as there
    are places. Always the same lists.

    Ties are known by a number each: the random numbers of their participants, combined by exclusive or, so that after
    an exchange it is known at once. That two different ties have one number happens once in many million networks.
    """
    ties = [list(members) for members in graph.sets]
    mark: list[int] = chance.integers(1 << 62, size=graph.size).tolist()
    marks = [reduce(xor, (mark[one] for one in members)) for members in ties]
    known = set(marks)
    tie_of = [tie for tie, members in enumerate(ties) for _ in members]
    seat_of = [seat for members in ties for seat in range(len(members))]
    many = len(tie_of)
    for more in rounds:
        # a single tie has nobody to exchange with; round by round, so that no long list is held
        picks = (chance.integers(many, size=(many, 2)).T.tolist() for _ in range(more if len(ties) > 1 else 0))
        for one, other in chain.from_iterable(zip(*both, strict=True) for both in picks):
            a, b = tie_of[one], tie_of[other]
            here, there = ties[a], ties[b]
            x, y = here[seat_of[one]], there[seat_of[other]]
            if x in there or y in here:
                continue
            change = mark[x] ^ mark[y]
            old_a, old_b = marks[a], marks[b]
            new_a, new_b = old_a ^ change, old_b ^ change
            if new_a in known or new_b in known:
                continue
            here[seat_of[one]], there[seat_of[other]] = y, x
            known.remove(old_a)
            known.remove(old_b)
            known.add(new_a)
            known.add(new_b)
            marks[a], marks[b] = new_a, new_b
        yield ties
