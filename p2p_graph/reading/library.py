"""Saved queries: files of SPARQL with a head in words, and values bound as printed terms.

A file under `queries/` is valid SPARQL that runs as it stands in any editor. Its head is YAML in `#+`
comments: `title`, `question`, `parameters`, `columns`. A parameter has one hole, `VALUES ?name { UNDEF }`;
unbound it means "any". `bind` puts a *term* of the declared kind in place of `UNDEF`, so nothing that a
user typed ever becomes text of a query.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import yaml
from pyoxigraph import Literal, NamedNode

from p2p_graph.errors import BadValue, DataError, UnknownParameter, UnknownQuery
from p2p_graph.model import Table
from p2p_graph.vocab import BASE, KINDS, PREFIXES, SCHEMES, mint

__all__ = ["COLUMN_KINDS", "PARAMETER_KINDS", "Library", "Parameter", "Pattern", "PatternTie", "SavedQuery"]

#: kinds of values a parameter may take, each with a value that would pass
PARAMETER_KINDS: Final[dict[str, str]] = {
    "country": "PT",
    "concept": "informal",
    **{kind: f"the last part of the address of a {kind}" for kind in KINDS if kind != "country"},
    "address": f"{BASE}id/practice/c-buddy",
    "year": "2016",
    "integer": "5",
    "language": "en",
    "text": "hepatitis",
}

#: kinds of values a column may hold
COLUMN_KINDS: Final = frozenset({"iri", "text", "year", "integer", "decimal", "boolean", "date", "term"})

#: the one in C, ten times as quick, where the machine has it; both read nothing but plain data
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HOLE = re.compile(r"VALUES\s+\?(?P<name>\w+)\s*\{\s*UNDEF\s*\}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LOCAL = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a saved query: its kind, the scheme of a concept, words for a form."""

    name: str
    kind: str
    required: bool = False
    scheme: str | None = None
    label: str = ""

    @property
    def example(self) -> str:
        """A value that would pass."""
        return PARAMETER_KINDS[self.kind]

    def term(self, value: str) -> NamedNode | Literal:
        """The term for a typed value. Raises BadValue with what would be right.

        >>> Parameter("country", "country").term("PT").value
        'https://w3id.org/peer2peer/id/country/PT'
        >>> Parameter("form", "concept", scheme="form").term("informal").value
        'https://w3id.org/peer2peer/vocab/form/informal'
        """
        value = value.strip()
        if self.kind == "country" and _COUNTRY.fullmatch(value.upper()):
            return mint("country", value.upper())
        if self.kind == "concept" and self.scheme:
            local = value.removeprefix(PREFIXES[self.scheme]).removeprefix(f"{self.scheme}:")
            if _LOCAL.fullmatch(local):
                return NamedNode(PREFIXES[self.scheme] + local)
        elif self.kind in KINDS and self.kind != "country":
            local = value.removeprefix(PREFIXES[self.kind]).removeprefix(f"{self.kind}:")
            if _LOCAL.fullmatch(local):
                return mint(self.kind, local)
        elif self.kind == "address" and _ADDRESS.fullmatch(value):
            return NamedNode(value)
        elif self.kind in ("year", "integer") and _NUMBER.fullmatch(value):
            return Literal(int(value))
        elif (self.kind == "language" and _LANGUAGE.fullmatch(value)) or (self.kind == "text" and value.isprintable()):
            return Literal(value)
        raise BadValue(
            f"{value[:80]!r} is no {self.kind} for the parameter {self.name}; a value that would pass: {self.example}.",
            parameter=self.name,
            kind=self.kind,
            example=self.example,
        )


