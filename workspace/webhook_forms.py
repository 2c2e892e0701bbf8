"""What people may type about a webhook."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workspace import webhooks


class WebhookForm(forms.Form):
    """Whom to tell, and of what."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("A page of your server that takes POST, such as https://shop.example/hooks"),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them, also those that come later."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own arguments
        super().__init__(*args, **kwargs)
        field = self.fields["events"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - named above
        field.choices = list(webhooks.known().items())

    def clean_url(self) -> str:
        return str(self.cleaned_data["url"]).strip()
