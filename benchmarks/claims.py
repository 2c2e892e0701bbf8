"""What calibration claims of the engine: each statement with its bar, its run and its tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import simulated
from benchmarks.simulated import Found
from engine.stats.reading import ONCE
from tests.calibration import test_stratified, test_thompson
from tests.engine.stats import looks, statements

QUICK = "stats/test_calibration_quick.py::"
MUTATION = "stats/test_mutations.py::"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement.

    Attributes:
        what: What is claimed.
        bar: What is allowed.
        runs: How many runs, and their seed.
        measure: The run.
        nightly: The test of the full form.
        check: The test of each commit; empty where there is none.
        red: The test in which the protection is taken away; empty where there is none.
    """

    what: str
    bar: str
    runs: str
    measure: Callable[[], Found]
    nightly: str
    check: str = ""
    red: str = ""


def claims() -> Iterator[Claim]:
    """All of them, in the order of the document."""
    yield from _of_tests()
    yield from _of_looks()
    yield from _of_visitors_who_return()
    yield from _of_intervals()
    yield from _of_days()
    yield from _of_the_rest()


def _of_tests() -> Iterator[Claim]:
    yield Claim(
        "A/A, 10,000 visitors with 20 impressions each, ICC .02",
        "4.5–5.5 %, p uniform; impressions as units > 10 %",
        "20,000, seed 2026",
        simulated.aa,
        "calibration/test_delta_method.py"
        "::test_compare__twenty_thousand_a_a_tests__delta_five_percent_impressions_above_ten",
        QUICK + "test_compare__no_effect_clustered_clicks__delta_holds_where_impressions_fail",
        MUTATION + "test_delta_method__covariance_term_dropped__five_percent_fails",
    )
    yield Claim(
        "A/A rehearsal of the same visitors",
        "4.5–5.5 %; impressions as units > 10 %",
        "30,000, seed 2027",
        simulated.rehearsal,
        "calibration/test_delta_method.py"
        "::test_rehearse__thirty_thousand_splits__delta_five_percent_impressions_above_ten",
    )
    yield Claim(
        "A/A, revenue of 4,000 visitors, 2 % buy",
        "4–6 %",
        "5,000, seed 5",
        simulated.rare_buyers,
        "calibration/test_delta_method.py"
        "::test_compare__revenue_of_rare_buyers__false_alarms_near_five_percent",
    )


_LOOKS = "calibration/test_daily_looks.py::"


def _of_looks() -> Iterator[Claim]:
    runs, limit = "100,000, seeds 0–9", statements.allowed(100_000)
    two = (("planned", statements.PLAN, 0.75), ("open", statements.ENDLESS, 0.50))
    reds = (
        "test_planned_bound__replaced_by_1_96__sixty_daily_looks_fails",
        "test_confidence_sequence__replaced_by_1_96__sixty_daily_looks_fails",
    )
    for (name, reading, _), red in zip(two, reds, strict=True):
        yield Claim(
            f"sixty daily looks without effect, {name}",
            f"≤ {simulated.percent(limit)} (5 % + 3 s.e.)",
            runs,
            lambda reading=reading: simulated.at_most(limit, simulated.daily(reading)),
            _LOOKS + "test_compare__no_effect__at_most_five_percent",
            QUICK + "test_compare__sixty_daily_looks_without_effect__at_most_five_percent",
            MUTATION + red,
        )
    yield Claim(
        "the same read at 1.96 on each day (what must not be done)",
        "about a third",
        runs,
        lambda: simulated.between(0.325, simulated.daily(ONCE), 0.345),
        _LOOKS + "test_compare__no_effect_and_no_protection__every_third",
        QUICK + "test_compare__sixty_daily_looks_of_a_single_look__every_third_is_wrong",
    )
    for name, reading, least in two:
        yield Claim(
            f"power of {name} at the size of one look with 80 %",
            f"≥ {least:.0%}".replace("%", " %"),
            runs,
            lambda reading=reading, least=least: simulated.between(
                least, simulated.power(reading), 1
            ),
            _LOOKS + "test_compare__size_of_one_look__power",
            QUICK + "test_compare__effect_planned_for_one_look__power_of_each_reading",
        )
    for name, reading, _ in two:
        factor = reading.inflation()
        yield Claim(
            f"power of {name} at the inflated size (× {factor:.3f})",
            "80 % ± .5",
            runs,
            lambda reading=reading, factor=factor: simulated.between(
                0.795, simulated.power(reading, factor), 0.805
            ),
            _LOOKS + "test_inflation__inflated_size__eighty_percent",
            QUICK + "test_inflation__applied_to_the_size__eighty_percent_again",
        )


def _of_visitors_who_return() -> Iterator[Claim]:
    for cell in looks.CELLS:
        yield Claim(
            f"sixty daily looks, visitors {cell}",
            f"≤ {simulated.percent(statements.allowed(5_000))}",
            "5,000 of 10 populations, seed 5",
            lambda cell=cell: simulated.returning(cell),
            _LOOKS + "test_compare__visitors_who_return__calendar_and_variance_clocks_hold",
            QUICK + "test_compare__visitors_who_return__daily_looks_hold",
        )


def _of_intervals() -> Iterator[Claim]:
    sizes = {"many events": 400_000, "few events": 400_000, "mean": 40_000, "ratio": 20_000}
    for kind, runs in sizes.items():
        yield Claim(
            f"95 % intervals hold the truth, {kind}",
            "94.5–95.5 %",
            f"{runs:,}, seed 4",
            lambda kind=kind, runs=runs: simulated.coverage(kind, runs),
            _LOOKS + "test_compare__with_effect__intervals_cover_the_truth",
            ""
            if kind == "ratio"
            else QUICK + "test_compare__with_effect__intervals_cover_the_truth",
        )
    yield Claim(
        "the lift's interval errs to both sides alike, 150 events an arm",
        "2.0–2.7 % each",
        "200,000, seed 3",
        simulated.lift,
        _LOOKS + "test_compare__few_events__lift_errs_as_often_to_both_sides",
        QUICK + "test_compare__few_events__lift_errs_as_often_to_both_sides",
        MUTATION + "test_fieller__replaced_by_the_delta_method__lift_errs_to_one_side",
    )


