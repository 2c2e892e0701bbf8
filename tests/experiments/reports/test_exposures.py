"""New visitors per day against what was planned."""

from dataclasses import replace

import pytest

from experiments.reports.exposures import exposures
from experiments.reports.findings import ExposureDay
from tests.experiments.reports.full_reports import DAY, START, a_full_report, found


def test_exposures__against_plan__whole_and_part_of_it():
    chart = exposures(a_full_report())
    plan, first, _second = chart.figure["data"]
    assert plan["name"] == "Plan for each"
    # The test began at noon: half a day of 1,300 visitors for two variants.
    assert plan["y"][:2] == [325.0, 650.0]
    assert first["y"][0] == 325
    assert chart.rows[-1][-1] == "17,550"
    assert "99.7% of the 17,550 planned by now" in chart.summary


def test_exposures__unequal_shares__a_plan_for_each():
    data = a_full_report()
    arms = tuple(replace(a, share=s) for a, s in zip(data.design.arms, (0.2, 0.8), strict=True))
    chart = exposures(replace(data, design=replace(data.design, arms=arms)))
    names = [trace["name"] for trace in chart.figure["data"]]
    assert names == ["Plan for A", "Plan for B", "A", "B"]
    assert chart.figure["data"][1]["y"][1] == pytest.approx(1_040)


def test_exposures__a_day_without_visitors__is_zero_and_not_a_bridge():
    days = [START.date(), (START + 2 * DAY).date()]
    some = tuple(ExposureDay(day, arm, 10) for day in days for arm in (1, 2))
    chart = exposures(found(a_full_report(), exposures=some, expected_per_day=None))
    assert chart.figure["data"][0]["y"] == [10, 0, 10]
    assert chart.summary == "40 visitors so far: A 20, B 20."


def test_exposures__one_day__is_no_chart():
    some = (ExposureDay(START.date(), 1, 10),)
    assert exposures(found(a_full_report(), exposures=some)) is None
