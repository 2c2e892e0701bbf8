"""From the log to the report: no more false alarms than promised where nothing differs.

Many experiments at once go the whole way: events are written to the log, rolled up, read back as
aggregates and analysed. Visitors see a banner several times and differ in how much they click, so
a test that takes impressions as independent must fail on the same data.
"""

import datetime as dt
import math
import uuid

import numpy as np
import pytest
from django.db import connection
from scipy import stats

from engine.stats.aggregates import Aggregates, total
from events import rollup, store
from experiments.reports import analysis
from experiments.reports.inputs import Inputs
from experiments.reports.payload import Arm, Design

START = dt.datetime(2026, 10, 1, 9, 0, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
UNITS, VIEWS, RATE, ALIKE = 240, 4, 0.2, 0.1
"""Visitors of an experiment, mean impressions of each, click rate, intraclass correlation."""

COPY = """
    COPY events_event (day, id, digest, site_id, kind, unit, experiment_id, phase, variant_id,
        occurred_at, received_at) FROM STDIN
"""


def the_log(experiments: int, rng: np.random.Generator):
    """Rows of an A/A log: every unit shown its variant a few times within two weeks."""
    kinds = ("impression", "click")
    for experiment in range(1, experiments + 1):
        variants = rng.permutation(np.repeat([1, 2], UNITS // 2))
        views = rng.geometric(1 / VIEWS, UNITS)
        rates = rng.beta(RATE * (1 / ALIKE - 1), (1 - RATE) * (1 / ALIKE - 1), UNITS)
        for variant, shown, rate in zip(variants, views, rates, strict=True):
            unit = uuid.UUID(int=int(rng.integers(1 << 62)))
            counts = shown, rng.binomial(shown, rate)
            for kind, count in zip(kinds, counts, strict=True):
                for hour in rng.integers(0, 14 * 24, count):
                    at = START + dt.timedelta(hours=int(hour))
                    event = uuid.UUID(int=int(rng.integers(1 << 62)) << 62)
                    yield ("1970-01-01", event, 0, 1, kind, unit, experiment, 1, variant, at, at)


def reports(experiments: int, rng: np.random.Generator):
    """The report of each, and its aggregates."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in the_log(experiments, rng):
            copy.write_row(row)
    rollup.run(now=NOW)
    phases = [(experiment, 1) for experiment in range(1, experiments + 1)]
    arms = (Arm(1, "a", "A", 0.5), Arm(2, "b", "B", 0.5))
    for phase, by_day in store.aggregates_of(phases).items():
        design = Design(*phase, "visitor", "events", "ctr", arms, ended_at=NOW)
        yield analysis.analyse(Inputs(design, by_day, NOW, 0)), by_day


def naive_p(arms: list[Aggregates]) -> float:
    """The two-proportion test over impressions that this product must not contain."""
    (c0, n0), (c1, n1) = ((arm.sum("clicks"), arm.sum("impressions")) for arm in arms)
    pooled = (c0 + c1) / (n0 + n1)
    z = (c1 / n1 - c0 / n0) / math.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1))
    return 2 * stats.norm.sf(abs(z))


def check(experiments: int) -> None:
    found = list(reports(experiments, np.random.default_rng(20261125)))
    p = np.array([data.primary()[0].p for data, _by_day in found])
    naive = np.array([naive_p([total(d[arm].values()) for arm in (1, 2)]) for _data, d in found])
    assert len(p) == experiments
    error = math.sqrt(0.05 * 0.95 / experiments)
    assert abs((p < 0.05).mean() - 0.05) <= 3 * error
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert (naive < 0.05).mean() > 0.10
    assert (naive < 0.05).mean() > (p < 0.05).mean() + 3 * error


@pytest.mark.django_db(transaction=True)
def test_log_to_report__nothing_differs__false_alarms_as_promised_and_the_naive_test_fails():
    check(200)


@pytest.mark.nightly
@pytest.mark.django_db(transaction=True)
def test_log_to_report__nothing_differs__the_same_over_many_more():
    check(4_000)
