"""What the documents say is so: links lead somewhere, lines of code run, reference and numbers are those of now."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from p2p_graph.cli import commands
from p2p_graph.config import Settings, share
from p2p_graph.model import Table
from p2p_graph.reading import open_graph
from p2p_graph.reading.library import Library

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data" / "README.md")
    if "var" not in path.parts
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
RUN = ["docs/tutorials/researcher.md", "docs/how-to.md"]


def plain(text: str) -> str:
    """A document without its code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^( *)```.*?^\1```", "", text, flags=re.S | re.M))


def anchors(text: str) -> set[str]:
    """The places in a document that a link can name, as the sites that show Markdown make them."""
    headings = re.findall(r"^#+ +(.*?)\s*$", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def blocks(name: str, language: str) -> list[str]:
    """The blocks of a language in a document, about a country of the example data."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.S | re.M)
    return [re.sub(r"\bPT\b", "XA", block) for block in found]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    path = ROOT / name
    astray = []
    for target in re.findall(r"\]\(([^)\s]+)\)", plain(path.read_text(encoding="utf-8"))):
        if target.startswith(("https://", "http://", "mailto:")):
            assert re.fullmatch(r"(https?://[\w.-]+(:\d+)?(/[^\s<>\"]*)?|mailto:[^@\s]+@[\w.-]+)", target), target
            continue
        file, _, place = target.partition("#")
        other = (path.parent / file).resolve() if file else path
        if not other.exists() or (place and place not in anchors(other.read_text(encoding="utf-8"))):
            astray.append(target)
    assert astray == []


def test_index_names_every_document() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    named = {(ROOT / "docs" / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)", index)}
    missing = [
        path.name for path in DOCUMENTS if "docs" in path.parts and path.name != "README.md" and path not in named
    ]
    assert missing == []


def test_lines_of_python_in_the_tutorial_run(
    example_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2P_HOME", str(example_home))
    monkeypatch.setenv("P2P_WORKERS", "1")
    names: dict[str, object] = {}
    for block in blocks("docs/tutorials/researcher.md", "python"):
        exec(compile(block, "researcher.md", "exec"), names)
    assert "0.1.0+2026-01-07.1" in capsys.readouterr().out


@pytest.mark.parametrize("name", RUN)
def test_lines_for_the_shell_run(
    name: str, example_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P2P_HOME", str(example_home))
    monkeypatch.setenv("P2P_WORKERS", "1")
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks(name, "sh") for line in block.splitlines() if line]
    assert lines
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "p2p"
        result = CliRunner().invoke(commands, words, catch_exceptions=False)
        assert result.exit_code == 0, (line, result.output)


def test_query_of_the_tutorial_is_answered(example_release: Path) -> None:
    with open_graph(example_release, Settings(workers=1)) as graph:
        for block in blocks("docs/tutorials/researcher.md", "sparql"):
            answer = graph.ask(block)
            assert isinstance(answer, Table)
            assert len(answer) > 0


def test_reference_is_what_the_code_says() -> None:
    made = runpy.run_path(str(ROOT / ".ci" / "reference"))["reference"]()
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == made, "run make reference"


def test_numbers_of_the_paper_are_those_of_the_data() -> None:
    paper = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
    notes = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1].strip(): row for row in re.findall(r"^\|.*\|$", notes, flags=re.M)}
    for kind in ("practices", "ties", "organisations", "findings", "documents"):
        assert rows[kind] in paper, kind
    text = " ".join(plain(paper).split())
    everything = {kind: row.rstrip("| ").rsplit("|", 1)[-1].strip() for kind, row in rows.items()}
    said = re.findall(
        r"(\d+) (practices of eight|ties between|organisations|findings of studies|legal acts|rules for)", text
    )
    words = {"practices of eight": "practices", "ties between": "ties", "findings of studies": "findings"}
    words |= {"rules for": "rules"}
    assert len(said) == 6
    for number, kind in said:
        assert number == everything[words.get(kind, kind)], kind
    assert (
        f"{everything['indicator values']} values of indicators, read from {everything['documents']} documents" in text
    )
    library = Library.load(share("queries"))
    assert f"{len(library.questions)} saved questions and {len(library.patterns)} patterns" in text
    first = next(row for kind, row in rows.items() if kind.startswith("first"))
    last = next(row for kind, row in rows.items() if kind.startswith("after ties known only"))
    (ties, wrong), (findings, wrong_too) = re.findall(r"\| (\d+) \| (\d+) \(", first)
    assert f"{wrong} of {ties} ties had an error, and {wrong_too} of {findings} findings" in text
    (sample, faults), *_ = re.findall(r"\| (\d+) \| (\d+) \(", last)
    assert f"{faults} of {sample} ties with an error" in text
    assert "between 0.3 and 8.9 % (Wilson, 95 %)" in " ".join(notes.split())
