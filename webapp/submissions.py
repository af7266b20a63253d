"""What somebody sent: all of it in a list, a page for each that says how it stands, and taking it back.

Also the history of a thing over all submissions about it, for those who may see them.
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, Triple
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.submissions import LICENCE, Submission
from p2p_graph.errors import StepRefused, UnknownThing
from p2p_graph.translation import error_in, fault_in
from p2p_graph.vocab import PREFIXES, p2p
from webapp.addresses import address_of_path, page_of
from webapp.current_graph import graph
from webapp.filling_in import tell
from webapp.languages import at, language
from webapp.problems import describe, wants_page
from webapp.signed_in import desk, form, needs, somebody
from webapp.steps import history_told, sources_of, state_name, steps_told

__all__ = ["is_public", "pages", "things"]

pages = Blueprint("submissions", __name__)

_LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
#: of most need first: what the sender has to do, what waits, what is there, what is over
_ORDER: Final = ("asked", "submitted", "accepted", "refused", "superseded", "withdrawn")


@pages.get("/submissions")
@needs("partner")
def mine() -> AnyResponse:
    """Everything that the account sent, and how many drafts it has."""
    by = somebody()
    found = [one for one in desk().queue(by, ()) if one.sender == by.name]
    found.sort(key=lambda one: (_ORDER.index(one.state), -one.number))
    if not wants_page():
        return _as_json([_data(one) for one in found])
    page = render_template("desk/submissions.html", found=found, drafts=len(desk().drafts(by)), state_name=state_name)
    return make_response(page)


@pages.get("/submissions/<int:number>")
@needs("partner")
def one(number: int) -> AnyResponse:
    """How a submission stands: what happened when, what is asked, what can be done."""
    by = somebody()
    found, events = desk().submission(by, number), desk().history(by, number)
    if not wants_page():
        steps = [{"at": e.at.isoformat(), "kind": e.kind, "state": e.state, "reason": e.reason} for e in events]
        return _as_json({**_data(found), "steps": steps, "text": found.text})
    newer = [other for other in desk().queue(by, ()) if other.replaces == number]
    page = render_template(
        "desk/submission.html",
        one=found,
        steps=steps_told(events, found, by),
        said=[fault_in(finding.fault, language()) for finding in found.findings],
        things=things(by, found),
        newer=newer[-1] if newer else None,
        page=page_of(found.main) if is_public(found.main) else "",
        is_mine=found.sender == by.name,
        version=graph().version,
        history=_history_path(found),
        state_name=state_name,
    )
    return make_response(page)


@pages.route("/submissions/<int:number>/withdraw", methods=["GET", "POST"])
@needs("partner")
def withdraw(number: int) -> AnyResponse:
    """Asks once more, and takes it back."""
    by = somebody()
    found = desk().submission(by, number)
    reason = request.form.get("reason", "")
    if request.method == "GET":
        return make_response(_withdrawing(found, ""))
    try:
        desk().withdraw(by, number, reason)
    except StepRefused as refused:
        if not wants_page():
            raise
        return make_response(_withdrawing(found, reason, error_in(refused, language())), describe(refused).status)
    return redirect(at(f"/submissions/{number}"), 303)


def _withdrawing(found: Submission, reason: str, told: str = "") -> str:
    return render_template("desk/withdraw.html", one=found, reason=reason, told=told, is_public=is_public(found.main))


@pages.get("/submissions/about/<kind:kind>/<slug:slug>")
@needs("partner")
def history(kind: str, slug: str) -> str:
    """What became of a thing over all submissions about it: who, when, from which sources, under which licence."""
    by, address = somebody(), address_of_path(kind, slug)
    events = desk().history_of(by, address)
    if not events:
        raise UnknownThing("Nothing that you may see was sent about this.", address=address)
    numbers = sorted({event.number for event in events})
    found = {number: desk().submission(by, number) for number in numbers}
    return render_template(
        "desk/history.html",
        title=found[numbers[-1]].title,
        steps=history_told(events, found, by),
        found=[(found[number], sources_of(found[number])) for number in numbers],
        licence=LICENCE,
        page=page_of(address) if is_public(address) else "",
        state_name=state_name,
    )


# What pages show of a submission


def things(by: Account, one: Submission) -> list[Any]:
    """What a submission says, thing by thing, in the words of the form; a reading is called as what was read."""
    of, triples = p2p("ofDocument"), one.triples
    names = desk().names(by).with_more(triples)
    called = [
        Triple(triple.subject, _LABEL, Literal(names.call(triple.object.value, language()), language=language()))
        for triple in triples
        if triple.predicate == of and isinstance(triple.object, NamedNode)
    ]
    return tell(form(), [*triples, *called], names)


def is_public(address: str) -> bool:
    """Whether the current release holds a thing."""
    try:
        graph().entity(address)
    except UnknownThing:
        return False
    return True


def _history_path(one: Submission) -> str:
    return at(f"/submissions/about/{'/'.join(one.main.rsplit('/', 2)[1:])}")


def _data(one: Submission) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": one.state,
        "title": one.title,
        "about": one.main,
        "countries": list(one.countries),
        "credit": one.credit,
        "licence": one.licence,
        "sent": one.sent.isoformat(),
        "changed": one.changed.isoformat(),
        "reason": one.reason,
        "replaces": one.replaces,
        "can": list(one.steps),
        "page": at(f"/submissions/{one.number}"),
    }


def _as_json(body: Any) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), content_type="application/json")
