"""`p2p serve`: the website on this machine, over the current release; the first one is built if there is none."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import socket
from dataclasses import replace
from typing import Final

import click

from p2p_graph.config import Settings
from p2p_graph.errors import NoRelease, SettingsError, StoreUnavailable
from p2p_graph.processes import spare_cores
from p2p_graph.reading import open_graph
from p2p_graph.release import build
from webapp.app import create_app
from webapp.journal import configure
from webapp.listening import listen_with
from webapp.signed_in import read_ahead

__all__ = ["serve"]

#: the number of the parameter of mallopt, from malloc.h
_ARENA_MAX: Final = -8


@click.command(short_help="Start the website.")
@click.option("--host", help="Where to listen; 0.0.0.0 for every network this machine is in. Default: 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="On which port; 0 for any that is free. Default: 8000.")
@click.option("--threads", type=click.IntRange(1, 64), default=16, show_default=True, help="Requests at a time.")
def serve(host: str | None, port: int | None, threads: int) -> None:
    """Starts the website and prints its address. Builds the first release if there is none.

    \b
    p2p serve
    p2p serve --port 9000
    P2P_STORE=http://127.0.0.1:8890/sparql p2p serve
    """
    settings = Settings.from_env()
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    configure(settings)
    _share_heaps()
    listening = _listen(settings.host, settings.port)
    try:
        _have_release(settings)
        app = create_app(settings)
        read_ahead(app, at_once=True)
        server = listen_with(app, settings, listening, threads)
        where = f"[{settings.host}]" if ":" in settings.host else settings.host
        click.echo(f"The site is at http://{where}:{listening.getsockname()[1]}/ (Ctrl+C ends it)")
        server.run()
    finally:
        listening.close()


def _share_heaps() -> None:
    """Lets all threads share two heaps of the C library, where it can be told (glibc).

    It would make up to eight for each core, and each keeps what it once took: a tenth of the memory of a site.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


def _listen(host: str, port: int) -> socket.socket:
    """A socket on that port, taken before anything slow begins. Raises SettingsError that says what to do."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        # Before it listens two programs can hold one port, as waitress would find out too late.
        listening.listen(128)
    except socket.gaierror:
        raise SettingsError(
            f"There is no host {host!r} to listen on: leave --host out for 127.0.0.1.", setting="host"
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            hint = f"Port {port} is taken: end what listens there, or choose another with --port {port + 1}."
        elif error.errno == errno.EACCES:
            hint = f"Port {port} is reserved for administrators: choose one from 1024 up with --port."
        else:
            hint = f"Cannot listen on {host}:{port} ({error.strerror}): choose another --host or --port."
        raise SettingsError(hint, setting="port") from None
    return listening


def _have_release(settings: Settings) -> None:
    """Makes sure that there is something to show. Raises StoreUnavailable or DataError with what to do."""
    try:
        with open_graph(settings=settings):
            return
    except NoRelease:
        if settings.store:
            raise
    except StoreUnavailable as error:
        raise StoreUnavailable(
            f"{error} Start it, or unset P2P_STORE to use the release in {settings.home}.", **error.values
        ) from None
    click.echo("No release yet: building the first one.")
    build(settings, helpers=spare_cores())
