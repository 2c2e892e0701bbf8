"""The job of a rehearsal on visitors as the roll-up has counted them."""

import datetime as dt
import uuid

import numpy as np
import pytest

from events.models import UnitTotal
from experiments.rehearsals import job as rehearsing
from experiments.rehearsals.outcome import decode
from tests import factories
from tests.factories import NOW
from workspace import jobs
from workspace.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement():
    return factories.a_placement(factories.a_site(), "hero", name="Top of the home page")


def visitors(placement, number, *, seed=1, at=NOW - dt.timedelta(days=3), clicks=True):
    """People who come once or often; whoever clicks at all clicks again and again."""
    rng = np.random.default_rng(seed)
    views = rng.geometric(0.15, size=number)
    keen = rng.beta(0.3, 2.0, size=number) if clicks else np.zeros(number)
    clicked = rng.binomial(views, keen)
    bought = rng.binomial(1, 0.1, size=number)
    UnitTotal.objects.bulk_create(
        UnitTotal(
            site_id=placement.site_id,
            experiment_id=1,
            phase=1,
            unit=uuid.UUID(int=seed * 10**6 + i),
            variant_id=1,
            first_exposed_at=at,
            day=at.date(),
            placement_id=placement.pk,
            impressions=int(views[i]),
            clicks=int(clicked[i]),
            orders=int(bought[i]),
            converted=int(bought[i]),
            revenue=int(bought[i]) * 9_900,
        )
        for i in range(number)
    )


SEED = 1_000_000


def rehearsed(placement, metric="ctr", *, days=28) -> Job:
    asked = {"placement": placement.pk, "metric": metric, "days": days}
    job = jobs.enqueue(rehearsing.KIND, site=placement.site, parameters=asked, actor=None, now=NOW)
    # Its number is the seed: not every drawing has 5 % within its own range.
    seed = SEED + Job.objects.count()
    Job.objects.filter(pk=job.pk).update(id=seed)
    jobs.run(seed, now=NOW)
    return Job.objects.get(pk=seed)


def test_job__visitors_who_come_again__test_is_honest_and_the_naive_one_is_not(placement):
    visitors(placement, 1_000)
    job = rehearsed(placement)
    assert job.status == Job.Status.DONE, job.error
    found = decode(job.result["outcome"])
    assert (found.runs, found.visitors, sum(found.histogram)) == (2_000, 1_000, 2_000)
    assert found.range[0] < 0.05 < found.range[1]
    assert found.naive_share > 0.10
    assert "as it should" in job.result["message"]
    assert (job.progress, job.total) == (2_000, 2_000)


def test_job__done_again__same_numbers(placement):
    visitors(placement, 400)
    job = rehearsed(placement)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.QUEUED, result=None)
    jobs.run(job.pk, now=NOW + dt.timedelta(hours=1))
    assert Job.objects.get(pk=job.pk).result == job.result


@pytest.mark.parametrize("metric", ["conversion_rate", "revenue_per_visitor"])
def test_job__metric_of_visitors__no_naive_test(placement, metric):
    visitors(placement, 1_000)
    found = decode(rehearsed(placement, metric).result["outcome"])
    assert found.naive_alarms is None
    assert 0.03 < found.share < 0.07


def test_job__too_few_visitors__says_how_many_and_what_to_do(placement):
    visitors(placement, 37)
    visitors(placement, 500, seed=2, at=NOW - dt.timedelta(days=40))
    visitors(factories.a_placement(placement.site, "below"), 500, seed=3)
    job = rehearsed(placement)
    assert job.status == Job.Status.FAILED
    assert "37 visitors of “Top of the home page”" in job.error
    assert "needs 200" in job.error
    assert rehearsed(placement, days=60).status == Job.Status.DONE


def test_job__nobody_clicked__says_so(placement):
    visitors(placement, 500, clicks=False)
    job = rehearsed(placement)
    assert job.status == Job.Status.FAILED
    assert "did too little" in job.error
    assert "Click-through rate" in job.error


def test_job__placement_gone__fails_in_words(placement):
    gone = rehearsed(factories.a_placement(placement.site, "gone"))
    parameters = gone.parameters | {"placement": 10**9}
    job = jobs.enqueue(
        rehearsing.KIND, site=placement.site, parameters=parameters, actor=None, now=NOW
    )
    jobs.run(job.pk, now=NOW)
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "does not exist any more" in job.error
