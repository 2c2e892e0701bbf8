"""A plan that shops are to decide by themselves: what keeps it from that, at every door."""

from dataclasses import replace

import pytest

from audiences.models import Segment
from delivery import snapshot
from engine.errors import InvalidInput
from experiments import checklist, design, duplicating, planned, planning, publishing
from experiments.local_evaluation import DecidedOtherwise
from experiments.models import Experiment
from experiments.planning import Plan, VariantPlan
from tests import factories

pytestmark = pytest.mark.django_db
VISITS = {"all": [{"feature": "visits", "op": "at_least", "value": 3}]}
PHONES = {"all": [{"feature": "device", "op": "is", "value": "phone"}]}


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def plan(site):
    variants = tuple(
        VariantPlan(key, key.upper(), factories.a_creative(site, f"Banner {key}")) for key in "ab"
    )
    return Plan("spring", "Spring", factories.a_placement(site), variants, local=True)


def saved(site, plan, now, **changes):
    return design.save(site, replace(plan, **changes), actor=None, now=now)


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"policy": "thompson"}, "policy"),
        ({"block_hours": 6}, "switchback"),
        ({"targeting": VISITS}, "features"),
        (
            {"targeting": {"all": [{"feature": "time.hour", "op": "is", "value": 9}]}},
            "features",
        ),
        ({"targeting": {"all": [{"feature": "position", "op": "is", "value": "x"}]}}, "features"),
    ],
)
def test_save__shops_would_decide_otherwise__refused_by_name(site, plan, now, changes, difference):
    with pytest.raises(DecidedOtherwise) as refused:
        saved(site, plan, now, **changes)
    assert (refused.value.difference, refused.value.field) == (difference, "local")
    assert refused.value.hint
    assert saved(site, plan, now, local=False, **changes).pk


def test_save__limited_banner__refused(site, plan, now):
    banner = plan.variants[1].creative
    banner.cap_per_day = 2
    banner.save()
    with pytest.raises(DecidedOtherwise) as refused:
        saved(site, plan, now)
    assert refused.value.difference == "caps"


def test_save__several_placements_or_one_variant_on_its_own__refused(site, plan, now):
    more = factories.a_placement(site, "strip", layer=plan.placement.layer)
    with pytest.raises(DecidedOtherwise, match="placement"):
        saved(site, plan, now, also_on=(more,))
    alone = (plan.variants[0], replace(plan.variants[1], placement=plan.placement))
    with pytest.raises(DecidedOtherwise, match="placement"):
        saved(site, plan, now, variants=alone)


def test_save__segment_by_what_visitors_did__refused_with_the_feature(site, plan, now):
    segment = Segment.objects.create(site=site, key="often", name="Often", rule=VISITS)
    with pytest.raises(InvalidInput, match="visits"):
        saved(site, plan, now, audience=segment)


def test_save__rule_that_sdks_know__kept_sealed_copied_and_published(site, plan, now):
    experiment = saved(site, plan, now, targeting=PHONES)
    assert experiment.local
    assert planning.of(experiment).local
    assert planned.body_of(experiment)["local"] is True
    copy = duplicating.duplicate(experiment, actor=None, now=now)
    assert copy.local


def test_experiment__started__compiled_as_local(site, now):
    experiment = factories.an_experiment(site, status="running")
    Experiment.objects.filter(pk=experiment.pk).update(local=True)
    publishing.publish_if_changed(now=now)
    body = bytes(publishing.Snapshot.objects.first().body)
    read = snapshot.decode(body, snapshot.digest(body))
    assert [entry.local for entry in read.experiments] == [True]


def test_checklist__segment_has_changed_since__said_before_the_start(site, plan, now):
    segment = Segment.objects.create(site=site, key="phones", name="Phones", rule=PHONES)
    experiment = saved(site, plan, now, audience=segment)
    assert "local_features" not in {one.code for one in checklist.of(experiment, now=now)}
    segment.rule = VISITS
    segment.save()
    experiment.refresh_from_db()
    (found,) = [one for one in checklist.of(experiment, now=now) if one.field == "local"]
    assert (found.code, found.hard) == ("local_features", True)
