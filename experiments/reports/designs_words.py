"""Blocks of hours, tests beside, and the holdout in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from engine.stats.switchback import MIN_BLOCKS
from experiments.reports import in_blocks, numbers
from experiments.reports.designs import BlockEffect, Concurrent, Switchback
from experiments.reports.names import Words, gap_text, label, metric_name
from experiments.reports.payload import ReportData
from experiments.reports.tables import Table

NONE: Final = "—"
PARTS: Final[Words] = {
    in_blocks.ALL: gettext_lazy("All visitors, first part of each block too"),
    "night": gettext_lazy("Blocks that begin from 0 to 6"),
    "morning": gettext_lazy("Blocks that begin from 6 to 12"),
    "afternoon": gettext_lazy("Blocks that begin from 12 to 18"),
    "evening": gettext_lazy("Blocks that begin from 18 to 24"),
}


@dataclass(frozen=True, slots=True)
class Blocks:
    """The section on a test of blocks of hours."""

    counts: Table
    effects: Table
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class BesideWords:
    """The section on tests that ran at the same time."""

    table: Table
    headline: str
    alarm: bool
    sentences: Sequence[str]


def blocks(data: ReportData) -> Blocks | None:
    """Everything about the blocks; None where visitors were drawn."""
    found = data.findings.switchback
    if found is None:
        return None
    heads = [_("Part of the blocks"), _("Variant"), _("Blocks"), pgettext("noun", "Change"), _("p")]
    rows = [_effect(data, one) for one in found.effects]
    return Blocks(_counts(data, found), Table(heads, rows), list(_said(found)))


def _counts(data: ReportData, found: Switchback) -> Table:
    heads = [_("Variant"), _("Blocks"), _("Visitors in blocks")]
    rows = [
        [
            label(arm),
            numbers.count(many),
            numbers.count(sum(p.units for p in found.points if p.arm == arm.id)),
        ]
        for arm, many in zip(data.design.arms, found.counts, strict=True)
    ]
    return Table(heads, rows)


def _effect(data: ReportData, one: BlockEffect) -> list[str]:
    many = f"{numbers.count(one.blocks_control)} / {numbers.count(one.blocks_treatment)}"
    head = [str(PARTS[one.of]), label(data.design.arm(one.arm)), many]
    if one.lift is None or one.p is None:
        return [*head, _lacks(one) or NONE, NONE]
    if one.lift_span is None:
        text = _("%(point)s, range not measurable yet") % {"point": numbers.lift(one.lift)}
        return [*head, text, numbers.p_value(one.p)]
    low, high = numbers.lift_range(one.lift_span)
    digits = numbers.digits_for((one.lift_span.high - one.lift_span.low) * 100)
    text = _("%(point)s (%(level)s range %(low)s to %(high)s)") % {
        "point": numbers.lift(one.lift, digits=digits),
        "level": f"{one.lift_span.level * 100:.4g}%",
        "low": low,
        "high": high,
    }
    return [*head, text, numbers.p_value(one.p)]


def _lacks(one: BlockEffect) -> str:
    return gap_text(one.gap)


def _said(found: Switchback) -> Iterator[str]:
    hours = ngettext(
        "All visitors get one variant for %(hours)s hour, then it is drawn again.",
        "All visitors get one variant for %(hours)s hours, then it is drawn again.",
        found.hours,
    )
    yield hours % {"hours": numbers.count(found.hours)}
    yield _(
        "The block is the unit: blocks are compared with blocks, by Student's t with the variance "
        "between blocks. At least %(many)s blocks of each variant are needed."
    ) % {"many": MIN_BLOCKS}
    yield _(
        # xgettext: no-python-format, as "20% of" is no place
        "Visitors who first come in the first 20% of a block may still act on what the block "
        "before showed; the verdict leaves them out. A visitor counts in every block anew, and an "
        "order in the last block in which its visitor saw a banner."
    )
    if any(one.of != in_blocks.ALL for one in found.effects):
        yield _("Parts of the day are an exploration; they are not part of the verdict.")


def beside(data: ReportData) -> BesideWords | None:
    """The check of other tests; None where none runs on another layer."""
    found = data.findings.concurrent
    if not found:
        return None
    heads = [_("Other test"), _("Common visitors"), _("What is known"), _("p, corrected")]
    rows = [_other(data, one) for one in found]
    alarm = any(one.alarm for one in found)
    sentences = [
        _(
            "Visitors who are in both tests tell whether the effect found here is the same under "
            "every variant of the other one (Wald's test; p corrected by Benjamini-Hochberg)."
        ),
        _("It is a check, not part of the verdict."),
    ]
    return BesideWords(Table(heads, rows), _headline(found), alarm, sentences)


def _headline(found: Sequence[Concurrent]) -> str:
    changing = [one.name for one in found if one.alarm]
    if changing:
        names = ", ".join(changing)
        return _(
            "%(names)s: the effect found here is another one under its variants. Read this result "
            "only for the time that both run, or run one after the other."
        ) % {"names": names}
    if not any(one.p is not None for one in found):
        return _("Too few visitors are in both tests to tell.")
    return _("No sign that another test changes the effect found here.")


def _other(data: ReportData, one: Concurrent) -> list[str]:
    head = [one.name, numbers.count(one.units)]
    if one.p_adjusted is None or one.arm is None or one.largest is None:
        return [*head, _("too few visitors in both so far"), NONE]
    if not one.alarm:
        places = {"name": one.name}
        text = _("no sign that %(name)s changes the effect") % places
    else:
        places = {
            "arm": label(data.design.arm(one.arm)),
            "other": one.other.upper() if len(one.other) == 1 else one.other,
            "change": numbers.change(
                data.design.primary, one.largest, currency=data.design.currency
            ),
        }
        text = _("%(arm)s together with its %(other)s: %(change)s beyond both alone") % places
    return [*head, text, numbers.p_value(one.p_adjusted)]


def holdout(data: ReportData) -> Sequence[str]:
    """What the report of a holdout means; nothing for any other test."""
    if data.design.origin != "holdout":
        return ()
    return (
        _(
            "Held visitors saw the defaults everywhere; everybody else saw the experiments of the "
            "quarter and what was decided from them. So the difference in %(metric)s is what all "
            "experiments and decisions of the quarter together bring."
        )
        % {"metric": metric_name(data.design.primary)},
        _(
            "Every impression on the site counts here, besides the experiment that it belongs to. "
            "Do not decide single tests from it."
        ),
    )
