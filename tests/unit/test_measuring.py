"""All measures of a network at once: which ties count, what is kept, what chance is held against, the archive for R."""

from __future__ import annotations

import csv
import gzip
import io
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from p2p_graph.formats import write
from p2p_graph.reading import judging
from p2p_graph.reading.brokerage import triads
from p2p_graph.reading.judging import Draws, against_dealt, against_rewired, dealt_mixing, draws_for, judged
from p2p_graph.reading.measures import GROUPS, MEASURES, measure, measures_of
from p2p_graph.reading.measuring import (
    Measured,
    actor_rows,
    judged_together,
    measured,
    measured_together,
    mixing_rows,
    network_rows,
    read,
    triad_rows,
    written,
)
from p2p_graph.reading.network import FAMILIES, Actor, Network, Tie, joined
from p2p_graph.reading.r_bundle import r_bundle
from p2p_graph.reading.simple_graph import pairs_of_tables, simple, simple_of_pairs
from tests.networks import karate, of_networkx

DOCS = Path(__file__).parents[2] / "docs"


def network(families: str, *ties: Tie) -> Network:
    """Actors a, b, c … with the families of these numbers, and ties between them."""
    actors = {
        f"urn:{name}": Actor(f"urn:{name}", name.upper(), "role", "Role", FAMILIES[int(number)])
        for name, number in zip("abcdefghijklmnopqrstuvwxyz", families, strict=False)
    }
    bare = Network(nx.MultiGraph(), actors, {tie.address: tie for tie in ties})
    return joined([bare])


def tie(name: str, participants: str, **told: object) -> Tie:
    return Tie(f"urn:{name}", tuple(f"urn:{one}" for one in participants), **told)  # type: ignore[arg-type]


EXAMPLE = network(
    "004456",
    tie("t1", "ab", form="formal"),
    tie("t2", "ab", form="informal"),
    tie("t3", "bcd", form="formal"),
    tie("t4", "ad", polarity="opposes"),
    tie("t5", "ce", givers=("urn:c",), receivers=("urn:e",)),
)


def test_ties_against_are_no_ties_and_several_make_one_pair() -> None:
    graph = simple(EXAMPLE)
    assert graph.actors == tuple(f"urn:{one}" for one in "abcdef")
    assert graph.pairs.tolist() == [[0, 1], [1, 2], [1, 3], [2, 3], [2, 4]]
    assert graph.ties.tolist() == [2, 1, 1, 1, 1]
    assert (graph.counted, graph.tables, graph.against) == (4, 1, 1)
    assert pairs_of_tables(graph) == 3
    # the one tie with a direction leads one way
    arcs = graph.arcs.tolist()
    assert [2, 4] in arcs
    assert [4, 2] not in arcs
    assert len(arcs) == 9


def test_actors_have_their_measures_and_who_has_no_tie_stays() -> None:
    found = measured(EXAMPLE)
    values = {actor.address.removeprefix("urn:"): actor.values for actor in found.actors}
    assert {name: told["degree"] for name, told in values.items()} == {"a": 1, "b": 3, "c": 3, "d": 2, "e": 1, "f": 0}
    assert values["b"]["strength"] == 4
    assert values["f"]["constraint"] is None
    assert values["f"]["community"] is None
    assert (found.result("actors").value, found.result("isolates").value) == (6, 1)
    assert found.result("mean_constraint").missing == pytest.approx(1 / 6)
    assert found.result("mean_distance").missing == pytest.approx(1 / 3)
    assert found.result("density").value == pytest.approx(5 / 15)
    assert found.result("table_pairs").value == pytest.approx(3 / 5)
    # what passes from c to e passes there from b and d, too
    assert values["c"]["itinerant"] == 0
    assert values["c"]["liaison"] == 1
    assert values["c"]["representative"] == 1


def test_every_measure_is_computed_and_told() -> None:
    found = measured(EXAMPLE)
    assert [one.measure for one in found.results] == [one.name for one in measures_of("network")]
    for actor in found.actors:
        assert list(actor.values) == [one.name for one in measures_of("actor")]
    names = [one.name for one in MEASURES]
    assert len(names) == len(set(names))
    for one in MEASURES:
        assert measure(one.name) is one
        assert one.group in GROUPS
        assert one.sentence.endswith(".")
        assert one.formula
        assert one.reference
        assert one.span


def test_network_of_nobody_has_no_values_but_nought() -> None:
    found = measured(network(""))
    assert {one.value for one in found.results} <= {0.0, None}
    assert {one.call for one in found.results} <= {"", "too few to say"}
    assert len(actor_rows(found)) == 0


