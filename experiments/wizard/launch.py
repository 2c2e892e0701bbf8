"""The last step: what stands against the start, when it begins and ends, and the start itself."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from experiments import outlook
from experiments.fields import Quiet
from experiments.models import Experiment
from experiments.outlook import Outlook
from experiments.planning import VariantPlan
from experiments.wizard import remedies
from experiments.wizard.step import Draft, Part, Step

TIMES: Final = ("starts_at", "ends_at")


def _time(label: Any, help_text: Any) -> forms.DateTimeField:  # noqa: ANN401 - lazy texts
    """A moment in the zone of the site, which is the current one on its pages."""
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, help_text=help_text, widget=picker)


class TimesForm(Quiet, forms.Form):
    """From when to when, and what happens then."""

    starts_at = _time(_("Start"), _("Empty: when somebody starts it."))
    ends_at = _time(_("End"), _("Empty: when somebody stops it; the planned days are only a plan."))
    end_action = forms.ChoiceField(label=_("At the end"), choices=Experiment.EndAction.choices)
    end_variant = forms.ChoiceField(label=_("Which one"), required=False)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, variants: Sequence[VariantPlan], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["end_variant"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("Choose a variant")), *((v.key, v.name) for v in variants)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("end_action") != Experiment.EndAction.SHIP_VARIANT:
            # The field is out of sight and means nothing then.
            self.errors.pop("end_variant", None)
            data["end_variant"] = ""
        return data


class LaunchStep(Step):
    slug: ClassVar[str] = "launch"
    title = _("Check and launch")
    question = _("Is everything there, and when does it begin?")

    def __init__(self, draft: Draft, data: QueryDict | None) -> None:
        super().__init__(draft, data)
        names = (*TIMES, "end_action", "end_variant")
        start = {name: draft.values[name] for name in names}
        start["revision"] = draft.experiment.revision if draft.experiment else None
        variants = draft.values["variants"]
        self.form: forms.Form = TimesForm(data, variants=variants, initial=start)

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:  # noqa: ARG003 - nothing has rows
        return None

    @property
    def parts(self) -> tuple[Part, ...]:
        form: Any = self.form
        return (form,)

    def values(self) -> dict[str, Any]:
        typed = outlook.valid(self.form)
        return {name: value for name, value in typed.items() if name != "revision"}

    def context(self, view: Outlook, *, search: str) -> dict[str, Any]:  # noqa: ARG002
        found = {name: getattr(view.experiment, name) for name in TIMES}
        return {
            "hard": remedies.of(view.problems, view.experiment),
            "soft": remedies.of(view.cautions, view.experiment),
            "utc": {name: _utc(at) for name, at in found.items() if at},
        }


def _utc(at: dt.datetime) -> str:
    """For those who read logs; without the zone, which stands beside it."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
