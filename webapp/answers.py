"""Answers as a page shows them: cells with names instead of addresses, numbers told from words, only so many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from p2p_graph.model import Boolean, Table, Triples
from webapp import describing
from webapp.current_graph import graph

__all__ = ["Shown", "show"]

#: rows a page shows; the downloads hold all of them
_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as a page shows it: headings and cells, or a yes or no; how many rows there are in all."""

    columns: tuple[str, ...]
    rows: list[list[describing.Value]]
    total: int
    verdict: bool | None = None

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold numbers alone."""
        columns = list(zip(*self.rows, strict=True))
        return [any(c.text for c in cells) and all(c.number or not c.text for c in cells) for cells in columns]


def show(answer: Table | Triples | Boolean) -> Shown:
    """An answer as a page shows it."""
    if isinstance(answer, Boolean):
        return Shown((), [], 1, answer.value)
    if isinstance(answer, Triples):
        triples = answer.triples[:_SHOWN]
        table = Table(("subject", "predicate", "object"), tuple((t.subject, t.predicate, t.object) for t in triples))
        return Shown(table.columns, describing.table_values(table, describing.names_in(table, graph())), len(answer))
    table = Table(answer.columns, answer.rows[:_SHOWN])
    return Shown(answer.columns, describing.table_values(table, describing.names_in(table, graph())), len(answer))
