"""The plan of an experiment before it starts: save a draft with its variants, or throw it away."""

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import chain, count

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from creatives.models import Creative, Placement
from engine.errors import IllegalMove, InvalidInput, NotFound
from experiments import compare_and_set, layers, policies, watching
from experiments.models import Experiment, Status, Variant
from experiments.policies import RulePlan
from experiments.watching import WatchPlan
from workspace import audit
from workspace.models import Site

RESERVED_KEYS = frozenset({"import", "new", "start"})
"""Addresses of pages beside an experiment's own."""

MOST_VARIANTS = 8
"""More arms than this need more visitors than a shop's slot has, and fit on no page."""

OUT_OF_THE_WAY = 1_000
"""More than there are positions."""


@dataclass(frozen=True, slots=True)
class VariantPlan:
    """One variant; the first of a plan is the control. Money in minor units, discount in percent.

    `creative_cost` is spent once, `media_cost` per 1,000 impressions.
    """

    key: str
    name: str
    creative: Creative | None = None
    weight: int = 1
    creative_cost: int = 0
    media_cost: int = 0
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that can be set before the start. A draft may be incomplete; the start checks.

    `watched` None gives a new draft the usual guardrails, and leaves an older one what it has.
    """

    key: str
    name: str
    placement: Placement
    variants: tuple[VariantPlan, ...] = ()
    hypothesis: str = ""
    primary_metric: str = Experiment.Metric.CTR
    mde: Decimal | None = None
    mde_kind: str = Experiment.MdeKind.RELATIVE
    planned_days: int = 14
    planned_visitors: int = 0
    traffic_share: int = 100
    policy: str = Experiment.Policy.FIXED
    exploration_share: int = 10
    rules: tuple[RulePlan, ...] = ()
    reading: str = Experiment.Reading.PLANNED
    watched: tuple[WatchPlan, ...] | None = None


FIELDS = (
    "key",
    "name",
    "placement",
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
)


@transaction.atomic
def save(
    site: Site,
    plan: Plan,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    experiment: Experiment | None = None,
) -> Experiment:
    """Make a new draft, or replace the plan of `experiment`.

    Raises:
        InvalidInput: A value does not fit; `field` says which.
        IllegalMove: The experiment has started: its plan is fixed.
        Conflict: Somebody else saved since `experiment` was read.
    """
    _check(site, plan, experiment)
    before, watched = None, _watched(plan, experiment)
    if experiment is None:
        experiment = Experiment(site=site, owner_id=actor.pk if actor else None)
        _fill(experiment, plan)
    else:
        before = compare_and_set.state_of(experiment)
        _claim(experiment)
        _fill(experiment, plan)
    _store(experiment)
    _replace_variants(experiment, plan.variants)
    policies.store_rules(experiment, plan.rules)
    watching.store(experiment, watched)
    layers.ensure(plan.placement)
    audit.record(
        site=site,
        actor=actor,
        action="edit" if before else "create",
        subject=experiment,
        before=before,
        after=compare_and_set.state_of(experiment),
        now=now,
    )
    return experiment


@transaction.atomic
def delete(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Throw a draft away; what has run is never deleted, because its results were real."""
    if experiment.status != Status.DRAFT:
        raise IllegalMove(
            _("Only drafts can be deleted. What has run stays, with its results."),
        )
    before = compare_and_set.state_of(experiment)
    _claim(experiment)
    audit.record(
        site=experiment.site,
        actor=actor,
        action="delete",
        subject=experiment,
        before=before,
        after=None,
        now=now,
    )
    experiment.delete()


def free_key(site: Site, wanted: str, *, but: Experiment | None = None) -> str:
    """`wanted`, or the first of wanted-2, wanted-3 … that no experiment of the site has."""
    others = _others(site, but).filter(key__startswith=wanted[:50])
    taken = set(others.values_list("key", flat=True))
    taken |= RESERVED_KEYS
    numbered = (f"{wanted[:60]}-{number}" for number in count(2))
    return next(key for key in chain([wanted], numbered) if key not in taken)


def _check(site: Site, plan: Plan, experiment: Experiment | None) -> None:
    if plan.placement.site_id != site.pk:
        raise NotFound(_("There is no such placement."), field="placement")
    if any(v.creative and v.creative.site_id != site.pk for v in plan.variants):
        raise NotFound(_("There is no such creative."), field="variants")
    if len(plan.variants) > MOST_VARIANTS:
        raise InvalidInput(
            _("At most %(most)s variants.") % {"most": MOST_VARIANTS}, field="variants"
        )
    if len({v.key for v in plan.variants}) < len(plan.variants):
        raise InvalidInput(_("Every variant has a key of its own."), field="variants")
    if any(v.weight < 1 for v in plan.variants):
        raise InvalidInput(_("Every weight is at least 1."), field="variants")
    if any(not _costs_fit(v) for v in plan.variants):
        raise InvalidInput(
            _("Costs are 0 or more, and a discount is at most 100 %."), field="variants"
        )
    watching.check(plan.watched or (), primary=plan.primary_metric)
    policies.check(site, plan.policy, plan.rules, {v.key for v in plan.variants})
    _check_key(site, plan.key, experiment)


def _costs_fit(variant: VariantPlan) -> bool:
    money = min(variant.creative_cost, variant.media_cost)
    return money >= 0 and 0 <= variant.discount <= 100  # noqa: PLR2004 - percent


def _watched(plan: Plan, experiment: Experiment | None) -> tuple[WatchPlan, ...]:
    """What is watched; a metric that has become the primary one is not watched beside itself."""
    if plan.watched is not None:
        return plan.watched
    if experiment is None:
        return watching.default(plan.primary_metric)
    return tuple(one for one in watching.plans_of(experiment) if one.metric != plan.primary_metric)


def _check_key(site: Site, key: str, experiment: Experiment | None) -> None:
    if key in RESERVED_KEYS:
        raise InvalidInput(_("This key is reserved. Choose another one."), field="key")
    if _others(site, experiment).filter(key=key).exists():
        raise InvalidInput(_("Another experiment has this key."), field="key")


def _others(site: Site, but: Experiment | None) -> QuerySet[Experiment]:
    rows = Experiment.objects.filter(site=site)
    return rows.exclude(pk=but.pk) if but is not None else rows


def _claim(experiment: Experiment) -> None:
    if experiment.status != Status.DRAFT:
        raise IllegalMove(_("“%(name)s” has started: its plan is fixed.") % {"name": experiment})
    compare_and_set.claim(experiment)


def _fill(experiment: Experiment, plan: Plan) -> None:
    for name in FIELDS:
        setattr(experiment, name, getattr(plan, name))


def _store(experiment: Experiment) -> None:
    try:
        experiment.full_clean(exclude=["site", "owner"], validate_unique=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=field) from error
    experiment.save()


def _replace_variants(experiment: Experiment, plans: tuple[VariantPlan, ...]) -> None:
    """A variant keeps its identity by its key: test visitors and links for testing name it."""
    kept = {row.key: row for row in experiment.variants.all()}
    experiment.variants.exclude(key__in=[plan.key for plan in plans]).delete()
    # Each position is there once: those that stay make way before they take their new places.
    experiment.variants.update(position=F("position") + OUT_OF_THE_WAY)
    for position, plan in enumerate(plans):
        row = kept.get(plan.key) or Variant(experiment=experiment)
        row.position = position
        for one in fields(plan):
            setattr(row, one.name, getattr(plan, one.name))
        row.save()
