"""Templates: plans that a team begins new experiments from."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import InvalidInput
from experiments import beginnings, duplicating, plan_documents
from experiments.models import Experiment, PlanTemplate
from experiments.plan_documents import Gap
from workspace import audit

LONGEST_NAME = 120
MOST = 100
"""More than anybody finds something in."""


def save(
    experiment: Experiment,
    *,
    name: str,
    creatives: bool,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> PlanTemplate:
    """Keep the plan of an experiment under a name; with its banners if so wished.

    Raises:
        InvalidInput: No name, one that is taken or too long, or too many templates.
        IllegalMove: It is the holdout of the site.
    """
    duplicating.check(experiment)
    name = " ".join(name.split())
    _check(experiment, name)
    plan = plan_documents.write(experiment, creatives=creatives)
    template = PlanTemplate(site=experiment.site, name=name, plan=plan)
    template.created_by_id = actor.pk if actor else None
    try:
        with transaction.atomic():
            template.save()
            _record(template, "create", actor=actor, now=now)
    except IntegrityError as error:
        raise _taken() from error
    return template


def _check(experiment: Experiment, name: str) -> None:
    if not name:
        raise InvalidInput(_("Give the template a name."), field="name")
    if len(name) > LONGEST_NAME:
        text = _("A name has at most %(most)s characters.") % {"most": LONGEST_NAME}
        raise InvalidInput(text, field="name")
    others = PlanTemplate.objects.filter(site=experiment.site)
    if others.filter(name=name).exists():
        raise _taken()
    if others.count() >= MOST:
        raise InvalidInput(
            _("A site has at most %(most)s templates.") % {"most": MOST},
            hint=_("Delete one that nobody begins from."),
        )


def _taken() -> InvalidInput:
    return InvalidInput(_("Another template has this name."), field="name")


def begin(
    template: PlanTemplate,
    *,
    name: str,
    placement: Placement | None = None,
    without_missing: bool = False,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Experiment:
    """A new draft from a template; raises as `beginnings.begin`."""
    return beginnings.begin(
        template.site,
        template.plan,
        name=name,
        source=f"template {template.name}",
        placement=placement,
        without_missing=without_missing,
        actor=actor,
        now=now,
    )


def missing(template: PlanTemplate) -> tuple[Gap, ...]:
    """What a template names that the site has no more."""
    return plan_documents.read(template.site, template.plan).gaps


@transaction.atomic
def delete(template: PlanTemplate, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Drop a template; the experiments begun from it stay as they are."""
    before = audit.state_of(template)
    audit.record(
        site=template.site,
        actor=actor,
        action="delete",
        subject=template,
        before=before,
        after=None,
        now=now,
    )
    template.delete()


def _record(
    template: PlanTemplate, action: str, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    audit.record(
        site=template.site,
        actor=actor,
        action=action,
        subject=template,
        after=audit.state_of(template),
        now=now,
    )
