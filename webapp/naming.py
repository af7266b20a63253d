"""What many things are called, asked for in a few questions: only of those that are there.

The names of a release are kept in memory. So what a reader makes up is looked at first, and strangers never fill it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyoxigraph import NamedNode

from p2p_graph.reading import Graph
from webapp.addresses import page_of
from webapp.current_graph import graph as current
from webapp.describing import Namer

__all__ = ["names_here", "names_of"]

#: addresses that go into one question to the store
_AT_ONCE: Final = 500


def names_of(graph: Graph, addresses: Iterable[str]) -> dict[str, str]:
    """The names of those among some addresses that are ours and there, in their order."""
    wanted = [address for address in dict.fromkeys(addresses) if page_of(address)]
    known = graph.words
    there = [a for a in wanted if a in known] + list(_existing(graph, [a for a in wanted if a not in known]))
    namer = Namer(graph).learn(there)
    return {address: namer[address] for address in there}


def names_here(addresses: Iterable[str]) -> dict[str, str]:
    """The same in the release of this request."""
    return names_of(current(), addresses)


def _existing(graph: Graph, addresses: list[str]) -> Iterable[str]:
    """Those of some addresses that the release says anything of."""
    for start in range(0, len(addresses), _AT_ONCE):
        for row in graph.run("those-that-exist", thing=addresses[start : start + _AT_ONCE]).rows:
            if isinstance(row[0], NamedNode):
                yield row[0].value
