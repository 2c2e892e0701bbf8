"""The seven verdicts, each from the totals that lead to it."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.stats.aggregates import Aggregates
from experiments.reports import verdict
from experiments.reports.health import Observed
from experiments.reports.verdict import Kind
from tests.experiments.reports import states
from tests.experiments.reports.states import DAY, NOW, a_design, a_report, an_arm


@pytest.mark.parametrize("kind", states.ALL)
def test_decide__state_of_each_kind__is_named(kind):
    assert verdict.decide(states.ALL[kind]()).kind == kind


def test_decide__verdicts__are_the_seven_of_the_house():
    assert {kind.value for kind in Kind} == set(states.ALL)


def test_decide__huge_effect_before_a_whole_week__collects():
    design = a_design(started_at=NOW - 6 * DAY)
    data = a_report(an_arm(20_000), an_arm(20_000, ctr=0.2), design=design)
    assert verdict.decide(data).kind is Kind.COLLECTING


def test_decide__bound_passed_after_a_week__answers_before_the_planned_end():
    design = a_design(started_at=NOW - 8 * DAY)
    data = a_report(an_arm(20_000), an_arm(20_000, ctr=0.2), design=design, days=8)
    found = verdict.decide(data)
    assert (found.kind, found.horizon.reached) == (Kind.USE, False)
    assert data.findings.looks.passed_on == (NOW - 8 * DAY).date()


def test_decide__enough_for_a_single_look_but_not_for_this_one__collects():
    design = a_design(started_at=NOW - 8 * DAY)
    arms = an_arm(18_400), an_arm(18_400, ctr=0.1042)
    early = a_report(*arms, design=design, days=8)
    assert early.primary()[0].p < 0.05
    assert verdict.decide(early).kind is Kind.COLLECTING
    assert verdict.decide(a_report(*arms, days=14)).kind is Kind.USE


def test_decide__no_end_date__needs_more_than_a_planned_end():
    arms = an_arm(18_400), an_arm(18_400, ctr=0.1042)
    data = a_report(*arms, design=a_design(reading="open"), days=14)
    found = verdict.decide(data)
    assert (found.kind, found.horizon.planned_days) == (Kind.COLLECTING, None)
    clear = a_report(an_arm(18_400), an_arm(18_400, ctr=0.11), design=a_design(reading="open"))
    assert verdict.decide(clear).kind is Kind.USE


def test_decide__planned_by_visitors__waits_for_all_of_them():
    design = a_design(planned_days=0, planned_visitors=50_000)
    data = a_report(an_arm(20_000), an_arm(20_000, ctr=0.2), design=design)
    found = verdict.decide(data)
    assert (found.kind, found.horizon.reached) == (Kind.COLLECTING, False)


def test_decide__planned_by_visitors_only__needs_no_day():
    design = a_design(planned_days=0, started_at=NOW - dt.timedelta(minutes=2))
    data = a_report(an_arm(10_000), an_arm(10_000, ctr=0.12), design=design)
    assert verdict.decide(data).kind is Kind.USE


def test_decide__split_off_before_the_horizon__checks_data_first():
    design = a_design(started_at=NOW - DAY)
    data = a_report(an_arm(6_000), an_arm(5_000), design=design)
    found = verdict.decide(data)
    assert (found.kind, found.failed) == (Kind.CHECK_DATA, ("split",))


@pytest.mark.parametrize(
    ("several", "kind"), [(9, Kind.USE), (368, Kind.USE), (369, Kind.CHECK_DATA)]
)
def test_decide__visitors_in_several_variants__block_from_one_percent(several, kind):
    observed = Observed(several=several, unexposed=0, set_aside=0, events=1)
    data = a_report(an_arm(18_400), an_arm(18_424, ctr=0.107), observed=observed)
    assert verdict.decide(data).kind is kind


def test_decide__few_visitors_of_whom_some_saw_both__is_not_blocked():
    observed = Observed(several=9, unexposed=0, set_aside=0, events=1)
    data = a_report(an_arm(50), an_arm(50), observed=observed)
    assert verdict.decide(data).kind is Kind.COLLECTING


def test_decide__too_few_clicks_after_the_horizon__collects_without_a_number():
    design = a_design(planned_visitors=0)
    data = a_report(an_arm(80, ctr=0.01), an_arm(80, ctr=0.01), design=design)
    found = verdict.decide(data)
    assert (found.kind, found.days_left) == (Kind.COLLECTING, None)


def test_decide__not_decided_after_the_horizon__says_the_days_it_still_needs():
    data = a_report(an_arm(10_400), an_arm(10_424, ctr=0.103), days=14)
    found = verdict.decide(data)
    assert found.kind is Kind.COLLECTING
    assert found.horizon.reached
    assert found.days_left is not None
    assert 1 <= found.days_left < 100


def test_decide__several_variants__uses_the_best_of_the_better_ones():
    data = states.several()
    found = verdict.decide(data)
    assert (found.kind, found.arm) == (Kind.USE, 3)


def test_decide__one_of_ten_barely_better__holm_keeps_it_back():
    plain = a_report(an_arm(18_400), an_arm(18_400, ctr=0.1042))
    assert verdict.decide(plain).kind is Kind.USE
    crowd = [an_arm(18_400) for _ in range(7)]
    data = a_report(*crowd, an_arm(18_400, ctr=0.1042))
    assert verdict.decide(data).kind is not Kind.USE


def test_decide__all_variants_worse__keeps_control():
    data = a_report(an_arm(18_400), an_arm(18_400, ctr=0.09), an_arm(18_400, ctr=0.08))
    assert verdict.decide(data).kind is Kind.KEEP_CONTROL


def test_decide__one_worse_and_one_equal__is_no_difference():
    data = a_report(an_arm(60_000), an_arm(60_000, ctr=0.09), an_arm(60_000, ctr=0.1002))
    assert verdict.decide(data).kind is Kind.NO_DIFFERENCE


def test_decide__your_call__names_what_is_harmed():
    assert verdict.decide(states.your_call()).against == (
        "conversion_rate",
        "revenue_per_visitor",
    )


def test_decide__no_smallest_effect_planned__never_claims_no_difference():
    design = a_design(mde=None)
    data = a_report(an_arm(100_000), an_arm(100_000), design=design)
    assert verdict.decide(data).kind is Kind.COLLECTING


@pytest.mark.parametrize("origin", ["events", "results"])
def test_decide__imported__is_at_its_planned_look(origin):
    design = a_design(origin=origin, started_at=None, ended_at=NOW)
    data = a_report(an_arm(10_000), an_arm(10_000, ctr=0.12), design=design)
    assert verdict.decide(data).kind is Kind.USE


def test_decide__stopped_early__collects_and_does_not_read_the_number():
    design = a_design(ended_at=NOW - 8 * DAY)
    data = a_report(an_arm(20_000), an_arm(20_000, ctr=0.2), design=design)
    assert verdict.decide(data).kind is Kind.COLLECTING


def test_decide__second_phase__counts_days_from_its_own_beginning():
    design = a_design(phase=2, started_at=NOW - 30 * DAY)
    data = a_report(an_arm(20_000), an_arm(20_000, ctr=0.2), design=design, days=5)
    found = verdict.decide(data)
    assert found.kind is Kind.COLLECTING
    assert found.horizon.days == pytest.approx(5.5)


def test_horizon__planned_by_visitors__counts_at_todays_pace():
    design = a_design(started_at=NOW - 7 * DAY, planned_days=0, planned_visitors=40_000)
    data = a_report(an_arm(5_000), an_arm(5_000), design=design)
    # 10,000 visitors in 7 days: 30,000 more take 21.
    assert verdict.horizon_of(data).days_left == 21


def test_horizon__halfway_to_a_planned_end__is_the_calendar():
    design = a_design(started_at=NOW - 7 * DAY, planned_visitors=40_000)
    assert verdict.horizon_of(a_report(an_arm(5_000), an_arm(5_000), design=design)).days_left == 7


def test_horizon__nobody_came_in_the_first_minutes__says_nothing_about_the_pace():
    design = a_design(started_at=NOW - dt.timedelta(minutes=5))
    horizon = verdict.horizon_of(a_report(Aggregates(), Aggregates(), design=design))
    assert (horizon.per_day, horizon.days_left) == (None, 14)


def test_decide__same_report_read_twice__is_equal():
    data = states.use()
    assert verdict.decide(data) == verdict.decide(replace(data))
