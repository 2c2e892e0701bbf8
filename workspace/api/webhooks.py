"""Webhooks: whom to tell, and what came of it. People administer them."""

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import Conflict, InvalidInput, NotFound
from workspace import delivering, fetching, webhooks
from workspace.access import Permission
from workspace.api import etags
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, GONE, SiteView
from workspace.models import Delivery, Webhook
from workspace.views.webhooks import MOST

ADMINISTERED = ("list", "retrieve", "create", "partial_update", "destroy", "renew", "test", "again")


class WebhookData(serializers.ModelSerializer[Webhook]):
    """An address that is told; empty `events` are all of them."""

    events = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Webhook
        fields = ("id", "url", "events", "active", "failures", "off_reason", "created_at")


class SecretData(WebhookData):
    """The same with the secret that signs its messages."""

    secret = serializers.CharField(read_only=True, allow_null=True)

    class Meta(WebhookData.Meta):
        fields = (*WebhookData.Meta.fields, "secret")  # type: ignore[assignment]


class WebhookInput(serializers.Serializer[Any]):
    """Whom to tell, and of what."""

    url = serializers.CharField(max_length=500)
    events = serializers.ListField(child=serializers.CharField(max_length=60), required=False)

    def validate_events(self, value: list[str]) -> list[str]:
        """Events that are announced."""
        known = webhooks.known()
        for one in value:
            if one not in known:
                raise serializers.ValidationError(
                    _("“%(value)s” is not known here.") % {"value": one}
                )
        return list(dict.fromkeys(value))


class WebhookChange(WebhookInput):
    """Another address, other events, on or off."""

    url = serializers.CharField(max_length=500, required=False)
    active = serializers.BooleanField(required=False)


class DeliveryData(serializers.ModelSerializer[Delivery]):
    """One message and what came of it."""

    class Meta:
        model = Delivery
        fields = (
            "id", "message_id", "type", "body", "status", "attempts", "next_at", "answer", "error",
            "created_at", "done_at",
        )  # fmt: skip


class OfWebhooks(SiteView):
    """Only administrators of the site."""

    needs: ClassVar = dict.fromkeys(ADMINISTERED, Permission.ADMINISTER)

    def _one(self, pk: int) -> Webhook:
        found = Webhook.objects.select_related("site").filter(site=self.site, pk=pk).first()
        if found is None:
            raise NotFound(_("There is no such webhook."))
        return found


class Webhooks(OfWebhooks):
    """The webhooks of a site."""

    resource = "webhooks"
    serializer_class = WebhookData
    queryset = Webhook.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("-created_at", "created_at", "url")
    unsaid: ClassVar = {"create": ("secret",), "renew": ("secret",)}

    def list(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """All webhooks, in pages."""
        page = self.paginate_queryset(self.site.webhooks.all())
        return self.get_paginated_response(WebhookData(page, many=True).data)

    def retrieve(self, request: Request, pk: int, **_parts: object) -> Response:
        """One webhook."""
        return etags.answer(request, WebhookData(self._one(pk)).data)

    @extend_schema(request=WebhookInput, responses={201: SecretData})
    def create(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """A new one; its secret is in this answer."""
        values = self.read(WebhookInput)
        if self.site.webhooks.count() >= MOST:
            raise Conflict(_("At most %(n)s webhooks.") % {"n": MOST})
        _reach(values["url"])
        made = webhooks.add(
            self.site,
            url=values["url"],
            events=values.get("events", ()),
            actor=self.caller.person,
            now=timezone.now(),
        )
        return Response(SecretData(made).data, status=CREATED)

    @extend_schema(request=WebhookChange, responses=WebhookData)
    def partial_update(self, request: Request, pk: int, **_parts: object) -> Response:
        """Another address, other events, on or off."""
        values, actor, now = self.read(WebhookChange), self.caller.person, timezone.now()
        with transaction.atomic():
            hook = self._one(pk)
            etags.check(request, WebhookData(hook).data)
            if values.keys() & {"url", "events"}:
                wanted = {"url": hook.url, "events": hook.events} | values
                _reach(wanted["url"])
                hook = webhooks.change(
                    hook, url=wanted["url"], events=wanted["events"], actor=actor, now=now
                )
            if values.get("active", hook.active) != hook.active:
                webhooks.switch(hook, on=values["active"], actor=actor, now=now)
        return etags.answer(request, WebhookData(self._one(pk)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int, **_parts: object) -> Response:
        """Gone, with the log of its deliveries."""
        hook = self._one(pk)
        etags.check(request, WebhookData(hook).data)
        webhooks.remove(hook, actor=self.caller.person, now=timezone.now())
        return Response(status=GONE)

    @extend_schema(request=None, responses=SecretData)
    def renew(self, request: Request, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """Another secret, from the next message on."""
        hook = webhooks.renew_secret(self._one(pk), actor=self.caller.person, now=timezone.now())
        return Response(SecretData(hook).data)

    @extend_schema(request=None, responses=DeliveryData)
    def test(self, request: Request, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """Send a message that only tries the address; the answer says what came of it."""
        now = timezone.now()
        sent = webhooks.a_test(self._one(pk), now=now)
        delivering.attempt(sent.pk, now=now)
        sent.refresh_from_db()
        return Response(DeliveryData(sent).data)


class Deliveries(OfWebhooks):
    """What was sent to a webhook."""

    resource = "deliveries"
    serializer_class = DeliveryData
    queryset = Delivery.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("-created_at", "created_at")

    def list(self, request: Request, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """All messages, the newest first, in pages."""
        page = self.paginate_queryset(self._one(pk).deliveries.all())
        return self.get_paginated_response(DeliveryData(page, many=True).data)

    @extend_schema(request=None, responses=DeliveryData)
    def again(self, request: Request, pk: int, delivery: int, **_parts: object) -> Response:  # noqa: ARG002
        """Send a message once more, under its old id."""
        found = self._one(pk).deliveries.filter(pk=delivery).first()
        if found is None:
            raise NotFound(_("There is no such message."))
        delivering.again(found, now=timezone.now())
        found.refresh_from_db()
        return Response(DeliveryData(found).data)


def _reach(url: str) -> None:
    """Raises InvalidInput for an address that leads nowhere: no part of ours is away."""
    try:
        fetching.check(url)
    except fetching.Unreachable as error:
        raise InvalidInput(str(error), field="url", hint=error.hint) from None
