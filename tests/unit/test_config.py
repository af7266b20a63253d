"""Settings: read from the environment that is given, refused in a sentence."""

from __future__ import annotations

import dataclasses
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
