"""How many visitors and days a plan needs, from what its own placement saw in the last weeks."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from engine.errors import InputError, NotEnoughData, StatisticsError
from engine.stats import power
from engine.stats.aggregates import Aggregates, total
from engine.stats.estimate import require, value
from engine.stats.metrics import CATALOGUE, Kind, Metric, Unit
from engine.stats.reading import Open, Planned, Reading
from events import history
from events.history import PastDay
from experiments.models import Experiment, Variant
from experiments.reports import numbers

WINDOW: Final = 28
"""Days looked back: four of every weekday."""
FEWEST_DAYS: Final = 7
"""A verdict needs a whole week, so no plan is shorter."""
MOST_DAYS: Final = 365
ALPHA: Final = 0.05
POWER: Final = 0.8
TWO: Final = 2
EFFECTS: Final = (("small", 0.02), ("medium", 0.05), ("big", 0.1))
"""Lifts that people look for, from what only a busy slot can find to what any can."""


@dataclass(frozen=True, slots=True)
class Need:
    """Visitors in all variants together, and days; `days` is None beyond a year."""

    visitors: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """An effect and what it takes to find it in each reading; None where no rate is that high."""

    label: str
    lift: str
    planned: Need | None
    open: Need | None


@dataclass(frozen=True, slots=True)
class Sizing:
    """What stands beside a plan. With a `gap` there are no rows.

    Attributes:
        place: Name of the placement.
        gap: Why nothing can be said.
        days: Days of the last `WINDOW` with visitors.
        per_day: New visitors a day at the placement's full traffic.
        baseline: The primary metric there, as people read it.
        rows: Small, medium and big effects, and the plan's own.
        formula: By which formula, with what inflation.
    """

    place: str
    gap: str = ""
    days: int = 0
    per_day: int = 0
    baseline: str = ""
    rows: tuple[Row, ...] = ()
    formula: str = ""

    @property
    def own(self) -> "Row | None":
        """The row of the plan's own effect, where it has one."""
        return self.rows[len(EFFECTS)] if len(self.rows) > len(EFFECTS) else None

    @property
    def short(self) -> bool:
        """Whether there is less than a week to judge from."""
        return self.days < FEWEST_DAYS


