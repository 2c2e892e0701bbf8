"""What each metric of a report is for, in words: primary, secondary, guardrail, diagnostic."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.stats.metrics import CATALOGUE
from experiments.reports import numbers
from experiments.reports.charts import Marked
from experiments.reports.findings import Guard, Role, Safety
from experiments.reports.names import gap_text
from experiments.reports.payload import Effect, ReportData, State

ORDER: Final = (Role.PRIMARY, Role.SECONDARY, Role.GUARDRAIL, Role.DIAGNOSTIC)
"""The order of the page."""
ONE: Final[Mapping[Role, Promise]] = {
    Role.PRIMARY: gettext_lazy("Primary metric"),
    Role.SECONDARY: gettext_lazy("Secondary metric"),
    Role.GUARDRAIL: gettext_lazy("Guardrail"),
    Role.DIAGNOSTIC: gettext_lazy("Explains, does not decide"),
}
MANY: Final[Mapping[Role, Promise]] = {
    **ONE,
    Role.SECONDARY: gettext_lazy("Secondary metrics"),
    Role.GUARDRAIL: gettext_lazy("Guardrails and their margins"),
}
SAFETY: Final[Mapping[Safety, Promise]] = {
    Safety.SAFE: gettext_lazy("Guardrail held"),
    Safety.HARMED: gettext_lazy("Guardrail harmed"),
    Safety.UNCLEAR: gettext_lazy("Guardrail not known yet"),
}
STATES: Final[Mapping[Safety, State]] = {
    Safety.SAFE: State.OK,
    Safety.HARMED: State.WARNING,
    Safety.UNCLEAR: State.WAITING,
}


def role_of(data: ReportData, effect: Effect) -> Role:
    """What its metric is for; reports of before roles were kept know only the primary one."""
    if effect.metric == data.design.primary:
        return Role.PRIMARY
    if effect.role is not Role.PRIMARY:
        return effect.role
    diagnostic = effect.metric in CATALOGUE and CATALOGUE[effect.metric].diagnostic
    return Role.DIAGNOSTIC if diagnostic else Role.SECONDARY


def guard_of(data: ReportData, effect: Effect) -> Guard | None:
    """The judgement on a guardrail of a treatment."""
    found = (g for g in data.findings.guards if (g.metric, g.arm) == (effect.metric, effect.arm))
    return next(found, None)


def role_text(data: ReportData, effect: Effect) -> str:
    """What the metric is for; of a guardrail also how it stands."""
    guard = guard_of(data, effect)
    if guard is None:
        return str(ONE[role_of(data, effect)])
    return Marked(guard_text(guard), STATES[guard.safety])


def guard_text(guard: Guard) -> str:
    """How a guardrail stands against its margin."""
    places = {"state": SAFETY[guard.safety], "margin": numbers.lift(-guard.margin)}
    if guard.low is None:
        places["lack"] = gap_text(guard.gap) or "—"
        return _("%(state)s: %(lack)s; margin %(margin)s") % places
    places["low"] = numbers.lift(guard.low)
    return _("%(state)s: at least %(low)s, margin %(margin)s") % places
