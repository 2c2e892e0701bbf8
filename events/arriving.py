"""The newest sign of life of a site, for whoever has just put it into a page."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Min, Sum

from delivery.sink import ASSIGNED
from events.models import Event, Tally
from events.store import watermark

LATE: Final = "custom:late"
"""What the tag says when no answer came in time and the default stayed."""
MOST_LOOKED_AT: Final = 2_000
"""Of the tail: a busy site has its newest event among the last ones anyway."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The newest event of a site, and when its first one came; `mark` is why it is not counted."""

    kind: str
    mark: str
    at: dt.datetime
    first_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Lateness:
    """Since a day: how often banners were shown, and how often an answer came too late."""

    shown: int
    late: int


def newest(site_id: int) -> Arrived | None:
    """The newest event, those not rolled up yet included; None while nothing has come.

    What the data plane notes of its own accord is no sign that a shop reports.
    """
    rows = Tally.objects.filter(site_id=site_id).exclude(kind=ASSIGNED)
    first = rows.aggregate(at=Min("first_at"))["at"]
    tail = Event.objects.filter(seq__gt=watermark().seq).order_by("-seq")[:MOST_LOOKED_AT]
    fresh = [row for row in tail if row.site_id == site_id and row.kind != ASSIGNED]
    if fresh:
        last = fresh[0]
        return Arrived(last.kind, last.mark, last.received_at, first or fresh[-1].received_at)
    known = rows.order_by("-last_received_at").first()
    if known is None:
        return None
    return Arrived(known.kind, known.mark, known.last_received_at, first)


def lateness(site_id: int, *, since: dt.date) -> Lateness:
    """What the totals say of answers that came too late, by the site's days."""
    rows = Tally.objects.filter(site_id=site_id, day__gte=since, kind__in=("impression", LATE))
    found = {row["kind"]: row["n"] for row in rows.values("kind").annotate(n=Sum("events"))}
    return Lateness(found.get("impression", 0), found.get(LATE, 0))
