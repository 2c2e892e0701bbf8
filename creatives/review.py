"""From draft to what visitors see: the only writer of `Version.status` and `Creative.live`.

    draft ──submit──▶ in review ──approve──▶ approved ──withdraw──▶ withdrawn
      ▲                │   │
      └────recall──────┘   └──reject──▶ rejected

An approved version is shown (`Creative.live`) until another one is approved, it is withdrawn, or
the creative expires or is put away. Every move is a compare-and-set under the creative's lock, with
its audit row and its message to the webhooks in one transaction: of two people at once exactly one
succeeds, the other is told so.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives import drawing, four_eyes, settling, tidings
from creatives.models import Creative, Version
from engine.errors import Conflict, IllegalMove, InvalidInput
from workspace import audit

Person = AbstractBaseUser | None
Status = Version.Status
REASON_LENGTH = 2000
may_review = four_eyes.may_review

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
    """Ask for review; an older version that still waits there is taken back.

    Raises IllegalMove unless it is the newest version, a draft, and its checks let it pass.
    """
    with transaction.atomic():
        held = _locked(version, "submit")
        _check_shelf(held.creative, now)
        _check_newest(held)
        settling.before_review(held.version, now=now)
        _take_back(held.creative, actor=actor, now=now)
        asked = {"submitted_by_id": _id(actor), "submitted_at": now}
        _write(held, "submit", actor=actor, now=now, **asked)
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
    waivers: Mapping[str, str] | None = None,
    seen: dt.datetime | None = None,
) -> Version:
    """Let visitors see it from now on; `seen` is when what the reviewer looked at was submitted.

    Raises IllegalMove in another state or with open findings, Conflict when it was submitted anew
    since, NotAllowed for whoever made it where four eyes are asked.
    """
    with transaction.atomic():
        held = _locked(version, "approve")
        _check_seen(held, seen)
        four_eyes.check(held.version, actor)
        _check_shelf(held.creative, now)
        settling.before_approval(held.version, waivers or {}, actor=actor, now=now)
        _write(held, "approve", actor=actor, now=now, **_reviewed(actor, now))
        _show(held.creative, held.version)
    return held.version


def reject(
    version: Version,
    *,
    reason: str,
    actor: Person,
    now: dt.datetime,
    seen: dt.datetime | None = None,
) -> Version:
    """Say no, and why; raises IllegalMove, Conflict, InvalidInput without a reason."""
    with transaction.atomic():
        held = _locked(version, "reject")
        _check_seen(held, seen)
        fields = _reviewed(actor, now) | {"reason": _reason(reason)}
        _write(held, "reject", actor=actor, now=now, **fields)
    return held.version


def withdraw(version: Version, *, reason: str, actor: Person, now: dt.datetime) -> Version:
    """Take an approved version away from visitors; raises IllegalMove, InvalidInput."""
    with transaction.atomic():
        held = _locked(version, "withdraw")
        why = _reason(reason)
        if held.creative.live_id == held.version.pk:
            _show(held.creative, None)
        _write(held, "withdraw", actor=actor, now=now, reason=why)
    return held.version


def show_again(version: Version, *, actor: Person, now: dt.datetime) -> Version:
    """Go back to an earlier approved version at once.

    What was approved then may be wrong now (a price, a landing page): raises NotSettled while a
    finding is open, IllegalMove for any other version.
    """
    with transaction.atomic():
        held = _held(version)
        if held.version.status != Status.APPROVED or held.creative.live_id == held.version.pk:
            raise IllegalMove(
                _("Only an approved version that is not shown can be shown again."),
                hint=_("Load the page again."),
            )
        _check_shelf(held.creative, now)
        settling.before_showing(held.version, now=now)
        before = audit.state_of(held.creative)
        _show(held.creative, held.version)
        _record(held.creative, "show again", before, actor=actor, now=now)
    return held.version


def recall_all(creative: Creative, *, actor: Person, now: dt.datetime) -> None:
    """Take back what waits for review: the creative is put away."""
    with transaction.atomic():
        locked = Creative.objects.select_for_update(of=("self",)).select_related("site")
        _take_back(locked.get(pk=creative.pk), actor=actor, now=now)


def expire_due(*, now: dt.datetime) -> int:
    """Mark what has expired, so that lists and the snapshot know; how many there were."""
    due = Creative.objects.filter(expires_at__lte=now, expired_at=None).select_related("site")
    with transaction.atomic():
        rows = list(due.select_for_update(of=("self",), skip_locked=True))
        for row in rows:
            before = audit.state_of(row)
            row.expired_at = now
            row.save(update_fields=["expired_at"])
            _record(row, "expire", before, actor=None, now=now)
            tidings.expired(row, now=now)
    return len(rows)


def _check_seen(held: Locked, seen: dt.datetime | None) -> None:
    if seen is not None and seen != held.version.submitted_at:
        raise Conflict(
            _("This version was taken back and submitted anew while you looked at it."),
            hint=_("Load the page again and look at it as it is now."),
        )


def _check_shelf(creative: Creative, now: dt.datetime) -> None:
    """Whether it could be shown at all."""
    if creative.archived_at:
        raise IllegalMove(
            _("This banner is in the archive."), hint=_("Take it out of the archive first.")
        )
    if creative.expires_at and creative.expires_at <= now:
        raise IllegalMove(_("This banner has expired."), hint=_("Give it a later end first."))


def _check_newest(held: Locked) -> None:
    if held.creative.versions.filter(number__gt=held.version.number).exists():
        raise IllegalMove(
            _("There is a newer version of this banner."), hint=_("Submit the newest one.")
        )


def _take_back(creative: Creative, *, actor: Person, now: dt.datetime) -> None:
    for version in creative.versions.select_for_update().filter(status=Status.IN_REVIEW):
        _write(Locked(creative, version), "recall", actor=actor, now=now)


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
    tidings.moved(held.creative, version, move, actor=actor, now=now)


def _columns(fields: Iterable[str]) -> list[str]:
    return [name.removesuffix("_id") for name in fields]


def _reviewed(actor: Person, now: dt.datetime) -> dict[str, object]:
    return {"reviewed_by_id": _id(actor), "reviewed_at": now}


def _id(person: Person) -> int | None:
    return person.pk if person else None


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
    after = audit.state_of(creative)
    audit.record(
        site=creative.site, actor=actor, action=action, subject=creative,
        before=before, after=after, now=now,
    )  # fmt: skip
