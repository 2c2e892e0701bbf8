"""The site itself, its people and its keys. People administer them; a key may read the site."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import NotFound
from workspace import audit, keys, people, sites
from workspace.access import Permission
from workspace.api import etags
from workspace.api.form_bodies import body_of, checked, typed
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, GONE, SiteView
from workspace.forms import KeyForm, MemberForm, SiteForm
from workspace.models import ApiKey, Membership, Role, Site

ADMINISTERED = ("partial_update", "create", "destroy", "revoke")
WHOLE = ("list", *ADMINISTERED)


def _texts(**options: Any) -> serializers.ListField:  # noqa: ANN401 - those of the field
    return serializers.ListField(child=serializers.CharField(max_length=200), **options)


class SiteData(serializers.ModelSerializer[Site]):
    """A shop and its general settings."""

    origins = _texts(read_only=True)
    locales = _texts(read_only=True)

    class Meta:
        model = Site
        fields = (
            "key", "name", "origins", "currency", "timezone", "locales", "is_demo", "four_eyes",
            "launch_review", "holdout_share", "view_window_days", "click_window_days",
            "count_automated", "created_at",
        )  # fmt: skip


SiteChange = body_of(
    SiteForm,
    "SiteChange",
    all_optional=True,
    origins=_texts(required=False),
    locales=_texts(required=False),
)


class TheSite(SiteView):
    """The general settings."""

    resource = "site"
    serializer_class = SiteData
    queryset = Site.objects.none()  # for the document
    needs: ClassVar = {"partial_update": Permission.ADMINISTER}

    def retrieve(self, request: Request, **_parts: object) -> Response:
        """The site and its settings."""
        return etags.answer(request, SiteData(self.site).data)

    @extend_schema(request=SiteChange, responses=SiteData)
    def partial_update(self, request: Request, **_parts: object) -> Response:
        """Change settings; what is left out stays."""
        values = self.read(SiteChange)
        with transaction.atomic():
            site = Site.objects.select_for_update().get(pk=self.site.pk)
            etags.check(request, SiteData(site).data)
            before = audit.state_of(site)
            form = SiteForm(typed(_lines(_stored(site) | values)), instance=site)
            checked(form)
            changed = form.save(commit=False)
            sites.change(changed, before=before, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, SiteData(Site.objects.get(pk=site.pk)).data)


def _stored(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in SiteForm.base_fields}


def _lines(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as the form has them: a text with one on each line."""
    return {n: "\n".join(v) if isinstance(v, list) else v for n, v in values.items()}


class MemberData(serializers.ModelSerializer[Membership]):
    """Somebody who belongs to the site."""

    username = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "username", "role")


MemberInput = body_of(MemberForm, "MemberInput")


class RoleInput(serializers.Serializer[Any]):
    """Another role."""

    role = serializers.ChoiceField(Role.choices)


class Members(SiteView):
    """Who belongs to the site."""

    resource = "members"
    serializer_class = MemberData
    queryset = Membership.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("user__username", "-user__username")
    needs: ClassVar = dict.fromkeys(WHOLE, Permission.ADMINISTER)

    def list(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """All members, in pages."""
        page = self.paginate_queryset(self._rows())
        return self.get_paginated_response(MemberData(page, many=True).data)

    @extend_schema(request=MemberInput, responses={201: MemberData})
    def create(self, request: Request, **_parts: object) -> Response:
        """Somebody new, by the user name of an account that exists."""
        wanted = checked(MemberForm(typed(self.read(MemberInput))))
        made = people.add(
            self.site,
            user=wanted["username"],
            role=wanted["role"],
            actor=self.caller.person,
            now=timezone.now(),
        )
        return etags.answer(request, MemberData(made).data, CREATED)

    @extend_schema(request=RoleInput, responses=MemberData)
    def partial_update(self, request: Request, pk: int, **_parts: object) -> Response:
        """Another role; 409 when nobody could administer the site any more."""
        values, member = self.read(RoleInput), self._one(pk)
        etags.check(request, MemberData(member).data)
        assert self.caller.person is not None  # noqa: S101 - keys do not administer
        changed = people.change_role(
            member, role=values["role"], actor=self.caller.person, now=timezone.now()
        )
        return etags.answer(request, MemberData(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int, **_parts: object) -> Response:
        """End a membership; 409 for the last administrator."""
        member = self._one(pk)
        etags.check(request, MemberData(member).data)
        assert self.caller.person is not None  # noqa: S101 - keys do not administer
        people.remove(member, actor=self.caller.person, now=timezone.now())
        return Response(status=GONE)

    def _rows(self) -> Any:  # noqa: ANN401 - a query
        return self.site.memberships.select_related("user")

    def _one(self, pk: int) -> Membership:
        found: Membership | None = self._rows().filter(pk=pk).first()
        if found is None:
            raise NotFound(_("There is no such member."))
        return found


class KeyData(serializers.ModelSerializer[ApiKey]):
    """A key without its text, of which only a hash is kept."""

    class Meta:
        model = ApiKey
        fields = (
            "id", "name", "kind", "prefix", "scope", "expires_at", "created_at", "last_used_at",
            "revoked_at",
        )  # fmt: skip


class NewKeyData(KeyData):
    """The same with its text, which is said once."""

    text = serializers.CharField(read_only=True, allow_null=True)

    class Meta(KeyData.Meta):
        fields = (*KeyData.Meta.fields, "text")  # type: ignore[assignment]


KeyInput = body_of(KeyForm, "KeyInput")


class Keys(SiteView):
    """The keys of a site."""

    resource = "api_keys"
    serializer_class = KeyData
    queryset = ApiKey.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("-created_at", "created_at", "name")
    needs: ClassVar = dict.fromkeys(WHOLE, Permission.ADMINISTER)
    unsaid: ClassVar = {"create": ("text",)}

    def list(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """All keys, revoked ones too, in pages."""
        page = self.paginate_queryset(self.site.api_keys.all())
        return self.get_paginated_response(KeyData(page, many=True).data)

    @extend_schema(request=KeyInput, responses={201: NewKeyData})
    def create(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """A new key; its text is in this answer and nowhere else."""
        wanted = checked(KeyForm(typed(self.read(KeyInput))))
        made, text = keys.create(self.site, **wanted, actor=self.caller.person, now=timezone.now())
        return Response({**KeyData(made).data, "text": text}, status=CREATED)

    @extend_schema(request=None, responses=KeyData)
    def revoke(self, request: Request, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """End a key for good; 409 when that has been done already."""
        found = self.site.api_keys.filter(pk=pk).first()
        if found is None:
            raise NotFound(_("There is no such key."))
        ended = keys.revoke(found, actor=self.caller.person, now=timezone.now())
        return Response(KeyData(ended).data)
