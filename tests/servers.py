"""Real servers for tests: started on free ports of this machine, stopped afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from waitress.server import create_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_START = 90.0


def require(program: str, command: str) -> str:
    """Where a program is. Without it the test is skipped, with the one command that would get it; fails under CI."""
    beside = Path(sys.executable).parent / program
    found = str(beside) if beside.exists() else shutil.which(program)
    if found:
        return found
    sentence = f"{program} is not installed: {command}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """An app behind the server that `p2p serve` uses; gives its address, without a slash at its end."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(timeout=10)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of this machine, without a window."""
    from playwright.sync_api import sync_playwright

    program = require("chromium", "apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def oxigraph(data: Path, seconds: int = 30) -> Iterator[str]:
    """The Oxigraph server over a file of N-Quads; gives the address of its endpoint.

    It opens a store on disk, made beside the file, because it cannot load a file into memory at its start.
    """
    program = require("oxigraph", "pip install oxigraph")
    folder, port = data.parent / "oxigraph-server", free_port()
    loading = [program, "load", "--location", str(folder), "--file", str(data)]
    subprocess.run(loading, check=True, capture_output=True, timeout=_START)
    serving = [program, "serve-read-only", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    serving += ["--timeout-s", str(seconds)]
    with _running(serving, f"http://127.0.0.1:{port}/"):
        yield f"http://127.0.0.1:{port}/query"


@contextlib.contextmanager
def oxigraph_to_write(folder: Path) -> Iterator[str]:
    """The Oxigraph server over an empty store that anybody may write; gives the address of its endpoint."""
    program, port = require("oxigraph", "pip install oxigraph"), free_port()
    serving = [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    with _running(serving, f"http://127.0.0.1:{port}/"):
        yield f"http://127.0.0.1:{port}/query"


@contextlib.contextmanager
def virtuoso(data: Path) -> Iterator[str]:
    """Virtuoso with a database of its own, the N-Quads loaded; gives the address of its endpoint.

    Its graph store lets the user dba with the password dba write.
    """
    install = "apt-get install virtuoso-opensource-7-bin"
    program, isql = require("virtuoso-t", install), require("isql-vt", install)
    folder = data.parent / "virtuoso-server"
    folder.mkdir()
    sql, http = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(_VIRTUOSO.format(folder=folder, data=data.parent, sql=sql, http=http), encoding="utf-8")
    with _running([program, "-f", "-c", str(settings)], f"http://127.0.0.1:{http}/sparql"):
        # 512: the file is N-Quads
        load = f"DB.DBA.TTLP(file_to_string_output('{data}'), '', 'urn:none', 512); checkpoint;"
        asked = [isql, f"127.0.0.1:{sql}", "dba", "dba", "ERRORS=STDOUT", f"exec={load}"]
        done = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=_START)
        assert "Error" not in done.stdout, done.stdout
        yield f"http://127.0.0.1:{http}/sparql"


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """PostgreSQL with an empty database of its own; gives its address as P2P_LEDGER takes it.

    It refuses to run as root, who therefore starts it as another user, in a folder which that user can reach.
    """
    programs = _newest_postgresql()
    as_user: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="p2p-postgresql-"))
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    port = free_port()
    making = [*as_user, str(programs / "initdb"), "-D", str(folder / "data"), "-U", "p2p", "--auth=trust", "-E", "UTF8"]
    serving = [*as_user, str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1"]
    # no socket file, and room for the tests that open many connections
    serving += ["-k", "", "-c", "max_connections=200"]
    try:
        subprocess.run(making, check=True, capture_output=True, timeout=_START, cwd=folder)
        with _started(serving, lambda: _takes_connections(port)):
            yield f"postgresql+psycopg://p2p@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _newest_postgresql() -> Path:
    """Where Debian keeps the programs of a server, or else those on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else Path(require("postgres", "apt-get install postgresql")).parent


def _takes_connections(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(f"postgresql://p2p@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def _started(command: list[str], is_up: Callable[[], bool]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _START
        while not is_up():
            assert process.poll() is None, f"{command!r} did not start"
            assert time.monotonic() < deadline, f"{command!r} did not start"
            time.sleep(0.05)
        yield
    finally:
        # to PostgreSQL this means: at once, without waiting for those who are connected
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _running(command: list[str], address: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        _await(process, address)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], address: str) -> None:
    """Waits until something at the address speaks HTTP, whatever it says."""
    deadline = time.monotonic() + _START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError as said:
            said.close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{process.args!r} did not start")


_VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000

[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
DirsAllowed = {folder}, {data}

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 5

[SPARQL]
ResultSetMaxRows = 1000000
DefaultQuery = select ?s where {{ ?s ?p ?o }} limit 1
"""
