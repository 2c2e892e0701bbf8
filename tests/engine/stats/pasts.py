"""Visitors with a past, as sums: what they spent or clicked before hangs on what they do now."""

import numpy as np

from engine.stats.aggregates import Aggregates

CLICKS = ("clicks", "impressions", "pre_clicks", "pre_impressions")


def spending(rng, *, n, rho, gain=0.0) -> Aggregates:
    """Everybody spends; now and before are normal with correlation rho. Minor units."""
    before = rng.normal(size=n)
    now = rho * before + np.sqrt(1 - rho**2) * rng.normal(size=n)
    columns = {
        "revenue": np.rint(10_000 + 2_000 * (now + gain)).astype(np.int64),
        "pre_revenue": np.rint(9_000 + 1_500 * before).astype(np.int64),
        "converted": np.ones(n, dtype=np.int64),
    }
    return of_columns(columns)


def clicking(rng, *, n, icc, ctr=0.05, impressions=20.0):
    """Draw visitors with a click rate of their own: clicks and impressions, now and before."""
    strength = (1 - icc) / icc
    rate = rng.beta(ctr * strength, (1 - ctr) * strength, n)
    now, before = (rng.geometric(1 / impressions, n) for _ in range(2))
    return np.stack([rng.binomial(now, rate), now, rng.binomial(before, rate), before], axis=1)


def click_aggregates(table) -> Aggregates:
    """Sum up what `clicking` draws."""
    return of_columns({name: table[:, place] for place, name in enumerate(CLICKS)})


def of_columns(columns) -> Aggregates:
    """Sum up whole columns, every pair of them."""
    names = tuple(columns)
    table = np.stack([columns[name] for name in names], axis=1)
    gram = table.T @ table
    return Aggregates(
        len(table),
        {name: int(total) for name, total in zip(names, table.sum(axis=0), strict=True)},
        {
            (a, b): int(gram[i, j])
            for i, a in enumerate(names)
            for j, b in enumerate(names)
            if i <= j
        },
    )
