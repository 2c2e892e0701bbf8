"""Who decides which banner a visitor gets: the plan of a policy, and changing it while it runs."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.models import Segment
from engine.assignment import allocation
from engine.errors import IllegalMove, InvalidInput, LabError, NotFound
from experiments import compare_and_set, sealing
from experiments.models import Experiment, PolicyRule, Status, new_seed
from workspace.models import Site

LIVE = (Status.RUNNING, Status.PAUSED)
MOST_RULES = 10
"""More segments than this share one slot's visitors in pieces too small to tell anything."""


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What visitors of a segment get: a weight per variant key."""

    segment: Segment
    weights: Mapping[str, int]


def check(site: Site, policy: str, rules: Iterable[RulePlan], variants: set[str]) -> None:
    """Refuse a plan that could not be carried out.

    Raises:
        InvalidInput: Not a policy, rules without the policy, weights that do not fit the variants.
        NotFound: A segment of another site.
    """
    rules = list(rules)
    if policy not in Experiment.Policy.values:
        raise InvalidInput(_("There is no such policy."), field="policy")
    if rules and policy != Experiment.Policy.RULES:
        raise InvalidInput(
            _("Only the policy “By segment” has segments."),
            field="rules",
            hint=_("Choose it, or remove the segments."),
        )
    if len(rules) > MOST_RULES:
        raise InvalidInput(_("At most %(most)s segments.") % {"most": MOST_RULES}, field="rules")
    if len({rule.segment.pk for rule in rules}) < len(rules):
        raise InvalidInput(_("Each segment stands in the list once."), field="rules")
    for rule in rules:
        _check_rule(site, rule, variants)


def _check_rule(site: Site, rule: RulePlan, variants: set[str]) -> None:
    if rule.segment.site_id != site.pk:
        raise NotFound(_("There is no such segment."), field="rules")
    if not set(rule.weights) <= variants:
        raise InvalidInput(_("A segment weighs a variant that there is not."), field="rules")
    try:
        allocation.widths([rule.weights.get(key, 0) for key in sorted(variants)])
    except LabError as error:
        raise InvalidInput(
            _("Segment “%(segment)s”: give at least one variant a weight above zero.")
            % {"segment": rule.segment.name},
            field="rules",
        ) from error


def store_rules(experiment: Experiment, rules: Iterable[RulePlan]) -> None:
    """Put these rules in the place of those that are there."""
    experiment.rules.all().delete()
    PolicyRule.objects.bulk_create(
        PolicyRule(
            experiment=experiment,
            position=position,
            segment=rule.segment,
            weights=dict(rule.weights),
        )
        for position, rule in enumerate(rules)
    )


def plans_of(experiment: Experiment) -> tuple[RulePlan, ...]:
    """The rules as they are stored."""
    rows = experiment.rules.select_related("segment")
    return tuple(RulePlan(row.segment, row.weights) for row in rows)


def problems(experiment: Experiment, rules: Sequence[RulePlan]) -> Iterator[str]:
    """What is missing before an experiment with this policy can start."""
    if experiment.policy == Experiment.Policy.RULES and not rules:
        yield _("The policy “By segment” has no segment.")
    if _draws_per_visitor(experiment, experiment.policy):
        yield str(_BLOCKS)


_BLOCKS = gettext_lazy("In blocks of hours all visitors get one banner: only a fixed split fits.")


def _draws_per_visitor(experiment: Experiment, policy: str) -> bool:
    """Whether the policy would give visitors of one block different banners."""
    by_block = experiment.unit == Experiment.Unit.BLOCK
    return by_block and policy != Experiment.Policy.FIXED


@transaction.atomic
def change(
    experiment: Experiment,
    *,
    policy: str,
    exploration_share: int,
    rules: Iterable[RulePlan] = (),
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    """Let somebody else decide, which begins a new phase.

    Everybody is drawn anew, and counting begins again: what was seen under one policy says nothing
    honest about another. The report of the phase before stays as it is.

    Raises:
        IllegalMove: It is not live.
        InvalidInput, NotFound: See `check`; or a slice that is none.
        Conflict: Somebody else was first.
    """
    rules = list(rules)
    if experiment.status not in LIVE:
        raise IllegalMove(
            _("The policy can be changed while the experiment runs or is paused only."),
            hint=_("The policy of a draft is part of its plan."),
        )
    if _draws_per_visitor(experiment, policy):
        raise InvalidInput(str(_BLOCKS), field="policy")
    check(experiment.site, policy, rules, {v.key for v in experiment.variants.all()})
    _check_complete(policy, exploration_share, rules)
    changes = {
        "policy": policy,
        "exploration_share": exploration_share,
        "held_parameters": None,
        "phase": experiment.phase + 1,
        "seed": new_seed(),
        "started_at": now,
    }
    with compare_and_set.recorded(experiment, "change_policy", actor=actor, now=now):
        compare_and_set.claim(experiment, changes)
        store_rules(experiment, rules)
    sealing.seal(experiment, actor=actor, now=now)


LEAST_SLICE, LARGEST_SLICE = 5, 50


def _check_complete(policy: str, exploration_share: int, rules: list[RulePlan]) -> None:
    if policy == Experiment.Policy.RULES and not rules:
        raise InvalidInput(_("Choose at least one segment."), field="rules")
    if not LEAST_SLICE <= exploration_share <= LARGEST_SLICE:
        raise InvalidInput(
            _("The exploration slice lies between %(least)s and %(most)s %%.")
            % {"least": LEAST_SLICE, "most": LARGEST_SLICE},
            field="exploration_share",
        )
