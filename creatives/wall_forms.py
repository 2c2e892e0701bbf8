"""What people may type on the wall: filters, and what is done to many banners at once."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from creatives import wall
from creatives.bulk import Action
from creatives.models import Placement, Version
from workspace.models import Site

LICENCE_LENGTH = 200


def members(site: Site) -> list[User]:
    """The people of a site, by name."""
    return list(User.objects.filter(memberships__site=site).order_by("username"))


class WallFilter(forms.Form):
    """What to show on the wall; unknown values show everything."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name, key, tag or words")}
        ),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Current")),
            ("shown", _("Seen by visitors")),
            ("live", _("Live")),
            ("review", _("In review")),
            ("draft", _("Draft")),
            ("rejected", _("Rejected")),
            ("expired", _("Expired")),
            ("archived", _("Archived")),
        ],
    )
    fits = forms.ModelChoiceField(
        label=_("Fits"),
        required=False,
        queryset=Placement.objects.none(),
        to_field_name="key",
        empty_label="—",
    )
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", "—"), *Version.Kind.choices]
    )
    lacks = forms.ChoiceField(label=_("Words missing in"), required=False)
    expiring = forms.BooleanField(label=_("Expires within 30 days"), required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._offer("tag", [(tag, tag) for tag in wall.tags_of(site)])
        self._offer("lacks", [(locale, locale) for locale in site.locales])
        self.fields["fits"].queryset = site.placements.all()  # type: ignore[attr-defined]
        self.people = {person.get_username(): person.pk for person in members(site)}
        self._offer("owner", [(name, name) for name in self.people])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", "—"), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> wall.Wanted:
        self.is_valid()
        values = self.cleaned_data
        return wall.Wanted(
            text=values.get("q") or "",
            state=values.get("state") or wall.CURRENT,
            fits=values.get("fits"),
            tag=values.get("tag") or "",
            owner=self.people.get(values.get("owner") or ""),
            kind=values.get("kind") or "",
            lacks=values.get("lacks") or "",
            expiring=bool(values.get("expiring")),
        )

    @property
    def further(self) -> list[forms.BoundField]:
        """The filters that stand behind *More filters*."""
        return [self[name] for name in ("fits", "tag", "owner", "kind", "lacks")]

    @property
    def is_further(self) -> bool:
        """Whether one of them narrows the wall now."""
        return bool(self["expiring"].value()) or any(field.value() for field in self.further)


class BulkForm(forms.Form):
    """One thing to do to every banner chosen; each action reads its own field."""

    action = forms.ChoiceField(label=_("With the chosen ones"), choices=Action.choices)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=40)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    licence = forms.CharField(label=_("Licence"), required=False, max_length=LICENCE_LENGTH)
    expires = forms.DateTimeField(
        label=_("Expires"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )
    placement = forms.ModelChoiceField(
        label=_("Placement"),
        required=False,
        queryset=Placement.objects.none(),
        to_field_name="key",
        empty_label="—",
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.people = {person.get_username(): person for person in members(site)}
        names: list[tuple[str, str]] = [("", "—"), *((name, name) for name in self.people)]
        self.fields["owner"].choices = names  # type: ignore[attr-defined]
        self.fields["placement"].queryset = site.placements.all()  # type: ignore[attr-defined]


class ViewForm(forms.Form):
    """A name for the filters in the address."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)
