"""The funnel: shares of the first step, alarms only where no banner can move the split."""

from dataclasses import replace

import pytest

from experiments.reports.funnel import funnel
from experiments.reports.payload import State
from tests.experiments.reports.full_reports import a_full_report, found


def split_at(data, stage: str, *, alarm: bool, p: float = 1e-7):
    stages = (
        replace(one, split=replace(one.split, p=p, alarm=alarm)) if one.stage == stage else one
        for one in data.findings.funnel
    )
    return found(data, funnel=tuple(stages))


def test_funnel__share_of_the_first_step__with_its_count():
    bars = funnel(a_full_report()).figure["data"]
    assert bars[0]["x"][3] == pytest.approx(12)
    assert bars[0]["text"][3] == "A  12.0% · 1,080"
    assert bars[0]["textposition"][:1] == ["inside"]
    assert bars[0]["textposition"][3] == "outside"


def test_funnel__nothing_assigned_was_kept__begins_with_rendered():
    data = a_full_report()
    stages = tuple(
        replace(s, counts=(0, 0)) if s.stage == "assigned" else s for s in data.findings.funnel
    )
    chart = funnel(found(data, funnel=stages))
    assert chart.rows[0][0] == "Rendered"
    assert chart.rows[0][1].endswith("(100.0%)")


def test_funnel__split_off_where_no_banner_can_move_it__is_an_alarm():
    chart = funnel(split_at(a_full_report(), "rendered", alarm=True))
    assert [note.state for note in chart.notes] == [State.OK, State.BLOCKING]
    assert "49.97% / 50.03% instead of 50% / 50%" in chart.notes[1]
    assert chart.rows[1][-1].state is State.BLOCKING
    assert chart.rows[1][-1] == "Off (p < 0.0001)"


def test_funnel__split_off_at_a_later_step__is_only_information():
    chart = funnel(split_at(a_full_report(), "click", alarm=True))
    assert [note.state for note in chart.notes] == [State.OK, State.OK]
    assert chart.rows[3][-1].state is State.NOT_APPLICABLE
    assert chart.rows[3][-1] == "The banner may move it (p < 0.0001)"


def test_funnel__an_arm_without_anybody__has_no_share():
    data = a_full_report()
    stages = tuple(replace(s, counts=(0, s.counts[1])) for s in data.findings.funnel)
    assert funnel(found(data, funnel=stages)).rows[1][1] == "0 (—)"
