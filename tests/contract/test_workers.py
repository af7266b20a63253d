"""What an embedded store promises beyond its answers: a slow or deadly query harms nobody else."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from p2p_graph.config import Settings
from p2p_graph.errors import EngineFailed, NoRelease, P2PError, QueryCancelled, QueryError, QueryTimeout
from p2p_graph.model import Boolean, Limits
from p2p_graph.reading import _worker
from p2p_graph.reading.store import EmbeddedStore, open_store
from p2p_graph.reading.workers import FOREIGN, HAS_GONE

LIMITS = Limits(10, 1_000, 1_000_000)
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'?a{i} ?b{i} ?c{i} .' for i in range(9))} FILTER(STR(?a1) = ?c8) }}"
ENDLESS_SORT = f"SELECT * {{ {' '.join(f'?a{i} ?b{i} ?c{i} .' for i in range(9))} }} ORDER BY ?c8"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # a process that ended and was not waited for still has a number
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return True


def eventually(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it becomes true; asked often, so that nothing depends on how fast this machine is."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def spent(pid: int) -> int:
    """The processor time of a process, in ticks of the kernel."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def workers(store: EmbeddedStore) -> set[int]:
    pool = store._pool
    with pool._change:
        return {worker.pid for worker in [*pool._idle, *pool._busy]}


def full(store: EmbeddedStore) -> bool:
    return len(workers(store)) == store._pool._size + 1


def question(query: str) -> bytes:
    """A query as a worker is asked it, without the look that comes before."""
    asked: _worker.Question = {
        "query": query,
        "union": True,
        "graphs": None,
        "rows": 10,
        "bytes": 1_000,
        "media": "",
    }
    return json.dumps(asked).encode()


@pytest.fixture
def store(release: Path) -> Iterator[EmbeddedStore]:
    """A store of the test's own, to be ill-treated."""
    store = EmbeddedStore(release, Settings(workers=2))
    assert eventually(lambda: full(store))
    yield store
    store.close()


@pytest.mark.parametrize("query", [ENDLESS, ENDLESS_SORT])
def test_a_worker_past_its_limit_is_gone_within_a_second_and_replaced(store: EmbeddedStore, query: str) -> None:
    before = workers(store)
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"more than 0\.5 seconds"):
        store.answer(query, Limits(0.5, 10, 1_000))
    assert time.monotonic() - began < 1.5
    killed = before - workers(store)
    assert len(killed) == 1
    assert not any(alive(pid) for pid in killed)
    assert store.answer("ASK {}", LIMITS) == Boolean(True)
    assert eventually(lambda: full(store))


def test_other_requests_do_not_feel_a_slow_one(store: EmbeddedStore) -> None:
    def slow() -> None:
        with pytest.raises(QueryTimeout):
            store.answer(ENDLESS, Limits(2, 10, 1_000))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(slow)
        assert eventually(lambda: bool(store._pool._busy))
        began, longest, count = time.monotonic(), 0.0, 0
        while time.monotonic() - began < 1:
            one = time.monotonic()
            store.answer("ASK {}", LIMITS)
            longest, count = max(longest, time.monotonic() - one), count + 1
        running.result()
    assert count > 20
    assert longest < 0.5


def test_a_query_nobody_waits_for_ends_with_its_worker(store: EmbeddedStore) -> None:
    gone = threading.Event()

    def asked(query: str) -> None:
        token = HAS_GONE.set(gone.is_set)
        try:
            with pytest.raises(QueryCancelled, match="Nobody waits"):
                store.answer(query, Limits(30, 10, 1_000))
        finally:
            HAS_GONE.reset(token)

    assert eventually(lambda: full(store))
    with ThreadPoolExecutor(3) as pool:
        # the third waits in line, and goes as well
        running = [pool.submit(asked, ENDLESS) for _ in range(store._pool._size + 1)]
        assert eventually(lambda: len(store._pool._busy) == store._pool._size and len(store._pool._line) == 1)
        victims = {worker.pid for worker in store._pool._busy}
        gone.set()
        for one in running:
            one.result(timeout=5)
    assert not any(alive(pid) for pid in victims)
    assert store.answer("ASK {}", LIMITS) == Boolean(True)
    assert eventually(lambda: full(store))


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_worker_that_dies_while_it_answers_is_an_error_and_replaced(store: EmbeddedStore, sign: int) -> None:
    idle = {pid: spent(pid) for pid in workers(store)}
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(store.answer, ENDLESS, Limits(30, 10, 1_000))
        assert eventually(lambda: bool(store._pool._busy))
        (victim,) = store._pool._busy
        assert eventually(lambda: spent(victim.pid) > idle[victim.pid])
        os.kill(victim.pid, sign)
        with pytest.raises(EngineFailed, match="nothing else is lost"):
            asked.result(timeout=10)
    assert store.answer("ASK {}", LIMITS) == Boolean(True)
    assert eventually(lambda: full(store))
    assert victim.pid not in workers(store)


