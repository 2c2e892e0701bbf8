"""What waits for review, and what a reviewer needs to see of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from creatives import differences, four_eyes
from creatives.differences import Difference
from creatives.models import Comment, Creative, Version
from delivery.locales import direction
from workspace.models import Site
from workspace.sentences import together

Status = Version.Status


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a version in one language; `own` unless they are those of the first one."""

    locale: str
    dir: str
    alt: str
    landing_url: str
    slots: dict[str, str]
    own: bool


@dataclass(frozen=True)
class Standing:
    """How a creative stands, for its page and the review page."""

    creative: Creative
    versions: Sequence[Version]
    now: dt.datetime

    @property
    def live(self) -> Version | None:
        """The version that visitors see, if its time is not over."""
        return None if self.is_over else self.chosen

    @cached_property
    def chosen(self) -> Version | None:
        """The approved version that would be shown."""
        return next((v for v in self.versions if v.pk == self.creative.live_id), None)

    @cached_property
    def waiting(self) -> Version | None:
        """The version in review."""
        return next((v for v in self.versions if v.status == Status.IN_REVIEW), None)

    @property
    def newest(self) -> Version | None:
        """The newest version."""
        return self.versions[0] if self.versions else None

    @property
    def is_over(self) -> bool:
        """Whether it has expired."""
        return self.creative.expires_at is not None and self.creative.expires_at <= self.now

    @property
    def sentence(self) -> str:
        """What visitors see, and what is to come."""
        return together((self._shown(), self._coming()))

    def _shown(self) -> str:
        if self.chosen is None:
            return _("No version is shown: it needs an approval first.")
        number = {"n": self.chosen.number}
        if self.is_over:
            return _("Version %(n)s is approved, but its time is over: nobody sees it.") % number
        return _("Version %(n)s is shown wherever this banner runs.") % number

    def _coming(self) -> str:
        if self.waiting:
            return _("Version %(n)s waits for review.") % {"n": self.waiting.number}
        if self.newest is None or self.newest == self.chosen:
            return ""
        words = {
            Status.DRAFT: _("Version %(n)s is a draft."),
            Status.REJECTED: _("Version %(n)s was rejected."),
            Status.WITHDRAWN: _("Version %(n)s was withdrawn."),
        }
        return words.get(Status(self.newest.status), "") % {"n": self.newest.number}


def queue(site: Site) -> QuerySet[Version]:
    """What waits for review, the longest first, with what a list shows."""
    rows = Version.objects.filter(creative__site=site, status=Status.IN_REVIEW)
    shown = ("creative__site", "creative__live", "created_by", "submitted_by")
    return rows.select_related(*shown).prefetch_related("renditions").order_by("submitted_at", "pk")


def for_person(site: Site, person: AbstractBaseUser) -> QuerySet[Version]:
    """What of it this person may decide."""
    if not site.four_eyes:
        return queue(site)
    return queue(site).exclude(Q(created_by_id=person.pk) | Q(submitted_by_id=person.pk))


def next_after(version: Version, person: AbstractBaseUser) -> Version | None:
    """What this person may look at next: the one behind it in the queue, else the first."""
    others = _others(version, person)
    return others.filter(_later(version)).first() or others.first()


def previous_before(version: Version, person: AbstractBaseUser) -> Version | None:
    """The one before it in the queue, else the last."""
    others = _others(version, person)
    return others.exclude(_later(version)).last() or others.last()


def _others(version: Version, person: AbstractBaseUser) -> QuerySet[Version]:
    return for_person(version.creative.site, person).exclude(pk=version.pk)


def _later(version: Version) -> Q:
    """What stands behind it in the queue; everything, where it does not wait itself."""
    if version.submitted_at is None:
        return Q()
    same = Q(submitted_at=version.submitted_at, pk__gt=version.pk)
    return Q(submitted_at__gt=version.submitted_at) | same


def changes(version: Version) -> list[Difference]:
    """What its words say that those of the version shown now do not."""
    live = version.creative.live
    return differences.between(live, version) if live and live != version else []


def words(version: Version) -> list[Said]:
    """What it says in each language of the site, the first language first."""
    first, *others = version.creative.site.locales
    said = [_said(first, version.alt, version.landing_url, version.slots, own=True)]
    copies = {copy.locale: copy for copy in version.copies.all()}
    for locale in others:
        copy = copies.get(locale)
        alt = (copy.alt if copy else "") or version.alt
        url = (copy.landing_url if copy else "") or version.landing_url
        slots = version.slots | (copy.slots if copy else {})
        said.append(_said(locale, alt, url, slots, own=copy is not None))
    return said


def remarks(version: Version) -> list[tuple[int, Comment]]:
    """The comments with their numbers."""
    rows = version.comments.select_related("author", "resolved_by")
    return list(enumerate(rows, start=1))


def may_approve(version: Version, person: AbstractBaseUser) -> bool:
    """Whether four eyes allow it."""
    return four_eyes.may_review(version, person)


def _said(locale: str, alt: str, url: str, slots: dict[str, str], *, own: bool) -> Said:
    return Said(locale, direction(locale), alt, url, slots, own)
