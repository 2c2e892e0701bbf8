"""What a report looks at beside the primary metric: secondary metrics and guardrails."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from engine.errors import InvalidInput
from engine.stats.metrics import CATALOGUE
from experiments.models import Experiment, Watched

DEFAULT_MARGIN: Final = Decimal(5)
"""Percent of the control: a smaller loss is rarely noticed in a shop's week, a larger one is."""
DEFAULT_GUARDS: Final = ("conversion_rate", "revenue_per_visitor")
"""A banner that brings clicks must not cost orders or money."""
MOST_MARGIN: Final = 100


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """One metric beside the primary one; a guardrail has a margin in percent of the control."""

    metric: str
    role: str = Watched.Role.SECONDARY
    margin: Decimal | None = None


def watchable() -> tuple[str, ...]:
    """Metrics that can be watched, in the order of the catalogue."""
    return tuple(key for key, metric in CATALOGUE.items() if not metric.diagnostic)


def default(primary: str) -> tuple[WatchPlan, ...]:
    """The guardrails of a new draft."""
    guards = (key for key in DEFAULT_GUARDS if key != primary)
    return tuple(WatchPlan(key, Watched.Role.GUARDRAIL, DEFAULT_MARGIN) for key in guards)


def plans_of(experiment: Experiment) -> tuple[WatchPlan, ...]:
    """What an experiment watches."""
    rows = experiment.watched.all()
    return tuple(WatchPlan(row.metric, row.role, row.margin) for row in rows)


def check(plans: Iterable[WatchPlan], *, primary: str) -> None:
    """Raises InvalidInput for what cannot be watched; `field` is always `watched`."""
    seen = {primary}
    for plan in plans:
        if plan.metric not in watchable():
            raise _refused(_("“%(metric)s” is no metric that can be watched."), plan)
        if plan.metric in seen:
            raise _refused(_("“%(metric)s” is watched twice, or is the primary metric."), plan)
        if plan.role not in Watched.Role.values:
            raise _refused(_("“%(metric)s” is either secondary or a guardrail."), plan)
        if plan.role == Watched.Role.GUARDRAIL and not _is_margin(plan.margin):
            raise _refused(
                _("The guardrail “%(metric)s” needs a margin above 0 and below 100 %%."), plan
            )
        seen.add(plan.metric)


def store(experiment: Experiment, plans: Iterable[WatchPlan]) -> None:
    """Replace what an experiment watches; a secondary metric has no margin."""
    experiment.watched.all().delete()
    Watched.objects.bulk_create(
        Watched(
            experiment=experiment,
            metric=plan.metric,
            role=plan.role,
            margin=plan.margin if plan.role == Watched.Role.GUARDRAIL else None,
        )
        for plan in plans
    )


def _is_margin(margin: Decimal | None) -> bool:
    return margin is not None and 0 < margin < MOST_MARGIN


def _refused(text: str, plan: WatchPlan) -> InvalidInput:
    return InvalidInput(text % {"metric": plan.metric[:50]}, field="watched")
