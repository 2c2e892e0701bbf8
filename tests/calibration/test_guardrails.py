"""Guardrails: a metric that is worse by exactly the margin is called safe in 5 % of all tests."""

import numpy as np
import pytest

from engine.stats.metrics import metric
from tests.engine.stats.guarding import (
    clicks_at_the_margin,
    revenue_at_the_margin,
    share_called,
    shares_at_the_margin,
)

pytestmark = pytest.mark.nightly

RUNS = 20_000
LIMIT = 0.05 + 3 * (0.05 * 0.95 / RUNS) ** 0.5


@pytest.mark.parametrize("share", [0.005, 0.03, 0.3])
@pytest.mark.parametrize("sizes", [(5000, 5000), (2000, 8000), (8000, 2000)])
def test_check__shares_worse_by_the_margin__rarely_called_safe(share, sizes):
    pairs = shares_at_the_margin(np.random.default_rng(1), runs=RUNS, share=share, sizes=sizes)
    safe, _ = share_called(metric("conversion_rate"), pairs)
    # Rare buyers in arms of unequal size: the score test is within a percent, not below.
    assert safe <= (LIMIT if sizes[0] == sizes[1] else 0.06)


def test_check__revenue_worse_by_the_margin__rarely_called_safe():
    pairs = revenue_at_the_margin(np.random.default_rng(2), runs=RUNS)
    safe, _ = share_called(metric("revenue_per_visitor"), pairs)
    assert safe <= LIMIT


def test_check__click_rate_worse_by_the_margin__rarely_called_safe():
    pairs = clicks_at_the_margin(np.random.default_rng(3), runs=RUNS // 4)
    safe, _ = share_called(metric("ctr"), pairs)
    assert safe <= 0.05 + 3 * (0.05 * 0.95 / (RUNS // 4)) ** 0.5


def test_check__nothing_changed__harm_hardly_ever_called():
    pairs = shares_at_the_margin(
        np.random.default_rng(4), runs=RUNS, share=0.05, sizes=(5000, 5000), fall=0.0
    )
    _, harmed = share_called(metric("conversion_rate"), pairs)
    assert harmed <= LIMIT
