"""What `data/README.md` tells a newcomer to write passes the check, and is found in the release it gives."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

from p2p_graph.config import Settings, share
from p2p_graph.curation import Sources
from p2p_graph.release import build
from p2p_graph.vocab import PREFIXES, mint

README = share("data/triples").parent / "README.md"


def blocks() -> list[str]:
    fenced = re.findall(r"^ *```turtle\n(.*?)^ *```", README.read_text(encoding="utf-8"), re.S | re.M)
    return [re.sub(r"^ {3}", "", block, flags=re.M) for block in fenced]


def test_the_example_of_the_readme_becomes_part_of_a_release(tmp_path: Path) -> None:
    data = tmp_path / "triples"
    shutil.copytree(share("data/triples"), data)
    document, practice, tie = blocks()
    head = "".join(f"@prefix {prefix}: <{address}> .\n" for prefix, address in PREFIXES.items())
    with (data / "pt" / "documents.ttl").open("a", encoding="utf-8") as out:
        out.write("\n@prefix reading: <" + PREFIXES["reading"] + "> .\n" + head + document)
    (data / "pt" / "practices" / "evening-bus.ttl").write_text(head + practice + tie, encoding="utf-8")
    folder = build(Settings(home=tmp_path / "home"), sources=replace(Sources.shared(), data=data))
    store = Store()
    store.bulk_load(path=str(folder / "data.nq"), format=RdfFormat.N_QUADS)
    kinds = {quad.object for quad in store.quads_for_pattern(mint("group", "evening-bus-peer-worker"), None, None)}
    assert NamedNode(PREFIXES["p2p"] + "PeerWorkers") in kinds
    assert list(store.quads_for_pattern(mint("tie", "evening-bus-team"), None, None))
