"""What a query asks for, seen before any engine sees it: pure, token by token.

It is a wall: the engine executes `SERVICE`, has no switch for it, and dies of deep nesting. It reads tokens, so that
comments and strings cannot fool it, and where engines disagree about what a text means it looks at each reading.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal as OneOf, cast

from p2p_graph.errors import QueryRefused, QuerySyntaxError, QueryTooComplex
from p2p_graph.model import Prepared
from p2p_graph.vocab import BASE, PREFIXES

__all__ = ["LONGEST", "Dataset", "Form", "Look", "inspect", "look", "syntax_fault"]

#: characters of a query; brackets inside each other; operators; clauses (groups, FILTER, BIND, AS and so on).
#: The engine's process ends at 300 to 3,000 nested brackets, 1,000 to 3,000 clauses, 3,000 to 10,000 operators.
LONGEST: Final = 200_000
_DEEPEST: Final = 64
_OPERATORS: Final = 1_000
_CLAUSES: Final = 500

Form = OneOf["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH", "USING", "DEFINE"}
)
_COUNTED: Final = frozenset({"AS", "BIND", "EXISTS", "FILTER", "LATERAL", "MINUS", "OPTIONAL", "UNION", "VALUES"})
#: names that Virtuoso takes for functions of its own, outside SPARQL
_FOREIGN: Final = ("bif:", "sql:")

# The length of a prefix is bounded: without, a text like a-a-a-a… would take time by the square of its length.
_TOKEN: Final = re.compile(
    r"""
      (?P<comment> \#[^\r\n]* )
    | (?P<iri> <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
    | (?P<string> \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
                | (?!\"{3})"(?:[^"\\\r\n]|\\[^\r\n])*" | (?!'{3})'(?:[^'\\\r\n]|\\[^\r\n])*' )
    | (?P<name> (?:[^\W\d_](?:[\w-]{0,99}\w)?|_)?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
                (?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])* | (?:[^\W\d_](?:[\w-]{0,99}\w)?|_)?: )
    | (?P<variable> [?$]\w+ )
    | (?P<word> \w+ )
    | (?P<open> [{(\[] )
    | (?P<close> [})\]] )
    | (?P<operator> \|\| | && | [!|/^*+<>=-] )
    | (?P<stray> ["'\\`\x00] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ESCAPE_OR_PAIR: Final = re.compile(r"\\\\|" + _ESCAPE.pattern)
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
#: what an address may be made of where it is put between < and >
_WHOLE: Final = re.compile(r"[^<>\"{}|^`\\\x00-\x20]+")
_LONE_RETURN: Final = re.compile(r"\r(?!\n)")


def inspect(query: str) -> Prepared:
    """Looks at a query before it runs, without an engine: its form, and that it asks for nothing forbidden.

    Raises QueryRefused for an update, `SERVICE` or `FROM` outside the release; QueryTooComplex for what would end the
    engine; QuerySyntaxError for what cannot be split into tokens or begins like no query. Other errors of syntax
    come from the engine.

    >>> inspect("SELECT * { ?practice ?p ?o }").form
    'SELECT'
    >>> inspect("SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    p2p_graph.errors.QueryRefused: SERVICE is not allowed here: a query reads this release only.
    """
    return Prepared(query, look(query).form)


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs a query is asked over, said beside it: those merged into its default graph, those that GRAPH sees.

    It goes before any FROM in the query, as the SPARQL 1.1 Protocol wants it. Raises QueryRefused for a graph outside
    of the release.

    >>> Dataset(named=("https://w3id.org/peer2peer/graph/pt/ties",)).default
    ()
    >>> Dataset(default=("https://example.org/",))
    Traceback (most recent call last):
    p2p_graph.errors.QueryRefused: The graph https://example.org/ is outside of the release: its graphs begin with \
https://w3id.org/peer2peer/graph/, written in full.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for address in (*self.default, *self.named):
            if not _is_ours(address) or not _WHOLE.fullmatch(address):
                raise _outside("The graph", address)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: the form, the graphs that the query names by FROM, and whether its rows have an order."""

    form: Form
    graphs: tuple[str, ...] = ()
    is_ordered: bool = False

    @property
    def own_graphs(self) -> bool:
        """Whether the query says over which graphs it is asked."""
        return bool(self.graphs)


def look(query: str) -> Look:
    if len(query) > LONGEST:
        raise QueryTooComplex(
            f"The query has {len(query):,} characters; {LONGEST:,} are allowed.", limit=f"{LONGEST} characters"
        )
    try:
        query.encode()
    except UnicodeEncodeError as fault:
        raise _syntax("This character is half of a pair and no text", query, fault.start) from None
    looks: list[Look] = []
    faults: list[QuerySyntaxError] = []
    for reading in _readings(query):
        try:
            looks.append(_Scan(reading).run())
        except QuerySyntaxError as fault:
            faults.append(fault)
    # at the end, because a refusal in any reading goes before a fault in another
    if faults:
        raise faults[0]
    return looks[0]


def _readings(query: str) -> Iterator[str]:
    """The text as each engine may read it, the text as it stands first.

    SPARQL replaces \\u escapes before it looks at the grammar, some engines only inside of strings and addresses, and
    they do not agree about a doubled backslash before one, nor about a carriage return at the end of a comment.
    """
    texts = [query]
    if _ESCAPE.search(query):
        texts += [_ESCAPE.sub(_unescaped, query), _ESCAPE_OR_PAIR.sub(_unescaped, query)]
    for text in dict.fromkeys(texts):
        yield text
        if _LONE_RETURN.search(text):
            yield _LONE_RETURN.sub(" ", text)


def _unescaped(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2]
    return chr(int(digits, 16)) if digits and int(digits, 16) <= sys.maxunicode else escape[0]


class _Scan:
    """One pass over the tokens of one reading."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.form: Form | None = None
        self.graphs: list[str] = []
        self.prefixes: dict[str, str] = {}
        self.depth = self.operators = self.clauses = 0
        self.is_ordered = False
        self._paren: list[str] = []
        #: the last two tokens, kind and text
        self._last: tuple[str, str] = ("", "")
        self._before: tuple[str, str] = ("", "")
        self._end = 0
        self._from = False
        #: a name like service:x, which some engines read as SERVICE :x if a group follows
        self._glued = False

    def run(self) -> Look:
        steps: dict[str, Callable[[str, int], None]] = {
            "iri": self._iri,
            "name": self._name,
            "word": self._word,
            "open": self._open,
            "close": self._close,
            "operator": self._operator,
            "stray": self._stray,
        }
        for token in _TOKEN.finditer(self.text):
            kind, text, start = cast(str, token.lastgroup), token[0], token.start()
            if self._glued and self.text[self._end : start].strip():
                self._glued = False
            self._end = token.end()
            if kind == "comment":
                continue
            if self._from and kind not in ("iri", "name") and text.upper() != "NAMED":
                raise _outside("FROM", text)
            step = steps.get(kind)
            if step:
                step(text, start)
            if self._glued and kind not in ("name", "open"):
                self._glued = False
            self._before, self._last = self._last, (kind, text)
        if self.form is None:
            raise _syntax("A query begins with SELECT, ASK, CONSTRUCT or DESCRIBE", self.text, len(self.text))
        return Look(self.form, tuple(self.graphs), self.is_ordered)

    def _iri(self, text: str, start: int) -> None:
        # an engine may take the < for "less than" and then sees a comment, a string or a bracket in what follows
        doubtful = set("#'()[]").intersection(text) and not _ABSOLUTE.match(text)
        if doubtful and (self._paren or self._last[1] == "<"):
            raise _refused(text, f"{text[:80]} can be read in two ways: write the whole address, or a space after <.")
        if text[1:5].lower() in _FOREIGN:
            raise _refused(text[1:], f"{text[:80]} is a function of one engine, not of SPARQL.")
        if self._last[0] == "name" and self._before[1].upper() == "PREFIX":
            self.prefixes[self._last[1][:-1]] = text[1:-1]
        self._dataset(text[1:-1])

    def _name(self, text: str, start: int) -> None:
        prefix, _, local = text.partition(":")
        self._glued = "SERVICE" in prefix.upper()
        if f"{prefix.lower()}:" in _FOREIGN:
            raise _refused(text, f"{text[:80]} is a function of one engine, not of SPARQL.")
        if self._from:
            self._dataset(self.prefixes.get(prefix, "") + local)

    def _dataset(self, address: str) -> None:
        if not self._from:
            return
        self._from = False
        address = _ESCAPE.sub(_unescaped, address)
        if not _is_ours(address):
            raise _outside("FROM", address)
        self.graphs.append(address)

    def _word(self, text: str, start: int) -> None:
        word = text.upper()
        if "SERVICE" in word:
            raise _refused("SERVICE", "SERVICE is not allowed here: a query reads this release only.")
        if word in _UPDATES:
            raise _refused(word, f"{word} is not allowed here: nothing can be changed by a query.")
        if self.form is None and word not in ("BASE", "PREFIX", "VERSION"):
            if word not in _FORMS:
                raise _syntax("A query begins with SELECT, ASK, CONSTRUCT or DESCRIBE", self.text, start)
            self.form = cast(Form, word)
        if word.startswith("FROM"):
            self._from = True
        if word == "ORDER" and not self.depth:
            self.is_ordered = True
        if word in _COUNTED:
            self._count_clause()

    def _open(self, text: str, start: int) -> None:
        if text == "{":
            if self._glued:
                raise _refused("SERVICE", "A name with the prefix service before a group can be read as SERVICE.")
            self._count_clause()
        if text == "(" or self._paren:
            self._paren.append(text)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _complex(_DEEPEST, "brackets inside each other")

    def _close(self, text: str, start: int) -> None:
        self.depth = max(0, self.depth - 1)
        if self._paren:
            self._paren.pop()

    def _operator(self, text: str, start: int) -> None:
        self.operators += 1
        if self.operators > _OPERATORS:
            raise _complex(_OPERATORS, "operators")

    def _stray(self, text: str, start: int) -> None:
        if text in "\"'":
            raise _syntax("This string does not end", self.text, start)
        raise _syntax(f"The character {text!r} means nothing here", self.text, start)

    def _count_clause(self) -> None:
        self.clauses += 1
        if self.clauses > _CLAUSES:
            raise _complex(_CLAUSES, "groups, filters and other clauses")


def _is_ours(address: str) -> bool:
    return address.startswith(f"{BASE}graph/") and "/." not in address


def _outside(word: str, address: str) -> QueryRefused:
    start = f"{BASE}graph/"
    return _refused(
        "FROM", f"{word} {address[:80]} is outside of the release: its graphs begin with {start}, written in full."
    )


def _refused(what: str, sentence: str) -> QueryRefused:
    return QueryRefused(sentence, what=what)


def _complex(limit: int, what: str) -> QueryTooComplex:
    return QueryTooComplex(f"The query has more than {limit:,} {what}.", limit=f"{limit} {what}")


def _syntax(what: str, text: str, at: int) -> QuerySyntaxError:
    lines = re.split(r"\r\n|\r|\n", text[:at])
    line, column = len(lines), len(lines[-1]) + 1
    return QuerySyntaxError(f"{what} (line {line}, column {column}).", line=line, column=column)


_PLACE: Final = re.compile(r"error at (\d+):(\d+):?\s*|line (\d+)(?:,? column (\d+))?[,:]?\s*", re.IGNORECASE)


#: a few words in small letters, where everything else is a keyword, a character or a range
_REASON: Final = re.compile(r"[a-z]+ [a-z]+")


def syntax_fault(message: str, query: str) -> QuerySyntaxError:
    """The engine's message as an error with its place; a prefix that was not declared is named as what it is."""
    scan = _Scan(query)
    with contextlib.suppress(QuerySyntaxError, QueryRefused, QueryTooComplex):
        scan.run()
    for token in _TOKEN.finditer(query):
        prefix = token[0].partition(":")[0]
        if token.lastgroup == "name" and prefix not in scan.prefixes and prefix != "_" and scan.form:
            known = f": add PREFIX {prefix}: <{PREFIXES[prefix]}>" if prefix in PREFIXES else ""
            return _syntax(f"The prefix {prefix}: is not declared{known}", query, token.start())
    place = _PLACE.search(message)
    if not place:
        first = next(iter(message.strip().splitlines()), "no reason given")
        return QuerySyntaxError(f"This is not SPARQL: {first[:300]}", line=0, column=0)
    if place[1]:
        unfinished = scan.depth > 0 or not scan.clauses
        return _engine_fault(message[place.end() :], int(place[1]), int(place[2]), query, unfinished)
    rest = " ".join(message[place.end() :].split())[:300]
    return QuerySyntaxError(
        f"This is not SPARQL at line {place[3]}: {rest}", line=int(place[3]), column=int(place[4] or 0)
    )


def _engine_fault(expected: str, line: int, column: int, query: str, unfinished: bool) -> QuerySyntaxError:
    """What the engine expected is mostly noise, for it lists what it tried last; sentences in it are reasons.

    Where it says that it expected `[_]`, any character, it has looked at one and points behind it.
    """
    lines = re.split(r"\r\n|\r|\n", query)
    at_end = (line, column) == (len(lines), len(lines[-1]) + 1)
    if "[_]" in expected and not (at_end and unfinished):
        column = max(1, column - 1)
    reasons = ", ".join(
        word for word in re.sub(r"^expected (one of )?", "", expected).split(", ") if _REASON.search(word)
    )
    near = lines[line - 1][column - 1 : column + 39].strip() if line <= len(lines) else ""
    what = reasons or (f"Not understood: {near}" if near else "The query ends too early")
    return QuerySyntaxError(f"{what} (line {line}, column {column}).", line=line, column=column)
