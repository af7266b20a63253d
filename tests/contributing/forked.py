"""What runs in programs of their own, to be killed. They are forked from one that has read this file."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from practices import PORT, practice, turtle

from p2p_graph.config import Settings, share
from p2p_graph.contributing import Source, read_policy
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.wording import exposures
from p2p_graph.contributions import knowledge
from p2p_graph.curation import Sources
from p2p_graph.errors import StepRefused
from p2p_graph.release import build

SOURCES = Sources(Path(__file__).parents[1] / "data" / "triples", share("ontology"), share("queries"))
RULES = knowledge(SOURCES)


def _warm() -> None:
    """Reads what is read once, so that each program begins in a moment. The fast engine of the shapes is not begun:
    it has threads, and those do not survive a fork.
    """
    sent = Source("contribution", turtle(), practice())
    tuple(exposures([sent], sent.triples, read_policy(SOURCES.ontology)))
    with tempfile.TemporaryDirectory() as folder:
        Ledger.open(Settings(home=Path(folder))).close()


_warm()
STEWARD = Account("warden", "steward", "warden", "The Wardens")

FORK = multiprocessing.get_context("forkserver")


def begin() -> None:
    """Starts the program that others are forked from, and lets it read this file; it finds it by PYTHONPATH alone."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    try:
        FORK.set_forkserver_preload(["forked"])
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def work(settings: Settings, start: int, said: Connection) -> None:
    """Sends, corrects, accepts and withdraws without end; says each step once it was acknowledged."""
    desk = Desk(Ledger.open(settings), *RULES)
    for turn in range(1_000):
        end = f"r{start}t{turn}"
        number = desk.submit(PORT, practice(end=end, name=f"Evenings {end}"), key=end).number
        said.send((number, 1, "submitted"))
        if turn % 3 == 0:
            desk.decide(STEWARD, number, "accept")
            said.send((number, 2, "accepted"))
        elif turn % 3 == 1:
            desk.correct(PORT, number, practice(end=end, name=f"Evenings {end}", year=2015))
            said.send((number, 2, "submitted"))
        else:
            desk.withdraw(PORT, number)
            said.send((number, 2, "withdrawn"))


def release(settings: Settings, said: Connection) -> None:
    """Builds a release, and says each step before it begins."""
    build(settings, lambda what, *_: said.send(what), sources=SOURCES)


def decide(settings: Settings, by: Account, decision: str, numbers: list[int], gate: Barrier, said: Connection) -> None:
    """Decides upon some submissions, each in the same moment as another program; says what came of it."""
    ledger = Ledger.open(settings)
    desk = Desk(ledger, *RULES)
    for number in numbers:
        gate.wait(timeout=60)
        try:
            state = desk.decide(by, number, decision, "So it is.", seen=1).state  # type: ignore[arg-type]
        except StepRefused as reason:
            state = f"told: {reason.values['state']}"
        said.send((number, by.name, state))
    ledger.close()
