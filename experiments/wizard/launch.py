"""The last step: what stands against the start, when it begins and ends, and the start itself."""

import datetime as dt
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from experiments import outlook
from experiments.outlook import Outlook
from experiments.schedule_form import TIMES, TimesForm
from experiments.wizard import remedies
from experiments.wizard.step import Draft, Part, Step

HINTS: Final = {
    "starts_at": _("Empty: when somebody starts it."),
    "ends_at": _("Empty: when somebody stops it; the planned days are only a plan."),
}


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
        self.form: forms.Form = TimesForm(data, initial=start, site=draft.site, variants=variants)
        for name, hint in HINTS.items():  # whose clock it is stands above them
            self.form.fields[name].help_text = hint

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
