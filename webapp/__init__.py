"""The website: translation between HTTP and the graph, nothing else."""

from webapp.app import create_app

__all__ = ["create_app"]
