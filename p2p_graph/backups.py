"""Backups: everything that an installation wrote, in one file with the hash of each part; made while it runs.

    p2p-<time>.tar.gz
        backup.json                      when, by which version, and the SHA-256 of each file
        ledger.sqlite                    the ledger, also of one in PostgreSQL
        current, purged.txt              as they are in the home
        releases/, citations/, links/    without the stores, which are made anew from the data

The file stands in its place whole or not at all. The folders of backups are listed in `<home>/backups.txt`, so that
what is purged can be taken out of them too.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Final

from pyoxigraph import RdfFormat, Store

from p2p_graph.config import Settings
from p2p_graph.contributing.ledger import Ledger, location_of
from p2p_graph.errors import DataError, NotWritable
from p2p_graph.purged import PURGED_HERE
from p2p_graph.release import verify as verify_release
from p2p_graph.releases import versions

__all__ = ["back_up", "known_backups", "pack", "restore", "unpack", "verify"]

_ABOUT: Final = "backup.json"
_LEDGER: Final = "ledger.sqlite"
_FOLDERS: Final = ("releases", "citations", "links")
_FILES: Final = ("current", PURGED_HERE)
#: where the folders of backups are listed, in the home
_LIST: Final = "backups.txt"
#: a home that is being restored has this in it until it is whole
_RESTORING: Final = ".restoring"
_SAFE: Final = re.compile(r"(?:[\w+.-]+/)*[\w+.-]+")


def back_up(settings: Settings, folder: Path, now: datetime | None = None) -> Path:
    """Writes a backup of an installation into a folder while it runs; the file. Raises NotWritable.

    Releases, citations and links are never changed once they are written; the ledger is copied as it is at one moment.
    """
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".p2p-", dir=folder) as temporary:
            work = Path(temporary)
            _gather(settings, work)
            path = _free(folder, f"p2p-{moment}")
            pack(work, path, moment)
        _remember(settings, folder)
    except OSError as reason:
        sentence = f"The backup cannot be written into {folder}: {reason.strerror}. Nothing of it was kept."
        raise NotWritable(sentence, path=str(folder)) from None
    return path


def _free(folder: Path, name: str) -> Path:
    tries = (folder / f"{name}{end}.tar.gz" for end in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(path for path in tries if not path.exists())


def _gather(settings: Settings, work: Path) -> None:
    """Copies what there is. What is current is read first, so that its release is surely among those that follow."""
    for name in _FILES:
        if (settings.home / name).is_file():
            shutil.copy2(settings.home / name, work / name)
    location = location_of(settings)
    if not location.startswith("sqlite:///") or Path(location.removeprefix("sqlite:///")).is_file():
        ledger = Ledger.open(settings)
        try:
            ledger.copy_to(work / _LEDGER)
        finally:
            ledger.close()
    hidden = shutil.ignore_patterns(".*", "store")
    for name in _FOLDERS:
        if (settings.home / name).is_dir():
            shutil.copytree(settings.home / name, work / name, ignore=hidden)


def _remember(settings: Settings, folder: Path) -> None:
    path = settings.home / _LIST
    known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    if str(folder) not in known:
        settings.home.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in [*known, str(folder)]), encoding="utf-8")


def known_backups(settings: Settings) -> list[Path]:
    """The backups in the folders that backups were written into, by folder and name.

    >>> known_backups(Settings(home=Path("/nowhere")))
    []
    """
    path = settings.home / _LIST
    folders = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [found for folder in folders for found in sorted(Path(folder).glob("p2p-*.tar.gz"))]


def pack(work: Path, path: Path, moment: str) -> None:
    """Writes a folder as a backup, in place of one that is there; on disk when it returns."""
    names = sorted(one.relative_to(work).as_posix() for one in work.rglob("*") if one.is_file() and one.name != _ABOUT)
    about = {
        "made": moment,
        "version": installed_version("p2p-graph"),
        "files": {name: _hash((work / name).read_bytes()) for name in names},
    }
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with temporary.open("wb") as raw:
            os.fchmod(raw.fileno(), 0o600)  # it holds hashes of passwords
            with (
                gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=3, mtime=0, filename="") as packed,
                tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
            ):
                _put(tar, _ABOUT, (json.dumps(about, indent=1) + "\n").encode())
                for name in names:
                    _put(tar, name, (work / name).read_bytes())
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a backup, each as it is named. Raises DataError for what is no backup of ours."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            for info in tar:
                file = tar.extractfile(info) if info.isfile() else None
                if file is None or not _SAFE.fullmatch(info.name) or ".." in info.name.split("/"):
                    raise DataError(f"{path} is no backup of ours: it holds {info.name[:80]!r}.", faults=())
                yield info.name, file.read()
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, OSError) as reason:
        raise DataError(f"{path} cannot be read as a backup: {reason}. Take another one.", faults=()) from None


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Writes the files of a backup into a folder, each checked against its hash; what the backup says of itself.

    Raises DataError with the first file that is missing or is not what was written.
    """
    parts = _parts(path)
    name, content = next(parts, ("", b""))
    if name != _ABOUT:
        raise DataError(f"{path} is no backup of ours: it does not begin with {_ABOUT}.", faults=())
    about: dict[str, Any] = json.loads(content)
    left = dict(about["files"])
    for name, content in parts:
        if left.pop(name, "") != _hash(content):
            raise DataError(f"{path} is damaged: {name} is not what was written. Take another one.", faults=())
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if left:
        raise DataError(f"{path} is damaged: {min(left)} is missing. Take another one.", faults=())
    return about


