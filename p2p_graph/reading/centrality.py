"""Where actors stand in a simple graph: how many they reach, how near, and how much lies between. No I/O.

Each function takes a SimpleGraph and gives an array with a number for each actor, in the order of its actors. Actors
without a tie have 0, but where it is said otherwise.
"""

from __future__ import annotations

from typing import Final, cast

import numpy as np
import rustworkx as rx

from p2p_graph.reading.simple_graph import Real, SimpleGraph, Whole

__all__ = [
    "betweenness",
    "closeness",
    "component",
    "core",
    "degree",
    "distances",
    "eigenvector",
    "pagerank",
    "strength",
]

#: actors from which several threads compute; below, sums come in one order and are equal to the last digit
_THREADED: Final = 2_000
_STEPS: Final = 20_000
_TOLERANCE: Final = 1e-14
_DAMPING: Final = 0.85


def degree(graph: SimpleGraph) -> Real:
    """To how many others an actor is tied: d(i) = number of j tied to i.

    From 0 to n − 1. Freeman 1979, *Social Networks* 1:215–239.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> degree(simple_of_pairs([(0, 1), (0, 2), (0, 3)])).tolist()
    [3.0, 1.0, 1.0, 1.0]
    """
    return graph.degrees.astype(float)


def strength(graph: SimpleGraph) -> Real:
    """How many ties an actor has with each of its partners, added up: s(i) = Σj w(i,j), w the ties that join i and j.

    From 0 on; at least the degree. Barrat, Barthélemy, Pastor-Satorras and Vespignani 2004, *PNAS* 101:3747–3752.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> strength(simple_of_pairs([(0, 1), (0, 2)])).tolist()
    [2.0, 1.0, 1.0]
    """
    found = np.zeros(graph.size)
    for side in (0, 1):
        np.add.at(found, graph.pairs[:, side], graph.ties)
    return found


