"""Slices and splits: nobody in two experiments of a layer, nobody moved when traffic is raised."""

import pytest
from django.contrib.admin.utils import flatten

from engine.assignment import allocation
from engine.assignment.assign import assign
from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import inquiry, layers, lifecycle, traffic
from experiments.models import Experiment, Status
from tests import factories
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db

IDS = [f"visitor-{number}" for number in range(100_000)]


def _seen(experiment: Experiment) -> dict[str, int | None]:
    live = inquiry.now_live(now=factories.NOW)
    recipe = live.experiments[experiment.site_id, experiment.key].recipe
    return {unit: assign(recipe, unit).variant for unit in IDS}


def test_layer__100000_ids__nobody_is_in_two_experiments(now):
    site = factories.a_site()
    rows = [factories.an_experiment(site, traffic_share=share) for share in (20, 30, 25)]
    for row in rows:
        lifecycle.start(row, actor=None, now=now)
    lifecycle.stop(rows[0], actor=None, now=now)
    rows += [factories.an_experiment(site, traffic_share=45, status=Status.RUNNING)]
    live = [_seen(row) for row in rows[1:]]
    inside = [{unit for unit, variant in seen.items() if variant is not None} for seen in live]
    assert sum(map(len, inside)) == len(set().union(*inside))
    shares = [len(units) / len(IDS) for units in inside]
    assert shares == pytest.approx([0.30, 0.25, 0.45], abs=0.006)


def test_raise_share__100000_ids__moves_nobody(now):
    site = factories.a_site()
    experiment = factories.an_experiment(site, traffic_share=10, status=Status.RUNNING)
    factories.an_experiment(site, traffic_share=40, status=Status.RUNNING)
    before = _seen(experiment)
    traffic.raise_share(experiment, share=60, actor=None, now=now)
    after = _seen(experiment)
    assert all(after[unit] == variant for unit, variant in before.items() if variant is not None)
    grown = sum(v is not None for v in after.values()) / len(IDS)
    assert grown == pytest.approx(0.60, abs=0.006)
    assert layers.slice_of(experiment) == ((0, 1000), (5000, 10000))


def test_raise_share__more_than_is_free__refused_with_what_is_left(now):
    site = factories.a_site()
    experiment = factories.an_experiment(site, traffic_share=10, status=Status.RUNNING)
    factories.an_experiment(site, traffic_share=70, status=Status.RUNNING)
    with pytest.raises(InvalidInput, match="30 %"):
        traffic.raise_share(experiment, share=31, actor=None, now=now)


@pytest.mark.parametrize("share", [0, 10, 50, 101])
def test_raise_share__not_more_than_now__refused(share, now):
    experiment = factories.an_experiment(traffic_share=50, status=Status.RUNNING)
    with pytest.raises(InvalidInput):
        traffic.raise_share(experiment, share=share, actor=None, now=now)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.STOPPED, Status.DECIDED])
def test_traffic__not_live__refused(status, now):
    experiment = factories.an_experiment(status=status, traffic_share=50)
    with pytest.raises(IllegalMove):
        traffic.raise_share(experiment, share=60, actor=None, now=now)
    with pytest.raises(IllegalMove):
        traffic.change_split(experiment, weights={"a": 1, "b": 2}, actor=None, now=now)


def test_change_split__running__new_phase_new_seed_new_ranges_and_an_audit_row(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    seed, slice_before = experiment.seed, experiment.slice
    traffic.change_split(experiment, weights={"a": 9, "b": 1}, actor=None, now=now)
    stored = Experiment.objects.get(pk=experiment.pk)
    assert (stored.phase, stored.slice, stored.started_at) == (2, slice_before, now)
    assert stored.seed != seed
    ranges = [(v.bucket_start, v.bucket_end) for v in stored.variants.all()]
    assert ranges == [(0, 9000), (9000, 10000)]
    entry = AuditEntry.objects.filter(action="change_split").get()
    assert [v["weight"] for v in entry.before["variants"]] == [1, 1]
    assert [v["weight"] for v in entry.after["variants"]] == [9, 1]


def test_change_split__new_phase__drawn_independently_of_the_old_one(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    before = _seen(experiment)
    traffic.change_split(experiment, weights={"a": 1, "b": 1}, actor=None, now=now)
    after = _seen(experiment)
    same = sum(after[unit] == variant for unit, variant in before.items()) / len(IDS)
    assert same == pytest.approx(0.5, abs=0.007)


@pytest.mark.parametrize("weights", [{"a": 1}, {"a": 1, "b": 0}, {"a": 1, "b": 1, "c": 1}])
def test_change_split__not_one_weight_per_variant__refused(weights, now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    with pytest.raises(InvalidInput):
        traffic.change_split(experiment, weights=weights, actor=None, now=now)


def test_change_split__stale__conflict_and_ranges_untouched(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    lifecycle.pause(Experiment.objects.get(pk=experiment.pk), actor=None, now=now)
    with pytest.raises(Conflict):
        traffic.change_split(experiment, weights={"a": 9, "b": 1}, actor=None, now=now)
    assert set(experiment.variants.values_list("weight", flat=True)) == {1}


def test_free_share__slices_in_the_layer__what_is_left(now):
    site = factories.a_site()
    placement = factories.a_placement(site)
    factories.an_experiment(site, traffic_share=35, status=Status.PAUSED)
    factories.an_experiment(site, traffic_share=15, status=Status.STOPPED)
    assert layers.free_share(placement) == 65
    assert flatten(layers.occupied(placement)) == [0, 3500]
    assert allocation.size(layers.occupied(placement)) == 3500
