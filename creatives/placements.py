"""Placements: made, changed, removed."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from creatives import cutting
from creatives.library import RESERVED, SHOWING
from creatives.models import Placement
from engine.errors import Conflict, IllegalMove
from workspace import audit

Person = AbstractBaseUser | None


def create(placement: Placement, *, actor: Person, now: dt.datetime) -> Placement:
    """Keep a new placement; raises Conflict for a key that is taken."""
    with transaction.atomic():
        same = Placement.objects.filter(site=placement.site, key=placement.key)
        if placement.key in RESERVED or same.exists():
            raise Conflict(_("There is a placement with this key already."), field="key")
        placement.save()
        _record("create", placement, None, actor=actor, now=now)
    return placement


def change(placement: Placement, *, actor: Person, now: dt.datetime) -> Placement:
    """Keep a changed placement; raises IllegalMove for another layer while tests run on it.

    Visitors see another default creative within seconds. For other sizes what is shown is cut anew.
    """
    with transaction.atomic():
        stored = Placement.objects.select_for_update().get(pk=placement.pk)
        if stored.layer != placement.layer and running(stored).exists():
            raise IllegalMove(
                _("Experiments run here: another layer would shuffle their visitors."),
                field="layer",
                hint=_("Stop them first."),
            )
        placement.save()
        _record("change", placement, audit.state_of(stored), actor=actor, now=now)
        if placement.sizes != stored.sizes:
            cutting.ask_for_shown(placement, actor=actor, now=now)
    return placement


def remove(placement: Placement, *, actor: Person, now: dt.datetime) -> None:
    """Remove a placement that no experiment has ever used; raises IllegalMove otherwise."""
    with transaction.atomic():
        locked = Placement.objects.select_for_update().get(pk=placement.pk)
        if locked.experiments.exists() or locked.also_shows.exists():
            raise IllegalMove(
                _("Experiments belong to this placement; it stays for their results."),
                hint=_("Take its element out of the shop's pages if it is no longer needed."),
            )
        before = audit.state_of(locked)
        audit.record(
            site=locked.site, actor=actor, action="remove", subject=locked, before=before, now=now
        )
        locked.delete()


def running(placement: Placement) -> QuerySet:  # type: ignore[type-arg]
    """The experiments that visitors of a placement take part in (of the room above this one)."""
    every = placement.experiments.model.objects.filter(status__in=SHOWING)
    return every.filter(Q(placement=placement) | Q(also_on=placement)).distinct()


def _record(
    action: str,
    placement: Placement,
    before: audit.State | None,
    *,
    actor: Person,
    now: dt.datetime,
) -> None:
    audit.record(
        site=placement.site,
        actor=actor,
        action=action,
        subject=placement,
        before=before,
        after=audit.state_of(placement),
        now=now,
    )
