"""References: what is said of a citation stays in its field, in each kind of reference."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from p2p_graph.config import share
from p2p_graph.errors import DataError
from p2p_graph.reading.citing import Canonical
from p2p_graph.reading.reference import REFERENCES, Citation, Question, Work, cite, refer

WORK = Work("Peer2Peer Graph", (("Team & Co", ""), ("Lovelace", "Ada")))
ADDRESS = "https://example.org/cite/abc"
HOSTILE = "a {b} $c$ #d ^e _f ~g \\h %i & \r\nER  - \nTY  - BOOK }, note = {x} \x1b[31m\u2028 ż\x00"


def citation(title: str = "Practices by country", version: str = "0.1.0+2026-01-07.1", **values: str) -> Citation:
    question = Question(
        "SELECT * {}", saved="x", title=title, values={name: (value,) for name, value in values.items()}
    )
    answer = Canonical("table", ("a",), ('"1"', '"2"'))
    return cite(question, version, answer, ("a",), datetime(2026, 3, 1, 9, 0, tzinfo=UTC))


def written(suffix: str, of: Citation | None = None) -> str:
    return refer(of or citation(), WORK, ADDRESS, suffix)


def test_every_reference_says_title_version_address_day_hash_and_licence() -> None:
    one = citation(country="PT")
    for kind in REFERENCES:
        said = written(kind.suffix, one)
        for wanted in ("Practices by country (country: PT)", one.version, ADDRESS, one.digest, "CC BY 4.0", "2 rows"):
            assert wanted in said.replace("\\_", "_"), (kind.suffix, wanted)
        assert "Lovelace" in said
        assert re.search(r"2026-03-01|2026/03/01|1 March 2026|2026,\s+3,\s+1", said)


def braces(text: str) -> int:
    plain = re.sub(r"\\[{}\\]", "", text)
    return plain.count("{") - plain.count("}")


def test_bibtex_escapes_what_latex_would_read() -> None:
    said = written("bib", citation(HOSTILE))
    title = next(line for line in said.splitlines() if line.startswith("  title = "))
    for piece in (r"\{b\}", r"\$c\$", r"\#d", r"\textasciicircum{}e", r"\_f", r"\textasciitilde{}g"):
        assert piece in title
    for piece in (r"\textbackslash{}h", r"\%i", r"\&", "ż"):
        assert piece in title
    assert braces(title) == 0
    assert braces(said) == 0
    assert said.count("\n  note = ") == 1
    assert "author = {{Team \\& Co} and {Lovelace}, {Ada}}," in said


def test_ris_is_lines_that_a_title_cannot_end() -> None:
    said = written("ris", citation(HOSTILE))
    lines = said.split("\r\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in lines)
    assert [line[:2] for line in lines].count("ER") == [line[:2] for line in lines].count("TY") == 1
    assert lines[-1] == "ER  - "
    assert [line for line in lines if line.startswith("AU")] == ["AU  - Team & Co", "AU  - Lovelace, Ada"]


def test_csl_is_json_of_one_data_set() -> None:
    (item,) = json.loads(written("csl.json", citation(HOSTILE)))
    assert item["type"] == "dataset"
    assert item["issued"] == {"date-parts": [[2026, 1, 7]]}
    assert item["accessed"] == {"date-parts": [[2026, 3, 1]]}
    assert item["author"] == [{"literal": "Team & Co"}, {"family": "Lovelace", "given": "Ada"}]
    assert "\n" not in item["title"]
    assert item["title"].isprintable()


def test_text_is_one_line() -> None:
    assert written("txt", citation(HOSTILE)).count("\n") == 1


def test_version_without_a_day_is_as_old_as_the_citation() -> None:
    assert "year = 2026," in written("bib", citation(version="of a remote store"))
    assert "month = mar," in written("bib", citation(version="of a remote store"))


def test_withheld_question_is_in_no_reference() -> None:
    for kind in REFERENCES:
        said = refer(citation("Exford", country="XA"), WORK, ADDRESS, kind.suffix, is_withheld=True)
        assert "Exford" not in said
        assert "XA" not in said


def test_authors_come_from_the_one_file_that_names_them() -> None:
    work = Work.read(share("CITATION.cff").read_text(encoding="utf-8"))
    assert work.title == "Peer2Peer Graph"
    assert work.authors


@pytest.mark.parametrize(
    "text", ["", "title: x", "title: x\nauthors: [{given-names: Ada}]", "authors: [{name: x}]", "- x"]
)
def test_file_without_title_or_author_is_told(text: str) -> None:
    with pytest.raises(DataError, match="needs a title"):
        Work.read(text)
