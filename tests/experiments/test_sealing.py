"""The sealed plan: what it holds, that it proves itself, and each kind of departure from it."""

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest

from experiments import lifecycle, planned, policies, ramps, sealed_view, sealing, traffic
from experiments.models import Experiment, SealedPlan, Status, Watched
from experiments.ramps import Step
from experiments.reports import page
from experiments.reports.exports import method_sheet
from experiments.reports.exports.taken import Taken
from experiments.reports.phases import data_of
from tests import factories
from tests.experiments.reports import handmade

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def running(now):
    return factories.an_experiment(
        status=Status.RUNNING, at=now - 3 * DAY, traffic_share=50, planned_visitors=100_000
    )


def test_seal__start__canonical_json_of_everything_and_its_hash(running, now):
    plan = SealedPlan.objects.get(experiment=running)
    assert (plan.phase, plan.sealed_at) == (1, now - 3 * DAY)
    written = json.dumps(plan.body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert plan.sha256 == hashlib.sha256(written.encode()).hexdigest()
    assert sealing.is_intact(plan)
    assert plan.body.keys() == {
        *planned.PLAIN, "watched", "split", "rules", "placements", "audience", "open_checks",
    }  # fmt: skip
    assert [one["key"] for one in plan.body["split"]] == ["a", "b"]


def test_seal__changed_in_the_database__does_not_match_its_hash(running):
    plan = SealedPlan.objects.get(experiment=running)
    plan.body["planned_days"] = 3
    plan.save()
    assert not sealed_view.of(running).intact


def test_departures__nothing_changed__none(running):
    assert sealing.departures(running) == []


CHANGED = {
    "planned_days": (21, "Planned days: 14 was planned, it is 21."),
    "planned_visitors": (50, "Planned visitors: 100000 was planned, it is 50."),
    "hypothesis": ("Red.", "Hypothesis: A warmer picture brings more clicks. was planned, it is"),
    "primary_metric": ("conversion_rate", "Primary metric: Click-through rate was planned"),
    "mde": (Decimal("3.5"), "Smallest effect worth finding: – was planned, it is 3.5."),
    "mde_kind": ("points", "Mde kind: percent of the control was planned"),
    "reading": ("open", "Reading: Planned end was planned, it is No end date."),
    "traffic_share": (80, "The traffic share was raised from 50 to 80 %."),
    "exploration_share": (20, "Exploration slice: 10 was planned, it is 20."),
    "policy": ("thompson", "Policy: Fixed split was planned, it is Learning (Thompson)."),
    "targeting": ({"all": []}, "Targeting:"),
    "ends_at": (factories.NOW + DAY, "End: – was planned, it is 2026-11-23"),
    "end_action": ("stop", "At the end: Say so, and go on was planned, it is Stop it."),
    "end_variant": ("b", "Variant to show: – was planned, it is b."),
    "local": (True, "Shops may decide by themselves: no was planned, it is yes."),
    "ramp": ([{"share": 10, "hours": 1, "visitors": 0}], "Ramp: – was planned"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_departures__field_of_the_plan_changed__one_sentence(running, name):
    value, sentence = CHANGED[name]
    setattr(running, name, value)
    (said,) = sealing.departures(running)
    assert said.startswith(sentence)


def test_changed__every_sealed_field__is_tried_above():
    constant = {"unit", "block_hours", "starts_at"}  # fixed by the constraints, or the start itself
    assert set(planned.PLAIN) == set(CHANGED) | constant


def test_departures__unit_changed__said(running):
    running.unit, running.block_hours = "block", 6
    assert len(sealing.departures(running)) == 2


def test_departures__traffic_lowered__said(running):
    running.traffic_share = 20
    assert sealing.departures(running) == ["The traffic share was lowered from 50 to 20 %."]


def test_departures__metrics_added_and_removed_and_margin_changed__each_said(running):
    old, kept = (
        Watched.objects.create(experiment=running, metric=metric, role="guardrail", margin=5)
        for metric in ("conversion_rate", "revenue_per_visitor")
    )
    SealedPlan.objects.all().delete()
    sealing.seal(running, actor=None, now=factories.NOW)
    old.delete()
    kept.margin = 10
    kept.save()
    Watched.objects.create(experiment=running, metric="average_order_value", role="secondary")
    assert len(sealing.departures(Experiment.objects.get(pk=running.pk))) == 3


def test_departures__banner_exchanged__said(running):
    other = factories.a_creative(running.site, "Other")
    running.variants.filter(key="b").update(creative=other)
    (said,) = sealing.departures(running)
    assert said.startswith("Variant B was to show")
    assert f"“{other.key}”" in said


def test_departures__placement_or_audience_changed__said(running):
    running.also_on.add(factories.a_placement(running.site, "side"))
    running.audience = factories.a_segment(running.site, "new", "session.views", "gt", 3)
    said = sealing.departures(running)
    assert [sentence.split(":")[0] for sentence in said] == ["Placements", "Audience"]


def test_departures__ramp_gone_up_as_planned__none(now):
    steps = ramps.stored((Step(10), Step(60)))
    experiment = factories.an_experiment(status=Status.RUNNING, ramp=steps)
    traffic.raise_share(experiment, share=60, actor=None, now=now)
    assert sealing.departures(experiment) == []


def test_departures__stopped_early__said_and_not_for_an_open_end(running, now):
    lifecycle.stop(running, actor=None, now=now)
    assert sealing.departures(running) == ["It was stopped after 3 of 14 planned days."]
    plan = SealedPlan.objects.get(experiment=running)
    plan.body["reading"] = running.reading = "open"
    plan.save()
    assert sealing.departures(running) == []


def test_departures__decided_before_the_planned_size__said(running, now):
    handmade.kept("use", running)
    lifecycle.conclude(running, variant_key="b", reason="Better.", actor=None, now=now + 20 * DAY)
    said = sealing.departures(running)
    assert said == ["It was decided with 36800 of 100000 planned visitors."]


def test_departures__new_split__a_new_seal_and_both_are_told(running, now):
    traffic.change_split(running, weights={"a": 3, "b": 1}, actor=None, now=now)
    assert [plan.phase for plan in running.seals.order_by("phase")] == [1, 2]
    assert sealing.departures(running) == [
        "Phase 2 began on 2026-11-22 20:00: counting started again from zero.",
        "Phase 2: The split was 1 : 1, it is 3 : 1.",
    ]


def test_departures__new_policy__a_new_seal(running, now):
    policies.change(running, policy="thompson", exploration_share=10, actor=None, now=now)
    assert sealing.of(running).phase == 2
    assert "Policy: Fixed split was planned" in sealing.departures(running)[1]


def test_method__of_a_report__names_the_seal_and_every_departure(running, now):
    report = handmade.kept("use", running)
    Experiment.objects.filter(pk=running.pk).update(planned_days=21)
    running.refresh_from_db()
    shown = page.context(running, now=now)["results"].method
    taken = Taken(running, report, data_of(report), None, now)
    in_file = [text for _name, text in method_sheet.lines(taken)]
    for sentences in (shown, in_file):
        assert any(sealing.of(running).sha256 in sentence for sentence in sentences)
        assert "Departure: Planned days: 14 was planned, it is 21." in sentences