def test_small_network_is_not_compared_with_chance() -> None:
    found = measured(EXAMPLE)
    assert found.draws == Draws(0, 0)
    assert {one.call for one in judged_together({"XA": found})["XA"].results} == {"", "too few to say"}
    assert {one.call for one in found.mixing} == {"too few to say"}


# chance


def test_judged_counts_what_was_seen_among_the_draws() -> None:
    drawn = np.arange(1.0, 100.0)
    above = judged(1_000.0, drawn)
    assert above is not None
    assert above.p == pytest.approx(2 / 100)
    assert (above.low, above.high, above.expected) == (3.0, 97.0, 50.0)
    middle, upper, below = judged(50.0, drawn), judged(1_000.0, drawn, upper=True), judged(0.0, drawn, upper=True)
    assert middle is not None
    assert upper is not None
    assert below is not None
    assert (middle.p, upper.p, below.p) == (1.0, pytest.approx(1 / 100), 1.0)
    assert judged(float("nan"), drawn) is None
    assert judged(1.0, np.array([])) is None
    # equal but for the last digit of a sum is equal
    assert judged(0.1 + 0.2, np.full(99, 0.3)) == judged(0.3, np.full(99, 0.3))


def test_larger_networks_get_fewer_draws() -> None:
    sizes = [draws_for(of_networkx(nx.path_graph(n))).rewired for n in (5, 13, 400, 600, 6_000)]
    assert sizes == [0, 199, 199, 99, 19]


def test_real_communities_are_called_and_those_of_chance_are_not() -> None:
    cliques = nx.disjoint_union_all([nx.complete_graph(6) for _ in range(4)])
    cliques.add_edges_from([(0, 6), (7, 12), (13, 18)])
    found = against_rewired(of_networkx(cliques), 99, np.random.default_rng(1))["modularity"]
    assert found is not None
    assert found.p == pytest.approx(0.01)
    ps = []
    for seed in range(12):
        random = of_networkx(nx.gnm_random_graph(40, 60, seed=seed))
        one = against_rewired(random, 39, np.random.default_rng(seed))["modularity"]
        assert one is not None
        ps.append(one.p)
    assert min(ps) < 0.5 < max(ps)
    assert sum(p <= 0.05 for p in ps) <= 3


def test_dealt_roles_stay_among_actors_with_about_as_many_partners() -> None:
    graph = karate()
    classes = np.frexp(graph.degrees)[1]
    for families in judging._dealt(graph, 30, 10, np.random.default_rng(4)):
        for one in np.unique(classes):
            same = classes == one
            assert (np.sort(families[:, same], axis=1) == np.sort(graph.families[same])).all()
        assert (families != graph.families).any()


def test_dealt_mixing_keeps_pairs_and_brokers_keep_their_number() -> None:
    graph = karate()
    drawn = dealt_mixing(graph, 50, np.random.default_rng(2))
    assert (np.triu(drawn).sum(axis=(1, 2)) == 78).all()
    brokers, types = against_dealt(graph, triads(graph), 50, np.random.default_rng(2))
    assert {float(total) for total in sum(brokers.values())} == {2.0 * 393}
    assert (types["closed"].sum(axis=1) == 45).all()
    assert (types["open"].sum(axis=1) == 393).all()


def test_deals_are_made_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = karate()
    monkeypatch.setattr(judging, "_AT_ONCE", 200)
    drawn = dealt_mixing(graph, 7, np.random.default_rng(2))
    assert (np.triu(drawn).sum(axis=(1, 2)) == 78).all()
    assert len(drawn) == 7
    assert len({one.tobytes() for one in drawn}) > 3


def large(seed: int = 3) -> Network:
    """Forty actors in four roles, more often tied within a role."""
    chance = np.random.default_rng(seed)
    names = [f"urn:x{n:02}" for n in range(40)]
    actors = {name: Actor(name, name, "r", "R", FAMILIES[n % 4]) for n, name in enumerate(names)}
    ties = {}
    while len(ties) < 70:
        a, b = sorted(chance.choice(40, 2, replace=False).tolist())
        if a % 4 == b % 4 or chance.random() < 0.15:
            ties[f"urn:{a}-{b}"] = Tie(f"urn:{a}-{b}", (names[a], names[b]))
    return joined([Network(nx.MultiGraph(), actors, ties)])


