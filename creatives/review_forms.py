"""What people may type in a review."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from creatives.comments import TEXT_LENGTH, Region
from creatives.review import REASON_LENGTH


def _percent(label: object) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"min": 0, "max": 100, "step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, required=False, widget=widget)  # type: ignore[arg-type]


class CommentForm(forms.Form):
    """A remark, with the part of the picture that it is about."""

    text = forms.CharField(
        label=_("Comment"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
    left = _percent(_("From the left"))
    top = _percent(_("From the top"))
    width = _percent(_("Width"))
    height = _percent(_("Height"))

    def region(self) -> Region | None:
        """The rectangle; raises InvalidInput."""
        sides = (self.cleaned_data[name] for name in ("left", "top", "width", "height"))
        return Region.checked(*sides)


class ReasonForm(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever made it reads this."),
    )


class ExpiryForm(forms.Form):
    """Until when a banner may be shown, in the site's time zone."""

    expires_at = forms.DateTimeField(
        label=_("Shown until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: without an end. It leaves the pages at that second."),
    )


def moment(text: str) -> dt.datetime | None:
    """A point in time that a page was given to send back; None for anything else."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) else None
