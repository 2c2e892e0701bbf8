"""What is under way in the demo's studio: two versions in review, one rejected, one draft, one end.

Like everything that a seed makes it is nobody's work in the audit log; the names on the pages are
those of the demo's people.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User

from creatives import comments, expiring, library, review
from creatives.comments import Region
from creatives.models import Comment, Creative, Version
from demo import art
from workspace.models import Role

DAYS_LEFT = 5
REGION = Region(left=58.0, top=12.0, width=34.0, height=52.0)
REMARK = "The price is the one from last week. Please take it from the list."
REASON = "Right idea, wrong price: see the comment on the picture."


@dataclass(frozen=True, slots=True)
class Next:
    """The second version of a banner: what it says, and whose picture it takes."""

    key: str
    alt: str
    leads_to: str
    picture: str = ""


WRAP = Next(
    "cart-wrap",
    "Is it a gift? We wrap it by hand, with a card in your words · 送礼？手工包好，附上卡片",
    "cart/",
)
LAMPS = Next(
    "strip-lamps",
    "Good coffee, good light: Heron kettle, ¥269, Halo desk lamp, ¥329 · 好咖啡，好灯光",
    "c/home/",
    "strip-coffee",
)
COUNTDOWN = Next(
    "clear-countdown",
    "Clearance until Sunday night: last pairs from ¥251 · 清仓至周日：最后几双",
    "clearance/",
    "clear-last-pairs",
)
LINEN = Next("side-linen", "Softer with every wash: Tide linen throw, now in four colours", "")


def stage(made: Mapping[str, Creative], people: Mapping[Role, User], *, now: dt.datetime) -> None:
    """Bring the banners there; those that have a second version already stay as they are."""
    for plan in (WRAP, LAMPS):
        if version := _next(made[plan.key], plan, now=now):
            _submit(version, people, now=now)
    _next(made[LINEN.key], LINEN, now=now)
    if version := _next(made[COUNTDOWN.key], COUNTDOWN, now=now):
        _submit(version, people, now=now)
        _reject(version, people, now=now)
        end = now + dt.timedelta(days=DAYS_LEFT)
        expiring.set_expiry(version.creative, expires_at=end, actor=None, now=now)


def _next(creative: Creative, plan: Next, *, now: dt.datetime) -> Version | None:
    if creative.archived_at or creative.versions.count() != 1:
        return None
    picture = next((b for b in art.BANNERS if b.key == plan.picture), None)
    return library.add_version(
        creative,
        alt=plan.alt,
        landing_url=f"{settings.PUBLIC_URL}/demo/{plan.leads_to}",
        upload=picture.read() if picture else None,
        filename=picture.file if picture else "",
        actor=None,
        now=now,
    )


def _submit(version: Version, people: Mapping[Role, User], *, now: dt.datetime) -> None:
    review.submit(version, actor=None, now=now)
    Version.objects.filter(pk=version.pk).update(submitted_by=people[Role.MARKETER])


def _reject(version: Version, people: Mapping[Role, User], *, now: dt.datetime) -> None:
    remark = comments.add(version, text=REMARK, region=REGION, actor=None, now=now)
    Comment.objects.filter(pk=remark.pk).update(author=people[Role.MANAGER])
    review.reject(version, reason=REASON, actor=None, now=now)
    Version.objects.filter(pk=version.pk).update(reviewed_by=people[Role.MANAGER])
