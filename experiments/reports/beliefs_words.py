"""The second reading of the primary metric, for the details: beliefs, and narrower ranges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from experiments.reports import numbers
from experiments.reports.findings import Adjusted, Belief
from experiments.reports.names import gap_text, label, side_head
from experiments.reports.payload import ReportData, Span
from experiments.reports.tables import Table

NONE: Final = "—"
CHANGES_NOTHING: Final = 0.02
"""A variance smaller by less than this is not worth a sentence of its own."""


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A table of beliefs, if there are any, and sentences."""

    table: Table | None
    prior: str
    sentences: Sequence[str]


def second_reading(data: ReportData) -> SecondReading | None:
    """Everything of the second reading; None where nothing of it was worked out."""
    found = data.findings
    said = [*_adjusted(data, found.adjusted), *_design_effect(found.design_effect)]
    if not found.beliefs and not said:
        return None
    return SecondReading(_table(data) if found.beliefs else None, _prior(data), said)


def _prior(data: ReportData) -> str:
    if not data.findings.beliefs:
        return ""
    return _(
        "It begins with a belief about banners in general, that a change is around zero, give or "
        "take ten percent (a normal distribution), and lets the data move it. The shrunk change is "
        "nearer to what will be seen later. None of these numbers is a reason to stop a test: only "
        "the verdict may be looked at every day."
    )


def _table(data: ReportData) -> Table:
    heads = [
        side_head(data),
        _("Chance to be best"),
        _("Chance to beat the control"),
        _("Loss to expect if chosen"),
        _("Change as measured"),
        _("Change, shrunk"),
    ]
    return Table(heads, [_row(data, belief) for belief in data.findings.beliefs])


def _row(data: ReportData, belief: Belief) -> list[str]:
    arm, missing = data.design.arm(belief.arm), gap_text(belief.gap) or NONE
    is_control = arm.id == data.design.control.id
    effect = data.effect(data.design.primary, belief.arm)
    raw = _with_range(effect.lift, effect.lift_span) if effect else ""
    shrunk = _with_range(belief.shrunk, belief.shrunk_span)
    return [
        label(arm),
        missing if belief.best is None else _chance(belief.best),
        NONE if is_control or belief.better is None else _chance(belief.better),
        NONE if belief.loss is None else _loss(belief.loss),
        raw or NONE,
        shrunk or NONE,
    ]


def _chance(share: float) -> str:
    """A chance is never told as 0% or 100%: the data always leaves something open."""
    if share >= 0.9995:  # noqa: PLR2004 - what would be rounded to 100.0%
        return "> 99.9%"
    return "< 0.1%" if share < 0.001 else numbers.percent(share, digits=1)  # noqa: PLR2004


def _loss(lift: float) -> str:
    digits = max(1, min(3, numbers.digits_for(lift * 100)))
    return numbers.unsigned(numbers.lift(lift, digits=digits))


def _with_range(lift: float | None, span: Span | None) -> str:
    if lift is None:
        return ""
    if span is None:
        return numbers.lift(lift)
    low, high = numbers.lift_range(span)
    digits = numbers.digits_for((span.high - span.low) * 100)
    point = numbers.lift(lift, digits=digits)
    return _("%(point)s (%(low)s to %(high)s)") % {"point": point, "low": low, "high": high}


def _adjusted(data: ReportData, found: Sequence[Adjusted]) -> Iterator[str]:
    for one in found:
        variant = label(data.design.arm(one.arm))
        lift = _with_range(one.lift, one.lift_span)
        if one.variance_ratio is None or not lift:
            lack = gap_text(one.gap) or _("not measurable yet")
            text = _("%(variant)s, with what visitors did before taken out: %(lack)s.")
            yield text % {"variant": variant, "lack": lack}
        else:
            yield _narrowed(one.variance_ratio) % {
                "variant": variant,
                "lift": lift,
                "share": numbers.percent(abs(1 - one.variance_ratio), digits=1),
            }


def _narrowed(ratio: float) -> str:
    if ratio < 1 - CHANGES_NOTHING:
        return _(
            "%(variant)s, with what visitors did in the 28 days before taken out: the variance is "
            "%(share)s smaller, and the change %(lift)s."
        )
    return _(
        "%(variant)s, with what visitors did in the 28 days before taken out: that narrows "
        "nothing here; the change is %(lift)s."
    )


def _design_effect(effect: float | None) -> Iterator[str]:
    if effect is None:
        return
    places = {"times": f"{effect:.2f}"}
    if effect > 1 + CHANGES_NOTHING:
        yield (
            _(
                "Impressions of one visitor are alike: counted as if they were strangers, the "
                "variance would come out %(times)s times too small. Here visitors are counted."
            )
            % places
        )
    else:
        yield (
            _(
                "Impressions of one visitor are hardly alike here (design effect %(times)s). "
                "Visitors are counted all the same."
            )
            % places
        )
