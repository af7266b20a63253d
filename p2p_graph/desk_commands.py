"""The commands of the desk: sending, deciding, taking back and exporting contributions; accounts; the ledger itself.

Whoever runs them works on the server, with the rights of its operator; `--as` acts for an account.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from p2p_graph.config import Settings

if TYPE_CHECKING:
    from p2p_graph.contributing.accounts import Accounts, Invitation
    from p2p_graph.contributing.desk import Desk
    from p2p_graph.contributing.ledger import Ledger
    from p2p_graph.contributing.roles import Account
    from p2p_graph.contributing.submissions import Submission

__all__ = ["COMMANDS"]

_as = click.option("--as", "account", metavar="NAME", default="", help="Act for this account; else as the operator.")
_reason = click.option("--reason", default="", help="Why; the sender reads it.")


@click.command(short_help="Send a practice from a file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_as
@click.option("--replaces", type=int, metavar="NUMBER", help="The accepted submission that this is a new version of.")
@click.option("--check", "only_check", is_flag=True, help="Keep nothing: say what would be found.")
def submit(file: Path, account: str, replaces: int | None, only_check: bool) -> None:
    """Sends a practice, as Turtle (.ttl), N-Triples (.nt) or JSON-LD (.jsonld), to the desk, and prints its number.

    \b
    p2p submit night-bus.ttl --as harbour-house
    p2p submit night-bus.ttl --as harbour-house --check
    p2p submit night-bus-2026.ttl --as harbour-house --replaces 12
    """
    from p2p_graph.contributing.uploads import UploadLimits, read_upload, too_large

    settings = Settings.from_env()
    limits = UploadLimits.of(settings)
    if file.stat().st_size > limits.bytes:
        raise too_large(limits)
    triples = read_upload(file.read_bytes(), file.suffix.removeprefix(".").lower(), limits)
    with _desk(account) as (desk, by):
        if only_check:
            found = desk.check(by, triples, instead_of=replaces)
            for finding in found:
                click.echo(f"{finding.check}: {finding.fault}")
            click.echo(f"{len(found)} found." if found else "Nothing was found: it can be sent.", err=True)
        elif replaces is None:
            _tell(desk.submit(by, triples, door="command"))
        else:
            _tell(desk.supersede(by, replaces, triples, door="command"))


@click.command(short_help="List what waits at the desk, or show one submission.")
@click.argument("number", required=False, type=int)
@click.option("--state", "states", multiple=True, metavar="STATE", help="Such as accepted; else what is not decided.")
@_as
def queue(number: int | None, states: tuple[str, ...], account: str) -> None:
    """Lists submissions, by default those that wait for a decision or an answer; with a number, shows one.

    \b
    p2p queue
    p2p queue --state accepted
    p2p queue 12
    """
    with _desk(account) as (desk, by):
        if number is None:
            for one in desk.queue(by, states or ("submitted", "asked")):
                _tell(one)
            return
        one = desk.submission(by, number)
        _tell(one)
        for event in desk.history(by, number):
            reason = f": {event.reason}" if event.reason else ""
            click.echo(f"  {event.at:%Y-%m-%d %H:%M} {event.kind} by {event.by}{reason}")
        for finding in one.findings:
            click.echo(f"  {finding.check}: {finding.fault}")
        for sentence in desk.compare(by, number)[1]:
            click.echo(f"  {sentence}")
        for alike in desk.similar(by, one.title, country=one.countries[0] if one.countries else ""):
            if alike.address != one.main:
                click.echo(f"  Maybe the same: “{alike.name}” {alike.address}")
        click.echo(f"\n{one.text}")


@click.command(short_help="Accept, ask or refuse.")
@click.argument("number", type=int)
@click.argument("decision", type=click.Choice(["accept", "ask", "refuse"]))
@_reason
@_as
def decide(number: int, decision: str, reason: str, account: str) -> None:
    """Decides upon a submission. A question and a refusal need a reason. What is accepted is in the next release.

    \b
    p2p decide 12 accept
    p2p decide 12 ask --reason "Which year did it begin?"
    p2p decide 12 refuse --reason "The source says nothing of it." --as warden
    """
    with _desk(account) as (desk, by):
        _tell(desk.decide(by, number, decision, reason))  # type: ignore[arg-type]


@click.command(short_help="Take a submission back.")
@click.argument("number", type=int)
@_reason
@_as
def withdraw(number: int, reason: str, account: str) -> None:
    """Withdraws a submission. What was published of it is gone from the next release on: run `p2p release`.

    \b
    p2p withdraw 12 --reason "The team asked for it." --as harbour-house
    """
    with _desk(account) as (desk, by):
        _tell(desk.withdraw(by, number, reason))


@click.command(name="export-accepted", short_help="Write accepted contributions as files of data.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--nanopublications", is_flag=True, help="Instead what is published of each, as a nanopublication.")
def export_accepted(folder: Path, nanopublications: bool) -> None:
    """Writes each accepted contribution as one file in canonical order, as the repository would have it.

    With --nanopublications it writes what the current release holds of each, in TriG, under a name that is a hash of
    the content. They are not signed.

    \b
    p2p export-accepted /tmp/accepted
    p2p export-accepted /tmp/nanopublications --nanopublications
    """
    settings = Settings.from_env()
    if nanopublications:
        from p2p_graph.nanopublications import write_nanopublications
        from p2p_graph.releases import current

        written = write_nanopublications(current(settings), folder)
    else:
        from p2p_graph.contributions import export

        written = export(settings, folder)
    for path in written:
        click.echo(str(path))


@click.command(short_help="Say what differs between two releases.")
@click.argument("old", metavar="VERSION|FOLDER")
@click.argument("new", metavar="[VERSION|FOLDER]", default="")
@click.option("--triples", is_flag=True, help="The triples, with + and -, in place of sentences.")
def diff(old: str, new: str, triples: bool) -> None:
    """Says what differs between two releases, by default up to the current one, in sentences or as triples.

    \b
    p2p diff 0.1.0+2026-11-20.1
    p2p diff 0.1.0+2026-11-20.1 0.1.0+2026-11-24.2 --triples
    """
    from p2p_graph.releases import current, difference, earlier

    settings = Settings.from_env()

    def folder(given: str) -> Path:
        return Path(given) if Path(given).is_dir() else earlier(settings, given)

    found = difference(folder(old), folder(new) if new else current(settings))
    if triples:
        for sign, them in (("-", found.changes.removed), ("+", found.changes.added)):
            for triple in them:
                click.echo(f"{sign} {triple} .")
    else:
        for sentence in found.sentences:
            click.echo(sentence)
    count = f"{len(found.changes.added)} triples added, {len(found.changes.removed)} removed"
    click.echo(f"From {found.before} to {found.after}: {count}.", err=True)


@click.group(short_help="Invite partners and stewards.")
def account() -> None:
    """Invites partners and stewards, gives new passwords, lists and closes accounts.

    \b
    p2p account invite harbour-house --credit "Harbour House"
    p2p account reset anna.k
    p2p account role anna.k steward
    p2p account list
    p2p account disable anna.k
    """


@account.command(short_help="Make a link that makes an account.")
@click.argument("slug")
@click.option("--credit", required=True, help="The organisation, as it is named as the source.")
@click.option("--role", default="partner", show_default=True, help="partner, steward or operator")
@click.option("--site", default="", metavar="ADDRESS", help="Where the site is, such as https://example.org.")
@click.option("--mail", default="", metavar="ADDRESS", help="Where to send the link, if P2P_MAIL_HOST is set.")
def invite(slug: str, credit: str, role: str, site: str, mail: str) -> None:
    """Prints a link that makes one account. SLUG begins the addresses of all that it will describe.

    \b
    p2p account invite harbour-house --credit "Harbour House" --site https://example.org
    p2p account invite harbour-house --credit "Harbour House" --mail desk@harbour-house.example.org
    p2p account invite warden --role steward --credit "The Wardens"
    """
    from p2p_graph.contributing.letters import Letters

    with _accounts() as accounts:
        letters = Letters(Settings.from_env(), accounts.mail_of)
        made = accounts.invite(role, slug, credit, mail=mail)
        _link(made, site)
        if mail:
            letters.invited(mail, made.secret, made.credit)
        letters.close()


@account.command(short_help="Make a link that sets a new password.")
@click.argument("name")
@click.option("--site", default="", metavar="ADDRESS", help="Where the site is, such as https://example.org.")
def reset(name: str, site: str) -> None:
    """Prints a link that sets a new password, which also opens an account that was locked.

    \b
    p2p account reset anna.k
    """
    with _accounts() as accounts:
        _link(accounts.reset(name), site)


@account.command(name="role", short_help="Give an account another role.")
@click.argument("name")
@click.argument("role")
def role_(name: str, role: str) -> None:
    """Gives an account another role (partner, steward or operator), and ends its sessions.

    \b
    p2p account role anna.k steward
    """
    with _accounts() as accounts:
        click.echo(f"{name} is {accounts.set_role(name, role).role} now.")


@account.command(name="list", short_help="List the accounts.")
def list_() -> None:
    """Lists the accounts: name, role, beginning of addresses, organisation.

    \b
    p2p account list
    """
    with _accounts() as accounts:
        for one in accounts.everyone():
            closed = "  (closed)" if one.is_disabled else ""
            click.echo(f"{one.name}  {one.role}  {one.slug}  {one.credit}{closed}")


@account.command(short_help="Close an account.")
@click.argument("name")
@click.option("--again", is_flag=True, help="Open it again.")
def disable(name: str, again: bool) -> None:
    """Closes an account and ends its sessions; what it sent stays.

    \b
    p2p account disable anna.k
    p2p account disable anna.k --again
    """
    with _accounts() as accounts:
        accounts.disable(name, again=again)
        click.echo(f"{name} is {'open again' if again else 'closed'}.")


@click.group(short_help="Look after the ledger.")
def ledger() -> None:
    """Looks after the ledger: what partners sent, what was decided, and who may sign in.

    \b
    p2p ledger upgrade
    p2p ledger copy /srv/backup/ledger.sqlite
    """


@ledger.command(short_help="Bring the ledger to this version.")
def upgrade() -> None:
    """Makes the tables of the ledger, or brings those of an earlier version to this one. Back it up before.

    \b
    p2p ledger upgrade
    P2P_LEDGER=postgresql+psycopg://p2p@localhost/p2p p2p ledger upgrade
    """
    with _ledger(upgrade=True) as opened:
        click.echo(f"The ledger ({opened.kind}) is of this version.")


@ledger.command(short_help="Copy the ledger into a file.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def copy(file: Path) -> None:
    """Copies a ledger that is a file, whole and at one moment, while the site goes on. For PostgreSQL use pg_dump.

    \b
    p2p ledger copy /srv/backup/ledger.sqlite
    """
    with _ledger() as opened:
        opened.copy_to(file)
        click.echo(f"{file} is written.")


COMMANDS: Final[tuple[click.Command, ...]] = (
    *(submit, queue, decide, withdraw, export_accepted, diff),
    *(account, ledger),
)


# What commands share


@contextlib.contextmanager
def _ledger(upgrade: bool = False) -> Iterator[Ledger]:
    from p2p_graph.contributing.ledger import Ledger

    opened = Ledger.open(Settings.from_env(), upgrade=upgrade)
    try:
        yield opened
    finally:
        opened.close()


@contextlib.contextmanager
def _accounts() -> Iterator[Accounts]:
    from p2p_graph.contributing.accounts import Accounts

    with _ledger() as opened:
        yield Accounts(opened)


@contextlib.contextmanager
def _desk(name: str) -> Iterator[tuple[Desk, Account]]:
    from p2p_graph.contributing.accounts import Accounts
    from p2p_graph.contributing.roles import OPERATOR
    from p2p_graph.contributions import open_desk

    with _ledger() as opened:
        by = Accounts(opened).get(name) if name else OPERATOR
        yield open_desk(opened, Settings.from_env()), by


def _tell(one: Submission) -> None:
    where = f" ({', '.join(one.countries)})" if one.countries else ""
    click.echo(f"{one.number}  {one.state}  “{one.title}”{where}, by {one.credit}, {one.sent:%Y-%m-%d}")


def _link(made: Invitation, site: str) -> None:
    site = site or Settings.from_env().site
    path = f"/join/{made.secret}" if not made.account else f"/new-password/{made.secret}"
    click.echo(f"{site.rstrip('/')}{path}")
    click.echo(f"It works once, until {made.expires:%Y-%m-%d %H:%M} UTC. Hand it over yourself.", err=True)
