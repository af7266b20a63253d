"""Where accounts may be written to, and who they are in another house (OpenID Connect)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "second"
down_revision = "first"


def upgrade() -> None:
    """Adds the columns; nobody has either yet."""
    op.add_column("accounts", sa.Column("mail", sa.String(254)))
    op.add_column("accounts", sa.Column("identity", sa.String(600)))
    op.create_index("accounts_identity", "accounts", ["identity"], unique=True)
    op.add_column("invitations", sa.Column("mail", sa.String(254)))
