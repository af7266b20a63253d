"""How long it takes to check a sheet of practices, and to build a release with many contributions.

    nice -n 15 python -m bench.contributions                  500 practices checked, 1,000 in a release
    nice -n 15 python -m bench.contributions --checked 50 --released 100

The practices are invented, each with two groups, a tie and a source; they come into the ledger as accepted without
being checked one by one, since it is the release that is measured. Seconds of a processor are told beside those of the
clock, which also count what else the machine does.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.config import Settings
from p2p_graph.contributing.checking import text_of
from p2p_graph.contributing.ledger import Event, Ledger
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.submissions import LICENCE, about_of
from p2p_graph.contributions import contributed, open_desk
from p2p_graph.model import Fault
from p2p_graph.release import build, manifest
from p2p_graph.vocab import PREFIXES, concept, mint, p2p

_BY = Account("bench", "partner", "bench-house", "Bench House")
_COUNTRIES = ("PT", "GR", "PL", "LT", "BE", "FR", "NL", "HU")
_ROLES = ("peer-educator", "nurse", "outreach-worker", "police-officer")


def practice(number: int) -> list[Triple]:
    """An invented practice with two groups, a tie and a source."""
    start = f"bench-house-{number}"
    country = mint("country", _COUNTRIES[number % len(_COUNTRIES)])
    whole, tie = mint("practice", start), mint("tie", f"{start}-team")
    groups = [mint("group", f"{start}-{end}") for end in ("first", "second")]
    document, reading = mint("document", f"{start}-report"), mint("reading", f"{start}-report")
    said: list[tuple[NamedNode, str, NamedNode | Literal]] = [
        *_named(whole, "Practice", f"Evenings number {number}", country),
        (whole, "dcterms:description", Literal("They go out together on two evenings a week.", language="en")),
        (whole, "p2p:evidenceLevel", concept("study-design", "descriptive")),
        (whole, "p2p:practiceKind", concept("practice-kind", "joint-outreach")),
        (whole, "p2p:readIn", reading),
        (whole, "p2p:startYear", Literal(2000 + number % 20)),
        *_named(tie, "Cooperation", "", country),
        (tie, "p2p:function", concept("function", "referral")),
        (tie, "p2p:form", concept("form", "formal")),
        (tie, "p2p:polarity", concept("polarity", "supports")),
        (tie, "p2p:confidence", concept("confidence", "stated")),
        (tie, "p2p:inPractice", whole),
        (tie, "p2p:readIn", reading),
        *_named(document, "Document", f"Report number {number}", country),
        (document, "p2p:documentKind", concept("document-kind", "report")),
        (document, "schema:url", NamedNode(f"https://example.org/{number}.pdf")),
        (reading, "rdf:type", p2p("Reading")),
        (reading, "p2p:extentSeen", concept("extent-seen", "whole")),
        (reading, "p2p:ofDocument", document),
        (reading, "p2p:readOn", Literal("2026-01-05", datatype=NamedNode(PREFIXES["xsd"] + "date"))),
        (reading, "p2p:recordedBy", mint("contributor", _BY.slug)),
    ]
    for at, group in enumerate(groups):
        said += _named(group, "ActorGroup", f"Group {at} of evenings number {number}", country)
        said += [
            (group, "p2p:inPractice", whole),
            (group, "p2p:role", concept("role", _ROLES[(number + at) % len(_ROLES)])),
            (tie, "p2p:participant", group),
        ]
    return [Triple(subject, _term(path), value) for subject, path, value in said]


def _named(
    thing: NamedNode, kind: str, name: str, country: NamedNode
) -> list[tuple[NamedNode, str, NamedNode | Literal]]:
    said: list[tuple[NamedNode, str, NamedNode | Literal]] = [
        (thing, "rdf:type", p2p(kind)),
        (thing, "p2p:inCountry", country),
    ]
    return [*said, (thing, "rdfs:label", Literal(name, language="en"))] if name else said


def _term(path: str) -> NamedNode:
    prefix, name = path.split(":")
    return NamedNode(PREFIXES[prefix] + name)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    clock, processor = time.perf_counter(), time.process_time()
    yield
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what}: {processor:.1f} s of a processor, {clock:.1f} s on the clock", flush=True)


def _accept(ledger: Ledger, number: int) -> None:
    content = practice(number)
    moment = datetime.now(UTC)
    about = {
        **about_of(content),
        "slug": _BY.slug,
        "credit": _BY.credit,
        "door": "bench",
        "licence": LICENCE,
        "sent": moment.isoformat(),
    }
    data = {"about": about, "findings": []}
    with ledger.writing() as entries:
        found = entries.begin(_BY.name, str(number), None)
        digest = entries.keep(text_of(content))
        entries.add(Event(found, 1, moment, _BY.name, "submit", "submitted", "", digest, data))
        entries.add(Event(found, 2, moment, "warden", "accept", "accepted", "", digest, data))


def main() -> None:
    """Measures, and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checked", type=int, default=500, help="practices that are checked one by one")
    parser.add_argument("--released", type=int, default=1_000, help="contributions that a release takes in")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="p2p-bench-") as home:
        settings = Settings(home=Path(home))
        ledger = Ledger.open(settings)
        desk = open_desk(ledger, settings)
        desk.check(_BY, practice(0))
        with _timed(f"{asked.checked} practices checked"):
            found = [finding for number in range(asked.checked) for finding in desk.check(_BY, practice(number))]
        print(f"findings: {len(found)}")
        with _timed(f"{asked.released} contributions put into the ledger"):
            for number in range(asked.released):
                _accept(ledger, number)
        ledger.close()
        left_out: list[Fault] = []
        with _timed("a release without contributions"):
            build(Settings(home=Path(home) / "without"))
        with _timed(f"a release with {len(contributed(settings).files)} contributions"):
            folder = build(settings, leave_out=left_out.append)
        print(f"left out: {len(left_out)}; triples: {manifest(folder)['triples']}")


if __name__ == "__main__":
    main()
