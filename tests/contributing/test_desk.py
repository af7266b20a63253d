"""The desk: each step of a submission, who may take it, and what is refused, on both databases."""

from __future__ import annotations

import random
import threading
from dataclasses import replace

import pytest
from practices import OTHER_STEWARD, PORT, QUAY, STEWARD, practice, turtle
from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.roles import OPERATOR, STATES, STEPS, Account, open_steps
from p2p_graph.contributing.submissions import LICENCE
from p2p_graph.contributing.uploads import UploadLimits
from p2p_graph.errors import FaultyContribution, NotAllowed, StepRefused, UnknownSubmission, UploadRefused
from p2p_graph.vocab import PREFIXES, mint, p2p

EVENINGS = mint("practice", "port-house-evenings").value
LABEL = NamedNode(PREFIXES["rdfs"] + "label")


def test_way_of_a_practice_from_draft_to_withdrawal(desk: Desk) -> None:
    draft = desk.draft(PORT, {"name": "Station"}, title="Station")
    again = desk.draft(PORT, {"name": "Station evenings"}, title="Station evenings", id=draft.id)
    assert [(one.id, one.title) for one in desk.drafts(PORT)] == [(draft.id, "Station evenings")]
    assert again.id == draft.id

    sent = desk.submit(PORT, practice(), draft=draft.id)
    assert (sent.state, sent.title, sent.main, sent.countries) == ("submitted", "Station evenings", EVENINGS, ("XA",))
    assert (sent.credit, sent.licence, sent.findings) == ("Port House", LICENCE, ())
    assert sent.steps == ("correct", "withdraw")
    assert set(sent.triples) == set(practice())
    assert desk.drafts(PORT) == []

    asked = desk.decide(STEWARD, sent.number, "ask", "Did it begin in 2012?")
    assert (asked.state, asked.reason) == ("asked", "Did it begin in 2012?")
    mended = desk.correct(PORT, sent.number, practice(year=2013), reason="No, a year later.")
    assert mended.state == "submitted"
    assert desk.compare(STEWARD, sent.number)[1] == ["practice “Station evenings”: from is 2013, no longer 2012."]
    assert desk.decide(STEWARD, sent.number, "accept").state == "accepted"
    assert [(one.number, one.slug, one.main) for one in desk.accepted()] == [(sent.number, "port-house", EVENINGS)]

    later = desk.supersede(PORT, sent.number, practice(year=2014))
    assert later.replaces == sent.number
    assert desk.compare(STEWARD, later.number)[1] == ["practice “Station evenings”: from is 2014, no longer 2013."]
    assert [one.number for one in desk.accepted()] == [sent.number]
    desk.decide(STEWARD, later.number, "accept")
    assert [one.number for one in desk.accepted()] == [later.number]
    assert desk.submission(PORT, sent.number).state == "superseded"

    assert desk.withdraw(PORT, later.number, "The team is no more.").state == "withdrawn"
    assert desk.accepted() == []
    assert EVENINGS in desk.gone()
    said = [(event.number, event.kind, event.by) for event in desk.history_of(PORT, EVENINGS)]
    assert said == [
        (1, "submit", "port"),
        (1, "ask", "steward"),
        (1, "correct", "port"),
        (1, "accept", "steward"),
        (2, "submit", "port"),
        (1, "supersede", "steward"),
        (2, "accept", "steward"),
        (2, "withdraw", "port"),
    ]
    assert {event.by for event in desk.history(STEWARD, 1)} == {"port", "warden"}


def test_partner_sees_only_their_own(desk: Desk) -> None:
    number = desk.submit(PORT, practice()).number
    desk.submit(QUAY, practice(QUAY))
    assert [one.sender for one in desk.queue(PORT)] == ["port"]
    assert [one.sender for one in desk.queue(STEWARD)] == ["port", "quay"]
    for step in (
        lambda: desk.submission(QUAY, number),
        lambda: desk.history(QUAY, number),
        lambda: desk.compare(QUAY, number),
        lambda: desk.withdraw(QUAY, number),
        lambda: desk.decide(QUAY, number, "accept"),
        lambda: desk.correct(QUAY, number, practice(QUAY, end="other")),
        lambda: desk.supersede(QUAY, number, practice(QUAY, end="other")),
        lambda: desk.submission(QUAY, 4711),
    ):
        with pytest.raises(UnknownSubmission):
            step()
    assert desk.history_of(QUAY, EVENINGS) == []


