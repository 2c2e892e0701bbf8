"""Fieller with a covariance: the pivot is solved, and without one it is the old interval."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.stats import frequentist
from engine.stats.inference import ArmEstimate
from engine.stats.quotient import Parts, fieller

PARTS = st.builds(
    lambda base, difference, a, b, rho: Parts(base, difference, a * a, b * b, rho * a * b),
    st.floats(0.1, 1e4),
    st.floats(-1e4, 1e4),
    st.floats(1e-3, 1e3),
    st.floats(1e-3, 1e3),
    st.floats(-0.99, 0.99),
)


@given(PARTS, st.floats(0.5, 5))
def test_fieller__any_parts__limits_solve_the_pivot(parts, k):
    found = fieller(parts, multiplier=k, level=0.95)
    g = k**2 * parts.base_variance / parts.base**2
    if found is None:
        assert g >= 1
        return
    assume(g < 0.99)
    assert found.low <= parts.difference / parts.base <= found.high
    for limit in (found.low, found.high):
        pivot = (parts.difference - limit * parts.base) ** 2
        spread = (
            parts.difference_variance
            - 2 * limit * parts.covariance
            + limit**2 * parts.base_variance
        )
        size = parts.difference**2 + (limit * parts.base) ** 2
        assert pivot == pytest.approx(k**2 * spread, rel=1e-6, abs=1e-9 * size)


@given(PARTS, st.floats(0.5, 5))
def test_fieller__any_parts__excludes_zero_iff_the_difference_passes(parts, k):
    found = fieller(parts, multiplier=k, level=0.95)
    z = abs(parts.difference) / math.sqrt(parts.difference_variance)
    assume(found is not None)
    assume(abs(z - k) > 1e-6 * k)
    assert found.excludes(0) == (z > k)


@given(st.floats(1, 100), st.floats(1, 100), st.floats(1e-4, 0.05), st.floats(1e-4, 0.05))
def test_fieller__independent_arms__as_in_comparisons(m0, m1, v0, v1):
    parts = Parts(m0, m1 - m0, v0, v0 + v1, -v0)
    found = fieller(parts, multiplier=1.96, level=0.95)
    arms = ArmEstimate(100, m0, v0), ArmEstimate(100, m1, v1)
    _, same, _ = frequentist.fieller(*arms, multiplier=1.96, level=0.95)
    assert (found.low, found.high) == pytest.approx((same.low, same.high), rel=1e-9, abs=1e-9)
