"""What many things are called, asked for in a few questions: only of those that are there.

Networks and their measures are told in the reader's language as far as there are names in it.
The names of a release are kept in memory. So what a reader makes up is looked at first, and strangers never fill it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pyoxigraph import NamedNode

from p2p_graph.reading import Graph
from p2p_graph.reading.measuring import Measured
from p2p_graph.reading.network import Actor, Network
from p2p_graph.vocab import PREFIXES
from webapp.addresses import page_of
from webapp.current_graph import graph as current
from webapp.describing import Namer
from webapp.languages import ENGLISH, called, language

__all__ = ["common_language", "names_here", "names_of", "partners", "spoken_measures", "spoken_network"]

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


def spoken_network(graph: Graph, network: Network) -> Network:
    """A network whose actors, roles and functions are called in the reader's language, as far as they have names in it.

    The label of an actor that has none says which language it is in.
    """
    if language() == ENGLISH:
        return network
    names = graph.names(network.actors)
    roles = graph.labels({PREFIXES["role"] + actor.role for actor in network.actors.values() if actor.role})
    functions = {word.labels.get(ENGLISH): called(word.labels) for word in graph.concepts("function")}
    actors = {
        address: replace(
            actor,
            label=name,
            language=_other(tongue),
            role_label=roles.get(PREFIXES["role"] + actor.role, actor.role_label),
        )
        for address, actor in network.actors.items()
        for name, tongue in [names[address]]
    }
    ties = {
        address: replace(tie, functions=tuple(sorted(functions.get(name) or name for name in tie.functions)))
        for address, tie in network.ties.items()
    }
    return replace(network, actors=actors, ties=ties)


def spoken_measures(graph: Graph, found: Measured) -> Measured:
    """The measures of a network with its actors and their roles called in the reader's language, in the same way."""
    if language() == ENGLISH:
        return found
    names = graph.names(actor.address for actor in found.actors)
    roles = {word.labels.get(ENGLISH): called(word.labels) for word in graph.concepts("role")}
    actors = tuple(
        replace(actor, label=name, language=_other(tongue), role=roles.get(actor.role) or actor.role)
        for actor in found.actors
        for name, tongue in [names[actor.address]]
    )
    return replace(found, actors=actors)


def _other(tongue: str) -> str:
    return tongue if tongue != language() else ""


def partners(network: Network) -> dict[str, tuple[Actor, ...]]:
    """With whom each actor of a network is tied, by name."""
    met: dict[str, set[str]] = {address: set() for address in network.actors}
    for tie in network.ties.values():
        for one in tie.participants:
            met[one].update(tie.participants)
    actors = network.actors
    return {
        address: tuple(sorted((actors[o] for o in others - {address}), key=lambda a: a.label))
        for address, others in met.items()
    }


def common_language(actors: Iterable[Actor]) -> str:
    """The language that the labels of some actors are in, if it is the same for all and not that of the page.

    >>> common_language([Actor("x:a", "Nurses", "nurse", "nurse", "professionals", "en")])
    'en'
    """
    met = {actor.language for actor in actors}
    return met.pop() if len(met) == 1 else ""


def _existing(graph: Graph, addresses: list[str]) -> Iterable[str]:
    """Those of some addresses that the release says anything of."""
    for start in range(0, len(addresses), _AT_ONCE):
        for row in graph.run("those-that-exist", thing=addresses[start : start + _AT_ONCE]).rows:
            if isinstance(row[0], NamedNode):
                yield row[0].value