def test_a_worker_that_died_while_idle_costs_nothing(store: EmbeddedStore) -> None:
    before = workers(store)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: all(worker.has_ended() for worker in store._pool._idle))
    assert store.answer("ASK {}", LIMITS) == Boolean(True)
    assert eventually(lambda: full(store))
    assert not before & workers(store)


def _answers(store: EmbeddedStore) -> bool:
    with contextlib.suppress(EngineFailed):
        return store.answer("ASK {}", LIMITS) == Boolean(True)
    return False


def test_a_query_that_ends_the_engine_costs_a_worker_and_no_more(store: EmbeddedStore) -> None:
    """Past `inspect`, straight to a worker: what would happen if it let such a query through."""
    with pytest.raises((EngineFailed, QueryTimeout)):
        store._pool.ask(question("ASK " + "{" * 400_000 + "}" * 400_000), 20)
    assert store.answer("ASK {}", LIMITS) == Boolean(True)


def test_4096_nested_braces_cost_nothing(store: EmbeddedStore) -> None:
    before = workers(store)
    for _ in range(20):
        with pytest.raises(P2PError, match="brackets inside each other"):
            store.answer("SELECT * " + "{" * 4096 + "}" * 4096, LIMITS)
    assert workers(store) == before


def test_callers_wait_in_the_order_in_which_they_came(release: Path) -> None:
    store = EmbeddedStore(release, Settings(workers=1))
    order: list[int] = []

    def ask(number: int) -> None:
        store.answer("ASK {}", LIMITS)
        order.append(number)

    with contextlib.closing(store), ThreadPoolExecutor(9) as pool:
        slow = pool.submit(store.answer, ENDLESS, Limits(1, 10, 1_000))
        assert eventually(lambda: bool(store._pool._busy))
        asked = []
        for number in range(8):
            asked.append(pool.submit(ask, number))
            assert eventually(lambda n=number: len(store._pool._line) == n + 1 or slow.done())  # type: ignore[misc]
        for one in asked:
            one.result()
        with pytest.raises(QueryTimeout):
            slow.result()
    # two answers may be noted by their threads in another order than they were given
    assert all(abs(number - place) <= 1 for place, number in enumerate(order))


def test_waiting_for_a_worker_is_bounded_and_does_not_count_as_answering(release: Path) -> None:
    store = EmbeddedStore(release, Settings(workers=1))
    with contextlib.closing(store), ThreadPoolExecutor(1) as pool:
        slow = pool.submit(store.answer, ENDLESS, Limits(2, 10, 1_000))
        assert eventually(lambda: bool(store._pool._busy))
        began = time.monotonic()
        with pytest.raises(QueryTimeout, match=r"All workers were busy for 0\.3 seconds") as caught:
            store.answer("ASK {}", Limits(0.3, 10, 1_000))
        assert 0.3 <= time.monotonic() - began < 1
        assert caught.value.values["waiting"] is True
        assert store.answer("ASK {}", LIMITS) == Boolean(True)
        with pytest.raises(QueryTimeout, match="took more than 2 seconds"):
            slow.result()


def test_many_threads_get_their_own_answers(store: EmbeddedStore) -> None:
    def ask(number: int) -> bool:
        found = store.written(f"SELECT ({number} AS ?n) {{}}", LIMITS, "tsv")
        return found == f"?n\n{number}\n".encode()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))


