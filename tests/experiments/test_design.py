"""Drafts: what is saved, what is refused, what happens with two people at one plan."""

from decimal import Decimal

import pytest

from engine.errors import Conflict, IllegalMove, InvalidInput, NotFound
from experiments import design
from experiments.design import Plan, VariantPlan
from experiments.models import Experiment, Layer, Status
from experiments.watching import WatchPlan
from tests import factories
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def placement(site):
    return factories.a_placement(site)


def _plan(placement, **changes):
    creative = factories.a_creative(placement.site)
    variants = (VariantPlan("a", "A", creative), VariantPlan("b", "B", None, weight=3))
    fields = {"key": "spring", "name": "Spring", "variants": variants, "mde": Decimal("2.5")}
    return Plan(placement=placement, **fields | changes)


def test_save__new__a_draft_with_variants_layer_owner_and_audit_row(site, placement, now):
    actor = factories.a_user()
    saved = design.save(site, _plan(placement), actor=actor, now=now)
    stored = Experiment.objects.get(site=site, key="spring")
    assert (stored.pk, stored.status, stored.owner) == (saved.pk, Status.DRAFT, actor)
    assert list(stored.variants.values_list("key", "position", "weight")) == [
        ("a", 0, 1),
        ("b", 1, 3),
    ]
    assert Layer.objects.filter(site=site, key=placement.layer).exists()
    entry = AuditEntry.objects.get(object_type="experiment")
    assert (entry.action, entry.before, entry.actor) == ("create", None, actor)
    assert entry.after["variants"][1]["weight"] == 3
    assert "seed" not in entry.after


def _watched(experiment):
    return list(experiment.watched.values_list("metric", "role", "margin"))


def test_save__new__guardrails_as_usual(site, placement, now):
    saved = design.save(site, _plan(placement), actor=None, now=now)
    assert _watched(saved) == [
        ("conversion_rate", "guardrail", 5),
        ("revenue_per_visitor", "guardrail", 5),
    ]
    entry = AuditEntry.objects.get(object_type="experiment")
    assert entry.after["watched"][0] == "conversion_rate guardrail 5%"


def test_save__new_about_orders__orders_are_no_guardrail_of_themselves(site, placement, now):
    plan = _plan(placement, primary_metric="conversion_rate")
    saved = design.save(site, plan, actor=None, now=now)
    assert [metric for metric, _role, _margin in _watched(saved)] == ["revenue_per_visitor"]


def test_save__again_without_a_word_on_it__watched_stays_but_the_new_primary(site, placement, now):
    watched = (WatchPlan("viewability"), WatchPlan("conversion_rate", "guardrail", Decimal(2)))
    first = design.save(site, _plan(placement, watched=watched), actor=None, now=now)
    again = _plan(placement, primary_metric="conversion_rate")
    design.save(site, again, actor=None, now=now, experiment=first)
    assert _watched(first) == [("viewability", "secondary", None)]


def test_save__costs_and_reading__kept_and_in_the_log(site, placement, now):
    variants = (VariantPlan("a", "A"), VariantPlan("b", "B", None, 1, 80_000, 50, Decimal("7.5")))
    plan = _plan(placement, variants=variants, reading="open")
    saved = design.save(site, plan, actor=None, now=now)
    assert Experiment.objects.get(pk=saved.pk).reading == "open"
    second = saved.variants.get(key="b")
    assert (second.creative_cost, second.media_cost, second.discount) == (80_000, 50, 7.5)
    entry = AuditEntry.objects.get(object_type="experiment")
    assert entry.after["variants"][1]["costs"] == [80_000, 50, "7.5"]


def test_save__again__replaces_the_plan_and_keeps_identity_and_seed(site, placement, now):
    first = design.save(site, _plan(placement), actor=None, now=now)
    seed = first.seed
    changed = _plan(placement, name="Summer", variants=(VariantPlan("c", "C"),))
    design.save(site, changed, actor=None, now=now, experiment=first)
    stored = Experiment.objects.get(pk=first.pk)
    assert (stored.name, stored.seed, stored.revision) == ("Summer", seed, 2)
    assert list(stored.variants.values_list("key", flat=True)) == ["c"]
    entry = AuditEntry.objects.filter(action="edit").get()
    assert (entry.before["name"], entry.after["name"]) == ("Spring", "Summer")


