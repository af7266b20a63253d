"""The curated data has no fault, is in its one order, and builds a release."""

from __future__ import annotations

from p2p_graph.curation import Sources, check, in_order, read_data, read_files


def test_data_has_no_fault() -> None:
    sources = Sources.shared()
    faults = check(read_data(sources.data), sources)
    assert not faults, "\n".join(map(str, faults[:40]))


def test_data_is_in_canonical_order() -> None:
    folder = Sources.shared().data
    assert sorted(str(path.relative_to(folder)) for path in in_order(read_files([folder], folder))) == []


def test_examples_are_in_canonical_order() -> None:
    examples = Sources.shared().ontology / "examples"
    files = read_files([examples / "valid", examples / "background.ttl", examples / "invalid"], examples)
    loose = examples / "invalid" / "node-without-address.ttl"
    assert in_order({path: source for path, source in files.items() if path != loose}) == {}
