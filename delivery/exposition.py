"""`/metrics`: what a process has counted and how it fares, as Prometheus reads it.

Who may read it is said once here, for both planes: the bearer of `METRICS_TOKEN`, and without that
setting whoever asks from this machine itself, not through a proxy on it.
"""

import asyncio
import hmac
import ipaddress
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from delivery import safety
from delivery.config import ROOT
from delivery.messages import message
from delivery.problems import Refused
from delivery.wire import Headers, Request
from engine.errors import NotFound, Unauthenticated

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
HEADERS: Headers = (
    (b"content-type", CONTENT_TYPE.encode()),
    (b"cache-control", b"no-store"),
    *safety.ALWAYS,
)
METHODS: Final = "GET, HEAD"
PIECE: Final = 50
"""Samples that are written at once: a millisecond or two in which no shopper is answered."""
FORWARDED: Final = frozenset(
    {
        *("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
        *("x-forwarded-port", "x-forwarded-server", "x-real-ip", "x-client-ip"),
        *("x-cluster-client-ip", "cf-connecting-ip", "true-client-ip"),
    }
)
"""Headers by which proxies say for whom they ask: then "from this machine" means nothing."""

_BORN: Final = time.time()


def check_reader(token: str, *, sent: str, address: str, headers: Container[str]) -> None:
    """Whether somebody may read the metrics.

    Args:
        token: The setting; empty when there is none.
        sent: The Authorization header.
        address: Of the other end of the connection.
        headers: The names of the request's headers, in lower case.

    Raises:
        Unauthenticated: There is a token, and it was not sent.
        NotFound: There is none, and the request may come from elsewhere.
    """
    if token:
        scheme, _, given = sent.partition(" ")
        same = hmac.compare_digest(given.strip().encode(), token.encode())
        if scheme.lower() != "bearer" or not same:
            raise Unauthenticated(message("metrics_token"), hint=message("metrics_token_hint"))
    elif not _is_here(address) or any(name in headers for name in FORWARDED):
        raise NotFound(message("nothing_here"))


def check_asked(token: str, request: Request, address: str) -> None:
    """The same for a request to the data plane; it also has to be a question."""
    if request.method not in {"GET", "HEAD"}:
        raise Refused(METHODS)
    names = {name.decode("latin-1") for name in request.headers}
    check_reader(token, sent=request.header(b"authorization"), address=address, headers=names)


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def text(*collectors: Collector) -> bytes:
    """Everything that the collectors and the operating system say of this process."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    ProcessCollector(registry=registry)
    return generate_latest(registry)


async def gradually(collector: Collector) -> bytes:
    """The same, a little at a time: a scrape must not hold up shoppers."""
    parts = []
    for source in (collector, ProcessCollector(registry=None)):
        for family in source.collect():
            for piece in _pieces(family):
                parts.append(piece)
                await asyncio.sleep(0)
    return b"".join(parts)


def _pieces(family: Metric) -> Iterator[bytes]:
    """A family's text in pieces, of which only the first one has its heading."""
    piece = Metric(family.name, family.documentation, family.type)
    for start in range(0, len(family.samples) or 1, PIECE):
        piece.samples = family.samples[start : start + PIECE]
        lines = generate_latest(_Only(piece)).splitlines(keepends=True)
        yield b"".join(line for line in lines if start == 0 or not line.startswith(b"#"))


@dataclass(frozen=True, slots=True)
class _Only(Collector):
    """One family."""

    family: Metric

    def collect(self) -> Iterator[Metric]:
        yield self.family


def build() -> Iterator[Metric]:
    """Which version runs, and for how long."""
    info = GaugeMetricFamily("banner_lab_build_info", "Which version runs.", labels=["version"])
    info.add_metric([_version()], 1)
    yield info
    yield gauge("uptime_seconds", "Since this process was started.", time.time() - _BORN)


@cache
def _version() -> str:
    for line in (ROOT / "pyproject.toml").read_text("utf-8").splitlines():
        if line.startswith("version = "):
            return line.partition('"')[2].rstrip('"')
    return "unknown"


def gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    """One number."""
    return GaugeMetricFamily(f"banner_lab_{name}", about, value=value)
