"""Everything the results of an experiment need on a page, read from the kept report.

Nothing is computed from events here: the page shows what the last good refresh has left.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from experiments import adaptive, sealed_view
from experiments.models import Experiment, Report, ReportVersion, Status
from experiments.reports import (
    card,
    decision_words,
    health_words,
    phases,
    pictures,
    plan,
    plots,
    reacting,
    refresh,
    sections,
    shares,
    sides,
    tables,
    verdict,
    versions,
)
from experiments.reports.card import Card
from experiments.reports.charts import Chart, Reads
from experiments.reports.health_words import Explained
from experiments.reports.payload import ReportData
from workspace import jobs, remaining
from workspace.models import Job

WAITED_FOR: Final = frozenset({Job.Status.QUEUED, Job.Status.RUNNING})
JUST_NOW: Final = dt.timedelta(minutes=1)
STALE_AFTER: Final = dt.timedelta(minutes=5)
"""The timetable refreshes running experiments each minute."""


@dataclass(frozen=True, slots=True)
class Refreshing:
    """How fresh the numbers are, and what is being done about it."""

    as_of: dt.datetime | None
    now: dt.datetime
    waiting: bool
    stale: bool
    job: Job | None
    workers: jobs.Workers
    error: str
    error_at: dt.datetime | None
    address: str

    @property
    def left(self) -> str:
        """How long the job will still take, in words."""
        return remaining.in_words(self.job, now=self.now) if self.job else ""

    @property
    def fresh(self) -> bool:
        return self.as_of is not None and self.now - self.as_of < JUST_NOW

    @property
    def stands_still(self) -> bool:
        """Somebody waits for a worker, and there is none."""
        return not self.workers.alive and bool(self.job or self.stale or self.waiting)


@dataclass(frozen=True, slots=True)
class Results:
    """The results page below its frame."""

    experiment: Experiment
    data: ReportData
    card: Card
    sides: list[sides.Side]
    plots: list[Chart]
    variants: tables.Table
    comparisons: tables.Table
    health: list[Explained]
    method: list[str]
    shares: shares.Shown | None
    sections: sections.Sections
    sealed: sealed_view.Sealed | None = None
    reactions: tables.Table | None = None

    @property
    def charts(self) -> bool:
        return bool(self.plots or (self.shares and self.shares.chart))

    @property
    def open_plots(self) -> list[Chart]:
        return [plot for plot in self.plots if not self._hidden(plot)]

    @property
    def folded_plots(self) -> list[Chart]:
        return [plot for plot in self.plots if self._hidden(plot)]

    def _hidden(self, plot: Chart) -> bool:
        if self.card.blank:
            return plot.reads is not Reads.ALWAYS
        return self.card.early and plot.reads is Reads.WITH_VERDICT

    @property
    def folded(self) -> bool:
        """Comparisons that are not to be read now lie under a fold."""
        return self.card.early or self.card.blank


def context(
    experiment: Experiment, *, now: dt.datetime, phase: str = "", version: str = ""
) -> dict[str, Any]:
    """Template context of `experiments/_results.html`.

    Args:
        experiment: Any.
        now: For how old the numbers are.
        phase: Number of an earlier phase whose report is to be read as it ended.
        version: Number of a kept version of that phase, to be read as it was.

    Raises:
        NotFound: There is no such phase or version.
    """
    past: Report | ReportVersion | None = phases.find(experiment, phase)
    if version:
        number = past.phase if past else experiment.phase
        past = versions.find(experiment, version, phase=number)
    live = None if past else _report(experiment)
    report = past or live
    return {
        "experiment": experiment,
        "results": None if report is None else _results(experiment, report, frozen=bool(past)),
        "refreshing": _as_it_ended(past, now) if past else _live(experiment, live, now),
        "decide_url": address("act", experiment, "decide"),
        "nothing_yet": nothing_yet(experiment),
        "frozen": past,
        "decided": None if past else decision_words.record(experiment),
        "waiting": None if past else decision_words.waiting(experiment),
        "earlier": phases.earlier(experiment, shown=past.phase if past else None),
    }


def alone(
    experiment: Experiment, version: ReportVersion | None, *, now: dt.datetime
) -> dict[str, Any]:
    """The same for somebody who can do nothing here but read: a share page, a file.

    Args:
        experiment: Any.
        version: The one to show; None for the report as it is now.
        now: For how old the numbers are.
    """
    report = version or _report(experiment)
    found = None if report is None else _results(experiment, report, frozen=bool(version))
    return {
        "experiment": experiment,
        "results": found and replace(found, card=replace(found.card, action=None)),
        "refreshing": None if report is None else _as_it_ended(report, now),
        "nothing_yet": nothing_yet(experiment),
        "frozen": version,
        "alone": True,
    }


def refreshing(experiment: Experiment, *, now: dt.datetime) -> Refreshing:
    """How fresh the numbers are."""
    return _live(experiment, _report(experiment), now)


def _live(experiment: Experiment, report: Report | None, now: dt.datetime) -> Refreshing:
    job = jobs.latest(refresh.JOB, site=experiment.site, subject=experiment.key)
    as_of = report.as_of if report else None
    running = experiment.status == Status.RUNNING
    return Refreshing(
        as_of=as_of,
        now=now,
        waiting=running and as_of is None,
        stale=running and as_of is not None and now - as_of > STALE_AFTER,
        job=job if job and job.status in WAITED_FOR else None,
        workers=jobs.workers(now=now),
        error=report.last_error if report else "",
        error_at=report.last_error_at if report else None,
        address="" if not experiment.has_begun else address("refresh", experiment),
    )


def _as_it_ended(past: Report | ReportVersion, now: dt.datetime) -> Refreshing:
    return Refreshing(
        as_of=past.as_of,
        now=now,
        waiting=False,
        stale=False,
        job=None,
        workers=jobs.workers(now=now),
        error="",
        error_at=None,
        address="",
    )


def address(name: str, experiment: Experiment, *more: str) -> str:
    """Where a page of the experiment is."""
    return reverse(f"experiments:{name}", args=[experiment.site.key, experiment.key, *more])


def _report(experiment: Experiment) -> Report | None:
    return Report.objects.filter(experiment=experiment, phase=experiment.phase).first()


def _results(
    experiment: Experiment, report: Report | ReportVersion, *, frozen: bool
) -> Results | None:
    data = phases.data_of(report)
    if data is None:
        return None
    if not isinstance(report, ReportVersion):
        data = phases.ended(data) if frozen else _with_parameters_in_force(experiment, data)
    found = verdict.decide(data)
    shown = card.card_of(experiment, data, found)
    if frozen:
        shown = replace(shown, action=None)
    banners = pictures.of(experiment)
    sealed = sealed_view.of(experiment, phase=data.design.phase)
    return Results(
        experiment=experiment,
        data=data,
        card=shown,
        sides=sides.of(data, banners, found.arm, shown.chosen),
        plots=plots.further(data),
        variants=tables.variants(data),
        comparisons=tables.comparisons(data),
        health=health_words.explain_all(data),
        method=[*tables.method(data), *sealed_view.method(sealed, frozen=frozen)],
        shares=shares.shown(data, banners),
        sections=sections.of(data, found),
        sealed=sealed,
        reactions=None if isinstance(report, ReportVersion) else reacting.table(experiment, data),
    )


def _with_parameters_in_force(experiment: Experiment, data: ReportData) -> ReportData:
    # Going back and on works at once; the page must not say otherwise until the next refresh.
    if data.mix is None or experiment.policy != data.design.policy:
        return data
    parameters, held = adaptive.in_force(experiment), experiment.held_parameters_id is not None
    return replace(data, mix=plan.with_parameters(data.mix, parameters, held=held))


def nothing_yet(experiment: Experiment) -> str:
    """What to say where there is no report."""
    if not experiment.has_begun:
        return _("This experiment has not started. Results appear here a minute after it does.")
    return _("The first report is being worked out.")