def _of_days() -> Iterator[Claim]:
    yield Claim(
        "ramp from 1 to 50 % while the click rate falls by 60 %",
        "≤ 5.5 %; from totals > 50 %",
        "4,000, seed 2026",
        simulated.ramp,
        _LOOKS + "test_compare__ramp__within_days_five_percent_where_totals_err",
        QUICK + "test_compare__ramp_without_effect__within_days_holds_where_totals_err",
        MUTATION + "test_stratified__days_put_together__ramp_fails",
    )
    yield Claim(
        "a tenth against nine tenths of 400 visitors a day, CTR 1 %",
        "3.5–6.5 %",
        f"{test_stratified.RUNS:,}, seed 7",
        simulated.small_slice,
        "calibration/test_stratified.py::test_compare__small_slice_of_rare_clicks__five_percent",
    )
    yield Claim(
        "policy against slice, while the policy learns from noise",
        "3.5–6.5 %",
        f"{test_thompson.RUNS:,}, seeds 0–999",
        simulated.policy,
        "calibration/test_thompson.py"
        "::test_report__policy_that_learns_from_noise__few_false_alarms",
    )


_MARGIN = "calibration/test_guardrails.py::"
_ADJUSTED = "calibration/test_adjusted.py::"


def _of_the_rest() -> Iterator[Claim]:
    yield from _of_splits()
    yield from _of_the_past()
    yield from _of_guardrails()
    for noise in (0.03, 0.1):
        yield Claim(
            f"beliefs in a race of five arms, control's noise {noise:.0%}".replace("%", " %"),
            "95 ± 1 % covered, loss within 5 %",
            "3,000, seed 1",
            lambda noise=noise: simulated.beliefs(noise),
            "calibration/test_beliefs.py::test_race__five_arms__chances_losses_and_intervals_hold",
        )
    for arms in (2, 4, 8):
        yield Claim(
            f"a verdict for or against a variant without cause, {arms} arms",
            f"≤ {simulated.percent(statements.allowed(1_500))}",
            f"1,500, seed {20261122 + arms}",
            lambda arms=arms: simulated.verdicts(arms),
            "",
            "calibration/test_reports.py"
            "::test_verdict__no_real_difference__false_alarms_stay_below_five_percent",
        )


def _of_splits() -> Iterator[Claim]:
    for shares in ((0.5, 0.5), (0.9, 0.1), (0.25, 0.25, 0.25, 0.25)):
        yield Claim(
            f"split check on sixty days, {' : '.join(f'{100 * s:g}' for s in shares)}",
            "≤ 1.5 %",
            "4,000, seed 1",
            lambda shares=shares: simulated.split(*shares),
            "calibration/test_split.py"
            "::test_check__sixty_days_without_mismatch__alarm_in_less_than_one_and_a_half_percent",
        )


def _of_the_past() -> Iterator[Claim]:
    for rho in (0.0, 0.2, 0.5, 0.7, 0.9):
        yield Claim(
            f"CUPED, revenue, ρ = {rho:g}: false alarms, ratio of variances of 1 − ρ²",
            "4.5–5.5 %, ± .02",
            f"20,000, seed {int(100 * rho)}",
            lambda rho=rho: simulated.cuped(rho),
            _ADJUSTED + "test_compare__revenue__five_percent_and_one_minus_rho_squared",
        )
    for icc in (0.05, 0.2):
        yield Claim(
            f"CUPED, click rate (a ratio), ICC {icc:g}",
            "4.5–5.5 %, ± .02",
            f"20,000, seed {int(100 * icc)}",
            lambda icc=icc: simulated.cuped_clicks(icc),
            _ADJUSTED + "test_compare__click_rate__five_percent_and_one_minus_rho_squared",
        )


def _of_guardrails() -> Iterator[Claim]:
    limit, few = statements.allowed(20_000), statements.allowed(5_000)
    worse = _MARGIN + "test_check__{}_worse_by_the_margin__rarely_called_safe"
    for share, sizes in ((0.03, (5000, 5000)), (0.005, (8000, 2000))):
        bar = limit if sizes[0] == sizes[1] else 0.06
        yield Claim(
            f"guardrail worse by its margin called safe, {100 * share:g} % buy, "
            f"{sizes[0]:,} : {sizes[1]:,}",
            f"≤ {simulated.percent(bar)}",
            "20,000, seed 1",
            lambda share=share, sizes=sizes, bar=bar: simulated.guard_shares(
                share, sizes, limit=bar
            ),
            worse.format("shares"),
        )
    yield Claim(
        "the same, revenue",
        f"≤ {simulated.percent(limit)}",
        "20,000, seed 2",
        lambda: simulated.guard_revenue(limit=limit),
        worse.format("revenue"),
    )
    yield Claim(
        "the same, click rate",
        f"≤ {simulated.percent(few)}",
        "5,000, seed 3",
        lambda: simulated.guard_clicks(limit=few),
        worse.format("click_rate"),
    )
    yield Claim(
        "guardrail that did not move called harmed",
        f"≤ {simulated.percent(limit)}",
        "20,000, seed 4",
        simulated.guard_unchanged,
        _MARGIN + "test_check__nothing_changed__harm_hardly_ever_called",
    )
