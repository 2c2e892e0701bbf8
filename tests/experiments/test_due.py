"""What the clock does, what it cannot do and says so, and that two clocks do it once."""

import datetime as dt
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from creatives.models import Placement
from experiments import deciding, due, due_ends, lifecycle, ramps, schedules, telling
from experiments.models import Experiment, Report, SealedPlan, Status
from experiments.ramps import Step
from tests import factories
from tests.doors import database_url
from tests.experiments.reports import handmade
from workspace.models import AuditEntry, Delivery, Role, Webhook

pytestmark = pytest.mark.django_db
HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)
ROOT = Path(__file__).resolve().parents[2]
RAMP = ramps.stored((Step(10, 24, 500), Step(50, 24, 0), Step(100, 1, 0)))


def a_hook(site):
    return Webhook.objects.create(site=site, url="https://hooks.example/", secret="s")


def heard(experiment):
    return list(
        Delivery.objects.filter(webhook__site=experiment.site).values_list("type", flat=True)
    )


def by_clock(experiment):
    rows = AuditEntry.objects.filter(object_key=experiment.key, actor=None)
    return [(row.action, row.reason) for row in rows.order_by("id") if row.reason]


def scheduled(now, **fields):
    made = factories.an_experiment(**fields)
    a_hook(made.site)
    lifecycle.schedule(made, starts_at=now + HOUR, actor=None, now=now)
    return made


def ending(now, action, verdict=None, **fields):
    """A running one whose end has come, with a fresh report of some verdict."""
    made = factories.an_experiment(
        status=Status.RUNNING, at=now - 14 * DAY, ends_at=now, end_action=action, **fields
    )
    a_hook(made.site)
    if verdict:
        handmade.kept(verdict, made)
    return made


def stored(experiment):
    return Experiment.objects.get(pk=experiment.pk)


def test_start__not_due_yet__nothing_happens(now):
    experiment = scheduled(now)
    assert due.act(now=now + HOUR - MINUTE) == 0
    assert stored(experiment).status == Status.SCHEDULED


def test_start__due__runs_is_sealed_and_told(now):
    experiment = scheduled(now)
    assert due.act(now=now + HOUR) == 1
    after = stored(experiment)
    assert (after.status, after.started_at) == (Status.RUNNING, now + HOUR)
    assert SealedPlan.objects.get(experiment=experiment).sealed_by is None
    assert heard(experiment) == [telling.STARTED]
    assert by_clock(experiment)[0][0] == "start"
    assert due.act(now=now + HOUR) == 0


def test_start__something_is_missing__waits_and_says_so_once(now):
    experiment = scheduled(now)
    experiment.variants.filter(key="b").update(creative=None)
    assert due.act(now=now + HOUR) == 1
    assert due.act(now=now + HOUR + MINUTE) == 0
    after = stored(experiment)
    assert after.status == Status.SCHEDULED
    assert "Variant Variant B has no banner" in telling.sentence(after)
    assert heard(experiment) == [telling.NOT_STARTED]
    assert [action for action, _why in by_clock(experiment)] == ["told_not_started"]


def test_start__missing_then_mended_with_another_time__starts(now):
    experiment = scheduled(now)
    Placement.objects.filter(pk=experiment.placement_id).update(fallback=None)
    due.act(now=now + HOUR)
    fallback = factories.a_creative(experiment.site)
    Placement.objects.filter(pk=experiment.placement_id).update(fallback=fallback)
    experiment = stored(experiment)
    wishes = schedules.Wishes(starts_at=now + 2 * HOUR)
    schedules.change(experiment, wishes, actor=None, now=now + HOUR)
    due.act(now=now + 2 * HOUR)
    assert (stored(experiment).status, stored(experiment).told) == (Status.RUNNING, {})


def test_end__notify__is_said_and_it_goes_on(now):
    experiment = ending(now, "notify")
    assert due.act(now=now) == 1
    assert due.act(now=now + MINUTE) == 0
    after = stored(experiment)
    assert (after.status, after.end_handled_at) == (Status.RUNNING, now)
    assert heard(experiment) == [telling.ENDED]
    assert "Its end" in telling.sentence(after)


