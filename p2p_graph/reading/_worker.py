"""The child process that holds one release and answers one query at a time, so that a query can be killed.

It is run as a plain file, not as a module: it needs pyoxigraph only, and must not load the rest of the package.
Everything it is told comes over its standard input and everything it says goes over its standard output, both as
frames: four bytes of length, then that many bytes. The first frame is the `Start`, every other one a question; each
is JSON. An answer begins with one byte that says what it is:

    R  ready; JSON with the process's isolation      T  a table as TSV, its rows counted
    B  a boolean, b"1" or b"0"                       N  triples as N-Triples, without doubles
    W  the answer in the wished format               E  an error; JSON with `error` and its values

It ends when its parent does, whatever that died of: the kernel sends it SIGKILL where it can (Linux), and the main
thread waits for nothing but the end of its input. Queries run in a second thread, which also gives them a deep stack.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import struct
import sys
import threading
from typing import TYPE_CHECKING, Any, TypedDict, cast

if TYPE_CHECKING:
    from pyoxigraph import QuerySolutions, QueryTriples, Store

__all__ = ["HEAD", "Question", "Start"]

#: length of a frame
HEAD = struct.Struct(">I")

_STACK = 256 * 1024 * 1024
_PIECE = 32 * 1024 * 1024
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_DIE_WITH_PARENT = 1
_NICE = 5


class Start(TypedDict):
    """What a worker must know before its first question."""

    #: where modules are found, as in the parent
    modules: list[str]
    #: the file of N-Quads to load, or the folder of the store on disk
    data: str
    on_disk: bool
    #: bytes of address space a query may use beyond what the release takes; 0 for any
    memory: int
    #: prefixes for Turtle
    prefixes: dict[str, str]


class Question(TypedDict):
    """One query and what it may cost. `media` is the media type wished, empty for terms.

    `graphs` are those of the default graph and those that GRAPH sees, if they were said beside the query.
    """

    query: str
    union: bool
    graphs: tuple[list[str], list[str]] | None
    rows: int
    bytes: int
    media: str


class _TooMuch(Exception):
    """More than the limit of rows or bytes."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what)
        self.what, self.limit = what, limit


class _Sink:
    """Takes what the engine writes, until it is more than `limit` bytes or `rows` lines."""

    def __init__(self, limit: int, rows: int | None = None) -> None:
        self.parts: list[bytes] = []
        self._bytes, self._limit = 0, limit
        # the first line of TSV is its head; line ends inside of values are written as \n
        self._lines, self._rows = -1, rows

    def write(self, part: bytes) -> int:
        self._bytes += len(part)
        if self._rows is not None:
            self._lines += part.count(b"\n")
            if self._lines > self._rows:
                raise _TooMuch("rows", self._rows)
        if self._bytes > self._limit:
            raise _TooMuch("bytes", self._limit)
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""


def _answer(store: Store, question: Question, prefixes: dict[str, str]) -> bytes:
    from pyoxigraph import NamedNode, QueryBoolean, QueryTriples

    if question["graphs"]:
        # the types of the engine's lists are wider than what stands in them
        default, named = (cast("Any", [NamedNode(address) for address in graphs]) for graphs in question["graphs"])
        found = store.query(question["query"], default_graph=default, named_graphs=named)
    else:
        found = store.query(question["query"], use_default_graph_as_union=question["union"])
    if isinstance(found, QueryBoolean):
        return _boolean(found, question)
    if isinstance(found, QueryTriples):
        return _triples(found, question, prefixes)
    return _table(found, question)


def _boolean(found: Any, question: Question) -> bytes:
    from pyoxigraph import QueryResultsFormat

    if not question["media"]:
        return b"B1" if found else b"B0"
    fmt = QueryResultsFormat.from_media_type(question["media"])
    return b"W" + bytes(found.serialize(format=fmt))


def _table(found: QuerySolutions, question: Question) -> bytes:
    """Rows are counted while the engine writes TSV, where a row is a line; other formats are made from that."""
    from pyoxigraph import QueryResultsFormat, parse_query_results

    fmt = QueryResultsFormat.from_media_type(question["media"]) if question["media"] else None
    sink: Any = _Sink(question["bytes"], question["rows"])
    found.serialize(sink, QueryResultsFormat.TSV)
    if fmt is None or fmt == QueryResultsFormat.TSV:
        return b"".join([b"W" if fmt else b"T", *sink.parts])
    wished: Any = _Sink(question["bytes"])
    parse_query_results(b"".join(sink.parts), QueryResultsFormat.TSV).serialize(wished, fmt)
    return b"".join([b"W", *wished.parts])


