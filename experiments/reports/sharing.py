"""Links that show one report to whoever has them: secret, limited in time, counted, revocable.

Only the hash of a secret is kept: from a copy of the database no link can be made.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, InvalidInput, NotFound
from experiments.models import Experiment, ReportVersion, ShareLink
from workspace import access, audit
from workspace.access import Permission

__all__ = ["Made", "create", "may_share", "note_opened", "of", "open_link", "revoke"]

RANDOM_BYTES: Final = 32
"""256 bits: a plain SHA-256 of it can be stored, there is nothing to guess."""
HINT: Final = 6
"""First characters, to tell links apart in the list; 220 bits stay secret."""
DAYS: Final = 30
MOST_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Made:
    """A new link and its secret, which exists only here."""

    link: ShareLink
    secret: str


def may_share(role: str) -> bool:
    """Whoever designs or decides; reading alone does not carry a report out of the house."""
    return any(access.allows(role, one) for one in (Permission.EDIT, Permission.DECIDE))


@transaction.atomic
def create(
    experiment: Experiment,
    *,
    language: str,
    days: int,
    version: ReportVersion | None,
    actor: AbstractBaseUser,
    now: dt.datetime,
) -> Made:
    """A link to the report as it is now, whenever that is, or to a version.

    Raises:
        InvalidInput: A language that there is not, days beyond a year, a version of another test.
    """
    _check(experiment, language, days, version)
    secret = secrets.token_urlsafe(RANDOM_BYTES)
    link = ShareLink.objects.create(
        experiment=experiment,
        version=version,
        secret_hash=digest(secret),
        hint=secret[:HINT],
        language=language,
        created_by_id=actor.pk,
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    _record(link, "share", actor=actor, now=now)
    return Made(link, secret)


@transaction.atomic
def revoke(link: ShareLink, *, actor: AbstractBaseUser, now: dt.datetime) -> None:
    """Take a link back for good.

    Raises:
        IllegalMove: That has been done already.
    """
    if not ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
        raise IllegalMove(_("This link has been taken back already."))
    _record(link, "unshare", actor=actor, now=now)


def open_link(secret: str, *, now: dt.datetime) -> ShareLink:
    """The link with that secret, with experiment, site and version.

    Raises:
        NotFound: Unknown, expired or taken back: nobody is told which.
    """
    wanted = digest(secret)
    rows = ShareLink.objects.select_related("experiment__site", "version")
    link = rows.filter(secret_hash=wanted).first()
    known = link is not None and hmac.compare_digest(link.secret_hash, wanted)
    if link is None or not known or link.revoked_at or link.expires_at <= now:
        raise NotFound(_("This link does not lead to a report, or does not any more."))
    return link


def note_opened(link: ShareLink, *, now: dt.datetime) -> None:
    """Count a reader."""
    rows = ShareLink.objects.filter(pk=link.pk)
    rows.update(opened=F("opened") + 1, last_opened_at=now)


def of(experiment: Experiment) -> QuerySet[ShareLink]:
    """All links to the reports of an experiment, the newest first."""
    rows = ShareLink.objects.filter(experiment=experiment)
    return rows.select_related("version", "created_by").defer("version__payload", "version__inputs")


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(experiment: Experiment, language: str, days: int, version: ReportVersion | None) -> None:
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput(_("There is no such language."), field="language")
    if not 1 <= days <= MOST_DAYS:
        detail = _("A link lasts from 1 to %(most)s days.") % {"most": MOST_DAYS}
        raise InvalidInput(detail, field="days")
    if version is not None and version.experiment_id != experiment.pk:
        raise InvalidInput(_("This version belongs to another experiment."), field="version")


def _record(link: ShareLink, action: str, *, actor: AbstractBaseUser, now: dt.datetime) -> None:
    audit.record(
        site=link.experiment.site,
        actor=actor,
        action=action,
        subject=link.experiment,
        after={
            "id": link.experiment_id,
            "link": f"{link.hint}…",
            "language": link.language,
            "version": link.version.number if link.version else None,
            "expires_at": link.expires_at.isoformat(),
        },
        now=now,
    )
