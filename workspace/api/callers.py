"""Who calls the management API, and for which site.

A secret key stands for a site and for nobody: it may look, edit and run, which needs no person.
Yes and no, decisions, people, keys and settings are signed by somebody who is logged in, names the
site in the address and may do there what the role allows.
"""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from engine.errors import NotAllowed, NotFound, Unauthenticated
from workspace import access
from workspace.access import HasSecretKey, Permission
from workspace.models import ApiKey, Site

IMPERSONAL: Final = frozenset({Permission.VIEW, Permission.EDIT, Permission.LAUNCH})
"""What a key may be allowed: everything else is said by a person."""


class ByLogin(SessionAuthentication):
    """The log-in of the pages; what changes something needs the token against forged requests."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise NotAllowed(
                _("The token against forged requests is missing or wrong."),
                hint=_("Send the cookie csrftoken also as the header X-CSRFToken."),
            ) from None


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf and for which site a request is answered; a key is no person.

    Attributes:
        name: What tells callers apart, in counters and kept answers; no secret.
        role: Of the person on this site; "" of a key.
    """

    site: Site
    person: User | None
    name: str
    role: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether this caller could do that; a key with the scope `read` is refused elsewhere."""
        if self.person is None:
            return permission in IMPERSONAL
        return access.allows(self.role, permission)

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed."""
        if not self.may(permission):
            raise _no_person() if self.person is None else _lacks()


def caller_of(request: Request, site: str | None, needed: Permission) -> Caller:
    """Who calls; raises Unauthenticated, NotAllowed, or NotFound for what is another site's."""
    if isinstance(request.auth, ApiKey):
        return _by_key(request, request.auth, site, needed)
    if not isinstance(request.user, User):
        raise Unauthenticated(
            _("No key was sent, and nobody is logged in."),
            hint=_("Send it as: Authorization: Bearer sk_…"),
        )
    if site is None:
        raise NotFound(
            _("The address names no site."),
            hint=_("Somebody who is logged in uses /api/v1/sites/<site>/…"),
        )
    found = Site.objects.filter(key=site).first()
    if found is None:
        raise NotFound(access.UNKNOWN_SITE)
    role = access.require(request.user, found, needed)
    return Caller(found, request.user, f"user:{request.user.pk}", role)


def _by_key(request: Request, key: ApiKey, site: str | None, needed: Permission) -> Caller:
    HasSecretKey().has_permission(request, None)
    if site is not None and site != key.site.key:
        raise NotFound(access.UNKNOWN_SITE)
    if needed not in IMPERSONAL:
        raise _no_person()
    return Caller(key.site, None, f"key:{key.pk}")


def _no_person() -> NotAllowed:
    return NotAllowed(
        _("A key is no person: somebody has to do this."),
        hint=_("Log in and do it on its page, or by /api/v1/sites/<site>/…"),
    )


def _lacks() -> NotAllowed:
    return NotAllowed(access.ROLE_LACKS, hint=access.ROLE_HINT)
