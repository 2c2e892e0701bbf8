"""Whom to explain: an id, and where it was seen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from creatives.models import Placement
from delivery.reading import LONGEST_ID
from workspace.models import Site


class VisitorForm(forms.Form):
    """A visitor in a session. It is posted, so that it stands in no address and no log."""

    visitor = forms.CharField(
        label=_("Visitor id"),
        max_length=LONGEST_ID,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("As the shop sends it in user_id. It is not stored."),
    )
    session = forms.CharField(
        label=_("Session id"),
        max_length=LONGEST_ID,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("As in session_id, if the shop sends one. Policies that learn draw on it."),
    )


class WhyForm(VisitorForm):
    """The same with the placement."""

    placement = forms.ModelChoiceField(
        Placement.objects.none(),
        label=_("Placement"),
        to_field_name="key",
        empty_label=_("Choose a placement"),
        error_messages={"invalid_choice": _("There is no such placement.")},
    )
    field_order = ("placement", "visitor", "session")

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["placement"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Placement.objects.filter(site=site).select_related("site")
