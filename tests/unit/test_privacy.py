"""What in a text could lead to a person, and what may stand."""

from __future__ import annotations

import pytest

from p2p_graph.config import share
from p2p_graph.contributing import read_policy
from p2p_graph.privacy import disclosures

POLICY = read_policy(share("ontology"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Led by Maria Silva since 2019.", "name of a person"),
        ("Η ομάδα της Δρ Dimitra Papadopoulou", "name of a person"),
        ("Pani Kowalska prowadzi grupę.", "name of a person"),
        ("Zespół, w którym pracuje Łukasz Nowak.", "name of a person"),
        ("Kovács úr és Gábor Szabó", "name of a person"),
        ("A peer, Mr. Jonaitis, hands out kits.", "name of a person"),
        ("Vytautas Petrauskas dirba gatvėje.", "name of a person"),
        ("Madame Dupont parle aux voisins.", "name of a person"),
        ("Mevr. Jansen opent de deur.", "name of a person"),
        ("Write to peer.team@example.org.", "e-mail address"),
        ("Write to peer (at) example.org.", "e-mail address"),
        ("Call +351 912 345 678 in the evening.", "telephone number"),
        ("Call 0048 22 123 45 67.", "telephone number"),
        ("Find them as @night_peer on a messenger.", "handle"),
    ],
)
def test_disclosure_is_found(text: str, kind: str) -> None:
    assert kind in {found.kind for found in disclosures(text, POLICY)}


@pytest.mark.parametrize(
    "text",
    [
        "Peers and nurses go out together in Bairro do Cerco, Porto.",
        "In 2015–2017, 96 people were linked to care; 15 finished, 43 waited.",
        "The Decree-Law 183/2001 of 21 June lets street teams include trained peers.",
        "240 referrals in 20,800 contacts, 00:30 to 06:00.",
        "The City of Amsterdam and the Trimbos Institute pay.",
        "A nurse of the team tests on Mondays and Thursdays.",
    ],
)
def test_ordinary_text_passes(text: str) -> None:
    assert disclosures(text, POLICY) == []


def test_names_that_may_stand_are_left_alone() -> None:
    assert disclosures("The Maria Skłodowska Hospital treats.", POLICY, ["Maria Skłodowska Hospital"]) == []


def test_position_counts_in_the_text_as_it_was_given() -> None:
    text = "At the Anna House works Anna Kowalska."
    (found,) = disclosures(text, POLICY, ["Anna House"])
    assert text[found.start : found.start + len(found.text)] == "Anna Kowalska"
