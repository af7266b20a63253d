"""Programs killed at any moment, many partners at once, two stewards at once: what was acknowledged is there.

The moments come from a seed; programs are forked, so that each begins within a moment, and killed with SIGKILL.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from forked import FORK, begin, decide, release, work
from practices import OTHER_STEWARD, PORT, STEWARD, practice
from pyoxigraph import RdfFormat, parse

from p2p_graph.config import Settings
from p2p_graph.contributing.checking import Check
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributing.roles import Account
from p2p_graph.curation import Sources
from p2p_graph.release import build, current, verify
from p2p_graph.releases import versions

SEED = 20260107
Rules = tuple[Known, Check]


@pytest.fixture(scope="module", autouse=True)
def _begun() -> None:
    begin()


def _killed(
    target: Callable[..., None], args: tuple[object, ...], is_time: Callable[[Connection, list[Any]], None]
) -> list[Any]:
    """What a program said before it was killed, as soon as `is_time`, which hears it, comes back."""
    ours, theirs = FORK.Pipe(duplex=False)
    program = FORK.Process(target=target, args=(*args, theirs), daemon=True)
    program.start()
    theirs.close()
    heard: list[Any] = []
    try:
        is_time(ours, heard)
    finally:
        program.kill()  # which is content with one that came to its end by itself
        program.join()
        # what it said before it died, and was not heard yet, counts as well
        with contextlib.suppress(EOFError):
            while True:
                heard.append(ours.recv())
        ours.close()
    return heard


def _listen(ours: Connection, heard: list[Any], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if ours.poll(left):
            try:
                heard.append(ours.recv())
            except EOFError:
                pytest.fail(f"a program ended by itself, after {heard}: what it said stands above")


def _kept(ledger: Ledger) -> dict[tuple[int, int], str]:
    """Every step in the ledger; each submission is whole, and its text can be read."""
    found = {}
    with ledger.reading() as entries:
        for number in entries.senders():
            events = entries.events(number)
            assert [event.step for event in events] == list(range(1, len(events) + 1))
            assert events[0].kind == "submit"
            for event in events:
                found[event.number, event.step] = event.state
                if event.digest:
                    assert len(list(parse(entries.text(event.digest), RdfFormat.TURTLE))) == len(practice())
    return found


def test_every_acknowledged_step_survives_a_kill_at_any_moment(settings: Settings, database: str, rules: Rules) -> None:
    Ledger.open(settings).close()
    rng = random.Random(SEED)
    acknowledged: dict[tuple[int, int], str] = {}
    rounds = 10 if database else 32
    for start in range(rounds):
        is_early, seconds = rng.random() < 0.25, rng.uniform(0, 0.5)

        def is_time(ours: Connection, heard: list[Any], is_early: bool = is_early, seconds: float = seconds) -> None:
            # some end before they said anything, the others some time after their first word
            if not is_early:
                assert ours.poll(60), "a program said nothing for a minute"
            _listen(ours, heard, seconds)

        for number, step, state in _killed(work, (settings, start), is_time):
            acknowledged[number, step] = state
    ledger = Ledger.open(settings)
    kept = _kept(ledger)
    assert {step: kept.get(step) for step in acknowledged} == acknowledged
    assert len(acknowledged) > rounds / 2
    # what was sent once more after the kill, because nobody had heard of it, is not there twice
    desk = Desk(ledger, *rules)
    number, _ = max(acknowledged)
    with ledger.reading() as entries:
        assert len({entries.digests()[n] for n in entries.senders()}) == len(entries.senders())
    assert desk.submission(PORT, number).number == number
    ledger.close()
    if not database:
        with closing(sqlite3.connect(settings.home / "ledger.sqlite")) as plain:
            assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_no_half_release_is_seen_after_a_kill_at_any_moment(
    tmp_path: Path, example_home: Path, example_sources: Sources, rules: Rules
) -> None:
    home = Path(shutil.copytree(example_home, tmp_path / "home"))
    settings = Settings(home=home)
    ledger = Ledger.open(settings)
    desk = Desk(ledger, *rules)
    rng = random.Random(SEED)
    was, steps = current(settings).name, set()
    for turn in range(8):
        number = desk.submit(PORT, practice(end=f"turn{turn}", name=f"Evenings {turn}")).number
        desk.decide(STEWARD, number, "accept")
        step = rng.choice(["validating", "writing", "writing", "loading the store", "switching", "switching"])
        is_new = _build_and_kill(settings, step, rng.uniform(0, 0.4 if step != "switching" else 0.02))
        now = current(settings)
        assert verify(now) == ()
        assert is_new or now.name >= was
        for version in versions(settings):
            assert verify(home / "releases" / version) == ()
        was = now.name
        steps.add(step)
    ledger.close()
    assert len(steps) > 2
    last = build(settings, sources=example_sources)
    assert verify(last) == ()
    assert "Evenings 7" in (last / "data.nq").read_text(encoding="utf-8")


def _build_and_kill(settings: Settings, step: str, seconds: float) -> bool:
    """Builds a release in another program and kills it some time after it began a step; whether it was done by then."""

    def is_time(ours: Connection, heard: list[Any]) -> None:
        while step not in heard:
            assert ours.poll(60), "the build said nothing for a minute"
            heard.append(ours.recv())
        time.sleep(seconds)

    return "done" in _killed(release, (settings,), is_time)


def test_fifty_partners_who_send_at_once_lose_nothing(settings: Settings, rules: Rules) -> None:
    ledger = Ledger.open(settings)
    desk = Desk(ledger, *rules)
    partners = [Account(f"p{n}", "partner", f"harbour{n}", f"Harbour {n}") for n in range(50)]
    numbers: dict[str, int] = {}
    faults: list[BaseException] = []

    def send(by: Account) -> None:
        try:
            numbers[by.name] = desk.submit(by, practice(by, name=f"Evenings of {by.credit}")).number
        except BaseException as reason:
            faults.append(reason)

    threads = [threading.Thread(target=send, args=(by,)) for by in partners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert faults == []
    assert sorted(numbers) == sorted(by.name for by in partners)
    assert len(set(numbers.values())) == 50
    for by in partners:
        assert [one.number for one in desk.queue(by)] == [numbers[by.name]]
    assert len(_kept(ledger)) == 50
    ledger.close()


def test_of_two_programs_that_decide_at_once_one_wins_and_the_other_is_told(settings: Settings, rules: Rules) -> None:
    ledger = Ledger.open(settings)
    desk = Desk(ledger, *rules)
    numbers = [desk.submit(PORT, practice(end=f"n{n}", name=f"Evenings {n}")).number for n in range(4)]
    ledger.close()
    gate = FORK.Barrier(2)
    ours, theirs = FORK.Pipe(duplex=False)
    programs = [
        FORK.Process(target=decide, args=(settings, by, decision, numbers, gate, theirs))
        for by, decision in ((STEWARD, "refuse"), (OTHER_STEWARD, "ask"))
    ]
    for program in programs:
        program.start()
    heard = [ours.recv() for _ in range(2 * len(numbers)) if ours.poll(60)]
    for program in programs:
        program.join(timeout=60)
        assert program.exitcode == 0
    ledger = Ledger.open(settings)
    desk = Desk(ledger, *rules)
    for number in numbers:
        states = [state for n, _, state in heard if n == number]
        won = [state for state in states if not state.startswith("told")]
        assert len(won) == 1, states
        assert len(states) == 2
        assert desk.submission(PORT, number).state == won[0]
        assert desk.submission(PORT, number).step == 2
    ledger.close()
