"""`graph()`: the Graph on the current release; reopened when `current` changes, while old answers finish.

A remote store is asked every few seconds which version it holds, so that a release pushed into it is seen, and what
was remembered of the last one is let go.

Each request holds a lease on the graph it began with. A graph that was replaced is closed by whoever gives
back its last lease, so that no worker disappears under a request.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeVar, cast

from flask import Flask, current_app, g, render_template

from p2p_graph.config import Settings
from p2p_graph.errors import NoRelease, P2PError, StoreUnavailable
from p2p_graph.model import Limits
from p2p_graph.reading import Graph, open_graph
from p2p_graph.reading.library import SavedQuery
from p2p_graph.reading.store import Dataset
from p2p_graph.reading.workers import State
from p2p_graph.releases import damage
from p2p_graph.tables import Labels
from webapp.languages import for_everybody, language, name_of_country

__all__ = [
    "HELD_BACK",
    "NO_RELEASE",
    "NO_WORKERS",
    "STORE",
    "CurrentGraph",
    "Standing",
    "answered",
    "graph",
    "install",
    "is_lasting",
    "page_kept",
    "remembered",
    "remembered_in_all_languages",
    "standing",
]

Made = TypeVar("Made")

_LOG = logging.getLogger("webapp")


#: bytes of answers kept for a release, and of the largest that is kept
_KEPT: Final = 32_000_000
_LARGEST: Final = 1_000_000

#: seconds after which a remote store is asked again which version it holds
_LOOK_AGAIN: Final = 2.0
#: seconds after which a release that could not be opened is tried again, and how long a new one may take to answer
_TRY_AGAIN: Final = 30.0
_OPENING: Final = 600.0

#: what may be off
HELD_BACK: Final = "newer release"
NO_RELEASE: Final = "no release"
NO_WORKERS: Final = "workers"
STORE: Final = "store"
#: where a page that is kept says so
_OFF: Final = b"<!-- what is off -->"

#: functions whose value is another one each time; a comment may stand before their bracket
_FLEETING: Final = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*[(#]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with what this site shows: the version, why no newer one is shown, and what answers queries."""

    version: str = ""
    held_back: str = ""
    state: State = field(default_factory=State)
    is_remote: bool = False

    @property
    def off(self) -> tuple[str, ...]:
        """What is off, for programs: some of `newer release`, `no release`, `workers` and `store`.

        >>> Standing("1", "it is damaged").off, Standing("1").off
        (('newer release',), ())
        """
        found = [HELD_BACK] if self.held_back else []
        if self.state.trouble:
            found.append(STORE if self.is_remote else NO_WORKERS)
        return tuple(found)


