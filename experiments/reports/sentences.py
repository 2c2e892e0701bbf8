"""The verdict in words: a headline, a range, reasons, what to do. One place for each wording.

Whole sentences with named places, never put together from pieces: Chinese orders them otherwise. A
range is never without its number, a number never without its range, and nobody is "99 % sure".
"""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experiments.reports import choosing, numbers
from experiments.reports.mde import mde_of
from experiments.reports.names import Words, gap_text, label, metric_name
from experiments.reports.payload import Effect, ReportData, Span
from experiments.reports.verdict import Kind, Verdict
from workspace.sentences import together

WORDS: Final[Words] = {
    Kind.NO_DATA: gettext_lazy("No data yet"),
    Kind.COLLECTING: gettext_lazy("Still collecting"),
    Kind.CHECK_DATA: gettext_lazy("Check the data first"),
    Kind.USE: gettext_lazy("Use %(variant)s"),
    Kind.KEEP_CONTROL: gettext_lazy("Keep %(control)s"),
    Kind.NO_DIFFERENCE: gettext_lazy("No clear difference"),
    Kind.YOUR_CALL: gettext_lazy("Your call"),
}
ENDED_OPEN: Final = gettext_lazy("Ended without an answer")

GAINS: Final[Words] = {
    "ctr": gettext_lazy("%(variant)s brings between %(low)s and %(high)s more clicks."),
    "conversion_rate": gettext_lazy("%(variant)s brings between %(low)s and %(high)s more buyers."),
    "revenue_per_visitor": gettext_lazy(
        "%(variant)s brings between %(low)s and %(high)s more revenue per visitor."
    ),
}
LOSSES: Final[Words] = {
    "ctr": gettext_lazy("%(variant)s did worse: it loses between %(low)s and %(high)s of clicks."),
    "conversion_rate": gettext_lazy(
        "%(variant)s did worse: it loses between %(low)s and %(high)s of buyers."
    ),
    "revenue_per_visitor": gettext_lazy(
        "%(variant)s did worse: it loses between %(low)s and %(high)s of revenue per visitor."
    ),
}
TRADES: Final[Words] = {
    "ctr": gettext_lazy("%(variant)s brings more clicks (%(gain)s), but harms something else:"),
    "conversion_rate": gettext_lazy(
        "%(variant)s brings more buyers (%(gain)s), but harms something else:"
    ),
    "revenue_per_visitor": gettext_lazy(
        "%(variant)s brings more revenue per visitor (%(gain)s), but harms something else:"
    ),
}


def word(kind: Kind, data: ReportData | None = None, verdict: Verdict | None = None) -> str:
    """The verdict in two or three words."""
    if kind is Kind.COLLECTING and data is not None and _over(data):
        return str(ENDED_OPEN)
    if data is not None and data.design.adaptive and kind in choosing.WORDS:
        return str(choosing.WORDS[kind])
    text = str(WORDS[kind])
    if data is None:
        return text % {"variant": "…", "control": _("the control")} if "%(" in text else text
    names = {"control": label(data.design.control)}
    if verdict is not None and verdict.arm is not None:
        names["variant"] = label(data.design.arm(verdict.arm))
    return text % names if "%(" in text else text


def headline(data: ReportData, verdict: Verdict) -> str:
    """The one sentence that a manager reads."""
    if verdict.kind is Kind.NO_DATA:
        return _no_data(data)
    if verdict.kind is Kind.CHECK_DATA:
        return _("The numbers of this test may mislead until this is explained:")
    effect = _effect(data, verdict)
    if verdict.kind is Kind.COLLECTING or effect is None:
        return _collecting(data, verdict)
    if verdict.kind is Kind.NO_DIFFERENCE:
        return _no_difference(data)
    return _about(data, verdict, effect)


def range_text(data: ReportData, effect: Effect) -> str:
    """The effect with its range, in percent of the control or else in the metric's own unit."""
    low, high, point, level = _ends(data, effect)
    if not point:
        return gap_text(effect.gap)
    places = {"point": point, "low": low, "high": high, "level": level}
    return _("%(point)s (%(level)s range %(low)s to %(high)s)") % places


def in_lift(effect: Effect) -> bool:
    """Whether percent of the control tells the same story as the difference that was tested."""
    if effect.lift is None or effect.lift_span is None or effect.span is None:
        return False
    return effect.lift_span.excludes_zero == effect.span.excludes_zero


def smallest(data: ReportData) -> str:
    """The smallest effect worth finding, as it was planned."""
    if not data.design.mde:
        return ""
    amount = f"{data.design.mde:g}"
    if data.design.mde_kind == "points":
        return _("%(number)s points") % {"number": amount}
    return f"{amount}%"


def days_text(days: int) -> str:
    """About how long it still takes."""
    return ngettext("about %(days)s more day", "about %(days)s more days", days) % {
        "days": numbers.count(days)
    }


def _over(data: ReportData) -> bool:
    return data.design.ended or data.design.planned_look_only


def _effect(data: ReportData, verdict: Verdict) -> Effect | None:
    return None if verdict.arm is None else data.effect(data.design.primary, verdict.arm)


