"""Other engines over the same generated data, each in a process of its own: rdflib, Jena in memory, Virtuoso over HTTP.

Jena needs `apt-get install libapache-jena-java default-jdk-headless`, Virtuoso `apt-get install
virtuoso-opensource-7-bin`; rdflib is there anyway. Each gets what memory it asks for, and its union of all graphs.
"""

from __future__ import annotations

import json
import multiprocessing
import select
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Protocol

__all__ = ["RIVALS", "Child", "Rival", "TooSlow"]

_JARS = Path("/usr/share/java")
_NEEDED = [
    "jena-arq",
    "jena-base",
    "jena-core",
    "jena-iri",
    "commons-cli",
    "commons-codec",
    "commons-compress",
    "commons-csv",
    "commons-io",
    "commons-lang3",
    "dexx.collection",
    "gson",
    "guava",
    "httpclient",
    "httpcore",
    "jackson-annotations",
    "jackson-core",
    "jackson-databind",
    "protobuf",
    "slf4j-api",
    "slf4j-nop",
    "thrift",
]
_LOADING = 1800.0


class TooSlow(Exception):
    """A query past the limit."""


class Missing(Exception):
    """An engine that is not installed; its text says how to get it."""


class Rival(Protocol):
    """An engine that answers one query at a time."""

    def run(self, query: str) -> float | None:
        """Answers a query and reads all of the answer; milliseconds, where the engine counts them itself."""
        ...

    def close(self) -> None:
        """Ends it."""
        ...


class Child:
    """A Python engine in a process of its own, since nothing else can end a query that does not end."""

    def __init__(self, target: Callable[[Connection, str], None], folder: Path, seconds: float) -> None:
        self._target, self._folder, self._seconds = target, folder, seconds
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=self._target, args=(far, str(self._folder)), daemon=True)
        self._process.start()
        self._pipe.recv()

    def run(self, query: str) -> None:
        self._pipe.send(query)
        if not self._pipe.poll(self._seconds):
            self.close()
            self._start()
            raise TooSlow
        self._pipe.recv()

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def rdflib_engine(pipe: Connection, folder: str) -> None:
    """rdflib in memory."""
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(Path(folder) / "data.nq", format="nquads")
    pipe.send("ready")
    while True:
        pipe.send(sum(1 for _ in dataset.query(pipe.recv())))


class Jena:
    """Jena in memory, started anew after a query past the limit."""

    def __init__(self, folder: Path, seconds: float) -> None:
        if not shutil.which("java") or not (_JARS / "jena-arq.jar").exists():
            raise Missing("apt-get install libapache-jena-java default-jdk-headless")
        self._data, self._seconds = folder / "data.nq", seconds
        self._extra = Path(tempfile.mkdtemp(prefix="jena-"))
        # Debian's package moved the classes of Xerces and left the words it needs where they were
        with zipfile.ZipFile(_JARS / "jena-core.jar") as jar:
            for name in jar.namelist():
                if name.endswith(".properties") and "/ext/xerces/" in name:
                    target = self._extra / name.split("/ext/", 1)[1]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(jar.read(name))
        self._start()

    def _start(self) -> None:
        path = ":".join([*(str(_JARS / f"{name}.jar") for name in _NEEDED), str(self._extra)])
        source = Path(__file__).with_name("Jena.java")
        self._process = subprocess.Popen(
            ["java", "-Xmx8g", "-cp", path, str(source), str(self._data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._line(_LOADING) != "ready":
            raise Missing("Jena did not start: see what it says above")

    def _line(self, seconds: float) -> str:
        said: IO[str] | None = self._process.stdout
        assert said is not None
        if not select.select([said], [], [], seconds)[0]:
            raise TooSlow
        return said.readline().strip()

    def run(self, query: str) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(query) + "\n")
        self._process.stdin.flush()
        try:
            said = self._line(self._seconds)
        except TooSlow:
            self._process.kill()
            self._process.wait()
            self._start()
            raise
        if not said or said.startswith("fault"):
            raise ValueError(said)
        return float(said)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._extra, ignore_errors=True)


class Virtuoso:
    """Virtuoso with 1 GB of buffers, asked over HTTP for JSON."""

    def __init__(self, folder: Path, seconds: float) -> None:
        if not shutil.which("virtuoso-t"):
            raise Missing("apt-get install virtuoso-opensource-7-bin")
        self._seconds = seconds
        self._folder = Path(tempfile.mkdtemp(prefix="virtuoso-"))
        sql, self._http = _free_port(), _free_port()
        settings = self._folder / "virtuoso.ini"
        settings.write_text(
            _SETTINGS.format(folder=self._folder, data=folder.resolve(), sql=sql, http=self._http), encoding="utf-8"
        )
        self._process = subprocess.Popen(
            ["virtuoso-t", "-f", "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _await(self._http)
        load = f"ld_dir('{folder.resolve()}', 'data.nq', 'urn:none'); rdf_loader_run(); checkpoint;"
        said = subprocess.run(
            ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "ERRORS=STDOUT", f"exec={load}"],
            check=True,
            capture_output=True,
            text=True,
            timeout=_LOADING,
        ).stdout
        if "Error" in said:
            raise Missing(said)

    def run(self, query: str) -> None:
        data = urllib.parse.urlencode({"query": query, "timeout": int(self._seconds * 1000)}).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self._http}/sparql", data, {"Accept": "application/sparql-results+json"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=self._seconds) as answer:
                answer.read()
        except TimeoutError:
            raise TooSlow from None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


RIVALS: dict[str, Callable[[Path, float], Rival]] = {
    "rdflib": lambda folder, seconds: Child(rdflib_engine, folder, seconds),
    "jena": Jena,
    "virtuoso": Virtuoso,
}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise Missing("Virtuoso did not start within a minute")


_SETTINGS = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 2000

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 120000
MaxDirtyBuffers = 90000
CheckpointInterval = 0
DirsAllowed = {folder}, {data}

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 5

[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 0
"""
