"""The site of the invented countries as a program of its own, to be killed: `python -m tests.web.served HOME`."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from p2p_graph.config import Settings, share
from p2p_graph.curation import Sources
from webapp import create_app
from webapp.listening import listen_with


def main(home: Path) -> None:
    """Serves until it is killed; says its port once it listens."""
    sources = Sources(Path(__file__).parents[1] / "data" / "triples", share("ontology"), share("queries"))
    settings = Settings(home=home, workers=1)
    listening = socket.create_server(("127.0.0.1", 0))
    server = listen_with(create_app(settings, sources=sources), settings, listening, threads=4)
    print(listening.getsockname()[1], flush=True)
    server.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
