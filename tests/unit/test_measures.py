"""Measures of networks: published networks against igraph and sna of R to 1e-9, random ones against networkx, and what
must hold of any network.
"""

from __future__ import annotations

import csv
import io
import math
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from p2p_graph.reading.assortment import (
    degree_assortativity,
    ei_index,
    ei_of_actors,
    role_assortativity,
    role_mixing,
)
from p2p_graph.reading.brokerage import (
    broker_roles,
    brokered,
    constraint,
    effective_size,
    efficiency,
    hierarchy,
    triad_census,
    triads,
)
from p2p_graph.reading.centrality import (
    betweenness,
    closeness,
    component,
    core,
    degree,
    distances,
    eigenvector,
    pagerank,
    strength,
)
from p2p_graph.reading.communities import _exchanged, communities, modularity, rewired, transitivity
from p2p_graph.reading.simple_graph import Real, SimpleGraph, simple_of_pairs
from tests.networks import NETWORKS, of_networkx, save

DATA = Path(__file__).parents[1] / "data" / "measures"

OF_ACTORS: dict[str, Callable[[SimpleGraph], Real]] = {
    "degree": degree,
    "strength": strength,
    "closeness": closeness,
    "betweenness": betweenness,
    "eigenvector": eigenvector,
    "pagerank": pagerank,
    "core": core,
    "constraint": constraint,
    "effective_size": effective_size,
    "efficiency": efficiency,
    "hierarchy": hierarchy,
    "ei": ei_of_actors,
}


def computed(graph: SimpleGraph) -> dict[tuple[str, str], float]:
    """Our values by measure and actor, as the files from R have them."""
    by_actor = {**{name: one(graph) for name, one in OF_ACTORS.items()}, **broker_roles(graph)}
    found = {(name, str(at)): float(v) for name, values in by_actor.items() for at, v in enumerate(values)}
    n, b, d = graph.size, betweenness(graph), degree(graph)
    parts = component(graph)
    reached, steps = distances(graph)
    _, one, two, three = triad_census(graph)
    of_all = {
        "components": parts.max(),
        "largest_component": (parts == 1).mean(),
        "density": 2 * len(graph.pairs) / (n * (n - 1)),
        "mean_distance": steps.sum() / reached.sum(),
        "deepest_core": core(graph).max(),
        "transitivity": transitivity(graph),
        "degree_assortativity": degree_assortativity(graph),
        "role_assortativity": role_assortativity(role_mixing(graph)),
        "modularity_of_families": modularity(graph, graph.families.astype(float)),
        "degree_centralisation": (d.max() - d).sum() / ((n - 1) * (n - 2)),
        "betweenness_centralisation": (b.max() - b).sum() / (n - 1),
        "one_tie_triads": one,
        "open_triads": two,
        "closed_triads": three,
        "ei_index": ei_index(graph),
        "modularity": modularity(graph, communities(graph)),
    }
    return found | {(name, ""): float(value) for name, value in of_all.items()}


def compare(told: str, graph: SimpleGraph) -> Counter[str]:
    """Compares what R printed with our values; how many of each measure were compared."""
    ours, seen = computed(graph), Counter[str]()
    for name, actor, value in csv.reader(io.StringIO(told), delimiter="\t"):
        if name == "modularity":
            # Leiden is no exact method: ours must be as good as the best of twenty runs there, or better
            assert ours[name, actor] > float(value) - 1e-9
        elif value != "NaN":
            assert ours[name, actor] == pytest.approx(float(value), abs=1e-9, rel=1e-9), (name, actor)
        else:
            assert math.isnan(ours[name, actor]), (name, actor)
        seen[name] += 1
    return seen


