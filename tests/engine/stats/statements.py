"""What calibration claims, as functions: the quick and the full form and the mutations ask them.

Each returns what it found; the tests say what is allowed.
"""

import numpy as np

from engine.stats import bayes, frequentist, multiplicity, stratified, vector
from engine.stats.aggregates import Aggregates, total
from engine.stats.metrics import metric
from engine.stats.reading import Open, Planned
from engine.stats.tails import normal_two_sided
from tests.engine.stats import looks
from tests.engine.stats.adjusting import outcomes, spending_pairs
from tests.engine.stats.clicks import CTR, false_alarms, population, ramp, splits
from tests.engine.stats.guarding import share_called, shares_at_the_margin
from tests.engine.stats.racing import races
from tests.engine.stats.splitting import daily_alarms

PLAN, ENDLESS = Planned(looks.LOOKS, 0), Open(looks.EFFECT)


def allowed(runs, *, rate=0.05) -> float:
    """5 % and three Monte-Carlo standard errors."""
    return rate + 3 * (rate * (1 - rate) / runs) ** 0.5


def daily_false_alarms(reading, *, paths, seed=1) -> float:
    return looks.detected(np.random.default_rng(seed), reading, paths=paths)


def daily_power(reading, *, paths, inflation=1.0, seed=2) -> float:
    rng = np.random.default_rng(seed)
    return looks.detected(rng, reading, paths=paths, effect=looks.EFFECT, inflation=inflation)


def lift_misses(*, runs, units=1_500, rates=(0.1, 0.11), seed=3) -> tuple[float, float]:
    """About 150 events an arm: how often the lift lies wholly above and below the truth."""
    return looks.missed(
        np.random.default_rng(seed), runs=runs, units=units, rates=rates, compare=_lift
    )


def _lift(units, old, new):
    arms = (Aggregates.of_converted(units, hits) for hits in (old, new))
    return frequentist.compare(metric("conversion_rate"), *arms).lift_interval


def clustered_false_alarms(*, runs, populations, seed=20) -> tuple[float, float]:
    """The delta method, and impressions as if independent, on visitors who see many banners."""
    rng = np.random.default_rng(seed)
    pairs = (
        pair
        for _ in range(populations)
        for pair in splits(rng, population(rng, users=4000, ctr=0.3), runs=runs)
    )
    p_values, naive = false_alarms(pairs)
    return sum(p < 0.05 for p in p_values) / len(p_values), naive


def ramp_false_alarms(*, runs, seed=2026) -> tuple[float, float]:
    """Share from 1 to 50 % while the click rate falls: within days, and from totals."""
    pairs = ramp(np.random.default_rng(seed), runs=runs)
    within = sum(stratified.compare(CTR, *pair).passed for pair in pairs)
    totals = [[total(arm.values()) for arm in pair] for pair in pairs]
    pooled = sum(frequentist.compare(CTR, *pair).passed for pair in totals)
    return within / runs, pooled / runs


def adjusted_false_alarms(*, rho, runs, n=400, seed=5) -> tuple[float, float]:
    """CUPED without an effect: how often it errs, and how far its saving is from rho squared."""
    pairs = spending_pairs(np.random.default_rng(seed), runs=runs, n=n, rho=rho)
    p_values, ratio = outcomes(metric("revenue_per_visitor"), pairs)
    return float((p_values < 0.05).mean()), abs(float(ratio) - (1 - rho**2))


def called_safe(*, fall, runs, seed=6) -> float:
    """How often a guardrail with a margin of 5 % calls a treatment safe that lost `fall`."""
    rng = np.random.default_rng(seed)
    pairs = shares_at_the_margin(rng, runs=runs, share=0.1, sizes=(5_000, 5_000), fall=fall)
    return share_called(metric("conversion_rate"), pairs)[0]


def split_alarms(*, shares, runs, seed=7) -> float:
    """Sound splits looked at on sixty evenings: how many of them raise an alarm."""
    return daily_alarms(np.random.default_rng(seed), runs=runs, shares=shares, days=60)


def regret(*, runs, seed=8) -> tuple[float, float]:
    """The lift that is lost by choosing an arm: as it was told, and as it was. Noise is 10 %."""
    rng = np.random.default_rng(seed)
    found = races(rng, runs=runs, treatments=4, control_noise=0.1, noise=0.1)
    return float(found.loss.mean()), float(found.lost.mean())


def exaggeration(*, runs, noise=0.1, seed=9) -> float:
    """How much larger than the truth the lifts are told to be that have passed a test."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, bayes.PRIOR_SD, runs)
    measured = true + noise * rng.normal(size=runs)
    passed = measured > 1.96 * noise
    told = [bayes.shrink(lift, noise**2).lift for lift in measured[passed].tolist()]
    return float(np.mean(told) / true[passed].mean())


def false_finds(*, runs, real=3, metrics=10, effect=3.0, seed=10) -> float:
    """Secondary metrics of which some are real: the share of finds that are none, on average."""
    z = np.random.default_rng(seed).normal(size=(runs, metrics))
    z[:, :real] += effect
    shares = []
    for one in z:
        ps = [normal_two_sided(float(value)).p for value in one]
        found = np.array(multiplicity.benjamini_hochberg(ps)) <= 0.05
        shares.append(found[real:].sum() / max(found.sum(), 1))
    return float(np.mean(shares))


def coverage(kind, *, runs, seed=4) -> dict[str, float]:
    """How often the intervals of difference and lift hold the truth."""
    arms, difference, lift = _KINDS[kind](np.random.default_rng(seed), runs)
    found = vector.compare(*arms)
    return {
        "difference": float(((found.low <= difference) & (difference <= found.high)).mean()),
        "lift": float(((found.lift_low <= lift) & (lift <= found.lift_high)).mean()),
    }


def _many_events(rng, runs):
    return _shares(rng, runs, 20_000, (0.1, 0.105))


def _few_events(rng, runs):
    return _shares(rng, runs, 4_000, (0.015, 0.02))


def _shares(rng, runs, n, rates):
    arms = [vector.proportions(np.full(runs, n), rng.binomial(n, rate, runs)) for rate in rates]
    return arms, rates[1] - rates[0], rates[1] / rates[0] - 1


def _means(rng, runs, units=400, scales=(10.0, 11.0)):
    arms = []
    for scale in scales:
        drawn = rng.gamma(2.0, scale / 2, (runs, units))
        arms.append(vector.means(np.full(runs, units), drawn.sum(axis=1), (drawn**2).sum(axis=1)))
    return arms, scales[1] - scales[0], scales[1] / scales[0] - 1


def _ratios(rng, runs, units=2_000, rates=(0.02, 0.023)):
    arms = [_clicks(rng, runs, units, rate) for rate in rates]
    return arms, rates[1] - rates[0], rates[1] / rates[0] - 1


def _clicks(rng, runs, units, rate):
    strength, rows = (1 - 0.02) / 0.02, []
    for _ in range(runs):
        x = rng.geometric(1 / 10, units).astype(float)
        own = rng.beta(rate * strength, (1 - rate) * strength, units)
        y = rng.binomial(x.astype(int), own).astype(float)
        rows.append((y.sum(), x.sum(), y @ y, x @ y, x @ x))
    y, x, yy, xy, xx = np.array(rows).T
    return vector.ratios(np.full(runs, units), y, x, yy=yy, xy=xy, xx=xx)


_KINDS = {
    "many events": _many_events,
    "few events": _few_events,
    "mean": _means,
    "ratio": _ratios,
}
