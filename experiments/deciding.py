"""Deciding as people do it: with the report in view, a second person where it is gone against.

follows the report ─────────────────────────────▶ decided
against it, one decider on the site ──reason────▶ decided
against it, several deciders ────────reason─────▶ asked ──another confirms──▶ decided
                                                    └────declined, taken back
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import compare_and_set, lifecycle, recommending, tags
from experiments.models import DecisionRequest, Experiment, NextStep
from experiments.recommending import Recommendation
from workspace import audit
from workspace.access import GRANTS, Permission
from workspace.models import Membership, Site

State = DecisionRequest.State
SHORTEST: Final = 20
"""Characters of a reason against the report: fewer are "ok" or "because", and explain nothing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided. `variant` "" leaves the placement as it is."""

    variant: str
    reason: str
    against_reason: str = ""
    takeaways: str = ""
    next_step: str = ""
    tags: tuple[str, ...] = ()


def decide(
    experiment: Experiment,
    decision: Decision,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> DecisionRequest | None:
    """Stop if need be and decide, or ask a second person; returns the request if it waits.

    Raises:
        InvalidInput: Something does not fit; `field` says which.
        IllegalMove: It cannot be decided now, or another request is waiting.
        Conflict: Somebody else was first.
    """
    recommended = recommending.of(experiment)
    _check(experiment, decision, recommended)
    if recommended.is_against(decision.variant) and needs_second(experiment.site, actor=actor):
        return _ask(experiment, decision, recommended, actor=actor, now=now)
    _conclude(experiment, decision, recommended.code, actor=actor, now=now)
    return None


def needs_second(site: Site, *, actor: AbstractBaseUser | None) -> bool:
    """Whether somebody else on the site could confirm what this person wants."""
    others = deciders(site)
    return others.exclude(user_id=actor.pk).exists() if actor else others.exists()


def deciders(site: Site) -> QuerySet[Membership]:
    """Members who may decide."""
    roles = [role for role, granted in GRANTS.items() if Permission.DECIDE in granted]
    return Membership.objects.filter(site=site, role__in=roles, user__is_active=True)


def pending(experiment: Experiment) -> DecisionRequest | None:
    """The decision that waits for a second person."""
    rows = experiment.decision_requests.filter(state=State.PENDING)
    return rows.select_related("asked_by").first()


@transaction.atomic
def confirm(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Put a waiting decision into force; whoever asked cannot confirm."""
    request = _pending(experiment)
    if actor is None or request.asked_by_id == actor.pk:
        raise IllegalMove(_("Another person has to confirm this decision."))
    _answer(request, State.CONFIRMED, actor=actor, now=now)
    _record(experiment, "confirm", request, actor=actor, now=now)
    decision = Decision(
        request.variant,
        request.reason,
        request.against_reason,
        request.takeaways,
        request.next_step,
        tuple(request.tags),
    )
    _conclude(experiment, decision, request.recommended, actor=actor, now=now)


@transaction.atomic
def decline(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Refuse a waiting decision, or take one's own back; the experiment stays as it is."""
    request = _pending(experiment)
    _answer(request, State.DECLINED, actor=actor, now=now)
    compare_and_set.claim(experiment)
    _record(experiment, "decline", request, actor=actor, now=now)


def clean_tags(text: str) -> tuple[str, ...]:
    """Tags from one line, separated by commas of either kind; each once."""
    return tuple(tags.split(text))


@transaction.atomic
def _conclude(
    experiment: Experiment,
    decision: Decision,
    recommended: str,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    record = lifecycle.Record(
        recommended=recommended,
        against_reason=decision.against_reason.strip(),
        takeaways=decision.takeaways.strip(),
        next_step=decision.next_step,
        tags=decision.tags,
    )
    lifecycle.conclude(
        experiment,
        variant_key=decision.variant,
        reason=decision.reason,
        actor=actor,
        now=now,
        record=record,
    )
    waiting = experiment.decision_requests.filter(state=State.PENDING)
    waiting.update(state=State.OVERTAKEN, answered_at=now)


def _check(experiment: Experiment, decision: Decision, recommended: Recommendation) -> None:
    lifecycle.check_decision(experiment, decision.variant, decision.reason)
    if decision.next_step and decision.next_step not in NextStep.values:
        raise InvalidInput(_("That is no next step."), field="next_step")
    tags.check(decision.tags)
    short = len(decision.against_reason.strip()) < SHORTEST
    if recommended.is_against(decision.variant) and short:
        raise InvalidInput(_against(recommended), field="against_reason")


def _against(recommended: Recommendation) -> str:
    words = {"shortest": SHORTEST, "word": recommended.word}
    if recommended.blocks:
        text = _(
            "The data of this test must be checked first. Say in at least %(shortest)s characters "
            "why you decide on it all the same."
        )
    else:
        text = _(
            "The report says “%(word)s”. Say in at least %(shortest)s characters why you decide "
            "otherwise."
        )
    return text % words


@transaction.atomic
def _ask(
    experiment: Experiment,
    decision: Decision,
    recommended: Recommendation,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> DecisionRequest:
    lifecycle.check_can_conclude(experiment)
    compare_and_set.claim(experiment)
    if pending(experiment) is not None:
        raise IllegalMove(
            _("Another decision is waiting for a second person."),
            hint=_("Confirm or decline it first."),
        )
    request = DecisionRequest.objects.create(
        experiment=experiment,
        recommended=recommended.code,
        asked_by_id=actor.pk if actor else None,
        asked_at=now,
        **asdict(decision) | {"tags": list(decision.tags)},
    )
    _record(experiment, "ask_decision", request, actor=actor, now=now)
    return request


def _record(
    experiment: Experiment,
    action: str,
    request: DecisionRequest,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    """The audit row of a request; who reads it finds the reason against the report there."""
    state = compare_and_set.state_of(experiment)
    said = [request.variant, request.reason, request.against_reason, str(request.state)]
    audit.record(
        site=experiment.site,
        actor=actor,
        action=action,
        subject=experiment,
        before=state,
        after=state | {"decision_request": said},
        now=now,
    )


def _pending(experiment: Experiment) -> DecisionRequest:
    request = pending(experiment)
    if request is None:
        raise IllegalMove(_("No decision is waiting to be confirmed."))
    return request


def _answer(
    request: DecisionRequest, state: str, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    """Compare-and-set, so that of two answers at once only one counts."""
    rows = DecisionRequest.objects.filter(pk=request.pk, state=State.PENDING)
    if not rows.update(state=state, answered_by_id=actor.pk if actor else None, answered_at=now):
        raise Conflict(_("Somebody else has answered meanwhile."))
    request.state = state
