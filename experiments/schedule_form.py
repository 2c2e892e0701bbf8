"""When it begins and ends, what happens then, and the ramp: fields by the shop's clock.

The last step of the wizard asks for the times; the page of a schedule for the ramp too, and of what
runs already only for the end and the ramp. `wishes()` is what `schedules.change` takes.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.errors import InvalidInput
from experiments import ramps, schedules
from experiments.fields import Quiet, whole
from experiments.local_moment import LocalMoment
from experiments.models import Experiment, Variant
from experiments.planning import VariantPlan
from experiments.ramps import Step
from experiments.schedules import Wishes
from workspace.models import Site

TIMES: Final = ("starts_at", "ends_at")
FEWEST_ROWS: Final = 4
EndAction = Experiment.EndAction


class TimesForm(Quiet, forms.Form):
    """From when to when by the shop's clock, and what happens then.

    Its `initial` is what is set: moments are shown in minutes, and what is sent back unchanged is
    unchanged to the second.
    """

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    starts_at = LocalMoment(label=gettext_lazy("Start"), required=False)
    ends_at = LocalMoment(label=gettext_lazy("End"), required=False)
    end_action = forms.ChoiceField(
        label=gettext_lazy("At the end"), choices=EndAction.choices, initial=EndAction.NOTIFY
    )
    end_variant = forms.ChoiceField(label=gettext_lazy("Variant to show"), required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        site: Site,
        variants: Iterable[Variant | VariantPlan],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in TIMES:
            field = self.fields[name]
            assert isinstance(field, LocalMoment)  # noqa: S101 - declared above
            field.of(site)
        choice = self.fields["end_variant"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        named = [(variant.key, variant.name) for variant in variants]
        choice.choices = [("", _("Choose a variant")), *named]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or self.cleaned_data)
        for name in TIMES:
            if name in data:
                data[name] = _kept(self.initial.get(name), data[name])
        if data.get("end_action") != EndAction.SHIP_VARIANT:
            # Which variant means nothing then, and the wizard does not even show it.
            self.errors.pop("end_variant", None)
            data["end_variant"] = ""
        return data


class ScheduleForm(TimesForm):
    """The wishes of one experiment. Rows of the ramp that are left empty are no steps."""

    def __init__(self, *args: Any, experiment: Experiment, **kwargs: Any) -> None:  # noqa: ANN401
        variants = experiment.variants.all()
        super().__init__(*args, site=experiment.site, variants=variants, **kwargs)
        self.experiment = experiment
        self._fill(schedules.wishes_of(experiment))
        if self.has_begun:
            del self.fields["starts_at"]

    @property
    def has_begun(self) -> bool:
        return self.experiment.status not in schedules.BEFORE_START

    def _fill(self, wishes: Wishes) -> None:
        self.initial.setdefault("revision", self.experiment.revision)
        for name in (*TIMES, "end_action", "end_variant"):
            self.initial.setdefault(name, getattr(wishes, name))
        steps = wishes.ramp or ()
        self.count = min(ramps.MOST_STEPS, max(FEWEST_ROWS, len(steps) + 1))
        for place in range(self.count):
            self._add_row(place, steps[place] if place < len(steps) else None)

    def _add_row(self, place: int, step: Step | None) -> None:
        words = {"n": place + 1}
        fields = {
            "share": whole(_("Step %(n)s: share in %%") % words, 1, 100, required=False),
            "hours": whole(_("Step %(n)s: hours") % words, 1, ramps.LONGEST_HOURS, required=False),
            "visitors": whole(
                _("Step %(n)s: visitors") % words, 0, ramps.MOST_VISITORS, required=False
            ),
        }
        for name, field in fields.items():
            self.fields[f"step-{place}-{name}"] = field
            if step is not None:
                self.initial.setdefault(f"step-{place}-{name}", getattr(step, name))

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The rows of the ramp, each with its three fields."""
        names = ("share", "hours", "visitors")
        return [[self[f"step-{place}-{name}"] for name in names] for place in range(self.count)]

    @property
    def ramp_errors(self) -> list[str]:
        """What is wrong with the ramp, as one list above its rows."""
        own = [str(error) for error in self.errors.get("ramp", ())]
        return own + [
            f"{field.label}: {error}"
            for row in self.rows
            for field in row
            for error in field.errors
        ]

    @property
    def ramp_open(self) -> bool:
        """Whether there is anything to see in the rows."""
        return any(field.value() not in {None, ""} for row in self.rows for field in row)

    def add_error(self, field: str | None, error: Any) -> None:  # noqa: ANN401
        """Errors of the ramp as a whole belong to no row."""
        if field == "ramp":
            self.errors.setdefault("ramp", self.error_class()).append(str(error))
            return
        super().add_error(field if field in self.fields else None, error)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        try:
            ramps.check(self._steps(data))
        except InvalidInput as error:
            self.add_error("ramp", str(error))
        return data

    def wishes(self) -> Wishes:
        """What has been asked for; of a valid form."""
        data = self.cleaned_data
        return Wishes(
            starts_at=self.experiment.starts_at if self.has_begun else data["starts_at"],
            ends_at=data["ends_at"],
            end_action=data["end_action"],
            end_variant=data["end_variant"],
            ramp=self._steps(data),
        )

    def _steps(self, data: dict[str, Any]) -> tuple[Step, ...]:
        rows = (
            tuple(data.get(f"step-{place}-{name}") for name in ("share", "hours", "visitors"))
            for place in range(self.count)
        )
        return tuple(
            Step(share, 24 if hours is None else hours, visitors or 0)
            for share, hours, visitors in rows
            if share is not None
        )


def _kept(before: dt.datetime | None, typed: dt.datetime | None) -> dt.datetime | None:
    """What is shown in minutes and sent back unchanged is unchanged to the second."""
    if (
        before is not None
        and typed is not None
        and before.replace(second=0, microsecond=0) == typed
    ):
        return before
    return typed
