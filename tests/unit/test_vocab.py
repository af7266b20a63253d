"""Addresses: made, taken apart, shortened, and refused where they are none."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from p2p_graph.vocab import BASE, KINDS, PREFIXES, SCHEMES, concept, kind_and_slug, mint, p2p, shorten

SLUGS = st.from_regex(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", fullmatch=True)


@given(st.sampled_from(list(KINDS)), SLUGS)
def test_minted_address_comes_apart_again(kind: str, slug: str) -> None:
    address = mint(kind, slug).value
    assert kind_and_slug(address) == (kind, slug)
    assert shorten(address) == f"{kind}:{slug}"


@pytest.mark.parametrize("slug", ["", "-", "a-", "-a", "a--b", "a b", "a/b", "é", "a\n", "a>", '"'])
def test_slug_that_is_none_is_refused(slug: str) -> None:
    with pytest.raises(ValueError, match="is no slug"):
        mint("practice", slug)


def test_unknown_kind_and_scheme_are_refused() -> None:
    with pytest.raises(ValueError, match="no kind 'thing'"):
        mint("thing", "a")
    with pytest.raises(ValueError, match="no scheme 'colour'"):
        concept("colour", "red")


@pytest.mark.parametrize(
    "address",
    [
        "",
        BASE,
        f"{BASE}id/",
        f"{BASE}id/practice/",
        f"{BASE}id/thing/a",
        f"{BASE}id/practice/a/b",
        "https://example.org/id/practice/a",
    ],
)
def test_other_addresses_have_no_kind(address: str) -> None:
    assert kind_and_slug(address) is None


def test_shorten_takes_the_longest_prefix_and_leaves_what_none_fits() -> None:
    assert shorten(concept("form", "mixed").value) == "form:mixed"
    assert shorten(p2p("Practice").value) == "p2p:Practice"
    assert shorten("https://example.org/a") == "https://example.org/a"
    assert shorten(PREFIXES["p2p"]) == PREFIXES["p2p"]
    assert shorten(PREFIXES["p2p"] + "a/b") == PREFIXES["p2p"] + "a/b"


def test_prefixes_are_distinct_and_cover_kinds_and_schemes() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert set(KINDS) | set(SCHEMES) <= set(PREFIXES)
