"""A plan as plain JSON: what a template keeps, and what a copy is made from.

Everything that lives beside the plan stands in it by its key, so that a document outlives what it
names; reading it says what is not there any more.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from audiences.models import Segment
from creatives.models import Creative, Placement
from experiments import watching
from experiments.design import Plan, VariantPlan
from experiments.models import Experiment, Variant
from experiments.policies import RulePlan
from experiments.watching import WatchPlan
from workspace.models import Site

FORM: Final = 1
"""Of the document; a later form can still read this one."""
KEPT: Final = (
    "hypothesis",
    "primary_metric",
    "mde",
    "mde_kind",
    "planned_days",
    "planned_visitors",
    "traffic_share",
    "policy",
    "exploration_share",
    "reading",
    "unit",
    "block_hours",
    "local",
    "targeting",
    "end_action",
    "end_variant",
    "ramp",
)
"""Fields of an experiment that make its plan. Dates are none of it: a copy has its own."""
OF_VARIANT: Final = ("key", "name", "weight", "creative_cost", "media_cost", "discount", "levels")
_OF_PLAN = frozenset(one.name for one in fields(Plan))
_OF_VARIANT_PLAN = frozenset(one.name for one in fields(VariantPlan))

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a document names and the site has no more.

    A `hard` one would change who takes part, so nobody begins without it unasked.
    """

    text: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Read:
    """What a document says, in the site's own rows.

    Attributes:
        plan: Arguments of `design.Plan`, but for key, name and placement.
        placement: Where it was planned for; None when that is gone, or never was.
        beyond: Fields of the experiment that `design.Plan` does not set, by name.
        of_variants: The same for each variant.
        also_on: More placements.
        gaps: What is not there any more.
    """

    plan: dict[str, Any]
    placement: Placement | None
    beyond: dict[str, Any] = field(default_factory=dict)
    of_variants: tuple[dict[str, Any], ...] = ()
    also_on: tuple[Placement, ...] = ()
    gaps: tuple[Gap, ...] = ()


def write(experiment: Experiment, *, creatives: bool = True) -> dict[str, Any]:
    """The plan of an experiment, whatever has become of it; without banners if so wished."""
    stored = {name: getattr(experiment, name) for name in KEPT}
    if experiment.origin != Experiment.Origin.LIVE:
        stored |= {"unit": Experiment.Unit.VISITOR, "block_hours": 0, "local": False}
    if experiment.ramp:
        # Where it was to end, not where it is.
        stored["traffic_share"] = experiment.ramp[-1]["share"]
    variants = experiment.variants.select_related("creative", "placement")
    document = stored | {
        "form": FORM,
        "placement": experiment.placement.key if experiment.placement else "",
        "also_on": [place.key for place in experiment.also_on.all()],
        "audience": experiment.audience.key if experiment.audience else "",
        "variants": [_variant(row, creatives=creatives) for row in variants],
        "rules": _rules(experiment),
        "watched": [_watched(one) for one in watching.plans_of(experiment)],
    }
    plain: dict[str, Any] = json.loads(json.dumps(document, cls=DjangoJSONEncoder))
    return plain


def _rules(experiment: Experiment) -> list[dict[str, Any]]:
    rows = experiment.rules.select_related("segment")
    return [{"segment": row.segment.key, "weights": row.weights} for row in rows]


def _variant(row: Variant, *, creatives: bool) -> dict[str, Any]:
    shown = row.creative.key if creatives and row.creative else ""
    place = row.placement.key if row.placement else ""
    return {n: getattr(row, n) for n in OF_VARIANT} | {"creative": shown, "placement": place}


def _watched(plan: WatchPlan) -> dict[str, Any]:
    return {"metric": plan.metric, "role": plan.role, "margin": plan.margin}


def read(site: Site, document: Document) -> Read:
    """A document in the rows of a site; what is missing is in `gaps`."""
    return _Reader(site, document).read()