@dataclass(frozen=True, slots=True)
class PatternTie:
    """One tie of a pattern's drawing: between which of its roles, in which form and stance, one-way or not.

    `further` are the others at the same table, where one tie joins more than two.
    """

    one: str
    other: str
    form: str | None = None
    polarity: str = "supports"
    directed: bool = False
    further: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[str, ...]:
        """All roles that it joins."""
        return (self.one, self.other, *self.further)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A cooperation pattern: its definition in one sentence, why it matters, and its typed roles and ties.

    `roles` maps a letter of the drawing to a role or family of the scheme of roles.
    """

    definition: str
    why: str
    roles: Mapping[str, str]
    ties: tuple[PatternTie, ...]


@dataclass(frozen=True)
class SavedQuery:
    """One saved query: what it asks in words, what it takes, which columns it gives, and its text."""

    name: str
    folder: str
    title: str
    question: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, str]
    text: str
    note: str = ""
    pattern: Pattern | None = None
    #: "once" or for each "country" if a release keeps the answer, so that no page waits for it
    kept: str = ""

    @cached_property
    def body(self) -> str:
        """The text without its head."""
        return "".join(line for line in self.text.splitlines(keepends=True) if not line.startswith("#+")).lstrip("\n")

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The columns in words: `informalTie` is headed "informal tie"."""
        return tuple(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column).lower() for column in self.columns)

    def bind(self, **values: str | Iterable[str]) -> str:
        """The text with values in its holes; a list means any of them, an empty value means "any".

        Raises UnknownParameter, or BadValue with a value that would pass (also for a required one that is missing).

        >>> q = SavedQuery("q", "questions", "", "", {"country": Parameter("country", "country")}, {},
        ...                "SELECT * { VALUES ?country { UNDEF } ?p ?q ?country }")
        >>> q.bind(country="PT")
        'SELECT * { VALUES ?country { <https://w3id.org/peer2peer/id/country/PT> } ?p ?q ?country }'
        """
        printed: dict[str, str] = {}
        for name, value in values.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                known = ", ".join(self.parameters) or "none"
                raise UnknownParameter(
                    f"The query {self.name} has no parameter {name!r}; it has: {known}.",
                    query=self.name,
                    parameters=tuple(self.parameters),
                )
            wanted = [value] if isinstance(value, str) else list(value)
            terms = [parameter.term(v) for v in wanted if v.strip()]
            if terms:
                printed[name] = " ".join(str(term) for term in terms)
        for parameter in self.parameters.values():
            if parameter.required and parameter.name not in printed:
                raise BadValue(
                    f"The query {self.name} needs a value for {parameter.name}, such as {parameter.example}.",
                    parameter=parameter.name,
                    kind=parameter.kind,
                    example=parameter.example,
                )

        def filled(hole: re.Match[str]) -> str:
            # An open hole says nothing; leaving it out gives every engine's planner an easier query.
            name = hole["name"]
            return f"VALUES ?{name} {{ {printed[name]} }}" if name in printed else ""

        return _HOLE.sub(filled, self.body)

    def told(self, table: Table) -> Table:
        """Its answer, with the title, the question and the kinds of columns that its head names."""
        head = replace(table.origin, title=self.title, question=self.question, kinds=self.columns)
        return replace(table, origin=head)


class Library:
    """All saved queries by name; `questions` are the public ones."""

    def __init__(self, queries: Iterable[SavedQuery]) -> None:
        self._by_name = {query.name: query for query in queries}

    @classmethod
    def load(cls, folder: Path) -> Library:
        """Reads every `.rq` file below a folder. Raises DataError that lists each file with a faulty head."""
        queries: list[SavedQuery] = []
        faults: list[str] = []
        seen: dict[str, Path] = {}
        for path in sorted(folder.rglob("*.rq")):
            try:
                queries.append(parse(path.read_text(encoding="utf-8"), path.stem, path.parent.name))
                if path.stem in seen:
                    raise ValueError(f"the name {path.stem} is taken by {seen[path.stem].parent.name}/ already")
            except ValueError as reason:
                faults.append(f"{path.parent.name}/{path.name}: {reason}")
            seen[path.stem] = path
        if faults:
            raise DataError("Saved queries with faults: " + "; ".join(faults), faults=tuple(faults))
        return cls(queries)

    @property
    def patterns(self) -> list[SavedQuery]:
        """The cooperation patterns, by title."""
        return sorted(self.folder("patterns"), key=lambda q: q.title)

    @property
    def kept(self) -> list[SavedQuery]:
        """Those whose answers a release keeps, by name."""
        return sorted((q for q in self._by_name.values() if q.kept), key=lambda q: q.name)

    @property
    def questions(self) -> list[SavedQuery]:
        """The public saved queries, by title."""
        return sorted((q for q in self._by_name.values() if q.folder == "questions"), key=lambda q: q.title)

    def folder(self, folder: str) -> list[SavedQuery]:
        """The saved queries of one folder, by name."""
        return sorted((q for q in self._by_name.values() if q.folder == folder), key=lambda q: q.name)

    def get(self, name: str) -> SavedQuery:
        """A saved query by name. Raises UnknownQuery that names similar ones."""
        if name in self._by_name:
            return self._by_name[name]
        raise _unknown("saved query", name, [q.name for q in (*self.questions, *self.patterns)])

    def pattern(self, name: str) -> SavedQuery:
        """A pattern by name. Raises UnknownQuery that names similar ones."""
        found = next((q for q in self.patterns if q.name == name), None)
        if found is None:
            raise _unknown("pattern", name, [q.name for q in self.patterns])
        return found


