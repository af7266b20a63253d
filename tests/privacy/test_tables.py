"""Suppression: no small cell is shown, and none can be told from what is shown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from p2p_graph.privacy import bounds, suppress

Cell = tuple[str, str]
ROWS, COLUMNS = ("a", "b", "c"), ("x", "y", "z")


def _table(*rows: tuple[int, ...]) -> dict[Cell, int]:
    return {(ROWS[i], COLUMNS[j]): count for i, row in enumerate(rows) for j, count in enumerate(row)}


def test_small_cell_takes_others_with_it() -> None:
    counts = _table((2, 20, 30), (40, 50, 60), (70, 80, 90))
    hidden = suppress(counts, 5)
    assert hidden.small == {("a", "x")}
    # With one other in its row and one in its column, and the one where these cross, no total tells it.
    assert hidden.others == {("a", "y"), ("b", "x"), ("b", "y")}
    assert bounds(counts, hidden.cells, ("a", "x")) == (0, 22)


def test_two_small_cells_whose_total_tells_both_are_not_enough() -> None:
    counts = _table((1, 1, 30), (9, 9, 30))
    hidden = suppress(counts, 5)
    assert hidden.small < hidden.cells
    for cell in hidden.small:
        least, most = bounds(counts, hidden.cells, cell)
        assert least <= 1
        assert most >= 4


def test_large_numbers_and_nobody_are_shown() -> None:
    counts = _table((0, 20), (40, 50))
    assert suppress(counts, 5).cells == frozenset()
    assert suppress(counts, 5).shown(counts)[("a", "x")] == "0"


def test_what_cannot_be_protected_is_withheld_whole() -> None:
    counts = _table((2,))
    assert suppress(counts, 5).cells == {("a", "x")}


def _possible(counts: dict[Cell, int], hidden: frozenset[Cell]) -> dict[Cell, set[int]]:
    """Every value that each hidden cell can have, by trying all of them."""
    cells = sorted(hidden)
    most = [min(_row(counts, hidden, cell[0]), _column(counts, hidden, cell[1])) for cell in cells]
    found: dict[Cell, set[int]] = {cell: set() for cell in cells}
    for values in product(*(range(top + 1) for top in most)):
        tried = dict(zip(cells, values, strict=True))
        rows = all(_row(tried, hidden, row) == _row(counts, hidden, row) for row in {r for r, _ in cells})
        if rows and all(_column(tried, hidden, c) == _column(counts, hidden, c) for c in {c for _, c in cells}):
            for cell, value in tried.items():
                found[cell].add(value)
    return found


def _row(counts: dict[Cell, int], hidden: frozenset[Cell], row: str) -> int:
    return sum(counts[cell] for cell in hidden if cell[0] == row)


def _column(counts: dict[Cell, int], hidden: frozenset[Cell], column: str) -> int:
    return sum(counts[cell] for cell in hidden if cell[1] == column)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_bounds_are_those_of_all_tables_that_fit(numbers: list[int]) -> None:
    counts = _table((numbers[0], numbers[1]), (numbers[2], numbers[3]))
    hidden = frozenset(counts)
    for cell, values in _possible(counts, hidden).items():
        assert bounds(counts, hidden, cell) == (min(values), max(values))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=9, max_size=9))
def test_no_small_cell_can_be_told(numbers: list[int]) -> None:
    counts = _table(*(tuple(numbers[i : i + 3]) for i in (0, 3, 6)))
    hidden = suppress(counts, 5)
    positive = {cell for cell, count in counts.items() if count}
    for cell, count in counts.items():
        if 0 < count < 5:
            assert cell in hidden.small
            least, most = bounds(counts, hidden.cells, cell)
            assert (least <= 1 and most >= 4) or hidden.cells == positive


@pytest.mark.parametrize("k", [2, 5, 10])
def test_same_table_hides_the_same_cells(k: int) -> None:
    counts = _table((1, 7, 12), (9, 3, 40), (8, 30, 2))
    assert suppress(counts, k) == suppress(dict(reversed(counts.items())), k)
