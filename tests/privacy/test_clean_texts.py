"""What alarms on texts that are clean: on the curated practices, and on sentences that look like a disclosure."""

from __future__ import annotations

import pytest

from p2p_graph.config import share
from p2p_graph.contributing import read_policy
from p2p_graph.curation import Sources, read_data, read_words
from p2p_graph.privacy import Gate, coarsen, disclosures
from p2p_graph.vocab import kind_and_slug

POLICY = read_policy(share("ontology"))


def test_few_of_the_curated_practices_alarm() -> None:
    """They were read by people and name nobody: what alarms there is a false alarm, or was written since."""
    files = read_data(Sources.shared().data)
    gate = Gate(POLICY, tuple(triple for source in files for triple in source.triples))
    practices, alarmed = 0, set()
    for source in files:
        subjects = {str(getattr(triple.subject, "value", "")) for triple in source.triples}
        own = {subject for subject in subjects if (kind_and_slug(subject) or ("",))[0] == "practice"}
        practices += len(own)
        if own and gate.inspect(source.triples):
            alarmed |= own
    assert practices > 200
    assert len(alarmed) / practices < 0.05, sorted(alarmed)


def test_the_curated_release_loses_next_to_nothing() -> None:
    sources = Sources.shared()
    triples = [quad.triple for quad in read_words(sources)]
    triples += [triple for source in read_data(sources.data) for triple in source.triples]
    found = coarsen(triples, POLICY)
    assert len(found.removed) < len(triples) / 1000
    assert coarsen(found.applied(triples), POLICY).removed == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "In 2015–2017, 96 people were linked to care; 15 finished, 43 waited.",
        "240 referrals in 20,800 contacts, 00:30 to 06:00, 12 345 678 syringes in all, 1 200 000 a year.",
        "Odds ratio 2.21 (1.33–3.68), 0.37 (0.19–0.72); 38.5% of 1,326.",
        "Decree-Law 183/2001 of 21 June; joint decision 25132/4/4/16; Law 4139/2013.",
        "The service was born in 2009 and moved in 2015.",
        "Born from 1945 to 1994, they are invited to a test.",
        "A free line of the ministry, open from 9 to 17.",
        "Five peer workers and a nurse; up to three peers may come along; at least two users speak.",
        "In three areas people who use drugs, residents and police met.",
        "Street teams walk in Bairro do Cerco, in Praga-Północ and along the Boulevard.",
        "Ordem dos Enfermeiros, Komenda Stołeczna, Gazeta Wyborcza and Vilniaus universitetas took part.",
        "Ο Δήμος Αθηναίων και η Ελληνική Αστυνομία συμμετέχουν.",
        "A Magyar Vöröskereszt és a Józsefvárosi Önkormányzat támogatja.",
        "De gemeente Rotterdam en de Pauluskerk werken samen.",
        "La Ville de Liège et la Police locale se réunissent.",
        "COVID-19, HCV-2017, NSP-2 and G4S; 5 μg/l; Δ9-THC; H2O.",
        "Young people aged 18 to 25, and adults aged 30 and over.",
        "A 25-year-old organisation; its 10-year programme.",
    ],
)
def test_ordinary_sentence_passes(text: str) -> None:
    assert disclosures(text, POLICY) == []


def test_names_that_may_stand_are_left_alone_where_they_are_known() -> None:
    text = "The Maria Skłodowska Hospital and Fundacja Jana Kowalskiego treat."
    assert disclosures(text, POLICY)
    assert disclosures(text, POLICY, ["Maria Skłodowska Hospital", "Fundacja Jana Kowalskiego"]) == []
