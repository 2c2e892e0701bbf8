"""The plan of an experiment as its report keeps it."""

import datetime as dt
from collections.abc import Sequence

from experiments.models import Experiment, Status, Variant
from experiments.reports.payload import Arm, Design


def design_of(experiment: Experiment) -> Design:
    """The plan of an experiment as it is now."""
    arms = list(experiment.variants.all())
    return Design(
        experiment=experiment.pk,
        phase=experiment.phase,
        unit=experiment.unit,
        origin=experiment.origin,
        primary=experiment.primary_metric,
        arms=tuple(map(_arm, arms, _shares(arms))),
        mde=None if experiment.mde is None else float(experiment.mde),
        mde_kind=experiment.mde_kind,
        planned_days=experiment.planned_days,
        planned_visitors=experiment.planned_visitors,
        traffic_share=experiment.traffic_share,
        started_at=experiment.started_at,
        ended_at=_ended_at(experiment),
        currency=experiment.site.currency,
    )


def _arm(variant: Variant, share: float) -> Arm:
    return Arm(variant.pk, variant.key, variant.name, share)


def _shares(variants: Sequence[Variant]) -> list[float]:
    # Ranges are what visitors are split by; imported tests have none, only weights.
    widths = [v.bucket_end - v.bucket_start for v in variants]
    parts = widths if any(widths) else [v.weight for v in variants]
    return [part / (sum(parts) or 1) for part in parts]


def _ended_at(experiment: Experiment) -> dt.datetime | None:
    if experiment.status not in {Status.STOPPED, Status.DECIDED}:
        return None
    return experiment.stopped_at or experiment.decided_at or experiment.created_at
