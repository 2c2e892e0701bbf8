"""Every field of a plan changes what is served, what is reported, or whether it may be launched.

The list is complete by construction: a field of the plan without a case here fails.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.test import Client

from delivery import snapshot
from experiments import checklist, design, lifecycle, publishing
from experiments.models import Experiment, Snapshot
from experiments.planning import Plan, VariantPlan
from experiments.policies import RulePlan
from experiments.reports.plan import design_of
from experiments.watching import WatchPlan
from tests import factories
from workspace.models import Role

pytestmark = pytest.mark.django_db
EVENING = {"all": [{"feature": "time.hour", "op": "at_least", "value": 18}]}
MONDAY = dt.datetime(2026, 11, 30, 2, 0, tzinfo=dt.UTC)
LATER = MONDAY + dt.timedelta(days=14)


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def plan(site):
    places = (factories.a_placement(site), factories.a_placement(site, "below", layer="home-hero"))
    banners = [factories.a_creative(site, name) for name in ("Sunrise", "Studio")]
    pairs = zip("ab", banners, strict=True)
    return Plan(
        key="autumn",
        name="Autumn",
        placement=places[0],
        variants=tuple(VariantPlan(key, key.upper(), banner) for key, banner in pairs),
        hypothesis="If we show it, then more people click, because it is nice.",
        mde=Decimal(5),
        watched=(),
    )


def _saved(plan, now) -> Experiment:
    site = plan.placement.site
    known = Experiment.objects.filter(site=site).first()
    if known is not None:
        Experiment.objects.filter(pk=known.pk).delete()
    made = design.save(site, plan, actor=None, now=now)
    return Experiment.objects.get(pk=made.pk)


def _served(plan, now) -> Any:
    """What the data plane gets of it after the start, but for what each start draws anew."""
    lifecycle.start(_saved(plan, now), actor=None, now=now)
    publishing.publish_if_changed(now=now)
    row = Snapshot.objects.first()
    (entry,) = snapshot.decode(bytes(row.body), sha256=row.sha256).experiments
    said = msgspec.to_builtins(entry)
    drawn = {"id": 0, "seed": "", "slice": sum(end - start for start, end in entry.slice)}
    return said | drawn | {"variants": [one | {"id": 0} for one in said["variants"]]}


def _reported(plan, now) -> Any:
    """The plan by which the report reads, but for the ids of its rows."""
    experiment = _saved(plan, now)
    positions = {row.pk: row.position for row in experiment.variants.all()}
    found = design_of(experiment)
    arms = tuple(replace(arm, id=positions[arm.id]) for arm in found.arms)
    costs = tuple(replace(cost, arm=positions[cost.arm]) for cost in found.costs)
    return replace(found, experiment=0, arms=arms, costs=costs)


def _checked(plan, now) -> set[str]:
    """What is said before the start."""
    return {problem.code for problem in checklist.of(_saved(plan, now), now=now)}


def _pages(plan, now) -> str:
    """What people read of it beside the results."""

    experiment, client = _saved(plan, now), Client()
    client.force_login(factories.a_user(role=Role.ANALYST, site=experiment.site))
    page = client.get(f"/s/shop/experiments/{experiment.key}/design/").content.decode()
    return page[page.index("<h1") : page.rindex("</dl>")]


def _ended(plan, now) -> Any:
    """What has become of it when its end has come."""
    from experiments import due

    experiment = _saved(replace(plan, ends_at=LATER), now)
    lifecycle.start(experiment, actor=None, now=now)
    due.act(now=LATER + dt.timedelta(minutes=1))
    experiment.refresh_from_db()
    experiment.placement.refresh_from_db()
    return experiment.status, experiment.placement.fallback_id


@dataclass(frozen=True)
class Case:
    """How a plan is changed, and what must be different then."""

    change: Callable[[Plan], Plan]
    look: Callable[[Plan, dt.datetime], Any]
    before: Callable[[Plan], Plan] = lambda plan: plan


def _with(**values):
    return lambda plan: replace(plan, **values)


def _second(**values):
    """The second variant with other values."""

    def change(plan):
        return replace(plan, variants=(plan.variants[0], replace(plan.variants[1], **values)))

    return change


def _segment(plan):
    return factories.a_segment(plan.placement.site, "regulars", "visits", "at_least", 3)


def _below(plan):
    return plan.placement.site.placements.get(key="below")


def _also_on(plan):
    return replace(plan, also_on=(_below(plan),))


CASES = {
    "key": Case(_with(key="winter"), _served),
    "name": Case(_with(name="Winter"), _pages),
    "placement": Case(lambda plan: replace(plan, placement=_below(plan)), _served),
    "variants": Case(_second(weight=3), _served),
    "hypothesis": Case(_with(hypothesis=""), _checked),
    "primary_metric": Case(_with(primary_metric="conversion_rate"), _reported),
    "mde": Case(_with(mde=None), _checked),
    "mde_kind": Case(_with(mde_kind="points"), _reported),
    "planned_days": Case(_with(planned_days=60), _checked),
    "planned_visitors": Case(_with(planned_visitors=900), _reported),
    "traffic_share": Case(_with(traffic_share=40), _served),
    "policy": Case(_with(policy="thompson"), _served),
    "exploration_share": Case(
        _with(exploration_share=30), _served, before=_with(policy="thompson")
    ),
    "rules": Case(
        lambda plan: replace(plan, policy="rules", rules=(RulePlan(_segment(plan), {"b": 1}),)),
        _served,
    ),
    "reading": Case(_with(reading="open"), _reported),
    "watched": Case(_with(watched=(WatchPlan("conversion_rate", "guardrail", 2),)), _reported),
    "also_on": Case(_also_on, _served),
    "audience": Case(lambda plan: replace(plan, audience=_segment(plan)), _served),
    "targeting": Case(_with(targeting=EVENING), _served),
    "block_hours": Case(_with(block_hours=6), _reported),
    "local": Case(_with(local=True), _served),
    "starts_at": Case(_with(starts_at=MONDAY), _checked, before=_with(planned_days=5)),
    "ends_at": Case(_with(ends_at=LATER), _checked, before=_with(planned_days=10)),
    "end_action": Case(_with(end_action="stop"), _ended),
    "end_variant": Case(_with(end_action="ship_variant", end_variant="b"), _ended),
    "links": Case(_with(links=("https://wiki.example/brief",)), _pages),
    "tags": Case(_with(tags=("price",)), _pages),
}
OF_VARIANTS = {
    "key": Case(_second(key="z"), _served),
    "name": Case(_second(name="Zebra"), _reported),
    "creative": Case(_second(creative=None), _checked),
    "weight": Case(_second(weight=3), _served),
    "creative_cost": Case(_second(creative_cost=90_000), _reported),
    "media_cost": Case(_second(media_cost=120), _reported),
    "discount": Case(_second(discount=Decimal(10)), _reported),
    "placement": Case(lambda plan: _second(placement=_below(plan))(plan), _served, before=_also_on),
    "levels": Case(_second(levels={"headline": "short"}), _reported),
}


def _parameters():
    for kind, cases in (("plan", CASES), ("variant", OF_VARIANTS)):
        for name, case in cases.items():
            yield pytest.param(case, id=f"{kind}-{name}")


@pytest.mark.parametrize("case", list(_parameters()))
def test_field__changed__something_else_is_served_reported_or_checked(case, plan, now):
    before = case.before(plan)
    first = case.look(before, now)
    assert case.look(case.change(before), now) != first


def test_field__of_a_plan__has_a_case():
    assert {one.name for one in fields(Plan)} == set(CASES)
    assert {one.name for one in fields(VariantPlan)} == set(OF_VARIANTS)
