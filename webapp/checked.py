"""What was filled in or sent, checked for somebody; and what was found, for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from flask import Response
from flask_babel import gettext as _

from p2p_graph.contributing.checking import Finding
from p2p_graph.contributing.filling import Filled, Minting, Values, fill
from p2p_graph.contributing.roles import Account
from p2p_graph.errors import FaultyContribution, UploadRefused
from p2p_graph.model import Fault
from p2p_graph.translation import error_in
from webapp.languages import language
from webapp.problems import Problem
from webapp.signed_in import desk, form

__all__ = ["VISITOR", "Checked", "as_json", "check_triples", "checked", "late", "listed", "minting_for"]

#: who fills in a form without an account: a name that nobody can have, and addresses that are never kept
VISITOR: Final = Account("(visitor)", "partner", "visitor", "Visitor")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was filled in as triples, and everything that was found."""

    filled: Filled
    findings: tuple[Finding, ...]
    #: what keeps it from being taken at all, in words; empty if nothing does
    refused: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether it can be sent."""
        return not self.refused and not any(finding.blocks for finding in self.findings)


def minting_for(by: Account) -> Minting:
    """Gives free addresses under somebody's own beginning."""
    at_desk = desk()
    return lambda kind, name, taken: at_desk.address(by, kind, name, taken)


def checked(by: Account, values: Values, of: int | None = None) -> Checked:
    """Fills the form in and checks it, all at once."""
    today = datetime.now(UTC).date()
    return check_triples(by, fill(form(), values, desk().names(by), by.slug, minting_for(by), today), of)


def check_triples(by: Account, filled: Filled, of: int | None = None) -> Checked:
    """Checks what was filled in, in the place of a submission if that is given."""
    try:
        found = desk().check(by, filled.triples, instead_of=of)
    except UploadRefused as reason:
        return Checked(filled, filled.findings, error_in(reason, language()))
    return Checked(filled, filled.beside(found))


def listed(found: Checked) -> list[dict[str, object]]:
    """What was found, for machines: one for each fault, by the name of its field.

    A value that is wrong is told once: what is no year at all is not too late besides.
    """
    out: list[dict[str, object]] = []
    told: set[tuple[str, str, str]] = set()
    for finding in found.findings:
        entry, field = found.filled.place(finding)
        fault = finding.told(language()).fault
        if field and fault.value and (entry, field, fault.value) in told:
            continue
        told.add((entry, field, fault.value))
        near = found.filled.near.get((entry, field), ())
        name = f"{entry}.{field}" if field else entry
        rest: dict[str, object] = {"near": list(near)} if near else {}
        out.append(
            {
                "name": name,
                "label": fault.field,
                "what": fault.what,
                "value": fault.value,
                "check": finding.check,
                **rest,
            }
        )
    return out


def as_json(found: Checked) -> Response:
    """What was found, as JSON: 422 with a list by field, or 200 and what it would become."""
    if found.is_fine:
        return Response(json.dumps({"fine": True}), content_type="application/json")
    told = found.refused or _("Something is to be mended before this can be taken.")
    problem = Problem(422, _("Something is to be mended"), told, "faulty-contribution", {"errors": listed(found)})
    return Response(problem.as_json(), 422, content_type="application/problem+json")


def late(reason: FaultyContribution, found: Checked) -> Checked:
    """What was found only when it was sent, since something changed meanwhile."""
    findings = cast("Iterable[Finding]", reason.values.get("findings", ()))
    faults = cast("Iterable[Fault]", reason.values.get("faults", ()))
    told = tuple(findings) or tuple(Finding("form", fault) for fault in faults)
    return Checked(found.filled, told, "" if told else error_in(reason, language()))
