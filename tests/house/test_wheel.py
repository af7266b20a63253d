"""The wheel: the same source gives the same bytes, it holds all the site needs, and it runs without a checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: a moment in 2023
EPOCH = "1700000000"


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    env = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, as it is put into an environment."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def test_two_builds_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        again = build(tmp_path)
    finally:
        os.umask(before)
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_it_holds_everything_and_nothing_of_the_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in {
        "queries": "p2p_graph/_share/queries",
        "ontology": "p2p_graph/_share/ontology",
        "data/triples": "p2p_graph/_share/data/triples",
        "webapp": "webapp",
        "p2p_graph": "p2p_graph",
    }.items():
        there = {
            f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        }
        assert there, folder
        assert there - names == set(), folder
    assert not [name for name in names if name.startswith(("tests/", "bench/", "docs/", "deploy/")) or "/.git" in name]


SERVE = """
import sys
import p2p_graph, webapp
from p2p_graph.config import share
for path in (p2p_graph.__file__, webapp.__file__, share("data/triples"), share("ontology"), share("queries")):
    assert str(path).startswith(sys.argv[1]), path
from p2p_graph.cli import main
sys.argv = ["p2p", "serve", "--port", "0"]
main()
"""


def test_it_serves_from_elsewhere_without_the_checkout(installed: Path, example_home: Path, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("P2P_", "PYTHON"))}
    env = {
        **kept,
        "PYTHONPATH": str(installed),
        "P2P_HOME": str(example_home),
        "P2P_WORKERS": "1",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-c", SERVE, str(installed)]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://[0-9.]+:\d+/", line):
                break
        else:
            pytest.fail(said)
        for path in ("", "country/XA", "static/css/site.css", "pl/country/XA", "queries"):
            with urllib.request.urlopen(found[0] + path, timeout=20) as answer:
                assert answer.status == 200
                assert len(answer.read()) > 1000, path
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()


# the list of what it is made of


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    command = [sys.executable, str(ROOT / ".ci" / "sbom")]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    return found


def test_the_list_of_parts_holds_every_pin_with_hashes(sbom: dict[str, Any]) -> None:
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["bom-ref"]: part for part in sbom["components"]}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = {f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}" for name, version in _PIN.findall(lock)}
    assert len(pins) > 40
    assert pins == {ref for ref in parts if ref.startswith("pkg:pypi/")}
    for ref in pins:
        hashes = [one["value"] for one in parts[ref]["properties"]]
        assert hashes, ref
        assert all(f"--hash={one}" in lock for one in hashes), ref
    vendored = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert len([ref for ref in parts if ref.startswith("pkg:npm/")]) == len(vendored)
    known = {*parts, sbom["metadata"]["component"]["bom-ref"]}
    for one in sbom["dependencies"]:
        assert {one["ref"], *one["dependsOn"]} <= known


_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def test_what_the_site_needs_is_under_licences_that_ask_for_no_more_than_a_notice(sbom: dict[str, Any]) -> None:
    unknown = []
    for part in sbom["components"]:
        told = json.dumps(part.get("licenses", []))
        assert not re.search(r"\b(A?GPL|LGPL|GNU)", told), f"{part['name']}: {told}"
        if part.get("licenses") is None:
            unknown.append(part["name"])
    # of packages for another system, which are not installed here, nothing is known
    assert set(unknown) <= {"colorama", "tzdata", "win32-setctime", "typing-extensions"}
