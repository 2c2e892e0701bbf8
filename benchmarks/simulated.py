"""The simulators behind the calibration tests, in the form of the nightly run, with its seeds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from benchmarks.bare import without_database
from engine.stats import stratified
from engine.stats.metrics import metric
from engine.stats.reading import Open
from engine.stats.rehearsal import rehearse
from tests.calibration import test_delta_method, test_stratified, test_thompson
from tests.calibration.test_daily_looks import user_clock
from tests.engine.stats import adjusting, guarding, looks, racing, splitting, statements
from tests.engine.stats.clicks import CTR, false_alarms, population

CHUNKS, CHUNK = 10, 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a run measured, in words, and whether it keeps to the bar."""

    text: str
    holds: bool


def at_most(limit: float, share: float) -> Found:
    return Found(percent(share), share <= limit)


def between(low: float, share: float, high: float) -> Found:
    return Found(percent(share), low <= share <= high)


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _mean(measure: Callable[[int], float]) -> float:
    return float(np.mean([measure(seed) for seed in range(CHUNKS)]))


def aa() -> Found:
    rng = np.random.default_rng(2026)
    pairs = test_delta_method.many_splits(rng, populations=40, runs=500, users=10_000)
    p_values, naive = false_alarms(pairs)
    share, ks = float(np.mean(np.array(p_values) < 0.05)), stats.kstest(p_values, "uniform").pvalue
    text = f"{percent(share)}, KS p {ks:.2f}; impressions as units {percent(naive)}"
    return Found(text, 0.045 <= share <= 0.055 and ks > 0.01 and naive > 0.10)


def rehearsal() -> Found:
    rng = np.random.default_rng(2027)
    found = []
    for _ in range(10):
        people = population(rng, users=10_000)
        found.append(rehearse(people[:, 2], people[:, 1], runs=3000, rng=rng))
    share, naive = (
        sum(getattr(one, name) for one in found) / 30_000
        for name in ("false_alarms", "naive_false_alarms")
    )
    text = f"{percent(share)}; impressions as units {percent(naive)}"
    return Found(text, 0.045 <= share <= 0.055 and naive > 0.10)


def rare_buyers() -> Found:
    rng, key = np.random.default_rng(5), metric("revenue_per_visitor")
    draw = test_delta_method.shop
    rejected = sum(
        test_delta_method.compare(key, draw(rng), draw(rng)).p < 0.05 for _ in range(5000)
    )
    return between(0.04, rejected / 5000, 0.06)


def daily(reading) -> float:
    return _mean(lambda seed: statements.daily_false_alarms(reading, paths=CHUNK, seed=seed))


def power(reading, inflation: float = 1.0) -> float:
    return _mean(
        lambda seed: statements.daily_power(reading, paths=CHUNK, inflation=inflation, seed=seed)
    )


def returning(cell: str) -> Found:
    readings = {"plan": statements.PLAN, "open": Open(0.002), "users": user_clock}
    rng = np.random.default_rng(5)
    found = looks.returning(rng, cell=cell, readings=readings, populations=10, runs=500)
    limit = statements.allowed(5_000)
    text = f"planned {percent(found['plan'])}, open {percent(found['open'])}"
    wrong = f"; clock of users {percent(found['users'])}" if "week" in cell else ""
    return Found(text + wrong, max(found["plan"], found["open"]) <= limit)


def coverage(kind: str, runs: int) -> Found:
    found = statements.coverage(kind, runs=runs)
    text = ", ".join(f"{name} {percent(share)}" for name, share in found.items())
    return Found(text, all(0.945 <= share <= 0.955 for share in found.values()))


def lift() -> Found:
    above, below = statements.lift_misses(runs=200_000)
    holds = 0.02 <= min(above, below) <= max(above, below) <= 0.027
    return Found(f"{percent(above)} above, {percent(below)} below the truth", holds)


def ramp() -> Found:
    within, pooled = statements.ramp_false_alarms(runs=4_000)
    return Found(
        f"{percent(within)}; from totals {percent(pooled)}", within <= 0.055 and pooled > 0.5
    )


def small_slice() -> Found:
    rng, runs = np.random.default_rng(7), test_stratified.RUNS
    pairs = (test_stratified.slice_and_policy(rng) for _ in range(runs))
    return between(
        0.035, sum(stratified.compare(CTR, *pair).p < 0.05 for pair in pairs) / runs, 0.065
    )


