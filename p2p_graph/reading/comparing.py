"""Two wheels of cooperation beside each other: what only one has, what both have, and how sure that is. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal

from p2p_graph.model import Table
from p2p_graph.reading.network import FAMILIES, Chord, Network, Pair, Wheel, joined, mixing
from p2p_graph.reading.wheel import Mark

__all__ = ["FEW", "Difference", "PairDifference", "difference", "difference_rows", "overlaid", "pooled"]

#: with fewer practices that have a tie, a pair that is missing may only not have been written down
FEW: Final = 12


@dataclass(frozen=True, slots=True)
class PairDifference:
    """Two families of roles in one wheel and in the other: how many practices and ties, and of which form."""

    pair: Pair
    one: Chord | None
    other: Chord | None

    @property
    def mark(self) -> Mark:
        """Which of the two has it."""
        return "both" if self.one and self.other else "one" if self.one else "other"


@dataclass(frozen=True, slots=True)
class Difference:
    """All pairs of families that one of two wheels has, in their fixed order."""

    pairs: tuple[PairDifference, ...]
    one_is_enough: bool
    other_is_enough: bool

    def having(self, mark: Mark) -> tuple[PairDifference, ...]:
        """The pairs with a mark, those in most practices first."""
        found = [pair for pair in self.pairs if pair.mark == mark]
        return tuple(sorted(found, key=lambda p: -max(c.weight for c in (p.one, p.other) if c)))


def difference(one: Wheel, other: Wheel) -> Difference:
    """What one wheel has, what the other, what both.

    >>> from p2p_graph.reading.network import project
    >>> difference(mixing(project(Table((), ()))), mixing(project(Table((), ())))).pairs
    ()
    """
    first, second = ({chord.pair: chord for chord in wheel.chords} for wheel in (one, other))
    place = {family: number for number, family in enumerate(FAMILIES)}
    order = sorted({*first, *second}, key=lambda pair: (place[pair[0]], place[pair[1]], pair[2]))
    return Difference(
        tuple(PairDifference(pair, first.get(pair), second.get(pair)) for pair in order),
        one.coverage.practices_with_tie >= FEW,
        other.coverage.practices_with_tie >= FEW,
    )


def overlaid(found: Difference, one: Wheel) -> tuple[Wheel, dict[Pair, Mark]]:
    """The two laid over each other, to be drawn with its marks: a wheel with the chords of both."""
    chords = tuple(chord for pair in found.pairs if (chord := pair.one or pair.other))
    return Wheel(chords, one.coverage), {pair.pair: pair.mark for pair in found.pairs}


def pooled(networks: Iterable[Network]) -> Wheel:
    """The wheel of several countries taken together, for one against the rest."""
    return mixing(joined(networks))


def difference_rows(found: Difference) -> Table:
    """The equal table: one, other, against, mark, practices and ties of the first and of the second."""
    columns = ("one", "other", "against", "mark", "practicesOne", "tiesOne", "practicesOther", "tiesOther")
    return Table(
        columns,
        tuple(
            (
                Literal(p.pair[0]),
                Literal(p.pair[1]),
                Literal(p.pair[2]),
                Literal(p.mark),
                *(Literal(n) for chord in (p.one, p.other) for n in _counts(chord)),
            )
            for p in found.pairs
        ),
    )


def _counts(chord: Chord | None) -> tuple[int, int]:
    return (len(chord.practices), len(chord.ties)) if chord else (0, 0)
