"""The ladder: a combination grows coarser until enough share it, no further, and nothing in print is touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.config import share
from p2p_graph.contributing import read_policy
from p2p_graph.privacy import Ladder, Policy, coarsen
from p2p_graph.vocab import PREFIXES, concept, mint, p2p

POLICY = read_policy(share("ontology"))
_TYPE = NamedNode(PREFIXES["rdf"] + "type")


def _words() -> Iterator[Triple]:
    broader = NamedNode(PREFIXES["skos"] + "broader")
    for role, family in (("peer", "peers"), ("small-scale-dealer", "dealers"), ("nurse", "professionals")):
        yield Triple(concept("role", role), broader, concept("role", family))


def _places() -> Iterator[Triple]:
    for slug, kind, within in (("town", "City", "shire"), ("shire", "Region", ""), ("quarter", "Area", "town")):
        yield Triple(mint("place", slug), _TYPE, p2p(kind))
        if within:
            yield Triple(mint("place", slug), p2p("within"), mint("place", within))
    yield Triple(mint("country", "XA"), _TYPE, p2p("Country"))


def _practice(slug: str, role: str, printed: bool, **said: int | str) -> Iterator[Triple]:
    practice, group = mint("practice", slug), mint("group", slug)
    reading, work = mint("reading", slug), mint("document", slug)
    yield Triple(practice, _TYPE, p2p("Practice"))
    yield Triple(practice, p2p("practiceKind"), concept("practice-kind", "other"))
    yield Triple(practice, p2p("readIn"), reading)
    yield Triple(reading, p2p("ofDocument"), work)
    yield Triple(work, p2p("documentKind"), concept("document-kind", "report" if printed else "other"))
    yield Triple(group, _TYPE, p2p("ActorGroup"))
    yield Triple(group, p2p("role"), concept("role", role))
    yield Triple(group, p2p("inPractice"), practice)
    for thing in (practice, group):
        yield Triple(thing, p2p("inCountry"), mint("country", "XA"))
    for name, value in said.items():
        is_size = name == "groupSize"
        thing = NamedNode(f"{PREFIXES['place']}{value}") if name == "inPlace" else Literal(value)
        yield Triple(group if is_size else practice, p2p(name), thing)


def _data(*practices: Iterator[Triple]) -> list[Triple]:
    return [*_words(), *_places(), *(triple for practice in practices for triple in practice)]


def _cover(count: int, start: int = 0, **said: int | str) -> list[Iterator[Triple]]:
    return [_practice(f"cover-{start + number}", "peer", True, **said) for number in range(count)]


@pytest.mark.parametrize(
    ("cover", "own", "rungs"),
    [
        ({"inPlace": "town", "startYear": 1999}, {"inPlace": "town", "startYear": 1999}, None),
        ({"inPlace": "town", "startYear": 1999}, {"inPlace": "town", "startYear": 1996}, ("city", "band")),
        ({"inPlace": "town", "startYear": 1999}, {"inPlace": "town", "startYear": 1970}, ("city", "none")),
        ({"inPlace": "shire", "startYear": 1999}, {"inPlace": "town", "startYear": 1999}, ("region", "day")),
        ({"startYear": 1999}, {"inPlace": "town", "startYear": 1999}, ("country", "day")),
        ({"inPlace": "town", "startYear": 1999}, {"inPlace": "quarter", "startYear": 1999}, ("city", "day")),
    ],
)
def test_lowest_rung_that_enough_share(
    cover: dict[str, int | str], own: dict[str, int | str], rungs: tuple[str, str] | None
) -> None:
    found = coarsen(_data(*_cover(4, **cover), _practice("own", "peer", False, **own)), POLICY)
    changes = {(change.place, change.years) for change in found.changes}
    assert changes == ({rungs} if rungs else set())
    assert not [e for e in found.exposures if e.kind == "rare combination"]


def test_one_fewer_than_k_is_not_enough_and_a_published_size_counts() -> None:
    own = {"inPlace": "town", "startYear": 1999}
    few = coarsen(_data(*_cover(3, **own), _practice("own", "peer", False, **own)), POLICY)
    assert {e.kind for e in few.exposures} == {"rare combination"}
    sized = _practice("sized", "peer", True, groupSize=40, **own)
    assert coarsen(_data(sized, _practice("own", "peer", False, **own)), POLICY).exposures == ()


def test_k_and_bands_come_from_the_policy() -> None:
    own = {"inPlace": "town", "startYear": 1999}
    data = _data(*_cover(3, **own), _practice("own", "peer", False, **own))
    assert coarsen(data, dataclasses.replace(POLICY, smallest_group=4)).exposures == ()
    wide = dataclasses.replace(POLICY, ladder=Ladder(band=50))
    data = _data(*_cover(4, **own), _practice("own", "peer", False, inPlace="town", startYear=1960))
    assert {change.years for change in coarsen(data, wide).changes} == {"band"}


def test_what_is_in_print_and_roles_without_risk_stay_as_they_are() -> None:
    own = {"inPlace": "town", "startYear": 1970}
    printed = _data(_practice("own", "small-scale-dealer", True, **own))
    nurses = _data(_practice("own", "nurse", False, **own))
    for data in (printed, nurses):
        found = coarsen(data, POLICY)
        assert (found.removed, found.added, found.exposures) == (frozenset(), (), ())


def test_band_is_said_in_words_and_a_second_climb_changes_nothing() -> None:
    own = {"inPlace": "town", "startYear": 1996}
    data = _data(*_cover(4, inPlace="town", startYear=1999), _practice("own", "peer", False, **own))
    found = coarsen(data, POLICY)
    notes = [triple.object for triple in found.added if triple.predicate == p2p("note")]
    assert notes == [Literal("Between 1995 and 1999.", language="en")]
    once = found.applied(data)
    assert not [t for t in once if t.subject == mint("practice", "own") and t.predicate == p2p("startYear")]
    policy: Policy = POLICY
    assert coarsen(once, policy).changes == ()


def test_neighbourhood_that_nobody_shares_is_told() -> None:
    def tied(slug: str, role: str) -> Iterator[Triple]:
        yield from _practice(slug, "peer", False)
        other, tie = mint("group", f"{slug}-other"), mint("tie", slug)
        yield Triple(other, _TYPE, p2p("ActorGroup"))
        yield Triple(other, p2p("role"), concept("role", role))
        yield Triple(tie, _TYPE, p2p("Cooperation"))
        yield Triple(tie, p2p("readIn"), mint("reading", slug))
        for group in (mint("group", slug), other):
            yield Triple(tie, p2p("participant"), group)

    common = [tied(f"common-{number}", "nurse") for number in range(5)]
    found = coarsen(_data(*common, tied("rare", "small-scale-dealer"), *_cover(4)), POLICY)
    lonely = {exposure.subject for exposure in found.exposures if exposure.kind == "rare neighbourhood"}
    assert mint("group", "rare").value in lonely
    assert mint("group", "common-0").value not in lonely
