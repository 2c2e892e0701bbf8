"""The back office of the log: to look at, never to touch."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property

from events import partitions
from events.models import (
    Aggregate,
    Alias,
    Assigned,
    Cap,
    Conversion,
    DroppedDay,
    Event,
    Import,
    Overlap,
    Reacted,
    Reaction,
    Rejected,
    RollupState,
    Settled,
    Tally,
    UnitTotal,
)
from workspace.audited_admin import ReadOnlyAdmin


class CountedRoughly(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody pages: the log has millions of rows."""

    FURTHEST = 10_000

    @cached_property
    def count(self) -> int:
        return len(self.object_list[: self.FURTHEST].values_list("pk"))  # type: ignore[attr-defined]


class LogAdmin(ReadOnlyAdmin):
    """A table too large to count."""

    paginator = CountedRoughly
    show_full_result_count = False


@admin.register(Event)
class EventAdmin(LogAdmin):
    list_display = ("seq", "kind", "occurred_at", "site_id", "experiment_id", "variant_id", "mark")
    list_filter = ("kind", "mark", "source")
    search_fields = ("id", "unit", "order_id")
    ordering = ("-seq",)


@admin.register(Conversion)
class ConversionAdmin(LogAdmin):
    list_display = (
        *("kind", "site_id", "unit", "occurred_at", "amount", "order_id"),
        "suspicious",
    )
    list_filter = ("kind", "suspicious")
    search_fields = ("unit", "order_id")
    ordering = ("-pk",)


@admin.register(UnitTotal)
class UnitTotalAdmin(LogAdmin):
    list_display = (
        *("unit", "experiment_id", "phase", "variant_id", "day", "impressions", "clicks"),
        "suspicious",
    )
    list_filter = ("experiment_id", "phase", "suspicious")
    search_fields = ("unit",)
    ordering = ("-pk",)


@admin.register(Reaction)
class ReactionAdmin(LogAdmin):
    list_display = ("kind", "experiment_id", "phase", "variant_id", "unit")
    list_filter = ("kind", "experiment_id", "phase")
    search_fields = ("unit",)
    ordering = ("-pk",)


@admin.register(Reacted)
class ReactedAdmin(LogAdmin):
    list_display = ("kind", "experiment_id", "phase", "variant_id", "units")
    list_filter = ("kind", "experiment_id", "phase")
    search_fields = ("experiment_id", "variant_id")
    ordering = ("-pk",)


@admin.register(Aggregate)
class AggregateAdmin(LogAdmin):
    list_display = (
        *("experiment_id", "phase", "variant_id", "day", "cut", "value", "suspicious"),
        "given",
    )
    list_filter = ("experiment_id", "cut", "suspicious")
    search_fields = ("experiment_id", "variant_id")
    ordering = ("-day", "experiment_id", "variant_id")


@admin.register(Alias)
class AliasAdmin(LogAdmin):
    list_display = ("site_id", "unit", "canonical")
    search_fields = ("unit", "canonical")
    ordering = ("-pk",)


@admin.register(Assigned)
class AssignedAdmin(LogAdmin):
    list_display = ("experiment_id", "phase", "variant_id", "units", "suspicious")
    list_filter = ("experiment_id", "suspicious")
    ordering = ("experiment_id", "phase", "variant_id")


@admin.register(Overlap)
class OverlapAdmin(LogAdmin):
    list_display = ("experiment_id", "phase", "other_id", "other_phase", "variant_id", "read_at")
    list_filter = ("experiment_id",)
    ordering = ("-read_at",)


@admin.register(Cap)
class CapAdmin(ReadOnlyAdmin):
    list_display = ("experiment_id", "phase", "revenue", "fixed_at")


@admin.register(Tally)
class TallyAdmin(LogAdmin):
    list_display = ("day", "kind", "mark", "site_id", "experiment_id", "variant_id", "events")
    list_filter = ("kind", "mark")
    search_fields = ("experiment_id",)
    ordering = ("-day", "-pk")


@admin.register(RollupState)
class RollupStateAdmin(ReadOnlyAdmin):
    list_display = ("watermark", "rolled_at")


@admin.register(DroppedDay)
class DroppedDayAdmin(ReadOnlyAdmin):
    """What has gone, and above it what the log still holds."""

    list_display = ("day", "events", "dropped_at")
    ordering = ("-day",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        log = partitions.standing(log_days=settings.LOG_DAYS, now=timezone.now())
        context = {"log": log, "log_days": settings.LOG_DAYS} | (extra_context or {})
        return super().changelist_view(request, context)


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("name", "site", "kind", "status", "started_at", "finished_at")
    list_filter = ("status", "kind", "site")
    search_fields = ("name", "sha256")
    list_select_related = ("site",)


@admin.register(Settled)
class SettledAdmin(LogAdmin):
    list_display = ("at", "site_id", "kind", "outcome", "reason", "experiment_id", "events")
    list_filter = ("outcome", "reason", "kind")


@admin.register(Rejected)
class RejectedAdmin(LogAdmin):
    list_display = ("received_at", "site_id", "kind", "reason", "field", "replayed_as")
    list_filter = ("reason", "kind", "replayed_as")