def distances(graph: SimpleGraph) -> tuple[Whole, Whole]:
    """How many others each actor reaches, and the sum of the steps to them.

    All actors search at once, a bit for each: who is reached next is the union over neighbours, less who was reached.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> reached, steps = distances(simple_of_pairs([(0, 1), (1, 2)], size=4))
    >>> reached.tolist(), steps.tolist()
    ([2, 2, 2, 0], [3, 2, 3, 0])
    """
    reached, steps = np.zeros(graph.size, np.int64), np.zeros(graph.size, np.int64)
    tied = np.flatnonzero(graph.degrees)
    if not len(tied):
        return reached, steps
    place = np.zeros(graph.size, np.int64)
    place[tied] = np.arange(len(tied))
    others = place[np.concatenate([sorted(graph.neighbours[one]) for one in tied]).astype(np.int64)]
    first = np.concatenate([[0], np.cumsum(graph.degrees[tied])[:-1]])
    seen = np.zeros((len(tied), len(tied) // 64 + 1), np.uint64)
    own = np.arange(len(tied))
    seen[own, own // 64] = np.uint64(1) << (own % 64).astype(np.uint64)
    front, away = seen.copy(), 0
    while front.any():
        away += 1
        front = np.bitwise_or.reduceat(front[others], first, axis=0) & ~seen
        seen |= front
        found = np.bitwise_count(front).sum(axis=1, dtype=np.int64)
        reached[tied] += found
        steps[tied] += away * found
    return reached, steps


def closeness(graph: SimpleGraph) -> Real:
    """How near an actor is to all others: c(i) = r/(n − 1) · r/Σd(i,j) over the r others that i reaches by d steps.

    From 0 to 1, which is a step to everybody; in a connected network it is Freeman's (n − 1)/Σd(i,j). Wasserman and
    Faust 1994, *Social Network Analysis*, p. 200 f.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> closeness(simple_of_pairs([(0, 1), (0, 2), (0, 3)])).tolist()
    [1.0, 0.6, 0.6, 0.6]
    """
    reached, steps = distances(graph)
    return reached / max(graph.size - 1, 1) * (reached / np.maximum(steps, 1))


def betweenness(graph: SimpleGraph) -> Real:
    """On which share of shortest ways between two others an actor lies: b(i) = 2/((n−1)(n−2)) Σ σ(s,t|i)/σ(s,t).

    The sum is over all pairs s, t of others, σ counts shortest ways, and those through i. From 0 to 1. Freeman 1977,
    *Sociometry* 40:35–41; computed as by Brandes 2001, *Journal of Mathematical Sociology* 25:163–177.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> betweenness(simple_of_pairs([(0, 1), (0, 2), (0, 3)])).tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    if graph.size < 3:
        return np.zeros(graph.size)
    found = rx.betweenness_centrality(_compiled(graph), normalized=True, parallel_threshold=_THREADED)
    return np.array([found[one] for one in range(graph.size)])


def _compiled(graph: SimpleGraph) -> rx.PyGraph[None, None]:
    made: rx.PyGraph[None, None] = rx.PyGraph(multigraph=False)
    made.add_nodes_from([None] * graph.size)
    made.add_edges_from([(one, other, None) for one, other in graph.pairs.tolist()])
    return made


def eigenvector(graph: SimpleGraph) -> Real:
    """Whether an actor is tied to others who are well tied themselves: λ·x(i) = Σ x(j) over all j tied to i.

    λ is the largest eigenvalue; the largest x is 1. Only the part of the network to which λ belongs has values above 0;
    where several parts share it, each has its own, weighted as a vector of ones falls on them. Bonacich 1972, *Journal
    of Mathematical Sociology* 2:113–120.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> eigenvector(simple_of_pairs([(0, 1), (0, 2), (0, 3)])).round(6).tolist()
    [1.0, 0.57735, 0.57735, 0.57735]
    """
    found, parts = np.zeros(graph.size), component(graph)
    degrees = graph.degrees
    groups = [np.flatnonzero(parts == part) for part in np.unique(parts[degrees > 0])]
    # λ of a part lies between the root of its largest degree and that degree: most parts cannot lead
    least = float(np.sqrt(degrees.max(initial=0)))
    groups = [members for members in groups if degrees[members].max() >= least]
    leading = [_leading(graph, members) for members in groups]
    top = max((value for value, _ in leading), default=0.0)
    for members, (value, vector) in zip(groups, leading, strict=True):
        if value > top - 1e-9 * top:
            found[members] = vector * vector.sum()
    return found / found.max() if found.any() else found


def pagerank(graph: SimpleGraph) -> Real:
    """How often one who walks from tie to tie comes by: x(i) = (1 − α)/n + α Σ x(j)/d(j) over all j tied to i.

    α is 0.85: in three of twenty steps the walk begins anew anywhere, and so it does from actors without a tie. From 0
    to 1; all add up to 1. Brin and Page 1998, *Computer Networks* 30:107–117.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> pagerank(simple_of_pairs([(0, 1)], size=2)).tolist()
    [0.5, 0.5]
    """
    if not graph.size:
        return np.zeros(0)
    degrees = graph.degrees
    share = np.divide(1.0, degrees, out=np.zeros(graph.size), where=degrees > 0)
    ways = np.concatenate([graph.pairs, graph.pairs[:, ::-1]])
    found = np.full(graph.size, 1 / graph.size)
    for _ in range(_STEPS):
        stuck = found[degrees == 0].sum()
        passed = np.bincount(ways[:, 1], (found * share)[ways[:, 0]], graph.size)
        after = (1 - _DAMPING + _DAMPING * stuck) / graph.size + _DAMPING * passed
        if np.abs(after - found).sum() < _TOLERANCE:
            break
        found = after
    return found


def core(graph: SimpleGraph) -> Real:
    """How deep an actor lies: the largest k such that it has k partners among actors who have k among each other, too.

    From 0 to the largest degree. Seidman 1983, *Social Networks* 5:269–287.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> core(simple_of_pairs([(0, 1), (1, 2), (2, 0), (0, 3)])).tolist()
    [2.0, 2.0, 2.0, 1.0]
    """
    # its annotation says int
    found = cast("dict[int, int]", rx.core_number(_compiled(graph)))
    return np.array([float(found[one]) for one in range(graph.size)])


def component(graph: SimpleGraph) -> Real:
    """In which connected part of the network an actor stands, by number: 1 is the largest.

    Parts of equal size are numbered in the order of the addresses of their first actors; an actor without a tie is a
    part of its own. Wasserman and Faust 1994, p. 109.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> component(simple_of_pairs([(0, 1), (2, 3), (3, 4)], size=6)).tolist()
    [2.0, 2.0, 1.0, 1.0, 1.0, 3.0]
    """
    parts = sorted(rx.connected_components(_compiled(graph)), key=lambda part: (-len(part), min(part)))
    found = np.zeros(graph.size)
    for number, part in enumerate(parts, 1):
        found[list(part)] = number
    return found


def _leading(graph: SimpleGraph, members: Whole) -> tuple[float, Real]:
    """The largest eigenvalue of a connected part, and its vector, which is above 0; by repeated multiplication."""
    place = np.full(graph.size, -1)
    place[members] = np.arange(len(members))
    pairs = place[graph.pairs]
    pairs = pairs[pairs[:, 0] >= 0]
    ways = np.concatenate([pairs, pairs[:, ::-1]])
    vector, value = np.full(len(members), len(members) ** -0.5), 0.0
    for _ in range(_STEPS):
        # the vector itself is added, so that a network of two sides does not swing between them for ever
        after = np.bincount(ways[:, 1], vector[ways[:, 0]], len(members)) + vector
        value = float(np.linalg.norm(after))
        after /= value
        if np.abs(after - vector).max() < _TOLERANCE:
            return value - 1, after
        vector = after
    return value - 1, vector
