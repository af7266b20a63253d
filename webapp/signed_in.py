"""Who is signed in: the cookie of a session, what an account may open, and the key that each form carries.

Public pages import nothing from here: they read no cookie and set none, and the ledger is opened by the first page that
needs it, once in a process.

    @pages.route("/submissions/new", methods=["GET", "POST"])
    @needs("partner")                  # signed in, at least a partner; a POST carries the key of the form
    def new() -> Response:
        found = desk().submit(account(), …)

    <form method="post">{{ form_key_field() }} …          # in the template of the page

Without a session a page leads to /sign-in?next=…, and what a form sent is carried over the signing in; a machine gets
401 as a problem. Without the role, or with a form that was forged, both get 403.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from argon2 import PasswordHasher
from flask import Flask, Response, current_app, g, redirect, request
from markupsafe import Markup
from pyoxigraph import Literal, Triple
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.config import Settings
from p2p_graph.contributing.accounts import Accounts, SignedIn
from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.form import Form
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.letters import Letters
from p2p_graph.contributing.roles import ROLES, Account
from p2p_graph.contributions import knowledge, open_desk, read_form
from p2p_graph.curation import Sources
from p2p_graph.errors import FormRefused, NotAllowed, SignInNeeded
from p2p_graph.vocab import mint, p2p
from webapp.languages import at, here
from webapp.problems import wants_page

__all__ = [
    "FORM_KEY",
    "FORM_KEY_HEADER",
    "Office",
    "account",
    "accounts",
    "begin",
    "begin_with",
    "check_origin",
    "desk",
    "end",
    "form",
    "form_key",
    "has_form_key",
    "install",
    "letters",
    "local_path",
    "needs",
    "on_lost_session",
    "read_ahead",
    "somebody",
]

Given = ParamSpec("Given")
Answered = TypeVar("Answered", bound=AnyResponse | str)

#: the field of a form, and the header of a script, that carry the key of the session
FORM_KEY: Final = "form_key"
FORM_KEY_HEADER: Final = "X-Form-Key"

_COOKIE: Final = "p2p_session"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
#: seconds after which a browser forgets the cookie; the ledger ends a session before or then
_LASTS: Final = 14 * 86_400
#: seconds that reading ahead waits for the first request, and how urgent it is (19 is least)
_PATIENCE: Final = 1.0
_LEAST_URGENT: Final = 19


class Office:
    """Ledger, accounts and desk of an app, opened by the first request that needs them. Threads share it."""

    def __init__(
        self, settings: Settings, sources: Sources | None = None, hasher: PasswordHasher | None = None
    ) -> None:
        """`sources` are what the desk knows, `hasher` how passwords are kept; by default ours."""
        self._settings, self._sources, self._hasher = settings, sources, hasher
        self.letters = Letters(settings, lambda name: self.accounts.mail_of(name))
        self._lock, self._reading = threading.RLock(), threading.RLock()
        self._knows: tuple[Known, Check] | None = None
        self._ledger: Ledger | None = None
        self._accounts: Accounts | None = None
        self._desk: Desk | None = None
        self._form: Form | None = None

    @property
    def ledger(self) -> Ledger:
        """The ledger. Raises LedgerUnavailable or NotWritable; the next request tries again."""
        with self._lock:
            if self._ledger is None:
                self._ledger = Ledger.open(self._settings)
            return self._ledger

    @property
    def accounts(self) -> Accounts:
        """The accounts of the ledger."""
        with self._lock:
            if self._accounts is None:
                self._accounts = Accounts(self.ledger, hasher=self._hasher)
            return self._accounts

    @property
    def desk(self) -> Desk:
        """The desk; the first time the data and shapes are read, which takes about a second."""
        knows = self._knowledge()
        with self._lock:
            if self._desk is None:
                self._desk = open_desk(self.ledger, self._settings, knows=knows)
            return self._desk

    def _knowledge(self) -> tuple[Known, Check]:
        with self._reading:
            if self._knows is None:
                self._knows = knowledge(self._sources or Sources.shared())
            return self._knows

    @property
    def form(self) -> Form:
        """What partners are asked, read once from the shapes and the lists of words."""
        with self._reading:
            if self._form is None:
                self._form = read_form(self._sources or Sources.shared())
            return self._form

    def steps_ahead(self) -> Iterator[None]:
        """Reads, step by step, what the first form and the first check need: about two seconds in all.

        Nothing is opened or written. A page that comes meanwhile waits for the same reading and makes no other.
        """
        yield
        _form = self.form
        yield
        known, check = self._knowledge()
        yield
        nobody = Account("", "partner", "", "")
        check((Triple(mint("practice", "x"), p2p("startYear"), Literal(2000)),), known, nobody, known)

    def close(self) -> None:
        """Sends the mails that wait, and lets go of the ledger."""
        self.letters.close()
        with self._lock:
            opened, self._ledger, self._accounts, self._desk = self._ledger, None, None, None
        if opened is not None:
            opened.close()


def read_ahead(app: Flask, *, at_once: bool) -> threading.Thread:
    """Has what forms and checks need read beside whatever is asked, as the least urgent thing here.

    It begins at once, or with the first request: a server that forks after it made the app takes no thread along. The
    first request goes before, if it comes soon. The reading ends by itself when the site does.
    """
    answered, begun = threading.Event(), threading.Lock()
    office = cast(Office, app.extensions["p2p_office"])

    def run() -> None:
        # Linux knows how urgent a thread is, others only a process
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_URGENT)
        answered.wait(_PATIENCE)
        for _step in office.steps_ahead():
            if not threading.main_thread().is_alive():
                return

    thread = threading.Thread(target=run, name="reading ahead")

    @app.before_request
    def begin() -> None:
        if begun.acquire(blocking=False):
            thread.start()

    @app.teardown_request
    def first(_error: BaseException | None) -> None:
        answered.set()

    if at_once and begun.acquire(blocking=False):
        thread.start()
    return thread


def install(app: Flask, settings: Settings, sources: Sources | None = None) -> None:
    """Joins the office to an app, without opening it; cookies are set where a session began, turned or ended."""
    app.extensions["p2p_office"] = Office(settings, sources)
    app.jinja_env.globals.update(account=account, form_key_field=_form_key_field)

    @app.after_request
    def keep(response: Response) -> Response:
        if "p2p_asked_who" in g:
            # what is for one account is kept by nobody between
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        secret = cast("str | None", g.get("p2p_cookie"))
        if secret:
            response.set_cookie(
                _COOKIE, secret, max_age=_LASTS, path="/", httponly=True, samesite="Lax", secure=request.is_secure
            )
        elif secret is not None:
            response.delete_cookie(_COOKIE, path="/")
        return response


def _office() -> Office:
    return cast(Office, current_app.extensions["p2p_office"])


def desk() -> Desk:
    """The desk of this app."""
    return _office().desk


def accounts() -> Accounts:
    """The accounts of this app."""
    return _office().accounts


def form() -> Form:
    """What partners are asked."""
    return _office().form


def letters() -> Letters:
    """Who writes the mails of this app."""
    return _office().letters


# Who asks


def _signed_in() -> SignedIn | None:
    """The session of this request, looked up once. Its cookie is set anew where its time had come."""
    if "p2p_signed_in" not in g:
        g.p2p_asked_who = True
        secret = request.cookies.get(_COOKIE, "")
        found = accounts().session(secret) if secret else None
        if found is not None and found.secret:
            g.p2p_cookie = found.secret
        g.p2p_signed_in = found
    return cast("SignedIn | None", g.p2p_signed_in)


def account() -> Account | None:
    """Who is signed in, or None."""
    found = _signed_in()
    return found.account if found is not None else None


def somebody() -> Account:
    """Who is signed in. Raises SignInNeeded."""
    found = account()
    if found is None:
        raise SignInNeeded("Sign in first: this is for those who have an account here.")
    return found


def begin(name: str, password: str) -> Account:
    """Signs somebody in; a session that this browser had before ends. Raises LoginRefused or AccountLocked."""
    return begin_with(accounts().sign_in(name, password))


def begin_with(signed_in: SignedIn) -> Account:
    """Puts a new session in the place of the one that this browser had."""
    last = request.cookies.get(_COOKIE, "")
    if last:
        accounts().sign_out(last)
    g.p2p_asked_who, g.p2p_signed_in, g.p2p_cookie = True, signed_in, signed_in.secret
    return signed_in.account


def end() -> None:
    """Signs out."""
    last = request.cookies.get(_COOKIE, "")
    if last:
        accounts().sign_out(last)
    g.p2p_asked_who, g.p2p_signed_in, g.p2p_cookie = True, None, ""


# What they may open


def needs(role: str) -> Callable[[Callable[Given, Answered]], Callable[Given, Answered | AnyResponse]]:
    """A page for who is signed in with a role or one above it (partner, steward, operator).

    Each request that is not only a look must carry the key of a form of this session.
    """
    least = ROLES.index(role)

    def guarded(view: Callable[Given, Answered]) -> Callable[Given, Answered | AnyResponse]:
        @wraps(view)
        def within(*args: Given.args, **values: Given.kwargs) -> Answered | AnyResponse:
            if request.method not in _SAFE:
                check_origin()
            found = account()
            if found is None:
                return _led_to_sign_in()
            if request.method not in _SAFE and not has_form_key():
                return _sent_from_elsewhere()
            if ROLES.index(found.role) < least:
                raise NotAllowed(f"This page is for {_PLURALS[role]}.", role=found.role)
            return view(*args, **values)

        return within

    return guarded


_PLURALS: Final = {"partner": "partners", "steward": "stewards", "operator": "the operator"}

#: Shows a page that carries what a form had sent, so that nothing typed is lost: the reason is `lost` or `stale`.
Carrying = Callable[[str], AnyResponse]


def on_lost_session(app: Flask, carrying: Carrying) -> None:
    """How a form is answered whose session ended (`lost`), or that is of an earlier session (`stale`)."""
    app.extensions["p2p_carrying"] = carrying


def _led_to_sign_in() -> AnyResponse:
    if not wants_page():
        raise SignInNeeded("Sign in first: this is for those who have an account here.")
    if request.method not in _SAFE:
        return _carried("lost")
    return redirect(at(f"/sign-in?{urlencode({'next': here()})}"), 303)


def _sent_from_elsewhere() -> AnyResponse:
    if not wants_page():
        raise FormRefused("This form is not of your present session: open its page again and send it from there.")
    return _carried("stale")


def _carried(reason: str) -> AnyResponse:
    carrying = current_app.extensions.get("p2p_carrying")
    if carrying is None:
        raise SignInNeeded("Sign in first: this is for those who have an account here.")
    return cast(Carrying, carrying)(reason)


def local_path(path: str, otherwise: str = "/submissions") -> str:
    """A path of this site that may be gone to after signing in; anything else becomes another page.

    >>> local_path("/submissions/7?x=1"), local_path("//example.org"), local_path("https://example.org/")
    ('/submissions/7?x=1', '/submissions', '/submissions')
    """
    if not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable() or len(path) > 2_000:
        return otherwise
    return path if not urlsplit(path).netloc and "\\" not in path else otherwise


# Forms


def form_key() -> str:
    """The key that each form of this session carries; empty for who is not signed in."""
    found = _signed_in()
    return found.form_key if found is not None else ""


def _form_key_field() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_KEY, form_key())


def has_form_key() -> bool:
    """Whether this request carries the key of a form of this session."""
    given = request.headers.get(FORM_KEY_HEADER) or request.form.get(FORM_KEY, "")
    known = form_key()
    return bool(known) and hmac.compare_digest(given.encode(), known.encode())


def check_origin() -> None:
    """Refuses what a page of another site sends. Raises FormRefused.

    Browsers say where a form stands (Sec-Fetch-Site, Origin); what is no browser says neither, and has no cookie that
    somebody else could make use of. The scheme is not looked at: a proxy may have ended the encryption.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        is_ours = origin is None or urlsplit(origin).netloc == request.host
    if not is_ours:
        raise FormRefused("This was sent from a page of another site: open the page here and send it from there.")
