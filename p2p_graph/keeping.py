"""Works out what a release holds beside its data: the index, answers and places that pages need, measures, dumps."""

from __future__ import annotations

import gzip
from pathlib import Path

from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, Store

from p2p_graph.dumps import FOLDER as DUMPS_FOLDER, dumps
from p2p_graph.processes import Processes
from p2p_graph.reading.indexing import INDEX_FILE, TYPES, build_index
from p2p_graph.reading.kept import FOLDER, Kept, address, queries_to_keep, wheel_bytes
from p2p_graph.reading.kept_networks import measured_of, network_of, places_of
from p2p_graph.reading.library import Library
from p2p_graph.reading.measuring import ALL, FILE as MEASURES_FILE, judged_together, written
from p2p_graph.reading.network import NETWORK_QUERIES, mixing

__all__ = ["DATA_FILE", "index", "keep", "measure", "pack"]

#: every quad of a release, one a line, sorted
DATA_FILE = "data.nq"
_ALONE = Processes(0)


def index(folder: Path, store: Store, library: Library) -> None:
    """Writes the index of names and descriptions of a store into a folder."""
    texts, links = (
        store.query(library.get(name).bind(type=TYPES), use_default_graph_as_union=True)
        for name in ("searchable-texts", "searchable-links")
    )
    assert isinstance(texts, QuerySolutions)
    assert isinstance(links, QuerySolutions)
    build_index(folder / INDEX_FILE, map(tuple, texts), map(tuple, links))


def keep(folder: Path, store: Store, library: Library, processes: Processes = _ALONE) -> None:
    """Works out what pages need and writes it into a folder: answers of queries, wheels and places of countries."""
    answers = folder / FOLDER
    answers.mkdir()
    _answer(answers, store, library.get("countries").bind())
    countries = _countries(answers, library)
    places = []
    for code in countries:
        texts = _of_network(library, code)
        for text in texts:
            _answer(answers, store, text)
        places.append((texts, processes.begin(places_of, answers, texts)))
    for text in queries_to_keep(library, countries):
        _answer(answers, store, text)
    # from the end, since whoever helps began with the first
    for texts, placed in reversed(places):
        _pack(answers / address("wheel", *texts), wheel_bytes(mixing(network_of(answers, texts))))
        _pack(answers / address("places", *texts), placed())


def measure(folder: Path, store: Store, library: Library, processes: Processes = _ALONE) -> None:
    """Measures the network of each country, and of all, and writes the measures into a folder; after `keep`."""
    answers = folder / FOLDER
    codes = sorted(_countries(answers, library))
    for text in _of_network(library, ALL):
        _answer(answers, store, text)
    # the largest first, so that nobody waits for it in the end; whoever helps begins there, this process at the other
    # end
    begun = {code: processes.begin(measured_of, answers, _of_network(library, code), code) for code in (ALL, *codes)}
    made = {code: begun[code]() for code in reversed((ALL, *codes))}
    networks = {code: made[code] for code in (*codes, ALL) if made[code].actors or code == ALL}
    (folder / MEASURES_FILE).write_bytes(written(judged_together(networks)))


def _answer(answers: Path, store: Store, text: str) -> None:
    """Keeps the answer to a query, once."""
    path = answers / address(text)
    if not path.exists():
        found = store.query(text, use_default_graph_as_union=True)
        assert isinstance(found, QuerySolutions)
        content = found.serialize(format=QueryResultsFormat.TSV)
        assert content is not None
        _pack(path, content)


def pack(folder: Path, version: str) -> None:
    """Writes the files in which a whole release is taken home into its folder, from the data that stand there."""
    with (folder / DATA_FILE).open(encoding="utf-8", newline="\n") as file:
        lines = list(file)
    (folder / DUMPS_FOLDER).mkdir(exist_ok=True)
    for name, content in dumps(lines, version):
        (folder / DUMPS_FOLDER / name).write_bytes(content)


def _countries(answers: Path, library: Library) -> list[str]:
    table = Kept(answers).table(library.get("countries").bind())
    assert table is not None
    column = table.columns.index("country")
    found = (row[column] for row in table.rows)
    return [country.value.rsplit("/", 1)[-1] for country in found if isinstance(country, NamedNode)]


def _of_network(library: Library, code: str) -> tuple[str, ...]:
    """The texts of the queries whose answers are the network of a country, or of all."""
    given = {} if code == ALL else {"country": code}
    return tuple(library.get(name).bind(**given) for name in NETWORK_QUERIES)


def _pack(path: Path, content: bytes) -> None:
    # without the time, so that the same release has the same bytes
    path.write_bytes(gzip.compress(content, 6, mtime=0))
