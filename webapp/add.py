"""The form for a practice: begun, filled in step by step, checked, seen as it will be published, and sent.

Anybody may fill it in and have it checked; what was typed stays in the browser. Who is signed in also has it kept as a
draft at each step. Only the last step needs an account. Every step works without scripts.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.contributing.filling import Values
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.submissions import Submission
from p2p_graph.contributing.unfolding import unfold
from p2p_graph.errors import FaultyContribution
from p2p_graph.vocab import shorten
from webapp.add_page import Typed, keep_draft, preview, show
from webapp.checked import VISITOR, Checked, as_json, checked, late
from webapp.filling_in import drop, in_order, more, moved, read, tongues
from webapp.languages import at, language
from webapp.negotiation import fresh
from webapp.problems import wants_page
from webapp.protection import bounded
from webapp.signed_in import account, check_origin, desk, form, needs, somebody

__all__ = ["pages"]

pages = Blueprint("add", __name__)

_SUGGESTED: Final = 6
_KINDS: Final = frozenset({"practice", "organisation", "place", "law", "document", "project", "tie"})


# Begun


@pages.get("/add")
def begin() -> Response:
    """The ways to add something."""
    return fresh(lambda: render_template("add/begin.html"))


@pages.get("/add/practice")
def blank() -> AnyResponse:
    """The form: empty, as a draft left it, or with what a submission says (`of`)."""
    by = account()
    typed = Typed({}, tongues({}, {}))
    draft, of = request.args.get("draft", ""), request.args.get("of", type=int)
    if by is not None and draft:
        found = next((one for one in desk().drafts(by) if one.id == draft and one.values.get("door") == "form"), None)
        typed = Typed.from_kept(found.id, found.values) if found is not None else typed
    elif of is not None:
        by = somebody()
        shown = unfold(form(), desk().submission(by, of).triples, desk().names(by))
        if shown.rest:
            return redirect(at(f"/add/file?of={of}"), 303)
        typed = Typed(shown.values, tongues({}, shown.values), of=of)
    return show(by, typed)


@pages.get("/add/drafts")
@needs("partner")
def drafts() -> str:
    """What was begun and not yet sent."""
    return render_template("add/drafts.html", drafts=desk().drafts(somebody()))


@pages.post("/add/drafts/<id>/forget")
@needs("partner")
def forget(id: str) -> AnyResponse:
    """Forgets a draft."""
    desk().drop_draft(somebody(), id)
    return redirect(at("/add/drafts"), 303)


# Filled in


@pages.post("/add/practice")
@bounded
def step() -> AnyResponse:
    """One step: another entry, one less, another name for what was meant, keeping, or looking at it."""
    check_origin()
    by, typed = account(), _typed()
    do, _sep, rest = request.form.get("do", "check").partition(":")
    if do == "add":
        values, focus = more(form(), typed.values, rest)
        return show(by, keep_draft(by, replace(typed, values=values)), focus=focus)
    if do == "drop":
        return show(by, keep_draft(by, replace(typed, values=drop(typed.values, rest))))
    if do == "use":
        typed = replace(typed, values=_used(typed.values, rest))
    typed = keep_draft(by, typed)
    if do in ("save", "languages", "back"):
        return show(by, typed, told=_("Kept.") if do == "save" and typed.draft else "")
    found = checked(by or VISITOR, typed.values, typed.of)
    if not wants_page():
        return as_json(found)
    if do == "use" or not found.is_fine:
        return show(by, typed, found)
    return preview(by, typed, found)


@pages.post("/add/practice/send")
@needs("partner")
def send() -> AnyResponse:
    """Sends what was filled in: on disk when it is answered. With faults the form is shown again."""
    by, typed = somebody(), keep_draft(account(), _typed())
    found = checked(by, typed.values, typed.of)
    if not found.is_fine:
        return show(by, typed, found) if wants_page() else as_json(found)
    try:
        taken = _sent(by, typed, found)
    except FaultyContribution as reason:
        again = late(reason, found)
        return show(by, typed, again) if wants_page() else as_json(again)
    if typed.draft:
        desk().drop_draft(by, typed.draft)
    return sent_page([taken])


@pages.post("/add/draft")
@needs("partner")
def keep() -> Response:
    """Keeps what was typed, for a script that does so now and then; gives the name of the draft."""
    typed = keep_draft(somebody(), _typed())
    return Response(json.dumps({"draft": typed.draft}), content_type="application/json")


@pages.get("/add/suggest.json")
@bounded
def suggest() -> Response:
    """Known things whose names are like a text, also with slips of spelling, in all languages."""
    text, country = request.args.get("q", "")[:200], request.args.get("country", "")[:60]
    kinds = [kind for kind in request.args.get("kind", "practice").split() if kind in _KINDS]
    by = account() or VISITOR
    names = desk().names(by)
    code = next((a.rsplit("/", 1)[-1] for a in names.find(country, ["country"])), "") if country else ""
    found = [one for kind in kinds for one in desk().similar(by, text, kind, "", _SUGGESTED)] if text.strip() else []
    found.sort(key=lambda one: (-one.degree, code not in one.countries, one.address))
    told = [
        {
            "address": shorten(one.address),
            "name": names.call(one.address, language()) if one.address in names else one.name,
            "also": one.name,
            "countries": list(one.countries),
            "page": at(f"/{one.kind}/{one.address.rsplit('/', 1)[-1]}"),
            "degree": round(one.degree, 2),
        }
        for one in found[:_SUGGESTED]
    ]
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/json")


# Within


def _typed() -> Typed:
    """What the request filled in."""
    sent: MultiDict[str, str] = request.form
    values = read(form(), sent)
    written_in = tongues(sent, values)
    values = moved(values, sent.get("was-written-in", written_in[0]), written_in[0])
    of = sent.get("of", type=int)
    once = sent.get("once", "")[:64] or secrets.token_hex(16)
    return Typed(values, tongues(sent, values), sent.get("draft", "")[:32], of, once, sent.get("reason", "")[:2_000])


def _used(values: Values, rest: str) -> Values:
    """The values with a name that is known in the place of one that is not."""
    try:
        name, typed, chosen = json.loads(rest)
        entry, field = str(name).split(".", 1)
    except (ValueError, TypeError):
        return values
    texts = [text for text in values.get(entry, {}).get(field, ()) if text not in (typed, chosen)]
    found = {**values, entry: {**values.get(entry, {}), field: [*texts, str(chosen)[:300]]}}
    return in_order(form(), found) if form().part(entry) is not None else values


def _sent(by: Account, typed: Typed, found: Checked) -> Submission:
    """Sends it: as something new, as a correction, or as a new version of what was accepted."""
    triples = found.filled.triples
    if typed.of is None:
        return desk().submit(by, triples, door="form", key=typed.once, draft=typed.draft)
    state = desk().submission(by, typed.of).state
    if state in ("submitted", "asked"):
        return desk().correct(by, typed.of, triples, reason=typed.reason)
    return desk().supersede(by, typed.of, triples, door="form", key=typed.once, draft=typed.draft)


def sent_page(taken: Sequence[Submission]) -> AnyResponse:
    """What is said when something was taken: its number, and what happens next. 201, since it is on disk."""
    if not wants_page():
        told = [{"number": one.number, "state": one.state, "page": at(f"/submissions/{one.number}")} for one in taken]
        body = json.dumps(told[0] if len(told) == 1 else told)
        response = Response(body, 201, content_type="application/json")
    else:
        page = render_template("add/sent.html", taken=taken)
        response = Response(page, 201, content_type="text/html; charset=utf-8")
    if len(taken) == 1:
        response.headers["Location"] = at(f"/submissions/{taken[0].number}")
    return response
