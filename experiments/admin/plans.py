"""The back office of what belongs to plans: seals, templates, test visitors, holdouts."""

from django.contrib import admin

from experiments.models import Holdout, PlanTemplate, SealedPlan, TestUnit
from workspace.audited_admin import ReadOnlyAdmin


@admin.register(SealedPlan)
class SealedPlanAdmin(ReadOnlyAdmin):
    list_display = ("experiment", "phase", "sha256", "sealed_at", "sealed_by")
    list_filter = ("experiment__site",)
    search_fields = ("experiment__name", "experiment__key", "sha256")
    list_select_related = ("experiment", "sealed_by")


@admin.register(PlanTemplate)
class PlanTemplateAdmin(ReadOnlyAdmin):
    list_display = ("name", "site", "created_by", "created_at")
    list_filter = ("site",)
    search_fields = ("name",)
    list_select_related = ("site", "created_by")


@admin.register(TestUnit)
class TestUnitAdmin(ReadOnlyAdmin):
    list_display = ("label", "experiment", "variant", "created_by", "created_at")
    list_filter = ("experiment__site",)
    search_fields = ("label", "experiment__name")
    list_select_related = ("experiment", "variant", "created_by")
    exclude = ("pseudonym",)


@admin.register(Holdout)
class HoldoutAdmin(ReadOnlyAdmin):
    list_display = ("site", "quarter", "share", "experiment", "started_at", "ended_at")
    list_filter = ("site",)
    search_fields = ("quarter", "site__name")
    list_select_related = ("site", "experiment")
