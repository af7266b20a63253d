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
from p2p_graph.keeping import index, keep
from p2p_graph.reading.library import Library
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
#: lists of concepts that things of a practice are drawn from
CHOICES = {
    "setting": ["street", "drop-in", "nightlife", "festival", "prison", "consumption-room"],
    "service": ["syringe-exchange", "naloxone", "testing", "smoking-equipment", "hepatitis-c-treatment"],
    "status": ["prohibited", "tolerated", "permitted", "regulated", "publicly-funded", "suspended"],
    "employment-status": ["contract", "job-scheme", "pay-by-task", "volunteer", "unpaid"],
    "payment": ["wage", "fee", "allowance", "in-kind", "none"],
    "recognition": ["by-law", "by-employer", "by-authority", "none"],
    "end-reason": ["money-ended", "agreement-lapsed", "opposition", "decision", "planned-end"],
    "direction": ["supports", "mixed", "no-effect", "against"],
    "modality": ["allows", "requires", "forbids", "defines"],
    "indicator": ["syringes-distributed", "syringes-returned", "drug-consumption-rooms"],
}
#: property → list, what a practice always has
PRACTICE_LISTS = {"p2p:setting": "setting", "p2p:service": "service"}
PEER_LISTS = {"p2p:employmentStatus": "employment-status", "p2p:payment": "payment", "p2p:recognition": "recognition"}
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
    for code in COUNTRIES:
        yield from _country(chance, graph, code)
    yield from _thing(graph, "project", "bench", "Project", [], {"rdfs:label": "Project"})
    for number in range(20):
        part = "p2p:partner" if number else "p2p:coordinator"
        yield _line(graph, _id("project", "bench"), part, _id("organisation", f"bench-{number}"))
        words = {"rdfs:label": f"Activity {number}"}
        yield from _thing(graph, "activity", f"bench-{number}", "Activity", [], words)
        activity = _id("activity", f"bench-{number}")
        yield _line(graph, activity, "p2p:inProject", _id("project", "bench"))
        yield _line(graph, activity, "p2p:activityKind", _concept("activity-kind", "meeting"))
        yield _line(graph, activity, "p2p:inCountry", _id("country", COUNTRIES[number % 16]))
        yield _line(graph, activity, "p2p:startYear", _number(2019))


def _country(chance: random.Random, graph: str, code: str) -> Iterator[str]:
    """What is known of a country beside its practices: a city, acts with their rules, numbers of ten years."""
    country = _id("country", code)
    yield from _thing(graph, "place", code.lower(), "Place", [], {"rdfs:label": f"City of {code}"})
    for number in range(8):
        slug = f"{code.lower()}-{number}"
        yield from _thing(graph, "law", slug, "LegalAct", [], {"rdfs:label": f"Act {number} of {code}"})
        yield _line(graph, _id("law", slug), "p2p:inCountry", country)
        yield _line(graph, _id("law", slug), "p2p:year", _number(chance.randint(1980, 2024)))
        yield from _thing(graph, "rule", slug, "Rule", [], {"p2p:task": "What the rule lets one do."})
        yield _line(graph, _id("rule", slug), "p2p:inAct", _id("law", slug))
        yield _line(graph, _id("rule", slug), "p2p:aboutRole", _concept("role", chance.choice(list(ROLES))))
        yield _line(graph, _id("rule", slug), "p2p:modality", _drawn(chance, "modality"))
    for indicator in CHOICES["indicator"]:
        for year in range(2014, 2024):
            slug = f"{code.lower()}-{indicator}-{year}"
            yield from _thing(graph, "observation", slug, "IndicatorObservation", [], {})
            yield _line(graph, _id("observation", slug), "p2p:indicator", _concept("indicator", indicator))
            yield _line(graph, _id("observation", slug), "p2p:inCountry", country)
            yield _line(graph, _id("observation", slug), "p2p:year", _number(year))
            yield _line(graph, _id("observation", slug), "p2p:value", _number(chance.randint(1, 5000)))


def _contribution(chance: random.Random, number: int, organisations: int) -> Iterator[str]:
    """One practice with its groups, ties, document, reading and finding: about a hundred quads."""
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
    evidence = chance.choices(["descriptive", "none-stated"], weights=[3, 1])[0]
    yield _line(graph, practice, "p2p:evidenceLevel", _concept("study-design", evidence))
    for predicate, scheme in PRACTICE_LISTS.items():
        yield _line(graph, practice, predicate, _drawn(chance, scheme))
    yield from _history(chance, graph, slug, number)
    yield _line(graph, practice, "p2p:startYear", _number(chance.randint(1990, 2024)))
    yield _line(graph, practice, "p2p:readIn", reading)
    groups = []
    for role in _roles(chance):
        group = _id("group", f"{slug}-{role}")
        groups.append(group)
        yield from _group(graph, f"{slug}-{role}", role, country, practice, number)
        if role.startswith("peer") and chance.random() < 0.5:
            for predicate, scheme in PEER_LISTS.items():
                yield _line(graph, group, predicate, _drawn(chance, scheme))
    groups.append(_id("organisation", f"bench-{lead}"))
    for tie in range(chance.choices([1, 2, 3, 4, 5], weights=[20, 30, 25, 15, 10])[0]):
        yield from _tie(chance, graph, f"{slug}-{tie}", groups, practice, country, reading)
    if chance.random() < 0.4:
        yield from _finding(chance, graph, slug, practice, country, reading)


