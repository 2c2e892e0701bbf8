"""The rest of what somebody did who turned out, while it came in, to be no visitor.

The data plane marks what goes beyond what people do (`delivery.limits`). What came before it has
believed already, so it leaves a note of whose it was (`delivery.traffic.notes`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from delivery.sink import ASSIGNED
from events import rollup
from events.models import Alias, Event, Tally, UnitTotal

RATE: Final = "rate"
RECENT: Final = dt.timedelta(hours=1)
"""How far back notes are looked for: many times as long as a run is late at worst."""


def set_aside_the_rest(*, now: dt.datetime) -> int:
    """Give what counts of such units the mark `rate`; the number of events that got it.

    Raises:
        RollupBusy: Another roll-up did not let this one have its turn.
    """
    found: dict[int, set[UUID]] = defaultdict(set)
    for site, unit in _units(now - RECENT):
        found[site].add(unit)
    return sum(rollup.set_aside(site, units, mark=RATE, now=now) for site, units in found.items())


def _units(since: dt.datetime) -> Iterable[tuple[int, UUID]]:
    noted = Q(kind=ASSIGNED, mark=RATE)
    # Usually there are none, which the tallies know; only then the log of the day is gone through.
    if not Tally.objects.filter(noted, experiment_id=0, last_received_at__gt=since).exists():
        return ()
    here = {"site_id": OuterRef("site_id")}
    other = Alias.objects.filter(unit=OuterRef("unit"), **here).values("canonical")[:1]
    counted = UnitTotal.objects.filter(
        Q(impressions__gt=0) | Q(clicks__gt=0) | Q(viewables__gt=0),
        unit=OuterRef("known_as"),
        suspicious=False,
        **here,
    )
    rows = Event.objects.filter(
        noted, experiment_id=None, received_at__gt=since, day__gte=since.date()
    )
    named = rows.annotate(known_as=Coalesce(Subquery(other), "unit"))
    return named.filter(Exists(counted)).values_list("site_id", "unit").distinct()
