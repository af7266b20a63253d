"""The command `p2p`: a thin mirror of the objects.

Commands of other packages join by the entry point `p2p_graph.commands`.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import click

from p2p_graph import formats
from p2p_graph.config import Settings, share
from p2p_graph.desk_commands import COMMANDS
from p2p_graph.errors import BadValue, DataError, FaultyContribution, P2PError, SettingsError
from p2p_graph.keeping_commands import COMMANDS as KEEPING
from p2p_graph.model import Answer, Boolean, Fault, Table
from p2p_graph.reading import open_graph
from p2p_graph.reading.library import Library, SavedQuery
from p2p_graph.reading.network_files import NETWORK_FORMATS, Beside, write_network
from p2p_graph.reading.reference import REFERENCES, Question, Work, refer

__all__ = ["commands", "main"]


class _Said(click.ClickException):
    """An error of ours as click shows it: one sentence, exit code 2."""

    exit_code = 2


class _Commands(click.Group):
    """Our commands and those that other packages bring; an error of ours is a sentence, never a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_joined()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in _joined():
            loaded = _joined()[cmd_name].load()
            assert isinstance(loaded, click.Command)
            return loaded
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (DataError, FaultyContribution) as error:
            faults = error.values.get("faults")
            for fault in faults if isinstance(faults, tuple) else ():
                click.echo(str(fault), err=True)
            raise _Said(str(error)) from None
        except P2PError as error:
            raise _Said(str(error)) from None


def _joined() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group="p2p_graph.commands")}


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="p2p-graph", prog_name="p2p")
def commands() -> None:
    """Asks the Peer2Peer Graph, checks its data and builds its releases.

    Settings come from the environment: P2P_HOME says where releases are kept (default: var), P2P_STORE which
    release or SPARQL endpoint is asked.
    """


for _command in (*COMMANDS, *KEEPING):
    commands.add_command(_command)


def main() -> None:
    """What the command `p2p` runs."""
    commands(prog_name="p2p")


_on = click.option("--on", "location", metavar="LOCATION", help="A folder of a release or the address of an endpoint.")
_format = click.option("--format", "-f", "format_name", metavar="NAME", help="Such as csv, json, xlsx, tsv, ttl, nt.")
_output = click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="A file; else standard output."
)


@commands.command(short_help="Answer a SPARQL query.")
@click.argument("query", metavar="QUERY|FILE|-")
@_format
@_output
@_on
def ask(query: str, format_name: str | None, output: Path | None, location: str | None) -> None:
    """Answers a SPARQL query, given as text, as a file, or as - for standard input.

    \b
    p2p ask 'SELECT * { ?s ?p ?o } LIMIT 5'
    p2p ask my-question.rq --format csv -o answer.csv
    echo 'ASK { ?s ?p ?o }' | p2p ask -
    p2p ask my-question.rq --on https://example.org/sparql
    """
    text = _query_text(query)
    with open_graph(location) as graph:
        _give(graph.ask(text), format_name, output)


@commands.command(short_help="Run a saved query.")
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@_format
@_output
@_on
def run(name: str, values: tuple[str, ...], format_name: str | None, output: Path | None, location: str | None) -> None:
    """Runs a saved query with values for its parameters; `p2p list` names them all.

    \b
    p2p run practices-by-country country=PT
    p2p run police-ties country=BE --format csv -o police.csv
    p2p run role-pairs-by-country -o pairs.xlsx
    p2p run practices-by-country country=PT country=BE
    """
    saved = Library.load(share("queries")).get(name)
    bound = saved.bind(**_values(values))
    with open_graph(location) as graph:
        answer = graph.ask(bound)
        _give(saved.told(answer) if isinstance(answer, Table) else answer, format_name, output)


