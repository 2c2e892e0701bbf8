"""A finished test on one card: what was shown, what came out, what it taught."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from experiments.library import effects
from experiments.models import Experiment, Variant
from experiments.reports import numbers
from experiments.reports.names import gap_text, metric_name
from experiments.reports.payload import Effect

MOST_PICTURES: Final = 3
"""More banners side by side cannot be told apart on a card."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A variant on a card."""

    variant: Variant
    won: bool
    control: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A finished test. `lift` is empty where there is none; `gap` says why."""

    experiment: Experiment
    shown: tuple[Shown, ...]
    more: int
    metric: str
    lift: str
    low: str
    high: str
    gap: str
    takeaway: str
    ended: dt.datetime | None
    decided_by: str


def of(experiment: Experiment) -> Card:
    """The card of an experiment that `with_pictures` has loaded."""
    report = effects.report_of(experiment)
    found = effects.effects_of(report.primary_effects if report else None)
    effect = effects.about(experiment, found)
    shown = _shown(experiment, report.verdict if report else "", effect)
    lift, low, high = _numbers(effect)
    person = experiment.decided_by
    return Card(
        experiment=experiment,
        shown=shown[:MOST_PICTURES],
        more=max(0, len(shown) - MOST_PICTURES),
        metric=metric_name(experiment.primary_metric),
        lift=lift,
        low=low,
        high=high,
        gap=gap_text(effect.lift_gap or effect.gap) if effect and not lift else "",
        takeaway=_takeaway(experiment),
        ended=effects.ended(experiment),
        decided_by=person.get_username() if person else "",
    )


def _numbers(effect: Effect | None) -> tuple[str, str, str]:
    if effect is None or effect.lift is None or effect.lift_span is None:
        return "", "", ""
    return numbers.lift(effect.lift), *numbers.lift_range(effect.lift_span)


def _shown(experiment: Experiment, verdict: str, effect: Effect | None) -> tuple[Shown, ...]:
    """The winner first, then the others in their order."""
    variants = list(experiment.variants.all())
    best = winner(experiment, variants, verdict, effect)
    ordered = sorted(variants, key=lambda v: (v.pk != best, v.position))
    return tuple(Shown(v, won=v.pk == best, control=v.position == 0) for v in ordered)


def winner(
    experiment: Experiment, variants: Sequence[Variant], verdict: str, effect: Effect | None
) -> int | None:
    """What was chosen; where nobody has chosen, what the report says."""
    chosen = [v.pk for v in variants if experiment.decision and v.key == experiment.decision]
    if chosen:
        return chosen[0]
    if verdict == "use" and effect is not None:
        return effect.arm
    return variants[0].pk if verdict == "keep_control" and variants else None


def _takeaway(experiment: Experiment) -> str:
    """The first line of what was written down; else why it was decided so."""
    lines = (experiment.takeaways or experiment.decision_reason).strip().splitlines()
    return lines[0] if lines else ""
