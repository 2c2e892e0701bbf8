"""Steps of the traffic share: what is a ramp, which step is next, what it waits for."""

import datetime as dt

import pytest

from engine.errors import InvalidInput
from experiments import lifecycle, ramps, schedules, traffic
from experiments.models import Experiment, Status
from experiments.ramps import Step
from tests import factories

HOUR = dt.timedelta(hours=1)
STEPS = (Step(10, 24, 500), Step(40, 48, 0), Step(100, 1, 0))


@pytest.mark.parametrize(
    "steps",
    [
        (Step(0),),
        (Step(101),),
        (Step(50), Step(50)),
        (Step(50), Step(20)),
        (Step(10, 0), Step(20)),
        (Step(10, 24 * 60 + 1), Step(20)),
        (Step(10, 1, -1), Step(20)),
        tuple(Step(share) for share in range(1, 12)),
    ],
)
def test_check__steps_that_cannot_be_gone_up__refused(steps):
    with pytest.raises(InvalidInput) as refused:
        ramps.check(steps)
    assert refused.value.field == "ramp"


@pytest.mark.parametrize(
    "stored",
    [[{"share": "10"}], [{"shares": 10}], ["10"], [{"share": True}], [{"share": 1.5}], [{}], 7],
)
def test_read__no_ramp__refused(stored):
    with pytest.raises(InvalidInput):
        ramps.read(stored)


def test_read__what_was_stored__comes_back():
    assert ramps.read(ramps.stored(STEPS)) == STEPS


@pytest.mark.parametrize(
    ("share", "here", "following"), [(5, None, 10), (10, 10, 40), (60, 40, 100), (100, 100, None)]
)
def test_steps__any_share__the_one_in_force_and_the_next(share, here, following):
    experiment = Experiment(traffic_share=share, ramp=ramps.stored(STEPS))
    now, then = ramps.step_in_force(experiment), ramps.next_step(experiment)
    assert (now and now.share, then and then.share) == (here, following)


def test_wait__hours_and_visitors__both_are_needed(now):
    experiment = Experiment(traffic_share=10, ramp=ramps.stored(STEPS), ramp_since=now)
    few, enough = (ramps.wait(experiment, seen=seen) for seen in (499, 500))
    assert not few.is_over(now + 24 * HOUR)
    assert not enough.is_over(now + 23 * HOUR)
    assert enough.is_over(now + 24 * HOUR)


@pytest.mark.django_db
def test_start__with_a_ramp__begins_with_the_first_share(now):
    experiment = factories.an_experiment(ramp=ramps.stored(STEPS))
    lifecycle.start(experiment, actor=None, now=now)
    assert (experiment.traffic_share, experiment.ramp_since) == (10, now)
    assert experiment.slice == [[0, 1000]]


@pytest.mark.django_db
def test_raise_share__by_hand__is_held_anew_and_the_last_step_ends_the_ramp(now):
    experiment = factories.an_experiment(status=Status.RUNNING, ramp=ramps.stored(STEPS))
    traffic.raise_share(experiment, share=30, actor=None, now=now + HOUR)
    assert experiment.ramp_since == now + HOUR
    traffic.raise_share(experiment, share=100, actor=None, now=now + 2 * HOUR)
    assert experiment.ramp_since is None


@pytest.mark.django_db
def test_resume__after_a_pause__holds_its_step_anew(now):
    experiment = factories.an_experiment(status=Status.PAUSED, ramp=ramps.stored(STEPS))
    lifecycle.resume(experiment, actor=None, now=now + 9 * HOUR)
    assert experiment.ramp_since == now + 9 * HOUR


@pytest.mark.django_db
def test_change__ramp_of_a_draft__its_last_share_is_the_traffic_of_the_plan(now):
    experiment = factories.an_experiment()
    wishes = schedules.Wishes(ramp=(Step(10), Step(60)))
    schedules.change(experiment, wishes, actor=None, now=now)
    assert (experiment.traffic_share, ramps.read(experiment.ramp)) == (60, wishes.ramp)
