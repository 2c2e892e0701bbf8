"""Versions of a creative: listed, made, put into words, moved through review."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from creatives import cutting, library, repeating, review, words
from creatives.api import finding
from creatives.api.creatives import picture_of
from creatives.api.data import SpokenData, VersionData
from creatives.api.typed import MoveInput, SayingInput, VersionInput, saying_of
from creatives.models import Creative, Version
from workspace.access import Permission
from workspace.api import etags
from workspace.api.bodies import JsonBody
from workspace.api.callers import Caller
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, SiteView

BOTH = {"multipart/form-data": VersionInput, "application/json": VersionInput}
Move = Callable[..., Version]


class Versions(SiteView):
    """The versions of a banner."""

    resource = "versions"
    tagged = True
    serializer_class = VersionData
    queryset = Version.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    parser_classes = (MultiPartParser, JsonBody)
    lookup_field = "number"
    orders: ClassVar[tuple[str, ...]] = ("-number", "number")
    needs: ClassVar[Mapping[str, Permission]] = {
        "approve": Permission.REVIEW,
        "reject": Permission.REVIEW,
        "withdraw": Permission.REVIEW,
    }

    def list(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """All versions, the newest first, in pages."""
        page = self.paginate_queryset(finding.versions(self.site, key))
        return self.get_paginated_response(VersionData(page, many=True).data)

    def retrieve(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """One version with its words and files."""
        return self._told(request, key, number)

    @extend_schema(request=BOTH, responses={201: VersionData})
    def create(self, request: Request, key: str, **_parts: object) -> Response:
        """The next version, a draft; without a file the picture stays, without words they do."""
        values = self.read(VersionInput)
        creative = finding.creative(self.site, key)
        with transaction.atomic():
            made = _next(creative, values, self.caller, now=timezone.now())
        return self._told(request, key, made.number, CREATED)

    @extend_schema(request=SayingInput, responses=SpokenData)
    def say(
        self, request: Request, key: str, number: int, locale: str, **_parts: object
    ) -> Response:
        """What a draft says in one language; 409 once it is no draft any more."""
        values = self.read(SayingInput)
        version = finding.version(self.site, key, number)
        locale = words.check_locale(self.site, locale)
        with transaction.atomic():
            words.newest(version.creative)
            held = finding.version(self.site, key, number)
            etags.check(request, _said(held, locale))
            words.say(
                held,
                locale,
                saying_of(values),
                decorative=values.get("decorative"),
                actor=self.caller.person,
                now=timezone.now(),
            )
        return etags.answer(request, _said(finding.version(self.site, key, number), locale))

    @extend_schema(responses=SpokenData)
    def said(
        self, request: Request, key: str, number: int, locale: str, **_parts: object
    ) -> Response:
        """What a version says in one language."""
        locale = words.check_locale(self.site, locale)
        return etags.answer(request, _said(finding.version(self.site, key, number), locale))

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def facts(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """What was measured of its file."""
        return etags.answer(request, finding.version(self.site, key, number).facts)

    @extend_schema(request=None, responses=VersionData)
    def submit(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """Ask for review."""
        return self._moved(request, key, number, review.submit)

    @extend_schema(request=None, responses=VersionData)
    def recall(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """Take it back from review."""
        return self._moved(request, key, number, review.recall)

    @extend_schema(request=MoveInput, responses=VersionData)
    def approve(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """Let visitors see it; a person must, with four eyes another one than who made it."""
        waivers = self.read(MoveInput).get("waivers")
        return self._moved(request, key, number, review.approve, waivers=waivers)

    @extend_schema(request=MoveInput, responses=VersionData)
    def reject(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """Say no, and why; a person must."""
        reason = self.read(MoveInput)["reason"]
        return self._moved(request, key, number, review.reject, reason=reason)

    @extend_schema(request=MoveInput, responses=VersionData)
    def withdraw(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """Take it away from visitors, and why; a person must."""
        reason = self.read(MoveInput)["reason"]
        return self._moved(request, key, number, review.withdraw, reason=reason)

    @extend_schema(request=None, responses=VersionData)
    def show_again(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """Go back to an earlier approved version."""
        return self._moved(request, key, number, review.show_again)

    @extend_schema(request=None, responses={201: VersionData})
    def bring_back(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """The next version, a draft with the content of this one."""
        version = finding.version(self.site, key, number)
        made = repeating.bring_back(version, actor=self.caller.person, now=timezone.now())
        return self._told(request, key, made.number, CREATED)

    def _moved(
        self, request: Request, key: str, number: int, move: Move, **options: object
    ) -> Response:
        version = finding.version(self.site, key, number)
        with transaction.atomic():
            words.newest(version.creative)  # held, so that the tag is that of what is moved
            etags.check(request, VersionData(finding.version(self.site, key, number)).data)
            move(version, actor=self.caller.person, now=timezone.now(), **options)
        return self._told(request, key, number)

    def _told(self, request: Request, key: str, number: int, status: int = 200) -> Response:
        data = VersionData(finding.version(self.site, key, number)).data
        return etags.answer(request, data, status)


def _said(version: Version, locale: str) -> Any:  # noqa: ANN401 - as the serializer makes it
    said = next(one for one in words.spoken(version) if one.locale == locale)
    return SpokenData(said).data


def _next(
    creative: Creative, values: Mapping[str, Any], caller: Caller, *, now: dt.datetime
) -> Version:
    last = words.newest(creative)
    data, filename = picture_of(caller.site, values)
    decorative = values.get("decorative")
    library.add_version(
        creative,
        alt=values.get("alt", last.alt),
        landing_url=values.get("landing_url", last.landing_url),
        decorative=last.decorative if decorative is None else decorative,
        upload=data,
        filename=filename,
        actor=caller.person,
        now=now,
    )
    words.rewrite(creative, values.get("words", {}), actor=caller.person, now=now)
    newest = words.newest(creative)
    cutting.ask_where_it_fits(newest, actor=caller.person, now=now)
    return newest
