"""What partners are asked, how it becomes triples and back; a property is added in one place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from practices import PORT, minting, practice
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.columns import columns
from p2p_graph.contributing.filling import Filled, Values, fill
from p2p_graph.contributing.form import Form
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.naming import Names
from p2p_graph.contributing.unfolding import unfold
from p2p_graph.curation import Sources, read_words
from p2p_graph.vocab import PREFIXES, mint, p2p

DAY = date(2026, 1, 5)

#: the least that a practice needs
LEAST: Values = {
    "practice": {
        "label@pl": ["Kumple z dworca"],
        "description@pl": ["Peers i pielęgniarki chodzą razem na dworzec."],
        "inCountry": ["Exland"],
        "practiceKind": ["joint outreach"],
    },
    "group-1": {"role": ["peer educator"]},
    "group-2": {"role": ["role:nurse"]},
    "tie-1": {"participant": ["group-1", "group-2"], "function": ["referral"]},
    "source-1": {
        "label@en": ["A report"],
        "documentKind": ["report"],
        "url": ["https://example.org/report"],
        "extentSeen": ["whole"],
    },
}


def filled(form: Form, names: Names, values: Values) -> Filled:
    return fill(form, values, names, "port-house", minting, DAY)


def test_least_form_makes_a_practice_without_fault(form: Form, names: Names, rules: tuple[Known, Check]) -> None:
    known, check = rules
    found = filled(form, names, LEAST)
    assert found.findings == ()
    assert check(found.triples, known, PORT, known) == ()
    tie = NamedNode(f"{PREFIXES['tie']}port-house-kumple-z-dworca-1")
    reading = mint("reading", "port-house-a-report")
    # what nobody said counts as it is preset, and links are drawn
    for name, value in (
        ("polarity", NamedNode(f"{PREFIXES['polarity']}supports")),
        ("inCountry", mint("country", "XA")),
        ("inPractice", mint("practice", "port-house-kumple-z-dworca")),
        ("readIn", reading),
    ):
        assert Triple(tie, p2p(name), value) in found.triples
    assert Triple(reading, p2p("recordedBy"), mint("contributor", "port-house")) in found.triples
    label = NamedNode(PREFIXES["rdfs"] + "label")
    name = Literal("Edukator rówieśniczy – Kumple z dworca", language="pl")
    assert Triple(mint("group", "port-house-kumple-z-dworca-peer-educator"), label, name) in found.triples


def test_triples_fill_the_form_and_come_out_the_same(form: Form, names: Names) -> None:
    shown = unfold(form, practice(), names)
    assert shown.rest == ()
    assert shown.values["tie-1"]["participant"] == ["group-1", "group-2"]
    again = filled(form, names, shown.values)
    assert set(again.triples) == set(practice())
    least = set(filled(form, names, LEAST).triples)
    assert set(filled(form, names, unfold(form, least, names).values).triples) == least


def test_what_the_form_has_no_place_for_is_told(form: Form, names: Names) -> None:
    strange = Triple(mint("claim", "port-house-x"), p2p("claimText"), Literal("so", language="en"))
    assert unfold(form, [*practice(), strange], names).rest == (strange,)


def test_all_that_does_not_fit_is_told_at_once_and_by_field(
    form: Form, names: Names, rules: tuple[Known, Check]
) -> None:
    known, check = rules
    values: Values = {
        **LEAST,
        "practice": {**LEAST["practice"], "startYear": ["2o12"], "lead": ["Exford Outreahc"], "practiceKind": []},
        "tie-1": {"participant": ["group-1"], "function": ["referal"], "giver": ["group-2"]},
        "source-1": {**LEAST["source-1"], "url": ["javascript:alert(1)"]},
    }
    found = filled(form, names, values)
    everything = found.beside(check(found.triples, known, PORT, known))
    places = {found.place(finding) for finding in everything}
    assert places == {
        ("practice", "startYear"),
        ("practice", "lead"),
        ("practice", "practiceKind"),
        ("tie-1", "participant"),
        ("tie-1", "function"),
        ("tie-1", "giver"),
        ("source-1", "url"),
    }
    assert found.near["practice", "lead"] == ("Exford Outreach",)
    assert found.near["tie-1", "function"] == ("referral",)
    # what could not be read is told once
    assert len([one for one in everything if found.place(one) == ("tie-1", "function")]) == 1


def test_known_organisation_is_pointed_to_and_not_described(form: Form, names: Names) -> None:
    values = {**LEAST, "organisation-1": {"label@en": ["exford police"]}}
    values["tie-1"] = {"participant": ["group-1", "organisation-1"], "function": ["referral"]}
    found = filled(form, names, values)
    police = mint("organisation", "xa-police")
    assert police in {triple.object for triple in found.triples}
    assert police not in {triple.subject for triple in found.triples}
    # somebody who says so means another one
    other = filled(form, names, {**values, "organisation-1": {"label@en": ["Exford Police"], "known": ["new"]}})
    assert mint("organisation", "port-house-exford-police") in {triple.subject for triple in other.triples}


def test_addresses_of_others_are_not_taken_over(form: Form, names: Names) -> None:
    values = {**LEAST, "practice": {**LEAST["practice"], "address": ["practice:xa-exchange"]}}
    subjects = {triple.subject for triple in filled(form, names, values).triples}
    assert mint("practice", "port-house-kumple-z-dworca") in subjects
    assert mint("practice", "xa-exchange") not in subjects


def test_days_are_read_as_people_write_them(form: Form, names: Names) -> None:
    values = {**LEAST, "practice": {**LEAST["practice"], "startDate": ["3.4.2016"], "endDate": ["2019-05"]}}
    said = {t.predicate: t.object for t in filled(form, names, values).triples}
    assert said[p2p("startDate")] == Literal("2016-04-03", datatype=NamedNode(PREFIXES["xsd"] + "date"))
    assert said[p2p("endDate")] == Literal("2019-05", datatype=NamedNode(PREFIXES["xsd"] + "gYearMonth"))


def test_property_added_to_a_shape_is_asked_for_read_and_told(example_sources: Sources, names: Names) -> None:
    folder = example_sources.ontology
    shapes = [quad.triple for path in sorted((folder / "shapes").glob("*.ttl")) for quad in parse(path=path)]
    more = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix shape: <https://w3id.org/peer2peer/shapes/> .
        @prefix p2p: <https://w3id.org/peer2peer/ontology/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        shape:cooperation sh:property shape:new . shape:new sh:path p2p:timesAWeek ; sh:name "Times a week"@en ;
        sh:description "How often they meet."@en ; sh:group shape:group-start ; sh:order 30 ; sh:maxCount 1 ;
        sh:datatype xsd:integer ; sh:message "Write a number."@en ."""
    shapes += [quad.triple for quad in parse(more, RdfFormat.TURTLE)]
    form = Form(shapes, [quad.triple for quad in read_words(example_sources)])
    tie = form.part("tie-1")
    assert tie is not None
    assert "timesAWeek" in [field.key for field in tie.start]
    assert ("Times a week", "How often they meet.") in [(one.head, one.help) for one in columns(tie)]
    found = filled(form, names, {**LEAST, "tie-1": {**LEAST["tie-1"], "timesAWeek": ["3"]}})
    integer = NamedNode(PREFIXES["xsd"] + "integer")
    assert (p2p("timesAWeek"), Literal("3", datatype=integer)) in {(t.predicate, t.object) for t in found.triples}
    assert unfold(form, found.triples, names).values["tie-1"]["timesAWeek"] == ["3"]


def test_form_has_every_property_that_its_shapes_allow(form: Form, example_sources: Sources) -> None:
    path = NamedNode(PREFIXES["sh"] + "path")
    never = NamedNode(PREFIXES["sh"] + "maxCount")
    for file, kinds in (("cooperation", "tie"), ("practice", "practice"), ("actor-group", "group")):
        said = [quad.triple for quad in parse(path=Path(example_sources.ontology / "shapes" / f"{file}.ttl"))]
        closed = {t.subject for t in said if t.predicate == never and t.object.value == "0"}
        paths = {t.object.value for t in said if t.predicate == path and t.subject not in closed}
        part = form.part(kinds) or form.part(f"{kinds}-1")
        assert part is not None
        drawn = {p2p("inPractice").value, p2p("period").value}
        assert paths - {field.path for field in part.fields} <= drawn
