"""What a replay found, in sentences and as a picture."""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audiences.vocabulary import WORDS, stem
from engine.stats import srm
from engine.stats.proportion import wilson
from experiments import sizing
from experiments.models import Experiment
from experiments.rehearsals.replay_outcome import Alarms, Neighbour, Replay, Side
from experiments.reports import charts, numbers
from experiments.reports.charts import Chart
from experiments.words import Word

TONES: Final = {"good": "circle-check", "warn": "alert-triangle", "accent": "info-circle"}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding with its word and symbol."""

    title: str
    text: str
    tone: str = "accent"

    @property
    def icon(self) -> str:
        return TONES[self.tone]


@dataclass(frozen=True, slots=True)
class Told:
    """A replay as its page shows it."""

    replay: Replay
    word: Word
    headline: str
    lines: tuple[Line, ...]
    chart: Chart


def tell(replay: Replay) -> Told:
    """Everything about a replay that a page shows."""
    lines = tuple(_lines(replay))
    warned = any(line.tone == "warn" for line in lines)
    word = (
        Word(_("Look into it"), "alert-triangle", "warn")
        if warned
        else Word(_("Ready to go"), "circle-check", "good")
    )
    return Told(replay, word, headline(replay), lines, _chart(replay))


def headline(replay: Replay) -> str:
    """The sentence to remember."""
    text = ngettext(
        "Of %(all)s visitor in %(days)s days %(taking)s would have taken part, about %(rate)s a "
        "day; an answer takes %(answer)s.",
        "Of %(all)s visitors in %(days)s days %(taking)s would have taken part, about %(rate)s a "
        "day; an answer takes %(answer)s.",
        replay.total,
    )
    return text % {
        "all": numbers.count(replay.total),
        "days": replay.days,
        "taking": _about(replay),
        "rate": numbers.count(round(replay.per_day)),
        "answer": _answer(replay),
    }


def _about(replay: Replay) -> str:
    """How many of all take part: between what is sure and what is possible."""
    scale = replay.total / replay.sampled
    low, high = (numbers.count(round(n * scale)) for n in (replay.targeted, replay.possible))
    return high if replay.targeted == replay.possible else f"{low}–{high}"


def days_to_answer(replay: Replay) -> tuple[int | None, int | None]:
    """Days until the plan has its visitors, at best and at worst; None for never."""
    if replay.need is None:
        return None, None
    rates = (replay.per_day, replay.surely_per_day)
    best, worst = (_days(replay.need, rate) for rate in rates)
    return best, worst


def _days(need: int, rate: float) -> int | None:
    found = max(sizing.FEWEST_DAYS, math.ceil(need / rate)) if rate else None
    return found if found and found <= sizing.MOST_DAYS else None


def _answer(replay: Replay) -> str:
    best, worst = days_to_answer(replay)
    if replay.need is None:
        return _("a time that nobody can say yet")
    if best is None:
        return _("more than a year")
    if worst == best:
        return ngettext("%(n)s day", "%(n)s days", best) % {"n": best}
    if worst is None:
        return _("%(n)s days or far more") % {"n": best}
    return _("%(best)s to %(worst)s days") % {"best": best, "worst": worst}


def _lines(replay: Replay) -> Iterator[Line]:
    yield _slice(replay)
    yield _targeted(replay)
    yield _split(replay)
    yield _time(replay)
    yield from map(_neighbour, replay.neighbours)
    if not replay.neighbours:
        yield Line(_("Other tests"), _("No other test is live on this site."), "good")
    if replay.holdout:
        text = _("%(share)s %% of all visitors are held out of every test; they are not taken off.")
        yield Line(_("Holdout"), text % {"share": replay.holdout})
    yield _aa(replay)


def _slice(replay: Replay) -> Line:
    share = numbers.percent(replay.in_slice / replay.sampled, digits=1)
    if replay.free is not None:
        text = _(
            "Only %(free)s %% of this layer's visitors are in no other test, less than the plan "
            "asks for: it cannot start like this."
        )
        return Line(_("Traffic share"), text % {"free": f"{replay.free:g}"}, "warn")
    text = _("%(share)s of the visitors fall into the traffic share.")
    return Line(_("Traffic share"), text % {"share": share}, "good")


def _targeted(replay: Replay) -> Line:
    title = _("Who takes part")
    if not replay.in_slice or not replay.possible:
        return Line(title, _("Nobody of the last weeks would have taken part."), "warn")
    low, high = (n / replay.in_slice for n in (replay.targeted, replay.possible))
    if replay.unknown:
        names = ", ".join(map(_name, replay.unknown))
        text = _(
            "Between %(low)s and %(high)s of the slice match the audience: the log does not keep "
            "%(names)s."
        )
        words = {"low": _percent(low), "high": _percent(high), "names": names}
        return Line(title, text % words)
    text = _("%(share)s of the slice match the audience and the targeting.")
    return Line(title, text % {"share": _percent(high)}, "good")


def _name(feature: str) -> str:
    """A feature as people call it; its free part where it has one."""
    name, part = stem(feature)
    word = str(WORDS[name].label) if name in WORDS else feature
    return f"{word} ({part})" if part else word


def _split(replay: Replay) -> Line:
    counts, weights = zip(*((one.visitors, one.weight) for one in replay.sides), strict=True)
    said = "; ".join(f"{one.name}: {numbers.count(one.visitors)}" for one in replay.sides)
    if replay.by_chance:
        text = _("By chance %(said)s. The policy of the plan decides otherwise once it runs.")
        return Line(_("Split among the variants"), text % {"said": said})
    found = srm.check(counts, weights).p if sum(counts) else None
    even = found is None or found >= srm.ALARM
    text = _("%(said)s: as planned.") if even else _("%(said)s: not as planned.")
    return Line(_("Split among the variants"), text % {"said": said}, "good" if even else "warn")


def _time(replay: Replay) -> Line:
    title = _("Time to an answer")
    if replay.need is None:
        return Line(title, replay.sizing_gap, "warn")
    best, _worst = days_to_answer(replay)
    text = _("The plan needs %(need)s visitors; with those of the last weeks that is %(answer)s.")
    words = {"need": numbers.count(replay.need), "answer": _answer(replay)}
    return Line(title, text % words, "good" if best else "warn")


def _neighbour(one: Neighbour) -> Line:
    if one.exclusive:
        text = _("On the same layer, with %(share)s %% of it: nobody is ever in both.")
        return Line(one.name, text % {"share": one.share}, "good")
    if not one.shared:
        return Line(one.name, _("On another layer; no visitor would have been in both."), "good")
    text = ngettext(
        "On another layer; %(n)s visitor would have been in both.",
        "On another layer; %(n)s visitors would have been in both.",
        one.shared,
    )
    return Line(one.name, text % {"n": numbers.count(one.shared)})


def _aa(replay: Replay) -> Line:
    title = _("False alarms")
    if replay.alarms is None:
        return Line(title, replay.alarms_gap)
    found = replay.alarms
    low, high = wilson(found.alarms, found.runs)
    text = _(
        "With these visitors, who all saw the same, the test found something in %(share)s of "
        "%(runs)s random splits (%(low)s–%(high)s); promised are %(alpha)s."
    )
    words = {
        "share": _percent(found.alarms / found.runs),
        "runs": numbers.count(found.runs),
        "low": _percent(low),
        "high": _percent(high),
        "alpha": _percent(found.alpha),
    }
    return Line(title, text % words, _tone(found, low))


def _tone(found: Alarms, low: float) -> str:
    return "warn" if low > found.alpha else "good"


def _percent(share: float) -> str:
    return numbers.percent(share, digits=1)


def too_few(experiment: Experiment, have: int, days: int, need: int) -> str:
    """Why there is no replay."""
    text = ngettext(
        "%(have)s visitor came to “%(place)s” in the last %(days)s days; a replay needs %(need)s.",
        "%(have)s visitors came to “%(place)s” in the last %(days)s days; a replay needs %(need)s.",
        have,
    )
    place = experiment.placement.name if experiment.placement else ""
    return text % {"have": have, "place": place, "days": days, "need": need}


def too_little(have: int) -> str:
    """Why there is no A/A rehearsal."""
    text = ngettext(
        "%(n)s visitor who would take part did too little to rehearse with.",
        "The %(n)s visitors who would take part did too little to rehearse with.",
        have,
    )
    return text % {"n": numbers.count(have)}


def _chart(replay: Replay) -> Chart:
    first = dt.date.fromisoformat(replay.first_day)
    days = [first + dt.timedelta(days=n) for n in range(replay.days + 1)]
    rows = [
        [day.isoformat(), *(numbers.count(one.by_day[place]) for one in replay.sides)]
        for place, day in enumerate(days)
    ]
    return Chart(
        id="replay",
        title=_("New visitors of the plan by day"),
        summary=_(
            "Each bar is a day of the past, in the parts that the variants would have got. The "
            "first and the last day are not whole."
        ),
        columns=[_("Day"), *(one.name for one in replay.sides)],
        rows=rows,
        figure=charts.figure(
            [_bars(days, place, one) for place, one in enumerate(replay.sides)], _layout(days)
        ),
        words=1,
    )


def _bars(days: list[dt.date], place: int, side: Side) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": side.name,
        "x": [day.isoformat() for day in days],
        "y": list(side.by_day),
        "marker": charts.fill_of(place),
        "hovertemplate": "%{x|%Y-%m-%d}: %{y}",
    }


def _layout(days: list[dt.date]) -> dict[str, Any]:
    axis = {"gridcolor": charts.LINE, "fixedrange": True, "zeroline": False}
    return {
        "height": 260,
        "barmode": "stack",
        "bargap": 0.15,
        "margin": {"l": 8, "r": 8, "t": 40, "b": 32},
        "xaxis": charts.day_axis(days),
        "yaxis": axis | {"automargin": True, "nticks": 5, "rangemode": "tozero"},
    }
