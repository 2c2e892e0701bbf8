"""The one list of verdicts, and the one function that chooses among them.

The primary metric may be read on any day: its test passes when it is beyond the bound of that day's
look, and each interval excludes zero exactly then (ADR 5). Before a whole week has passed the
answer is `collecting` whatever the numbers say; at the planned end an interval within ± the
smallest effect worth finding is an answer too.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from experiments.models import Experiment
from experiments.reports.findings import Safety
from experiments.reports.looks import MIN_DAYS, days_run
from experiments.reports.mde import mde_of
from experiments.reports.payload import Design, Effect, ReportData, State

PACE_NEEDS_HOURS: Final = 6
"""Before this a rate of visitors says more about the hour than about the day."""


class Kind(StrEnum):
    """One list for code, pages and API."""

    NO_DATA = "no_data"
    COLLECTING = "collecting"
    CHECK_DATA = "check_data"
    USE = "use"
    KEEP_CONTROL = "keep_control"
    NO_DIFFERENCE = "no_difference"
    YOUR_CALL = "your_call"


ANSWERS: Final = (Kind.USE, Kind.KEEP_CONTROL, Kind.NO_DIFFERENCE, Kind.YOUR_CALL)
"""The verdicts that somebody can decide upon."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far the test is on the way to its planned look."""

    days: float
    planned_days: int | None
    units: int
    planned_units: int
    reached: bool
    per_day: float | None
    days_left: int | None

    @property
    def day(self) -> int:
        """The day it is in, from 1 to the last one of the plan."""
        day = int(self.days) + 1
        return day if self.planned_days is None else min(day, max(self.planned_days, 1))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the report says.

    Attributes:
        kind: One of the seven.
        arm: The treatment that it is about; None when it is about the whole test.
        horizon: Where the test stands.
        failed: Keys of the blocking checks.
        against: Guard metrics that the treatment harms.
        days_left: Days until an answer can be expected; None when that cannot be told.
    """

    kind: Kind
    horizon: Horizon
    arm: int | None = None
    failed: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    days_left: int | None = None


def decide(data: ReportData) -> Verdict:
    """The verdict on a report. A pure function of what the report holds."""
    horizon = horizon_of(data)
    failed = tuple(check.key for check in data.checks if check.state is State.BLOCKING)
    if not data.units:
        return Verdict(Kind.NO_DATA, horizon, days_left=horizon.days_left)
    if failed:
        return Verdict(Kind.CHECK_DATA, horizon, failed=failed)
    if _too_early(data.design, horizon):
        return Verdict(Kind.COLLECTING, horizon, arm=_leading(data), days_left=horizon.days_left)
    return _answer(data, horizon)


def _too_early(design: Design, horizon: Horizon) -> bool:
    if design.planned_look_only:
        return False
    return not horizon.reached if design.by_visitors else horizon.days < MIN_DAYS


def _answer(data: ReportData, horizon: Horizon) -> Verdict:
    effects = data.primary()
    best = _best([e for e in effects if e.passed and (e.difference or 0.0) > 0])
    if best:
        against = _harmed(data, best.arm)
        kind = Kind.YOUR_CALL if against else Kind.USE
        return Verdict(kind, horizon, arm=best.arm, against=against)
    if effects and all(_worse(e) for e in effects):
        return Verdict(Kind.KEEP_CONTROL, horizon, arm=_leading(data))
    if not horizon.reached:
        return Verdict(Kind.COLLECTING, horizon, arm=_leading(data), days_left=horizon.days_left)
    return _undecided(data, horizon)


def _undecided(data: ReportData, horizon: Horizon) -> Verdict:
    # Nobody wins and at least one is not plainly worse; those that are worse are out of the race.
    effects = [e for e in data.primary() if not _worse(e)]
    if effects and all(_within(data, e) for e in effects):
        return Verdict(Kind.NO_DIFFERENCE, horizon, arm=_leading(data))
    left = _days_to_answer(data, horizon)
    return Verdict(Kind.COLLECTING, horizon, arm=_leading(data), days_left=left)


def horizon_of(data: ReportData) -> Horizon:
    """Where the test stands. Imported data is at its end from the beginning."""
    design = data.design
    days = days_run(design, min((p.day for p in data.days), default=None), as_of=data.as_of)
    per_day = _pace(data, days)
    open_end = design.reading == Experiment.Reading.OPEN
    return Horizon(
        days=days,
        planned_days=None if open_end else design.planned_days,
        units=data.units,
        planned_units=design.planned_visitors,
        reached=design.planned_look_only or open_end or _at_the_end(design, data.units, days),
        per_day=per_day,
        days_left=_days_left(design, data.units, days, per_day),
    )


def _at_the_end(design: Design, units: int, days: float) -> bool:
    return units >= design.planned_visitors if design.by_visitors else days >= design.planned_days


def _worse(effect: Effect) -> bool:
    return effect.passed and (effect.difference or 0.0) < 0


def _pace(data: ReportData, days: float) -> float | None:
    return data.units / days if days * 24 >= PACE_NEEDS_HOURS else None


def _days_left(design: Design, units: int, days: float, per_day: float | None) -> int | None:
    if design.reading == Experiment.Reading.OPEN or design.by_visitors:
        missing = max(0, design.planned_visitors - units)
        return math.ceil(missing / per_day) if missing and per_day else None
    return math.ceil(max(0.0, design.planned_days - days))


def _leading(data: ReportData) -> int | None:
    best = _best([e for e in data.primary() if e.difference is not None])
    if best:
        return best.arm
    return data.design.treatments[0].id if data.design.treatments else None


def _best(effects: list[Effect]) -> Effect | None:
    return max(effects, key=lambda e: e.difference or 0.0, default=None)


def _harmed(data: ReportData, arm: int) -> tuple[str, ...]:
    guards = (guard for guard in data.findings.guards if guard.arm == arm)
    return tuple(guard.metric for guard in guards if guard.safety is Safety.HARMED)


def _within(data: ReportData, effect: Effect) -> bool:
    mde, span = mde_of(data), effect.span
    if data.design.mde and data.design.mde_kind == "relative" and effect.lift_span:
        # Fieller's interval also knows that the control, which the plan is a percentage of, is
        # only estimated.
        mde, span = data.design.mde / 100, effect.lift_span
    return bool(mde and span and -mde < span.low and span.high < mde)


def _days_to_answer(data: ReportData, horizon: Horizon) -> int | None:
    """Days until the interval is narrow enough to say either of the two.

    It is when the half-width h falls below |d| (zero is out) or below MDE - |d| (inside ±MDE); h
    shrinks with the square root of the visitors. Taken at today's difference, so a rough guess.
    """
    guesses = [_days_to_narrow(data, e, horizon) for e in data.primary()]
    known = [days for days in guesses if days is not None]
    return max(known) if known and len(known) == len(guesses) else None


def _days_to_narrow(data: ReportData, effect: Effect, horizon: Horizon) -> int | None:
    mde = mde_of(data)
    if effect.span is None or effect.difference is None or not mde or not horizon.days:
        return None
    size = abs(effect.difference)
    need = max(size, mde - size)
    half = (effect.span.high - effect.span.low) / 2
    return max(1, math.ceil(horizon.days * ((half / need) ** 2 - 1)))
