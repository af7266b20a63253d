"""Worker processes over one release: hired for one query each, ended when it is past its time or nobody waits for it.

A worker is a plain file, `_worker.py`, run by an interpreter of its own; it is spoken to in frames over two pipes.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from p2p_graph.errors import EngineFailed, NoWorkers, QueryCancelled, QueryTimeout
from p2p_graph.reading import _worker

__all__ = ["FOREIGN", "HAS_GONE", "Pool", "State"]

#: says whether the one who asked has gone; looked at now and then while a query waits or runs, which then ends
HAS_GONE: ContextVar[Callable[[], bool]] = ContextVar("HAS_GONE", default=lambda: False)
#: whether whoever asks wrote the query; such queries never take the last worker, nor wait in a long line
FOREIGN: ContextVar[bool] = ContextVar("FOREIGN", default=False)
#: foreign queries that may wait for a worker at a time; each holds a thread of the server
_WAITING: Final = 8
#: bytes of an answer that are taken at a time
_PART: Final = 1 << 16
#: seconds between two such looks
_LOOK: Final = 0.25
#: seconds a worker may take to open a release, and the longest pause after one that could not
_OPENING: Final = 600.0
_PAUSE: Final = 30.0
#: so many workers that end by themselves within so many seconds are a fault of the machine, and no more are started
#: at once; what strangers ask does not count, since some of it ends a worker and must not keep pages waiting
_ENDED: Final = 5
_WITHIN: Final = 60.0
_ENDING: Final = "its workers end by themselves, one after the other"


@dataclass(frozen=True, slots=True)
class State:
    """How it stands with what answers queries: for monitoring, and to tell readers what is off.

    `ready` and `busy` are workers now, `waiting` queries without one; `late` were stopped past their seconds and
    `ended` ended by themselves, both since it was opened. `trouble` says why nothing can be answered; empty if it can.
    """

    ready: int = 0
    busy: int = 0
    waiting: int = 0
    late: int = 0
    ended: int = 0
    trouble: str = ""


class _Gone(Exception):
    """The worker ended while it was spoken to."""


class _Late(Exception):
    """The worker did not answer in time."""


def _check_asker() -> None:
    if HAS_GONE.get()():
        raise QueryCancelled("Nobody waits for the answer of this query any more; it was ended.")


class _Worker:
    """One child process, spoken to in frames. Only the thread that hired it speaks to it."""

    def __init__(self, start: _worker.Start) -> None:
        command = [sys.executable, "-I", str(Path(_worker.__file__)), str(os.getpid())]
        # nothing of the environment is handed on: no proxy, no secret
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, bufsize=0
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self.isolated = False
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(self._from, select.POLLIN)
        self._writable.register(self._to, select.POLLOUT)
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._start = json.dumps(start).encode()

    def open(self) -> None:
        """Waits until the release is open. Raises EngineFailed with the reason, _Gone or _Late."""
        reply = self.ask(self._start, time.monotonic() + _OPENING)
        if reply[:1] == b"E":
            raise EngineFailed(json.loads(reply[1:])["text"])
        self.isolated = bool(json.loads(reply[1:])["isolated"])

    def ask(self, payload: bytes, deadline: float) -> bytes:
        """Sends a frame and waits for the frame that answers it. Raises _Gone or _Late."""
        rest = memoryview(_worker.HEAD.pack(len(payload)) + payload)
        try:
            while rest:
                try:
                    rest = rest[os.write(self._to, rest) :]
                except BlockingIOError:
                    self._wait(self._writable, deadline)
        except BrokenPipeError:
            raise _Gone from None
        # most answers come whole with the first look
        frame = bytearray()
        while len(frame) < _worker.HEAD.size or len(frame) < _worker.HEAD.size + _worker.HEAD.unpack_from(frame)[0]:
            self._wait(self._readable, deadline)
            part = os.read(self._from, _PART)
            if not part:
                raise _Gone
            frame += part
        return bytes(memoryview(frame)[_worker.HEAD.size :])

    @staticmethod
    def _wait(ready: select.poll, deadline: float) -> None:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise _Late
            if ready.poll(math.ceil(min(left, _LOOK) * 1000)):
                return
            _check_asker()

    def has_ended(self) -> bool:
        """Whether the process is no more."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """Ends the process, surely, and waits until it is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