def test_steps_are_for_those_whose_they_are(desk: Desk) -> None:
    number = desk.submit(PORT, practice()).number
    with pytest.raises(NotAllowed):
        desk.decide(PORT, number, "accept")
    with pytest.raises(NotAllowed):
        desk.correct(STEWARD, number, practice(year=2013))
    own = desk.submit(STEWARD, practice(STEWARD)).number
    with pytest.raises(NotAllowed, match="decides nothing of their own"):
        desk.decide(STEWARD, own, "accept")
    assert desk.decide(OTHER_STEWARD, own, "accept").state == "accepted"
    with pytest.raises(NotAllowed):
        desk.withdraw(replace(PORT, is_disabled=True), number)
    assert desk.submission(PORT, number).step == 1


@pytest.mark.parametrize("decision", ["ask", "refuse"])
def test_question_and_refusal_need_a_reason(desk: Desk, decision: str) -> None:
    number = desk.submit(PORT, practice()).number
    with pytest.raises(StepRefused, match="Give a reason"):
        desk.decide(STEWARD, number, decision, "  ")  # type: ignore[arg-type]
    assert desk.submission(PORT, number).state == "submitted"


def test_every_step_from_every_state_is_taken_or_refused_as_the_table_says(desk: Desk) -> None:
    """Walks at random, and compares each step with the table of steps."""
    rng = random.Random(7)
    for walk in range(4):
        number = desk.submit(PORT, practice(end=f"walk{walk}")).number
        for turn in range(5):
            state = desk.submission(STEWARD, number).state
            kind = rng.choice([kind for kind in STEPS if kind != "supersede"])
            by = PORT if STEPS[kind].by_sender else STEWARD
            is_possible = kind in open_steps(state, by, "port")
            assert is_possible == (state in STEPS[kind].before)
            if is_possible:
                assert _take(desk, kind, number, f"walk{walk}", turn) == STEPS[kind].after
            else:
                with pytest.raises(StepRefused) as refused:
                    _take(desk, kind, number, f"walk{walk}", turn)
                assert refused.value.values["state"] == state
                assert desk.submission(STEWARD, number).state == state
    assert set(STATES) == {"submitted", *(step.after for step in STEPS.values())}


def _take(desk: Desk, kind: str, number: int, end: str, turn: int) -> str:
    """Takes a step, and gives the state after it."""
    if kind == "correct":
        return desk.correct(PORT, number, practice(end=end, year=2000 + turn)).state
    if kind == "withdraw":
        return desk.withdraw(PORT, number).state
    return desk.decide(STEWARD, number, kind, "So it is.").state  # type: ignore[arg-type]


def test_faults_are_told_all_at_once_and_nothing_is_kept(desk: Desk, ledger: Ledger) -> None:
    triples = [t for t in practice(year='"long ago"') if t.predicate not in (p2p("polarity"), p2p("practiceKind"))]
    with pytest.raises(FaultyContribution, match="things are to be mended") as caught:
        desk.submit(PORT, triples)
    found = {(fault.subject, fault.path) for fault in caught.value.values["faults"]}  # type: ignore[attr-defined]
    assert {
        ("practice:port-house-evenings", "p2p:startYear"),
        ("practice:port-house-evenings", "p2p:practiceKind"),
        ("tie:port-house-evenings-team", "p2p:polarity"),
    } <= found
    with ledger.reading() as entries:
        assert entries.senders() == {}


def test_privacy_findings_keep_it_out(desk: Desk) -> None:
    said = Triple(mint("practice", "port-house-evenings"), p2p("targetGroup"), Literal("friends of Anna Kowalska"))
    found = [one for one in desk.check(PORT, [*practice(), said]) if one.check == "privacy"]
    assert found
    with pytest.raises(FaultyContribution):
        desk.submit(PORT, [*practice(), said])


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("practice:exford-buddies", "described already, by others"),
        ("organisation:xa-outreach", "described already, by others"),
        ("practice:quay-peers-evenings", "an address that begins with practice:port-house-"),
        ("practice:port-houses", "an address that begins with practice:port-house-"),
        ("country:XA", "Things of this kind (country) are not described here"),
        ("contributor:port-house", "Things of this kind (contributor) are not described here"),
    ],
)
def test_only_ones_own_things_are_described(desk: Desk, address: str, told: str) -> None:
    kind, slug = address.split(":")
    more = Triple(mint(kind, slug), LABEL, Literal("Mine now", language="en"))
    found = [one.fault.what for one in desk.check(PORT, [*practice(), more]) if one.check == "address"]
    assert [what for what in found if told in what], found


