"""What became of the events of a site, and what was refused: reading, and trying again."""

import datetime as dt
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from delivery import remedies
from delivery.remedies import REMEDIES
from engine.errors import InvalidInput
from events import outcomes, replaying
from events.models import Rejected
from events.replaying import Wanted
from experiments import data_health, planes
from workspace.api.jobs import JobData
from workspace.api.paging import Cursor
from workspace.api.refusals import unknown
from workspace.api.views import ACCEPTED, Asked, SiteView

MOST_DAYS = 90
REASON = OpenApiParameter("reason", enum=sorted(REMEDIES), description="Only these.")


class NumbersData(serializers.Serializer[Any]):
    """How many events ended in which way; `received` is the sum of the others."""

    received = serializers.IntegerField()
    stored = serializers.IntegerField()
    filtered = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    conflict = serializers.IntegerField()
    rejected = serializers.IntegerField()


class DayData(serializers.Serializer[Any]):
    """One day at the site."""

    day = serializers.DateField()
    numbers = NumbersData()


class ReasonData(serializers.Serializer[Any]):
    """Why events were refused, and what to do about it."""

    reason = serializers.CharField()
    events = serializers.IntegerField()
    last_at = serializers.DateTimeField()
    sentence = serializers.CharField()
    remedy = serializers.CharField()


class OutcomesOfVariantData(serializers.Serializer[Any]):
    """One variant of an experiment."""

    experiment = serializers.CharField(source="key")
    variant = serializers.CharField()
    numbers = NumbersData(source="of.numbers")


class KindData(serializers.Serializer[Any]):
    """One type of events; `silent`: it used to come, and others still do."""

    kind = serializers.CharField()
    events = serializers.IntegerField()
    last_at = serializers.DateTimeField()
    silent = serializers.BooleanField()


class ProcessData(serializers.Serializer[Any]):
    """A process of the data plane, as it says itself: the snapshot in force, and how it fares."""

    name = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    heard_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=list(planes.STATES))


class PlaneData(serializers.Serializer[Any]):
    """The data plane, and the newest snapshot that was published."""

    version = serializers.IntegerField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    alarm = serializers.CharField(allow_blank=True)
    processes = ProcessData(many=True)


class OutcomesData(serializers.Serializer[Any]):
    """What became of a site's events since a day. `recent` is yesterday and today."""

    since = serializers.DateField()
    total = NumbersData()
    recent = NumbersData()
    alarm = serializers.CharField(allow_blank=True)
    days = DayData(many=True)
    reasons = ReasonData(many=True)
    variants = OutcomesOfVariantData(many=True)
    kinds = KindData(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    marks = serializers.DictField(child=serializers.IntegerField())
    plane = PlaneData()


class RejectedData(serializers.ModelSerializer[Rejected]):
    """A rejected event; in its payload pseudonyms stand for ids, and only begin."""

    type = serializers.CharField(source="kind")
    sentence = serializers.SerializerMethodField()
    payload = serializers.SerializerMethodField()
    replayable = serializers.SerializerMethodField()

    class Meta:
        model = Rejected
        fields = (
            "id", "received_at", "type", "reason", "field", "sentence", "payload", "replayable",
            "replayed_at", "replayed_as",
        )  # fmt: skip

    def get_sentence(self, row: Rejected) -> str:
        return remedies.sentence(row.reason, data_health.language())

    def get_payload(self, row: Rejected) -> str:
        return data_health.shortened(row)

    @extend_schema_field(serializers.BooleanField())
    def get_replayable(self, row: Rejected) -> bool:
        return replaying.replayable(row)


class ReplayInput(serializers.Serializer[Any]):
    """Which rejected events to try again; without anything all that are kept."""

    reason = serializers.ChoiceField(choices=sorted(REMEDIES), required=False)
    since = serializers.DateTimeField(required=False)


class Outcomes(SiteView):
    """The five outcomes of a site's events."""

    resource = "outcomes"
    serializer_class = OutcomesData
    queryset = Rejected.objects.none()  # for the document
    asks: ClassVar[Asked] = {
        "read_all": [OpenApiParameter("days", int, description="How many, 14 unless said.")]
    }

    @extend_schema(responses=OutcomesData)
    def read_all(self, request: Request, **_parts: object) -> Response:
        """What arrived, what was refused and why, and what lacks."""
        now, site = timezone.now(), self.site
        since = data_health.since(site, now=now, days=_days(request))
        days, recent = outcomes.days_of(site, since=since), outcomes.recent(site, now=now)
        arriving = outcomes.arriving(site, since=since, now=now)
        found = {
            "since": since,
            "total": outcomes.sum_of(one.numbers for one in days),
            "recent": recent,
            "alarm": data_health.alarm(recent),
            "days": days,
            "reasons": data_health.why_not(site, since=since),
            "variants": data_health.variants(site, since=since),
            "kinds": arriving.kinds,
            "missing": arriving.missing,
            "marks": arriving.marks,
            "plane": planes.plane(now=now),
        }
        return Response(OutcomesData(found).data)


def _days(request: Request) -> int:
    text = request.query_params.get("days", str(data_health.DAYS))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_DAYS:
        raise InvalidInput(_("A number from 1 to %(n)s.") % {"n": MOST_DAYS}, field="days")
    return int(text)


class RejectedEvents(SiteView):
    """What is kept of rejected events."""

    resource = "rejected_events"
    serializer_class = RejectedData
    queryset = Rejected.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("-received_at", "received_at")
    asks: ClassVar[Asked] = {"list": [REASON]}

    def list(self, request: Request, **_parts: object) -> Response:
        """The newest first, in pages; kept for 30 days."""
        rows, reason = outcomes.rejected_of(self.site), request.query_params.get("reason")
        if reason and reason not in REMEDIES:
            raise unknown("reason", reason, sorted(REMEDIES))
        page = self.paginate_queryset(rows.filter(reason=reason) if reason else rows)
        return self.get_paginated_response(RejectedData(page, many=True).data)

    @extend_schema(request=ReplayInput, responses={202: JobData})
    def replay(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """Try them again, now that the cause is mended; asked twice it is one job."""
        values = self.read(ReplayInput)
        since: dt.datetime | None = values.get("since")
        job = replaying.ask(
            self.site,
            Wanted(values.get("reason", ""), since),
            actor=self.caller.person,
            now=timezone.now(),
        )
        return Response(JobData(job).data, status=ACCEPTED)
