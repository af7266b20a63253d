"""Signing in through another house that knows its people (OpenID Connect, by Authlib); off unless it is set.

The code flow with PKCE, as in OpenID Connect Core 1.0, section 3.1. Between the two visits the browser itself keeps
what has to match (state, nonce, verifier) in a cookie of ten minutes, so that nothing is stored for who never comes
back. Who comes back has an account here, or the link of an invitation; knowing that house alone makes none.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.config import Settings
from p2p_graph.errors import AccountError, AccountRefused, LoginRefused, NotInstalled, SettingsError, UnknownThing
from p2p_graph.translation import error_in
from webapp.languages import at, language
from webapp.problems import describe
from webapp.protection import spend_sign_in
from webapp.signed_in import accounts, begin_with, local_path

__all__ = ["name", "pages"]

pages = Blueprint("openid", __name__)

_COOKIE: Final = "p2p_elsewhere"
_SECONDS: Final = 600
#: seconds that the other house has for each answer
_PATIENCE: Final = 10
#: names that are tried for a new account
_NAMES: Final = 20
_PATHS: Final = "/sign-in/elsewhere"
_FAILED: Final = "Signing in elsewhere did not work: try again, or sign in with a password."


@pages.record_once
def _joined(state: BlueprintSetupState) -> None:
    """Raises SettingsError at the start, and not when the first person signs in."""
    settings: Settings = state.app.config["P2P_SETTINGS"]
    if settings.openid_issuer:
        _checked(settings.openid_issuer)
        if not settings.openid_client:
            sentence = "P2P_OPENID_CLIENT is missing: what this site is called in the other house."
            raise SettingsError(sentence, setting="openid_client")


def _settings() -> Settings:
    settings: Settings = current_app.config["P2P_SETTINGS"]
    return settings


def name() -> str:
    """What the button calls the other house; empty where there is none."""
    settings = _settings()
    return settings.openid_name or urlsplit(settings.openid_issuer).hostname or ""


@pages.get(_PATHS)
def leave() -> AnyResponse:
    """Leads to the other house; `next` is where to go afterwards, `join` the secret of an invitation."""
    spend_sign_in()
    joining = request.args.get("join", "")
    if joining:
        accounts().invitation(joining)
    kept = {
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48),
        "next": local_path(request.args.get("next", ""), at("/submissions")),
        "join": joining,
    }
    found = _house()
    address, _ = _client().create_authorization_url(
        found["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
    )
    response = redirect(address, 303)
    response.headers["Cache-Control"] = "no-store"
    marks: dict[str, Any] = {"httponly": True, "samesite": "Lax", "secure": request.is_secure}
    response.set_cookie(_COOKIE, json.dumps(kept), max_age=_SECONDS, path=_PATHS, **marks)
    return response


@pages.get(f"{_PATHS}/back")
def back() -> AnyResponse:
    """Who comes back from the other house is signed in, or joins by the invitation they left with."""
    kept = _kept()
    try:
        identity = _identity(kept)
        if kept.get("join"):
            _join(kept["join"], identity)
        begin_with(accounts().sign_in_elsewhere(identity))
        response: AnyResponse = redirect(local_path(kept.get("next", ""), at("/submissions")), 303)
    except AccountError as reason:
        response = _refused(reason, kept)
    response.delete_cookie(_COOKIE, path=_PATHS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _join(secret: str, identity: str) -> None:
    """Makes the account of an invitation under a free name: nobody types it, since nobody signs in with it."""
    start = accounts().invitation(secret).slug
    for number in range(1, _NAMES):
        try:
            accounts().join_elsewhere(secret, f"{start}-{number}", identity)
            return
        except AccountRefused as reason:
            if reason.values.get("field") != "name" or number == _NAMES - 1:
                raise


def _refused(reason: AccountError, kept: Mapping[str, str]) -> Response:
    told = error_in(reason, language())
    if isinstance(reason, AccountRefused) and kept.get("join"):
        page = render_template(
            "desk/join.html",
            invitation=accounts().invitation(kept["join"]),
            secret=kept["join"],
            name="",
            mail="",
            elsewhere=name(),
            field=str(reason.values.get("field", "")),
            told=told,
        )
    else:
        known: dict[str, Any] = {"name": "", "next": at("/submissions"), "carried": "", "count": 0}
        page = render_template("desk/sign-in.html", told=told, elsewhere=name(), **known)
    return Response(page, describe(reason).status)


def _kept() -> dict[str, str]:
    try:
        found = json.loads(request.cookies.get(_COOKIE, "") or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _identity(kept: Mapping[str, str]) -> str:
    """Who somebody is in the other house: its address and their name there, as a signed token says.

    Raises LoginRefused where anything does not match.
    """
    state = request.args.get("state", "")
    if not state or not secrets.compare_digest(state.encode(), kept.get("state", "").encode()):
        raise LoginRefused(_FAILED)
    if "error" in request.args or not request.args.get("code"):
        raise LoginRefused(_FAILED)
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    found = _house()
    try:
        told = _client().fetch_token(
            found["token_endpoint"], code=request.args["code"], code_verifier=kept.get("verifier", "")
        )
        subject = _subject(str(told.get("id_token", "")), kept.get("nonce", ""), found)
    except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError):
        raise LoginRefused(_FAILED) from None
    return f"{_settings().openid_issuer} {subject}"


def _subject(token: str, nonce: str, found: Mapping[str, Any]) -> str:
    """Whom a token names: signed by the house, for us, for this visit, and not too old. Raises JoseError."""
    import requests
    from joserfc import jwt
    from joserfc.jwk import KeySet

    settings = _settings()
    answer = requests.get(_checked(str(found["jwks_uri"])), timeout=_PATIENCE, allow_redirects=False)
    answer.raise_for_status()
    claims = jwt.decode(token, KeySet.import_key_set(answer.json()), algorithms=["RS256", "ES256", "EdDSA", "PS256"])
    known = jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": settings.openid_issuer},
        aud={"essential": True, "value": settings.openid_client},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
    )
    known.validate(claims.claims)
    subject = str(claims.claims["sub"])
    if not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise LoginRefused(_FAILED)
    return subject


def _house() -> dict[str, Any]:
    """What the other house says of itself. Raises UnknownThing where none is set, SettingsError where it is not one."""
    settings = _settings()
    if not settings.openid_issuer:
        raise UnknownThing("Nobody signs in elsewhere here: sign in with a password.", address=request.path)
    try:
        import authlib  # noqa: F401 - said in words where the extra is missing
        import requests
    except ImportError:
        sentence = "Signing in elsewhere needs pip install 'p2p-graph[openid]'."
        raise NotInstalled(sentence, package="authlib") from None
    address = f"{_checked(settings.openid_issuer).rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = requests.get(address, timeout=_PATIENCE, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
        for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _checked(str(found[endpoint]))
        if found["issuer"] != settings.openid_issuer:
            raise ValueError("another issuer")
    except (requests.RequestException, ValueError, KeyError, TypeError):
        raise LoginRefused(_FAILED) from None
    return dict(found)


def _client() -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    settings = _settings()
    site = settings.site.rstrip("/") or request.url_root.rstrip("/")
    return OAuth2Session(
        settings.openid_client,
        settings.openid_secret,
        scope="openid",
        redirect_uri=f"{site}{_PATHS}/back",
        code_challenge_method="S256",
        default_timeout=_PATIENCE,
    )


def _checked(address: str) -> str:
    """An address that may be asked: encrypted, or on this machine. Raises SettingsError."""
    parts = urlsplit(address)
    is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not (is_here or (parts.scheme == "https" and parts.hostname)):
        raise SettingsError("P2P_OPENID_ISSUER must begin with https://.", setting="openid_issuer")
    return address
