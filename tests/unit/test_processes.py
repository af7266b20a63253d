"""Work in other processes: the same results with them, without them, and when they are killed."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from p2p_graph.processes import Processes, spare_cores


@pytest.fixture
def one() -> Iterator[Processes]:
    with Processes(1) as processes:
        yield processes


def _is_running(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_work_is_done_elsewhere_and_its_result_comes_back(one: Processes) -> None:
    assert one.begin(os.getpid)() != os.getpid()
    assert one.begin(pow, 2, exp=10)() == 1024


def test_without_a_process_the_work_is_done_here() -> None:
    with Processes(0) as none:
        assert none.begin(os.getpid)() == os.getpid()


@pytest.mark.parametrize("number", [0, 1])
def test_an_error_reaches_who_asks_for_the_result(number: int) -> None:
    with Processes(number) as processes:
        begun = processes.begin(math.sqrt, -1)
        with pytest.raises(ValueError, match=r"math domain|nonnegative"):
            begun()


def test_what_a_killed_process_began_is_done_here(one: Processes, tmp_path: Path) -> None:
    pid = one.begin(os.getpid)()
    # ends at once where somebody has begun it before
    work = f"mkdir {tmp_path}/begun 2> {tmp_path}/again && sleep 600; echo done"
    begun = one.begin(subprocess.check_output, ["sh", "-c", f"exec 1>&1; {work}"], text=True)
    deadline = time.monotonic() + 20
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(pid, signal.SIGKILL)
    for child in children:
        subprocess.run(["pkill", "-9", "-P", child], check=False)
        os.kill(int(child), signal.SIGKILL)
    assert begun() == "done\n"
    assert one.begin(os.getpid)() == os.getpid(), "no other process is there any more"


def test_a_process_ends_with_the_one_that_started_it_even_if_that_is_killed() -> None:
    script = (
        "import os, time\n"
        "from p2p_graph.processes import Processes\n"
        "processes = Processes(1)\n"
        "print(processes.begin(os.getpid)(), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _is_running(pid)
        parent.kill()
    deadline = time.monotonic() + 20
    while _is_running(pid):
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.02)


def test_one_core_is_left_to_this_process() -> None:
    assert 0 <= spare_cores() <= 3
