"""Worlds with a declared truth, through real processes, into the ordinary report.

`pytest -m long -s tests/calibration/test_simulated_shoppers.py` prints the table.
"""

import io

import pytest
from django.core.management import CommandError, call_command

from demo import seed, simulation
from demo.management.commands.simulate_shoppers import HEAD, POLICY_HEAD, SLOWEST, row
from demo.simulation import Order
from events.models import Event
from experiments.models import Experiment, Report
from tests import pictures
from tests.plane import running_plane
from workspace import jobs
from workspace.models import Job, Site


@pytest.fixture
def plane(transactional_db, tmp_path, monkeypatch, settings):
    from django.utils import timezone

    monkeypatch.setenv("LAB_STATE", str(tmp_path))
    pictures.encode_once(monkeypatch)
    seed.seed(now=timezone.now())
    with running_plane(tmp_path, public_url="http://127.0.0.1:8000") as url:
        settings.DELIVERY_URL = url
        yield url


def _run(order: Order) -> simulation.Outcome:
    from django.utils import timezone

    return simulation.run(order, actor=None, clock=timezone.now, tell=lambda *_: None)


def test_simulation__few_shoppers__every_event_is_in_the_report(plane):
    outcome = _run(Order(lift=0.2, visitors=400, seed=5))
    assert outcome.visitors == 400
    experiment = Experiment.objects.get(key=outcome.experiment)
    counted = Event.objects.filter(experiment_id=experiment.pk, mark="")
    assert counted.filter(kind="impression").count() == outcome.impressions
    assert counted.filter(kind="click").count() == outcome.clicks
    assert outcome.low < outcome.lift < outcome.high


def test_simulation__as_a_job__ends_with_a_report_and_progress(plane):
    from django.utils import timezone

    job = jobs.enqueue(
        "simulate_shoppers",
        site=Site.objects.get(key="demo"),
        parameters={"lift": 0.5, "visitors": 300, "seed": 1},
        actor=None,
        now=timezone.now(),
    )
    done = jobs.run(job.pk, now=timezone.now())
    assert done.status == Job.Status.DONE, done.error
    assert (done.progress, done.total) == (300, 300)
    assert Report.objects.get(experiment__key=done.result["experiment"]).payload


def test_command__a_policy_that_learns__clicks_against_even_and_what_the_report_says(plane):
    out = io.StringIO()
    call_command("simulate_shoppers", policy="thompson", visitors=1_500, seed=3, stdout=out)
    head, row = out.getvalue().strip("\n").split("\n")
    assert head.split() == POLICY_HEAD.split()
    assert row.split()[:2] == ["3", "1500"]
    assert row.split()[-2] in {"yes", "NO"}
    assert Experiment.objects.get(key="learning-3").status == "stopped"


def test_command__too_few_visits_for_a_comparison__says_so(plane):
    with pytest.raises(CommandError, match="visits"):
        call_command("simulate_shoppers", policy="thompson", visitors=3, stdout=io.StringIO())


@pytest.mark.long
def test_simulation__twenty_seeds__intervals_hold_the_truth(plane, capsys):
    outcomes = []
    with capsys.disabled():
        print(f"\n{HEAD}")
        for number in range(1, 21):
            outcomes.append(_run(Order(seed=number)))
            print(row(number, outcomes[-1]), flush=True)
    assert sum(outcome.contains_truth for outcome in outcomes) >= 19
    assert max(outcome.seconds for outcome in outcomes) < SLOWEST
    assert {outcome.verdict for outcome in outcomes} <= {"use", "collecting", "your_call"}
