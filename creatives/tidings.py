"""What webhooks hear of a creative: how far its review is, and when it ends."""

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Version
from workspace import webhooks

EVENTS: Mapping[str, str] = {
    "submit": "creative.submitted",
    "approve": "creative.approved",
    "reject": "creative.rejected",
    "withdraw": "creative.withdrawn",
}
EXPIRED = "creative.expired"
webhooks.register(
    {
        "creative.submitted": _("A version was submitted for review"),
        "creative.approved": _("A version was approved"),
        "creative.rejected": _("A version was rejected"),
        "creative.withdrawn": _("A version was withdrawn"),
        EXPIRED: _("A banner has expired"),
    }
)


def moved(
    creative: Creative,
    version: Version,
    move: str,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    """Tell of a move; taking a version back is nobody's business."""
    if move in EVENTS:
        _tell(creative, EVENTS[move], version, actor, now)


def expired(creative: Creative, *, now: dt.datetime) -> None:
    """Tell that its time is over."""
    _tell(creative, EXPIRED, creative.live, None, now)


def _tell(
    creative: Creative,
    event: str,
    version: Version | None,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    page = reverse("creatives:creative", args=[creative.site.key, creative.key])
    payload = {
        "site": creative.site.key,
        "creative": creative.key,
        "name": creative.name,
        "version": version.number if version else None,
        "actor": actor.get_username() if actor else None,
        "reason": version.reason if version else "",
        "link": f"{settings.PUBLIC_URL}{page}",
    }
    webhooks.announce(creative.site, type=event, payload=payload, now=now)
