"""The files an operator starts from: settings and commands in them exist, ports agree, and nobody may do much."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

from p2p_graph.cli import commands
from p2p_graph.config import Settings
from tests.servers import require

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
#: of the compose file itself
OURS = {"P2P_DOMAIN", "P2P_LEDGER_PASSWORD"}
_COMMAND = re.compile(r"(?:bin/p2p|^ *p2p|as-p2p|\"p2p\",) \"?([a-z][a-z-]+)", re.MULTILINE)


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
    return found


def test_every_setting_that_is_named_exists() -> None:
    known = {f"P2P_{name.upper()}" for name in Settings.__annotations__} | OURS
    texts = [*FILES, ROOT / "docs" / "operating.md"]
    named = {name for path in texts for name in re.findall(r"\bP2P_[A-Z_]+\b", path.read_text(encoding="utf-8"))}
    assert "P2P_PROXIES" in named
    assert named - known == set()


def test_every_command_that_is_run_exists() -> None:
    texts = [*FILES, ROOT / "docs" / "operating.md"]
    run = {
        word
        for path in texts
        for word in re.findall(
            r"(?:bin/p2p|^p2p|sudo -u p2p p2p|\"p2p\",) \"?([a-z-]+)", path.read_text(), re.MULTILINE
        )
    }
    assert {"serve", "release", "backup"} <= run
    known = set(commands.commands) | {point.name for point in entry_points(group="p2p_graph.commands")}
    assert run - known == set()


def test_settings_can_be_read(tmp_path: Path) -> None:
    lines = [line for line in read("p2p.env").splitlines() if line and not line.startswith("#")]
    settings = Settings.from_env(dict(line.split("=", 1) for line in lines))
    assert (settings.proxies, settings.log, settings.host) == (1, "json", "127.0.0.1")
    # what is commented out can be read as well
    more = [line.lstrip("#") for line in read("p2p.env").splitlines() if re.match(r"#P2P_", line)]
    assert Settings.from_env(dict(line.split("=", 1) for line in more)).ledger.startswith("postgresql+psycopg://")


def test_ports_agree(compose: dict[str, Any]) -> None:
    container = read("Containerfile")
    (port,) = re.findall(r"P2P_PORT=(\d+)", container)
    assert f"EXPOSE {port}" in container
    assert f"127.0.0.1:{port}/health/ready" in container
    assert f"reverse_proxy web:{port}" in read("Caddyfile")
    assert "web" in compose["services"]
    behind = re.findall(r"server 127\.0\.0\.1:(\d+)", read("nginx.conf"))
    enabled = re.findall(r"p2p-web@(\d+)", read("systemd/p2p-web@.service"))
    assert behind == enabled == ["8001", "8002"]


def test_the_container_runs_as_nobody_from_files_that_were_checked() -> None:
    text = read("Containerfile")
    last = text.rpartition("\nFROM ")[2]
    (user,) = re.findall(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert int(user[0]) > 999
    assert int(user[1]) > 999
    # what is fetched is checked by hash, what is ours fetches nothing
    for line in re.findall(r"pip install[^\n&]*", text):
        assert "--require-hashes" in line or "--no-index" in line, line
    assert "pip install" not in last
    for place in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE):
        assert all((ROOT / name).exists() for name in place.split())


def test_every_part_of_the_compose_file_is_locked_in(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        mounted = {str(one).split(":")[0] for one in service["volumes"]} - set(compose["volumes"])
        assert mounted <= {"./Caddyfile"}, name
    # only the proxy can be reached from outside
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["services"]["web"]["environment"]["P2P_PROXIES"] == "1"
    home = re.search(r"P2P_HOME=(\S+)", read("Containerfile"))
    assert home is not None
    assert f"home:{home[1]}" in compose["services"]["web"]["volumes"]


def test_pins_are_copied_with_their_hashes() -> None:
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    names = re.search(r"sh pins (.*) < requirements-dev\.lock", read("Containerfile"))
    assert names is not None
    command = ["sh", str(DEPLOY / "pins"), *names[1].split()]
    done = subprocess.run(command, input=lock, capture_output=True, text=True, check=True, timeout=10)
    assert re.findall(r"^([a-z-]+)==", done.stdout, re.MULTILINE) == names[1].split()
    assert done.stdout in lock or all(block in lock for block in re.split(r"\n(?=\w)", done.stdout.strip()))
    assert done.stdout.count("--hash=sha256:") > 10


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_well_formed_and_may_do_little(path: Path, tmp_path: Path) -> None:
    program = require("systemd-analyze", "apt-get install systemd")
    unit = tmp_path / path.name.replace("@", "@8001")
    # the program is not here; everything else is looked at as it is
    unit.write_text(path.read_text(encoding="utf-8").replace("/opt/p2p/bin/p2p", shutil.which("true") or "/bin/true"))
    where = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 60}
    # it looks for other units, which this machine may lack
    done = subprocess.run([program, "verify", f"./{unit.name}"], check=False, **where)  # type: ignore[call-overload]
    said = [line for line in done.stderr.splitlines() if unit.name in line]
    assert said == []
    command = [program, "security", "--offline=yes", "--threshold=20", f"./{unit.name}"]
    done = subprocess.run(command, check=False, **where)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout


def test_the_proxies_keep_counters_in() -> None:
    assert re.search(r"location = /metrics \{ return 404; \}", read("nginx.conf"))
    assert re.search(r"@within path /metrics\n\trespond @within 404", read("Caddyfile"))


def test_no_secret_stands_in_them() -> None:
    for path in FILES:
        for name, value in re.findall(r"(P2P_\w*(?:PASSWORD|TOKEN|SECRET))\s*[=:]\s+(\S*)", path.read_text("utf-8")):
            assert value in ("", "PASSWORD") or value.startswith("${"), f"{path.name}: {name}"
    assert os.stat(DEPLOY / "pins").st_size < 1000
