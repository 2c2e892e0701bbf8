"""A new draft from the document of a plan: what templates, copies and starting points share."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import InvalidInput
from experiments import compare_and_set, design, plan_documents
from experiments.models import Experiment
from experiments.plan_documents import Document, Read
from workspace import audit
from workspace.models import Site
from workspace.sentences import together

LONGEST_NAME = 150


@transaction.atomic
def begin(
    site: Site,
    document: Document,
    *,
    name: str,
    source: str,
    placement: Placement | None = None,
    without_missing: bool = False,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Experiment:
    """Make a draft; `source` says in the audit log where its plan came from.

    `placement` stands in for the one that the document names.

    Raises:
        InvalidInput: No name or placement, or the site lacks what the document names and nobody
            has agreed to begin `without_missing`.
    """
    found = plan_documents.read(site, document)
    place = placement or found.placement
    name = " ".join(name.split())
    _check(name, place, found, agreed=without_missing)
    assert place is not None  # noqa: S101 - checked above
    key = design.free_key(site, slugify(name)[:56].strip("-_") or "test")
    plan = design.Plan(key=key, name=name, placement=place, **found.plan)
    experiment = design.save(site, plan, actor=actor, now=now)
    _fill_up(experiment, found, place)
    audit.record(
        site=site,
        actor=actor,
        action="begin",
        subject=experiment,
        before=None,
        after=compare_and_set.state_of(experiment) | {"from": source},
        now=now,
    )
    return experiment


def _check(name: str, place: Placement | None, found: Read, *, agreed: bool) -> None:
    if not name:
        raise InvalidInput(_("Give the new experiment a name."), field="name")
    if len(name) > LONGEST_NAME:
        text = _("A name has at most %(most)s characters.") % {"most": LONGEST_NAME}
        raise InvalidInput(text, field="name")
    if place is None:
        raise InvalidInput(
            _("Choose a placement: where the banners of the new experiment are shown."),
            field="placement",
        )
    hard = [gap.text for gap in found.gaps if gap.hard]
    if hard and not agreed:
        raise InvalidInput(
            together(hard),
            field="without_missing",
            hint=_("Tick “Begin without it”, and set it on the draft yourself."),
        )


def _fill_up(experiment: Experiment, found: Read, place: Placement) -> None:
    """What a plan has and `design.save` does not set."""
    for name, value in found.beyond.items():
        setattr(experiment, name, value)
    if found.beyond:
        experiment.save(update_fields=list(found.beyond))
    if "also_on" not in found.plan:
        # Placements of another layer than a newly chosen one would not be comparable.
        fitting = [one for one in found.also_on if one.layer == place.layer and one != place]
        experiment.also_on.set(fitting)
    for row, rest in zip(experiment.variants.all(), found.of_variants, strict=True):
        for name, value in rest.items():
            setattr(row, name, value)
        if rest:
            row.save(update_fields=list(rest))
