"""The report on real and on null data: known answers, and no more false alarms than promised."""

import csv
import datetime as dt
import gzip
import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from engine.stats.aggregates import Aggregates
from experiments.reports import analysis, verdict
from experiments.reports.inputs import Inputs
from experiments.reports.payload import Arm, Design
from experiments.reports.verdict import Kind

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
BROKEN_WEEKS = range(201325, 201402)


def a_design(arms: int, **changes) -> Design:
    names = tuple(Arm(i, f"v{i}", f"Variant {i}", 1 / arms) for i in range(arms))
    plan = Design(1, 1, "visitor", "events", "conversion_rate", names, ended_at=NOW)
    return replace(plan, **changes)


def report(design: Design, arms: list[Aggregates]):
    by_day = {arm.id: {NOW.date(): part} for arm, part in zip(design.arms, arms, strict=True)}
    return analysis.analyse(Inputs(design, by_day, NOW, 0))


@pytest.fixture(scope="module")
def upworthy(request):
    folder = request.config.rootpath.parent / "shared" / "data" / "upworthy"
    if not folder.is_dir():
        pytest.skip("real data (../shared/data) is not on this machine")
    with gzip.open(folder / "upworthy_packages_visible.csv.gz", "rt", encoding="utf-8") as file:
        tests = defaultdict(list)
        for row in csv.DictReader(file):
            tests[row["clickability_test_id"]].append(row)
    return [
        (
            int(rows[0]["test_week"]),
            report(
                a_design(len(rows), unit="impression", origin="results", primary="ctr"),
                [
                    Aggregates.of_impressions(int(row["impressions"]), int(row["clicks"]))
                    for row in rows
                ],
            ),
        )
        for rows in tests.values()
    ]


def test_upworthy__splits__fail_in_the_broken_weeks_only(upworthy):
    assert len(upworthy) == 1_277
    alarms = {True: [0, 0], False: [0, 0]}
    for week, data in upworthy:
        found = alarms[week in BROKEN_WEEKS]
        found[0] += data.split.alarm
        found[1] += 1
    assert alarms == {True: [179, 263], False: [6, 1_014]}


def test_upworthy__all_banners_at_once__differ_in_613_tests(upworthy):
    parts = [_over_all(data) for _week, data in upworthy]
    assert sum(p is not None and p < 0.05 for p in parts) == 613


def _over_all(data):
    if data.all_arms is not None:
        return data.all_arms.p
    (effect,) = data.primary()
    return effect.p


def test_upworthy__broken_split__blanks_the_verdict(upworthy):
    for _week, data in upworthy:
        assert (verdict.decide(data).kind is Kind.CHECK_DATA) == data.split.alarm


NIGHTLY = pytest.mark.nightly


@pytest.mark.parametrize(
    "arms", [2, pytest.param(4, marks=NIGHTLY), pytest.param(8, marks=NIGHTLY)]
)
def test_verdict__no_real_difference__false_alarms_stay_below_five_percent(arms):
    runs, units, share = 1_500, 4_000, 0.05
    rng = np.random.default_rng(20261122 + arms)
    converted = rng.binomial(units, share, size=(runs, arms))
    design = a_design(arms)
    kinds = [
        verdict.decide(report(design, [Aggregates.of_converted(units, int(c)) for c in row]))
        for row in converted
    ]
    alarms = sum(found.kind in {Kind.USE, Kind.KEEP_CONTROL, Kind.YOUR_CALL} for found in kinds)
    assert alarms / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


def test_verdict__real_difference_at_the_planned_size__is_found_in_four_of_five():
    runs, units = 1_000, 8_157  # per arm for 10 % -> 11.36 %, 80 % power (R power.prop.test)
    rng = np.random.default_rng(7)
    design = a_design(2)
    found = 0
    for old, new in zip(
        rng.binomial(units, 0.10, runs), rng.binomial(units, 0.1136, runs), strict=True
    ):
        arms = [Aggregates.of_converted(units, int(n)) for n in (old, new)]
        found += verdict.decide(report(design, arms)).kind is Kind.USE
    assert found / runs == pytest.approx(0.80, abs=0.04)
