"""What people fill in for the product feed: the file, and how its products become banners."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creatives import pictures
from creatives.designs import DESIGNS, columns, find
from creatives.filling import tidy
from creatives.forms import say
from creatives.generating import generators
from creatives.generating.combinations import MOST
from creatives.generating.from_feed import Manner, fits_feed
from creatives.models import Product
from creatives.studio_form import name_of
from engine.errors import LabError
from workspace.models import Site

BUTTON = 20
BUTTONS = {"en": "View", "zh": "查看"}


class FeedForm(forms.Form):
    """The file of the feed."""

    feed = forms.FileField(
        label=gettext_lazy("Product feed"),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=gettext_lazy(
            "CSV with the columns sku, title, price and url; brand, category, old_price and "
            "currency if there are any. All other columns are kept as facts."
        ),
    )


class PicturesForm(forms.Form):
    """Pictures of a product, drawn by a generator that is installed."""

    source = forms.ChoiceField(label=gettext_lazy("Generator"))
    product = forms.ModelChoiceField(
        Product.objects.none(), label=gettext_lazy("Product"), to_field_name="sku"
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        known = generators.found().values()
        self.fields["source"].choices = [(one.key, one.title) for one in known]  # type: ignore[attr-defined]
        field = self.fields["product"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = site.products.all()


class BannersForm(forms.Form):
    """A banner for each product of a category, or of all."""

    look = forms.ChoiceField(label=gettext_lazy("Design and palette"))
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    picture = forms.CharField(
        label=gettext_lazy("Picture for products without one"),
        required=False,
        help_text=gettext_lazy("A product's own picture has its number as key or as a tag."),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.site = site
        self.fields["look"].choices = [  # type: ignore[attr-defined]
            (str(d.title), [(f"{d.key}.{p.key}", f"{d.title} · {p.title}") for p in d.palettes])
            for d in sorted(filter(fits_feed, DESIGNS), key=lambda design: design.key != "tile")
        ]
        names = site.products.exclude(category="").order_by("category")
        found = names.values_list("category", flat=True).distinct()
        self.fields["category"].choices = [("", _("all")), *((n, n) for n in found)]  # type: ignore[attr-defined]
        self.fields["picture"].widget = forms.Select(choices=self._pictures())
        for locale in site.locales:
            self.fields[f"button.{locale}"] = forms.CharField(
                label=_("Button · %(language)s") % {"language": name_of(locale)},
                max_length=BUTTON,
                initial=_button(locale),
            )

    def _pictures(self) -> list[tuple[str, str]]:
        from creatives.studio_form import offered_pictures

        found = offered_pictures(self.site, "", None)
        return [("", _("none"))] + [(str(v.pk), v.creative.name) for v in found]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for locale in self.site.locales:
            text = tidy(values.get(f"button.{locale}") or "")
            if columns(text) > BUTTON:
                self.add_error(f"button.{locale}", _("At most %(n)s characters.") % {"n": BUTTON})
        try:
            values["picture"] = pictures.chosen(self.site, values.get("picture"))
        except LabError as problem:
            self.add_error("picture", say(problem))
        if not self.errors and self.products().count() > MOST:
            self.add_error("category", _("At most %(n)s at once: choose a category.") % {"n": MOST})
        return values

    def products(self) -> QuerySet[Product]:
        """Those that become banners."""
        rows = self.site.products.all()
        category = self.cleaned_data.get("category")
        return rows.filter(category=category) if category else rows

    def manner(self) -> Manner:
        """How they do."""
        design_key, palette_key = self.cleaned_data["look"].split(".")
        design = find(design_key)
        palette = design.palette(palette_key) if design else None
        assert design is not None and palette is not None  # noqa: S101, PT018 - choices of the field
        buttons = {loc: tidy(self.cleaned_data[f"button.{loc}"]) for loc in self.site.locales}
        return Manner(design, palette, buttons, self.cleaned_data["picture"])


def _button(locale: str) -> str:
    """What the shop's button says at first, in the shop's language."""
    return BUTTONS.get(locale.split("-", maxsplit=1)[0].lower(), BUTTONS["en"])
