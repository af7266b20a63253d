"""A real browser and a real server: the site of the invented countries on a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from p2p_graph.config import Settings
from tests.browser.visits import Visit
from tests.servers import served
from tests.web.reading import closing
from webapp import create_app


@pytest.fixture(scope="session")
def site(example_home: Path) -> Iterator[str]:
    """The address of the site, without a slash at its end."""
    app = create_app(Settings(home=example_home, workers=1))
    with served(app) as address:
        yield address
    closing(app)


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """A tab of a laptop; it fails the test if anything complained or asked another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visit = Visit(context, site)
    yield visit
    context.close()
    assert visit.complaints == []
    assert visit.foreign == []


@pytest.fixture
def narrow(browser: Browser, site: str) -> Iterator[Visit]:
    """A tab of a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    visit = Visit(context, site)
    yield visit
    context.close()
    assert visit.complaints == []
    assert visit.foreign == []


@pytest.fixture
def scriptless(browser: Browser, site: str) -> Iterator[Visit]:
    """A tab without scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    visit = Visit(context, site)
    yield visit
    context.close()
    assert visit.foreign == []
