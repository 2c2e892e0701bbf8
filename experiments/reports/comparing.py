"""Every treatment against control on every metric, each metric by the rule of its role."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from engine.errors import StatisticsError
from engine.stats import multiplicity, stratified, switchback
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.inference import Comparison, Interval, LiftGap
from engine.stats.metrics import Metric
from engine.stats.reading import Reading
from experiments.reports import values
from experiments.reports.findings import Role
from experiments.reports.looks import ALPHA
from experiments.reports.payload import Arm, Design, Effect, Gap, GapCode, Span
from experiments.reports.values import ByDay

Found: TypeAlias = Mapping[int, Comparison | Gap]
Compare: TypeAlias = Callable[[Arm, float], Comparison]
Blocks: TypeAlias = Mapping[int, Sequence[Aggregates]]
"""By arm, the visitors of each block of hours."""
MARGIN: Final = 0.05
"""What a guardrail may lose where nobody has said otherwise: five percent of the control."""


def effects_of(
    design: Design,
    by_day: Mapping[int, ByDay],
    arms: Mapping[int, Aggregates],
    reading: Reading,
    *,
    blocks: Blocks | None = None,
) -> tuple[Effect, ...]:
    """All comparisons, over `blocks` where hours were drawn.

    Holm on the primary metric, Benjamini-Hochberg on the secondary ones.
    """
    found = [
        effect
        for metric in values.metrics_of(design)
        for effect in _effects(design, metric, by_day, arms, (reading, blocks))
    ]
    return tuple(_with_benjamini_hochberg(found))


def role_of(design: Design, metric: Metric) -> Role:
    """What a metric is for in this experiment."""
    if metric.key == design.primary:
        return Role.PRIMARY
    watched = {one.metric: one.role for one in design.watched}
    if metric.key in watched:
        return watched[metric.key]
    return Role.DIAGNOSTIC if metric.diagnostic else Role.SECONDARY


def span(interval: Interval | None) -> Span | None:
    """An interval as a report keeps it."""
    return None if interval is None else Span(interval.low, interval.high, interval.level)


def lift_gap(gap: LiftGap | None) -> Gap | None:
    """Why a lift has no interval, as a report keeps it."""
    return None if gap is None else Gap(GapCode(gap.value))


def _effects(
    design: Design,
    metric: Metric,
    by_day: Mapping[int, ByDay],
    arms: Mapping[int, Aggregates],
    over: tuple[Reading, Blocks | None],
) -> list[Effect]:
    control, (reading, blocks) = design.control.id, over

    def at(arm: Arm, alpha: float) -> Comparison:
        if blocks is not None:
            sides = blocks[control], blocks[arm.id]
            return switchback.compare(metric, *sides, alpha=alpha, reading=reading)
        if not design.adaptive:
            return compare(metric, arms[control], arms[arm.id], alpha=alpha, reading=reading)
        days = (by_day.get(key, {}) for key in (control, arm.id))
        return stratified.compare(metric, *days, alpha=alpha, reading=reading)

    role = role_of(design, metric)
    # The level of Holm's first step: mostly nobody gets beyond it, and p is the same at any.
    alpha = ALPHA / len(design.treatments) if role is Role.PRIMARY else ALPHA
    found: dict[int, Comparison | Gap] = {}
    for arm in design.treatments:
        try:
            found[arm.id] = at(arm, alpha)
        except StatisticsError as error:
            found[arm.id] = values.gap_of(error)
    if role is Role.PRIMARY:
        return _with_holm(design, metric, found, at)
    return [_effect(metric, arm.id, found[arm.id], role) for arm in design.treatments]


def _with_holm(design: Design, metric: Metric, found: Found, at: Compare) -> list[Effect]:
    """The primary metric: one false alarm in 20 over all treatments together.

    Treatments that cannot be compared yet still count, or the correction would grow with time.
    """
    many = len(design.treatments)
    known = {key: one for key, one in found.items() if isinstance(one, Comparison)}
    ps = [one.p for one in known.values()] + [1.0] * (many - len(known))
    adjusted = dict(zip(known, multiplicity.holm(ps), strict=False))
    final = _stepped_down(design, known, at, many)
    return [
        replace(
            _effect(metric, arm.id, final.get(arm.id, found[arm.id]), Role.PRIMARY),
            p_adjusted=adjusted.get(arm.id),
        )
        for arm in design.treatments
    ]


def _stepped_down(
    design: Design, known: Mapping[int, Comparison], at: Compare, many: int
) -> dict[int, Comparison]:
    # Each interval gets the level at which Holm tests it, and all after the first that does not
    # pass keep that one's: what is shown excludes zero exactly when the test passes.
    final: dict[int, Comparison] = {}
    level, passing = ALPHA / many, True
    for rank, key in enumerate(sorted(known, key=lambda k: known[k].log10_p)):
        level = ALPHA / (many - rank) if passing else level
        same = math.isclose(level, known[key].alpha)
        final[key] = known[key] if same else at(design.arm(key), level)
        passing = passing and final[key].passed
    return final


def _with_benjamini_hochberg(effects: Sequence[Effect]) -> list[Effect]:
    family = [e for e in effects if e.role is Role.SECONDARY and e.p is not None]
    adjusted = multiplicity.benjamini_hochberg([e.p for e in family if e.p is not None])
    found = {(e.metric, e.arm): p for e, p in zip(family, adjusted, strict=True)}
    return [
        replace(e, p_adjusted=found[e.metric, e.arm]) if (e.metric, e.arm) in found else e
        for e in effects
    ]


def _effect(metric: Metric, arm_id: int, one: Comparison | Gap, role: Role) -> Effect:
    if isinstance(one, Gap):
        return Effect(metric.key, arm_id, gap=one, role=role)
    return Effect(
        metric=metric.key,
        arm=arm_id,
        difference=one.difference,
        span=span(one.interval),
        lift=one.lift,
        lift_span=span(one.lift_interval),
        lift_gap=lift_gap(one.lift_gap),
        p=one.p,
        log10_p=one.log10_p,
        standard_error=one.standard_error,
        method=one.method.value,
        role=role,
        bound=one.bound,
        passed=one.passed,
    )
