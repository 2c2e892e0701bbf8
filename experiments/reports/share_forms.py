"""The forms behind links and versions."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from experiments.models import Experiment, ReportVersion
from experiments.reports import sharing, versions

LIVE = ""
"""The report as it is when somebody opens the link."""
MOST_OFFERED = 50


class LinkForm(forms.Form):
    """Who reads it in what language, until when, and which report."""

    version = forms.TypedChoiceField(
        label=_("Which report"),
        required=False,
        help_text=_("A kept version never changes; the report as it is now goes on."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=sharing.MOST_DAYS,
        initial=sharing.DAYS,
        help_text=_("From 1 to 365. You can take it back before."),
    )

    def __init__(self, *args: object, experiment: Experiment, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._known = {str(row.number): row for row in versions.of(experiment)[:MOST_OFFERED]}
        named = [(number, _name(row)) for number, row in self._known.items()]
        self.fields["version"].choices = [  # type: ignore[attr-defined]
            (LIVE, _("As it is when it is read")),
            *named,
        ]

    @property
    def chosen(self) -> ReportVersion | None:
        """The version that was chosen; None for the report as it is."""
        return self._known.get(self.cleaned_data["version"])


class KeepForm(forms.Form):
    """A word on why the report is kept."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=versions.LONGEST_NOTE,
        help_text=_("For whoever finds it in a year, such as “before the price change”."),
    )


def _name(row: ReportVersion) -> str:
    about = row.note or row.get_cause_display()
    return f"{row.number} · {row.as_of:%Y-%m-%d} · {about}"
