"""Who belongs to a site, and as what."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from engine.errors import Conflict, IllegalMove
from workspace import audit
from workspace.models import Membership, Role, Site

LAST_ADMINISTRATOR = _("A site needs at least one administrator.")
MAKE_ANOTHER = _("Make somebody else an administrator first.")


def add(
    site: Site,
    *,
    user: AbstractBaseUser,
    role: str,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Membership:
    """A new member; raises Conflict for somebody who is one already."""
    with transaction.atomic():
        member, made = Membership.objects.get_or_create(
            site=site, user_id=user.pk, defaults={"role": Role(role)}
        )
        if not made:
            raise Conflict(_("This person belongs to the site already."), field="username")
        _record("add", member, None, actor=actor, now=now)
    return member


def change_role(
    member: Membership, *, role: str, actor: AbstractBaseUser, now: dt.datetime
) -> Membership:
    """Another role; raises IllegalMove when nobody could administer the site any more."""
    with transaction.atomic():
        locked = _locked(member)
        before = _state(locked)
        locked.role = Role(role)
        locked.save(update_fields=["role"])
        _keep_an_administrator(locked.site)
        _record("change role", locked, before, actor=actor, now=now)
    return locked


def remove(member: Membership, *, actor: AbstractBaseUser, now: dt.datetime) -> None:
    """End a membership; raises IllegalMove for the last administrator."""
    with transaction.atomic():
        locked = _locked(member)
        before, pk = _state(locked), locked.pk
        locked.delete()
        _keep_an_administrator(locked.site)
        locked.pk = pk
        audit.record(
            site=locked.site, actor=actor, action="remove", subject=locked, before=before, now=now
        )


def _locked(member: Membership) -> Membership:
    # The site's row, so that two administrators cannot remove each other at the same moment.
    Site.objects.select_for_update().get(pk=member.site_id)
    return Membership.objects.select_related("site", "user").get(pk=member.pk)


def _keep_an_administrator(site: Site) -> None:
    if not Membership.objects.filter(site=site, role=Role.ADMINISTRATOR).exists():
        raise IllegalMove(LAST_ADMINISTRATOR, hint=MAKE_ANOTHER)


def _state(member: Membership) -> dict[str, str]:
    return {"person": member.user.get_username(), "role": member.role}


def _record(
    action: str,
    member: Membership,
    before: dict[str, str] | None,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    audit.record(
        site=member.site,
        actor=actor,
        action=action,
        subject=member,
        before=before,
        after=_state(member),
        now=now,
    )
