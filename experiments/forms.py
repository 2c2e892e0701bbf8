"""The plan of an experiment as one page of fields. Numbers are read with a comma or a point."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from audiences.models import Segment
from creatives.models import Placement
from experiments import design, hypothesis, planning, tags
from experiments.design import Plan
from experiments.fields import Number, Quiet, whole
from experiments.models import Experiment
from workspace.models import Site, validate_key

GAPS = ("change", "effect", "reason")


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
    also_on = forms.ModelMultipleChoiceField(
        Placement.objects.none(),
        label=_("Also on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Placements of the same layer that show it too."),
    )
    audience = forms.ModelChoiceField(
        Segment.objects.none(),
        label=_("Segment"),
        required=False,
        empty_label=_("everybody"),
        help_text=_("Who is not in it sees the default, and is not counted."),
    )
    block_hours = whole(
        _("Hours of a block"),
        0,
        168,
        _("0: every visitor has a variant. Otherwise all get one for so many hours, then another."),
        required=False,
    )
    local = forms.BooleanField(
        label=_("Shops may decide by themselves"),
        required=False,
        help_text=_(
            "GrowthBook's SDKs get the rules of this test and decide without asking us. Whoever"
            " holds the publishable key can read them. Takes a fixed split on one placement."
        ),
    )
    links = forms.CharField(
        label=_("Links"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Briefs, designs, tickets: one address a line."),
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=500,
        help_text=_("With commas between, such as price, summer."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        site: Site,
        only: Collection[str] | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """`only`: the fields that this page asks for; all of them by default."""
        super().__init__(*args, **kwargs)
        self.site = site
        for name in set(self.fields) - set(self.fields if only is None else (*only, "revision")):
            del self.fields[name]
        rows = Placement.objects.filter(site=site).select_related("fallback__live")
        self.places = list(rows) if "placement" in self.fields else []
        self._offer("placement", rows, self.places)
        self._offer("also_on", rows, self.places)
        self._offer("audience", Segment.objects.filter(site=site))

    def _offer(
        self, name: str, rows: QuerySet[Any], listed: Sequence[Placement] | None = None
    ) -> None:
        """What can be chosen; `listed` is what has been read already."""
        if name not in self.fields:
            return
        field = cast("forms.ModelChoiceField[Any]", self.fields[name])
        field.queryset = rows
        if listed is not None:
            empty = [("", field.empty_label)] if field.empty_label else []
            field.choices = [*empty, *((place.pk, str(place)) for place in listed)]

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

    def clean_also_on(self) -> tuple[Placement, ...]:
        return tuple(self.cleaned_data["also_on"])

    def clean_block_hours(self) -> int:
        return self.cleaned_data["block_hours"] or 0

    def clean_links(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.cleaned_data["links"].splitlines())))

    def clean_tags(self) -> tuple[str, ...]:
        return tuple(tags.split(self.cleaned_data["tags"]))

    def values(self) -> dict[str, Any]:
        """The fields of a plan that fit so far, without complaint about the others."""
        names = {*planning.COLUMNS, *planning.LISTS, *planning.ROWS} & self.cleaned_data.keys()
        typed = {name: self.cleaned_data[name] for name in names}
        asks = any(name in self.fields for name in GAPS)
        return typed | ({"hypothesis": self.hypothesis()} if asks else {})

    def changes(self, experiment: Experiment | None) -> dict[str, Any]:
        """What has been typed, with a key for whoever typed none."""
        typed = self.values()
        if "key" in self.fields and not typed["key"]:
            wanted = slugify(typed["name"])[:56].strip("-_") or "test"
            typed["key"] = design.free_key(self.site, wanted, but=experiment)
        return typed

    def plan(
        self,
        variants: tuple[design.VariantPlan, ...],
        more: Mapping[str, Any],
        experiment: Experiment | None,
    ) -> Plan:
        """What has been typed, as the use-case takes it; `more` holds what other forms ask for.

        What no form asks for stays as it is.
        """
        saved = planning.values_of(planning.of(experiment)) if experiment else {}
        typed = self.changes(experiment) | dict(more) | {"variants": variants}
        return Plan(**(saved | typed))


def plan_initial(experiment: Experiment, also_on: Sequence[Placement] = ()) -> dict[str, Any]:
    """A draft as the form shows it; `also_on` are its further placements."""
    parts = hypothesis.parse(experiment.hypothesis)
    gaps = {} if parts is None else {name: getattr(parts, name) for name in GAPS}
    stored = {name: getattr(experiment, name) for name in planning.COLUMNS}
    free = experiment.hypothesis if parts is None else ""
    lists = {"links": "\n".join(experiment.links), "tags": tags.written(experiment.tags)}
    more = {"free": free, "revision": experiment.revision, "also_on": list(also_on)}
    return stored | gaps | lists | more
