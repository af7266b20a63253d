"""The HTTP server of `p2p serve`: waitress, with an end to patience and the one problem body for its own refusals."""

from __future__ import annotations

import socket
import time
from http import HTTPStatus
from typing import Any, Final

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import Error

from p2p_graph.config import Settings
from webapp.problems import Problem
from webapp.protection import HEADERS

__all__ = ["listen_with"]

#: how much more than a body's limit is read, so that the site itself says how much is allowed
_ROOM: Final = 4
#: seconds between two looks for connections that say nothing
_LOOK: Final = 5


class _TooSlow(Error):  # type: ignore[misc]
    code = 408
    reason = "Request Timeout"


class _Refusal(ErrorTask):  # type: ignore[misc]
    """What the server answers where a request never reaches the site: the same problem body."""

    def execute(self) -> None:
        error = self.request.error
        title = HTTPStatus(error.code).phrase
        body = Problem(error.code, title, str(error.body), f"http-{error.code}", {}).as_json()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend([("Content-Type", "application/problem+json"), *HEADERS])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def listen_with(app: Flask, settings: Settings, listening: socket.socket, threads: int) -> Any:
    """A server of an app on a socket, not yet running; a request that has not arrived in time gets 408.

    Requests are read beside each other and handed to a thread when they are whole, so that slow ones hold none.
    """
    server = create_server(
        app,
        sockets=[listening],
        threads=threads,
        ident="p2p",
        max_request_body_size=_ROOM * settings.body_bytes,
        channel_timeout=max(1, round(settings.body_seconds)),
        cleanup_interval=_LOOK,
        connection_limit=500,
        # without a look ahead nobody hears that a client has gone while its query runs
        channel_request_lookahead=1,
        # the site itself counts how many proxies to believe, and looks whether there is one it was not told of
        clear_untrusted_proxy_headers=False,
    )

    class Channel(HTTPChannel):  # type: ignore[misc]
        """A connection that remembers when its unfinished request began."""

        error_task_class = _Refusal
        request: Any
        begun = 0.0
        unfinished: Any = None

        def received(self, data: bytes) -> bool:
            if self.request is not None and time.monotonic() - self.begun > settings.body_seconds:
                self._refuse()
                return True
            done = bool(super().received(data))
            if self.request is not self.unfinished:
                self.begun, self.unfinished = time.monotonic(), self.request
            return done

        def _refuse(self) -> None:
            with self.requests_lock:
                late, self.request, self.unfinished = self.request, None, None
                late.error = _TooSlow(f"The request did not arrive within {settings.body_seconds:g} seconds.")
                late.completed = True
                self.requests.append(late)
                if len(self.requests) == 1:
                    self.server.add_task(self)

    server.channel_class = Channel
    return server
