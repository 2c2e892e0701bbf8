"""A policy that learns, in worlds where nothing is to be found, and whether it does what it says.

Visitors are drawn by the hash that draws them live; only their clicks are simulated.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
import pytest

from engine.assignment import allocation
from engine.assignment.hashing import BUCKETS, bucket
from engine.policies.thompson import Evidence, learn
from engine.stats import stratified
from tests.engine.stats.clicks import CTR, aggregates_of

pytestmark = pytest.mark.nightly

ARMS, BATCHES, VISITORS = 4, 14, 300
SLICE = 2_000
EVEN = allocation.widths([1] * ARMS)
RUNS = 1_000
START = dt.date(2026, 11, 1)


@dataclass
class Run:
    """One short experiment: a batch is a day, after each the policy learns."""

    rng: np.random.Generator
    seed: str
    widths: tuple[int, ...] = EVEN
    evidence: list[Evidence] = field(default_factory=lambda: [Evidence(0, 0)] * ARMS)
    by_chance: dict = field(default_factory=dict)
    by_policy: dict = field(default_factory=dict)

    def day(self, place: int, ctr: float) -> None:
        units = [f"{place}-{i}" for i in range(VISITORS)]
        buckets = np.array([bucket(f"{self.seed}:explore", unit) for unit in units])
        explored = buckets < SLICE
        drawn = np.array([bucket(self.seed, f"{unit}\x1fs") for unit in units])
        variants = np.where(explored, owner(EVEN, drawn), owner(self.widths, drawn))
        seen = self.rng.geometric(1 / 4, VISITORS)
        clicks = self.rng.binomial(seen, self.rng.beta(ctr * 40, (1 - ctr) * 40, VISITORS))
        people = np.stack([np.ones(VISITORS, dtype=np.int64), seen, clicks], axis=1)
        day = START + dt.timedelta(place)
        self.by_chance[day] = aggregates_of(people[explored])
        self.by_policy[day] = aggregates_of(people[~explored])
        self.learn(variants, seen, clicks)

    def learn(self, variants, seen, clicks) -> None:
        now = [
            Evidence(old.trials + int(seen[mine].sum()), old.successes + int(clicks[mine].sum()))
            for old, mine in ((self.evidence[arm], variants == arm) for arm in range(ARMS))
        ]
        self.widths = learn(now, previous=self.evidence).widths
        self.evidence = now


def owner(widths, drawn):
    """Which variant owns each bucket."""
    return np.searchsorted(list(accumulate(widths)), drawn, side="right")


def a_run(number: int, *, falls: float) -> Run:
    run = Run(np.random.default_rng(number), f"world-{number}")
    for place in range(BATCHES):
        run.day(place, 0.05 * (1 - falls * place / (BATCHES - 1)))
    return run


def test_report__policy_that_learns_from_noise__few_false_alarms():
    """A thousand runs, because a hundred cannot tell 5 % from 9 %; in half of them clicks fall."""
    runs = [a_run(number, falls=0.6 * (number % 2)) for number in range(RUNS)]
    p_values = [stratified.compare(CTR, run.by_chance, run.by_policy).p for run in runs]
    assert 0.035 <= sum(p < 0.05 for p in p_values) / RUNS <= 0.065
    # The policy did move: many runs gave one of four equal variants twice its share.
    assert sum(max(run.widths) > 5_000 for run in runs) / RUNS > 0.2


def test_report__one_variant_clicked_more__is_found_by_the_same_comparison():
    """The slice is no ornament: with a real winner the policy is told apart from chance."""
    rng, found = np.random.default_rng(5), 0
    for _ in range(20):
        old, new = {}, {}
        for place in range(BATCHES):
            day, rate = START + dt.timedelta(place), 0.05 + 0.02 * min(1, place / 4)
            old[day] = clicks_of(rng, 400, 0.055)
            new[day] = clicks_of(rng, 1_600, rate)
        found += stratified.compare(CTR, old, new).p < 0.05
    assert found >= 16


def clicks_of(rng, visitors, ctr):
    seen = rng.geometric(1 / 4, visitors)
    people = [np.ones(visitors, dtype=np.int64), seen, rng.binomial(seen, ctr)]
    return aggregates_of(np.stack(people, axis=1))


def test_propensities__hundred_thousand_sessions__shares_are_what_was_promised():
    rng, sessions, steps = np.random.default_rng(3), 2_000, 50
    shown, promised, variance = (np.zeros(ARMS) for _ in range(3))
    evidence = [Evidence(0, 0)] * ARMS
    for step in range(steps):
        widths = learn(evidence).widths
        chances = np.array(widths) / BUCKETS
        drawn = [bucket("phase", f"u{i % 700}\x1f{step}-{i}") for i in range(sessions)]
        shown += np.bincount(owner(widths, drawn), minlength=ARMS)
        promised += sessions * chances
        variance += sessions * chances * (1 - chances)
        evidence = [
            Evidence(e.trials + 500, e.successes + int(rng.binomial(500, ctr)))
            for e, ctr in zip(evidence, (0.03, 0.031, 0.033, 0.03), strict=True)
        ]
    assert shown.sum() == sessions * steps == 100_000
    assert np.all(np.abs(shown - promised) < 4 * np.sqrt(variance))
    assert max(shown) > 1.5 * min(shown)
