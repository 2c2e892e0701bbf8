"""Who came lately, as the roll-up has counted them: what a plan is replayed on."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from events.models import UnitTotal

PARTS: Final = (64, 8, 1)
"""Pseudonyms are spread evenly: in the first of so many parts are as many of all visitors. Where a
shop has many, a small part has enough of them, and the others are not read."""
LAST: Final = (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class PastVisitor:
    """One visitor, with everything of the window added up; revenue in minor units.

    `unit` is the pseudonym in hex. Time, device, locale and placement are those of the first
    impression in the window.
    """

    unit: str
    at: dt.datetime
    device: str
    locale: str
    placement_id: int
    impressions: int
    clicks: int
    converted: bool
    revenue: int


def past_visitors(
    site_id: int, placement_ids: Collection[int], *, days: int, limit: int, now: dt.datetime
) -> tuple[PastVisitor, ...]:
    """Visitors first seen on these placements in the last days, in tests or outside of them.

    They come in the order of their pseudonyms, so that `limit` is a fair sample of them.
    """
    rows = _rows(site_id, placement_ids, days=days, now=now)
    found: tuple[PastVisitor, ...] = ()
    for part in PARTS:
        found = _first(rows.filter(unit__lte=UUID(int=LAST // part)), limit)
        if len(found) == limit:
            break
    return found


def _first(rows: "QuerySet[UnitTotal]", limit: int) -> tuple[PastVisitor, ...]:
    ordered = rows.order_by("unit", "first_exposed_at").iterator()
    groups = groupby(ordered, key=attrgetter("unit"))
    return tuple(islice((_visitor(unit, list(group)) for unit, group in groups), limit))


def number_of_visitors(
    site_id: int, placement_ids: Collection[int], *, days: int, now: dt.datetime
) -> int:
    """How many of them there are, beyond any sample."""
    rows = _rows(site_id, placement_ids, days=days, now=now)
    return rows.values("unit").distinct().count()


def also_seen_by(experiment_id: int, phase: int, *, up_to: str) -> Iterator[str]:
    """Visitors of an experiment's phase, by pseudonym, as far as a sample goes."""
    rows = UnitTotal.objects.filter(
        experiment_id=experiment_id,
        phase=phase,
        suspicious=False,
        first_exposed_at__isnull=False,
        unit__lte=UUID(up_to),
    )
    return (unit.hex for unit in rows.values_list("unit", flat=True).iterator())


def _rows(
    site_id: int, placement_ids: Collection[int], *, days: int, now: dt.datetime
) -> "QuerySet[UnitTotal]":
    return UnitTotal.objects.filter(
        site_id=site_id,
        placement_id__in=list(placement_ids),
        suspicious=False,
        first_exposed_at__gt=now - dt.timedelta(days=days),
        first_exposed_at__lte=now,
    ).only(
        "unit",
        "first_exposed_at",
        "device",
        "locale",
        "placement_id",
        "impressions",
        "clicks",
        "converted",
        "revenue",
    )


def _visitor(unit: UUID, rows: list[UnitTotal]) -> PastVisitor:
    first = rows[0]
    assert first.first_exposed_at is not None  # noqa: S101 - see `_rows`
    return PastVisitor(
        unit=unit.hex,
        at=first.first_exposed_at,
        device=first.device,
        locale=first.locale,
        placement_id=first.placement_id or 0,
        impressions=sum(row.impressions for row in rows),
        clicks=sum(row.clicks for row in rows),
        converted=any(row.converted for row in rows),
        revenue=sum(row.revenue for row in rows),
    )
