"""What every answer carries, and what no request may be: headers, size of bodies. No other host is ever named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["BODY_LIMIT", "HEADERS", "install"]

#: bytes a request may carry
BODY_LIMIT: Final = 256 * 1024

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
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"),
)


def install(app: Flask) -> None:
    """Sets the limit of bodies and the headers of every answer."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_LIMIT
    app.wsgi_app = _protected(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _protected(inner: WSGIApplication) -> WSGIApplication:
    """Adds the headers where the answer leaves: nothing passes by it, and nothing is looked at twice."""
    fixed = list(HEADERS)

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            return start_response(status, headers + fixed, error)

        return inner(environ, start)

    return outer