@commands.command(short_help="Cite the answer of a query.")
@click.argument("query", metavar="NAME|QUERY|FILE|-")
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--format", "-f", "kind", type=click.Choice([one.suffix for one in REFERENCES]), default="txt", show_default=True
)
@click.option("--site", metavar="ADDRESS", default="", help="Where the site is, such as https://example.org.")
@_output
@_on
def cite(query: str, values: tuple[str, ...], kind: str, site: str, output: Path | None, location: str | None) -> None:
    """Keeps the answer of a saved question, or of a query, in P2P_HOME/citations, and prints the reference to it.

    With --site the reference says where it is opened: there /cite/<id> tells whether the answer is still the same.

    \b
    p2p cite police-ties country=PT
    p2p cite my-question.rq --format bib --site https://example.org -o answer.bib
    """
    from p2p_graph.citations import Citations, made, saved_question

    settings = Settings.from_env()
    is_saved = re.fullmatch(r"[a-z0-9-]+", query) and query != "-" and not Path(query).is_file()
    if is_saved:
        question = saved_question(Library.load(share("queries")).get(query), _values(values))
    else:
        question = Question.of(_query_text(query))
    with open_graph(location) as graph:
        citation, answer = made(question, graph.version, graph.ask(question.query), datetime.now(UTC))
    kept = Citations(settings.home / "citations", settings.citations_bytes).add(citation, answer)
    work = Work.read(share("CITATION.cff").read_text(encoding="utf-8"))
    address = f"{site.rstrip('/')}/cite/{kept.id}" if site else ""
    _put(refer(kept, work, address, kind).encode(), output)


@commands.command(short_help="Find things by words.")
@click.argument("words", nargs=-1, required=True)
@click.option("--lang", "-l", default="en", show_default=True, help="Your language: what is found in it comes first.")
@click.option(
    "--kind", "-k", "kinds", multiple=True, metavar="KIND", help="Such as practice, organisation, law, concept."
)
@click.option("--country", "-c", default="", metavar="CODE", help="Two letters, such as PT.")
@click.option("--limit", "-n", default=20, show_default=True, help="How many hits.")
@_format
@_output
@_on
def find(
    words: tuple[str, ...],
    lang: str,
    kinds: tuple[str, ...],
    country: str,
    limit: int,
    format_name: str | None,
    output: Path | None,
    location: str | None,
) -> None:
    """Finds things by words of their names and descriptions, in every language, without accents and case.

    Small slips of spelling are forgiven. What was found by its description, its country, its kind or a slip says so.

    \b
    p2p find naloxona
    p2p find "wymiana igieł" --lang pl --kind practice
    p2p find police --country BE --format csv -o police.csv
    """
    with open_graph(location) as graph:
        found = graph.search(" ".join(words), language=lang, kinds=kinds, country=country, limit=limit)
    if format_name or output:
        _give(found.to_table(), format_name, output)
        return
    for hit in found:
        click.echo(f"{click.style(hit.name, bold=True)}  ({', '.join((hit.kind, *hit.countries))})")
        if (text := "".join(piece.text for piece in hit.excerpt)) != hit.name:
            click.echo(f"  {hit.field}: {text}")
        click.echo(f"  {hit.address}")
    shown = f", {len(found)} shown" if len(found) < found.total else ""
    click.echo(f"{'' if found.is_complete else 'More than '}{found.total} found{shown}.", err=True)


@commands.command(name="list", short_help="List the saved queries.")
def list_() -> None:
    """Lists the saved queries with what they ask and what they take.

    \b
    p2p list
    """
    for saved in Library.load(share("queries")).questions:
        click.secho(saved.name, bold=True)
        click.echo(f"  {saved.question}")
        for told in _parameters(saved):
            click.echo(f"  {told}")


