"""What stewards see: what waits, and one submission on one screen with its differences, findings and likely twins."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, Triple
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.contributing.checking import Finding
from p2p_graph.contributing.known import Likeness
from p2p_graph.contributing.roles import STATES, Account
from p2p_graph.contributing.submissions import Submission
from p2p_graph.errors import FaultyContribution, StepRefused
from p2p_graph.translation import error_in, fault_in
from p2p_graph.vocab import PREFIXES, kind_and_slug, shorten
from webapp.addresses import page_of
from webapp.languages import at, language
from webapp.problems import describe, wants_page
from webapp.signed_in import desk, form, letters, needs, somebody
from webapp.steps import door_name, sources_of, state_name, steps_told
from webapp.submissions import is_public, things

__all__ = ["pages"]

pages = Blueprint("review", __name__)

_WAITING: Final = ("submitted", "asked")
_DECISIONS: Final = ("accept", "ask", "refuse")
#: of which kind a thing is, and who recorded it: both follow from whose submission it is
_STRUCTURE: Final = (PREFIXES["rdf"] + "type", PREFIXES["p2p"] + "recordedBy")
_LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")


@pages.get("/review")
@needs("steward")
def queue() -> str:
    """What waits for a decision, the oldest first; with `state`, what is in that state."""
    asked = [state for state in request.args.getlist("state") if state in STATES]
    found = desk().queue(somebody(), asked or _WAITING)
    # what waits for a steward comes before what waits for its sender
    found.sort(key=lambda one: (_WAITING.index(one.state) if one.state in _WAITING else 2, one.number))
    if asked:
        found.reverse()
    return render_template(
        "desk/queue.html", found=found, asked=asked[0] if asked else "", states=STATES[2:], state_name=state_name
    )


@pages.get("/review/<int:number>")
@needs("steward")
def one(number: int) -> AnyResponse:
    """One submission, with everything that a decision rests on."""
    return _page(somebody(), number)


@pages.post("/review/<int:number>")
@needs("steward")
def decide(number: int) -> AnyResponse:
    """Accepts, asks or refuses, on what was seen. The sender is written to, if they want to be."""
    by, decision, reason = somebody(), request.form.get("decision", ""), request.form.get("reason", "")
    if decision not in _DECISIONS:
        raise BadRequest(f"A decision is one of {', '.join(_DECISIONS)}.")
    seen = request.form.get("seen", type=int)
    if seen is None:
        raise BadRequest("A decision says in `seen` on which step of the submission it was made.")
    try:
        decided = desk().decide(by, number, decision, reason, seen=seen)  # type: ignore[arg-type]
    except (StepRefused, FaultyContribution) as refused:
        if not wants_page():
            raise
        return _page(by, number, reason, refused)
    letters().decided(decided.sender, number, decided.state)
    return redirect(at(f"/review/{number}"), 303)


def _page(
    by: Account, number: int, reason: str = "", refused: StepRefused | FaultyContribution | None = None
) -> AnyResponse:
    found = desk().submission(by, number)
    is_open = found.state in _WAITING
    findings = desk().findings(by, number) if is_open else found.findings
    changes = desk().compare(by, number)[1] if found.replaces or found.step > 1 else []
    page = render_template(
        "desk/review.html",
        one=found,
        door=door_name(found.door),
        things=things(by, found),
        more=_more(by, found),
        changes=changes,
        sources=sources_of(found),
        form_findings=_told([f for f in findings if f.check != "privacy"]),
        privacy_findings=_told([f for f in findings if f.check == "privacy"]),
        is_open=is_open,
        alike=_alike(by, found) if is_open else [],
        steps=steps_told(desk().history(by, number), found, by),
        page=page_of(found.main) if is_public(found.main) else "",
        history=at(f"/submissions/about/{'/'.join(found.main.rsplit('/', 2)[1:])}"),
        reason=reason,
        told=error_in(refused, language()) if refused else "",
        is_mine=found.sender == by.name,
        state_name=state_name,
    )
    return make_response(page, describe(refused).status if refused else 200)


def _told(findings: list[Finding]) -> list[tuple[Any, bool]]:
    """Each finding in the reader's language, and whether it keeps the submission from being accepted."""
    return [(fault_in(finding.fault, language()), finding.blocks) for finding in findings]


def _more(by: Account, one: Submission) -> list[tuple[str, str, str]]:
    """What a file said that the form does not ask for: about which thing, which property, what.

    A decision is made on all that is published, by whichever door it came. How its own things hang together is left
    out: that is seen above.
    """
    asked = {(field.of, field.path) for part in form().parts for field in part.fields}
    names = desk().names(by).with_more(one.triples)
    own = {triple.subject for triple in one.triples}
    found = []
    for triple in one.triples:
        path, value = triple.predicate.value, triple.object
        if path in _STRUCTURE or (_kind(triple), path) in asked or value in own:
            continue
        said = names.call(value.value, language()) if isinstance(value, NamedNode) else getattr(value, "value", "")
        about = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
        found.append((names.call(about, language()), shorten(path).split(":")[-1], said))
    return found


def _kind(triple: Triple) -> str:
    known = kind_and_slug(triple.subject.value) if isinstance(triple.subject, NamedNode) else None
    return known[0] if known else ""


def _alike(by: Account, one: Submission) -> list[tuple[Likeness, str, int]]:
    """Things that may be the same, by its name in each language: with their page if they are public, in per cent."""
    known = kind_and_slug(one.main)
    kind, country = known[0] if known else "practice", one.countries[0] if one.countries else ""
    names = {
        triple.object.value
        for triple in one.triples
        if triple.subject == NamedNode(one.main) and triple.predicate == _LABEL and isinstance(triple.object, Literal)
    }
    found: dict[str, Likeness] = {}
    for alike in (alike for name in sorted(names) for alike in desk().similar(by, name, kind, country)):
        last = found.get(alike.address)
        if alike.address != one.main and (last is None or last.degree < alike.degree):
            found[alike.address] = alike
    ordered = sorted(found.values(), key=lambda alike: (-alike.degree, alike.address))
    return [(a, page_of(a.address) or "" if is_public(a.address) else "", round(100 * a.degree)) for a in ordered]
