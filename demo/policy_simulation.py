"""One simulated policy from the plan to the report, and whether both tell the truth.

As in `demo.simulation` the experiment is made by the use-cases that people use and the visits go
through the data plane's public addresses. Between rounds the product learns, as it does by the
clock. Only the declared click rates are added.
"""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from creatives.models import Creative, Placement
from demo.leanings import bandit_world
from demo.rounds import RoundCrowd
from demo.shoppers import Door
from demo.simulation import MOST_VISITORS, PLACEMENT, SITE, report_on, secret_key, stop
from engine.errors import InvalidInput
from events import rollup
from experiments import adaptive, design, lifecycle, publishing
from experiments.models import Experiment, Status
from experiments.reports import payload
from experiments.reports.payload import Effect
from workspace.models import Site

RATES: Mapping[str, float] = MappingProxyType(
    {
        "hero-welcome": 0.04,
        "hero-hearth": 0.06,
        "hero-light": 0.07,
        "hero-harvest": 0.09,
        "hero-trail": 0.16,
    }
)
VISITS = 6_000
ROUNDS = 20
SLICE = 20  # percent who explore: a report on few of them could say nothing

Clock = Callable[[], dt.datetime]
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class PolicyOrder:
    """What is asked for: true click rates by banner, how many visits in how many rounds."""

    rates: Mapping[str, float] = field(default_factory=lambda: RATES)
    visits: int = VISITS
    rounds: int = ROUNDS
    seed: int = 1

    def __post_init__(self) -> None:
        if not self.rounds <= self.visits <= MOST_VISITORS:
            raise InvalidInput(
                _("Between %(least)s and %(most)s visits.")
                % {"least": self.rounds, "most": f"{MOST_VISITORS:,}"},
                field="visitors",
            )


@dataclass(frozen=True, slots=True)
class PolicyOutcome:
    """Truth and report side by side. `gain` and the lifts are fractions of the even choice.

    Attributes:
        policy: Clicks per visit of those whom the policy served, as they happened.
        slice: The same of the exploration slice.
        even: What an even choice gets by the declared rates.
        gain: How many more clicks than that the policy got.
        truth: The same without chance: by the declared rate of every banner it has drawn.
        lift: What the report says, between `low` and `high`; None where it has too little.
    """

    experiment: str
    visits: int
    policy: float
    slice: float
    even: float
    gain: float
    truth: float
    lift: float | None
    low: float | None
    high: float | None
    seconds: float

    @property
    def contains_truth(self) -> bool:
        return None not in {self.low, self.high} and self.low <= self.truth <= self.high  # type: ignore[operator]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"contains_truth": self.contains_truth}


def run(
    order: PolicyOrder, *, actor: AbstractBaseUser | None, clock: Clock, tell: Tell
) -> PolicyOutcome:
    """Make an experiment that learns, send the visits, compare.

    Raises:
        NotFound: The demo site has not been seeded.
        Unavailable: The data plane does not answer.
        ShoppersFailed: The report could not be made.
    """
    began = time.monotonic()
    door = Door(settings.DELIVERY_URL, secret_key())
    tell(0, order.visits, _("Starting an experiment for them"))
    experiment = _start(order, actor=actor, now=clock())
    world = bandit_world(order.rates, order.seed)
    try:
        with RoundCrowd(door, PLACEMENT, experiment.key, world) as crowd:
            send(order, crowd, clock=clock, tell=tell)
    finally:
        stop(experiment, actor=actor, now=clock())
    effect = reported(experiment, now=clock())
    seconds = round(time.monotonic() - began, 1)
    return _outcome(experiment, crowd, effect, seconds)


def send(order: PolicyOrder, crowd: RoundCrowd, *, clock: Clock, tell: Tell) -> None:
    """All rounds, with what the clock does in between."""
    crowd.wait_until_live()
    done = 0
    for calls in crowd.world.rounds(order.visits, order.rounds):
        crowd.send(calls)
        done += len(calls)
        tell(done, order.visits, _("Shoppers are looking around"))
        if learn(now=clock()):
            crowd.wait_for_news()


def learn(*, now: dt.datetime) -> int:
    """What happens each minute by the clock: count what came, learn from it, publish it."""
    rollup.run(now=now)
    return adaptive.learn(now=now)


def reported(experiment: Experiment, *, now: dt.datetime) -> Effect:
    """What the ordinary report says of the policy against the exploration slice.

    Raises:
        ShoppersFailed: It could not be made.
    """
    report = report_on(experiment, now=now)
    return payload.decode(report.payload or {}).primary()[0]


def _start(order: PolicyOrder, *, actor: AbstractBaseUser | None, now: dt.datetime) -> Experiment:
    site = Site.objects.get(key=SITE)
    placement = Placement.objects.get(site=site, key=PLACEMENT)
    for left in Experiment.objects.filter(placement=placement, status=Status.RUNNING):
        stop(left, actor=actor, now=now)  # of a run whose worker was killed
    experiment = design.save(site, _plan(site, placement, order), actor=actor, now=now)
    lifecycle.start(experiment, actor=actor, now=now)
    publishing.publish_if_changed(now=now)
    return experiment


def _plan(site: Site, placement: Placement, order: PolicyOrder) -> design.Plan:
    shown = {key: Creative.objects.get(site=site, key=key) for key in order.rates}
    return design.Plan(
        key=design.free_key(site, f"learning-{order.seed}"),
        name=_("Simulation: a policy that learns"),
        placement=placement,
        variants=tuple(design.VariantPlan(key, one.name, one) for key, one in shown.items()),
        hypothesis=_("Simulated shoppers click more often when the policy learns."),
        planned_days=0,
        planned_visitors=order.visits,
        policy=Experiment.Policy.THOMPSON,
        exploration_share=SLICE,
    )


def _outcome(
    experiment: Experiment, crowd: RoundCrowd, effect: Effect, seconds: float
) -> PolicyOutcome:
    ledger, world = crowd.ledger, crowd.world
    true = ledger.value(lambda decided: world.rate(decided.variant), explored=False)
    span = effect.lift_span
    return PolicyOutcome(
        experiment=experiment.key,
        visits=sum(map(len, ledger.rounds)),
        policy=ledger.click_rate(explored=False),
        slice=ledger.click_rate(explored=True),
        even=world.even,
        gain=ledger.click_rate(explored=False) / world.even - 1,
        truth=true / world.even - 1,
        lift=effect.lift,
        low=span.low if span else None,
        high=span.high if span else None,
        seconds=seconds,
    )
