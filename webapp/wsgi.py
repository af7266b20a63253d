"""For other servers: `app`, with settings from the environment."""

from p2p_graph.config import Settings
from webapp.app import create_app
from webapp.journal import configure
from webapp.signed_in import read_ahead

_settings = Settings.from_env()
configure(_settings)
app = create_app(_settings)
read_ahead(app, at_once=False)
