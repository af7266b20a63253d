"""Citations on disk: one file each, written once and never changed, below `<home>/citations/`.

    citations/<first two signs>/<id>.json.gz     the citation, and its answer or the hashes of its rows

The id tells the content. A file stands in its place whole or not at all, and two processes that write the same one
write it once. Releases come and go beside them. Nothing of the client that cited is kept.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from p2p_graph.errors import CitationsFull, DamagedCitation, NotWritable, P2PError, PurgedThing, UnknownCitation
from p2p_graph.message import Message
from p2p_graph.model import Answer, Table
from p2p_graph.purged import Purged
from p2p_graph.reading.citing import (
    Canonical,
    Difference,
    canonical,
    difference,
    difference_by_hashes,
    row_hashes,
)
from p2p_graph.reading.library import SavedQuery
from p2p_graph.reading.reference import Citation, Question, cite, id_of
from p2p_graph.reading.scan import Dataset, look
from p2p_graph.whole_files import NEW, put

__all__ = ["KEPT", "Citations", "Kept", "made", "saved_question"]

#: bytes that a kept answer may take, packed; of a larger one only the hashes of its rows are kept
KEPT: Final = 500_000

_ID: Final = re.compile(r"[a-z2-7]{16}")
#: what a file takes on disk at least
_BLOCK: Final = 4096
_LEFTOVER_SECONDS: Final = 3600
#: what a citation says of its question
_ASKED: Final = ("query", "default_graphs", "named_graphs", "title", "values")


@dataclass(frozen=True, slots=True)
class Kept:
    """A citation as it was kept: with its answer, or with the hashes of its rows where the answer was too large."""

    citation: Citation
    answer: Canonical | None
    hashes: bytes = b""

    def compared(self, now: Answer, purged: Purged | None = None) -> Difference:
        """What became of the answer. Raises AnswerTooAlike."""
        today = canonical(now, self.citation.is_ordered)
        if self.answer is not None:
            return difference(self.answer, today, purged)
        return difference_by_hashes(self.hashes, self.citation.digest, today, purged)


def saved_question(saved: SavedQuery, values: Mapping[str, Iterable[str]]) -> Question:
    """A saved question with its values; empty ones mean "any". Raises what binding them raises."""
    given = {name: tuple(value.strip() for value in them if value.strip()) for name, them in values.items()}
    kept = {name: them for name, them in given.items() if them}
    return replace(Question.of(saved.bind(**given)), saved=saved.name, title=saved.title, values=kept)


def made(question: Question, version: str, answer: Answer, now: datetime) -> tuple[Citation, Canonical]:
    """The citation of an answer that was just given to a question, and what is kept of it. Raises AnswerTooAlike.

    >>> from datetime import UTC
    >>> from p2p_graph.model import Boolean
    >>> made(Question("ASK {}"), "1", Boolean(True), datetime(2026, 1, 7, tzinfo=UTC))[0].digest[:8]
    'a17fcf0a'
    """
    content = canonical(answer, look(question.query).is_ordered)
    columns = answer.columns if isinstance(answer, Table) else ()
    return cite(question, version, content, columns, now), content


class Citations:
    """All citations below a folder, which together may take `limit` bytes of disk."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._lock = threading.Lock()
        #: bytes on disk when they were last counted, and what was written here since; nothing before the first count
        self._counted: int | None = None
        self._written = 0

    def find(self, id: str) -> Kept | None:
        """The citation of an id, or None. Raises DamagedCitation."""
        if not _ID.fullmatch(id):
            return None
        try:
            content = self._path(id).read_bytes()
        except FileNotFoundError:
            return None
        return _read(id, content)

    def get(self, id: str) -> Kept:
        """The citation of an id. Raises UnknownCitation that says what an id looks like, or DamagedCitation."""
        found = self.find(id)
        if found is None:
            raise UnknownCitation(
                f"There is no citation {id[:40]!r} here: see that all 16 letters and digits are there.",
                citation=id[:40],
            )
        return found

    def add(self, citation: Citation, answer: Canonical) -> Citation:
        """Keeps a citation; what comes back is the first one of its id.

        Raises CitationsFull, NotWritable for a disk that takes nothing, DamagedCitation.
        """
        known = self.find(citation.id)
        if known:
            return known.citation
        content = _packed(citation, answer)
        self._check_room(len(content))
        try:
            put(self._path(citation.id), content, unless_there=True)
        except OSError as reason:
            raise NotWritable(
                Message(
                    "The citation could not be kept ({reason}): whoever runs this site has to make room. "
                    "Those that were kept before are there.",
                    reason=reason.strerror or "",
                )
            ) from None
        return self.get(citation.id).citation

    def forget(self, purged: Purged, names: Callable[[str], bool]) -> int:
        """Takes rows that hold something purged off the disk, and questions that name it; how many files changed.

        Of an answer with such rows the hashes of its rows stay, by which it is still compared. A citation whose
        question names something purged answers PurgedThing from then on.
        """
        changed = 0
        for path in sorted(self._folder.glob("??/*")):
            if path.name.startswith(NEW):
                path.unlink(missing_ok=True)
                continue
            said = json.loads(gzip.decompress(path.read_bytes()))
            asked = json.dumps({name: said.get(name) for name in _ASKED}, ensure_ascii=False)
            if purged.names(asked) or names(asked):
                content = _compressed({"id": said["id"], "purged": True})
            elif "answer" in said and any(purged.holds(line) or names(line) for line in said["answer"].splitlines()):
                answer = _answer(said["kind"], tuple(said["columns"]), said.pop("answer"), bool(said["ordered"]))
                content = _compressed({**said, "row_hashes": base64.b64encode(row_hashes(answer)).decode()})
            else:
                continue
            put(path, content)
            changed += 1
        return changed

    def __iter__(self) -> Iterator[str]:
        """The ids of all, in order."""
        return iter(sorted(path.name.removesuffix(".json.gz") for path in self._folder.glob("??/*.json.gz")))

    def _path(self, id: str) -> Path:
        return self._folder / id[:2] / f"{id}.json.gz"

    def _check_room(self, size: int) -> None:
        """Counts the folder anew after each hundredth of its limit, so that it goes over by little, whoever writes."""
        with self._lock:
            if self._counted is None or self._written > self._limit // 100:
                self._counted, self._written = self._count(), 0
            takes = -(-size // _BLOCK) * _BLOCK
            if self._counted + self._written + takes > self._limit:
                # so that room made by hand is seen
                self._counted = None
                raise CitationsFull(
                    f"There is no room for another citation: all together may take {self._limit:,} bytes. "
                    "Whoever runs this site can allow more with P2P_CITATIONS_BYTES.",
                    bytes=self._limit,
                )
            self._written += takes

    def _count(self) -> int:
        total = 0
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                found = path.stat()
                if path.name.startswith(NEW) and found.st_mtime < time.time() - _LEFTOVER_SECONDS:
                    # of a process that was killed while it wrote
                    path.unlink()
                else:
                    total += -(-found.st_size // _BLOCK) * _BLOCK
        return total


def _packed(citation: Citation, answer: Canonical) -> bytes:
    question = citation.question
    said: dict[str, Any] = {
        "id": citation.id,
        "method": citation.method,
        "query": question.query,
        "default_graphs": question.dataset.default,
        "named_graphs": question.dataset.named,
        "saved": question.saved,
        "title": question.title,
        "values": {name: list(given) for name, given in question.values.items()},
        "version": citation.version,
        "cited": citation.cited.isoformat(),
        "kind": citation.kind,
        "columns": citation.columns,
        "ordered": citation.is_ordered,
        "rows": citation.rows,
        "sha256": citation.digest,
    }
    whole = _compressed({**said, "answer": answer.text})
    if len(whole) <= KEPT:
        return whole
    return _compressed({**said, "row_hashes": base64.b64encode(row_hashes(answer)).decode()})


def _compressed(said: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(said, ensure_ascii=False).encode(), mtime=0)


def _read(id: str, content: bytes) -> Kept:
    """A citation from its file, checked against its id and its hash."""
    try:
        said = json.loads(gzip.decompress(content))
        if said.get("purged"):
            raise PurgedThing("What this citation asked was taken out for good.", address=id)
        values = {name: tuple(given) for name, given in said["values"].items()}
        dataset = Dataset(tuple(said["default_graphs"]), tuple(said["named_graphs"]))
        question = Question(said["query"], dataset, said["saved"], said["title"], values)
        columns, ordered = tuple(said["columns"]), bool(said["ordered"])
        answer = _answer(said["kind"], columns, said["answer"], ordered) if "answer" in said else None
        hashes = base64.b64decode(said.get("row_hashes", ""))
        cited, rows, digest = datetime.fromisoformat(said["cited"]), int(said["rows"]), str(said["sha256"])
        citation = Citation(
            id_of(question, said["version"], digest),
            question,
            said["version"],
            cited,
            said["kind"],
            columns,
            ordered,
            rows,
            digest,
        )
    except PurgedThing:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, P2PError):
        raise _damaged(id) from None
    if citation.id != id or (answer and answer.digest != citation.digest):
        raise _damaged(id)
    return Kept(citation, answer, hashes)


def _answer(kind: Any, columns: tuple[str, ...], text: str, is_ordered: bool) -> Canonical:
    lines = text.split("\n")[:-1]
    return Canonical(kind, tuple(sorted(columns)), tuple(lines[1:] if kind == "table" else lines), is_ordered)


def _damaged(id: str) -> DamagedCitation:
    return DamagedCitation(
        f"The citation {id} is kept here, but its file is damaged: whoever runs this site can put it back from a "
        "backup.",
        citation=id,
    )