@pytest.mark.parametrize(
    "more",
    [
        Triple(NamedNode(EVENINGS), NamedNode(PREFIXES["owl"] + "sameAs"), mint("practice", "exford-buddies")),
        Triple(NamedNode(EVENINGS), NamedNode(PREFIXES["foaf"] + "mbox"), NamedNode("https://example.org/")),
        Triple(NamedNode(EVENINGS), NamedNode(PREFIXES["rdf"] + "type"), NamedNode(PREFIXES["owl"] + "Class")),
        Triple(NamedNode(EVENINGS), p2p("startYear"), Literal(2020)),
        Triple(NamedNode(EVENINGS), p2p("unheardOf"), Literal(2020)),
        Triple(mint("tie", "port-house-evenings-team"), p2p("participant"), mint("group", "no-such")),
    ],
)
def test_words_that_are_not_ours_are_refused(desk: Desk, more: Triple) -> None:
    assert desk.check(PORT, practice()) == ()
    assert [one for one in desk.check(PORT, [*practice(), more]) if one.blocks]


def test_thing_stands_in_one_submission_only(desk: Desk) -> None:
    first = desk.submit(PORT, practice()).number
    with pytest.raises(FaultyContribution) as caught:
        desk.submit(PORT, practice(year=2013))
    assert f"in submission {first}" in caught.value.values["faults"][0].what  # type: ignore[index]
    desk.withdraw(PORT, first)
    assert desk.submit(PORT, practice(year=2013)).state == "submitted"


def test_what_was_sent_twice_under_one_key_is_taken_once(desk: Desk) -> None:
    first = desk.submit(PORT, practice(), key="form-1")
    assert desk.submit(PORT, practice(), key="form-1") == first
    assert desk.submit(QUAY, practice(QUAY), key="form-1").number != first.number
    assert len(desk.queue(STEWARD)) == 2


