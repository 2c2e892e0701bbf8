"""What a person has looked at on a site, once each: a step of the first hour, a note put away."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from workspace.access import NO_ID
from workspace.models import Seen, Site

Person = AbstractBaseUser | AnonymousUser


def note(site: Site, user: Person, what: str, *, now: dt.datetime) -> None:
    """Remember it; saying it again changes nothing."""
    Seen.objects.get_or_create(site=site, user_id=user.pk or NO_ID, what=what, defaults={"at": now})


def by(user: Person, site: Site) -> frozenset[str]:
    """Everything that this person has seen here."""
    rows = Seen.objects.filter(site=site, user_id=user.pk or NO_ID)
    return frozenset(rows.values_list("what", flat=True))
