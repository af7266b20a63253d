"""For other servers: `app`, with settings from the environment."""

from p2p_graph.config import Settings
from webapp.app import create_app

app = create_app(Settings.from_env())
