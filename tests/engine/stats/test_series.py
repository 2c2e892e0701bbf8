"""The report of every evening, from aggregates alone."""

from datetime import date, timedelta

import pytest

from engine.errors import InvalidInput
from engine.stats.aggregates import Aggregates, total
from engine.stats.frequentist import compare
from engine.stats.inference import LiftGap
from engine.stats.metrics import metric
from engine.stats.reading import Open, Planned
from engine.stats.series import cumulative
from tests.engine.stats.arms import units

CR = metric("conversion_rate")
DAYS = [date(2026, 11, 1) + timedelta(days=i) for i in range(10)]


def _by_day(*, seed, n=3000, rate=0.1):
    rows = units(n=n, seed=seed, rate=rate)
    return {day: Aggregates.of_units(rows[i::10]) for i, day in enumerate(DAYS)}, rows


def test_cumulative__last_evening__equals_the_report():
    (old, old_rows), (new, new_rows) = _by_day(seed=1), _by_day(seed=2, rate=0.12)
    last = cumulative(metric("ctr"), old, new, tau=0.01)[-1]
    report = compare(metric("ctr"), Aggregates.of_units(old_rows), Aggregates.of_units(new_rows))
    assert (last.difference, last.lift) == (report.difference, report.lift)
    assert last.interval == report.lift_interval


def test_cumulative__every_evening__band_around_interval_around_lift():
    (old, _), (new, _) = _by_day(seed=1), _by_day(seed=2)
    points = cumulative(metric("ctr"), old, new, tau=0.01)
    assert [point.day for point in points] == DAYS
    assert [point.n_control for point in points] == list(range(300, 3001, 300))
    for point in points:
        assert point.band.low < point.interval.low < point.lift
        assert point.lift < point.interval.high < point.band.high


def test_cumulative__first_days_too_thin__gap_with_its_name():
    old = {day: Aggregates.of_converted(90, 40) for day in DAYS[:3]}
    first, second, _ = cumulative(metric("conversion_rate"), old, old, tau=0.1)
    assert (first.gap, first.lift, first.n_control) == ("not-enough-data", None, 90)
    assert (second.gap, second.lift) == (None, 0.0)


def test_cumulative__band_still_unbounded__said_while_the_interval_stands():
    days = {DAYS[0]: Aggregates.of_units(units(n=110, rate=0.02))}
    (point,) = cumulative(metric("ctr"), days, days, tau=0.0001)
    assert point.band is None
    assert point.interval is not None
    assert point.gap == LiftGap.NOT_MEASURABLE_YET


def test_cumulative__day_missing_in_one_arm__carried_on():
    old = {DAYS[0]: Aggregates.of_converted(1000, 100)}
    new = {DAYS[0]: Aggregates.of_converted(1000, 100), DAYS[2]: Aggregates.of_converted(500, 50)}
    points = cumulative(metric("conversion_rate"), old, new, tau=0.02)
    assert [(p.day, p.n_control, p.n_treatment) for p in points] == [
        (DAYS[0], 1000, 1000),
        (DAYS[2], 1000, 1500),
    ]


def test_cumulative__no_days__no_points():
    assert cumulative(metric("ctr"), {}, {}, tau=0.01) == ()


def test_cumulative__no_plan__refused():
    days = {day: Aggregates.of_converted(1000, 100) for day in DAYS}
    with pytest.raises(InvalidInput):
        cumulative(metric("conversion_rate"), days, days, tau=0)


PLAN = Planned(looks=10, look=0)


@pytest.mark.parametrize("key", ["ctr", "conversion_rate"])
def test_cumulative__planned__repeated_interval_of_each_evening(key):
    (old, _), (new, _) = _by_day(seed=1), _by_day(seed=2, rate=0.12)
    points = cumulative(metric(key), old, new, reading=PLAN, first_day=DAYS[0])
    for look, point in enumerate(points, start=1):
        arms = [total(arm[day] for day in DAYS[:look]) for arm in (old, new)]
        report = compare(metric(key), *arms, reading=PLAN.at(look))
        assert point.band == report.lift_interval
        assert point.interval == compare(metric(key), *arms).lift_interval


def test_cumulative__first_days_without_visitors__look_is_counted_from_the_plan():
    days = {day: Aggregates.of_converted(2000, 300) for day in DAYS[3:5]}
    counted = cumulative(CR, days, days, reading=PLAN, first_day=DAYS[0])
    bands = [point.band for point in counted]
    arms = [Aggregates.of_converted(2000 * n, 300 * n) for n in (1, 2)]
    assert bands == [
        compare(CR, arm, arm, reading=PLAN.at(look)).lift_interval
        for arm, look in zip(arms, (4, 5), strict=True)
    ]
    first = compare(CR, arms[0], arms[0], reading=PLAN.at(1)).lift_interval
    assert cumulative(CR, days, days, reading=PLAN)[0].band == first


def test_cumulative__open__same_as_its_tau():
    (old, _), (new, _) = _by_day(seed=1), _by_day(seed=2)
    ctr = metric("ctr")
    assert cumulative(ctr, old, new, reading=Open(0.01)) == cumulative(ctr, old, new, tau=0.01)


def test_cumulative__neither_reading_nor_tau__band_is_the_interval():
    days = {day: Aggregates.of_converted(2000, 300) for day in DAYS}
    assert all(point.band == point.interval for point in cumulative(CR, days, days))