def _unknown(what: str, name: str, known: list[str]) -> UnknownQuery:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f" Similar: {', '.join(near)}." if near else f" There are: {', '.join(known)}." if known else ""
    return UnknownQuery(f"There is no {what} {name[:80]!r}.{hint}", name=name, near=tuple(near))


def parse(text: str, name: str, folder: str) -> SavedQuery:
    """One saved query from its text. Raises ValueError with what is wrong in the head.

    >>> q = parse("#+ title: T\\n#+ question: Q?\\n#+ columns: {s: iri}\\nSELECT ?s { ?s ?p ?o }", "all", "questions")
    >>> q.title, dict(q.columns), q.body
    ('T', {'s': 'iri'}, 'SELECT ?s { ?s ?p ?o }')
    """
    lines = [line[2:] for line in text.splitlines() if line.startswith("#+")]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    try:
        head = yaml.load("\n".join(line[indent:] for line in lines), Loader=_LOADER) or {}
    except yaml.YAMLError as reason:
        raise ValueError(f"the head is not YAML: {reason}") from None
    if not isinstance(head, dict) or not head.get("title"):
        raise ValueError("the head has no title")
    unknown = set(head) - {"title", "question", "parameters", "columns", "note", "definition", "why", "drawing", "kept"}
    if unknown:
        raise ValueError(f"the head has unknown entries: {', '.join(sorted(unknown))}")
    if folder == "questions" and not (head.get("question") and head.get("columns")):
        raise ValueError("a question needs the entries question and columns")
    parameters = {str(k): _parameter(str(k), v) for k, v in (head.get("parameters") or {}).items()}
    holes = {match["name"] for match in _HOLE.finditer(text)}
    for missing in set(parameters) - holes:
        raise ValueError(f"the parameter {missing} has no hole: write VALUES ?{missing} {{ UNDEF }} where it acts")
    columns = {str(k): str(v) for k, v in (head.get("columns") or {}).items()}
    for column, kind in columns.items():
        if kind not in COLUMN_KINDS:
            raise ValueError(f"the column {column} has the unknown kind {kind}")
    if str(head.get("kept", "once")) not in ("once", "country"):
        raise ValueError("kept is once, or country for each country")
    return SavedQuery(
        name,
        folder,
        str(head["title"]),
        str(head.get("question", "")),
        parameters,
        columns,
        text,
        str(head.get("note", "")),
        _pattern(head) if folder == "patterns" else None,
        str(head.get("kept", "")) or ("once" if folder == "patterns" else ""),
    )


def _pattern(head: Mapping[str, object]) -> Pattern:
    drawing = head.get("drawing")
    if not (head.get("definition") and head.get("why") and isinstance(drawing, dict)):
        raise ValueError("a pattern needs the entries definition, why and drawing")
    roles = {str(k): str(v) for k, v in drawing.get("roles", {}).items()}
    ties = tuple(PatternTie(**{**tie, "further": tuple(tie.get("further", ()))}) for tie in drawing.get("ties", []))
    strangers = {end for tie in ties for end in tie.ends} - set(roles)
    if strangers or not ties:
        raise ValueError(f"the drawing has no ties, or ties to unknown roles: {', '.join(sorted(strangers)) or 'none'}")
    if any(len(set(tie.ends)) < len(tie.ends) for tie in ties):
        raise ValueError("the drawing joins a role to itself; give the second one a letter of its own")
    return Pattern(str(head["definition"]), str(head["why"]), roles, ties)


def _parameter(name: str, entry: object) -> Parameter:
    if not isinstance(entry, dict) or entry.get("kind") not in PARAMETER_KINDS:
        raise ValueError(f"the parameter {name} needs a kind: one of {', '.join(PARAMETER_KINDS)}")
    scheme = entry.get("scheme")
    if entry["kind"] == "concept" and scheme not in SCHEMES:
        raise ValueError(f"the parameter {name} needs a scheme: one of {', '.join(SCHEMES)}")
    return Parameter(name, entry["kind"], bool(entry.get("required")), scheme, str(entry.get("label", "")))
