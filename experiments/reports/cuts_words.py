"""Groups of visitors in words: an exploration, corrected for how many were looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from creatives.models import Placement
from experiments.reports import numbers
from experiments.reports.findings import CutEffect
from experiments.reports.names import Words, gap_text, label, side_head
from experiments.reports.payload import ReportData
from experiments.reports.tables import Table

NONE: Final = "—"
TITLES: Final[Words] = {
    "device": gettext_lazy("By device"),
    "locale": gettext_lazy("By language"),
    "returning": gettext_lazy("New and returning visitors"),
    "placement": gettext_lazy("By kind of page"),
}
HEADS: Final[Words] = {
    "device": gettext_lazy("Device"),
    "locale": gettext_lazy("Language"),
    "returning": gettext_lazy("Visitors who are"),
    "placement": gettext_lazy("Page"),
}
VALUES: Final[dict[tuple[str, str], object]] = {
    ("device", "phone"): gettext_lazy("Phone"),
    ("device", "mobile"): gettext_lazy("Phone"),
    ("device", "tablet"): gettext_lazy("Tablet"),
    ("device", "desktop"): gettext_lazy("Computer"),
    ("returning", "0"): pgettext_lazy("visitor", "new"),
    ("returning", "false"): pgettext_lazy("visitor", "new"),
    ("returning", "1"): gettext_lazy("returning"),
    ("returning", "true"): gettext_lazy("returning"),
    **{("placement", key): word for key, word in Placement.PageType.choices},
}


@dataclass(frozen=True, slots=True)
class CutTable:
    """One way of grouping the visitors."""

    key: str
    title: str
    table: Table
    warnings: Sequence[str]


def cuts(data: ReportData) -> Sequence[CutTable]:
    """Every cut of which something is known, in the order of the report."""
    by_cut = groupby(data.findings.cuts, key=lambda effect: effect.cut)
    return [_table(data, cut, list(effects)) for cut, effects in by_cut]


def caution() -> Sequence[str]:
    """What stands above every table of groups."""
    return (
        _("Looking at many groups finds false winners. Treat this as an idea for the next test."),
        _(
            "Each p is corrected for all groups shown here (Benjamini-Hochberg). No group is part "
            "of the verdict."
        ),
    )


def _table(data: ReportData, cut: str, effects: Sequence[CutEffect]) -> CutTable:
    several = len(data.design.treatments) > 1
    heads = [
        str(HEADS.get(cut, cut)),
        *([side_head(data)] if several else []),
        _("Visitors"),
        pgettext("noun", "Change"),
        _("p, corrected"),
    ]
    rows = [_row(data, effect, several=several) for effect in effects]
    title = str(TITLES.get(cut, cut))
    return CutTable(cut, title, Table(heads, rows), list(_warnings(effects)))


def value_name(cut: str, value: str) -> str:
    """A group in words; what has none is shown as it came."""
    return str(VALUES.get((cut, value), value)) or _("not known")


def _row(data: ReportData, effect: CutEffect, *, several: bool) -> list[str]:
    units = f"{numbers.count(effect.n_control)} / {numbers.count(effect.n_treatment)}"
    known = effect.p_adjusted is not None
    return [
        value_name(effect.cut, effect.value),
        *([label(data.design.arm(effect.arm))] if several else []),
        units,
        _change(effect),
        numbers.p_value(effect.p_adjusted) if known and effect.p_adjusted is not None else NONE,
    ]


def _change(effect: CutEffect) -> str:
    if effect.lift is None:
        return gap_text(effect.gap) or NONE
    if effect.lift_span is None:
        return _("%(point)s, range not measurable yet") % {"point": numbers.lift(effect.lift)}
    low, high = numbers.lift_range(effect.lift_span)
    digits = numbers.digits_for((effect.lift_span.high - effect.lift_span.low) * 100)
    return _("%(point)s (%(level)s range %(low)s to %(high)s)") % {
        "point": numbers.lift(effect.lift, digits=digits),
        "level": f"{effect.lift_span.level * 100:.4g}%",
        "low": low,
        "high": high,
    }


def _warnings(effects: Sequence[CutEffect]) -> Iterator[str]:
    """One line per group whose visitors are not split as planned."""
    for value, rows in groupby(effects, key=lambda effect: effect.value):
        split, cut = (first := next(rows)).split, first.cut
        if split is None or not split.alarm:
            continue
        total, planned = sum(split.observed) or 1, sum(split.expected) or 1.0
        yield _(
            "%(group)s: visitors are not split as planned (%(shares)s instead of %(planned)s). "
            "Do not read this group until that is explained."
        ) % {
            "group": value_name(cut, value),
            "shares": " / ".join(f"{n / total * 100:.1f}%" for n in split.observed),
            "planned": " / ".join(f"{part / planned * 100:.4g}%" for part in split.expected),
        }
