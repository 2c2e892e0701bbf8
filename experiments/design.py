"""The plan of an experiment before it starts: save a draft with its variants, or throw it away."""

import datetime as dt
from itertools import chain, count

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set, layers, plan_checks, planning, policies, watching
from experiments.models import Experiment, Status
from experiments.plan_checks import MOST_VARIANTS
from experiments.planning import Plan, VariantPlan
from experiments.watching import WatchPlan
from workspace import audit
from workspace.models import Site

__all__ = ["MOST_VARIANTS", "Plan", "VariantPlan", "delete", "free_key", "save"]

RESERVED_KEYS = frozenset({"import", "new", "start"})
"""Addresses of pages beside an experiment's own."""

OUT_OF_THE_WAY = 1_000
"""More than there are positions."""


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
    plan_checks.check(site, plan)
    _check_key(site, plan.key, experiment)
    before, watched = None, _watched(plan, experiment)
    if experiment is None:
        experiment = Experiment(site=site, owner_id=actor.pk if actor else None)
        planning.fill(experiment, planning.values_of(plan))
    else:
        before = compare_and_set.state_of(experiment)
        _claim(experiment)
        planning.fill(experiment, planning.values_of(plan))
    _store(experiment)
    _replace_variants(experiment, plan.variants)
    policies.store_rules(experiment, plan.rules)
    watching.store(experiment, watched)
    experiment.also_on.set(plan.also_on)
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
    for row in planning.variants_of(plans, experiment):
        row.pk = kept[row.key].pk if row.key in kept else None
        row.save()
