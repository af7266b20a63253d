"""The page of the form, and that of how it will look; what somebody has typed so far, and how it is kept as a draft."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as made_by, replace
from typing import Any

from flask import Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.contributing.filling import Values, is_said
from p2p_graph.contributing.form import LANGUAGES
from p2p_graph.contributing.roles import Account
from webapp.checked import VISITOR, Checked
from webapp.filling_in import starting, tell, tongues, view
from webapp.languages import language
from webapp.signed_in import desk, form, has_form_key

__all__ = ["Typed", "keep_draft", "preview", "show", "show_values"]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody has filled in so far, and what goes with it."""

    values: Values
    written_in: Sequence[str]
    draft: str = ""
    #: the submission that this corrects, or that it shall take the place of
    of: int | None = None
    #: chosen once for each form, so that it is taken once however often it is sent
    once: str = made_by(default_factory=lambda: secrets.token_hex(16))
    reason: str = ""

    def kept(self) -> dict[str, Any]:
        """As a draft."""
        rest = {"written_in": list(self.written_in), "of": self.of, "once": self.once, "reason": self.reason}
        return {"door": "form", "values": self.values, **rest}

    @classmethod
    def from_kept(cls, id: str, content: Mapping[str, Any]) -> Typed:
        """From a draft."""
        written_in = [code for code in content.get("written_in", ()) if code in LANGUAGES] or [language()]
        values = content.get("values") or {}
        once = str(content.get("once") or secrets.token_hex(16))
        return cls(values, written_in, id, content.get("of"), once, str(content.get("reason") or ""))


def keep_draft(by: Account | None, typed: Typed) -> Typed:
    """The same, kept as a draft where somebody is signed in and sent it from a page of ours."""
    if by is None or not has_form_key() or not any(is_said(part, e) for part, e in _entries(typed.values)):
        return typed
    names = [t for name, ts in typed.values.get("practice", {}).items() if name.startswith("label@") for t in ts]
    draft = desk().draft(by, typed.kept(), title=next(iter(names), ""), id=typed.draft)
    return replace(typed, draft=draft.id)


def _entries(values: Values) -> list[tuple[Any, Any]]:
    return [(form().part(key), entry) for key, entry in values.items()]


def show_values(by: Account | None, values: Values, *, draft_too: bool) -> AnyResponse:
    """The form with values that came by another door; kept as a draft where that is allowed."""
    typed = Typed(values, tongues({}, values))
    return show(by, keep_draft(by, typed) if draft_too else typed)


def show(
    by: Account | None, typed: Typed, found: Checked | None = None, *, focus: str = "", told: str = ""
) -> AnyResponse:
    names = desk().names(by or VISITOR)
    values = starting(form(), typed.values)
    shown = view(
        form(),
        values,
        names,
        typed.written_in,
        found.filled if found is not None else None,
        found.findings if found is not None else (),
    )
    page = render_template(
        "add/practice.html",
        form=shown,
        typed=typed,
        by=by,
        focus=focus,
        told=told,
        refused=found.refused if found is not None else "",
        writing=LANGUAGES,
        use=lambda name, text, chosen: "use:" + json.dumps([name, text, chosen]),
    )
    is_faulty = found is not None and not found.is_fine
    return Response(page, 422 if is_faulty else 200, content_type="text/html; charset=utf-8")


def preview(by: Account | None, typed: Typed, found: Checked) -> AnyResponse:
    names = desk().names(by or VISITOR).with_more(found.filled.triples)
    title = next((t for n, ts in typed.values.get("practice", {}).items() if n.startswith("label@") for t in ts), "")
    page = render_template(
        "add/preview.html",
        things=tell(form(), found.filled.triples, names),
        alike=desk().similar(by or VISITOR, title, "practice") if typed.of is None else [],
        sent=_again(typed),
        typed=typed,
        by=by,
    )
    return Response(page, content_type="text/html; charset=utf-8")


def _again(typed: Typed) -> list[tuple[str, str]]:
    """Everything that was filled in, as the names and values of a form."""
    sent = [
        (f"{key}.{name}", text)
        for key, entry in typed.values.items()
        for name, texts in entry.items()
        for text in texts
    ]
    sent += [("written-in", typed.written_in[0]), ("was-written-in", typed.written_in[0]), ("once", typed.once)]
    sent += [("also-in", code) for code in typed.written_in[1:2]]
    if typed.draft:
        sent.append(("draft", typed.draft))
    if typed.of is not None:
        sent += [("of", str(typed.of)), ("reason", typed.reason)]
    return sent
