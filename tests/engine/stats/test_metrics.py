"""The catalogue is consistent with what is recorded."""

import pytest

from engine.errors import InvalidInput
from engine.stats.aggregates import ONE, PAIRS, TOTALS
from engine.stats.metrics import CATALOGUE, Kind, Metric, Window, metric


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.key)
def test_catalogue__every_metric__names_recorded_totals(one):
    names = {one.numerator, one.counted_by, one.denominator or one.numerator}
    assert names <= set(TOTALS)


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.key)
def test_catalogue__every_metric__products_for_its_variance_and_its_past_are_kept(one):
    now = [one.numerator, *([one.denominator] if one.denominator else [])]
    past = [name for name in one.pre or () if name]
    kept = {frozenset(pair) for pair in PAIRS}
    assert {frozenset((a, b)) for a in now for b in now} <= kept
    assert {frozenset((a, b)) for a in (*now, *past, ONE) for b in past} <= kept
    assert one.pre is None or len(past) == len(now)


def test_catalogue__metrics_the_banner_moves_without_a_buyer_more__explain_only():
    diagnostic = {key for key, one in CATALOGUE.items() if one.diagnostic}
    assert diagnostic == {
        "orders_per_click",
        "average_order_value",
        "post_click_conversion_rate",
        "post_click_revenue_per_visitor",
    }


def test_catalogue__windows__post_view_unless_the_total_is_of_clicks():
    for one in CATALOGUE.values():
        totals = {one.numerator, one.denominator, one.counted_by}
        if totals & {"click_converted", "click_revenue"}:
            assert one.window is Window.POST_CLICK
        elif totals & {"converted", "orders", "revenue", "capped"}:
            assert one.window is Window.POST_VIEW
        else:
            assert one.window is None


def test_metric__unknown_key__refused_by_name():
    with pytest.raises(InvalidInput, match="'ctrr'"):
        metric("ctrr")


@pytest.mark.parametrize(("kind", "below"), [(Kind.RATIO, None), (Kind.MEAN, "clicks")])
def test_metric__denominator_that_does_not_fit_the_kind__refused(kind, below):
    with pytest.raises(InvalidInput):
        Metric("x", kind, "orders", below)
