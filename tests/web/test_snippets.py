"""The programs on the pages of questions: each is run as it stands against a real server of this machine."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from p2p_graph.config import Settings, share
from p2p_graph.reading.library import Library, Parameter, SavedQuery
from tests.servers import require, served
from tests.web.reading import closing
from tests.web.test_queries import LIBRARY, QUESTIONS, values_of
from webapp import create_app
from webapp.snippets import snippets

#: what is asked of each question: a country where it takes one, so that addresses have something to say
ASKED = {
    name: {**values_of(name), **({"country": "XA"} if "country" in LIBRARY.get(name).parameters else {})}
    for name in QUESTIONS
}
#: questions whose Python is run in a process of its own, as a reader would; the others within this one
FRESH = ("practices-by-country", "informal-here-formal-there", "where-sources-differ")


@pytest.fixture(scope="module")
def site(example_home: Path) -> Iterator[str]:
    app = create_app(Settings(home=example_home, workers=1, client_minute=0))
    with served(app) as address:
        yield address
    closing(app)


class _Programs(HTMLParser):
    """The programs of a page by name, with the name of what each is copied by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.copied: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "pre" and values.get("id", "").startswith("code-"):
            self._inside = values["id"].removeprefix("code-")
            self.found[self._inside] = ""
        if tag == "button" and "data-copy" in values:
            self.copied.append(values["data-copy"].removeprefix("code-"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[self._inside] += unescape(data)


def fetched(address: str, accept: str = "text/csv") -> bytes:
    with urlopen(Request(address, headers={"Accept": accept}), timeout=60) as response:
        return bytes(response.read())


def query_string(name: str) -> str:
    return "&".join(f"{parameter}={value}" for parameter, value in ASKED[name].items())


def programs(site: str, name: str) -> dict[str, str]:
    reader = _Programs()
    reader.feed(fetched(f"{site}/queries/{name}?{query_string(name)}", "text/html").decode())
    assert list(reader.found) == reader.copied == ["python", "pandas", "r", "curl"]
    return reader.found


def rows(site: str, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(fetched(f"{site}/queries/{name}?{query_string(name)}").decode(), newline="")))


@pytest.mark.parametrize("name", QUESTIONS)
def test_python_with_the_package_gives_the_answer(site: str, name: str) -> None:
    code = programs(site, name)["python"]
    head, *found = rows(site, name)
    if name in FRESH:
        asked = [sys.executable, "-c", code.replace("print(answer", "print(len(answer), answer.columns, answer")]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=120, cwd=share("queries"), check=True)
        assert done.stdout.startswith(f"{len(found)} {tuple(head)!r}")
        return
    names: dict[str, object] = {}
    exec(code, names)
    table = names["answer"]
    assert (table.columns, len(table)) == (tuple(head), len(found))  # type: ignore[attr-defined, arg-type]


@pytest.mark.parametrize("name", QUESTIONS)
def test_pandas_alone_gives_the_answer(site: str, name: str) -> None:
    names: dict[str, object] = {}
    exec(programs(site, name)["pandas"], names)
    head, *found = rows(site, name)
    frame = names["answer"]
    assert (list(frame.columns), len(frame)) == (head, len(found))  # type: ignore[attr-defined, arg-type]
    missing = int(frame.isna().sum().sum())  # type: ignore[attr-defined]
    assert missing == sum(cell == "" for row in found for cell in row)


