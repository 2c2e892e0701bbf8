"""Days on which something about the experiment changed, as lines and words over a plot by day."""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from experiments.reports import charts
from experiments.reports.findings import Mark
from experiments.reports.payload import ReportData

KINDS: Final[Mapping[str, Promise]] = {
    "started": gettext_lazy("Start"),
    "traffic": gettext_lazy("Traffic"),
    "split": gettext_lazy("New split"),
    "policy": gettext_lazy("Policy"),
    "paused": gettext_lazy("Pause"),
    "resumed": gettext_lazy("Resumed"),
    "stopped": gettext_lazy("Stop"),
    "decided": gettext_lazy("Decision"),
    "creative": gettext_lazy("New banner"),
}
"""One or two words each: they stand over a line."""
OTHER: Final = pgettext_lazy("noun", "Change")
LANES: Final = 3
LANE: Final = 17
"""Pixels of a line of words."""
NARROW: Final = 200
"""Pixels of the plot on a phone: what does not touch there does not touch anywhere."""
LETTER: Final = 6.5
APART: Final = 8
EDGE: Final = 0.15


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened on a day; `passed`: the bound was, which nobody did."""

    day: dt.date
    text: str
    passed: bool = False


def moments_of(data: ReportData) -> list[Moment]:
    """Every day with a change, in order; what happened on one day is one moment."""
    looks = data.findings.looks
    found = _changes(data) if data.findings.marks else _from_design(data)
    if looks is not None and looks.passed_on is not None:
        found.append(Moment(looks.passed_on, _("Bound passed"), passed=True))
    found.sort(key=lambda moment: (moment.day, moment.passed))
    groups = itertools.groupby(found, key=lambda moment: (moment.day, moment.passed))
    return [_joined(list(group)) for _key, group in groups]


def listed(data: ReportData) -> list[str]:
    """The changes in one sentence, with what they were; empty where they were not kept."""
    marks = sorted(data.findings.marks, key=lambda mark: mark.at)
    if not marks:
        return []
    return [_("Changes: %(list)s.") % {"list": _("; ").join(map(_in_full, marks))}]


def lines(moments: Iterable[Moment]) -> list[dict[str, Any]]:
    """A line over the whole height for each."""
    base = {"type": "line", "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    return [
        base | {"x0": moment.day.isoformat(), "x1": moment.day.isoformat(), "line": _look(moment)}
        for moment in moments
    ]


def words(moments: Sequence[Moment], days: Sequence[dt.date]) -> list[dict[str, Any]]:
    """Their words above the plot, in lanes so that none covers another.

    Where three lanes are full the line stays alone; the sentence below the plot has the words.
    """
    ends = [float("-inf")] * LANES
    found = []
    for moment in moments:
        anchor, left, right = _reach(moment, [*(one.day for one in moments), *days])
        lane = next((i for i, end in enumerate(ends) if left >= end + APART), None)
        if lane is not None:
            ends[lane] = right
            found.append(_word(moment, anchor, lane))
    return found


def height(annotations: Iterable[Mapping[str, Any]]) -> int:
    """Pixels above the plot that the words need."""
    return LANE + max((int(one["yshift"]) for one in annotations), default=0)


def _changes(data: ReportData) -> list[Moment]:
    return [Moment(_day(mark.at), _kind(mark)) for mark in data.findings.marks]


def _from_design(data: ReportData) -> list[Moment]:
    """What the plan alone tells, for reports of before changes were kept."""
    design, found = data.design, []
    if design.phase > 1 and data.days:
        text = _("Phase %(number)s") % {"number": design.phase}
        found.append(Moment(min(point.day for point in data.days), text))
    elif design.started_at and not design.planned_look_only:
        found.append(Moment(_day(design.started_at), str(KINDS["started"])))
    if design.ended_at and not design.planned_look_only:
        found.append(Moment(_day(design.ended_at), str(KINDS["stopped"])))
    return found


def _joined(group: Sequence[Moment]) -> Moment:
    text = " · ".join(dict.fromkeys(moment.text for moment in group))
    return Moment(group[0].day, text, passed=group[0].passed)


def _day(moment: dt.datetime) -> dt.date:
    # Days of a report are the shop's, and what is kept carries its zone.
    return moment.date()


def _kind(mark: Mark) -> str:
    return str(KINDS.get(mark.kind, OTHER))


def _in_full(mark: Mark) -> str:
    text = f"{_day(mark.at).isoformat()} {_kind(mark)}"
    return f"{text} ({mark.detail})" if mark.detail else text


def _look(moment: Moment) -> dict[str, Any]:
    if moment.passed:
        return {"color": charts.GOOD, "width": 1.5}
    return {"color": charts.ZERO, "width": 1, "dash": "dot"}


def _reach(moment: Moment, days: Sequence[dt.date]) -> tuple[str, float, float]:
    """How its words are anchored, and from where to where they go on a phone."""
    whole = (max(days) - min(days)).days or 1
    place = (moment.day - min(days)).days / whole
    width = LETTER * charts.width_of(moment.text)
    if place < EDGE:
        return "left", place * NARROW, place * NARROW + width
    if place > 1 - EDGE:
        return "right", place * NARROW - width, place * NARROW
    return "center", place * NARROW - width / 2, place * NARROW + width / 2


def _word(moment: Moment, anchor: str, lane: int) -> dict[str, Any]:
    return {
        "x": moment.day.isoformat(),
        "xanchor": anchor,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": lane * LANE,
        "showarrow": False,
        "text": moment.text,
        "font": {"color": charts.GOOD if moment.passed else charts.QUIET, "size": 12},
    }
