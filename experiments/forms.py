"""The plan of an experiment as one page of fields. Numbers are read with a comma or a point."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Placement
from experiments import design, hypothesis
from experiments.models import Experiment, Variant
from workspace.models import Site, validate_key

KEYS = "abcdefgh"


class Number(forms.DecimalField):
    """1.5, 1,5 and 1.5 % are the same number."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - the framework's signature
        if isinstance(value, str):
            value = value.replace("%", "").replace(" ", "").replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - the framework's signature
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _whole(label: Any, low: int, high: int, help_text: Any = "") -> forms.IntegerField:  # noqa: ANN401
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class Quiet:
    """A form that is only shown again: what has been typed stays, nothing is complained about."""

    def quiet(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}


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
    traffic_share = _whole(
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
    planned_days = _whole(
        _("Planned days"), 1, 365, _("Whole weeks are best: weekends shop differently.")
    )
    planned_visitors = _whole(
        _("Planned visitors"), 0, 2_000_000_000, _("In all variants together; 0: days only.")
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
        self, variants: tuple[design.VariantPlan, ...], experiment: Experiment | None
    ) -> design.Plan:
        """What has been typed, as the use-case takes it."""
        data = self.cleaned_data
        key = data["key"] or design.free_key(
            self.site, slugify(data["name"])[:56].strip("-_") or "test", but=experiment
        )
        fields = {name: data[name] for name in design.FIELDS if name not in {"key", "hypothesis"}}
        return design.Plan(**fields, key=key, hypothesis=self.hypothesis(), variants=variants)


class VariantForm(Quiet, forms.Form):
    """One variant; the first is the control."""

    key = forms.CharField(max_length=64, validators=[validate_key], widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=300)
    weight = _whole(_("Weight"), 1, 10_000)
    creative = forms.ModelChoiceField(Creative.objects.none(), label=_("Banner"), required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        # A row that somebody has emptied is a mistake to be shown, not a row to be skipped.
        super().__init__(*args, **kwargs | {"empty_permitted": False})
        field = self.fields["creative"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Creative.objects.filter(site=site)

    @property
    def chosen(self) -> int:
        """The id of the chosen banner, 0 for none."""
        value = str(self["creative"].value() or "")
        return int(value) if value.isdecimal() else 0

    def plan(self) -> design.VariantPlan:
        data = self.cleaned_data
        return design.VariantPlan(data["key"], data["name"], data["creative"], data["weight"])


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
TOTAL = f"{PREFIX}-TOTAL_FORMS"


def rows_of(site: Site, *, data: QueryDict | None = None, initial: Any = None) -> Variants:  # noqa: ANN401
    """The rows of variants, as typed or as saved."""
    rows = _RowsOfVariants(data, initial=initial, prefix=PREFIX, form_kwargs={"site": site})
    return cast(Variants, rows)


def plan_initial(experiment: Experiment) -> dict[str, Any]:
    """A draft as the form shows it."""
    parts = hypothesis.parse(experiment.hypothesis)
    gaps = {} if parts is None else {n: getattr(parts, n) for n in ("change", "effect", "reason")}
    fields = {name: getattr(experiment, name) for name in design.FIELDS}
    free = experiment.hypothesis if parts is None else ""
    return fields | gaps | {"free": free, "revision": experiment.revision}


def variants_initial(variants: list[Variant]) -> list[dict[str, Any]]:
    """The variants of a draft as rows; a new experiment begins with two."""
    if not variants:
        return [_row(KEYS[0]), _row(KEYS[1])]
    names = ("key", "name", "weight")
    return [{n: getattr(row, n) for n in names} | {"creative": row.creative_id} for row in variants]


def _row(key: str) -> dict[str, Any]:
    return {"key": key, "name": key.upper(), "weight": 1}


def _total(data: QueryDict) -> int:
    text = str(data.get(TOTAL, ""))
    return min(int(text), design.MOST_VARIANTS) if text.isdecimal() else 0


def with_row(data: QueryDict) -> QueryDict:
    """What has been typed, with an empty row at the end."""
    changed, total = data.copy(), _total(data)
    if total < design.MOST_VARIANTS:
        used = {data.get(f"{PREFIX}-{row}-key") for row in range(total)}
        for name, value in _row(next(key for key in KEYS if key not in used)).items():
            changed[f"{PREFIX}-{total}-{name}"] = str(value)
        changed[TOTAL] = str(total + 1)
    return changed


def without_row(data: QueryDict, removed: int) -> QueryDict:
    """What has been typed, with the later rows moved up by one."""
    changed, total = data.copy(), _total(data)
    if not 0 <= removed < total:
        return changed
    for row in range(removed, total):
        for name in ("key", "name", "weight", "creative"):
            changed.pop(f"{PREFIX}-{row}-{name}", None)
            later = data.get(f"{PREFIX}-{row + 1}-{name}")
            if later is not None and row + 1 < total:
                changed[f"{PREFIX}-{row}-{name}"] = later
    changed[TOTAL] = str(total - 1)
    return changed
