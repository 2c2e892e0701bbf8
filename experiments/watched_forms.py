"""The part of the plan's form that says what is watched beside the primary metric."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experiments import watching
from experiments.fields import Number, Quiet
from experiments.models import Watched
from experiments.reports.names import METRICS
from experiments.watching import WatchPlan

ROLES: Final[list[tuple[str, str | Promise]]] = [
    ("", _("shown only")),
    (Watched.Role.SECONDARY, _("secondary")),
    (Watched.Role.GUARDRAIL, _("guardrail")),
]
PREFIX: Final = "watch"


class WatchedForm(Quiet, forms.Form):
    """A role and a margin for every metric; the row of the primary metric is not read."""

    def __init__(self, data: QueryDict | None = None, *, plans: Iterable[WatchPlan] = ()) -> None:
        super().__init__(data, prefix=PREFIX)
        known = {plan.metric: plan for plan in plans}
        for metric in watching.watchable():
            plan = known.get(metric, WatchPlan(metric, ""))
            self.fields[f"{metric}-role"] = _role(METRICS[metric], plan.role)
            self.fields[f"{metric}-margin"] = _margin(plan.margin or watching.DEFAULT_MARGIN)

    @property
    def lines(self) -> Iterator[tuple[BoundField, BoundField]]:
        """Role and margin of each metric."""
        for metric in watching.watchable():
            yield self[f"{metric}-role"], self[f"{metric}-margin"]

    def plans(self, *, primary: str) -> tuple[WatchPlan, ...] | None:
        """What has been chosen; None where the part was not sent at all."""
        if not any(name.startswith(f"{PREFIX}-") for name in self.data):
            return None
        data, metrics = self.cleaned_data, watching.watchable()
        chosen = ((metric, data.get(f"{metric}-role")) for metric in metrics if metric != primary)
        return tuple(
            WatchPlan(metric, role, _of(role, data.get(f"{metric}-margin")))
            for metric, role in chosen
            if role
        )

    def clean(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        for metric in watching.watchable():
            guards = data.get(f"{metric}-role") == Watched.Role.GUARDRAIL
            name = f"{metric}-margin"
            if guards and not data.get(name) and name not in self.errors:
                self.add_error(name, _("A guardrail needs a margin above 0 and below 100 %."))
        return data


def _of(role: str, margin: Decimal | None) -> Decimal | None:
    return margin if role == Watched.Role.GUARDRAIL else None


def _role(label: Any, chosen: str) -> forms.ChoiceField:  # noqa: ANN401 - lazy text
    return forms.ChoiceField(label=label, choices=ROLES, required=False, initial=chosen)


def _margin(initial: Decimal) -> Number:
    return Number(
        label=_("may lose at most"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("99.99"),
        max_digits=4,
        decimal_places=2,
        initial=initial,
    )
