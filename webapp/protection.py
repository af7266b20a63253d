"""What every answer carries, and what no request may be: headers, size of bodies, how much one client may ask.

No other host is ever named.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from p2p_graph.config import Settings
from p2p_graph.reading.workers import FOREIGN, HAS_GONE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = [
    "FRAMED",
    "HEADERS",
    "Allowance",
    "Gate",
    "TooMany",
    "bounded",
    "foreign",
    "install",
    "spend_citation",
    "spend_link",
    "spend_sign_in",
]

Given = ParamSpec("Given")
Answered = TypeVar("Answered")

#: on every answer
HEADERS: Final = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
)

#: besides, on what nobody else's page may frame; the policy above says it to newer browsers
_UNFRAMED: Final = ("X-Frame-Options", "DENY")
#: on answers over TLS, here or at a proxy that is believed: a browser that came so once comes so for a year
_STRICT_TRANSPORT: Final = ("Strict-Transport-Security", "max-age=31536000")
#: pages and scripts are for pages of this site; pictures may stand on others
_OWN, _ANYONES = (("Cross-Origin-Resource-Policy", whose) for whose in ("same-origin", "cross-origin"))

#: the one page that other sites may frame. It has no script, no form and no cookie, and nothing on it changes anything,
#: so a click that was lured there does no harm; it may fetch even less than the others.
FRAMED: Final = "/embed"
_FRAMED_HEADERS: Final = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors *",
    ),
    *HEADERS[1:],
)

#: clients whose allowance is remembered; one forgotten has its whole allowance again
_REMEMBERED: Final = 10_000


def install(app: Flask, settings: Settings) -> None:
    """Sets the limits of bodies and clients, and the headers of every answer."""
    app.config["MAX_CONTENT_LENGTH"] = settings.body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_bytes
    app.extensions["p2p_gate"] = Gate(settings.client_queries, settings.client_minute)
    told = "One client may make {} new short links an hour."
    app.extensions["p2p_linking"] = Allowance(settings.client_links, 3600, "an_hour", told)
    told = "One client may make {} new citations an hour."
    app.extensions["p2p_citing"] = Allowance(settings.client_citations, 3600, "an_hour", told)
    told = "One client may try to sign in {} times an hour."
    app.extensions["p2p_signing_in"] = Allowance(settings.client_sign_ins, 3600, "an_hour", told)
    if settings.proxies:
        number = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number)  # type: ignore[method-assign]
    app.wsgi_app = _protected(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _protected(inner: WSGIApplication) -> WSGIApplication:
    """Adds the headers where the answer leaves: nothing passes by it, and nothing is looked at twice."""
    usual, framed = [*HEADERS, _UNFRAMED], list(_FRAMED_HEADERS)

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        fixed = framed if environ.get("PATH_INFO") == FRAMED else usual
        # a server that can tell lets a query end with the one who asked it
        asker = HAS_GONE.set(environ.get("waitress.client_disconnected", _stays))

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            more = [_ANYONES if any(_is_picture(*header) for header in headers) else _OWN]
            # said by the proxies that are believed, which ProxyFix has looked at by now
            if environ.get("wsgi.url_scheme") == "https":
                more.append(_STRICT_TRANSPORT)
            return start_response(status, headers + fixed + more, error)

        try:
            return inner(environ, start)
        finally:
            HAS_GONE.reset(asker)

    return outer


def _is_picture(name: str, value: str) -> bool:
    """Whether a header says that what follows is a picture.

    >>> _is_picture("content-type", "image/svg+xml; charset=utf-8"), _is_picture("Content-Type", "text/html")
    (True, False)
    """
    return name.casefold() == "content-type" and value.startswith("image/")


def _stays() -> bool:
    return False


class TooMany(TooManyRequests):
    """One client asks too much; values name the limit, and `retry_after` the seconds until there is room."""

    def __init__(self, sentence: str, seconds: int, **values: int) -> None:
        super().__init__(sentence, retry_after=seconds)
        self.values: dict[str, object] = {"retry_after": seconds, **values}


class Allowance:
    """How often each client may do something within some seconds; 0 for any number.

    A client may save up so many, and spends one at a time. Counted within this process.
    """

    def __init__(
        self, number: int, seconds: int, name: str, told: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._number, self._seconds, self._clock = number, seconds, clock
        self._name, self._told = name, told.format(f"{number:,}")
        self._lock = threading.Lock()
        #: client → what is left of its allowance, and when that was so
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, client: str) -> None:
        """Takes one of a client's allowance. Raises TooMany where nothing is left."""
        if not self._number:
            return
        a_second = self._number / self._seconds
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(client, (float(self._number), now))
            left = min(float(self._number), left + (now - since) * a_second)
            self._left[client] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        if left < 1:
            wait = max(1, math.ceil((1 - left) / a_second))
            raise TooMany(self._told, wait, **{self._name: self._number})


class Gate:
    """Counts what each client has running, and what it asked for lately, within this process.

    A client may save up a minute's allowance, and spends one request of it at a time.
    """

    def __init__(self, at_once: int, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once = at_once
        self._allowance = Allowance(a_minute, 60, "a_minute", "One client may ask {} times a minute.", clock)
        self._lock = threading.Lock()
        self._running: dict[str, int] = {}

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """A place for one request of a client, given back at the end. Raises TooMany."""
        with self._lock:
            running = self._running.get(client, 0)
            if self._at_once and running >= self._at_once:
                raise TooMany(
                    f"One client may have {self._at_once} queries running at a time.", 1, at_once=self._at_once
                )
            self._allowance.spend(client)
            self._running[client] = running + 1
        try:
            yield
        finally:
            with self._lock:
                self._running[client] -= 1
                if not self._running[client]:
                    del self._running[client]


def bounded(view: Callable[Given, Answered]) -> Callable[Given, Answered]:
    """A view that asks the store on behalf of a client: within that client's limits."""

    @wraps(view)
    def within(*args: Given.args, **values: Given.kwargs) -> Answered:
        with cast(Gate, current_app.extensions["p2p_gate"]).place(_client()):
            return view(*args, **values)

    return within


def spend_link() -> None:
    """One new short link by the client of this request. Raises TooMany."""
    cast(Allowance, current_app.extensions["p2p_linking"]).spend(_client())


def spend_citation() -> None:
    """One new citation by the client of this request. Raises TooMany."""
    cast(Allowance, current_app.extensions["p2p_citing"]).spend(_client())


def spend_sign_in() -> None:
    """One try to sign in, or to use a link, by the client of this request. Raises TooMany."""
    cast(Allowance, current_app.extensions["p2p_signing_in"]).spend(_client())


def foreign(view: Callable[Given, Answered]) -> Callable[Given, Answered]:
    """A view that asks the store what whoever asks wrote: it never keeps a page waiting."""

    @wraps(view)
    def marked(*args: Given.args, **values: Given.kwargs) -> Answered:
        before = FOREIGN.set(True)
        try:
            return view(*args, **values)
        finally:
            FOREIGN.reset(before)

    return marked


def _client() -> str:
    """Who asks: an address, or the network of one IPv6 connection, which may take any of its addresses."""
    said = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(said.partition("%")[0])
    except ValueError:
        return said[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)