@pytest.mark.parametrize("name", QUESTIONS)
def test_curl_gives_the_answer(site: str, name: str, tmp_path: Path) -> None:
    require("curl", "apt-get install curl")
    code = programs(site, name)["curl"]
    subprocess.run(["sh", "-c", code], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    (file,) = tmp_path.iterdir()
    assert file.name == "-".join([name, *ASKED[name].values()]) + ".csv"
    assert file.read_bytes() == fetched(f"{site}/queries/{name}?{query_string(name)}")


def test_r_gives_the_answers(site: str, tmp_path: Path) -> None:
    """Each program runs as it stands, one after the other; what R holds is written out and compared."""
    program = require("Rscript", "apt-get install r-base-core")
    told = []
    for name in QUESTIONS:
        (tmp_path / f"{name}.R").write_text(programs(site, name)["r"], encoding="utf-8")
        told.append(
            f'source("{name}.R", encoding = "UTF-8")\n'
            f'write.csv(answer, "{name}.csv", row.names = FALSE, na = "", fileEncoding = "UTF-8")'
        )
    (tmp_path / "all.R").write_text("\n".join(told), encoding="utf-8")
    asked = [program, "--vanilla", "all.R"]
    # UTF-8, as it is everywhere but on a machine that was never set up
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for name in QUESTIONS:
        written = list(csv.reader(io.StringIO((tmp_path / f"{name}.csv").read_text("utf-8"), newline="")))
        ours = rows(site, name)
        assert len(written) == len(ours), name
        assert [len(row) for row in written] == [len(row) for row in ours]
        texts = [
            [cell for cell in row if not cell.replace(".", "").isdigit() and cell not in ("TRUE", "FALSE")]
            for row in written
        ]
        wanted = [[c for c in row if not c.replace(".", "").isdigit() and c not in ("true", "false")] for row in ours]
        assert texts[1:] == wanted[1:], name


def test_one_r_program_alone_prints_its_answer(site: str, tmp_path: Path) -> None:
    program = require("Rscript", "apt-get install r-base-core")
    file = tmp_path / "program.R"
    file.write_text(programs(site, "practices-by-country")["r"], encoding="utf-8")
    asked = [program, "--vanilla", str(file)]
    done = subprocess.run(asked, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Exford Buddies" in done.stdout


def test_a_question_that_waits_for_values_shows_programs_that_run(site: str, tmp_path: Path) -> None:
    reader = _Programs()
    reader.feed(fetched(f"{site}/queries/informal-here-formal-there", "text/html").decode())
    if shutil.which("curl"):
        subprocess.run(["sh", "-c", reader.found["curl"]], cwd=tmp_path, check=True, capture_output=True, timeout=60)
        assert next(tmp_path.iterdir()).read_text().startswith("one,other")
    exec(reader.found["python"], {})


HOSTILE = [
    "x'; touch /tmp/never; '",
    '"); import os; os.abort() #',
    "$(reboot)",
    "`id`",
    "a\\",
    "%0a",
    "<script>",
    "ł\u2028",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_values_are_quoted_for_each_language(value: str, tmp_path: Path) -> None:
    query = SavedQuery("q", "questions", "", "", {"text": Parameter("text", "text")}, {}, "")
    made = {one.name: one.code for one in snippets(query, {"text": value}, "http://127.0.0.1:9/")}
    call = compile(made["python"], "program", "exec")
    assert value in call.co_consts
    compile(made["pandas"], "program", "exec")
    echo = made["curl"].replace("curl --fail --output", "printf '%s|'", 1)
    done = subprocess.run(["sh", "-c", echo], capture_output=True, text=True, check=True, cwd=tmp_path)
    file, address, rest = done.stdout.split("|")
    assert re.fullmatch(r"q[A-Za-z0-9-]*\.csv", file)
    assert rest == ""
    assert address.startswith("http://127.0.0.1:9/queries/q.csv?text=")
    assert not set(address) & set("'\"$`\\<> \n")
    assert f'"{address}"' in made["r"]


def test_names_that_python_keeps_for_itself_are_handed_over_too() -> None:
    query = SavedQuery("q", "questions", "", "", {"from": Parameter("from", "text")}, {}, "")
    code = snippets(query, {"from": ["a", "b"]}, "http://127.0.0.1:9/")[0].code
    assert 'graph.run("q", **{"from": ["a", "b"]})' in code


def test_every_saved_query_has_all_programs() -> None:
    library = Library.load(share("queries"))
    for query in (*library.questions, *library.patterns):
        assert [one.name for one in snippets(query, {}, "http://127.0.0.1:9/")] == ["python", "pandas", "r", "curl"]
