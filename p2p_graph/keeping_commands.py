"""The commands that keep what an installation holds, and those that remove from it for good: backup, restore, purge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from p2p_graph.config import Settings

if TYPE_CHECKING:
    from p2p_graph.purging import Removed

__all__ = ["COMMANDS"]


@click.command(short_help="Write a backup while the site runs, or check one.")
@click.argument("place", metavar="FOLDER|FILE", type=click.Path(path_type=Path))
@click.option("--verify", "is_check", is_flag=True, help="Write nothing: check the backup in this file.")
def backup(place: Path, is_check: bool) -> None:
    """Writes releases, ledger, citations, short links and the list of what was purged into one file in a folder.

    It may run at any time, while the site does. The ledger is in it also where it is in PostgreSQL. The file holds
    hashes of passwords and what waits for a decision: keep it where nobody else reads it.

    \b
    p2p backup /srv/backups
    p2p backup --verify /srv/backups/p2p-20261124T030000Z.tar.gz
    """
    from p2p_graph.backups import back_up, verify

    if is_check:
        for sentence in verify(place):
            click.echo(sentence)
        click.echo(f"{place} is whole.")
    else:
        click.echo(f"{back_up(Settings.from_env(), place)} is written.")


@click.command(short_help="Put a backup into an empty home.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Puts everything of a backup into P2P_HOME, and the ledger where P2P_LEDGER says. Both must be empty.

    All of it is checked before anything is put in its place. What was purged since the backup was made is removed
    again.

    \b
    P2P_HOME=/srv/p2p p2p restore /srv/backups/p2p-20261124T030000Z.tar.gz
    """
    from p2p_graph.backups import restore as put_back
    from p2p_graph.purging import again

    settings = Settings.from_env()
    found = put_back(settings, file)
    click.echo(f"{settings.home} is as it was: {len(found)} releases.")
    if (done := again(settings, _step)) is not None:
        _tell(done)


@click.command(short_help="Remove for good what could harm somebody.")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--text", "texts", multiple=True, help="A text that has to go too, wherever it stands.")
@click.option(
    "--backup",
    "backups",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A backup that lies elsewhere than where `p2p backup` wrote.",
)
def purge(addresses: tuple[str, ...], texts: tuple[str, ...], backups: tuple[Path, ...]) -> None:
    """Removes things from every kept release, the ledger with its history, citations, short links and backups.

    Pages and citations withhold them at once. Their groups, ties and periods go with them, and the names that only they
    have, wherever these stand. Their addresses answer 410 from then on. Let no release be built meanwhile. If this is
    stopped, `p2p purge` without an address goes on. Curated data are changed by hand: a release is not built from data
    that name what was purged.

    \b
    p2p purge https://w3id.org/peer2peer/id/practice/exford-buddies
    p2p purge https://w3id.org/peer2peer/id/practice/exford-buddies --text "the buddies of Exford"
    p2p purge
    """
    from p2p_graph import purging

    _tell(purging.purge(Settings.from_env(), addresses, texts, backups=backups, told=_step))


def _step(what: str) -> None:
    click.echo(f"{what} …", err=True)


def _tell(done: Removed) -> None:
    for address in done.addresses:
        click.echo(f"  {address}")
    click.echo(
        f"Removed: {len(done.addresses)} things. Changed: {done.ledger} rows of the ledger, {done.citations} "
        f"citations, {done.links} short links, {len(done.releases)} releases, {len(done.backups)} backups."
    )
    if done.releases:
        click.echo("A remote store still holds them: run `p2p release --push --no-build`. A static copy is made anew.")
    if done.left:
        files = "\n  ".join(done.left)
        click.echo(f"These files still hold something of it; remove them and run `p2p purge`:\n  {files}", err=True)


COMMANDS: Final[tuple[click.Command, ...]] = (backup, restore, purge)
