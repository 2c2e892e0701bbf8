"""The demo in the back office: the pace can be set, what was sent can be looked at."""

from django.contrib import admin
from django.http import HttpRequest

from demo.models import DemoSite, Parcel
from workspace.audited_admin import AuditedAdmin, ReadOnlyAdmin


@admin.register(DemoSite)
class DemoSiteAdmin(AuditedAdmin):
    list_display = ("site", "anchor", "pace")
    readonly_fields = ("site", "anchor")
    list_select_related = ("site",)
    search_fields = ("site__key",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False


@admin.register(Parcel)
class ParcelAdmin(ReadOnlyAdmin):
    list_display = ("story", "day", "shoppers", "sent_at")
    list_filter = ("site", "story")
    search_fields = ("story",)
    exclude = ("events",)