def test_one_key_sent_by_many_at_once_is_taken_once(desk: Desk) -> None:
    numbers: list[int] = []
    threads = [
        threading.Thread(target=lambda: numbers.append(desk.submit(PORT, practice(), key="form-1").number))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert numbers == [numbers[0]] * 4


def test_decision_on_what_was_changed_since_is_told(desk: Desk) -> None:
    sent = desk.submit(PORT, practice())
    desk.correct(PORT, sent.number, practice(year=2013))
    with pytest.raises(StepRefused, match="changed since you looked"):
        desk.decide(STEWARD, sent.number, "accept", seen=sent.step)
    assert desk.decide(STEWARD, sent.number, "accept", seen=sent.step + 1).state == "accepted"


def test_second_decision_is_told_what_the_first_was(desk: Desk) -> None:
    sent = desk.submit(PORT, practice())
    desk.decide(STEWARD, sent.number, "accept", seen=1)
    with pytest.raises(StepRefused, match="was accepted") as caught:
        desk.decide(OTHER_STEWARD, sent.number, "refuse", "No.", seen=1)
    assert caught.value.values == {"number": sent.number, "state": "accepted"}


def test_what_a_contribution_rests_on_must_be_accepted_first(desk: Desk) -> None:
    base = desk.submit(PORT, practice()).number
    origin = Triple(mint("practice", "port-house-mornings"), p2p("derivedFrom"), NamedNode(EVENINGS))
    later = desk.submit(PORT, [*practice(end="mornings", name="Station mornings"), origin]).number
    with pytest.raises(FaultyContribution) as caught:
        desk.decide(STEWARD, later, "accept")
    assert "Nothing is known under this name" in caught.value.values["faults"][0].what  # type: ignore[index]
    desk.decide(STEWARD, base, "accept")
    assert desk.decide(STEWARD, later, "accept").state == "accepted"


def test_one_new_version_waits_at_a_time(desk: Desk) -> None:
    number = desk.submit(PORT, practice()).number
    with pytest.raises(StepRefused, match="once it is accepted"):
        desk.supersede(PORT, number, practice(year=2013))
    desk.decide(STEWARD, number, "accept")
    later = desk.supersede(PORT, number, practice(year=2013))
    with pytest.raises(StepRefused, match=f"waits already, as {later.number}"):
        desk.supersede(PORT, number, practice(year=2014))
    desk.decide(STEWARD, later.number, "refuse", "The first was right.")
    assert desk.supersede(PORT, number, practice(year=2015)).state == "submitted"
    assert [one.number for one in desk.accepted()] == [number]


def test_new_version_of_what_was_withdrawn_meanwhile_is_accepted_alone(desk: Desk) -> None:
    number = desk.submit(PORT, practice()).number
    desk.decide(STEWARD, number, "accept")
    later = desk.supersede(PORT, number, practice(year=2013)).number
    desk.withdraw(PORT, number)
    assert desk.decide(STEWARD, later, "accept").state == "accepted"
    assert desk.submission(PORT, number).state == "withdrawn"
    assert desk.gone() == {}


def test_likely_duplicates_are_found_over_slips_and_languages(desk: Desk) -> None:
    found = desk.similar(PORT, "kumpel z exfrod")
    assert [(one.name, one.language) for one in found] == [("Kumple z Exford", "pl")]
    assert desk.similar(PORT, "exford buddies", country="XB") == []
    assert desk.similar(PORT, "Something else altogether") == []
    number = desk.submit(PORT, practice(name="Λιμάνι της νύχτας")).number
    assert [one.address for one in desk.similar(STEWARD, "λιμανι τησ νυκτας")] == [EVENINGS]
    assert desk.similar(QUAY, "λιμανι τησ νυχτας") == []
    desk.decide(STEWARD, number, "accept")
    assert [one.address for one in desk.similar(QUAY, "λιμανι τησ νυχτας")] == [EVENINGS]


def test_addresses_are_minted_free_under_the_slug(desk: Desk) -> None:
    first = desk.address(PORT, "practice", "Evenings")
    assert first == EVENINGS
    assert desk.address(PORT, "practice", "Evenings", taken=[first]) == f"{EVENINGS}-2"
    desk.submit(PORT, practice())
    assert desk.address(PORT, "practice", "evenings") == f"{EVENINGS}-2"
    assert desk.address(PORT, "tie", "Υποστήριξη").endswith("/tie/port-house-ypostirixi")
    assert desk.address(PORT, "tie", "…").endswith("/tie/port-house-tie")
    with pytest.raises(NotAllowed):
        desk.address(PORT, "country", "Exland")


def test_operator_imports_under_any_free_address_and_decides(desk: Desk) -> None:
    triples = practice(Account("x", "partner", "exford-night", "X"))
    mine = [t for t in triples if t.predicate != p2p("recordedBy")]
    mine.append(
        Triple(mint("reading", "exford-night-evenings-report"), p2p("recordedBy"), mint("contributor", "xa-desk"))
    )
    mine.append(Triple(mint("contributor", "xa-desk"), NamedNode(PREFIXES["rdf"] + "type"), p2p("Contributor")))
    mine.append(Triple(mint("contributor", "xa-desk"), LABEL, Literal("Desk of Exland", language="en")))
    number = desk.submit(OPERATOR, mine, door="command").number
    assert desk.decide(OPERATOR, number, "accept").state == "accepted"


def test_limits_of_drafts_are_told(desk: Desk) -> None:
    with pytest.raises(UploadRefused, match="too long to be kept"):
        desk.draft(PORT, {"name": "x" * 400_000})
    mine = desk.draft(PORT, {"name": "mine"})
    theirs = desk.draft(QUAY, {"name": "theirs"}, id=mine.id)
    assert theirs.id != mine.id
    assert [one.values for one in desk.drafts(PORT)] == [{"name": "mine"}]
    desk.drop_draft(QUAY, mine.id)
    assert len(desk.drafts(PORT)) == 1


def test_limits_of_triples_hold_for_every_door(ledger: Ledger, rules: tuple[Known, Check]) -> None:
    desk = Desk(ledger, *rules, UploadLimits(triples=10))
    with pytest.raises(UploadRefused, match="more than 10 statements"):
        desk.submit(PORT, practice())


def test_everything_is_kept_as_canonical_turtle(desk: Desk) -> None:
    shuffled = list(practice())
    random.Random(3).shuffle(shuffled)
    one = desk.submit(PORT, shuffled)
    assert one.text == desk.submission(STEWARD, one.number).text
    assert one.text.startswith("@prefix basis:")
    assert set(one.triples) == set(practice())
    assert turtle() != one.text