def verify(path: Path) -> list[str]:
    """What is in a backup, in sentences: every file is read and compared, the ledger opened, each release made whole.

    Raises DataError for one that is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="p2p-verify-") as temporary:
        home = Path(temporary)
        about = unpack(path, home)
        found = _made_whole(home, path)
        said = [f"Made {about['made']} by version {about['version']}: {len(about['files'])} files, all as written."]
        said.append(f"Releases: {', '.join(found) or 'none'}.")
        if (home / _LEDGER).is_file():
            ledger = Ledger.open(Settings(home=home), upgrade=True)
            try:
                with ledger.reading() as entries:
                    texts = entries.texts(entries.digests().values())
                    said.append(f"The ledger: {len(entries.senders())} submissions, {len(texts)} texts.")
            finally:
                ledger.close()
        return said


def _made_whole(home: Path, path: Path) -> list[str]:
    """Makes the stores of the releases in an unpacked backup, and checks each release against its manifest."""
    found = versions(Settings(home=home))
    for version in found:
        folder = home / "releases" / version
        if not (folder / "store").exists():
            store = Store(str(folder / "store"))
            store.bulk_load(path=str(folder / "data.nq"), format=RdfFormat.N_QUADS)
            store.optimize()
            store.flush()
            del store
        if wrong := verify_release(folder):
            raise DataError(f"{path}: the release {version} is damaged. {wrong[0]}", faults=())
    return found


def restore(settings: Settings, path: Path) -> list[str]:
    """Puts a backup into an empty home, and its ledger where P2P_LEDGER says; the versions of its releases.

    All of it is unpacked and checked before anything is put in its place, what is current last; one that was killed is
    run again. Raises DataError for a damaged backup and for a home that is not empty, LedgerUnavailable for a ledger
    that is not.
    """
    home, work = settings.home, settings.home / _RESTORING
    mine = [name for name in (*_FOLDERS, "current", _LEDGER) if (home / name).exists()]
    if mine and not work.exists():
        sentence = f"{home} holds {mine[0]} already: restore into an empty folder, or move what is there away."
        raise DataError(sentence, faults=())
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    unpack(path, work)
    found = _made_whole(work, path)
    if (work / _LEDGER).is_file() and not location_of(settings).startswith("sqlite:///"):
        _fill(settings, work)
    _join(home / PURGED_HERE, work / PURGED_HERE)
    for name in (*_FOLDERS, _LEDGER, "current"):
        if not (work / name).exists():
            continue
        if (home / name).is_dir():
            shutil.rmtree(home / name)
        os.replace(work / name, home / name)
    shutil.rmtree(work)
    return found


def _fill(settings: Settings, work: Path) -> None:
    """Brings the copy of a ledger into a database; one that came in before this was killed is not brought in twice."""
    ledger = Ledger.open(settings, upgrade=True)
    copied = Ledger.open(replace(settings, home=work, ledger=""), upgrade=True)
    try:
        with ledger.reading() as there, copied.reading() as here:
            is_there = bool(there.senders()) and there.digests() == here.digests()
    finally:
        copied.close()
    try:
        if not is_there:
            ledger.fill_from(work / _LEDGER)
    finally:
        ledger.close()
    for one in work.glob(f"{_LEDGER}*"):
        one.unlink()


def _join(here: Path, there: Path) -> None:
    """What was purged since the backup was made stays on the list."""
    lines = [line for one in (here, there) if one.is_file() for line in one.read_text(encoding="utf-8").splitlines()]
    if lines:
        here.write_text("".join(f"{line}\n" for line in dict.fromkeys(lines)), encoding="utf-8")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
