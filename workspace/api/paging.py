"""Pages by cursor: nothing is skipped or told twice while rows come and go."""

import binascii
from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from engine.errors import InvalidInput
from workspace.api.refusals import unknown


class Cursor(CursorPagination):
    """`?page_size=100&ordering=name`; `next` and `previous` are the addresses to follow."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """From 1 to 200; raises InvalidInput."""
        text = request.query_params.get("page_size", str(self.page_size))
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= self.max_page_size:
            raise InvalidInput(
                _("A number from 1 to %(n)s.") % {"n": self.max_page_size}, field="page_size"
            )
        return int(text)

    def paginate_queryset(
        self,
        queryset: Any,  # noqa: ANN401 - a query
        request: Request,
        view: Any = None,  # noqa: ANN401
    ) -> list[Any] | None:
        """One page; raises InvalidInput for a cursor that none of our answers held."""
        try:
            return super().paginate_queryset(queryset, request, view=view)
        except (NotFound, ValueError, TypeError, binascii.Error):
            raise _no_cursor() from None

    def decode_cursor(self, request: Request) -> Any:  # noqa: ANN401 - the framework's own tuple
        found: Any = super().decode_cursor(request)
        if found is not None and "\x00" in str(found.position or ""):
            raise _no_cursor()
        return found

    def get_ordering(
        self,
        request: Request,
        queryset: "QuerySet[Model]",  # noqa: ARG002 - the framework's signature
        view: Any,  # noqa: ANN401
    ) -> tuple[str, ...]:
        """One of the view's orders, then by age so that no two rows are equal."""
        offered: Sequence[str] = view.orders
        wanted = request.query_params.get("ordering") or offered[0]
        if wanted not in offered:
            raise unknown("ordering", wanted, offered)
        return (wanted, "-pk" if wanted.startswith("-") else "pk")


def _no_cursor() -> InvalidInput:
    return InvalidInput(
        _("This is no cursor of an earlier answer."),
        field="cursor",
        hint=_("Follow `next` and `previous` as they are."),
    )
