"""Writes the public site as files that any web space can show: pages, downloads, and an index that browsers search."""

from webapp.freezing.copying import Copied, freeze

__all__ = ["Copied", "freeze"]