class _Opened:
    """One open graph, how many requests use it, and what was made from it once for all requests."""

    def __init__(self, graph: Graph, stamp: object, is_fixed: bool) -> None:
        self.graph = graph
        self.stamp = stamp
        self.leases = 0
        self.replaced = False
        self.memory: dict[Hashable, object] = {}
        self.is_fixed = is_fixed
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0

    def answer(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """An answer given before, or a new one. Those asked for least lately are let go first."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                return found
        made = make()
        if len(made) <= _LARGEST:
            with self._lock:
                if key not in self._answers:
                    self._answers[key] = made
                    self._size += len(made)
                while self._size > _KEPT:
                    self._size -= len(self._answers.popitem(last=False)[1])
        return made


class CurrentGraph:
    """Hands out leases on the newest release that could be opened."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pointer = str(settings.home / "current")
        self._lock = threading.Lock()
        self._door = threading.Lock()
        self._opened: _Opened | None = None
        #: what could not be opened, until when it is not tried again, and why
        self._failed: tuple[object, float, str] | None = None
        self._is_remote = settings.store.startswith(("http://", "https://"))
        self._next_look = 0.0

    def take(self) -> _Opened:
        """A lease on the current release. Raises NoRelease or StoreUnavailable if there never was one.

        While one request opens the next release, the others go on with the last.
        """
        stamp = self._stamp()
        if self._failed and self._opened and self._opened.stamp == stamp:
            # what is shown is the current release again
            self._failed = None
        if self._is_stale(stamp) and self._door.acquire(blocking=self._opened is None):
            try:
                if self._is_stale(stamp):
                    self._reopen(stamp)
            finally:
                self._door.release()
        with self._lock:
            assert self._opened is not None
            self._opened.leases += 1
            return self._opened

    def _is_stale(self, stamp: object) -> bool:
        opened, failed = self._opened, self._failed
        if opened is None or opened.stamp == stamp:
            return opened is None
        return failed is None or failed[0] != stamp or time.monotonic() >= failed[1]

    def standing(self) -> Standing:
        """How it stands now; this opens and asks nothing."""
        with self._lock:
            opened, failed = self._opened, self._failed
        if opened is None:
            return Standing(held_back="", is_remote=self._is_remote)
        why = failed[2] if failed and opened.stamp != failed[0] else ""
        return Standing(opened.graph.version, why, opened.graph.state(), self._is_remote)

    def give_back(self, opened: _Opened) -> None:
        """Ends a lease; the last one on a replaced release closes it."""
        with self._lock:
            opened.leases -= 1
            done = opened.replaced and opened.leases == 0
        if done:
            opened.graph.close()

    def close(self) -> None:
        """Ends the workers of the current release."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened:
            opened.graph.close()

    def _stamp(self) -> object:
        if self._is_remote:
            return self._remote_stamp()
        if self._settings.store:
            return self._settings.store
        try:
            found = os.stat(self._pointer)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _remote_stamp(self) -> object:
        """The version that a remote store holds. Raises StoreUnavailable while a release is being loaded into it."""
        opened, now = self._opened, time.monotonic()
        if opened is None or now < self._next_look:
            return opened and opened.stamp
        self._next_look = now + _LOOK_AGAIN
        try:
            newest = opened.graph.newest()
        except P2PError as reason:
            # whatever asks it next says so; what is remembered can still be shown
            _LOG.warning("the remote store does not tell its version: %s", reason)
            return opened.stamp
        if not newest:
            self._next_look = now
            raise StoreUnavailable(
                "A release is being loaded into the store: come back in a minute.", location=self._settings.store
            )
        return newest

    def _reopen(self, stamp: object) -> None:
        try:
            graph = self._open(is_first=self._opened is None)
        except P2PError as reason:
            if self._opened is None:
                raise
            # The last release stays; the same broken one is not tried again on every request.
            _LOG.error("the new release could not be opened, the last one stays: %s", reason)
            self._failed = stamp, time.monotonic() + _TRY_AGAIN, str(reason)
            return
        stamp = graph.version if self._is_remote else stamp
        fresh = _Opened(graph, stamp, is_fixed=not self._is_remote)
        with self._lock:
            old, self._opened, self._failed = self._opened, fresh, None
            if old is not None:
                old.replaced = True
            done = old if old is not None and old.leases == 0 else None
        if done is not None:
            done.graph.close()

    def _open(self, is_first: bool) -> Graph:
        """The graph of the current release, if its files are as they were built.

        One that shall follow another must have answered a question before: readers wait on neither, and see none that
        cannot answer.
        """
        graph = open_graph(settings=self._settings, speaks=language, elsewhere=name_of_country)
        try:
            wrong = damage(graph.folder) if graph.folder and not self._is_remote else ()
            if wrong:
                sentence = f"The release {graph.version} is damaged: {wrong[0]} Restore it, or go back to another."
                raise NoRelease(sentence, folder=str(graph.folder))
            if not is_first:
                # in a context of its own: it is no query of who asks, and goes on when they leave
                limits = replace(self._settings.limits, seconds=_OPENING)
                Context().run(graph.ask, graph.library.get("release-version").body, limits)
        except BaseException:
            graph.close()
            raise
        return graph


def standing() -> Standing:
    """How it stands with what this site shows; this opens and asks nothing."""
    return cast(CurrentGraph, current_app.extensions["p2p_current"]).standing()


def install(app: Flask, settings: Settings) -> None:
    """Joins the current graph to an app: opened at the first question, given back at the end of each request."""
    current = CurrentGraph(settings)
    app.extensions["p2p_current"] = current
    app.jinja_env.globals["off"] = lambda: current.standing().off

    @app.teardown_appcontext
    def give_back(_error: BaseException | None) -> None:
        opened = g.pop("opened", None)
        if opened is not None:
            current.give_back(opened)


def _lease() -> _Opened:
    if "opened" not in g:
        g.opened = cast(CurrentGraph, current_app.extensions["p2p_current"]).take()
    return cast(_Opened, g.opened)


def graph() -> Graph:
    """The graph this request reads, the same one from its beginning to its end."""
    return _lease().graph


def remembered(key: Hashable, make: Callable[[], Made]) -> Made:
    """What was made once from this release under a key, for readers of one language; it never changes.

    Keys come from code and from things that exist, never from free text, so that memory stays bounded.
    """
    memory, known = _lease().memory, (language(), key)
    if known not in memory:
        with for_everybody():
            memory[known] = make()
    return cast(Made, memory[known])


def remembered_in_all_languages(key: Hashable, make: Callable[[], Made]) -> Made:
    """The same for what holds neither words nor links, and is made once for the readers of all languages."""
    memory, known = _lease().memory, ("", key)
    if known not in memory:
        with for_everybody(of_all_languages=True):
            memory[known] = make()
    return cast(Made, memory[known])


def page_kept(key: Hashable, make: Callable[[], str]) -> bytes:
    """A page that only changes with release and language: made once, and let go when others are asked for more.

    Unlike what is `remembered` there may be any number of them.
    """

    def page() -> bytes:
        with for_everybody():
            return make().encode()

    kept = _lease().answer(("page", language(), key), page)
    if not standing().off:
        return kept
    # it was made when nothing was off, or by one who did not know of it
    return kept.replace(_OFF, render_template("_off.html").encode(), 1)


def is_lasting(query: str) -> bool:
    """Whether a query has the same answer as long as this release is the current one.

    A remote store may change under us, and some functions give another value each time.
    """
    return _lease().is_fixed and not _is_fleeting(query)


@lru_cache(maxsize=4096)
def _is_fleeting(query: str) -> bool:
    return _FLEETING.search(query) is not None


def answered(
    query: str,
    format_name: str,
    dataset: Dataset | None = None,
    limits: Limits | None = None,
    saved: SavedQuery | None = None,
    labels: Labels | None = None,
) -> bytes:
    """The answer of a query as bytes in a format; one that lasts is given again from memory.

    A workbook also tells which saved query it answers, and with `labels` what its addresses are called.
    """
    opened = _lease()

    def ask() -> bytes:
        now = datetime.now(UTC)
        return opened.graph.written(query, format_name, limits, dataset, now=now, saved=saved, labels=labels)

    key = (query, format_name, dataset, limits, saved.name if saved else "", language() if labels else "")
    return opened.answer(key, ask) if is_lasting(query) else ask()
