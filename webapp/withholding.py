"""What was taken out of the graph for good: the lists of it, read anew when they change; its pages answer 410."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final, cast

from flask import Flask, current_app, request

from p2p_graph import purged as lists
from p2p_graph.config import Settings
from p2p_graph.errors import DataError, PurgedThing
from p2p_graph.purged import Purged
from webapp.addresses import address_of_path

__all__ = ["install", "purged"]

_LOG = logging.getLogger("webapp")
_KEY: Final = "p2p_purged"


class _Lists:
    """Both lists, read again when one of them was written. Of a faulty one the last state stays; the log tells."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._stamp = self._look()
        self._purged = lists.read(settings)

    def now(self) -> Purged:
        stamp = self._look()
        if stamp != self._stamp:
            with self._lock:
                try:
                    self._purged = lists.read(self._settings)
                except DataError as reason:
                    _LOG.error("the list of what was purged is faulty, the last one stays: %s", reason)
                self._stamp = stamp
        return self._purged

    def _look(self) -> tuple[object, ...]:
        return tuple(_written(path) for path in lists.files(self._settings))


def _written(path: Path) -> object:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size


def install(app: Flask, settings: Settings) -> None:
    """Guards every address that ends in kind and slug of a thing. Raises DataError for a faulty list."""
    app.extensions[_KEY] = _Lists(settings)
    app.before_request(_refuse)


def purged() -> Purged:
    """What is withheld now."""
    return cast(_Lists, current_app.extensions[_KEY]).now()


def _refuse() -> None:
    values = request.view_args or {}
    kind, slug = values.get("kind", "country"), values.get("slug", values.get("code"))
    if slug and address_of_path(kind, slug) in purged():
        raise PurgedThing(
            "What stood at this address was taken out for good, and will not come back.",
            address=address_of_path(kind, slug),
        )
