"""Changes over the days: each has its line, no words cover others."""

import datetime as dt
import itertools
from dataclasses import replace

from experiments.reports import moments, over_time
from experiments.reports.findings import Mark
from tests.experiments.reports.full_reports import DAY, START, a_full_report, found, texts


def test_over_time__changes__stand_over_their_days_and_in_the_sentence():
    chart = over_time.over_time(a_full_report())
    assert texts(chart) == ["Start", "Traffic", "Pause", "Resumed", "Bound passed"]
    lines = chart.figure["layout"]["shapes"][1:]
    assert lines[1]["x0"] == (START + 3 * DAY).date().isoformat()
    assert "2026-11-11 Traffic (20% → 50%)" in chart.notes[0]
    assert "The bound was passed on 2026-11-18." in chart.summary


def test_over_time__bound_not_passed__says_so():
    data = a_full_report()
    looks = replace(data.findings.looks, passed_on=None)
    chart = over_time.over_time(found(data, looks=looks))
    assert "The bound has not been passed so far." in chart.summary
    assert "Bound passed" not in texts(chart)


def test_moments__unknown_kind__is_still_a_change():
    data = found(a_full_report(), marks=(Mark(START + DAY, "renamed"),), looks=None)
    assert [one.text for one in moments.moments_of(data)] == ["Change"]


def test_moments__after_midnight_in_the_shop__is_the_next_day():
    late = dt.datetime(2026, 11, 9, 1, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    data = found(a_full_report(), marks=(Mark(late, "paused"),), looks=None)
    assert [one.day for one in moments.moments_of(data)] == [dt.date(2026, 11, 9)]


def test_moments__one_day__is_one_line_with_both_words():
    marks = (Mark(START, "started"), Mark(START, "traffic"), Mark(START, "traffic"))
    data = found(a_full_report(), marks=marks, looks=None)
    assert [one.text for one in moments.moments_of(data)] == ["Start · Traffic"]


def test_moments__many_in_a_row__no_two_words_touch():
    days = [(START + i * DAY).date() for i in range(14)]
    some = [moments.Moment(day, "New banner") for day in days]
    words = moments.words(some, days)
    assert 3 <= len(words) < 14
    lanes = {word["yshift"] for word in words}
    assert len(lanes) == moments.LANES
    for lane in lanes:
        mine = [dt.date.fromisoformat(word["x"]) for word in words if word["yshift"] == lane]
        gaps = [(b - a).days for a, b in itertools.pairwise(mine)]
        assert all(gap / 13 * moments.NARROW >= moments.LETTER * 5 for gap in gaps)
