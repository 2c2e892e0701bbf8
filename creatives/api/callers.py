"""Who calls the management API of the studio, and for which site.

A secret key stands for a site and for nobody: it may do what needs no person. Somebody who is
logged in names the site in the address and may do there what the role allows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from creatives.api.document import Described
from engine.errors import InvalidInput, NotAllowed, NotFound, Unauthenticated
from workspace import access
from workspace.access import HasSecretKey, KeyAuthentication, Permission
from workspace.models import ApiKey, Site

Row = TypeVar("Row")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A yes, a no and a taking away are signed by a person.
PERSONAL = frozenset({"approve", "reject", "withdraw"})


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
    """On whose behalf and for which site a request is answered; a key is no person."""

    site: Site
    person: User | None


class SiteView(GenericViewSet[Any]):
    """Addresses of one site; `needs` says what an action asks for beyond looking and editing."""

    authentication_classes = (KeyAuthentication, ByLogin)
    permission_classes = ()
    parser_classes: Any = (JSONParser,)
    pagination_class: Any = None
    lookup_field = "key"
    schema = Described()
    needs: ClassVar[Mapping[str, Permission]] = {}
    caller: Caller

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        usual = Permission.VIEW if request.method in READING else Permission.EDIT
        needed = self.needs.get(self.action or "", usual)
        self.caller = caller_of(request, kwargs.get("site"), needed, self.action or "")

    @property
    def site(self) -> Site:
        return self.caller.site

    def read(
        self,
        kind: type[serializers.Serializer[Any]],
        *,
        partial: bool = False,
        **more: str,
    ) -> dict[str, Any]:
        """The body of the request, checked; raises InvalidInput with the first field.

        `more` are fields that the address names.
        """
        data = self.request.data
        if more and isinstance(data, Mapping):
            data = {**data, **more}
        form = kind(data=data, context={"site": self.site}, partial=partial)
        if not form.is_valid():
            raise refusal(form.errors)
        found: dict[str, Any] = form.validated_data
        return found


def caller_of(request: Request, site: str | None, needed: Permission, action: str) -> Caller:
    """Who calls; raises Unauthenticated, NotAllowed, or NotFound for what is another site's."""
    if isinstance(request.auth, ApiKey):
        return Caller(_site_of_key(request, request.auth, site, action), None)
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
    return Caller(_site_of_member(request.user, site, needed), request.user)


def _site_of_key(request: Request, key: ApiKey, site: str | None, action: str) -> Site:
    HasSecretKey().has_permission(request, None)
    if site is not None and site != key.site.key:
        raise NotFound(access.UNKNOWN_SITE)
    if action in PERSONAL:
        raise NotAllowed(
            _("A key is no person: somebody has to do this."),
            hint=_("Log in and do it on the page of the version, or by /api/v1/sites/<site>/…"),
        )
    return key.site


def _site_of_member(user: User, key: str, needed: Permission) -> Site:
    found = Site.objects.filter(key=key).first()
    if found is None:
        raise NotFound(access.UNKNOWN_SITE)
    access.require(user, found, needed)
    return found


def refusal(errors: Any, at: str = "") -> InvalidInput:  # noqa: ANN401 - nested as the body is
    """The first error of a body, with the path to its field."""
    if isinstance(errors, Mapping):
        name, inner = next((n, e) for n, e in errors.items() if e)
        return refusal(inner, _deeper(at, name))
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
        number = next(n for n, e in enumerate(errors) if e)
        return refusal(errors[number], f"{at}[{number}]")
    first = errors[0] if isinstance(errors, list) and errors else errors
    return InvalidInput(str(first), field=at or None)


def _deeper(at: str, name: str | int) -> str:
    """The path one step on; rows of a list are told by number."""
    if isinstance(name, int):
        return f"{at}[{name}]"
    return at if name == "non_field_errors" else f"{at}.{name}".lstrip(".")
