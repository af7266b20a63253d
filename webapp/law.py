"""Legal acts as a page tells them: what each is, why it matters, and what its rules say of which role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading import Graph
from p2p_graph.vocab import PREFIXES
from webapp.describing import Namer, Value, facts_of
from webapp.phrases import first, joined

__all__ = ["LawView", "RuleView", "laws", "rules_by_act"]

_DESCRIPTION: Final = PREFIXES["dcterms"] + "description"


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule: what it says (allows, requires, forbids, defines), of which roles, and what."""

    modality: str
    roles: str
    task: str


@dataclass(frozen=True, slots=True)
class LawView:
    """One legal act with its rules."""

    name: Value
    year: str
    words: str
    rules: tuple[RuleView, ...]


def rules_by_act(table: Table, graph: Graph) -> dict[str, tuple[RuleView, ...]]:
    """The rules in each act, from the answer of `law-and-roles`; a rule of several roles is told once.

    >>> rules_by_act(Table(("country", "act", "modality", "role", "task"), ()), graph=None)
    {}
    """
    roles: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in table.records():
        act, modality, role, task = (row[name] for name in ("act", "modality", "role", "task"))
        if isinstance(act, NamedNode) and isinstance(modality, NamedNode) and isinstance(role, NamedNode):
            roles[act.value, modality.value, task.value if isinstance(task, Literal) else ""].append(role.value)
    found: dict[str, list[RuleView]] = defaultdict(list)
    for (of, says, what), named in roles.items():
        words = joined(sorted(graph.label(role) for role in named))
        found[of].append(RuleView(graph.label(says), words, what))
    return {act: tuple(rules) for act, rules in found.items()}


def laws(graph: Graph, acts: Iterable[str], rules: Mapping[str, tuple[RuleView, ...]]) -> tuple[LawView, ...]:
    """Acts by their year, newest first; those without a year last."""
    wanted = list(dict.fromkeys(acts))
    facts = facts_of(graph, wanted)
    namer = Namer(graph).learn(wanted)
    found = [
        LawView(
            namer.value(act),
            first(facts[act], "year"),
            first(facts[act], "relevance") or _text(facts[act].get(_DESCRIPTION, ())),
            rules.get(act, ()),
        )
        for act in wanted
    ]
    return tuple(sorted(found, key=lambda law: (-int(law.year or 0), law.name.text)))


def _text(values: Iterable[object]) -> str:
    return next((value.value for value in values if isinstance(value, Literal) and value.language == "en"), "")
