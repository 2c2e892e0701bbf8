"""How far visitors of each variant came: from assigned to ordered, with the split at each step."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.reports import charts, numbers
from experiments.reports.charts import Chart, Marked
from experiments.reports.findings import Stage
from experiments.reports.names import label
from experiments.reports.payload import Arm, ReportData, Split, State

STAGES: Final[Mapping[str, Promise]] = {
    "assigned": gettext_lazy("Assigned"),
    "rendered": gettext_lazy("Rendered"),
    "viewable": gettext_lazy("In view"),
    "click": gettext_lazy("Clicked"),
    "cart": gettext_lazy("Put in the cart"),
    "order": gettext_lazy("Ordered"),
}
ALARMING: Final = ("assigned", "rendered")
"""Steps that no banner can change: a split that is off there is a fault."""
BAR: Final = 20
"""Pixels of a bar with its text."""
APART: Final = 14
INSIDE: Final = 0.5
"""A bar longer than half of the picture carries its text, beside a shorter one there is room."""
LONGEST: Final = 12


def funnel(data: ReportData) -> Chart | None:
    """Visitors per step as a share of the first step of which anything is known."""
    stages = [stage for stage in data.findings.funnel if any(stage.counts)]
    if len(stages) <= 1:
        return None
    return Chart(
        id="funnel",
        title=_("How far visitors came"),
        summary=_summary(stages),
        columns=[_("Step"), *(label(arm) for arm in data.design.arms), _("Split check")],
        rows=[_row(stages[0], stage) for stage in stages],
        figure=charts.figure(_traces(data, stages), _layout(data, stages)),
        notes=[_note(data, stage) for stage in stages if stage.stage in ALARMING],
        words=1,
    )


def _name(stage: Stage) -> str:
    return str(STAGES.get(stage.stage, stage.stage))


def _share(first: Stage, stage: Stage, place: int) -> float | None:
    return stage.counts[place] / first.counts[place] if first.counts[place] else None


def _traces(data: ReportData, stages: Sequence[Stage]) -> list[dict[str, Any]]:
    return [_bars(data, stages, place) for place in range(len(charts.shown_arms(data)))]


def _bars(data: ReportData, stages: Sequence[Stage], place: int) -> dict[str, Any]:
    arm = data.design.arms[place]
    shares = [_share(stages[0], stage, place) for stage in stages]
    color, _symbol = charts.look_of_any(data, arm.id)
    return {
        "type": "bar",
        "orientation": "h",
        "name": label(arm),
        "x": [None if share is None else share * 100 for share in shares],
        "y": [_name(stage) for stage in stages],
        "text": [
            _bar_text(arm, stage, place, share) for stage, share in zip(stages, shares, strict=True)
        ],
        "textposition": ["inside" if (share or 0.0) > INSIDE else "outside" for share in shares],
        "insidetextanchor": "start",
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "insidetextfont": {"color": charts.SURFACE},
        "outsidetextfont": {"color": charts.INK},
        "hoverinfo": "skip",
        "marker": {"color": color},
        "showlegend": False,
    }


def _bar_text(arm: Arm, stage: Stage, place: int, share: float | None) -> str:
    """It begins with the variant, so that nobody has to match colours."""
    name, count = label(arm), numbers.count(stage.counts[place])
    if len(name) > LONGEST:
        name = arm.key[:LONGEST]
    return f"{name}  {_percent(share)} · {count}"


def _percent(share: float | None) -> str:
    return "—" if share is None else numbers.percent(share, digits=1)


def _layout(data: ReportData, stages: Sequence[Stage]) -> dict[str, Any]:
    arms = len(charts.shown_arms(data))
    shares = [_share(stages[0], stage, i) or 0.0 for stage in stages for i in range(arms)]
    return {
        "height": 44 + len(stages) * (arms * BAR + APART),
        "margin": {"l": 8, "r": 24, "t": 8, "b": 32},
        "barmode": "group",
        "bargap": APART / (arms * BAR + APART),
        "bargroupgap": 0.08,
        "hovermode": False,
        "xaxis": {
            "range": [0, max(100.0, *(share * 100 for share in shares))],
            "ticksuffix": "%",
            "gridcolor": charts.LINE,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            **charts.NAMES_APART,
            "categoryorder": "array",
            "categoryarray": [_name(stage) for stage in stages],
            "autorange": "reversed",
            "tickvals": [_name(stage) for stage in stages],
            "ticktext": [charts.wrapped(_name(stage), 12) for stage in stages],
            "showgrid": False,
            "fixedrange": True,
        },
    }


def _summary(stages: Sequence[Stage]) -> str:
    whole = sum(stages[0].counts)
    steps = _(", ").join(
        _("%(step)s %(share)s")
        % {"step": _name(one), "share": numbers.percent(sum(one.counts) / whole, digits=1)}
        for one in stages[1:]
    )
    text = _(
        "Of %(units)s visitors at the first step (%(first)s), all variants together: %(steps)s."
    )
    return text % {"units": numbers.count(whole), "first": _name(stages[0]), "steps": steps}


def _note(data: ReportData, stage: Stage) -> str:
    """The split of a step that no banner can change, in a sentence."""
    state, places = _state(stage), {"step": _name(stage)}
    if state is State.BLOCKING:
        places |= {"observed": _observed(stage.counts), "planned": _planned(data)}
        text = _("%(step)s: not split as planned, %(observed)s instead of %(planned)s.")
    elif state is State.OK:
        text = _("%(step)s: split as planned.")
    else:
        text = _("%(step)s: too few visitors to check the split.")
    return Marked(text % places, state)


def _observed(counts: Sequence[int]) -> str:
    whole = sum(counts) or 1
    return " / ".join(f"{count / whole * 100:.2f}%" for count in counts)


def _planned(data: ReportData) -> str:
    return " / ".join(f"{arm.share * 100:.4g}%" for arm in data.design.arms)


def _state(stage: Stage) -> State:
    split = stage.split
    if split is None or split.gap is not None or split.p is None:
        return State.UNKNOWN if split is None else State.WAITING
    if stage.stage not in ALARMING:
        return State.NOT_APPLICABLE
    return State.BLOCKING if split.alarm else State.OK


def _row(first: Stage, stage: Stage) -> list[str]:
    cells = [
        f"{numbers.count(count)} ({_percent(_share(first, stage, place))})"
        for place, count in enumerate(stage.counts)
    ]
    return [_name(stage), *cells, _check(stage)]


def _check(stage: Stage) -> str:
    state, split = _state(stage), stage.split
    if split is None or split.p is None:
        return Marked(_("Too few to tell") if split else _("Not checked"), state)
    return Marked(_words(state, split) % {"p": numbers.p_value(split.p)}, state)


def _words(state: State, split: Split) -> str:
    if state is State.NOT_APPLICABLE:
        return _("The banner may move it (p %(p)s)")
    return _("Off (p %(p)s)") if split.alarm else _("As planned (p %(p)s)")
