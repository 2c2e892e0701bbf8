"""Experiments that are looked at every day, simulated by the thousand."""

import numpy as np

from engine.stats import vector
from engine.stats.power import sample_size_proportions
from engine.stats.reading import Planned

LOOKS, RATE, EFFECT = 60, 0.1, 0.01
MIN_UNITS, MIN_EVENTS = 100, 5


def detected(rng, reading, *, paths, effect=0.0, inflation=1.0) -> float:
    """Share of experiments that pass on any of sixty days, at the size planned for one look."""
    units = inflation * sample_size_proportions(RATE, EFFECT)
    daily = np.diff(np.rint(np.linspace(0, units, LOOKS + 1))).astype(int)
    arms = [_converting(rng, daily, rate, paths) for rate in (RATE, RATE + effect)]
    return float(_ever_passed(*arms, reading).mean())


def _converting(rng, daily, rate, paths):
    hits = rng.binomial(daily, rate, (paths, LOOKS)).cumsum(axis=1)
    n = np.broadcast_to(daily.cumsum(), hits.shape)
    return vector.proportions(n, hits), (n >= MIN_UNITS) & (hits >= MIN_EVENTS)


def _ever_passed(control, treatment, reading):
    (old, enough), (new, enough_new) = control, treatment
    found = vector.compare(old, new, reading=of_looks(reading))
    return (found.passed & enough & enough_new).any(axis=1)


def of_looks(reading):
    """The bounds of all looks of a plan; any other reading as it is."""
    if not isinstance(reading, Planned):
        return reading
    return np.array([reading.at(look).bound(1.0, 0.05) for look in range(1, LOOKS + 1)])


CELLS = {
    "arrive over sixty days, one visit": {"arrival": LOOKS, "returns": False, "icc": 0.02},
    "arrive over sixty days, return": {"arrival": LOOKS, "returns": True, "icc": 0.02},
    "all in week one, icc .005": {"arrival": 7, "returns": True, "icc": 0.005},
    "all in week one, icc .05": {"arrival": 7, "returns": True, "icc": 0.05},
}
"""Visitors who come back, and those who do not."""


def returning(rng, *, cell, readings, populations, runs, users=6_000) -> dict[str, float]:
    """Share of A/A tests on cumulated clicks that pass on any of sixty days, by reading."""
    found = {name: [] for name in readings}
    for _ in range(populations):
        totals = _daily_totals(rng, users=users, **CELLS[cell])
        arms = tuple(_halves(rng, totals, runs))
        for name, reading in readings.items():
            bounds = reading(totals) if callable(reading) else of_looks(reading)
            found[name].append(_ever_passed(*arms, bounds).mean())
    return {name: float(np.mean(shares)) for name, shares in found.items()}


def users_so_far(totals):
    """Share of all visitors seen by the end of each day: the clock that must not be used."""
    seen = (totals[0] > 0).sum(axis=0)
    return seen / seen[-1]


def _daily_totals(rng, *, users, arrival, returns, icc, ctr=0.03):
    """Impressions and clicks of each visitor until the end of each day: (users, days) each."""
    strength = (1 - icc) / icc
    rate = rng.beta(ctr * strength, (1 - ctr) * strength, users)[:, None]
    first = rng.integers(0, arrival, users)[:, None]
    day = np.arange(LOOKS)
    there = (day == first) | ((day > first) & returns & (rng.random((users, LOOKS)) < 0.15))
    seen = np.where(there, rng.geometric(1 / 4, (users, LOOKS)), 0)
    clicks = rng.binomial(seen, rate)
    return seen.cumsum(axis=1).astype(float), clicks.cumsum(axis=1).astype(float)


def _halves(rng, totals, runs):
    x, y = totals
    moments = np.concatenate([x > 0, y, x, y * y, x * y, x * x], axis=1)
    half = np.argsort(rng.random((runs, len(x))), axis=1) < len(x) // 2
    new = half.astype(float) @ moments
    for side in (moments.sum(axis=0) - new, new):
        n, *sums = side.reshape(runs, 6, LOOKS).transpose(1, 0, 2)
        enough = (n >= MIN_UNITS) & (sums[0] >= MIN_EVENTS)
        yield (
            vector.ratios(n, *sums[:2], yy=sums[2], xy=sums[3], xx=sums[4]),
            enough,
        )


def missed(rng, *, runs, units, rates, compare) -> tuple[float, float]:
    """Shares of experiments whose lift interval lies above and below the true lift."""
    lift = rates[1] / rates[0] - 1
    hits = [rng.binomial(units, rate, runs).tolist() for rate in rates]
    spans = [compare(units, old, new) for old, new in zip(*hits, strict=True)]
    above = sum(span is not None and span.low > lift for span in spans)
    below = sum(span is not None and span.high < lift for span in spans)
    return above / runs, below / runs