def _triples(found: QueryTriples, question: Question, prefixes: dict[str, str]) -> bytes:
    from pyoxigraph import RdfFormat, serialize

    seen: dict[Any, None] = {}
    for triple in found:
        seen[triple] = None
        if len(seen) > question["rows"]:
            raise _TooMuch("rows", question["rows"])
    plain: Any = _Sink(question["bytes"])
    serialize(seen, plain, RdfFormat.N_TRIPLES)
    fmt = RdfFormat.from_media_type(question["media"]) if question["media"] else None
    if fmt is None or fmt == RdfFormat.N_TRIPLES:
        return b"".join([b"W" if fmt else b"N", *plain.parts])
    text = b"".join(plain.parts)
    used = {p: i for p, i in prefixes.items() if b"<" + i.encode() in text} if fmt == RdfFormat.TURTLE else {}
    wished: Any = _Sink(question["bytes"])
    serialize(seen, wished, fmt, prefixes=used)
    return b"".join([b"W", *wished.parts])


def _error(kind: str, text: str, **values: object) -> bytes:
    return b"E" + json.dumps({"error": kind, "text": text, **values}).encode()


def _serve(store: Store, prefixes: dict[str, str], speak: int) -> None:
    while True:
        question: Question = json.loads(_read())
        try:
            reply = _answer(store, question, prefixes)
        except _TooMuch as much:
            reply = _error("large", "", what=much.what, limit=much.limit)
        except SyntaxError as fault:
            reply = _error("syntax", str(fault.msg))
        except Exception as fault:
            # the worker's edge: whatever the engine raises becomes a sentence for the parent
            reply = _error("failed", str(fault) or type(fault).__name__)
        _write(speak, reply)


def _read() -> bytes:
    (length,) = HEAD.unpack(_exactly(HEAD.size))
    return _exactly(length)


def _exactly(length: int) -> bytes:
    parts: list[bytes] = []
    while length:
        part = os.read(0, min(length, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _write(speak: int, payload: bytes) -> None:
    rest = memoryview(HEAD.pack(len(payload)) + payload)
    while rest:
        rest = rest[os.write(speak, rest) :]


def _isolate() -> bool:
    """Cuts this process from every network, loopback too; False where the system does not permit it."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        return any(libc.unshare(flags) == 0 for flags in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK))
    return False


def _die_with(parent: int) -> None:
    """Asks the kernel for SIGKILL when the parent ends; the kernel means the thread that started this process."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def _bound_memory(spare: int) -> None:
    """Bounds the address space to what is used now and `spare`; and no file of a crash is ever written."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if spare:
            with open("/proc/self/statm", encoding="ascii") as sizes:
                used = int(sizes.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + spare, used + spare))


def _open(start: Start) -> Store:
    """The release, from disk or read into memory.

    Read in pieces, because all at once takes half as much again at its peak; and parsed here, because the engine's
    own loader gives every blank node a new name, another one in each worker.
    """
    from pyoxigraph import RdfFormat, Store, parse

    if start["on_disk"]:
        return Store.read_only(start["data"])
    store = Store()
    with open(start["data"], "rb") as lines:
        while piece := lines.read(_PIECE):
            # lenient: the release was checked when it was built
            store.bulk_extend(parse(piece + lines.readline(), RdfFormat.N_QUADS, lenient=True))
    return store


def _work(speak: int, isolated: bool) -> None:
    try:
        start: Start = json.loads(_read())
        sys.path[:] = start["modules"]
        store = _open(start)
        _bound_memory(start["memory"])
        _write(speak, b"R" + json.dumps({"isolated": isolated}).encode())
        _serve(store, start["prefixes"], speak)
    except Exception as fault:
        _write(speak, _error("failed", f"{type(fault).__name__}: {fault}"))
    finally:
        # also after a panic of the engine, which is no Exception: a worker that may be broken must not go on
        os._exit(1)


def main() -> None:
    """Runs the worker until its parent ends or closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # who reads pages goes before who computes
    os.nice(_NICE)
    isolated = _isolate()
    _die_with(int(sys.argv[1]))
    # a stray print, of whomever, must not look like an answer
    speak = os.dup(1)
    os.dup2(2, 1)
    threading.stack_size(_STACK)
    threading.Thread(target=_work, args=(speak, isolated), daemon=True).start()
    ended = select.poll()
    ended.register(0, 0)
    ended.poll()
    os._exit(0)


if __name__ == "__main__":
    main()
