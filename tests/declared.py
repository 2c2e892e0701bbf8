"""Experiments with policies in worlds with declared click rates, for tests that go over HTTP."""

import contextlib
from collections.abc import Iterator
from itertools import count

from django.utils import timezone

from audiences import segments
from audiences.models import Segment
from demo.leanings import LeaningWorld
from demo.rounds import RoundCrowd
from demo.shoppers import Door
from engine.stats import stratified
from engine.stats.inference import Comparison
from engine.stats.metrics import CATALOGUE
from events import rollup, store
from experiments import lifecycle
from experiments.models import Experiment, Layer, PolicyRule, Status, Variant
from tests import factories
from tests.doors import Granian, World, a_banner

_numbers = count(1)


@contextlib.contextmanager
def a_policy_at_work(
    shop: World, granian: Granian, world: LeaningWorld, policy: str, **fields
) -> Iterator[tuple[Experiment, RoundCrowd]]:
    """A running experiment on a placement of its own and the crowd for it; stopped at the end."""
    experiment = _experiment(shop, world, policy, **fields)
    for position, (segment, weights) in enumerate(fields.get("rules", {}).items()):
        rule = PolicyRule(experiment=experiment, position=position, weights=weights)
        rule.segment = a_segment(shop, segment)
        rule.save()
    factories._bring_to(experiment, Status.RUNNING, timezone.now())
    granian.follow(shop.publish())
    door = Door(f"http://127.0.0.1:{granian.port}", shop.sk)
    try:
        with RoundCrowd(door, experiment.placement.key, experiment.key, world) as crowd:
            crowd.wait_until_live()
            yield experiment, crowd
    finally:
        experiment.refresh_from_db()
        lifecycle.stop(experiment, actor=None, now=timezone.now())
        shop.publish()


def _experiment(shop: World, world: LeaningWorld, policy: str, **fields) -> Experiment:
    key, site = f"{policy}-{next(_numbers)}", shop.site
    placement = factories.a_placement(site, key, fallback=a_banner(site, f"{key}-default"))
    Layer.objects.get_or_create(site=site, key=placement.layer)
    made = Experiment.objects.create(
        site=site,
        key=key,
        name=key,
        placement=placement,
        policy=policy,
        hypothesis="If it fits, then more click, because it is theirs.",
        exploration_share=fields["exploration_share"],
    )
    for position, name in enumerate(world.variants):
        creative = a_banner(site, f"{key}-{name}")
        Variant.objects.create(
            experiment=made, key=name, name=name, position=position, creative=creative
        )
    return made


def a_segment(shop: World, key: str) -> Segment:
    """Who has looked at two products of a category, `likes-<category>`."""
    found = Segment.objects.filter(site=shop.site, key=key).first()
    category = key.removeprefix("likes-")
    condition = {"feature": f"affinity.category.{category}", "op": "at_least", "value": 2}
    return found or segments.create(
        shop.site, name=key, rule={"all": [condition]}, actor=None, now=factories.NOW, key=key
    )


def measured(experiment: Experiment, *, alpha: float) -> Comparison:
    """The policy against the exploration slice as the report compares them, at another level."""
    rollup.run(now=timezone.now())
    phase = (experiment.pk, experiment.phase)
    branches = store.branches_of([phase])[phase]
    return stratified.compare(CATALOGUE["ctr"], branches[True], branches[False], alpha=alpha)