@pytest.mark.parametrize("name", NETWORKS)
def test_measures_are_those_of_igraph_and_sna(name: str) -> None:
    """Written by tests/data/measures/measures.R with R 4.2.2, igraph 1.3.5 and sna 2.7-1."""
    graph = NETWORKS[name]()
    seen = compare((DATA / f"{name}.tsv").read_text(encoding="utf-8"), graph)
    assert len(seen) == 27 + (name == "karate")
    # by both packages
    assert seen["betweenness"] == seen["core"] == 2 * graph.size


def test_measures_are_those_of_r_that_is_installed(tmp_path: Path) -> None:
    program = shutil.which("Rscript")
    check = 'quit(status = !all(sapply(c("igraph", "sna"), requireNamespace, quietly = TRUE)))'
    if program is None or subprocess.run([program, "-e", check], check=False, capture_output=True).returncode:
        if os.environ.get("CI"):
            pytest.fail("R with igraph and sna is missing; .ci/engines installs it")
        pytest.skip("needs R: apt-get install r-base-core r-cran-igraph r-cran-sna")
    for name, make in NETWORKS.items():
        (tmp_path / name).mkdir()
        graph = make()
        save(graph, tmp_path / name)
        command = [program, str(DATA / "measures.R"), str(tmp_path / name)]
        told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
        assert compare("\n".join(line for line in told.splitlines() if line), graph)


def test_published_numbers_of_the_karate_club() -> None:
    """Freeman's betweenness and the modularity as they stand in the literature (Newman and Girvan 2004; Brandes and
    others 2008: 0.4198 is the largest there is), and Burt's measures of the two leaders (networkx documentation).
    """
    graph = NETWORKS["karate"]()
    assert round(modularity(graph, communities(graph)), 4) == 0.4198
    assert betweenness(graph)[[0, 33]].round(3).tolist() == [0.438, 0.304]
    assert triad_census(graph)[3] == 45
    assert round(degree_assortativity(graph), 3) == -0.476


# any network

GRAPHS = st.integers(1, 14).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1]), max_size=40),
        st.lists(st.integers(0, 8), min_size=n, max_size=n),
    )
)


def plain(graph: SimpleGraph) -> nx.Graph[int]:
    made: nx.Graph[int] = nx.Graph()
    made.add_nodes_from(range(graph.size))
    made.add_edges_from(graph.pairs.tolist())
    return made


@settings(max_examples=60, deadline=None)
@given(GRAPHS)
def test_measures_are_those_of_networkx(drawn: tuple[int, list[tuple[int, int]], list[int]]) -> None:
    size, pairs, families = drawn
    graph = simple_of_pairs(pairs, families, size)
    other = plain(graph)
    expected: Mapping[str, Mapping[int, float]] = {
        "closeness": nx.closeness_centrality(other, wf_improved=True),
        "betweenness": nx.betweenness_centrality(other),
        "core": nx.core_number(other),
        "constraint": nx.constraint(other),
        "effective_size": nx.effective_size(other),
    }
    for name, values in expected.items():
        ours = OF_ACTORS[name](graph)
        theirs = [values[at] for at in range(size)]
        assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True), name
    if graph.pairs.size and not math.isnan(transitivity(graph)):
        assert transitivity(graph) == pytest.approx(nx.transitivity(other), abs=1e-12)
        assert len(triads(graph).closed) == sum(nx.triangles(other).values()) / 3
    if pairs:
        groups = communities(graph)
        tied = [n for n in other if other.degree(n)]
        parts = [{n for n in tied if groups[n] == g} for g in set(groups[tied])]
        assert modularity(graph, groups) == pytest.approx(nx.community.modularity(other.subgraph(tied), parts))


