"""The numbers of a report as tables, and how they were made in a paragraph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engine.stats.metrics import CATALOGUE, Kind
from experiments.models import Experiment
from experiments.reports import numbers
from experiments.reports.forest import recorded
from experiments.reports.names import BRANCHES, gap_text, label, metric_name, side_head
from experiments.reports.payload import Arm, Design, Effect, ReportData
from experiments.reports.sentences import range_text

SHOWN: Final = ("ctr", "conversion_rate", "revenue_per_visitor")
LONGEST_NAME: Final = 48
NONE: Final = "—"


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of text; the first cell of a row is its head, the others are numbers."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def variants(data: ReportData) -> Table:
    """What each variant got and did."""
    if data.design.unit == "impression":
        heads = [_("Variant"), _("Impressions"), _("Clicks"), metric_name("ctr")]
        return Table(heads, [_totals_only(data, arm) for arm in data.design.arms])
    if data.design.of_means:
        known = list(dict.fromkeys(effect.metric for effect in recorded(data)))
        heads = [_("Variant"), _("Visitors"), *map(metric_name, known)]
        return Table(heads, [_means_only(data, arm, known) for arm in data.design.arms])
    heads = [
        side_head(data),
        _("Visitors"),
        _("Impressions"),
        _("Clicks"),
        _("Orders"),
        *(metric_name(key) for key in SHOWN),
    ]
    return Table(heads, [_all_totals(data, arm) for arm in data.design.arms])


def comparisons(data: ReportData) -> Table:
    """Each treatment against the control on each metric of which anything was recorded."""
    heads = [
        _("Metric"),
        side_head(data),
        pgettext("noun", "Change"),
        _("Difference"),
        _("p"),
        *([] if data.design.adaptive else [_("p, adjusted")]),
    ]
    rows = [_comparison(data, effect) for effect in recorded(data)]
    # One comparison needs no correction.
    return Table(heads, [row[: len(heads)] for row in rows])


def method(data: ReportData) -> list[str]:
    """How the numbers were made, in sentences for somebody who wants to know."""
    kinds = {CATALOGUE[effect.metric].kind for effect in recorded(data)}
    found = [_unit(data), *_slice(data)]
    if Kind.RATIO in kinds and data.design.unit != "impression":
        found.append(
            _(
                "Rates of several per visitor, such as clicks per impression, use the delta method "
                "over visitors, because impressions of one visitor are alike."
            )
        )
    if Kind.PROPORTION in kinds and not data.design.adaptive:
        found.append(
            _(
                "Shares are compared with the z-test; where a variant has fewer than 100 events, "
                "or fewer than 100 visitors without one, with Newcombe's interval and the p that "
                "belongs to it."
            )
        )
    if Kind.MEAN in kinds and not data.design.adaptive:
        found.append(_("Averages per visitor are compared with Welch's t-test."))
    found.append(_("Ranges of relative changes are Fieller's; all ranges cover at least 95%."))
    return [*found, *_look(data)]


def value_text(data: ReportData, metric: str, arm: int) -> str:
    """A metric of a variant, or why there is none."""
    found = data.value(metric, arm)
    if found is None:
        return NONE
    if found.value is None:
        return gap_text(found.gap) if found.gap and not found.gap.need else NONE
    return numbers.value(metric, found.value, currency=data.design.currency)


def named(data: ReportData, arm: Arm) -> str:
    """A variant as the head of a row."""
    role = _("control") if arm.id == data.design.control.id else ""
    said = arm.key in BRANCHES or arm.name == label(arm)
    name = "" if said else Truncator(arm.name).chars(LONGEST_NAME)
    return " · ".join(part for part in (label(arm), name, role) if part)


def _all_totals(data: ReportData, arm: Arm) -> list[str]:
    got = data.of(arm.id)
    totals = (got.units, got.impressions, got.clicks, got.orders)
    shown = (value_text(data, key, arm.id) for key in SHOWN)
    return [named(data, arm), *map(numbers.count, totals), *shown]


def _totals_only(data: ReportData, arm: Arm) -> list[str]:
    got = data.of(arm.id)
    totals = map(numbers.count, (got.impressions, got.clicks))
    return [named(data, arm), *totals, value_text(data, "ctr", arm.id)]


def _means_only(data: ReportData, arm: Arm, known: Sequence[str]) -> list[str]:
    units = numbers.count(data.of(arm.id).units)
    return [named(data, arm), units, *(value_text(data, key, arm.id) for key in known)]


def _comparison(data: ReportData, effect: Effect) -> list[str]:
    head = [metric_name(effect.metric), label(data.design.arm(effect.arm))]
    if effect.gap or effect.span is None or effect.p is None or effect.difference is None:
        return [*head, gap_text(effect.gap), NONE, NONE, NONE]
    width = effect.span.high - effect.span.low
    difference = numbers.change(
        effect.metric, effect.difference, currency=data.design.currency, width=width
    )
    low, high = numbers.change_range(effect.metric, effect.span, currency=data.design.currency)
    adjusted = NONE if effect.p_adjusted is None else numbers.p_value(effect.p_adjusted)
    own = _("%(difference)s (%(low)s to %(high)s)") % {
        "difference": difference,
        "low": low,
        "high": high,
    }
    lift = gap_text(effect.lift_gap) if effect.lift_gap else range_text(data, effect)
    return [*head, lift, own, numbers.p_value(effect.p), adjusted]


def _unit(data: ReportData) -> str:
    if data.design.unit == "impression":
        return _(
            "Only totals of impressions and clicks are known, so every impression counts as if it "
            "came from another visitor. Where visitors saw the banner several times, a chance "
            "difference then looks certain more often than the 5% that are meant."
        )
    if data.design.of_means:
        return _(
            "Only the number of visitors, and mean and variance of each metric, are known; each "
            "visitor is taken as one independent unit."
        )
    if data.design.of_blocks:
        return _(
            "Hours were drawn, so the block of hours is the unit of every comparison; a visitor "
            "counts in each block anew, in the variant that the block shows."
        )
    if data.design.adaptive:
        return _(
            "A visitor counts from the first impression on, with everything they do later, on the "
            "side that was drawn for them, chance or policy; each visitor is one independent unit."
        )
    return _(
        "A visitor counts from the first impression on, with everything they do later, in the "
        "variant they saw first; each visitor is one independent unit."
    )


def _slice(data: ReportData) -> list[str]:
    if not data.design.adaptive:
        return []
    share = f"{data.design.control.share * 100:.4g}%"
    first = _(
        "%(share)s of the visitors, drawn by chance, get any variant with the same probability; "
        "the policy is compared with them."
    ) % {"share": share}
    second = _(
        "Policy and chance are compared among visitors who first came in the same days, and the "
        "differences are averaged by the number of visitors: so what changes from day to day "
        "cannot look like an effect."
    )
    return [first, second]


def _look(data: ReportData) -> list[str]:
    found = []
    if len(data.design.treatments) > 1:
        found.append(
            _(
                "Several variants are compared with the control, so the primary metric is "
                "corrected by Holm's method, with wider ranges: false alarms over all of them "
                "together stay at 5%."
            )
        )
    if data.all_arms is not None and data.all_arms.p is not None:
        found.append(
            _(
                "All variants at once: chi-square %(statistic)s with %(df)s degrees of freedom, "
                "p %(p)s."
            )
            % {
                "statistic": f"{data.all_arms.statistic:.2f}",
                "df": data.all_arms.df,
                "p": numbers.p_value(data.all_arms.p),
            }
        )
    return [*found, *_read(data.design)]


def _read(design: Design) -> list[str]:
    """When the verdict may be read, and why looking often does no harm."""
    if design.planned_look_only:
        return []
    if design.by_visitors:
        return [_("The verdict is read once, when the planned visitors have come.")]
    week = _("There is no answer before seven whole days.")
    if design.reading == Experiment.Reading.OPEN:
        text = _(
            "No end is planned, so the ranges are those of a confidence sequence: they hold on all "
            "days together, and the verdict may be read on any of them."
        )
        return [text, week]
    text = _(
        # xgettext: no-python-format, as "5% of" is no place
        "The days of the plan share the 5% of false alarms: each day has a bound of its own "
        "(Lan-DeMets, O'Brien-Fleming type), so the verdict may be read on any of them."
    )
    return [text, week]
