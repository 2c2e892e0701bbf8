"""Creatives: listed, made, changed, put away."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from creatives import cutting, details, expiring, library, words
from creatives.api import filters, finding
from creatives.api.data import CreativeData
from creatives.api.typed import CreativeChange, CreativeInput
from creatives.models import Creative
from engine.errors import InvalidInput
from workspace.api import etags
from workspace.api.bodies import JsonBody
from workspace.api.callers import Caller
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, Asked, SiteView
from workspace.models import Site

BOTH = {"multipart/form-data": CreativeInput, "application/json": CreativeInput}


class Creatives(SiteView):
    """The banners of a site."""

    resource = "creatives"
    serializer_class = CreativeData
    queryset = Creative.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    parser_classes = (MultiPartParser, JsonBody)
    orders: ClassVar[tuple[str, ...]] = ("-created_at", "created_at", "name", "-name")
    asks: ClassVar[Asked] = {"list": filters.PARAMETERS}

    def list(self, request: Request, **_parts: object) -> Response:
        """All banners, the newest first, in pages."""
        rows = finding.creatives(self.site)
        asked = request.query_params
        rows = filters.narrowed(rows, asked, site=self.site, now=timezone.now())
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(CreativeData(page, many=True).data)

    def retrieve(self, request: Request, key: str, **_parts: object) -> Response:
        """One banner; its ETag is for `If-Match` of a change."""
        return etags.answer(request, CreativeData(finding.creative(self.site, key)).data)

    @extend_schema(request=BOTH, responses={201: CreativeData})
    def create(self, request: Request, **_parts: object) -> Response:
        """A banner with its first version, a draft, from a file or from an earlier upload."""
        values = self.read(CreativeInput)
        with transaction.atomic():
            made = _made(self.caller, values, now=timezone.now())
        data = CreativeData(finding.creative(self.site, made.key)).data
        return etags.answer(request, data, CREATED)

    @extend_schema(request=CreativeChange, responses=CreativeData)
    def partial_update(self, request: Request, key: str, **_parts: object) -> Response:
        """Name, tags, owner, licence, end and caps; with `If-Match` only if nobody was faster."""
        values = self.read(CreativeChange)
        with transaction.atomic():
            finding.creative(self.site, key)
            Creative.objects.select_for_update().get(site=self.site, key=key)
            row = finding.creative(self.site, key)
            etags.check(request, CreativeData(row).data)
            _change(row, values, self.caller, now=timezone.now())
        return etags.answer(request, CreativeData(finding.creative(self.site, key)).data)

    @extend_schema(request=None, responses=CreativeData)
    def archive(self, request: Request, key: str, **_parts: object) -> Response:
        """Put it away; 409 while visitors still see it."""
        row = finding.creative(self.site, key)
        library.archive(row, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, CreativeData(finding.creative(self.site, key)).data)

    @extend_schema(request=None, responses=CreativeData)
    def restore(self, request: Request, key: str, **_parts: object) -> Response:
        """Take it out of the archive."""
        row = finding.creative(self.site, key)
        library.restore(row, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, CreativeData(finding.creative(self.site, key)).data)


def picture_of(site: Site, values: Mapping[str, Any]) -> tuple[Any, str]:
    """What was sent, or an earlier upload of the site, and its name; (None, "") for neither."""
    if file := values.get("upload"):
        return file, file.name or ""
    if sha256 := values.get("original"):
        return finding.original(site, sha256)
    return None, ""


def _made(caller: Caller, values: Mapping[str, Any], *, now: dt.datetime) -> Creative:
    data, filename = picture_of(caller.site, values)
    if data is None:
        raise InvalidInput(
            _("A picture is needed."),
            field="upload",
            hint=_("Send a file as `upload`, or `original` to use an earlier one again."),
        )
    made = library.create(
        caller.site,
        name=values["name"],
        key=values.get("key"),
        alt=values.get("alt", ""),
        landing_url=values.get("landing_url", ""),
        decorative=bool(values.get("decorative")),
        upload=data,
        filename=filename,
        actor=caller.person,
        now=now,
    )
    version = words.rewrite(made, values.get("words", {}), actor=caller.person, now=now)
    fresh = version or made.versions.get()
    cutting.ask_where_it_fits(fresh, actor=caller.person, now=now)
    return made


def _change(row: Creative, values: Mapping[str, Any], caller: Caller, *, now: dt.datetime) -> None:
    steps: Mapping[str, Callable[..., object]] = {
        "name": partial(library.rename, row, name=values.get("name", "")),
        "tags": partial(details.set_tags, row, tags=values.get("tags", ())),
        "owner": lambda **by: details.set_owner(row, owner=_owner(caller.site, values), **by),
        "licence": partial(details.set_licence, row, licence=values.get("licence", "")),
        "expires_at": partial(expiring.set_expiry, row, expires_at=values.get("expires_at")),
    }
    for name, step in steps.items():
        if name in values:
            step(actor=caller.person, now=now)
    if {"cap_per_session", "cap_per_day"} & values.keys():
        details.set_caps(
            row,
            per_session=values.get("cap_per_session", row.cap_per_session),
            per_day=values.get("cap_per_day", row.cap_per_day),
            actor=caller.person,
            now=now,
        )


def _owner(site: Site, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a person or nobody
    name = values["owner"]
    if name is None:
        return None
    member = site.memberships.select_related("user").filter(user__username=name).first()
    if member is None:
        raise InvalidInput(_("This person does not belong to the site."), field="owner")
    return member.user
