"""Whether a placement is on any page: the newest event that names it."""

import datetime as dt
from collections.abc import Collection
from typing import Final

from django.db.models import Max

from events.models import Event, Tally

LOOKED_AT: Final = 100_000
"""Events of the log that are looked through, the newest first: a page waits for the answer."""


def heard_of(
    placement_id: int, experiment_ids: Collection[int], *, since: dt.datetime
) -> bool | None:
    """Whether a banner was shown there since then; None when that would take too long to find out.

    `experiment_ids` are those of the placement: what they counted is known without the log.
    """
    counted = Tally.objects.filter(experiment_id__in=experiment_ids, kind="impression")
    if counted.filter(last_received_at__gte=since).exists():
        return True
    newest = Event.objects.aggregate(newest=Max("seq"))["newest"] or 0
    tail = Event.objects.filter(seq__gt=newest - LOOKED_AT)
    if tail.filter(placement_id=placement_id, received_at__gte=since).exists():
        return True
    oldest = tail.order_by("seq").values_list("received_at", flat=True).first()
    return False if oldest is None or newest <= LOOKED_AT or oldest < since else None
