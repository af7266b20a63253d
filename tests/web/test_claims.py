"""Claims about things that have no name of their own: pages and tables call them by what they say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from p2p_graph.config import Settings
from p2p_graph.curation import Sources
from p2p_graph.release import build
from p2p_graph.vocab import PREFIXES
from tests.conftest import DAY
from tests.web.reading import closing, read
from webapp import create_app

HTML = {"Accept": "text/html"}
CLAIM = """\
observation:xb-syringes-2011 a p2p:IndicatorObservation ;
  p2p:confidence confidence:stated ; p2p:inCountry country:XB ; p2p:indicator indicator:syringes-distributed ;
  p2p:readIn reading:xb-page-2026-01-06 ; p2p:unit "syringes"@en ; p2p:value 100.0 ; p2p:year 2011 .

claim:xb-syringes-2011-fall a p2p:Claim ;
  dcterms:description "Text of a campaigner."@en ; p2p:claimAbout observation:xb-syringes-2011 ;
  p2p:claimProperty p2p:value ; p2p:claimValue "a fall of 40%"@en ;
  p2p:confidence confidence:stated ; p2p:readIn reading:xb-page-2026-01-06 .
"""


@pytest.fixture(scope="module")
def app(example_sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("claims")
    data = folder / "triples"
    shutil.copytree(example_sources.data, data)
    heads = "".join(f"@prefix {prefix}: <{address}> .\n" for prefix, address in PREFIXES.items())
    (data / "xb" / "claims.ttl").write_text(heads + CLAIM, encoding="utf-8")
    sources = Sources(data, example_sources.ontology, example_sources.queries)
    build(Settings(home=folder), sources=sources, today=DAY)
    app = create_app(Settings(home=folder, workers=1, client_minute=0))
    yield app
    closing(app)


def test_a_claim_is_called_after_what_it_is_about(client: FlaskClient) -> None:
    page = read(client.get("/claim/xb-syringes-2011-fall", headers=HTML).get_data(as_text=True))
    assert page.headings[0].startswith("Syringes distributed, ")
    assert page.headings[0].endswith(", 2011: value a fall of 40%")


def test_a_table_of_claims_holds_no_address(client: FlaskClient) -> None:
    page = read(client.get("/queries/where-sources-differ", headers=HTML).get_data(as_text=True))
    assert "syringes distributed, " in page.text
    assert "https://" not in page.text.partition("In a program")[0]
