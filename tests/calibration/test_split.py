"""The split check, read on every day of a long test."""

import numpy as np
import pytest

from tests.engine.stats.splitting import daily_alarms

pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (0.25, 0.25, 0.25, 0.25)])
def test_check__sixty_days_without_mismatch__alarm_in_less_than_one_and_a_half_percent(shares):
    alarms = daily_alarms(np.random.default_rng(1), runs=4000, shares=shares, days=60)
    assert alarms <= 0.015
