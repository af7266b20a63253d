"""A network as an archive that is ready for R: actors, pairs, arcs, ties and measures as CSV, a script, a page to read.

The script runs in plain R; with the packages of statnet it computes the measures again and fits models.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.resources import files
from itertools import combinations
from typing import Final

from pyoxigraph import Literal, NamedNode

from p2p_graph import formats
from p2p_graph.model import Table, Term
from p2p_graph.reading.measures import measures_of
from p2p_graph.reading.measuring import Measured, mixing_rows
from p2p_graph.reading.network import FORMS, Network
from p2p_graph.reading.simple_graph import simple

__all__ = ["MEDIA_TYPE", "r_bundle"]

MEDIA_TYPE: Final = "application/zip"
#: the earliest day that such an archive can hold: the same network gives the same bytes on any day
_DAY: Final = (1980, 1, 1, 0, 0, 0)

_README: Final = """# {title}: the network of actors, for R

Release {version} of the Peer2Peer Graph: who cooperates with whom in drug outreach work.

    Rscript network.R

{actors} actors, {ties} ties that count ({tables} of them of three or more), {against} ties against.

## Files

- `actors.csv`: a row for each actor; `id` is used in the other files, `address` names the actor on the web; `label`,
  `role`, `family` (of roles).
- `pairs.csv`: a row for each two actors that a tie joins, whatever its kind: the number of `ties` that count, of these
  the `formal`, `informal`, `mixed` and `unstated`, and the ties `against`, which count in none of these.
- `arcs.csv`: a row for each way on which something may pass; ties without a direction lead both ways.
- `ties.csv`: a row for each tie and participant, whole: form, stance, who gives and who receives, years, practices.
- `measures.csv`: our measures of each actor. `network.R` computes some of them again and compares.
- `mixing.csv`: tied pairs of each two families of roles, and what chance gives.

## What counts as a tie

Ties that oppose, block or withdraw are no cooperation; they stand in `against`. A tie of three or more joins each two
of its participants. Two actors are tied once, however many ties join them. That a group belongs to an organisation is
no tie. Actors without a tie stay in.

## Before you trust a number

What was written down is no census: actors and ties that nobody described are missing, and not at random. Ties of one
practice are not independent. Groups such as “peers of a service” are actors here, not persons.

## Measures

{measures}

## Licence

Data: Creative Commons Attribution 4.0 International, https://creativecommons.org/licenses/by/4.0/. Cite as: Peer2Peer
Graph, release {version}. The script network.R: Apache License 2.0.
"""


def r_bundle(network: Network, found: Measured, title: str, version: str) -> bytes:
    """The archive, as bytes, of a network and its measures; the same on any day.

    >>> from p2p_graph.reading.measuring import measured
    >>> from p2p_graph.reading.network import project
    >>> nobody = project(Table((), ()))
    >>> zipfile.ZipFile(io.BytesIO(r_bundle(nobody, measured(nobody), "Exland", "1"))).namelist()
    ['README.md', 'network.R', 'actors.csv', 'pairs.csv', 'arcs.csv', 'ties.csv', 'measures.csv', 'mixing.csv']
    """
    numbers = {actor.address: f"a{at}" for at, actor in enumerate(found.actors, 1)}
    tables = {
        "actors": _actors(found, numbers),
        "pairs": _pairs(network, numbers),
        "arcs": _arcs(network, numbers),
        "ties": _ties(network, numbers),
        "measures": _measures(found, numbers),
        "mixing": mixing_rows(found),
    }
    script = files("p2p_graph.reading").joinpath("templates", "network.R").read_text(encoding="utf-8")
    content = {"README.md": _readme(found, title, version).encode(), "network.R": script.encode()}
    content |= {f"{name}.csv": formats.write(table, "csv") for name, table in tables.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, _DAY)
            # a file that everybody may read, and its owner may change
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _readme(found: Measured, title: str, version: str) -> str:
    told = [f"- `{m.name}`: {m.sentence} {m.formula} ({m.reference})" for m in measures_of("actor")]
    return _README.format(
        title=title,
        version=version,
        actors=len(found.actors),
        ties=found.ties,
        tables=found.tables,
        against=found.left_out,
        measures="\n".join(told),
    )


def _row(cells: Iterable[str | int | float | None]) -> tuple[Term | None, ...]:
    return tuple(None if cell is None or cell == "" else Literal(cell) for cell in cells)


def _actors(found: Measured, numbers: dict[str, str]) -> Table:
    rows = [
        (Literal(numbers[a.address]), NamedNode(a.address), *_row((a.label, a.role, a.family))) for a in found.actors
    ]
    return Table(("id", "address", "label", "role", "family"), tuple(rows))


def _measures(found: Measured, numbers: dict[str, str]) -> Table:
    names = [measure.name for measure in measures_of("actor")]
    rows = [_row((numbers[a.address], *(a.values[name] for name in names))) for a in found.actors]
    return Table(("id", *names), tuple(rows))


def _pairs(network: Network, numbers: dict[str, str]) -> Table:
    joined: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for tie in network.ties.values():
        for one, other in combinations(sorted(tie.participants), 2):
            joined[one, other].update(("against",) if tie.is_against else ("ties", tie.form))
    names = ("ties", *FORMS, "against")
    rows = [
        _row((numbers[one], numbers[other], *(counts[name] for name in names)))
        for (one, other), counts in sorted(joined.items())
    ]
    return Table(("one", "other", *names), tuple(rows))


def _arcs(network: Network, numbers: dict[str, str]) -> Table:
    graph = simple(network)
    rows = [_row(numbers[graph.actors[at]] for at in way) for way in graph.arcs.tolist()]
    return Table(("from", "to"), tuple(rows))


def _ties(network: Network, numbers: dict[str, str]) -> Table:
    rows = []
    for address, tie in sorted(network.ties.items()):
        for one in tie.participants:
            gives, receives = (str(one in them).lower() for them in (tie.givers, tie.receivers))
            told = (tie.form, tie.polarity, gives, receives, tie.start, tie.end, "; ".join(tie.practices))
            rows.append((NamedNode(address), *_row((numbers[one], *told))))
    columns = ("tie", "actor", "form", "polarity", "gives", "receives", "start", "end", "practices")
    return Table(columns, tuple(rows))
