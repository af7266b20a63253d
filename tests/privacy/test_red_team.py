"""The red team: each planted disclosure is found, told without being repeated, and keeps a release from being built."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from p2p_graph.config import Settings, share
from p2p_graph.contributing import read_policy, wording_faults
from p2p_graph.contributing.wording import rarities
from p2p_graph.curation import Sources, check, read_data, read_words
from p2p_graph.errors import DataError
from p2p_graph.model import Fault
from p2p_graph.privacy import WORDS, explain
from p2p_graph.release import build
from tests.privacy.planted import CASES, COVER, HERE, Planted, laid

POLICY = read_policy(share("ontology"))


@pytest.fixture(scope="session")
def known(example_sources: Sources) -> list[object]:
    """The invented data with the words and the cover."""
    triples = [quad.triple for quad in read_words(example_sources)]
    for source in (*read_data(example_sources.data), COVER.source):
        triples += source.triples
    return list(triples)


def _faults(case: Planted, known: list) -> list[Fault]:  # type: ignore[type-arg]
    everything = [*known, *case.source.triples]
    return [*wording_faults([case.source], everything, POLICY), *rarities([case.source], everything, POLICY)]


def test_there_are_many_cases_and_each_kind_is_among_them() -> None:
    assert len(CASES) >= 80
    assert {case.found for case in CASES} == set(WORDS)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_planted_disclosure_is_found_and_told_in_words_that_mend_it(case: Planted, known: list[object]) -> None:
    faults = _faults(case, known)
    assert explain(case.found) in {fault.what for fault in faults}, [str(fault) for fault in faults]
    assert all(fault.file for fault in faults)
    told = "\n".join(str(fault) for fault in faults)
    for secret in case.secrets:
        assert secret.casefold() not in told.casefold()


def test_cover_and_template_are_clean(known: list[object], example_sources: Sources, tmp_path: Path) -> None:
    """What the cases are made of is found by nobody, so that what is found in them is what was planted."""
    sources = laid([COVER], tmp_path / "data", example_sources)
    assert check(read_data(sources.data), sources) == ()


def test_a_release_with_all_cases_is_refused_and_names_each_file_line_and_field(
    example_sources: Sources, tmp_path: Path
) -> None:
    sources = laid([COVER, *CASES], tmp_path / "data", example_sources)
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(DataError) as caught:
        build(settings, sources=sources)
    assert not settings.home.exists()
    faults = caught.value.values["faults"]
    assert isinstance(faults, tuple)
    found = {(fault.file, fault.what) for fault in faults}
    for case in CASES:
        if not case.file.startswith("practices/") and not case.found.startswith("rare"):
            assert (f"xa/{case.file}", explain(case.found)) in found, case.name
    told = "\n".join([str(caught.value), repr(caught.value), *map(str, faults)]).casefold()
    secrets = [(case.name, secret.casefold()) for case in CASES for secret in case.secrets if _tells(secret)]
    assert [(name, secret) for name, secret in secrets if secret in told] == []
    assert all(fault.line for fault in faults if fault.subject)


def _tells(secret: str) -> bool:
    """Whether a secret is not also a word of the explanations."""
    return secret.casefold() not in _explanations()


@cache
def _explanations() -> str:
    return " ".join(WORDS.values()).casefold()


@pytest.mark.parametrize("name", ["rare-dealer", "homoglyph-cyrillic", "metadata-file-name", "field-foaf-name"])
def test_one_case_alone_is_enough_to_refuse(name: str, example_sources: Sources, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == name)
    sources = laid([COVER, case], tmp_path / "data", example_sources)
    with pytest.raises(DataError, match=r"the last release stays") as caught:
        build(Settings(home=tmp_path / "home"), sources=sources)
    told = "\n".join(map(str, caught.value.values["faults"]))  # type: ignore[call-overload]
    assert explain(case.found) in told
    for secret in case.secrets:
        assert secret.casefold() not in told.casefold()


def test_cases_say_what_is_planted(tmp_path: Path) -> None:
    for case in CASES:
        assert case.planted.endswith("."), case.name
        assert case.found in WORDS, case.name
    assert (HERE / "cases").is_dir()
