"""Experiments whose policy chooses, and their reports, with all that such a test leaves."""

import datetime as dt

from audiences.models import Segment
from engine.stats.aggregates import Aggregates
from events.models import Aggregate, Tally
from experiments import lifecycle
from experiments.models import Experiment, Parameters, PolicyRule
from experiments.reports import analysis
from experiments.reports.inputs import Inputs
from experiments.reports.mix import Mix, Part, ShownDay
from experiments.reports.payload import CHANCE, CHANCE_ID, POLICY, POLICY_ID, Arm, ReportData
from tests.experiments.reports.states import DAY, HEALTHY, NOW, _spread, a_design, an_arm, times
from tests.factories import a_site, an_experiment

SLICE = 20
SIDES = (
    Arm(CHANCE_ID, CHANCE, CHANCE, SLICE / 100),
    Arm(POLICY_ID, POLICY, POLICY, 1 - SLICE / 100),
)


def a_side(units: int, **rates) -> Aggregates:
    """A side whose visitors can be spread over 2, 5, 7, 10 or 14 days without a remainder."""
    return times(70, an_arm(units // 70, **rates))


BETTER = a_side(7_000), a_side(28_000, ctr=0.114)
CASES = {
    "no_data": (Aggregates(), Aggregates()),
    "check_data": (a_side(8_400), a_side(26_600, ctr=0.114)),
    "use": BETTER,
    "keep_control": (a_side(7_000), a_side(28_000, ctr=0.09)),
    "no_difference": (a_side(21_000), a_side(84_000, ctr=0.1003)),
    "your_call": (a_side(7_000), a_side(28_000, ctr=0.114, buyers=0.04)),
}


def a_mix(*, learns: bool = True, held: bool = False, days: int = 14, variants: int = 3) -> Mix:
    """Variants of which the second one wins more and more of the traffic."""
    last = 0.9, 0.05, 0.05, *[0.01] * variants
    parts = tuple(
        Part(
            variant=1 + i,
            key="abcdefgh"[i],
            name=f"Variant {'ABCDEFGH'[i]}",
            impressions=1_000 * (i + 1),
            share=last[(i + 2) % 3] if learns else None,
            best=(0.0004, 0.9993, 0.0003, 0.01)[i % 4] if learns else None,
        )
        for i in range(variants)
    )
    start = (NOW - days * DAY).date()
    shown = tuple(
        ShownDay(start + place * DAY, part.variant, share)
        for place in range(days)
        for part, share in zip(parts, _drifting(place, days, variants), strict=True)
    )
    version, since = (17, NOW - DAY) if learns else (None, None)
    return Mix(parts, shown, version, since, held)


def _drifting(place: int, days: int, variants: int) -> list[int]:
    """Impressions of a day: all equal first, then most of them for the second variant."""
    gone = place / max(days - 1, 1)
    even, rest = 1 / variants, 0.2 / max(variants - 1, 1)
    return [
        round(6_000 * ((1 - gone) * even + gone * (0.8 if i == 1 else rest)))
        for i in range(variants)
    ]


def a_policy_report(
    chance: Aggregates,
    policy: Aggregates,
    *,
    kind: str = "thompson",
    days: int = 14,
    mix: Mix | None = None,
    **changes,
) -> ReportData:
    """The report on a policy whose visitors came in equal parts on each of the days."""
    plan = a_design(arms=SIDES, policy=kind, planned_visitors=30_000, **changes)
    by_day = {CHANCE_ID: _spread(chance, days), POLICY_ID: _spread(policy, days)}
    mix = mix or a_mix(learns=kind == "thompson", days=days)
    return analysis.analyse(Inputs(plan, by_day, NOW, 1234, observed=HEALTHY, mix=mix))


def a_choosing_experiment(
    *sides: Aggregates, policy: str = "thompson", at: dt.datetime = NOW - 14 * DAY, **fields
) -> Experiment:
    """A running experiment whose sides came on ten days, with tallies and parameters."""
    fields = {"mde": 5, "name": "Spring hero", "variants": 4, "exploration_share": SLICE} | fields
    experiment = an_experiment(policy=policy, **fields)
    if policy == "rules":
        _with_a_rule(experiment)
    lifecycle.start(experiment, actor=None, now=at)
    fill(experiment, *sides, at=at)
    experiment.refresh_from_db()
    return experiment


def fill(experiment: Experiment, *sides: Aggregates, at: dt.datetime) -> None:
    """What the roll-up and the learning leave."""
    if not sum(side.n for side in sides):
        return
    variants = list(experiment.variants.all())
    for explored, side in zip((True, False), sides, strict=True):
        for place, (_, part) in enumerate(_spread(side, 10).items()):
            Aggregate.objects.create(
                experiment_id=experiment.pk,
                phase=experiment.phase,
                variant_id=variants[place % len(variants)].pk,
                explored=explored,
                day=(at + place * DAY).date(),
                moments=list(part.moments()),
            )
    for place in range(10):
        day = at + place * DAY
        for variant, shown in zip(variants, _drifting(place, 10, len(variants)), strict=True):
            _tally(experiment, variant.pk, day, shown)
    if experiment.policy == "thompson":
        for version in range(2):
            learned(experiment, at + (version + 1) * DAY, towards=version)


def learned(experiment: Experiment, at: dt.datetime, *, towards: int = 1) -> Parameters:
    """Parameters that favour one variant."""
    keys = [variant.pk for variant in experiment.variants.all()]
    return Parameters.objects.create(
        experiment=experiment,
        phase=experiment.phase,
        widths={str(key): 9_250 if i == towards else 250 for i, key in enumerate(keys)},
        evidence={
            str(key): {
                "trials": 9_000,
                "successes": 900,
                "best": 0.9996 if i == towards else 0.0001,
            }
            for i, key in enumerate(keys)
        },
        created_at=at,
    )


def _tally(experiment: Experiment, variant: int, day: dt.datetime, shown: int) -> None:
    Tally.objects.create(
        site_id=experiment.site_id,
        experiment_id=experiment.pk,
        phase=experiment.phase,
        variant_id=variant,
        day=day.date(),
        kind="impression",
        events=shown,
        first_at=day,
        last_at=day,
        last_received_at=day,
    )


def _with_a_rule(experiment: Experiment) -> None:
    segment = Segment.objects.create(
        site=a_site(),
        key="runners",
        name="Runners",
        rule={"all": [{"feature": "favourite.category", "op": "is", "value": "shoes"}]},
    )
    keys = [variant.key for variant in experiment.variants.all()]
    weights = {key: int(key == keys[1]) for key in keys}
    PolicyRule.objects.create(experiment=experiment, position=0, segment=segment, weights=weights)
