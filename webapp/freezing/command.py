"""`p2p freeze`: the public site as files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from p2p_graph.config import Settings
from p2p_graph.errors import SettingsError
from webapp.freezing.copying import freeze
from webapp.languages import LANGUAGES

__all__ = ["freeze_site"]


@click.command("freeze", short_help="Write the public site as files.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--languages", default=",".join(LANGUAGES), help="Such as en,pl. Default: all. English is always there.")
@click.option("--address", default="", metavar="ADDRESS", help="Where the copy will stand, for its sitemap.")
@click.option("--processes", type=click.IntRange(1, 64), help="Languages at a time. Default: one for each processor.")
def freeze_site(folder: Path, languages: str, address: str, processes: int | None) -> None:
    """Writes the public site over the current release as files that browse, filter and search on any web space.

    What needs a server, such as SPARQL and contributing, is left out, and the copy says so. A copy that is in FOLDER
    is replaced when the new one is whole.

    \b
    p2p freeze copy
    p2p freeze copy --languages en,pl --address https://example.org/peers/
    """
    wished = [code.strip().lower() for code in languages.split(",") if code.strip()]
    strange = [code for code in wished if code not in LANGUAGES]
    if strange:
        sentence = f"There is no language {strange[0][:20]!r}; there are {', '.join(LANGUAGES)}."
        raise SettingsError(sentence, setting="languages")
    at_once = processes or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else processes or 1
    with click.progressbar(length=100, label="Copying", file=sys.stderr, item_show_func=lambda what: what) as bar:
        copied = freeze(
            Settings.from_env(),
            folder,
            wished,
            address,
            at_once,
            lambda what, done, total: bar.update(done * 100 // total - bar.pos, what),
        )
    for fault in copied.faults:
        click.echo(f"{fault.page} leads to {fault.address}, which answered {fault.status}.", err=True)
    click.echo(f"{copied.version} is in {folder}: {copied.files:,} files, {copied.bytes / 1e6:,.0f} MB.")
