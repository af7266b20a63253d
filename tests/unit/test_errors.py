"""Errors: one tree, a code each, and values that survive the way between processes."""

from __future__ import annotations

import pickle

import pytest

from p2p_graph import errors

KINDS = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_error_survives_the_pipe(kind: type[errors.P2PError]) -> None:
    sent = kind("It is raining.", place="Exford", seconds=2)
    got = pickle.loads(pickle.dumps(sent))
    assert type(got) is kind
    assert str(got) == "It is raining."
    assert got.values == {"place": "Exford", "seconds": 2}


def test_every_error_is_ours_and_has_a_code_of_its_own() -> None:
    assert all(issubclass(kind, errors.P2PError) for kind in KINDS)
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)


def test_tree_at_the_top_names_them_all() -> None:
    assert errors.__doc__ is not None
    assert [name for name in errors.__all__ if name not in errors.__doc__] == []
