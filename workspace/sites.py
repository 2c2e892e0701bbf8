"""A new site, with its first administrator and a publishable key to begin with."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from engine.errors import Conflict
from workspace import audit, keys
from workspace.models import ApiKey, Membership, Role, Site

FIRST_KEY = "Storefront"
CHANGED = (
    "name",
    "origins",
    "currency",
    "timezone",
    "view_window_days",
    "click_window_days",
    "count_automated",
    "locales",
    "four_eyes",
    "holdout_share",
)
"""What the general settings may change."""


@transaction.atomic
def create(
    key: str,
    *,
    name: str,
    owner: AbstractBaseUser,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    origins: tuple[str, ...] = (),
    is_demo: bool = False,
) -> Site:
    """Make a site; `owner` becomes its administrator. Raises Conflict for a taken key."""
    site, made = Site.objects.get_or_create(
        key=key,
        defaults={
            "name": name,
            "currency": currency,
            "timezone": timezone,
            "origins": list(origins),
            "is_demo": is_demo,
            # The shoppers of a demo are scripts.
            "count_automated": is_demo,
            # One person alone can walk through a demo.
            "four_eyes": not is_demo,
            "launch_review": not is_demo,
        },
    )
    if not made:
        raise Conflict(_("There is a site with this key already."), field="key")
    Membership.objects.create(site=site, user_id=owner.pk, role=Role.ADMINISTRATOR)
    audit.record(
        site=site, actor=actor, action="create", subject=site, after=audit.state_of(site), now=now
    )
    keys.create(site, name=FIRST_KEY, kind=ApiKey.Kind.PUBLISHABLE, actor=actor, now=now)
    return site


@transaction.atomic
def change(
    site: Site, *, before: audit.State, actor: AbstractBaseUser | None, now: dt.datetime
) -> Site:
    """Save the general settings of a site."""
    site.save(update_fields=CHANGED)
    audit.record(
        site=site,
        actor=actor,
        action="change",
        subject=site,
        before=before,
        after=audit.state_of(site),
        now=now,
    )
    return site
