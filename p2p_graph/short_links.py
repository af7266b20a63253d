"""Short links to queries on disk: one small file each, written once and never changed, below `<home>/links/`.

    links/<first two signs>/<id>.json     the query, the graphs it is asked over, and how its answer was looked at

The id tells the content: the same query has the same link on every server, and a changed file is no longer found.
Nothing of the client that made one is kept.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from p2p_graph.errors import LinksFull, NotWritable, QueryTooComplex, UnknownLink
from p2p_graph.message import Message
from p2p_graph.whole_files import put

__all__ = ["LONGEST", "Link", "ShortLinks"]

#: bytes that a query may have to be shortened
LONGEST: Final = 16_000
#: signs of an id: enough that no two queries meet; if two should be made to, the later one has a longer one
_SIGNS: Final = 10
_ID: Final = re.compile(rf"[a-z2-7]{{{_SIGNS},52}}")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link leads to: a query, over which graphs, and how its answer is looked at."""

    query: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    view: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> bytes:
        """Its one form as bytes: equal links are equal bytes.

        >>> Link("ASK {}", view={"view": "raw"}).written()
        b'{"default":[],"named":[],"query":"ASK {}","view":{"view":"raw"}}'
        """
        parts = {"query": self.query, "default": self.default, "named": self.named, "view": dict(self.view)}
        return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class ShortLinks:
    """All short links below a folder, at most so many; one that was given is never taken away."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most

    def get(self, id: str) -> Link:
        """What a link leads to. Raises UnknownLink.

        >>> import tempfile
        >>> links = ShortLinks(Path(tempfile.mkdtemp()), 10)
        >>> links.get(links.add(Link("ASK {}"))).query
        'ASK {}'
        """
        content = self._read(id)
        if content is None:
            sentence = f"There is no short link {id[:60]!r} here: a letter may be missing, or another server made it."
            raise UnknownLink(sentence, link=id[:60])
        parts = json.loads(content)
        return Link(parts["query"], tuple(parts["default"]), tuple(parts["named"]), parts["view"])

    def find(self, link: Link) -> str | None:
        """The id of a link that is there already."""
        content = link.written()
        return next((id for id in _ids(content) if self._read(id) == content), None)

    def add(self, link: Link) -> str:
        """Keeps a link and gives its id; for one that is there already, its own.

        Raises QueryTooComplex for a query longer than LONGEST, LinksFull where there are as many as there may be,
        NotWritable for a disk that takes nothing.
        """
        known = self.find(link)
        if known:
            return known
        content = link.written()
        if len(link.query.encode()) > LONGEST:
            raise QueryTooComplex(
                f"A query of more than {LONGEST:,} bytes has no short link: save it as a file.",
                limit=f"{LONGEST} bytes",
            )
        if sum(1 for _ in self._folder.glob("??/*.json")) >= self._most:
            raise LinksFull(
                f"This server keeps {self._most:,} short links and no more: send the address with the query in it. "
                "The links that there are go on working.",
                links=self._most,
            )
        id = next(id for id in _ids(content) if not self._path(id).exists())
        try:
            put(self._path(id), content)
        except OSError as reason:
            raise NotWritable(
                Message(
                    "The short link could not be kept ({reason}): send the address with the query in it. "
                    "The links that there are go on working.",
                    reason=reason.strerror or "",
                )
            ) from None
        return id

    def forget(self, names: Callable[[str], bool]) -> int:
        """Removes the links that name something; how many there were."""
        found = [path for path in sorted(self._folder.glob("??/*")) if names(path.read_text(encoding="utf-8"))]
        for path in found:
            path.unlink()
        return len(found)

    def _read(self, id: str) -> bytes | None:
        """What stands in the file of an id, if it is what the id tells."""
        if not _ID.fullmatch(id):
            return None
        try:
            content = self._path(id).read_bytes()
        except FileNotFoundError:
            return None
        return content if _digest(content).startswith(id) else None

    def _path(self, id: str) -> Path:
        return self._folder / id[:2] / f"{id}.json"


def _digest(content: bytes) -> str:
    return base64.b32encode(hashlib.blake2b(content, digest_size=32).digest()).decode().rstrip("=").lower()


def _ids(content: bytes) -> list[str]:
    """The ids that a content may have: longer ones where shorter ones are taken."""
    digest = _digest(content)
    return [digest[:length] for length in range(_SIGNS, len(digest) + 1, 2)]
