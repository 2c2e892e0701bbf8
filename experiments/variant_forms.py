"""The variants of a plan as rows of fields; the first is the control."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Placement
from engine.errors import InvalidInput
from experiments import design, fields, levels
from experiments.fields import Money, Number, Quiet, whole
from experiments.models import Variant
from experiments.reports import numbers
from workspace.models import KEY_PATTERN, Site, validate_key

KEYS = "abcdefgh"
COSTS = ("creative_cost", "media_cost", "discount")
MORE = ("placement", "levels")
"""Fields under a fold of their own."""
KEY = re.compile(KEY_PATTERN)


class VariantForm(Quiet, forms.Form):
    """One variant; the first is the control."""

    key = forms.CharField(max_length=64, validators=[validate_key], widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=300)
    weight = whole(_("Weight"), 1, 10_000)
    creative = forms.ModelChoiceField(Creative.objects.none(), label=_("Banner"), required=False)
    creative_cost = Money(label=_("Creative, once"))
    media_cost = Money(label=_("Media per 1,000 impressions"))
    discount = Number(
        label=_("Discount on its orders"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )
    placement = forms.TypedChoiceField(
        label=_("Shown on"),
        required=False,
        empty_value=None,
        help_text=_("On the other placements its visitors see the default, and count."),
    )
    levels = forms.CharField(
        label=_("Levels of factors"),
        required=False,
        max_length=600,
        help_text=_("For a factorial test: factor = level, with commas between."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        site: Site,
        places: Sequence[Placement],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        # A row that somebody has emptied is a mistake to be shown, not a row to be skipped.
        super().__init__(*args, **kwargs | {"empty_permitted": False})
        field = self.fields["creative"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Creative.objects.filter(site=site)
        for cost in (self.fields["creative_cost"], self.fields["media_cost"]):
            assert isinstance(cost, Money)  # noqa: S101 - declared above
            cost.currency = site.currency
        self._offer(places)
        self.symbol = numbers.symbol(site.currency).strip()

    def _offer(self, places: Sequence[Placement]) -> None:
        known = {str(place.pk): place for place in places}
        field = self.fields["placement"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("all of them")), *((pk, p.name) for pk, p in known.items())]
        field.coerce = known.get
        self.several_places = len(known) > 1

    def clean_levels(self) -> dict[str, str]:
        try:
            return levels.read(self.cleaned_data["levels"])
        except InvalidInput as problem:
            raise forms.ValidationError(str(problem)) from None

    @property
    def more(self) -> list[BoundField]:
        """Where it is shown, if there is a choice, and its levels."""
        return [self[name] for name in MORE if name != "placement" or self.several_places]

    @property
    def more_open(self) -> bool:
        return any(field.errors or field.value() for field in self.more)

    @property
    def costs(self) -> list[tuple[BoundField, str]]:
        """The fields under the fold, each with its unit."""
        units = (self.symbol, self.symbol, "%")
        return list(zip((self[name] for name in COSTS), units, strict=True))

    @property
    def others(self) -> list[BoundField]:
        return [field for field in self.visible_fields() if field.name not in (*COSTS, *MORE)]

    @property
    def costs_open(self) -> bool:
        """Whether there is something under the fold to be seen."""
        return any(f.errors or str(f.value() or "0") != "0" for f, _unit in self.costs)

    @property
    def chosen(self) -> int:
        """The id of the chosen banner, 0 for none."""
        value = str(self["creative"].value() or "")
        return int(value) if value.isdecimal() else 0

    def plan(self) -> design.VariantPlan:
        data = self.cleaned_data
        names = ("key", "name", "creative", "weight", "creative_cost", "media_cost", *MORE)
        typed = {name: data[name] for name in names}
        return design.VariantPlan(**typed, discount=data["discount"] or Decimal(0))


if TYPE_CHECKING:
    Rows = BaseFormSet[VariantForm]
else:
    Rows = BaseFormSet  # generic for the type checker only


class Variants(Rows):
    """All variants, in order."""

    def quiet(self) -> None:
        for form in self.forms:
            form.quiet()
        self._errors: list[dict[str, Any]] = []
        self._non_form_errors = ErrorList()

    def plans(self) -> tuple[design.VariantPlan, ...]:
        return tuple(form.plan() for form in self.forms)

    def named(self) -> list[tuple[str, str]]:
        """Key and name of each, as typed so far; what is no key is left out."""
        pairs = [(str(f["key"].value() or ""), str(f["name"].value() or "")) for f in self.forms]
        return list({key: name or key for key, name in pairs if KEY.match(key)}.items())

    @property
    def chosen(self) -> frozenset[int]:
        """Ids of the banners chosen in any row."""
        return frozenset(form.chosen for form in self.forms) - {0}


_RowsOfVariants = formset_factory(
    VariantForm,
    formset=Variants,
    extra=0,
    max_num=design.MOST_VARIANTS,
    validate_max=True,
    absolute_max=design.MOST_VARIANTS,
)
PREFIX = "v"


def rows_of(
    site: Site,
    *,
    data: QueryDict | None = None,
    initial: Any = None,  # noqa: ANN401
    places: Sequence[Placement] | None = None,
) -> Variants:
    """The rows of variants, as typed or as saved; `places` are those that they may be shown on."""
    if places is None:
        places = list(Placement.objects.filter(site=site))
    given = {"site": site, "places": places}
    rows = _RowsOfVariants(data, initial=initial, prefix=PREFIX, form_kwargs=given)
    return cast(Variants, rows)


def variants_initial(variants: list[Variant]) -> list[dict[str, Any]]:
    """The variants of a draft as rows; a new experiment begins with two."""
    if not variants:
        return [_row(KEYS[0]), _row(KEYS[1])]
    return [_saved(row) for row in variants]


def _saved(row: Variant) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("key", "name", "weight", *COSTS)}
    more = {"creative": row.creative_id, "placement": row.placement_id or ""}
    return same | more | {"levels": levels.written(row.levels)}


def _row(key: str) -> dict[str, Any]:
    return {"key": key, "name": key.upper(), "weight": 1}


def with_row(data: QueryDict) -> QueryDict:
    """What has been typed, with an empty row at the end."""
    rows = range(fields.total(data, PREFIX, most=design.MOST_VARIANTS))
    used = {data.get(f"{PREFIX}-{row}-key") for row in rows}
    free = next((key for key in KEYS if key not in used), KEYS[-1])
    return fields.with_row(data, PREFIX, _row(free), most=design.MOST_VARIANTS)


def without_row(data: QueryDict, removed: int) -> QueryDict:
    """What has been typed, with the later rows moved up by one."""
    return fields.without_row(data, PREFIX, removed, most=design.MOST_VARIANTS)
