"""Two processes of the site on one folder of releases and one PostgreSQL, behind nginx as in `deploy/nginx.conf`."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from p2p_graph.config import Settings
from p2p_graph.contributing.accounts import Accounts
from p2p_graph.contributing.ledger import Ledger
from p2p_graph.releases import switch
from tests import servers
from tests.web.test_serve import COMMAND, environment

ROOT = Path(__file__).parents[2]
PASSWORD = "four words in a row"
#: what one client may ask of one process in a minute
MINUTE = 6


def answer(address: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers in small letters and body."""
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as found:
            return found.status, {k.casefold(): v for k, v in found.headers.items()}, found.read().decode()
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, {k.casefold(): v for k, v in fault.headers.items()}, fault.read().decode()


class Pair:
    """Two processes and what stands before them."""

    def __init__(self, home: Path, ledger: str, folder: Path) -> None:
        self.home, self.ledger = home, ledger
        self.ports = [servers.free_port(), servers.free_port()]
        self.front = servers.free_port()
        self.logs = [folder / f"{port}.log" for port in self.ports]
        self._folder = folder
        self.commands: list[subprocess.Popen[bytes]] = []

    def process(self, number: int) -> subprocess.Popen[bytes]:
        env = environment(
            self.home, P2P_LEDGER=self.ledger, P2P_PROXIES="1", P2P_LOG="json", P2P_CLIENT_MINUTE=str(MINUTE)
        )
        command = [*COMMAND, "--port", str(self.ports[number])]
        with self.logs[number].open("ab") as log:
            return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=log)

    def nginx(self) -> list[str]:
        """The command of nginx with our own settings, without TLS and on a free port."""
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        if not Path(program).exists():
            servers.require("nginx", "apt-get install nginx-light")
        site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        for given, port in zip(("8001", "8002"), self.ports, strict=True):
            site = site.replace(f"127.0.0.1:{given}", f"127.0.0.1:{port}")
        # one reader would always be led to the same process; here both are to be seen
        site = site.replace("ip_hash;", "")
        site = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", site, flags=re.DOTALL)
        site = re.sub(r"listen 443.*?;", f"listen 127.0.0.1:{self.front};", site)
        site = re.sub(r"    (listen \[::\]|ssl_).*;\n", "", site)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {self._folder};\n" for kind in kinds)
        head = f"daemon off;\nmaster_process off;\npid {self._folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        text = f"{head}http {{\n{places}{site}}}\n"
        path = self._folder / "nginx.conf"
        path.write_text(text, encoding="utf-8")
        return [program, "-c", str(path), "-e", "stderr", "-p", str(self._folder)]

    def at(self, number: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        return answer(f"http://127.0.0.1:{self.ports[number]}{path}", **headers)

    def before(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        return answer(f"http://127.0.0.1:{self.front}{path}", **headers)

    def version(self, number: int) -> str:
        return str(json.loads(self.at(number, "/health/ready")[2])["version"])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            answer(address)
            return
        time.sleep(0.05)
    pytest.fail(f"{process.args!r} did not start")


@pytest.fixture(scope="module")
def pair(example_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    home = Path(shutil.copytree(example_home, folder / "home"))
    with servers.postgresql() as ledger, contextlib.ExitStack() as started:
        Ledger.open(Settings(home=home, ledger=ledger)).close()
        found = Pair(home, ledger, folder)
        commands = found.commands
        commands += [found.process(0), found.process(1)]
        commands.append(subprocess.Popen(found.nginx(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for one in commands:
            started.callback(one.wait, 20)
            started.callback(one.terminate)
        for port, one in zip((*found.ports, found.front), commands, strict=True):
            wait_for(f"http://127.0.0.1:{port}/health/live", one)
        yield found


def test_a_new_release_is_seen_by_both(pair: Pair, example_release: Path) -> None:
    """The next version of the same data, as another machine may have built it."""
    before = [pair.version(0), pair.version(1)]
    assert before == [example_release.name] * 2
    name = f"{example_release.name}0"
    following = pair.home / "releases" / name
    shutil.copytree(example_release, following)
    facts = json.loads((following / "manifest.json").read_text(encoding="utf-8")) | {"version": name}
    (following / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    switch(pair.home, name)
    assert [pair.version(0), pair.version(1)] == [name] * 2
    assert {json.loads(pair.before("/health/ready")[2])["version"] for _ in range(4)} == {name}


def test_a_session_is_good_at_both(pair: Pair) -> None:
    with contextlib.closing(Ledger.open(Settings(home=pair.home, ledger=pair.ledger))) as ledger:
        accounts = Accounts(ledger)
        made = accounts.invite("partner", "quay", "House on the Quay")
        name = accounts.join(made.secret, "mira-quay", PASSWORD).name
        secret = accounts.sign_in(name, PASSWORD).secret
        sent = {"Cookie": f"p2p_session={secret}", "Accept": "text/html"}

        def known() -> list[bool]:
            pages = [pair.at(0, "/account", **sent), pair.at(1, "/account", **sent)]
            pages += [pair.before("/account", **sent) for _ in range(4)]
            return [status == 200 and name in body for status, _, body in pages]

        assert known() == [True] * 6
        # ended once, it is ended for both
        accounts.sign_out(secret)
        assert known() == [False] * 6


def test_what_one_client_may_ask_is_counted_by_each_process(pair: Pair) -> None:
    path, reader = "/queries/practices.csv", {"X-Forwarded-For": "192.0.2.9"}
    found = [[pair.at(number, path, **reader)[0] for _ in range(MINUTE + 2)] for number in (0, 1)]
    for statuses in found:
        assert statuses[0] == 200
        assert statuses[-1] == 429
    # somebody else is another client; who says of themselves before nginx that they are somebody else is not
    assert pair.at(0, path, **{"X-Forwarded-For": "192.0.2.10"})[0] == 200
    said = [pair.before(path, **{"X-Forwarded-For": f"192.0.2.{number}"})[0] for number in range(20, 24 + 2 * MINUTE)]
    assert said[-1] == 429


def test_nginx_hands_on_numbers_and_keeps_counters_in(pair: Pair) -> None:
    _, headers, _ = pair.before("/health/live")
    number = headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", number)
    assert any(number in log.read_text(encoding="utf-8") for log in pair.logs)
    assert pair.before("/metrics")[0] == 404
    for port in (0, 1):
        status, _, text = pair.at(port, "/metrics")
        assert (status, "p2p_requests_total" in text) == (200, True)


def test_readers_do_not_see_that_one_process_ends(pair: Pair) -> None:
    """As at an upgrade, where one is started anew after the other. The last test: it leaves one behind."""
    pair.commands[0].terminate()
    pair.commands[0].wait(20)
    assert {pair.before("/country/XA")[0] for _ in range(8)} == {200}
