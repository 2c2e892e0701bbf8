"""The view of one site that every address of the management API is."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from workspace.access import READING, KeyAuthentication, Permission
from workspace.api import bodies, idempotency, throttling
from workspace.api.bodies import JsonBody
from workspace.api.callers import ByLogin, Caller, caller_of
from workspace.api.document import Described
from workspace.api.refusals import check_names, refusal
from workspace.models import Site

Asked: TypeAlias = Mapping[str, Sequence[OpenApiParameter]]
"""Action → what may stand in its query."""
PAGING = ("cursor", "page_size", "ordering")
CREATED, ACCEPTED, GONE = 201, 202, 204


class SiteView(GenericViewSet[Any]):
    """Addresses of one site.

    Attributes:
        resource: What they are about, in one word: the tag and the first half of operation ids.
        needs: Action → permission, where it is not VIEW for reading and EDIT for writing.
        asks: Action → what may stand in the query; everything else there is refused by name.
        unsaid: Action → fields of the answer that are shown once, and never repeated.
        orders: What a list may be sorted by; the first is the usual order.
        tagged: Whether its POST requests honour `If-Match`, as moves do.
    """

    authentication_classes = (KeyAuthentication, ByLogin)
    permission_classes = ()
    parser_classes: Any = (JsonBody,)
    pagination_class: Any = None
    lookup_field = "key"
    schema = Described()
    resource: ClassVar[str] = ""
    needs: ClassVar[Mapping[str, Permission]] = {}
    asks: ClassVar[Asked] = {}
    unsaid: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    orders: ClassVar[tuple[str, ...]] = ()
    tagged: ClassVar[bool] = False
    caller: Caller

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        self.caller = caller_of(request, kwargs.get("site"), self.needed())
        throttling.check(self.caller.name, now=timezone.now())
        self._check_address(request)
        name = (request.method or "").lower()
        if name in self.action_map:
            unsaid = self.unsaid.get(self.action or "", ())
            handler = idempotency.once(getattr(self, name), request, self.caller, unsaid=unsaid)
            setattr(self, name, handler)

    @property
    def operation(self) -> str:
        """The name of the method that a generated client has for this."""
        return f"{self.resource}_{self.action}"

    def needed(self) -> Permission:
        """What the action asks for."""
        usual = Permission.VIEW if self.request.method in READING else Permission.EDIT
        return self.needs.get(self.action or "", usual)

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
        check_names(data, form.fields)
        found: dict[str, Any] = form.validated_data
        return found

    def _check_address(self, request: Request) -> None:
        for name, value in self.kwargs.items():
            bodies.check_text(name, str(value))
        known = {one.name for one in self.asks.get(self.action or "", ())}
        if self.action == "list" and self.paginator is not None:
            known |= set(PAGING)
        for name, values in request.query_params.lists():
            check_names([name], known)
            for value in values:
                bodies.check_text(name, value)
