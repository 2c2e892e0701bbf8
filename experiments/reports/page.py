"""Everything the results of an experiment need on a page, read from the kept report.

Nothing is computed from events here: the page shows what the last good refresh has left.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from creatives.models import Rendition, Version
from creatives.rendering import media_url
from experiments.models import Experiment, Report, Status, Variant
from experiments.reports import card, forest, health_words, over_time, refresh, tables, verdict
from experiments.reports.card import Card
from experiments.reports.charts import Chart
from experiments.reports.health_words import Explained
from experiments.reports.payload import Arm, ReportData, decode
from experiments.reports.sentences import label
from workspace import jobs
from workspace.models import Job

WAITED_FOR: Final = frozenset({Job.Status.QUEUED, Job.Status.RUNNING})
MOST_SIDES: Final = 4
"""As many pictures as can be told apart on a card."""
JUST_NOW: Final = dt.timedelta(minutes=1)
STALE_AFTER: Final = dt.timedelta(minutes=5)
"""The timetable refreshes running experiments each minute."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of a banner."""

    src: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Side:
    """A variant on the card: its picture and how it did."""

    label: str
    name: str
    value: str
    control: bool
    chosen: bool
    picture: Picture | None


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
    sides: list[Side]
    forest: Chart | None
    over_time: Chart | None
    variants: tables.Table
    comparisons: tables.Table
    health: list[Explained]
    method: list[str]

    @property
    def folded(self) -> bool:
        """Comparisons that are not to be read now lie under a fold."""
        return self.card.early or self.card.blank


def context(experiment: Experiment, *, now: dt.datetime) -> dict[str, Any]:
    """Template context of `experiments/_results.html`."""
    report = _report(experiment)
    return {
        "experiment": experiment,
        "results": None if report is None else _results(experiment, report),
        "refreshing": refreshing(experiment, now=now),
        "decide_url": address("act", experiment, "decide"),
        "nothing_yet": nothing_yet(experiment),
    }


def refreshing(experiment: Experiment, *, now: dt.datetime) -> Refreshing:
    """How fresh the numbers are."""
    report = _report(experiment)
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
        address="" if experiment.status == Status.DRAFT else address("refresh", experiment),
    )


def address(name: str, experiment: Experiment, *more: str) -> str:
    """Where a page of the experiment is."""
    return reverse(f"experiments:{name}", args=[experiment.site.key, experiment.key, *more])


def _report(experiment: Experiment) -> Report | None:
    return Report.objects.filter(experiment=experiment, phase=experiment.phase).first()


def _results(experiment: Experiment, report: Report) -> Results | None:
    data = _data(report)
    if data is None:
        return None
    found = verdict.decide(data)
    shown = card.card_of(experiment, data, found)
    return Results(
        experiment=experiment,
        data=data,
        card=shown,
        sides=_sides(experiment, data, found.arm, shown.chosen),
        forest=forest.forest(data),
        over_time=over_time.over_time(data),
        variants=tables.variants(data),
        comparisons=tables.comparisons(data),
        health=health_words.explain_all(data),
        method=tables.method(data),
    )


def _data(report: Report) -> ReportData | None:
    if report.payload is None:
        return None
    try:
        return decode(report.payload)
    except msgspec.ValidationError:
        # Written by an older version: as good as none until the next refresh.
        return None


def _sides(
    experiment: Experiment, data: ReportData, about: int | None, chosen: int | None
) -> list[Side]:
    """Every variant, or of many the control and the one that the verdict is about."""
    arms = data.design.arms
    if len(arms) > MOST_SIDES:
        arms = tuple(arm for arm in arms if arm.id in {data.design.control.id, about})
    pictures = _pictures(experiment)
    return [_side(data, arm, pictures, chosen=arm.id == chosen) for arm in arms]


def _side(data: ReportData, arm: Arm, pictures: Mapping[int, Picture], *, chosen: bool) -> Side:
    return Side(
        label=label(arm),
        name=arm.name,
        value=tables.value_text(data, data.design.primary, arm.id),
        control=arm.id == data.design.control.id,
        chosen=chosen,
        picture=pictures.get(arm.id),
    )


def _pictures(experiment: Experiment) -> dict[int, Picture]:
    newest = Version.objects.order_by("creative_id", "-number").distinct("creative_id")
    versions = Prefetch("creative__versions", newest.prefetch_related("renditions"))
    rows = Variant.objects.filter(experiment=experiment, creative__isnull=False)
    found = (
        (v.pk, _picture(v)) for v in rows.select_related("creative").prefetch_related(versions)
    )
    return {key: picture for key, picture in found if picture is not None}


def _picture(variant: Variant) -> Picture | None:
    version = next(iter(variant.creative.versions.all()), None) if variant.creative else None
    if version is None:
        return None
    files = sorted(version.renditions.all(), key=_smallest_first)
    if not files:
        return None
    return Picture(media_url(files[0].file), version.alt, files[0].width, files[0].height)


def _smallest_first(rendition: Rendition) -> tuple[bool, int]:
    return rendition.purpose != Rendition.Purpose.THUMBNAIL, rendition.width


def nothing_yet(experiment: Experiment) -> str:
    """What to say where there is no report."""
    if experiment.status == Status.DRAFT:
        return _("This experiment has not started. Results appear here a minute after it does.")
    return _("The first report is being worked out.")
