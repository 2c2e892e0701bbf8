"""The review of a creative on its own page: how it stands, what can be done, what was done."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.contrib.auth.models import AbstractBaseUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creatives import four_eyes
from creatives.models import Creative, Version
from creatives.review_forms import ExpiryForm
from creatives.reviewing import Standing
from workspace.models import AuditEntry

Status = Version.Status
MOST_ENTRIES = 30
# What the log says of reviews, in words.
ACTIONS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "create": _("made"),
        "add version": _("new version"),
        "submit": _("submitted for review"),
        "recall": _("taken back"),
        "approve": _("approved"),
        "reject": _("rejected"),
        "withdraw": _("withdrawn"),
        "show again": _("shown again"),
        "expire": _("expired"),
        "set expiry": _("end changed"),
        "comment": _("comment"),
        "archive": _("put into the archive"),
        "restore": _("taken out of the archive"),
    }
)
WITH_REASON = frozenset({"reject", "withdraw"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history."""

    at: dt.datetime
    who: str
    what: str | Promise
    number: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page shows of one version's review; the page itself asks for the permissions."""

    standing: Standing
    version: Version
    expiry: ExpiryForm
    entries: list[Entry]
    may_approve: bool
    alone: bool

    @property
    def may_submit(self) -> bool:
        """Whether it is the draft that can be submitted."""
        newest = self.version == self.standing.newest
        return self.version.status == Status.DRAFT and newest and self._is_on_the_shelf

    @property
    def waits(self) -> bool:
        """Whether it is in review."""
        return self.version.status == Status.IN_REVIEW

    @property
    def is_approved(self) -> bool:
        """Whether it can be withdrawn."""
        return self.version.status == Status.APPROVED

    @property
    def may_show_again(self) -> bool:
        """Whether it is approved and another version, or none, is shown."""
        other = self.version.pk != self.standing.creative.live_id
        return self.is_approved and other and self._is_on_the_shelf

    @property
    def _is_on_the_shelf(self) -> bool:
        return not (self.standing.creative.archived_at or self.standing.is_over)


def of(
    creative: Creative,
    versions: Sequence[Version],
    version: Version | None,
    *,
    person: AbstractBaseUser,
    now: dt.datetime,
    expiry: ExpiryForm | None = None,
) -> Panel | None:
    """The panel for one version of a creative; None for a creative without any."""
    if version is None:
        return None
    version.creative = creative
    waits = version.status == Status.IN_REVIEW
    return Panel(
        standing=Standing(creative, versions, now),
        version=version,
        expiry=expiry or ExpiryForm(initial={"expires_at": creative.expires_at}),
        entries=history(creative),
        may_approve=waits and four_eyes.may_review(version, person),
        alone=waits and four_eyes.is_alone(version),
    )


def history(creative: Creative) -> list[Entry]:
    """What the log says of its reviews, the latest first."""
    rows = AuditEntry.objects.filter(
        site_id=creative.site_id,
        object_type="creative",
        object_key=creative.key,
        action__in=ACTIONS,
    )
    return [_entry(row) for row in rows[:MOST_ENTRIES]]


def _entry(row: AuditEntry) -> Entry:
    about = (row.after or {}).get("version") or {}
    about = about if isinstance(about, dict) else {}
    words = about.get("comment", "")
    if row.action in WITH_REASON:
        words = about.get("reason", "")
    return Entry(row.at, row.actor_name, ACTIONS[row.action], about.get("number"), words)
