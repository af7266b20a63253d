"""Settings: a frozen value read once from the environment and passed in. Nobody else reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from p2p_graph.errors import SettingsError
from p2p_graph.model import Limits

__all__ = ["Settings", "share"]

_PACKAGE = Path(__file__).resolve().parent


def share(folder: str) -> Path:
    """Where `queries`, `ontology`, `data/triples` or `CITATION.cff` stand: in a checkout, or in the installed package.

    Raises SettingsError if neither holds it.

    >>> share("ontology").name
    'ontology'
    """
    for root in (_PACKAGE / "_share", _PACKAGE.parent):
        if (root / folder).exists():
            return root / folder
    raise SettingsError(f"{folder} is in neither the package nor a checkout: install again.", setting=folder)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default. The names in the environment are `P2P_` and the name in capitals.

    >>> Settings.from_env({"P2P_PORT": "9000"}).port
    9000
    """

    #: folder of what the program writes: releases and the current one
    home: Path = Path("var")
    #: empty for the current release in `home`; a folder of a release; or the address of a SPARQL endpoint
    store: str = ""
    #: where what partners send is kept: empty for a file in `home`, or postgresql+psycopg://user:password@host/database
    ledger: str = field(default="", repr=False)
    #: bytes that an uploaded contribution may have
    upload_bytes: int = 1_000_000
    #: triples that a contribution may have
    upload_triples: int = 5_000
    #: who asks that endpoint, if it wants to know (HTTP Basic); the password is never shown
    store_user: str = ""
    store_password: str = field(default="", repr=False)
    #: who loads a release into it with `p2p release --push` (HTTP Basic or Digest)
    push_user: str = ""
    push_password: str = field(default="", repr=False)
    #: where the website listens
    host: str = "127.0.0.1"
    #: on which port
    port: int = 8000
    #: processes that answer queries; one of them is kept for the site's own
    workers: int = 3
    #: seconds one query may take
    query_seconds: float = 20.0
    #: rows one answer may have
    query_rows: int = 50_000
    #: bytes one answer may have
    query_bytes: int = 50_000_000
    #: queries that one client may have running at a time; 0 for any number
    client_queries: int = 4
    #: requests to the doors for data that one client may send in a minute; 0 for any number
    client_minute: int = 600
    #: new citations that one client may make in an hour; 0 for any number
    client_citations: int = 60
    #: bytes that all citations together may take on disk
    citations_bytes: int = 1_000_000_000
    #: new short links that one client may make in an hour; 0 for any number
    client_links: int = 60
    #: short links that may be kept
    links: int = 20_000
    #: tries to sign in, or to use a link, that one client may make in an hour; 0 for any number
    client_sign_ins: int = 120
    #: where readers reach the website, such as https://example.org: what links in mails begin with
    site: str = ""
    #: the server that takes mails; empty for none. Then also who asks it, and the sender that mails name
    mail_host: str = ""
    mail_port: int = 587
    mail_user: str = ""
    mail_password: str = field(default="", repr=False)
    mail_from: str = ""
    #: how the way to it is encrypted: starttls, tls, or none for a server on this machine
    mail_security: str = "starttls"
    #: another house where accounts may sign in (OpenID Connect): its address; what we are called there, and our secret
    openid_issuer: str = ""
    openid_client: str = ""
    openid_secret: str = field(default="", repr=False)
    #: what the button says: "Sign in with …"
    openid_name: str = ""
    #: proxies in front of the website whose word for the client's address is taken; 0 for none
    proxies: int = 0
    #: what is logged: `text`, faults in lines for people; or `json`, every request as a line for programs
    log: str = "text"
    #: what must be sent as `Authorization: Bearer …` to read /metrics; without it only this machine may
    metrics_token: str = field(default="", repr=False)
    #: bytes that the body of one request may have
    body_bytes: int = 262_144
    #: seconds in which one request must have arrived whole
    body_seconds: float = 20.0
    #: triples from which workers open the release's disk store instead of loading it into memory
    disk_from: int = 3_000_000

    @property
    def limits(self) -> Limits:
        """The limits of one query."""
        return Limits(self.query_seconds, self.query_rows, self.query_bytes)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Settings from `P2P_…` variables. Raises SettingsError for a value of the wrong kind."""
        env = os.environ if env is None else env
        found: dict[str, object] = {}
        for name, kind in cls.__annotations__.items():
            text = env.get(f"P2P_{name.upper()}")
            if text is None:
                continue
            reader = {"Path": Path, "str": str, "int": int, "float": float}[str(kind)]
            try:
                found[name] = reader(text)
            except ValueError:
                raise SettingsError(
                    f"P2P_{name.upper()} is {text!r}; it must be {'a whole number' if reader is int else 'a number'}.",
                    setting=name,
                ) from None
        return cls(**found)  # type: ignore[arg-type]
