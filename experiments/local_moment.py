"""A field for a time of the shop's clock; what comes out is a moment."""

import datetime as dt
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.errors import InvalidInput
from experiments import schedules
from workspace.models import Site

FORMS: Final = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


class LocalMoment(forms.CharField):
    """Date and time as the shop's clock shows them. `of` says which shop; its zone is the hint."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "autocomplete": "off"})
    default_error_messages = {
        "required": gettext_lazy("Choose a date and a time."),
    }

    def of(self, site: Site) -> None:
        """Whose clock; also says it beside the field."""
        self.site = site
        words = {"zone": site.timezone}
        self.help_text = _("By the shop's clock (%(zone)s).") % words

    def clean(self, value: Any) -> dt.datetime | None:  # noqa: ANN401 - the framework's signature
        text = super().clean(value)
        if not text:
            return None
        try:
            return schedules.moment(self.site, _read(text), field="")
        except InvalidInput as error:
            raise ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - the framework's signature
        if isinstance(value, dt.datetime):
            return f"{value.astimezone(schedules.zone_of(self.site)):%Y-%m-%dT%H:%M}"
        return value


def _read(text: str) -> dt.datetime:
    for form in FORMS:
        try:
            return dt.datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
    raise ValidationError(_("Write it as 2026-11-30 09:00."))
