"""What a plan may not say, and in which field that is said."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.errors import InvalidInput, NotFound
from experiments import design, planning
from experiments.models import Experiment
from experiments.planning import Plan, VariantPlan
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def plan(site):
    variants = (VariantPlan("a", "A"), VariantPlan("b", "B"))
    return Plan("spring", "Spring", factories.a_placement(site), variants)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"targeting": {"all": []}}, "targeting.all"),
        ({"end_action": "explode"}, "end_action"),
        ({"end_action": "ship_variant"}, "end_variant"),
        ({"end_action": "ship_variant", "end_variant": "z"}, "end_variant"),
        ({"end_variant": "a"}, "end_variant"),
        ({"links": ("javascript:alert(1)",)}, "links"),
        ({"links": ("http://[",)}, "links"),
        ({"tags": ("x" * 41,)}, "tags"),
        ({"block_hours": 169}, "block_hours"),
        ({"variants": (VariantPlan("a", "A", levels={"": "x"}),)}, "variants"),
        ({"variants": (VariantPlan("a", "A", levels=dict.fromkeys("abcde", "x")),)}, "variants"),
    ],
)
def test_save__does_not_fit__refused_with_the_field(site, plan, now, changes, field):
    with pytest.raises(InvalidInput) as refused:
        design.save(site, replace(plan, **changes), actor=None, now=now)
    assert refused.value.field == field
    assert not Experiment.objects.exists()


def test_save__end_before_start__refused(site, plan, now):
    wrong = replace(plan, starts_at=now, ends_at=now - dt.timedelta(days=1))
    with pytest.raises(InvalidInput) as refused:
        design.save(site, wrong, actor=None, now=now)
    assert refused.value.field == "ends_at"


def test_save__places__of_one_layer_and_each_once(site, plan, now):
    below = factories.a_placement(site, "below", layer="home-hero")
    cart = factories.a_placement(site, "cart")
    for places in ((cart,), (plan.placement,), (below, below)):
        with pytest.raises(InvalidInput) as refused:
            design.save(site, replace(plan, also_on=places), actor=None, now=now)
        assert refused.value.field == "also_on"
    lost = replace(plan, variants=(VariantPlan("a", "A", placement=below),))
    with pytest.raises(InvalidInput, match="does not use"):
        design.save(site, lost, actor=None, now=now)
    saved = design.save(site, replace(lost, also_on=(below,)), actor=None, now=now)
    assert list(saved.also_on.all()) == [below]


def test_save__segment_or_placement_of_another_site__unknown(site, plan, now):
    other = factories.a_site("other")
    segment = factories.a_segment(other, "regulars", "visits", "at_least", 3)
    for changes in (
        {"audience": segment},
        {"also_on": (factories.a_placement(other, "below", layer="home-hero"),)},
    ):
        with pytest.raises(NotFound):
            design.save(site, replace(plan, **changes), actor=None, now=now)


def test_of__saved_plan__saving_it_again_changes_nothing(site, plan, now):
    below = factories.a_placement(site, "below", layer="home-hero")
    variants = (
        VariantPlan("a", "A", levels={"headline": "short"}),
        VariantPlan("b", "B", placement=below, weight=3),
    )
    full = replace(
        plan,
        variants=variants,
        also_on=(below,),
        audience=factories.a_segment(site, "regulars", "visits", "at_least", 3),
        targeting={"all": [{"feature": "device", "op": "is", "value": "phone"}]},
        block_hours=6,
        starts_at=now,
        ends_at=now + dt.timedelta(days=14),
        end_action="ship_variant",
        end_variant="b",
        links=("https://wiki.example/brief",),
        tags=("price",),
    )
    saved = design.save(site, full, actor=None, now=now)
    read = planning.of(Experiment.objects.get(pk=saved.pk))
    assert replace(read, watched=None) == full
    assert saved.unit == Experiment.Unit.BLOCK
    again = design.save(site, replace(read, block_hours=0), actor=None, now=now, experiment=saved)
    assert again.unit == Experiment.Unit.VISITOR
