"""What people fill in to generate variants: a line for every option."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creatives import landing, pictures
from creatives.designs import Design, Slot, columns
from creatives.filling import tidy
from creatives.forms import say
from creatives.generating import asking, generators
from creatives.generating.combinations import Factor, Level, Option, Plan
from creatives.generating.making import Wish
from creatives.models import Product, Version
from creatives.studio_form import name_of
from engine.errors import LabError
from workspace.models import Site

BETWEEN, WITHIN = "~", ":"
MOST_OPTIONS = 12


class GenerateForm(forms.Form):
    """Options per slot; line n of one language says the same as line n of the others."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Every variant is called this, with a number."),
    )
    landing_url = forms.CharField(
        label=gettext_lazy("Landing page"),
        max_length=landing.MAX_CHARACTERS,
        widget=forms.URLInput(attrs={"placeholder": "https://shop.example/spring"}),
    )
    product: "forms.ModelChoiceField[Product]" = forms.ModelChoiceField(
        label=gettext_lazy("Product"),
        required=False,
        queryset=Product.objects.none(),
        to_field_name="sku",
        empty_label=gettext_lazy("none"),
        help_text=gettext_lazy("Its price is taken from the feed."),
    )
    source = forms.ChoiceField(label=gettext_lazy("Headlines from"), required=False)

    def __init__(self, *args: Any, site: Site, design: Design, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.site, self.design = site, design
        self.locales: list[str] = list(site.locales)
        self.fields["product"].queryset = site.products.all()  # type: ignore[attr-defined]
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (asking.GRAMMAR, _("Facts of the product")),
            *((one.key, one.title) for one in generators.found().values()),
        ]
        for slot in design.texts:
            for locale in self.locales:
                self.fields[f"{locale}.{slot.key}"] = _lines_field(slot, locale)
        self.chosen: list[Version] = []
        self.plan = Plan(())

    def words_fields(self) -> list[tuple[Slot, list[forms.BoundField]]]:
        """The fields for options, per slot and language."""
        return [
            (slot, [self[f"{locale}.{slot.key}"] for locale in self.locales])
            for slot in self.design.texts
        ]

    def palettes_now(self) -> list[str]:
        """The palettes that are ticked; the first one as long as none is."""
        ticked = self.data.getlist("palettes") if self.is_bound else []  # type: ignore[attr-defined]
        known = [palette.key for palette in self.design.palettes if palette.key in ticked]
        return known or [self.design.palettes[0].key]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        factors = [f for slot in self.design.texts if (f := self._texts(slot))]
        if self.design.image and (factor := self._images()):
            factors.append(factor)
        palettes = tuple(Option(key) for key in self.palettes_now())
        factors.append(Factor("palette", palettes))
        self.plan = Plan(tuple(factors), self._forbidden())
        if not self.errors:
            self._count()
        return values

    def wishes(self) -> list[Wish]:
        """A banner for every variant that is allowed."""
        product = self.cleaned_data["product"]
        return [
            Wish(
                name=f"{self.cleaned_data['name']} {number:02d}",
                design=self.design.key,
                palette=levels["palette"],
                slots=self.plan.words(levels, self.locales),
                landing_url=self.cleaned_data["landing_url"],
                image=self.plan.image(levels),
                product=product.sku if product else "",
                levels=levels,
            )
            for number, levels in enumerate(self.plan.variants(), start=1)
        ]

    def _lines(self, slot: Slot, locale: str) -> list[str]:
        typed = str(self.cleaned_data.get(f"{locale}.{slot.key}") or "")
        return [line for line in map(tidy, typed.splitlines()) if line]

    def _texts(self, slot: Slot) -> Factor | None:
        """The options of a slot; languages that say anything say all of them."""
        said = {locale: self._lines(slot, locale) for locale in self.locales}
        first = said[self.locales[0]]
        for locale, lines in said.items():
            self._check(slot, locale, lines, len(first))
        from_feed = self.cleaned_data.get("product") and slot.key in {"price", "was"}
        if slot.required and not first and not from_feed:
            self.add_error(f"{self.locales[0]}.{slot.key}", _("Write at least one line."))
        options = tuple(
            Option(
                f"{slot.key}-{n + 1}",
                {locale: lines[n] for locale, lines in said.items() if n < len(lines)},
            )
            for n in range(len(first))
        )
        return Factor(slot.key, options) if options else None

    def _check(self, slot: Slot, locale: str, lines: list[str], count: int) -> None:
        field = f"{locale}.{slot.key}"
        if lines and len(lines) != count:
            self.add_error(
                field,
                _("These are %(n)s lines, the first language has %(first)s: each is a translation.")
                % {"n": len(lines), "first": count},
            )
        if len(lines) > MOST_OPTIONS:
            self.add_error(field, _("At most %(n)s lines.") % {"n": MOST_OPTIONS})
        for line in lines:
            if columns(line) > slot.longest:
                self.add_error(
                    field,
                    _("“%(text)s” is longer than %(n)s characters.")
                    % {"text": line[:30], "n": slot.longest},
                )

    def _images(self) -> Factor | None:
        numbers = dict.fromkeys(self.data.getlist("images"))  # type: ignore[attr-defined]
        options = []
        for number in list(numbers)[:MOST_OPTIONS]:
            try:
                version = pictures.chosen(self.site, number)
            except LabError as problem:
                self.add_error(None, say(problem))
                continue
            if version:
                self.chosen.append(version)
                options.append(Option(version.creative.key, image=version.pk))
        if not options and self.design.image and self.design.image.required:
            self.add_error(None, _("Choose at least one picture."))
        return Factor("image", tuple(options)) if options else None

    def _forbidden(self) -> frozenset[frozenset[Level]]:
        pairs = self.data.getlist("forbidden")  # type: ignore[attr-defined]
        return frozenset(pair for text in pairs if (pair := pair_of(text)))

    def _count(self) -> None:
        try:
            if self.plan.count() == 0:
                self.add_error(None, _("Every combination is forbidden."))
        except LabError as problem:
            self.add_error(None, say(problem))

    def suggest(self) -> dict[str, str]:
        """The options with suggested headlines added, per field."""
        product = self.cleaned_data.get("product")
        slot = self.design.slot("headline")
        if product is None or slot is None:
            return {}
        source = self.cleaned_data.get("source") or asking.GRAMMAR
        return {
            f"{locale}.headline": "\n".join(
                asking.headlines(product, locale, longest=slot.longest, source=source)[:4]
            )
            for locale in self.locales
        }


def pair_of(text: str) -> frozenset[Level] | None:
    """The two options of `slot:option~slot:option`; None for anything else."""
    levels = [part.split(WITHIN, 1) for part in text.split(BETWEEN)]
    if len(levels) != len(("one", "other")) or any(len(level) == 1 for level in levels):
        return None
    return frozenset((slot, option) for slot, option in levels)


def _lines_field(slot: Slot, locale: str) -> forms.CharField:
    return forms.CharField(
        label=f"{slot.label} · {name_of(locale)}",
        required=False,
        max_length=MOST_OPTIONS * 200,
        widget=forms.Textarea(attrs={"rows": 4 if slot.key == "headline" else 3}),
    )
