"""The command `p2p`: each command does its work on a real release, and each error is one sentence."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import networkx as nx
import pytest
from click.testing import CliRunner, Result

from p2p_graph.cli import commands
from p2p_graph.curation import Sources

PRACTICES = "SELECT ?p { ?p a <https://w3id.org/peer2peer/ontology/Practice> } ORDER BY ?p"


class Command(Protocol):
    """Runs `p2p` with some words."""

    def __call__(self, *words: str, stdin: str | None = None) -> Result: ...


@pytest.fixture
def p2p(example_home: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command on the example release."""
    monkeypatch.setenv("P2P_HOME", str(example_home))

    def run(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(commands, list(words), input=stdin, prog_name="p2p")

    return run


@pytest.fixture
def home(example_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, p2p: Command) -> Path:
    """A home of its own for what writes: `p2p` runs on it from here on."""
    shutil.copytree(example_home, tmp_path / "home")
    monkeypatch.setenv("P2P_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _refused(result: Result, sentence: str) -> None:
    assert result.exit_code == 2, result.output
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_ask_answers_a_table_as_csv(p2p: Command) -> None:
    result = p2p("ask", PRACTICES)
    assert result.exit_code == 0, result.output
    lines = result.stdout.split()
    assert lines[0] == "p"
    assert [line.rsplit("/", 1)[1] for line in lines[1:]] == ["exford-buddies", "exford-round-table", "harbour-bus"]


def test_ask_reads_a_file_and_standard_input(p2p: Command, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(PRACTICES, encoding="utf-8")
    answers = {p2p("ask", PRACTICES).stdout, p2p("ask", str(tmp_path / "q.rq")).stdout}
    answers.add(p2p("ask", "-", stdin=PRACTICES).stdout)
    assert len(answers) == 1


def test_ask_answers_yes_and_no_and_triples(p2p: Command) -> None:
    assert p2p("ask", "ASK { ?s ?p ?o }").stdout == "true\n"
    assert p2p("ask", "ASK { ?s ?p 'nowhere' }").stdout == "false\n"
    built = p2p("ask", "CONSTRUCT { ?s a ?t } { ?s a ?t } LIMIT 3", "--format", "nt")
    assert len(built.stdout.strip().splitlines()) == 3


def test_output_file_takes_its_format_from_its_name(p2p: Command, tmp_path: Path) -> None:
    assert p2p("ask", PRACTICES, "-o", str(tmp_path / "a.json")).exit_code == 0
    assert len(json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["results"]["bindings"]) == 3
    _refused(p2p("ask", PRACTICES, "-o", str(tmp_path / "no" / "a.csv")), "cannot be written")


def test_run_binds_values_and_list_names_queries(p2p: Command) -> None:
    assert "Harbour bus" in p2p("run", "practices-by-country", "country=XB").stdout
    both = p2p("run", "practices-by-country", "country=XA", "country=XB").stdout
    assert "Harbour bus" in both
    assert "Exford Buddies" in both
    listed = p2p("list").stdout
    assert "practices-by-country" in listed
    assert "country=PT" in listed


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ask", "SELECT * { ?s ?p }"), ""),
        (("ask", "nothing"), "neither a query nor a file"),
        (("ask", "INSERT DATA { <a:b> <a:b> 1 }"), "not allowed"),
        (("ask", "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"), "SERVICE"),
        (("ask", "ASK {}", "--on", "http://127.0.0.1:9/sparql"), "does not answer"),
        (("ask", PRACTICES, "--format", "doc"), "no format"),
        (("run", "practices-by-contry"), "practices-by-country"),
        (("run", "practices-by-country", "land=XA"), "no parameter 'land'"),
        (("run", "practices-by-country", "country=Exland"), "PT"),
        (("run", "practices-by-country", "country"), "KEY=VALUE"),
        (("network", "ZZ"), "no network for 'ZZ'"),
        (("network", "Exland"), "PT"),
        (("nosuch",), "No such command"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(p2p: Command, words: tuple[str, ...], sentence: str) -> None:
    _refused(p2p(*words), sentence)


def test_network_is_written_in_each_format(p2p: Command, tmp_path: Path) -> None:
    counts = set()
    for name, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        file = tmp_path / f"xa.{name}"
        assert p2p("network", "XA", "--format", name, "-o", str(file)).exit_code == 0
        graph = read(file)
        counts.add((graph.number_of_nodes(), graph.number_of_edges()))
    data = json.loads(p2p("network", "XA", "--format", "json").stdout)
    counts.add((len(data["nodes"]), len(data["links"])))
    assert data["graph"]["version"].endswith("+2026-01-07.1")
    assert counts == {(9, 6)}
    table = p2p("network", "XA", "--format", "csv").stdout.splitlines()
    assert len(table) == 10
    assert table[0].startswith("actor,label,role")


def test_release_is_built_with_progress_and_only_when_something_changed(
    p2p: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    example_sources: Sources,
) -> None:
    folders = {"data/triples": example_sources.data, "ontology": example_sources.ontology}
    folders["queries"] = example_sources.queries
    monkeypatch.setattr("p2p_graph.curation.share", folders.__getitem__)
    monkeypatch.setenv("P2P_HOME", str(tmp_path))
    first = p2p("release")
    assert first.exit_code == 0, first.output
    assert "is built and current" in first.stdout
    assert "Nothing has changed since" in p2p("release").stdout
    assert "is whole" in p2p("verify").stdout
    (tmp_path / "releases").joinpath((tmp_path / "current").read_text().strip(), "data.nq").unlink()
    _refused(p2p("verify"), "is damaged")


def test_verify_without_a_release_says_what_to_do(
    p2p: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P2P_HOME", str(tmp_path))
    _refused(p2p("verify"), "run `p2p release` to build one")
    _refused(p2p("ask", "ASK {}"), "run `p2p release` to build one")


def test_check_tells_faults_of_the_files_given(p2p: Command, tmp_path: Path) -> None:
    good, bad, broken = (tmp_path / name for name in ("good.ttl", "bad.ttl", "broken.ttl"))
    place = "<https://w3id.org/peer2peer/id/place/new> a <https://w3id.org/peer2peer/ontology/City> "
    good.write_text(place + '; <http://www.w3.org/2000/01/rdf-schema#label> "New"@en .\n', encoding="utf-8")
    bad.write_text(place + ".\n", encoding="utf-8")
    broken.write_text("a b c\n", encoding="utf-8")
    assert p2p("check", str(good)).stdout == "1 file checked: no fault.\n"
    _refused(p2p("check", str(bad)), f"{bad}:1: place:new (Name): Nothing stands here yet")
    _refused(p2p("check", str(broken)), f"{broken}:1: This is not Turtle")


def test_fmt_puts_files_in_order_and_check_only_tells(p2p: Command, tmp_path: Path, example_sources: Sources) -> None:
    file = tmp_path / "all.ttl"
    shutil.copy(example_sources.data / "xb" / "all.ttl", file)
    right = file.read_text(encoding="utf-8")
    assert p2p("fmt", "--check", str(file)).exit_code == 0
    head, *blocks = right.split("\n\n")
    loose = "\n\n".join([head, blocks[0], *reversed(blocks[1:])])
    file.write_text(loose, encoding="utf-8")
    _refused(p2p("fmt", "--check", str(file)), "1 file not in order: run `p2p fmt`.")
    assert file.read_text(encoding="utf-8") == loose
    assert p2p("fmt", str(file)).stdout == f"changed: {file}\n"
    assert file.read_text(encoding="utf-8") == right


def test_fmt_loses_no_comment(p2p: Command, tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    text = '# top\n<https://example.org/#a> <https://example.org/b> "# no comment" .\n# lost\n'
    file.write_text(text, encoding="utf-8")
    _refused(p2p("fmt", str(file)), f"{file}:3: A comment inside the data would be lost")
    assert file.read_text(encoding="utf-8") == text


def test_every_command_has_help_with_an_example() -> None:
    names = commands.list_commands(commands.make_context("p2p", [], resilient_parsing=True))
    assert {"ask", "run", "list", "network", "release", "check", "fmt", "verify", "serve"} <= set(names)
    for name in names:
        result = CliRunner().invoke(commands, [name, "--help"], prog_name="p2p")
        assert result.exit_code == 0
        assert f"p2p {name}" in result.output.split("\n", 1)[1], f"the help of {name} shows no example"


def test_program_itself_starts_and_fails_in_a_sentence(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from p2p_graph.cli import main; main()", "ask", "ASK {}"]
    ended = subprocess.run(program, env={"P2P_HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == f"Error: There is no release in {tmp_path}: run `p2p release` to build one.\n"
    assert ended.stdout == ""


def test_cite_keeps_an_answer_once_and_prints_its_reference(p2p: Command, home: Path, tmp_path: Path) -> None:
    first = p2p("cite", "practices-by-country", "country=XA")
    assert first.exit_code == 0, first.output
    assert "Practices by country (country: XA) [Data set]" in first.stdout
    assert "/cite/" not in first.stdout
    out = tmp_path / "answer.bib"
    site = "https://graph.example.org/"
    again = p2p("cite", "practices-by-country", "country=XA", "--site", site, "-f", "bib", "-o", str(out))
    assert again.exit_code == 0, again.output
    (path,) = (home / "citations").glob("??/*.json.gz")
    id = path.name.removesuffix(".json.gz")
    assert f"url = {{https://graph.example.org/cite/{id}}}," in out.read_text(encoding="utf-8")
    assert p2p("cite", "-", stdin=PRACTICES).exit_code == 0
    assert p2p("cite", PRACTICES + "\r\n").exit_code == 0
    assert len(list((home / "citations").glob("??/*.json.gz"))) == 2


def test_cite_refuses_in_a_sentence(p2p: Command, home: Path) -> None:
    _refused(p2p("cite", "practices-by-land"), "practices-by-country")
    _refused(p2p("cite", "practices-by-country", "country=Exland"), "a value that would pass")
    _refused(p2p("cite", "SELECT * { ?s ?p }"), "line 1")
    _refused(p2p("cite", "no-such-file.rq"), "neither a query nor a file")
    assert not (home / "citations").exists()


def test_purge_of_what_is_no_address_is_refused_and_one_that_is_nowhere_is_withheld(p2p: Command, home: Path) -> None:
    _refused(p2p("purge", "exford-buddies"), "write the whole of it")
    assert not (home / "purged.txt").exists()
    address = "https://w3id.org/peer2peer/id/practice/never-there"
    for _ in range(2):
        result = p2p("purge", address)
        assert result.exit_code == 0, result.output
        assert "0 releases" in result.stdout
    (line,) = (home / "purged.txt").read_text(encoding="utf-8").splitlines()
    assert line.startswith("sha256:")
    (home / "purged.txt").unlink()


def test_find_names_things_and_says_where_it_found_them(p2p: Command) -> None:
    result = p2p("find", "kumple")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "Exford Buddies  (practice, XA)",
        "  name: Kumple z Exford",
        "  https://w3id.org/peer2peer/id/practice/exford-buddies",
    ]
    assert result.stderr == "1 found.\n"
    assert p2p("find", "kumple", "--lang", "pl").stdout.startswith("Kumple z Exford  (practice, XA)")
    table = p2p("find", "exford", "budies", "--kind", "practice", "--format", "csv").stdout.splitlines()
    assert table[0] == "thing,kind,name,match,field,excerpt"
    assert "exford-buddies,practice,Exford Buddies,slip,name" in table[1]
    assert "more" not in p2p("find", "exford", "-n", "1").stderr
    assert ", 1 shown." in p2p("find", "exford", "-n", "1").stderr
    _refused(p2p("find", "exford", "--kind", "people"), "there are country, practice")
    _refused(p2p("find", "exford", "--country", "Exland"), "two letters")


def test_measures_are_of_the_actors_of_a_country_or_of_all_networks(p2p: Command, tmp_path: Path) -> None:
    actors = p2p("measures", "xa")
    assert actors.exit_code == 0, actors.output
    assert actors.stdout.startswith("actor,label,role,family,degree,strength,")
    networks = p2p("measures", "--format", "tsv").stdout.splitlines()
    assert {line.split("\t")[0] for line in networks[1:]} == {'"XA"', '"XB"', '"all"'}
    file = tmp_path / "xa.xlsx"
    assert p2p("measures", "XA", "-o", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"PK")
    _refused(p2p("measures", "QQ"), "give the two-letter code of a country")