@pytest.mark.parametrize("paused", [False, True])
def test_end__stop__is_stopped_with_the_clock_as_its_reason(now, paused):
    experiment = ending(now, "stop")
    if paused:
        lifecycle.pause(experiment, actor=None, now=now)
    due.act(now=now + MINUTE)
    after = stored(experiment)
    assert (after.status, after.stopped_at, after.end_handled_at) == (
        Status.STOPPED,
        now + MINUTE,
        now + MINUTE,
    )
    ((action, reason),) = by_clock(experiment)
    assert (action, "has come" in reason) == ("stop", True)
    assert heard(experiment) == [telling.STOPPED]


def test_end__ship_winner_that_the_report_recommends__is_the_default_now(now):
    experiment = ending(now, "ship_winner", "use")
    due.act(now=now)
    after = stored(experiment)
    assert (after.status, after.decision, after.decided_by) == (Status.DECIDED, "b", None)
    assert after.recommended == "use:b"
    assert "what the report recommended" in after.decision_reason
    fallback = Placement.objects.get(pk=experiment.placement_id).fallback
    assert fallback == experiment.variants.get(key="b").creative
    assert heard(experiment) == [telling.SHIPPED]


@pytest.mark.parametrize(
    "verdict", ["collecting", "no_difference", "your_call", "check_data", "no_data"]
)
def test_end__ship_winner_without_one__told_and_left_running(now, verdict):
    experiment = ending(now, "ship_winner", verdict)
    due.act(now=now)
    after = stored(experiment)
    assert (after.status, after.told["code"]) == (Status.RUNNING, "no_recommendation")
    assert heard(experiment) == [telling.NOTHING_SHIPPED]
    assert due.act(now=now + MINUTE) == 0


@pytest.mark.parametrize("verdict", ["use", "collecting", "your_call", "no_difference"])
def test_end__ship_a_named_variant__is_shown_to_everybody(now, verdict):
    experiment = ending(now, "ship_variant", verdict, end_variant="b")
    due.act(now=now)
    assert (stored(experiment).status, stored(experiment).decision) == (Status.DECIDED, "b")


@pytest.mark.parametrize(
    ("verdict", "key"), [("use", "a"), ("keep_control", "b"), ("check_data", "b")]
)
def test_end__ship_a_variant_that_the_report_speaks_against__told(now, verdict, key):
    experiment = ending(now, "ship_variant", verdict, end_variant=key)
    due.act(now=now)
    assert (stored(experiment).status, stored(experiment).told["code"]) == ("running", "against")


def test_end__variant_without_a_banner_that_may_be_shown__told(now):
    experiment = ending(now, "ship_variant", "your_call", end_variant="b")
    creative = experiment.variants.get(key="b").creative
    type(creative).objects.filter(pk=creative.pk).update(live=None)
    due.act(now=now)
    assert (stored(experiment).status, stored(experiment).told["code"]) == ("running", "gone")


def test_end__a_decision_waits_for_a_second_person__is_not_overtaken(now):
    experiment = ending(now, "ship_winner", "use")
    asker = factories.a_user(role=Role.MANAGER, site=experiment.site)
    factories.a_user(role=Role.MANAGER, site=experiment.site)
    decision = deciding.Decision("a", "Brand.", "The brand team wants the old picture back.")
    assert deciding.decide(experiment, decision, actor=asker, now=now) is not None
    due.act(now=now)
    assert (stored(experiment).status, stored(experiment).told["code"]) == ("running", "asked")


def test_end__old_report__is_brought_up_to_date_first(now):
    experiment = ending(now, "ship_winner", "use")
    Report.objects.filter(experiment=experiment).update(as_of=now - due_ends.FRESH - MINUTE)
    due.act(now=now)  # the log is empty, so the fresh report recommends nothing
    assert stored(experiment).told["code"] == "no_recommendation"
    assert Report.objects.get(experiment=experiment).as_of == now


def ramping(now, verdict="collecting", **fields):
    made = factories.an_experiment(status=Status.RUNNING, at=now - 24 * HOUR, ramp=RAMP, **fields)
    a_hook(made.site)
    handmade.kept(verdict, made)
    return made


def test_ramp__held_and_seen_enough__goes_up_one_step(now):
    experiment = ramping(now)
    before = experiment.slice
    assert due.act(now=now - MINUTE) == 0
    assert due.act(now=now) == 1
    after = stored(experiment)
    assert (after.traffic_share, after.ramp_since) == (50, now)
    assert after.slice[0][0] == before[0][0]
    assert after.slice[0][1] > before[0][1]
    assert due.act(now=now + MINUTE) == 0
    assert heard(experiment) == [telling.RAMPED]


