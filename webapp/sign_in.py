"""Signing in and out, joining by an invitation, a new password; and what a form had sent while nobody was signed in.

Nothing typed is lost where a session ended meanwhile: the page of signing in carries what the form sent, and once that
is done somebody sends it again with one press. What is carried stays between the browser and this page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.errors import AccountError, AccountRefused
from p2p_graph.translation import error_in
from webapp import openid
from webapp.languages import at, here, language
from webapp.problems import describe
from webapp.protection import spend_sign_in
from webapp.signed_in import (
    FORM_KEY,
    account,
    accounts,
    begin,
    check_origin,
    end,
    local_path,
    needs,
    on_lost_session,
    somebody,
)

__all__ = ["pages"]

pages = Blueprint("sign_in", __name__)

#: the field that carries what a form had sent, as a list of names and values in JSON
_CARRIED: Final = "carried"

Fields = list[tuple[str, str]]


@pages.record_once
def _joined(state: BlueprintSetupState) -> None:
    on_lost_session(state.app, _carrying)  # type: ignore[arg-type]


@pages.after_request
def _unlisted(response: Response) -> Response:
    """Pages with a secret in their address are found by nobody, and kept by nobody."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


# Signing in and out


@pages.get("/sign-in")
def sign_in() -> AnyResponse:
    """The page of signing in; who is signed in goes on at once."""
    onward = local_path(request.args.get("next", ""), at("/submissions"))
    return redirect(onward, 303) if account() is not None else _form("", onward)


@pages.post("/sign-in")
def signed_in() -> AnyResponse:
    """Begins a session, and goes on to where somebody wanted to go; what was carried is shown again to be sent."""
    check_origin()
    spend_sign_in()
    name, onward = request.form.get("name", "").strip(), local_path(request.form.get("next", ""), at("/submissions"))
    carried = _carried()
    try:
        begin(name, request.form.get("password", ""))
    except AccountError as reason:
        return _form(name, onward, carried, reason)
    if carried:
        return make_response(_again("back", onward, carried))
    return redirect(onward, 303)


def _form(name: str, onward: str, carried: Fields | None = None, reason: AccountError | None = None) -> Response:
    page = render_template(
        "desk/sign-in.html",
        name=name,
        next=onward,
        carried=json.dumps(carried) if carried else "",
        count=len(carried or ()),
        told=error_in(reason, language()) if reason else "",
        elsewhere=openid.name(),
    )
    response = make_response(page, describe(reason).status if reason else 200)
    if reason is not None and "seconds" in reason.values:
        response.headers["Retry-After"] = str(reason.values["seconds"])
    return response


@pages.get("/sign-out")
@needs("partner")
def sign_out() -> str:
    """Asks once more."""
    return render_template("desk/sign-out.html")


@pages.post("/sign-out")
@needs("partner")
def signed_out() -> AnyResponse:
    """Ends the session."""
    end()
    return redirect(at("/"), 303)


# What a form sent


def _carrying(reason: str) -> Response:
    """What a form sent whose session ended (`lost`), or that belongs to an earlier session (`stale`)."""
    sent = [(name, value) for name, value in request.form.items(multi=True) if name != FORM_KEY]
    if reason == "stale":
        return make_response(_again("stale", here(), sent), 403)
    page = render_template(
        "desk/sign-in.html",
        name="",
        next=here(),
        carried=json.dumps(sent),
        count=len(sent),
        told="",
        elsewhere="",
    )
    return make_response(page, 401)


def _again(reason: str, onward: str, sent: Fields) -> str:
    return render_template("desk/again.html", reason=reason, action=onward, sent=sent, had_files=bool(request.files))


def _carried() -> Fields:
    """What the page of signing in carried; nothing where it is not what we wrote."""
    try:
        found = json.loads(request.form.get(_CARRIED, "") or "[]")
        return [(str(name), str(value)) for name, value in found if name != FORM_KEY]
    except (ValueError, TypeError, RecursionError):
        return []


# Links


@pages.route("/join/<secret>", methods=["GET", "POST"])
def join(secret: str) -> AnyResponse:
    """Makes the account of an invitation, and signs it in."""
    invitation = accounts().invitation(secret)
    if invitation.account:
        return redirect(at(f"/new-password/{secret}"), 303)
    if request.method == "GET":
        return _join_page(secret)
    check_origin()
    spend_sign_in()
    name, mail, password = (request.form.get(field, "") for field in ("name", "mail", "password"))
    name, mail = name.strip(), mail.strip()

    def make() -> None:
        _check_twice()
        accounts().join(secret, name, password, mail=mail)
        begin(name, password)

    return _tried(make, lambda reason: _join_page(secret, name, mail or invitation.mail, reason))


def _join_page(secret: str, name: str = "", mail: str = "", reason: AccountRefused | None = None) -> Response:
    invitation = accounts().invitation(secret)
    page = render_template(
        "desk/join.html",
        invitation=invitation,
        secret=secret,
        name=name,
        mail=mail or invitation.mail,
        elsewhere=openid.name(),
        **_told(reason),
    )
    return make_response(page, describe(reason).status if reason else 200)


@pages.route("/new-password/<secret>", methods=["GET", "POST"])
def new_password(secret: str) -> AnyResponse:
    """Sets the password that a link allows; all sessions of the account end, and a new one begins."""
    invitation = accounts().invitation(secret)
    if not invitation.account:
        return redirect(at(f"/join/{secret}"), 303)

    def page(reason: AccountRefused | None = None) -> Response:
        found = render_template("desk/new-password.html", invitation=invitation, **_told(reason))
        return make_response(found, describe(reason).status if reason else 200)

    if request.method == "GET":
        return page()
    check_origin()
    spend_sign_in()

    def make() -> None:
        _check_twice()
        password = request.form.get("password", "")
        begin(accounts().set_password(secret, password).name, password)

    return _tried(make, page)


@pages.route("/account", methods=["GET", "POST"])
@needs("partner")
def own() -> AnyResponse:
    """One's own account: who one is here, and where one is written to."""
    mine = somebody()

    def page(mail: str, reason: AccountRefused | None = None, kept: bool = False) -> Response:
        found = render_template("desk/own.html", mine=mine, mail=mail, kept=kept, **_told(reason))
        return make_response(found, describe(reason).status if reason else 200)

    if request.method == "GET":
        return page(accounts().mail_of(mine.name))
    mail = request.form.get("mail", "").strip()
    try:
        accounts().set_mail(mine, mail)
    except AccountRefused as reason:
        return page(mail, reason)
    return page(mail, kept=True)


def _check_twice() -> None:
    """Raises AccountRefused where the password was not typed twice the same."""
    if request.form.get("password", "") != request.form.get("again", ""):
        raise AccountRefused("The two passwords differ: type the same one twice.", field="again")


def _tried(make: Callable[[], None], page: Callable[[AccountRefused], Response]) -> AnyResponse:
    try:
        make()
    except AccountRefused as reason:
        return page(reason)
    return redirect(at("/submissions"), 303)


def _told(reason: AccountRefused | None) -> dict[str, str]:
    """The field that was refused, and why, for a page."""
    if reason is None:
        return {"field": "", "told": ""}
    return {"field": str(reason.values.get("field", "")), "told": error_in(reason, language())}
