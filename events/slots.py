"""Whether a placement is on any page: the newest event that names it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Max, Min, Q, QuerySet

from events import tail
from events.models import Event, Tally

LOOKED_AT: Final = 100_000
"""Events of the log that are looked through, the newest first: a page waits for the answer."""


def heard_of(
    placement_id: int, experiment_ids: "Iterable[int] | QuerySet[Any, Any]", *, since: dt.datetime
) -> bool | None:
    """Whether a banner was shown there since then; None when that would take too long to find out.

    `experiment_ids` are those of the placement, or a query for them: what they counted is known
    without the log.
    """
    counted = Tally.objects.filter(experiment_id__in=experiment_ids, kind="impression")
    if counted.filter(last_received_at__gte=since).exists():
        return True
    last = tail.back(LOOKED_AT)
    rows = Event.objects.filter(tail.received_since(since))
    looked_at = rows.filter(seq__gt=last).aggregate(
        here=Max("received_at", filter=Q(placement_id=placement_id)), oldest=Min("received_at")
    )
    if looked_at["here"] and looked_at["here"] >= since:
        return True
    reached = looked_at["oldest"] is None or looked_at["oldest"] < since
    return False if reached or not rows.filter(seq__lte=last).exists() else None
