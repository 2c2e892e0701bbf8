"""Pages by cursor: nothing is skipped or told twice while rows come and go."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from engine.errors import InvalidInput


class Cursor(CursorPagination):
    """`?page_size=100&ordering=name`; `next` and `previous` are the addresses to follow."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

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
            raise InvalidInput(
                _("“%(value)s” is not known here.") % {"value": wanted[:50]},
                field="ordering",
                hint=_("One of: %(values)s.") % {"values": ", ".join(offered)},
            )
        return (wanted, "-pk" if wanted.startswith("-") else "pk")
