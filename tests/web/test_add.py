"""Four doors to one graph: the form, a sheet, pasted rows and a file; and what is refused at each of them."""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pyoxigraph import NamedNode, RdfFormat, serialize
from werkzeug.test import TestResponse

from p2p_graph.config import Settings
from p2p_graph.contributing.submissions import triples_of
from p2p_graph.curation import Sources
from p2p_graph.vocab import PREFIXES
from tests.web.reading import closing
from tests.web.standing import HTML, Office, Person
from webapp import create_app
from webapp.batches import Batches

JSON = {"Accept": "application/json"}

#: a practice with two groups, a known organisation, two ties and a source, as somebody types it
FILLED: dict[str, Any] = {
    "written-in": "en",
    "practice.label@en": "Night bus",
    "practice.description@en": "Peers and nurses go to the last bus together.",
    "practice.inCountry": "Exland",
    "practice.startYear": "2012",
    "practice.practiceKind": "practice-kind:joint-outreach",
    "practice.lead": "Exford Outreach",
    "group-1.role": "role:peer-educator",
    "group-2.role": "role:nurse",
    "organisation-1.label@en": "Exford Police",
    "tie-1.participant": ["group-1", "group-2"],
    "tie-1.form": "form:formal",
    "tie-1.function": "function:referral",
    "tie-2.participant": ["group-1", "organisation-1"],
    "tie-2.function": ["function:information", "function:referral"],
    "source-1.label@en": "Report of the night bus",
    "source-1.documentKind": "document-kind:report",
    "source-1.url": "https://example.org/night-bus.pdf",
    "source-1.readOn": "2026-01-05",
    "source-1.extentSeen": "extent-seen:whole",
}

#: the same as rows of a table
TABLE: list[dict[str, str]] = [
    {
        "What it is": "Practice",
        "Row": "P1",
        "Name (en)": "Night bus",
        "In short (en)": "Peers and nurses go to the last bus together.",
        "Country": "Exland",
        "Since": "2012",
        "Kind of practice": "joint outreach",
        "Led by": "Exford Outreach",
    },
    {"What it is": "Group", "Row": "G1", "Role": "peer educator"},
    {"What it is": "Group", "Row": "G2", "Role": "nurse"},
    {
        "What it is": "Tie",
        "Row": "T1",
        "Who takes part": "G1; G2",
        "Form": "formal",
        "What passes along it": "referral",
    },
    {
        "What it is": "Tie",
        "Row": "T2",
        "Who takes part": "G1; Exford Police",
        "What passes along it": "information; referral",
    },
    {
        "What it is": "Source",
        "Row": "S1",
        "Name (en)": "Report of the night bus",
        "Kind of document": "report",
        "Web address": "https://example.org/night-bus.pdf",
        "Read on": "5.1.2026",
        "How much was seen": "whole",
    },
]


def rows(table: list[dict[str, str]], between: str = "\t") -> str:
    """Rows of a table as text, under the heads that they use."""
    heads = list(dict.fromkeys(head for row in table for head in row))
    lines = [heads, *([row.get(head, "") for head in heads] for row in table)]
    return "\n".join(between.join(line) for line in lines)


def named(who: Person, name: str) -> dict[str, Any]:
    """The filled form under another name, so that each test describes a practice of its own."""
    return {**FILLED, "practice.label@en": name, "source-1.label@en": f"Report of {name}"}


