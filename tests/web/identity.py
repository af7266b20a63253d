"""A small OpenID provider on this machine: it knows one person, signs its tokens, and can be told to cheat."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Response as AnyResponse

from tests.servers import served

CLIENT, SECRET = "p2p", "known to the two of us"


@dataclass
class Provider:
    """The provider, whom it knows, and in what its next token is false."""

    issuer: str = ""
    subject: str = "anna-of-elsewhere"
    #: claims in the place of true ones
    false: dict[str, Any] = field(default_factory=dict)
    is_denied: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    #: what signs the tokens; another one is a forger's
    signing: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0


def _app(provider: Provider) -> Flask:
    app = Flask("provider")

    @app.get("/.well-known/openid-configuration")
    def known() -> Response:
        return jsonify(
            issuer=provider.issuer,
            authorization_endpoint=f"{provider.issuer}/authorize",
            token_endpoint=f"{provider.issuer}/token",
            jwks_uri=f"{provider.issuer}/keys",
        )

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(keys=[provider.key.as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> AnyResponse:
        given = request.args
        assert given["client_id"] == CLIENT
        assert given["response_type"] == "code"
        assert given["scope"] == "openid"
        assert given["code_challenge_method"] == "S256"
        provider.asked += 1
        back = f"{given['redirect_uri']}?state={given['state']}"
        if provider.is_denied:
            return redirect(f"{back}&error=access_denied")
        code = f"code-{provider.asked}"
        provider.codes[code] = {"challenge": given["code_challenge"], "nonce": given["nonce"]}
        return redirect(f"{back}&code={code}")

    @app.post("/token")
    def token() -> AnyResponse | tuple[Response, int]:
        who, given = request.authorization, provider.codes.pop(request.form["code"], None)
        is_client = who is not None and (who.username, who.password) == (CLIENT, SECRET)
        verifier = request.form.get("code_verifier", "")
        if not is_client or given is None or create_s256_code_challenge(verifier) != given["challenge"]:
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {
            "iss": provider.issuer,
            "sub": provider.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": given["nonce"],
            **provider.false,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, provider.signing or provider.key)
        return jsonify(access_token="none", token_type="Bearer", id_token=signed)

    return app


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider on a free port of this machine."""
    made = Provider()
    with served(_app(made)) as made.issuer:
        yield made
