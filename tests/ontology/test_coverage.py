"""The table of coverage in `data/README.md` is what the files hold.

python -m tests.ontology.test_coverage      prints it anew
"""

from __future__ import annotations

from collections import Counter

from p2p_graph.config import share
from p2p_graph.curation import read_data
from p2p_graph.vocab import PREFIXES, kind_and_slug

COUNTRIES = ("PT", "GR", "PL", "LT", "BE", "FR", "NL", "HU")
KINDS = {
    "practice": "practices",
    "tie": "ties",
    "organisation": "organisations",
    "finding": "findings",
    "document": "documents",
    "law": "legal acts",
    "rule": "rules",
    "status-period": "statuses",
    "observation": "indicator values",
    "activity": "activities",
    "claim": "claims",
}
README = share("data/triples").parent / "README.md"


def table() -> str:
    """Things by folder and kind, as Markdown."""
    found: dict[str, Counter[str]] = {folder: Counter() for folder in (*COUNTRIES, "shared")}
    for source in read_data(share("data/triples")):
        folder = source.file.split("/", 1)[0]
        name = folder.upper() if folder.upper() in COUNTRIES else "shared"
        for triple in source.triples:
            known = kind_and_slug(getattr(triple.subject, "value", ""))
            if known and triple.predicate.value == PREFIXES["rdf"] + "type":
                found[name][known[0]] += 1
    head = "| | " + " | ".join((*found, "all")) + " |\n|---|" + "---:|" * (len(found) + 1)
    rows = [
        f"| {words} | "
        + " | ".join(str(n) for n in (*(c[kind] for c in found.values()), sum(c[kind] for c in found.values())))
        + " |"
        for kind, words in KINDS.items()
    ]
    return "\n".join((head, *rows))


def test_coverage_in_the_readme_is_what_the_files_hold() -> None:
    assert table() in README.read_text(encoding="utf-8")


if __name__ == "__main__":
    print(table())
