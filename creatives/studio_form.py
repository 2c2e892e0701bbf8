"""What people fill in to compose a banner."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from creatives import landing, pictures
from creatives.designs import Design, Palette, Slot, Sort
from creatives.forms import say
from creatives.models import Product, Version
from creatives.wall import with_newest
from engine.errors import InvalidInput, LabError
from workspace.models import Site

OFFERED = 24
LIKED = _("Visitors may like it; likes are counted. Letters and apps show it without a heart.")


@dataclass(frozen=True, slots=True)
class Tongue:
    """The fields of one language, and whether each must be filled.

    `first` is read by everybody without one of their own.
    """

    locale: str
    name: str
    first: bool
    fields: list[tuple[Slot, BoundField, bool]]


class StudioForm(forms.Form):
    """One design to be filled: words per language, a picture, a palette, a product."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("For your team; visitors never see it.")
    )
    landing_url = forms.CharField(
        label=_("Landing page"),
        max_length=landing.MAX_CHARACTERS,
        widget=forms.URLInput(attrs={"placeholder": "https://shop.example/spring"}),
        help_text=_("Where a click leads."),
    )
    product = forms.ModelChoiceField(
        label=_("Product"),
        required=False,
        queryset=Product.objects.none(),
        to_field_name="sku",
        empty_label=_("none"),
        help_text=_("Its price is taken from the feed, and a check holds it to the feed."),
    )

    def __init__(self, *args: Any, site: Site, design: Design, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.site, self.design = site, design
        self.locales: list[str] = list(site.locales)
        self.fields["product"].queryset = site.products.all()  # type: ignore[attr-defined]
        self.fields["palette"] = _palette_field(design)
        for slot in design.images:
            self.fields[slot.key] = forms.CharField(label=str(slot.label), required=slot.required)
        if design.like:
            self.fields["like"] = forms.BooleanField(
                label=str(design.like.label), required=False, help_text=LIKED
            )
        for locale in self.locales:
            for slot in design.texts:
                self.fields[f"{locale}.{slot.key}"] = _text_field(slot)

    @property
    def tongues(self) -> list[Tongue]:
        """The fields for words, per language."""
        return [
            Tongue(
                locale,
                name_of(locale),
                locale == self.locales[0],
                [
                    (slot, self[f"{locale}.{slot.key}"], self.design.always(slot))
                    for slot in self.design.texts
                ],
            )
            for locale in self.locales
        ]

    @property
    def palettes(self) -> Iterator[tuple[Palette, bool]]:
        """Each palette, and whether it is the chosen one."""
        chosen = str(self["palette"].value() or self.design.palettes[0].key)
        return ((palette, palette.key == chosen) for palette in self.design.palettes)

    def slots(self) -> dict[str, dict[str, str]]:
        """The words as they were typed."""
        return {
            locale: {
                slot.key: str(self[f"{locale}.{slot.key}"].value() or "")
                for slot in self.design.texts
            }
            for locale in self.locales
        }

    def palette_now(self) -> Palette:
        """The palette as chosen so far."""
        chosen = str(self["palette"].value() or "")
        return self.design.palette(chosen) or self.design.palettes[0]

    def images_now(self) -> dict[str, Version | None]:
        """The pictures as chosen so far, by their slot."""
        return {slot.key: self._image_now(slot.key) for slot in self.design.images}

    def _image_now(self, key: str) -> Version | None:
        try:
            return pictures.chosen(self.site, self[key].value())
        except LabError:
            return None

    def like_now(self) -> bool:
        """Whether a heart is asked for so far."""
        return "like" in self.fields and bool(self["like"].value())

    def product_now(self) -> Product | None:
        """The product as chosen so far."""
        sku = self["product"].value()
        return self.site.products.filter(sku=str(sku)).first() if sku else None

    def wanted(self) -> dict[str, Any]:
        """What the use-case is asked for."""
        values = self.cleaned_data
        first, *more = self._chosen(values)
        return {
            "design": self.design.key,
            "palette": values["palette"],
            "slots": self.slots(),
            "image": first,
            "more": more,
            "like": bool(values.get("like")),
            "product": values["product"],
            "landing_url": values["landing_url"],
        }

    def _chosen(self, values: dict[str, Any]) -> list[Version | None]:
        """All pictures in their order; one that is left out in between is missed."""
        keys = [slot.key for slot in self.design.images] or ["image"]
        found = [pictures.chosen(self.site, values.get(key), field=key) for key in keys]
        while len(found) > 1 and found[-1] is None:
            found.pop()
        if None in found[1:]:
            raise InvalidInput(
                gettext("Choose this one before the next."), field=keys[found.index(None, 1)]
            )
        return found

    def refuse(self, problem: LabError) -> None:
        """Show what was refused beside the field it names."""
        self.add_error(problem.field if problem.field in self.fields else None, say(problem))


def offered_pictures(site: Site, words: str, chosen: Version | None) -> list[Version]:
    """Pictures of the library to choose from, the chosen one first."""
    rows = site.creatives.filter(archived_at=None, versions__kind=Version.Kind.IMAGE).distinct()
    if words:
        rows = rows.filter(name__icontains=words)
    found = [
        creative.latest[0]  # type: ignore[attr-defined]
        for creative in with_newest(rows.order_by("-created_at", "-id"))[:OFFERED]
    ]
    found = [version for version in found if version.kind == Version.Kind.IMAGE]
    if chosen is None:
        return found
    return [chosen, *(version for version in found if version.pk != chosen.pk)]


def name_of(locale: str) -> str:
    """A language as people call it; its code where Django does not know it."""
    try:
        return str(get_language_info(locale.lower())["name_translated"])
    except KeyError:
        return locale


def initial_of(version: Version) -> dict[str, Any]:
    """The form as it was when a composed version was made."""
    locales = list(version.creative.site.locales)
    found: dict[str, Any] = {
        "name": version.creative.name,
        "landing_url": version.landing_url,
        "palette": version.slots.get("palette"),
        "image": version.slots.get("image"),
        "like": bool(version.slots.get("like")),
        "product": version.product.sku if version.product else None,
    }
    found |= {f"image{n}": pk for n, pk in enumerate(version.slots.get("more", ()), start=2)}
    said = {locales[0]: version.slots} | {copy.locale: copy.slots for copy in version.copies.all()}
    for locale, slots in said.items():
        found |= {f"{locale}.{key}": text for key, text in slots.items() if isinstance(text, str)}
    return found


def _palette_field(design: Design) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Palette"),
        choices=[(palette.key, palette.title) for palette in design.palettes],
        initial=design.palettes[0].key,
    )


def _text_field(slot: Slot) -> forms.CharField:
    attrs = {"data-columns": slot.longest, "autocomplete": "off"}
    if slot.key.startswith("body"):
        widget: forms.Widget = forms.Textarea(attrs=attrs | {"rows": 2})
    else:
        widget = forms.TextInput(attrs=attrs)
    hint = gettext("At most %(n)s characters; a Chinese one counts as two.") % {"n": slot.longest}
    if slot.sort is Sort.PRICE:
        hint = gettext("At most %(n)s characters, such as ¥269.") % {"n": slot.longest}
    # Whether it is needed depends on the others of its language: the studio decides.
    return forms.CharField(label=str(slot.label), required=False, widget=widget, help_text=hint)
