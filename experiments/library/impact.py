"""What testing has brought over time, as a picture with a table and a sentence."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from experiments.library import record
from experiments.library.record import Ended, Win
from experiments.reports import charts, numbers
from experiments.reports.charts import Chart
from experiments.reports.names import metric_name

MONTHS, QUARTERS = 1, 3
MOST_MONTHS: Final = 12
MOST_QUARTERS: Final = 24
"""As many bars as have room for their names; beyond that a bar is a quarter, then a year."""


@dataclass(frozen=True, slots=True)
class Period:
    """The tests that ended in some months, and the wins among them."""

    name: str
    tests: int
    wins: tuple[Win, ...]

    @property
    def measured(self) -> float:
        return sum(win.measured for win in self.wins)

    @property
    def shrunk(self) -> float:
        return sum(win.shrunk for win in self.wins)


def chart(ended: Sequence[Ended], metric: str) -> Chart | None:
    """The lifts of the wins on a metric, added up by period; None without a win."""
    found = periods(ended)
    if not any(period.wins for period in found):
        return None
    return Chart(
        id="impact",
        title=_("What the wins brought: %(metric)s") % {"metric": metric_name(metric)},
        summary=_summary(found),
        columns=[
            _("Period"),
            _("Finished tests"),
            _("Wins"),
            _("Usual win, shrunk"),
            _("Sum as measured"),
            _("Sum, shrunk"),
        ],
        rows=[_row(period) for period in found],
        figure=charts.figure(_traces(found), _layout()),
    )


def periods(ended: Sequence[Ended]) -> list[Period]:
    """All periods from the first test to the last, the empty ones too."""
    if not ended:
        return []
    first, last = (_month(day) for day in (min(e.day for e in ended), max(e.day for e in ended)))
    length = _length(last - first + 1)
    return [
        _period(start, length, ended) for start in range(first - first % length, last + 1, length)
    ]


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _length(months: int) -> int:
    if months <= MOST_MONTHS:
        return MONTHS
    return QUARTERS if months <= MOST_QUARTERS * QUARTERS else 12


def _period(start: int, length: int, ended: Sequence[Ended]) -> Period:
    mine = [one for one in ended if start <= _month(one.day) < start + length]
    return Period(_name(start, length), len(mine), tuple(one.win for one in mine if one.win))


def _name(start: int, length: int) -> str:
    year, month = divmod(start, 12)
    if length == MONTHS:
        return f"{year}-{month + 1:02d}"
    if length == QUARTERS:
        return _("%(year)s Q%(quarter)s") % {"year": year, "quarter": month // QUARTERS + 1}
    return str(year)


def _traces(found: Sequence[Period]) -> list[dict[str, Any]]:
    names = [period.name for period in found]
    bars = [
        (_("as measured"), [p.measured * 100 for p in found], charts.WASHES[0]),
        (_("shrunk"), [p.shrunk * 100 for p in found], charts.SERIES[0]),
    ]
    return [
        {
            "type": "bar",
            "name": name,
            "x": names,
            "y": heights,
            "marker": {"color": color, "line": {"color": charts.SERIES[0], "width": 1}},
            "hovertemplate": "%{x}<br>%{y:+.1f}%<extra>" + name + "</extra>",
        }
        for name, heights, color in bars
    ]


def _layout() -> dict[str, Any]:
    axis = {"gridcolor": charts.LINE, "fixedrange": True}
    return {
        "height": 220,
        "barmode": "group",
        "bargap": 0.35,
        "margin": {"l": 8, "r": 8, "t": 32, "b": 36},
        # A category: Plotly would take 2026-03 for a day.
        "xaxis": axis | {"type": "category", "showgrid": False, "automargin": True},
        "yaxis": axis
        | {"ticksuffix": "%", "automargin": True, "zerolinecolor": charts.ZERO, "nticks": 5},
    }


def _summary(found: Sequence[Period]) -> str:
    wins = [win for period in found for win in period.wins]
    usual = record.mean(wins)
    text = _(
        "%(wins)s wins add up to %(shrunk)s when shrunk, %(measured)s as measured; a usual one "
        "brings %(usual)s. Winners look larger than they are, because luck helped to pick them: "
        "shrunk lifts are drawn towards zero the more, the less certain they are."
    )
    return text % {
        "wins": numbers.count(len(wins)),
        "shrunk": numbers.lift(sum(win.shrunk for win in wins)),
        "measured": numbers.lift(sum(win.measured for win in wins)),
        "usual": numbers.lift(usual.shrunk) if usual else "–",
    }


def _row(period: Period) -> list[str]:
    usual = record.mean(period.wins)
    return [
        period.name,
        numbers.count(period.tests),
        numbers.count(len(period.wins)),
        numbers.lift(usual.shrunk) if usual else "–",
        numbers.lift(period.measured) if usual else "–",
        numbers.lift(period.shrunk) if usual else "–",
    ]