@settings(max_examples=60, deadline=None)
@given(GRAPHS, st.randoms(use_true_random=False))
def test_numbers_of_actors_do_not_matter(drawn: tuple[int, list[tuple[int, int]], list[int]], chance: object) -> None:
    size, pairs, families = drawn
    order = list(range(size))
    chance.shuffle(order)  # type: ignore[attr-defined]
    graph = simple_of_pairs(pairs, families, size)
    moved_families = [0] * size
    for one in range(size):
        moved_families[order[one]] = families[one]
    moved = simple_of_pairs([(order[a], order[b]) for a, b in pairs], moved_families, size)
    by_actor = {**OF_ACTORS, **{k: lambda g, k=k: broker_roles(g)[k] for k in broker_roles(graph)}}  # type: ignore[misc]
    for name, measure in by_actor.items():
        assert measure(moved)[order] == pytest.approx(measure(graph), abs=1e-9, nan_ok=True), name
    assert role_mixing(moved).tolist() == role_mixing(graph).tolist()
    assert triad_census(moved) == triad_census(graph)
    assert transitivity(moved) == pytest.approx(transitivity(graph), nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(GRAPHS)
def test_measures_keep_to_their_ranges(drawn: tuple[int, list[tuple[int, int]], list[int]]) -> None:
    size, pairs, families = drawn
    graph = simple_of_pairs(pairs, families, size)
    alone = graph.degrees == 0
    for name in ("closeness", "betweenness", "eigenvector", "pagerank"):
        values = OF_ACTORS[name](graph)
        assert ((values >= -1e-12) & (values <= 1 + 1e-9)).all(), name
    for name in ("closeness", "betweenness", "eigenvector", "core", "degree", "strength"):
        assert not OF_ACTORS[name](graph)[alone].any(), name
    for name in ("constraint", "effective_size", "efficiency", "ei"):
        assert np.isnan(OF_ACTORS[name](graph)).tolist() == alone.tolist(), name
    assert pagerank(graph).sum() == pytest.approx(1)
    assert (np.nan_to_num(constraint(graph)) <= 1.125 + 1e-12).all()
    deep = hierarchy(graph)
    assert np.isnan(deep).tolist() == (graph.degrees < 2).tolist()
    assert ((np.nan_to_num(deep) >= -1e-12) & (np.nan_to_num(deep) <= 1)).all()
    assert sum(triad_census(graph)) == math.comb(size, 3)
    assert sum(v.sum() for v in broker_roles(graph).values()) == len(brokered(graph)) == 2 * triad_census(graph)[2]
    mixing = role_mixing(graph)
    assert (mixing == mixing.T).all()
    assert np.triu(mixing).sum() == len(graph.pairs)


def test_hierarchy_is_what_its_formula_says() -> None:
    graph = NETWORKS["karate"]()
    near = graph.neighbours
    for i in range(graph.size):
        if len(near[i]) < 2:
            continue
        p = {q: 1 / len(near[i]) for q in near[i]}
        c = {j: (p[j] + sum(p[q] / len(near[q]) for q in near[i] if j in near[q])) ** 2 for j in near[i]}
        whole, many = sum(c.values()), len(c)
        ratio = [one / (whole / many) for one in c.values()]
        expected = sum(r * math.log(r) for r in ratio) / (many * math.log(many))
        assert hierarchy(graph)[i] == pytest.approx(expected, abs=1e-12)


def test_eigenvector_of_two_equal_parts_is_shared_and_of_unequal_ones_stays_in_the_larger() -> None:
    two = simple_of_pairs([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)])
    assert eigenvector(two) == pytest.approx([1] * 6)
    unequal = simple_of_pairs([(0, 1), (1, 2), (2, 0), (3, 4)], size=6)
    assert eigenvector(unequal) == pytest.approx([1, 1, 1, 0, 0, 0])


@pytest.mark.parametrize("seed", range(4))
def test_eigenvector_is_that_of_the_whole_matrix(seed: int) -> None:
    graph = of_networkx(nx.barabasi_albert_graph(80, 2, seed=seed))
    vector = np.abs(np.linalg.eigh(nx.to_numpy_array(plain(graph)))[1][:, -1])
    assert eigenvector(graph) == pytest.approx(vector / vector.max(), abs=1e-9)
    # a network of two sides, on which plain multiplication would never settle
    star = simple_of_pairs([(0, n) for n in range(1, 5)])
    assert eigenvector(star) == pytest.approx([1, 0.5, 0.5, 0.5, 0.5], abs=1e-9)


