"""Small files that are written whole or not at all, and are on the disk before anybody is told of them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

__all__ = ["NEW", "put", "synced"]

#: how the name of a file begins that is not yet in its place; one that stays is of a process that was killed
NEW: Final = ".new-"


def put(path: Path, content: bytes, *, unless_there: bool = False) -> None:
    """Puts a file in its place, for its user alone to read; with `unless_there` the one that stands there stays.

    Two processes that put the same file put one of both. Raises OSError for a disk that takes nothing.

    >>> place = Path(tempfile.mkdtemp()) / "ab" / "abc.json"
    >>> put(place, b"first")
    >>> put(place, b"second", unless_there=True)
    >>> place.read_bytes(), [path.name for path in place.parent.iterdir()]
    (b'first', ['abc.json'])
    """
    is_new_folder = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=NEW, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if unless_there:
            _link(temporary, path)
        else:
            os.replace(temporary, path)
        synced(path.parent)
        if is_new_folder:
            synced(path.parent.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _link(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    except OSError:
        # a file system without hard links
        if not path.exists():
            os.replace(temporary, path)


def synced(path: Path) -> None:
    """Waits until a file or folder is on the disk; a rename alone does not survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
