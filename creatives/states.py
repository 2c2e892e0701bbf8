"""The state of a creative as a ribbon: what becomes of it, as one word and one symbol."""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Version

Status = Version.Status


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A state with its word, its symbol and the tone of its colour."""

    key: str
    word: str | Promise
    icon: str
    tone: str = ""


LIVE = Ribbon("live", _("Live"), "eye", "good")
EXPIRED = Ribbon("expired", _("Expired"), "clock", "warn")
ARCHIVED = Ribbon("archived", _("Archived"), "archive")
EMPTY = Ribbon("draft", _("Draft"), "pencil")
OF_VERSION = {
    Status.DRAFT: EMPTY,
    Status.IN_REVIEW: Ribbon("review", _("In review"), "hourglass", "accent"),
    Status.APPROVED: Ribbon("approved", _("Approved"), "check"),
    Status.REJECTED: Ribbon("rejected", _("Rejected"), "circle-x", "bad"),
    Status.WITHDRAWN: Ribbon("withdrawn", _("Withdrawn"), "ban", "warn"),
}


def of_version(version: Version) -> Ribbon:
    """The state of one version."""
    if version.creative.live_id == version.pk:
        return LIVE
    return OF_VERSION.get(Status(version.status), EMPTY)


def of(creative: Creative, newest_status: str, *, now: dt.datetime) -> Ribbon:
    """What decides first: put away, expired, shown, else how far the newest version is."""
    if creative.archived_at:
        return ARCHIVED
    if creative.expires_at and creative.expires_at <= now:
        return EXPIRED
    if creative.live_id:
        return LIVE
    return OF_VERSION.get(Status(newest_status), EMPTY) if newest_status else EMPTY


def coming(creative: Creative, newest_status: str) -> Ribbon | None:
    """How far a newer version is while another one is shown."""
    if not creative.live_id or not newest_status or newest_status == Status.APPROVED:
        return None
    return OF_VERSION.get(Status(newest_status))
