"""The plan of an experiment as one page of fields. Numbers are read with a comma or a point."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Placement
from experiments import design, fields, hypothesis
from experiments.fields import Money, Number, Quiet, whole
from experiments.models import Experiment, Variant
from experiments.reports import numbers
from workspace.models import KEY_PATTERN, Site, validate_key

KEYS = "abcdefgh"
COSTS = ("creative_cost", "media_cost", "discount")
KEY = re.compile(KEY_PATTERN)


class PlanForm(Quiet, forms.Form):
    """Everything but the variants."""

    name = forms.CharField(label=_("Name"), max_length=150)
    key = forms.CharField(
        label=_("Key"),
        max_length=64,
        required=False,
        validators=[validate_key],
        help_text=_("Storefronts ask for it by this key. Leave it empty to make it from the name."),
    )
    change = forms.CharField(label=_("If we …"), required=False, max_length=300)
    effect = forms.CharField(label=_("then …"), required=False, max_length=300)
    reason = forms.CharField(label=_("because …"), required=False, max_length=300)
    free = forms.CharField(
        label=_("Hypothesis"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    placement = forms.ModelChoiceField(
        Placement.objects.none(), label=_("Placement"), empty_label=_("Choose a placement")
    )
    traffic_share = whole(
        _("Traffic share"), 1, 100, _("Of the placement's visitors. The others see the default.")
    )
    primary_metric = forms.ChoiceField(
        label=_("Primary metric"),
        choices=Experiment.Metric.choices,
        help_text=_("The one number that decides. The others are shown beside it."),
    )
    mde = Number(
        label=_("Smallest effect worth finding"),
        required=False,
        min_value=Decimal("0.001"),
        max_value=Decimal(1000),
        max_digits=7,
        decimal_places=3,
        help_text=_("Smaller differences would not change what you do."),
    )
    mde_kind = forms.ChoiceField(label=_("Measured in"), choices=Experiment.MdeKind.choices)
    planned_days = whole(
        _("Planned days"), 1, 365, _("Whole weeks are best: weekends shop differently.")
    )
    planned_visitors = whole(
        _("Planned visitors"), 0, 2_000_000_000, _("In all variants together; 0: days only.")
    )
    reading = forms.ChoiceField(
        label=_("Reading"),
        choices=Experiment.Reading.choices,
        help_text=_(
            "Both may be looked at every day. Without an end date it takes 70 % more visitors."
        ),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.site = site
        field = self.fields["placement"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Placement.objects.filter(site=site).select_related("fallback")

    @property
    def is_free(self) -> bool:
        """The hypothesis was written freely and is edited as one text."""
        return bool(self["free"].value())

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def hypothesis(self) -> str:
        """The sentence that the gaps make."""
        free = str(self.cleaned_data.get("free") or "").strip()
        gaps = (self.cleaned_data.get(name) or "" for name in ("change", "effect", "reason"))
        return free or hypothesis.compose(hypothesis.Parts(*gaps))

    def plan(
        self,
        variants: tuple[design.VariantPlan, ...],
        more: Mapping[str, Any],
        experiment: Experiment | None,
    ) -> design.Plan:
        """What has been typed, as the use-case takes it; `more` holds what other forms ask for."""
        data = self.cleaned_data
        key = data["key"] or design.free_key(
            self.site, slugify(data["name"])[:56].strip("-_") or "test", but=experiment
        )
        typed = {name: data[name] for name in design.FIELDS if name in data and name != "key"}
        hypothesis = self.hypothesis()
        return design.Plan(**typed, **more, key=key, hypothesis=hypothesis, variants=variants)


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

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        # A row that somebody has emptied is a mistake to be shown, not a row to be skipped.
        super().__init__(*args, **kwargs | {"empty_permitted": False})
        field = self.fields["creative"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Creative.objects.filter(site=site)
        for cost in (self.fields["creative_cost"], self.fields["media_cost"]):
            assert isinstance(cost, Money)  # noqa: S101 - declared above
            cost.currency = site.currency
        self.symbol = numbers.symbol(site.currency).strip()

    @property
    def costs(self) -> list[tuple[BoundField, str]]:
        """The fields under the fold, each with its unit."""
        units = (self.symbol, self.symbol, "%")
        return list(zip((self[name] for name in COSTS), units, strict=True))

    @property
    def others(self) -> list[BoundField]:
        return [field for field in self.visible_fields() if field.name not in COSTS]

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
        first = (data["key"], data["name"], data["creative"], data["weight"])
        costs = (data["creative_cost"], data["media_cost"], data["discount"] or Decimal(0))
        return design.VariantPlan(*first, *costs)


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


def rows_of(site: Site, *, data: QueryDict | None = None, initial: Any = None) -> Variants:  # noqa: ANN401
    """The rows of variants, as typed or as saved."""
    rows = _RowsOfVariants(data, initial=initial, prefix=PREFIX, form_kwargs={"site": site})
    return cast(Variants, rows)


def plan_initial(experiment: Experiment) -> dict[str, Any]:
    """A draft as the form shows it."""
    parts = hypothesis.parse(experiment.hypothesis)
    gaps = {} if parts is None else {n: getattr(parts, n) for n in ("change", "effect", "reason")}
    stored = {name: getattr(experiment, name) for name in design.FIELDS}
    free = experiment.hypothesis if parts is None else ""
    return stored | gaps | {"free": free, "revision": experiment.revision}


def variants_initial(variants: list[Variant]) -> list[dict[str, Any]]:
    """The variants of a draft as rows; a new experiment begins with two."""
    if not variants:
        return [_row(KEYS[0]), _row(KEYS[1])]
    names = ("key", "name", "weight", *COSTS)
    return [{n: getattr(row, n) for n in names} | {"creative": row.creative_id} for row in variants]


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
