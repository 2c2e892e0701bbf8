"""A new site, with its first administrator and a publishable key to begin with."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from workspace import audit
from workspace.models import Membership, Role, Site


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
    """Make a site; `owner` becomes its administrator. Raises InvalidInput or Conflict."""
    site = Site.objects.create(
        key=key,
        name=name,
        currency=currency,
        timezone=timezone,
        origins=list(origins),
        is_demo=is_demo,
    )
    Membership.objects.create(site=site, user_id=owner.pk, role=Role.ADMINISTRATOR)
    audit.record(
        site=site, actor=actor, action="create", subject=site, after=audit.state_of(site), now=now
    )
    return site
