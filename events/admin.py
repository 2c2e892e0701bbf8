"""Reading what happened in the Django admin. Nothing is written here: events alone make counts."""

# ruff: noqa: ARG002 - the signatures are Django's

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from events.models import Aggregate, Conversion, Event, Import, RollupState, Tally, UnitTotal


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    # Counting the rows of the log or of the totals takes longer than anybody waits for a page.
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(_ReadOnly):
    list_display = ("seq", "kind", "site_id", "experiment_id", "occurred_at", "mark", "source")
    list_filter = ("kind", "mark")
    search_fields = ("=id", "=unit", "=order_id")
    ordering = ("-seq",)


@admin.register(UnitTotal)
class UnitTotalAdmin(_ReadOnly):
    list_display = (
        "unit",
        "experiment_id",
        "phase",
        "variant_id",
        "impressions",
        "clicks",
        "orders",
    )
    search_fields = ("=unit",)
    ordering = ("-id",)


@admin.register(Conversion)
class ConversionAdmin(_ReadOnly):
    list_display = ("unit", "kind", "site_id", "occurred_at", "amount", "order_id")
    search_fields = ("=unit", "=order_id")
    ordering = ("-id",)


@admin.register(Aggregate)
class AggregateAdmin(_ReadOnly):
    list_display = ("experiment_id", "phase", "variant_id", "day", "given")
    ordering = ("-id",)


@admin.register(Tally)
class TallyAdmin(_ReadOnly):
    list_display = ("site_id", "experiment_id", "day", "kind", "mark", "events")
    list_filter = ("kind", "mark")
    ordering = ("-day", "kind")


@admin.register(RollupState)
class RollupStateAdmin(_ReadOnly):
    list_display = ("watermark", "rolled_at")


@admin.register(Import)
class ImportAdmin(_ReadOnly):
    list_display: Any = ("name", "kind", "site", "status", "started_at", "finished_at")
    list_filter = ("kind", "status")
    search_fields = ("name",)
