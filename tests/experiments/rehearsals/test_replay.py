"""The replay of a plan on visitors as the roll-up has counted them."""

import datetime as dt
import uuid

import numpy as np
import pytest

from engine.assignment import allocation
from engine.assignment.assign import assign
from engine.assignment.recipe import Recipe, VariantRecipe
from events.models import UnitTotal
from experiments import layers
from experiments.models import Experiment, Status
from experiments.rehearsals import replay, replay_words
from experiments.rehearsals.replay_outcome import decode
from tests import factories
from tests.factories import NOW
from workspace import jobs
from workspace.models import Job, Role

pytestmark = pytest.mark.django_db
PAGE = "/s/shop/experiments/plan/replay/"


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def place(site):
    return factories.a_placement(site, "hero", name="Top of the home page")


@pytest.fixture
def plan(site, place):
    return factories.an_experiment(site, "plan", placement=place, mde=20)


def unit_of(number: int) -> uuid.UUID:
    """Spread as pseudonyms are."""
    return uuid.uuid5(uuid.NAMESPACE_URL, str(number))


def visitors(place, number, *, experiment=0, first=0, at=NOW - dt.timedelta(days=3)):
    """Every second one with a phone; a tenth clicks."""
    chance = np.random.default_rng(first + 1)
    clicks = chance.random(number) < 0.1
    UnitTotal.objects.bulk_create(
        UnitTotal(
            site_id=place.site_id,
            experiment_id=experiment,
            phase=1,
            unit=unit_of(first + i),
            variant_id=1 if experiment else None,
            first_exposed_at=at,
            day=at.date(),
            placement_id=place.pk,
            device="phone" if i % 2 else "desktop",
            locale="zh",
            impressions=1 + i % 3,
            clicks=int(clicks[i]),
        )
        for i in range(number)
    )


def replayed(experiment, *, days=28) -> Job:
    asked = {"experiment": experiment.pk, "revision": experiment.revision, "days": days}
    job = jobs.enqueue(replay.KIND, site=experiment.site, parameters=asked, actor=None, now=NOW)
    jobs.run(job.pk, now=NOW)
    job.refresh_from_db()
    return job


def outcome_of(experiment, **asked):
    job = replayed(experiment, **asked)
    assert job.status == Job.Status.DONE, job.error
    return decode(job.result["outcome"])


def test_replay__half_the_traffic__drawn_as_the_engine_draws(plan, place):
    Experiment.objects.filter(pk=plan.pk).update(traffic_share=50)
    plan.refresh_from_db()
    plan.variants.filter(key="b").update(weight=3)
    visitors(place, 2_000)
    found = outcome_of(plan)
    taken = allocation.take(allocation.buckets_of_share(0.5))
    ranges = allocation.variant_ranges([1, 3])
    sides = tuple(VariantRecipe(key, at, key) for key, at in zip("ab", ranges, strict=True))
    seed = layers.ensure(place).seed
    recipe = Recipe("plan", "running", seed, taken, plan.seed, plan.phase, sides)
    drawn = [assign(recipe, unit_of(i).hex).variant for i in range(2_000)]
    assert [one.visitors for one in found.sides] == [drawn.count(0), drawn.count(1)]
    assert found.in_slice == 2_000 - drawn.count(None) == found.targeted == found.possible
    assert [sum(one.by_day) for one in found.sides] == [one.visitors for one in found.sides]
    assert (found.total, found.sampled, found.free) == (2_000, 2_000, None)


def test_replay__done_again__same_numbers(plan, place):
    visitors(place, 600)
    job = replayed(plan)
    assert job.status == Job.Status.DONE, job.error
    Job.objects.filter(pk=job.pk).update(status=Job.Status.QUEUED, result=None)
    jobs.run(job.pk, now=NOW + dt.timedelta(hours=1))
    assert Job.objects.get(pk=job.pk).result == job.result


def test_replay__targeting_on_device__half_takes_part(plan, place):
    rule = {"all": [{"feature": "device", "op": "is", "value": "phone"}]}
    Experiment.objects.filter(pk=plan.pk).update(targeting=rule)
    visitors(place, 600)
    found = outcome_of(plan)
    assert (found.in_slice, found.targeted, found.possible, found.unknown) == (600, 300, 300, ())


def test_replay__what_the_log_does_not_know__a_range_and_its_name(plan, place, site):
    known = {"feature": "device", "op": "is", "value": "phone"}
    unknown = {"feature": "affinity.category.shoes", "op": "at_least", "value": 2}
    rule = {"all": [known, {"any": [unknown, {"feature": "locale", "op": "is", "value": "de"}]}]}
    Experiment.objects.filter(pk=plan.pk).update(targeting=rule)
    visitors(place, 600)
    found = outcome_of(plan)
    assert (found.targeted, found.possible) == (0, 300)
    assert found.unknown == ("affinity.category.shoes",)
    told = replay_words.tell(found)
    (line,) = [one for one in told.lines if one.title == "Who takes part"]
    assert "shoes" in line.text
    assert "0–300" in told.headline


