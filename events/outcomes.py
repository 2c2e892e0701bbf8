"""What became of a site's events, from the tallies and the counts: nobody reads the log for it.

`stored` and `filtered` are counted by the day on which events happened, everything else by the day
on which it came in. What a shop has loaded as an import is among what is stored.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate, TruncHour

from delivery.record import ASSIGNED, Outcome
from events.models import Event, Rejected, Settled, Tally
from workspace.models import Site

ALARM_SHARE: Final = 0.05
"""One event in twenty lost is a mistake in the storefront, not bad luck."""
ALARM_EVENTS: Final = 100
"""With fewer events the share says nothing."""
SAMPLE: Final = 10_000
"""The newest events of the log, among which the late ones are counted."""
LATE: Final = dt.timedelta(hours=1)
NEEDED: Final = ("impression", "viewable", "click", "add_to_cart", "purchase")
"""Without these a report lacks something."""
SILENT_AFTER: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many events ended in which way."""

    stored: int = 0
    filtered: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0

    @property
    def received(self) -> int:
        """Their sum: every event ends in exactly one way."""
        return self.stored + self.filtered + self.duplicate + self.conflict + self.rejected

    @property
    def rejected_share(self) -> float:
        return self.rejected / self.received if self.received else 0.0

    @property
    def alarming(self) -> bool:
        """Whether so much is refused that somebody should look now."""
        return self.received >= ALARM_EVENTS and self.rejected_share > ALARM_SHARE


@dataclass(frozen=True, slots=True)
class Day:
    """The numbers of one day at the site."""

    day: dt.date
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Hour:
    """What did not become new in the log in one hour."""

    at: dt.datetime
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Reason:
    """How often events were refused for one reason, and when last."""

    reason: str
    events: int
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OfVariant:
    """The numbers of one variant; rejected events are told apart by genuine tokens."""

    experiment_id: int
    variant_id: int
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Kind:
    """What has arrived of one type. `silent`: it used to come, and others still do."""

    kind: str
    events: int
    last_at: dt.datetime
    silent: bool


@dataclass(frozen=True, slots=True)
class Arriving:
    """What arrives: types, those that are missing, marks, and how much comes late."""

    kinds: tuple[Kind, ...] = ()
    missing: tuple[str, ...] = ()
    marks: dict[str, int] = field(default_factory=dict)
    sampled: int = 0
    late: int = 0

    @property
    def last_at(self) -> dt.datetime | None:
        return max((kind.last_at for kind in self.kinds), default=None)

    @property
    def late_share(self) -> float:
        return self.late / self.sampled if self.sampled else 0.0


def zone_of(site: Site) -> ZoneInfo:
    """The site's time zone."""
    return ZoneInfo(site.timezone)


def sum_of(numbers: Iterable[Numbers]) -> Numbers:
    """All of them together."""
    total: Counter[str] = Counter()
    for one in numbers:
        total.update(asdict(one))
    return Numbers(**total)


def days_of(site: Site, *, since: dt.date) -> list[Day]:
    """Each day from `since` on which anything came, the newest first."""
    counts = _counted(_tallies(site, since), "day")
    zone = ZoneInfo(site.timezone)
    rows = _settled(site, since).annotate(of=TruncDate("at", tzinfo=zone))
    for row in rows.values("of", "outcome").annotate(n=Sum("events")):
        counts.setdefault(row["of"], Counter())[row["outcome"]] += row["n"]
    return [Day(day, Numbers(**counts[day])) for day in sorted(counts, reverse=True)]


def hours_of(site: Site, *, since: dt.datetime) -> list[Hour]:
    """Each hour in which something was repeated or refused, the newest first."""
    rows = Settled.objects.filter(site_id=site.pk, at__gte=since)
    counts: dict[dt.datetime, Counter[str]] = {}
    for row in rows.annotate(of=TruncHour("at")).values("of", "outcome").annotate(n=Sum("events")):
        counts.setdefault(row["of"], Counter())[row["outcome"]] += row["n"]
    return [Hour(at, Numbers(**counts[at])) for at in sorted(counts, reverse=True)]


def reasons_of(site: Site, *, since: dt.date) -> list[Reason]:
    """Why events were refused, the most frequent reason first."""
    rows = _settled(site, since).filter(outcome=Outcome.REJECTED.value)
    found = rows.values("reason").annotate(n=Sum("events"), last=Max("at")).order_by("-n", "reason")
    return [Reason(row["reason"], row["n"], row["last"]) for row in found if row["n"]]


