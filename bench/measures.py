"""Times of all measures of generated networks, and docs/measures.md made from the measures.

python -m bench.measures                      a national network, and one of 6,500 actors and 31,000 pairs
python -m bench.measures --docs               writes docs/measures.md
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import networkx as nx
import numpy as np

from p2p_graph.reading.brokerage import broker_roles, constraint, hierarchy, triads
from p2p_graph.reading.centrality import betweenness, closeness, component, core, eigenvector, pagerank
from p2p_graph.reading.communities import communities, rewired
from p2p_graph.reading.judging import Draws
from p2p_graph.reading.measures import GROUPS, Level, Measure, measures_of
from p2p_graph.reading.measuring import measured
from p2p_graph.reading.network import FAMILIES, Actor, Network, Tie, joined
from p2p_graph.reading.simple_graph import SimpleGraph, simple

__all__ = ["documented", "generated"]

_DOCS: Final = Path(__file__).parents[1] / "docs" / "measures.md"
_SIZES: Final = ((160, 200), (6_500, 31_000))

_HEAD: Final = """# Measures of networks

What is measured of the network of each country, and of all together; made from `p2p_graph.reading.measures`, as the
page `/measures` is. `p2p measures PT` gives the actors of a country, `p2p measures` the networks of all,
`graph.measures("PT")` the same in Python, `/country/PT/network.zip` everything for R.

A release brings its measures. For a store that has no release beside it they are computed when they are first asked
for, which takes about a second for a national network.

## What counts as a tie

- Ties that oppose, block or withdraw are left out and counted apart.
- Two actors are tied once, however many ties join them; how many counts in strength alone, as it also tells how much
  was written about the two.
- A tie of three or more joins each two of its participants.
- Direction counts in brokerage alone. A tie without one leads both ways.
- That a group belongs to an organisation is no tie.
- Actors without a tie stay in, and count in n.
- Roles are the nine families; an actor of several stands in the first.

## What chance gives

*Random networks*: every actor keeps its number of ties and every tie its number of participants (Chodrow 2020,
Journal of Complex Networks 8:cnaa018). Communities are sought in each of them by a search equal to the one they are
judged by. *Roles dealt out anew*: the network stays; roles are dealt among actors with about as many partners (1, 2
to 3, 4 to 7 and so on). p is two-sided, but for modularity, where only more is asked; q is p adjusted over all tests
shown together (Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57:289–300). Networks with
fewer than 12 tied pairs are not compared.

## How far to trust it

What was written down is no census: actors and ties that nobody described are missing, and not at random. Groups are
actors here, not persons. Most practices are described one by one, which alone makes networks fall into parts and
communities. Ties of one practice are not independent, so the ranges of
chance are rather too narrow.

Values agree to nine decimals with igraph 1.3.5 and sna 2.7-1 of R 4.2.2 on Zachary's karate club, the marriages of
Florentine families and a network of several parts (`tests/data/measures`).
"""


def documented() -> str:
    """The text of docs/measures.md."""
    parts = [_HEAD]
    levels: dict[Level, str] = {"actor": "Of actors", "network": "Of networks"}
    for level, title in levels.items():
        parts.append(f"\n## {title}\n")
        for group, heading in GROUPS.items():
            if there := measures_of(level, group):
                parts.append(f"\n### {heading}\n\n" + "\n".join(map(_told, there)) + "\n")
    return "".join(parts)


def _told(one: Measure) -> str:
    null = {"rewired": " Compared with random networks.", "dealt": " Compared with roles dealt out anew.", "": ""}
    return (
        f"- **{one.title}** (`{one.name}`). {one.sentence} `{one.formula}`; {one.span}.{null[one.null]} "
        f"After {one.reference}."
    )


def generated(actors: int, pairs: int, seed: int = 1) -> Network:
    """A network with hubs: actors of nine roles, most of their ties of two, some of three to five."""
    chance = np.random.default_rng(seed)
    names = [f"a{number:05}" for number in range(actors)]
    weights = 1 / np.arange(2, actors + 2) ** 0.6
    weights /= weights.sum()
    made = {name: Actor(name, name, "r", "R", FAMILIES[n % len(FAMILIES)]) for n, name in enumerate(names)}
    ties: dict[str, Tie] = {}
    joined_pairs: set[tuple[int, int]] = set()
    while len(joined_pairs) < pairs:
        many = int(chance.choice([2, 3, 5], p=[0.9, 0.07, 0.03]))
        who = sorted(set(chance.choice(actors, many, p=weights).tolist()))
        if len(who) > 1:
            ties[f"t{len(ties):06}"] = Tie(f"t{len(ties):06}", tuple(names[one] for one in who))
            joined_pairs |= {(a, b) for at, a in enumerate(who) for b in who[at + 1 :]}
    return joined([Network(nx.MultiGraph(), made, ties)])


def _timed(name: str, work: Callable[[], object]) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    click.echo(
        f"  {name:<24}{time.perf_counter() - wall:8.3f} s{time.process_time() - processor:8.3f} s of the processor"
    )


def _parts(graph: SimpleGraph) -> dict[str, Callable[[], object]]:
    return {
        "closeness": lambda: closeness(graph),
        "betweenness": lambda: betweenness(graph),
        "eigenvector": lambda: eigenvector(graph),
        "PageRank": lambda: pagerank(graph),
        "k-core and parts": lambda: (core(graph), component(graph)),
        "communities": lambda: communities(graph),
        "constraint, hierarchy": lambda: (constraint(graph), hierarchy(graph)),
        "brokerage": lambda: broker_roles(graph),
        "triads": lambda: triads(graph),
        "ten random networks": lambda: list(rewired(graph, 10, np.random.default_rng(1))),
    }


@click.command()
@click.option("--docs", is_flag=True, help="Write docs/measures.md and measure nothing.")
def main(docs: bool) -> None:
    """Prints how long the measures of two generated networks take, part by part and all at once."""
    if docs:
        _DOCS.write_text(documented(), encoding="utf-8", newline="\n")
        return
    for actors, pairs in _SIZES:
        network = generated(actors, pairs)
        graph = simple(network)
        click.echo(f"{graph.size:,} actors, {len(graph.pairs):,} tied pairs")
        for name, work in _parts(graph).items():
            _timed(name, work)
        _timed("all, without chance", lambda network=network: measured(network, draws=Draws(0, 0)))  # type: ignore[misc]
        _timed("all, with chance", lambda network=network: measured(network))  # type: ignore[misc]


if __name__ == "__main__":
    main()
