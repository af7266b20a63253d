"""The commands of the desk, on a real ledger and real releases: each does its work, each refusal is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result
from practices import PORT, turtle

from p2p_graph.cli import commands
from p2p_graph.config import Settings
from p2p_graph.contributing.accounts import Accounts
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.curation import Sources


class Command(Protocol):
    """Runs `p2p` with some words."""

    def __call__(self, *words: str) -> Result: ...


@pytest.fixture
def p2p(tmp_path: Path, example_sources: Sources, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command on the invented countries, with an empty home."""
    monkeypatch.setenv("P2P_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Sources, "shared", classmethod(lambda cls: example_sources))

    def run(*words: str) -> Result:
        return CliRunner().invoke(commands, list(words), prog_name="p2p")

    return run


def _fine(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def _refused(result: Result, sentence: str) -> None:
    assert result.exit_code == 2, result.output
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def _join(p2p: Command, tmp_path: Path, name: str, slug: str, role: str = "partner") -> None:
    link = _fine(p2p("account", "invite", slug, "--credit", "Port House", "--role", role, "--site", "https://e.org/"))
    assert link.startswith("https://e.org/join/")
    ledger = Ledger.open(Settings(home=tmp_path / "home"))
    Accounts(ledger).join(link.strip().rsplit("/", 1)[1], name, "four words in a row")
    ledger.close()


def test_practice_goes_from_file_to_release_and_back(p2p: Command, tmp_path: Path) -> None:
    (tmp_path / "evenings.ttl").write_text(turtle(), encoding="utf-8")
    file = str(tmp_path / "evenings.ttl")
    assert "sqlite" in _fine(p2p("ledger", "upgrade"))
    _join(p2p, tmp_path, "anna", PORT.slug)
    _join(p2p, tmp_path, "warden", "warden", "steward")
    assert _fine(p2p("account", "list")).splitlines()[0] == "anna  partner  port-house  Port House"
    first = _fine(p2p("release"))
    assert "Nothing was found" in p2p("submit", file, "--as", "anna", "--check").stderr
    assert _fine(p2p("queue")) == ""
    assert _fine(p2p("submit", file, "--as", "anna")).startswith("1  submitted  “Station evenings” (XA), by Port House")
    _refused(p2p("decide", "1", "accept", "--as", "anna"), "This step is not for this account")
    _refused(p2p("decide", "1", "ask", "--as", "warden"), "Give a reason")
    shown = _fine(p2p("queue", "1", "--as", "warden"))
    assert "submit by anna" in shown
    assert "New: practice “Station evenings”." in shown
    assert "  accepted  " in _fine(p2p("decide", "1", "accept", "--as", "warden"))
    assert "practices/port-house-evenings.ttl" in _fine(p2p("export-accepted", str(tmp_path / "out")))
    _fine(p2p("release"))
    version = first.split(" ", 1)[0]
    assert "New: practice “Station evenings”." in _fine(p2p("diff", version))
    added = _fine(p2p("diff", version, "--triples")).splitlines()
    assert {line[0] for line in added} == {"+"}
    assert f"{version} is current again." in _fine(p2p("release", "--rollback"))
    assert "  withdrawn  " in _fine(p2p("withdraw", "1", "--as", "anna"))
    _refused(p2p("decide", "1", "accept"), "Submission 1 was withdrawn. This step is not possible any more.")
    _fine(p2p("ledger", "copy", str(tmp_path / "copy.sqlite")))
    assert (tmp_path / "copy.sqlite").stat().st_size > 0


def test_refusals_are_sentences(p2p: Command, tmp_path: Path) -> None:
    (tmp_path / "faulty.ttl").write_text(turtle(year='"long ago"'), encoding="utf-8")
    (tmp_path / "remote.jsonld").write_text('{"@context": "https://example.org/c"}', encoding="utf-8")
    (tmp_path / "large.ttl").write_text("#" * 1_000_001, encoding="utf-8")
    _refused(p2p("submit", str(tmp_path / "faulty.ttl")), "to be mended before this can be taken")
    assert "(Since)" in p2p("submit", str(tmp_path / "faulty.ttl")).stderr
    _refused(p2p("submit", str(tmp_path / "remote.jsonld")), "nothing is fetched here")
    _refused(p2p("submit", str(tmp_path / "large.ttl")), "larger than 1,000,000 bytes")
    _refused(p2p("submit", str(tmp_path / "faulty.ttl"), "--as", "nobody"), "There is no account “nobody”")
    _refused(p2p("queue", "7"), "There is no submission 7.")
    _refused(p2p("account", "reset", "nobody"), "There is no account “nobody”")
    _refused(p2p("account", "invite", "Port", "--credit", "Port"), "small letters and digits")
    _refused(p2p("release", "--rollback"), "There is no release")
    _refused(p2p("diff", "0.0.1"), "There is no release")


def test_closed_account_does_nothing_until_it_is_opened_again(p2p: Command, tmp_path: Path) -> None:
    (tmp_path / "evenings.ttl").write_text(turtle(), encoding="utf-8")
    _join(p2p, tmp_path, "anna", PORT.slug)
    assert "/new-password/" in _fine(p2p("account", "reset", "anna"))
    _fine(p2p("account", "disable", "anna"))
    _refused(p2p("submit", str(tmp_path / "evenings.ttl"), "--as", "anna"), "This account is closed")
    _fine(p2p("account", "disable", "anna", "--again"))
    _fine(p2p("submit", str(tmp_path / "evenings.ttl"), "--as", "anna"))


def test_account_gets_another_role_and_an_address_for_mail(p2p: Command, tmp_path: Path) -> None:
    _join(p2p, tmp_path, "anna", PORT.slug)
    assert _fine(p2p("account", "role", "anna", "steward")) == "anna is steward now.\n"
    assert _fine(p2p("account", "list")).startswith("anna  steward  ")
    _refused(p2p("account", "role", "anna", "queen"), "There is no role “queen”")
    _refused(p2p("account", "invite", "quay", "--credit", "Quay", "--mail", "quay"), "no address for e-mail")
    assert "/join/" in _fine(p2p("account", "invite", "quay", "--credit", "Quay", "--mail", "quay@example.org"))
