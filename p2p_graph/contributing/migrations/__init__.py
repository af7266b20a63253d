"""The migrations of the ledger, run by Alembic from inside the package."""
