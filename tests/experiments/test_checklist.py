"""What is said before a start: hard problems refuse it, soft ones do not."""

import datetime as dt
from decimal import Decimal

import pytest

from experiments import checklist, collisions, launch, lifecycle
from experiments.models import Experiment, Status
from tests import factories

pytestmark = pytest.mark.django_db
FRIDAY = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def draft():
    return factories.an_experiment(key="draft", mde=Decimal(5))


def _codes(experiment, now) -> set[str]:
    return {problem.code for problem in checklist.of(experiment, now=now)}


def _changed(experiment, **fields) -> Experiment:
    Experiment.objects.filter(pk=experiment.pk).update(**fields)
    return Experiment.objects.get(pk=experiment.pk)


def test_of__brand_new_shop__what_is_soft_does_not_keep_it_from_starting(draft, now):
    found = checklist.of(draft, now=now)
    assert {one.code for one in found} >= {"silent", "no_history", "guardrails"}
    assert not any(one.hard for one in found)
    assert all(one.message and one.remedy and one.field for one in found)
    lifecycle.start(draft, actor=None, now=now)
    assert draft.status == Status.RUNNING


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"planned_days": 49}, "long"),
        ({"planned_days": 10}, "weeks"),
        ({"mde": None}, "no_effect"),
        ({"ends_at": dt.datetime(2026, 12, 5, 4, 0, tzinfo=dt.UTC)}, "weekend"),
    ],
)
def test_of__unwise__said_and_not_hard(draft, now, fields, code):
    experiment = _changed(draft, **fields)
    assert code in _codes(experiment, now)
    assert launch.problems(experiment, now=now) == ()


def test_of__whole_weeks_from_a_working_day__nothing_about_the_end(draft):
    assert not _codes(draft, FRIDAY) & {"weeks", "weekend", "long"}


def test_of__five_variants__each_gets_few(now):
    assert "arms" in _codes(factories.an_experiment(variants=5), now)


def test_of__broken_rule__hard(draft, now):
    experiment = _changed(draft, targeting={"all": []})
    (problem,) = launch.problems(experiment, now=now)
    assert (problem.code, problem.field, problem.hard) == ("audience", "audience", True)


def test_of__further_placement_moved_or_without_default__hard(draft, now):
    below = factories.a_placement(draft.site, "below", layer="home-hero", fallback=None)
    draft.also_on.add(below)
    assert "fallback" in _codes(draft, now)
    below.layer = "elsewhere"
    below.save()
    assert "layer" in {problem.code for problem in launch.problems(draft, now=now)}


def test_of__scheduled_in_the_same_layer__a_collision_with_its_dates(draft, now):
    waits = factories.an_experiment(draft.site, "waits", traffic_share=80)
    _changed(waits, status=Status.SCHEDULED, starts_at=now + dt.timedelta(days=3))
    assert "collision" in _codes(draft, now)
    (other,) = collisions.of(draft, now=now)
    assert (other.key, other.share, other.waits) == ("waits", 80, True)
    assert other.begins == now + dt.timedelta(days=3)
    assert other.ends == now + dt.timedelta(days=17)


def test_of__scheduled_for_after_its_end__no_collision(draft, now):
    waits = factories.an_experiment(draft.site, "waits")
    _changed(waits, status=Status.SCHEDULED, starts_at=now + dt.timedelta(days=30))
    assert collisions.of(draft, now=now) == ()


def test_of__same_segment_on_another_layer__said(draft, now):
    segment = factories.a_segment(draft.site, "regulars", "visits", "at_least", 3)
    place = factories.a_placement(draft.site, "cart")
    factories.an_experiment(
        draft.site, placement=place, status=Status.RUNNING, audience=segment, at=now
    )
    assert "same_audience" not in _codes(draft, now)
    experiment = _changed(draft, audience=segment)
    assert "same_audience" in _codes(experiment, now)
    (other,) = collisions.of(experiment, now=now)
    assert other.share == 0
