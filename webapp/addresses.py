"""From the address of a thing to the page that describes it, and back."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from p2p_graph.vocab import BASE, SCHEMES, kind_and_slug
from webapp.languages import at

__all__ = ["address_of_path", "is_web_address", "page_of"]

_ONTOLOGY: Final = f"{BASE}ontology/"
_VOCAB: Final = f"{BASE}vocab/"


def page_of(address: str) -> str | None:
    """The path of our page for an address in the reader's language, or None for an address that is not ours.

    >>> page_of("https://w3id.org/peer2peer/id/practice/c-buddy")
    '/practice/c-buddy'
    >>> page_of("https://w3id.org/peer2peer/vocab/role/peer")
    '/vocab/role#peer'
    >>> page_of("https://w3id.org/peer2peer/ontology/Practice")
    '/ontology/#Practice'
    >>> page_of("https://example.org/") is None
    True
    """
    known = kind_and_slug(address)
    if known:
        return at(f"/{known[0]}/{known[1]}")
    if address.startswith(_VOCAB):
        scheme, _, name = address[len(_VOCAB) :].partition("/")
        if scheme in SCHEMES:
            return at(f"/vocab/{scheme}#{quote(name)}" if name else f"/vocab/{scheme}")
    if address.startswith(_ONTOLOGY):
        name = address[len(_ONTOLOGY) :]
        return at(f"/ontology/#{quote(name)}" if name else "/ontology/")
    return None


def address_of_path(kind: str, slug: str) -> str:
    """The address of the thing whose page stands at `/<kind>/<slug>`.

    >>> address_of_path("practice", "c-buddy")
    'https://w3id.org/peer2peer/id/practice/c-buddy'
    """
    return f"{BASE}id/{kind}/{slug}"


def is_web_address(address: str) -> bool:
    """Whether a reader can follow an address in a browser.

    >>> is_web_address("https://example.org/"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return address.startswith(("https://", "http://"))
