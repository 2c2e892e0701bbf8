"""Segments: made, changed, deleted."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, F, ProtectedError, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audiences.models import Segment
from engine.assignment import targeting
from engine.errors import Conflict, IllegalMove, InvalidInput
from workspace import audit
from workspace.models import Site, validate_key

Person = AbstractBaseUser | None

MOST_SEGMENTS = 50
"""Of a site: every one is asked of every visitor whom a policy by segment decides on."""
LONGEST_NAME = 120
KEY_LENGTH = 56
RESERVED = frozenset({"new"})
"""Addresses of pages beside a segment's own."""


def of(site: Site) -> QuerySet[Segment]:
    """The segments of a site, with `tests`: how many experiments use each.

    An experiment may use one as its audience, in its policy, or both, and counts once.
    """
    by_rule = Count("policy_rules__experiment", distinct=True)
    by_audience = Count("experiments", distinct=True)
    in_both = Q(experiments__rules__segment=F("pk"))
    both = Count("experiments", filter=in_both, distinct=True)
    return Segment.objects.filter(site=site).annotate(tests=by_rule + by_audience - both)


@transaction.atomic
def create(
    site: Site, *, name: str, rule: object, actor: Person, now: dt.datetime, key: str = ""
) -> Segment:
    """Make a segment; without a key it gets one from its name.

    Raises:
        InvalidInput: The name or the rule does not fit.
        Conflict: The key is taken, or the site has as many segments as it may have.
    """
    name, checked = _name(name), targeting.read(rule)
    Site.objects.select_for_update().get(pk=site.pk)  # two at once would both see room for one
    if Segment.objects.filter(site=site).count() >= MOST_SEGMENTS:
        raise Conflict(
            _("A site has at most %(n)s segments.") % {"n": MOST_SEGMENTS},
            hint=_("Delete one that no experiment uses."),
        )
    segment = Segment(
        site=site,
        key=_key(site, key) if key else _free_key(site, name),
        name=name,
        rule=targeting.write(checked),
        created_by_id=actor.pk if actor else None,
    )
    segment.save()
    _record("create", segment, None, actor=actor, now=now)
    return segment


@transaction.atomic
def change(
    segment: Segment, *, name: str, rule: object, actor: Person, now: dt.datetime
) -> Segment:
    """Keep another name or rule; visitors of running experiments follow it within seconds.

    Raises:
        InvalidInput: The name or the rule does not fit.
    """
    name, checked = _name(name), targeting.read(rule)
    stored = Segment.objects.select_for_update().get(pk=segment.pk)
    before = audit.state_of(stored)
    stored.name, stored.rule = name, targeting.write(checked)
    if audit.state_of(stored) != before:
        stored.save(update_fields=["name", "rule"])
        _record("change", stored, before, actor=actor, now=now)
    return stored


@transaction.atomic
def delete(segment: Segment, *, actor: Person, now: dt.datetime) -> None:
    """Delete a segment that no experiment uses; raises IllegalMove otherwise."""
    locked = Segment.objects.select_for_update().get(pk=segment.pk)
    before = audit.state_of(locked)
    audit.record(
        site=locked.site, actor=actor, action="delete", subject=locked, before=before, now=now
    )
    try:
        locked.delete()
    except ProtectedError as error:
        raise _in_use(error) from None


def _in_use(error: ProtectedError) -> IllegalMove:
    names = sorted({str(getattr(row, "experiment", row)) for row in error.protected_objects})
    return IllegalMove(
        _("Experiments use this segment: %(names)s.") % {"names": ", ".join(names[:5])},
        hint=_("It stays for their results. Take it out of drafts that no longer need it."),
    )


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(
            _("A name has 1 to %(n)s characters.") % {"n": LONGEST_NAME}, field="name"
        )
    return name


def _key(site: Site, key: str) -> str:
    validate_key(key)
    if key in RESERVED or Segment.objects.filter(site=site, key=key).exists():
        raise Conflict(_("There is a segment with this key already."), field="key")
    return key


def _free_key(site: Site, name: str) -> str:
    wanted = slugify(name)[:KEY_LENGTH].strip("-_") or "segment"
    similar = Segment.objects.filter(site=site, key__startswith=wanted)
    taken = RESERVED.union(similar.values_list("key", flat=True))
    numbered = (f"{wanted}-{n}" for n in range(2, len(taken) + 3))
    return next(key for key in (wanted, *numbered) if key not in taken)


def _record(
    action: str,
    segment: Segment,
    before: dict[str, Any] | None,
    *,
    actor: Person,
    now: dt.datetime,
) -> None:
    audit.record(
        site=segment.site,
        actor=actor,
        action=action,
        subject=segment,
        before=before,
        after=audit.state_of(segment),
        now=now,
    )
