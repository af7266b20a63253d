"""Networks from the literature, as simple graphs, and one that has all that is awkward."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import networkx as nx

from p2p_graph.reading.simple_graph import SimpleGraph, simple_of_pairs

__all__ = ["NETWORKS", "florentine", "karate", "mixed", "of_networkx", "save"]


def of_networkx(graph: nx.Graph[int], families: list[int] | None = None) -> SimpleGraph:
    """A simple graph of a networkx graph whose nodes are 0, 1, 2 …"""
    return simple_of_pairs(graph.edges(), families, graph.number_of_nodes())


def karate() -> SimpleGraph:
    """Zachary's karate club (1977), with the two clubs it fell into as roles."""
    graph = nx.karate_club_graph()
    return of_networkx(graph, [0 if graph.nodes[one]["club"] == "Mr. Hi" else 4 for one in graph])


def florentine() -> SimpleGraph:
    """Marriages of Florentine families (Padgett and Ansell 1993), in the order of the alphabet.

    Roles: 0 for those whose business was with the Medici, 4 for others; Pucci (12) has no tie.
    """
    graph = nx.florentine_families_graph()
    names = sorted([*graph, "Pucci"])
    number = {name: at for at, name in enumerate(names)}
    medici = {"Medici", "Barbadori", "Ginori", "Pazzi", "Salviati", "Tornabuoni"}
    pairs = [(number[one], number[other]) for one, other in graph.edges()]
    return simple_of_pairs(pairs, [0 if name in medici else 4 for name in names], len(names))


def mixed() -> SimpleGraph:
    """Sixty actors of five roles in several parts, some without a tie, some ties that lead one way alone."""
    chance = random.Random(5)
    ways = {(chance.randrange(54), chance.randrange(54)) for _ in range(84)}
    ways = {(one, other) for one, other in ways if one != other}
    ways |= {(other, one) for one, other in ways if chance.random() < 0.6}
    return simple_of_pairs(ways, [chance.randrange(5) for _ in range(60)], 60, arcs=ways)


#: by their names
NETWORKS = {"karate": karate, "florentine": florentine, "mixed": mixed}


def save(graph: SimpleGraph, folder: Path) -> None:
    """Writes a graph as the files that `tests/data/measures/measures.R` reads."""
    tables = {
        "actors": (["actor", "family"], list(enumerate(graph.families.tolist()))),
        "pairs": (["one", "other"], graph.pairs.tolist()),
        "arcs": (["one", "other"], graph.arcs.tolist()),
    }
    for name, (head, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])