def _ends(data: ReportData, effect: Effect) -> tuple[str, str, str, str]:
    if effect.span is None or effect.difference is None:
        return "", "", "", ""
    level = f"{effect.span.level * 100:.4g}%"
    if in_lift(effect) and effect.lift_span is not None and effect.lift is not None:
        low, high = numbers.lift_range(effect.lift_span)
        digits = numbers.digits_for((effect.lift_span.high - effect.lift_span.low) * 100)
        return low, high, numbers.lift(effect.lift, digits=digits), level
    currency, width = data.design.currency, effect.span.high - effect.span.low
    low, high = numbers.change_range(effect.metric, effect.span, currency=currency)
    point = numbers.change(effect.metric, effect.difference, currency=currency, width=width)
    return low, high, point, level


def _about(data: ReportData, verdict: Verdict, effect: Effect) -> str:
    low, high, point, _level = _ends(data, effect)
    chooses = data.design.adaptive
    variant = choosing.subject(data) if chooses else label(data.design.arm(effect.arm))
    if verdict.kind is Kind.KEEP_CONTROL:
        names = {"variant": variant, "low": _size(high), "high": _size(low)}
        return str((choosing.LOSSES if chooses else LOSSES)[data.design.primary]) % names
    if verdict.kind is Kind.YOUR_CALL:
        return _trade(data, verdict, variant, point)
    names = {"variant": variant, "low": low, "high": high}
    return str((choosing.GAINS if chooses else GAINS)[data.design.primary]) % names


def _size(text: str) -> str:
    return text.lstrip(numbers.MINUS)


def _trade(data: ReportData, verdict: Verdict, variant: str, gain: str) -> str:
    harms = [_harm(data, key, verdict.arm) for key in verdict.against]
    trades = choosing.TRADES if data.design.adaptive else TRADES
    first = str(trades[data.design.primary]) % {"variant": variant, "gain": gain}
    return together([first, *harms])


def _harm(data: ReportData, metric: str, arm: int | None) -> str:
    effect = data.effect(metric, arm) if arm is not None else None
    if effect is None:
        return ""
    _low, _high, point, _level = _ends(data, effect)
    return _("%(metric)s changes by %(point)s.") % {"metric": metric_name(metric), "point": point}


def _no_data(data: ReportData) -> str:
    if _over(data):
        return _("No visitor ever saw a banner of this test.")
    return _("No visitor has seen a banner of this test yet.")


def _collecting(data: ReportData, verdict: Verdict) -> str:
    if _over(data) and not verdict.horizon.reached:
        return _("The test was stopped before its planned end, so it has no answer.")
    if _over(data):
        return _ended_open(data)
    if verdict.days_left is None:
        return _("It is too early to say how long this will take.")
    if verdict.horizon.reached:
        return _past_the_plan(verdict.days_left)
    return _on_the_way(data, verdict.days_left)


def _past_the_plan(days: int) -> str:
    text = ngettext(
        "The plan is reached without a clear answer; it needs about %(days)s more day.",
        "The plan is reached without a clear answer; it needs about %(days)s more days.",
        days,
    )
    return text % {"days": numbers.count(days)}


def _on_the_way(data: ReportData, days: int) -> str:
    size = smallest(data)
    if not size:
        text = ngettext(
            "About %(days)s more day until the planned end.",
            "About %(days)s more days until the planned end.",
            days,
        )
        return text % {"days": numbers.count(days)}
    text = ngettext(
        "About %(days)s more day until we can tell a difference of %(size)s or more.",
        "About %(days)s more days until we can tell a difference of %(size)s or more.",
        days,
    )
    return text % {"days": numbers.count(days), "size": size}


def _ended_open(data: ReportData) -> str:
    known = _widest(data)
    if known is None and data.design.adaptive:
        return _("The test ended with too few visitors or events to compare policy and chance.")
    if known is None:
        return _("The test ended with too few visitors or events to compare the variants.")
    low, high = known
    return _("If there is a difference, it is most likely between %(low)s and %(high)s.") % {
        "low": low,
        "high": high,
    }


def _no_difference(data: ReportData) -> str:
    low, high = _widest(data, by_plan=True) or ("", "")
    return _(
        "If there is one, it is most likely between %(low)s and %(high)s; "
        "%(size)s or more is ruled out."
    ) % {"low": low, "high": high, "size": smallest(data)}


def _widest(data: ReportData, *, by_plan: bool = False) -> tuple[str, str] | None:
    """The range of the treatment that is nearest to an answer, or over several the widest one."""
    known: list[tuple[Effect, Span]] = [(e, e.span) for e in data.primary() if e.span]
    if not known:
        return None
    effect, span = max(known, key=lambda pair: pair[1].high - pair[1].low)
    points = by_plan and data.design.mde_kind == "points" and mde_of(data)
    if points or not in_lift(effect) or effect.lift_span is None:
        return numbers.change_range(effect.metric, span, currency=data.design.currency)
    return numbers.lift_range(effect.lift_span)
