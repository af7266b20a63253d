"""The operator's pages: who has an account, invitations, roles, closing and opening, links for new passwords."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.config import Settings
from p2p_graph.contributing.accounts import Invitation
from p2p_graph.contributing.roles import ROLES, Account
from p2p_graph.errors import AccountRefused, NotAllowed
from p2p_graph.translation import error_in
from webapp.languages import at, language
from webapp.problems import describe
from webapp.signed_in import accounts, letters, needs, somebody

__all__ = ["pages"]

pages = Blueprint("operating", __name__)


def _roles() -> dict[str, str]:
    return {"partner": _("partner"), "steward": _("steward"), "operator": _("operator")}


@pages.get("/accounts")
@needs("operator")
def everyone() -> AnyResponse:
    """All accounts, and the form of an invitation."""
    return _list({}, None)


@pages.post("/accounts")
@needs("operator")
def invite() -> AnyResponse:
    """Makes an invitation; its link is shown this once, and sent if there is an address and a server for mails."""
    given = {name: request.form.get(name, "").strip() for name in ("role", "slug", "credit", "mail")}
    try:
        made = accounts().invite(given["role"], given["slug"], given["credit"], somebody(), mail=given["mail"])
    except AccountRefused as refused:
        return _list(given, refused)
    if made.mail:
        letters().invited(made.mail, made.secret, made.credit)
    return _link(made, bool(made.mail) and letters().is_on)


def _list(given: dict[str, str], refused: AccountRefused | None) -> AnyResponse:
    page = render_template(
        "desk/accounts.html",
        standings=accounts().standings(),
        roles=_roles(),
        given={"role": ROLES[0], "slug": "", "credit": "", "mail": "", **given},
        field=str(refused.values.get("field", "")) if refused else "",
        told=error_in(refused, language()) if refused else "",
    )
    return make_response(page, describe(refused).status if refused else 200)


@pages.get("/accounts/<name>")
@needs("operator")
def one(name: str) -> AnyResponse:
    """One account, and what can be done with it."""
    return _account(name, None)


@pages.post("/accounts/<name>")
@needs("operator")
def change(name: str) -> AnyResponse:
    """Closes or opens an account, gives it a role, or makes a link for a new password."""
    by, step = somebody(), request.form.get("step", "")
    try:
        if step == "password":
            made = accounts().reset(name, by)
            letters().new_password(name, made.secret)
            return _link(made, letters().is_on and bool(accounts().mail_of(name)))
        _others(by, name)
        if step in ("close", "open"):
            accounts().disable(name, by, again=step == "open")
        elif step == "role":
            accounts().set_role(name, request.form.get("role", ""), by)
    except AccountRefused as refused:
        return _account(name, refused)
    return redirect(at(f"/accounts/{name}"), 303)


def _others(by: Account, name: str) -> None:
    """Nobody closes the door behind themselves. Raises NotAllowed."""
    if by.name == name:
        raise NotAllowed("Your own account is changed by another operator, or at the command line.", role=by.role)


def _account(name: str, refused: AccountRefused | None) -> AnyResponse:
    page = render_template(
        "desk/account.html",
        standing=accounts().standing(name),
        roles=_roles(),
        is_own=somebody().name == name,
        told=error_in(refused, language()) if refused else "",
    )
    return make_response(page, describe(refused).status if refused else 200)


def _link(made: Invitation, is_sent: bool) -> AnyResponse:
    settings: Settings = current_app.config["P2P_SETTINGS"]
    path = f"/new-password/{made.secret}" if made.account else f"/join/{made.secret}"
    site = settings.site.rstrip("/") or request.url_root.rstrip("/")
    return make_response(render_template("desk/link.html", made=made, link=f"{site}{path}", is_sent=is_sent), 201)
