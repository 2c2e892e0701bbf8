"""The back office of experiments: everything can be looked at; moves go through the life cycle."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engine.errors import LabError
from experiments import lifecycle
from experiments.models import (
    DecisionRequest,
    Experiment,
    Layer,
    LearntSnapshot,
    LiveRevision,
    Parameters,
    PlaneProcess,
    PolicyRule,
    Report,
    ReportVersion,
    ShareLink,
    Snapshot,
    Status,
    Variant,
    Watched,
)
from workspace.audited_admin import AuditedAdmin, ReadOnlyAdmin


def _mover(move: Callable[..., None], label: Any) -> Callable[..., None]:  # noqa: ANN401 - lazy text
    """An admin action that makes one move for each chosen row, and says what was refused."""

    @admin.action(description=label, permissions=["change"])
    def action(
        model_admin: "ExperimentAdmin", request: HttpRequest, rows: "QuerySet[Experiment]"
    ) -> None:
        for row in rows.select_related("site", "placement"):
            try:
                move(row, actor=request.user, now=timezone.now())
            except LabError as error:
                model_admin.message_user(request, f"{row.name}: {error}", messages.ERROR)
            else:
                text = f"{row.name}: {Status(row.status).label}"
                model_admin.message_user(request, text, messages.SUCCESS)

    action.__name__ = move.__name__
    return action


class VariantInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Variant
    extra = 0
    fields = (
        "position", "key", "name", "creative", "weight", "creative_cost", "media_cost", "discount",
        "bucket_start", "bucket_end",
    )  # fmt: skip
    readonly_fields = ("bucket_start", "bucket_end")
    raw_id_fields = ("creative",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return _is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return _is_open(obj) and super().has_delete_permission(request, obj)


def _is_open(experiment: object) -> bool:
    """The plan can be changed: nobody has seen any of it."""
    return not isinstance(experiment, Experiment) or experiment.status == Status.DRAFT


MOVED = (
    "status", "slice", "phase", "revision", "started_at", "stopped_at", "decided_at",
    "decision", "decision_reason", "against_reason", "recommended", "takeaways", "next_step",
    "tags", "created_at", "returned_reason",
)  # fmt: skip
"""Written by `lifecycle` and `traffic` only."""
PLANNED = (
    "site", "key", "placement", "origin", "unit", "primary_metric", "mde", "mde_kind",
    "planned_days", "planned_visitors", "traffic_share", "hypothesis", "policy",
    "exploration_share", "reading", "starts_at", "ends_at", "end_action", "end_variant", "ramp",
    "audience", "targeting", "also_on", "block_hours", "local",
)  # fmt: skip
"""Fixed from the start on: changing them would change what the results mean."""


@admin.register(Experiment)
class ExperimentAdmin(AuditedAdmin):
    list_display = ("name", "key", "site", "status", "placement", "origin", "started_at")
    list_filter = ("status", "origin", "site", "primary_metric")
    search_fields = ("name", "key", "hypothesis")
    list_select_related = ("site", "placement")
    raw_id_fields = ("placement", "owner")
    date_hierarchy = "created_at"
    exclude = ("seed",)
    inlines = (VariantInline,)
    actions = (
        _mover(lifecycle.start, _("Start")),
        _mover(lifecycle.pause, _("Pause")),
        _mover(lifecycle.resume, _("Resume")),
        _mover(lifecycle.stop, _("Stop")),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ANN401
        obj.revision += 1  # whoever has the plan open elsewhere is told so
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ANN401, ARG002
        return MOVED if _is_open(obj) else MOVED + PLANNED

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        # Also hides the bulk action: what has run is never deleted.
        draft = isinstance(obj, Experiment) and obj.status == Status.DRAFT
        return draft and super().has_delete_permission(request, obj)


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    """Changed with its experiment."""

    list_display = ("name", "key", "experiment", "position", "weight", "bucket_start", "bucket_end")
    list_filter = ("experiment__status", "experiment__site")
    search_fields = ("name", "key", "experiment__name", "experiment__key")
    list_select_related = ("experiment",)


@admin.register(Layer)
class LayerAdmin(ReadOnlyAdmin):
    """Made when a placement needs it; another seed would move every visitor."""

    list_display = ("key", "site", "placements")
    list_filter = ("site",)
    search_fields = ("key", "site__name")
    list_select_related = ("site",)
    exclude = ("seed",)

    @admin.display(description=_("placements"))
    def placements(self, row: Layer) -> str:
        return ", ".join(row.site.placements.filter(layer=row.key).values_list("key", flat=True))


@admin.register(DecisionRequest)
class DecisionRequestAdmin(ReadOnlyAdmin):
    """Answered on the page of the experiment, by another person."""

    list_display = ("experiment", "variant", "state", "asked_by", "asked_at", "answered_by")
    list_filter = ("state", "experiment__site")
    search_fields = ("experiment__name", "experiment__key", "reason", "against_reason")
    list_select_related = ("experiment", "asked_by", "answered_by")


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("experiment", "phase", "verdict", "as_of", "last_error_at")
    list_filter = ("verdict", "experiment__site", "experiment__origin")
    search_fields = ("experiment__name", "experiment__key", "last_error")
    list_select_related = ("experiment",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Report]":
        return super().get_queryset(request).defer("payload")


@admin.register(ReportVersion)
class ReportVersionAdmin(ReadOnlyAdmin):
    """What a report was; rows are only ever added."""

    list_display = ("experiment", "phase", "number", "cause", "verdict", "as_of", "note")
    list_filter = ("cause", "verdict", "experiment__site")
    search_fields = ("experiment__name", "experiment__key", "note", "=inputs_hash", "=result_hash")
    list_select_related = ("experiment",)
    date_hierarchy = "as_of"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ReportVersion]":
        return super().get_queryset(request).defer("payload", "inputs")


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    """Made and taken back on the page of the experiment; the secret itself is nowhere."""

    list_display = ("experiment", "hint", "created_by", "expires_at", "revoked_at", "opened")
    list_filter = ("experiment__site", "language")
    search_fields = ("experiment__name", "experiment__key", "hint")
    list_select_related = ("experiment", "created_by")
    exclude = ("secret_hash",)


@admin.register(Watched)
class WatchedAdmin(ReadOnlyAdmin):
    """Changed with its experiment."""

    list_display = ("experiment", "metric", "role", "margin")
    list_filter = ("role", "metric", "experiment__site")
    search_fields = ("experiment__name", "experiment__key", "metric")
    list_select_related = ("experiment",)


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ("version", "revision", "sha256", "created_at")
    search_fields = ("=version", "sha256")
    date_hierarchy = "created_at"
    exclude = ("body",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Snapshot]":
        return super().get_queryset(request).defer("body")


@admin.register(LiveRevision)
class LiveRevisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "value")
    search_fields = ("=value",)


@admin.register(PolicyRule)
class PolicyRuleAdmin(ReadOnlyAdmin):
    """Changed with its experiment."""

    list_display = ("experiment", "position", "segment", "weights")
    list_filter = ("experiment__site",)
    search_fields = ("experiment__name", "segment__name")
    list_select_related = ("experiment", "segment")


@admin.register(Parameters)
class ParametersAdmin(ReadOnlyAdmin):
    """Written by the learner; rolled back on the page of the experiment."""

    list_display = ("version", "experiment", "phase", "widths", "created_at")
    list_filter = ("experiment__site",)
    search_fields = ("experiment__name", "=version")
    list_select_related = ("experiment",)


@admin.register(PlaneProcess)
class PlaneProcessAdmin(ReadOnlyAdmin):
    """Written by the processes of the data plane themselves."""

    list_display = ("name", "version", "published_at", "refuses", "stopped", "heard_at")
    search_fields = ("name",)


@admin.register(LearntSnapshot)
class LearntSnapshotAdmin(ReadOnlyAdmin):
    """What the data plane reads of all adaptive experiments."""

    list_display = ("version", "sha256", "created_at")
    search_fields = ("=version", "sha256")
    exclude = ("body",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[LearntSnapshot]":
        return super().get_queryset(request).defer("body")
