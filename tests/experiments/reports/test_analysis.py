"""Numbers against known ones, and named reasons where there is none."""

import json
from dataclasses import replace

import msgspec
import pytest
from scipy.stats import chi2_contingency

from engine.stats.aggregates import Aggregates
from experiments.reports import values, verdict
from experiments.reports.findings import Role
from experiments.reports.health import NOTHING_KNOWN
from experiments.reports.mde import absolute_mde
from experiments.reports.payload import GapCode, decode, encode
from experiments.reports.verdict import Kind
from tests.experiments.reports import states
from tests.experiments.reports.states import NOW, a_design, a_report, an_arm


@pytest.fixture
def udacity():
    """The published landing-page test after its mismatched rows are dropped."""
    design = a_design(
        primary="conversion_rate",
        origin="events",
        mde=0.5,
        mde_kind="points",
        started_at=None,
        ended_at=NOW,
    )
    converted, rest = {"impressions": 1, "orders": 1, "converted": 1}, {"impressions": 1}
    arms = [
        states.times(c, Aggregates.of_units([converted]))
        + states.times(n - c, Aggregates.of_units([rest]))
        for n, c in ((145_274, 17_489), (145_310, 17_264))
    ]
    return a_report(*arms, design=design, observed=NOTHING_KNOWN)


def test_analyse__udacity__difference_and_p_as_published(udacity):
    (effect,) = udacity.primary()
    assert effect.difference * 100 == pytest.approx(-0.1578, abs=5e-5)
    assert effect.p == pytest.approx(0.190, abs=5e-4)
    assert effect.span.low * 100 == pytest.approx(-0.3938, abs=5e-4)
    assert effect.span.high * 100 == pytest.approx(0.0781, abs=5e-4)
    assert effect.p_adjusted == effect.p


def test_analyse__udacity__split_as_planned(udacity):
    assert udacity.split.p == pytest.approx(0.947, abs=5e-4)
    assert not udacity.split.alarm


def test_decide__udacity_against_half_a_point__is_no_difference(udacity):
    assert verdict.decide(udacity).kind is Kind.NO_DIFFERENCE


def test_analyse__udacity__clicks_that_never_were_have_a_reason_and_no_number(udacity):
    effect = udacity.effect("orders_per_click", 2)
    assert effect.difference is None
    assert effect.p is None
    assert effect.gap.code is GapCode.TOO_FEW
    assert udacity.value("orders_per_click", 2).value is None


@pytest.mark.parametrize("kind", [*states.ALL, "several", "ended_open"])
def test_payload__every_kind_of_report__survives_json(kind):
    data = getattr(states, kind)()
    assert decode(json.loads(json.dumps(encode(data)))) == data


def test_payload__of_an_older_form__is_refused():
    plain = encode(states.use())
    del plain["split"]
    with pytest.raises(msgspec.ValidationError):
        decode(plain)


def test_analyse__two_arms__has_no_test_over_all_of_them():
    assert states.use().all_arms is None


def test_analyse__three_arms__tests_all_at_once():
    data = states.several()
    assert data.all_arms.df == 2
    assert data.all_arms.p < 0.001


def test_analyse__imported_totals__only_clicks_per_impression_and_plain_chi_square():
    design = a_design(3, unit="impression", origin="results", started_at=None, ended_at=NOW)
    totals = ((3_000, 60), (3_050, 90), (2_980, 70))
    arms = [Aggregates.of_impressions(n, c) for n, c in totals]
    data = a_report(*arms, design=design, observed=NOTHING_KNOWN)
    assert {effect.metric for effect in data.effects} == {"ctr"}
    table = [[n - c for n, c in totals], [c for _n, c in totals]]
    assert data.all_arms.p == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    assert data.all_arms.df == 2


def test_analyse__several_treatments__adjusts_by_role():
    data = states.several()
    assert all(e.p_adjusted is not None and e.p_adjusted >= e.p for e in data.primary())
    others = [e for e in data.effects if e.p is not None and e.metric != "ctr"]
    assert {e.role for e in others if e.p_adjusted is None} == {Role.GUARDRAIL, Role.DIAGNOSTIC}
    assert {e.role for e in others if e.p_adjusted is not None} == {Role.SECONDARY}


def test_analyse__several_treatments__interval_has_the_level_of_its_step():
    levels = {effect.arm: effect.span.level for effect in states.several().primary()}
    # C rejects first, at alpha / 2; then B is tested at alpha.
    assert levels == pytest.approx({3: 0.975, 2: 0.95})


def test_analyse__last_day__stands_where_the_report_stands():
    data = states.use()
    last = [point for point in data.days if point.arm == 2][-1]
    assert last.lift == pytest.approx(data.primary()[0].lift)
    assert (last.n_control, last.n_treatment) == (18_400, 18_424)
    assert len(data.days) == 14


def test_analyse__band__ends_where_the_verdict_reads():
    data = states.use()
    span, band = data.primary()[0].lift_span, data.days[-1].band
    assert (band.low, band.high) == pytest.approx((span.low, span.high))
    assert data.days[0].band.low < band.low < band.high < data.days[0].band.high


def test_analyse__first_days_too_small__are_gaps_in_the_series():
    data = a_report(an_arm(280), an_arm(280), days=14)
    assert data.days[0].lift is None
    assert data.days[0].gap == "not-enough-data"


def test_analyse__control_never_clicked__lift_is_a_gap():
    arms = an_arm(5_000, ctr=0), an_arm(5_000, ctr=0)
    data = a_report(*arms, design=a_design(planned_visitors=0))
    (effect,) = data.primary()
    assert (effect.lift, effect.gap.what, effect.gap.have) == (None, "clicks", 0)


def test_absolute_mde__percent_of_the_control_or_points():
    design = a_design(mde=5.0)
    assert absolute_mde(design, 0.1) == pytest.approx(0.005)
    points = replace(design, mde=0.5, mde_kind="points")
    assert absolute_mde(points, None) == pytest.approx(0.005)
    assert absolute_mde(design, None) is None
    assert absolute_mde(replace(design, mde=None), 0.1) is None


def test_absolute_mde__points_of_money__do_not_exist():
    design = a_design(primary="revenue_per_visitor", mde=0.5, mde_kind="points")
    assert absolute_mde(design, 500.0) is None


def test_analyse__metrics__primary_comes_first():
    design = a_design(primary="revenue_per_visitor")
    assert values.metrics_of(design)[0].key == "revenue_per_visitor"
