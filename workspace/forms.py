"""What people may type about a site."""

import datetime as dt
import zoneinfo
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engine.errors import LabError
from workspace import languages
from workspace.models import ApiKey, Role, Site

CURRENCIES = ("CNY", "HKD", "TWD", "USD", "EUR", "GBP", "JPY", "KRW", "SGD", "AUD", "CAD", "CHF")
LARGEST_HOLDOUT = 20
"""Percent. More would take from experiments what they need to end in time."""
LONGEST_WINDOW = 365
"""Days. What a visitor buys a year after a banner has little to do with it."""


def timezones() -> list[tuple[str, str]]:
    """All zones of the database with a city, plus UTC."""
    names = sorted(n for n in zoneinfo.available_timezones() if "/" in n and n[:4] != "Etc/")
    return [("UTC", "UTC"), *((name, name) for name in names)]


def days(label: Any, help_text: Any) -> forms.IntegerField:  # noqa: ANN401 - lazy text
    """A number of whole days."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=1, max_value=LONGEST_WINDOW, help_text=help_text, widget=widget
    )


class OriginsField(forms.CharField):
    """One origin a line; kept as a list."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "code"})

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        lines = [line.strip().rstrip("/") for line in str(super().clean(value) or "").splitlines()]
        return list(dict.fromkeys(self._origin(line) for line in lines if line))

    def _origin(self, line: str) -> str:
        parts = urlsplit(line)
        if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
            raise forms.ValidationError(
                _("“%(line)s” is not an origin. Write it like https://shop.example"),
                params={"line": line},
            )
        if parts.path or parts.query or parts.fragment:
            raise forms.ValidationError(
                _("“%(line)s” has a path. An origin ends after the host: %(origin)s"),
                params={"line": line, "origin": f"{parts.scheme}://{parts.netloc}"},
            )
        return f"{parts.scheme}://{parts.netloc}".lower()


class LocalesField(forms.CharField):
    """Language tags, the default first; kept as a list."""

    widget = forms.TextInput(attrs={"spellcheck": "false", "class": "code"})

    def prepare_value(self, value: object) -> object:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        tags = str(super().clean(value) or "").replace(",", " ").split()
        try:
            return languages.check(tags)
        except LabError as problem:
            raise forms.ValidationError(str(problem)) from None


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]
    """The general settings."""

    origins = OriginsField(
        label=_("Allowed origins"),
        required=False,
        help_text=_(
            "One per line. Only pages of these origins may use the publishable keys, "
            "for example https://shop.example"
        ),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in CURRENCIES])
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=timezones,
        initial="Asia/Shanghai",
        help_text=_("Days in reports begin and end here."),
    )
    locales = LocalesField(
        label=_("Languages"),
        help_text=_(
            "Language tags such as en, zh-Hans, in their order. Visitors whose own language is not "
            "among them read the first."
        ),
    )
    four_eyes = forms.BooleanField(
        label=_("Four eyes"),
        required=False,
        help_text=_("Whoever made or submitted a banner cannot approve it; somebody else must."),
    )
    holdout_share = forms.IntegerField(
        label=_("Holdout"),
        min_value=0,
        max_value=LARGEST_HOLDOUT,
        help_text=_(
            "Percent of all visitors who see no experiment for a whole quarter, only the defaults: "
            "the others against them show what all experiments together bring. 0: nobody. "
            "While a holdout is in force, another share begins with the next quarter."
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    view_window_days = days(
        _("Days in which an order counts"),
        _("After the first time a visitor saw the banner."),
    )
    click_window_days = days(
        _("Days after a click"),
        _("In which an order counts as won by the click."),
    )

    class Meta:
        model = Site
        fields: ClassVar[tuple[str, ...]] = (
            "name",
            "origins",
            "currency",
            "timezone",
            "locales",
            "four_eyes",
            "holdout_share",
            "view_window_days",
            "click_window_days",
            "count_automated",
        )


class NewSiteForm(SiteForm):
    """The same, and the key, which never changes afterwards; the rest begins as usual."""

    locales = None  # type: ignore[assignment]
    four_eyes = None  # type: ignore[assignment]
    holdout_share = None  # type: ignore[assignment]
    view_window_days = None  # type: ignore[assignment]  # how a form leaves a field out
    click_window_days = None  # type: ignore[assignment]

    class Meta(SiteForm.Meta):
        fields = ("name", "key", "currency", "timezone", "origins")
        help_texts = {"key": _("Part of every address of this site. It cannot be changed later.")}


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Where it will be used, such as “Web shop”.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ApiKey.Kind.choices)
    scope = forms.ChoiceField(
        label=pgettext_lazy("key", "May"),
        choices=ApiKey.Scope.choices,
        initial=ApiKey.Scope.WRITE,
        required=False,
        help_text=_("Of a secret key. One that only reads can change nothing when it is stolen."),
    )
    expires_at = forms.DateTimeField(
        label=_("Expires"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In the time zone of the site. Leave it empty for a key without an end."),
    )

    def clean_scope(self) -> str:
        return self.cleaned_data["scope"] or ApiKey.Scope.WRITE

    def clean_expires_at(self) -> dt.datetime | None:
        end: dt.datetime | None = self.cleaned_data["expires_at"]
        if end and end <= timezone.now():
            raise forms.ValidationError(_("This time is over. Choose one that lies ahead."))
        return end


class MemberForm(forms.Form):
    """A new member, by the name of an account that exists."""

    username = forms.CharField(label=_("User name"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def clean_username(self) -> AbstractBaseUser:
        name = self.cleaned_data["username"].strip()
        user = get_user_model().objects.filter(username=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                _("There is no account “%(name)s”. Whoever runs this installation can make one."),
                params={"name": name},
            )
        return user


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
