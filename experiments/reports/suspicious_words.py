"""The answer with and without suspicious traffic, side by side: does the verdict change?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from experiments.reports import numbers, sentences
from experiments.reports.findings import Alternative
from experiments.reports.marks_words import by_mark
from experiments.reports.names import gap_text, label, metric_name
from experiments.reports.payload import Effect, ReportData
from experiments.reports.verdict import Kind, Verdict

NONE: Final = "—"


@dataclass(frozen=True, slots=True)
class Compared:
    """The section: rows of (what, without, with), and the sentences below it."""

    rows: Sequence[tuple[str, str, str]]
    sentences: Sequence[str]
    differs: bool


def compared(data: ReportData, verdict: Verdict) -> Compared | None:
    """Both readings; None where the other one was not worked out."""
    other = data.findings.with_suspicious
    if other is None:
        return None
    if sum(other.units) <= data.units:
        return Compared([], [_("Nobody was set aside as suspicious: there is one reading.")], False)
    return Compared(_rows(data, verdict, other), _sentences(data, other), other.differs)


def _rows(data: ReportData, verdict: Verdict, other: Alternative) -> list[tuple[str, str, str]]:
    metric = data.design.primary
    mine = data.effect(metric, verdict.arm) if verdict.arm is not None else None
    rows = [
        (_("Visitors"), numbers.count(data.units), numbers.count(sum(other.units))),
        (metric_name(metric), _change(data, mine), _change(data, _effect(metric, other))),
    ]
    if not other.verdict:
        return rows
    said = Verdict(Kind(other.verdict), verdict.horizon, arm=other.arm)
    with_it = sentences.word(said.kind, data, said if said.arm is not None else None)
    return [*rows, (_("Verdict"), sentences.word(verdict.kind, data, verdict), with_it)]


def _effect(metric: str, other: Alternative) -> Effect | None:
    if other.arm is None:
        return None
    return Effect(
        metric,
        other.arm,
        difference=other.difference,
        span=other.span,
        lift=other.lift,
        lift_span=other.lift_span,
        gap=other.gap,
    )


def _change(data: ReportData, effect: Effect | None) -> str:
    if effect is None:
        return NONE
    text = sentences.range_text(data, effect) or gap_text(effect.gap) or NONE
    if len(data.design.treatments) == 1:
        return text
    return f"{label(data.design.arm(effect.arm))}: {text}"


def _sentences(data: ReportData, other: Alternative) -> list[str]:
    aside = sum(other.units) - data.units
    places = {
        "aside": numbers.count(aside),
        "share": numbers.percent(aside / sum(other.units), digits=1),
    }
    first = _("%(aside)s visitors (%(share)s) look like programs and are left out of the verdict.")
    said = [first % places, *_reasons(data)]
    if not other.differs:
        return [*said, _("The verdict is the same either way: nothing has to be done.")]
    return [
        *said,
        _(
            "With them the verdict changes. The verdict above leaves them out and holds; before "
            "you act on it, find out under Visitors which programs these are. If they turn out to "
            "be people, decide after the test has run again without that doubt."
        ),
    ]


def _reasons(data: ReportData) -> list[str]:
    found = next((check.numbers for check in data.checks if check.key == "automated"), {})
    text = by_mark(found)
    return [text] if text else []
