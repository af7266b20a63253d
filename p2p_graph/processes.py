"""Work that other processes of this machine do while this one goes on.

Python computes on one core at a time; a release is built on as many as there are. Nothing depends on it: without
another process, or with one that was killed, the same work is done here.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar

__all__ = ["Processes", "spare_cores"]

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
#: more would mostly wait: the parts of a release that can be done at once are few
_MOST: Final = 3


def spare_cores() -> int:
    """How many processes could work beside this one without slowing it: one a core, and no more than three."""
    return min(_MOST, len(os.sched_getaffinity(0)) - 1)


class Processes:
    """Some other processes, to be used in a `with`; they start when there is work, and end with it or with this one.

    A script that asks for them must be one that may be imported: `if __name__ == "__main__":` around what it does.

    >>> with Processes(0) as processes:
    ...     begun = processes.begin(sum, (1, 2))
    ...     begun()
    3
    """

    def __init__(self, number: int) -> None:
        # a new interpreter for each: a copy of this one would hold the locks of threads that it does not have
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(number, context, _end_with_parent) if number > 0 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(wait=error is None, cancel_futures=True)

    def begin(self, work: Callable[_Given, _Made], *given: _Given.args, **named: _Given.kwargs) -> Callable[[], _Made]:
        """Hands out work, and returns what gives its result, or raises its error.

        Whatever nobody has begun when the result is asked for is done here. Work and what it is given must be such that
        they can be pickled; work that writes must write the same when it is done again.
        """
        if self._pool is None:
            return lambda: work(*given, **named)
        try:
            future = self._pool.submit(work, *given, **named)
        except BrokenProcessPool:
            return lambda: work(*given, **named)

        def result() -> _Made:
            if future.cancel():
                return work(*given, **named)
            try:
                return future.result()
            except BrokenProcessPool:
                return work(*given, **named)

        return result


def _end_with_parent() -> None:
    """Lets a process end with the one that started it, also where that one was killed and could not say so."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