def test_ramp__too_few_visitors__waits(now):
    experiment = ramping(now, "no_data")
    assert due.act(now=now + 9 * DAY) == 0
    assert stored(experiment).traffic_share == 10


def test_ramp__split_is_broken__stops_by_itself_and_says_why(now):
    experiment = ramping(now, "check_data")
    due.act(now=now)
    assert due.act(now=now + DAY) == 0
    after = stored(experiment)
    assert (after.status, after.traffic_share, after.ramp_since) == ("running", 10, None)
    assert "visitors do not come in the shares" in telling.sentence(after)
    assert heard(experiment) == [telling.RAMP_STOPPED]
    schedules.resume_ramp(after, actor=None, now=now + DAY)
    assert (after.ramp_since, after.told) == (now + DAY, {})


def test_ramp__layer_is_full__stops_and_says_what_is_left(now):
    experiment = ramping(now)
    factories.an_experiment(
        experiment.site, placement=experiment.placement, traffic_share=70, status=Status.RUNNING
    )
    due.act(now=now)
    after = stored(experiment)
    assert (after.traffic_share, after.ramp_since) == (10, None)
    assert "leave 30 %" in telling.sentence(after)


def test_ramp__paused__stands_still(now):
    experiment = ramping(now)
    lifecycle.pause(experiment, actor=None, now=now)
    assert due.act(now=now + DAY) == 0


def test_act__one_fails__the_others_have_their_turn(now):
    broken, fine = (
        ramping(now),
        ramping(now, placement=factories.a_placement(factories.a_site(), "p")),
    )
    Experiment.objects.filter(pk=broken.pk).update(ramp=[{"share": "spoilt"}])
    assert due.act(now=now) == 1
    assert stored(fine).traffic_share == 50


def everything_due(now):
    """One of each kind, on placements of their own."""
    site = factories.a_site()
    a_hook(site)
    places = [factories.a_placement(site, f"place-{n}") for n in range(6)]
    late = now - HOUR
    made = {
        "start": factories.an_experiment(site, placement=places[0]),
        "blocked": factories.an_experiment(site, placement=places[1]),
    }
    for one in made.values():
        lifecycle.schedule(one, starts_at=now, actor=None, now=late)
    made["blocked"].variants.filter(key="b").update(creative=None)
    for number, (name, fields) in enumerate(
        {
            "notify": {"ends_at": now},
            "stop": {"ends_at": now, "end_action": "stop"},
            "ship": {"ends_at": now, "end_action": "ship_winner"},
            "ramp": {"ramp": ramps.stored((Step(10, 1, 0), Step(20, 1, 0)))},
        }.items()
    ):
        made[name] = factories.an_experiment(
            site, placement=places[number + 2], status=Status.RUNNING, at=now - DAY, **fields
        )
    handmade.kept("use", made["ship"])
    return made


EXPECTED = {
    "start": ["start"],
    "blocked": ["told_not_started"],
    "notify": ["told_ended"],
    "stop": ["stop"],
    "ship": ["decide"],
    "ramp": ["raise_traffic"],
}


def assert_each_once(made, done):
    said = {name: [action for action, _why in by_clock(one)] for name, one in made.items()}
    assert said == EXPECTED
    assert sum(done) == len(made)
    told = Delivery.objects.filter(type__startswith="experiment.")
    assert told.count() == len(made)
    assert stored(made["ship"]).status == Status.DECIDED


@pytest.mark.django_db(transaction=True)
def test_act__two_threads_at_the_same_moment__each_thing_once(now):
    made, done, barrier = everything_due(now), [], threading.Barrier(2)

    def act():
        barrier.wait()
        done.append(due.act(now=now))
        connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_each_once(made, done)


SCRIPT = """
import datetime, sys, django
django.setup()
from experiments import due
print("ready", flush=True)
sys.stdin.readline()
print(due.act(now=datetime.datetime.fromisoformat(sys.argv[1])), flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_act__two_processes_at_the_same_moment__each_thing_once(now):
    made = everything_due(now)
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "banner_lab.settings",
    }
    command = [sys.executable, "-c", SCRIPT, now.isoformat()]
    clocks = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for clock in clocks:
        assert clock.stdout.readline() == "ready\n"
    for clock in clocks:
        clock.stdin.write("\n")
        clock.stdin.flush()
    done = [int(clock.communicate(timeout=120)[0]) for clock in clocks]
    assert_each_once(made, done)
