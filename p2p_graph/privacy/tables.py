"""Tables that count people: cells below k are withheld, and others with them, until no total tells what they were.

Primary suppression hides the small cells; complementary suppression hides the cheapest others, until the smallest and
the largest value that every hidden cell can have, given all that is shown, lie at least as far apart as 1 and k - 1
and include both (Cox 1980). The bounds are exact: they are the ends of a flow through the hidden cells, from rows to
columns. A cell of 0 tells of nobody and is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx

__all__ = ["Cell", "Hidden", "bounds", "suppress"]

#: row and column
Cell = tuple[str, str]

_SOURCE: Final = ("", "from")
_SINK: Final = ("", "to")


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a table is withheld: small cells, and others that would have told them."""

    small: frozenset[Cell]
    others: frozenset[Cell]
    #: what stands in place of a small number
    said: str

    @property
    def cells(self) -> frozenset[Cell]:
        """All cells that are withheld."""
        return self.small | self.others

    def shown(self, counts: Mapping[Cell, int]) -> dict[Cell, str]:
        """The cells as they may be shown.

        >>> counts = {("a", "x"): 2, ("a", "y"): 9, ("b", "x"): 8, ("b", "y"): 30}
        >>> suppress(counts, 5).shown(counts)[("a", "x")]
        'fewer than 5'
        """
        return {
            cell: self.said if cell in self.small else "withheld" if cell in self.others else str(count)
            for cell, count in counts.items()
        }


def suppress(counts: Mapping[Cell, int], k: int) -> Hidden:
    """What to withhold of counts of people by row and column, whose totals by row and by column are shown.

    Each step takes the first small cell that could be told and hides the cheapest rectangle of which it is a corner,
    or where there is none the smallest cell near it, so the result is the same each time. Where hiding every cell is
    not enough (a row of one person), all of it is hidden and its total must be, too: a caller asks `bounds` for that,
    or leaves the totals out.

    >>> counts = {("a", "x"): 2, ("a", "y"): 9, ("b", "x"): 8, ("b", "y"): 30}
    >>> hidden = suppress(counts, 5)
    >>> sorted(hidden.small), len(hidden.others)
    ([('a', 'x')], 3)
    """
    small = frozenset(cell for cell, count in counts.items() if 0 < count < k)
    hidden = set(small)
    while open_cells := [cell for cell in sorted(small) if not _is_safe(counts, hidden, cell, k)]:
        more = _rectangle(counts, hidden, open_cells[0], k) or _smallest(counts, hidden, open_cells[0])
        if not more:
            break
        hidden |= more
    return Hidden(small, frozenset(hidden) - small, f"fewer than {k}")


def _rectangle(counts: Mapping[Cell, int], hidden: set[Cell], cell: Cell, k: int) -> set[Cell]:
    """What has to be hidden beside a cell, so that it and three others make a safe rectangle; the cheapest such."""
    row, column = cell
    rows, columns = sorted({r for r, _ in counts}), sorted({c for _, c in counts})
    corners = ({(row, c), (r, column), (r, c)} for r in rows if r != row for c in columns if c != column)
    possible = [one - hidden for one in corners if all(counts.get(corner, 0) > 0 for corner in one)]
    for more in sorted(possible, key=lambda one: (sum(counts[corner] for corner in one), sorted(one))):
        if more and _is_safe(counts, hidden | more, cell, k):
            return more
    return set()


def _smallest(counts: Mapping[Cell, int], hidden: set[Cell], cell: Cell) -> set[Cell]:
    """The smallest shown cell; of those in the same row or column first."""
    free = [one for one, count in counts.items() if one not in hidden and count > 0]
    return {min(free, key=lambda one: (one[0] != cell[0] and one[1] != cell[1], counts[one], one))} if free else set()


def bounds(counts: Mapping[Cell, int], hidden: frozenset[Cell] | set[Cell], cell: Cell) -> tuple[int, int]:
    """The least and the most that a hidden cell can be, for somebody who sees the others and all totals.

    >>> counts = {("a", "x"): 2, ("a", "y"): 9, ("b", "x"): 8, ("b", "y"): 30}
    >>> bounds(counts, set(counts), ("a", "x"))
    (0, 10)
    """
    return _flow(counts, hidden, cell, 1), _flow(counts, hidden, cell, -1)


def _is_safe(counts: Mapping[Cell, int], hidden: set[Cell], cell: Cell, k: int) -> bool:
    least, most = bounds(counts, hidden, cell)
    return least <= 1 and most >= k - 1


def _flow(counts: Mapping[Cell, int], hidden: frozenset[Cell] | set[Cell], cell: Cell, cost: int) -> int:
    """The value of a cell in the flow that costs least, where each unit through it costs `cost`."""
    network: nx.DiGraph[Any] = nx.DiGraph()
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    for row, column in hidden:
        count = counts[row, column]
        rows[row] = rows.get(row, 0) + count
        columns[column] = columns.get(column, 0) + count
        network.add_edge(("row", row), ("column", column), weight=cost if (row, column) == cell else 0)
    for row, total in rows.items():
        network.add_edge(_SOURCE, ("row", row), capacity=total, weight=0)
    for column, total in columns.items():
        network.add_edge(("column", column), _SINK, capacity=total, weight=0)
    whole = sum(rows.values())
    network.add_node(_SOURCE, demand=-whole)
    network.add_node(_SINK, demand=whole)
    _, flow = nx.network_simplex(network)
    return int(flow["row", cell[0]]["column", cell[1]])
