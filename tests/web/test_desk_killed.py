"""The site is killed while somebody decides: what was answered is there afterwards, and the session goes on."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest

from p2p_graph.config import Settings
from p2p_graph.contributing.accounts import Accounts
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.contributions import open_desk
from p2p_graph.curation import Sources
from tests.contributing.practices import practice
from tests.web.standing import PASSWORD

ROOT = Path(__file__).parents[2]


class Served:
    """The site as a program of its own."""

    def __init__(self, home: Path) -> None:
        # in a group of its own, so that its workers are killed with it
        command = [sys.executable, "-m", "tests.web.served", str(home)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, start_new_session=True, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def send(self, path: str, fields: dict[str, object], secret: str) -> int:
        """The status of the answer to a form; 0 where none came."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Cookie": f"p2p_session={secret}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "text/html",
        }
        try:
            connection.request("POST", path, urlencode(fields), headers)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()


@pytest.fixture
def home(tmp_path: Path, example_home: Path) -> Path:
    shutil.copytree(example_home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    opened = Ledger.open(Settings(home=home))
    yield opened
    opened.close()


def _sent(desk: Desk, accounts: Accounts, end: str) -> int:
    sender = next(one for one in accounts.everyone() if one.role == "partner")
    return desk.submit(sender, practice(sender, end=end, name=f"Evenings {end}")).number


def test_site_that_is_killed_loses_no_decision_and_no_session(
    home: Path, ledger: Ledger, example_sources: Sources
) -> None:
    accounts, desk = Accounts(ledger), open_desk(ledger, Settings(home=home), sources=example_sources)
    for role in ("partner", "steward"):
        accounts.join(accounts.invite(role, f"{role}-house", role).secret, f"the.{role}", PASSWORD)
    begun, rng = accounts.sign_in("the.steward", PASSWORD), random.Random(7)
    numbers = [_sent(desk, accounts, end) for end in ("one", "two", "three")]

    for turn, number in enumerate(numbers):
        fields = {"form_key": begun.form_key, "decision": "accept", "seen": 1}
        served = Served(home)
        try:
            if turn == 0:
                status = served.send(f"/review/{number}", fields, begun.secret)
            else:
                # warm, so that the moment of the end falls into the decision
                assert served.send("/review/1", fields, begun.secret) == 409
                killing = threading.Timer(rng.uniform(0, 0.3), served.kill)
                killing.start()
                status = served.send(f"/review/{number}", fields, begun.secret)
                killing.join()
        finally:
            served.kill()
        steps = desk.history(begun.account, number)
        assert [step.state for step in steps] in (["submitted"], ["submitted", "accepted"])
        if status == 303:
            assert steps[-1].state == "accepted"
        assert turn or status == 303
    assert {one.number for one in desk.accepted()} >= {numbers[0]}
    assert accounts.session(begun.secret) is not None
