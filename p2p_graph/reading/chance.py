"""What chance alone would give: patterns and pairs of roles in a country against a stated null model. No I/O.

Patterns: the null model permutes the countries among the practices, each country keeping its number. What a country
then gets of a pattern follows the hypergeometric distribution, so the test is computed exactly instead of drawn
(Fisher 1935, *The Design of Experiments*, §21; two-sided as the sum over outcomes not likelier than the one seen).

Pairs of roles: ties and families of roles are a two-mode network. The null model rewires it at random with every
tie keeping its number of families and every family its number of ties, by trading of ties' members (Strona, Nappo,
Boccacci, Fattorini and San-Miguel-Ayanz 2014, *Nature Communications* 5:4114); the seed is fixed.

Many tests are made at once, so the share of false ones among those called is held (Benjamini and Hochberg 1995,
*Journal of the Royal Statistical Society B* 57:289–300). Practices of one organisation and ties of one practice are
not independent, and what was written down is no random sample: a result says where to look, not what is so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, Literal as OneOf, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import Literal

from p2p_graph.model import Table, Term
from p2p_graph.reading.network import FAMILIES, Network
from p2p_graph.reading.pattern import LEAST, PatternTable, pattern_rows

__all__ = [
    "CALLED_AT",
    "DRAWS",
    "FEWEST",
    "PairTest",
    "PatternTest",
    "adjusted",
    "fisher",
    "pair_rows",
    "pair_tests",
    "pattern_tests",
    "tested_rows",
    "wilson",
]

#: a pattern found in fewer practices of all countries is not compared
FEWEST: Final = 5
#: the share of false ones among those called that is accepted
CALLED_AT: Final = 0.05
#: rewired networks that a pair of roles is compared with
DRAWS: Final = 2_000
#: ties a family must take part in, for its pairs to be tested
_RAREST: Final = 3
#: trades for each tie until a network counts as rewired; Strona and others found five enough
_TRADES: Final = 10
_SEED: Final = 20191

Call = OneOf["more", "fewer", "as by chance", "too few to say"]
_Whole = NDArray[np.int64]
_Test = TypeVar("_Test", "PatternTest", "PairTest")


@dataclass(frozen=True, slots=True)
class PatternTest:
    """A pattern in a country against the others.

    Of `out_of` practices of the country `found` show it, of all practices `of_all` out of `all_out_of`; `expected` is
    what chance gives the country. `p` is two-sided, `q` is p adjusted over all tests made; both None if too few.
    """

    pattern: str
    country: str
    found: int
    out_of: int
    of_all: int
    all_out_of: int
    expected: float
    p: float | None = None
    q: float | None = None

    @property
    def call(self) -> Call:
        """What may be said."""
        return _call(self.q, self.found, self.expected)


@dataclass(frozen=True, slots=True)
class PairTest:
    """Two families of roles in the ties of a country: how often both take part, and how often by chance.

    `low` and `high` hold 95 % of the rewired networks. `p` is two-sided, `q` is p adjusted over all pairs tested
    together; both None if the country has too few ties or a family takes part in too few of them.
    """

    country: str
    one: str
    other: str
    ties: int
    expected: float | None = None
    low: int | None = None
    high: int | None = None
    p: float | None = None
    q: float | None = None

    @property
    def call(self) -> Call:
        """What may be said."""
        return _call(self.q, self.ties, self.expected or 0.0)


def _call(q: float | None, found: int, expected: float) -> Call:
    if q is None:
        return "too few to say"
    if q > CALLED_AT:
        return "as by chance"
    return "more" if found > expected else "fewer"


# exact tests and intervals


def fisher(found: int, out_of: int, of_all: int, all_out_of: int) -> float:
    """The two-sided p of `found` in a draw of `out_of` from `all_out_of` of which `of_all` are marked.

    Fisher's tea: 3 of 4 cups right out of 8 is no proof, 4 of 4 is little more.

    >>> round(fisher(3, 4, 4, 8), 4), round(fisher(4, 4, 4, 8), 4)
    (0.4857, 0.0286)
    """
    ways = [math.comb(of_all, k) * math.comb(all_out_of - of_all, out_of - k) for k in range(min(of_all, out_of) + 1)]
    if not 0 <= found < len(ways) or not ways[found]:
        raise ValueError("more are marked in the draw, or outside of it, than there are")
    return sum(w for w in ways if w <= ways[found]) / math.comb(all_out_of, out_of)


def wilson(found: int, out_of: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, *Journal of the American Statistical Association* 22:209–212).

    >>> [round(end, 3) for end in wilson(0, 10)], [round(end, 3) for end in wilson(5, 10)]
    ([0.0, 0.278], [0.237, 0.763])
    """
    if out_of < 1 or not 0 <= found <= out_of:
        raise ValueError("a share needs at least one case, and no more found than there are")
    share, square = found / out_of, z * z
    middle = (share + square / (2 * out_of)) / (1 + square / out_of)
    half = z / (1 + square / out_of) * math.sqrt(share * (1 - share) / out_of + square / (4 * out_of**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def adjusted(ps: Sequence[float]) -> list[float]:
    """The p of many tests as q: calling all with q up to 0.05 makes at most 5 % of the calls false, on average.

    >>> [round(q, 4) for q in adjusted([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    found, least = [0.0] * len(ps), 1.0
    for rank, place in sorted(enumerate(sorted(range(len(ps)), key=ps.__getitem__), 1), reverse=True):
        least = min(least, ps[place] * len(ps) / rank)
        found[place] = least
    return found


def _with_q(tests: Iterable[_Test]) -> tuple[_Test, ...]:
    made = list(tests)
    qs = iter(adjusted([test.p for test in made if test.p is not None]))
    return tuple(test if test.p is None else replace(test, q=next(qs)) for test in made)


# patterns


def pattern_tests(table: PatternTable) -> tuple[PatternTest, ...]:
    """Every pattern in every country against chance, in the order of the table.

    Too few to say: fewer than 12 practices that could show it, here or elsewhere, or fewer than 5 that do in all.

    >>> pattern_tests(PatternTable({}, ()))
    ()
    """
    tests = []
    for row in table.rows:
        of_all = sum(len(cell.practices) for cell in row.cells.values())
        total = sum(cell.out_of for cell in row.cells.values())
        for code, cell in row.cells.items():
            found = len(cell.practices)
            expected = cell.out_of * of_all / total if total else 0.0
            is_enough = min(cell.out_of, total - cell.out_of) >= LEAST and of_all >= FEWEST
            p = fisher(found, cell.out_of, of_all, total) if is_enough else None
            tests.append(PatternTest(row.saved.name, code, found, cell.out_of, of_all, total, expected, p))
    return _with_q(tests)


def tested_rows(table: PatternTable, tests: Iterable[PatternTest]) -> Table:
    """The rows of `pattern_rows` with what chance gives: expected, p, q, call; empty where there are too few to say."""
    rows = pattern_rows(table)
    found = {(test.pattern, test.country): test for test in tests}
    keys = [(row.saved.name, code) for row in table.rows for code in row.cells]
    return Table(
        (*rows.columns, "expected", "p", "q", "call"),
        tuple((*row, *_told(found[key])) for row, key in zip(rows.rows, keys, strict=True)),
    )


def _told(test: PatternTest | PairTest) -> tuple[Term | None, ...]:
    numbers = (test.expected, test.p, test.q)
    return (*(None if n is None else Literal(n) for n in numbers), Literal(test.call))


# pairs of roles


def pair_rows(tests: Iterable[PairTest]) -> Table:
    """The tests of pairs as values: country, one, other, ties, low, high, expected, p, q, call."""
    columns = ("country", "one", "other", "ties", "low", "high", "expected", "p", "q", "call")
    return Table(
        columns,
        tuple(
            (
                *(Literal(text) for text in (test.country, test.one, test.other)),
                Literal(test.ties),
                *(None if n is None else Literal(n) for n in (test.low, test.high)),
                *_told(test),
            )
            for test in tests
        ),
    )


def pair_tests(networks: Mapping[str, Network], draws: int = DRAWS, seed: int = _SEED) -> tuple[PairTest, ...]:
    """Every pair of different families in the ties of every country against its rewired ties.

    `networks` are by the country's code. Families of one tie are counted once, so pairs within a family are not
    tested. Too few to say: fewer than 12 ties, or a family in fewer than 3 of them. The same seed gives the same
    numbers.

    >>> pair_tests({})
    ()
    """
    return _with_q(test for code, network in networks.items() for test in _pairs(code, _ties(network), draws, seed))


_PLACE: Final = {family: number for number, family in enumerate(FAMILIES)}
_FULL: Final = 1 << len(FAMILIES)
#: a tie is a number whose bits are its families; the pairs of families in each such number
_PAIRS: Final = tuple(
    frozenset(combinations([n for n in range(len(FAMILIES)) if tie >> n & 1], 2)) for tie in range(_FULL)
)
_SIZE: Final = np.array([tie.bit_count() for tie in range(_FULL)])


def _parts() -> tuple[_Whole, _Whole, _Whole]:
    """All parts of every number, in one row by their size; where those of a number and size begin; how many."""
    row: list[int] = []
    first, many = np.zeros((_FULL, len(FAMILIES) + 1), int), np.zeros((_FULL, len(FAMILIES) + 1), int)
    for tie in range(_FULL):
        bits = [1 << n for n in range(len(FAMILIES)) if tie >> n & 1]
        for size in range(len(bits) + 1):
            parts = [sum(part) for part in combinations(bits, size)]
            first[tie, size], many[tie, size] = len(row), len(parts)
            row += parts
    return np.array(row), first, many


def _ties(network: Network) -> list[int]:
    masks = (
        sum(1 << place for place in {_PLACE[network.actors[one].family] for one in tie.participants})
        for _, tie in sorted(network.ties.items())
    )
    return [mask for mask in masks if mask]


def _pairs(country: str, ties: list[int], draws: int, seed: int) -> list[PairTest]:
    order = list(combinations(range(len(FAMILIES)), 2))
    seen = {pair: sum(pair in _PAIRS[tie] for tie in ties) for pair in order}
    tests = {(a, b): PairTest(country, FAMILIES[a], FAMILIES[b], seen[a, b]) for a, b in order}
    if len(ties) < LEAST:
        return list(tests.values())
    frequent = [sum(tie >> n & 1 for tie in ties) for n in range(len(FAMILIES))]
    rewired = _rewired(ties, draws, np.random.default_rng([seed, *country.encode()]))
    together = {(a, b): ((rewired >> a & 1) & (rewired >> b & 1)).sum(axis=1) for a, b in order}
    return [
        _pair(test, np.sort(together[a, b])) if min(frequent[a], frequent[b]) >= _RAREST else test
        for (a, b), test in tests.items()
    ]


def _pair(test: PairTest, drawn: _Whole) -> PairTest:
    at_most, at_least = int((drawn <= test.ties).sum()), int((drawn >= test.ties).sum())
    # what was seen counts as one of the draws, so that p is never 0 (Phipson and Smyth 2010)
    p = min(1.0, 2 * (min(at_most, at_least) + 1) / (len(drawn) + 1))
    tail = math.floor(0.025 * len(drawn))
    return replace(test, expected=float(drawn.mean()), low=int(drawn[tail]), high=int(drawn[-1 - tail]), p=p)


def _rewired(ties: Sequence[int], draws: int, chance: np.random.Generator) -> _Whole:
    """Random two-mode networks with the same margins, a row each, independent of each other.

    In a trade two ties put what only one of them has together and share it out anew. All networks trade at once.
    """
    parts, first, many = _parts()
    state = np.tile(np.array(ties), (draws, 1))
    rows = np.arange(draws)
    for _ in range(_TRADES * len(ties)):
        a, b = chance.integers(len(ties), size=(2, draws))
        one, other = state[rows, a], state[rows, b]
        pool, size = one ^ other, _SIZE[one & ~other]
        taken = parts[first[pool, size] + (chance.random(draws) * many[pool, size]).astype(int)]
        state[rows, a], state[rows, b] = one & other | taken, one & other | pool & ~taken
    return state