class Pool:
    """Workers that wait for questions, one more than may be busy: the spare, ready when one is killed.

    Callers are served in the order in which they came, our own queries before foreign ones; those leave one worker
    to ours, so that no page waits for what a stranger asks. One thread, the keeper, starts every worker and stays
    until the last is gone: where the kernel ends workers with their parent, it means the thread that started them.
    """

    def __init__(self, start: _worker.Start, size: int) -> None:
        self._start, self._size = start, size
        self._change = threading.Condition()
        self._idle: deque[_Worker] = deque()
        self._busy: set[_Worker] = set()
        self._line: deque[object] = deque()
        self._door: deque[object] = deque()
        self._foreign: set[_Worker] = set()
        self._starting: _Worker | None = None
        self._broken = ""
        self._late = self._gone = 0
        self._falls: deque[float] = deque(maxlen=_ENDED)
        self._closed = False
        self._keeper = threading.Thread(target=self._keep, name="p2p-workers", daemon=True)
        self._keeper.start()

    def ask(self, payload: bytes, seconds: float) -> bytes:
        """Waits for a worker at most as long as the question may take, then has it answered within `seconds`."""
        worker = self._hire(seconds)
        while worker.has_ended():
            # while it was idle; whoever ended it, this query did not
            self._fell(counts=True)
            self._dismiss(worker, False)
            worker = self._hire(seconds)
        well = False
        try:
            reply = worker.ask(payload, time.monotonic() + seconds)
            well = True
            return reply
        except _Late:
            with self._change:
                self._late += 1
            raise QueryTimeout(
                f"The query took more than {seconds:g} seconds and was stopped: ask for less, or look for NOT EXISTS "
                "over many rows (write it after a sub-query with DISTINCT).",
                seconds=seconds,
            ) from None
        except _Gone:
            self._fell(counts=not FOREIGN.get())
            raise EngineFailed("The engine stopped while it answered this query; nothing else is lost.") from None
        finally:
            self._dismiss(worker, well)

    def _hire(self, seconds: float) -> _Worker:
        deadline = time.monotonic() + seconds
        ticket, foreign = object(), FOREIGN.get()
        line = self._door if foreign else self._line
        with self._change:
            if foreign and len(line) >= _WAITING:
                raise QueryTimeout("Many queries wait already: ask again in a moment.", seconds=0, waiting=True)
            line.append(ticket)
            try:
                while not (line[0] is ticket and self._has_room(foreign)):
                    self._check(deadline, seconds)
                    self._change.wait(min(deadline - time.monotonic(), _LOOK))
                self._check(math.inf, seconds)
                worker = self._idle.popleft()
                self._busy.add(worker)
                if foreign:
                    self._foreign.add(worker)
                return worker
            finally:
                line.remove(ticket)
                self._change.notify_all()

    def _has_room(self, foreign: bool) -> bool:
        if not self._idle or len(self._busy) >= self._size:
            return False
        return not foreign or (not self._line and len(self._foreign) < max(1, self._size - 1))

    def _check(self, deadline: float, seconds: float) -> None:
        """Whether it makes sense to wait on."""
        _check_asker()
        if self._closed:
            raise EngineFailed("The store is closed: open it again.")
        if self._broken and not self._busy and not self._idle:
            raise NoWorkers(f"The release cannot be opened: {self._broken}", reason=self._broken)
        if time.monotonic() >= deadline:
            raise QueryTimeout(
                f"All workers were busy for {seconds:g} seconds: ask again in a moment.", seconds=seconds, waiting=True
            )

    def _dismiss(self, worker: _Worker, well: bool) -> None:
        if not well:
            worker.kill()
        with self._change:
            self._busy.discard(worker)
            self._foreign.discard(worker)
            if well and not self._closed:
                self._idle.append(worker)
                well = False
            self._change.notify_all()
        if well:
            worker.kill()

    def _fell(self, counts: bool) -> None:
        """A worker ended by itself."""
        with self._change:
            self._gone += 1
            if counts:
                self._falls.append(time.monotonic())

    def _is_falling(self) -> bool:
        return len(self._falls) == _ENDED and time.monotonic() - self._falls[0] < _WITHIN

    def state(self) -> State:
        """How it stands with the workers now."""
        with self._change:
            ready = sum(not worker.has_ended() for worker in self._idle)
            none = not ready and not self._busy
            return State(
                ready,
                len(self._busy),
                len(self._line) + len(self._door),
                self._late,
                self._gone,
                self._broken if none else "",
            )

    def _keep(self) -> None:
        """The keeper: starts workers one after the other until there are enough, and again when one is gone.

        After one that could not open the release, and while they end by themselves, it waits longer each time.
        """
        pause = 1.0
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or len(self._idle) + len(self._busy) <= self._size)
                if self._is_falling() and not self._closed:
                    self._broken = _ENDING
                    self._change.notify_all()
                    self._change.wait_for(lambda: self._closed, pause)
                    pause = min(2 * pause, _PAUSE)
                if self._closed:
                    self._change.wait_for(lambda: not self._busy)
                    return
                worker = self._starting = _Worker(self._start)
            try:
                worker.open()
                reason, pause = "", pause if self._is_falling() else 1.0
            except (EngineFailed, _Gone, _Late) as fault:
                reason = str(fault) or "the worker ended, or took too long, while it opened it"
            self._started(worker, reason)
            if reason:
                with self._change:
                    self._change.wait_for(lambda: self._closed, pause)
                pause = min(2 * pause, _PAUSE)

    def _started(self, worker: _Worker, reason: str) -> None:
        with self._change:
            self._starting = None
            self._broken = reason
            wanted = not reason and not self._closed
            if wanted:
                self._idle.append(worker)
            self._change.notify_all()
        if not wanted:
            worker.kill()

    def close(self) -> None:
        """No new questions; idle workers end now, busy ones after their answer."""
        with self._change:
            self._closed = True
            gone = list(self._idle)
            self._idle.clear()
            if self._starting:
                # its keeper waits for it and sees it end
                os.kill(self._starting.pid, 9)
            self._change.notify_all()
        for worker in gone:
            worker.kill()
        if not self._busy:
            self._keeper.join(timeout=10)

    def kill(self) -> None:
        """Ends every worker at once, also those that answer."""
        with self._change:
            busy = list(self._busy)
        for worker in busy:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, 9)
        self.close()
