"""One thing done to many creatives: each by its own use-case, and every refusal is told."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creatives import cutting, details, expiring, library, review
from creatives.models import Creative, Placement
from engine.errors import IllegalMove, InvalidInput, LabError

Person = AbstractBaseUser | None
MOST = 500
"""More than anybody looks through at once, and few enough for one request."""


class Action(models.TextChoices):
    """What can be done to many."""

    ADD_TAG = "add-tag", gettext_lazy("Add a tag")
    REMOVE_TAG = "remove-tag", gettext_lazy("Remove a tag")
    OWNER = "owner", gettext_lazy("Set the owner")
    LICENCE = "licence", gettext_lazy("Set the licence")
    EXPIRY = "expiry", gettext_lazy("Set the end")
    CUT = "cut", gettext_lazy("Cut for a placement")
    SUBMIT = "submit", gettext_lazy("Submit for review")
    ARCHIVE = "archive", gettext_lazy("Archive")
    RESTORE = "restore", gettext_lazy("Take out of the archive")


@dataclass(frozen=True, slots=True)
class Order:
    """An action with what it needs."""

    action: str
    tag: str = ""
    owner: Person = None
    licence: str = ""
    expires_at: dt.datetime | None = None
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A creative to which it was not done, and why."""

    creative: Creative
    reason: str


@dataclass(slots=True)
class Outcome:
    """What came of it: how many were done, and all the others."""

    done: int = 0
    refused: list[Refusal] = field(default_factory=list)


def apply(
    creatives: Iterable[Creative], order: Order, *, actor: Person, now: dt.datetime
) -> Outcome:
    """Do it to each; one that refuses does not keep the others from it.

    Raises InvalidInput where what the action needs is missing or there are too many.
    """
    rows = list(creatives)
    if len(rows) > MOST:
        raise InvalidInput(_("Choose at most %(n)s banners.") % {"n": MOST})
    act, outcome = _act(order), Outcome()
    for row in rows:
        try:
            with transaction.atomic():
                act(row, actor=actor, now=now)
            outcome.done += 1
        except LabError as problem:
            reason = f"{problem} {problem.hint}" if problem.hint else str(problem)
            outcome.refused.append(Refusal(row, reason))
    return outcome


def _act(order: Order) -> Callable[..., object]:
    """The use-case of an action, with what it needs; raises InvalidInput."""
    action = order.action
    if action in {Action.ADD_TAG, Action.REMOVE_TAG}:
        if not order.tag.strip():
            raise InvalidInput(_("Type the tag."), field="tag")
        change = details.add_tag if action == Action.ADD_TAG else details.remove_tag
        return partial(change, tag=order.tag)
    if action == Action.CUT:
        if order.placement is None:
            raise InvalidInput(_("Choose the placement."), field="placement")
        return partial(_cut, placement=order.placement)
    simple: dict[str, Callable[..., object]] = {
        Action.OWNER: partial(details.set_owner, owner=order.owner),
        Action.LICENCE: partial(details.set_licence, licence=order.licence),
        Action.EXPIRY: partial(expiring.set_expiry, expires_at=order.expires_at),
        Action.SUBMIT: _submit,
        Action.ARCHIVE: library.archive,
        Action.RESTORE: library.restore,
    }
    if action not in simple:
        raise InvalidInput(_("Choose what to do."), field="action")
    return simple[action]


def _cut(creative: Creative, *, placement: Placement, actor: Person, now: dt.datetime) -> None:
    version = creative.versions.first()
    if version is None:
        raise IllegalMove(_("It has no picture."))
    cutting.ask(version, [placement], actor=actor, now=now)


def _submit(creative: Creative, *, actor: Person, now: dt.datetime) -> None:
    version = creative.versions.first()
    if version is None:
        raise IllegalMove(_("It has no picture."))
    review.submit(version, actor=actor, now=now)
