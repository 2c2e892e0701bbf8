"""One simulated test from the plan to the verdict, and whether the report tells the truth.

The experiment is made by the use-cases that people use, the traffic goes through the data plane's
public addresses, the report is the ordinary one. Only the world's declared lift is added.
"""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from creatives.models import Creative, Placement
from demo import credentials
from demo.shoppers import Crowd, Door, Sent, ShoppersFailed
from demo.worlds import CONTROL, HIGHEST_LIFT, LOWEST_LIFT, TREATMENT, World
from engine.errors import InvalidInput, NotFound
from experiments import design, lifecycle, publishing
from experiments.models import Experiment, Report, Status
from experiments.reports import payload, refresh
from workspace.models import Site

SITE = "demo"
PLACEMENT = "simulator"
BANNERS = {CONTROL: "hero-hearth", TREATMENT: "hero-trail"}
VISITORS = 20_000
MOST_VISITORS = 200_000
LIFT = 0.2
MDE_PERCENT = Decimal(15)  # what 20,000 of these shoppers can tell from nothing

Clock = Callable[[], dt.datetime]
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: the true lift, how many shoppers, the seed of their lives."""

    lift: float = LIFT
    visitors: int = VISITORS
    seed: int = 1

    def __post_init__(self) -> None:
        if not LOWEST_LIFT <= self.lift <= HIGHEST_LIFT:
            raise InvalidInput(
                _("The true lift must lie between %(low)d and %(high)d percent.")
                % {"low": LOWEST_LIFT * 100, "high": HIGHEST_LIFT * 100},
                field="lift",
            )
        if not 1 <= self.visitors <= MOST_VISITORS:
            raise InvalidInput(
                _("Between 1 and %(most)s shoppers.") % {"most": f"{MOST_VISITORS:,}"},
                field="visitors",
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Truth and report side by side; lifts are fractions, None where the report has none."""

    experiment: str
    truth: float
    lift: float | None
    low: float | None
    high: float | None
    verdict: str
    visitors: int
    impressions: int
    clicks: int
    seconds: float

    @property
    def contains_truth(self) -> bool:
        return None not in {self.low, self.high} and self.low <= self.truth <= self.high  # type: ignore[operator]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"contains_truth": self.contains_truth}


def run(order: Order, *, actor: AbstractBaseUser | None, clock: Clock, tell: Tell) -> Outcome:
    """Make an experiment, send the shoppers, read the report.

    Raises:
        NotFound: The demo site has not been seeded.
        Unavailable: The data plane does not answer.
        ShoppersFailed: The report could not be made.
    """
    began = time.monotonic()
    door = Door(settings.DELIVERY_URL, secret_key())
    world = World(order.lift, order.seed)
    tell(0, order.visitors, _("Starting an experiment for them"))
    experiment = _start(order, actor=actor, now=clock())
    crowd = Crowd(door, PLACEMENT, experiment.key, world, order.visitors)
    try:
        sent = crowd.send(lambda done, most: tell(done, most, _("Shoppers are looking around")))
    finally:
        stop(experiment, actor=actor, now=clock())
    tell(order.visitors, order.visitors, _("Working out the report"))
    report = report_on(experiment, now=clock())
    return _outcome(report, order, sent, seconds=round(time.monotonic() - began, 1))


def secret_key() -> str:
    known = credentials.read()
    if known is None:
        raise NotFound(
            _("There is no demo site yet."), hint=_("Run manage.py seed_demo, or ./lab up.")
        )
    return known.keys.secret


def _start(order: Order, *, actor: AbstractBaseUser | None, now: dt.datetime) -> Experiment:
    site = Site.objects.get(key=SITE)
    placement = Placement.objects.get(site=site, key=PLACEMENT)
    for left in Experiment.objects.filter(placement=placement, status=Status.RUNNING):
        stop(left, actor=actor, now=now)  # of a run whose worker was killed
    experiment = design.save(site, _plan(site, placement, order), actor=actor, now=now)
    lifecycle.start(experiment, actor=actor, now=now)
    publishing.publish_if_changed(now=now)
    return experiment


def _plan(site: Site, placement: Placement, order: Order) -> design.Plan:
    shown = {key: Creative.objects.get(site=site, key=name) for key, name in BANNERS.items()}
    return design.Plan(
        key=design.free_key(site, f"simulation-{order.seed}"),
        name=_("Simulation: true lift %(lift)s %%") % {"lift": f"{order.lift * 100:+g}"},
        placement=placement,
        variants=tuple(
            design.VariantPlan(key, creative.name, creative) for key, creative in shown.items()
        ),
        hypothesis=_("Simulated shoppers click on B %(lift)s %% more often than on A.")
        % {"lift": f"{order.lift * 100:+g}"},
        mde=MDE_PERCENT,
        planned_days=0,
        planned_visitors=order.visitors,
    )


def stop(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    experiment.refresh_from_db()
    if experiment.status == Status.RUNNING:
        lifecycle.stop(experiment, actor=actor, now=now)
        publishing.publish_if_changed(now=now)


def report_on(experiment: Experiment, *, now: dt.datetime) -> Report:
    """The ordinary report, brought up to date; raises ShoppersFailed when there is none."""
    experiment.refresh_from_db()
    report = refresh.refresh(experiment, now=now)
    if report.last_error or report.payload is None:
        raise ShoppersFailed(report.last_error or _("There is no report."))
    return report


def _outcome(report: Report, order: Order, sent: Sent, *, seconds: float) -> Outcome:
    data = payload.decode(report.payload or {})
    effect = data.primary()[0]
    span = effect.lift_span
    return Outcome(
        experiment=report.experiment.key,
        truth=order.lift,
        lift=effect.lift,
        low=span.low if span else None,
        high=span.high if span else None,
        verdict=report.verdict,
        visitors=data.units,
        impressions=sent.impressions,
        clicks=sent.clicks,
        seconds=seconds,
    )
