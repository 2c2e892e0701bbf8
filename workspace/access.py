"""Who may do what: the one table of permissions, and the locks that doors put on themselves."""

import datetime as dt
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from types import MappingProxyType
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from engine.errors import NotAllowed, NotFound, Unauthenticated
from workspace import kept_posts, keys
from workspace.models import ApiKey, Membership, Role, Site

Person = AbstractBaseUser | AnonymousUser
NO_ID = 0  # of somebody who is not logged in
Parameters = ParamSpec("Parameters")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# How exact `last used` of a key is: a write on every call would be the dearest part of the call.
LAST_USED_STEP = dt.timedelta(minutes=1)


class Permission(StrEnum):
    """What a door may ask for."""

    VIEW = "view"
    EDIT = "edit"  # creatives, placements, drafts
    REVIEW = "review"  # say yes or no to banners; four eyes keep people from their own
    LAUNCH = "launch"  # start, pause and stop experiments
    APPROVE = "approve"  # let somebody else's experiment go out
    DECIDE = "decide"  # what becomes of a finished experiment
    ADMINISTER = "administer"  # keys, people, the site itself


GRANTS: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        Role.MARKETER: frozenset(
            {
                Permission.VIEW,
                Permission.EDIT,
                Permission.REVIEW,
                Permission.LAUNCH,
                Permission.APPROVE,
            }
        ),
        Role.MANAGER: frozenset(
            {Permission.VIEW, Permission.REVIEW, Permission.APPROVE, Permission.DECIDE}
        ),
        Role.ANALYST: frozenset({Permission.VIEW}),
        Role.ADMINISTRATOR: frozenset(Permission),
    }
)
NOBODY: frozenset[Permission] = frozenset()

UNKNOWN_SITE = _("There is no such site, or you are not a member of it.")
ROLE_LACKS = _("Your role on this site does not allow that.")
ROLE_HINT = _("An administrator of the site can give you another role under Settings, People.")


class SiteRequest(HttpRequest):
    """What a page behind `site_page` receives: somebody is logged in and is a member."""

    user: User
    site: Site  # type: ignore[assignment]  # the stubs mean django.contrib.sites
    role: str


def allows(role: str | None, permission: Permission) -> bool:
    """Whether a role includes a permission."""
    return permission in GRANTS.get(role or "", NOBODY)


def roles_with(permission: Permission) -> list[str]:
    """The roles that include a permission."""
    return [role for role, granted in GRANTS.items() if permission in granted]


def require(user: Person, site: Site, permission: Permission) -> str:
    """The role of a member who may; raises NotFound for strangers, NotAllowed for the others."""
    role = (
        Membership.objects.filter(site=site, user_id=user.pk or NO_ID)
        .values_list("role", flat=True)
        .first()
    )
    if role is None:
        raise NotFound(UNKNOWN_SITE)
    return _checked(role, permission)


def _checked(role: str, permission: Permission) -> str:
    if not allows(role, permission):
        raise NotAllowed(ROLE_LACKS, hint=ROLE_HINT)
    return role


def _membership(user: Person, site_key: str) -> Membership:
    found = (
        Membership.objects.select_related("site")
        .filter(site__key=site_key, user_id=user.pk or NO_ID)
        .first()
    )
    if found is None:
        raise NotFound(UNKNOWN_SITE)
    return found


def site_page(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[SiteRequest, Parameters], HttpResponse]], Callable[..., HttpResponse]
]:
    """Lock a page of a site.

    The address carries `site`; the view does not receive it, but finds `request.site` and
    `request.role`. Strangers to the site get 404, members without the permission 403. Times on the
    page are those of the site.
    """

    def lock(
        view: Callable[Concatenate[SiteRequest, Parameters], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @wraps(view)
        def page(
            request: SiteRequest, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponse:
            site = str(kwargs.pop("site"))
            if not request.user.is_authenticated:
                return _to_login(request)
            membership = _membership(request.user, site)
            request.site, request.role = membership.site, membership.role
            _checked(membership.role, permission)
            if request.session.get("site") != site:
                request.session["site"] = site
            with timezone.override(membership.site.timezone):
                return view(request, *args, **kwargs)

        return page

    return lock


def _to_login(request: HttpRequest) -> HttpResponse:
    typed = request.method == "POST" and not request.headers.get("HX-Request")
    kept = kept_posts.keep(request, now=timezone.now()) if typed else request.get_full_path()
    answer = redirect_to_login(kept)
    if request.headers.get("HX-Request"):
        # A part of a page cannot become the log-in form: let the whole page go there.
        return HttpResponse(headers={"HX-Redirect": answer.url})
    return answer


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sk_…` (or `pk_…`); a key stands for a site, not for a person."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        scheme, _space, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = keys.find(text.strip())
        if key is None:
            raise Unauthenticated(_("This key is unknown or has been revoked."))
        now = timezone.now()
        _check_time(key, now)
        _check_browser(key, request.headers.get("Origin"), now)
        _note_use(key, now=now)
        return (None, key)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        return "Bearer"


def _check_time(key: ApiKey, now: dt.datetime) -> None:
    if keys.expired(key, now=now):
        raise Unauthenticated(
            _("This key has expired."),
            hint=_("An administrator can make a new one under Settings, API keys."),
        )


def _check_browser(key: ApiKey, origin: str | None, now: dt.datetime) -> None:
    """Servers send no Origin; who can read a page can read the key in it."""
    if origin is None or key.kind != ApiKey.Kind.SECRET:
        return
    keys.seen_in_a_browser(key, origin=origin, now=now)
    raise NotAllowed(
        _("A secret key was sent from a page (%(origin)s).") % {"origin": origin[:200]},
        hint=_("Revoke it, make a new one and keep it on a server: pages use publishable keys."),
    )


def _note_use(key: ApiKey, *, now: dt.datetime) -> None:
    if key.last_used_at is None or now - key.last_used_at > LAST_USED_STEP:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


class HasSecretKey(BasePermission):
    """The management API is for servers: publishable keys lie open in every browser."""

    def has_permission(self, request: Request, view: object) -> bool:  # noqa: ARG002
        key = request.auth
        if not isinstance(key, ApiKey):
            raise Unauthenticated(
                _("No key was sent."), hint=_("Send it as: Authorization: Bearer sk_…")
            )
        if key.kind != ApiKey.Kind.SECRET:
            raise NotAllowed(
                _("This needs a secret key (sk_…)."),
                hint=_("An administrator can make one under Settings, API keys."),
            )
        if key.scope == ApiKey.Scope.READ and request.method not in READING:
            raise NotAllowed(
                _("This key may only read."),
                hint=_("An administrator can make one that may write under Settings, API keys."),
            )
        return True
