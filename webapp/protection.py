"""What every answer carries, and what no request may be: headers, size of bodies. No other host is ever named."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response

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

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.extend(HEADERS)
        return response
