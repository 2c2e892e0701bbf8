"""Beliefs: where effects come from the prior, a chance of 30 % is right in 30 of 100 races."""

import numpy as np
import pytest

from tests.engine.stats.racing import races

pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("control_noise", [0.03, 0.1])
def test_race__five_arms__chances_losses_and_intervals_hold(control_noise):
    found = races(np.random.default_rng(1), runs=3000, treatments=4, control_noise=control_noise)
    for low in np.arange(0, 1, 0.1):
        said = (found.chance >= low) & (found.chance < low + 0.1)
        if said.sum() > 300:
            error = 4 * (0.25 / said.sum()) ** 0.5
            assert found.was_best[said].mean() == pytest.approx(
                found.chance[said].mean(), abs=error
            )
    assert found.lost.mean() == pytest.approx(found.loss.mean(), rel=0.05)
    assert found.covered.mean() == pytest.approx(0.95, abs=0.01)
