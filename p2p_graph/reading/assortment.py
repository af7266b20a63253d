"""Who is tied to whom: by role, by degree, inside a role and across. No I/O."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from p2p_graph.reading.network import FAMILIES
from p2p_graph.reading.simple_graph import Real, SimpleGraph, Whole

__all__ = [
    "degree_assortativity",
    "ei_index",
    "ei_of_actors",
    "ei_of_matrix",
    "mixing_of",
    "role_assortativity",
    "role_mixing",
]

_MANY: Final = len(FAMILIES)
#: places in FAMILIES, long or short
Families = NDArray[np.int64] | NDArray[np.int16]


def mixing_of(families: Families, pairs: Whole) -> Whole:
    """Of one or many ways to deal roles to actors (rows of `families`), the tied pairs of each two roles.

    >>> mixing_of(np.array([[0, 4, 4]]), np.array([[0, 1], [1, 2]]))[0, [0, 4], 4].tolist()
    [1, 1]
    """
    one, other = families[:, pairs[:, 0]], families[:, pairs[:, 1]]
    cells = np.minimum(one, other) * _MANY + np.maximum(one, other)
    shifted = cells + np.arange(len(families))[:, None] * _MANY * _MANY
    found = np.bincount(shifted.ravel(), minlength=len(families) * _MANY * _MANY).reshape(-1, _MANY, _MANY)
    lower = np.triu(np.ones((_MANY, _MANY), bool), 1)
    return found + np.where(lower, found, 0).transpose(0, 2, 1)


def role_mixing(graph: SimpleGraph) -> Whole:
    """The mixing matrix: how many pairs of actors of two families are tied; each pair once, the matrix symmetric.

    Rows and columns are FAMILIES in their order. Newman 2003, *Physical Review E* 67:026126.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> role_mixing(simple_of_pairs([(0, 1), (1, 2)], families=[0, 4, 4]))[[0, 4], 4].tolist()
    [1, 1]
    """
    found: Whole = mixing_of(graph.families[None, :], graph.pairs)[0]
    return found


def role_assortativity(mixing: Whole) -> Real:
    """Whether actors are tied to their own role more than by chance: r = (Σ e(a,a) − Σ s(a)²) / (1 − Σ s(a)²).

    e(a,b) is the share of ends of tied pairs that join a to b, s(a) the share of ends at a. 1 where each is tied to its
    own role alone, below 0 where roles avoid their own, 0 by chance; NaN with fewer than two roles. Newman 2003,
    *Physical Review E* 67:026126. Takes one mixing matrix or many.

    >>> alone = np.zeros((9, 9), int)
    >>> alone[0, 0], alone[4, 4] = 2, 3
    >>> float(role_assortativity(alone))
    1.0
    """
    # a pair within a role has both its ends there
    ends = (mixing + mixing * np.eye(_MANY, dtype=np.int64)).astype(float)
    total = ends.sum(axis=(-2, -1), keepdims=True)
    shares = np.divide(ends, total, out=np.full(ends.shape, np.nan), where=total > 0)
    same = np.trace(shares, axis1=-2, axis2=-1)
    expected = (shares.sum(axis=-1) ** 2).sum(axis=-1)
    found: Real = np.where(expected < 1 - 1e-12, (same - expected) / np.where(expected < 1, 1 - expected, 1), np.nan)
    return found


def ei_of_matrix(mixing: Whole) -> Real:
    """Whether ties lead across roles or stay within: E-I = (E − I)/(E + I), tied pairs of two roles and of one.

    From −1, all within, to 1, all across; NaN without a tie. Krackhardt and Stern 1988, *Social Psychology Quarterly*
    51:123–140. Takes one mixing matrix or many.

    >>> across = np.zeros((9, 9), int)
    >>> across[0, 4] = across[4, 0] = across[4, 4] = 3
    >>> float(ei_of_matrix(across))
    0.0
    """
    inside = np.trace(mixing, axis1=-2, axis2=-1).astype(float)
    outside = (mixing.sum(axis=(-2, -1)) - inside) / 2
    both = inside + outside
    found: Real = np.divide(outside - inside, both, out=np.full(np.shape(both), np.nan), where=both > 0)
    return found


def ei_index(graph: SimpleGraph) -> float:
    """The E-I index of a network; see `ei_of_matrix`.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> ei_index(simple_of_pairs([(0, 1), (1, 2)], families=[0, 4, 4]))
    0.0
    """
    return float(ei_of_matrix(role_mixing(graph)))


def ei_of_actors(graph: SimpleGraph) -> Real:
    """The same of each actor's own ties; NaN without a tie.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> ei_of_actors(simple_of_pairs([(0, 1), (1, 2)], families=[0, 4, 4])).tolist()
    [1.0, 0.0, -1.0]
    """
    one, other = graph.families[graph.pairs[:, 0]], graph.families[graph.pairs[:, 1]]
    way = np.where(one == other, -1.0, 1.0)
    total = sum(np.bincount(graph.pairs[:, side], way, graph.size) for side in (0, 1))
    degrees = graph.degrees
    found: Real = np.divide(total, degrees, out=np.full(graph.size, np.nan), where=degrees > 0)
    return found


def degree_assortativity(graph: SimpleGraph) -> float:
    """Whether actors with many partners are tied to each other: the correlation of the degrees at both ends of a tie.

    From −1, hubs tied to those with few, to 1; NaN where all degrees are equal. Newman 2002, *Physical Review Letters*
    89:208701.

    >>> from p2p_graph.reading.simple_graph import simple_of_pairs
    >>> round(degree_assortativity(simple_of_pairs([(0, 1), (0, 2), (0, 3)])), 9)
    -1.0
    """
    ways = np.concatenate([graph.pairs, graph.pairs[:, ::-1]])
    ends = graph.degrees[ways].astype(float)
    if not len(ends) or ends[:, 0].std() < 1e-12:
        return float("nan")
    return float(np.corrcoef(ends[:, 0], ends[:, 1])[0, 1])
