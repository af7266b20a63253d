"""The locks hold what pyproject.toml asks for, with hashes, and no address of any host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
ASKED = {
    "requirements.lock": PROJECT["project"]["dependencies"] + GROUPS["build"],
    "requirements-dev.lock": PROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["dev"],
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def _pins(text: str) -> dict[str, list[str]]:
    pins: dict[str, list[str]] = {}
    for name, version in _PIN.findall(text):
        pins.setdefault(canonicalize_name(name), []).append(version)
    return pins


@pytest.mark.parametrize("lock", ASKED)
def test_lock_holds_what_pyproject_asks_for(lock: str) -> None:
    pins = _pins((ROOT / lock).read_text(encoding="utf-8"))
    for text in ASKED[lock]:
        asked = Requirement(text)
        versions = pins.get(canonicalize_name(asked.name), [])
        assert versions, f"{asked.name} is not in {lock}: run `make lock`"
        assert all(asked.specifier.contains(version) for version in versions), f"{lock}: {asked} got {versions}"


@pytest.mark.parametrize("lock", ASKED)
def test_every_pin_has_a_hash_and_no_line_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(entries) == len(_PIN.findall(text))
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "index-url" not in text


def test_locks_agree() -> None:
    run, dev = (_pins((ROOT / lock).read_text(encoding="utf-8")) for lock in ASKED)
    assert {name: versions for name, versions in run.items() if dev.get(name) != versions} == {}
