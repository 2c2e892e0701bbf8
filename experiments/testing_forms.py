"""Who tests which variant, and on which page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from delivery.reading import LONGEST_ID
from experiments import testing
from experiments.models import Experiment


class TesterForm(forms.Form):
    """A visitor of the team. It is posted, so that the id stands in no address and no log."""

    label = forms.CharField(
        label=_("Who"),
        max_length=testing.LONGEST_LABEL,
        help_text=_("Such as “Mara's phone”."),
    )
    visitor = forms.CharField(
        label=_("Visitor id"),
        max_length=LONGEST_ID,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("As the shop sends it in user_id. Only its pseudonym is stored."),
    )
    variant = forms.ChoiceField(label=_("Always gets"))

    def __init__(self, *args: Any, experiment: Experiment, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["variant"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(row.key, row.name) for row in experiment.variants.all()]


def _spans() -> list[tuple[int, str]]:
    return [
        (days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in testing.DAYS
    ]


class LinkForm(forms.Form):
    """Where a link leads, and how long it holds."""

    page = forms.CharField(
        label=_("Page of the shop"),
        max_length=testing.LONGEST_ADDRESS,
        widget=forms.URLInput(attrs={"inputmode": "url"}),
        help_text=_("The page on which the banner stands."),
    )
    days = forms.TypedChoiceField(
        label=_("Holds for"),
        coerce=int,
        choices=_spans,
    )