def test_close_ends_every_process_and_thread(release: Path) -> None:
    store = EmbeddedStore(release, Settings(workers=2))
    assert eventually(lambda: full(store))
    pids = workers(store)
    store.close()
    assert not any(alive(pid) for pid in pids)
    assert not store._pool._keeper.is_alive()
    store.close()
    with pytest.raises(EngineFailed, match="closed"):
        store.answer("ASK {}", LIMITS)


def test_close_while_workers_start_leaves_none(release: Path) -> None:
    for pause in (0.0, 0.001, 0.02, 0.05):
        store = EmbeddedStore(release, Settings(workers=2))
        threading.Event().wait(pause)
        store.close()
        assert not store._pool._keeper.is_alive()
        assert workers(store) == set()


def test_close_lets_a_running_answer_finish(store: EmbeddedStore) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(store.answer, ENDLESS, Limits(1, 10, 1_000))
        assert eventually(lambda: bool(store._pool._busy))
        store.close()
        with pytest.raises(QueryTimeout):
            asked.result()
    assert eventually(lambda: not store._pool._keeper.is_alive())
    assert workers(store) == set()


def test_a_store_that_nobody_closed_ends_its_workers(release: Path) -> None:
    store = EmbeddedStore(release, Settings(workers=1))
    assert store.answer("ASK {}", LIMITS) == Boolean(True)
    pids = workers(store)
    del store
    assert eventually(lambda: not any(alive(pid) for pid in pids))


