"""The job: take recent visitors, split them at random two thousand times, count false alarms."""

import datetime as dt
import time
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creatives.models import Placement
from engine.errors import NotEnoughData, NotFound, StatisticsError
from events import store
from experiments.models import Experiment
from experiments.rehearsals import words
from experiments.rehearsals.outcome import Outcome, Part, encode
from workspace import jobs
from workspace.models import Job

KIND: Final = "rehearsal"
RUNS: Final = 2_000
"""Tells 5 % from 6 %: the rate is known to a percentage point."""
EACH: Final = 100
"""Splits between two signs of progress."""
ALPHA: Final = 0.05
MOST_VISITORS: Final = 50_000
"""Beyond that more visitors make it slower, not truer."""
FEWEST_VISITORS: Final = 200


@jobs.register(KIND, title=gettext_lazy("A/A rehearsal"))
def rehearse(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Rehearse as asked; repeated after a lost worker it gives the same numbers."""
    asked = job.parameters
    placement = _placement(job)
    progress(0, RUNS, _("Fetching the visitors"))
    y, x = _visitors(placement, asked["metric"], days=asked["days"], now=job.created_at)
    try:
        whole = _all_parts(y, x, rng=np.random.default_rng(job.pk), progress=progress)
    except StatisticsError as error:
        raise _too_little(placement, asked) from error
    outcome = Outcome(
        metric=asked["metric"],
        placement=placement.key,
        days=asked["days"],
        visitors=len(y),
        alpha=ALPHA,
        runs=whole.runs,
        alarms=whole.alarms,
        histogram=tuple(whole.histogram),
        naive_alarms=whole.naive_alarms,
    )
    return {"message": words.headline(outcome), "outcome": encode(outcome)}


def _placement(job: Job) -> Placement:
    row = Placement.objects.filter(site=job.site, pk=job.parameters["placement"]).first()
    if row is None:
        raise NotFound(_("This placement does not exist any more."))
    return row


def _visitors(
    placement: Placement, metric: str, *, days: int, now: dt.datetime
) -> tuple[Sequence[int], Sequence[int] | None]:
    """What each visitor did, and how often it could; the second only for a rate of impressions.

    Raises:
        NotEnoughData: Fewer visitors than a rehearsal needs.
    """
    units = store.units_sample(
        placement.site_id, placement.pk, days=days, limit=MOST_VISITORS, now=now
    )
    if len(units.impressions) < FEWEST_VISITORS:
        raise NotEnoughData(_few(placement, len(units.impressions), days))
    if metric == Experiment.Metric.CTR:
        return units.clicks, units.impressions
    if metric == Experiment.Metric.CONVERSION_RATE:
        return units.converted, None
    return units.revenue, None


def _few(placement: Placement, visitors: int, days: int) -> str:
    text = ngettext(
        "%(have)s visitor of “%(place)s” took part in a test in the last %(days)s days; a "
        "rehearsal needs %(need)s. Choose more days or another placement.",
        "%(have)s visitors of “%(place)s” took part in a test in the last %(days)s days; a "
        "rehearsal needs %(need)s. Choose more days or another placement.",
        visitors,
    )
    return text % {
        "have": visitors,
        "place": placement.name,
        "days": days,
        "need": FEWEST_VISITORS,
    }


def _too_little(placement: Placement, asked: dict[str, Any]) -> NotEnoughData:
    metric = Experiment.Metric(asked["metric"]).label
    return NotEnoughData(
        _(
            "The visitors of “%(place)s” did too little in %(days)s days to compare them by "
            "“%(metric)s”. Choose more days or another metric."
        )
        % {"place": placement.name, "days": asked["days"], "metric": metric}
    )


def _all_parts(
    y: Sequence[int],
    x: Sequence[int] | None,
    *,
    rng: np.random.Generator,
    progress: jobs.Progress,
) -> Part:
    parts, started = [], time.monotonic()
    for done in range(0, RUNS, EACH):
        progress(done, RUNS, _message(done, time.monotonic() - started))
        parts.append(_part(y, x, rng=rng))
    progress(RUNS, RUNS, _("Done"))
    return reduce(add, parts, Part())


def _part(y: Sequence[int], x: Sequence[int] | None, *, rng: np.random.Generator) -> Part:
    from engine.stats import rehearsal

    found = rehearsal.rehearse(y, x, runs=EACH, rng=rng, alpha=ALPHA)
    return Part(found.runs, found.false_alarms, found.p_values, found.naive_false_alarms)


def _message(done: int, seconds: float) -> str:
    if not done:
        return _("Splitting the visitors at random")
    left = max(1, round(seconds / done * (RUNS - done)))
    text = ngettext(
        "Splitting the visitors at random; about %(n)s second left",
        "Splitting the visitors at random; about %(n)s seconds left",
        left,
    )
    return text % {"n": left}
