"""The plan of an experiment as its report keeps it, and what its policy shows."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from engine.assignment.hashing import BUCKETS
from events.store import Shown
from experiments.models import Experiment, Parameters, Status, Variant, Watched
from experiments.reports.comparing import MARGIN
from experiments.reports.findings import Cost, Role, WatchedMetric
from experiments.reports.mix import Mix, Part, ShownDay
from experiments.reports.payload import CHANCE, CHANCE_ID, POLICY, POLICY_ID, Arm, Design

WEEK: Final = 7
GUARDED: Final = tuple(
    WatchedMetric(metric, Role.GUARDRAIL, MARGIN)
    for metric in ("conversion_rate", "revenue_per_visitor")
)
"""What a banner must not harm where nobody has chosen guardrails."""


def design_of(experiment: Experiment) -> Design:
    """The plan of an experiment as it is now."""
    return Design(
        experiment=experiment.pk,
        phase=experiment.phase,
        unit=experiment.unit,
        origin=experiment.origin,
        primary=experiment.primary_metric,
        arms=_branches(experiment) if is_adaptive(experiment) else _variants(experiment),
        mde=None if experiment.mde is None else float(experiment.mde),
        mde_kind=experiment.mde_kind,
        planned_days=experiment.planned_days,
        planned_visitors=experiment.planned_visitors,
        traffic_share=experiment.traffic_share,
        started_at=_local(experiment, experiment.started_at),
        ended_at=_local(experiment, _ended_at(experiment)),
        currency=experiment.site.currency,
        policy=experiment.policy,
        reading=experiment.reading,
        watched=_watched(experiment),
        block_hours=experiment.block_hours,
        costs=tuple(map(_cost, experiment.variants.all())),
    )


def visitors_per_week(design: Design, new_units: Mapping[dt.date, int]) -> float | None:
    """How many visitors would see the banner in a week if everybody took part.

    Args:
        design: Of a test that ran here.
        new_units: Newly exposed visitors by day, of all arms; the day it is in is not a whole one.
    """
    days = sorted(new_units)
    whole = days if design.ended else days[:-1]
    if design.planned_look_only or not whole:
        return None
    length = (whole[-1] - whole[0]).days + 1
    return sum(new_units[day] for day in whole) / length * WEEK * 100 / design.traffic_share


def _watched(experiment: Experiment) -> tuple[WatchedMetric, ...]:
    if experiment.origin == Experiment.Origin.RESULTS:
        return ()
    rows = [_watched_metric(row) for row in experiment.watched.all()]
    return tuple(row for row in rows or GUARDED if row.metric != experiment.primary_metric)


def _watched_metric(row: Watched) -> WatchedMetric:
    margin = None if row.margin is None else float(row.margin) / 100
    return WatchedMetric(row.metric, Role(row.role), margin)


def _cost(variant: Variant) -> Cost:
    return Cost(
        variant.pk, variant.creative_cost, variant.media_cost, float(variant.discount) / 100
    )


def is_adaptive(experiment: Experiment) -> bool:
    """Whether a policy chooses, so that it is compared with its exploration slice."""
    return experiment.policy != Experiment.Policy.FIXED


def mix_of(experiment: Experiment, parameters: Parameters | None, shown: Iterable[Shown]) -> Mix:
    """What an adaptive experiment showed and shows.

    Args:
        experiment: With its variants.
        parameters: Those in force; None before the first, and for a policy that does not learn.
        shown: Impressions of the present phase.
    """
    days = tuple(ShownDay(one.day, one.variant_id, one.impressions) for one in shown)
    variants = list(experiment.variants.all())
    # Until something is learned the weights set by hand hold.
    shares: Sequence[float | None] = _shares(variants)
    if experiment.policy != Experiment.Policy.THOMPSON:
        shares = [None] * len(variants)
    parts = (_part(one, days, share) for one, share in zip(variants, shares, strict=True))
    mix = Mix(tuple(parts), days)
    return with_parameters(mix, parameters, held=experiment.held_parameters_id is not None)


def with_parameters(mix: Mix, parameters: Parameters | None, *, held: bool) -> Mix:
    """The mix with what the parameters in force say about each variant."""
    if parameters is None:
        return mix
    return replace(
        mix,
        parts=tuple(_weighed(part, parameters) for part in mix.parts),
        version=parameters.version,
        since=parameters.created_at,
        held=held,
    )


def _part(variant: Variant, days: Iterable[ShownDay], share: float | None) -> Part:
    return Part(
        variant=variant.pk,
        key=variant.key,
        name=variant.name,
        impressions=sum(one.impressions for one in days if one.variant == variant.pk),
        share=share,
    )


def _weighed(part: Part, parameters: Parameters) -> Part:
    key = str(part.variant)
    best = parameters.evidence.get(key, {}).get("best")
    return replace(part, share=parameters.widths.get(key, 0) / BUCKETS, best=best)


def _branches(experiment: Experiment) -> tuple[Arm, ...]:
    by_chance = experiment.exploration_share / 100
    return (
        Arm(CHANCE_ID, CHANCE, CHANCE, by_chance),
        Arm(POLICY_ID, POLICY, POLICY, 1 - by_chance),
    )


def _variants(experiment: Experiment) -> tuple[Arm, ...]:
    variants = list(experiment.variants.all())
    return tuple(map(_arm, variants, _shares(variants)))


def _arm(variant: Variant, share: float) -> Arm:
    return Arm(variant.pk, variant.key, variant.name, share, levels_of(variant))


def levels_of(variant: Variant) -> tuple[tuple[str, str], ...]:
    """Its level of each factor; where it is shown is one too, if only there."""
    position = {"position": variant.placement.key} if variant.placement else {}
    chosen = {str(key): str(level) for key, level in variant.levels.items()}
    return tuple((position | chosen).items())


def _shares(variants: Sequence[Variant]) -> list[float]:
    # Ranges are what visitors are split by; imported tests have none, only weights.
    widths = [v.bucket_end - v.bucket_start for v in variants]
    parts = widths if any(widths) else [v.weight for v in variants]
    return [part / (sum(parts) or 1) for part in parts]


def _local(experiment: Experiment, moment: dt.datetime | None) -> dt.datetime | None:
    """In the shop's own zone, by which days are counted."""
    return moment and moment.astimezone(zoneinfo.ZoneInfo(experiment.site.timezone))


def _ended_at(experiment: Experiment) -> dt.datetime | None:
    if experiment.stage not in {Status.STOPPED, Status.DECIDED}:
        return None
    return experiment.stopped_at or experiment.decided_at or experiment.created_at
