"""Remarks on a version, some of them on a part of its picture."""

import datetime as dt
import math
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives.models import Comment, Version
from engine.errors import IllegalMove, InvalidInput
from workspace import audit

Person = AbstractBaseUser | None
TEXT_LENGTH = 2000
WHOLE = 100.0  # percent
SMALLEST = 0.5  # percent of a side: less is a slip of the hand


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle on the picture, in percent of its width and height."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def checked(
        cls, left: float | None, top: float | None, width: float | None, height: float | None
    ) -> "Region | None":
        """None where nothing is given; raises InvalidInput for half a rectangle or one outside."""
        sides = (left, top, width, height)
        if all(side is None for side in sides):
            return None
        if left is None or top is None or width is None or height is None:
            raise InvalidInput(_("A region needs all four numbers."), field="region")
        if not all(math.isfinite(side) and 0 <= side <= WHOLE for side in (left, top)):
            raise InvalidInput(_("A region lies within the picture: 0 to 100 %."), field="region")
        # What sticks out at the right or below is cut.
        width, height = min(width, WHOLE - left), min(height, WHOLE - top)
        if not (width >= SMALLEST and height >= SMALLEST):
            raise InvalidInput(_("The region is too small to be seen."), field="region")
        return cls(*(round(side, 2) for side in (left, top, width, height)))


def add(
    version: Version, *, text: str, region: Region | None, actor: Person, now: dt.datetime
) -> Comment:
    """A remark; raises InvalidInput without text."""
    text = text.strip()
    if not text:
        raise InvalidInput(_("Say something."), field="text")
    if len(text) > TEXT_LENGTH:
        raise InvalidInput(_("At most %(n)s characters.") % {"n": TEXT_LENGTH}, field="text")
    place = {} if region is None else {s: getattr(region, s) for s in Region.__slots__}
    with transaction.atomic():
        comment = Comment.objects.create(
            version=version, author_id=actor.pk if actor else None, at=now, text=text, **place
        )
        _record("comment", comment, actor=actor, now=now)
    return comment


def resolve(comment: Comment, *, actor: Person, now: dt.datetime) -> Comment:
    """It is settled; raises IllegalMove when it is already."""
    with transaction.atomic():
        locked = Comment.objects.select_for_update().get(pk=comment.pk)
        if locked.resolved_at is not None:
            raise IllegalMove(_("This comment is resolved already."))
        locked.resolved_at, locked.resolved_by_id = now, actor.pk if actor else None
        locked.save(update_fields=["resolved_at", "resolved_by"])
        _record("resolve comment", locked, actor=actor, now=now)
    return locked


def reopen(comment: Comment, *, actor: Person, now: dt.datetime) -> Comment:
    """It is not settled after all; raises IllegalMove when it is open."""
    with transaction.atomic():
        locked = Comment.objects.select_for_update().get(pk=comment.pk)
        if locked.resolved_at is None:
            raise IllegalMove(_("This comment is open."))
        locked.resolved_at = locked.resolved_by_id = None
        locked.save(update_fields=["resolved_at", "resolved_by"])
        _record("reopen comment", locked, actor=actor, now=now)
    return locked


def _record(action: str, comment: Comment, *, actor: Person, now: dt.datetime) -> None:
    creative = comment.version.creative
    audit.record(
        site=creative.site,
        actor=actor,
        action=action,
        subject=creative,
        after={"version": {"number": comment.version.number, "comment": comment.text}},
        now=now,
    )
