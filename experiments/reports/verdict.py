"""The one list of verdicts, and the one function that chooses among them.

There is one planned look: until the planned days and visitors are both reached the answer is
`collecting`, whatever the numbers say. After it the interval of the primary metric decides; over
several treatments each interval has the coverage at which Holm's procedure tests it, so that all of
them together raise a false alarm in at most 5 % of the tests.
"""

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.stats.metrics import CATALOGUE
from experiments.reports.analysis import absolute_mde
from experiments.reports.payload import Design, Effect, ReportData, State

DAY: Final = dt.timedelta(days=1)
GUARDS: Final = ("conversion_rate", "revenue_per_visitor")
"""What a banner that is better on the primary metric must not harm."""
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
    planned_days: int
    units: int
    planned_units: int
    reached: bool
    per_day: float | None
    days_left: int | None

    @property
    def day(self) -> int:
        """The day it is in, from 1 to the last one of the plan."""
        return min(int(self.days) + 1, max(self.planned_days, 1))


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
    if not horizon.reached:
        return Verdict(Kind.COLLECTING, horizon, arm=_leading(data), days_left=horizon.days_left)
    return _answer(data, horizon)


def _answer(data: ReportData, horizon: Horizon) -> Verdict:
    effects = data.primary()
    best = _best([e for e in effects if e.span and e.span.low > 0])
    if best:
        against = _harmed(data, best.arm)
        kind = Kind.YOUR_CALL if against else Kind.USE
        return Verdict(kind, horizon, arm=best.arm, against=against)
    if effects and all(e.span and e.span.high < 0 for e in effects):
        return Verdict(Kind.KEEP_CONTROL, horizon, arm=_leading(data))
    return _undecided(data, horizon)


def _undecided(data: ReportData, horizon: Horizon) -> Verdict:
    # Nobody wins and at least one is not plainly worse; those that are worse are out of the race.
    effects = [e for e in data.primary() if not (e.span and e.span.high < 0)]
    if effects and all(_within(data, e) for e in effects):
        return Verdict(Kind.NO_DIFFERENCE, horizon, arm=_leading(data))
    left = _days_to_answer(data, horizon)
    return Verdict(Kind.COLLECTING, horizon, arm=_leading(data), days_left=left)


def horizon_of(data: ReportData) -> Horizon:
    """Where the test stands. Imported data is at its planned look from the beginning."""
    design, days = data.design, _days(data)
    per_day = _pace(data, days)
    enough = data.units >= design.planned_visitors and days >= design.planned_days
    return Horizon(
        days=days,
        planned_days=design.planned_days,
        units=data.units,
        planned_units=design.planned_visitors,
        reached=design.planned_look_only or enough,
        per_day=per_day,
        days_left=_days_left(design, data.units, days, per_day),
    )


def mde_of(data: ReportData) -> float | None:
    """The smallest effect worth finding, in the primary metric's own unit."""
    control = data.value(data.design.primary, data.design.control.id)
    return absolute_mde(data.design, control.value if control else None)


def _days(data: ReportData) -> float:
    design = data.design
    start, seen = design.started_at, [point.day for point in data.days]
    if design.phase > 1 and seen:
        # Counts began again with the phase; `started_at` is the start of the first one.
        opened = dt.datetime.combine(min(seen), dt.time(), tzinfo=dt.UTC)
        start = max(start or opened, opened)
    if start is None:
        return 0.0
    return max(0.0, ((design.ended_at or data.as_of) - start) / DAY)


def _pace(data: ReportData, days: float) -> float | None:
    return data.units / days if days * 24 >= PACE_NEEDS_HOURS else None


def _days_left(design: Design, units: int, days: float, per_day: float | None) -> int | None:
    by_plan = max(0.0, design.planned_days - days)
    missing = max(0, design.planned_visitors - units)
    if not missing:
        return math.ceil(by_plan)
    return math.ceil(max(by_plan, missing / per_day)) if per_day else None


def _leading(data: ReportData) -> int | None:
    best = _best([e for e in data.primary() if e.difference is not None])
    if best:
        return best.arm
    return data.design.treatments[0].id if data.design.treatments else None


def _best(effects: list[Effect]) -> Effect | None:
    return max(effects, key=lambda e: e.difference or 0.0, default=None)


def _harmed(data: ReportData, arm: int) -> tuple[str, ...]:
    guards = (key for key in GUARDS if key in CATALOGUE and key != data.design.primary)
    found = ((key, data.effect(key, arm)) for key in guards)
    return tuple(key for key, effect in found if effect and effect.span and effect.span.high < 0)


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
