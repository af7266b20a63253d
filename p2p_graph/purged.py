"""What was taken out of the graph for good: two short lists of addresses and texts, and what holds one of them.

`ontology/purged.txt` comes with the package and is reviewed like everything else in it; `<home>/purged.txt` belongs to
one installation and holds at once. A line is an address, or a text in double quotes; `#` begins a remark. Where a thing
was also removed from disk, its line says only the hash by which it is known again, so that the list tells of nobody.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from p2p_graph.config import Settings, share
from p2p_graph.errors import BadValue, DataError
from p2p_graph.vocab import kind_and_slug

__all__ = ["PURGED_HERE", "Purged", "add", "files", "own_names", "pending", "read", "settle"]

#: the list of one installation, below its home
PURGED_HERE: Final = "purged.txt"

#: what may follow the end of a name of ours without making it another name
_END: Final = r"(?![A-Za-z0-9-])"
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})|\\U([0-9A-Fa-f]{8})")
#: the shortest text that counts wherever it stands in a query
_TELLING: Final = 4
#: a thing that is known by its hash alone: that of its address, and that of what it is called by in a query
_HASHED: Final = re.compile(r"sha256:([0-9a-f]{64}):([0-9a-f]{64})")
_WORD: Final = re.compile(r"[A-Za-z0-9-]+")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|^`\\]+")


@dataclass(frozen=True)
class Purged:
    """Addresses and texts that are withheld.

    >>> gone = Purged(frozenset({"https://w3id.org/peer2peer/id/practice/c-buddy"}), frozenset({"C-Buddy"}))
    >>> rows = '<https://w3id.org/peer2peer/id/practice/c-buddy>', '"C-Buddy"@en', '"Buddy"'
    >>> tuple(gone.holds(row) for row in rows)
    (True, True, False)
    """

    addresses: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    #: hashes of addresses, and with each of what it is called by in a query
    hashes: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.texts or self.hashes)

    def __contains__(self, address: str) -> bool:
        """Whether an address was purged.

        >>> "https://w3id.org/peer2peer/id/practice/c-buddy" in Purged()
        False
        """
        return address in self.addresses or (bool(self.hashes) and _hash(address) in self._hidden)

    def holds(self, line: str) -> bool:
        """Whether a row, written as N-Triples terms, holds a purged address anywhere, or a purged text as a value."""
        if self._rows and self._rows.search(line):
            return True
        return bool(self.hashes) and any(_hash(found) in self._hidden for found in _ADDRESS.findall(line))

    def names(self, query: str) -> bool:
        """Whether a query, or a value for one, names something purged, in whichever spelling.

        >>> gone = Purged(frozenset({"https://w3id.org/peer2peer/id/practice/c-buddy"}))
        >>> gone.names(r"SELECT * { practice:c\\\\-buddy ?p ?o }"), gone.names("SELECT * { practice:c-buddy-2 ?p ?o }")
        (True, False)
        """
        plain = _plain(query)
        if self._asked and self._asked.search(plain):
            return True
        called = {name for _, name in self.hashes}
        return bool(called) and any(
            _hash(one.lower()) in called for one in (*_WORD.findall(plain), *_ADDRESS.findall(plain))
        )

    @cached_property
    def _hidden(self) -> frozenset[str]:
        return frozenset(address for address, _ in self.hashes)

    @cached_property
    def _rows(self) -> re.Pattern[str] | None:
        parts = [re.escape(address) + _END for address in sorted(self.addresses)]
        parts += [rf'(?<![^\t ])"{re.escape(_escaped(text))}"(?=[@^\t ]|$)' for text in sorted(self.texts)]
        return re.compile("|".join(parts)) if parts else None

    @cached_property
    def _asked(self) -> re.Pattern[str] | None:
        parts = [_called(address) for address in sorted(self.addresses)]
        parts += [re.escape(text) for text in sorted(self.texts) if len(text) >= _TELLING]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _called(address: str) -> str:
    """What an address is called by in a query: a thing of ours by its slug, behind whichever prefix."""
    known = kind_and_slug(address)
    return rf"(?<![A-Za-z0-9-]){re.escape(known[1])}{_END}" if known else re.escape(address) + _END


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hashed(address: str) -> str:
    """The line of an address that is known by its hash alone."""
    known = kind_and_slug(address)
    return f"sha256:{_hash(address)}:{_hash((known[1] if known else address).lower())}"


def _plain(query: str) -> str:
    def unescaped(found: re.Match[str]) -> str:
        number = int(found[1] or found[2] or found[3], 16)
        return chr(number) if number < 0x110000 else found[0]

    return _ESCAPE.sub(unescaped, query).replace("\\", "")


def _escaped(text: str) -> str:
    """A text as it stands in N-Triples."""
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(sign, written)
    return text


def files(settings: Settings) -> tuple[Path, Path]:
    """The two lists: that of the package, that of the installation; either may be missing."""
    return share("ontology") / PURGED_HERE, settings.home / PURGED_HERE


def read(settings: Settings) -> Purged:
    """All that is withheld in an installation. Raises DataError for a line that is neither address nor text.

    >>> read(Settings(home=Path("/nowhere"))).holds("<https://w3id.org/peer2peer/id/practice/none-of-this-name>")
    False
    """
    addresses: set[str] = set()
    texts: set[str] = set()
    hashes: set[tuple[str, str]] = set()
    for path in files(settings):
        for number, line in enumerate(_lines(path), 1):
            said = line.strip()
            if len(said) > 2 and said[0] == said[-1] == '"':
                texts.add(said[1:-1])
            elif re.fullmatch(r"https?://[^\s<>\"]+", said):
                addresses.add(said)
            elif hashed := _HASHED.fullmatch(said):
                hashes.add((hashed[1], hashed[2]))
            elif said and not said.startswith("#"):
                raise DataError(f"{path}, line {number}: write an address, or a text in double quotes.", faults=())
    return Purged(frozenset(addresses), frozenset(texts), frozenset(hashes))


def pending(settings: Settings) -> Purged:
    """What an installation withholds by name: what is to be removed from its disk, or was before it could be.

    >>> bool(pending(Settings(home=Path("/nowhere"))))
    False
    """
    lines = [line.strip() for line in _lines(settings.home / PURGED_HERE)]
    texts = (line[1:-1] for line in lines if len(line) > 2 and line[0] == line[-1] == '"')
    return Purged(frozenset(line for line in lines if line.startswith("http")), frozenset(texts))


def settle(settings: Settings, gone: Purged) -> None:
    """Puts hashes in the place of what was removed from the disk: its pages still answer 410, and nothing names it."""
    path = settings.home / PURGED_HERE
    told = {*gone.addresses, *(f'"{text}"' for text in gone.texts)}
    kept = [line for line in _lines(path) if line.strip() not in told]
    hashed = [line for line in map(_hashed, sorted(gone.addresses)) if line not in kept]
    temporary = path.with_name(f".{PURGED_HERE}-{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in (*kept, *hashed))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def own_names(addresses: Iterable[str], named: Iterable[tuple[str, str]]) -> set[str]:
    """The names that only these things have, out of pairs of a thing and one of its names.

    >>> own_names(["a"], [("a", "Own"), ("a", "Shared"), ("b", "Shared")])
    {'Own'}
    """
    wanted, pairs = set(addresses), list(named)
    others = {name for thing, name in pairs if thing not in wanted}
    return {name for thing, name in pairs if thing in wanted} - others


def add(settings: Settings, addresses: Iterable[str], texts: Iterable[str]) -> None:
    """Adds to the list of an installation, from where it holds at the next request. Raises BadValue for no address."""
    lines = [*addresses, *(f'"{text}"' for text in texts if "\n" not in text)]
    for address in addresses:
        if not re.fullmatch(r"https?://[^\s<>\"]+", address):
            raise BadValue(
                f"{address[:80]!r} is no address: write the whole of it, such as {_EXAMPLE}.",
                parameter="address",
                kind="address",
                example=_EXAMPLE,
            )
    settings.home.mkdir(parents=True, exist_ok=True)
    known = set(_lines(settings.home / PURGED_HERE))
    with (settings.home / PURGED_HERE).open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines if line not in known)
        file.flush()
        os.fsync(file.fileno())


_EXAMPLE: Final = "https://w3id.org/peer2peer/id/practice/c-buddy"