def policy() -> Found:
    runs = (test_thompson.a_run(n, falls=0.6 * (n % 2)) for n in range(test_thompson.RUNS))
    wrong = sum(stratified.compare(CTR, run.by_chance, run.by_policy).p < 0.05 for run in runs)
    return between(0.035, wrong / test_thompson.RUNS, 0.065)


def split(*shares: float) -> Found:
    rng = np.random.default_rng(1)
    return at_most(0.015, splitting.daily_alarms(rng, runs=4000, shares=shares, days=60))


def cuped(rho: float) -> Found:
    pairs = adjusting.spending_pairs(
        np.random.default_rng(int(100 * rho)), runs=20_000, n=500, rho=rho
    )
    p, ratio = adjusting.outcomes(metric("revenue_per_visitor"), pairs)
    return _narrowed(float((p < 0.05).mean()), float(ratio), 1 - rho**2)


def cuped_clicks(icc: float) -> Found:
    rng = np.random.default_rng(int(100 * icc))
    p, ratios, expected = [], [], []
    for _ in range(20):
        pairs, one_less = adjusting.clicking_pairs(rng, users=4000, runs=1000, icc=icc)
        some, ratio = adjusting.outcomes(CTR, pairs)
        p.append(some)
        ratios.append(ratio)
        expected.append(one_less)
    alarms = float((np.concatenate(p) < 0.05).mean())
    return _narrowed(alarms, float(np.mean(ratios)), float(np.mean(expected)))


def _narrowed(alarms: float, ratio: float, expected: float) -> Found:
    text = f"{percent(alarms)}, ratio {ratio:.3f} of {expected:.3f}"
    return Found(text, 0.045 <= alarms <= 0.055 and abs(ratio - expected) <= 0.02)


def guarded(key: str, pairs, *, limit: float, harmed: bool = False) -> Found:
    return at_most(limit, guarding.share_called(metric(key), pairs)[harmed])


def guard_shares(share: float, sizes: tuple[int, int], *, limit: float) -> Found:
    rng = np.random.default_rng(1)
    pairs = guarding.shares_at_the_margin(rng, runs=20_000, share=share, sizes=sizes)
    return guarded("conversion_rate", pairs, limit=limit)


def guard_revenue(*, limit: float) -> Found:
    pairs = guarding.revenue_at_the_margin(np.random.default_rng(2), runs=20_000)
    return guarded("revenue_per_visitor", pairs, limit=limit)


def guard_clicks(*, limit: float) -> Found:
    pairs = guarding.clicks_at_the_margin(np.random.default_rng(3), runs=5_000)
    return guarded("ctr", pairs, limit=limit)


def guard_unchanged() -> Found:
    pairs = guarding.shares_at_the_margin(
        np.random.default_rng(4), runs=20_000, share=0.05, sizes=(5000, 5000), fall=0.0
    )
    return guarded("conversion_rate", pairs, limit=statements.allowed(20_000), harmed=True)


def beliefs(noise: float) -> Found:
    found = racing.races(np.random.default_rng(1), runs=3000, treatments=4, control_noise=noise)
    covered, said, lost = found.covered.mean(), found.loss.mean(), found.lost.mean()
    text = f"{percent(covered)} covered, loss {percent(lost)} where {percent(said)} was said"
    return Found(text, abs(covered - 0.95) <= 0.01 and abs(lost / said - 1) <= 0.05)


def verdicts(arms: int) -> Found:
    without_database()
    from tests.calibration import test_reports

    rng, runs, verdict = np.random.default_rng(20261122 + arms), 1_500, test_reports.verdict
    kinds = test_reports.Kind
    design = test_reports.a_design(arms)
    wrong = 0
    for row in rng.binomial(4_000, 0.05, size=(runs, arms)):
        shares = [test_reports.Aggregates.of_converted(4_000, int(c)) for c in row]
        said = verdict.decide(test_reports.report(design, shares)).kind
        wrong += said in {kinds.USE, kinds.KEEP_CONTROL, kinds.YOUR_CALL}
    return at_most(statements.allowed(runs), wrong / runs)
