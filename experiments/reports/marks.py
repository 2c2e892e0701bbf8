"""When something about an experiment was changed, for the plots: read from the audit log."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Final

from experiments.models import Experiment
from experiments.reports.findings import Mark
from workspace.models import AuditEntry

KINDS: Final = {
    "start": "started",
    "pause": "paused",
    "resume": "resumed",
    "stop": "stopped",
    "raise_traffic": "traffic",
    "change_split": "split",
    "change_policy": "policy",
    "roll_back": "rolled_back",
    "release": "released",
}
"""What leaves a mark, by its action in the audit log."""


def marks_of(experiments: Iterable[Experiment]) -> dict[int, tuple[Mark, ...]]:
    """By id of the experiment, oldest first, in one query."""
    by_place: dict[tuple[int | None, str], Experiment] = {
        (row.site_id, row.key): row for row in experiments
    }
    found: dict[int, list[Mark]] = {one.pk: [] for one in by_place.values()}
    rows = AuditEntry.objects.filter(
        site__in={site for site, _key in by_place},
        object_type="experiment",
        object_key__in={key for _site, key in by_place},
        action__in=KINDS,
    )
    for row in rows.order_by("at", "id"):
        if (one := by_place.get((row.site_id, row.object_key))) is not None:
            at = _local(row.at, one.site.timezone)
            found[one.pk].append(Mark(at, KINDS[row.action], _detail(row)))
    return {key: tuple(marks) for key, marks in found.items()}


def _local(at: dt.datetime, zone: str) -> dt.datetime:
    """In the shop's own zone, by which days are counted."""
    return at.astimezone(zoneinfo.ZoneInfo(zone))


def _detail(row: AuditEntry) -> str:
    if row.action != "raise_traffic":
        return ""
    before, after = ((state or {}).get("traffic_share") for state in (row.before, row.after))
    return f"{before}% → {after}%" if before and after else ""
