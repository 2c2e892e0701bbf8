"""What a rehearsal found, in sentences and as a picture."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from experiments.rehearsals.outcome import BINS, Finding, Outcome
from experiments.reports import charts, numbers
from experiments.reports.charts import Chart
from experiments.reports.names import metric_name
from experiments.words import Word


@dataclass(frozen=True, slots=True)
class Told:
    """A rehearsal as its page shows it. `advice` is what to do, where there is something."""

    outcome: Outcome
    word: Word
    headline: str
    naive: str
    advice: str
    chart: Chart


def tell(outcome: Outcome) -> Told:
    """Everything about a rehearsal that a page shows."""
    return Told(
        outcome,
        _word(outcome),
        headline(outcome),
        _naive(outcome),
        _advice(outcome),
        _chart(outcome),
    )


def _word(outcome: Outcome) -> Word:
    if outcome.finding is Finding.MORE or not outcome.even:
        return Word(_("Look into it"), "alert-triangle", "bad")
    if outcome.finding is Finding.FEWER:
        return Word(_("Careful"), "info-circle", "accent")
    return Word(_("As it should"), "circle-check", "good")


def headline(outcome: Outcome) -> str:
    """The sentence to remember."""
    sentences = {
        Finding.AS_PROMISED: _(
            "On your own traffic the test raises a false alarm in %(share)s of %(runs)s rehearsals "
            "(%(low)s–%(high)s): as it should."
        ),
        Finding.MORE: _(
            "On your own traffic the test raises a false alarm in %(share)s of %(runs)s rehearsals "
            "(%(low)s–%(high)s): more often than the promised %(alpha)s."
        ),
        Finding.FEWER: _(
            "On your own traffic the test raises a false alarm in %(share)s of %(runs)s rehearsals "
            "(%(low)s–%(high)s): even less often than the promised %(alpha)s."
        ),
    }
    low, high = outcome.range
    return sentences[outcome.finding] % {
        "share": _percent(outcome.share),
        "runs": numbers.count(outcome.runs),
        "low": _percent(low).removesuffix("%").strip(),
        "high": _percent(high),
        "alpha": _percent(outcome.alpha),
    }


def _percent(share: float) -> str:
    return numbers.percent(share, digits=1)


def _naive(outcome: Outcome) -> str:
    if outcome.naive_share is None or outcome.naive_range is None:
        return ""
    low, high = outcome.naive_range
    if low > outcome.alpha:
        text = _(
            "A test that takes every impression for a visitor of its own would raise one in "
            "%(share)s of them (%(low)s–%(high)s): visitors who come again are not new evidence."
        )
    else:
        text = _(
            "A test that takes every impression for a visitor of its own would raise one in "
            "%(share)s of them (%(low)s–%(high)s): on this traffic the mistake does no harm."
        )
    return text % {
        "share": _percent(outcome.naive_share),
        "low": _percent(low).removesuffix("%").strip(),
        "high": _percent(high),
    }


def _advice(outcome: Outcome) -> str:
    if outcome.finding is Finding.MORE:
        return _(
            "A few visitors probably weigh too much: scripts, wholesale buyers, staff. Look at the "
            "suspicious traffic of a running test, or choose a metric that one visitor cannot move."
        )
    if outcome.finding is Finding.FEWER:
        return _("It errs on the safe side: results are a little more certain than they say.")
    if not outcome.even:
        return _(
            "The rate is right, but the p-values are not spread evenly. With few clicks or orders "
            "they jump from one value to the next; take more days."
        )
    return ""


def _chart(outcome: Outcome) -> Chart:
    expected = outcome.runs / BINS
    rows = list(enumerate(outcome.histogram))
    return Chart(
        id="p-values",
        title=_("p-values of the rehearsals: %(metric)s") % {"metric": metric_name(outcome.metric)},
        summary=_(
            "Where nothing can be found every bar is as high as the next, about %(expected)s; the "
            "first one holds the false alarms."
        )
        % {"expected": numbers.count(expected)},
        columns=[_("p-value from"), _("to"), _("Rehearsals")],
        rows=[
            [f"{i / BINS:.2f}", f"{(i + 1) / BINS:.2f}", numbers.count(count)] for i, count in rows
        ],
        figure=charts.figure([_bars(outcome)], _layout(expected)),
    )


def _bars(outcome: Outcome) -> dict[str, Any]:
    first, others = charts.SERIES[1], charts.SERIES[0]
    return {
        "type": "bar",
        "x": [(i + 0.5) / BINS for i in range(BINS)],
        "y": list(outcome.histogram),
        "marker": {"color": [first] + [others] * (BINS - 1)},
        "hovertemplate": "p ≈ %{x:.3f}: %{y}<extra></extra>",
    }


def _layout(expected: float) -> dict[str, Any]:
    axis = {"gridcolor": charts.LINE, "fixedrange": True, "zeroline": False}
    line = {"color": charts.ZERO, "width": 1.5, "dash": "dot"}
    return {
        "height": 240,
        "bargap": 0.12,
        "margin": {"l": 8, "r": 8, "t": 12, "b": 40},
        "showlegend": False,
        "xaxis": axis | {"range": [0, 1], "showgrid": False, "title": {"text": _("p-value")}},
        "yaxis": axis | {"automargin": True, "nticks": 5, "rangemode": "tozero"},
        "shapes": [
            {
                "type": "line",
                "x0": 0,
                "x1": 1,
                "xref": "paper",
                "y0": expected,
                "y1": expected,
                "line": line,
            }
        ],
    }