@commands.command(short_help="Write the network of a country.")
@click.argument("country")
@click.option("--format", "-f", "format_name", type=click.Choice(list(NETWORK_FORMATS)), default="graphml")
@_output
@_on
def network(country: str, format_name: str, output: Path | None, location: str | None) -> None:
    """Writes the actors of a country (two-letter code) and the ties between them.

    \b
    p2p network PT -o portugal.graphml
    p2p network BE --format gexf -o belgium.gexf
    p2p network PT --format csv
    """
    with open_graph(location) as graph:
        found = graph.network(country)
        if not found.actors:
            sentence = (
                f"There is no network for {country!r}: give the two-letter code of a country with ties, such as PT."
            )
            raise BadValue(sentence, parameter="country", kind="country", example="PT")
        _put(write_network(found, format_name, Beside(graph.version)), output)


@commands.command(short_help="Measure the network of a country.")
@click.argument("country", required=False)
@_format
@_output
@_on
def measures(country: str | None, format_name: str | None, output: Path | None, location: str | None) -> None:
    """Measures the actors of a country (two-letter code); without one, the networks of all countries.

    What each measure is stands in docs/measures.md.

    \b
    p2p measures PT
    p2p measures PT -o portugal.xlsx
    p2p measures --format csv
    """
    with open_graph(location) as graph:
        _give(graph.measures(country.upper() if country else None), format_name, output)


@commands.command(short_help="Build a release, and load it into a remote store.")
@click.option(
    "--push",
    "target",
    is_flag=False,
    flag_value="",
    metavar="[ADDRESS]",
    help="Load it into the store behind this SPARQL endpoint; without an address, the one of P2P_STORE.",
)
@click.option("--graph-store", metavar="ADDRESS", default="", help="Where that store takes graphs, if we cannot tell.")
@click.option("--no-build", is_flag=True, help="Build nothing: take the current release as it is.")
@click.option(
    "--rollback",
    is_flag=False,
    flag_value="",
    metavar="[VERSION]",
    help="Build nothing: make an earlier release the current one, by default the one before.",
)
def release(target: str | None, graph_store: str, no_build: bool, rollback: str | None) -> None:
    """Builds a release from the data, the ontology, the words and what was accepted; makes it the current one.

    Nothing changes where a file is faulty: every fault is listed, and the last release stays. An accepted contribution
    that is faulty by now is left out, and listed. A store has no version while a release is loaded into it. Who loads
    is P2P_PUSH_USER with P2P_PUSH_PASSWORD, from the environment.

    \b
    p2p release
    p2p release --rollback
    P2P_HOME=/srv/p2p p2p release
    p2p release --push http://127.0.0.1:7878/query
    P2P_STORE=http://127.0.0.1:8890/sparql p2p release --push
    """
    from p2p_graph.release import current, roll_back

    settings = Settings.from_env()
    if target == "" and not settings.store:
        sentence = "There is no store to load it into: give its address after --push, or set P2P_STORE."
        raise SettingsError(sentence, setting="store")
    if rollback is not None:
        folder = roll_back(settings, rollback)
        click.echo(f"{folder.name} is current again.")
    else:
        folder = current(settings) if no_build else _built(settings)
    if target is not None:
        _push(folder, target or settings.store, graph_store, settings)


def _built(settings: Settings) -> Path:
    """A new release, or the current one if nothing changed."""
    from p2p_graph.processes import spare_cores
    from p2p_graph.release import build, current

    try:
        before = current(settings).name
    except P2PError:
        before = ""
    left_out: list[Fault] = []
    with _told("Building") as tell:
        folder = build(settings, tell, leave_out=left_out.append, helpers=spare_cores())
    for fault in left_out:
        click.echo(f"Left out: {fault}", err=True)
    if folder.name == before:
        click.echo(f"Nothing has changed since {before}.")
    else:
        click.echo(f"{folder.name} is built and current, in {folder}.")
    return folder


