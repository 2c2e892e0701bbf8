"""From draft to what visitors see: the only writer of `Version.status` and `Creative.live`.

    draft → in review → approved → withdrawn
      ↑         ↓ ↘
      └─────────┘  rejected

An approved version is shown (`Creative.live`) until another one is approved, it is withdrawn, or
the creative expires or is put away.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives import drawing
from creatives.models import Creative, Version
from engine.errors import IllegalMove, InvalidInput, NotAllowed
from workspace import audit

Person = AbstractBaseUser | None
Status = Version.Status
REASON_LENGTH = 2000

# What a move needs, and where it leads.
MOVES: Mapping[str, tuple[frozenset[str], str]] = {
    "submit": (frozenset({Status.DRAFT}), Status.IN_REVIEW),
    "recall": (frozenset({Status.IN_REVIEW}), Status.DRAFT),
    "approve": (frozenset({Status.IN_REVIEW}), Status.APPROVED),
    "reject": (frozenset({Status.IN_REVIEW}), Status.REJECTED),
    "withdraw": (frozenset({Status.APPROVED}), Status.WITHDRAWN),
}


@dataclass(frozen=True, slots=True)
class Locked:
    """A creative and one of its versions, held until the move is written."""

    creative: Creative
    version: Version


def submit(version: Version, *, actor: Person, now: dt.datetime) -> Version:
    """Ask for review. Raises IllegalMove unless it is a draft that may be submitted."""
    with transaction.atomic():
        held = _locked(version, "submit")
        _write(
            held,
            "submit",
            actor=actor,
            now=now,
            submitted_by_id=actor.pk if actor else None,
            submitted_at=now,
        )
        drawing.ask(held.version, actor=actor, now=now)
    return held.version


def recall(version: Version, *, actor: Person, now: dt.datetime) -> Version:
    """Take it back from review to change it; raises IllegalMove."""
    with transaction.atomic():
        held = _locked(version, "recall")
        _write(held, "recall", actor=actor, now=now)
    return held.version


def approve(
    version: Version,
    *,
    actor: Person,
    now: dt.datetime,
    waivers: Mapping[str, str] | None = None,  # noqa: ARG001 - settled with the checks
) -> Version:
    """Let visitors see it from now on.

    Raises IllegalMove in another state, NotAllowed for whoever made it where four eyes are asked.
    """
    with transaction.atomic():
        held = _locked(version, "approve")
        _check_four_eyes(held, actor)
        _write(held, "approve", actor=actor, now=now, **_reviewed(actor, now))
        _show(held.creative, held.version)
    return held.version


def reject(version: Version, *, reason: str, actor: Person, now: dt.datetime) -> Version:
    """Say no, and why; raises IllegalMove, InvalidInput without a reason."""
    with transaction.atomic():
        held = _locked(version, "reject")
        fields = _reviewed(actor, now) | {"reason": _reason(reason)}
        _write(held, "reject", actor=actor, now=now, **fields)
    return held.version


def withdraw(version: Version, *, reason: str, actor: Person, now: dt.datetime) -> Version:
    """Take an approved version away from visitors; raises IllegalMove, InvalidInput."""
    with transaction.atomic():
        held = _locked(version, "withdraw")
        if held.creative.live_id == held.version.pk:
            _show(held.creative, None)
        _write(held, "withdraw", actor=actor, now=now, reason=_reason(reason))
    return held.version


def show_again(version: Version, *, actor: Person, now: dt.datetime) -> Version:
    """Go back to an earlier approved version at once; raises IllegalMove for any other."""
    with transaction.atomic():
        held = _held(version)
        if held.version.status != Status.APPROVED or held.creative.live_id == held.version.pk:
            raise IllegalMove(_("Only an approved version that is not shown can be shown again."))
        before = audit.state_of(held.creative)
        _show(held.creative, held.version)
        _record(held.creative, "show again", before, actor=actor, now=now)
    return held.version


def expire_due(*, now: dt.datetime) -> int:
    """Mark what has expired, so that lists and the snapshot know; how many there were."""
    due = Creative.objects.filter(expires_at__lte=now, expired_at=None)
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True))
        for row in rows:
            before = audit.state_of(row)
            row.expired_at = now
            row.save(update_fields=["expired_at"])
            _record(row, "expire", before, actor=None, now=now)
    return len(rows)


def may_review(version: Version, person: Person) -> bool:
    """Whether four eyes allow this person to approve it."""
    if not version.creative.site.four_eyes or person is None:
        return True
    return person.pk not in {version.created_by_id, version.submitted_by_id}


def _check_four_eyes(held: Locked, actor: Person) -> None:
    if not may_review(held.version, actor):
        raise NotAllowed(
            _("You made this version: somebody else has to approve it."),
            hint=_("An administrator can turn four eyes off under Settings."),
        )


def _held(version: Version) -> Locked:
    creative = (
        Creative.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=version.creative_id)
    )
    fresh = Version.objects.select_for_update().get(pk=version.pk)
    fresh.creative = creative
    return Locked(creative, fresh)


def _locked(version: Version, move: str) -> Locked:
    held = _held(version)
    allowed, _to = MOVES[move]
    if held.version.status not in allowed:
        raise IllegalMove(
            _("This version is %(status)s: the move is not possible any more.")
            % {"status": held.version.get_status_display()},
            hint=_("Load the page again."),
        )
    return held


def _write(held: Locked, move: str, *, actor: Person, now: dt.datetime, **fields: object) -> None:
    version, (_from, to) = held.version, MOVES[move]
    before = audit.state_of(version)
    for name, value in (fields | {"status": to}).items():
        setattr(version, name, value)
    version.save(update_fields=["status", *_columns(fields)])
    audit.record(
        site=held.creative.site,
        actor=actor,
        action=move,
        subject=held.creative,
        before={"version": before},
        after={"version": audit.state_of(version)},
        now=now,
    )


def _columns(fields: Iterable[str]) -> list[str]:
    return [name.removesuffix("_id") for name in fields]


def _reviewed(actor: Person, now: dt.datetime) -> dict[str, object]:
    return {"reviewed_by_id": actor.pk if actor else None, "reviewed_at": now}


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput(_("Say why."), field="reason")
    if len(text) > REASON_LENGTH:
        raise InvalidInput(_("At most %(n)s characters.") % {"n": REASON_LENGTH}, field="reason")
    return text


def _show(creative: Creative, version: Version | None) -> None:
    creative.live = version
    creative.save(update_fields=["live"])


def _record(
    creative: Creative, action: str, before: audit.State, *, actor: Person, now: dt.datetime
) -> None:
    audit.record(
        site=creative.site,
        actor=actor,
        action=action,
        subject=creative,
        before=before,
        after=audit.state_of(creative),
        now=now,
    )
