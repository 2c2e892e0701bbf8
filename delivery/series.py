"""The series of a data-plane process: one reading of its meters and its condition."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from delivery.condition import Condition
from delivery.exposition import build, gauge
from delivery.index import Live
from delivery.meters import Histogram, Meters
from delivery.offers import Counted

MOST_VARIANTS: Final = 200
"""Of live tests, the newest first; more series would be a burden on whoever keeps them."""

Named: TypeAlias = tuple[str, str, str]
"""The keys of site, experiment and variant."""


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
        named = _live_variants(self.live)
        yield from build()
        yield from _requests(self.meters)
        yield from _decisions(self.meters, self.live, frozenset(named.values()))
        yield from _events(self.meters, named)
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


def _live_variants(live: Live | None) -> dict[int, Named]:
    """The variants of tests that run or pause, by id."""
    found: dict[int, Named] = {}
    for one in reversed(live.everywhere if live else ()):
        entry, site = one.entry, live.sites.get(one.entry.site_id) if live else None
        if site is not None and entry.status in {"running", "paused"}:
            found |= {variant.id: (site.key, entry.key, variant.key) for variant in entry.variants}
        if len(found) >= MOST_VARIANTS:
            break
    return found


def _decisions(meters: Meters, live: Live | None, named: frozenset[Named]) -> Iterator[Metric]:
    reasons: defaultdict[str, int] = defaultdict(int)
    given: defaultdict[Named, int] = defaultdict(int)
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
    yield by_reason
    labels = ("site", "experiment", "variant")
    by_variant = _counter("variant_decisions", "Decisions by variant of live tests.", labels)
    for key, n in given.items():
        by_variant.add_metric(key, n)
    yield by_variant


def _named(counted: Counted, live: Live | None) -> Named:
    site = live.sites.get(counted[0]) if live else None
    return (site.key if site else "", counted[1], counted[2])


def _fold(meters: Meters, counted: Counted) -> None:
    """Of what is not told by variant only the reason is kept, so that nothing piles up."""
    meters.decisions[0, "", "", counted[3]] += meters.decisions.pop(counted)


def _events(meters: Meters, named: Mapping[int, Named]) -> Iterator[Metric]:
    labels: tuple[str, ...] = ("kind", "outcome", "reason")
    events = _counter("events", "Events by what became of them.", labels)
    for (kind, outcome, reason), n in meters.events.items():
        events.add_metric([kind, outcome, reason], n)
    yield events
    labels = ("site", "experiment", "variant", "kind", "outcome")
    shown = _counter("variant_events", "Events of live tests by variant.", labels)
    for (variant, kind, outcome), n in list(meters.shown.items()):
        if variant in named:
            shown.add_metric([*named[variant], kind, outcome], n)
        elif named:
            del meters.shown[variant, kind, outcome]
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
