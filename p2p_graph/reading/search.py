"""Finds things by any of their labels, in every language, without caring for accents or case.

The index is SQLite's FTS5 (unicode61, diacritics removed): each word of the question must begin a word
of a label. Labels of practices come before those of documents when both fit equally.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from p2p_graph.text import fold

__all__ = ["Hit", "LabelIndex"]

_WEIGHT = {"country": 0, "practice": 1, "organisation": 2, "place": 3, "project": 3, "law": 4, "finding": 5, "group": 7}


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its address, its kind, the label that fits and that label's language."""

    address: str
    kind: str
    label: str
    language: str


class LabelIndex:
    """An index over (address, kind, label, language); safe to ask from several threads.

    >>> index = LabelIndex([("https://example.org/1", "practice", "Sala de consumo Saúde", "pt")])
    >>> [hit.label for hit in index.find("saude sal")]
    ['Sala de consumo Saúde']
    """

    def __init__(self, labels: Iterable[tuple[str, str, str, str]]) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(
            "CREATE VIRTUAL TABLE names USING fts5(folded, address UNINDEXED, kind UNINDEXED, "
            "label UNINDEXED, language UNINDEXED, weight UNINDEXED)"
        )
        self._db.executemany(
            "INSERT INTO names VALUES (?, ?, ?, ?, ?, ?)",
            ((fold(label), address, kind, label, lang, _WEIGHT.get(kind, 6)) for address, kind, label, lang in labels),
        )
        self._db.commit()

    def find(self, text: str, limit: int = 40) -> list[Hit]:
        """Things with a label in which every word of the text begins a word; one hit a thing, best first."""
        words = re.findall(r"\w+", fold(text[:200]))
        if not words:
            return []
        question = " ".join(f'"{word}"*' for word in words)
        with self._lock:
            rows = self._db.execute(
                "SELECT address, kind, label, language FROM names WHERE names MATCH ? "
                "ORDER BY CAST(weight AS INTEGER) + rank / 5, label LIMIT ?",
                (question, limit * 8),
            ).fetchall()
        hits: dict[str, Hit] = {}
        for row in rows:
            hits.setdefault(row[0], Hit(*row))
        return list(hits.values())[:limit]

    def close(self) -> None:
        """Frees the index."""
        with self._lock:
            self._db.close()
