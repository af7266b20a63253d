"""Ordinary pages while strangers ask twenty hostile queries at once: latency quiet and loaded, and what is left behind.

    python -m bench.load --folder var/releases/NAME

A page is asked for by one reader after the other; each stranger comes from an address of its own, so that the limits of
one client do not stop it. Aims at a server of its own on loopback and ends by itself.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

from bench.queries import serve
from p2p_graph.config import Settings
from p2p_graph.release import current

STRANGERS = 20
#: what a stranger asks; each has its comment, so that no answer is kept
HOSTILE = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?e && ?i != ?d) }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?a",
    "SELECT * { ?a (<urn:x>|!<urn:y>)* ?b . ?b (<urn:x>|!<urn:y>)* ?c }",
    "SELECT * { ?a ?b ?c FILTER(REGEX(STR(?c), '(a+)+$')) . ?d ?e ?f FILTER(REGEX(STR(?f), '(.*)*b')) }",
    "SELECT * { " + "OPTIONAL { ?a ?b ?c } " * 30 + "}",
    "SELECT (GROUP_CONCAT(STR(?c)) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "ASK " + "{" * 4096 + "}" * 4096,
)


def pages(address: str, number: int, seed: int) -> list[str]:
    """Addresses of ordinary pages: those of every kind that the sitemap names, and those it does not."""
    with urllib.request.urlopen(f"{address}sitemap.xml", timeout=60) as answer:
        text = answer.read().decode()
    found = [part.split("</loc>")[0] for part in text.split("<loc>")[1:]]
    paths = [urllib.parse.urlsplit(one).path for one in found]
    fixed = ["/", "/countries", "/practices", "/patterns", "/search?q=peer", "/queries/ties-that-ended", "/about"]
    return fixed + random.Random(seed).sample(paths, min(number, len(paths)))


def ask(address: str, path: str, client: str, seconds: float = 120) -> tuple[int, float]:
    """The status and the milliseconds of one request."""
    request = urllib.request.Request(address + path.lstrip("/"))
    request.add_header("Accept", "text/html" if not path.startswith("/sparql") else "application/sparql-results+json")
    request.add_header("X-Forwarded-For", client)
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            answer.read()
            status = int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.read()
        status = refused.code
    return status, (time.perf_counter() - start) * 1000


def read(address: str, paths: list[str], rounds: int) -> tuple[list[float], Counter[int]]:
    """All pages, some rounds, in an order of chance."""
    times, statuses, chance = [], Counter[int](), random.Random(1)
    for _ in range(rounds):
        for path in chance.sample(paths, len(paths)):
            status, taken = ask(address, path, "192.0.2.1")
            times.append(taken)
            statuses[status] += 1
    return times, statuses


def strangers(address: str, stop: threading.Event) -> tuple[list[threading.Thread], Counter[int]]:
    """Twenty threads that ask one hostile query after the other."""
    said: Counter[int] = Counter()

    def ask_on(number: int) -> None:
        asked = 0
        while not stop.is_set():
            query = HOSTILE[(number + asked) % len(HOSTILE)] + f"\n# {number} {asked}"
            asked += 1
            try:
                status, _ = ask(address, "/sparql?" + urllib.parse.urlencode({"query": query}), f"198.51.100.{number}")
            except OSError:
                status = 0
            said[status] += 1
            if status in (429, 503):
                time.sleep(0.2)

    threads = [threading.Thread(target=ask_on, args=(number,), daemon=True) for number in range(STRANGERS)]
    for thread in threads:
        thread.start()
    return threads, said


def children(pid: int) -> list[str]:
    """The processes of a process that are still there, with their state."""
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "stat="], capture_output=True, text=True).stdout
    return listed.split()


def spread(times: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def main() -> None:
    """Reads the command line and prints what it measures."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="the folder of a release; without it the current one")
    parser.add_argument("--pages", type=int, default=60, help="pages of things that are asked for")
    parser.add_argument("--rounds", type=int, default=4, help="how often each of them is asked for")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds one query may take")
    given = parser.parse_args()
    folder = given.folder or current(Settings.from_env())
    os.environ["P2P_PROXIES"] = "1"
    server, address = serve(folder, given.limit)
    try:
        paths = pages(address, given.pages, 7)
        read(address, paths, 1)
        quiet, statuses = read(address, paths, given.rounds)
        print("quiet:  median {:.1f} ms, p95 {:.1f} ms".format(*spread(quiet)), dict(statuses))
        stop = threading.Event()
        threads, said = strangers(address, stop)
        time.sleep(3)
        loaded, statuses = read(address, paths, given.rounds)
        print("loaded: median {:.1f} ms, p95 {:.1f} ms".format(*spread(loaded)), dict(statuses))
        print(f"p95 loaded / quiet: {spread(loaded)[1] / spread(quiet)[1]:.2f}; strangers were told {dict(said)}")
        stop.set()
        for thread in threads:
            thread.join(timeout=2 * given.limit + 60)
        print(f"still asking: {sum(thread.is_alive() for thread in threads)}; processes: {children(server.pid)}")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
    sys.exit(0)