def test_save__somebody_saved_meanwhile__conflict_and_nothing_changed(site, placement, now):
    mine = design.save(site, _plan(placement), actor=None, now=now)
    theirs = Experiment.objects.get(pk=mine.pk)
    design.save(site, _plan(placement, name="Theirs"), actor=None, now=now, experiment=theirs)
    with pytest.raises(Conflict):
        design.save(site, _plan(placement, name="Mine"), actor=None, now=now, experiment=mine)
    assert Experiment.objects.get(pk=mine.pk).name == "Theirs"


def test_save__started__refused(site, placement, now):
    running = factories.an_experiment(site, status=Status.RUNNING, placement=placement)
    with pytest.raises(IllegalMove):
        design.save(site, _plan(placement), actor=None, now=now, experiment=running)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "new"}, "key"),
        ({"key": "Not A Slug"}, "key"),
        ({"name": ""}, "name"),
        ({"traffic_share": 0}, "traffic_share"),
        ({"traffic_share": 101}, "traffic_share"),
        ({"planned_days": 400}, "planned_days"),
        ({"primary_metric": "luck"}, "primary_metric"),
        ({"mde": Decimal(-1)}, "mde"),
        ({"variants": (VariantPlan("a", "A"), VariantPlan("a", "B"))}, "variants"),
        ({"variants": (VariantPlan("a", "A", weight=0),)}, "variants"),
        ({"variants": tuple(VariantPlan(k, k) for k in "abcdefghi")}, "variants"),
        ({"variants": (VariantPlan("a", "A", media_cost=-1),)}, "variants"),
        ({"variants": (VariantPlan("a", "A", discount=Decimal(101)),)}, "variants"),
        ({"reading": "twice"}, "reading"),
        ({"watched": (WatchPlan("luck"),)}, "watched"),
        ({"watched": (WatchPlan("ctr"),)}, "watched"),
        ({"watched": (WatchPlan("viewability"), WatchPlan("viewability"))}, "watched"),
        ({"watched": (WatchPlan("viewability", "hope"),)}, "watched"),
        ({"watched": (WatchPlan("viewability", "guardrail"),)}, "watched"),
        ({"watched": (WatchPlan("viewability", "guardrail", Decimal(100)),)}, "watched"),
    ],
)
def test_save__value_does_not_fit__refused_by_field(site, placement, now, changes, field):
    with pytest.raises(InvalidInput) as refused:
        design.save(site, _plan(placement, **changes), actor=None, now=now)
    assert refused.value.field == field
    assert not Experiment.objects.exists()


def test_save__key_taken_on_this_site__refused_but_free_on_another(site, placement, now):
    design.save(site, _plan(placement), actor=None, now=now)
    with pytest.raises(InvalidInput, match="has this key"):
        design.save(site, _plan(placement), actor=None, now=now)
    other = factories.a_placement(factories.a_site("other"))
    assert design.save(other.site, _plan(other), actor=None, now=now).key == "spring"


def test_save__placement_or_banner_of_another_site__does_not_exist(site, placement, now):
    other = factories.a_placement(factories.a_site("other"))
    with pytest.raises(NotFound):
        design.save(site, _plan(other), actor=None, now=now)
    stolen = (VariantPlan("a", "A", other.fallback),)
    with pytest.raises(NotFound):
        design.save(site, _plan(placement, variants=stolen), actor=None, now=now)


def test_delete__draft__gone_with_an_audit_row_that_says_what_it_was(site, placement, now):
    draft = design.save(site, _plan(placement), actor=None, now=now)
    design.delete(draft, actor=None, now=now)
    assert not Experiment.objects.exists()
    entry = AuditEntry.objects.filter(action="delete").get()
    assert (entry.object_key, entry.before["name"], entry.after) == ("spring", "Spring", None)


@pytest.mark.parametrize("status", [s for s in Status if s != Status.DRAFT])
def test_delete__has_run__refused(status, now):
    with pytest.raises(IllegalMove):
        design.delete(factories.an_experiment(status=status), actor=None, now=now)


def test_free_key__taken__next_number(site, placement, now):
    assert design.free_key(site, "spring") == "spring"
    first = design.save(site, _plan(placement), actor=None, now=now)
    assert design.free_key(site, "spring") == "spring-2"
    assert design.free_key(site, "spring", but=first) == "spring"
    assert design.free_key(site, "new") == "new-2"
