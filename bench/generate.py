"""Writes a release of generated data that looks like ours: the same ontology, invented countries.

    python -m bench.generate --triples 1000000 -o var/bench/1000000

The same seed and size give the same bytes. Nothing in it is true: practices, actors and ties are drawn at random, by
distributions of their own.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import RdfFormat, Store, serialize

from p2p_graph.curation import Sources, read_words
from p2p_graph.vocab import BASE, PREFIXES

COUNTRIES = [f"X{letter}" for letter in "ABCDEFGHIJKLMNOP"]
#: roles with how often they occur, and the class each stands for
ROLES = {
    "outreach-worker": (18, "OutreachWorkers", "Professionals"),
    "peer-worker": (14, "PeerWorkers", "Peers"),
    "peer": (12, "Peers"),
    "person-who-uses-drugs": (10, "PeopleWhoUseDrugs"),
    "nurse": (8, "Nurses", "Professionals"),
    "social-worker": (8, "SocialWorkers", "Professionals"),
    "police-officer": (8, "PoliceOfficers"),
    "peer-educator": (6, "PeerEducators", "Peers"),
    "volunteer": (5, "Volunteers"),
    "city-official": (4, "CityOfficials"),
    "researcher": (3, "Researchers"),
    "resident": (2, "Residents"),
    "small-scale-dealer": (2, "SmallScaleDealers"),
}
FUNCTIONS = ["referral", "equipment", "information", "training", "joint-work", "consultation", "funding", "warning"]
BASES = ["contract", "protocol", "team-role", "word-of-mouth", "trust", "toleration", "funding"]
KINDS = ["joint-outreach", "peer-integration-in-team", "peer-led-service", "drug-checking", "naloxone", "referral"]
LANGUAGES = ["en", "pt", "el", "pl", "lt", "nl", "fr", "hu"]


def quads(triples: int, seed: int) -> Iterator[str]:
    """Lines of N-Quads until there are about `triples`: shared things first, then one contribution after the other."""
    chance = random.Random(seed)
    organisations = max(40, triples // 2500)
    written = 0
    for line in _shared(chance, organisations):
        written += 1
        yield line
    number = 0
    while written < triples:
        for line in _contribution(chance, number, organisations):
            written += 1
            yield line
        number += 1


def _shared(chance: random.Random, organisations: int) -> Iterator[str]:
    graph = f"{BASE}graph/bench/shared"
    for code in COUNTRIES:
        yield from _thing(graph, "country", code, "Country", ["Place"], {"rdfs:label": f"Country {code}"})
        yield _line(graph, _id("country", code), "p2p:code", _text(code))
    yield from _thing(graph, "contributor", "bench", "Contributor", [], {"rdfs:label": "Generator"})
    for number in range(organisations):
        slug = f"bench-{number}"
        role, wider = chance.choice([("cso", "CivilSocietyOrganisation"), ("public-authority", "PublicAuthority")])
        yield from _thing(
            graph, "organisation", slug, "Organisation", ["Actor", wider], {"rdfs:label": f"Organisation {number}"}
        )
        yield _line(graph, _id("organisation", slug), "p2p:role", _concept("role", role))
        yield _line(graph, _id("organisation", slug), "p2p:inCountry", _id("country", COUNTRIES[number % 16]))


def _contribution(chance: random.Random, number: int, organisations: int) -> Iterator[str]:
    """One practice with its groups, ties, document, reading and finding: about ninety quads."""
    slug, graph = f"bench-{number}", f"{BASE}graph/bench/practices/bench-{number}"
    country = _id("country", chance.choices(COUNTRIES, weights=range(16, 0, -1))[0])
    practice, reading = _id("practice", slug), _id("reading", slug)
    yield from _thing(graph, "document", slug, "Document", [], {"rdfs:label": f"Report {number}"})
    yield _line(graph, _id("document", slug), "p2p:documentKind", _concept("document-kind", "report"))
    yield _line(graph, _id("document", slug), "p2p:year", _number(chance.randint(1995, 2025)))
    yield from _thing(graph, "reading", slug, "Reading", [], {})
    yield _line(graph, reading, "p2p:ofDocument", _id("document", slug))
    yield _line(graph, reading, "p2p:recordedBy", _id("contributor", "bench"))
    yield _line(graph, reading, "p2p:readOn", f'"2026-01-05"^^<{PREFIXES["xsd"]}date>')
    yield _line(graph, reading, "p2p:extentSeen", _concept("extent-seen", "whole"))
    yield from _thing(
        graph, "practice", slug, "Practice", [], {"dcterms:description": f"Practice {number}, generated."}
    )
    for language in chance.sample(LANGUAGES, chance.randint(1, 4)):
        yield _line(graph, practice, "rdfs:label", _text(f"Practice {number} ({language})", language))
    lead = int(organisations * chance.random() ** 2)  # a few organisations lead many practices
    yield _line(graph, practice, "p2p:inCountry", country)
    yield _line(graph, practice, "p2p:lead", _id("organisation", f"bench-{lead}"))
    yield _line(graph, practice, "p2p:practiceKind", _concept("practice-kind", chance.choice(KINDS)))
    yield _line(graph, practice, "p2p:evidenceLevel", _concept("study-design", "descriptive"))
    yield _line(graph, practice, "p2p:startYear", _number(chance.randint(1990, 2024)))
    yield _line(graph, practice, "p2p:readIn", reading)
    groups = []
    for role in _roles(chance):
        groups.append(_id("group", f"{slug}-{role}"))
        yield from _group(graph, f"{slug}-{role}", role, country, practice, number)
    groups.append(_id("organisation", f"bench-{lead}"))
    for tie in range(chance.choices([1, 2, 3, 4, 5], weights=[20, 30, 25, 15, 10])[0]):
        yield from _tie(chance, graph, f"{slug}-{tie}", groups, practice, country, reading)
    if chance.random() < 0.4:
        yield from _finding(chance, graph, slug, practice, country, reading)


def _roles(chance: random.Random) -> list[str]:
    drawn = chance.choices(list(ROLES), weights=[int(entry[0]) for entry in ROLES.values()], k=chance.randint(2, 4))
    return list(dict.fromkeys(drawn))


def _group(graph: str, slug: str, role: str, country: str, practice: str, number: int) -> Iterator[str]:
    classes = ["Actor", *(str(name) for name in ROLES[role][1:])]
    label = {"rdfs:label": f"{role.capitalize()} of practice {number}"}
    yield from _thing(graph, "group", slug, "ActorGroup", classes, label)
    yield _line(graph, _id("group", slug), "p2p:role", _concept("role", role))
    yield _line(graph, _id("group", slug), "p2p:inCountry", country)
    yield _line(graph, _id("group", slug), "p2p:inPractice", practice)


def _tie(
    chance: random.Random, graph: str, slug: str, actors: list[str], practice: str, country: str, reading: str
) -> Iterator[str]:
    tie = _id("tie", slug)
    size = min(len(actors), chance.choices([2, 3, 4], weights=[80, 14, 6])[0])
    members = chance.sample(actors, size)
    yield from _thing(graph, "tie", slug, "Cooperation", [], {})
    for member in members:
        yield _line(graph, tie, "p2p:participant", member)
    if size == 2 and chance.random() < 0.4:
        yield _line(graph, tie, "p2p:giver", members[0])
        yield _line(graph, tie, "p2p:receiver", members[1])
    if chance.random() < 0.5:
        form = chance.choices(["formal", "informal", "mixed"], weights=[5, 4, 1])[0]
        yield _line(graph, tie, "p2p:form", _concept("form", form))
    polarity = chance.choices(["supports", "opposes", "blocks"], weights=[92, 6, 2])[0]
    yield _line(graph, tie, "p2p:polarity", _concept("polarity", polarity))
    yield _line(graph, tie, "p2p:function", _concept("function", chance.choice(FUNCTIONS)))
    yield _line(graph, tie, "p2p:basis", _concept("basis", chance.choice(BASES)))
    yield _line(graph, tie, "p2p:confidence", _concept("confidence", chance.choice(["stated", "inferred"])))
    yield _line(graph, tie, "p2p:inPractice", practice)
    yield _line(graph, tie, "p2p:inCountry", country)
    yield _line(graph, tie, "p2p:readIn", reading)


def _finding(chance: random.Random, graph: str, slug: str, practice: str, country: str, reading: str) -> Iterator[str]:
    finding, all_of_them = _id("finding", slug), chance.randint(20, 900)
    words = {"rdfs:label": "People reached", "dcterms:description": "How many were reached, generated."}
    yield from _thing(graph, "finding", slug, "Finding", [], words)
    yield _line(graph, finding, "p2p:studyDesign", _concept("study-design", "descriptive"))
    yield _line(graph, finding, "p2p:about", practice)
    yield _line(graph, finding, "p2p:inCountry", country)
    yield _line(graph, finding, "p2p:denominator", _number(all_of_them))
    yield _line(graph, finding, "p2p:numerator", _number(chance.randint(0, all_of_them)))
    yield _line(graph, finding, "p2p:readIn", reading)


def _thing(graph: str, kind: str, slug: str, name: str, wider: list[str], words: dict[str, str]) -> Iterator[str]:
    """The type of a thing, the classes that follow from it, and words about it in English."""
    thing = _id(kind, slug)
    yield _line(graph, thing, "rdf:type", f"<{PREFIXES['p2p']}{name}>")
    for other in wider:
        yield _line(f"{BASE}graph/derived", thing, "rdf:type", f"<{PREFIXES['p2p']}{other}>")
    for predicate, text in words.items():
        yield _line(graph, thing, predicate, _text(text, "en"))


def _line(graph: str, subject: str, predicate: str, value: str) -> str:
    prefix, local = predicate.split(":")
    return f"{subject} <{PREFIXES[prefix]}{local}> {value} <{graph}> .\n"


def _id(kind: str, slug: str) -> str:
    return f"<{PREFIXES[kind]}{slug}>"


def _concept(scheme: str, name: str) -> str:
    return f"<{PREFIXES[scheme]}{name}>"


def _text(text: str, language: str = "") -> str:
    return f'"{text}"@{language}' if language else f'"{text}"'


def _number(number: int) -> str:
    return f'"{number}"^^<{PREFIXES["xsd"]}integer>'


def write_release(folder: Path, triples: int, seed: int = 7) -> Path:
    """A release folder of about that many triples, with the ontology and the words in it."""
    folder.mkdir(parents=True)
    version = f"bench+{triples}.{seed}"
    dataset = f"<{BASE}graph/dataset>"
    count, classes = 0, Counter[str]()
    with (folder / "data.nq").open("w", encoding="utf-8", newline="\n") as file:
        words = serialize(read_words(Sources.shared()), format=RdfFormat.N_QUADS)
        assert words is not None
        file.write(words.decode())
        file.write(_line(f"{BASE}graph/dataset", dataset, "dcterms:hasVersion", _text(version)))
        for line in quads(triples, seed):
            file.write(line)
            count += 1
            if f"#type> <{PREFIXES['p2p']}" in line:
                classes[line.split(PREFIXES["p2p"], 1)[1].split(">", 1)[0]] += 1
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "data.nq"), format=RdfFormat.N_QUADS)
    store.optimize()
    store.flush()
    facts = {"version": version, "created": "2026-01-05", "triples": len(store), "graphs": [], "files": {}}
    facts["counts"] = dict(sorted(classes.items()))
    (folder / "manifest.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return folder


def main() -> None:
    """Reads the command line and writes the release."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate", description=__doc__.splitlines()[0])
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("-o", "--output", type=Path, required=True, help="a folder that does not exist yet")
    given = parser.parse_args()
    if given.output.exists():
        parser.error(f"{given.output} exists: name a new folder, or remove it")
    print(write_release(given.output, given.triples, given.seed))


if __name__ == "__main__":
    main()
