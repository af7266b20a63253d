"""What monitoring may count, for Prometheus: few series, none of which tells who asked what.

One process counts its own; of several, each is asked at its own port, so that nothing need be shared in files.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from p2p_graph.config import Settings
from webapp.current_graph import Standing

__all__ = ["Meter", "may_read", "meter"]

#: seconds; pages should be under a tenth, and a query may take twenty
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
#: what a proxy adds
_FORWARDED: Final = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")


class Meter:
    """The counters of one app, in a registry of their own; `standing` is asked when somebody reads them."""

    def __init__(self, standing: Callable[[], Standing]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "p2p_requests", "Requests answered, by route and status.", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "p2p_request_seconds",
            "Time from a whole request to its answer, by route.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Standing(standing))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def note(self, route: str, status: int, seconds: float) -> None:
        """One request more."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def written(self) -> bytes:
        """All series in the text format of Prometheus.

        >>> b"p2p_requests_total" in Meter(Standing).written()
        True
        """
        return generate_latest(self._registry)


class _Standing(Collector):
    """How it stands with the release and its workers, looked at when somebody reads it."""

    def __init__(self, standing: Callable[[], Standing]) -> None:
        self._standing = standing

    def collect(self) -> Iterable[Metric]:
        now = self._standing()
        release = GaugeMetricFamily("p2p_release", "1 for the release that is shown.", labels=["version"])
        if now.version:
            release.add_metric([now.version], 1)
        yield release
        yield GaugeMetricFamily(
            "p2p_release_held_back", "1 while a newer release could not be opened.", value=float(bool(now.held_back))
        )
        workers = GaugeMetricFamily("p2p_workers", "Processes that answer queries.", labels=["state"])
        workers.add_metric(["ready"], now.state.ready)
        workers.add_metric(["busy"], now.state.busy)
        yield workers
        ended = CounterMetricFamily("p2p_workers_ended", "Queries or workers that were ended.", labels=["why"])
        ended.add_metric(["late"], now.state.late)
        ended.add_metric(["by itself"], now.state.ended)
        yield ended
        yield GaugeMetricFamily("p2p_queries_waiting", "Queries that wait for a worker.", value=now.state.waiting)
        trouble = "1 while queries cannot be answered."
        yield GaugeMetricFamily("p2p_store_trouble", trouble, value=float(bool(now.state.trouble)))


def meter(app: Flask | None = None) -> Meter:
    """The counters of an app, by default of the present one."""
    found = (app or current_app).extensions["p2p_meter"]
    assert isinstance(found, Meter)
    return found


def may_read(settings: Settings) -> bool:
    """Whether who asks may read the counters: with the token where one is set, else from this machine itself.

    Behind a proxy on this machine everybody seems to be here, so what a proxy adds, or another name of the host, is
    refused. A proxy that hides itself must not hand `/metrics` on.
    """
    if settings.metrics_token:
        said = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(said.encode(), settings.metrics_token.encode())
    if any(name in request.headers for name in _FORWARDED):
        return False
    host = urlsplit(f"//{request.host}").hostname or ""
    return _is_here(request.remote_addr or "") and (host == "localhost" or _is_here(host))


def _is_here(address: str) -> bool:
    """Whether an address is one of this machine alone.

    >>> _is_here("127.0.0.1"), _is_here("::1"), _is_here("192.0.2.1"), _is_here("")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
