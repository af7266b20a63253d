"""`freeze`: writes what the site tells to everybody alike as files.

It goes in two steps. First each language is walked through, in processes of their own, and its pages are put down as
the site gives them; then, when it is known what the copy holds, their links are written anew. The copy takes its place
when it is whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from html import escape
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from p2p_graph.config import Settings
from p2p_graph.errors import SettingsError
from webapp.freezing.gathering import Fault, Section, gathered
from webapp.freezing.plan import ABOUT, Held, bare, data_suffix, languages_of
from webapp.freezing.rewriting import Page, rewritten, rewritten_data
from webapp.languages import LANGUAGES

__all__ = ["ABOUT_FILE", "Copied", "freeze"]

Given = TypeVar("Given")
Made = TypeVar("Made")

#: the file that tells what a copy is, and that a folder holds one
ABOUT_FILE: Final = "copy.json"
_STATIC: Final = Path(__file__).resolve().parents[1] / "static"
#: what only pages with a server fetch
_SERVED: Final = shutil.ignore_patterns("compare*.js", "saved*.js", "explore*", "sparql*", "codemirror*", "sigma*")
#: pages that are about the copy
_OWN: Final = (ABOUT, f"{ABOUT}/not-found")
#: addresses that one sitemap may hold
_MAPPED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was written: where, of which release, how many files and bytes, and links that lead nowhere."""

    folder: Path
    version: str
    files: int
    bytes: int
    faults: tuple[Fault, ...] = ()


def freeze(
    settings: Settings,
    folder: Path,
    languages: Iterable[str] = LANGUAGES,
    home: str = "",
    processes: int = 1,
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> Copied:
    """Writes the public site over the current release into a folder, in some languages and always in English.

    `home` is the address at which the copy will stand; with it there are a sitemap and whole addresses in texts, and
    a page for wrong addresses that also works below the root. A copy in the folder is replaced when the new one is
    whole. Raises SettingsError for a folder that holds anything else, and NoRelease. `tell` hears what is being done.

    >>> freeze(Settings(), Path("/tmp/copy"), ["en", "pl"])  # doctest: +SKIP
    """
    codes = languages_of(languages)
    home = home if not home or home.endswith("/") else f"{home}/"
    _check(folder, home)
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    steps = 2 * len(codes)
    sections = _each(partial(gathered, settings, new, codes), codes, processes, lambda done: tell("pages", done, steps))
    shutil.copytree(_STATIC, new / "static", ignore=_SERVED)
    held = _together(sections, _assets(new))
    work = [(code, section.files, section.note) for code, section in zip(codes, sections, strict=True)]
    _each(partial(_linked, new, held, home), work, processes, lambda n: tell("links", len(codes) + n, steps))
    version = sections[0].version
    _beside(new, held, home, version, codes)
    _take_place(new, folder)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Copied(folder, version, len(sizes), sum(sizes), tuple(f for section in sections for f in section.faults))


def _check(folder: Path, home: str) -> None:
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / ABOUT_FILE).is_file())):
        sentence = f"{folder} holds something that is no copy of the site: name an empty folder, or a new one."
        raise SettingsError(sentence, setting="folder")
    if home and (urlsplit(home).scheme not in ("http", "https") or not urlsplit(home).netloc):
        sentence = f"{home[:80]!r} is no address of a web space: write it whole, such as https://example.org/peers/."
        raise SettingsError(sentence, setting="address")


def _each(
    work: Callable[[Given], Made], pieces: Sequence[Given], processes: int, tell: Callable[[int], None]
) -> list[Made]:
    """Does the same with each piece, several at a time where there is more than one."""
    made = []
    if min(processes, len(pieces)) == 1:
        for piece in pieces:
            made.append(work(piece))
            tell(len(made))
        return made
    # a forked process would have locks that other threads of this one hold
    with ProcessPoolExecutor(min(processes, len(pieces)), mp_context=get_context("spawn")) as pool:
        for one in pool.map(work, pieces):
            made.append(one)
            tell(len(made))
    return made


def _assets(folder: Path) -> dict[str, str]:
    files = (path.relative_to(folder).as_posix() for path in (folder / "static").rglob("*") if path.is_file())
    return {f"/{file}": file for file in files}


def _together(sections: Iterable[Section], assets: Mapping[str, str]) -> Held:
    files, leads, rows = dict(assets), {}, {}
    for section in sections:
        files.update(section.files)
        leads.update(section.leads)
        rows.update(section.rows)
    return Held(files, leads, rows)


def _linked(folder: Path, held: Held, home: str, work: tuple[str, Mapping[str, str], str]) -> None:
    """Writes the links of the pages of a language anew."""
    code, files, note = work
    for address, file in files.items():
        suffix = data_suffix(address)
        if suffix not in ("", "svg") and not address.endswith("/network.json"):
            continue
        path = folder / file
        page = Page(address, file, held, note, f"search/{code}.json", home)
        text = path.read_text(encoding="utf-8")
        made = rewritten_data(text, page) if suffix == "json" else rewritten(text, page)
        path.write_text(made, encoding="utf-8", newline="\n")


def _beside(folder: Path, held: Held, home: str, version: str, codes: Sequence[str]) -> None:
    """What search engines look for, where the copy has an address; and what says that this is a copy."""
    if home:
        pages = sorted(
            file for address, file in held.files.items() if file.endswith(".html") and bare(address) not in _OWN
        )
        places = "".join(f"<url><loc>{escape(home + _short(file))}</loc></url>\n" for file in pages[:_MAPPED])
        told = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n{told}'
        (folder / "sitemap.xml").write_text(text, encoding="utf-8", newline="\n")
        (folder / "robots.txt").write_text(f"User-agent: *\nSitemap: {home}sitemap.xml\n", encoding="utf-8")
    about = {
        "title": "Peer2Peer Graph",
        "version": version,
        "languages": codes,
        "licence": "CC BY 4.0",
    }
    (folder / ABOUT_FILE).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _short(file: str) -> str:
    """A file as people write its address.

    >>> _short("pl/index.html"), _short("index.html"), _short("about.html")
    ('pl/', '', 'about.html')
    """
    return file.removesuffix("index.html") if file.rpartition("/")[2] == "index.html" else file


def _take_place(new: Path, folder: Path) -> None:
    """Puts a whole copy where the last one was."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
