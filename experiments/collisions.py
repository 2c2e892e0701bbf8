"""Other experiments that meet the same visitors: of the layer, or for the same segment."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from experiments.layers import HOLDS_ITS_SLICE
from experiments.models import Experiment, Status

WAITS = (Status.SCHEDULED, Status.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Other:
    """One of them: from when to when, and what it takes of the layer (0: of another layer)."""

    key: str
    name: str
    status: str
    share: int
    begins: dt.datetime | None
    ends: dt.datetime | None
    same_audience: bool

    @property
    def waits(self) -> bool:
        """It has been planned for later and holds nothing yet."""
        return self.status in WAITS


def of(experiment: Experiment, *, now: dt.datetime) -> tuple[Other, ...]:
    """Those whose time overlaps with the plan's, the earliest first."""
    if experiment.placement is None:
        return ()
    same_layer = Q(placement__layer=experiment.placement.layer)
    wanted = same_layer
    if experiment.audience_id:
        wanted |= Q(audience=experiment.audience_id)
    rows = Experiment.objects.filter(
        wanted,
        site=experiment.site,
        status__in=(*HOLDS_ITS_SLICE, *WAITS),
        origin=Experiment.Origin.LIVE,
    ).select_related("placement")
    return tuple(_overlapping(experiment, rows.exclude(pk=experiment.pk), now))


def _overlapping(
    experiment: Experiment, rows: Iterable[Experiment], now: dt.datetime
) -> Iterator[Other]:
    begins, ends = span(experiment, now)
    for row in sorted(rows, key=lambda one: span(one, now)[0]):
        first, last = span(row, now)
        if (last is None or last >= begins) and (ends is None or first <= ends):
            yield _other(row, experiment, first, last)


def _other(
    row: Experiment, experiment: Experiment, first: dt.datetime, last: dt.datetime | None
) -> Other:
    place, mine = row.placement, experiment.placement
    meets = bool(place and mine and place.layer == mine.layer)
    return Other(
        key=row.key,
        name=row.name,
        status=row.status,
        share=row.traffic_share if meets else 0,
        begins=first,
        ends=last,
        same_audience=bool(row.audience_id) and row.audience_id == experiment.audience_id,
    )


def span(experiment: Experiment, now: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
    """From when to when it is planned to run; no end for what is read without one."""
    begins = experiment.started_at or experiment.starts_at or now
    if experiment.ends_at:
        return begins, experiment.ends_at
    if experiment.reading == Experiment.Reading.OPEN:
        return begins, None
    planned = begins + dt.timedelta(days=experiment.planned_days)
    # What holds its visitors beyond its plan holds them still.
    return begins, None if experiment.started_at and planned < now else planned
