"""A link by which somebody sets a new password, handed over by an administrator.

For people whom no mail reaches. It is the link of a forgotten password: signed, good for a day,
and void once a password was set or the person has logged in. It is stored nowhere; the log says
that it was made, by whom and for whom.
"""

import datetime as dt

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, NotAllowed
from workspace import audit
from workspace.models import Membership, Role

ACTION = "make log-in link"


def make(member: Membership, *, actor: User, now: dt.datetime) -> str:
    """The path of a new link for this member; what leads there may set their password.

    Raises:
        IllegalMove: It is oneself, or an account that is closed.
        NotAllowed: The person may do something that the one who asks may not: who has the link
            could do it in their name.
    """
    person = member.user
    _check(person, actor)
    key = default_token_generator.make_token(person)
    audit.record(
        site=member.site,
        actor=actor,
        action=ACTION,
        subject=member,
        after={"person": person.get_username()},
        now=now,
    )
    address = {"uidb36": user_pk_to_url_str(person), "key": key}
    return reverse("account_reset_password_from_key", kwargs=address)


def _check(person: User, actor: User) -> None:
    if person.pk == actor.pk:
        raise IllegalMove(_("Your own password is changed under Password in the account menu."))
    if not person.is_active:
        raise IllegalMove(_("This account is closed."))
    if not actor.is_superuser and (_more_rights(person) or _elsewhere(person, actor)):
        raise NotAllowed(
            _("This person has rights that you do not have, so you cannot let them in."),
            hint=_("Ask somebody who administers all of their sites."),
        )


def _more_rights(person: User) -> bool:
    return person.is_staff or person.is_superuser


def _elsewhere(person: User, actor: User) -> bool:
    """Whether the person belongs to a site that the other one does not administer."""
    mine = Membership.objects.filter(user=actor, role=Role.ADMINISTRATOR).values("site")
    return Membership.objects.filter(user=person).exclude(site__in=mine).exists()
