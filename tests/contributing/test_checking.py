"""What is told when a contribution is checked: in the language of its sender, about rarity, without what is secret."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from practices import PORT, practice, turtle
from pyoxigraph import RdfFormat, Triple, parse

from p2p_graph.config import Settings
from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.uploads import read_upload
from p2p_graph.contributing.wording import read_policy
from p2p_graph.contributions import knowledge
from p2p_graph.curation import Sources, read_data, read_words
from p2p_graph.errors import FaultyContribution, UploadRefused
from p2p_graph.privacy import Crowd, coarsen
from p2p_graph.translation import LANGUAGES

SECRET = "Maria Silva"


@pytest.fixture(scope="module")
def curated() -> tuple[Known, Check]:
    return knowledge(Sources.shared())


@pytest.fixture
def at_home(tmp_path: Path, curated: tuple[Known, Check]) -> Desk:
    """A desk over the curated data, with a ledger in a file."""
    return Desk(Ledger.open(Settings(home=tmp_path / "home")), *curated)


def _in_portugal(text: str) -> tuple[Triple, ...]:
    for ours, theirs in (("country:XA", "country:PT"), ("exford", "porto"), ("xa-outreach", "caso")):
        text = text.replace(ours, theirs)
    return tuple(quad.triple for quad in parse(text, RdfFormat.TURTLE))


def _unprinted(text: str) -> str:
    """A practice that no published document tells of."""
    return text.replace("schema:url <https://example.org/port-house-evenings.pdf> ;", "").replace(
        "document-kind:report", "document-kind:other"
    )


def test_what_would_be_made_coarser_is_told_and_does_not_block(at_home: Desk) -> None:
    found = at_home.check(PORT, _in_portugal(_unprinted(turtle())))
    assert [(one.check, one.blocks, one.fault.field, one.fault.path) for one in found] == [
        ("privacy", False, "Place", "p2p:inPlace"),
        ("privacy", False, "Since", "p2p:startYear"),
    ]
    assert all("Name a published document" in one.fault.what for one in found)
    assert at_home.check(PORT, _in_portugal(turtle())) == (), "what is in print stays as it is"


def test_what_is_too_rare_is_told_and_blocks(desk: Desk) -> None:
    content = tuple(quad.triple for quad in parse(_unprinted(turtle()), RdfFormat.TURTLE))
    with pytest.raises(FaultyContribution) as caught:
        desk.submit(PORT, content)
    told = {fault.what for fault in caught.value.values["faults"]}  # type: ignore[attr-defined]
    assert any("Fewer than 5 groups with this role are known" in what for what in told), told


def test_before_a_source_is_named_rarity_is_not_told_beside(desk: Desk) -> None:
    """Whether a group is rare rests on what is in print: without any source only that is told, and it blocks."""
    unread = [triple for triple in practice() if not triple.predicate.value.endswith("/readIn")]
    found = desk.check(PORT, unread)
    assert {one.fault.path for one in found} == {"p2p:readIn"}
    assert all(one.blocks and one.check == "form" for one in found)


def test_a_few_more_are_told_of_as_all_together_would_be(example_sources: Sources) -> None:
    """The quick way gives for the new things what looking at everything gives."""
    for sources, text in ((example_sources, turtle()), (Sources.shared(), None)):
        policy = read_policy(sources.ontology)
        known = [quad.triple for quad in read_words(sources)]
        known += [triple for source in read_data(sources.data) for triple in source.triples]
        raw = _unprinted(turtle())
        own = tuple(quad.triple for quad in parse(raw, RdfFormat.TURTLE)) if text else _in_portugal(raw)
        mine = {str(triple.subject).strip("<>") for triple in own}
        whole, quick = coarsen([*known, *own], policy), Crowd(known, policy).told(own)
        assert set(quick.exposures) == {one for one in whole.exposures if one.subject in mine}
        assert set(quick.changes) == {one for one in whole.changes if one.subject in mine}
        assert quick.exposures or quick.changes
        again = Crowd([*known, *own], policy).told(own, without=mine)
        assert (set(again.exposures), set(again.changes)) == (set(quick.exposures), set(quick.changes))


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_are_told_in_each_language(desk: Desk, language: str) -> None:
    content = [t for t in practice(year=12) if "evidenceLevel" not in t.predicate.value]
    found = {one.fault.path: one.fault for one in desk.check(PORT, content, language=language)}
    english = {one.fault.path: one.fault for one in desk.check(PORT, content)}
    assert set(found) == set(english) == {"p2p:startYear", "p2p:evidenceLevel"}
    for path, fault in found.items():
        assert (fault.what == english[path].what) == (language == "en")
        assert (fault.field == english[path].field) == (language == "en")
        assert fault.subject == "practice:port-house-evenings"
    assert "1800" in found["p2p:startYear"].what
    assert "2016" in found["p2p:startYear"].what, "a value that would pass"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("p2p:startYear 2012", f'p2p:startYear "{SECRET}"'),
        ("p2p:startYear 2012", f'p2p:groupSize "{SECRET}"@en'),
        ('"Station evenings"@en', f'"{SECRET}"@en, "{SECRET} of the station"@en'),
        ("setting:street", "setting:maria-silva"),
        ("practice:port-house-evenings a", "practice:port-house-maria-silva a"),
        ("Peers and nurses go", f"{SECRET} and nurses go"),
        ("document:port-house-evenings-report a", f'document:port-house-evenings-report rdfs:comment "{SECRET}" ; a'),
        ("p2p:startYear 2012", "<https://example.org/maria-silva> 1"),
        ("p2p:startYear 2012", "<https://example.org/v#mariaSilva> <https://example.org/maria-silva>"),
        ("p2p:startYear 2012", "p2p:maria-silva 1"),
        ("a p2p:Practice", "a p2p:Practice, p2p:Maria-Silva"),
    ],
)
def test_what_could_lead_to_a_person_is_in_no_error_log_or_file(
    at_home: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture, old: str, new: str
) -> None:
    """The red team at the door: what a gate stops is told to its sender with a mask, and kept nowhere."""
    text = turtle()
    assert old in text
    content = _in_portugal(text.replace(old, new))
    with caplog.at_level(logging.DEBUG), pytest.raises(FaultyContribution) as caught:
        at_home.submit(PORT, content)
    faults = caught.value.values["faults"]
    told = " ".join([str(caught.value), *map(str, faults)])  # type: ignore[call-overload]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    for said in (told.casefold(), caplog.text.casefold(), kept.decode("latin-1").casefold()):
        for form in ("maria silva", "maria-silva"):
            assert form not in said, said[:400]


def test_a_broken_file_is_refused_without_quoting_it() -> None:
    with pytest.raises(UploadRefused) as caught:
        read_upload(f'<a> "{SECRET}" <b> .'.encode(), "ttl")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(UploadRefused, match="from line 1 on") as caught:
        read_upload(f'{{"{SECRET}" 1}}'.encode(), "jsonld")
    assert SECRET not in str(caught.value)