PARENT = """
import signal, sys, threading, time
# as from a terminal: whoever starts the tests may have told them to ignore it
signal.signal(signal.SIGINT, signal.default_int_handler)
from p2p_graph.config import Settings
from p2p_graph.errors import P2PError
from p2p_graph.model import Limits
from p2p_graph.reading.store import EmbeddedStore
from pathlib import Path
store = EmbeddedStore(Path(sys.argv[1]), Settings(workers=2))
while len(store._pool._idle) < 3:
    time.sleep(0.01)
pids = [worker.pid for worker in store._pool._idle]
def ask():
    try:
        store.answer(sys.argv[2], Limits(600, 10, 1000))
    except P2PError:
        pass
for _ in range(2):
    threading.Thread(target=ask, daemon=True).start()
while len(store._pool._busy) < 2:
    time.sleep(0.01)
print(*pids, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT", "the end"])
@pytest.mark.parametrize("query", [ENDLESS, ENDLESS_SORT])
def test_workers_end_with_their_parent_also_while_they_answer(release: Path, how: str, query: str) -> None:
    command = [sys.executable, "-c", PARENT, str(release), query]
    quiet = subprocess.DEVNULL
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, text=True)
    assert parent.stdin is not None
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 3
    assert all(alive(pid) for pid in pids)
    if how == "the end":
        parent.stdin.close()
    else:
        parent.send_signal(getattr(signal, how))
    parent.wait(timeout=10)
    assert eventually(lambda: not any(alive(pid) for pid in pids), 5)
    parent.stdout.close()
    if not parent.stdin.closed:
        parent.stdin.close()


def test_a_worker_knows_nothing_of_the_environment(store: EmbeddedStore) -> None:
    if not Path("/proc/self/environ").exists():
        pytest.skip("only Linux shows the environment of a process")
    for pid in workers(store):
        assert Path(f"/proc/{pid}/environ").read_bytes() == b""


def test_a_worker_reaches_no_network_where_the_system_lets_it_be_cut(store: EmbeddedStore) -> None:
    """Past `inspect`: the second wall behind the first."""
    if not all(worker.isolated for worker in store._pool._idle):
        pytest.skip("this system does not let a process give up its network (unshare)")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        listener.settimeout(0.5)
        query = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?s ?p ?o }} }}"
        reply = store._pool.ask(question(query), 10)
        assert reply[:1] == b"E"
        assert "unreachable" in json.loads(reply[1:])["text"].lower()
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_query_that_wants_too_much_memory_ends_its_worker_only(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("p2p_graph.reading.store._MEMORY", 96 * 1024 * 1024)
    with contextlib.closing(EmbeddedStore(release, Settings(workers=1))) as store:
        with pytest.raises(EngineFailed):
            store.answer(ENDLESS_SORT, Limits(60, 10, 1_000))
        assert store.answer("ASK {}", LIMITS) == Boolean(True)


def test_what_the_engine_cannot_do_is_a_sentence(store: EmbeddedStore) -> None:
    with pytest.raises(QueryError, match=r"custom function <urn:example:f>"):
        store.answer("ASK { FILTER(<urn:example:f>(1)) }", LIMITS)
    assert full(store)


def test_blank_nodes_have_the_same_labels_in_every_worker(store: EmbeddedStore) -> None:
    query = "SELECT DISTINCT ?s { ?s ?p ?o FILTER(isBlank(?s)) }"
    answers = {store.written(query, LIMITS, "tsv") for _ in range(6)}
    assert len(answers) == 1


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"version": "1"}', '{"triples": 3}'])
def test_a_folder_without_a_release_says_what_to_do(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(NoRelease, match="build one with `p2p release`"):
        open_store(tmp_path, Settings())


def test_a_release_without_its_data_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"version": "1", "triples": 3}', encoding="utf-8")
    with pytest.raises(NoRelease, match=r"lacks data\.nq"):
        open_store(tmp_path, Settings())
    with pytest.raises(NoRelease, match="lacks store"):
        open_store(tmp_path, Settings(disk_from=1))


@pytest.mark.parametrize("disk_from", [0, 100])
def test_a_release_that_cannot_be_read_gives_the_reason_at_once(tmp_path: Path, disk_from: int) -> None:
    (tmp_path / "manifest.json").write_text('{"version": "1", "triples": 3}', encoding="utf-8")
    (tmp_path / "data.nq").write_text("this is no line of N-Quads", encoding="utf-8")
    (tmp_path / "store").write_text("nor a store", encoding="utf-8")
    with contextlib.closing(open_store(tmp_path, Settings(disk_from=disk_from))) as store:
        began = time.monotonic()
        with pytest.raises(EngineFailed, match="The release cannot be opened"):
            store.answer("ASK {}", LIMITS)
        assert time.monotonic() - began < 5


def test_a_release_mended_later_is_opened(tmp_path: Path, release: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"version": "1", "triples": 3}', encoding="utf-8")
    (tmp_path / "data.nq").write_text("this is no line of N-Quads", encoding="utf-8")
    with contextlib.closing(open_store(tmp_path, Settings())) as store:
        with pytest.raises(EngineFailed):
            store.answer("ASK {}", LIMITS)
        (tmp_path / "data.nq").write_bytes((release / "data.nq").read_bytes())
        assert isinstance(store, EmbeddedStore)
        assert eventually(lambda: _answers(store))


def test_opening_returns_at_once(release: Path) -> None:
    began = time.monotonic()
    store = open_store(release, Settings())
    opened = time.monotonic() - began
    store.close()
    assert opened < 0.2


def test_the_worker_needs_nothing_of_the_package() -> None:
    """It is started as a plain file: an import of the package would load the web of it into every worker."""
    text = Path(_worker.__file__).read_text(encoding="utf-8")
    assert "p2p_graph" not in text


def test_foreign_queries_leave_a_worker_to_ours(store: EmbeddedStore) -> None:
    """However many strangers ask what never ends, our own queries are answered at once, and the line has an end."""

    def foreign(limits: Limits) -> str:
        token = FOREIGN.set(True)
        try:
            store.answer(ENDLESS, limits)
        except QueryTimeout as reason:
            return str(reason)
        finally:
            FOREIGN.reset(token)
        return "answered"

    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(foreign, Limits(4, 10, 1_000)) for _ in range(12)]
        assert eventually(lambda: len(store._pool._foreign) == 1 and len(store._pool._door) == 8)
        for _ in range(20):
            assert store.answer("ASK {}", Limits(2, 10, 1_000)) == Boolean(True)
        assert len(store._pool._foreign) == 1
        said = [one.result(timeout=20) for one in asked]
    assert sum("Many queries wait already" in one for one in said) >= 3
    assert any("took more than 4 seconds" in one for one in said)
    assert eventually(lambda: full(store))
