"""The third step: who takes part, how many of them, and who decides which banner they get."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from audiences import preview
from audiences.preview import Sample, Unknown
from audiences.views.lines import Line, now_ms
from engine.errors import InvalidInput
from experiments import audience, layers, outlook, policy_forms, rule_forms
from experiments.forms import PlanForm
from experiments.models import Experiment
from experiments.outlook import Outlook
from experiments.policy_forms import PolicyForm
from experiments.rule_forms import OwnRule
from experiments.wizard.step import Draft, Part, Step

ASKED = ("audience", "traffic_share", "block_hours", "local")
OF_POLICY = frozenset({"policy", "exploration_share", "rules"})
SAMPLED = 5_000
"""Profiles asked at every change while somebody types."""


class AudienceStep(Step):
    slug: ClassVar[str] = "audience"
    title = _("Audience and split")
    question = _("Who takes part, and who decides what they see?")

    def __init__(self, draft: Draft, data: QueryDict | None) -> None:
        super().__init__(draft, data)
        site, values = draft.site, draft.values
        start = {name: values[name] for name in (*ASKED, "policy", "exploration_share")}
        start["revision"] = draft.experiment.revision if draft.experiment else None
        self.form: forms.Form = PlanForm(data, site=site, only=ASKED, initial=start)
        self.rule = OwnRule(data, currency=site.currency, document=values["targeting"])
        named = [(variant.key, variant.name) for variant in values["variants"]]
        self.policy = PolicyForm(
            data, site=site, variants=named, rules=values["rules"], initial=start
        )
        self._sample: Sample | Unknown | None = None

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:
        changed = policy_forms.reshaped(data)
        if changed is None and {"add-rule", "remove-rule"} & data.keys():
            return data
        return rule_forms.reshaped(data) if changed is None else changed

    @property
    def parts(self) -> tuple[Part, ...]:
        form: Any = self.form
        return form, self.rule, self.policy

    def values(self) -> dict[str, Any]:
        form: Any = self.form
        outlook.valid(form)
        if not form.is_bound:
            return {}
        typed: dict[str, Any] = form.values() | outlook.valid(self.policy)
        return typed | {"targeting": self.rule.typed()}

    def changes(self) -> dict[str, Any]:
        form: Any = self.form
        typed: dict[str, Any] = form.values() | self.policy.chosen()
        return typed | {"targeting": self.rule.document()}

    def quiet(self) -> None:
        super().quiet()
        if self.data is not None and f"{rule_forms.PREFIX}-refresh" in self.data:
            self.rule.rows.keep_values()

    def holder(self, field: str) -> forms.Form:
        return self.policy if field in OF_POLICY else self.form

    def line(self, experiment: Experiment) -> Line | None:
        """Who that is and how many; nothing for everybody, nor for what cannot be read."""
        try:
            found = audience.of(experiment)
            sentence = audience.sentence(found, currency=experiment.site.currency)
            size = audience.size(found, experiment.site, now_ms=now_ms(), sample=self._profiles())
        except InvalidInput:
            return None
        return Line(sentence, size) if size is not None else None

    def _profiles(self) -> Sample | Unknown:
        if self._sample is None:
            self._sample = preview.sample(self.draft.site.pk, most=SAMPLED)
        return self._sample

    def context(self, view: Outlook, *, search: str) -> dict[str, Any]:  # noqa: ARG002
        place = view.experiment.placement
        return {
            "rule": self.rule.rows,
            "policy": self.policy,
            "seen": preview.seen_values(self._profiles()),
            "free": layers.free_share(place, but=view.experiment) if place else 100,
            "others": view.others,
            "layer": place.layer if place else "",
        }