@dataclass(frozen=True, slots=True)
class _Past:
    """The placement's last weeks: everything its visitors did, and how many came a day."""

    units: Aggregates
    days: int
    per_day: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What of an experiment its size depends on."""

    metric: Metric
    past: _Past
    smallest_share: float
    alpha: float
    per_day: float
    looks: int


def of(experiment: Experiment, variants: Sequence[Variant], *, now: dt.datetime) -> Sizing | None:
    """The size of a plan, saved or not; None where no placement is chosen yet."""
    if experiment.placement is None or experiment.origin != Experiment.Origin.LIVE:
        return None
    place, metric = experiment.placement.name, CATALOGUE[experiment.primary_metric]
    past = _past(experiment, now)
    if past is None:
        return Sizing(place, gap=_no_history())
    try:
        require(metric, history=past.units)
        return _sized(experiment, place, _plan(experiment, variants, metric, past))
    except NotEnoughData as error:
        return Sizing(place, gap=_too_little(error), days=past.days)
    except (StatisticsError, InputError):
        return Sizing(place, gap=_no_spread(), days=past.days)


def _past(experiment: Experiment, now: dt.datetime) -> _Past | None:
    today = now.astimezone(ZoneInfo(experiment.site.timezone)).date()
    known = Experiment.objects.filter(placement=experiment.placement, site=experiment.site)
    shares = dict(known.exclude(pk=experiment.pk).values_list("pk", "traffic_share"))
    first, last = today - dt.timedelta(days=WINDOW), today - dt.timedelta(days=1)
    found = history.past_days(shares, first=first, last=last) if shares else ()
    if not found:
        return None
    days = {one.day for one in found}
    whole = sum(_at_full_traffic([one for one in found if one.day == day], shares) for day in days)
    return _Past(total(one.units for one in found), len(days), whole / len(days))


def _at_full_traffic(found: Sequence[PastDay], shares: dict[int, int]) -> float:
    """Visitors of one day, had all of them taken part in one experiment."""
    return 100 * sum(one.units.n for one in found) / sum(shares[one.experiment_id] for one in found)


def _plan(
    experiment: Experiment, variants: Sequence[Variant], metric: Metric, past: _Past
) -> _Plan:
    weights = [variant.weight for variant in variants]
    if experiment.policy != Experiment.Policy.FIXED:
        # The policy is one side, what is drawn by chance the other.
        weights = [experiment.exploration_share, 100 - experiment.exploration_share]
    elif len(weights) < TWO or min(weights) < 1:
        weights = [1, 1]
    return _Plan(
        metric=metric,
        past=past,
        smallest_share=min(weights) / sum(weights),
        alpha=ALPHA / (len(weights) - 1),
        per_day=past.per_day * experiment.traffic_share / 100,
        looks=max(1, experiment.planned_days or 1),
    )


def _sized(experiment: Experiment, place: str, plan: _Plan) -> Sizing:
    baseline = value(plan.metric, plan.past.units)
    own = _own_effect(experiment, baseline)
    words = (_("small"), _("medium"), _("big"))
    effects = [(word, lift) for word, (_key, lift) in zip(words, EFFECTS, strict=True)]
    if own:
        effects.append((_("your plan"), own))
    return Sizing(
        place=place,
        days=plan.past.days,
        per_day=round(plan.past.per_day),
        baseline=numbers.value(plan.metric.key, baseline, currency=experiment.site.currency),
        rows=tuple(_row(label, lift, lift * baseline, plan) for label, lift in effects),
        formula=_formula(plan),
    )


def _own_effect(experiment: Experiment, baseline: float) -> float | None:
    """The smallest effect worth finding as a lift, where the plan has one."""
    if not experiment.mde or not baseline:
        return None
    share = float(experiment.mde) / 100
    if experiment.mde_kind == Experiment.MdeKind.RELATIVE:
        return share
    # Money has no percentage points.
    percent = CATALOGUE[experiment.primary_metric].unit is Unit.PERCENT
    return share / baseline if percent else None


def _row(label: str, lift: float, difference: float, plan: _Plan) -> Row:
    readings = Planned(plan.looks, 0), Open(abs(difference))
    planned, endless = (_need(difference, reading, plan) for reading in readings)
    return Row(label, numbers.lift(lift), planned, endless)


def _need(difference: float, reading: Reading, plan: _Plan) -> Need | None:
    try:
        units = power.sample_size(
            plan.metric, plan.past.units, difference, alpha=plan.alpha, power=POWER, reading=reading
        )
    except InputError:
        return None  # beyond 100 %, or more people than there are
    visitors = math.ceil(units / plan.smallest_share)
    days = max(FEWEST_DAYS, math.ceil(visitors / plan.per_day))
    return Need(visitors, days if days <= MOST_DAYS else None)


def _formula(plan: _Plan) -> str:
    single = (
        _("n = (z_a √(2 p̄ q̄) + z_b √(p₀ q₀ + p₁ q₁))² / δ² per variant, as R power.prop.test")
        if plan.metric.kind is Kind.PROPORTION
        else _("n = 2 σ² (z_a + z_b)² / δ² per variant, σ over visitors by the delta method")
    )
    # Tau is the effect looked for, and cancels.
    readings = Planned(plan.looks, 0), Open(1.0)
    planned, endless = (f"{one.inflation(alpha=plan.alpha, power=POWER):.2f}" for one in readings)
    words = {"formula": single, "planned": planned, "open": endless, "alpha": f"{plan.alpha:.3g}"}
    return (
        _(
            "%(formula)s; times %(planned)s for daily reading until a planned end, times %(open)s "
            "without an end. Power 80 %%, error rate %(alpha)s."
        )
        % words
    )


def _no_history() -> str:
    return _(
        "No experiment counted visitors here on the last %(days)s days, so nobody can say yet how "
        "long this one takes. Plan two whole weeks; the Results page then counts the days left."
    ) % {"days": WINDOW}


def _too_little(error: NotEnoughData) -> str:
    # Names of totals are no words for people: only the numbers are said.
    lack = error.missing[0] if error.missing else None
    if lack is None:
        return _no_spread()
    if lack.what == "units":
        sentence = _("On the last %(days)s days only %(have)s visitors were counted here")
    else:
        sentence = _("On the last %(days)s days the primary metric had only %(have)s events here")
    rest = _("%(said)s; %(need)s are needed to plan from.")
    return rest % {"said": sentence % {"days": WINDOW, "have": lack.have}, "need": lack.need}


def _no_spread() -> str:
    return _(
        "What was counted here on the last %(days)s days does not say how much the primary metric "
        "varies, so there is nothing to plan from. Choose another metric, or plan two whole weeks."
    ) % {"days": WINDOW}
