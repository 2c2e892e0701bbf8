"""Guardrails in words: what a treatment must not harm, and whether that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from experiments.reports import numbers
from experiments.reports.findings import Guard, Safety
from experiments.reports.names import gap_text, label, metric_name
from experiments.reports.payload import ReportData, State

MARKS: Final = {
    Safety.HARMED: State.BLOCKING,
    Safety.UNCLEAR: State.WAITING,
    Safety.SAFE: State.OK,
}
"""What needs somebody comes first."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guardrail of one treatment as a person reads it."""

    state: State
    name: str
    word: str
    finding: str


def guards(data: ReportData) -> Sequence[Guarded]:
    """All guardrails, the harmed ones first."""
    order = list(MARKS)
    found = sorted(data.findings.guards, key=lambda guard: order.index(guard.safety))
    return [_guarded(data, guard) for guard in found]


def _guarded(data: ReportData, guard: Guard) -> Guarded:
    places = {"metric": metric_name(guard.metric), "variant": label(data.design.arm(guard.arm))}
    name = _("%(metric)s of %(variant)s") % places
    return Guarded(MARKS[guard.safety], name, _word(guard), _finding(guard))


def _word(guard: Guard) -> str:
    if guard.safety is Safety.SAFE:
        return _("safe")
    return _("harmed") if guard.safety is Safety.HARMED else _("not yet certain")


def _finding(guard: Guard) -> str:
    margin = f"{guard.margin * 100:.3g}%"
    if guard.lift is None or guard.low is None:
        text = _("Nothing can be said yet: %(lack)s. A loss of up to %(margin)s is allowed.")
        return text % {"lack": gap_text(guard.gap) or _("not measurable yet"), "margin": margin}
    digits = numbers.digits_for(_width(guard) * 100)
    places = {"lift": numbers.lift(guard.lift, digits=digits), "margin": margin}
    places["low"] = numbers.lift(guard.low, digits=digits)
    return _sentence(guard) % places


def _width(guard: Guard) -> float:
    low, lift = guard.low or 0.0, guard.lift or 0.0
    return abs(lift - low) * 2


def _sentence(guard: Guard) -> str:
    if guard.safety is Safety.SAFE:
        return _(
            "Changes by %(lift)s, at worst %(low)s (one-sided 95%% limit): within the %(margin)s "
            "that may be lost."
        )
    if guard.safety is Safety.HARMED:
        return _("Changes by %(lift)s: more is lost than the %(margin)s that may be.")
    return _(
        "Changes by %(lift)s, but may be as low as %(low)s (one-sided 95%% limit), and only "
        "%(margin)s may be lost. More visitors will tell."
    )
