"""Reports as they were: one at the end of each day, one at each other verdict, and kept by hand.

Rows are only ever added, and never two in a row for equal inputs unless somebody asks for one.
"""

import datetime as dt
import zoneinfo
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from engine.errors import NotEnoughData, NotFound
from experiments.models import Experiment, Report, ReportVersion
from experiments.reports import analysis, bundle, collecting, kept_inputs, verdict
from experiments.reports.inputs import Inputs
from experiments.reports.payload import ReportData, encode
from workspace import audit

__all__ = ["at_decision", "find", "freeze", "keep", "of"]

Cause = ReportVersion.Cause

MOST_VERDICTS_A_DAY: Final = 12
"""A check that flickers must not write a version a minute."""
LATE_AGAIN_AFTER: Final = dt.timedelta(hours=1)
"""Orders trickle in for weeks after an end; the first change is kept at once, then one an hour."""
LONGEST_NOTE: Final = ReportVersion._meta.get_field("note").max_length or 0
HEAVY: Final = ("payload", "inputs")


def keep(
    experiment: Experiment,
    data: ReportData,
    inputs: Inputs,
    *,
    before: Report | None,
    now: dt.datetime,
) -> ReportVersion | None:
    """Keep a version if there is a reason to; call it after each good refresh, in its transaction.

    Args:
        experiment: With its site.
        data: The report that was just worked out.
        inputs: What it was worked out from.
        before: The report until now; None where there was none.
        now: When.

    Returns:
        The new version, or None.
    """
    found = bundle.inputs_hash(inputs)
    if not data.design.ended and _stands_still(experiment, before, found, now=now):
        return None
    last = of(experiment, phase=data.design.phase).first()
    if last is not None and last.inputs_hash == found:
        return None
    cause = _cause(experiment, data, last, now=now)
    return None if cause is None else _add(experiment, data, inputs, cause, now=now)


def freeze(
    experiment: Experiment, *, note: str, actor: AbstractBaseUser, now: dt.datetime
) -> ReportVersion:
    """Keep the report as it is now, because somebody asks for it.

    Raises:
        NotEnoughData: There is no report yet.
    """
    data, inputs = _present(experiment, now=now)
    with transaction.atomic():
        version = _add(
            experiment, data, inputs, Cause.FROZEN, now=now, note=note.strip(), actor=actor
        )
        audit.record(
            site=experiment.site,
            actor=actor,
            action="freeze",
            subject=experiment,
            after={"id": experiment.pk, "version": version.number, "note": version.note},
            now=now,
        )
    return version


def at_decision(
    experiment: Experiment, actor: AbstractBaseUser | None, now: dt.datetime
) -> ReportVersion | None:
    """Keep what was known when it was decided; None where nothing was.

    Call it in the transaction of the decision, after the status has changed.
    """
    try:
        data, inputs = _present(experiment, now=now)
    except NotEnoughData:
        return None
    return _add(experiment, data, inputs, Cause.DECIDED, now=now, actor=actor)


def of(experiment: Experiment, *, phase: int | None = None) -> QuerySet[ReportVersion]:
    """The versions of a phase (the present one if not said), the newest first, without payloads."""
    rows = ReportVersion.objects.filter(experiment=experiment)
    wanted = experiment.phase if phase is None else phase
    return rows.filter(phase=wanted).order_by("-number").defer(*HEAVY)


def find(experiment: Experiment, number: str, *, phase: int) -> ReportVersion:
    """A version by its number in an address.

    Raises:
        NotFound: There is none.
    """
    # Longer texts are no number that a column can hold.
    digits = number.isascii() and number.isdigit() and len(number) < 10  # noqa: PLR2004
    rows = ReportVersion.objects.filter(experiment=experiment, phase=phase)
    row = rows.filter(number=int(number)).first() if digits else None
    if row is None:
        raise NotFound(_("There is no such version of this report."), field="version")
    return row


def _cause(
    experiment: Experiment, data: ReportData, last: ReportVersion | None, *, now: dt.datetime
) -> Cause | None:
    if last is not None and _is_late(data, last):
        again = last.cause == Cause.LATE and now - last.kept_at < LATE_AGAIN_AFTER
        return None if again else Cause.LATE
    was = last.verdict if last else verdict.Kind.NO_DATA.value
    if verdict.decide(data).kind.value != was and not _flickers(experiment, data, now=now):
        return Cause.VERDICT
    since = last.kept_at if last else data.design.started_at
    if since is None or _day(experiment, since) != _day(experiment, now):
        return Cause.DAY
    # The end itself: what comes after it is compared with this.
    return Cause.DAY if data.design.ended else None


def _stands_still(
    experiment: Experiment, before: Report | None, inputs_hash: str, *, now: dt.datetime
) -> bool:
    """Nothing came since the refresh before: nearly all refreshes end here, without a query."""
    if before is None or before.as_of is None or before.inputs_hash != inputs_hash:
        return False
    return _day(experiment, before.as_of) == _day(experiment, now)


def _is_late(data: ReportData, last: ReportVersion) -> bool:
    """It had ended when the last version was kept, and yet something has changed."""
    ended = data.design.ended_at
    return ended is not None and last.as_of >= ended


def _flickers(experiment: Experiment, data: ReportData, *, now: dt.datetime) -> bool:
    rows = of(experiment, phase=data.design.phase).filter(cause=Cause.VERDICT)
    return rows.filter(kept_at__gt=now - dt.timedelta(days=1)).count() >= MOST_VERDICTS_A_DAY


def _day(experiment: Experiment, moment: dt.datetime) -> dt.date:
    return moment.astimezone(zoneinfo.ZoneInfo(experiment.site.timezone)).date()


def _present(experiment: Experiment, *, now: dt.datetime) -> tuple[ReportData, Inputs]:
    known = Report.objects.filter(experiment=experiment, phase=experiment.phase)
    if not known.exclude(payload=None).exists():
        raise NotEnoughData(_("There is no report yet that could be kept."))
    (inputs,) = collecting.read([experiment], now=now)
    return analysis.analyse(inputs), inputs


@transaction.atomic
def _add(
    experiment: Experiment,
    data: ReportData,
    inputs: Inputs,
    cause: Cause,
    *,
    now: dt.datetime,
    note: str = "",
    actor: AbstractBaseUser | None = None,
) -> ReportVersion:
    # Whoever adds a version holds the experiment, so that no two have the same number.
    Experiment.objects.select_for_update(of=("self",)).only("pk").get(pk=experiment.pk)
    last = of(experiment, phase=data.design.phase).first()
    return ReportVersion.objects.create(
        experiment=experiment,
        phase=data.design.phase,
        number=last.number + 1 if last else 1,
        cause=cause,
        note=note[:LONGEST_NOTE],
        verdict=verdict.decide(data).kind.value,
        payload=encode(data),
        inputs=kept_inputs.plain(inputs),
        as_of=data.as_of,
        watermark=data.watermark,
        method=data.method,
        code_version=bundle.code_version(),
        inputs_hash=bundle.inputs_hash(inputs),
        result_hash=bundle.result_hash(data),
        kept_at=now,
        kept_by_id=actor.pk if actor else None,
    )
