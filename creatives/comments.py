"""Remarks on a version, maybe on a part of its picture, until somebody has seen to them."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives.models import Comment, Version
from engine.errors import IllegalMove, InvalidInput
from workspace import audit

Person = AbstractBaseUser | None
LENGTH = 2000
WHOLE = 100.0  # percent of a side


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, in percent of its sides."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        right, bottom = self.left + self.width, self.top + self.height
        inside = self.left >= 0 and self.top >= 0 and right <= WHOLE and bottom <= WHOLE
        if not (inside and self.width > 0 and self.height > 0):
            raise InvalidInput(
                _("The region does not lie within the picture."),
                field="region",
                hint=_("Left, top, width and height are percent of its sides."),
            )


def add(
    version: Version, *, text: str, region: Region | None = None, actor: Person, now: dt.datetime
) -> Comment:
    """Say something of a version, of a part of its picture or of the whole; raises InvalidInput."""
    said = text.strip()
    if not said:
        raise InvalidInput(_("This field is required."), field="text")
    if len(said) > LENGTH:
        raise InvalidInput(_("At most %(n)s characters.") % {"n": LENGTH}, field="text")
    where = asdict(region) if region else {}
    with transaction.atomic():
        row = Comment.objects.create(
            version=version, author_id=actor.pk if actor else None, at=now, text=said, **where
        )
        _record(row, "comment", None, actor=actor, now=now)
    return row


def resolve(comment: Comment, *, actor: Person, now: dt.datetime) -> Comment:
    """Put a remark aside as seen to; raises IllegalMove the second time."""
    with transaction.atomic():
        row = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
        if row.resolved_at is not None:
            raise IllegalMove(_("This comment is resolved already."))
        before = audit.state_of(row)
        row.resolved_at, row.resolved_by_id = now, actor.pk if actor else None
        row.save(update_fields=["resolved_at", "resolved_by"])
        _record(row, "resolve comment", before, actor=actor, now=now)
    return row


def _record(
    row: Comment, action: str, before: audit.State | None, *, actor: Person, now: dt.datetime
) -> None:
    creative = row.version.creative
    audit.record(
        site=creative.site,
        actor=actor,
        action=action,
        subject=creative,
        before={"comment": before} if before else None,
        after={"comment": audit.state_of(row)},
        now=now,
    )
