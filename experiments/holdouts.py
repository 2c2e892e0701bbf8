"""The holdout of a site: a share of its visitors who see no experiment for a quarter.

It is measured as an experiment of its own, so that no second statistics is needed. Whoever changes
the share changes the next quarter: visitors who were in an experiment would not be a fair
comparison for those who never were.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from delivery import snapshot as wire
from engine.assignment.hashing import BUCKETS
from experiments import lifecycle
from experiments.models import Experiment, Holdout, Status, Variant, new_seed
from workspace import audit
from workspace.models import Site

logger = logging.getLogger(__name__)

HELD: Final = "held"
REST: Final = "rest"
MONTHS: Final = 3
PER_PERCENT: Final = BUCKETS // 100


def keep(*, now: dt.datetime) -> None:
    """Open what is due and close what is over, on every site; one that fails stops no other."""
    open_ones = Holdout.objects.filter(ended_at=None).values("site")
    for site in Site.objects.filter(Q(holdout_share__gt=0) | Q(pk__in=open_ones)):
        try:
            ensure(site, now=now)
        except Exception:
            logger.exception("the holdout of site %s could not be kept", site.pk)


@transaction.atomic
def ensure(site: Site, *, now: dt.datetime) -> Holdout | None:
    """The holdout of this quarter, opened if the site wants one; last quarter's is closed.

    One that is open keeps its share to the end of its quarter, whatever the setting says.
    """
    quarter = quarter_at(site, now)
    Site.objects.select_for_update().get(pk=site.pk)  # two clocks would both open one
    for old in Holdout.objects.filter(site=site, ended_at=None).exclude(quarter=quarter):
        _close(old, now)
    found = Holdout.objects.filter(site=site, quarter=quarter).first()
    if found is not None or not site.holdout_share:
        return found
    return _open(site, quarter, now)


def quarter_at(site: Site, now: dt.datetime) -> str:
    """Such as 2026Q4, by the calendar of the shop."""
    today = now.astimezone(ZoneInfo(site.timezone))
    return f"{today.year}Q{(today.month - 1) // MONTHS + 1}"


def entries() -> Mapping[int, wire.HoldoutEntry]:
    """The holdouts in force, by site."""
    rows = Holdout.objects.filter(ended_at=None, experiment__status=Status.RUNNING)
    loaded = rows.select_related("experiment").prefetch_related("experiment__variants")
    return {row.site_id: _entry(row) for row in loaded.order_by("started_at")}


def _entry(row: Holdout) -> wire.HoldoutEntry:
    numbers = {variant.key: variant.pk for variant in row.experiment.variants.all()}
    return wire.HoldoutEntry(
        experiment_id=row.experiment_id,
        key=row.experiment.key,
        seed=row.seed,
        buckets=row.share * PER_PERCENT,
        held=numbers[HELD],
        rest=numbers[REST],
    )


def _open(site: Site, quarter: str, now: dt.datetime) -> Holdout:
    made = Experiment.objects.create(
        site=site,
        key=_free_key(site, f"holdout-{quarter.lower()}"),
        name=_("Holdout %(quarter)s") % {"quarter": quarter},
        origin=Experiment.Origin.HOLDOUT,
        status=Status.RUNNING,
        started_at=now,
        seed=new_seed(),
        primary_metric=Experiment.Metric.REVENUE_PER_VISITOR,
        reading=Experiment.Reading.OPEN,
    )
    _add_variants(made, site.holdout_share * PER_PERCENT)
    holdout = Holdout.objects.create(
        site=site,
        quarter=quarter,
        share=site.holdout_share,
        seed=made.seed,
        experiment=made,
        started_at=now,
    )
    _record("open_holdout", holdout, now)
    return holdout


def _add_variants(made: Experiment, held: int) -> None:
    sides = ((HELD, _("No experiments"), 0, held), (REST, _("Everybody else"), held, BUCKETS))
    for position, (key, name, start, end) in enumerate(sides):
        Variant.objects.create(
            experiment=made,
            key=key,
            name=name,
            position=position,
            weight=end - start,
            bucket_start=start,
            bucket_end=end,
        )


def _free_key(site: Site, wanted: str) -> str:
    similar = Experiment.objects.filter(site=site, key__startswith=wanted)
    taken = set(similar.values_list("key", flat=True))
    numbered = (f"{wanted}-{n}" for n in range(2, len(taken) + 3))
    return next(key for key in (wanted, *numbered) if key not in taken)


def _close(holdout: Holdout, now: dt.datetime) -> None:
    if lifecycle.Move.STOP in lifecycle.possible(holdout.experiment.status):
        lifecycle.stop(holdout.experiment, actor=None, now=now)
    holdout.ended_at = now
    holdout.save(update_fields=["ended_at"])
    _record("close_holdout", holdout, now)


def _record(action: str, holdout: Holdout, now: dt.datetime) -> None:
    after = {"quarter": holdout.quarter, "share": holdout.share}
    audit.record(
        site=holdout.site,
        actor=None,
        action=action,
        subject=holdout.experiment,
        after=after,
        now=now,
    )
