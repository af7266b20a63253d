"""Workbooks of large tables, written in a process of their own: pages do not wait for one, and it can be ended.

A sheet of 300,000 cells takes ten seconds of one processor. It is run as a child that is handed the table and gives
back the bytes; it ends past its seconds, and when nobody waits for it any more.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from typing import Final

from pyoxigraph import NamedNode

from p2p_graph import workbook
from p2p_graph.errors import EngineFailed, P2PError, QueryCancelled, QueryTimeout
from p2p_graph.formats import write
from p2p_graph.model import Limits, Table
from p2p_graph.reading.workers import HAS_GONE
from p2p_graph.tables import Labels, call

__all__ = ["Binder"]

#: cells of a table that is written at once, in a tenth of a second, where starting a process takes longer
_SMALL: Final = 2_000
#: names that are looked up between two looks at the clock
_NAMES: Final = 500
#: seconds between two looks whether somebody still waits
_LOOK: Final = 0.25
_CHILD: Final = "from p2p_graph.reading.sheets import child; child()"


class Binder:
    """Writes workbooks, one large one at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def bind(self, table: Table, limits: Limits, now: datetime, labels: Labels | None = None) -> bytes:
        """The workbook of a table.

        Raises AnswerTooLarge for more rows than a sheet holds, QueryTimeout past the seconds of the limits, of which
        waiting for the turn is a part, and QueryCancelled when the one who asked has gone.

        >>> Binder().bind(Table(("name",), ()), Limits(), datetime(2026, 1, 7))[:2]
        b'PK'
        """
        if len(table) * len(table.columns) <= _SMALL:
            return write(table, "xlsx", now, labels)
        deadline = time.monotonic() + limits.seconds
        while not self._turn.acquire(timeout=_LOOK):
            _check(deadline, limits, waiting=True)
        try:
            return _apart(table, limits, now, _called(table, limits, labels, deadline), deadline)
        finally:
            self._turn.release()


def _called(table: Table, limits: Limits, labels: Labels | None, deadline: float) -> dict[str, str] | None:
    """The names of all addresses in a table: what finds them cannot be handed to another process."""
    if labels is None:
        return None
    addresses = list({cell.value: None for row in table.rows for cell in row if isinstance(cell, NamedNode)})
    found: dict[str, str] = {}
    for start in range(0, len(addresses), _NAMES):
        _check(deadline, limits)
        found |= call(labels, addresses[start : start + _NAMES])
    return found


def _apart(table: Table, limits: Limits, now: datetime, labels: Labels | None, deadline: float) -> bytes:
    with tempfile.TemporaryFile() as order:
        pickle.dump((table, now, labels, limits.seconds), order)
        order.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=order,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
    reply = b""
    with process:
        try:
            while not reply and process.returncode is None:
                _check(deadline, limits)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    reply, _ = process.communicate(timeout=_LOOK)
        except BaseException:
            process.kill()
            raise
    if not reply:
        raise EngineFailed("The workbook could not be written: take CSV.")
    found = pickle.loads(reply)
    if isinstance(found, P2PError):
        raise found
    return bytes(found)


def _check(deadline: float, limits: Limits, *, waiting: bool = False) -> None:
    if HAS_GONE.get()():
        raise QueryCancelled("Nobody waits for this workbook any more; it was ended.")
    if time.monotonic() < deadline:
        return
    if waiting:
        sentence = f"Another large workbook was written for {limits.seconds:g} seconds: ask again in a moment."
        raise QueryTimeout(sentence, seconds=limits.seconds, waiting=True)
    sentence = f"The workbook took more than {limits.seconds:g} seconds to write: ask for less, or take CSV."
    raise QueryTimeout(sentence, seconds=limits.seconds)


def child() -> None:
    """What the process of one workbook runs: reads the table from its standard input and writes the bytes."""
    table, now, labels, seconds = pickle.load(sys.stdin.buffer)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        # should the one who would end it die first, it ends by itself
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    made: bytes | P2PError
    try:
        made = workbook.written(table, now, labels)
    except P2PError as error:
        made = error
    sys.stdout.buffer.write(pickle.dumps(made))
