"""A citation of an answer, and how programs for references read it: BibTeX, RIS, CSL-JSON, and a line of text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import yaml

from p2p_graph.errors import DataError
from p2p_graph.formats import Kind
from p2p_graph.reading.citing import METHOD, Canonical
from p2p_graph.reading.scan import Dataset

__all__ = ["REFERENCES", "Citation", "Question", "Reference", "Work", "cite", "id_of", "refer"]

_LICENCE: Final = "CC BY 4.0"
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LATEX: Final = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{sign: f"\\{sign}" for sign in "{}$&#_%"},
}


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: the query over which graphs; of a saved question also its name, its title and its values."""

    query: str
    dataset: Dataset = field(default_factory=Dataset)
    saved: str = ""
    title: str = ""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, query: str, dataset: Dataset | None = None) -> Question:
        r"""The question of a query, which is the same however its line ends are written.

        >>> Question.of("ASK {\r\n}\r\n") == Question.of("ASK {\n}")
        True
        """
        return cls(query.replace("\r\n", "\n").replace("\r", "\n").strip(), dataset or Dataset())


@dataclass(frozen=True, slots=True)
class Citation:
    """One answer to one question over one version of the data: what stands fast about it.

    `columns` are in the order of the query, `rows` counts rows or triples, `digest` is the SHA-256 of the canonical
    answer, `cited` the time at which it was first cited, in UTC.
    """

    id: str
    question: Question
    version: str
    cited: datetime
    kind: Kind
    columns: tuple[str, ...]
    is_ordered: bool
    rows: int
    digest: str
    method: str = METHOD

    @property
    def size(self) -> str:
        """How much the answer holds, in words.

        >>> from datetime import UTC
        >>> cite(Question(""), "1", Canonical("table", ("n",), ('"1"',)), ("n",), datetime(2026, 1, 7, tzinfo=UTC)).size
        '1 row'
        """
        if self.kind == "boolean":
            return "yes or no"
        return f"{self.rows:,} {'row' if self.kind == 'table' else 'triple'}{'' if self.rows == 1 else 's'}"


def cite(question: Question, version: str, answer: Canonical, columns: tuple[str, ...], now: datetime) -> Citation:
    """The citation of an answer. Its id tells question, version and answer: the same three have the same id.

    >>> from datetime import UTC
    >>> answer = Canonical("boolean", (), ("true",))
    >>> first, later = (cite(Question("q"), "1", answer, (), datetime(2026, 1, d, tzinfo=UTC)) for d in (7, 8))
    >>> first.id == later.id, len(first.id)
    (True, 16)
    """
    kind, rows, digest = answer.kind, len(answer.lines), answer.digest
    cited, id = now.replace(microsecond=0), id_of(question, version, digest)
    return Citation(id, question, version, cited, kind, columns, answer.is_ordered, rows, digest)


def id_of(question: Question, version: str, digest: str) -> str:
    """What the citation of an answer with that SHA-256 is called: 16 letters and digits.

    >>> id_of(Question("ASK {}"), "0.1.0+2026-01-07.1", "00")
    'ciqli2f2haefewj7'
    """
    graphs = question.dataset
    values = sorted((name, list(given)) for name, given in question.values.items())
    said = [METHOD, question.query, graphs.default, graphs.named, question.saved, values, version, digest]
    content = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).digest()
    return base64.b32encode(content[:10]).decode().lower()


@dataclass(frozen=True, slots=True)
class Work:
    """What is cited from: its title and its authors, a name each, or a family name with given names."""

    title: str
    authors: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, text: str) -> Work:
        """The work that a file CITATION.cff describes. Raises DataError where it names no title or no author.

        >>> Work.read("title: Graph\\nauthors: [{name: The Team}, {family-names: Lovelace, given-names: Ada}]").authors
        (('The Team', ''), ('Lovelace', 'Ada'))
        """
        data = yaml.safe_load(text)
        try:
            people = [(one.get("name") or one["family-names"], one.get("given-names", "")) for one in data["authors"]]
            return cls(_line(data["title"]), tuple((_line(name), _line(given)) for name, given in people))
        except (KeyError, TypeError, AttributeError):
            raise DataError("CITATION.cff needs a title, and authors with a name each.", faults=()) from None


