"""The catalogue is consistent with what is recorded."""

import pytest

from engine.errors import InvalidInput
from engine.stats.aggregates import TOTALS
from engine.stats.metrics import CATALOGUE, Kind, Metric, metric


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.key)
def test_catalogue__every_metric__names_recorded_totals(one):
    names = {one.numerator, one.counted_by, one.denominator or one.numerator}
    assert names <= set(TOTALS)


def test_catalogue__metrics_with_a_denominator_the_banner_moves__explain_only():
    diagnostic = {key for key, one in CATALOGUE.items() if one.diagnostic}
    assert diagnostic == {"orders_per_click", "average_order_value"}


def test_metric__unknown_key__refused_by_name():
    with pytest.raises(InvalidInput, match="'ctrr'"):
        metric("ctrr")


@pytest.mark.parametrize(("kind", "below"), [(Kind.RATIO, None), (Kind.MEAN, "clicks")])
def test_metric__denominator_that_does_not_fit_the_kind__refused(kind, below):
    with pytest.raises(InvalidInput):
        Metric("x", kind, "orders", below)
