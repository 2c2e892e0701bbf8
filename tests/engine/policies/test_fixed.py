"""The fixed policy answers with what is really drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.policies.fixed import FixedPolicy


@given(st.lists(st.integers(1, 100), min_size=1, max_size=14))
def test_probabilities__any_weights__sum_to_one_and_are_whole_buckets(weights):
    answer = FixedPolicy.of(weights).probabilities()
    assert sum(answer) == pytest.approx(1, abs=1e-12)
    assert all(abs(p * 10_000 - round(p * 10_000)) < 1e-9 for p in answer)


def test_probabilities__switched_off_variant__zero():
    assert FixedPolicy.of([1, 0]).probabilities() == (1.0, 0.0)
