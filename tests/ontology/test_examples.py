"""Every valid example passes; every invalid one shows exactly the fault it names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Triple

from p2p_graph.config import share
from p2p_graph.contributing import Shapes, Source, validate
from p2p_graph.curation import Sources, read_files, read_words
from p2p_graph.turtle import leading_comments
from p2p_graph.vocab import KINDS, p2p

EXAMPLES = share("ontology") / "examples"
VALID = sorted((EXAMPLES / "valid").glob("*.ttl"))
INVALID = sorted((EXAMPLES / "invalid").glob("*.ttl"))


@cache
def _read() -> dict[Path, Source]:
    return read_files([EXAMPLES], EXAMPLES)


@cache
def _background() -> tuple[Source, ...]:
    return (_read()[EXAMPLES / "background.ttl"],)


@cache
def _shapes() -> Shapes:
    return Shapes.load(share("ontology") / "shapes")


@cache
def _words() -> tuple[Triple, ...]:
    return tuple(quad.triple for quad in read_words(Sources.shared()))


def _faults(*files: Source) -> list[tuple[str, str]]:
    """Path and words of each fault of some files, with the background and the words as what they refer to."""
    context = [*_words(), *(triple for source in _background() for triple in source.triples)]
    found = validate(files, context, _shapes())
    return [(fault.path or "-", str(fault)) for fault in found]


def test_valid_examples_pass() -> None:
    assert _faults(*_background(), *(_read()[path] for path in VALID)) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_example_shows_the_fault_it_names(path: Path) -> None:
    source = _read()[path]
    expected_path, words = leading_comments(source.text).removeprefix("# expect: ").strip().split(" ", 1)
    faults = _faults(source)
    assert [found for found, _ in faults] == [expected_path], faults
    assert words in faults[0][1]
    line = int(faults[0][1].split(":")[1])
    assert source.text.splitlines()[line - 1].strip()


def test_there_is_a_valid_example_of_every_kind_and_every_hard_case() -> None:
    stems = {path.stem for path in VALID}
    assert set(KINDS) <= stems
    for kind, name in KINDS.items():
        types = {triple.object for triple in _read()[EXAMPLES / "valid" / f"{kind}.ttl"].triples}
        narrower = {p2p("City"), p2p("Area")} if kind == "place" else set()
        assert types & ({p2p(name)} | narrower), kind
    assert [stem[:7] for stem in sorted(stems) if stem.startswith("case-")] == [f"case-{n:02}" for n in range(1, 19)]


def test_there_are_enough_invalid_examples_and_each_says_what_it_expects() -> None:
    assert len(INVALID) >= 20
    assert [path.name for path in INVALID if not _read()[path].text.startswith("# expect: ")] == []
