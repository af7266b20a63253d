"""What chance alone would give: exact tests against enumeration, rewired networks against all there are."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, strategies as st

from p2p_graph.reading import chance
from p2p_graph.reading.chance import adjusted, fisher, pair_tests, pattern_tests, wilson
from p2p_graph.reading.library import SavedQuery
from p2p_graph.reading.network import FAMILIES, Actor, Network, Tie
from p2p_graph.reading.pattern import Basis, PatternCell, PatternRow, PatternTable, Showing


@pytest.mark.parametrize(
    ("numbers", "p"),
    # fisher.test of R 4.2.2
    [
        ((2, 30, 40, 200), 0.04968519167),
        ((12, 30, 40, 200), 0.005688897211),
        ((0, 12, 5, 24), 0.03726708075),
        ((6, 20, 12, 40), 1.0),
        ((9, 26, 30, 110), 0.4497910088),
    ],
)
def test_fisher_gives_what_r_gives(numbers: tuple[int, int, int, int], p: float) -> None:
    assert fisher(*numbers) == pytest.approx(p, rel=1e-9)


@given(st.integers(1, 9), st.data())
def test_fisher_is_the_share_of_draws_not_likelier(total: int, data: st.DataObject) -> None:
    marked, out_of = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    drawn = Counter(sum(n < marked for n in draw) for draw in combinations(range(total), out_of))
    found = data.draw(st.sampled_from(sorted(drawn)))
    extreme = sum(times for times in drawn.values() if times <= drawn[found])
    assert fisher(found, out_of, marked, total) == pytest.approx(extreme / math.comb(total, out_of))


@pytest.mark.parametrize("numbers", [(-1, 3, 3, 9), (4, 3, 5, 9), (0, 8, 3, 9)])
def test_fisher_refuses_what_cannot_be(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="than there are"):
        fisher(*numbers)


def test_wilson_holds_the_share_and_stays_between_nought_and_one() -> None:
    for out_of in range(1, 40):
        for found in range(out_of + 1):
            low, high = wilson(found, out_of)
            assert 0 <= low <= found / out_of + 1e-12
            assert found / out_of - 1e-12 <= high <= 1
    # prop.test(12, 40, correct = FALSE) of R
    assert wilson(12, 40) == pytest.approx((0.1807484523, 0.4543001882), rel=1e-6)
    with pytest.raises(ValueError, match="at least one"):
        wilson(0, 0)


def test_adjusted_gives_what_r_gives() -> None:
    # p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "BH"), and one with ties and a large one
    assert adjusted([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05] * 5)
    assert adjusted([0.9, 0.001, 0.04, 0.001]) == pytest.approx([0.9, 0.002, 0.05333333, 0.002])
    assert adjusted([]) == []


# patterns


def table(**cells: tuple[int, int]) -> PatternTable:
    """One pattern, found in so many of so many practices of each country."""
    made = {
        code: PatternCell(code, out_of, tuple(Showing(f"{code}-{n}", f"t{n}") for n in range(found)))
        for code, (found, out_of) in cells.items()
    }
    bases = {code: Basis(out_of, out_of, out_of) for code, (_, out_of) in cells.items()}
    return PatternTable(bases, (PatternRow(SavedQuery("p", "patterns", "P", "?", {}, {}, ""), made),))


def test_pattern_that_is_common_in_one_country_is_called() -> None:
    calls = {t.country: t.call for t in pattern_tests(table(XA=(15, 20), XB=(6, 20), XC=(6, 20), XD=(3, 11)))}
    assert calls == {"XA": "more", "XB": "as by chance", "XC": "as by chance", "XD": "too few to say"}


def test_expected_numbers_add_up_to_those_found() -> None:
    tests = pattern_tests(table(XA=(15, 20), XB=(2, 30), XC=(2, 25)))
    assert sum(t.expected for t in tests) == pytest.approx(sum(t.found for t in tests))
    assert all(t.p is not None and t.q is not None and t.p <= t.q <= 1 for t in tests)


def test_rare_pattern_is_not_compared() -> None:
    assert {t.call for t in pattern_tests(table(XA=(4, 20), XB=(0, 20)))} == {"too few to say"}


# pairs of roles


def network(*ties: str) -> Network:
    """A network with one actor for each family; a tie is written with the numbers of its families."""
    actors = {str(n): Actor(str(n), family, family, family, family) for n, family in enumerate(FAMILIES)}
    made = {f"t{n}": Tie(f"t{n}", tuple(members)) for n, members in enumerate(ties)}
    return Network(None, actors, made)  # type: ignore[arg-type]


def test_rewired_networks_keep_the_margins() -> None:
    ties = [0b11, 0b101, 0b110, 0b1111, 0b1, 0b11000, 0b100010100]
    drawn = chance._rewired(ties, 200, np.random.default_rng(1))
    assert [[int(tie).bit_count() for tie in row] for row in drawn] == [[tie.bit_count() for tie in ties]] * 200
    for family in range(len(FAMILIES)):
        assert ((drawn >> family & 1).sum(axis=1) == sum(tie >> family & 1 for tie in ties)).all()


def test_rewired_networks_are_drawn_evenly_from_all_there_are() -> None:
    """A small one can be counted out: each of its networks must come equally often (chi-square, 0.1 %)."""
    ties = [0b011, 0b110, 0b101, 0b001]
    sizes, margins = [t.bit_count() for t in ties], [sum(t >> f & 1 for t in ties) for f in range(3)]
    every = [
        net
        for net in product(range(8), repeat=4)
        if [t.bit_count() for t in net] == sizes and [sum(t >> f & 1 for t in net) for f in range(3)] == margins
    ]
    draws = 20_000
    seen = Counter(tuple(map(int, row)) for row in chance._rewired(ties, draws, np.random.default_rng(3)))
    assert set(seen) == set(every)
    expected = draws / len(every)
    square = sum((times - expected) ** 2 / expected for times in seen.values())
    freedom = len(every) - 1
    # Wilson and Hilferty's bound of the chi-square distribution
    assert square < freedom * (1 - 2 / (9 * freedom) + 3.09 * math.sqrt(2 / (9 * freedom))) ** 3


def test_pairs_that_always_meet_are_called_and_numbers_come_again() -> None:
    ties = ["01"] * 15 + ["23"] * 15
    tests = {(t.one, t.other): t for t in pair_tests({"XA": network(*ties)}, draws=500)}
    assert len(tests) == 36
    assert tests[FAMILIES[0], FAMILIES[1]].call == "more"
    assert tests[FAMILIES[0], FAMILIES[2]].call == "fewer"
    assert tests[FAMILIES[0], FAMILIES[8]].call == "too few to say"
    assert pair_tests({"XA": network(*ties)}, draws=500) == tuple(tests.values())
    one = tests[FAMILIES[0], FAMILIES[1]]
    assert one.low is not None
    assert one.high is not None
    assert one.expected is not None
    assert one.low <= one.expected <= one.high < one.ties == 15


def test_pairs_of_few_ties_are_not_compared_but_counted() -> None:
    tests = pair_tests({"XA": network("01", "01", "012")})
    assert {t.call for t in tests} == {"too few to say"}
    assert next(t.ties for t in tests if (t.one, t.other) == FAMILIES[:2]) == 3


def test_chance_itself_is_seldom_called() -> None:
    """Networks that are rewired to begin with: about one in twenty pairs has a p under 0.05, not many more."""
    ties = [0b11, 0b101, 0b110, 0b1001, 0b1100, 0b10] * 6
    drawn = chance._rewired(ties, 30, np.random.default_rng(9))
    ps = [test.p for row in drawn for test in chance._pairs("XA", [int(t) for t in row], 200, 4) if test.p is not None]
    assert len(ps) >= 150
    assert sum(p < 0.05 for p in ps) / len(ps) < 0.08
