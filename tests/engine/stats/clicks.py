"""A/A tests by re-randomising a fixed population of visitors whose clicks hang together."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import metric

ByDay = dict[date, Aggregates]
CTR = metric("ctr")
COLUMNS = ("one", "impressions", "clicks")


def population(rng, *, users, impressions=20.0, ctr=0.02, icc=0.02):
    """Draw visitors: geometric impressions, each visitor with a click rate of their own (Beta)."""
    seen = rng.geometric(1 / impressions, users)
    strength = (1 - icc) / icc
    clicks = rng.binomial(seen, rng.beta(ctr * strength, (1 - ctr) * strength, users))
    return np.stack([np.ones(users, dtype=np.int64), seen, clicks], axis=1)


def splits(rng, people, *, runs) -> Iterator[tuple[Aggregates, Aggregates]]:
    """Split the same visitors in two halves again and again."""
    half = len(people) // 2
    for _ in range(runs):
        order = rng.permutation(len(people))
        yield aggregates_of(people[order[:half]]), aggregates_of(people[order[half:]])


def false_alarms(pairs) -> tuple[list[float], float]:
    """Return the p-values of the engine, and how often a test on impressions rejects."""
    p_values, naive, runs = [], 0, 0
    for control, treatment in pairs:
        p_values.append(compare(CTR, control, treatment).p)
        naive += abs(_impression_z(control, treatment)) > 1.959964
        runs += 1
    return p_values, naive / runs


def ramp(rng, *, runs, users=1_000, length=30) -> list[tuple[ByDay, ByDay]]:
    """A/A tests in which the treatment's share grows from 1 % to 50 % while the click rate falls.

    Each day brings new visitors; the last day's rate is 40 % of the first day's.
    """
    return [_one_ramp(rng, users, length) for _ in range(runs)]


def _one_ramp(rng, users, length) -> tuple[ByDay, ByDay]:
    old, new = {}, {}
    for place in range(length):
        gone = place / (length - 1)
        people = population(rng, users=users, impressions=5, ctr=0.05 * (1 - 0.6 * gone))
        chosen = rng.random(users) < 0.01 + 0.49 * gone
        day = date(2026, 11, 1) + timedelta(place)
        old[day], new[day] = aggregates_of(people[~chosen]), aggregates_of(people[chosen])
    return old, new


def aggregates_of(people) -> Aggregates:
    one, seen, clicked = range(3)
    gram = people.T @ people
    return Aggregates(
        int(gram[one, one]),
        {"impressions": int(gram[one, seen]), "clicks": int(gram[one, clicked])},
        {
            ("impressions", "impressions"): int(gram[seen, seen]),
            ("impressions", "clicks"): int(gram[seen, clicked]),
            ("clicks", "clicks"): int(gram[clicked, clicked]),
        },
    )


def _impression_z(control: Aggregates, treatment: Aggregates) -> float:
    # The wrong test, here only to show that it is wrong: impressions taken as independent.
    n0, n1 = control.sum("impressions"), treatment.sum("impressions")
    c0, c1 = control.sum("clicks"), treatment.sum("clicks")
    pooled = (c0 + c1) / (n0 + n1)
    return (c1 / n1 - c0 / n0) / (pooled * (1 - pooled) * (1 / n0 + 1 / n1)) ** 0.5
