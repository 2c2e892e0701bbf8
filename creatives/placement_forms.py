"""What people may type about placements."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creatives import iab, wall
from creatives.forms import say
from creatives.models import Creative, Placement
from engine.errors import LabError
from workspace.models import Site

OFFERED = 60
MAX_SIDE = 10_000  # CSS pixels; no screen is as large
DEVICES = ("tablet", "phone")


class PlacementForm(forms.ModelForm):  # type: ignore[type-arg]
    """A placement; its key stays what the shop's pages say."""

    width = forms.IntegerField(
        label=_("Width"), min_value=1, max_value=MAX_SIDE, help_text=_("In CSS pixels.")
    )
    height = forms.IntegerField(
        label=_("Height"), min_value=1, max_value=MAX_SIDE, help_text=_("In CSS pixels.")
    )

    class Meta:
        model = Placement
        fields = (
            *("name", "key", "page_type", "width", "height", "tablet_width", "tablet_height"),
            *("phone_width", "phone_height", "max_kilobytes", "max_headline", "max_body"),
            *("max_button", "safe_area", "animated", "layer", "fallback"),
        )
        help_texts = {
            "key": _("What the page of the shop says. It cannot be changed later."),
            "layer": _(
                "Experiments of one layer exclude each other. Left empty, the placement is a layer "
                "of its own."
            ),
        }

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.site = site
        self.instance.site = site
        self.fields["layer"].required = False
        self.fields["safe_area"].required = False
        self.fields["fallback"].queryset = site.creatives.all()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["key"].disabled = True

    def clean_layer(self) -> str:
        return self.cleaned_data.get("layer") or self.cleaned_data.get("key") or ""

    def clean_safe_area(self) -> int:
        return self.cleaned_data.get("safe_area") or 0

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for device in DEVICES:
            width, height = values.get(f"{device}_width"), values.get(f"{device}_height")
            for name, value in ((f"{device}_width", width), (f"{device}_height", height)):
                if bool(width) != bool(height) and not value and name not in self.errors:
                    self.add_error(name, _("Width and height belong together."))
                if value and value > MAX_SIDE:
                    self.add_error(name, gettext("At most %(most)s.") % {"most": MAX_SIDE})
        return values

    def offered(self) -> Iterable[Creative]:
        """Pictures to choose the default from: the chosen one, those that fit, the newest."""
        rows = self.site.creatives.filter(archived_at=None)
        found = list(wall.with_pictures(rows.select_related("live"))[:OFFERED])
        chosen = self["fallback"].value()
        if chosen and str(chosen) not in {str(c.pk) for c in found}:
            found = [*wall.with_pictures(self.site.creatives.filter(pk=chosen)), *found]
        return found

    @property
    def formats(self) -> tuple[iab.Format, ...]:
        """Sizes that are usual in advertising, to choose from."""
        return iab.IAB

    @property
    def weight_of_size(self) -> int | None:
        """The limit that holds while none is typed."""
        width, height = self["width"].value(), self["height"].value()
        known = str(width or "").isdecimal() and str(height or "").isdecimal()
        return iab.kilobytes_for(int(width), int(height)) if known else None

    def refuse(self, problem: LabError) -> None:
        """Show what the use-case refused beside the field it names."""
        field = problem.field if problem.field in self.fields else None
        self.add_error(field, say(problem))
