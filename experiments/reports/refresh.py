"""Bring reports up to date: roll up, analyse, keep. The only writer of `Report` rows.

A refresh that fails leaves the last good payload where it is and writes the reason beside it.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.errors import LabError
from events import rollup
from experiments.models import Experiment, Report, Status
from experiments.reports import analysis, bundle, collecting, verdict, versions
from experiments.reports.inputs import Inputs
from experiments.reports.payload import encode
from experiments.reports.versions import Refreshed
from workspace import jobs
from workspace.models import Job


class NotRefreshed(LabError):
    """The report stays as it was; the reason is beside it."""

    slug = "not-refreshed"
    title = "The report was not refreshed"


LOG = logging.getLogger(__name__)
BATCH: Final = 500
STRAGGLERS: Final = dt.timedelta(days=3)
"""For this long after the end events of the last sessions still come in."""
JOB: Final = "refresh_report"
"""The kind of job behind "Refresh now"."""
KEPT: Final = (
    "verdict",
    "payload",
    "as_of",
    "watermark",
    "method",
    "code_version",
    "inputs_hash",
    "result_hash",
    "last_error",
    "last_error_at",
)


def refresh(experiment: Experiment, *, now: dt.datetime, rolled: bool = False) -> Report:
    """Bring the report of the experiment's present phase up to date.

    Args:
        experiment: Any; a draft gets a report that says `no_data`.
        now: As of when.
        rolled: The roll-up has just been done.

    Returns:
        The row: the new report, or the last good one with `last_error`.
    """
    refresh_many([experiment], now=now, rolled=rolled)
    return Report.objects.get(experiment=experiment, phase=experiment.phase)


def refresh_running(*, now: dt.datetime) -> int:
    """Refresh everything that visitors can still change, after one roll-up; how many there are."""
    live = Experiment.objects.filter(status__in=[Status.RUNNING, Status.PAUSED])
    ended = Experiment.objects.filter(
        status__in=[Status.STOPPED, Status.DECIDED],
        origin__in=[Experiment.Origin.LIVE, Experiment.Origin.HOLDOUT],
        stopped_at__gte=now - STRAGGLERS,
    )
    return refresh_many((live | ended).distinct(), now=now)


def refresh_many(
    experiments: Iterable[Experiment], *, now: dt.datetime, rolled: bool = False
) -> int:
    """Refresh many in a few queries; one that fails does not stop the others."""
    wanted = _loaded(experiments)
    if not rolled and not _rolled_up(wanted, now=now):
        return len(wanted)
    for start in range(0, len(wanted), BATCH):
        _refresh_batch(wanted[start : start + BATCH], now=now)
    return len(wanted)


@jobs.register(JOB, title=gettext_lazy("Report"))
def refresh_by_job(job: Job, progress: jobs.Progress) -> dict[str, str]:
    """Refresh one report while somebody waits for it."""
    progress(0, 2, _("Counting what is new"))
    experiment = Experiment.objects.get(pk=job.parameters["experiment"])
    if _rolled_up([experiment], now=progress.now):
        progress(1, 2, _("Working out the report"))
        _refresh_batch(_loaded([experiment]), now=progress.now)
    report = Report.objects.get(experiment=experiment, phase=experiment.phase)
    progress(2, 2, _("Done"))
    if report.last_error:
        raise NotRefreshed(report.last_error)
    return {"verdict": report.verdict}


def _loaded(experiments: Iterable[Experiment]) -> list[Experiment]:
    keys = [experiment.pk for experiment in experiments]
    rows = Experiment.objects.filter(pk__in=keys).select_related(
        "site", "held_parameters", "placement"
    )
    return list(rows.prefetch_related("variants__placement", "watched").order_by("pk"))


def _rolled_up(experiments: Sequence[Experiment], *, now: dt.datetime) -> bool:
    try:
        rollup.run(now=now)
        rollup.fix_caps([(e.pk, e.phase) for e in experiments], now=now)
    except (LabError, DatabaseError) as error:
        LOG.exception("The roll-up failed, so no report is refreshed.")
        _remember(experiments, error, now=now)
        return False
    return True


def _refresh_batch(experiments: Sequence[Experiment], *, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            _keep(experiments, collecting.read(experiments, now=now), now=now)
    except Exception as error:  # whatever it is: the last good report stays, with the reason
        if len(experiments) == 1:
            LOG.exception("The report of experiment %s was not refreshed.", experiments[0].pk)
            _remember(experiments, error, now=now)
            return
        for experiment in experiments:
            _refresh_batch([experiment], now=now)


def _keep(experiments: Sequence[Experiment], inputs: Sequence[Inputs], *, now: dt.datetime) -> None:
    before = _kept(experiments)
    found = [
        Refreshed.of(experiment, analysis.analyse(one), one, before.get(experiment.pk))
        for experiment, one in zip(experiments, inputs, strict=True)
    ]
    Report.objects.bulk_create(
        [_row(one) for one in found],
        update_conflicts=True,
        unique_fields=["experiment", "phase"],
        update_fields=list(KEPT),
    )
    versions.keep_all(found, now=now)


def _kept(experiments: Sequence[Experiment]) -> dict[int, Report]:
    phases = {experiment.pk: experiment.phase for experiment in experiments}
    rows = Report.objects.filter(experiment__in=phases).defer("payload")
    return {row.experiment_id: row for row in rows if row.phase == phases[row.experiment_id]}


def _row(one: Refreshed) -> Report:
    data = one.data
    return Report(
        experiment=one.experiment,
        phase=one.experiment.phase,
        verdict=verdict.decide(data).kind.value,
        payload=encode(data),
        as_of=data.as_of,
        watermark=data.watermark,
        method=data.method,
        code_version=bundle.code_version(),
        inputs_hash=one.inputs_hash,
        result_hash=bundle.result_hash(data),
    )


def _remember(experiments: Sequence[Experiment], error: Exception, *, now: dt.datetime) -> None:
    rows = [
        Report(experiment=e, phase=e.phase, last_error=_reason(error), last_error_at=now)
        for e in experiments
    ]
    Report.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["experiment", "phase"],
        update_fields=["last_error", "last_error_at"],
    )


def _reason(error: Exception) -> str:
    if isinstance(error, LabError):
        return str(error)
    if isinstance(error, DatabaseError):
        return _("The database did not answer as expected (%(name)s).") % {
            "name": type(error).__name__
        }
    return _("Something unexpected happened (%(name)s); the log of the worker says more.") % {
        "name": type(error).__name__
    }
