"""Earlier phases of an experiment: a list, and the report that each of them left, as it ended.

A change of split or policy begins a new phase that counts from zero; what was known then stays.
"""

import datetime as dt
from dataclasses import dataclass, replace

import msgspec
from django.utils.translation import gettext as _

from engine.errors import NotFound
from experiments import words
from experiments.models import Experiment, Report, ReportVersion
from experiments.reports import verdict
from experiments.reports.payload import ReportData, decode


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier phase in the list."""

    number: int
    policy: str
    until: dt.datetime
    verdict: words.Word
    open: bool


def data_of(report: Report | ReportVersion) -> ReportData | None:
    """What a kept report knows; None if it was written by an older version."""
    if report.payload is None:
        return None
    try:
        return decode(report.payload)
    except msgspec.ValidationError:
        # As good as none until the next refresh.
        return None


def ended(data: ReportData) -> ReportData:
    """The report of a phase that is over: nothing is collected any more."""
    if data.design.ended:
        return data
    return replace(data, design=replace(data.design, ended_at=data.as_of))


def earlier(experiment: Experiment, *, shown: int | None = None) -> list[Past]:
    """The phases before the present one of which anything is known, the newest first.

    Args:
        experiment: Any.
        shown: The phase that is on the page.
    """
    if experiment.phase == 1:
        return []
    rows = Report.objects.filter(experiment=experiment, phase__lt=experiment.phase)
    known = ((row, data_of(row)) for row in rows.order_by("-phase"))
    return [_past(row.phase, data, is_open=row.phase == shown) for row, data in known if data]


def find(experiment: Experiment, number: str) -> Report | None:
    """The report of the phase that an address asks for; None for the present one.

    Raises:
        NotFound: There is no such phase, or no report of it.
    """
    if number in {"", str(experiment.phase)}:
        return None
    rows = Report.objects.filter(experiment=experiment, phase__lt=experiment.phase)
    found = {str(row.phase): row for row in rows if data_of(row)}
    if number not in found:
        raise NotFound(_("This experiment has no such phase."), field="phase")
    return found[number]


def _past(number: int, data: ReportData, *, is_open: bool) -> Past:
    kind = verdict.decide(ended(data)).kind
    return Past(
        number=number,
        policy=str(Experiment.Policy(data.design.policy).label),
        until=data.as_of,
        verdict=words.verdict(kind, [], ended=True, adaptive=data.design.adaptive),
        open=is_open,
    )