def test_roles_that_keep_to_themselves_are_called_and_numbers_come_again() -> None:
    found = measured_together({"XA": large()})
    result = found["XA"].result("role_assortativity")
    assert result.call == "higher"
    assert found["XA"].result("ei_index").call == "lower"
    assert result.chance is not None
    assert abs(result.chance.expected) < 0.1
    assert measured_together({"XA": large()}) == found
    same = next(cell for cell in found["XA"].mixing if cell.one == cell.other == FAMILIES[0])
    assert same.call == "higher"


def test_kept_measures_are_read_as_they_were() -> None:
    found = measured_together({"XA": large(), "XB": EXAMPLE})
    content = written(found)
    assert read(content) == found
    assert written(found) == content
    for broken in (b"", b"x", content[:-30], written({})[:5], gzip.compress(b"[]"), gzip.compress(b"{}")):
        with pytest.raises(ValueError):  # noqa: PT011  JSON has words of its own
            read(broken)


def test_measures_of_another_edition_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written({})
    monkeypatch.setattr("p2p_graph.reading.measuring._EDITION", 999)
    with pytest.raises(ValueError, match="edition"):
        read(content)


# tables


def rows(found: Measured, name: str) -> list[dict[str, str]]:
    tables = {"actors": actor_rows, "mixing": mixing_rows, "triads": triad_rows}
    return list(csv.DictReader(io.StringIO(write(tables[name](found), "csv").decode())))


def test_tables_hold_all_numbers_and_who_has_most_partners_comes_first() -> None:
    found = measured(EXAMPLE)
    actors = rows(found, "actors")
    assert [row["label"] for row in actors] == list("BCDAEF")
    assert actors[0]["degree"] == "3"
    assert actors[-1]["constraint"] == ""
    assert len(rows(found, "mixing")) == 45
    closed = [row for row in rows(found, "triads") if row["kind"] == "closed"]
    # b, c and d sit at one table: a peer and two of the police
    assert [(row["first"], row["second"], row["third"]) for row in closed] == [("peers", "police", "police")]
    assert [(row["found"], row["atOneTable"]) for row in closed] == [("1", "1")]
    told = network_rows({"XA": found})
    assert len(told) == len(measures_of("network"))


def test_docs_tell_of_every_measure() -> None:
    """docs/measures.md is made from the measures: `python -m bench.measures --docs` writes it anew."""
    from bench.measures import documented

    assert (DOCS / "measures.md").read_text(encoding="utf-8") == documented()


# the archive for R


def test_archive_is_whole_and_the_same_on_any_day(tmp_path: Path) -> None:
    found = measured(EXAMPLE)
    content = r_bundle(EXAMPLE, found, "Exland", "1.2")
    assert r_bundle(EXAMPLE, found, "Exland", "1.2") == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "Release 1.2" in texts["README.md"]
    assert "creativecommons.org/licenses/by/4.0" in texts["README.md"]
    pairs = list(csv.DictReader(io.StringIO(texts["pairs.csv"])))
    first = next(row for row in pairs if (row["one"], row["other"]) == ("a1", "a2"))
    assert (first["ties"], first["formal"], first["informal"], first["against"]) == ("2", "1", "1", "0")
    assert sum(int(row["against"]) for row in pairs) == 1
    assert len(list(csv.DictReader(io.StringIO(texts["ties.csv"])))) == 11
    assert len(list(csv.DictReader(io.StringIO(texts["arcs.csv"])))) == 9


@pytest.mark.parametrize("found", [EXAMPLE, large(), network("")], ids=["example", "large", "nobody"])
def test_archive_runs_in_r_and_agrees(found: Network, tmp_path: Path) -> None:
    program = shutil.which("Rscript")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("R is missing; .ci/engines installs it")
        pytest.skip("needs R: apt-get install r-base-core")
    with zipfile.ZipFile(io.BytesIO(r_bundle(found, measured(found), "Exland", "1"))) as archive:
        archive.extractall(tmp_path)
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "P2P_MODELS": "no"}
    asked = [program, "--vanilla", "network.R"]
    done = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert f"{len(found.actors)} actors" in done.stdout
    assert "DIFFERS" not in done.stdout
    if len(found.actors) > 2 and "Without the package sna" not in done.stdout:
        assert done.stdout.count("agrees") == 8


def test_direction_of_nobody_is_kept_apart_from_pairs() -> None:
    graph = replace(simple_of_pairs([(0, 1)]), arcs=np.zeros((0, 2), np.int64))
    assert triads(graph).open.shape == (0, 3)
