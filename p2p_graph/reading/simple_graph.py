"""A network of actors as the simple graph that measures are computed on: two actors are tied, or they are not. No I/O.

Which ties count, for every measure alike:

- Ties that oppose, block or withdraw are no cooperation and are left out; they are counted apart.
- A tie of three or more joins each two of its participants. `sets` keeps it whole, and random networks keep its size.
- Two actors are tied once, however many ties join them; how many is kept in `ties` and counts in strength alone, since
  it also tells how much was written about the two.
- A tie has a direction only in `arcs`, which brokerage reads; one without a direction leads both ways.
- That a group belongs to an organisation is no tie. Actors without any tie stay, and count in n.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from p2p_graph.reading.network import FAMILIES, Network

__all__ = ["Real", "SimpleGraph", "Whole", "pairs_of_tables", "simple", "simple_of_pairs"]

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

_PLACE: Final = {family: place for place, family in enumerate(FAMILIES)}


@dataclass(frozen=True, slots=True)
class SimpleGraph:
    """Actors by number, and which of them are tied.

    `actors` are addresses, `families` places in FAMILIES. `pairs` has a row for each two that are tied, the smaller
    number first, in ascending order, and `ties` says by how many ties; `arcs` has a row (from, to) for each way that
    something may pass; `sets` are the different groups of participants of ties. `neighbours` are the actors tied to
    each. `counted`, `tables` and `against` are numbers of ties: of those that count, of those of three or more among
    them, and of those left out because they are against.
    """

    actors: tuple[str, ...]
    families: Whole
    pairs: Whole
    ties: Whole
    arcs: Whole
    sets: tuple[tuple[int, ...], ...]
    neighbours: tuple[frozenset[int], ...]
    counted: int
    tables: int
    against: int

    @property
    def size(self) -> int:
        """The number of actors, with those that have no tie."""
        return len(self.actors)

    @property
    def degrees(self) -> Whole:
        """To how many others each actor is tied."""
        return np.array([len(near) for near in self.neighbours], dtype=np.int64)


def simple(network: Network) -> SimpleGraph:
    """The simple graph of a network: actors in the order of their addresses, ties that are no opposition.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import project
    >>> simple(project(Table((), ()))).size
    0
    """
    actors = tuple(sorted(network.actors))
    number = {address: at for at, address in enumerate(actors)}
    counts: Counter[tuple[int, int]] = Counter()
    arcs: set[tuple[int, int]] = set()
    kept = {address: tie for address, tie in network.ties.items() if not tie.is_against}
    for one, other, key, told in network.graph.edges(keys=True, data=True):
        if key in kept:
            a, b = sorted((number[one], number[other]))
            counts[a, b] += 1
            giver = told.get("giver")
            arcs |= {(a, b), (b, a)} if giver is None else {(number[giver], number[told["receiver"]])}
    sets = {tuple(sorted(number[p] for p in tie.participants)) for tie in kept.values() if len(tie.participants) > 1}
    return _made(
        actors,
        [_PLACE[network.actors[a].family] for a in actors],
        counts,
        arcs,
        sets,
        (len(kept), sum(len(tie.participants) > 2 for tie in kept.values()), len(network.ties) - len(kept)),
    )


def simple_of_pairs(
    pairs: Iterable[tuple[int, int]],
    families: Sequence[int] | None = None,
    size: int | None = None,
    arcs: Iterable[tuple[int, int]] | None = None,
) -> SimpleGraph:
    """A simple graph of actors 0 to `size` − 1 (as many as pairs and families name), each pair tied by one tie.

    Each tie leads both ways, but where `arcs` says otherwise.

    >>> star = simple_of_pairs([(0, 1), (0, 2), (0, 3)])
    >>> star.size, star.degrees.tolist()
    (4, [3, 1, 1, 1])
    """
    tied = {(min(pair), max(pair)) for pair in pairs}
    many = size or max((len(families or ()), *(other + 1 for _, other in tied)))
    if arcs is None:
        arcs = [way for one, other in tied for way in ((one, other), (other, one))]
    names = tuple(f"{number:06}" for number in range(many))
    return _made(names, families or [0] * many, Counter(tied), arcs, tied, (len(tied), 0, 0))


def _made(
    actors: tuple[str, ...],
    families: Sequence[int],
    counts: Counter[tuple[int, int]],
    arcs: Iterable[tuple[int, int]],
    sets: Iterable[tuple[int, ...]],
    numbers: tuple[int, int, int],
) -> SimpleGraph:
    near: list[set[int]] = [set() for _ in actors]
    for one, other in counts:
        near[one].add(other)
        near[other].add(one)
    pairs = sorted(counts)
    return SimpleGraph(
        actors,
        np.array(families, dtype=np.int64),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array([counts[pair] for pair in pairs], dtype=np.int64),
        np.array(sorted(arcs), dtype=np.int64).reshape(-1, 2),
        tuple(sorted(sets)),
        tuple(map(frozenset, near)),
        *numbers,
    )


def pairs_of_tables(graph: SimpleGraph) -> int:
    """How many pairs are tied by nothing but a tie of three or more."""
    by_two = {members for members in graph.sets if len(members) == 2}
    by_more = {pair for members in graph.sets if len(members) > 2 for pair in combinations(members, 2)}
    return len(by_more - by_two)