def _history(chance: random.Random, graph: str, slug: str, number: int) -> Iterator[str]:
    """How a practice stood with the law, when it paused, what it came from, what sources say of it differently."""
    practice = _id("practice", slug)
    if chance.random() < 0.2:
        for step, since in enumerate(sorted(chance.sample(range(1995, 2025), 2))):
            period = _id("status-period", f"{slug}-{step}")
            yield from _thing(graph, "status-period", f"{slug}-{step}", "StatusPeriod", [], {})
            yield _line(graph, period, "p2p:statusOf", practice)
            yield _line(graph, period, "p2p:status", _drawn(chance, "status"))
            yield _line(graph, period, "p2p:startYear", _number(since))
    if chance.random() < 0.05:
        for step, since in enumerate((2001, 2011)):
            period = _id("period", f"{slug}-{step}")
            yield from _thing(graph, "period", f"{slug}-{step}", "Period", [], {})
            yield _line(graph, practice, "p2p:period", period)
            yield _line(graph, period, "p2p:startYear", _number(since))
            yield _line(graph, period, "p2p:endYear", _number(since + 5))
    if number and chance.random() < 0.1:
        yield _line(graph, practice, "p2p:derivedFrom", _id("practice", f"bench-{chance.randrange(number)}"))
    if number and chance.random() < 0.01:
        words = {"dcterms:description": "When one ended the other grew, generated."}
        link = _id("causal-link", slug)
        yield from _thing(graph, "causal-link", slug, "CausalLink", [], words)
        yield _line(graph, link, "p2p:cause", _id("practice", f"bench-{chance.randrange(number)}"))
        yield _line(graph, link, "p2p:effect", practice)
    if chance.random() < 0.03:
        for year in (2001, 2002):
            claim = _id("claim", f"{slug}-{year}")
            yield from _thing(graph, "claim", f"{slug}-{year}", "Claim", [], {})
            yield _line(graph, claim, "p2p:claimAbout", practice)
            yield _line(graph, claim, "p2p:claimProperty", f"<{PREFIXES['p2p']}startYear>")
            yield _line(graph, claim, "p2p:claimValue", _number(year))
            yield _line(graph, claim, "p2p:readIn", _id("reading", slug))


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
    if chance.random() < 0.12:
        yield _line(graph, tie, "p2p:condition", _text("As long as nobody is reported.", "en"))
    if chance.random() < 0.05:
        yield _line(graph, tie, "p2p:area", f"{PLACE_OF[country]}")
    if chance.random() < 0.4:
        yield _line(graph, tie, "p2p:startYear", _number(chance.randint(1995, 2020)))
    if chance.random() < 0.05:
        yield _line(graph, tie, "p2p:endYear", _number(chance.randint(2020, 2025)))
        yield _line(graph, tie, "p2p:endReason", _drawn(chance, "end-reason"))
    if not slug.endswith("-0") and chance.random() < 0.05:
        yield _line(graph, tie, "p2p:succeeds", _id("tie", slug.rpartition("-")[0] + "-0"))


def _finding(chance: random.Random, graph: str, slug: str, practice: str, country: str, reading: str) -> Iterator[str]:
    finding, all_of_them = _id("finding", slug), chance.randint(20, 900)
    words = {"rdfs:label": "People reached", "dcterms:description": "How many were reached, generated."}
    yield from _thing(graph, "finding", slug, "Finding", [], words)
    yield _line(graph, finding, "p2p:studyDesign", _concept("study-design", "descriptive"))
    yield _line(graph, finding, "p2p:about", practice)
    yield _line(graph, finding, "p2p:aboutRole", _concept("role", chance.choice(list(ROLES))))
    yield _line(graph, finding, "p2p:direction", _drawn(chance, "direction"))
    yield _line(graph, finding, "p2p:sampleSize", _number(all_of_them))
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


def _drawn(chance: random.Random, scheme: str) -> str:
    return _concept(scheme, chance.choice(CHOICES[scheme]))


def _concept(scheme: str, name: str) -> str:
    return f"<{PREFIXES[scheme]}{name}>"


PLACE_OF = {_id("country", code): _id("place", code.lower()) for code in COUNTRIES}


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
    library = Library.load(Sources.shared().queries)
    index(folder, store, library)
    keep(folder, store, library)
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
