"""The second step: which banners, the control first, and how the visitors are shared out."""

from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative
from experiments import design, fields, gallery, levels, outlook, variant_forms
from experiments.forms import PlanForm
from experiments.models import Variant
from experiments.outlook import Outlook
from experiments.policies import RulePlan
from experiments.wizard.step import Draft, Part, Step

PREFIX: Final = variant_forms.PREFIX
FEWEST: Final = 2


class CreativesStep(Step):
    slug: ClassVar[str] = "creatives"
    title = _("Creatives")
    question = _("Which banners are compared?")

    def __init__(self, draft: Draft, data: QueryDict | None) -> None:
        super().__init__(draft, data)
        revision = {"revision": draft.experiment.revision if draft.experiment else None}
        self.form: forms.Form = PlanForm(data, site=draft.site, only=(), initial=revision)
        self.places = [draft.values["placement"], *draft.values["also_on"]]
        self.rows = variant_forms.rows_of(
            draft.site, data=data, initial=self._start(), places=self.places
        )

    def _start(self) -> list[dict[str, Any]]:
        """A new plan begins with what everybody sees now as the control."""
        saved = self.draft.experiment
        variants: list[Variant] = list(saved.variants.all()) if saved else []
        rows = variant_forms.variants_initial(variants)
        fallback = self.draft.values["placement"].fallback
        if not variants and fallback is not None:
            rows[0] |= {"creative": fallback.pk}
        return rows

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:
        if "add" in data:
            return variant_forms.with_row(data)
        if str(data.get("remove", "")).isdecimal():
            return variant_forms.without_row(data, int(str(data["remove"])))
        if "equal" in data:
            return _equal(data)
        if "take-levels" in data:
            return _with_levels(data)
        return data if {"find", "remove"} & data.keys() else None

    @property
    def parts(self) -> tuple[Part, ...]:
        form: Any = self.form
        return form, self.rows

    def values(self) -> dict[str, Any]:
        outlook.valid(self.form)
        if not self.rows.is_bound:
            return {}
        return {"variants": outlook.typed_variants(self.rows)}

    def changes(self) -> dict[str, Any]:
        variants = self.rows.plans()
        keys = {variant.key for variant in variants}
        rules = tuple(_pruned(rule, keys) for rule in self.draft.values["rules"])
        return {"variants": variants, "rules": rules}

    def context(self, view: Outlook, *, search: str) -> dict[str, Any]:
        place, chosen = view.experiment.placement, self.rows.chosen
        return {
            "rows": self.rows,
            "search": search,
            "choices": gallery.choices(self.draft.site, place, search=search, chosen=chosen),
            "room_for_more": len(self.rows.forms) < design.MOST_VARIANTS,
            "fewest": FEWEST,
            "placement": place,
            "generated": _generated(view),
        }


def _pruned(rule: RulePlan, keys: set[str]) -> RulePlan:
    """A variant that is gone takes its weights with it."""
    return RulePlan(rule.segment, {key: w for key, w in rule.weights.items() if key in keys})


def _generated(view: Outlook) -> bool:
    """Whether a chosen banner was generated, and so has levels to take over."""
    lives = (variant.creative and variant.creative.live for variant, _share in view.parts)
    return any(live is not None and live.levels for live in lives if live)


def _total(data: QueryDict) -> range:
    return range(fields.total(data, PREFIX, most=design.MOST_VARIANTS))


def _equal(data: QueryDict) -> QueryDict:
    changed = data.copy()
    for row in _total(data):
        changed[f"{PREFIX}-{row}-weight"] = "1"
    return changed


def _with_levels(data: QueryDict) -> QueryDict:
    """The levels of generated banners, written into the rows that have none."""
    changed = data.copy()
    typed = {row: str(data.get(f"{PREFIX}-{row}-creative", "")) for row in _total(data)}
    wanted = [pk for pk in typed.values() if pk.isdecimal() and len(pk) < len(str(2**62))]
    found = Creative.objects.filter(pk__in=wanted).select_related("live")
    known = {str(one.pk): one.live.levels for one in found if one.live and one.live.levels}
    for row, pk in typed.items():
        name = f"{PREFIX}-{row}-levels"
        if pk in known and not str(data.get(name, "")).strip():
            changed[name] = levels.written(known[pk])
    return changed
