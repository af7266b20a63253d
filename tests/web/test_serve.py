"""`p2p serve` as an operator meets it: it starts, or says in one sentence what to do."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = [sys.executable, "-c", "from p2p_graph.cli import main; main()", "serve"]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("P2P_")}
    return {**kept, "P2P_HOME": str(home), "P2P_WORKERS": "1", "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The site of a home on a free port; gives its address once it printed it."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        address = ""
        for line in process.stdout:
            found = re.search(r"http://[0-9.]+:\d+/", line)
            if found:
                address = found[0]
                break
        assert address, "it ended before it printed its address"
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()


def refused(home: Path, *arguments: str, **more: str) -> str:
    """What it says when it cannot start."""
    done = subprocess.run(
        [*COMMAND, *arguments], env=environment(home, **more), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_first_page_within_ten_seconds(example_home: Path) -> None:
    began = time.monotonic()
    with serving(example_home) as address:
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.status == 200
        assert time.monotonic() - began < 10
        with urllib.request.urlopen(address + "health", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"


def test_port_taken_says_what_to_do(example_home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(example_home, "--port", str(port))
    assert f"Port {port} is taken" in said
    assert f"--port {port + 1}" in said


def test_unknown_host_says_what_to_do(example_home: Path) -> None:
    said = refused(example_home, "--port", "0", "--host", "256.1.1.1")
    assert "--host" in said


def test_store_down_says_what_to_do(example_home: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        said = refused(example_home, "--port", "0", P2P_STORE=f"http://127.0.0.1:{unused.getsockname()[1]}/sparql")
    assert "P2P_STORE" in said


def test_store_that_is_no_release_says_what_to_do(tmp_path: Path) -> None:
    assert "p2p release" in refused(tmp_path, "--port", "0", P2P_STORE=str(tmp_path))
