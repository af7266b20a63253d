"""Settings: read from the environment that is given, refused in a sentence."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from p2p_graph.config import Settings, share
from p2p_graph.errors import SettingsError


def test_defaults_stand_where_nothing_is_set() -> None:
    assert Settings.from_env({}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_values_are_read_by_name_and_kind() -> None:
    env = {"P2P_HOME": "/srv/p2p", "P2P_PORT": "9", "P2P_QUERY_SECONDS": "1.5", "P2P_STORE": "x", "PORT": "7"}
    settings = Settings.from_env(env)
    assert (settings.home, settings.port, settings.store) == (Path("/srv/p2p"), 9, "x")
    assert settings.limits.seconds == 1.5


@pytest.mark.parametrize(("name", "kind"), [("P2P_PORT", "a whole number"), ("P2P_QUERY_SECONDS", "a number")])
def test_value_of_the_wrong_kind_is_named(name: str, kind: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is 'many'; it must be {kind}"):
        Settings.from_env({name: "many"})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_folders_are_found_and_a_missing_one_is_named() -> None:
    assert (share("ontology") / "p2p.ttl").is_file()
    with pytest.raises(SettingsError, match="nowhere is in neither"):
        share("nowhere")


def test_the_table_of_settings_tells_their_defaults() -> None:
    """Names and defaults in the docs are those of the code, and nothing else is in the table."""
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    told: dict[str, str] = {}
    for names, default in re.findall(r"^\| ((?:`P2P_\w+`(?:, )?)+) \| ([^|]+) \|", text, re.MULTILINE):
        both, each = re.findall(r"P2P_(\w+)", names), default.strip().split(", ")
        told |= dict(zip(both, each if len(each) == len(both) else each * len(both), strict=True))
    known = {field.name: getattr(Settings(), field.name) for field in dataclasses.fields(Settings)}
    assert {name.lower() for name in told} == set(known)
    for name, default in told.items():
        value = known[name.lower()]
        said = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        assert default in ((f"`{said}`",) if said else ("empty", "none")), name
