"""Who decides which banner a visitor gets: the policy, its slice, and a row per segment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.forms import BaseFormSet, BoundField, formset_factory
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from audiences.models import Segment
from experiments import fields
from experiments.action_forms import ActionForm
from experiments.fields import Quiet, whole
from experiments.models import Experiment
from experiments.policies import LARGEST_SLICE, LEAST_SLICE, MOST_RULES, RulePlan, plans_of
from workspace.models import Site

Named = Sequence[tuple[str, str]]
"""Key and name of each variant, the control first."""

PREFIX = "r"
WEIGHT = "weight-"
HEAVIEST = 10_000
SENTENCES = (
    ("fixed", _("Fixed split"), _("Everybody keeps the banner they drew. The cleanest answer.")),
    ("rules", _("By segment"), _("You say who sees what.")),
    (
        "thompson",
        _("Learning"),
        _("Traffic moves to what is clicked; each visit is drawn anew."),
    ),
)
"""Each policy with its name and one plain sentence."""


class RuleForm(Quiet, forms.Form):
    """What visitors of a segment see: a weight per variant, nothing typed is zero."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(),
        label=_("Segment"),
        empty_label=_("Choose a segment"),
        error_messages={
            "required": _("Choose a segment."),
            "invalid_choice": _("There is no such segment any more. Choose another one."),
        },
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        site: Site,
        variants: Named,
        offered: Sequence[tuple[int, str]],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs | {"empty_permitted": False})
        field = self.fields["segment"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Segment.objects.filter(site=site)
        # Each row would ask for the same list again.
        field.choices = [("", field.empty_label or ""), *offered]
        for key, name in variants:
            weight = whole(name, 0, HEAVIEST, required=False)
            weight.widget.attrs["placeholder"] = "0"
            self.fields[WEIGHT + key] = weight

    @property
    def weights(self) -> list[BoundField]:
        """The fields of the weights."""
        return [self[name] for name in self.fields if name.startswith(WEIGHT)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unread = any(name.startswith(WEIGHT) for name in self.errors)
        if not unread and not any(self._typed(data).values()):
            self.add_error(None, _("Give at least one variant a weight above zero."))
        return data

    def plan(self) -> RulePlan:
        data = self.cleaned_data
        return RulePlan(data["segment"], self._typed(data))

    @staticmethod
    def _typed(data: dict[str, Any]) -> dict[str, int]:
        return {
            name.removeprefix(WEIGHT): value or 0
            for name, value in data.items()
            if name.startswith(WEIGHT)
        }


if TYPE_CHECKING:
    Rows = BaseFormSet[RuleForm]
else:
    Rows = BaseFormSet  # generic for the type checker only


class Rules(Rows):
    """All segments, in the order in which they are asked."""

    def clean(self) -> None:
        seen: set[int] = set()
        for form in self.forms:
            segment = form.cleaned_data.get("segment") if form.is_bound else None
            if segment is not None and segment.pk in seen:
                form.add_error("segment", _("This segment stands in the list already."))
            seen |= {segment.pk} if segment is not None else set()

    def is_valid(self) -> bool:
        """Also what `clean` has found, which looks at several rows."""
        return super().is_valid() and not any(form.errors for form in self.forms)

    def quiet(self) -> None:
        for form in self.forms:
            form.quiet()
        self._errors: list[dict[str, Any]] = []
        self._non_form_errors = ErrorList()

    def plans(self) -> tuple[RulePlan, ...]:
        """Those that fit; whether all of them do, `is_valid` says."""
        self.is_valid()
        return tuple(form.plan() for form in self.forms if not form.errors)


_RowsOfRules = formset_factory(
    RuleForm,
    formset=Rules,
    extra=0,
    max_num=MOST_RULES,
    validate_max=True,
    absolute_max=MOST_RULES,
)


def _rows_of(
    site: Site,
    variants: Named,
    data: Any,  # noqa: ANN401
    rules: Sequence[RulePlan],
    offered: Sequence[tuple[int, str]],
) -> Rules:
    initial = [
        {"segment": rule.segment.pk} | {WEIGHT + key: w for key, w in rule.weights.items()}
        for rule in rules
    ]
    given = {"site": site, "variants": variants, "offered": offered}
    rows = _RowsOfRules(data, initial=initial, prefix=PREFIX, form_kwargs=given)
    return cast(Rules, rows)


class PolicyForm(Quiet, forms.Form):
    """The policy with all that belongs to it; `cleaned_data["rules"]` are the plans of the rows."""

    policy = forms.ChoiceField(
        label=_("Who decides"),
        choices=Experiment.Policy.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who decides."),
            "invalid_choice": _("There is no such policy."),
        },
    )
    exploration_share = whole(
        _("Exploration slice"),
        LEAST_SLICE,
        LARGEST_SLICE,
        _(
            "So many visitors get any banner by chance, to compare with. Only they can show what "
            "the policy brings."
        ),
        required=False,
    )
    sentences = SENTENCES

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        site: Site,
        variants: Named,
        rules: Sequence[RulePlan] = (),
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(data, **kwargs)
        offered = list(Segment.objects.filter(site=site).values_list("pk", "name"))
        self.rows = _rows_of(site, variants, data, rules, offered)
        self.has_segments = bool(offered)

    @property
    def room_for_more(self) -> bool:
        """Whether one more segment may be asked."""
        return len(self.rows.forms) < MOST_RULES

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["rules"] = ()
        policy = data.get("policy")
        if policy == Experiment.Policy.FIXED:
            # The field is out of sight and means nothing then.
            self.errors.pop("exploration_share", None)
            data["exploration_share"] = data.get("exploration_share") or self._usual_share()
        elif data.get("exploration_share") is None and "exploration_share" not in self.errors:
            self.add_error("exploration_share", _("Say how many percent."))
        if policy == Experiment.Policy.RULES:
            data["rules"] = self.rows.plans()
        return data

    def _usual_share(self) -> int:
        usual: int = Experiment._meta.get_field("exploration_share").default
        return int(self.initial.get("exploration_share") or usual)

    def is_valid(self) -> bool:
        """With the rows, where they count."""
        fits = super().is_valid()
        by_segment = self.cleaned_data.get("policy") == Experiment.Policy.RULES
        return fits and (not by_segment or self.rows.is_valid())

    def quiet(self) -> None:
        super().quiet()
        self.rows.quiet()

    def chosen(self) -> dict[str, Any]:
        """Policy, slice and rules, as the use-cases take them."""
        return {name: self.cleaned_data[name] for name in ("policy", "exploration_share", "rules")}


def initial_of(experiment: Experiment) -> dict[str, Any]:
    """The policy of an experiment as the form shows it."""
    return {"policy": experiment.policy, "exploration_share": experiment.exploration_share}


def reshaped(data: QueryDict) -> QueryDict | None:
    """What has been typed with a row more or less; None if nobody asked for that."""
    if "add-rule" in data:
        return fields.with_row(data, PREFIX, {"segment": ""}, most=MOST_RULES)
    removed = str(data.get("remove-rule", ""))
    if removed.isdecimal():
        return fields.without_row(data, PREFIX, int(removed), most=MOST_RULES)
    return None


class ChangePolicyForm(PolicyForm, ActionForm):
    """The same for an experiment that is live."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        experiment: Experiment,
        actor: AbstractBaseUser | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data,
            actor=actor,
            site=experiment.site,
            variants=[(variant.key, variant.name) for variant in experiment.variants.all()],
            rules=plans_of(experiment),
            experiment=experiment,
            initial=initial_of(experiment) | (initial or {}),
        )

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:
        """See `reshaped` above."""
        return reshaped(data)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and self.rows_fit(data) and self._is_as_before(data):
            text = _("Nothing is changed: a new phase would only throw the counts away.")
            self.add_error(None, text)
        return data

    def rows_fit(self, data: dict[str, Any]) -> bool:
        return data["policy"] != Experiment.Policy.RULES or self.rows.is_valid()

    def _is_as_before(self, data: dict[str, Any]) -> bool:
        now = self.experiment
        if data["policy"] != now.policy:
            return False
        if now.policy == Experiment.Policy.FIXED:
            return True
        same = data["exploration_share"] == now.exploration_share
        return same and _plain(data["rules"]) == _plain(plans_of(now))


def _plain(rules: Sequence[RulePlan]) -> list[tuple[int, dict[str, int]]]:
    return [(r.segment.pk, {key: w for key, w in r.weights.items() if w}) for r in rules]