def variants_of(site: Site, *, since: dt.date) -> list[OfVariant]:
    """The numbers of each variant of an experiment."""
    of = ("experiment_id", "variant_id")
    counts = _counted(_tallies(site, since).filter(variant_id__gt=0), *of)
    rows = _settled(site, since).filter(variant_id__gt=0)
    for row in rows.values(*of, "outcome").annotate(n=Sum("events")):
        key = (row["experiment_id"], row["variant_id"])
        counts.setdefault(key, Counter())[row["outcome"]] += row["n"]
    return [OfVariant(key[0], key[1], Numbers(**counts[key])) for key in sorted(counts)]


def losses_of(
    begun: Mapping[tuple[int, int], dt.datetime | None],
) -> dict[int, tuple[tuple[int, int], ...]]:
    """Of each experiment how many events of which variant were refused since its phase began.

    Args:
        begun: (experiment, phase) → its first event.
    """
    wanted = Q()
    for (experiment, _phase), at in begun.items():
        if at is not None:
            wanted |= Q(experiment_id=experiment, at__gte=at)
    if not wanted:
        return {}
    rows = Settled.objects.filter(wanted, outcome=Outcome.REJECTED.value, variant_id__gt=0)
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for row in rows.values("experiment_id", "variant_id").annotate(n=Sum("events")):
        pair = (row["variant_id"], row["n"])
        found[row["experiment_id"]] = (*found.get(row["experiment_id"], ()), pair)
    return found


def recent(site: Site, *, now: dt.datetime) -> Numbers:
    """Yesterday and today, in one question: Home asks it too."""
    day = now.astimezone(ZoneInfo(site.timezone)).date() - dt.timedelta(days=1)
    of = Case(When(mark="", then=Value("stored")), default=Value("filtered"))
    tallied = _tallies(site, day).order_by().values_list(of).annotate(n=Sum("events"))
    settled = _settled(site, day).order_by().values_list("outcome").annotate(n=Sum("events"))
    total: Counter[str] = Counter()
    for outcome, n in tallied.union(settled, all=True):
        total[outcome] += n
    return Numbers(**total)


def arriving(site: Site, *, since: dt.date, now: dt.datetime) -> Arriving:
    """What comes in at all, and what should."""
    rows = Tally.objects.filter(site_id=site.pk).exclude(kind=ASSIGNED)
    found = list(
        rows.values("kind").annotate(n=Sum("events"), last=Max("last_received_at")).order_by("kind")
    )
    newest = max((row["last"] for row in found), default=now)
    kinds = tuple(
        Kind(
            row["kind"],
            row["n"],
            row["last"],
            silent=row["kind"] in NEEDED and newest - row["last"] > SILENT_AFTER,
        )
        for row in found
    )
    marks = rows.filter(day__gte=since).exclude(mark="")
    marked = marks.values_list("mark").annotate(n=Sum("events")).order_by("mark")
    sampled, late = _late(site)
    missing = tuple(kind for kind in NEEDED if kind not in {one.kind for one in kinds})
    return Arriving(kinds, missing, dict(marked), sampled, late)


def _late(site: Site) -> tuple[int, int]:
    """Of the newest events of the log those of this site, and how many of them came late."""
    newest = Event.objects.aggregate(newest=Max("seq"))["newest"] or 0
    tail = Event.objects.filter(seq__gt=newest - SAMPLE, site_id=site.pk, source="live")
    found = tail.exclude(kind=ASSIGNED).aggregate(
        all=Count("seq"), late=Count("seq", filter=Q(received_at__gt=F("occurred_at") + LATE))
    )
    return found["all"], found["late"]


def rejected_of(site: Site) -> QuerySet[Rejected]:
    """The kept payloads of a site."""
    return Rejected.objects.filter(site_id=site.pk)


def _tallies(site: Site, since: dt.date) -> QuerySet[Tally]:
    return Tally.objects.filter(site_id=site.pk, day__gte=since).exclude(kind=ASSIGNED)


def _settled(site: Site, since: dt.date) -> QuerySet[Settled]:
    begin = dt.datetime.combine(since, dt.time(), ZoneInfo(site.timezone))
    return Settled.objects.filter(site_id=site.pk, at__gte=begin)


def _counted(rows: QuerySet[Tally], *of: str) -> dict[Any, Counter[str]]:
    """Stored and filtered by one column, or by several."""
    counts: dict[Any, Counter[str]] = {}
    sums: Iterable[dict[str, Any]] = (
        rows.values(*of).annotate(
            stored=Sum("events", filter=Q(mark=""), default=0),
            filtered=Sum("events", filter=~Q(mark=""), default=0),
        )
        if of
        else [
            rows.aggregate(
                stored=Sum("events", filter=Q(mark=""), default=0),
                filtered=Sum("events", filter=~Q(mark=""), default=0),
            )
        ]
    )
    for row in sums:
        key = row[of[0]] if len(of) == 1 else tuple(row[name] for name in of)
        counts[key] = Counter(stored=row["stored"], filtered=row["filtered"])
    return counts
