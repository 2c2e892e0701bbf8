"""`/metrics`: what a process has counted and how it fares, as Prometheus reads it.

Who may read it is said once here, for both planes: the bearer of `METRICS_TOKEN`, and without that
setting whoever asks from this machine itself, not through a proxy on it.
"""

import hmac
import ipaddress
import time
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from delivery.condition import Condition
from delivery.config import ROOT
from delivery.index import Live
from delivery.messages import message
from delivery.meters import Histogram, Meters
from delivery.offers import Counted
from delivery.problems import Refused
from delivery.wire import Headers, Request
from engine.errors import NotFound, Unauthenticated

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
HEADERS: Headers = (
    (b"content-type", CONTENT_TYPE.encode()),
    (b"cache-control", b"no-store"),
)
METHODS: Final = "GET, HEAD"
MOST_VARIANTS: Final = 1_000
"""Of live tests, the oldest first; more would make each scrape a burden on both sides."""
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


def build() -> Iterator[Metric]:
    """Which version runs, and for how long."""
    info = GaugeMetricFamily("banner_lab_build_info", "Which version runs.", labels=["version"])
    info.add_metric([_version()], 1)
    yield info
    yield gauge("uptime_seconds", "Since this process was started.", time.time() - _BORN)


def _version() -> str:
    for line in (ROOT / "pyproject.toml").read_text("utf-8").splitlines():
        if line.startswith("version = "):
            return line.partition('"')[2].rstrip('"')
    return "unknown"


def gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    """One number."""
    return GaugeMetricFamily(f"banner_lab_{name}", about, value=value)


def _counter(name: str, about: str, labels: tuple[str, ...]) -> CounterMetricFamily:
    return CounterMetricFamily(f"banner_lab_{name}", about, labels=labels)


@dataclass(frozen=True, slots=True, eq=False)  # the registry keeps it by identity
class DataPlaneMetrics(Collector):
    """One reading of a data-plane process."""

    meters: Meters
    condition: Condition
    live: Live | None

    def collect(self) -> Iterator[Metric]:
        """All series; called by prometheus-client."""
        yield from build()
        yield from _requests(self.meters)
        yield from _decisions(self.meters, self.live)
        yield from _events(self.meters, self.live)
        yield from _writing(self.meters)
        yield from _condition(self.condition)


def _requests(meters: Meters) -> Iterator[Metric]:
    codes = _counter("requests", "Answers by door and status.", ("door", "code"))
    about = "From the whole request to its answer."
    times = HistogramMetricFamily("banner_lab_request_seconds", about, labels=["door"])
    for name, door in meters.doors.items():
        for code, n in door.codes.items():
            codes.add_metric([name, str(code)], n)
        _add(times, [name], door.times)
    yield codes
    yield times


def _add(family: HistogramMetricFamily, labels: list[str], found: Histogram) -> None:
    buckets, so_far = [], 0
    for end, n in zip([*map(str, found.ends), "+Inf"], found.counts, strict=True):
        so_far += n
        buckets.append((end, so_far))
    family.add_metric(labels, buckets, found.total)


def _histogram(name: str, about: str, found: Histogram) -> HistogramMetricFamily:
    family = HistogramMetricFamily(f"banner_lab_{name}", about)
    _add(family, [], found)
    return family


def _live_variants(live: Live | None) -> dict[int, tuple[str, str, str]]:
    """The variants of tests that run or pause, by id: the keys of site, experiment and variant."""
    found: dict[int, tuple[str, str, str]] = {}
    for one in live.everywhere if live else ():
        entry, site = one.entry, live.sites.get(one.entry.site_id) if live else None
        if site is not None and entry.status in {"running", "paused"}:
            for variant in entry.variants:
                found[variant.id] = (site.key, entry.key, variant.key)
    return dict(list(found.items())[:MOST_VARIANTS])


def _decisions(meters: Meters, live: Live | None) -> Iterator[Metric]:
    reasons: defaultdict[str, int] = defaultdict(int)
    given: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    named = frozenset(_live_variants(live).values())
    for counted, n in list(meters.decisions.items()):
        reasons[counted[3]] += n
        key = _named(counted, live)
        if key in named and counted[3] != "FORCED":
            given[key] += n
        elif counted[1] and key not in named:
            _fold(meters, counted)
    by_reason = _counter("decisions", "Decisions by their reason.", ("reason",))
    for reason, n in reasons.items():
        by_reason.add_metric([reason], n)
    by_variant = _counter(
        "variant_decisions",
        "Decisions by variant of live tests.",
        ("site", "experiment", "variant"),
    )
    for key, n in given.items():
        by_variant.add_metric(key, n)
    yield by_reason
    yield by_variant


def _named(counted: Counted, live: Live | None) -> tuple[str, str, str]:
    site = live.sites.get(counted[0]) if live else None
    return (site.key if site else "", counted[1], counted[2])


def _fold(meters: Meters, counted: Counted) -> None:
    """Of what is not told by variant only the reason is kept, so that nothing piles up."""
    meters.decisions[0, "", "", counted[3]] += meters.decisions.pop(counted)


def _events(meters: Meters, live: Live | None) -> Iterator[Metric]:
    events = _counter("events", "Events by what became of them.", ("kind", "outcome", "reason"))
    for (kind, outcome, reason), n in meters.events.items():
        events.add_metric([kind, outcome, reason], n)
    shown = _counter(
        "variant_events",
        "Events of live tests by variant.",
        ("site", "experiment", "variant", "kind", "outcome"),
    )
    names = _live_variants(live)
    for (variant, kind, outcome), n in list(meters.shown.items()):
        if variant in names:
            shown.add_metric([*names[variant], kind, outcome], n)
        elif live is not None:
            del meters.shown[variant, kind, outcome]
    yield events
    yield shown


def _writing(meters: Meters) -> Iterator[Metric]:
    sizes, seconds = meters.group_sizes, meters.group_seconds
    yield _histogram("group_events", "Records that were committed together.", sizes)
    yield _histogram("group_seconds", "What a group took to commit.", seconds)
    yield _histogram("loop_lag_seconds", "How late a timer of one second came.", meters.lag)
    about = "Records that went to the disk because the database was away."
    yield CounterMetricFamily("banner_lab_spooled_events", about, value=meters.spooled)


def _condition(found: Condition) -> Iterator[Metric]:
    yield gauge("spool_bytes", "What waits on the disk.", found.spool.bytes)
    yield gauge("spool_files", "Files that wait on the disk.", found.spool.files)
    yield gauge("spool_oldest_seconds", "Since the oldest was begun.", found.spool.oldest)
    yield gauge("queued_events", "Records that wait for their group.", found.queued)
    yield gauge("database_away", "1: neither read nor written.", not found.database)
    missing = found.uses_profiles and not found.profiles
    yield gauge("profiles_away", "1: decisions that need profiles do without.", missing)
    yield gauge("snapshot_version", "In force; 0: none.", found.snapshot or 0)
    yield gauge("snapshot_refused", "1: the newest cannot be used.", found.snapshot_refused)
    if found.snapshot_age is not None:
        about = "Since the snapshot was last known to be the newest."
        yield gauge("snapshot_age_seconds", about, found.snapshot_age)
    if found.learnt is not None and found.learnt_age is not None:
        yield gauge("learnt_version", "Of the parameters that policies learn.", found.learnt)
        yield gauge("learnt_age_seconds", "Since those came into force.", found.learnt_age)
    about = "Notes of who was assigned what that found no room."
    yield CounterMetricFamily("banner_lab_assigned_dropped", about, value=found.assigned_dropped)
