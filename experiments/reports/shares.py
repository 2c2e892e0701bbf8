"""What a policy shows: the share of each variant over time as a chart, and now as a table.

No click rates: see `experiments.reports.mix`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from experiments.models import Experiment
from experiments.reports import charts, numbers
from experiments.reports.charts import Chart
from experiments.reports.mix import Mix, Part
from experiments.reports.payload import ReportData
from experiments.reports.pictures import Picture

LEAST_NAMED: Final = 0.07
"""A smaller part of the last bar has no room for a name beside it."""
LONGEST_NAME: Final = 24
NONE: Final = "—"


@dataclass(frozen=True, slots=True)
class Row:
    """A variant in the table."""

    name: str
    picture: Picture | None
    share: str
    best: str
    impressions: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The part of the page about what the policy shows."""

    state: str
    held: bool
    learns: bool
    share_head: str
    rows: list[Row]
    chart: Chart | None


def shown(data: ReportData, pictures: Mapping[int, Picture]) -> Shown | None:
    """Everything about the mix of variants; nothing where no policy chooses."""
    mix = data.mix
    if mix is None:
        return None
    learns = data.design.policy == Experiment.Policy.THOMPSON
    latest = _latest(mix)
    return Shown(
        state=_learning(data, mix) if learns else _by_segment(),
        held=mix.held,
        learns=learns,
        share_head=_("Share now") if learns or not latest else _day_head(latest[0]),
        rows=[_row(part, latest, pictures) for part in mix.parts],
        chart=over_time(mix),
    )


def over_time(mix: Mix) -> Chart | None:
    """Share of each variant in the impressions of each day, stacked to a whole."""
    shares = mix.shares()
    if len(shares) <= 1:
        return None
    names = [_("Day"), *(_name(part) for part in mix.parts)]
    return Chart(
        id="shares",
        title=_("Share of each variant over time"),
        summary=_summary(mix, shares),
        columns=names,
        rows=[_cells(mix, day, of_day) for day, of_day in sorted(shares.items())],
        figure=charts.figure(_bars(mix, shares), _layout(mix, shares)),
    )


def _latest(mix: Mix) -> tuple[dt.date, dict[int, float]] | None:
    shares = mix.shares()
    return max(shares.items()) if shares else None


def _day_head(day: dt.date) -> str:
    return _("Share on %(day)s") % {"day": day.isoformat()}


def _learning(data: ReportData, mix: Mix) -> str:
    if mix.version is None:
        return _("Nothing has been learned yet; the shares are those of the plan.")
    names = {"version": mix.version, "since": _moment(mix.since)}
    if mix.held:
        text = _(
            "Version %(version)s of %(since)s is in force and held: nothing newer comes into force "
            "until somebody lets it learn on."
        )
    elif data.design.ended:
        text = _("Version %(version)s of %(since)s was the last in force.")
    else:
        text = _("Version %(version)s of %(since)s is in force; it goes on learning each minute.")
    return text % names


def _moment(moment: dt.datetime | None) -> str:
    return NONE if moment is None else date_format(timezone.localtime(moment), "Y-m-d H:i")


def _by_segment() -> str:
    return _(
        "Each visitor gets the shares of the first segment that matches, everybody else those of "
        "the plan. The exploration slice gets every variant equally often."
    )


def _row(
    part: Part, latest: tuple[dt.date, dict[int, float]] | None, pictures: Mapping[int, Picture]
) -> Row:
    share = part.share
    if share is None and latest is not None:
        share = latest[1].get(part.variant)
    return Row(
        name=_name(part),
        picture=pictures.get(part.variant),
        share=NONE if share is None else numbers.percent(share, digits=1),
        best=NONE if part.best is None else _chance(part.best),
        impressions=numbers.count(part.impressions),
    )


def _chance(best: float) -> str:
    """Never 0 or 100 %: nobody knows that."""
    least = 0.001
    if best < least:
        return "< 0.1%"
    return "> 99.9%" if best > 1 - least else numbers.percent(best, digits=1)


def _name(part: Part) -> str:
    if len(part.key) == 1:
        return part.key.upper()
    return Truncator(part.name).chars(LONGEST_NAME)


def _bars(mix: Mix, shares: Mapping[dt.date, Mapping[int, float]]) -> list[dict[str, Any]]:
    days = sorted(shares)
    return [
        {
            "type": "bar",
            "name": f"{place + 1} · {_name(part)}",
            "x": [day.isoformat() for day in days],
            "y": [shares[day][part.variant] * 100 for day in days],
            "hovertemplate": "%{y:.1f}%<extra>" + _name(part) + "</extra>",
            "marker": charts.fill_of(place),
        }
        for place, part in enumerate(mix.parts)
    ]


def _layout(mix: Mix, shares: Mapping[dt.date, Mapping[int, float]]) -> dict[str, Any]:
    axis = {"zeroline": False, "fixedrange": True}
    x = {"type": "date", "showgrid": False, "tickformat": "%m-%d", "hoverformat": "%Y-%m-%d"}
    return {
        "height": 320,
        "margin": {"l": 8, "r": 72, "t": 52, "b": 36},
        "barmode": "stack",
        "bargap": 0.15,
        "hovermode": "x unified",
        "xaxis": axis | x,
        "yaxis": axis
        | {"ticksuffix": "%", "automargin": True, "range": [0, 100]}
        | {"gridcolor": charts.LINE},
        "legend": {"y": 1.06, "traceorder": "normal"},
        "annotations": _names_at_the_end(mix, shares),
    }


def _names_at_the_end(
    mix: Mix, shares: Mapping[dt.date, Mapping[int, float]]
) -> list[dict[str, Any]]:
    """Each number beside its part of the last bar, so that nobody has to match colours."""
    last, below, found = shares[max(shares)], 0.0, []
    place = {"x": 1.01, "xref": "paper", "xanchor": "left", "showarrow": False}
    for number, part in enumerate(mix.parts, 1):
        share = last[part.variant]
        text = f"{number} · {share * 100:.0f}%"
        if share >= LEAST_NAMED:
            found.append(place | {"y": (below + share / 2) * 100, "text": text})
        below += share
    return found


def _summary(mix: Mix, shares: Mapping[dt.date, Mapping[int, float]]) -> str:
    first, last = min(shares), max(shares)
    most = max(mix.parts, key=lambda part: shares[last][part.variant])
    return _(
        "On %(last)s %(variant)s was shown most: %(share)s of the impressions, after %(before)s on "
        "%(first)s. The exploration slice is included."
    ) % {
        "last": last.isoformat(),
        "first": first.isoformat(),
        "variant": _name(most),
        "share": numbers.percent(shares[last][most.variant], digits=0),
        "before": numbers.percent(shares[first][most.variant], digits=0),
    }


def _cells(mix: Mix, day: dt.date, of_day: Mapping[int, float]) -> list[str]:
    parts = (numbers.percent(of_day[part.variant], digits=1) for part in mix.parts)
    return [day.isoformat(), *parts]