def _line(text: object) -> str:
    """A text on one line, without what controls a terminal or a file."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())


@dataclass(frozen=True, slots=True)
class _Entry:
    """What all kinds of references say, each on one line."""

    id: str
    title: str
    work: Work
    version: str
    issued: date
    cited: date
    address: str
    note: str


def _entry(citation: Citation, work: Work, address: str, is_withheld: bool) -> _Entry:
    question = citation.question
    values = ", ".join(f"{name}: {' or '.join(given)}" for name, given in question.values.items())
    title = (question.title or "Answer to a SPARQL query") + (f" ({values})" if values else "")
    note = f"{citation.size}. SHA-256 of the answer: {citation.digest} ({citation.method}). Licence: {_LICENCE}."
    found = re.search(r"\+(\d{4}-\d{2}-\d{2})\.", citation.version)
    return _Entry(
        citation.id,
        "An answer that was withheld" if is_withheld else _line(title),
        work,
        _line(citation.version),
        date.fromisoformat(found[1]) if found else citation.cited.date(),
        citation.cited.date(),
        _line(address),
        note,
    )


def _bibtex(entry: _Entry) -> str:
    def braced(text: str) -> str:
        return "{" + "".join(_LATEX.get(sign, sign) for sign in text) + "}"

    def author(name: str, given: str) -> str:
        return braced(name) + (f", {braced(given)}" if given else "")

    fields = {
        "author": "{" + " and ".join(author(*one) for one in entry.work.authors) + "}",
        # a second pair of braces keeps capital letters as they are
        "title": "{" + braced(entry.title) + "}",
        "howpublished": braced(f"{entry.work.title}, version {entry.version}"),
        "publisher": braced(entry.work.title),
        "version": braced(entry.version),
        "year": str(entry.issued.year),
        "month": _MONTHS[entry.issued.month - 1],
        # addresses are read as they stand
        **({"url": "{" + entry.address + "}"} if entry.address else {}),
        "urldate": f"{{{entry.cited.isoformat()}}}",
        "note": braced(entry.note),
    }
    lines = "".join(f"  {name} = {value},\n" for name, value in fields.items())
    return f"@misc{{p2p-{entry.id},\n{lines}}}\n"


def _ris(entry: _Entry) -> str:
    def day(of: date) -> str:
        return of.strftime("%Y/%m/%d/")

    lines = [
        ("TY", "DATA"),
        ("ID", f"p2p-{entry.id}"),
        *(("AU", f"{name}, {given}" if given else name) for name, given in entry.work.authors),
        ("TI", entry.title),
        ("PY", str(entry.issued.year)),
        ("DA", day(entry.issued)),
        ("ET", entry.version),
        ("PB", entry.work.title),
        *((("UR", entry.address),) if entry.address else ()),
        ("Y2", day(entry.cited)),
        ("N1", entry.note),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def _csl(entry: _Entry) -> str:
    def parts(of: date) -> dict[str, list[list[int]]]:
        return {"date-parts": [[of.year, of.month, of.day]]}

    people = [{"family": name, "given": given} if given else {"literal": name} for name, given in entry.work.authors]
    item: dict[str, Any] = {
        "id": f"p2p-{entry.id}",
        "type": "dataset",
        "title": entry.title,
        "author": people,
        "issued": parts(entry.issued),
        "accessed": parts(entry.cited),
        "publisher": entry.work.title,
        "version": entry.version,
        **({"URL": entry.address} if entry.address else {}),
        "note": entry.note,
    }
    return json.dumps([item], ensure_ascii=False, indent=1) + "\n"


def _text(entry: _Entry) -> str:
    people = "; ".join(f"{name}, {given}" if given else name for name, given in entry.work.authors)
    where = f" {entry.address}" if entry.address else ""
    day = f"{entry.cited.day} {entry.cited.strftime('%B %Y')}"
    return (
        f"{people} ({entry.issued.year}). {entry.title} [Data set]. {entry.work.title}, version {entry.version}."
        f"{where} (cited on {day}). {entry.note}\n"
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """One kind of reference: its suffix, its media type, what it is called, and its writer."""

    suffix: str
    media_type: str
    title: str
    write: Callable[[_Entry], str]


#: every kind of reference, in the order in which they are offered
REFERENCES: Final[tuple[Reference, ...]] = (
    Reference("bib", "application/x-bibtex", "BibTeX", _bibtex),
    Reference("ris", "application/x-research-info-systems", "RIS", _ris),
    Reference("csl.json", "application/vnd.citationstyles.csl+json", "CSL-JSON", _csl),
    Reference("txt", "text/plain", "Text", _text),
)


def refer(citation: Citation, work: Work, address: str, suffix: str, is_withheld: bool = False) -> str:
    """The reference to a citation in one of the REFERENCES; `address` is where it is opened, empty for nowhere.

    What stands in a title cannot leave its field. `is_withheld` leaves out what was asked.

    >>> from datetime import UTC
    >>> asked = Question("", title="100 % of what_is {known}", values={"country": ("PT",)})
    >>> answer = Canonical("boolean", (), ("true",))
    >>> citation = cite(asked, "0.1.0+2026-01-07.1", answer, (), datetime(2026, 3, 1, tzinfo=UTC))
    >>> work = Work("Graph", (("The Team", ""),))
    >>> refer(citation, work, "https://example.org/cite/x", "bib").splitlines()[2].replace(chr(92), "/")
    '  title = {{100 /% of what/_is /{known/} (country: PT)}},'
    >>> refer(citation, work, "", "ris").split("\\r\\n")[3]
    'TI  - 100 % of what_is {known} (country: PT)'
    """
    kind = next(one for one in REFERENCES if one.suffix == suffix)
    return kind.write(_entry(citation, work, address, is_withheld))
