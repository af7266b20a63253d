"""Runs the saved questions over generated data on every path side by side and prints ratios from this one run.

    python -m bench.queries --triples 100000

Paths: the engine alone, through a query worker, over HTTP on our own server, and other engines named with --against.
Times are medians in milliseconds; on a shared machine read the ratios. A query past the limit is ended and shown as
`> limit`. At the end stand the median over the questions, and an empty answer of the same server beside the light ones.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from bench.generate import write_release
from bench.rivals import RIVALS, Child, Rival, TooSlow
from p2p_graph import open_graph
from p2p_graph.config import Settings, share
from p2p_graph.errors import P2PError
from p2p_graph.model import Limits
from p2p_graph.reading.library import Library, SavedQuery

ROWS = 10_000_000
MEMORY_UP_TO = 3_000_000
#: milliseconds in the engine up to which a question is light
LIGHT = 3.0
_VALUES = {
    "country": "XA",
    "practice": "bench-1",
    "document": "bench-1",
    "organisation": "bench-1",
    "project": "bench",
    "year": "2015",
}
_CONCEPTS = {"role": "peer", "form": "informal", "function": "referral", "practice-kind": "naloxone"}
#: what stands beside another of its kind
_SECOND = {"XA": "XB", "peer": "police-officer"}

Run = Callable[[str], float | None]


def bound(saved: SavedQuery) -> str | None:
    """The text of a saved query with values of the generated data, or None if they have none that fits."""
    values: dict[str, str] = {}
    for parameter in saved.parameters.values():
        value = _VALUES.get(parameter.kind) or _CONCEPTS.get(parameter.scheme or "")
        if value and value in values.values():
            value = _SECOND.get(value)
        if value and (parameter.required or parameter.kind == "country"):
            values[parameter.name] = value
        elif parameter.required:
            return None
    return saved.bind(**values)


def engine(pipe: Connection, folder: str) -> None:
    """pyoxigraph alone: in memory, or on the disk store of large data."""
    from pyoxigraph import QueryBoolean, RdfFormat, Store

    data = Path(folder) / "data.nq"
    if data.stat().st_size < MEMORY_UP_TO * 220:
        store = Store()
        store.bulk_load(path=str(data), format=RdfFormat.N_QUADS)
    else:
        store = Store.read_only(str(Path(folder) / "store"))
    pipe.send("ready")
    while True:
        answer = store.query(pipe.recv(), use_default_graph_as_union=True)
        pipe.send(1 if isinstance(answer, QueryBoolean) else sum(1 for _ in answer))


def timed(run: Run, query: str, times: int, seconds: float) -> float | str:
    """The median in milliseconds, or why there is none."""
    found = []
    try:
        for number in range(times):
            # The comment differs each time, so that no path answers from what it kept of the last time.
            asked = f"{query}\n# {number}"
            start = time.perf_counter()
            own = run(asked)
            found.append((time.perf_counter() - start) * 1000 if own is None else own)
            if found[-1] > seconds * 300:
                break
    except TooSlow:
        return "> limit"
    except (P2PError, OSError, ValueError) as reason:
        return "> limit" if "limit" in str(reason) or "503" in str(reason) else type(reason).__name__
    return statistics.median(found)


def serve(folder: Path, seconds: float) -> tuple[subprocess.Popen[str], str]:
    """Our own server over the release, and the address it prints."""
    env = {**os.environ, "P2P_STORE": str(folder), "P2P_QUERY_SECONDS": str(seconds), "P2P_QUERY_ROWS": str(ROWS)}
    env["P2P_CLIENT_MINUTE"] = "0"
    command = [sys.executable, "-c", "from p2p_graph.cli import main; main()", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        address = re.search(r"http://\S+?/(?=\s|$)", line)
        if address:
            return process, address[0]
    raise OSError("the server ended before it listened")


def over_http(address: str) -> Run:
    """Asks the server for the answer as JSON and reads all of it."""

    def run(query: str) -> None:
        data = urllib.parse.urlencode({"query": query}).encode()
        asked = urllib.request.Request(f"{address}sparql", data, {"Accept": "application/sparql-results+json"})
        with urllib.request.urlopen(asked, timeout=300) as answer:
            answer.read()

    return run


def empty_over_http(address: str) -> Run:
    """An answer of the same server that asks no engine."""

    def run(_query: str) -> None:
        asked = urllib.request.Request(f"{address}sparql", method="OPTIONS")
        with urllib.request.urlopen(asked, timeout=300) as answer:
            answer.read()

    return run


def measure(folder: Path, times: int, seconds: float, against: list[str]) -> None:
    """Prints one row for each saved question."""
    questions = [(saved.name, bound(saved)) for saved in Library.load(share("queries")).questions]
    settings = Settings(store=str(folder), query_seconds=seconds, query_rows=ROWS)
    server, address = serve(folder, seconds)
    others: dict[str, Rival] = {"engine": Child(engine, folder, seconds)}
    start = time.perf_counter()
    graph = open_graph(settings=settings)
    limits = Limits(seconds, ROWS, 1_000_000_000)
    graph.ask("ASK {}", limits)
    print(f"a worker opens the release in {time.perf_counter() - start:.2f} s")

    def worker(query: str) -> None:
        graph.ask(query, limits)

    try:
        for name in against:
            others[name] = RIVALS[name](folder, seconds)
            print(f"{name} is loaded", flush=True)
        paths: dict[str, Run] = {"engine": others["engine"].run, "worker": worker, "http": over_http(address)}
        paths |= {name: others[name].run for name in against}
        _report(questions, paths, empty_over_http(address), times, seconds)
    finally:
        graph.close()
        server.terminate()
        server.wait()
        for other in others.values():
            other.close()


def _report(
    questions: list[tuple[str, str | None]], paths: dict[str, Run], empty: Run, times: int, seconds: float
) -> None:
    print(f"{'question':32}{''.join(f'{name:>11}' for name in paths)}   ratios to the engine")
    rows: list[dict[str, float | str]] = []
    for name, query in questions:
        if query is None:
            print(f"{name:32}   no value in generated data")
            continue
        rows.append({path: timed(run, query, times, seconds) for path, run in paths.items()})
        print(_row(name, list(rows[-1].values())), flush=True)
    print()
    for path in list(paths)[1:]:
        # a query past the limit counts as the limit
        ratios = [_number(row[path], seconds) / _number(row["engine"], seconds) for row in rows]
        slower = sum(ratio > 1 for ratio in ratios)
        print(f"{path}: median ratio {statistics.median(ratios):.2f}; slower on {slower} of {len(rows)}")
    light = [row for row in rows if isinstance(row["engine"], float) and row["engine"] < LIGHT]
    nothing = timed(empty, "", 200, seconds)
    if light and isinstance(nothing, float):
        ratio = statistics.median(_number(row["http"], seconds) for row in light) / nothing
        print(f"an empty answer over HTTP {nothing:.2f} ms; the {len(light)} light questions {ratio:.1f} times that")


def _number(found: float | str, seconds: float) -> float:
    return found if isinstance(found, float) else seconds * 1000


def _row(name: str, found: list[float | str]) -> str:
    cells = "".join(f"{value:>11.2f}" if isinstance(value, float) else f"{value:>11}" for value in found)
    first, *others = found
    ratios = [
        f"{value / first:.1f}" if isinstance(value, float) and isinstance(first, float) and first else "–"
        for value in others
    ]
    return f"{name:32}{cells}   {' : '.join(ratios)}"


def main() -> None:
    """Reads the command line, generates data if there is none of that size, and measures."""
    parser = argparse.ArgumentParser(prog="python -m bench.queries", description=__doc__.splitlines()[0])
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5, help="how often each query runs")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds one query may take")
    parser.add_argument("--against", default="", help=f"other engines, with commas between: {', '.join(RIVALS)}")
    parser.add_argument("--folder", type=Path, default=Path("var/bench"), help="where generated data is kept")
    given = parser.parse_args()
    folder = given.folder / str(given.triples)
    if not (folder / "manifest.json").is_file():
        print(f"generating {given.triples} triples …")
        write_release(folder, given.triples)
    against = [name for name in given.against.split(",") if name]
    if unknown := sorted(set(against) - set(RIVALS)):
        parser.error(f"there is no engine {unknown[0]}: choose from {', '.join(RIVALS)}")
    measure(folder, given.times, given.limit, against)


if __name__ == "__main__":
    main()