class _Reader:
    """Looks up what a document names, and remembers what it did not find."""

    def __init__(self, site: Site, document: Document) -> None:
        self._site, self._document = site, document
        self._gaps: list[Gap] = []
        self._places = {row.key: row for row in Placement.objects.filter(site=site)}
        self._segments = {row.key: row for row in Segment.objects.filter(site=site)}
        keys = [one.get("creative") for one in document.get("variants", ())]
        banners = Creative.objects.filter(site=site, key__in=[key for key in keys if key])
        self._creatives = {row.key: row for row in banners}

    def read(self) -> Read:
        fields = {name: self._document[name] for name in KEPT if name in self._document}
        fields["mde"] = _decimal(fields.get("mde"))
        fields["audience"] = self._segment(self._document.get("audience", ""))
        variants = [self._variant(one) for one in self._document.get("variants", ())]
        plan = {name: value for name, value in fields.items() if name in _OF_PLAN} | {
            "variants": tuple(_plan_of(one) for one in variants),
            "rules": tuple(self._rules()),
            "watched": self._watched(),
        }
        also_on = tuple(filter(None, map(self._place, self._document.get("also_on", ()))))
        # A soft gap: without it nobody begins before a placement is chosen.
        placement = self._place(self._document.get("placement", ""), hard=False)
        return Read(
            plan=plan | ({"also_on": also_on} if "also_on" in _OF_PLAN else {}),
            placement=placement,
            beyond={name: value for name, value in fields.items() if name not in _OF_PLAN},
            of_variants=tuple(_rest_of(one) for one in variants),
            also_on=also_on,
            gaps=tuple(self._gaps),
        )

    def _place(self, key: str, *, hard: bool = True) -> Placement | None:
        if key and key not in self._places:
            text = _("The placement “%(key)s” is not there any more.") % {"key": key}
            self._miss(text, hard=hard)
        return self._places.get(key)

    def _segment(self, key: str) -> Segment | None:
        if key and key not in self._segments:
            self._miss(_("The segment “%(key)s” is not there any more.") % {"key": key})
        return self._segments.get(key)

    def _variant(self, one: Mapping[str, Any]) -> dict[str, Any]:
        key = one.get("creative") or ""
        if key and key not in self._creatives:
            text = _("The banner “%(key)s” is not there any more: its variant has none.")
            self._miss(text % {"key": key}, hard=False)
        found = {name: one[name] for name in OF_VARIANT if name in one}
        return found | {
            "discount": _decimal(one.get("discount")) or Decimal(0),
            "creative": self._creatives.get(key),
            "placement": self._place(one.get("placement") or ""),
        }

    def _rules(self) -> Iterator[RulePlan]:
        for one in self._document.get("rules", ()):
            segment = self._segment(one["segment"])
            if segment is not None:
                yield RulePlan(segment, one["weights"])

    def _watched(self) -> tuple[WatchPlan, ...] | None:
        """None, where nothing is said, means the usual guardrails."""
        if "watched" not in self._document:
            return None
        known = [one for one in self._document["watched"] if self._is_metric(one["metric"])]
        return tuple(WatchPlan(o["metric"], o["role"], _decimal(o["margin"])) for o in known)

    def _is_metric(self, key: str) -> bool:
        known = key in watching.watchable()
        if not known:
            self._miss(_("There is no metric “%(key)s” any more.") % {"key": key}, hard=False)
        return known

    def _miss(self, text: str, *, hard: bool = True) -> None:
        if Gap(text, hard) not in self._gaps:
            self._gaps.append(Gap(text, hard))


def _decimal(text: object) -> Decimal | None:
    return None if text is None else Decimal(str(text))


def _plan_of(one: Mapping[str, Any]) -> VariantPlan:
    return VariantPlan(**{name: one[name] for name in one if name in _OF_VARIANT_PLAN})


def _rest_of(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in one if name not in _OF_VARIANT_PLAN}