def test_network_of_nobody_and_of_one_tie() -> None:
    nobody = simple_of_pairs([])
    for name, measure in OF_ACTORS.items():
        assert measure(nobody).shape == (0,), name
    assert math.isnan(transitivity(nobody))
    assert math.isnan(ei_index(nobody))
    assert communities(nobody).shape == (0,)
    two = simple_of_pairs([(0, 1)], families=[0, 4])
    assert betweenness(two).tolist() == [0, 0]
    assert constraint(two).tolist() == [1, 1]
    assert closeness(two).tolist() == [1, 1]
    assert ei_index(two) == 1
    assert math.isnan(degree_assortativity(two))


def test_assortativity_of_one_family_is_undefined_and_brokers_all_coordinate() -> None:
    graph = simple_of_pairs([(0, 1), (1, 2), (2, 3)], families=[4] * 4)
    assert math.isnan(float(role_assortativity(role_mixing(graph))))
    assert ei_index(graph) == -1
    assert {k: v.sum() for k, v in broker_roles(graph).items() if v.sum()} == {"coordinator": 4}


# communities and random networks


def test_communities_come_again_and_are_numbered_by_size() -> None:
    graph = of_networkx(nx.barabasi_albert_graph(200, 2, seed=4))
    first = communities(graph)
    for _ in range(5):
        assert (communities(graph) == first).all()
    sizes = np.bincount(first.astype(int))[1:]
    assert (np.diff(sizes) <= 0).all()


def test_random_networks_keep_ties_of_actors_and_sizes_of_ties() -> None:
    sets = ((0, 1), (0, 2), (1, 2, 3), (3, 4), (4, 5, 6, 7), (0, 7))
    graph = with_sets(sets, 8)
    for random in rewired(graph, 20, np.random.default_rng(3)):
        # a tie of k gives each of its participants k − 1 partners, but where two ties join the same two
        assert random.size == 8
        assert len(random.pairs) <= 13
        assert random.families.tolist() == graph.families.tolist()


def with_sets(sets: tuple[tuple[int, ...], ...], size: int) -> SimpleGraph:
    pairs = {pair for members in sets for pair in combinations(members, 2)}
    return replace(simple_of_pairs(pairs, size=size), sets=sets)


@pytest.mark.parametrize(
    ("sets", "size"),
    [
        (((0, 1), (0, 2), (1, 2), (3, 4), (0, 3), (1, 5)), 6),
        (((0, 1, 2), (2, 3), (3, 4), (0, 4)), 5),
    ],
)
def test_random_networks_are_drawn_evenly_from_all_there_are(sets: tuple[tuple[int, ...], ...], size: int) -> None:
    """A small one can be counted out: each of its networks must come equally often (chi-square, 0.1 %)."""
    seats = Counter(one for members in sets for one in members)
    sizes = sorted(map(len, sets))
    tables = [c for k in set(sizes) for c in combinations(range(size), k)]
    every = {
        frozenset(chosen)
        for chosen in combinations(tables, len(sets))
        if sorted(map(len, chosen)) == sizes and Counter(one for members in chosen for one in members) == seats
    }
    draws = 4_000
    chance = np.random.default_rng(8)
    seen: Counter[frozenset[tuple[int, ...]]] = Counter()
    for ties in _exchanged(with_sets(sets, size), [6] * draws, chance):
        seen[frozenset(tuple(sorted(members)) for members in ties)] += 1
    assert set(seen) == every
    expected = draws / len(every)
    square = sum((times - expected) ** 2 / expected for times in seen.values())
    freedom = len(every) - 1
    assert square < freedom * (1 - 2 / (9 * freedom) + 3.09 * math.sqrt(2 / (9 * freedom))) ** 3
