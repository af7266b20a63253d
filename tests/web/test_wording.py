"""Pages of the ontology explain each word: its meaning, an example, where the meaning comes from, nine languages."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from p2p_graph.vocab import SCHEMES
from webapp.wording import LANGUAGES


def entries(client: FlaskClient, path: str) -> dict[str, str]:
    """The entries of a page by their anchor, as HTML."""
    html = client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)
    found = html[html.index('<dl class="terms">') :]
    parts = re.split(r'<div id="([^"]+)"(?: class="narrower")?>', found)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_term_has_definition_example_and_labels_in_all_languages(client: FlaskClient) -> None:
    terms = entries(client, "/ontology/")
    assert {"Practice", "participant", "Organisation"} <= set(terms)
    for name, entry in terms.items():
        assert re.search(r"<dd>\s*<p>[^<]{10,}", entry), name
        assert "<b>example</b>" in entry, name
        for code in LANGUAGES:
            assert f'<span lang="{code}">' in entry, (name, code)


def test_term_names_what_it_is_said_of_and_whose_definition_it_follows(client: FlaskClient) -> None:
    terms = entries(client, "/ontology/")
    assert '<b>said of</b> <a href="/ontology/#Cooperation">tie</a>' in terms["participant"]
    assert '<b>value</b> <a href="/ontology/#Actor">actor</a>' in terms["participant"]
    assert '<b>a kind of</b> <a href="/ontology/#Actor">actor</a>' in terms["Organisation"]
    assert "W3C Organization Ontology" in terms["Organisation"]
    assert "definition after" not in terms["Practice"]
    assert "<b>used</b> 3 times" in terms["Practice"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_concept_has_definition_and_labels_in_all_languages(client: FlaskClient, scheme: str) -> None:
    found = entries(client, f"/vocab/{scheme}")
    assert found
    for name, entry in found.items():
        assert re.search(r"<dd>\s*<p>[^<]{3,}", entry), name
        for code in LANGUAGES:
            assert f'<span lang="{code}">' in entry, (name, code)


def test_concept_leads_to_a_practice_that_uses_it(client: FlaskClient) -> None:
    roles = entries(client, "/vocab/role")
    assert 'as in <a href="/practice/exford-buddies">Exford Buddies</a>' in roles["nurse"]
    assert "<b>used</b>" not in roles["peers"]
    assert "role-peers" in roles["peers"]
    assert list(roles).index("peers") < list(roles).index("peer-educator") < list(roles).index("people-who-use-drugs")
    assert any("<b>used</b> not yet" in entry for entry in roles.values())
