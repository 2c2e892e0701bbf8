"""What a report remembers of the design."""

import datetime as dt

import pytest

from experiments.reports import plan
from tests.factories import NOW, an_experiment

pytestmark = pytest.mark.django_db


def test_design_of__running__splits_by_the_ranges_that_are_live():
    design = plan.design_of(an_experiment(status="running", variants=3))
    assert [arm.share for arm in design.arms] == pytest.approx([1 / 3] * 3, abs=2e-4)
    assert sum(arm.share for arm in design.arms) == pytest.approx(1)
    assert (design.control.key, design.started_at, design.ended_at) == ("a", NOW, None)


def test_design_of__never_live__splits_by_weight():
    experiment = an_experiment()
    first = experiment.variants.first()
    first.weight = 3
    first.save()
    assert [arm.share for arm in plan.design_of(experiment).arms] == [0.75, 0.25]


@pytest.mark.parametrize("status", ["stopped", "decided"])
def test_design_of__ended__knows_when(status):
    design = plan.design_of(an_experiment(status=status))
    assert (design.ended, design.ended_at) == (True, NOW)


def test_design_of__start__is_in_the_shops_own_zone():
    experiment = an_experiment(status="running")
    experiment.site.timezone = "Asia/Shanghai"
    started = plan.design_of(experiment).started_at
    assert (started, started.utcoffset()) == (NOW, dt.timedelta(hours=8))


def test_design_of__paused__goes_on():
    assert not plan.design_of(an_experiment(status="paused")).ended


def test_design_of__imported__has_nothing_to_wait_for():
    assert plan.design_of(an_experiment(origin="results")).planned_look_only
    assert not plan.design_of(an_experiment()).planned_look_only


def test_design_of__smallest_effect__is_a_number():
    experiment = an_experiment(mde="2.5", started_at=NOW - dt.timedelta(days=3))
    experiment.refresh_from_db()
    assert plan.design_of(experiment).mde == 2.5
