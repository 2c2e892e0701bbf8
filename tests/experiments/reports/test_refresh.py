"""Kept reports: what a refresh writes, and what a failed one leaves alone."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine.stats.aggregates import PAIRS, Aggregates
from events import store
from events.models import Aggregate
from experiments.models import Report
from experiments.reports import refresh
from experiments.reports.payload import METHOD, decode
from tests.events import log
from tests.events.log import Row, write
from tests.experiments.reports.states import an_arm
from tests.factories import NOW, a_site, an_experiment
from workspace import jobs

pytestmark = pytest.mark.django_db

START = NOW - dt.timedelta(days=14)


def put(experiment, *arms: Aggregates) -> None:
    """Aggregates as the roll-up leaves them."""
    for variant, arm in zip(experiment.variants.all(), arms, strict=True):
        Aggregate.objects.create(
            experiment_id=experiment.pk,
            phase=experiment.phase,
            variant_id=variant.pk,
            day=START.date(),
            moments=list(arm.moments()),
        )


@pytest.fixture
def running():
    experiment = an_experiment(status="running", at=START, mde=5)
    put(experiment, an_arm(18_400), an_arm(18_424, ctr=0.107))
    return experiment


def test_refresh__enough_data__keeps_verdict_payload_and_method(running):
    report = refresh.refresh(running, now=NOW)
    data = decode(report.payload)
    assert (report.verdict, report.as_of, report.method) == ("use", NOW, METHOD)
    assert data.units == 36_824
    assert data.design.control.key == "a"
    assert (report.last_error, report.last_error_at) == ("", None)


def test_refresh__twice__is_one_row(running):
    refresh.refresh(running, now=NOW)
    refresh.refresh(running, now=NOW + dt.timedelta(minutes=1))
    report = Report.objects.get(experiment=running)
    assert report.as_of == NOW + dt.timedelta(minutes=1)


def test_refresh__no_events__says_no_data():
    experiment = an_experiment(status="running", at=NOW)
    assert refresh.refresh(experiment, now=NOW).verdict == "no_data"


def test_refresh__new_phase__has_a_report_of_its_own(running):
    refresh.refresh(running, now=NOW)
    running.phase = 2
    running.save()
    assert refresh.refresh(running, now=NOW).verdict == "no_data"
    assert set(Report.objects.values_list("phase", "verdict")) == {(1, "use"), (2, "no_data")}


def test_refresh__fails__keeps_the_last_good_report_and_says_why(running):
    good = refresh.refresh(running, now=NOW)
    Aggregate.objects.filter(experiment_id=running.pk).update(moments=[1, 2, 3])
    later = NOW + dt.timedelta(minutes=5)
    report = refresh.refresh(running, now=later)
    assert (report.payload, report.verdict, report.as_of) == (good.payload, "use", NOW)
    assert report.last_error == f"{len(PAIRS)} moments are expected, 3 came."
    assert report.last_error_at == later


def test_refresh__succeeds_again__forgets_the_failure(running):
    Report.objects.create(experiment=running, last_error="broken", last_error_at=NOW)
    report = refresh.refresh(running, now=NOW)
    assert (report.last_error, report.last_error_at, report.verdict) == ("", None, "use")


def test_refresh__first_one_fails__leaves_a_row_without_numbers(running):
    Aggregate.objects.filter(experiment_id=running.pk).update(moments=[1])
    report = refresh.refresh(running, now=NOW)
    assert (report.payload, report.as_of, report.verdict) == (None, None, "no_data")
    assert report.last_error


def test_refresh_many__one_broken__does_not_stop_the_others(running):
    broken = an_experiment(running.site)
    put(broken, an_arm(1_000), an_arm(1_000))
    Aggregate.objects.filter(experiment_id=broken.pk).update(moments=[1])
    refresh.refresh_many([broken, running], now=NOW, rolled=True)
    found = dict(Report.objects.values_list("experiment_id", "verdict"))
    assert found == {broken.pk: "no_data", running.pk: "use"}


def test_refresh_many__queries__do_not_grow_with_the_number(django_assert_max_num_queries):
    site = a_site()
    experiments = [an_experiment(site) for _ in range(12)]
    with CaptureQueriesContext(connection) as of_one:
        refresh.refresh_many(experiments[:1], now=NOW, rolled=True)
    with django_assert_max_num_queries(len(of_one)):
        refresh.refresh_many(experiments[1:], now=NOW, rolled=True)


def test_refresh_running__everything_that_can_still_change(running):
    stopped = an_experiment(running.site, status="draft")
    assert refresh.refresh_running(now=NOW) == 1
    assert not Report.objects.filter(experiment=stopped).exists()


def test_refresh__imported_totals__read_clicks_only():
    experiment = an_experiment(origin="results", unit="impression", mde=None)
    experiment.status, experiment.stopped_at = "stopped", NOW
    experiment.save()
    totals = [
        store.Totals(variant.pk, NOW.date(), Aggregates.of_impressions(10_000, clicks))
        for variant, clicks in zip(experiment.variants.all(), (200, 300), strict=True)
    ]
    store.put_totals(experiment.pk, 1, totals)
    report = refresh.refresh(experiment, now=NOW)
    data = decode(report.payload)
    assert report.verdict == "use"
    assert {effect.metric for effect in data.effects} == {"ctr"}


def test_job__refresh_now__does_it_with_progress(running):
    job = jobs.enqueue(
        refresh.JOB,
        site=running.site,
        subject=running.key,
        parameters={"experiment": running.pk},
        actor=None,
        now=NOW,
    )
    done = jobs.run(job.pk, now=NOW)
    assert (done.status, done.result, done.progress, done.total) == (
        "done",
        {"verdict": "use"},
        2,
        2,
    )


def test_job__refresh_fails__job_says_why(running):
    Aggregate.objects.filter(experiment_id=running.pk).update(moments=[1])
    job = jobs.enqueue(
        refresh.JOB,
        site=running.site,
        subject=running.key,
        parameters={"experiment": running.pk},
        actor=None,
        now=NOW,
    )
    done = jobs.run(job.pk, now=NOW)
    assert done.status == "failed"
    assert "moments are expected" in done.error


@pytest.mark.django_db(transaction=True)
def test_refresh__one_raw_click_more__changes_the_number_shown():
    experiment = an_experiment(status="running", at=START)
    control = experiment.variants.first()
    write([_row(experiment, control, "impression", 1)])
    before = decode(refresh.refresh(experiment, now=NOW).payload)
    write([_row(experiment, control, "click", 2)])
    after = decode(refresh.refresh(experiment, now=NOW).payload)
    assert before.value("ctr", control.pk).value == 0
    assert after.value("ctr", control.pk).value == 1
    assert after.watermark > before.watermark


def _row(experiment, variant, kind, number) -> Row:
    """One raw event of a visitor."""
    return Row(
        kind,
        unit=77,
        number=number,
        site=experiment.site_id,
        experiment=experiment.pk,
        variant=variant.pk,
    )


def test_refresh__a_thousand_buyers__revenue_is_capped_for_good():
    experiment = an_experiment(status="running", at=log.START)
    variant = experiment.variants.first()
    place = {"site": experiment.site_id, "number": 0}
    shown = [
        log.Row("impression", unit, experiment=experiment.pk, variant=variant.pk)
        for unit in range(1, 1_001)
    ]
    orders = [log.bought(unit, minute=5, amount=100 + unit) for unit in range(1, 1_001)]
    rows = [replace(row, **place | {"number": i}) for i, row in enumerate(shown + orders)]
    log.write(rows)
    report = refresh.refresh(experiment, now=NOW)
    # Rank ceil(0.999 x 1,000) of the revenues 101 ... 1,100.
    assert report.payload["findings"]["cap"] == 1_099
    again = refresh.refresh(experiment, now=NOW)
    assert again.payload["findings"]["cap"] == 1_099
