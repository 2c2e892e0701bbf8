"""Whether one test changes what another finds."""

import numpy as np
import pytest

from engine.errors import InvalidInput, NotEnoughData
from engine.stats.aggregates import Aggregates
from engine.stats.factorial import Cell, Contrast, measure
from engine.stats.interaction import check
from engine.stats.metrics import CATALOGUE

RATE = CATALOGUE["conversion_rate"]


def _table(rng, rates, n=1500):
    return {
        (i, 10 + j): Aggregates.of_converted(n, int(rng.binomial(n, rate)))
        for i, row in enumerate(rates)
        for j, rate in enumerate(row)
    }


def test_check__two_by_two__is_the_square_of_the_factorial_interaction():
    table = _table(np.random.default_rng(2), [[0.1, 0.12], [0.13, 0.2]])
    cells = [Cell(str(p), {"a": str(p[0]), "b": str(p[1])}, c) for p, c in table.items()]
    pair = measure(RATE, cells, Contrast(("a", "b"), ("1", "11"), ("0", "10")))
    found = check(RATE, table, mine=(0, 1), others=(10, 11))
    assert found.statistic == pytest.approx(pair.statistic**2)
    assert found.p == pytest.approx(pair.p)
    assert (found.largest, found.standard_error) == pytest.approx(
        (pair.difference, pair.standard_error)
    )


def test_check__effects_that_only_add__one_in_twenty_false_alarms():
    rng, runs = np.random.default_rng(5), 1500
    rates = [[0.10, 0.12, 0.13], [0.13, 0.15, 0.16]]
    hits = sum(
        check(RATE, _table(rng, rates), mine=(0, 1), others=(10, 11, 12)).p < 0.05
        for _ in range(runs)
    )
    assert 0.033 < hits / runs < 0.067


def test_check__one_pair_that_clashes__is_found_and_named():
    table = _table(np.random.default_rng(6), [[0.1, 0.1, 0.1], [0.1, 0.1, 0.04]], n=5000)
    found = check(RATE, table, mine=(0, 1), others=(10, 11, 12))
    assert found.p < 1e-6
    assert found.pair == (1, 12)
    assert found.largest < 0


def test_check__a_pair_with_few_common_visitors__is_refused():
    table = _table(np.random.default_rng(7), [[0.1, 0.1], [0.1, 0.1]], n=199)
    with pytest.raises(NotEnoughData) as refused:
        check(RATE, table, mine=(0, 1), others=(10, 11))
    assert {lack.what for lack in refused.value.missing} == {"common"}


def test_check__a_test_of_one_variant__is_refused():
    with pytest.raises(InvalidInput):
        check(RATE, {}, mine=(0,), others=(10, 11))
