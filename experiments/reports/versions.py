"""Reports as they were: one at the end of each day, one at each other verdict, and kept by hand.

Rows are only ever added, and never two in a row for equal inputs unless somebody asks for one.
"""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A report that was just worked out: its experiment, what came out, and from what.

    `before` is the report until now; None where there was none.
    """

    experiment: Experiment
    data: ReportData
    inputs: Inputs
    inputs_hash: str
    before: Report | None = None

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        data: ReportData,
        inputs: Inputs,
        before: Report | None = None,
    ) -> "Refreshed":
        """With the hash, which is dear enough to be worked out once."""
        return cls(experiment, data, inputs, bundle.inputs_hash(inputs), before)


def keep(
    experiment: Experiment,
    data: ReportData,
    inputs: Inputs,
    *,
    before: Report | None,
    now: dt.datetime,
) -> ReportVersion | None:
    """Keep a version of one report if there is a reason to; the new version, or None."""
    kept = keep_all([Refreshed.of(experiment, data, inputs, before)], now=now)
    return kept[0] if kept else None


@transaction.atomic
def keep_all(refreshed: Sequence[Refreshed], *, now: dt.datetime) -> list[ReportVersion]:
    """Keep a version of each report that has a reason; after each good refresh, in few queries."""
    moved = [one for one in refreshed if not _stands_still(one, now=now)]
    last = _newest(moved)
    due = [one for one in moved if _cause(one, last.get(_place(one)), now=now)]
    if not due:
        return []
    # Whoever adds versions holds the experiments, so that no two have the same number.
    keys = sorted(one.experiment.pk for one in due)
    list(Experiment.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    last = _newest(due)
    causes = [(one, _cause(one, last.get(_place(one)), now=now)) for one in due]
    rows = [_row(one, last.get(_place(one)), cause, now=now) for one, cause in causes if cause]
    return ReportVersion.objects.bulk_create(rows)


def freeze(
    experiment: Experiment, *, note: str, actor: AbstractBaseUser, now: dt.datetime
) -> ReportVersion:
    """Keep the report as it is now, because somebody asks for it.

    Raises:
        NotEnoughData: There is no report yet.
    """
    data, inputs = _present(experiment, now=now)
    with transaction.atomic():
        one = Refreshed.of(experiment, data, inputs)
        version = _add(one, Cause.FROZEN, now=now, note=note.strip(), actor=actor)
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
    return _add(Refreshed.of(experiment, data, inputs), Cause.DECIDED, now=now, actor=actor)


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


def _place(one: Refreshed) -> tuple[int, int]:
    return one.experiment.pk, one.data.design.phase


def _newest(refreshed: Sequence[Refreshed]) -> dict[tuple[int, int], ReportVersion]:
    """The newest version of each, in one query."""
    places = {_place(one) for one in refreshed}
    if not places:
        return {}
    rows = ReportVersion.objects.filter(experiment__in={key for key, _phase in places})
    newest = rows.order_by("experiment_id", "phase", "-number").distinct("experiment_id", "phase")
    found = {(row.experiment_id, row.phase): row for row in newest.defer(*HEAVY)}
    return {place: row for place, row in found.items() if place in places}


def _cause(one: Refreshed, last: ReportVersion | None, *, now: dt.datetime) -> Cause | None:
    experiment, data = one.experiment, one.data
    if last is not None and last.inputs_hash == one.inputs_hash:
        return None
    if last is not None and _is_late(data, last):
        again = last.cause == Cause.LATE and now - last.kept_at < LATE_AGAIN_AFTER
        return None if again else Cause.LATE
    was = last.verdict if last else verdict.Kind.NO_DATA.value
    if verdict.decide(data).kind.value != was and not _flickers(experiment, data, last, now=now):
        return Cause.VERDICT
    since = last.kept_at if last else data.design.started_at
    if since is None or _day(experiment, since) != _day(experiment, now):
        return Cause.DAY
    # The end itself: what comes after it is compared with this.
    return Cause.DAY if data.design.ended else None


def _stands_still(one: Refreshed, *, now: dt.datetime) -> bool:
    """Nothing came since the refresh before: nearly all refreshes end here, without a query."""
    before = one.before
    if one.data.design.ended or before is None or before.as_of is None:
        return False
    if before.inputs_hash != one.inputs_hash:
        return False
    return _day(one.experiment, before.as_of) == _day(one.experiment, now)


def _is_late(data: ReportData, last: ReportVersion) -> bool:
    """It had ended when the last version was kept, and yet something has changed."""
    ended = data.design.ended_at
    return ended is not None and last.as_of >= ended


def _flickers(
    experiment: Experiment, data: ReportData, last: ReportVersion | None, *, now: dt.datetime
) -> bool:
    if last is None or last.cause != Cause.VERDICT:
        return False
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
    one: Refreshed,
    cause: Cause,
    *,
    now: dt.datetime,
    note: str = "",
    actor: AbstractBaseUser | None = None,
) -> ReportVersion:
    Experiment.objects.select_for_update(of=("self",)).only("pk").get(pk=one.experiment.pk)
    row = _row(one, _newest([one]).get(_place(one)), cause, now=now)
    row.note, row.kept_by_id = note[:LONGEST_NOTE], actor.pk if actor else None
    row.save()
    return row


def _row(
    one: Refreshed, last: ReportVersion | None, cause: Cause, *, now: dt.datetime
) -> ReportVersion:
    data = one.data
    return ReportVersion(
        experiment=one.experiment,
        phase=data.design.phase,
        number=last.number + 1 if last else 1,
        cause=cause,
        verdict=verdict.decide(data).kind.value,
        payload=encode(data),
        inputs=kept_inputs.plain(one.inputs),
        as_of=data.as_of,
        watermark=data.watermark,
        method=data.method,
        code_version=bundle.code_version(),
        inputs_hash=one.inputs_hash,
        result_hash=bundle.result_hash(data),
        kept_at=now,
    )
