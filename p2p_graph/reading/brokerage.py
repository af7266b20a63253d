"""Who stands between others: Burt's structural holes, brokerage between roles, triads by role. No I/O.

Burt's measures look at an actor and its partners. The brokerage of Gould and Fernandez looks at every two that an
actor leads from one to the other, and at the roles of all three. Actors without a tie have no hole to bridge: theirs
are NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from p2p_graph.reading.network import FAMILIES
from p2p_graph.reading.simple_graph import Real, SimpleGraph, Whole

__all__ = [
    "BROKERS",
    "Families",
    "Triads",
    "broker_kinds",
    "broker_roles",
    "brokered",
    "constraint",
    "effective_size",
    "efficiency",
    "hierarchy",
    "triad_census",
    "triads",
    "typed",
]

#: the kinds of brokers, by what each stands between; the order of the columns of `broker_roles`
BROKERS: Final = ("coordinator", "itinerant", "gatekeeper", "representative", "liaison")
_MANY: Final = len(FAMILIES)
#: places in FAMILIES, long or short; the number of three of them is short enough, too
Families = NDArray[np.int64] | NDArray[np.int16]


def _shared(graph: SimpleGraph) -> tuple[Whole, Real]:
    """For each pair: how many partners the two have in common, and the sum of one over the degree of each of these."""
    inverse = [1 / len(near) if near else 0.0 for near in graph.neighbours]
    counts, sums = np.zeros(len(graph.pairs), np.int64), np.zeros(len(graph.pairs))
    for row, (one, other) in enumerate(graph.pairs.tolist()):
        both = graph.neighbours[one] & graph.neighbours[other]
        counts[row], sums[row] = len(both), sum(inverse[third] for third in sorted(both))
    return counts, sums


def _by_actor(graph: SimpleGraph, ones: Real, others: Real) -> Real:
    """Numbers of pairs added up for the first actor of each pair, and for the second."""
    found = np.zeros(graph.size)
    for side, values in enumerate((ones, others)):
        found += np.bincount(graph.pairs[:, side], values, graph.size)
    return found


def _where_tied(graph: SimpleGraph, values: Real, least: int = 1) -> Real:
    return np.where(graph.degrees >= least, values, np.nan)


def effective_size(graph: SimpleGraph) -> Real:
    """How many partners that are not joined among each other an actor has: e(i) = d − 2t/d.

    d is the degree of i and t the number of pairs among its partners that are tied. From 1 to d. Burt 1992, *Structural
    Holes*, p. 52; in this form Borgatti 1997, *Connections* 20:35–38.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> effective_size(simple_of_pairs([(0, 1), (0, 2), (1, 2), (0, 3)])).round(4).tolist()
    [2.3333, 1.0, 1.0, 1.0]
    """
    counts = _shared(graph)[0].astype(float)
    degrees = np.maximum(graph.degrees, 1)
    # each tied pair of partners is counted from both of them
    return _where_tied(graph, graph.degrees - _by_actor(graph, counts, counts) / degrees)


def efficiency(graph: SimpleGraph) -> Real:
    """Which share of an actor's partners is not redundant: effective size over degree.

    From above 0 to 1. Burt 1992, *Structural Holes*, p. 53.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> efficiency(simple_of_pairs([(0, 1), (0, 2), (1, 2), (0, 3)])).round(4).tolist()
    [0.7778, 0.5, 0.5, 1.0]
    """
    return effective_size(graph) / np.maximum(graph.degrees, 1)


def _constraints(graph: SimpleGraph) -> tuple[Real, Real]:
    """For each pair, how much the second constrains the first, and the first the second."""
    sums = _shared(graph)[1]
    degrees = np.maximum(graph.degrees, 1)
    one, other = degrees[graph.pairs[:, 0]], degrees[graph.pairs[:, 1]]
    return ((1 + sums) / one) ** 2, ((1 + sums) / other) ** 2


def constraint(graph: SimpleGraph) -> Real:
    """How far an actor's ties all lead to the same people: C(i) = Σj (p(i,j) + Σq p(i,q)·p(q,j))².

    The sums are over partners; p(i,j) = 1/d(i) is the share of i's ties that goes to j. From just above 0 to 1.125,
    which it is in a triangle; 1 with a single partner. Burt 1992, *Structural Holes*, p. 54 f.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> constraint(simple_of_pairs([(0, 1), (0, 2), (0, 3)])).round(4).tolist()
    [0.3333, 1.0, 1.0, 1.0]
    """
    return _where_tied(graph, _by_actor(graph, *_constraints(graph)))


def hierarchy(graph: SimpleGraph) -> Real:
    """Whether the constraint on an actor comes from one partner: H(i) = Σj (r ln r) / (N ln N), r = c(i,j)/(C(i)/N).

    c(i,j) is the part of the constraint that comes from j, N the number of partners. From 0, where each has an equal
    part, to 1; NaN with fewer than two partners. Burt 1992, *Structural Holes*, p. 70 f.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> hierarchy(simple_of_pairs([(0, 1), (0, 2), (1, 2), (0, 3)])).round(4).tolist()
    [0.0522, 0.0099, 0.0099, nan]
    """
    many = np.maximum(graph.degrees, 1).astype(float)
    mean = np.nan_to_num(constraint(graph), nan=1.0) / many
    parts = []
    for side, part in enumerate(_constraints(graph)):
        ratio = part / mean[graph.pairs[:, side]]
        parts.append(ratio * np.log(ratio))
    found = _by_actor(graph, parts[0], parts[1])
    whole = np.where(many > 1, many * np.log(np.maximum(many, 2)), 1.0)
    return _where_tied(graph, found / whole, 2)


# brokerage between roles


def brokered(graph: SimpleGraph) -> Whole:
    """Every two actors that a third leads from one to the other: rows (from, broker, to), with no arc from the first
    to the last. A way and its way back are two rows.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> brokered(simple_of_pairs([(0, 1), (1, 2)])).tolist()
    [[0, 1, 2], [2, 1, 0]]
    """
    into: list[list[int]] = [[] for _ in graph.actors]
    out: list[list[int]] = [[] for _ in graph.actors]
    for one, other in graph.arcs.tolist():
        out[one].append(other)
        into[other].append(one)
    known = graph.arcs[:, 0] * graph.size + graph.arcs[:, 1]
    rows = [np.zeros((0, 3), np.int64)]
    for broker, (before, after) in enumerate(zip(into, out, strict=True)):
        first, last = np.repeat(before, len(after)), np.tile(after, len(before))
        if len(first):
            at = np.searchsorted(known, key := first * graph.size + last)
            is_open = (first != last) & (known[np.minimum(at, len(known) - 1)] != key)
            rows.append(np.column_stack([first, np.full(len(first), broker), last])[is_open])
    return np.concatenate(rows).astype(np.int64)


def broker_kinds(first: Families, broker: Families, last: Families) -> Families:
    """Which of BROKERS stands between, by the families of the three.

    >>> police, peers, dealers = (np.array([number]) for number in (4, 0, 5))
    >>> [BROKERS[broker_kinds(*three)[0]] for three in ((peers, police, peers), (peers, police, dealers))]
    ['itinerant', 'liaison']
    """
    left, right, ends = first == broker, broker == last, first == last
    kinds: list[np.int16] = [np.int16(number) for number in range(5)]
    return np.select([left & right, ends, right, left], kinds[:4], kinds[4])


def broker_roles(graph: SimpleGraph) -> Mapping[str, Real]:
    """How many pairs (from, to) an actor leads from one to the other, by the roles of the three.

    A coordinator is of one role with both; an itinerant stands outside of a role that both ends share; a gatekeeper
    lets in to its own role; a representative leads out of it; a liaison stands between three roles. A pair counts that
    has no arc of its own; ties without direction lead both ways. Gould and Fernandez 1989, *Sociological Methodology*
    19:89–126.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> found = broker_roles(simple_of_pairs([(0, 1), (1, 2)], families=[0, 4, 0]))
    >>> {kind: values.tolist() for kind, values in found.items() if values.any()}
    {'itinerant': [0.0, 2.0, 0.0]}
    """
    rows = brokered(graph)
    kinds = broker_kinds(*(graph.families[rows[:, at]] for at in range(3)))
    return MappingProxyType(
        {
            kind: np.bincount(rows[kinds == number, 1], minlength=graph.size).astype(float)
            for number, kind in enumerate(BROKERS)
        }
    )


# triads


@dataclass(frozen=True, slots=True)
class Triads:
    """Three actors at a time: `closed` has a row for each three that are all tied, `open` for each two (first and last)
    that are not tied but both to a third (in the middle). `at_one_table` says of each closed one whether a single tie
    joins all three.
    """

    closed: Whole
    open: Whole
    at_one_table: Whole


def triads(graph: SimpleGraph) -> Triads:
    """The triads of a graph. Numbers of actors ascend in a row of `closed`, and from first to last in one of `open`.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> found = triads(simple_of_pairs([(0, 1), (1, 2), (2, 0), (0, 3)]))
    >>> found.closed.tolist(), found.open.tolist()
    ([[0, 1, 2]], [[1, 0, 3], [2, 0, 3]])
    """
    closed: list[tuple[int, int, int]] = []
    for one, other in graph.pairs.tolist():
        both = graph.neighbours[one] & graph.neighbours[other]
        closed += [(one, other, third) for third in sorted(both) if third > other]
    known = graph.pairs[:, 0] * graph.size + graph.pairs[:, 1]
    rows = [np.zeros((0, 3), np.int64)]
    for middle, near in enumerate(graph.neighbours):
        if len(near) > 1:
            partners = np.array(sorted(near), np.int64)
            first, last = np.triu_indices(len(partners), 1)
            ends = partners[first], partners[last]
            at = np.minimum(np.searchsorted(known, key := ends[0] * graph.size + ends[1]), len(known) - 1)
            rows.append(np.column_stack([ends[0], np.full(len(key), middle), ends[1]])[known[at] != key])
    tables = {three for members in graph.sets if len(members) > 2 for three in combinations(members, 3)}
    return Triads(
        np.array(closed, np.int64).reshape(-1, 3),
        np.concatenate(rows),
        np.array([three in tables for three in closed], np.int64),
    )


def triad_census(graph: SimpleGraph) -> tuple[int, int, int, int]:
    """Of all threes of actors, how many have no tie among them, one, two, three.

    Holland and Leinhardt 1970, *American Journal of Sociology* 76:492–513, for ties without direction.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> triad_census(simple_of_pairs([(0, 1), (1, 2), (2, 0), (0, 3)]))
    (0, 1, 2, 1)
    """
    found, size = triads(graph), graph.size
    two, three = len(found.open), len(found.closed)
    # every pair stands in a three with each of the others: once in those with one tie, twice and thrice in the rest
    one = len(graph.pairs) * (size - 2) - 2 * two - 3 * three if size > 2 else 0
    return size * (size - 1) * (size - 2) // 6 - one - two - three, one, two, three


def typed(first: Families, middle: Families, last: Families, *, is_closed: bool) -> Families:
    """One number for the families of each triad: the order does not matter if it is closed, else that of its ends.

    >>> three = [np.array([number]) for number in (4, 0, 5)]
    >>> typed(*three, is_closed=True)[0] == typed(*reversed(three), is_closed=True)[0] == (0 * 9 + 4) * 9 + 5
    np.True_
    >>> typed(*three, is_closed=False)[0] == (4 * 9 + 0) * 9 + 5
    np.True_
    """
    if is_closed:
        low = np.minimum(np.minimum(first, middle), last)
        high = np.maximum(np.maximum(first, middle), last)
        return np.asarray((low * _MANY + (first + middle + last - low - high)) * _MANY + high)
    return np.asarray((np.minimum(first, last) * _MANY + middle) * _MANY + np.maximum(first, last))
