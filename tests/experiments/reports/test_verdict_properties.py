"""After the planned look the interval decides, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.reports import verdict
from experiments.reports.health import NOTHING_KNOWN
from experiments.reports.payload import State
from experiments.reports.verdict import Kind
from tests.experiments.reports.states import DAY, NOW, a_design, a_report, an_arm

rates = st.floats(0.002, 0.3)
sizes = st.integers(200, 60_000)


@settings(max_examples=150, deadline=None)
@given(units=sizes, control=rates, treatment=rates)
def test_decide__after_the_horizon__use_and_keep_control_iff_the_interval_excludes_zero(
    units, control, treatment
):
    design = a_design(planned_visitors=0)
    arms = an_arm(units, ctr=control, buyers=0), an_arm(units, ctr=treatment, buyers=0)
    data = a_report(*arms, design=design, observed=NOTHING_KNOWN)
    (effect,) = data.primary()
    found = verdict.decide(data)
    assert not any(check.state is State.BLOCKING for check in data.checks)
    assert effect.passed == bool(effect.span and effect.span.excludes_zero)
    assert (found.kind is Kind.USE) == bool(effect.span and effect.span.low > 0)
    assert (found.kind is Kind.KEEP_CONTROL) == bool(effect.span and effect.span.high < 0)


@settings(max_examples=60, deadline=None)
@given(
    units=st.integers(2_000, 30_000), ctrs=st.lists(st.floats(0.05, 0.15), min_size=3, max_size=5)
)
def test_decide__several_variants__holm_and_the_shown_intervals_agree(units, ctrs):
    design = a_design(len(ctrs), planned_visitors=0)
    arms = [an_arm(units, ctr=ctr, buyers=0) for ctr in ctrs]
    data = a_report(*arms, design=design, observed=NOTHING_KNOWN)
    for effect in data.primary():
        assert effect.span.excludes_zero == effect.passed
    better = [e for e in data.primary() if e.span.low > 0]
    assert (verdict.decide(data).kind is Kind.USE) == bool(better)


@settings(max_examples=60, deadline=None)
@given(units=sizes, control=rates, treatment=rates, planned=st.integers(1, 90))
def test_decide__before_a_whole_week__never_names_a_winner(units, control, treatment, planned):
    design = a_design(planned_days=6 + planned, started_at=NOW - 6.9 * DAY)
    data = a_report(an_arm(units, ctr=control), an_arm(units, ctr=treatment), design=design)
    assert verdict.decide(data).kind is Kind.COLLECTING