def page(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def sent(office: Office, who: Person, response: TestResponse) -> str:
    """What was taken, in canonical order, under a name that is the same for everybody."""
    assert response.status_code == 201, page(response)
    number = int(response.headers["Location"].rpartition("/")[2])
    return same(office.desk.submission(who.account, number).text, who)


def same(text: str, who: Person) -> str:
    return text.replace(who.account.slug, "house")


def looked(who: Person | FlaskClient, response: TestResponse) -> dict[str, Any]:
    """What the page of a batch says, once all is looked through."""
    assert response.status_code == 303, page(response)
    client = who.client if isinstance(who, Person) else who
    while True:
        told = client.get(response.headers["Location"], headers=JSON)
        found: dict[str, Any] = json.loads(page(told))
        if found["done"]:
            return found


def through(office: Office, who: Person, response: TestResponse) -> str:
    """Sends a batch of one practice; what was taken, as above."""
    assert looked(who, response)["fine"] == 1
    assert who.send(response.headers["Location"] + "/send").status_code == 303
    found = looked(who, response)
    return same(office.desk.submission(who.account, found["practices"][0]["number"]).text, who)


# The four doors


def test_same_practice_through_any_door_gives_the_same_graph(office: Office) -> None:
    by_form, by_sheet, by_rows, by_table, by_turtle, by_json = (office.person() for _ in range(6))
    form = sent(office, by_form, by_form.send("/add/practice/send", **FILLED))

    file = {"file": (io.BytesIO(sheet_of(by_sheet)), "practices.xlsx")}
    assert through(office, by_sheet, by_sheet.send("/add/sheet", **file)) == form

    assert through(office, by_rows, by_rows.send("/add/paste", text=rows(TABLE))) == form
    comma = rows(TABLE, ",").encode()
    table = {"file": (io.BytesIO(comma), "practices.csv")}
    assert through(office, by_table, by_table.send("/add/sheet", **table)) == form

    turtle = form.replace("house", by_turtle.account.slug).encode()
    upload = {"file": (io.BytesIO(turtle), "bus.ttl")}
    assert through(office, by_turtle, by_turtle.send("/add/file", **upload)) == form
    linked = serialize(triples_of(form.replace("house", by_json.account.slug)), format=RdfFormat.JSON_LD)
    upload = {"file": (io.BytesIO(linked or b""), "bus.jsonld")}
    assert through(office, by_json, by_json.send("/add/file", **upload)) == form


def sheet_of(who: Person) -> bytes:
    """The template of the site, filled in as the table is."""
    book = load_workbook(io.BytesIO(who.get("/add/template.xlsx").data))
    sheets = {"Practice": "Practices", "Group": "Groups of people", "Tie": "Ties", "Source": "Sources"}
    for row in TABLE:
        sheet = book[sheets[row["What it is"]]]
        places = {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[2]}
        at = next(number for number in range(4, 20) if not sheet.cell(number, 1).value)
        for head, value in row.items():
            if head != "What it is":
                sheet.cell(at, places[head], int(value) if value.isdigit() else value)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def longer(example_home: Path, example_sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site whose shapes have one more property, and nothing else that is new."""
    folder = tmp_path_factory.mktemp("longer")
    ontology = folder / "ontology"
    shutil.copytree(example_sources.ontology, ontology)
    shapes = ontology / "shapes" / "cooperation.ttl"
    more = """shape:cooperation sh:property shape:cooperation.p2p-timesAWeek .
        shape:cooperation.p2p-timesAWeek a sh:PropertyShape ; sh:path p2p:timesAWeek ; sh:name "Times a week"@en ;
        sh:description "How often they meet."@en ; sh:group shape:group-start ; sh:order 30 ; sh:maxCount 1 ;
        sh:datatype xsd:integer ; sh:message "Write a number."@en ."""
    shapes.write_text(f"{shapes.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
    words = ontology / "p2p.ttl"
    known = 'p2p:timesAWeek a owl:DatatypeProperty ; rdfs:label "times a week"@en .'
    words.write_text(f"{words.read_text(encoding='utf-8')}\n{known}\n", encoding="utf-8")
    ledger = f"sqlite:///{folder / 'ledger.sqlite'}"
    settings = Settings(home=example_home, ledger=ledger, workers=1, client_minute=0)
    app = create_app(settings, sources=Sources(example_sources.data, ontology, example_sources.queries))
    yield app
    app.extensions["p2p_office"].close()
    closing(app)


def test_property_that_is_added_to_a_shape_is_at_every_door(longer: Flask) -> None:
    office = Office(longer)
    one, two, three, four = (office.person() for _ in range(4))
    shown = page(one.get("/add/practice"))
    assert 'name="tie-1.timesAWeek"' in shown
    assert "How often they meet." in shown
    filled = {**FILLED, "tie-1.timesAWeek": "3"}
    assert "Times a week" in page(one.send("/add/practice", **filled))
    form = sent(office, one, one.send("/add/practice/send", **filled))
    assert "p2p:timesAWeek 3" in form

    book = load_workbook(io.BytesIO(two.get("/add/template.xlsx").data))
    assert "Times a week" in [cell.value for cell in book["Ties"][2]]
    assert "Times a week" in page(two.get("/add/template.csv"))
    table = [{**row, "Times a week": "3"} if row["Row"] == "T1" else row for row in TABLE]
    assert through(office, three, three.send("/add/paste", text=rows(table))) == form
    upload = {"file": (io.BytesIO(form.replace("house", four.account.slug).encode()), "bus.ttl")}
    assert through(office, four, four.send("/add/file", **upload)) == form


# The form


def test_page_of_the_form_needs_no_account_and_no_script(office: Office) -> None:
    visitor = office.visitor()
    shown = page(visitor.get("/add/practice", headers=HTML))
    assert "Sending needs an account" in shown
    labels = set(re.findall(r'<label for="([^"]+)"', shown))
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert labels <= set(ids)
    described = {one for all_of in re.findall(r'aria-describedby="([^"]+)"', shown) for one in all_of.split()}
    assert described <= set(ids)
    for step in ("add:tie", "add:source", "add:place", "add:period"):
        more = page(visitor.post("/add/practice", data={**FILLED, "do": step}, headers=HTML))
        part = step.removeprefix("add:")
        assert len(re.findall(rf'class="add-entry" id="{part}-\d+"', more)) > FILLED_COUNT.get(part, 0)
        assert 'value="Night bus"' in more
    fewer = page(visitor.post("/add/practice", data={**FILLED, "do": "drop:tie-2"}, headers=HTML))
    assert 'id="tie-2"' not in fewer


FILLED_COUNT = {"tie": 2, "source": 1}


def test_all_faults_stand_at_the_top_and_beside_their_fields(office: Office) -> None:
    wrong = {
        **FILLED,
        "practice.startYear": "2o12",
        "practice.lead": "Exfrod Outrech",
        "tie-1.participant": "group-1",
        "source-1.url": "example.org",
    }
    shown = office.visitor().post("/add/practice", data={**wrong, "do": "check"}, headers=HTML)
    text = page(shown)
    assert shown.status_code == 422
    assert "4 things are to be mended" in text
    for place in ("practice-startYear", "practice-lead", "tie-1-participant", "source-1-url"):
        assert f'href="#{place}"' in text
        assert f'id="{place}-fault"' in text
        assert re.search(rf'id="{place}"[^>]*aria-describedby="[^"]*{place}-fault', text)
    # what was typed stands there yet, and what may be meant can be taken with one press
    assert 'value="2o12"' in text
    use = unescape(re.search(r'name="do" value="(use:[^"]+)"', text)[1])  # type: ignore[index]
    mended = page(office.visitor().post("/add/practice", data={**wrong, "do": use}, headers=HTML))
    assert "3 things are to be mended" in mended
    assert 'value="Exford Outreach"' in mended


def test_preview_says_in_words_what_will_be_published(office: Office) -> None:
    shown = page(office.visitor().post("/add/practice", data={**FILLED, "do": "check"}, headers=HTML))
    assert "This is how it will look" in shown
    told = re.sub(r"<[^>]+>", " ", shown[: shown.index('class="add-end"')])
    assert "Report of the night bus" in told
    assert not re.search(r"\b(?:reading|group|role|document|organisation|practice):[a-z]", told)


def test_machine_is_told_by_field(office: Office) -> None:
    wrong = {**FILLED, "practice.startYear": "2o12", "tie-1.function": "function:referal"}
    told = office.visitor().post("/add/practice", data=wrong, headers=JSON)
    body = json.loads(page(told))
    assert (told.status_code, told.mimetype, body["code"]) == (422, "application/problem+json", "faulty-contribution")
    by_name = {one["name"]: one for one in body["errors"]}
    assert set(by_name) == {"practice.startYear", "tie-1.function"}
    assert by_name["practice.startYear"]["value"] == "2o12"
    assert by_name["practice.startYear"]["label"] == "Since"
    fine = office.visitor().post("/add/practice", data=FILLED, headers=JSON)
    assert (fine.status_code, json.loads(page(fine))) == (200, {"fine": True})
    who = office.person()
    data = {**named(who, "Tram stop"), "form_key": who.form_key}
    taken = who.client.post("/add/practice/send", data=data, headers=JSON)
    assert taken.status_code == 201
    assert json.loads(page(taken))["state"] == "submitted"


def test_faults_are_told_in_the_language_of_the_page(office: Office) -> None:
    wrong = {**FILLED, "practice.startYear": "2o12"}
    text = page(office.visitor().post("/pl/add/practice", data=wrong, headers=HTML))
    assert "To nie jest liczba całkowita" in text


def test_what_was_typed_is_kept_as_a_draft_and_only_for_its_sender(office: Office) -> None:
    who, other = office.person(), office.person()
    kept = page(who.send("/add/practice", do="add:tie", **named(who, "Half a bus")))
    draft = re.search(r'name="draft" value="(\w+)"', kept)[1]  # type: ignore[index]
    assert [one.id for one in office.desk.drafts(who.account)] == [draft]
    assert 'value="Half a bus"' in page(who.get(f"/add/practice?draft={draft}"))
    assert "Half a bus" in page(who.get("/add/drafts"))
    # somebody else sees nothing of it, and what they send under its name is a draft of their own
    assert "Half a bus" not in page(other.get(f"/add/practice?draft={draft}"))
    other.send("/add/practice", do="save", draft=draft, **named(other, "Another bus"))
    other.send(f"/add/drafts/{draft}/forget")
    assert [one.title for one in office.desk.drafts(who.account)] == ["Half a bus"]
    # a script keeps it now and then, in its place
    data = {**named(who, "Half a bus more"), "draft": draft, "form_key": who.form_key}
    assert json.loads(page(who.client.post("/add/draft", data=data, headers=JSON))) == {"draft": draft}
    # what is sent is a draft no longer
    assert who.send("/add/practice/send", draft=draft, **named(who, "Half a bus")).status_code == 201
    assert office.desk.drafts(who.account) == []


def test_form_sent_twice_is_taken_once_and_forged_ones_never(office: Office) -> None:
    who = office.person()
    form = {**named(who, "Twice"), "once": "a-key"}
    first, again = (who.send("/add/practice/send", **form) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    for key in ("", "guessed", office.person().form_key):
        refused = who.client.post("/add/practice/send", data={**named(who, "Forged"), "form_key": key}, headers=JSON)
        assert refused.status_code == 403
    elsewhere = {"Origin": "https://example.org", **HTML}
    for path in ("/add/practice", "/add/paste", "/add/sheet", "/add/file"):
        assert who.client.post(path, data=FILLED, headers=elsewhere).status_code == 403
    # without its key nothing is kept as a draft either
    who.client.post("/add/practice", data={**named(who, "Unasked"), "do": "save"}, headers=HTML)
    assert office.desk.drafts(who.account) == []
    assert [one.title for one in office.desk.queue(who.account)] == ["Twice"]


def test_what_a_visitor_typed_is_carried_through_signing_in(office: Office) -> None:
    shown = office.visitor().post("/add/practice/send", data=named(office.person(), "Carried"), headers=HTML)
    assert shown.status_code == 401
    assert "Carried" in page(shown)


def test_correction_keeps_addresses_and_number(office: Office) -> None:
    who = office.person()
    number = int(who.send("/add/practice/send", **named(who, "Ferry")).headers["Location"].rpartition("/")[2])
    before = {t.subject for t in office.desk.submission(who.account, number).triples}
    shown = page(who.get(f"/add/practice?of={number}"))
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    assert fields["practice.address"] == f"practice:{who.account.slug}-ferry"
    form = {**named(who, "Ferry by night"), **{n: v for n, v in fields.items() if "." in n}}
    taken = who.send("/add/practice/send", of=str(number), reason="At night only.", **form)
    assert taken.headers["Location"].endswith(f"/{number}")
    now = office.desk.submission(who.account, number)
    assert (now.title, now.reason) == ("Ferry by night", "At night only.")
    assert {t.subject for t in now.triples} == before
    # the submission of somebody else is none
    other = office.person()
    assert other.get(f"/add/practice?of={number}").status_code == 404
    assert other.send("/add/practice/send", of=str(number), **named(other, "Mine")).status_code == 404


def test_addresses_of_others_cannot_be_claimed_through_hidden_fields(office: Office) -> None:
    who = office.person()
    form = {**named(who, "Claimed"), "practice.address": "practice:xa-exchange", "group-1.address": "group:xa-peers"}
    taken = sent(office, who, who.send("/add/practice/send", **form))
    assert "practice:xa-exchange" not in taken
    assert "practice:house-claimed" in taken


SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"


def test_scripts_in_every_field_are_shown_as_text(office: Office) -> None:
    visitor = office.visitor()
    names = set(re.findall(r' name="([a-z0-9-]+\.[A-Za-z@-]+)"', page(visitor.get("/add/practice", headers=HTML))))
    everything = dict.fromkeys([*names, "draft", "once", "reason", "written-in", "of", "do"], SCRIPT)
    for path in ("/add/practice", "/add/paste", "/add/file", "/add/sheet"):
        shown = visitor.post(path, data={**everything, "text": SCRIPT}, headers=HTML)
        assert shown.status_code in (200, 400, 422)
        assert "<script>alert" not in page(shown)
        assert "<img src=x" not in page(shown)


def test_names_are_suggested_with_slips_and_in_other_languages(office: Office) -> None:
    found = json.loads(page(office.visitor().get("/add/suggest.json?q=exfrod+polcie&kind=organisation")))
    assert found[0]["address"] == "organisation:xa-police"
    assert json.loads(page(office.visitor().get("/add/suggest.json?q=&kind=organisation"))) == []
    assert json.loads(page(office.visitor().get("/add/suggest.json?q=x&kind=account"))) == []


# The other doors


def test_each_row_is_told_what_is_to_be_mended(office: Office) -> None:
    who = office.person()
    text = rows(TABLE).replace("formal", "fromal").replace("2012", "2o12")
    found = looked(who, who.send("/add/paste", text=text))
    told = {(one["where"]["row"], one["label"]): one for one in found["practices"][0]["errors"]}
    assert set(told) == {(2, "Since"), (5, "Form")}
    assert told[5, "Form"]["near"][0] == "formal"
    # it is kept as a draft, and can be mended in the form
    assert [one.values["door"] for one in office.desk.drafts(who.account)] == ["paste"]
    draft = office.desk.drafts(who.account)[0].id
    assert "fromal" in page(who.get(f"/add/paste?draft={draft}"))


def test_practice_of_a_sheet_is_opened_in_the_form(office: Office) -> None:
    who = office.person()
    place = who.send("/add/paste", text=rows(TABLE)).headers["Location"]
    who.client.get(place, headers=HTML)
    shown = page(who.send(f"{place}/open", n="0"))
    assert 'value="Night bus"' in shown
    assert re.search(r'name="tie-1.participant" value="group-2" checked', shown)


def many(count: int) -> str:
    """Rows of several practices that rest on one source."""
    table = []
    for n in range(count):
        for row in TABLE[:4]:
            own = {**row, "Row": f"{row['Row']}.{n}"}
            if "Name (en)" in row:
                own |= {"Name (en)": f"Bus {n}", "Source": "S1"}
            else:
                own["In practice"] = f"P1.{n}"
            if "Who takes part" in row:
                own |= {"Who takes part": f"G1.{n}; G2.{n}", "Source": "S1"}
            table.append(own)
    return rows([*table, TABLE[5]])


def test_many_practices_are_looked_through_bit_by_bit_and_sent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.add_files._LOOK", 0.0)
    who = office.person()
    response = who.send("/add/paste", text=many(3))
    place = response.headers["Location"]
    first = who.get(place)
    assert "1 of 3 practices are looked through" in page(first)
    assert first.headers["Refresh"] == "0"
    assert looked(who, response)["fine"] == 3
    # nobody else looks at it, and nothing is sent before somebody says so
    other = office.person()
    assert (other.get(place).status_code, other.send(f"{place}/send").status_code) == (404, 404)
    assert office.desk.queue(who.account) == []
    who.send(f"{place}/send")
    found = looked(who, response)
    assert found["sent"] == 3
    taken = [office.desk.submission(who.account, one["number"]).triples for one in found["practices"]]
    # the source that all rest on is described once
    report = NamedNode(f"{PREFIXES['document']}{who.account.slug}-report-of-the-night-bus")
    assert [any(t.subject == report for t in triples) for triples in taken] == [True, False, False]
    assert office.desk.drafts(who.account) == []
    # sending the page again takes nothing twice
    who.send(f"{place}/send")
    assert looked(who, response)["sent"] == 3
    assert len(office.desk.queue(who.account)) == 3


def test_sheet_goes_on_after_a_restart(
    office: Office, example_sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.add_files._LOOK", 0.0)
    who = office.person()
    table = {"file": (io.BytesIO(many(3).encode()), "practices.csv")}
    place = who.send("/add/sheet", **table).headers["Location"]
    assert "1 of 3 practices are looked through" in page(who.get(place))

    # the same site in another process: it has the disk, and nothing that was in memory
    app = create_app(office.app.config["P2P_SETTINGS"], sources=example_sources)
    client = app.test_client()
    client.set_cookie("p2p_session", who.secret)
    assert f'href="{place}"' in page(client.get("/add/drafts", headers=HTML)), "it is begun again with one click"
    assert "1 of 3 practices are looked through" in page(client.get(place, headers=HTML))
    while not json.loads(page(told := client.get(place, headers=JSON)))["done"]:
        assert told.status_code == 200
    assert client.post(f"{place}/send", data={"form_key": who.form_key}, headers=HTML).status_code == 303
    assert json.loads(page(client.get(place, headers=JSON)))["sent"] == 1

    # and once more, while it is being sent
    app.extensions["p2p_batches"] = Batches()
    while not (found := json.loads(page(client.get(place, headers=JSON))))["done"]:
        assert found["of"] == 3
    assert (found["fine"], found["sent"]) == (3, 3)
    numbers = [one["number"] for one in found["practices"]]
    assert len({*numbers}) == len(office.desk.queue(who.account)) == 3, "nothing is taken twice"
    report = NamedNode(f"{PREFIXES['document']}{who.account.slug}-report-of-the-night-bus")
    taken = [office.desk.submission(who.account, number).triples for number in numbers]
    assert [any(t.subject == report for t in triples) for triples in taken] == [True, False, False]
    assert office.desk.drafts(who.account) == []
    app.extensions["p2p_office"].close()
    closing(app)


def test_what_does_not_fit_is_shown_to_its_sender_and_to_no_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Who typed it sees their own text, else they could not mend it; whoever reads the logs must not."""
    caplog.set_level(logging.DEBUG)
    who, secret = office.person(), "Maria Silva 601 234 567"
    typed = {**FILLED, "group-1.role": secret, "practice.startYear": secret, "source-1.readOn": secret}
    answer = who.send("/add/practice", do="check", **typed)
    assert answer.status_code == 422
    assert secret in page(answer)
    told = who.client.post("/add/practice", data={"form_key": who.form_key, "do": "check", **typed}, headers=JSON)
    assert secret in page(told)
    years = [one for one in json.loads(page(told))["errors"] if one["name"] == "practice.startYear"]
    assert len(years) == 1, "what is no year is not besides too late, or too early"
    sheet = {"file": (io.BytesIO(rows([{**TABLE[0], "Since": secret}, *TABLE[1:]]).encode()), "p.csv")}
    response = who.send("/add/sheet", **sheet)
    looked(who, response)
    assert secret in page(who.get(response.headers["Location"]))
    assert all(word not in caplog.text for word in ("Maria", "Silva", "601 234"))


def test_visitor_has_a_sheet_checked_and_sends_it_after_signing_in(office: Office) -> None:
    visitor = office.visitor()
    response = visitor.post("/add/paste", data={"text": many(1)}, headers=HTML)
    place = response.headers["Location"]
    assert looked(visitor, response)["fine"] == 1
    assert visitor.post(f"{place}/send", headers=HTML).status_code == 401
    who = office.person()
    assert who.send(f"{place}/send").status_code == 303
    found = looked(who, response)
    assert found["sent"] == 1
    assert office.desk.submission(who.account, found["practices"][0]["number"]).main.endswith(
        f"{who.account.slug}-bus-0"
    )
    too_many = visitor.post("/add/paste", data={"text": many(21)}, headers=JSON)
    assert (too_many.status_code, json.loads(page(too_many))["reason"]) == (400, "practices")


BAD_FILES = {
    "broken.ttl": (b"@prefix : <", "syntax"),
    "remote.jsonld": (b'{"@context": "https://example.org/c.jsonld"}', "remote-context"),
    "latin.ttl": ("<a> <b> \u201cx".encode("cp1252"), "encoding"),
    "practice.docx": (b"PK", "format"),
    "none.ttl": (b"", "empty"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_and_nothing_is_written(office: Office, name: str) -> None:
    content, reason = BAD_FILES[name]
    who = office.person()
    data = {"file": (io.BytesIO(content), name), "form_key": who.form_key}
    told = who.client.post("/add/file", data=data, headers=JSON)
    assert (told.status_code, json.loads(page(told))["reason"]) == (400, reason)
    shown = who.send("/add/file", file=(io.BytesIO(content), name))
    assert shown.status_code == 400
    assert 'role="alert"' in page(shown)
    assert office.desk.queue(who.account, ()) == []
    assert office.desk.drafts(who.account) == []


@pytest.mark.parametrize("door", ["file", "sheet", "paste"])
def test_more_than_may_be_sent_is_refused_unread(office: Office, door: str) -> None:
    kind = "multipart/form-data; boundary=x"
    told = office.visitor().post(f"/add/{door}", data=b"x" * 1_100_000, content_type=kind, headers=JSON)
    assert told.status_code == 413


BAD_SHEETS = {
    "formula.csv": (b"What it is;Name\nPractice;=1+1", "formula"),
    "macro.xlsm": (b"PK\x03\x04xl/vbaProject.bin", "syntax"),
    "strange.csv": (b"What it is;Name;Shoe size\nPractice;x;43", "columns"),
    "old.xls": (b"\xd0\xcf\x11\xe0" + b"x" * 64, "format"),
}


@pytest.mark.parametrize("name", BAD_SHEETS)
def test_bad_sheet_is_refused_and_nothing_is_written(office: Office, name: str) -> None:
    content, reason = BAD_SHEETS[name]
    who = office.person()
    data = {"file": (io.BytesIO(content), name), "form_key": who.form_key}
    told = who.client.post("/add/sheet", data=data, headers=JSON)
    assert (told.status_code, json.loads(page(told))["reason"]) == (400, reason)
    assert office.desk.queue(who.account, ()) == []


def test_correction_by_file_takes_the_place_of_what_was_sent(office: Office) -> None:
    who = office.person()
    text = sent(office, who, who.send("/add/practice/send", **named(who, "Quay"))).replace("house", who.account.slug)
    number = office.desk.queue(who.account)[0].number
    file = (io.BytesIO(text.replace("2012", "2013").encode()), "quay.ttl")
    response = who.send("/add/file", of=str(number), file=file)
    assert looked(who, response)["fine"] == 1
    who.send(response.headers["Location"] + "/send", reason="A year later.")
    assert looked(who, response)["sent"] == 1
    now = office.desk.submission(who.account, number)
    assert "p2p:startYear 2013" in now.text
    assert [event.kind for event in office.desk.history(who.account, number)] == ["submit", "correct"]
