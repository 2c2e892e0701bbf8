"""Inputs of reports for tests, with something in every part of them."""

import datetime as dt
from dataclasses import replace

from engine.stats.aggregates import Aggregates
from experiments.reports.designs import Beside, BlockTotals
from experiments.reports.findings import Cost, Mark, Role, WatchedMetric
from experiments.reports.inputs import Inputs
from tests.experiments.reports import states
from tests.experiments.reports.states import DAY, HEALTHY, NOW, a_design, an_arm


def some_inputs(*arms: Aggregates, days: int = 14, **changes) -> Inputs:
    """What the roll-up would hand over; the first day of the arms is `days` days ago."""
    totals = arms or (an_arm(18_400), an_arm(18_424, ctr=0.107, buyers=0.052))
    design = changes.pop("design", None) or a_design(len(totals))
    ids = [arm.id for arm in design.arms]
    plain = Inputs(
        design=design,
        by_day={key: states._spread(one, days) for key, one in zip(ids, totals, strict=True)},
        observed=HEALTHY,
        as_of=NOW,
        watermark=1234,
    )
    return replace(plain, **changes)


def full_inputs() -> Inputs:
    """Every field filled, numbers beyond what a float holds among them."""
    huge = Aggregates.of_units([{"revenue": 10**12, "impressions": 3}] * 50)
    design = replace(
        a_design(2),
        watched=(WatchedMetric("conversion_rate", Role.GUARDRAIL, 0.05),),
        costs=(Cost(2, creative=120_000, media_per_thousand=900, discount=0.1),),
    )
    return some_inputs(
        design=design,
        suspicious={1: an_arm(120), 2: huge},
        cuts={
            ("device", "phone"): {1: an_arm(9_000), 2: an_arm(9_010)},
            ("device", "desktop"): {2: an_arm(400), 1: an_arm(380)},
            ("locale", "zh-Hans"): {1: an_arm(7_000), 2: Aggregates()},
        },
        ages={1: {0: Aggregates.of_impressions(900, 30), 10: Aggregates.of_impressions(90, 3)}},
        views={2: (500, 300, 20, 9), 1: (510, 290, 30, 8)},
        assigned={1: 18_500, 2: 18_490},
        cap=250_000,
        marks=(Mark(NOW - 3 * DAY, "share", "10 → 50"),),
        visitors_per_week=21_000.5,
        blocks=(BlockTotals(82_000, 1, an_arm(40), an_arm(300)),),
        beside=(
            Beside("banner", "Banner", ((5, "a"), (6, "b")), {(1, 5): an_arm(90), (2, 6): huge}),
        ),
    )


ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Apia")


def elsewhere(inputs: Inputs, hours: int) -> Inputs:
    """The same inputs with their times told in another zone and their mappings in another order."""
    zone = dt.timezone(dt.timedelta(hours=hours))
    started = inputs.design.started_at
    return replace(
        inputs,
        design=replace(inputs.design, started_at=started.astimezone(zone)),
        as_of=inputs.as_of.astimezone(zone),
        by_day={k: dict(reversed(v.items())) for k, v in reversed(inputs.by_day.items())},
        cuts=dict(reversed(inputs.cuts.items())),
    )
