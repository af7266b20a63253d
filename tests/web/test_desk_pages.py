"""The pages of submissions and of review: each way through them, who may open which, what is refused."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import Literal, Triple

from p2p_graph.contributing.submissions import Submission
from p2p_graph.vocab import mint, p2p
from tests.contributing.practices import practice
from tests.web.reading import read
from tests.web.standing import HTML, Office, Person


@pytest.fixture(scope="module")
def steward(office: Office) -> Person:
    return office.person("steward")


def _sent(office: Office, person: Person, name: str = "Station evenings", end: str = "evenings") -> Submission:
    return office.desk.submit(person.account, practice(person.account, name=name, end=end))


def _text(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200, path
    return read(answer.get_data(as_text=True)).text


def _decide(steward: Person, one: Submission, decision: str, reason: str = "", seen: int | None = None) -> int:
    fields = {"decision": decision, "reason": reason, "seen": one.step if seen is None else seen}
    return steward.send(f"/review/{one.number}", **fields).status_code


def test_partner_follows_a_submission_from_sending_to_withdrawal(office: Office, steward: Person) -> None:
    person = office.person()
    assert "You have not sent anything yet" in _text(person, "/submissions")
    one = _sent(office, person)
    page = f"/submissions/{one.number}"
    assert f"{one.number} · Station evenings waits for a steward" in _text(person, "/submissions")
    assert "Correct it" in _text(person, page)

    queued = _text(steward, "/review")
    assert f"{one.number} · Station evenings {person.account.credit} XA waits for a steward" in queued
    assert _decide(steward, one, "ask", "In which year\ndid it begin?") == 303
    asked = _text(person, page)
    assert "A steward has a question" in asked
    assert "In which year did it begin?" in asked
    assert "Answer and correct" in asked
    assert steward.account.name not in asked
    assert f"/add/practice?of={one.number}" in person.get(page).get_data(as_text=True)

    mended = office.desk.correct(person.account, one.number, practice(person.account, year=2013))
    review = _text(steward, f"/review/{one.number}")
    assert "practice “Station evenings”: from is 2013, no longer 2012." in review
    assert f"{person.account.name} corrected it." in review
    assert _decide(steward, mended, "accept") == 303
    assert "It becomes public with the next release" in _text(person, page)
    assert "Write a newer version" in _text(person, page)

    assert "Nothing of it was public" in _text(person, f"{page}/withdraw")
    assert person.send(f"{page}/withdraw", reason="The team asked for it.").status_code == 303
    gone = _text(person, page)
    assert "It is withdrawn." in gone
    assert "The team asked for it." in gone
    assert person.send(f"{page}/withdraw").status_code == 409

    history = _text(person, f"/submissions/about/practice/{person.account.slug}-evenings")
    for said in (f"{person.account.credit} described it.", "A steward accepted it.", "CC BY 4.0", "Report of Station"):
        assert said in history
    assert person.account.name not in history.replace(f"{person.account.name} Sign out", "")
    assert steward.account.name not in history


def test_screen_of_a_steward_holds_all_that_a_decision_rests_on(office: Office, steward: Person) -> None:
    person = office.person()
    one = _sent(office, person, name="Kumpel z Exford")
    page = _text(steward, f"/review/{one.number}")
    for said in (
        "Nothing: its form is in order",
        "Privacy Nothing is found.",
        "Kumple z Exford",
        "alike in",
        "Peers and nurses go to the station together",
        "It rests on: Report of Kumpel z Exford.",
        f"{person.account.credit} sent it on",
        f"{person.account.name} sent it, by the form.",
        "All that it says",
    ):
        assert said in page
    assert '<a href="/practice/exford-buddies" lang="pl">' in steward.get(f"/review/{one.number}").get_data(
        as_text=True
    )


def test_steward_is_shown_what_a_file_says_beside_the_form(office: Office, steward: Person) -> None:
    person = office.person()
    report = mint("document", f"{person.account.slug}-evenings-report")
    said = Triple(report, p2p("limits"), Literal("Seen through one window only", language="en"))
    one = office.desk.submit(person.account, [*practice(person.account), said], door="upload")
    page = _text(steward, f"/review/{one.number}")
    assert "And what the form does not ask for" in page
    assert "Report of Station evenings, limits: Seen through one window only" in page
    plain = office.desk.submit(person.account, practice(person.account, end="mornings"))
    assert "And what the form does not ask for" not in _text(steward, f"/review/{plain.number}")


def test_refusal_and_question_need_a_reason_and_keep_what_was_typed(office: Office, steward: Person) -> None:
    one = _sent(office, office.person())
    told = steward.send(f"/review/{one.number}", decision="refuse", reason="  ", seen=one.step)
    assert told.status_code == 409
    assert "Give a reason" in told.get_data(as_text=True)
    assert _decide(steward, one, "refuse", "It is no practice of outreach.") == 303
    late = steward.send(f"/review/{one.number}", decision="ask", reason="My long question?", seen=one.step)
    assert late.status_code == 409
    assert "was refused" in late.get_data(as_text=True)


def test_decision_on_an_earlier_state_is_told_and_its_reason_kept(office: Office, steward: Person) -> None:
    person = office.person()
    one = _sent(office, person)
    office.desk.correct(person.account, one.number, practice(person.account, year=2014))
    late = steward.send(f"/review/{one.number}", decision="ask", reason="My long question?", seen=one.step)
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "was changed since you looked" in page
    assert "My long question?</textarea>" in page
    assert office.desk.submission(steward.account, one.number).state == "submitted"


def test_replayed_decision_changes_nothing(office: Office, steward: Person) -> None:
    one = _sent(office, office.person())
    assert _decide(steward, one, "accept") == 303
    assert _decide(steward, one, "accept") == 409
    assert len(office.desk.history(steward.account, one.number)) == 2


@pytest.mark.parametrize("fields", [{}, {"decision": "publish", "seen": 1}, {"decision": "accept"}, {"seen": "x"}])
def test_decision_that_makes_no_sense_is_refused(office: Office, steward: Person, fields: dict[str, object]) -> None:
    one = _sent(office, office.person())
    assert steward.send(f"/review/{one.number}", **fields).status_code == 400
    assert office.desk.submission(steward.account, one.number).state == "submitted"


def test_submission_of_another_partner_is_as_none_at_all(office: Office) -> None:
    one, other = _sent(office, office.person()), office.person()
    for path in (f"/submissions/{one.number}", f"/submissions/{one.number}/withdraw", "/submissions/999999"):
        assert other.get(path).status_code == 404
    assert other.send(f"/submissions/{one.number}/withdraw").status_code == 404
    assert other.get(f"/submissions/about/practice/{one.main.rsplit('/', 1)[-1]}").status_code == 404
    assert office.desk.submission(other.account.__class__("x", "steward", "x", "X"), one.number).state == "submitted"


def test_pages_of_stewards_and_operators_are_closed_to_partners(office: Office) -> None:
    person = office.person()
    one = _sent(office, person)
    for path in ("/review", f"/review/{one.number}", "/accounts", f"/accounts/{person.account.name}"):
        assert person.get(path).status_code == 403
        assert office.visitor().get(path, headers=HTML).status_code == 303
        assert office.visitor().get(path, headers={"Accept": "application/json"}).status_code == 401
    forged = person.send(f"/review/{one.number}", decision="accept", seen=one.step)
    assert forged.status_code == 403
    assert person.send(f"/accounts/{person.account.name}", step="role", role="operator").status_code == 403
    assert office.desk.submission(person.account, one.number).state == "submitted"


def test_steward_decides_nothing_of_their_own(office: Office, steward: Person) -> None:
    own = _sent(office, steward, end="own")
    page = _text(steward, f"/review/{own.number}")
    assert "another steward decides upon it" in page
    assert "Refuse" not in page
    assert _decide(steward, own, "accept") == 403


def test_newer_version_names_what_it_replaces_and_what_differs(office: Office, steward: Person) -> None:
    person = office.person()
    one = _sent(office, person)
    assert _decide(steward, one, "accept") == 303
    newer = office.desk.supersede(person.account, one.number, practice(person.account, year=2015))
    assert f"newer version of {one.number}" in _text(steward, "/review")
    page = _text(steward, f"/review/{newer.number}")
    assert f"from what is accepted, submission {one.number}" in page
    assert "from is 2015, no longer 2012" in page
    old = _text(person, f"/submissions/{one.number}")
    assert f"The newer version is submission {newer.number}." in old
    assert "Write a newer version" not in old


def test_machine_reads_the_same_as_values(office: Office) -> None:
    person = office.person()
    one = _sent(office, person)
    told = person.client.get(f"/submissions/{one.number}", headers={"Accept": "application/json"})
    assert (told.mimetype, told.json["state"], told.json["steps"][0]["kind"]) == (
        "application/json",
        "submitted",
        "submit",
    )
    listed = person.client.get("/submissions", headers={"Accept": "application/json"})
    assert [entry["number"] for entry in listed.json] == [one.number]


def test_what_was_typed_is_never_markup(office: Office, steward: Person) -> None:
    person = office.person()
    hostile = "<script>alert(1)</script>'><img src=x>"
    one = _sent(office, person, name=hostile)
    assert _decide(steward, one, "ask", hostile) == 303
    for who, path in (
        (person, "/submissions"),
        (person, f"/submissions/{one.number}"),
        (person, f"/submissions/{one.number}/withdraw"),
        (steward, "/review"),
        (steward, f"/review/{one.number}"),
        (person, f"/submissions/about/practice/{person.account.slug}-evenings"),
    ):
        page = who.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_pages_read_well_and_speak_the_language_of_their_address(office: Office, steward: Person) -> None:
    person, operator = office.person(), office.person("operator")
    one = _sent(office, person)
    for who, path in (
        (person, "/submissions"),
        (person, f"/submissions/{one.number}"),
        (person, f"/submissions/{one.number}/withdraw"),
        (person, f"/submissions/about/practice/{person.account.slug}-evenings"),
        (steward, "/review"),
        (steward, "/review?state=refused"),
        (steward, f"/review/{one.number}"),
        (operator, "/accounts"),
        (operator, f"/accounts/{person.account.name}"),
    ):
        for prefix in ("", "/el"):
            html = who.get(f"{prefix}{path}").get_data(as_text=True)
            page = read(html)
            assert len(page.headings) == 1, path
            assert (page.unlabelled, page.inline) == ([], []), path
            assert len(set(page.ids)) == len(page.ids), path
            assert page.language == (prefix[1:] or "en")
            inside = [a for a in page.links if a.startswith("/") and not a.startswith("/static")]
            if prefix:
                strange = [a for a in inside if not re.match(r"/(el|en|pt|pl|lt|nl|fr|hu|de)(/|$)", a)]
                # the menu of languages leads to English, which has no beginning
                assert [a for a in strange if a != path] == [], path