def test_replay__audience_and_rule__both_must_hold(plan, place, site):
    segment = factories.a_segment(site, "phones", "device", "is", "phone")
    rule = {"all": [{"feature": "locale", "op": "is", "value": "de"}]}
    Experiment.objects.filter(pk=plan.pk).update(audience=segment, targeting=rule)
    visitors(place, 600)
    found = outcome_of(plan)
    assert found.possible == 0
    assert replay_words.tell(found).word.tone == "warn"


def test_replay__tests_beside_it__exclusive_or_shared(plan, place, site):
    Experiment.objects.filter(pk=plan.pk).update(traffic_share=40)
    same = factories.an_experiment(
        site, "same", placement=place, status=Status.RUNNING, traffic_share=30
    )
    cart = factories.a_placement(site, "cart")
    other = factories.an_experiment(site, "other", placement=cart, status=Status.RUNNING)
    visitors(place, 1_000)
    visitors(cart, 500, experiment=other.pk)
    found = outcome_of(plan)
    beside = {one.key: one for one in found.neighbours}
    assert (beside["same"].exclusive, beside["other"].exclusive) == (True, False)
    assert beside["same"].share == same.traffic_share
    assert 100 < beside["other"].shared < 300
    assert found.free is None


def test_replay__no_room_in_the_layer__said(plan, place, site):
    factories.an_experiment(site, "big", placement=place, status=Status.RUNNING, traffic_share=90)
    visitors(place, 1_000)
    found = outcome_of(plan)
    assert found.free == 10
    assert any("cannot start like this" in one.text for one in replay_words.tell(found).lines)


def test_replay__false_alarms__with_those_who_take_part(plan, place):
    visitors(place, 3_000)
    found = outcome_of(plan)
    assert found.alarms.runs == 500
    assert 0.02 < found.alarms.alarms / found.alarms.runs < 0.09


def test_replay__nobody_clicked__no_rehearsal_and_why(plan, place):
    visitors(place, 500)
    UnitTotal.objects.update(clicks=0)
    found = outcome_of(plan)
    assert found.alarms is None
    assert "too little to rehearse" in found.alarms_gap


def test_replay__too_few_visitors__says_how_many(plan, place):
    visitors(place, 20)
    visitors(place, 500, first=10_000, at=NOW - dt.timedelta(days=40))
    job = replayed(plan)
    assert job.status == Job.Status.FAILED
    assert "20 visitors came to “Top of the home page”" in job.error


def test_replay__sampled__numbers_are_of_all(plan, place, monkeypatch):
    monkeypatch.setattr(replay, "MOST_VISITORS", 200)
    visitors(place, 1_000)
    found = outcome_of(plan)
    assert (found.total, found.sampled, found.possible) == (1_000, 200, 200)
    assert round(found.per_day * found.days) == 1_000


def test_page__asked_done_read(client, plan, place, site):
    client.force_login(factories.a_user(role=Role.ANALYST, site=site))
    assert "Not replayed yet" in client.get(PAGE).content.decode()
    visitors(place, 600, at=dt.datetime.now(dt.UTC) - dt.timedelta(days=3))
    answer = client.post(PAGE, {"days": "28"})
    job = Job.objects.get(kind=replay.KIND)
    assert answer.url == f"{PAGE}?job={job.pk}"
    jobs.run(job.pk, now=dt.datetime.now(dt.UTC))
    page = client.get(answer.url).content.decode()
    assert "would have taken part" in page
    assert "pseudonyms instead of ids" in page
    assert "The plan has changed" not in page
    Experiment.objects.filter(pk=plan.pk).update(revision=99)
    assert "The plan has changed" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"days": "9999"}).status_code == 422
    for wanted in ("x", "9" * 40, "0"):
        assert client.get(f"{PAGE}?job={wanted}").status_code == 404


def test_page__started_or_switchback__refused_with_the_reason(client, plan, site):
    client.force_login(factories.a_user(role=Role.MARKETER, site=site))
    Experiment.objects.filter(pk=plan.pk).update(unit="block", block_hours=4)
    answer = client.post(PAGE, {"days": "28"})
    assert (answer.status_code, "by the block of hours" in answer.content.decode()) == (422, True)
    factories.an_experiment(site, "runs", status=Status.RUNNING)
    answer = client.post("/s/shop/experiments/runs/replay/", {"days": "28"})
    assert answer.status_code == 422
