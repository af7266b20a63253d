"""Answers kept in a release: what pages need is worked out when it is built, so that no page waits for it.

Which saved queries are kept they say themselves, by the entry `kept` of their head. An answer is found by the text of
its query, so a query that has changed since the release was built is asked anew.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from p2p_graph.model import Table
from p2p_graph.reading.library import Library
from p2p_graph.reading.network import Chord, Coverage, Wheel

__all__ = ["FOLDER", "Kept", "address", "places_bytes", "queries_to_keep", "wheel_bytes"]

#: the folder of a release in which they stand
FOLDER: Final = "answers"


def address(*texts: str) -> str:
    """The name of the file in which the answer to some texts stands."""
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=16).hexdigest() + ".gz"


def queries_to_keep(library: Library, countries: Iterable[str]) -> Iterator[str]:
    """The texts of all queries that are kept: for all, or for each country where a query takes one."""
    codes = list(countries)
    for saved in library.kept:
        if saved.kept == "country":
            yield from (saved.bind(country=code) for code in codes)
        else:
            yield saved.bind()


class Kept:
    """The answers kept in the folder of a release; any thread may ask. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder if folder and folder.is_dir() else None

    def table(self, text: str) -> Table | None:
        """The answer to a query, or None if it was not kept."""
        content = self._read(text)
        if content is None:
            return None
        found = cast(QuerySolutions, parse_query_results(content, QueryResultsFormat.TSV))
        return Table(tuple(v.value for v in found.variables), tuple(tuple(solution) for solution in found))

    def wheel(self, *texts: str) -> Wheel | None:
        """The wheel that follows from some queries, or None if it was not kept."""
        content = self._read("wheel", *texts)
        return None if content is None else _wheel(json.loads(content))

    def places(self, *texts: str) -> dict[str, tuple[float, float]] | None:
        """Where the actors of the network that follows from some queries stand, or None if it was not kept."""
        content = self._read("places", *texts)
        return None if content is None else {a: (x, y) for a, (x, y) in json.loads(content).items()}

    def _read(self, *texts: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            return gzip.decompress((self._folder / address(*texts)).read_bytes())
        except OSError:
            return None


def wheel_bytes(wheel: Wheel) -> bytes:
    """A wheel as it is kept.

    >>> from p2p_graph.reading.network import mixing, project
    >>> wheel = mixing(project(Table((), ())))
    >>> _wheel(json.loads(wheel_bytes(wheel))) == wheel
    True
    """
    coverage = wheel.coverage
    data = {
        "chords": [
            [c.one, c.other, c.against, c.ties, c.practices, c.loose, dict(c.forms), dict(c.polarities), c.is_faint]
            for c in wheel.chords
        ],
        "coverage": [getattr(coverage, name) for name in Coverage.__dataclass_fields__],
    }
    return json.dumps(data, separators=(",", ":")).encode()


def places_bytes(places: Mapping[str, tuple[float, float]]) -> bytes:
    """Places as they are kept.

    >>> places_bytes({"a": (1.5, 2.0)})
    b'{"a":[1.5,2.0]}'
    """
    return json.dumps(places, separators=(",", ":")).encode()


def _wheel(data: dict[str, Any]) -> Wheel:
    chords = tuple(
        Chord(one, other, against, tuple(ties), tuple(practices), *rest)
        for one, other, against, ties, practices, *rest in data["chords"]
    )
    return Wheel(chords, Coverage(*data["coverage"]))
