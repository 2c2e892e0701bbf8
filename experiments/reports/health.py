"""May this result be read at all? One function per check; the words are in `health_words`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.errors import StatisticsError, Undefined
from engine.stats import preperiod
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import shortages
from engine.stats.metrics import CATALOGUE, Kind
from engine.stats.srm import ALARM
from experiments.reports import lasting
from experiments.reports.findings import AgePoint, CutEffect, Stage
from experiments.reports.losses import check_rejected
from experiments.reports.marks_words import PREFIX
from experiments.reports.payload import Check, Design, Effect, ReportData, Split, State

SEVERAL_SHARE: Final = 0.01
SEVERAL_UNITS: Final = 10
"""More than 1 % of the visitors saw several variants (GrowthBook's threshold), and it is not just a
handful of cleared cookies in a small test."""
AUTOMATED_SHARE: Final = 0.2
"""A fifth of the traffic set aside is not yet wrong, but somebody should know what it is."""
MISSING_SHARE: Final = 0.01
"""More visitors than this acted on a banner whose showing was never reported."""
LARGE_LIFT: Final = 0.5
"""Twyman's law: a lift beyond 50 % is more often a mistake than a discovery."""
HEAVY_SHARE: Final = 0.01
"""One visitor who makes up more of a sum than this can carry a result alone."""
HEAVY_EVENTS: Final = 1_000
"""In a small test a single order is always a large share."""
OVERRUN_DAYS: Final = 1
STILL_ARRIVING: Final = dt.timedelta(hours=24)
WEEK: Final = 7
LITTLE_UNITS: Final = 10
UNSEEN_SHARE: Final = 0.25
"""Quick fingers are some percent of those who click."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What the log tells beside the aggregates; None where nobody can know (imported totals).

    Attributes:
        several: Visitors who saw more than one variant in this phase.
        unexposed: Visitors who acted on a banner without an impression of it.
        set_aside: Events marked as automated and not counted.
        events: All events of this phase, marked or not.
        largest: The most of one visitor, by total.
        last_received_at: When the newest event of this phase came in.
        marks: The events set aside, by what gave them away.
        clicked: Visitors who clicked.
        unseen: Those of them who were never reported to have seen a banner for a second; None
            where nobody is (a shop that does not report it).
        rejected: Events with a genuine token that were refused, by variant.
    """

    several: int | None = None
    unexposed: int | None = None
    set_aside: int | None = None
    events: int | None = None
    largest: Mapping[str, int] = field(default_factory=dict)
    last_received_at: dt.datetime | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    clicked: int = 0
    unseen: int | None = None
    rejected: tuple[tuple[int, int], ...] | None = None


NOTHING_KNOWN = Observed()


def check_all(
    data: ReportData, arms: Mapping[int, Aggregates], observed: Observed, *, days: float
) -> tuple[Check, ...]:
    """Every check, in the order of the page; those that are no question here are left out."""
    design, units = data.design, sum(arm.n for arm in arms.values())
    found = (
        check_split(data.split),
        check_assigned(data.findings.funnel),
        check_several(observed, units=units, adaptive=design.adaptive or design.of_blocks),
        check_clicks(design, arms),
        check_before(design, arms),
        check_enough(design, arms),
        check_missing(observed, units=units),
        check_automated(observed),
        check_unseen(observed),
        check_rejected(design, observed.rejected, arms),
        check_size(data.effects, primary=design.primary),
        check_steady(data.findings.ages),
        check_heavy(design, arms, observed),
        check_groups(data.findings.cuts),
        check_weeks(design, as_of=data.as_of),
        check_overrun(design, days),
        check_late(design, observed, as_of=data.as_of),
        check_unit(design),
    )
    return tuple(check for check in found if check is not None)


def check_assigned(funnel: Sequence[Stage]) -> Check | None:
    """Who was given a variant is split as planned too, so that the showing loses nobody."""
    found = next((stage for stage in funnel if stage.stage == "assigned"), None)
    if found is None or found.split is None or found.split.gap:
        return None
    numbers = {} if found.split.p is None else {"p": found.split.p}
    return Check("assigned", State.BLOCKING if found.split.alarm else State.OK, numbers)


def check_before(design: Design, arms: Mapping[int, Aggregates]) -> Check | None:
    """The variants' visitors were alike before: chance split them, so nothing else may have."""
    metric = CATALOGUE[design.primary]
    if design.adaptive or metric.pre is None or design.unit != "visitor":
        return None
    worst: tuple[float, int] | None = None
    for arm in design.treatments:
        try:
            p = preperiod.check(metric, arms[design.control.id], arms[arm.id]).p
        except StatisticsError:
            continue
        worst = min(worst or (p, arm.id), (p, arm.id))
    if worst is None:
        return None
    state = State.BLOCKING if worst[0] < preperiod.ALARM else State.OK
    return Check("before", state, {"p": worst[0]}, worst[1])


def check_steady(ages: Sequence[AgePoint]) -> Check | None:
    """The effect does not turn round while visitors get used to the banner."""
    by_arm: dict[int, list[AgePoint]] = {}
    for point in ages:
        by_arm.setdefault(point.arm, []).append(point)
    states = {arm: lasting.steady(points) for arm, points in by_arm.items()}
    if not any(state is not None for state in states.values()):
        return None
    turned = [arm for arm, state in states.items() if state is False]
    state = State.WARNING if turned else State.OK
    return Check("steady", state, {}, turned[0] if turned else None)


def check_heavy(design: Design, arms: Mapping[int, Aggregates], observed: Observed) -> Check | None:
    """No single visitor carries the primary metric. In a share of visitors nobody can."""
    metric = CATALOGUE[design.primary]
    whole = sum(_sum(arm, metric.numerator) for arm in arms.values())
    equal = metric.kind is Kind.PROPORTION
    most = 1 if equal else observed.largest.get(metric.numerator)
    if most is None or sum(arm.n for arm in arms.values()) < HEAVY_EVENTS or not whole:
        return None
    share = most / whole
    wrong = share > HEAVY_SHARE and not equal
    return Check("heavy", State.WARNING if wrong else State.OK, {"share": share})


def check_groups(cuts: Sequence[CutEffect]) -> Check | None:
    """The split holds in every group too; many are looked at, so only a glaring one is told."""
    known = {(c.cut, c.value): c.split.p for c in cuts if c.split and c.split.p is not None}
    if not known:
        return None
    worst = min(known.values())
    return Check("groups", State.WARNING if worst * len(known) < ALARM else State.OK, {"p": worst})


def check_overrun(design: Design, days: float) -> Check | None:
    """A planned end is an end: every later look adds to the false alarms."""
    if design.planned_look_only or design.reading != "planned" or not design.planned_days:
        return None
    if design.ended:
        return None
    over = days - design.planned_days
    if over <= OVERRUN_DAYS:
        return None
    return Check("overrun", State.WARNING, {"days": int(days) + 1, "planned": design.planned_days})


def check_late(design: Design, observed: Observed, *, as_of: dt.datetime) -> Check | None:
    """After the end nothing comes in any more."""
    last = observed.last_received_at
    if not design.ended or design.planned_look_only or last is None or design.ended_at is None:
        return None
    arriving = last > design.ended_at and as_of - last < STILL_ARRIVING
    return Check("late", State.WAITING if arriving else State.OK, {})


def check_split(split: Split) -> Check:
    """Visitors came in the shares that were set (sample ratio mismatch)."""
    numbers = {} if split.p is None else {"p": split.p}
    if split.alarm:
        return Check("split", State.BLOCKING, numbers)
    return Check("split", State.WAITING if split.gap else State.OK, numbers)


def check_several(observed: Observed, *, units: int, adaptive: bool = False) -> Check:
    """Nearly every visitor saw one variant only; no question where a policy or the clock
    chooses again."""
    if adaptive:
        return Check("several", State.NOT_APPLICABLE, {})
    if observed.several is None:
        return Check("several", State.UNKNOWN, {})
    share = observed.several / units if units else 0.0
    numbers = {"units": observed.several, "share": share}
    wrong = share > SEVERAL_SHARE and observed.several >= SEVERAL_UNITS
    return Check("several", State.BLOCKING if wrong else State.OK, numbers)


def check_clicks(design: Design, arms: Mapping[int, Aggregates]) -> Check:
    """No variant has more clicks than impressions."""
    if design.of_means:
        return Check("clicks", State.UNKNOWN, {})
    for arm in design.arms:
        clicks, impressions = (_sum(arms[arm.id], name) for name in ("clicks", "impressions"))
        if clicks > impressions:
            numbers = {"clicks": clicks, "impressions": impressions}
            return Check("clicks", State.BLOCKING, numbers, arm.id)
    return Check("clicks", State.OK, {})


def check_enough(design: Design, arms: Mapping[int, Aggregates]) -> Check:
    """Every variant has the visitors and events that the arithmetic needs."""
    metric = CATALOGUE[design.primary]
    for arm in design.arms:
        try:
            lacks = shortages(metric, arms[arm.id])
        except Undefined:
            return Check("enough", State.UNKNOWN, {}, arm.id)
        for lack in lacks:
            numbers = {"have": lack.have, "need": lack.need, f"of_{lack.what}": 1}
            return Check("enough", State.WAITING, numbers, arm.id)
    return Check("enough", State.OK, {"units": min((a.n for a in arms.values()), default=0)})


def check_missing(observed: Observed, *, units: int) -> Check:
    """Who acted on a banner was also reported to have seen it."""
    if observed.unexposed is None:
        return Check("missing", State.UNKNOWN, {})
    share = observed.unexposed / (units + observed.unexposed or 1)
    numbers = {"units": observed.unexposed, "share": share}
    wrong = share > MISSING_SHARE and observed.unexposed >= LITTLE_UNITS
    return Check("missing", State.WARNING if wrong else State.OK, numbers)


def check_automated(observed: Observed) -> Check:
    """How much of the traffic was set aside as automated."""
    if observed.events is None or observed.set_aside is None:
        return Check("automated", State.UNKNOWN, {})
    share = observed.set_aside / (observed.events or 1)
    numbers = {"events": observed.set_aside, "share": share}
    numbers |= {PREFIX + mark: events for mark, events in observed.marks.items()}
    return Check("automated", State.WARNING if share > AUTOMATED_SHARE else State.OK, numbers)


def check_unseen(observed: Observed) -> Check | None:
    """Who clicks has seen the banner, where it is reported what was seen.

    It is told and taken away from nobody: a person may click before a second is over, and more do
    so at a banner that convinces at once. To leave them out would turn the comparison.
    """
    if observed.unseen is None:
        return None
    share = observed.unseen / (observed.clicked or 1)
    wrong = share > UNSEEN_SHARE and observed.unseen >= LITTLE_UNITS
    numbers = {"units": observed.unseen, "share": share}
    return Check("unseen", State.WARNING if wrong else State.OK, numbers)


def check_size(effects: Sequence[Effect], *, primary: str) -> Check:
    """The effect is not too good to be true."""
    known = [e for e in effects if e.metric == primary and e.lift is not None]
    if not known:
        return Check("size", State.WAITING, {})
    largest = max(known, key=lambda e: abs(e.lift or 0.0))
    state = State.WARNING if abs(largest.lift or 0.0) > LARGE_LIFT else State.OK
    return Check("size", state, {"lift": largest.lift or 0.0}, largest.arm)


def check_weeks(design: Design, *, as_of: dt.datetime) -> Check:
    """Whole weeks, because Sundays are not Tuesdays."""
    if design.planned_look_only or design.started_at is None:
        return Check("weeks", State.UNKNOWN, {})
    days = ((design.ended_at or as_of) - design.started_at) / dt.timedelta(days=1)
    planned = {"days": int(days), "planned": design.planned_days}
    if not design.ended and days < design.planned_days:
        whole = design.planned_days and design.planned_days % WEEK == 0
        return Check("weeks", State.OK if whole else State.WARNING, planned)
    whole = int(days) >= WEEK and (not design.ended or int(days) % WEEK == 0)
    return Check("weeks", State.OK if whole else State.WARNING, planned)


def check_unit(design: Design) -> Check:
    """What was randomised is what the arithmetic takes as independent."""
    state = State.WARNING if design.unit == "impression" else State.OK
    return Check("unit", state, {})


def _sum(arm: Aggregates, name: str) -> int:
    return arm.sums.get(name, 0)
