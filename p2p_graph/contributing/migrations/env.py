"""What Alembic runs to apply migrations, on the connection it was given."""

from __future__ import annotations

from alembic import context

from p2p_graph.contributing.tables import METADATA

__all__: list[str] = []


def _run() -> None:
    context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()


# Alembic runs this file under a name of its own; whoever imports it runs nothing.
if __name__ == "env_py":
    _run()