def _push(folder: Path, endpoint: str, graph_store: str, settings: Settings) -> None:
    from p2p_graph.push import push

    with _told("Loading") as tell:
        pushed = push(folder, endpoint, settings, tell, graph_store=graph_store)
    removed = f", {_count(pushed.removed, 'older graph')} removed" if pushed.removed else ""
    click.echo(
        f"{pushed.version} is in {endpoint}: {_count(pushed.graphs, 'graph')}, {pushed.triples} triples{removed}."
    )


@contextlib.contextmanager
def _told(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar of progress on standard error, to be told what is done."""
    with click.progressbar(length=100, label=label, file=sys.stderr, item_show_func=lambda what: what) as bar:
        yield lambda what, done, total: bar.update(done * 100 // total - bar.pos, what)


@commands.command(short_help="Compare a release with its manifest.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def verify(folder: Path | None) -> None:
    """Says whether a release on disk, by default the current one, is as it was built.

    \b
    p2p verify
    p2p verify var/releases/0.1.0+2026-11-24.1
    """
    from p2p_graph import release as releases

    folder = folder or releases.current(Settings.from_env())
    wrong = releases.verify(folder)
    if wrong:
        for sentence in wrong:
            click.echo(sentence, err=True)
        raise _Said(f"{folder} is damaged: put it back from a backup, or remove it and run `p2p release`.")
    click.echo(f"{folder} is whole.")


@commands.command(short_help="Check files of data.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Checks files of data, by default all, and says each fault in plain words.

    Without a file the whole is also asked what only the whole can tell, as when a release is built.

    \b
    p2p check
    p2p check data/triples/pt/practices/caso-cerco-dealers-2017.ttl
    """
    from p2p_graph import curation, release as releases

    sources = curation.Sources.shared()
    chosen = curation.read_files(files or (sources.data,), sources.data).values()
    if files:
        faults = curation.check(chosen, sources)
        if faults:
            raise curation.data_error(faults)
    else:
        releases.rehearse(sources)
    click.echo(f"{_count(len(chosen), 'file')} checked: no fault.")


@commands.command(short_help="Write files of data in their one order.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail if a file would change.")
def fmt(files: tuple[Path, ...], only_check: bool) -> None:
    """Writes files of data, by default all, in canonical order, so that a difference shows what changed.

    \b
    p2p fmt
    p2p fmt --check
    p2p fmt data/triples/pt/organisations.ttl
    """
    from p2p_graph import curation

    folder = curation.Sources.shared().data
    changes = curation.in_order(curation.read_files(files or (folder,), folder))
    for path in changes:
        click.echo(f"{'would change' if only_check else 'changed'}: {path}")
    if only_check and changes:
        raise _Said(f"{_count(len(changes), 'file')} not in order: run `p2p fmt`.")
    for path, text in changes.items():
        path.write_text(text, encoding="utf-8", newline="\n")


# What commands share


def _query_text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    if "{" in query:
        return query
    path = Path(query)
    if not path.is_file():
        raise click.BadParameter(f"{query!r} is neither a query nor a file. Put a query in quotes, or give a file.")
    return path.read_text(encoding="utf-8")


def _values(pairs: Iterable[str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{pair!r} is no value: write KEY=VALUE, such as country=PT.")
        values.setdefault(key, []).append(value)
    return values


def _parameters(saved: SavedQuery) -> list[str]:
    return [
        f"{p.name}={p.example}" + (f"  {p.label}" if p.label else "") + ("  (needed)" if p.required else "")
        for p in saved.parameters.values()
    ]


def _give(answer: Answer, format_name: str | None, output: Path | None) -> None:
    if format_name is None and output is not None:
        format_name = output.suffix.removeprefix(".") or None
    if format_name is None and isinstance(answer, Boolean):
        click.echo("true" if answer else "false")
        return
    default = "csv" if isinstance(answer, Table) else "ttl"
    _put(formats.write(answer, format_name or default, now=datetime.now().astimezone()), output)


def _put(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as reason:
        raise _Said(f"{output} cannot be written: {reason.strerror}.") from None


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
