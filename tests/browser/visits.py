"""One visit of a browser to the site."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page


class Visit:
    """A tab, with everything it complained about and every address it asked for."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda r: None if r.url.startswith(site) else self.foreign.append(r.url))

    def to(self, path: str) -> Page:
        """Goes to a path and waits until all of it is there."""
        self.page.goto(self.site + path, wait_until="networkidle")
        return self.page
