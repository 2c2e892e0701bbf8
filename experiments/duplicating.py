"""Begin a new draft from an experiment: its plan and banners, and nothing of what came out."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import IllegalMove
from experiments import beginnings, plan_documents
from experiments.models import Experiment


def duplicate(
    experiment: Experiment,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    name: str = "",
    placement: Placement | None = None,
) -> Experiment:
    """A new draft with the plan, variants, watched metrics and rules of `experiment`.

    Its seed is new: whoever saw one variant of the old test sees any of the new one.

    Raises:
        IllegalMove: It is the holdout of the site, which is no plan.
        InvalidInput: It was imported and no `placement` is chosen; see `beginnings.begin`.
    """
    check(experiment)
    return beginnings.begin(
        experiment.site,
        plan_documents.write(experiment),
        name=name or name_of_copy(experiment),
        source=f"experiment {experiment.key}",
        placement=placement,
        actor=actor,
        now=now,
    )


def check(experiment: Experiment) -> None:
    """Raises IllegalMove for what cannot be begun again."""
    if experiment.origin == Experiment.Origin.HOLDOUT:
        raise IllegalMove(
            _("The holdout of the site is no plan that could be begun again."),
            hint=_("Its share is set under Settings."),
        )


def name_of_copy(experiment: Experiment) -> str:
    """What a copy is called unless somebody says otherwise."""
    text = _("Copy of %(name)s") % {"name": experiment.name}
    return text[: beginnings.LONGEST_NAME]
